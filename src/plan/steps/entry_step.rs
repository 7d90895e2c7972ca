//! Steps of one line: items of a list, and entries that are no items.

use super::body::StepBody;
use super::classify::{CriterionClass, classify};
use super::command::Place;
use super::files;
use crate::plan::document::entry::EntryKind;
use crate::plan::names::{self, Role, label};
use crate::plan::piece::Piece;
use crate::plan::step::{Field, Reference, ReferenceTo};
use crate::plan::{BlockIndex, EntryIndex, Span};

impl StepBody<'_, '_> {
    /// Reads an item that is a step: its nested items and fields.
    pub(in crate::plan) fn read_item_step(&mut self, block: BlockIndex, title: &str) {
        let text = self.item_text(block);
        self.parts.files.extend(files::in_text(&text.text));
        if !self.read_parts(block) {
            self.add_title_command(&text, title);
        }
        self.add_said_references(text.at, &text.text);
        let mut nested = self.document.inner_blocks(block).peekable();
        // A step that is called `Verification` holds commands as well as work.
        let role = nested.peek().and_then(|_| names::verifies(title).then_some(Role::Testing));
        for child in nested {
            self.read_block(child, role);
        }
        let found = &self.document.blocks[block];
        self.read_comments_in(&(found.start..self.document.lines.end(found.end_line)));
    }

    /// The labels between the bars of its line: `Saw it | Verify: make test`. False if there are none.
    fn read_parts(&mut self, block: BlockIndex) -> bool {
        let (at, line) = self.document.first_line(block);
        let mut found = false;
        for (from, label) in label::parts(line) {
            self.read_label(at + from, &label);
            found = true;
        }
        found
    }

    /// A step of one line may name the command that decides about it, if its title wants to see that succeed.
    fn add_title_command(&mut self, piece: &Piece<'_>, title: &str) {
        if !title.contains('`') {
            return;
        }
        let place = if names::verifies(title) { Place::Criterion } else { Place::Work };
        let found = classify(title, place, false);
        if found.iter().any(CriterionClass::is_command) {
            self.add_criteria(piece, found, None);
        }
    }

    /// Reads what an entry that is no item says of files, other entries and its validation.
    pub(in crate::plan) fn read_entry(&mut self, index: EntryIndex) {
        let document = self.document;
        let entry = &document.entries[index];
        self.parts.files.extend(files::in_text(&entry.title.text));
        let title = self.piece(entry.span.start, entry.title.text.as_str(), entry.span.end);
        self.add_title_command(&title, &entry.title.text);
        if let Some(files) = &entry.files {
            self.parts.files.extend(files::in_field(&document.text[files.clone()]));
        }
        if let Some(needs) = &entry.needs {
            self.add_needs(needs, matches!(entry.kind, EntryKind::Todo | EntryKind::Row { .. }));
        }
        if let Some((name, value)) = &entry.owner {
            let value = document.text[value.clone()].trim_matches(['*', '_', '`']).to_owned();
            self.parts.fields.push(Field { name: name.clone(), value, line: entry.line });
        }
        if let Some(validation) = &entry.validation {
            self.add_validation(validation);
        }
    }

    /// What an entry says of others that come first; words may be their names.
    fn add_needs(&mut self, span: &Span, may_be_names: bool) {
        let text = &self.document.text[span.clone()];
        let bare = text.replace(['[', ']', '"', '\'', '\n', '\r'], " ").replace("- ", "  ");
        let known = self.parts.references.len();
        let piece = self.piece(span.start, bare, span.end);
        self.add_references(&piece);
        let found_none = self.parts.references.len() == known;
        if may_be_names && found_none && text.contains(char::is_alphanumeric) {
            self.add_names(&piece);
        }
    }

    /// Every word is the name of another step.
    fn add_names(&mut self, piece: &Piece<'_>) {
        let mut from = 0;
        for name in piece.text.split([' ', ',']).filter(|name| !name.is_empty()) {
            let at = from + piece.text[from..].find(name).unwrap_or(0);
            from = at + name.len();
            let span = piece.at + at..piece.at + from;
            let to = ReferenceTo::One { keyword: String::new(), id: name.to_owned() };
            self.parts.references.push(Reference { to, line: self.document.lines.line_of(span.start), span });
        }
    }

    fn add_validation(&mut self, span: &Span) {
        let mut at = span.start;
        for line in self.document.text[span.clone()].split_inclusive('\n') {
            let said = line.trim().trim_start_matches(['-', '*', ' ']);
            if !said.is_empty() {
                let piece = self.piece(at, said, at + said.len());
                self.add_criteria(&piece, classify(said, Place::Validation, false), None);
            }
            at += line.len();
        }
    }
}
