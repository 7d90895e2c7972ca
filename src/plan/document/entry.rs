//! Entries of lists that are not Markdown items: todos in front matter, rows of a table, tasks in a YAML
//! block.

use std::ops::Range;

use super::elements;
use super::fenced;
use super::front_matter;
use super::table;
use crate::plan::check_box::StateWord;
use crate::plan::document::{BlockKind, Document};
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
    /// `<task>`.
    Element,
}

impl Entry {
    /// An entry that says no more than where it stands.
    pub(in crate::plan) fn new(
        kind: EntryKind,
        block: usize,
        span: Range<usize>,
        (line, end_line): (usize, usize),
    ) -> Self {
        let title = Title::default();
        Self {
            kind,
            block,
            span,
            line,
            end_line,
            title,
            state: None,
            needs: None,
            files: None,
            validation: None,
        }
    }
}

/// Finds them all, in the order of the file.
pub(in crate::plan) fn find(document: &Document<'_>) -> Vec<Entry> {
    let mut entries = Vec::new();
    for (index, block) in document.blocks.iter().enumerate() {
        let list = match &block.kind {
            BlockKind::FrontMatter => front_matter::todos(document, index),
            BlockKind::Table => table::rows(document, index),
            BlockKind::Html => elements::tasks(document, index),
            BlockKind::Code(code) if matches!(code.info.as_deref(), Some("yaml" | "yml")) => {
                fenced::tasks(document, index)
            }
            _ => continue,
        };
        entries.extend(with_words_of_the_list(list));
    }
    entries
}

/// What an entry is to say when it is done, or open again, is what the others of its list say.
fn with_words_of_the_list(mut list: Vec<Entry>) -> Vec<Entry> {
    // Where every entry is either ticked or crossed, a cross means not yet.
    let states = || list.iter().filter_map(|entry| entry.state.as_ref());
    let crossed = |(word, mark): &(StateWord, char)| *mark == '-' && word.text.contains('❌');
    if states().any(|(_, mark)| *mark == 'x') && states().all(|state| state.1 == 'x' || crossed(state)) {
        list.iter_mut()
            .filter_map(|entry| entry.state.as_mut())
            .filter(|state| crossed(state))
            .for_each(|state| state.1 = ' ');
    }
    let said = |wanted: char| {
        let states = list.iter().filter_map(|entry| entry.state.as_ref());
        states.filter(|(_, mark)| *mark == wanted).map(|(word, _)| word.text.clone()).next()
    };
    let (done, open) = (said('x'), said(' '));
    for (word, _) in list.iter_mut().filter_map(|entry| entry.state.as_mut()) {
        let sign = !open.as_ref().unwrap_or(&word.text).contains(char::is_alphanumeric);
        let capital = word.text.starts_with(char::is_uppercase);
        let usual = match (sign, capital) {
            (true, _) => ("✅", "⬜"),
            (false, true) => ("Completed", "Pending"),
            (false, false) => ("completed", "pending"),
        };
        word.done = done.clone().unwrap_or_else(|| usual.0.to_owned());
        word.open = open.clone().unwrap_or_else(|| usual.1.to_owned());
    }
    list
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
