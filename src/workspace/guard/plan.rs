//! Sets back what an agent does to the plan; a person's edits stay.

use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::copy::CopyPlace;
use super::killed::{FoundPlan, JournalPosition, LeftTicks, left_ticks};
use super::place::{clear_the_way, keep_copy, make_parents, read_if_regular, replace_or_write};
use crate::clock;
use crate::digest::digest;
use crate::facts::{AttemptRef, Event};
use crate::plan::restore::restore_marks;
use crate::plan::{self, Plan};
use crate::workspace::file;
use crate::workspace::plan_file::{PlanFile, ReplaceError};

/// What a copy of the plan as it was found is called.
const NAME: &str = "plan-as-found.md";

/// What a copy of the plan as a command was seen to change it is called.
const TOUCHED: &str = "plan-as-commands-changed-it.md";

/// While a command runs, the run shows so often that it lives.
const BEAT: Duration = Duration::from_millis(100);

/// The plan as it has to be.
#[derive(Debug)]
pub(crate) struct PlanGuard {
    file: PlanFile,
    /// Its bytes; `None` while a person has taken it away.
    bytes: Option<Vec<u8>>,
    /// A copy on disk while a run is going on: what a killed run's agent did to the plan is set
    /// back at the next start.
    copy: CopyPlace,
    /// A copy of what a command did to the plan, until it is set back.
    touched: CopyPlace,
    /// The number of the journal's last record at the last tick of agentrun's own.
    record: u64,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum PlanGuardFinding {
    Same,
    /// Its text was edited; the edit is kept.
    Edited,
    /// A person took it away; that is theirs to do.
    Gone,
    /// It was set back; what was found is kept as a copy.
    Restored {
        what: &'static str,
        copy: PathBuf,
        /// The text was edited too, and that edit is kept.
        edited: bool,
        /// A tool or a command was running: it is the agent's doing.
        by_agent: bool,
    },
    /// Boxes were ticked since a run was killed, and stay so. This is said of them.
    LeftTicked(&'static str),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum EditScope {
    /// Text, but no mark: it is nearly certain that a person made the edit.
    Text,
    /// Text outside the steps that were there: the agent, or a command it had a hand in, was running.
    TextBesideSteps,
}

impl PlanGuard {
    /// Takes the plan as it is now for what it has to be. If the copy of a killed run is still
    /// there, ticks that its commands set are set back first; what a person did since is kept.
    pub(crate) fn open(
        file: PlanFile,
        copy: PathBuf,
        journal: JournalPosition,
        copies: &Path,
    ) -> io::Result<(Self, PlanGuardFinding)> {
        let touched = CopyPlace::at(copy.with_file_name(TOUCHED));
        let bytes = read_if_regular(file.path())?;
        let mut guard = Self { bytes, file, copy: CopyPlace::at(copy), touched, record: journal.last };
        let found = guard.take_ticks_back(journal, copies)?;
        guard.remember()?;
        Ok((guard, found))
    }

    pub(crate) fn digest(&self) -> String {
        digest(self.bytes.as_deref().unwrap_or_default())
    }

    /// Takes the plan as it is now for what it has to be: no agent had a hand in it.
    pub(crate) fn accept(&mut self) -> io::Result<PlanGuardFinding> {
        let now = read_if_regular(self.file.path())?;
        if now == self.bytes {
            return Ok(PlanGuardFinding::Same);
        }
        self.bytes = now;
        self.remember()?;
        Ok(if self.bytes.is_some() { PlanGuardFinding::Edited } else { PlanGuardFinding::Gone })
    }

    /// Looks at the plan between two tool calls: a person's text is kept, but no tick counts while
    /// an agent works. `copies` is where a copy of what was found goes.
    pub(crate) fn look(&mut self, copies: &Path) -> io::Result<PlanGuardFinding> {
        match read_if_regular(self.file.path())? {
            None => self.accept(),
            Some(_) => self.set_back(copies, EditScope::Text),
        }
    }

    /// Looks at the plan after a tool of the agent, or a command that it may have had a hand in. A
    /// plan that is gone is written back, and so are boxes and the text of steps.
    pub(crate) fn check(&mut self, copies: &Path) -> io::Result<PlanGuardFinding> {
        self.set_back(copies, EditScope::TextBesideSteps)
    }

    /// agentrun itself is about to write this plan: should it be killed right after, the ticks are
    /// its own. `record` is the number of the journal's last record.
    pub(crate) fn foresee(&self, text: &str, record: u64) -> io::Result<()> {
        self.copy.keep(record, text.as_bytes())
    }

