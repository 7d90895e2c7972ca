//! Snapshots without git: a list of digests, and copies of the smaller files.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs::Permissions;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::diff;
use super::entry::{self, Difference};
use super::file::{digest, is_binary, keep, replace};
use super::ignore_lists::has_trap;
use super::snapshot::{Changes, FileChange, Snapshot, SnapshotError};
use crate::clock::Deadline;
use crate::digest::Digest;

/// Larger files are known by digest only.
const COPIED: u64 = 1024 * 1024;

/// How the digest of a link's target begins.
const LINK: &str = "link-";

/// What stands for the digest of a pipe, a socket or a device.
const SPECIAL: &str = "special";

/// Snapshots by copies.
#[derive(Debug)]
pub struct Files {
    root: PathBuf,
    store: PathBuf,
    leave_out: Vec<PathBuf>,
    pub(super) no_git: NoGit,
}

/// How snapshots are kept where git does not keep them.
#[derive(Debug)]
pub(super) struct NoGit {
    /// Why it does not.
    pub reason: String,
    /// A snapshot that takes longer is given up.
    pub patience: Duration,
}

/// All files, by path from the root.
type Manifest = BTreeMap<String, ManifestEntry>;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct ManifestEntry {
    size: u64,
    digest: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    executable: bool,
}

impl ManifestEntry {
    fn new(size: u64, digest: String) -> Self {
        Self { size, digest, executable: false }
    }

    fn as_git_says(&self) -> entry::TreeEntry {
        let mode = match self {
            Self { digest, .. } if digest.starts_with(LINK) => "120000",
            Self { executable: true, .. } => "100755",
            Self { .. } => "100644",
        };
        entry::TreeEntry { mode: mode.to_owned(), object: self.digest.clone() }
    }
}

impl Files {
    pub(super) fn open(root: &Path, store: &Path, leave_out: &[PathBuf], no_git: NoGit) -> Self {
        let leave_out = leave_out.iter().map(|path| root.join(path)).collect();
        Self { root: root.to_owned(), store: store.to_owned(), leave_out, no_git }
    }

    pub(super) fn take(&self) -> Result<Snapshot, SnapshotError> {
        let mut manifest = Manifest::new();
        let deadline = Deadline::after(self.no_git.patience);
        for path in self.paths(deadline) {
            let name = path.strip_prefix(&self.root).unwrap_or(&path).display().to_string();
            in_time(deadline).map_err(|error| SnapshotError::file(&self.root, error))?;
            match self.keep(&path, deadline) {
                Ok(entry) => drop(manifest.insert(name, entry)),
                // Gone or closed to us: what cannot be read cannot be kept.
                Err(SnapshotError::File { error, .. }) if unreadable(&error) => {
                    tracing::warn!("left out of the snapshot: {name}: {error}");
                }
                Err(error) => return Err(error),
            }
        }
        let text =
            serde_json::to_vec(&manifest).map_err(|error| SnapshotError::file(&self.store, error.into()))?;
        let tree = digest(&text);
        put(&self.manifest_path(&tree), &text)?;
        Ok(Snapshot { tree, reference: None })
    }

    /// Everything that git would see, links included. Where a list of what to ignore is not to be read,
    /// nothing is ignored.
    fn paths(&self, deadline: Deadline) -> Vec<PathBuf> {
        let found = self.seen_through(true, deadline);
        found.or_else(|| self.seen_through(false, deadline)).unwrap_or_default()
    }

    /// The same by the lists of what to ignore, or without; `None` if one of them is not to be read.
    fn seen_through(&self, lists: bool, deadline: Deadline) -> Option<Vec<PathBuf>> {
        if lists && has_trap(&self.root) {
            return None;
        }
        let trap = Arc::new(AtomicBool::new(false));
        let (leave_out, store, found) = (self.leave_out.clone(), self.store.clone(), Arc::clone(&trap));
        let wanted = move |entry: &ignore::DirEntry| {
            let name = entry.file_name();
            let own = entry.depth() == 1 && name == super::STATE_DIR;
            let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
            if lists && is_folder && has_trap(entry.path()) {
                found.store(true, Ordering::Relaxed);
                return false;
            }
            !own && name != ".git"
                && entry.path() != store
                && !leave_out.iter().any(|path| entry.path().starts_with(path))
        };
        let mut walk = ignore::WalkBuilder::new(&self.root);
        walk.standard_filters(false).git_ignore(lists).ignore(lists).require_git(false).filter_entry(wanted);
        let is_file = |entry: &ignore::DirEntry| entry.file_type().is_some_and(|kind| !kind.is_dir());
        let is_trapped = || trap.load(Ordering::Relaxed);
        let entries = walk
            .build()
            .take_while(|_| !is_trapped() && !deadline.passed())
            .filter_map(Result::ok)
            .filter(is_file);
        let paths = entries.map(ignore::DirEntry::into_path).collect();
        (!is_trapped()).then_some(paths)
    }

