//! What events add up to, and which events cannot follow.

use proptest::prelude::*;

use super::*;
use crate::facts::fixtures::{evidence, red};
use crate::facts::{AttemptOutcome, Reason, Strength};
use crate::plan::{self, Reading};
use crate::state::fixtures::{Past, done, state, ticked};

fn reading() -> Reading {
    plan::read("# P\n\n## Implementation Steps\n\n### Step 1: A\n\n- [ ] a\n\n### Step 2: B\n\n- [ ] b\n")
}

fn failed() -> Reason {
    Reason::ValidationFailed { red: red(), limit: None }
}

/// The first step after these events.
fn first(past: &[Past]) -> StepState {
    let reading = reading();
    state(&reading, past).step(&reading.plan.steps.raw[0].key).clone()
}

/// An event of each kind that the fold looks at, of one step and attempt.
fn every_event(step: usize, attempt: u32) -> Vec<Past> {
    vec![
        Past::Run { commits: step == 0 },
        Past::Started(step),
        Past::Began(step, attempt),
        Past::Validated(step, Evidence { tree: Some("t".into()), ..evidence(0, "true", 0) }),
        Past::Ended(step, attempt, AttemptOutcome::NotPassed(failed())),
        Past::Stopped(step, failed()),
        Past::Passed(step, Strength::Proven),
        Past::Intended(step),
        Past::Written(step),
        Past::Refused(step),
        Past::Committed(step),
        Past::Uncommitted(step),
        Past::Adopted(step),
        Past::Parked(step),
        Past::Confirmed(step, &["a"]),
        Past::Reopened(step, ReopenReason::Edited),
        Past::Reopened(step, ReopenReason::Restart),
        Past::Reopened(step, ReopenReason::Restored),
        Past::Renamed(step, "gone"),
    ]
}

/// A step in each status.
fn every_status() -> Vec<Vec<Past>> {
    let stale = [done(0).to_vec(), vec![Past::Reopened(0, ReopenReason::Edited)]].concat();
    vec![
        vec![],
        stale,
        vec![Past::Started(0)],
        done(0).to_vec(),
        vec![Past::Adopted(0)],
        vec![Past::Parked(0)],
        vec![Past::Started(0), Past::Stopped(0, failed())],
    ]
}

/// What an event is called in the journal.
fn name(event: &Event) -> String {
    let json = serde_json::to_value(event).unwrap();
    let reason = json["reason"].as_str().filter(|_| matches!(event, Event::StepReopened { .. }));
    format!("{} {}", json["type"].as_str().unwrap(), reason.unwrap_or_default())
}

