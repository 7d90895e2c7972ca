//! `edit_file` and `write_file`: change a file that the model has seen, or make a new one.

use std::io;
use std::path::Path;

use super::Toolbox;
use super::arguments::CallArguments;
use super::outcome::{ToolEffect, ToolOutcome, Trouble};
use super::read::Page;
use crate::agent::builtin::edit::{self, EditFailure, FileShape, MatchLevel};
use crate::workspace::diff::{self, LineCounts};
use crate::workspace::file::{self, TextProblem};

/// The change that is shown.
const CHANGE: usize = 4 * 1024;

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
        self.replace(&path, Some(&old), &edited.text, Some(edited.level))
    }

    pub(super) fn write(&mut self, given: &CallArguments<'_>) -> Result<ToolOutcome, Trouble> {
        let (asked, content) = (given.text("path")?, given.text("content")?);
        let path = self.workspace().writable(asked)?;
        let name = self.shown(&path);
        let old = match file::read_text(&path) {
            Ok(old) => Some(old),
            Err(TextProblem::Missing) => None,
            Err(TextProblem::System(error)) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(self.unreadable(&path, &error)),
        };
        if let Some(old) = &old {
            self.seen.guard(&path, &name, old)?;
        }
        // A file with CR LF line ends keeps them.
        let new = old.as_deref().map_or_else(|| content.to_owned(), |old| FileShape::of(old).dress(content));
        if old.as_deref() == Some(&new) {
            let text = format!("`{name}` has exactly this content already; nothing was written");
            return Ok(ToolOutcome::done(text, format!("write {name} (no change)"), ToolEffect::None));
        }
        self.replace(&path, old.as_deref(), &new, None)
    }

    /// Writes a file; that it cannot be written is something for the model to know. The change is worth
    /// a second look, but what is all new the model has just written. `level` is how an edit was matched.
    fn replace(
        &mut self,
        path: &Path,
        old: Option<&str>,
        new: &str,
        level: Option<MatchLevel>,
    ) -> Result<ToolOutcome, Trouble> {
        let name = self.shown(path);
        file::replace(path, new.as_bytes())
            .map_err(|error| Trouble::Mistake(format!("`{name}` cannot be written: {error}")))?;
        self.seen.succeeded(path);
        self.seen.saw(path, new);
        let LineCounts { added, removed } = diff::count(old.unwrap_or_default(), new);
        let verb = if level.is_some() { "edit" } else { "write" };
        let note = level.and_then(MatchLevel::note).map(|note| format!(" [{note}]")).unwrap_or_default();
        let summary = format!("{verb} {name} (+{added} -{removed})");
        let change = old.map(|old| format!("\n{}", diff::numbered(old, new, CHANGE))).unwrap_or_default();
        let effect = ToolEffect::Changed { path: name, added, removed };
        Ok(ToolOutcome::done(format!("{summary}{note}{change}"), summary, effect))
    }

    fn uneditable(&self, path: &Path, error: &TextProblem) -> Trouble {
        match (error, self.unreadable(path, error)) {
            (TextProblem::Missing, Trouble::Mistake(text)) => {
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
            explained.push_str(&region(text, failure.line));
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

/// The exact lines around a place, with numbers.
fn region(text: &str, place: usize) -> String {
    let first = place.saturating_sub(AROUND).max(1);
    Page::of(text, first, 2 * AROUND + 1).lines
}
