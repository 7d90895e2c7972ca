//! Reads tables that are lists of tasks: one column says what to do, one says how far it is.

use std::ops::Range;
use std::sync::LazyLock;

use super::entry::{Entry, EntryKind, state_at};
use crate::plan::document::Document;
use crate::plan::names::phrases::Phrases;
use crate::plan::names::title::Title;
use crate::plan::names::vocabulary::COLUMNS;
use crate::plan::names::words;

/// What a column of a table says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::plan) enum Column {
    /// What is to be done, by a name that only tasks have.
    Task,
    /// What is to be done, by a name that many things have.
    Name,
    /// How a task is called.
    Id,
    /// How far it is.
    State,
    /// Which come first.
    Needs,
    /// Which files.
    Files,
    /// How it is seen to be done.
    Validation,
}

static NAMED: LazyLock<Phrases<Column>> = LazyLock::new(|| {
    Phrases::of(COLUMNS.iter().flat_map(|(column, names)| names.split(", ").map(|name| (name, *column))))
});

/// The rows of a table, if it is a list of tasks: one column says what, another says how far or has an id.
pub(in crate::plan) fn rows(document: &Document<'_>, block: usize) -> Vec<Entry> {
    let found = &document.blocks[block];
    let header: Vec<Option<Column>> =
        cells(document, found.line).into_iter().map(|cell| column(&document.text[cell])).collect();
    let at = |wanted: Column| header.iter().position(|column| *column == Some(wanted));
    let (Some(title), state) = (at(Column::Task).or_else(|| at(Column::Name)), at(Column::State)) else {
        return Vec::new();
    };
    if state.is_none() && at(Column::Id).is_none() && !counts(document, block, at(Column::Task)) {
        return Vec::new();
    }
    let named = state.is_some() && at(Column::Task).is_some();
    let mut rows = Vec::new();
    for line in found.line + 2..=found.end_line {
        let cells = cells(document, line);
        let cell = |column: Option<usize>| cells.get(column?).cloned().filter(|cell| !cell.is_empty());
        let Some(title) = cell(Some(title)) else { continue };
        let start = document.lines.start(line);
        let span = start..start + document.lines.text(document.text, line).trim_end().len();
        let mut entry = Entry::new(EntryKind::Row { named }, block, span, (line, line));
        entry.title = Title::parse(&document.text[title]).into_owned();
        if let Some(id) = cell(at(Column::Id)).map(|id| Title::parse(&document.text[id])) {
            let name = if id.title.is_empty() { id.id.clone() } else { Some(id.title.clone()) };
            entry.title.id = id.id.or(name).map(|id| id.into_owned().into());
            entry.title.label = id.label.into_owned().into();
        }
        entry.state = cell(state).and_then(|cell| state_at(document, cell));
        entry.needs = cell(at(Column::Needs));
        entry.files = cell(at(Column::Files));
        entry.validation = cell(at(Column::Validation));
        rows.push(entry);
    }
    let known = rows.iter().filter(|row| row.state.is_some()).count();
    if state.is_some() && known * 2 < rows.len() { Vec::new() } else { rows }
}

/// Every cell of the column has a number of its own: `| 1. Saw the board |`.
fn counts(document: &Document<'_>, block: usize, column: Option<usize>) -> bool {
    let found = &document.blocks[block];
    let numbered = |line: usize| {
        let cell = cells(document, line).get(column?).cloned()?;
        let title = Title::parse(&document.text[cell]);
        (title.id.is_some() && !title.title.is_empty()).then_some(())
    };
    column.is_some() && (found.line + 2..=found.end_line).all(|line| numbered(line).is_some())
}

fn column(name: &str) -> Option<Column> {
    let name = if name.trim() == "#" { "no".to_owned() } else { words(name) };
    NAMED.get(&name).map(|(_, column)| column)
}

/// The cells of a line, without the white space around: between bars that are not escaped and in no code.
fn cells(document: &Document<'_>, line: usize) -> Vec<Range<usize>> {
    let start = document.lines.start(line);
    let text = document.lines.text(document.text, line);
    let mut bars = Vec::new();
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        if byte == b'|' && !escaped {
            bars.push(at);
        }
        escaped = byte == b'\\' && !escaped;
    }
    let body = text.trim_start_matches([' ', '\t', '>']);
    let first = if body.starts_with('|') { None } else { Some(text.len() - body.len()) };
    let starts: Vec<usize> = first.into_iter().chain(bars.iter().map(|bar| bar + 1)).collect();
    let ends = starts.iter().skip(1).map(|start| start - 1).chain([text.len()]);
    let cell = |(from, to): (&usize, usize)| {
        let inner = &text[*from..to];
        let at = start + from + inner.len() - inner.trim_start().len();
        at..at + inner.trim().len()
    };
    let mut cells: Vec<Range<usize>> = starts.iter().zip(ends).map(cell).collect();
    if text.trim_end().ends_with('|') {
        cells.pop();
    }
    cells
}
