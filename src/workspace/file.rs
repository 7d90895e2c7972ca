//! One file on disk: read with care, and replaced as a whole or not at all.

use std::fs::{self, File, Metadata, Permissions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
use std::path::{Component, Path, PathBuf};

pub(crate) use crate::digest::digest;

/// Larger files are not for a model's eyes.
pub(crate) const TEXT_LIMIT: u64 = 10 * 1024 * 1024;

/// As far as a NUL byte is looked for, which is what git does.
const BINARY_PROBE: usize = 8_000;

/// Why a file is not read as text; the text is for the model.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TextProblem {
    #[error("there is no such file")]
    Missing,
    #[error("it is a directory")]
    Directory,
    /// A pipe, a socket or a device is there.
    #[error("it is not a regular file")]
    Special,
    #[error("it has {size} bytes, more than the {TEXT_LIMIT} that can be read as text")]
    TooLarge { size: u64 },
    #[error("it is a binary file of {size} bytes")]
    Binary { size: usize },
    #[error("it is not UTF-8 (line {line} is the first that is not); it looks like {guess}")]
    NotUtf8 {
        /// The first line with other bytes, from 1.
        line: usize,
        guess: &'static str,
    },
    #[error("{0}")]
    System(#[from] io::Error),
}

/// The bytes of a regular file that is not too large.
pub(crate) fn read_bytes(path: &Path) -> Result<Vec<u8>, TextProblem> {
    let metadata = match fs::metadata(path) {
        Err(error) if is_missing(&error) => return Err(TextProblem::Missing),
        metadata => metadata?,
    };
    if metadata.is_dir() {
        return Err(TextProblem::Directory);
    }
    if !metadata.is_file() {
        return Err(TextProblem::Special);
    }
    if metadata.len() > TEXT_LIMIT {
        return Err(TextProblem::TooLarge { size: metadata.len() });
    }
    Ok(fs::read(path)?)
}

/// The text of a file that a person has named. A pipe would be waited for without end, and a
/// device has none.
pub(crate) fn read_regular(path: &Path) -> io::Result<String> {
    if path.metadata()?.is_file() {
        return fs::read_to_string(path);
    }
    Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"))
}

/// The text of a file, byte for byte, a byte order mark included.
pub(crate) fn read_text(path: &Path) -> Result<String, TextProblem> {
    text(read_bytes(path)?)
}

fn text(bytes: Vec<u8>) -> Result<String, TextProblem> {
    let utf16 = bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]);
    if !utf16 && is_binary(&bytes) {
        return Err(TextProblem::Binary { size: bytes.len() });
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let bytes = error.into_bytes();
        let line = bytes[..valid].split(|&byte| byte == b'\n').count();
        TextProblem::NotUtf8 { line, guess: if utf16 { "UTF-16" } else { guess_encoding(&bytes) } }
    })
}

/// A NUL byte near the beginning.
pub(crate) fn is_binary(bytes: &[u8]) -> bool {
    bytes.iter().take(BINARY_PROBE).any(|&byte| byte == 0)
}

fn guess_encoding(bytes: &[u8]) -> &'static str {
    let mut high = bytes.iter().filter(|byte| **byte >= 0x80);
    if high.all(|byte| *byte >= 0xA0) {
        return "ISO 8859-1 (Latin-1)";
    }
    "Windows-1252 or another eight-bit encoding"
}

fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// The first name of this kind in a folder that is free: `plan-as-found-1.md` for
/// `plan-as-found.md`.
pub(crate) fn free_name(dir: &Path, name: &str) -> PathBuf {
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, "copy"));
    let mut number = 1;
    loop {
        let path = dir.join(format!("{stem}-{number}.{extension}"));
        if path.symlink_metadata().is_err() {
            return path;
        }
        number += 1;
    }
}

/// Replaces or creates a file in one step: at any moment it has either its old or its new bytes.
///
/// A symbolic link stays one and its target is replaced; permissions stay; directories that are
/// missing are created; a read-only file is refused.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let path = target(path)?;
    let directory = path.parent().ok_or_else(|| io::Error::other("the path has no directory"))?;
    let old = match fs::metadata(&path) {
        Ok(metadata) => Some(metadata),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    if old.as_ref().is_some_and(|old| old.permissions().readonly()) {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the file is read-only"));
    }
    fs::create_dir_all(directory)?;
    let mut new = tempfile::Builder::new()
        .prefix(".agentrun-")
        .permissions(Permissions::from_mode(0o666))
        .tempfile_in(directory)?;
    new.write_all(bytes)?;
    if let Some(old) = old {
        keep_owner_and_mode(new.as_file(), &old)?;
    }
    new.as_file().sync_all()?;
    new.persist(&path).map_err(|error| error.error)?;
    // The rename itself is made durable where the file system can do that.
    let _ = File::open(directory).and_then(|directory| directory.sync_all());
    Ok(())
}

/// A folder itself, and no link to one: what agentrun takes away or writes below it lies there.
pub(crate) fn is_real_folder(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|found| found.is_dir())
}

