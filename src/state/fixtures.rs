//! Makers for tests: a plan, and what happened to its steps, a word for each event.

use super::RunState;
use super::schedule::Selection;
use crate::facts::{
    AttemptOutcome, AttemptRef, ChangeSummary, CommitRefusal, CriterionIndex, Event, Evidence, Programs,
    Reason, ReopenReason, RunStarted, StepRef, Strength, Ticked, Usage, fixtures,
};
use crate::plan::{Reading, Step, StepIndex};

/// What happened to the step at this place of the plan.
#[derive(Debug, Clone)]
pub(crate) enum Past {
    /// A run that commits, or does not.
    Run {
        commits: bool,
    },
    Started(usize),
    Began(usize, u32),
    /// What a command did before the first attempt.
    Baseline(usize, Evidence),
    Validated(usize, Evidence),
    Noted(usize, &'static str),
    Ended(usize, u32, AttemptOutcome),
    Stopped(usize, Reason),
    Passed(usize, Strength),
    /// Criteria that passed, that hold by the judge's word, and that wait for a person.
    PassedOn(usize, &'static [usize], &'static [usize], &'static [&'static str]),
    /// Commands that fail and may until the end.
    PassedLeaving(usize, &'static [&'static str]),
    Intended(usize),
    Written(usize),
    Refused(usize),
    Committed(usize),
    Uncommitted(usize),
    Adopted(usize),
    Parked(usize),
    Confirmed(usize, &'static [&'static str]),
    Reopened(usize, ReopenReason),
    /// It was called by this key before.
    Renamed(usize, &'static str),
}

/// What a run is given; it commits, or does not.
pub(crate) fn run(commits: bool) -> RunStarted {
    let text = || "x".to_owned();
    RunStarted {
        version: text(),
        plan: "plan.md".to_owned(),
        title: text(),
        digest: text(),
        steps: Vec::new(),
        model: text(),
        sandbox: "none".to_owned(),
        snapshots: "git".to_owned(),
        command: String::new(),
        commits,
        limits: String::new(),
    }
}

/// A pass of a step: its criteria that passed and that hold by the judge's word; what waits for a person, and
/// what may still fail.
fn passed_on(step: &Step, [criteria, by_judge]: [&[usize]; 2], [waiting, failing]: [&[&str]; 2]) -> Event {
    let mut event = passed(step, Strength::Proven);
    if let Event::StepPassed { passed, judged, pending, tolerated, .. } = &mut event {
        (*passed, *judged) = (indices(criteria), indices(by_judge));
        (*pending, *tolerated) = (texts(waiting), texts(failing));
    }
    event
}

/// A pass of a step as it is now.
fn passed(step: &Step, strength: Strength) -> Event {
    Event::StepPassed {
        at: AttemptRef { step: StepRef::from(step), attempt: 1 },
        fingerprint: step.fingerprint(),
        strength,
        passed: Vec::new(),
        judged: Vec::new(),
        pending: Vec::new(),
        tolerated: Vec::new(),
        marks: Vec::new(),
    }
}

fn indices(of: &[usize]) -> Vec<CriterionIndex> {
    of.iter().copied().map(CriterionIndex::from).collect()
}

fn texts(of: &[&str]) -> Vec<String> {
    of.iter().map(|&text| text.to_owned()).collect()
}

impl Past {
    fn step(&self) -> StepIndex {
        let step = match self {
            Self::Run { .. } => 0,
            Self::Started(step)
            | Self::Began(step, _)
            | Self::Baseline(step, _)
            | Self::Validated(step, _)
            | Self::Noted(step, _)
            | Self::Ended(step, ..)
            | Self::Stopped(step, _)
            | Self::Passed(step, _)
            | Self::PassedOn(step, ..)
            | Self::PassedLeaving(step, _)
            | Self::Intended(step)
            | Self::Written(step)
            | Self::Refused(step)
            | Self::Committed(step)
            | Self::Uncommitted(step)
            | Self::Adopted(step)
            | Self::Parked(step)
            | Self::Confirmed(step, _)
            | Self::Reopened(step, _)
            | Self::Renamed(step, _) => *step,
        };
        StepIndex::from(step)
    }

