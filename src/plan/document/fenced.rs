//! Reads tasks in a YAML block: `Task 1:`, then what to do.

use super::entry::{Entry, EntryKind};
use crate::plan::document::Document;
use crate::plan::names::title::Title;
use crate::plan::{BlockIndex, Line};

/// The tasks of a block, each from its heading to the next; none if the block is about something else.
pub(in crate::plan) fn tasks(document: &Document<'_>, block: BlockIndex) -> Vec<Entry> {
    let found = &document.blocks[block];
    let closed = trimmed(document, found.end_line).starts_with(['`', '~']);
    let last = if closed { found.end_line } else { found.end_line.next() };
    let lines = found.line.next().until(last);
    let heads: Vec<Line> = lines.filter(|line| heading(document, *line).is_some()).collect();
    let ends = heads.iter().skip(1).copied().chain([last]);
    heads.iter().zip(ends).filter_map(|(line, end)| task(document, block, *line, end)).collect()
}

/// The task whose heading is this line, up to the line where the next begins.
fn task(document: &Document<'_>, block: BlockIndex, line: Line, end: Line) -> Option<Entry> {
    let says_something = |line: &Line| !trimmed(document, *line).is_empty();
    let last = line.until(end).rev().find(says_something).unwrap_or(line);
    let mut entry = Entry::of_lines(document, EntryKind::Task, block, line, last);
    entry.title = heading(document, line)?;
    let mut title = entry.title.text.trim_end_matches(':');
    if title.is_empty() {
        let below =
            line.next().until(last.next()).find(says_something).map_or("", |below| trimmed(document, below));
        title = below.trim_start_matches("- ").trim_end_matches(':');
    }
    entry.title.text = title.to_owned();
    entry.files = Some(entry.span.clone());
    Some(entry)
}

/// `Task 1: Title`
fn heading(document: &Document<'_>, line: Line) -> Option<Title> {
    let text = trimmed(document, line).trim_start_matches(['-', '#', ' ']);
    Some(Title::parse(text)).filter(|title| title.unit.is_some() && text.contains(':'))
}

fn trimmed<'text>(document: &Document<'text>, line: Line) -> &'text str {
    document.line(line).trim()
}
