//! The copy of the plan that a run keeps on disk: what a killed run's agent did to the plan is known by it.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rustix::fs::{AtFlags, CWD, Timespec, Timestamps, UTIME_NOW, utimensat};

use crate::digest::digest;

/// How a copy begins. Another rule gets another name.
const RULE: &str = "agentrun.plan-copy/1";

/// Where a copy is kept.
#[derive(Debug, Clone)]
pub(super) struct CopyPlace(PathBuf);

/// What is found in the place of a copy.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum FoundCopy {
    Missing,
    /// It was not written as a whole, or not by agentrun.
    Torn,
    Whole(PlanCopy),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PlanCopy {
    /// The number of the journal's last record when the plan was so.
    pub record: u64,
    pub text: Vec<u8>,
    /// When a command of the run was last seen running, or the copy was written.
    pub lived: SystemTime,
}

impl CopyPlace {
    pub(super) fn at(path: PathBuf) -> Self {
        Self(path)
    }

    pub(super) fn find(&self) -> io::Result<FoundCopy> {
        let bytes = match fs::read(&self.0) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(FoundCopy::Missing),
            bytes => bytes?,
        };
        let Some((record, text)) = open(&bytes) else { return Ok(FoundCopy::Torn) };
        let lived = fs::metadata(&self.0)?.modified()?;
        Ok(FoundCopy::Whole(PlanCopy { record, text: text.to_vec(), lived }))
    }

    /// Writes the copy as a whole or not at all. It need not outlive the machine: a copy that is not
    /// whole then says so.
    pub(super) fn keep(&self, record: u64, text: &[u8]) -> io::Result<()> {
        let new = self.0.with_extension("new");
        if let Err(error) = write(&new, record, text) {
            drop(fs::remove_file(&new));
            return Err(error);
        }
        fs::rename(&new, &self.0)
    }

    /// The run is alive, and a command of it is running.
    pub(super) fn touch(&self) {
        let now = Timespec { tv_sec: 0, tv_nsec: UTIME_NOW };
        let times = Timestamps { last_access: now, last_modification: now };
        // A copy that is gone says no more, either.
        let _ = utimensat(CWD, &self.0, &times, AtFlags::SYMLINK_NOFOLLOW);
    }

    pub(super) fn remove(&self) {
        drop(fs::remove_file(&self.0));
    }
}

/// Writes a new file, whatever a command put in its place.
fn write(path: &Path, record: u64, text: &[u8]) -> io::Result<()> {
    if path.symlink_metadata().is_ok() {
        fs::remove_file(path)?;
    }
    let mut file = match File::create_new(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
            File::create_new(path)?
        }
        file => file?,
    };
    file.write_all(&[head(record, text).as_bytes(), text].concat())
}

fn head(record: u64, text: &[u8]) -> String {
    format!(
        "{RULE} record {record} digest {}\n",
        digest(&[record.to_string().as_bytes(), b"\n", text].concat())
    )
}

/// The record and the text of a copy that is whole.
fn open(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let end = bytes.iter().position(|&byte| byte == b'\n')?;
    let (first, text) = bytes.split_at(end + 1);
    let record = std::str::from_utf8(first).ok()?.strip_prefix(RULE)?.split(' ').nth(2)?.parse().ok()?;
    (head(record, text).as_bytes() == first).then_some((record, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_whole_or_torn_wherever_it_is_cut() {
        let dir = tempfile::tempdir().unwrap();
        let place = CopyPlace::at(dir.path().join("plans/copy.md"));
        assert_eq!(place.find().unwrap(), FoundCopy::Missing);
        place.keep(41, b"# P\n\n- [x] a\n").unwrap();
        let FoundCopy::Whole(copy) = place.find().unwrap() else { panic!("it is whole") };
        assert_eq!((copy.record, copy.text.as_slice()), (41, &b"# P\n\n- [x] a\n"[..]));
        let bytes = fs::read(&place.0).unwrap();
        for cut in 0..bytes.len() {
            fs::write(&place.0, &bytes[..cut]).unwrap();
            assert_eq!(place.find().unwrap(), FoundCopy::Torn, "{cut}");
            let mut changed = bytes.clone();
            changed[cut] ^= 1;
            fs::write(&place.0, &changed).unwrap();
            assert_eq!(place.find().unwrap(), FoundCopy::Torn, "{cut}");
        }
        place.keep(42, b"").unwrap();
        assert!(matches!(place.find().unwrap(), FoundCopy::Whole(PlanCopy { record: 42, .. })));
        assert_eq!(fs::read_dir(dir.path().join("plans")).unwrap().count(), 1, "nothing is left beside it");
    }
}
