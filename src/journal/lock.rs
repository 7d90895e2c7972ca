//! The lock that lets one run at a time hold a plan; it ends with its process.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A held lock; released when dropped.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Holder {
    pub pid: u32,
    pub run: String,
    pub since: Timestamp,
}

#[derive(Debug)]
pub(crate) enum LockAnswer {
    Ours(Lock),
    /// Another process holds it, and says who it is.
    Held(Option<Holder>),
}

impl Lock {
    /// Asks for the lock. The operating system releases the lock of a dead process, so what a
    /// killed run leaves behind never blocks; the content only tells people who holds it.
    pub(crate) fn acquire(path: &Path, holder: &Holder) -> io::Result<LockAnswer> {
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(LockAnswer::Held(read_holder(&mut file))),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        file.set_len(0)?;
        file.rewind()?;
        file.write_all(serde_json::to_string(holder)?.as_bytes())?;
        Ok(LockAnswer::Ours(Self { _file: file }))
    }

    /// Who holds the lock, if somebody does and says so.
    pub(crate) fn holder(path: &Path) -> Option<Holder> {
        let mut file = File::open(path).ok()?;
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => read_holder(&mut file),
            _ => None,
        }
    }

    /// Whether this run holds the lock; a holder that cannot be read may be it.
    pub(crate) fn is_held_by(run: &str, path: &Path) -> io::Result<bool> {
        let mut file = match File::open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            file => file?,
        };
        match file.try_lock_shared() {
            Ok(()) => Ok(false),
            Err(TryLockError::WouldBlock) => {
                Ok(read_holder(&mut file).is_none_or(|holder| holder.run == run))
            }
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

/// The holder as the file tells it; `None` if it is just being written.
fn read_holder(file: &mut File) -> Option<Holder> {
    let mut text = String::new();
    file.read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_is_told_who_holds_it_and_gets_it_when_the_first_is_gone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lock.json");
        let first = Holder { pid: 1, run: "a".into(), since: Timestamp::UNIX_EPOCH };
        let second = Holder { pid: 2, run: "b".into(), since: Timestamp::UNIX_EPOCH };
        let LockAnswer::Ours(lock) = Lock::acquire(&path, &first).unwrap() else { panic!("free at first") };
        let LockAnswer::Held(holder) = Lock::acquire(&path, &second).unwrap() else { panic!("held") };
        assert_eq!(holder, Some(first));
        assert!(Lock::is_held_by("a", &path).unwrap() && !Lock::is_held_by("b", &path).unwrap());
        drop(lock);
        assert!(!Lock::is_held_by("a", &path).unwrap());
        assert!(matches!(Lock::acquire(&path, &second).unwrap(), LockAnswer::Ours(_)));
    }
}
