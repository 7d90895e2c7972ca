//! A snapshot: the kept state of the project at one moment, and the difference between two.

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::files::Files;
use super::git::Git;
use crate::process::Policy;

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

/// Where snapshots are kept.
#[derive(Debug)]
pub enum Snapshots {
    /// In the object store of the project's own repository, under `refs/agentrun/`.
    Git(Box<Git>),
    /// In agentrun's state, where there is no git.
    Files(Files),
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

impl Snapshots {
    /// Snapshots of the project at `root`, without the files in `leave_out`: git's where `root` is
    /// in a work tree and git answers, else agentrun's own. `store` is a directory for private files.
    pub async fn open(root: &Path, store: &Path, leave_out: &[PathBuf], policy: &Policy) -> Self {
        match Git::open(root, store, leave_out, policy).await {
            Ok(git) => Self::Git(git.into()),
            Err(reason) => Self::Files(Files::open(root, store, leave_out, reason)),
        }
    }

    /// How snapshots are kept, and why not by git: for the start of a run.
    pub fn describe(&self) -> String {
        match self {
            Self::Git(_) => "git, under refs/agentrun/".to_owned(),
            Self::Files(files) => format!("copies of the files ({})", files.reason),
        }
    }

    /// Keeps the state of now. `name` becomes part of the reference.
    pub async fn take(&mut self, name: &str) -> Result<Snapshot, SnapshotError> {
        match self {
            Self::Git(git) => git.take(name).await,
            Self::Files(files) => files.take(),
        }
    }

    /// What changed from one state to the other.
    pub async fn changes(&self, from: &Snapshot, to: &Snapshot) -> Result<Changes, SnapshotError> {
        if from.tree == to.tree {
            return Ok(Changes::default());
        }
        match self {
            Self::Git(git) => git.changes(from, to).await,
            Self::Files(files) => files.changes(from, to),
        }
    }

    /// Paths with changes that are not committed; none where there is no git.
    pub async fn dirty(&self) -> Result<Vec<String>, SnapshotError> {
        match self {
            Self::Git(git) => git.dirty().await,
            Self::Files(_) => Ok(Vec::new()),
        }
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
}
