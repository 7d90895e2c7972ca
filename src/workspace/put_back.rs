//! Brings files of the work tree back from a snapshot, and touches nothing else.

use std::collections::BTreeSet;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::entry::{self, Difference, TreeEntry};
use super::git::Git;
use super::own::{StepChanges, StepTrees};
use super::snapshot::{Snapshot, SnapshotError};
use super::snapshots::Snapshots;

/// What has to be done to bring files back.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct PutBack {
    pub written: Vec<PathBuf>,
    pub removed: Vec<PathBuf>,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum InTheWay {
    /// They are not what they would have to be: later work.
    #[error("these files changed after the step: {}", say(.0))]
    Changed(Vec<PathBuf>),
    /// Work of others would go with the step's.
    #[error("somebody else changed these too while the step was open: {}", say(.0))]
    Shared(Vec<PathBuf>),
    /// The snapshot does not have all that is needed.
    #[error("`{}` cannot be brought back: {why}", path.display())]
    Unkept { path: PathBuf, why: &'static str },
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
}

fn say(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
}

impl Snapshots {
    /// What has to be done so that what a step changed is as it was before it. Each path has to be
    /// now, in the snapshot `now` and on disk, as the step found it or as it left it.
    pub(crate) async fn plan_back(
        &self,
        trees: &StepTrees,
        now: &Snapshot,
        root: &Path,
    ) -> Result<PutBack, InTheWay> {
        let StepChanges { changes, shared } = self.own(trees).await?;
        if !shared.is_empty() {
            return Err(InTheWay::Shared(shared));
        }
        let paths = |found: Vec<Difference>| found.into_iter().map(|one| one.path).collect::<BTreeSet<_>>();
        let from_left = paths(self.differences(&trees.after, now).await?);
        let from_base = paths(self.differences(&trees.before, now).await?);
        let own: BTreeSet<PathBuf> = changes.iter().map(|own| own.path.clone()).collect();
        let there = |path: &Path| root.join(path).symlink_metadata().ok();
        let in_the_way =
            |place: &Path| !own.contains(place) && there(place).is_some_and(|place| !place.is_dir());
        let changed = |own: &&Difference| {
            let path = &own.path;
            // What a snapshot does not have may be on disk all the same, if it is ignored now.
            let hidden = own.after.is_none() && !from_left.contains(path) && there(path).is_some();
            hidden
                || (own.before.is_some() && path.ancestors().skip(1).any(in_the_way))
                || (from_left.contains(path) && from_base.contains(path))
        };
        let changed: Vec<PathBuf> = changes.iter().filter(changed).map(|own| own.path.clone()).collect();
        if !changed.is_empty() {
            return Err(InTheWay::Changed(changed));
        }
        let mut back = PutBack::default();
        for own in changes.into_iter().filter(|own| from_base.contains(&own.path)) {
            if let Some(why) = self.unkept(&trees.before, &own)? {
                return Err(InTheWay::Unkept { path: own.path, why });
            }
            if own.before.is_some() { back.written.push(own.path) } else { back.removed.push(own.path) }
        }
        Ok(back)
    }

    /// Why a path cannot be brought back to what a snapshot has.
    fn unkept(&self, base: &Snapshot, own: &Difference) -> Result<Option<&'static str>, SnapshotError> {
        let repository = own.before.iter().chain(&own.after).any(TreeEntry::is_repository);
        match self {
            Self::Git(_) => Ok(repository.then_some("it is a git repository of its own")),
            Self::Files(files) => files.unkept(&base.tree, &own.path),
        }
    }

    pub(crate) async fn put_back(
        &self,
        base: &Snapshot,
        root: &Path,
        back: &PutBack,
    ) -> Result<(), SnapshotError> {
        for path in &back.removed {
            remove(root, path).map_err(|error| SnapshotError::file(path, error))?;
        }
        match self {
            Self::Git(git) => git.write_back(base, &back.written).await,
            Self::Files(files) => files.write_back(base, &back.written),
        }
    }
}

impl Git {
    /// The paths that differ, without those outside of the project. All that they are read from is
    /// what its name says.
    pub(super) async fn differences(
        &self,
        from: &Snapshot,
        to: &Snapshot,
    ) -> Result<Vec<Difference>, SnapshotError> {
        let args =
            ["diff-tree", "-r", "--no-renames", "--raw", "-z", "--no-abbrev", "--relative", "--no-ext-diff"];
        let trees = [from.tree.as_str(), to.tree.as_str()];
        self.check_trees(&trees).await?;
        let found = entry::differences(&self.private(args).args(trees).bytes().await?);
        self.check_files(found.iter().flat_map(Difference::entries)).await?;
        Ok(found)
    }

    async fn write_back(&self, base: &Snapshot, paths: &[PathBuf]) -> Result<(), SnapshotError> {
        if paths.is_empty() {
            return Ok(());
        }
        let fresh = self.fresh_index("restore-index")?;
        self.call(["read-tree", &base.tree]).index(&fresh).bytes().await?;
        let stdin = paths.iter().flat_map(|path| [path.as_os_str().as_bytes(), b"\0"].concat());
        let checkout = self.call(["checkout-index", "-f", "-z", "--stdin"]).index(&fresh);
        checkout.stdin(stdin.collect::<Vec<u8>>()).bytes().await.map(drop)
    }
}

/// Removes a file, and the folders that it leaves empty, as git does.
fn remove(root: &Path, path: &Path) -> std::io::Result<()> {
    match std::fs::remove_file(root.join(path)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let folders = path.ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty());
    for folder in folders {
        if std::fs::remove_dir(root.join(folder)).is_err() {
            break;
        }
    }
    Ok(())
}
