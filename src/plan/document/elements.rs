//! Reads tasks written as `<task>` elements with a name, files, work and verification.

use std::ops::Range;

use super::entry::{Entry, EntryKind};
use crate::plan::document::Document;
use crate::plan::names::title::Title;

/// The tasks that begin in a block of HTML.
pub(in crate::plan) fn tasks(document: &Document<'_>, block: usize) -> Vec<Entry> {
    let found = &document.blocks[block];
    if document.text[found.start..].starts_with("<!--") {
        return Vec::new();
    }
    let begins = |line: &usize| {
        let text = document.lines.text(document.text, *line).trim_start();
        text.strip_prefix("<task").is_some_and(|rest| rest.starts_with([' ', '>']))
    };
    (found.line..=found.end_line).filter(begins).filter_map(|line| task(document, block, line)).collect()
}

fn task(document: &Document<'_>, block: usize, line: usize) -> Option<Entry> {
    let start = document.lines.start(line);
    let rest = &document.text[start..];
    let another = |at: &usize| rest[at + "<task".len()..].starts_with([' ', '>']);
    let next = rest.match_indices("<task").map(|(at, _)| at).skip(1).find(another);
    let length = rest[..next.unwrap_or(rest.len())].find("</task>")? + "</task>".len();
    let span = start..start + length;
    let last = document.lines.line_of(span.end - 1);
    let name = inside(document, &span, "name")?;
    let mut entry = Entry::new(EntryKind::Element, block, span.clone(), (line, last));
    entry.title = Title::parse(document.text[name].trim()).into_owned();
    entry.files = inside(document, &span, "files");
    entry.validation = inside(document, &span, "verify");
    Some(entry)
}

/// What stands between the tags of this name.
fn inside(document: &Document<'_>, span: &Range<usize>, name: &str) -> Option<Range<usize>> {
    let text = &document.text[span.clone()];
    let opens = format!("<{name}>");
    let from = text.find(&opens)? + opens.len();
    let to = from + text[from..].find(&format!("</{name}>"))?;
    (!text[from..to].trim().is_empty()).then_some(span.start + from..span.start + to)
}
