//! Rules, request and configuration while an agent works: what the agent does to them is set back,
//! byte for byte; a person's edits are kept.

use std::io;
use std::path::{Path, PathBuf};

use super::place::{clear_the_way, keep_copy, make_parents, read_if_regular};
use crate::run::event::{AttemptRef, Event};
use crate::workspace::file;

/// A file as it has to be.
#[derive(Debug)]
pub struct FileGuard {
    /// Where it is, from the project root.
    name: String,
    path: PathBuf,
    /// Its bytes; `None` if there has to be none.
    bytes: Option<Vec<u8>>,
}

/// What the agent did to a file, which is set back.
#[derive(Debug, PartialEq, Eq)]
pub struct Restored {
    name: String,
    what: &'static str,
    /// The file as it was found; `None` if it was gone.
    copy: Option<PathBuf>,
}

impl FileGuard {
    /// Takes the file as it is now for what it has to be; it need not exist.
    pub fn open(root: &Path, name: &str) -> io::Result<Self> {
        let path = root.join(name);
        Ok(Self { bytes: read_if_regular(&path)?, path, name: name.to_owned() })
    }

    /// Takes the file as it is now for what it has to be. Gives its name if it changed.
    pub fn accept(&mut self) -> io::Result<Option<String>> {
        let now = read_if_regular(&self.path)?;
        let changed = now != self.bytes;
        self.bytes = now;
        Ok(changed.then(|| self.name.clone()))
    }

    /// Looks at the file after a tool of the agent, or a command that it may have had a hand in,
    /// and sets it back.
    pub fn check(&self, copies: &Path) -> io::Result<Option<Restored>> {
        let now = read_if_regular(&self.path)?;
        let in_place = now.is_some() || self.path.symlink_metadata().is_err();
        if now == self.bytes && in_place {
            return Ok(None);
        }
        let what = match (&self.bytes, &now) {
            (None, _) => "it was created",
            (Some(_), None) => "it was deleted",
            (Some(_), Some(_)) => "it was changed",
        };
        let as_found = format!("{}-as-found.{}", self.part(Path::file_stem), self.part(Path::extension));
        let copy = now.map(|now| keep_copy(copies, &as_found, &now)).transpose()?;
        clear_the_way(&self.path, copies, &as_found)?;
        match &self.bytes {
            Some(bytes) => {
                make_parents(&self.path)?;
                file::replace(&self.path, bytes).or_else(|_| std::fs::write(&self.path, bytes))?;
            }
            None => match std::fs::remove_file(&self.path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            },
        }
        Ok(Some(Restored { name: self.name.clone(), what, copy }))
    }

    fn part(&self, of: fn(&Path) -> Option<&std::ffi::OsStr>) -> String {
        of(&self.path).unwrap_or_default().to_string_lossy().into_owned()
    }
}

impl Restored {
    /// The event that tells of it.
    pub fn event(self, at: &AttemptRef, noticed: &str) -> Event {
        Event::FileRestored {
            at: at.clone(),
            path: self.name,
            what: format!("{} {noticed}", self.what),
            copy: self.copy.map(|copy| copy.display().to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of a file with these bytes after this was done to it, and its bytes then.
    fn after(before: Option<&str>, what: impl Fn(&Path)) -> (Option<&'static str>, Option<String>) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("rules/RULES.md");
        std::fs::create_dir(path.parent().unwrap()).unwrap();
        if let Some(text) = before {
            std::fs::write(&path, text).unwrap();
        }
        let mut guard = FileGuard::open(dir.path(), "rules/RULES.md").unwrap();
        what(&path);
        let copies = dir.path().join("copies");
        let found = guard.check(&copies).unwrap();
        assert_eq!(guard.check(&copies).unwrap(), None);
        assert_eq!(guard.accept().unwrap(), None, "it is as it was");
        (found.map(|found| found.what), std::fs::read_to_string(path).ok())
    }

    #[test]
    fn a_file_is_set_back_whatever_is_done_to_it() {
        let be_kind = || Some("Be kind.\n".to_owned());
        let write = |path: &Path| std::fs::write(path, "Be quick.\n").unwrap();
        assert_eq!(after(Some("Be kind.\n"), |_| {}), (None, be_kind()));
        assert_eq!(after(Some("Be kind.\n"), write), (Some("it was changed"), be_kind()));
        assert_eq!(after(None, |_| {}), (None, None));
        assert_eq!(after(None, write), (Some("it was created"), None));
        let dangle = |path: &Path| std::os::unix::fs::symlink("nowhere", path).unwrap();
        assert_eq!(after(None, dangle), (Some("it was created"), None));
        for gone in [
            |path: &Path| std::fs::remove_file(path).unwrap(),
            |path: &Path| {
                std::fs::remove_dir_all(path.parent().unwrap()).unwrap();
            },
        ] {
            assert_eq!(after(Some("Be kind.\n"), gone), (Some("it was deleted"), be_kind()));
        }
        let replace = |path: &Path| {
            std::fs::remove_file(path).unwrap();
            std::fs::create_dir(path).unwrap();
        };
        assert_eq!(after(Some("Be kind.\n"), replace), (Some("it was deleted"), be_kind()));
    }
}
