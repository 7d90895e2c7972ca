//! `write_file`: writes a new file, or all of a file that the model has seen.

use std::io;

use super::Toolbox;
use super::arguments::CallArguments;
use super::edit_file::{CHANGE, write};
use super::outcome::{ToolEffect, ToolOutcome, Trouble};
use crate::agent::builtin::edit::FileShape;
use crate::workspace::diff;
use crate::workspace::file::{self, Unreadable};

impl Toolbox {
    pub(super) fn write(&mut self, given: &CallArguments<'_>) -> Result<ToolOutcome, Trouble> {
        let (asked, content) = (given.text("path")?, given.text("content")?);
        let path = self.workspace().writable(asked)?;
        let name = self.shown(&path);
        let old = match file::read_text(&path) {
            Ok(old) => Some(old),
            Err(Unreadable::Missing) => None,
            Err(Unreadable::System(error)) if error.kind() == io::ErrorKind::NotFound => None,
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
        write(&path, &name, &new)?;
        self.seen.succeeded(&path);
        self.seen.saw(&path, &new);
        let counts = diff::count(old.as_deref().unwrap_or_default(), &new);
        let summary = format!("write {name} (+{} -{})", counts.added, counts.removed);
        // What is all new the model has just written; a change is worth a second look.
        let change = old.map(|old| format!("\n{}", diff::numbered(&old, &new, CHANGE))).unwrap_or_default();
        let effect = ToolEffect::Changed { path: name, added: counts.added, removed: counts.removed };
        Ok(ToolOutcome::done(format!("{summary}{change}"), summary, effect))
    }
}
