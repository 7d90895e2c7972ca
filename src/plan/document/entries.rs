//! Entries of lists that are not Markdown items: todos in front matter, rows of a table, tasks in a YAML
//! block.

use super::entry::{Entry, EntryState};
use super::fenced;
use super::front_matter;
use super::table;
use crate::plan::document::{BlockKind, Document};

/// Finds them all, in the order of the file.
pub(in crate::plan) fn find(document: &Document<'_>) -> Vec<Entry> {
    let mut entries = Vec::new();
    for (index, block) in document.blocks.iter_enumerated() {
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
    understand_crosses(&mut list);
    let (done, open) = (word_for(&list, 'x'), word_for(&list, ' '));
    for EntryState { word, .. } in list.iter_mut().filter_map(|entry| entry.state.as_mut()) {
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

/// Where every entry is either ticked or crossed, a cross means not yet.
fn understand_crosses(list: &mut [Entry]) {
    let is_crossed = |state: &EntryState| state.mark == '-' && state.word.text.contains('❌');
    let states = || list.iter().filter_map(|entry| entry.state.as_ref());
    let any_ticked = states().any(|state| state.mark == 'x');
    if any_ticked && states().all(|state| state.mark == 'x' || is_crossed(state)) {
        let states = list.iter_mut().filter_map(|entry| entry.state.as_mut());
        states.filter(|state| is_crossed(state)).for_each(|state| state.mark = ' ');
    }
}

/// The first word of a list that stands for this mark.
fn word_for(list: &[Entry], mark: char) -> Option<String> {
    let mut states = list.iter().filter_map(|entry| entry.state.as_ref());
    states.find(|state| state.mark == mark).map(|state| state.word.text.clone())
}
