//! Brings files of the work tree back to what a snapshot has, and nothing else: no index, no
//! reference, no file that was not named.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use super::entry::{self, Entry};
use super::files::Files;
use super::git::{Call, Git};
use super::snapshot::{Snapshot, SnapshotError, Snapshots};

/// A file that differs between two snapshots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// From the root of the project.
    pub path: PathBuf,
    /// The first snapshot has it.
    pub before: bool,
    /// The second snapshot has it.
    pub after: bool,
    /// Why it cannot be put back.
    pub unkept: Option<&'static str>,
}

/// What has to be done to bring files back.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct PutBack {
    /// Files that are written.
    pub written: Vec<PathBuf>,
    /// Files that are removed.
    pub removed: Vec<PathBuf>,
}

/// Why files cannot be brought back.
#[derive(Debug, thiserror::Error)]
pub enum InTheWay {
    /// They are not what they would have to be: later work.
    #[error("these are not as the step left them: {}", say(.0))]
    Changed(Vec<PathBuf>),
    /// The snapshot does not have all that is needed.
    #[error("`{}` cannot be brought back: {why}", path.display())]
    Unkept {
        /// The file.
        path: PathBuf,
        /// Why.
        why: &'static str,
    },
    /// The snapshots cannot be read.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
}

fn say(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
}

impl Snapshots {
    /// What has to be done so that the files that differ between `base` and `left` are again as in
    /// `base`. Each of them has to be now, in the snapshot `now` and on disk, as in one of the two.
    pub async fn plan_back(
        &self,
        (base, left): (&Snapshot, &Snapshot),
        now: &Snapshot,
        root: &Path,
    ) -> Result<PutBack, InTheWay> {
        let own = self.moved(base, left).await?;
        let differs = |moved: Vec<Moved>| moved.into_iter().map(|moved| moved.path).collect::<BTreeSet<_>>();
        let from_left = differs(self.moved(left, now).await?);
        let from_base = differs(self.moved(base, now).await?);
        let changed = |moved: &&Moved| {
            // What a snapshot does not have may be on disk all the same, if it is ignored now.
            let hidden = !moved.after
                && !from_left.contains(&moved.path)
                && root.join(&moved.path).symlink_metadata().is_ok();
            hidden || (from_left.contains(&moved.path) && from_base.contains(&moved.path))
        };
        let changed: Vec<PathBuf> = own.iter().filter(changed).map(|moved| moved.path.clone()).collect();
        if !changed.is_empty() {
            return Err(InTheWay::Changed(changed));
        }
        let mut back = PutBack::default();
        for moved in own.into_iter().filter(|moved| from_base.contains(&moved.path)) {
            match moved {
                Moved { path, unkept: Some(why), .. } => return Err(InTheWay::Unkept { path, why }),
                Moved { path, before: true, .. } => back.written.push(path),
                Moved { path, .. } => back.removed.push(path),
            }
        }
        Ok(back)
    }

    /// Does it.
    pub async fn put_back(&self, base: &Snapshot, root: &Path, back: &PutBack) -> Result<(), SnapshotError> {
        for path in &back.removed {
            remove(root, path).map_err(|error| SnapshotError::file(path, error))?;
        }
        match self {
            Self::Git(git) => git.write_back(base, &back.written).await,
            Self::Files(files) => files.write_back(base, &back.written),
        }
    }

    async fn moved(&self, from: &Snapshot, to: &Snapshot) -> Result<Vec<Moved>, SnapshotError> {
        match self {
            _ if from.tree == to.tree => Ok(Vec::new()),
            Self::Git(git) => git.moved(from, to).await,
            Self::Files(files) => files.moved(from, to),
        }
    }
}

impl Git {
    async fn moved(&self, from: &Snapshot, to: &Snapshot) -> Result<Vec<Moved>, SnapshotError> {
        let args = ["diff-tree", "-r", "--no-renames", "--raw", "-z", "--no-abbrev", "--relative"];
        let raw = self.run(&[&args[..], &[&from.tree, &to.tree]].concat()).await?;
        let moved = entry::differences(&raw).into_iter().map(|found| {
            let repository = found.before.iter().chain(&found.after).any(Entry::is_repository);
            Moved {
                path: PathBuf::from(OsString::from_vec(found.path)),
                before: found.before.is_some(),
                after: found.after.is_some(),
                unkept: repository.then_some("it is a git repository of its own"),
            }
        });
        Ok(moved.collect())
    }

    async fn write_back(&self, base: &Snapshot, paths: &[PathBuf]) -> Result<(), SnapshotError> {
        if paths.is_empty() {
            return Ok(());
        }
        let fresh = self.fresh_index("restore-index");
        let read = ["read-tree", &base.tree].map(OsStr::new);
        let within = |args| Call { args, index: Some(fresh.path()), ..Call::default() };
        self.ask_for(within(&read)).await?;
        let stdin = paths.iter().flat_map(|path| [path.as_os_str().as_bytes(), b"\0"].concat());
        let stdin: Vec<u8> = stdin.collect();
        let args = ["checkout-index", "-f", "-z", "--stdin"].map(OsStr::new);
        self.ask_for(Call { stdin: &stdin, ..within(&args) }).await.map(drop)
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

impl Files {
    fn write_back(&self, base: &Snapshot, paths: &[PathBuf]) -> Result<(), SnapshotError> {
        paths.iter().try_for_each(|path| self.write_kept(&base.tree, path))
    }
}
