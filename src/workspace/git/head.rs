//! Reads where `HEAD` is, and notices when an agent moved it.

use super::Git;
use crate::workspace::snapshots::Snapshots;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Head {
    commit: String,
    /// The branch, or `HEAD` if it is on none.
    branch: String,
}

impl Snapshots {
    /// Where `HEAD` is; `None` without git, or before the first commit.
    pub(crate) async fn head(&self) -> Option<Head> {
        match self {
            Self::Git(git) => git.place().await,
            Self::Files(_) => None,
        }
    }
}

impl Git {
    async fn place(&self) -> Option<Head> {
        let commit = self.private(["rev-parse", "--short=12", "HEAD"]).line().await.ok()?;
        let branch = self.private(["rev-parse", "--abbrev-ref", "HEAD"]).line().await.ok()?;
        Some(Head { commit, branch })
    }
}

impl Head {
    /// What happened between two moments, in words; nothing if it is where it was.
    pub(crate) fn moved(before: Option<&Self>, after: Option<&Self>) -> Option<String> {
        let (before, after) = match (before, after) {
            (before, after) if before == after => return None,
            (Some(before), Some(after)) => (before, after),
            (None, Some(Self { commit, branch })) => {
                return Some(format!("`{branch}` got its first commit, {commit}"));
            }
            (_, None) => return Some("HEAD no longer names a commit".to_owned()),
        };
        let (from, to) = (&before.commit, &after.commit);
        Some(if before.branch == after.branch {
            format!("`{}` went from {from} to {to} (git log --stat {from}..{to})", after.branch)
        } else {
            format!("HEAD went from `{}` at {from} to `{}` at {to}", before.branch, after.branch)
        })
    }
}
