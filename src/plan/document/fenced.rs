//! Reads tasks in a YAML block: `Task 1:`, then what to do.

use super::entry::{Entry, EntryKind};
use crate::plan::document::Document;
use crate::plan::names::title::Title;

/// The tasks of a block, each from its heading to the next; none if the block is about something else.
pub(in crate::plan) fn tasks(document: &Document<'_>, block: usize) -> Vec<Entry> {
    let found = &document.blocks[block];
    let text = |number: usize| document.lines.text(document.text, number);
    let last = if text(found.end_line).trim_start().starts_with(['`', '~']) {
        found.end_line
    } else {
        found.end_line + 1
    };
    let heading = |number: &usize| {
        let line = text(*number).trim().trim_start_matches(['-', '#', ' ']);
        let title = Title::parse(line);
        (title.unit.is_some() && line.contains(':')).then_some((*number, title))
    };
    let heads: Vec<(usize, Title<'_>)> =
        (found.line + 1..last).filter_map(|number| heading(&number)).collect();
    let ends = heads.iter().skip(1).map(|(number, _)| *number).chain([last]);
    let entry = |((number, title), end): (&(usize, Title<'_>), usize)| {
        let is_text = |number: &usize| !text(*number).trim().is_empty();
        let end_line = (*number..end).rev().find(is_text).unwrap_or(*number);
        let start = document.lines.start(*number);
        let span = start..document.lines.start(end_line) + text(end_line).trim_end().len();
        let mut entry = Entry::new(EntryKind::Task, block, span.clone(), (*number, end_line));
        entry.title = title.clone().into_owned();
        entry.title.title = entry.title.title.trim_end_matches(':').to_owned().into();
        if entry.title.title.is_empty() {
            let next = (number + 1..=end_line).find(is_text).map_or("", |next| text(next).trim());
            entry.title.title = next.trim_start_matches("- ").trim_end_matches(':').to_owned().into();
        }
        entry.files = Some(span);
        entry
    };
    heads.iter().zip(ends).map(entry).collect()
}
