//! The private index for snapshots, and the marks of the user's index that agentrun ignores.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use tempfile::TempPath;

use super::Git;
use crate::workspace::entry::{self, Name, TreeEntry};
use crate::workspace::snapshot::SnapshotError;

impl Git {
    /// Makes the private index ready to have the files of now added.
    pub(super) async fn prepare(&mut self) -> Result<(), SnapshotError> {
        let seeds = !self.seeded;
        self.seed()?;
        let listed = self.private(["ls-files", "-v", "--stage", "-z"]).bytes().await?;
        let mut doubted = doubted(&listed);
        if seeds {
            doubted.extend(self.kept_changed(&listed).await?);
        }
        doubted.retain(|(path, entry)| !entry.is_repository() || self.is_repository(path));
        if doubted.is_empty() {
            return Ok(());
        }
        let stdin: Vec<u8> = doubted.iter().flat_map(|(path, entry)| self.anew(path, entry)).collect();
        self.private(["update-index", "-z", "--index-info"]).stdin(stdin).bytes().await.map(drop)
    }

    /// The private index starts as a copy of the user's, which knows the files' times, so only
    /// what changed is read. What a killed run left is not trusted.
    fn seed(&mut self) -> Result<(), SnapshotError> {
        if self.seeded {
            return Ok(());
        }
        for old in [self.private_index.clone(), self.private_index.with_extension("lock")] {
            match std::fs::remove_file(&old) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(SnapshotError::file(&old, error));
                }
                _ => {}
            }
        }
        if let Some(index) = self.index.as_deref().filter(|index| index.exists()) {
            copy(index, &self.private_index).map_err(|error| SnapshotError::file(index, error))?;
        }
        self.seeded = true;
        Ok(())
    }

    /// Entries of files that a filter changed when they were added: a snapshot keeps what is on disk.
    async fn kept_changed(&self, listed: &[u8]) -> Result<Vec<(Name, TreeEntry)>, SnapshotError> {
        let entries: Vec<_> = entry::tagged(listed).map(|(_, path, entry)| (path, entry)).collect();
        let filtered = self.filtered(entries.iter().map(|(path, _)| path.as_slice())).await?;
        Ok(entries.into_iter().filter(|(path, _)| filtered.contains_key(path)).collect())
    }

    /// There is another repository on disk.
    fn is_repository(&self, path: &[u8]) -> bool {
        let path = self.root.join(OsStr::from_bytes(path));
        path.join(".git").symlink_metadata().is_ok()
    }

    /// An entry as if git had never seen the file. Another repository goes: to compare it, `add` would
    /// start a git in there, with the settings that it has there; to add it, `add` reads its `HEAD`.
    fn anew(&self, path: &[u8], entry: &TreeEntry) -> Vec<u8> {
        let facts = if entry.is_repository() {
            format!("0 {}\t", "0".repeat(entry.object.len()))
        } else {
            format!("{} {}\t", entry.mode, entry.object)
        };
        [facts.as_bytes(), &self.prefix, path, b"\0"].concat()
    }

    /// An index of this name beside the private one, until it is dropped; what a killed run left is
    /// removed.
    pub(in crate::workspace) fn fresh_index(&self, name: &str) -> Result<TempPath, SnapshotError> {
        let path = self.private_index.with_file_name(name);
        drop(std::fs::remove_file(path.with_extension("lock")));
        drop(std::fs::remove_file(&path));
        TempPath::try_from_path(&path).map_err(|error| SnapshotError::file(&path, error))
    }
}

/// Entries whose files git was told not to look at (`assume-unchanged`, `skip-worktree`), and
/// repositories inside the repository.
fn doubted(listed: &[u8]) -> Vec<(Name, TreeEntry)> {
    let flagged = |tag: u8| tag.is_ascii_lowercase() || tag == b'S';
    let doubted = entry::tagged(listed).filter(|(tag, _, entry)| flagged(*tag) || entry.is_repository());
    doubted.map(|(_, path, entry)| (path, entry)).collect()
}

/// Copies an index with its time: a file that is as old as the index may have changed right after
/// it, and git looks into it for that reason.
fn copy(index: &Path, copy: &Path) -> std::io::Result<()> {
    let time = index.metadata()?.modified()?;
    std::fs::copy(index, copy)?;
    std::fs::File::options().append(true).open(copy)?.set_modified(time)
}
