//! Watches the plan and the files behind briefs and configuration while an agent works.
//!
//! Between two looks only one party can have changed anything: `check` follows every command and
//! sets back what the agent did; `look` and `accept` follow every wait, and keep what a person did.

mod copy;
pub(crate) mod files;
pub(crate) mod folder;
pub(crate) mod killed;
mod place;
pub(crate) mod plan;
pub(crate) mod repository;

use std::io;
use std::path::{Path, PathBuf};

use crate::facts::{AttemptRef, Event};
use files::{FileGuard, RestoredFile};
use plan::PlanGuard;
use repository::RepositoryGuard;

#[derive(Debug)]
pub(crate) struct Guard {
    pub plan: PlanGuard,
    /// Rules, request, templates, configuration.
    pub files: Vec<FileGuard>,
    /// What git needs to find the repository.
    pub repository: RepositoryGuard,
}

#[derive(Debug)]
pub(crate) struct GuardFindings {
    plan: plan::PlanGuardFinding,
    /// Files that the agent changed, set back.
    restored: Vec<RestoredFile>,
    /// Files that a person changed, kept.
    edited: Vec<String>,
}

impl Guard {
    /// Takes everything as it is now for what it has to be: no agent had a hand in it.
    pub(crate) fn accept(&mut self) -> io::Result<GuardFindings> {
        let plan = self.plan.accept()?;
        Ok(GuardFindings { plan, restored: Vec::new(), edited: self.edited()? })
    }

    /// Looks between two tool calls: a person's text is kept, but no tick counts while an agent
    /// works.
    pub(crate) fn look(&mut self, copies: &Path) -> io::Result<GuardFindings> {
        let plan = self.plan.look(copies)?;
        Ok(GuardFindings { plan, restored: Vec::new(), edited: self.edited()? })
    }

    /// Looks after a tool of the agent, or a command that it may have had a hand in, and sets back
    /// what changed.
    pub(crate) fn check(&mut self, copies: &Path) -> io::Result<GuardFindings> {
        let mut restored = Vec::from_iter(folder::set_back(copies)?);
        let plan = self.plan.check(copies)?;
        for file in &mut self.files {
            restored.extend(file.check(copies)?);
        }
        restored.extend(self.repository.check(copies)?);
        Ok(GuardFindings { plan, restored, edited: Vec::new() })
    }

    /// Git cannot read the repository after an agent worked: what it needs is put back.
    pub(crate) fn put_repository_right(&mut self, copies: &Path) -> io::Result<GuardFindings> {
        let restored = self.repository.put_back(copies)?;
        Ok(GuardFindings { plan: plan::PlanGuardFinding::Same, restored, edited: Vec::new() })
    }

    /// Leaves the agent those of the files of briefs that its step asks it to change, and no others.
    pub(crate) fn leave_to_agent(&mut self, asked: impl Fn(&str) -> bool) {
        for file in &mut self.files {
            file.is_agents = file.sent_as.iter().any(|name| asked(name));
        }
    }

    /// Where those files of briefs are that a step asks to change.
    pub(crate) fn asked_files(&self, asked: impl Fn(&str) -> bool) -> Vec<PathBuf> {
        let is_asked = |file: &&FileGuard| file.sent_as.iter().any(|name| asked(name));
        self.files.iter().filter(is_asked).map(FileGuard::path).collect()
    }

    /// Whether the step at work asks the agent to change this file, a path from the project root.
    pub(crate) fn is_agents(&self, path: &str) -> bool {
        self.files.iter().any(|file| file.is_agents && file.name == path)
    }

    /// agentrun itself is about to write this plan.
    pub(crate) fn foresee(&self, plan: &str, record: u64) -> io::Result<()> {
        self.plan.foresee(plan, record)
    }

    /// agentrun itself has written the plan.
    pub(crate) fn wrote(&mut self, record: u64) -> io::Result<()> {
        self.plan.wrote(record)
    }

    /// Waits for a command of the run, which may be killed meanwhile.
    pub(crate) fn beside<T>(&self, command: impl Future<Output = T>) -> impl Future<Output = T> {
        self.plan.beside(command)
    }

    /// The run is over in order: nothing has to be set back at the next start.
    pub(crate) fn end(&self) {
        self.plan.end();
    }

    fn edited(&mut self) -> io::Result<Vec<String>> {
        let mut edited = Vec::new();
        for file in &mut self.files {
            edited.extend(file.accept()?);
        }
        Ok(edited)
    }
}

impl GuardFindings {
    /// The events that tell of it. `noticed` says when: `during run_command`.
    pub(crate) fn events(self, at: &AttemptRef, guard: &Guard, noticed: &str) -> Vec<Event> {
        let Self { plan, restored, edited } = self;
        let mut events = plan.events(at, &guard.plan, noticed);
        events.extend(restored.into_iter().map(|restored| restored.event(at, noticed)));
        events.extend(edited.into_iter().map(|name| kept(&name, noticed)));
        events
    }

    /// The events that tell of a person's edits, outside of an attempt.
    pub(crate) fn edits(self, guard: &Guard, noticed: &str) -> Vec<Event> {
        let plan = matches!(self.plan, plan::PlanGuardFinding::Edited);
        let plan =
            plan.then(|| Event::PlanEdited { digest: guard.plan.digest(), noticed: noticed.to_owned() });
        plan.into_iter().chain(self.edited.into_iter().map(|name| kept(&name, noticed))).collect()
    }
}

fn kept(name: &str, noticed: &str) -> Event {
    let message = format!("`{name}` was edited {noticed}: the edit is kept and counts from the next run on");
    Event::Warning { code: "file-edited".to_owned(), message }
}