/// A folder on the way from a root to this path, given from the root, is none or a link: the path may lead out.
pub(crate) fn leads_away(root: &Path, path: &Path) -> bool {
    let is_plain = path.components().all(|part| matches!(part, Component::Normal(_)));
    let folders = path.ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty());
    let mut there = folders.filter_map(|folder| root.join(folder).symlink_metadata().ok());
    !is_plain || there.any(|folder| !folder.is_dir())
}

/// Keeps a file by its digest: what is there already is not written again.
pub(crate) fn keep(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if path.exists() {
        return Ok(());
    }
    let directory = path.parent().unwrap_or(path);
    fs::create_dir_all(directory)?;
    let mut file = tempfile::NamedTempFile::new_in(directory)?;
    file.write_all(bytes)?;
    file.persist(path).map(drop).map_err(|error| error.error)
}

/// Where a path leads: a link to a file that does not exist yet is followed too.
fn target(path: &Path) -> io::Result<PathBuf> {
    match fs::canonicalize(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => match fs::read_link(path) {
            Ok(link) => Ok(path.parent().unwrap_or(path).join(link)),
            Err(_) => Ok(path.to_owned()),
        },
        found => found,
    }
}

/// Whether another process holds what this one asked for. A file system without locks has no holders.
pub(crate) fn is_held(answer: Result<(), TryLockError>) -> bool {
    match answer {
        Ok(()) => false,
        Err(TryLockError::WouldBlock) => true,
        Err(TryLockError::Error(error)) => {
            tracing::warn!(%error, "this file system has no locks");
            false
        }
    }
}

/// Gives a new file the owner and the mode of the one that it replaces.
pub(crate) fn keep_owner_and_mode(new: &File, old: &Metadata) -> io::Result<()> {
    let made = new.metadata()?;
    if (made.uid(), made.gid()) != (old.uid(), old.gid()) {
        // Only root may give files away; others keep the file, as their editor would.
        let _ = fchown(new, Some(old.uid()), Some(old.gid()));
    }
    new.set_permissions(old.permissions())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> String {
        match text(bytes.to_vec()) {
            Ok(text) => text,
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn text_is_utf8_and_the_rest_is_named() {
        assert_eq!(read("\u{feff}é\r\n".as_bytes()), "\u{feff}é\r\n");
        assert_eq!(read(b"PK\0\0"), "it is a binary file of 4 bytes");
        let latin = "it is not UTF-8 (line 2 is the first that is not); it looks like ISO 8859-1 (Latin-1)";
        assert_eq!(read(b"one\nfa\xe7ade\n"), latin);
        assert!(read(b"\xff\xfea\0b\0").ends_with("looks like UTF-16"));
    }

    #[test]
    fn a_path_leads_away_through_a_link_or_by_its_own_parts() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().join("p");
        fs::create_dir_all(root.join("tests")).unwrap();
        fs::write(root.join("file"), "").unwrap();
        std::os::unix::fs::symlink(directory.path(), root.join("out")).unwrap();
        for (path, expected) in [
            ("tests/a", false),
            ("new/a", false),
            ("a", false),
            ("out/a", true),
            ("file/a", true),
            ("../a", true),
            ("tests/../../a", true),
            ("/etc/passwd", true),
        ] {
            assert_eq!(leads_away(&root, Path::new(path)), expected, "{path}");
        }
        let real = ["tests", "out", "file", "none"].map(|name| is_real_folder(&root.join(name)));
        assert_eq!(real, [true, false, false, false]);
    }

    #[test]
    fn what_is_no_file_is_said() {
        let directory = tempfile::tempdir().unwrap();
        assert!(matches!(read_text(directory.path()), Err(TextProblem::Directory)));
        assert!(matches!(read_text(&directory.path().join("none")), Err(TextProblem::Missing)));
        assert!(matches!(read_text(Path::new("/dev/null")), Err(TextProblem::Special)));
    }

    #[test]
    fn a_replace_keeps_mode_and_link_and_leaves_no_other_file() {
        let directory = tempfile::tempdir().unwrap();
        let (file, link) = (directory.path().join("file"), directory.path().join("link"));
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, Permissions::from_mode(0o751)).unwrap();
        std::os::unix::fs::symlink("file", &link).unwrap();
        replace(&link, b"new").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"new");
        assert_eq!(fs::metadata(&file).unwrap().mode() & 0o777, 0o751);
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 2);
    }

    #[test]
    fn a_new_file_gets_its_directories_and_the_usual_mode() {
        let directory = tempfile::tempdir().unwrap();
        let (new, usual) = (directory.path().join("a/b/new"), directory.path().join("usual"));
        replace(&new, b"text").unwrap();
        fs::write(&usual, "").unwrap();
        assert_eq!(fs::metadata(new).unwrap().mode(), fs::metadata(usual).unwrap().mode());
    }

    #[test]
    fn a_read_only_file_stays() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("file");
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, Permissions::from_mode(0o444)).unwrap();
        assert_eq!(replace(&file, b"new").unwrap_err().kind(), io::ErrorKind::PermissionDenied);
        assert_eq!(fs::read(&file).unwrap(), b"old");
    }
}
