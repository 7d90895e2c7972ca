//! Reads todos in front matter: `todos:`, then items with `id`, `content` and `status`.

use std::ops::Range;

use super::entry::{Entry, EntryKind, state_at};
use crate::plan::check_box::StateWord;
use crate::plan::document::Document;
use crate::plan::names::title::plain;

/// The items of the list `todos:`.
pub(in crate::plan) fn todos(document: &Document<'_>, block: usize) -> Vec<Entry> {
    let found = &document.blocks[block];
    let line = |number: usize| document.lines.text(document.text, number);
    let list = (found.line + 1..found.end_line).find(|number| line(*number).trim_end() == "todos:");
    let Some(first) = list.map(|list| list + 1) else { return Vec::new() };
    let is_key =
        |number: &usize| line(*number).starts_with(|c: char| !c.is_whitespace() && c != '-' && c != '#');
    let end = (first..found.end_line).find(is_key).unwrap_or(found.end_line);
    let indent = |number: usize| line(number).len() - line(number).trim_start().len();
    let is_item = |number: usize| line(number).trim_start().starts_with("- ");
    let Some(depth) = (first..end).find(|number| is_item(*number)).map(indent) else { return Vec::new() };
    let starts: Vec<usize> =
        (first..end).filter(|number| is_item(*number) && indent(*number) == depth).collect();
    let ends = starts.iter().skip(1).copied().chain([end]);
    starts.iter().zip(ends).map(|(start, end)| todo(document, block, *start..end)).collect()
}

/// One item: its first line and those below it.
fn todo(document: &Document<'_>, block: usize, lines: Range<usize>) -> Entry {
    let text = |number: usize| document.lines.text(document.text, number);
    let last = lines.clone().rev().find(|number| !text(*number).trim().is_empty()).unwrap_or(lines.start);
    let start = document.lines.start(lines.start);
    let span = start..document.lines.start(last) + text(last).trim_end().len();
    let mut entry = Entry::new(EntryKind::Todo, block, span, (lines.start, last));
    let first = text(lines.start);
    let dash = first.len() - first.trim_start().len();
    let depth = dash + 1 + first[dash + 1..].len() - first[dash + 1..].trim_start().len();
    for number in lines.start..=last {
        let line = text(number);
        let key_at = if number == lines.start { depth } else { line.len() - line.trim_start().len() };
        let field = line.get(key_at..).and_then(|rest| rest.split_once(':')).filter(|_| key_at == depth);
        let Some((key, _)) = field else { continue };
        let value = unquoted(document, document.lines.start(number) + key_at + key.len() + 1, number);
        let said = document.text.get(value.clone()).unwrap_or_default();
        match key.trim() {
            "id" => entry.title.id = Some(said.to_owned().into()),
            "content" | "title" | "name" | "text" => {
                entry.title.title = content(document, said, number + 1..=last, depth).into();
            }
            "status" | "state" if !said.is_empty() => entry.state = Some(state(document, value)),
            "dependencies" | "depends_on" | "dependsOn" => {
                entry.needs = Some(value.start..line_end(document, number, last, depth));
            }
            _ => {}
        }
    }
    if entry.title.title.is_empty() && entry.title.id.is_none() {
        entry.title.title = plain(first[depth..].trim()).into_owned().into();
    }
    entry
}

/// A status that is no known word has a meaning to its author only: it is kept.
fn state(document: &Document<'_>, span: Range<usize>) -> (StateWord, char) {
    let text = document.text.get(span.clone()).unwrap_or_default().to_owned();
    let unknown = || (StateWord { span: span.clone(), text, done: String::new(), open: String::new() }, '?');
    state_at(document, span.clone()).unwrap_or_else(unknown)
}

/// A value without white space, quotes and the comment behind it.
fn unquoted(document: &Document<'_>, from: usize, line: usize) -> Range<usize> {
    let to = document.lines.start(line) + document.lines.text(document.text, line).len();
    let rest = document.text.get(from..to).unwrap_or_default();
    let start = from + rest.len() - rest.trim_start().len();
    let value = rest.trim();
    for quote in ['"', '\''] {
        if let Some(inner) = value.strip_prefix(quote) {
            return start + 1..start + 1 + inner.rfind(quote).unwrap_or(inner.len());
        }
    }
    start..start + value.split(" #").next().unwrap_or(value).trim_end().len()
}

/// A text on its own line, or on the deeper lines behind `>` and `|`.
fn content(
    document: &Document<'_>,
    said: &str,
    below: std::ops::RangeInclusive<usize>,
    depth: usize,
) -> String {
    let folded = matches!(said, "" | ">" | "|" | ">-" | "|-" | ">+" | "|+");
    let text = |number: usize| document.lines.text(document.text, number);
    let deeper = |number: &usize| text(*number).len() - text(*number).trim_start().len() > depth;
    let lines = below.take_while(deeper).map(|number| text(number).trim()).filter(|_| folded);
    let own = if folded { "" } else { said };
    let all: Vec<&str> = std::iter::once(own).chain(lines).filter(|line| !line.is_empty()).collect();
    all.join(" ").replace("\\\"", "\"")
}

/// Where a field ends whose value is on its own line or in the list below it.
fn line_end(document: &Document<'_>, line: usize, last: usize, depth: usize) -> usize {
    let text = |number: usize| document.lines.text(document.text, number);
    let deeper = |number: &usize| {
        let body = text(*number).trim_start();
        let indent = text(*number).len() - body.len();
        indent > depth || (indent == depth && body.starts_with("- "))
    };
    let end = (line + 1..=last).take_while(deeper).last().unwrap_or(line);
    document.lines.start(end) + text(end).trim_end().len()
}
