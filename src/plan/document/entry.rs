//! An entry of a list that is not written in Markdown items.

use crate::plan::check_box::StateWord;
use crate::plan::document::Document;
use crate::plan::names::title::Title;
use crate::plan::names::vocabulary::STATES;
use crate::plan::{BlockIndex, Line, Span};

/// One entry.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// The list that it is in.
    pub kind: EntryKind,
    /// The block that holds the list.
    pub block: BlockIndex,
    /// Its bytes.
    pub span: Span,
    /// First line.
    pub line: Line,
    /// Last line, inclusive.
    pub end_line: Line,
    /// Its id and title.
    pub title: Title,
    /// How far it is, if it says so.
    pub state: Option<EntryState>,
    /// What it says of other entries that come first.
    pub needs: Option<Span>,
    /// What it says of files.
    pub files: Option<Span>,
    /// Who does it, and the name of the column that says so.
    pub owner: Option<(String, Span)>,
    /// What it says of its validation.
    pub validation: Option<Span>,
}

/// How far an entry is.
#[derive(Debug, Clone)]
pub(crate) struct EntryState {
    /// The word that says so.
    pub word: StateWord,
    /// The mark that the word stands for: space, `~`, `x` or another.
    pub mark: char,
}

/// What kind of list an entry is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EntryKind {
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
        block: BlockIndex,
        line: Line,
        end_line: Line,
    ) -> Self {
        let last = document.line(end_line).trim_end();
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
            owner: None,
            validation: None,
        }
    }
}

impl EntryState {
    /// The state at this place; `None` if its word is known as no state.
    pub(in crate::plan) fn at(document: &Document<'_>, span: Span) -> Option<Self> {
        let mark = mark_of(document.text.get(span.clone())?)?;
        Some(Self::with_mark(document, span, mark))
    }

    /// The state at this place with a mark that its word does not give it.
    pub(in crate::plan) fn with_mark(document: &Document<'_>, span: Span, mark: char) -> Self {
        let text = document.text.get(span.clone()).unwrap_or_default().to_owned();
        Self { word: StateWord { span, text, done: String::new(), open: String::new() }, mark }
    }
}

fn mark_of(word: &str) -> Option<char> {
    let word = &word.replace("&nbsp;", " ");
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
            ("○&nbsp;pending", Some(' ')),
            ("✓ done", Some('x')),
            ("cancelled", Some('-')),
            ("3 days", None),
            ("", None),
        ];
        assert_eq!(cases.map(|(word, _)| (word, mark_of(word))), cases);
    }
}
