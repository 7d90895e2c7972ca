//! Finds what keeps a repository from taking a commit.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::author::Author;
use super::{Git, trim_line};
use crate::workspace::entry::Name;
use crate::workspace::snapshot::SnapshotError;
use crate::workspace::snapshots::Snapshots;

/// What git keeps while it is in the middle of something.
const UNFINISHED: &[(&str, &str)] = &[
    ("MERGE_HEAD", "merge"),
    ("CHERRY_PICK_HEAD", "cherry-pick"),
    ("REVERT_HEAD", "revert"),
    ("rebase-merge", "rebase"),
    ("rebase-apply", "rebase"),
];

/// What the repository was like when a run began that commits.
#[derive(Debug)]
pub(super) struct CommitStart {
    pub(super) branch: String,
    pub(super) staged: HashSet<Name>,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum Obstacle {
    /// Git does not keep the snapshots.
    #[error("git cannot be used here: {0}")]
    NoGit(String),
    /// Git is in the middle of something.
    #[error("a {0} is going on in the repository")]
    Unfinished(&'static str),
    #[error("HEAD is not on a branch")]
    NoBranch,
    /// Another branch would move than the one that the run began on.
    #[error("HEAD went from `{from}` to `{to}` during the run")]
    OtherBranch { from: String, to: String },
    /// Nobody would have made it.
    #[error("git has no name for the author")]
    Nobody,
    #[error(transparent)]
    Git(#[from] SnapshotError),
}

impl Obstacle {
    pub(crate) fn hint(&self) -> &'static str {
        match self {
            Self::NoGit(_) | Self::Git(_) => "put the project under git: git init",
            Self::Unfinished(_) => "finish or abort it; `git status` says how",
            Self::OtherBranch { .. } => "go back to the branch: git switch NAME",
            Self::NoBranch => "go to a branch: git switch -c NAME",
            Self::Nobody => "say it: git config user.name NAME, git config user.email ADDRESS",
        }
    }
}

impl Snapshots {
    pub(crate) fn repository(&mut self) -> Result<&mut Git, Obstacle> {
        match self {
            Self::Git(git) => Ok(git),
            Self::Files(files) => Err(Obstacle::NoGit(files.no_git.reason.clone())),
        }
    }
}

impl Git {
    /// Whether a commit could be made now: nothing else is going on, on the branch that HEAD was on
    /// when this was asked first or that the text of a step asked for since, in somebody's name.
    pub(crate) async fn can_commit(&mut self, author: &Author, step: &str) -> Result<(), Obstacle> {
        let files = UNFINISHED.iter().flat_map(|(file, _)| ["--git-path", file]);
        let places = self.private(["rev-parse", "--path-format=absolute"]).args(files).bytes().await?;
        let exists = |place: &[u8]| Path::new(OsStr::from_bytes(place)).exists();
        if let Some(found) = trim_line(&places).split(|&byte| byte == b'\n').position(exists) {
            return Err(Obstacle::Unfinished(UNFINISHED[found].1));
        }
        let asked = self.private(["symbolic-ref", "-q", "--short", "HEAD"]);
        let to = asked.line().await.map_err(|_| Obstacle::NoBranch)?;
        match &mut self.start {
            Some(start) if start.branch != to && asks_for_branch(step, &to) => start.branch = to,
            Some(start) if start.branch != to => {
                return Err(Obstacle::OtherBranch { from: start.branch.clone(), to });
            }
            Some(_) => {}
            None => self.start = Some(CommitStart { branch: to, staged: self.staged().await? }),
        }
        for name in ["GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT"] {
            self.call(["var", name]).author(author).bytes().await.map_err(|_| Obstacle::Nobody)?;
        }
        Ok(())
    }

    /// Paths that the index has otherwise than the branch.
    async fn staged(&self) -> Result<HashSet<Name>, SnapshotError> {
        let head = self.head().await;
        let names = match &head {
            Some(head) => self.call(["diff-index", "--cached", "--name-only", "-z", "--no-renames", head]),
            None => self.call(["ls-files", "-z", "--full-name"]),
        };
        let printed = names.bytes().await?;
        Ok(printed.split(|&byte| byte == 0).map(<[u8]>::to_vec).collect())
    }
}

/// A step asks for this branch by its name, or for one that whoever works has to name.
fn asks_for_branch(step: &str, branch: &str) -> bool {
    const BRANCH: &str = "branch, zweig, rama, branche, ветк, 分支, ブランチ, 브랜치";
    let said = step.to_lowercase();
    step.contains(branch) || BRANCH.split(", ").any(|word| said.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_asks_for_a_branch_by_name_or_for_any() {
        for (step, expected) in [
            ("- [ ] Make the branch `feature/x`", true),
            ("- [ ] `git switch -c feature/x`", true),
            ("- [ ] Create a feature branch", true),
            ("- [ ] 创建分支", true),
            ("- [ ] Write the lamp", false),
        ] {
            assert_eq!(asks_for_branch(step, "feature/x"), expected, "{step}");
        }
    }
}
