//! Remembers which version of each file the model has seen, so that no tool overwrites a newer one.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::outcome::Trouble;
use crate::digest::digest;
use crate::words;
use crate::workspace::diff;

/// The change of a file that is told in full. A longer one has to be read.
const CHANGE: usize = 4 * 1024;

/// A larger file is remembered by its digest only.
const REMEMBERED: usize = 1024 * 1024;

#[derive(Debug, Default)]
pub(super) struct SeenFiles {
    seen: HashMap<PathBuf, SeenText>,
    failures: HashMap<PathBuf, u32>,
}

/// What was last seen of a file.
#[derive(Debug)]
struct SeenText {
    digest: String,
    text: Option<String>,
}

impl SeenFiles {
    /// The model has seen this text, or a part of it, or wrote it.
    pub(super) fn saw(&mut self, path: &Path, text: &str) {
        let digest = digest(text.as_bytes());
        let text = (text.len() <= REMEMBERED).then(|| text.to_owned());
        self.seen.insert(path.to_owned(), SeenText { digest, text });
    }

    /// Refuses what was never read, and what has changed since: the change is told, and is seen then.
    pub(super) fn guard(&mut self, path: &Path, name: &str, text: &str) -> Result<(), Trouble> {
        let Some(seen) = self.seen.get(path) else {
            let lines = words::counted(text.lines().count(), "line");
            let problem = format!("`{name}` ({lines}) was not read in this conversation; read it first");
            return Err(Trouble::Mistake(problem));
        };
        if seen.digest == digest(text.as_bytes()) {
            return Ok(());
        }
        let change =
            seen.text.as_deref().map(|old| diff::numbered(old, text, usize::MAX)).unwrap_or_default();
        if change.is_empty() || change.len() > CHANGE {
            self.seen.remove(path);
            let problem =
                format!("`{name}` has changed since it was last read, in many places; read it again");
            return Err(Trouble::Mistake(problem));
        }
        self.saw(path, text);
        let problem = format!(
            "`{name}` has changed since it was last read; nothing was written. This is the change; if the edit is \
             still right, make it again:\n{change}"
        );
        Err(Trouble::Mistake(problem))
    }

    /// How many edits of this file have failed in a row, this one included.
    pub(super) fn failed(&mut self, path: &Path) -> u32 {
        let count = self.failures.entry(path.to_owned()).or_default();
        *count += 1;
        *count
    }

    /// An edit of this file was made.
    pub(super) fn succeeded(&mut self, path: &Path) {
        self.failures.remove(path);
    }
}
