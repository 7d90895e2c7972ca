//! A snapshot: the kept state of the project at one moment, and the difference between two.

use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

/// One kept state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Digest of all files: a git tree, or the digest of a manifest.
    pub tree: String,
    /// The git reference that keeps it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

/// What differs between two snapshots. A renamed file is one that is gone and one that is new.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes {
    /// The files, by path.
    pub files: Vec<FileChange>,
    /// A unified diff.
    pub diff: String,
}

/// One file that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileChange {
    /// From the root of the project.
    pub path: String,
    /// Lines that came.
    pub added: u64,
    /// Lines that went.
    pub removed: u64,
    /// Not text: lines are not counted.
    pub binary: bool,
}

/// Why there is no snapshot, or no difference.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// Git refused.
    #[error("`git {command}` failed: {message}")]
    Git {
        /// The subcommand.
        command: String,
        /// What it said.
        message: String,
    },
    /// A file of the project or the store cannot be read or written.
    #[error("`{path}`: {error}")]
    File {
        /// The file.
        path: String,
        /// Why.
        #[source]
        error: io::Error,
    },
    /// Git's store has been tampered with, or is broken.
    #[error("git does not have the object {object}, or has something else under its name")]
    Forged {
        /// Its name.
        object: String,
    },
    /// The store does not know this snapshot.
    #[error("there is no snapshot `{tree}` in the store")]
    Unknown {
        /// Its tree.
        tree: String,
    },
}

impl SnapshotError {
    pub(super) fn file(path: &Path, error: io::Error) -> Self {
        Self::File { path: path.display().to_string(), error }
    }
}

impl Changes {
    /// Nothing changed.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// A line for each file and one for all: ` src/lib.rs | +3 -1`.
    pub fn stat(&self) -> String {
        let line = |file: &FileChange| {
            let FileChange { path, added, removed, binary } = file;
            if *binary { format!(" {path} | binary\n") } else { format!(" {path} | +{added} -{removed}\n") }
        };
        let lines: String = self.files.iter().map(line).collect();
        let added: u64 = self.files.iter().map(|file| file.added).sum();
        let removed: u64 = self.files.iter().map(|file| file.removed).sum();
        match self.files.len() {
            0 => "no file changed".to_owned(),
            1 => format!("{lines} 1 file changed, +{added} -{removed}"),
            count => format!("{lines} {count} files changed, +{added} -{removed}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stat_names_every_file() {
        let file =
            |path: &str, added, removed, binary| FileChange { path: path.to_owned(), added, removed, binary };
        let files = vec![file("src/lib.rs", 3, 1, false), file("logo.png", 0, 0, true)];
        let changes = Changes { files, diff: String::new() };
        assert_eq!(changes.stat(), " src/lib.rs | +3 -1\n logo.png | binary\n 2 files changed, +3 -1");
        assert_eq!(Changes::default().stat(), "no file changed");
    }

    #[test]
    fn a_full_disk_is_seen_behind_a_snapshot() {
        let error = SnapshotError::file(Path::new("a"), io::ErrorKind::StorageFull.into());
        let failure = crate::failure::Failure::internal("cannot keep the project", error);
        assert_eq!(failure.to_string(), "cannot keep the project: `a`: no storage space");
        assert_eq!(failure.hints.len(), 1);
    }
}
