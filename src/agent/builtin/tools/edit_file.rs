//! `edit_file`: changes a file that the model has seen, by way of [`super::super::edit`].

use std::path::Path;

use super::Toolbox;
use super::arguments::CallArguments;
use super::outcome::{ToolEffect, ToolOutcome, Trouble};
use super::read::Page;
use crate::agent::builtin::edit::{self, EditFailure, EditProblem};
use crate::workspace::diff;
use crate::workspace::file::{self, Unreadable};

/// The change that is shown.
pub(super) const CHANGE: usize = 4 * 1024;

/// After so many failures in a row the file itself is shown.
const PATIENCE: u32 = 3;

/// Lines shown then, before and after the place.
const AROUND: usize = 15;

/// A file that can well be written as a whole.
const SMALL: usize = 400;

impl Toolbox {
    pub(super) fn edit(&mut self, given: &CallArguments<'_>) -> Result<ToolOutcome, Trouble> {
        let (asked, edits) = (given.text("path")?, given.edits()?);
        let path = self.workspace().writable(asked)?;
        let name = self.shown(&path);
        let old = file::read_text(&path).map_err(|error| self.uneditable(&path, &error))?;
        self.seen.guard(&path, &name, &old)?;
        let edited = edit::apply(&old, &edits).map_err(|failure| self.explain(&path, &old, &failure))?;
        write(&path, &name, &edited.text)?;
        self.seen.succeeded(&path);
        self.seen.saw(&path, &edited.text);
        let counts = diff::count(&old, &edited.text);
        let summary = format!("edit {name} (+{} -{})", counts.added, counts.removed);
        let note = edited.level.note().map(|note| format!(" [{note}]")).unwrap_or_default();
        let text = format!("{summary}{note}\n{}", diff::numbered(&old, &edited.text, CHANGE));
        let effect = ToolEffect::Changed { path: name, added: counts.added, removed: counts.removed };
        Ok(ToolOutcome::done(text, summary, effect))
    }

    fn uneditable(&self, path: &Path, error: &Unreadable) -> Trouble {
        match (error, self.unreadable(path, error)) {
            (Unreadable::Missing, Trouble::Mistake(text)) => {
                Trouble::Mistake(format!("{text}; write_file creates a new file"))
            }
            (_, trouble) => trouble,
        }
    }

    /// What was wrong, and after some failures in a row the text that is really there.
    fn explain(&mut self, path: &Path, text: &str, failure: &EditFailure) -> Trouble {
        let mut explained = failure.to_string();
        if self.seen.failed(path) >= PATIENCE {
            let lines = text.lines().count();
            explained.push_str("\nthe file reads there:\n");
            explained.push_str(&region(text, place_of(&failure.reason)));
            if lines <= SMALL {
                explained.extend([
                    "if this does not help, write the whole file (",
                    &lines.to_string(),
                    " lines) with write_file",
                ]);
            }
        }
        Trouble::Mistake(explained)
    }
}

/// Writes a file; that it cannot be written is something for the model to know.
pub(super) fn write(path: &Path, name: &str, text: &str) -> Result<(), Trouble> {
    file::replace(path, text.as_bytes())
        .map_err(|error| Trouble::Mistake(format!("`{name}` cannot be written: {error}")))
}

/// The line, from 1, that a failure is about.
fn place_of(reason: &EditProblem) -> usize {
    match reason {
        EditProblem::NotFound { nearest: Some(nearest), .. } => nearest.line,
        EditProblem::Ambiguous { lines } => lines.first().copied().unwrap_or(1),
        _ => 1,
    }
}

/// The exact lines around a place, with numbers.
fn region(text: &str, place: usize) -> String {
    let first = place.saturating_sub(AROUND).max(1);
    Page::of(text, first, 2 * AROUND + 1).lines
}
