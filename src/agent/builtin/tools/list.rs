//! `list_files`: lists one directory, or all files below it that match a glob.

use super::arguments::CallArguments;
use super::outcome::{ToolEffect, ToolOutcome, Trouble};
use super::walk::{Filter, walk};
use super::{PATIENCE, Toolbox};
use crate::clock::Deadline;
use crate::words;
use crate::workspace::file::TextProblem;

/// Entries shown.
const ENTRIES: usize = 500;

/// Bytes shown.
const BYTES: usize = 16 * 1024;

impl Toolbox {
    pub(super) fn list(&self, given: &CallArguments<'_>) -> Result<ToolOutcome, Trouble> {
        let path = self.workspace().readable(given.optional_text("path")?.unwrap_or("."))?;
        let name = self.shown(&path);
        if !path.exists() {
            return Err(self.unreadable(&path, &TextProblem::Missing));
        }
        if !path.is_dir() {
            return Err(Trouble::Mistake(format!("`{name}` is a file; read_file shows it")));
        }
        let root = &self.workspace().root;
        let filter = Filter::new(given, root, &path)?;
        let depth = if filter.is_empty() { Some(1) } else { None };
        let mut text = String::new();
        let (mut shown, mut all) = (0, 0);
        let (deadline, mut is_whole) = (Deadline::after(PATIENCE), true);
        for entry in walk(root, &path, depth).filter(|entry| entry.depth() > 0) {
            is_whole = !self.is_over(deadline);
            if !is_whole {
                break;
            }
            let is_directory = entry.file_type().is_some_and(|kind| kind.is_dir());
            if (is_directory && depth.is_none()) || !filter.admits(entry.path()) {
                continue;
            }
            all += 1;
            if shown < ENTRIES && text.len() < BYTES {
                shown += 1;
                text.extend([self.shown(entry.path()).as_str(), if is_directory { "/\n" } else { "\n" }]);
            }
        }
        let entries = words::plural(all, "entry", "entries");
        let shown = if shown < all { format!("{shown} of ") } else { String::new() };
        let advice = if shown.is_empty() { "" } else { " shown; narrow it with path or glob" };
        let end = if is_whole {
            ""
        } else {
            ", and there may be more: the time is up; narrow it with path or glob"
        };
        text.extend(["[", &shown, &entries, advice, end, "]"]);
        Ok(ToolOutcome::done(text, format!("list {name} ({entries})"), ToolEffect::None))
    }
}
