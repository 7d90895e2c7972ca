//! Reads, clears or copies what stands in the place of a guarded file.

use std::fs::{File, Permissions};
use std::io::{self, Read};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

use crate::workspace::file::free_name;
use crate::workspace::plan_file::MAX_BYTES;

/// Without waiting, and not through a link.
const WITH_CARE: i32 = OFlags::NONBLOCK.union(OFlags::NOFOLLOW).bits().cast_signed();

/// The bytes of a regular file; `None` if there is none, or something else in its place: a pipe
/// would never end, nor would a device, and a link could lead to what commands may not read.
pub(super) fn read_if_regular(path: &Path) -> io::Result<Option<Vec<u8>>> {
    use io::ErrorKind::{IsADirectory, NotADirectory, NotFound};
    let is_loop = |error: &io::Error| error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error());
    let file = match File::options().read(true).custom_flags(WITH_CARE).open(path) {
        Ok(file) => file,
        Err(error) if is_loop(&error) => return Ok(None),
        Err(error) if matches!(error.kind(), NotFound | NotADirectory | IsADirectory) => return Ok(None),
        Err(error) => return Err(error),
    };
    if !file.metadata()?.is_file() {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    file.take(MAX_BYTES).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

/// Moves what is no file out of the way, under a free name in `copies`, and makes a file writable
/// that was made read-only.
pub(super) fn clear_the_way(path: &Path, copies: &Path, name: &str) -> io::Result<()> {
    let Ok(metadata) = std::fs::symlink_metadata(path) else { return Ok(()) };
    if !metadata.is_file() {
        std::fs::create_dir_all(copies)?;
        return std::fs::rename(path, free_name(copies, name));
    }
    if metadata.permissions().readonly() {
        std::fs::set_permissions(path, Permissions::from_mode(metadata.permissions().mode() | 0o200))?;
    }
    Ok(())
}

/// Makes the folders of a file, in place of files that stand there.
pub(super) fn make_parents(path: &Path) -> io::Result<()> {
    let Some(parent) = path.parent() else { return Ok(()) };
    if let Some(intruder) = parent.ancestors().find(|dir| dir.is_file()) {
        std::fs::rename(intruder, intruder.with_extension("in-place-of-a-folder"))?;
    }
    std::fs::create_dir_all(parent)
}

/// Replaces a file as a whole. Where no new file can be made beside it, it is written in place: better than
/// not at all, but never for want of room, which would leave it cut short.
pub(super) fn replace_or_write(
    replace: impl FnOnce() -> io::Result<()>,
    path: &Path,
    bytes: &[u8],
) -> io::Result<()> {
    use io::ErrorKind::{PermissionDenied, ReadOnlyFilesystem};
    match replace() {
        Err(error) if matches!(error.kind(), PermissionDenied | ReadOnlyFilesystem) => {
            std::fs::write(path, bytes)
        }
        done => done,
    }
}

/// The path of something at or below the state folder, from the project's root.
pub(super) fn as_name(state: &Path, path: &Path) -> String {
    let root = state.parent().unwrap_or(state);
    path.strip_prefix(root).unwrap_or(path).display().to_string()
}

/// Keeps what was found under the first free name.
pub(super) fn keep_copy(dir: &Path, name: &str, bytes: &[u8]) -> io::Result<PathBuf> {
    std::fs::create_dir_all(dir)?;
    let path = free_name(dir, name);
    let mut file = File::create_new(&path)?;
    io::Write::write_all(&mut file, bytes)?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_written_in_place_only_where_no_other_can_be_made() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("plan.md");
        for (kind, written) in [
            (io::ErrorKind::PermissionDenied, true),
            (io::ErrorKind::ReadOnlyFilesystem, true),
            (io::ErrorKind::StorageFull, false),
            (io::ErrorKind::QuotaExceeded, false),
            (io::ErrorKind::Other, false),
        ] {
            std::fs::write(&path, "old").unwrap();
            let done = replace_or_write(|| Err(kind.into()), &path, b"new");
            assert_eq!(done.is_ok(), written, "{kind}");
            let expected = if written { "new" } else { "old" };
            assert_eq!(std::fs::read_to_string(&path).unwrap(), expected, "{kind}");
        }
    }
}
