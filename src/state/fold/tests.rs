//! The fold: what events add up to, and what cannot follow.

use super::*;
use crate::facts::{
    AttemptOutcome, BoxRef, ChangeSummary, Exit, Occurrence, Programs, RedCommand, RunCompleted, RunOutcome,
    StepRef, Strength, Ticked, Usage,
};
use crate::plan::{self, Reading};

fn reading() -> Reading {
    plan::read("# P\n\n## Implementation Steps\n\n### Step 1: A\n\n- [ ] a\n\n### Step 2: B\n\n- [ ] b\n")
}

fn a_box() -> BoxRef {
    BoxRef { text: "a".into(), occurrence: Occurrence::default() }
}

fn red() -> RedCommand {
    RedCommand { command: "false".into(), exit: Exit::Code { code: 1 }, output: "no".into(), why: None }
}

/// The story of a step that failed once and passed then.
fn story() -> Vec<Event> {
    let reading = reading();
    let found = &reading.plan.steps.raw[0];
    let step = StepRef::from(found);
    let at = |attempt| AttemptRef { step: step.clone(), attempt };
    let failed = AttemptOutcome::ValidationFailed { red: red(), limit: None };
    let completed = |attempt, outcome| Event::AttemptCompleted {
        at: at(attempt),
        outcome,
        changes: ChangeSummary::default(),
        usage: Usage::default(),
        turns: 1,
        duration_ms: 1,
        tree: Some(format!("left-{attempt}")),
        reference: None,
    };
    let started = |attempt| Event::AttemptStarted {
        at: at(attempt),
        fresh: attempt == 1,
        tree: format!("tree-{attempt}"),
        reference: None,
        programs: Programs::new(),
    };
    vec![
        Event::RunStarted(run()),
        Event::StepStarted { step: step.clone(), fingerprint: found.fingerprint() },
        started(1),
        completed(1, failed),
        started(2),
        completed(2, AttemptOutcome::Passed { strength: Strength::Proven }),
        Event::StepPassed {
            at: at(2),
            fingerprint: found.fingerprint(),
            strength: Strength::Proven,
            passed: vec![],
            judged: vec![],
            pending: vec![],
            tolerated: vec![],
            marks: vec![],
        },
        Event::TickIntended {
            step: step.clone(),
            targets: vec![Ticked { line: 7, check_box: a_box(), judged: false }],
            before: "x".into(),
            after: "y".into(),
        },
        Event::TickWritten { step: step.clone(), digest: "y".into() },
        Event::RunCompleted(RunCompleted {
            outcome: RunOutcome::Completed,
            exit_code: 0,
            pending: vec![],
            open: 0,
            duration_ms: 1,
        }),
    ]
}

fn run() -> RunStarted {
    RunStarted {
        version: "0".into(),
        plan: "plan.md".into(),
        title: "P".into(),
        digest: "x".into(),
        steps: vec![],
        model: "m".into(),
        sandbox: "none".into(),
        snapshots: "git".into(),
        command: String::new(),
        commits: true,
        limits: String::new(),
    }
}

fn fold(events: &[Event]) -> RunState {
    let mut state = RunState::default();
    for event in events {
        state.apply(event).unwrap();
    }
    state
}

/// The first step after so many events of the story.
fn after(count: usize) -> StepState {
    fold(&story()[..count]).step(&reading().plan.steps.raw[0].key).clone()
}

#[test]
fn a_step_goes_from_open_to_passed_and_ticked() {
    let names: Vec<&str> = (0..=story().len()).map(|count| after(count).status.name()).collect();
    let expected = [
        "open", "open", "running", "running", "running", "running", "running", "passed", "passed", "passed",
        "passed",
    ];
    assert_eq!(names, expected);
    let end = after(story().len());
    let StepStatus::Passed(pass) = &end.status else { panic!("{end:?}") };
    assert_eq!(pass.tick, TickState::Written);
    assert_eq!((end.attempts, end.spent, end.last_failure), (2, 2, None));
    assert_eq!(end.trees.base, Some(Base { tree: "tree-1".into(), reference: None }));
}

#[test]
fn what_a_killed_run_left_in_the_middle_is_to_be_done_and_keeps_what_is_known() {
    let mut events = story()[..5].to_vec();
    events.push(Event::RunStarted(run()));
    let state = fold(&events).step(&reading().plan.steps.raw[0].key).clone();
    assert_eq!((state.status, state.attempts, state.spent), (StepStatus::Open, 2, 0));
    assert!(matches!(state.last_failure, Some(AttemptOutcome::ValidationFailed { .. })));
}

#[test]
fn an_event_that_cannot_follow_changes_nothing() {
    let story = story();
    let mut state = fold(&story[..1]);
    let before = state.clone();
    let error = state.apply(&story[6]).unwrap_err();
    assert_eq!(error.to_string(), "`step.passed` cannot follow: step 1 is open");
    assert_eq!(state.step(&reading().plan.steps.raw[0].key), before.step(&reading().plan.steps.raw[0].key));
}

#[test]
fn outages_spend_no_attempt() {
    let mut events = story()[..3].to_vec();
    let Event::AttemptCompleted { at, changes, .. } = &story()[3] else { panic!() };
    events.push(Event::AttemptCompleted {
        at: at.clone(),
        outcome: AttemptOutcome::ModelFailed { message: "x".into(), hint: "y".into(), temporary: true },
        changes: changes.clone(),
        usage: Usage::default(),
        turns: 0,
        duration_ms: 0,
        tree: None,
        reference: None,
    });
    let state = fold(&events).step(&reading().plan.steps.raw[0].key).clone();
    assert_eq!((state.attempts, state.spent), (1, 0));
}
