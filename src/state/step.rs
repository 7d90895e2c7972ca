//! What is known of one step, and how an event changes it.

use super::pass::{Pass, TickState};
use super::trees::Trees;
use crate::facts::{
    AttemptOutcome, BoxRef, Evidence, Fingerprint, Reason, ReopenReason, StepOutcome, Ticked,
};

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StepState {
    pub status: StepStatus,
    /// Attempts so far, in all runs.
    pub attempts: u32,
    /// Attempts of this run; outages and interruptions are none.
    pub spent: u32,
    /// What the step said when it was last started.
    pub fingerprint: Option<Fingerprint>,
    pub trees: Trees,
    /// What its commands did before the first attempt.
    baseline: Vec<Evidence>,
    /// What each of its commands did last, in this run.
    pub seen: Vec<Evidence>,
    pub notes: Vec<String>,
    /// Why the last attempt that can be mended did not pass, until the step passes.
    pub last_failure: Option<Reason>,
    /// What the agent changed in the running attempt that was not its own, and was set back.
    pub set_back: Vec<String>,
    /// The boxes that agentrun ticked for it and did not take back. They outlast the pass: what agentrun ticked
    /// is nobody's word once the evidence is stale.
    pub ticked: Vec<BoxRef>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum StepStatus {
    #[default]
    Open,
    /// Had evidence, and something changed since: validated first.
    Revalidate,
    Running,
    /// Evidence or a person says that it holds.
    Passed(Pass),
    /// All its boxes are ticked, by somebody else.
    ByHand,
    /// Waits for a person.
    Parked {
        items: Vec<String>,
        /// The text that was worked on: it is not carried out again as long as it stays.
        worked_on: Option<Fingerprint>,
    },
    /// Ended in this run without a pass.
    Stopped(StepOutcome),
}

impl StepState {
    /// Baseline and base survive as long as the step says the same and its agent has begun: a
    /// step that goes on after an interruption was still red before and is green after.
    pub(super) fn start(&mut self, fingerprint: &Fingerprint, validators: Option<&String>) {
        if self.fingerprint.as_ref() != Some(fingerprint) {
            self.trees = Trees::default();
        }
        if self.trees.base.is_none() {
            self.baseline.clear();
        }
        self.trees.take_up(validators);
        self.fingerprint = Some(fingerprint.clone());
        self.status = StepStatus::Running;
    }

    /// The first time counts: later looks at the same commands are no baseline.
    pub(super) fn take_baseline(&mut self, evidence: &Evidence) {
        if self.before(|known| known.is_like(evidence)).is_none() {
            self.baseline.push(evidence.clone());
        }
    }

    /// What a command did before the first attempt.
    pub fn before(&self, is_it: impl Fn(&Evidence) -> bool) -> Option<&Evidence> {
        self.baseline.iter().find(|evidence| is_it(evidence))
    }

    /// What a command of the step did on this tree in this run. A baseline that names no tree ran
    /// on the one that the first attempt began with.
    pub fn seen_on(&self, tree: &str, is_it: impl Fn(&Evidence) -> bool) -> Option<&Evidence> {
        let base = self.trees.base.as_ref().map(|base| base.tree.as_str());
        let on_it = |evidence: &&Evidence| evidence.tree.as_deref().or(base) == Some(tree);
        self.seen.iter().find(|evidence| is_it(evidence)).filter(on_it)
    }

    pub(super) fn complete_attempt(&mut self, outcome: &AttemptOutcome) {
        let reason = outcome.reason();
        if let Some(reason) = reason.filter(|reason| reason.may_be_tried_again()) {
            self.last_failure = Some(reason.clone());
        }
        self.spent += u32::from(reason.is_none_or(Reason::spends_attempt));
    }

    /// A run ended before the step did: it is to be done, and what agentrun ticked for it is still
    /// to be validated first.
    pub(super) fn set_aside(&mut self) {
        self.status = if self.ticked.is_empty() { StepStatus::Open } else { StepStatus::Revalidate };
    }

    pub(super) fn take_ticks(&mut self, targets: &[Ticked]) {
        for target in targets {
            if !self.ticked.contains(&target.check_box) {
                self.ticked.push(target.check_box.clone());
            }
        }
    }

    pub(super) fn reopen(&mut self, reason: ReopenReason) {
        self.status = if reason.is_staleness() { StepStatus::Revalidate } else { StepStatus::Open };
        if !reason.is_staleness() {
            self.ticked.clear();
        }
        self.trees = Trees::default();
        self.baseline.clear();
        self.last_failure = None;
    }

    /// Open again. Its trees are known until it starts anew, for files that were not brought back
    /// yet.
    pub(super) fn restore(&mut self) {
        self.status = StepStatus::Open;
        self.ticked.clear();
        self.fingerprint = None;
        self.last_failure = None;
    }

    pub(super) fn confirm(&mut self, fingerprint: &Fingerprint, by: &str, items: &[String]) {
        if let StepStatus::Passed(pass) = &mut self.status {
            pass.pending.retain(|pending| !items.contains(pending));
            pass.confirmed_by = Some(by.to_owned());
            pass.tick = TickState::Due;
            return;
        }
        let confirmed_by = Some(by.to_owned());
        self.status = StepStatus::Passed(Pass { confirmed_by, ..Pass::new(fingerprint.clone()) });
        self.last_failure = None;
    }
}

impl StepStatus {
    /// Nothing of it is left to do for agentrun.
    pub fn is_done(&self) -> bool {
        matches!(self, Self::Passed(_) | Self::ByHand)
    }

    pub fn pass(&self) -> Option<&Pass> {
        match self {
            Self::Passed(pass) => Some(pass),
            _ => None,
        }
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

    pub(super) fn is_running(&self) -> bool {
        matches!(self, Self::Running)
    }

    pub(super) fn may_start(&self) -> bool {
        matches!(self, Self::Open | Self::Revalidate | Self::Running)
    }
}
