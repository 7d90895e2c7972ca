//! Makes the state of a plan from its events; nothing else changes it.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::{Base, CommitState, Pass, StepState, StepStatus, TickState};
use crate::facts::{AttemptRef, Event, Evidence, Fingerprint, ReopenReason, RunStarted, StepKey, StepRef};

/// Everything known of a plan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunState {
    steps: BTreeMap<StepKey, StepState>,
    run: Option<RunStarted>,
    /// What was green in this run since an agent last worked: on the same tree it still is.
    green: Vec<Evidence>,
    /// The digest of the list of what stands in for files of the project now.
    stand_in: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the event `{event}` is not possible now: step {step} is {status}")]
pub struct IllegalEvent {
    event: &'static str,
    step: String,
    status: &'static str,
}

impl RunState {
    /// What is known of a step; the default for one that never ran.
    pub fn step(&self, key: &StepKey) -> &StepState {
        static UNKNOWN: LazyLock<StepState> = LazyLock::new(StepState::default);
        self.steps.get(key).unwrap_or(&UNKNOWN)
    }

    /// Every step that anything is known of, with what it said then.
    pub fn said(&self) -> impl Iterator<Item = (&StepKey, Option<&Fingerprint>)> {
        self.steps.iter().map(|(key, step)| match step.status.pass() {
            Some(pass) => (key, Some(&pass.fingerprint)),
            None => (key, step.fingerprint.as_ref()),
        })
    }

    /// What a command did on this tree in this run, if it was green and no agent worked since.
    pub fn green_on(&self, tree: &str, is_it: impl Fn(&Evidence) -> bool) -> Option<&Evidence> {
        self.green(is_it).filter(|evidence| evidence.tree.as_deref() == Some(tree))
    }

    /// What a command that was green in this run did, if no agent worked since, on whatever tree.
    pub fn green(&self, is_it: impl Fn(&Evidence) -> bool) -> Option<&Evidence> {
        self.green.iter().find(|evidence| is_it(evidence))
    }

    /// What the last run was given.
    pub fn last_run(&self) -> Option<&RunStarted> {
        self.run.as_ref()
    }

    /// Takes in one event.
    ///
    /// # Errors
    /// An event that cannot follow what came before changes nothing.
    #[expect(clippy::too_many_lines, reason = "one flat match: a line or a few for each event")]
    pub fn apply(&mut self, event: &Event) -> Result<(), IllegalEvent> {
        match event {
            Event::RunStarted(run) => self.begin_run(run),
            Event::StepStarted { step, fingerprint, validators } => {
                let step = self.expect(step, "step.started", StepStatus::may_start)?;
                step.start(fingerprint, validators.as_ref());
            }
            Event::AttemptStarted { at, tree, reference, programs, unseen, .. } => {
                let step = self.running(at, "attempt.started")?;
                step.attempts = at.attempt;
                step.set_back.clear();
                let base = Base { tree: tree.clone(), reference: reference.clone() };
                step.trees.begin(base, programs, unseen.as_ref());
                self.green.clear();
            }
            Event::ValidationCompleted { at, evidence } => {
                if at.attempt == 0 {
                    self.running(at, "validation.completed")?.take_baseline(evidence);
                }
                self.take_evidence(&at.step.key, evidence);
            }
            Event::OriginalsStarted { list, .. } => self.stand_in = Some(list.clone()),
            Event::OriginalsValidated { .. } => self.stand_in = None,
            Event::NoteTaken { at, text } => self.running(at, "note.taken")?.notes.push(text.clone()),
            Event::AttemptCompleted { at, outcome, tree, reference, .. } => {
                let step = self.running(at, "attempt.completed")?;
                step.complete_attempt(outcome);
                step.trees.left = tree.clone().map(|tree| Base { tree, reference: reference.clone() });
            }
            Event::StepPassed { at, fingerprint, strength, passed, judged, pending, tolerated, marks } => {
                let commits = self.run.as_ref().is_some_and(|run| run.commits);
                let step = self.running(at, "step.passed")?;
                let said = |evidence: &Evidence| (evidence.command.clone(), evidence.exit.clone());
                let pass = Pass {
                    strength: Some(*strength),
                    criteria: passed.clone(),
                    judged: judged.clone(),
                    pending: pending.clone(),
                    tolerated: tolerated.clone(),
                    marks: marks.clone(),
                    attempt: at.attempt,
                    commands: step.seen.iter().map(said).collect(),
                    commit: if commits { CommitState::Due } else { CommitState::Unasked },
                    ..Pass::new(fingerprint.clone())
                };
                step.status = StepStatus::Passed(pass);
                step.last_failure = None;
            }
            Event::StepStopped { step, outcome } => {
                let step = self.expect(step, "step.stopped", StepStatus::is_running)?;
                step.status = StepStatus::Stopped(outcome.clone());
            }
            Event::TickIntended { step, after, targets, .. } => {
                self.pass(step, "tick.intended")?.tick = TickState::Intended { after: after.clone() };
                self.steps.entry(step.key.clone()).or_default().take_ticks(targets);
            }
            Event::TickWritten { step, .. } => self.pass(step, "tick.written")?.tick = TickState::Written,
            Event::TickRefused { step, .. } => self.pass(step, "tick.refused")?.tick = TickState::Refused,
            Event::StepCommitted { step, .. } => {
                self.pass(step, "step.committed")?.commit = CommitState::Done;
            }
            Event::CommitRefused { step, .. } => {
                self.pass(step, "commit.refused")?.commit = CommitState::Refused;
            }
            Event::StepAdopted { step } => {
                self.idle(step, "step.adopted")?.status = StepStatus::ByHand;
            }
            Event::StepParked { step, items, fingerprint } => {
                let state = self.steps.entry(step.key.clone()).or_default();
                state.status = StepStatus::Parked { items: items.clone(), worked_on: fingerprint.clone() };
            }
            // The plan's lock is held: what runs was killed.
            Event::StepReopened { step, reason: ReopenReason::Restored } => {
                self.steps.entry(step.key.clone()).or_default().restore();
            }
            Event::StepReopened { step, reason } => {
                self.idle(step, "step.reopened")?.reopen(*reason);
            }
            Event::StepRenamed { step, from } => {
                let before = StepRef { key: from.clone(), ..step.clone() };
                let known = std::mem::take(self.idle(&before, "step.renamed")?);
                self.steps.remove(from);
                self.steps.insert(step.key.clone(), known);
            }
            Event::StepConfirmed { step, fingerprint, by, items } => {
                self.idle(step, "step.confirmed")?.confirm(fingerprint, by, items);
            }
            Event::PlanRestored { at, what, by_agent: true, .. } => {
                self.set_back(at, format!("the plan: {what}"));
            }
            Event::FileRestored { at, path, what, .. } => {
                self.set_back(at, format!("`{path}`: {what}"));
            }
            Event::JournalRestored { what, .. } => {
                let running = self.steps.values_mut().filter(|step| step.status.is_running());
                running.for_each(|step| step.set_back.push(format!("agentrun's journal: {what}")));
            }
            Event::RunCompleted(_)
            | Event::ValidationStarted { .. }
            | Event::ValidationChanged { .. }
            | Event::JudgeStarted { .. }
            | Event::JudgeCompleted { .. }
            | Event::ModelReplied { .. }
            | Event::ModelWaited { .. }
            | Event::ToolStarted { .. }
            | Event::ToolCompleted { .. }
            | Event::ConversationMasked { .. }
            | Event::ConversationCompacted { .. }
            | Event::AgentFinished { .. }
            | Event::PlanRestored { .. }
            | Event::PlanEdited { .. }
            | Event::JournalBroken { .. }
            | Event::Warning { .. } => {}
        }
        Ok(())
    }