    fn keep(&self, path: &Path, deadline: Deadline) -> Result<ManifestEntry, SnapshotError> {
        let failed = |error| SnapshotError::file(path, error);
        let metadata = path.symlink_metadata().map_err(failed)?;
        if metadata.is_symlink() {
            let target = path.read_link().map_err(failed)?;
            let target = target.as_os_str().as_encoded_bytes();
            let digest = format!("{LINK}{}", digest(target));
            put(&self.content_path(&digest), target)?;
            return Ok(ManifestEntry::new(0, digest));
        }
        if !metadata.is_file() {
            return Ok(ManifestEntry::new(0, SPECIAL.to_owned()));
        }
        let executable = metadata.permissions().mode() & 0o100 != 0;
        if metadata.len() > COPIED {
            return digest_large(path, deadline)
                .map(|entry| ManifestEntry { executable, ..entry })
                .map_err(failed);
        }
        let bytes = std::fs::read(path).map_err(failed)?;
        let digest = digest(&bytes);
        put(&self.content_path(&digest), &bytes)?;
        Ok(ManifestEntry { size: bytes.len() as u64, digest, executable })
    }

    fn content_path(&self, digest: &str) -> PathBuf {
        let (fan, rest) = digest.split_at(digest.len().min(2));
        self.store.join("content").join(fan).join(rest)
    }

    fn manifest_path(&self, tree: &str) -> PathBuf {
        self.store.join("manifests").join(format!("{tree}.json"))
    }

    pub(super) fn changes(&self, from: &Snapshot, to: &Snapshot) -> Result<Changes, SnapshotError> {
        let (old, new) = (self.manifest(&from.tree)?, self.manifest(&to.tree)?);
        let mut changes = Changes::default();
        for path in differing(&old, &new) {
            self.compare(path, old.get(path), new.get(path), &mut changes);
        }
        Ok(changes)
    }

    pub(super) fn differences(
        &self,
        from: &Snapshot,
        to: &Snapshot,
    ) -> Result<Vec<Difference>, SnapshotError> {
        let (old, new) = (self.manifest(&from.tree)?, self.manifest(&to.tree)?);
        let entry = |manifest: &Manifest, path: &str| manifest.get(path).map(ManifestEntry::as_git_says);
        let differences = differing(&old, &new).map(|path| Difference {
            path: path.into(),
            before: entry(&old, path),
            after: entry(&new, path),
        });
        Ok(differences.collect())
    }