#[test]
fn each_event_leads_from_each_status_to_another_or_cannot_follow() {
    let reading = reading();
    let key = &reading.plan.steps.raw[0].key;
    let mut table = vec![format!("{:24}", "")];
    let start = every_status().iter().map(|past| state(&reading, past)).collect::<Vec<_>>();
    table[0].extend(start.iter().map(|state| format!("{:13}", state.step(key).status.name())));
    for past in every_event(0, 1) {
        let event = past.event(&reading);
        let cell = |before: &RunState| {
            let mut after = before.clone();
            let name = after.apply(&event).map_or("-", |()| after.step(key).status.name());
            format!("{name:13}")
        };
        let cells: String = start.iter().map(cell).collect();
        table.push(format!("{:24}{cells}", name(&event).trim()));
    }
    let table: Vec<&str> = table.iter().map(|row| row.trim_end()).collect();
    insta::assert_snapshot!(table.join("\n"), @r"
                            open         stale        running      passed       done by hand parked       stopped
    run.started             open         stale        open         passed       done by hand open         open
    step.started            running      running      running      -            -            -            -
    attempt.started         -            -            running      -            -            -            -
    validation.completed    open         stale        running      passed       done by hand parked       stopped
    attempt.completed       -            -            running      -            -            -            -
    step.stopped            -            -            stopped      -            -            -            -
    step.passed             -            -            passed       -            -            -            -
    tick.intended           -            -            -            passed       -            -            -
    tick.written            -            -            -            passed       -            -            -
    tick.refused            -            -            -            passed       -            -            -
    step.committed          -            -            -            passed       -            -            -
    commit.refused          -            -            -            passed       -            -            -
    step.adopted            done by hand done by hand -            done by hand done by hand done by hand done by hand
    step.parked             parked       parked       parked       parked       parked       parked       parked
    step.confirmed          passed       passed       -            passed       passed       passed       passed
    step.reopened edited    stale        stale        -            stale        stale        stale        stale
    step.reopened restart   open         open         -            open         open         open         open
    step.reopened restored  open         open         open         open         open         open         open
    step.renamed            open         open         open         open         open         open         open
    ");
}

#[test]
fn a_step_goes_from_open_to_passed_and_ticked() {
    let passed = AttemptOutcome::Passed { strength: Strength::Proven };
    let past = [
        Past::Run { commits: true },
        Past::Started(0),
        Past::Began(0, 1),
        Past::Ended(0, 1, AttemptOutcome::NotPassed(failed())),
        Past::Began(0, 2),
        Past::Ended(0, 2, passed),
        Past::Passed(0, Strength::Proven),
        Past::Intended(0),
        Past::Written(0),
    ];
    let names = |count| first(&past[..count]).status.name();
    let expected =
        ["open", "open", "running", "running", "running", "running", "running", "passed", "passed", "passed"];
    assert_eq!((0..=past.len()).map(names).collect::<Vec<_>>(), expected);
    let end = first(&past);
    let StepStatus::Passed(known) = &end.status else { panic!("{end:?}") };
    assert_eq!((&known.tick, known.commit), (&TickState::Written, CommitState::Due));
    assert_eq!((end.attempts, end.spent, end.last_failure), (2, 2, None));
    assert_eq!(end.trees.base, Some(Base { tree: "before-1".into(), reference: None }));
    assert_eq!(end.trees.left, Some(Base { tree: "left-2".into(), reference: None }));
}

#[test]
fn what_a_killed_run_left_in_the_middle_is_to_be_done_and_keeps_what_is_known() {
    let state = first(&[
        Past::Started(0),
        Past::Began(0, 1),
        Past::Ended(0, 1, AttemptOutcome::NotPassed(failed())),
        Past::Began(0, 2),
        Past::Run { commits: false },
    ]);
    assert_eq!((state.status, state.attempts, state.spent), (StepStatus::Open, 2, 0));
    assert_eq!(state.last_failure, Some(failed()));
}

#[test]
fn what_agentrun_ticked_is_validated_first_after_a_run_that_was_killed() {
    let again = [
        ticked(0).to_vec(),
        vec![Past::Reopened(0, ReopenReason::Edited), Past::Started(0), Past::Run { commits: false }],
    ];
    assert_eq!(first(&again.concat()).status, StepStatus::Revalidate);
    let anew = [
        ticked(0).to_vec(),
        vec![Past::Reopened(0, ReopenReason::Restart), Past::Started(0), Past::Run { commits: false }],
    ];
    assert_eq!(first(&anew.concat()).status, StepStatus::Open);
}

#[test]
fn only_a_reason_of_the_agents_own_spends_an_attempt_and_is_remembered() {
    let after = |reason: Reason| {
        let outcome = AttemptOutcome::NotPassed(reason);
        let state = first(&[Past::Started(0), Past::Began(0, 1), Past::Ended(0, 1, outcome)]);
        (state.attempts, state.spent, state.last_failure)
    };
    assert_eq!(after(failed()), (1, 1, Some(failed())));
    assert_eq!(after(Reason::Unproven), (1, 1, None));
    assert_eq!(after(Reason::Interrupted), (1, 0, None));
}

#[test]
fn a_refused_tick_is_due_again_in_the_next_run() {
    let refused = [done(0).to_vec(), vec![Past::Refused(0)]].concat();
    let tick = |past: &[Past]| match first(past).status {
        StepStatus::Passed(pass) => pass.tick,
        other => panic!("{other:?}"),
    };
    assert_eq!(tick(&refused), TickState::Refused);
    assert_eq!(tick(&[refused, vec![Past::Run { commits: false }]].concat()), TickState::Due);
}

#[test]
fn a_green_command_is_known_until_an_agent_works() {
    let reading = reading();
    let green = Evidence { tree: Some("t".into()), ..evidence(0, "true", 0) };
    let mut past = vec![Past::Started(0), Past::Validated(0, green)];
    assert!(state(&reading, &past).green_on("t", |seen| seen.command == "true").is_some());
    assert!(state(&reading, &past).green_on("other", |seen| seen.command == "true").is_none());
    past.push(Past::Began(0, 1));
    assert_eq!(state(&reading, &past).green(|seen| seen.command == "true"), None);
}

#[test]
fn what_is_known_of_a_step_goes_with_its_new_name() {
    let reading = reading();
    let mut state = state(&reading, &ticked(0));
    let from = reading.plan.steps.raw[0].key.clone();
    let known = state.step(&from).clone();
    let step = StepRef { key: StepKey::new("new".into()), ..StepRef::from(&reading.plan.steps.raw[0]) };
    state.apply(&Event::StepRenamed { step: step.clone(), from: from.clone() }).unwrap();
    assert_eq!((state.step(&step.key), state.step(&from)), (&known, &StepState::default()));
}

#[test]
fn an_event_that_cannot_follow_says_why() {
    let reading = reading();
    let passed = Past::Passed(0, Strength::Proven).event(&reading);
    let error = RunState::default().apply(&passed).unwrap_err();
    assert_eq!(error.to_string(), "the event `step.passed` is not possible now: step 1 is open");
}

proptest! {
    #[test]
    fn an_event_that_cannot_follow_changes_nothing(
        past in prop::collection::vec((0..19_usize, 0..2_usize, 0..3_u32), 0..60)
    ) {
        let reading = reading();
        let mut state = RunState::default();
        for (kind, step, attempt) in past {
            let event = every_event(step, attempt)[kind].event(&reading);
            let before = state.clone();
            if state.apply(&event).is_err() {
                prop_assert_eq!(&state, &before, "{:?}", event);
            }
        }
    }
}
