//! The plan on disk: read with its digest, and replaced only if it is still what was read.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::digest::digest;
use crate::workspace::encoding::Encoding;
use crate::workspace::file::{is_held, keep_owner_and_mode};

/// Larger than any plan a person wrote; a file above it is something else.
pub(crate) const MAX_BYTES: u64 = 64 << 20;

#[derive(Debug, Clone)]
pub(crate) struct PlanFile {
    path: PathBuf,
    link: Option<PathBuf>,
    /// The file, locked, while a run carries it out: another run finds it by whatever path or hard link.
    held: Arc<Mutex<Option<File>>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PlanText {
    /// Its text; a byte order mark is kept.
    pub text: String,
    pub digest: String,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadError {
    #[error("there is no file `{}`", .0.display())]
    Missing(PathBuf),
    #[error("`{}` is a directory, not a plan", .0.display())]
    Directory(PathBuf),
    #[error("`{}` is empty", .0.display())]
    Empty(PathBuf),
    #[error("`{}` is a binary file, not Markdown", .0.display())]
    Binary(PathBuf),
    #[error("`{}` is not UTF-8 but UTF-16", .0.display())]
    Wide(PathBuf),
    #[error("`{}` is not UTF-8: line {line} has the byte 0x{byte:02x}", .path.display())]
    NotUtf8 { path: PathBuf, line: usize, byte: u8 },
    #[error("`{}` has {bytes} bytes; a plan has at most {MAX_BYTES}", .path.display())]
    TooLarge { path: PathBuf, bytes: u64 },
    /// A pipe or a device.
    #[error("`{}` is not a regular file", .0.display())]
    NoFile(PathBuf),
    #[error("cannot read `{}`", .path.display())]
    Io { path: PathBuf, source: io::Error },
}

/// Why the plan was not replaced. It is as it was.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReplaceError {
    /// Somebody changed it since it was read.
    #[error("somebody changed the plan at the same moment")]
    Changed,
    #[error("cannot write `{}`", .path.display())]
    Io { path: PathBuf, source: io::Error },
}

impl PlanFile {
    /// The plan at this path; links are followed, so that a tick changes the file and not the link.
    pub(crate) fn at(path: &Path) -> Result<Self, ReadError> {
        let link = path.is_symlink().then(|| std::path::absolute(path).ok()).flatten();
        match path.canonicalize() {
            Ok(path) => Ok(Self { path, link, held: Arc::default() }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(ReadError::Missing(path.to_owned())),
            Err(source) => Err(ReadError::Io { path: path.to_owned(), source }),
        }
    }

    /// Asks for the file, for this process alone. `false` if another process holds it.
    pub(crate) fn hold(&self) -> io::Result<bool> {
        let file = File::open(&self.path)?;
        let is_ours = !is_held(file.try_lock());
        if is_ours {
            self.keep_hold(Some(file));
        }
        Ok(is_ours)
    }

    /// The same for what stands in the place of the file now, if it was held.
    pub(crate) fn hold_again(&self) {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner).as_ref().and_then(identity);
        if held.is_some() && File::open(&self.path).is_ok_and(|file| identity(&file) != held) {
            // Who holds that file had no reason to wait for this one.
            let _ = self.hold();
        }
    }

    fn keep_hold(&self, file: Option<File>) {
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = file;
    }

    /// The link that it was named by, if it was.
    pub(crate) fn link(&self) -> Option<&Path> {
        self.link.as_deref()
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn read(&self) -> Result<PlanText, ReadError> {
        let path = || self.path.clone();
        let io_error = |source: io::Error| match source.kind() {
            io::ErrorKind::NotFound => ReadError::Missing(path()),
            _ => ReadError::Io { path: path(), source },
        };
        let metadata = std::fs::metadata(&self.path).map_err(io_error)?;
        if metadata.is_dir() {
            return Err(ReadError::Directory(path()));
        }
        if !metadata.is_file() {
            return Err(ReadError::NoFile(path()));
        }
        if metadata.len() > MAX_BYTES {
            return Err(ReadError::TooLarge { path: path(), bytes: metadata.len() });
        }
        let bytes = std::fs::read(&self.path).map_err(io_error)?;
        let digest = digest(&bytes);
        if bytes.contains(&0) {
            let is_wide = Encoding::of(&bytes) == Some(Encoding::Utf16);
            return Err(if is_wide { ReadError::Wide(path()) } else { ReadError::Binary(path()) });
        }
        let text = String::from_utf8(bytes).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            let bytes = error.as_bytes();
            let line = 1 + String::from_utf8_lossy(&bytes[..at]).matches('\n').count();
            ReadError::NotUtf8 { path: path(), line, byte: bytes[at] }
        })?;
        if text.trim_start_matches('\u{feff}').trim().is_empty() {
            return Err(ReadError::Empty(path()));
        }
        Ok(PlanText { text, digest })
    }

    /// Replaces the plan by `text` if its digest still is `expected`: one atomic step, with the
    /// file's owner and permissions kept.
    pub(crate) fn replace(&self, expected: &str, text: &str) -> Result<(), ReplaceError> {
        let io_error = |source: io::Error| ReplaceError::Io { path: self.path.clone(), source };
        let dir = self.path.parent().unwrap_or(Path::new("."));
        let metadata = std::fs::metadata(&self.path).map_err(io_error)?;
        if metadata.permissions().readonly() {
            return Err(io_error(io::Error::new(io::ErrorKind::PermissionDenied, "the file is read-only")));
        }
        let mut new =
            tempfile::Builder::new().prefix(&self.temporary()).tempfile_in(dir).map_err(io_error)?;
        new.write_all(text.as_bytes()).map_err(io_error)?;
        keep_owner_and_mode(new.as_file(), &metadata).map_err(io_error)?;
        new.as_file().sync_all().map_err(io_error)?;
        if digest(&std::fs::read(&self.path).map_err(io_error)?) != expected {
            return Err(ReplaceError::Changed);
        }
        let next = self.is_held().then(|| new.as_file().try_clone()).transpose().map_err(io_error)?;
        // Nobody else knows the file yet.
        next.as_ref().map(File::try_lock);
        self.exchange(new, expected)?;
        if next.is_some() {
            self.keep_hold(next);
        }
        File::open(dir).and_then(|dir| dir.sync_all()).map_err(io_error)
    }

