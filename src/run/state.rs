//! What is known of a plan: a fold over its events. There is no other way to change it.

mod trees;

use std::collections::BTreeMap;

pub use self::trees::{Base, Trees};
use super::event::{
    AttemptOutcome, AttemptRef, Event, Evidence, Reopened, RunStarted, StepOutcome, Strength,
};
use crate::plan::{Fingerprint, StepKey};
use crate::process::Exit;

/// Everything known of a plan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunState {
    steps: BTreeMap<StepKey, StepState>,
    run: Option<RunStarted>,
    /// What was green in this run since an agent last worked: on the same tree it still is.
    green: Vec<Evidence>,
}

/// What is known of one step.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StepState {
    /// Where it stands.
    pub status: StepStatus,
    /// Attempts so far, in all runs.
    pub attempts: u32,
    /// Attempts of this run; outages and interruptions are none.
    pub spent: u32,
    /// What the step said when it was last started.
    pub fingerprint: Option<Fingerprint>,
    /// The trees that it began with and left.
    pub trees: Trees,
    /// What its commands did before the first attempt.
    pub baseline: Vec<Evidence>,
    /// What each of its commands did last, in this run.
    pub seen: Vec<Evidence>,
    /// Notes of the agent, for later attempts.
    pub notes: Vec<String>,
    /// The last attempt that validation did not let pass, until the step passes.
    pub last_failure: Option<AttemptOutcome>,
    /// What the agent changed in the running attempt that was not its own, and was set back.
    pub set_back: Vec<String>,
}

/// Where a step stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum StepStatus {
    /// To be done.
    #[default]
    Open,
    /// Had evidence, and something changed since: validated first.
    Revalidate,
    /// Being worked on.
    Running,
    /// Evidence or a person says that it holds.
    Passed(Pass),
    /// All its boxes are ticked, by somebody else.
    ByHand,
    /// Waits for a person.
    Parked {
        /// What the person is asked for.
        items: Vec<String>,
    },
    /// Ended in this run without a pass.
    Stopped(StepOutcome),
}

/// Why a step is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pass {
    /// What the step said when it passed.
    pub fingerprint: Fingerprint,
    /// What the pass is worth; `None` if a person alone vouches for it.
    pub strength: Option<Strength>,
    /// Who confirmed it.
    pub confirmed_by: Option<String>,
    /// Indices of its own criteria that hold.
    pub criteria: Vec<usize>,
    /// Indices of its own criteria that hold by the judge's word.
    pub judged: Vec<usize>,
    /// What still waits for a person.
    pub pending: Vec<String>,
    /// Commands that are red and must be green at the end.
    pub tolerated: Vec<String>,
    /// What makes it worth less.
    pub marks: Vec<String>,
    /// Whether the plan says so too.
    pub tick: TickState,
    /// Texts of what agentrun ticked for it.
    pub ticked: Vec<String>,
    /// The attempt that passed; 0 if no agent was needed.
    pub attempt: u32,
    /// Its commands, and how each ended last.
    pub commands: Vec<(String, Exit)>,
    /// Whether the history of the branch says it too.
    pub commit: CommitState,
}

/// Whether a pass is in the history of the branch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CommitState {
    /// The run that recorded the pass was not asked to commit.
    #[default]
    Unasked,
    /// Not yet.
    Due,
    /// Yes.
    Done,
    /// No, and it is not tried again.
    Refused,
}

/// Whether the plan says what the journal says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TickState {
    /// Not yet.
    Due,
    /// Perhaps: the plan was about to be replaced.
    Intended {
        /// Digest of the plan after the replacement.
        after: String,
    },
    /// Yes.
    Written,
    /// Not in this run: the plan could not be changed.
    Refused,
}

/// An event that cannot follow what came before.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{event}` cannot follow: step {step} is {status}")]
pub struct IllegalEvent {
    event: &'static str,
    step: String,
    status: &'static str,
}

impl RunState {
    /// What is known of a step; the default for one that never ran.
    pub fn step(&self, key: &StepKey) -> &StepState {
        static UNKNOWN: StepState = StepState {
            status: StepStatus::Open,
            attempts: 0,
            spent: 0,
            fingerprint: None,
            trees: Trees::NONE,
            baseline: Vec::new(),
            seen: Vec::new(),
            notes: Vec::new(),
            last_failure: None,
            set_back: Vec::new(),
        };
        self.steps.get(key).unwrap_or(&UNKNOWN)
    }

    /// Every step that anything is known of, with what it said then.
    pub fn said(&self) -> impl Iterator<Item = (&StepKey, Option<&Fingerprint>)> {
        self.steps.iter().map(|(key, step)| match &step.status {
            StepStatus::Passed(pass) => (key, Some(&pass.fingerprint)),
            _ => (key, step.fingerprint.as_ref()),
        })
    }

