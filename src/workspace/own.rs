//! Decides which paths a step changed itself, and which somebody else changed meanwhile.

use std::path::PathBuf;

use super::entry::Difference;
use super::snapshot::{Snapshot, SnapshotError};
use super::snapshots::Snapshots;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StepTrees {
    pub before: Snapshot,
    pub after: Snapshot,
    /// Pairs between which no agent worked: what the last attempt of a run left, and what the next
    /// run began with.
    pub between: Vec<(Snapshot, Snapshot)>,
}

/// What differs between the first and the last tree of a step.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct StepChanges {
    /// The step's own. What somebody else changed, and no agent touched, is not among them.
    pub changes: Vec<Difference>,
    /// Paths that the step and somebody else changed.
    pub shared: Vec<PathBuf>,
}

impl Snapshots {
    /// The changes of a step, less those of others.
    pub(crate) async fn own(&self, trees: &StepTrees) -> Result<StepChanges, SnapshotError> {
        let all = self.differences(&trees.before, &trees.after).await?;
        let mut others = Vec::new();
        for (left, found) in &trees.between {
            others.extend(self.differences(left, found).await?);
        }
        Ok(own(all, &others))
    }

    pub(super) async fn differences(
        &self,
        from: &Snapshot,
        to: &Snapshot,
    ) -> Result<Vec<Difference>, SnapshotError> {
        match self {
            _ if from.tree == to.tree => Ok(Vec::new()),
            Self::Git(git) => git.differences(from, to).await,
            Self::Files(files) => files.differences(from, to),
        }
    }
}

/// A path that others changed is theirs if all that happened to it is what they did.
fn own(all: Vec<Difference>, others: &[Difference]) -> StepChanges {
    let (foreign, changes): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|change| others.iter().any(|other| other.path == change.path));
    let shared = foreign.into_iter().filter(|change| !others.contains(change));
    StepChanges { changes, shared: shared.map(|change| change.path).collect() }
}

#[cfg(test)]
mod tests {
    use super::super::entry::TreeEntry;
    use super::*;

    fn change(path: &str, before: Option<&str>, after: Option<&str>) -> Difference {
        let entry = |object: &str| TreeEntry { mode: "100644".to_owned(), object: object.to_owned() };
        Difference { path: path.into(), before: before.map(entry), after: after.map(entry) }
    }

    #[test]
    fn what_others_did_is_theirs_and_what_both_did_is_nobodys() {
        let agents = change("agents", None, Some("1"));
        let theirs = change("theirs", Some("1"), Some("2"));
        let both = change("both", Some("1"), Some("3"));
        let others =
            [theirs.clone(), change("both", Some("1"), Some("2")), change("undone", None, Some("1"))];
        let expected = StepChanges { changes: vec![agents.clone()], shared: vec!["both".into()] };
        assert_eq!(own(vec![agents, theirs, both], &others), expected);
    }
}