    /// Why a file cannot be written again as a snapshot has it.
    pub(super) fn unkept(&self, tree: &str, path: &Path) -> Result<Option<&'static str>, SnapshotError> {
        let manifest = self.manifest(tree)?;
        let Some(path) = path.to_str().filter(|path| !path.contains('\u{fffd}')) else {
            return Ok(Some("its name is not UTF-8"));
        };
        Ok(match manifest.get(path) {
            Some(entry) if entry.size > COPIED => {
                Some("it is larger than 1 MiB, and only its digest was kept")
            }
            Some(entry) if entry.digest == SPECIAL => Some("it is no regular file"),
            Some(entry) if !self.content_path(&entry.digest).exists() => Some("its copy is gone"),
            _ => None,
        })
    }

    pub(super) fn write_back(&self, base: &Snapshot, paths: &[PathBuf]) -> Result<(), SnapshotError> {
        paths.iter().try_for_each(|path| self.write_kept(&base.tree, path))
    }

    fn write_kept(&self, tree: &str, path: &Path) -> Result<(), SnapshotError> {
        let manifest = self.manifest(tree)?;
        let Some(entry) = path.to_str().and_then(|path| manifest.get(path)) else { return Ok(()) };
        let place = self.root.join(path);
        let failed = |error| SnapshotError::file(&place, error);
        let content = std::fs::read(self.content_path(&entry.digest)).map_err(failed)?;
        if place.is_symlink() || entry.digest.starts_with(LINK) {
            // A link is no place to write through.
            std::fs::remove_file(&place).or_else(unless_missing).map_err(failed)?;
        }
        if entry.digest.starts_with(LINK) {
            std::fs::create_dir_all(place.parent().unwrap_or(&self.root)).map_err(failed)?;
            return symlink(OsStr::from_bytes(&content), &place).map_err(failed);
        }
        replace(&place, &content).map_err(failed)?;
        let mode = place.metadata().map_err(failed)?.permissions().mode();
        let mode = if entry.executable { mode | (mode & 0o444) >> 2 } else { mode & !0o111 };
        std::fs::set_permissions(&place, Permissions::from_mode(mode)).map_err(failed)
    }

    fn compare(
        &self,
        path: &str,
        before: Option<&ManifestEntry>,
        after: Option<&ManifestEntry>,
        changes: &mut Changes,
    ) {
        let name = |side, entry: Option<&ManifestEntry>| {
            entry.map_or("/dev/null".to_owned(), |_| format!("{side}/{path}"))
        };
        let (old_name, new_name) = (name("a", before), name("b", after));
        let texts = self.text(before).zip(self.text(after));
        let counts = texts.as_ref().map(|(old, new)| diff::count(old, new)).unwrap_or_default();
        match &texts {
            Some((old, new)) => changes.diff.push_str(&diff::unified(old, new, &old_name, &new_name)),
            None => changes.diff.extend(["Binary files ", &old_name, " and ", &new_name, " differ\n"]),
        }
        let (added, removed, binary) = (counts.added, counts.removed, texts.is_none());
        changes.files.push(FileChange { path: path.to_owned(), added, removed, binary });
    }

    /// The text of a kept file; a file that is not there is empty.
    fn text(&self, entry: Option<&ManifestEntry>) -> Option<String> {
        let Some(entry) = entry else { return Some(String::new()) };
        let bytes = std::fs::read(self.content_path(&entry.digest)).ok()?;
        if is_binary(&bytes) { None } else { String::from_utf8(bytes).ok() }
    }

    fn manifest(&self, tree: &str) -> Result<Manifest, SnapshotError> {
        let path = self.manifest_path(tree);
        let bytes = std::fs::read(&path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => SnapshotError::Unknown { tree: tree.to_owned() },
            _ => SnapshotError::file(&path, error),
        })?;
        serde_json::from_slice(&bytes).map_err(|error| SnapshotError::file(&path, error.into()))
    }
}

/// The paths at which two states differ.
fn differing<'m>(old: &'m Manifest, new: &'m Manifest) -> impl Iterator<Item = &'m String> {
    let paths: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    paths.into_iter().filter(|path| old.get(*path) != new.get(*path))
}

/// Content is addressed by its digest, so what is there already is right. It is not made durable
/// file by file: what a power cut takes is missing in a diff, and nowhere else.
fn put(path: &Path, bytes: &[u8]) -> Result<(), SnapshotError> {
    keep(path, bytes).map_err(|error| SnapshotError::file(path, error))
}

fn unless_missing(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
}

fn unreadable(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied)
}

fn in_time(deadline: Deadline) -> io::Result<()> {
    if deadline.passed() {
        return Err(io::Error::new(io::ErrorKind::TimedOut, "a snapshot of all files takes too long"));
    }
    Ok(())
}

fn digest_large(path: &Path, deadline: Deadline) -> io::Result<ManifestEntry> {
    let mut file = std::fs::File::open(path)?;
    let mut digest = Digest::default();
    let mut buffer = vec![0; 64 * 1024];
    let mut size = 0;
    loop {
        in_time(deadline)?;
        match io::Read::read(&mut file, &mut buffer)? {
            0 => return Ok(ManifestEntry::new(size, digest.finish())),
            count => {
                digest.update(&buffer[..count]);
                size += count as u64;
            }
        }
    }
}
