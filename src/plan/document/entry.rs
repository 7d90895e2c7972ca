//! An entry of a list that is not written in items of Markdown.

use std::ops::Range;

use crate::plan::check_box::StateWord;
use crate::plan::document::Document;
use crate::plan::names::title::Title;
use crate::plan::names::vocabulary::STATES;

/// One entry.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The list that it is in.
    pub kind: EntryKind,
    /// The block that holds the list, an index into [`Document::blocks`].
    pub block: usize,
    /// Its bytes.
    pub span: Range<usize>,
    /// First line.
    pub line: usize,
    /// Last line, inclusive.
    pub end_line: usize,
    /// Its id and title.
    pub title: Title<'static>,
    /// The word that says how far it is, if there is one, and its mark: space, `~`, `x` or another.
    pub state: Option<(StateWord, char)>,
    /// What it says of other entries that come first.
    pub needs: Option<Range<usize>>,
    /// What it says of files.
    pub files: Option<Range<usize>>,
    /// What it says of its validation.
    pub validation: Option<Range<usize>>,
}

/// What kind of list an entry is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// `todos:` in front matter.
    Todo,
    /// A row of a table.
    Row {
        /// Its table is about tasks by the name of a column, wherever it stands.
        named: bool,
    },
    /// `Task 1:` in a block of YAML.
    Task,
}

impl Entry {
    /// An entry on these lines, both included, that says no more than where it stands.
    pub(in crate::plan) fn of_lines(
        document: &Document<'_>,
        kind: EntryKind,
        block: usize,
        line: usize,
        end_line: usize,
    ) -> Self {
        let last = document.lines.text(document.text, end_line).trim_end();
        Self {
            kind,
            block,
            span: document.lines.start(line)..document.lines.start(end_line) + last.len(),
            line,
            end_line,
            title: Title::default(),
            state: None,
            needs: None,
            files: None,
            validation: None,
        }
    }
}

/// The word at this place and the mark that it stands for; `None` if it is known as no state.
pub(in crate::plan) fn state_at(document: &Document<'_>, span: Range<usize>) -> Option<(StateWord, char)> {
    let text = document.text.get(span.clone())?.to_owned();
    let mark = mark_of(&text)?;
    Some((StateWord { span, text, done: String::new(), open: String::new() }, mark))
}

fn mark_of(word: &str) -> Option<char> {
    let word =
        word.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{fe0f}' | '*' | '`' | '[' | ']'));
    let said = word.to_lowercase().replace(['_', '-'], " ");
    let letters = said.trim_matches(|c: char| !c.is_alphanumeric());
    let find = |said: &str| STATES.iter().find(|(_, words)| words.split(", ").any(|word| word == said));
    let sign = || word.chars().next().filter(|c| !c.is_alphanumeric()).map(String::from);
    let known = find(&said).or_else(|| find(letters)).or_else(|| find(&sign()?));
    known.map(|(mark, _)| *mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_said_in_many_ways() {
        let cases = [
            ("pending", Some(' ')),
            ("In Progress", Some('~')),
            ("in_progress", Some('~')),
            ("✅ Done", Some('x')),
            ("✅", Some('x')),
            ("⬜️", Some(' ')),
            ("cancelled", Some('-')),
            ("3 days", None),
            ("", None),
        ];
        assert_eq!(cases.map(|(word, _)| (word, mark_of(word))), cases);
    }
}