    /// A new run: what an earlier one left in the middle is to be done.
    /// What confined the commands of the last run, in words; `None` before the first.
    pub(crate) fn last_sandbox(&self) -> Option<&str> {
        self.run.as_ref().map(|run| run.sandbox.as_str())
    }

    /// The digest of the list of what stood in for files when a run was killed.
    pub(crate) fn stand_in(&self) -> Option<&str> {
        self.stand_in.as_deref()
    }

    fn begin_run(&mut self, run: &RunStarted) {
        self.run = Some(run.clone());
        self.stand_in = None;
        self.green.clear();
        for step in self.steps.values_mut() {
            step.spent = 0;
            step.seen.clear();
            match &mut step.status {
                StepStatus::Running | StepStatus::Stopped(_) | StepStatus::Parked { worked_on: None, .. } => {
                    step.set_aside();
                }
                StepStatus::Passed(pass) if pass.tick == TickState::Refused => pass.tick = TickState::Due,
                _ => {}
            }
        }
    }

    /// Remembers what fails the running attempt; between attempts there is none.
    fn set_back(&mut self, at: &AttemptRef, what: String) {
        let step = self.steps.get_mut(&at.step.key);
        if let Some(step) = step.filter(|step| step.status.is_running() && step.attempts == at.attempt) {
            step.set_back.push(what);
        }
    }

    fn take_evidence(&mut self, key: &StepKey, evidence: &Evidence) {
        let other = |known: &Evidence| !known.is_like(evidence);
        self.green.retain(other);
        if evidence.tree.is_some() && evidence.holds() && !evidence.flaky {
            self.green.push(evidence.clone());
        }
        let seen = &mut self.steps.entry(key.clone()).or_default().seen;
        seen.retain(other);
        seen.push(evidence.clone());
    }

    /// The step, if the event can follow. Looks first: a step that nobody knows is made only then.
    fn expect(
        &mut self,
        step: &StepRef,
        event: &'static str,
        legal: fn(&StepStatus) -> bool,
    ) -> Result<&mut StepState, IllegalEvent> {
        let status = &self.step(&step.key).status;
        if !legal(status) {
            return Err(IllegalEvent { event, step: step.id.clone(), status: status.name() });
        }
        Ok(self.steps.entry(step.key.clone()).or_default())
    }

    fn running(&mut self, at: &AttemptRef, event: &'static str) -> Result<&mut StepState, IllegalEvent> {
        self.expect(&at.step, event, StepStatus::is_running)
    }

    fn idle(&mut self, step: &StepRef, event: &'static str) -> Result<&mut StepState, IllegalEvent> {
        self.expect(step, event, |status| !status.is_running())
    }

    fn pass(&mut self, step: &StepRef, event: &'static str) -> Result<&mut Pass, IllegalEvent> {
        match self.steps.get_mut(&step.key).map(|step| &mut step.status) {
            Some(StepStatus::Passed(pass)) => Ok(pass),
            other => {
                let status = other.map_or(StepStatus::Open.name(), |status| status.name());
                Err(IllegalEvent { event, step: step.id.clone(), status })
            }
        }
    }
}

#[cfg(test)]
mod tests;
