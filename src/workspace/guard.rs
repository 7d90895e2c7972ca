//! Watches the plan while the agent works: its boxes are set back, a person's edits are kept.

use std::io;
use std::path::{Path, PathBuf};

use crate::digest::digest;
use crate::plan::edit::restore_marks;
use crate::plan_file::{PlanFile, ReplaceError};
use crate::run::event::{AttemptRef, Event};
use crate::workspace::file;

/// The plan as it has to be.
#[derive(Debug)]
pub struct PlanGuard {
    file: PlanFile,
    /// Its bytes; `None` while a person has taken it away.
    bytes: Option<Vec<u8>>,
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
    /// A person took it away; that is theirs to do.
    Gone,
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
        Ok(Self { file, bytes: Some(bytes) })
    }

    /// Its digest.
    pub fn digest(&self) -> String {
        digest(self.bytes.as_deref().unwrap_or_default())
    }

    /// Takes the plan as it is now for what it has to be: agentrun itself ticked, or nobody of
    /// the agent's had a hand in it.
    pub fn accept(&mut self) -> io::Result<Found> {
        let now = read_if_there(self.file.path())?;
        if now == self.bytes {
            return Ok(Found::Same);
        }
        self.bytes = now;
        Ok(if self.bytes.is_some() { Found::Edited { digest: self.digest() } } else { Found::Gone })
    }

    /// Looks at the plan after a tool of the agent ran. A deleted or unreadable plan is written
    /// back, boxes are set back, other text is kept. `copies` is where a copy of what was found goes.
    pub fn check(&mut self, copies: &Path) -> io::Result<Found> {
        let now = read_if_there(self.file.path())?;
        if now == self.bytes {
            return Ok(Found::Same);
        }
        let expected = self.bytes.clone().unwrap_or_default();
        let texts = now.as_deref().map(std::str::from_utf8).zip(std::str::from_utf8(&expected).ok());
        let (what, restored) = match texts {
            None => ("it was deleted", expected.clone()),
            Some((Ok(after), before)) => match restore_marks(before, after) {
                Some(restored) => ("its boxes were changed", restored.into_bytes()),
                None => return self.accept(),
            },
            Some((Err(_), _)) => ("it was overwritten with something that is not text", expected.clone()),
        };
        let copy = keep_copy(copies, now.as_deref().unwrap_or_default())?;
        match &now {
            Some(found) => self.put_back(&digest(found), &restored)?,
            None => file::replace(self.file.path(), &restored)?,
        }
        let edited = restored != expected;
        self.bytes = Some(restored);
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

impl Found {
    /// The events that tell of it. `noticed` says when: `during run_command`.
    pub fn events(self, at: &AttemptRef, guard: &PlanGuard, noticed: &str) -> Vec<Event> {
        let edited = || Event::PlanEdited { digest: guard.digest(), noticed: noticed.to_owned() };
        match self {
            Self::Same => Vec::new(),
            Self::Edited { .. } => vec![edited()],
            Self::Gone => vec![Event::Warning {
                code: "plan-gone".to_owned(),
                message: "the plan's file is gone: steps that pass are ticked when it is back".to_owned(),
            }],
            Self::Restored { what, copy, edited: also_edited } => {
                let restored = Event::PlanRestored {
                    at: at.clone(),
                    what: format!("{what} {noticed}"),
                    copy: copy.display().to_string(),
                };
                let mut events = vec![restored];
                events.extend(also_edited.then(edited));
                events
            }
        }
    }
}

fn read_if_there(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
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
    fn a_plan_that_a_person_took_away_is_not_written_back() {
        let (dir, mut guard) = guard(PLAN);
        let path = dir.path().join("plan.md");
        std::fs::remove_file(&path).unwrap();
        assert_eq!(guard.accept().unwrap(), Found::Gone);
        assert_eq!(guard.check(dir.path()).unwrap(), Found::Same);
        assert!(!path.exists());
        std::fs::write(&path, PLAN).unwrap();
        assert_eq!(guard.accept().unwrap(), Found::Edited { digest: digest(PLAN.as_bytes()) });
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