    /// Takes the plan as agentrun itself has written it, or could not, for what it has to be.
    pub(crate) fn wrote(&mut self, record: u64) -> io::Result<()> {
        self.bytes = read_if_regular(self.file.path())?;
        self.record = record;
        self.remember()
    }

    /// Waits for a command of the run. Should the run be killed meanwhile, its copies tell until when it
    /// lived, and what the command had done to the plan.
    pub(crate) fn beside<T>(&self, command: impl Future<Output = T>) -> impl Future<Output = T> {
        let mut command = Box::pin(command);
        async move {
            let mut beat = tokio::time::interval(BEAT);
            beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            let mut changed = change_time(self.file.path());
            loop {
                tokio::select! {
                    biased;
                    done = &mut command => return done,
                    _ = beat.tick() => self.show_life(&mut changed),
                }
            }
        }
    }

    fn show_life(&self, changed: &mut Option<SystemTime>) {
        self.copy.touch();
        let last = change_time(self.file.path());
        if std::mem::replace(changed, last) == last {
            return;
        }
        // What cannot be kept now is told by the time of the change alone.
        if let Ok(Some(now)) = read_if_regular(self.file.path())
            && self.bytes.as_ref() != Some(&now)
        {
            drop(self.touched.keep(self.record, &now));
        }
    }

    /// The run is over in order: nothing has to be set back at the next start.
    pub(crate) fn end(&self) {
        self.touched.remove();
        self.copy.remove();
    }

    fn set_back(&mut self, copies: &Path, keep: EditScope) -> io::Result<PlanGuardFinding> {
        let now = read_if_regular(self.file.path())?;
        if now == self.bytes {
            self.touched.remove();
            return Ok(PlanGuardFinding::Same);
        }
        let expected = self.bytes.clone().unwrap_or_default();
        let texts = now.as_deref().map(std::str::from_utf8).zip(std::str::from_utf8(&expected).ok());
        let (what, restored) = match texts {
            None => ("it was deleted", expected.clone()),
            Some((Err(_), _)) => ("it was overwritten with something that is not text", expected.clone()),
            Some((Ok(after), before)) => match wanted(before, after, keep) {
                Some((what, text)) => (what, text.into_bytes()),
                None => return self.accept(),
            },
        };
        let copy = keep_copy(copies, NAME, now.as_deref().unwrap_or_default())?;
        // Should a person set a tick that is set back now, it is not a command's.
        self.touched.remove();
        self.write_back(&restored, copies)?;
        let edited = restored != expected;
        self.bytes = Some(restored);
        self.remember()?;
        Ok(PlanGuardFinding::Restored { what, copy, edited, by_agent: keep == EditScope::TextBesideSteps })
    }

    /// Sets ticks back that a killed run's commands have set.
    fn take_ticks_back(&mut self, journal: JournalPosition, copies: &Path) -> io::Result<PlanGuardFinding> {
        let (kept, seen) = (self.copy.find()?, self.touched.find()?);
        let changed = change_time(self.file.path()).unwrap_or(SystemTime::UNIX_EPOCH);
        let now = self.bytes.clone().unwrap_or_default();
        let Ok(text) = std::str::from_utf8(&now) else { return Ok(PlanGuardFinding::Same) };
        let plan = FoundPlan { text, changed, now: clock::now().into() };
        let restored = match left_ticks(&kept, &seen, plan, journal) {
            LeftTicks::None => return Ok(PlanGuardFinding::Same),
            LeftTicks::Kept(said) => return Ok(PlanGuardFinding::LeftTicked(said)),
            LeftTicks::Taken(text) => text.into_bytes(),
        };
        let copy = keep_copy(copies, NAME, &now)?;
        self.write_back(&restored, copies)?;
        self.bytes = Some(restored);
        let what = "boxes were ticked during the run before, which was killed";
        Ok(PlanGuardFinding::Restored { what, copy, edited: false, by_agent: true })
    }

    fn remember(&self) -> io::Result<()> {
        self.bytes.as_ref().map_or(Ok(()), |bytes| self.copy.keep(self.record, bytes))?;
        self.touched.remove();
        self.file.hold_again();
        Ok(())
    }

