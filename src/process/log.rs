//! The log file of a command: all that it printed, up to a cap.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rustix::fs::OFlags;

/// A log is never written through a link that a command has put in its place, nor into a pipe.
const NO_LINK: i32 = OFlags::NOFOLLOW.union(OFlags::NONBLOCK).bits().cast_signed();

/// Bytes that a log holds at most.
const CAP: u64 = 64 * 1024 * 1024;

#[derive(Debug)]
pub(super) struct Log {
    file: BufWriter<File>,
    room: u64,
    cut: u64,
}

impl Log {
    /// Creates the file and the directories above it.
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        Self::with_cap(path, CAP)
    }

    fn with_cap(path: &Path, cap: u64) -> io::Result<Self> {
        let failed = |source| io::Error::other(Unwritable { path: path.display().to_string(), source });
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(failed)?;
        }
        let file = File::options().write(true).create(true).truncate(true).custom_flags(NO_LINK).open(path);
        let file = file.map_err(failed)?;
        Ok(Self { file: BufWriter::new(file), room: cap, cut: 0 })
    }

    /// Appends what there is room for.
    pub(super) fn write(&mut self, text: &str) -> io::Result<()> {
        let room = usize::try_from(self.room).unwrap_or(usize::MAX);
        let kept = text.floor_char_boundary(room);
        self.file.write_all(&text.as_bytes()[..kept])?;
        self.room -= kept as u64;
        if kept < text.len() {
            self.room = 0;
            self.cut += (text.len() - kept) as u64;
        }
        Ok(())
    }

    /// Says what was cut and closes the file.
    pub(super) fn finish(mut self) -> io::Result<()> {
        if self.cut > 0 {
            writeln!(self.file, "\n[agentrun: the log is full; {} more bytes were printed]", self.cut)?;
        }
        self.file.flush()
    }
}

/// Names the file in the error.
#[derive(Debug, thiserror::Error)]
#[error("the log `{path}` cannot be created")]
struct Unwritable {
    path: String,
    source: io::Error,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_log_says_what_is_missing() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("steps/01/log");
        let mut log = Log::with_cap(&path, 6).unwrap();
        for text in ["abcé", "é", "x", "yz"] {
            log.write(text).unwrap();
        }
        log.finish().unwrap();
        let expected = "abcé\n[agentrun: the log is full; 5 more bytes were printed]\n";
        assert_eq!(std::fs::read_to_string(path).unwrap(), expected);
    }

    #[test]
    fn a_full_disk_is_seen_behind_a_log() {
        let source = io::ErrorKind::StorageFull.into();
        let error = io::Error::other(Unwritable { path: "a".to_owned(), source });
        let failure = crate::failure::Failure::internal("cannot run it", error);
        assert_eq!(failure.to_string(), "cannot run it: the log `a` cannot be created: no storage space");
        assert_eq!(failure.hints.len(), 1);
    }
}
