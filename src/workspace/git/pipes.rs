//! Finds pipes in place of what git reads, because git would wait there for ever.

use std::fs::{File, read_dir};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::time::Duration;

use rustix::fs::OFlags;

/// A call of git that takes longer than this may be waiting. A search of 50,000 files takes a
/// fraction of it.
const PATIENCE: Duration = Duration::from_millis(500);

/// The lists in any folder.
const LISTS: &[&str] = &[".gitignore", ".gitattributes", ".gitmodules", ".mailmap"];

/// Files of a repository around the project.
const OF_GIT: &[&str] = &[
    ".git/info/exclude",
    ".git/info/attributes",
    ".git/config",
    ".git/HEAD",
    ".git/index",
    ".git/packed-refs",
];

/// Waits for a call of git in the project at `root`. If it takes long, whatever it reads from a
/// pipe ends at once: the pipe says as much as an empty file.
pub(super) async fn while_emptied<T>(root: &Path, call: impl Future<Output = T>) -> T {
    let mut call = pin!(call);
    loop {
        if let Ok(done) = tokio::time::timeout(PATIENCE, &mut call).await {
            return done;
        }
        end_readers(root);
    }
}

/// Ends whoever waits at a pipe that should be a list.
fn end_readers(root: &Path) {
    let above = root.ancestors().flat_map(|dir| LISTS.iter().chain(OF_GIT).map(|list| dir.join(list)));
    above.for_each(|path| end_reader(&path));
    let mut open: Vec<PathBuf> = vec![root.to_owned()];
    while let Some(dir) = open.pop() {
        for entry in read_dir(dir).into_iter().flatten().flatten() {
            let Ok(kind) = entry.file_type() else { continue };
            let name = entry.file_name();
            if kind.is_dir() {
                open.push(entry.path());
            } else if kind.is_fifo() && (is_of_git(&entry.path()) || LISTS.iter().any(|list| name == *list)) {
                end_reader(&entry.path());
            }
        }
    }
}

/// Stands in a repository, which has no pipes of its own.
fn is_of_git(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str() == ".git")
}

/// Opens a pipe for writing, if somebody reads it, and closes it again.
fn end_reader(path: &Path) {
    let is_pipe = path.symlink_metadata().is_ok_and(|metadata| metadata.file_type().is_fifo());
    let without_waiting = (OFlags::NONBLOCK | OFlags::NOFOLLOW).bits().cast_signed();
    if is_pipe && File::options().write(true).custom_flags(without_waiting).open(path).is_ok() {
        tracing::warn!("`{}` is a pipe: git was told that it is empty", path.display());
    }
}