    /// The event, of a step as the plan has it.
    pub(crate) fn event(&self, reading: &Reading) -> Event {
        let found = &reading.plan.steps[self.step()];
        let step = StepRef::from(found);
        let fingerprint = found.fingerprint();
        let at = |attempt| AttemptRef { step: step.clone(), attempt };
        let digest = || "after".to_owned();
        match self.clone() {
            Self::Run { commits } => Event::RunStarted(run(commits)),
            Self::Started(_) => Event::StepStarted { step, fingerprint, validators: None },
            Self::Began(_, attempt) => Event::AttemptStarted {
                at: at(attempt),
                fresh: true,
                tree: format!("before-{attempt}"),
                reference: None,
                programs: Programs::new(),
                unseen: None,
            },
            Self::Baseline(_, evidence) => Event::ValidationCompleted { at: at(0), evidence },
            Self::Noted(_, text) => Event::NoteTaken { at: at(1), text: text.to_owned() },
            Self::Validated(_, evidence) => {
                Event::ValidationCompleted { at: at(1), evidence: Evidence { fingerprint, ..evidence } }
            }
            Self::Ended(_, attempt, outcome) => Event::AttemptCompleted {
                at: at(attempt),
                outcome,
                changes: ChangeSummary::default(),
                usage: Usage::default(),
                turns: 1,
                duration_ms: 1,
                tree: Some(format!("left-{attempt}")),
                reference: None,
            },
            Self::Stopped(_, reason) => Event::StepStopped { step, outcome: reason.into() },
            Self::Passed(_, strength) => passed(found, strength),
            Self::PassedOn(_, criteria, by_judge, waiting) => {
                passed_on(found, [criteria, by_judge], [waiting, &[]])
            }
            Self::PassedLeaving(_, failing) => passed_on(found, [&[], &[]], [&[], failing]),
            Self::Intended(_) => Event::TickIntended {
                step,
                targets: vec![Ticked { line: 7, check_box: fixtures::check_box("a task"), judged: false }],
                before: "before".to_owned(),
                after: digest(),
            },
            Self::Written(_) => Event::TickWritten { step, digest: digest() },
            Self::Refused(_) => Event::TickRefused { step, reason: "it is gone".to_owned() },
            Self::Committed(_) => {
                Event::StepCommitted { step, commit: "c".to_owned(), paths: 1, without_plan: None }
            }
            Self::Uncommitted(_) => {
                Event::CommitRefused { step, reason: CommitRefusal::impossible("a merge") }
            }
            Self::Adopted(_) => Event::StepAdopted { step },
            Self::Parked(_) => Event::StepParked { step, items: texts(&["look"]), fingerprint: None },
            Self::Confirmed(_, items) => {
                Event::StepConfirmed { step, fingerprint, by: "Ada".to_owned(), items: texts(items) }
            }
            Self::Reopened(_, reason) => Event::StepReopened { step, reason },
            Self::Renamed(_, from) => Event::StepRenamed { step, from: fixtures::step(from).key },
        }
    }
}

/// A step that ran and passed, by a command that went green.
pub(crate) fn done(step: usize) -> [Past; 2] {
    [Past::Started(step), Past::Passed(step, Strength::Proven)]
}

/// A step that passed, and whose box is ticked.
pub(crate) fn ticked(step: usize) -> [Past; 4] {
    let [started, passed] = done(step);
    [started, passed, Past::Intended(step), Past::Written(step)]
}

/// What the events add up to.
pub(crate) fn state(reading: &Reading, past: &[Past]) -> RunState {
    let mut state = RunState::default();
    for past in past {
        state.apply(&past.event(reading)).unwrap_or_else(|error| panic!("{past:?}: {error}"));
    }
    state
}

/// The steps at these places.
pub(crate) fn only(steps: &[usize]) -> Selection {
    let steps = steps.iter().copied().map(StepIndex::from).collect();
    Selection { steps: Some(steps), keep_going: false }
}
