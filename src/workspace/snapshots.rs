//! Where the states of the project are kept: by git, or where there is none, in copies.

use std::path::{Path, PathBuf};

use super::files::{Files, NoGit};
use super::git::Git;
use super::snapshot::{Changes, Snapshot, SnapshotError};
use crate::process::Policy;

/// Where snapshots are kept.
#[derive(Debug)]
pub enum Snapshots {
    /// In the object store of the project's own repository, under `refs/agentrun/`.
    Git(Box<Git>),
    /// In agentrun's state, where there is no git.
    Files(Files),
}

impl Snapshots {
    /// Snapshots of the project at `root`, without the files in `leave_out`: git's where `root` is
    /// in a work tree and git answers, else agentrun's own. `store` is a directory for private files.
    pub async fn open(root: &Path, store: &Path, leave_out: &[PathBuf], policy: &Policy) -> Self {
        match Git::open(root, store, leave_out, policy).await {
            Ok(git) => Self::Git(git.into()),
            Err(reason) => {
                Self::Files(Files::open(root, store, leave_out, NoGit { reason, patience: policy.patience }))
            }
        }
    }

    /// How snapshots are kept, and why not by git: for the start of a run.
    pub fn describe(&self) -> String {
        match self {
            Self::Git(_) => "git, under refs/agentrun/".to_owned(),
            Self::Files(files) => format!("copies of the files ({})", files.no_git.reason),
        }
    }

    /// Keeps the state of now. `name` becomes part of the reference.
    pub async fn take(&mut self, name: &str) -> Result<Snapshot, SnapshotError> {
        match self {
            Self::Git(git) => git.take(name).await,
            Self::Files(files) => files.take(),
        }
    }

    /// What was taken from repositories that came meanwhile, since it was asked last: settings and hooks.
    pub fn disarmed(&mut self) -> Vec<String> {
        match self {
            Self::Git(git) => git.disarmed(),
            Self::Files(_) => Vec::new(),
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

    /// The change from one tree to the other as a patch that `git apply` takes; `None` without git.
    pub async fn patch(&self, from: &str, to: &str) -> Option<Result<Vec<u8>, SnapshotError>> {
        match self {
            Self::Git(git) => Some(git.patch(from, to).await),
            Self::Files(_) => None,
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