    fn is_held(&self) -> bool {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// How the names of this plan's own temporary files begin.
    fn temporary(&self) -> String {
        format!(".agentrun-{}-", self.path.file_name().unwrap_or_default().display())
    }

    /// Removes what killed runs left beside the plan. Only the holder of its lock may.
    pub(crate) fn sweep(&self) {
        let (Some(dir), prefix) = (self.path.parent(), self.temporary()) else { return };
        let entries = std::fs::read_dir(dir).into_iter().flatten().filter_map(Result::ok);
        for entry in entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(&prefix)) {
            drop(std::fs::remove_file(entry.path()));
        }
    }

    /// Swaps both files in one step, then looks at what was swapped out: an edit that slipped in
    /// after the last look is swapped back and not lost.
    fn exchange(&self, new: tempfile::NamedTempFile, expected: &str) -> Result<(), ReplaceError> {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        let io_error = |source: io::Error| ReplaceError::Io { path: self.path.clone(), source };
        let swap = || renameat_with(CWD, new.path(), CWD, &self.path, RenameFlags::EXCHANGE);
        match swap() {
            Ok(()) => {}
            // Some file systems cannot swap.
            Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS | rustix::io::Errno::OPNOTSUPP) => {
                return new.persist(&self.path).map(drop).map_err(|error| io_error(error.error));
            }
            Err(error) => return Err(io_error(error.into())),
        }
        let swapped_out = std::fs::read(new.path()).map_err(io_error)?;
        if digest(&swapped_out) == expected {
            return Ok(());
        }
        swap().map_err(|error| io_error(error.into()))?;
        Err(ReplaceError::Changed)
    }
}

/// Which file it is, whatever it is called.
fn identity(file: &File) -> Option<(u64, u64)> {
    file.metadata().ok().map(|metadata| (metadata.dev(), metadata.ino()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn plan(bytes: &[u8]) -> (tempfile::TempDir, PlanFile) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("plan.md");
        std::fs::write(&path, bytes).unwrap();
        let file = PlanFile::at(&path).unwrap();
        (dir, file)
    }

    #[test]
    fn what_is_no_plan_is_named() {
        let message = |bytes: &[u8]| {
            let (dir, file) = plan(bytes);
            let dir = dir.path().canonicalize().unwrap();
            file.read().unwrap_err().to_string().replace(dir.to_str().unwrap(), "")
        };
        assert_eq!(message(b""), "`/plan.md` is empty");
        assert_eq!(message("\u{feff} \r\n".as_bytes()), "`/plan.md` is empty");
        assert_eq!(message(b"a\0b"), "`/plan.md` is a binary file, not Markdown");
        assert_eq!(message(b"# a\nb\xe9"), "`/plan.md` is not UTF-8: line 2 has the byte 0xe9");
        assert_eq!(
            PlanFile::at(Path::new("/no/plan")).unwrap_err().to_string(),
            "there is no file `/no/plan`"
        );
        let directory = PlanFile::at(Path::new("/")).unwrap().read().unwrap_err();
        assert_eq!(directory.to_string(), "`/` is a directory, not a plan");
    }

    #[test]
    fn a_replacement_needs_the_file_that_was_read() {
        let (dir, file) = plan(b"old");
        let old = file.read().unwrap();
        std::fs::write(file.path(), "edited").unwrap();
        assert!(matches!(file.replace(&old.digest, "new"), Err(ReplaceError::Changed)));
        assert_eq!(file.read().unwrap().text, "edited");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left behind");
    }

    #[test]
    fn a_plan_is_held_by_whatever_name_and_stays_so_when_it_is_replaced() {
        let (dir, file) = plan(b"old");
        let hard = dir.path().join("hard.md");
        std::fs::hard_link(file.path(), &hard).unwrap();
        let is_free = |path: &Path| PlanFile::at(path).unwrap().hold().unwrap();
        assert!(is_free(&hard), "what is dropped is free again");
        assert!(file.hold().unwrap());
        assert!(!is_free(&hard) && !is_free(file.path()));
        file.replace(&digest(b"old"), "new").unwrap();
        assert!(!is_free(file.path()));
        std::fs::remove_file(file.path()).unwrap();
        std::fs::write(file.path(), "edited").unwrap();
        file.hold_again();
        assert!(!is_free(file.path()));
        drop(file);
        assert!(is_free(&dir.path().join("plan.md")));
    }

    #[test]
    fn links_and_permissions_stay() {
        let (dir, file) = plan(b"old");
        std::fs::set_permissions(file.path(), std::fs::Permissions::from_mode(0o640)).unwrap();
        let link = dir.path().join("link.md");
        symlink("plan.md", &link).unwrap();
        let linked = PlanFile::at(&link).unwrap();
        linked.replace(&linked.read().unwrap().digest, "new").unwrap();
        assert_eq!(file.read().unwrap().text, "new");
        assert!(link.is_symlink());
        assert_eq!(std::fs::metadata(file.path()).unwrap().permissions().mode() & 0o777, 0o640);
    }
}