    /// Writes the plan back over whatever stands in its place.
    fn write_back(&self, bytes: &[u8], copies: &Path) -> io::Result<()> {
        let path = self.file.path();
        clear_the_way(path, copies, NAME)?;
        let Some(now) = read_if_regular(path)? else {
            make_parents(path)?;
            return replace_or_write(|| file::replace(path, bytes), path, bytes);
        };
        let text = std::str::from_utf8(bytes).unwrap_or_default();
        let replace = || match self.file.replace(&digest(&now), text) {
            Ok(()) => Ok(()),
            Err(ReplaceError::Changed) => {
                Err(io::Error::other("the plan keeps changing while it is set back"))
            }
            Err(ReplaceError::Io { source, .. }) => Err(source),
        };
        replace_or_write(replace, path, bytes)
    }
}

/// When anything about a file changed last; the time of change cannot be set.
fn change_time(path: &Path) -> Option<SystemTime> {
    let metadata = path.symlink_metadata().ok()?;
    let seconds = u64::try_from(metadata.ctime()).ok()?;
    let rest = u32::try_from(metadata.ctime_nsec()).ok()?;
    Some(SystemTime::UNIX_EPOCH + Duration::new(seconds, rest))
}

/// The text that the plan has to have, if it is not the one that was found, and what was wrong.
fn wanted(before: &str, after: &str, keep: EditScope) -> Option<(&'static str, String)> {
    let marked = restore_marks(before, after);
    if keep == EditScope::TextBesideSteps {
        let (old, new) = (plan::read(before).plan, plan::read(marked.as_deref().unwrap_or(after)).plan);
        if !holds_steps_of(&new, &old) {
            return Some(("its steps were changed", before.to_owned()));
        }
    }
    marked.map(|text| ("its boxes were changed", text))
}

/// Every step of `old` is still there and says the same, and so are the plan's own commands.
fn holds_steps_of(new: &Plan, old: &Plan) -> bool {
    let same = |step: &plan::Step| {
        new.steps.iter().any(|other| other.key == step.key && other.fingerprint() == step.fingerprint())
    };
    let commands =
        |plan: &Plan| -> Vec<String> { plan.criteria.iter().map(|found| found.text.clone()).collect() };
    old.steps.iter().all(same) && commands(new) == commands(old)
}

impl PlanGuardFinding {
    /// The events that tell of it. `noticed` says when: `during run_command`.
    pub(crate) fn events(self, at: &AttemptRef, guard: &PlanGuard, noticed: &str) -> Vec<Event> {
        let edited = || Event::PlanEdited { digest: guard.digest(), noticed: noticed.to_owned() };
        match self {
            Self::Same => Vec::new(),
            Self::LeftTicked(said) => {
                vec![Event::Warning { code: "ticks-left".to_owned(), message: said.to_owned() }]
            }
            Self::Edited => vec![edited()],
            Self::Gone => vec![Event::Warning {
                code: "plan-gone".to_owned(),
                message: "the plan's file is gone; when it is back, agentrun ticks the steps that passed"
                    .to_owned(),
            }],
            Self::Restored { what, copy, edited: also_edited, by_agent } => {
                let restored = Event::PlanRestored {
                    at: at.clone(),
                    what: format!("{what} {noticed}"),
                    copy: copy.display().to_string(),
                    by_agent,
                };
                let mut events = vec![restored];
                events.extend(also_edited.then(edited));
                events
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    const PLAN: &str =
        "# P\r\n\r\n## Implementation Steps\r\n\r\n### Step 1: A\r\n\r\n- [ ] one\r\n- [x] two\r\n";

    const NO_JOURNAL: JournalPosition = JournalPosition { last: 0, last_tick: 0, in_command: false };

    fn guard(text: &str) -> (tempfile::TempDir, PlanGuard) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("plan.md");
        std::fs::write(&path, text).unwrap();
        let file = PlanFile::at(&path).unwrap();
        let (guard, _) = PlanGuard::open(file, dir.path().join("copy.md"), NO_JOURNAL, dir.path()).unwrap();
        (dir, guard)
    }

    fn after(now: Option<&str>) -> (PlanGuardFinding, String) {
        let (dir, mut guard) = guard(PLAN);
        let path = dir.path().join("plan.md");
        match now {
            Some(text) => std::fs::write(&path, text).unwrap(),
            None => std::fs::remove_file(&path).unwrap(),
        }
        let mut found = guard.check(&dir.path().join("copies")).unwrap();
        assert_eq!(guard.check(dir.path()).unwrap(), PlanGuardFinding::Same);
        if let PlanGuardFinding::Restored { copy, .. } = &mut found {
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
        assert_eq!(guard.accept().unwrap(), PlanGuardFinding::Gone);
        assert_eq!(guard.check(dir.path()).unwrap(), PlanGuardFinding::Same);
        assert!(!path.exists());
        std::fs::write(&path, PLAN).unwrap();
        assert_eq!(guard.accept().unwrap(), PlanGuardFinding::Edited);
    }

    #[test]
    fn an_agents_tick_is_set_back_and_an_edit_is_kept() {
        let restored =
            |what, edited| PlanGuardFinding::Restored { what, copy: PathBuf::new(), edited, by_agent: true };
        assert_eq!(after(Some(PLAN)), (PlanGuardFinding::Same, PLAN.into()));
        let ticked = PLAN.replace("- [ ] one", "- [x] one");
        assert_eq!(after(Some(&ticked)), (restored("its boxes were changed", false), PLAN.into()));
        assert_eq!(after(None), (restored("it was deleted", false), PLAN.into()));
        let edited = ticked.replace("# P", "# Better");
        let kept = PLAN.replace("# P", "# Better");
        assert_eq!(after(Some(&edited)), (restored("its boxes were changed", true), kept.clone()));
        let (found, text) = after(Some(&kept));
        assert_eq!((found, text.as_str()), (PlanGuardFinding::Edited, kept.as_str()));
    }

    #[test]
    fn steps_stay_as_they_were_while_the_agent_works() {
        let restored =
            |what| PlanGuardFinding::Restored { what, copy: PathBuf::new(), edited: false, by_agent: true };
        for changed in
            [PLAN.replace("- [ ] one", "- [ ] none"), PLAN.replace("- [x] two\r\n", ""), String::new()]
        {
            assert_eq!(after(Some(&changed)), (restored("its steps were changed"), PLAN.into()), "{changed}");
        }
    }

    #[test]
    fn between_tools_text_is_kept_and_ticks_are_not() {
        let (dir, mut guard) = guard(PLAN);
        let path = dir.path().join("plan.md");
        std::fs::write(&path, PLAN.replace("[ ] one", "[x] first")).unwrap();
        assert!(matches!(
            guard.look(dir.path()).unwrap(),
            PlanGuardFinding::Restored { edited: true, by_agent: false, .. }
        ));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), PLAN.replace("[ ] one", "[ ] first"));
    }

    #[test]
    fn whatever_stands_in_the_plans_place_gives_way() {
        use rustix::fs::{CWD, FileType, Mode, mknodat};
        let (dir, mut guard) = guard(PLAN);
        let path = dir.path().join("plan.md");
        let restored = |guard: &mut PlanGuard, copies: &str| {
            assert!(matches!(
                guard.check(&dir.path().join(copies)).unwrap(),
                PlanGuardFinding::Restored { .. }
            ));
            assert_eq!(std::fs::read_to_string(&path).unwrap(), PLAN);
        };
        std::fs::remove_file(&path).unwrap();
        std::fs::create_dir(&path).unwrap();
        restored(&mut guard, "a");
        std::fs::remove_file(&path).unwrap();
        mknodat(CWD, &path, FileType::Fifo, Mode::RWXU, 0).unwrap();
        restored(&mut guard, "b");
        std::fs::write(&path, PLAN.replace("[ ]", "[x]")).unwrap();
        std::fs::set_permissions(&path, Permissions::from_mode(0o444)).unwrap();
        restored(&mut guard, "c");
    }

    #[test]
    fn after_a_kill_ticks_are_taken_back_and_what_a_person_did_is_kept() {
        let (dir, guard) = guard(PLAN);
        let open = |text: &str, foreseen: &str| {
            let path = dir.path().join("plan.md");
            std::fs::write(&path, text).unwrap();
            guard.foresee(foreseen, 0).unwrap();
            let file = PlanFile::at(&path).unwrap();
            PlanGuard::open(file, dir.path().join("copy.md"), NO_JOURNAL, dir.path()).unwrap();
            std::fs::read_to_string(path).unwrap()
        };
        let ticked = PLAN.replace("[ ] one", "[x] one");
        assert_eq!(open(&ticked, PLAN), PLAN);
        assert_eq!(open(&ticked, &ticked), ticked, "agentrun's own tick");
        assert_eq!(open(PLAN, &ticked), PLAN, "killed before it could tick");
        let unticked = PLAN.replace("[x] two", "[ ] two");
        assert_eq!(open(&unticked, PLAN), unticked, "a person unticked it");
        guard.end();
        assert!(!dir.path().join("copy.md").exists());
    }
}