    /// What a command did on this tree in this run, if it was green and no agent worked since.
    pub fn green_on(&self, tree: &str, command: &str, dir: &str) -> Option<&Evidence> {
        self.green(command, dir).filter(|evidence| evidence.tree.as_deref() == Some(tree))
    }

    /// What a command that was green in this run did, if no agent worked since, on whatever tree.
    pub fn green(&self, command: &str, dir: &str) -> Option<&Evidence> {
        self.green.iter().find(|evidence| evidence.is_of(command, dir))
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
            Event::StepStarted { step, fingerprint } => {
                self.expect(&step.key, &step.id, "step.started", StepStatus::may_start)?.start(fingerprint);
            }
            Event::AttemptStarted { at, tree, reference, programs, .. } => {
                self.green.clear();
                let step = self.running(at, "attempt.started")?;
                step.attempts = at.attempt;
                step.set_back.clear();
                step.trees.begin(Base { tree: tree.clone(), reference: reference.clone() }, programs);
            }
            Event::ValidationCompleted { at, evidence } => {
                if at.attempt == 0 {
                    self.running(at, "validation.completed")?.take_baseline(evidence);
                }
                self.take_evidence(&at.step.key, evidence);
            }
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
                    fingerprint: fingerprint.clone(),
                    strength: Some(*strength),
                    confirmed_by: None,
                    criteria: passed.clone(),
                    judged: judged.clone(),
                    pending: pending.clone(),
                    tolerated: tolerated.clone(),
                    marks: marks.clone(),
                    tick: TickState::Due,
                    ticked: Vec::new(),
                    attempt: at.attempt,
                    commands: step.seen.iter().map(said).collect(),
                    commit: if commits { CommitState::Due } else { CommitState::Unasked },
                };
                step.status = StepStatus::Passed(pass);
                step.last_failure = None;
            }
            Event::StepStopped { step, outcome } => {
                let step = self.expect(&step.key, &step.id, "step.stopped", StepStatus::is_running)?;
                step.status = StepStatus::Stopped(outcome.clone());
            }
            Event::TickIntended { step, after, targets, .. } => {
                let pass = self.pass(step, "tick.intended")?;
                pass.tick = TickState::Intended { after: after.clone() };
                pass.ticked.extend(targets.iter().map(|target| target.text.clone()));
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
                self.expect(&step.key, &step.id, "step.adopted", StepStatus::is_idle)?.status =
                    StepStatus::ByHand;
            }
            Event::StepParked { step, items } => {
                self.expect(&step.key, &step.id, "step.parked", StepStatus::is_idle)?.status =
                    StepStatus::Parked { items: items.clone() };
            }
            // The plan's lock is held: what runs was killed.
            Event::StepReopened { step, reason: Reopened::Restored } => {
                self.steps.entry(step.key.clone()).or_default().restore();
            }
            Event::StepReopened { step, reason } => {
                self.expect(&step.key, &step.id, "step.reopened", StepStatus::is_idle)?.reopen(*reason);
            }
            Event::StepRenamed { step, from } => {
                let known = self.expect(from, &step.id, "step.renamed", StepStatus::is_idle)?.clone();
                self.steps.remove(from);
                self.steps.insert(step.key.clone(), known);
            }
            Event::StepConfirmed { step, fingerprint, by, items } => {
                self.expect(&step.key, &step.id, "step.confirmed", StepStatus::is_idle)?.confirm(
                    fingerprint,
                    by,
                    items,
                );
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
    fn begin_run(&mut self, run: &RunStarted) {
        self.run = Some(run.clone());
        self.green.clear();
        for step in self.steps.values_mut() {
            step.spent = 0;
            step.seen.clear();
            match &mut step.status {
                StepStatus::Running | StepStatus::Stopped(_) | StepStatus::Parked { .. } => {
                    step.status = StepStatus::Open;
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
        let other = |known: &Evidence| !known.is_of(&evidence.command, &evidence.dir);
        self.green.retain(other);
        if evidence.tree.is_some() && evidence.holds() && !evidence.flaky {
            self.green.push(evidence.clone());
        }
        let seen = &mut self.steps.entry(key.clone()).or_default().seen;
        seen.retain(other);
        seen.push(evidence.clone());
    }

    fn expect(
        &mut self,
        key: &StepKey,
        id: &str,
        event: &'static str,
        legal: fn(&StepStatus) -> bool,
    ) -> Result<&mut StepState, IllegalEvent> {
        let step = self.steps.entry(key.clone()).or_default();
        if legal(&step.status) {
            Ok(step)
        } else {
            Err(IllegalEvent { event, step: id.to_owned(), status: step.status.name() })
        }
    }

    fn running(&mut self, at: &AttemptRef, event: &'static str) -> Result<&mut StepState, IllegalEvent> {
        self.expect(&at.step.key, &at.step.id, event, StepStatus::is_running)
    }

    fn pass(&mut self, step: &super::event::StepRef, event: &'static str) -> Result<&mut Pass, IllegalEvent> {
        let state = self.steps.entry(step.key.clone()).or_default();
        match &mut state.status {
            StepStatus::Passed(pass) => Ok(pass),
            other => Err(IllegalEvent { event, step: step.id.clone(), status: other.name() }),
        }
    }
}

impl StepState {
    /// Baseline and base survive as long as the step says the same and its agent has begun: a
    /// step that goes on after an interruption was still red before and is green after.
    fn start(&mut self, fingerprint: &Fingerprint) {
        if self.fingerprint.as_ref() != Some(fingerprint) {
            self.trees = Trees::NONE;
        }
        if self.trees.base.is_none() {
            self.baseline.clear();
        }
        self.trees.take_up();
        self.fingerprint = Some(fingerprint.clone());
        self.status = StepStatus::Running;
    }

    /// The first time counts: later looks at the same commands are no baseline.
    fn take_baseline(&mut self, evidence: &Evidence) {
        if !self.baseline.iter().any(|known| known.is_of(&evidence.command, &evidence.dir)) {
            self.baseline.push(evidence.clone());
        }
    }

    /// What a command of the step did on this tree in this run. A baseline that names no tree ran
    /// on the one that the first attempt began with.
    pub fn seen_on(&self, tree: &str, command: &str, dir: &str) -> Option<&Evidence> {
        let base = self.trees.base.as_ref().map(|base| base.tree.as_str());
        let on_it = |evidence: &&Evidence| evidence.tree.as_deref().or(base) == Some(tree);
        self.seen.iter().find(|evidence| evidence.is_of(command, dir)).filter(on_it)
    }

    fn complete_attempt(&mut self, outcome: &AttemptOutcome) {
        match outcome {
            AttemptOutcome::Interrupted
            | AttemptOutcome::ModelFailed { .. }
            | AttemptOutcome::Unfixable(_) => return,
            AttemptOutcome::ValidationFailed { .. }
            | AttemptOutcome::Weakened { .. }
            | AttemptOutcome::Tampered { .. }
            | AttemptOutcome::CriterionFailed { .. } => {
                self.last_failure = Some(outcome.clone());
            }
            _ => {}
        }
        self.spent += 1;
    }

    fn reopen(&mut self, reason: Reopened) {
        self.status = match reason {
            Reopened::Edited | Reopened::DependencyEdited => StepStatus::Revalidate,
            Reopened::Unticked | Reopened::Restart | Reopened::Restored => StepStatus::Open,
        };
        self.trees = Trees::NONE;
        self.baseline.clear();
        self.last_failure = None;
    }

    /// Open again. Its trees are known until it starts anew, for files that were not brought back
    /// yet.
    fn restore(&mut self) {
        self.status = StepStatus::Open;
        self.fingerprint = None;
        self.last_failure = None;
    }

    fn confirm(&mut self, fingerprint: &Fingerprint, by: &str, items: &[String]) {
        if let StepStatus::Passed(pass) = &mut self.status {
            pass.pending.retain(|pending| !items.contains(pending));
            pass.confirmed_by = Some(by.to_owned());
            pass.tick = TickState::Due;
            return;
        }
        self.status = StepStatus::Passed(Pass {
            fingerprint: fingerprint.clone(),
            strength: None,
            confirmed_by: Some(by.to_owned()),
            criteria: Vec::new(),
            judged: Vec::new(),
            pending: Vec::new(),
            tolerated: Vec::new(),
            marks: Vec::new(),
            tick: TickState::Due,
            ticked: Vec::new(),
            attempt: 0,
            commands: Vec::new(),
            commit: CommitState::Unasked,
        });
        self.last_failure = None;
    }
}

impl StepStatus {
    /// Nothing of it is left to do for agentrun.
    pub fn is_done(&self) -> bool {
        matches!(self, Self::Passed(_) | Self::ByHand)
    }

    /// One word for people.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Revalidate => "stale",
            Self::Running => "running",
            Self::Passed(_) => "passed",
            Self::ByHand => "done by hand",
            Self::Parked { .. } => "parked",
            Self::Stopped(_) => "stopped",
        }
    }

    fn is_running(&self) -> bool {
        matches!(self, Self::Running)
    }

    fn is_idle(&self) -> bool {
        !self.is_running()
    }

    fn may_start(&self) -> bool {
        matches!(self, Self::Open | Self::Revalidate | Self::Running)
    }
}

#[cfg(test)]
mod tests;
