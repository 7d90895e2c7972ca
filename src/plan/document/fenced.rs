//! Tasks in a block of YAML, as blueprints for code generators have them: `Task 1:`, then what to do.

use super::entry::{Entry, EntryKind};
use crate::plan::document::Document;
use crate::plan::names::title::Title;

/// The tasks of a block, each from its heading to the next; none if the block is about something else.
pub(in crate::plan) fn tasks(document: &Document<'_>, block: usize) -> Vec<Entry> {
    let found = &document.blocks[block];
    let closed = trimmed(document, found.end_line).starts_with(['`', '~']);
    let last = if closed { found.end_line } else { found.end_line + 1 };
    let heads: Vec<usize> =
        (found.line + 1..last).filter(|line| heading(document, *line).is_some()).collect();
    let ends = heads.iter().skip(1).copied().chain([last]);
    heads.iter().zip(ends).filter_map(|(line, end)| task(document, block, *line, end)).collect()
}

/// The task whose heading is this line, up to the line where the next begins.
fn task(document: &Document<'_>, block: usize, line: usize, end: usize) -> Option<Entry> {
    let says_something = |line: &usize| !trimmed(document, *line).is_empty();
    let last = (line..end).rev().find(says_something).unwrap_or(line);
    let mut entry = Entry::of_lines(document, EntryKind::Task, block, line, last);
    entry.title = heading(document, line)?.into_owned();
    let mut title = entry.title.title.trim_end_matches(':');
    if title.is_empty() {
        let below = (line + 1..=last).find(says_something).map_or("", |below| trimmed(document, below));
        title = below.trim_start_matches("- ").trim_end_matches(':');
    }
    entry.title.title = title.to_owned().into();
    entry.files = Some(entry.span.clone());
    Some(entry)
}

/// `Task 1: Title`
fn heading<'text>(document: &Document<'text>, line: usize) -> Option<Title<'text>> {
    let text = trimmed(document, line).trim_start_matches(['-', '#', ' ']);
    Some(Title::parse(text)).filter(|title| title.unit.is_some() && text.contains(':'))
}

fn trimmed<'text>(document: &Document<'text>, line: usize) -> &'text str {
    document.lines.text(document.text, line).trim()
}
