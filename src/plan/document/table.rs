//! Reads tables that are lists of tasks: one column says what to do, one says how far it is.

use super::entry::{Entry, EntryKind, EntryState};
use crate::plan::document::{Block, Document};
use crate::plan::names;
use crate::plan::names::code::CodeForm;
use crate::plan::names::column::Column;
use crate::plan::names::title::Title;
use crate::plan::{BlockIndex, Line, Span};

/// The rows of a table, if it is a list of tasks: one column says what, another says how far or has an id.
pub(in crate::plan) fn rows(document: &Document<'_>, block: BlockIndex) -> Vec<Entry> {
    let found = &document.blocks[block];
    let heads = cells(document, found.line);
    let name = |column: usize| {
        heads.get(column).map_or(String::new(), |cell| document.text[cell.clone()].to_owned())
    };
    let header: Vec<Option<Column>> =
        heads.iter().map(|cell| names::column(&document.text[cell.clone()])).collect();
    let at = |wanted: Column| header.iter().position(|column| *column == Some(wanted));
    let (Some(title), state) = (at(Column::Task).or_else(|| at(Column::Name)), at(Column::State)) else {
        return Vec::new();
    };
    if state.is_none() && at(Column::Id).is_none() && !counts(document, block, at(Column::Task)) {
        return Vec::new();
    }
    let named = (state.is_some() && (at(Column::Task).is_some() || at(Column::Id).is_some()))
        || (at(Column::Task).is_some() && are_codes(document, block, at(Column::Id)));
    let mut rows = Vec::new();
    for line in body(found) {
        let cells = cells(document, line);
        let cell = |column: Option<usize>| cells.get(column?).cloned().filter(|cell| !cell.is_empty());
        let Some(title) = cell(Some(title)) else { continue };
        let mut entry = Entry::of_lines(document, EntryKind::Row { named }, block, line, line);
        entry.title = Title::parse(&document.text[title]);
        if let Some(id) = cell(at(Column::Id)).map(|id| Title::parse(&document.text[id])) {
            let name = if id.text.is_empty() { id.id.clone() } else { Some(id.text.clone()) };
            entry.title.id = id.id.or(name);
            entry.title.label = id.label;
        }
        entry.state = cell(state).and_then(|cell| EntryState::at(document, cell));
        entry.needs = cell(at(Column::Needs));
        entry.files = cell(at(Column::Files));
        let owner = at(Column::Owner);
        entry.owner = owner.zip(cell(owner)).map(|(column, cell)| (name(column), cell));
        entry.validation = cell(at(Column::Validation));
        rows.push(entry);
    }
    let known = rows.iter().filter(|row| row.state.is_some()).count();
    if state.is_some() && known * 2 < rows.len() { Vec::new() } else { rows }
}

/// The lines below the one that parts the names of the columns from their cells.
fn body(table: &Block) -> impl Iterator<Item = Line> {
    table.line.next().next().until(table.end_line.next())
}

/// Every cell of the column is a code of a unit of work: `T001`.
fn are_codes(document: &Document<'_>, block: BlockIndex, column: Option<usize>) -> bool {
    let coded = |line: Line| {
        let cell = cells(document, line).get(column?).cloned()?;
        let code = document.text[cell].trim_matches(['*', '`', ' ']);
        CodeForm::of(code).is_some_and(|form| form.names_a_step(code)).then_some(())
    };
    column.is_some() && body(&document.blocks[block]).all(|line| coded(line).is_some())
}

/// Every cell of the column has a number of its own: `| 1. Saw the board |`.
fn counts(document: &Document<'_>, block: BlockIndex, column: Option<usize>) -> bool {
    let found = &document.blocks[block];
    let numbered = |line: Line| {
        let cell = cells(document, line).get(column?).cloned()?;
        let title = Title::parse(&document.text[cell]);
        (title.id.is_some() && !title.text.is_empty()).then_some(())
    };
    column.is_some() && body(found).all(|line| numbered(line).is_some())
}

/// The cells of a line, without the white space around: between bars that are not escaped and in no code.
fn cells(document: &Document<'_>, line: Line) -> Vec<Span> {
    let start = document.lines.start(line);
    let text = document.line(line);
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
    let mut cells = Vec::new();
    for (from, to) in starts.iter().zip(ends) {
        let inner = &text[*from..to];
        let at = start + from + inner.len() - inner.trim_start().len();
        cells.push(at..at + inner.trim().len());
    }
    if text.trim_end().ends_with('|') {
        cells.pop();
    }
    cells
}
