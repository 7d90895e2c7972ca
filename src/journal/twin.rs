//! A second copy of the journal during a run, in memory; a changed journal is restored from it.

use std::fs::{self, File, Metadata};
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::workspace::file::free_name;

#[derive(Debug)]
pub(crate) struct Twin {
    bytes: Vec<u8>,
    /// The journal's file after agentrun itself wrote to it.
    mark: FileMark,
}

/// What tells a file that was touched from one that was not. The time of change cannot be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct FileMark {
    file: (u64, u64),
    length: u64,
    changed: (i64, i64),
}

impl Twin {
    /// A copy of the journal, which has these bytes now.
    pub(crate) fn of(bytes: Vec<u8>, journal: &File) -> io::Result<Self> {
        Ok(Self { bytes, mark: FileMark::of(&journal.metadata()?) })
    }

    pub(crate) fn end(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// Takes in what was appended to the journal.
    pub(crate) fn append(&mut self, line: &[u8]) {
        self.bytes.extend_from_slice(line);
    }

    /// Takes the journal's file as it is now for agentrun's own doing.
    pub(crate) fn note(&mut self, journal: &File) -> io::Result<()> {
        self.mark = FileMark::of(&journal.metadata()?);
        Ok(())
    }

    /// What somebody else did to the journal, if anything. A look is one question to the file
    /// system; a thorough one compares every byte.
    pub(crate) fn look(&mut self, path: &Path, thorough: bool) -> io::Result<Option<&'static str>> {
        use io::ErrorKind::{NotADirectory, NotFound};
        let metadata = match fs::symlink_metadata(path) {
            Ok(metadata) => metadata,
            Err(error) if matches!(error.kind(), NotFound | NotADirectory) => {
                return Ok(Some("it was deleted"));
            }
            Err(error) => return Err(error),
        };
        let mark = FileMark::of(&metadata);
        if mark.file != self.mark.file || !metadata.is_file() {
            return Ok(Some("something else was put in its place"));
        }
        if mark == self.mark && !thorough {
            return Ok(None);
        }
        if mark.length < self.end() {
            return Ok(Some("it was cut short"));
        }
        if mark.length > self.end() {
            return Ok(Some("something was added to it"));
        }
        if fs::read(path)? != self.bytes {
            return Ok(Some("it was changed"));
        }
        self.mark = mark;
        Ok(None)
    }

    /// Puts the journal back as it has to be, and what stood in its place under a free name into
    /// `copies`. Gives the journal's file and that copy, if there was anything.
    pub(crate) fn restore(&mut self, path: &Path, copies: &Path) -> io::Result<(File, Option<PathBuf>)> {
        let found = keep_found(path, copies)?;
        let parent = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(parent)?;
        let new = path.with_extension("restored");
        let mut journal = File::options().write(true).create(true).truncate(true).open(&new)?;
        journal.write_all(&self.bytes)?;
        journal.sync_all()?;
        fs::rename(&new, path)?;
        self.note(&journal)?;
        Ok((journal, found))
    }
}

impl FileMark {
    fn of(metadata: &Metadata) -> Self {
        Self {
            file: (metadata.dev(), metadata.ino()),
            length: metadata.len(),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}

/// Keeps what stands at a path; what is no file is moved out of the way.
fn keep_found(path: &Path, copies: &Path) -> io::Result<Option<PathBuf>> {
    let Ok(metadata) = fs::symlink_metadata(path) else { return Ok(None) };
    fs::create_dir_all(copies)?;
    let free = free_name(copies, "journal-as-found.jsonl");
    if metadata.is_file() {
        fs::copy(path, &free)?;
    } else {
        fs::rename(path, &free)?;
    }
    Ok(Some(free))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "{\"seq\":1}\n{\"seq\":2}\n";

    /// What is said of a journal after this was done to it; it is as it was afterwards.
    fn after(what: impl Fn(&Path)) -> Option<&'static str> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("plan/journal.jsonl");
        fs::create_dir(path.parent().unwrap()).unwrap();
        fs::write(&path, &TEXT[..10]).unwrap();
        let mut journal = File::options().append(true).open(&path).unwrap();
        let mut twin = Twin::of(fs::read(&path).unwrap(), &journal).unwrap();
        twin.append(&TEXT.as_bytes()[10..]);
        journal.write_all(&TEXT.as_bytes()[10..]).unwrap();
        twin.note(&journal).unwrap();
        what(&path);
        let said = twin.look(&path, true).unwrap();
        if said.is_some() {
            twin.restore(&path, &dir.path().join("copies")).unwrap();
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), TEXT);
        assert_eq!(twin.look(&path, true).unwrap(), None);
        said
    }

    #[test]
    fn whatever_is_done_to_a_journal_is_named_and_set_back() {
        assert_eq!(after(|_| {}), None);
        assert_eq!(after(|path| fs::remove_file(path).unwrap()), Some("it was deleted"));
        assert_eq!(after(|path| fs::remove_dir_all(path.parent().unwrap()).unwrap()), Some("it was deleted"));
        assert_eq!(after(|path| fs::write(path, &TEXT[..10]).unwrap()), Some("it was cut short"));
        assert_eq!(after(|path| fs::write(path, TEXT.repeat(2)).unwrap()), Some("something was added to it"));
        assert_eq!(after(|path| fs::write(path, TEXT.replace('2', "3")).unwrap()), Some("it was changed"));
        assert_eq!(after(|path| fs::write(path, TEXT).unwrap()), None, "the same bytes are no change");
        let replace = |path: &Path| {
            fs::remove_file(path).unwrap();
            fs::create_dir(path).unwrap();
        };
        assert_eq!(after(replace), Some("something else was put in its place"));
    }
}
