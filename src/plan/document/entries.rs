//! Entries of lists that are not written as items of Markdown: todos in front matter, rows of a table, tasks
//! in a YAML block.

use super::entry::Entry;
use super::fenced;
use super::front_matter;
use super::table;
use crate::plan::check_box::StateWord;
use crate::plan::document::{BlockKind, Document};

/// Finds them all, in the order of the file.
pub(in crate::plan) fn find(document: &Document<'_>) -> Vec<Entry> {
    let mut entries = Vec::new();
    for (index, block) in document.blocks.iter().enumerate() {
        let list = match &block.kind {
            BlockKind::FrontMatter => front_matter::todos(document, index),
            BlockKind::Table => table::rows(document, index),
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
