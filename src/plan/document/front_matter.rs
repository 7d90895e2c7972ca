//! Reads todos in front matter: `todos:`, then items with `id`, `content` and `status`.

use super::entry::{Entry, EntryKind, EntryState};
use crate::plan::document::Document;
use crate::plan::names::title::plain;
use crate::plan::{BlockIndex, Line, Span};

/// The items of the list `todos:`.
pub(in crate::plan) fn todos(document: &Document<'_>, block: BlockIndex) -> Vec<Entry> {
    let found = &document.blocks[block];
    let mut lines = found.line.next().until(found.end_line);
    let Some(list) = lines.find(|line| document.line(*line).trim_end() == "todos:") else {
        return Vec::new();
    };
    let is_key =
        |line: &Line| document.line(*line).starts_with(|c: char| !c.is_whitespace() && c != '-' && c != '#');
    let end = list.next().until(found.end_line).find(is_key).unwrap_or(found.end_line);
    let is_item = |line: &Line| document.line(*line).trim_start().starts_with("- ");
    let items: Vec<Line> = list.next().until(end).filter(is_item).collect();
    let Some(depth) = items.first().map(|first| indent(document.line(*first))) else { return Vec::new() };
    let starts: Vec<Line> = items.into_iter().filter(|line| indent(document.line(*line)) == depth).collect();
    let ends = starts.iter().skip(1).copied().chain([end]);
    starts.iter().zip(ends).map(|(start, end)| Todo::of(document, block, *start, end).entry()).collect()
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// One item of the list.
struct Todo<'a, 'text> {
    document: &'a Document<'text>,
    block: BlockIndex,
    first: Line,
    /// Its last line that says something.
    last: Line,
    /// How far its fields are indented.
    depth: usize,
}

impl<'a, 'text> Todo<'a, 'text> {
    /// The item from this line to the one where the next begins.
    fn of(document: &'a Document<'text>, block: BlockIndex, first: Line, end: Line) -> Self {
        let says_something = |line: &Line| !document.line(*line).trim().is_empty();
        let last = first.until(end).rev().find(says_something).unwrap_or(first);
        let text = document.line(first);
        let behind_dash = indent(text) + 1;
        let depth = behind_dash + indent(&text[behind_dash..]);
        Self { document, block, first, last, depth }
    }

    fn entry(&self) -> Entry {
        let document = self.document;
        let mut entry = Entry::of_lines(document, EntryKind::Todo, self.block, self.first, self.last);
        for line in self.first.until(self.last.next()) {
            self.read_field(line, &mut entry);
        }
        if entry.title.text.is_empty() && entry.title.id.is_none() {
            let said = document.line(self.first)[self.depth..].trim();
            entry.title.text = plain(said).into_owned();
        }
        entry
    }

    fn read_field(&self, line: Line, entry: &mut Entry) {
        let text = self.document.line(line);
        let key_at = if line == self.first { self.depth } else { indent(text) };
        let field = text.get(key_at..).and_then(|rest| rest.split_once(':'));
        let Some((key, _)) = field.filter(|_| key_at == self.depth) else { return };
        let value = self.value(line, key_at + key.len() + 1);
        let said = self.document.text.get(value.clone()).unwrap_or_default();
        match key.trim() {
            "id" => entry.title.id = Some(said.to_owned()),
            "content" | "title" | "name" | "text" => entry.title.text = self.content(said, line),
            "status" | "state" if !said.is_empty() => {
                // A status that is no known word has a meaning to its author only: it is kept.
                let known = EntryState::at(self.document, value.clone());
                entry.state = Some(known.unwrap_or_else(|| EntryState::with_mark(self.document, value, '?')));
            }
            "dependencies" | "depends_on" | "dependsOn" => {
                entry.needs = Some(value.start..self.end_of_list(line));
            }
            _ => {}
        }
    }

    /// A value behind a column, without white space, quotes and the comment behind it.
    fn value(&self, line: Line, column: usize) -> Span {
        let rest = self.document.line(line).get(column..).unwrap_or_default();
        let start = self.document.lines.start(line) + column + indent(rest);
        let value = rest.trim();
        for quote in ['"', '\''] {
            if let Some(inner) = value.strip_prefix(quote) {
                return start + 1..start + 1 + inner.rfind(quote).unwrap_or(inner.len());
            }
        }
        start..start + value.split(" #").next().unwrap_or(value).trim_end().len()
    }

    /// A text on its own line, or on the deeper lines behind `>` and `|`.
    fn content(&self, said: &str, line: Line) -> String {
        let folded = matches!(said, "" | ">" | "|" | ">-" | "|-" | ">+" | "|+");
        if !folded {
            return said.replace("\\\"", "\"");
        }
        let below = line.next().until(self.last.next()).map(|line| self.document.line(line));
        let deeper = below.take_while(|text| indent(text) > self.depth).map(str::trim);
        let all: Vec<&str> = deeper.filter(|text| !text.is_empty()).collect();
        all.join(" ").replace("\\\"", "\"")
    }

    /// Where a field ends whose value is on its own line or in the list below it.
    fn end_of_list(&self, line: Line) -> usize {
        let is_of_list = |line: &Line| {
            let text = self.document.line(*line);
            let in_list = indent(text) == self.depth && text.trim_start().starts_with("- ");
            indent(text) > self.depth || in_list
        };
        let below = line.next().until(self.last.next());
        let end = below.take_while(is_of_list).last().unwrap_or(line);
        self.document.lines.start(end) + self.document.line(end).trim_end().len()
    }
}
