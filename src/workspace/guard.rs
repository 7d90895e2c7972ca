//! Watches the plan while the agent works: its boxes are set back, a person's edits are kept.

use std::io;
use std::path::{Path, PathBuf};

use crate::digest::digest;
use crate::plan::edit::restore_marks;
use crate::plan_file::{PlanFile, ReplaceError};
use crate::workspace::file;

/// The plan as it has to be.
#[derive(Debug)]
pub struct PlanGuard {
    file: PlanFile,
    bytes: Vec<u8>,
}

/// What happened to the plan.
#[derive(Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing.
    Same,
    /// Its text was edited; the edit is kept.
    Edited {
        /// Digest of the plan now.
        digest: String,
    },
    /// It was set back; what was found is kept as a copy.
    Restored {
        /// What had happened.
        what: &'static str,
        /// The copy.
        copy: PathBuf,
        /// The text was edited too, and that edit is kept.
        edited: bool,
    },
}

impl PlanGuard {
    /// Takes the plan as it is now for what it has to be.
    pub fn new(file: PlanFile) -> io::Result<Self> {
        let bytes = std::fs::read(file.path())?;
        Ok(Self { file, bytes })
    }

    /// Its digest.
    pub fn digest(&self) -> String {
        digest(&self.bytes)
    }

    /// Takes the plan as it is now for what it has to be: agentrun itself ticked, or nobody of
    /// the agent's had a hand in it.
    pub fn accept(&mut self) -> io::Result<Found> {
        let now = match std::fs::read(self.file.path()) {
            Ok(now) => now,
            // A person took the plan away. That is theirs to do; the tick will say so.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::Same),
            Err(error) => return Err(error),
        };
        if now == self.bytes {
            return Ok(Found::Same);
        }
        self.bytes = now;
        Ok(Found::Edited { digest: self.digest() })
    }

    /// Looks at the plan after a tool of the agent ran. A deleted or unreadable plan is written
    /// back, boxes are set back, other text is kept. `copies` is where a copy of what was found goes.
    pub fn check(&mut self, copies: &Path) -> io::Result<Found> {
        let now = match std::fs::read(self.file.path()) {
            Ok(now) if now == self.bytes => return Ok(Found::Same),
            Ok(now) => Some(now),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        let texts = now.as_deref().map(std::str::from_utf8).zip(std::str::from_utf8(&self.bytes).ok());
        let (what, restored) = match (&now, texts) {
            (None, _) => ("it was deleted", self.bytes.clone()),
            (Some(_), Some((Ok(after), before))) => match restore_marks(before, after) {
                Some(restored) => ("its boxes were changed", restored.into_bytes()),
                None => return self.accept(),
            },
            (Some(_), _) => ("it was overwritten with something that is not text", self.bytes.clone()),
        };
        let copy = keep_copy(copies, now.as_deref().unwrap_or_default())?;
        match &now {
            Some(found) => self.put_back(&digest(found), &restored)?,
            None => file::replace(self.file.path(), &restored)?,
        }
        let edited = restored != self.bytes;
        self.bytes = restored;
        Ok(Found::Restored { what, copy, edited })
    }

    fn put_back(&self, found: &str, restored: &[u8]) -> io::Result<()> {
        let text = std::str::from_utf8(restored).unwrap_or_default();
        match self.file.replace(found, text) {
            Ok(()) => Ok(()),
            Err(ReplaceError::Changed) => {
                Err(io::Error::other("the plan keeps changing while it is set back"))
            }
            Err(ReplaceError::Io { source, .. }) => Err(source),
        }
    }
}

/// Keeps what was found under the first free name.
fn keep_copy(dir: &Path, bytes: &[u8]) -> io::Result<PathBuf> {
    std::fs::create_dir_all(dir)?;
    let mut number = 1;
    loop {
        let path = dir.join(format!("plan-as-found-{number}.md"));
        match std::fs::File::create_new(&path) {
            Ok(mut file) => {
                io::Write::write_all(&mut file, bytes)?;
                return Ok(path);
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAN: &str =
        "# P\r\n\r\n## Implementation Steps\r\n\r\n### Step 1: A\r\n\r\n- [ ] one\r\n- [x] two\r\n";

    fn guard(text: &str) -> (tempfile::TempDir, PlanGuard) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("plan.md");
        std::fs::write(&path, text).unwrap();
        let guard = PlanGuard::new(PlanFile::at(&path).unwrap()).unwrap();
        (dir, guard)
    }

    fn after(now: Option<&str>) -> (Found, String) {
        let (dir, mut guard) = guard(PLAN);
        let path = dir.path().join("plan.md");
        match now {
            Some(text) => std::fs::write(&path, text).unwrap(),
            None => std::fs::remove_file(&path).unwrap(),
        }
        let mut found = guard.check(&dir.path().join("copies")).unwrap();
        assert_eq!(guard.check(dir.path()).unwrap(), Found::Same);
        if let Found::Restored { copy, .. } = &mut found {
            assert_eq!(std::fs::read_to_string(&copy).unwrap(), now.unwrap_or_default());
            *copy = PathBuf::new();
        }
        (found, std::fs::read_to_string(path).unwrap())
    }

    #[test]
    fn an_agents_tick_is_set_back_and_an_edit_is_kept() {
        let restored = |what, edited| Found::Restored { what, copy: PathBuf::new(), edited };
        assert_eq!(after(Some(PLAN)), (Found::Same, PLAN.into()));
        let ticked = PLAN.replace("- [ ] one", "- [x] one");
        assert_eq!(after(Some(&ticked)), (restored("its boxes were changed", false), PLAN.into()));
        assert_eq!(after(None), (restored("it was deleted", false), PLAN.into()));
        let edited = ticked.replace("# P", "# Better");
        let kept = PLAN.replace("# P", "# Better");
        assert_eq!(after(Some(&edited)), (restored("its boxes were changed", true), kept.clone()));
        let (found, text) = after(Some(&kept));
        assert_eq!(
            (found, text.as_str()),
            (Found::Edited { digest: digest(kept.as_bytes()) }, kept.as_str())
        );
    }
}
