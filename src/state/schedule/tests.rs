//! What comes next, for each thing that can be known of two or three steps.

use super::*;
use crate::facts::fixtures::red;
use crate::facts::{Limit, Reason, Strength};
use crate::plan::{self, Reading};
use crate::state::fixtures::{Past, done, only, state, ticked};

/// The third step depends on the first alone. The last is for a person.
const PLAN: &str = "# P

## Implementation Steps

### Step 1: A

- [ ] a

### Step 2: B

- [ ] b

### Step 3: C

Depends on: Step 1

- [ ] c

## Manual Testing

- [ ] d
";

fn run(step: usize) -> Decision {
    Decision::Run(StepIndex::from(step))
}

fn decide(past: &[Past], selection: &Selection) -> Decision {
    let Reading { plan, graph, .. } = &plan::read(PLAN);
    next(plan, graph, &state(&plan::read(PLAN), past), selection)
}

fn failed() -> Reason {
    Reason::ValidationFailed { red: red(), limit: None }
}

fn stopped(step: usize, reason: Reason) -> Vec<Past> {
    vec![Past::Started(step), Past::Stopped(step, reason)]
}

#[test]
fn steps_go_in_order_until_one_does_not_pass() {
    let all = [ticked(0), ticked(1), ticked(2)].concat();
    let parked = [all.clone(), vec![Past::Parked(3)]].concat();
    let commits = [vec![Past::Run { commits: true }], ticked(0).to_vec()].concat();
    let committed = [commits.clone(), vec![Past::Committed(0)]].concat();
    let not_committed = [commits.clone(), vec![Past::Uncommitted(0)]].concat();
    let not_ticked = [done(0).to_vec(), vec![Past::Refused(0)]].concat();
    let intended = [done(0).to_vec(), vec![Past::Intended(0)]].concat();
    let first = StepIndex::from(0);
    let table = [
        ("nothing is known", vec![], run(0)),
        ("it was killed", vec![Past::Started(0)], run(0)),
        ("passed, and the box is open", done(0).to_vec(), Decision::Tick(first)),
        ("passed, and the box is perhaps open", intended, Decision::Tick(first)),
        ("the box could not be ticked", not_ticked, Decision::Stop(RunOutcome::NeedsPerson)),
        ("passed and ticked", ticked(0).to_vec(), run(1)),
        ("ticked, and not committed", commits, Decision::Commit(first)),
        ("committed", committed, run(1)),
        ("a commit was refused", not_committed, run(1)),
        ("done by hand", vec![Past::Adopted(0)], run(1)),
        ("failed", stopped(0, failed()), Decision::Stop(RunOutcome::StepFailed)),
        ("only a person is left", all, Decision::Park(StepIndex::from(3))),
        ("a person is asked", parked, Decision::Stop(RunOutcome::Completed)),
    ];
    for (what, past, decision) in table {
        assert_eq!(decide(&past, &Selection::default()), decision, "{what}");
    }
}

#[test]
fn keep_going_leaves_out_only_what_depends_on_the_step() {
    let selection = Selection { steps: None, keep_going: true };
    let second = |reason| [ticked(0).to_vec(), stopped(1, reason)].concat();
    let rest = |reason| [second(reason), ticked(2).to_vec(), vec![Past::Parked(3)]].concat();
    let limit = Reason::LimitReached { limit: Limit::Turns(3) };
    let outage = Reason::ModelFailed { message: "gone".into(), hint: "wait".into(), temporary: true };
    let parked = [vec![Past::Parked(0)], ticked(1).to_vec(), vec![Past::Parked(3)]].concat();
    let table = [
        // What only follows in the order goes on; what names the step does not.
        (stopped(0, failed()), run(1)),
        ([stopped(0, failed()), ticked(1).to_vec()].concat(), Decision::Park(StepIndex::from(3))),
        (second(failed()), run(2)),
        (rest(failed()), Decision::Stop(RunOutcome::StepFailed)),
        (rest(limit), Decision::Stop(RunOutcome::LimitReached)),
        (second(outage), Decision::Stop(RunOutcome::Temporary)),
        (second(Reason::Interrupted), Decision::Stop(RunOutcome::Interrupted)),
        (vec![Past::Parked(0)], run(1)),
        (parked, Decision::Stop(RunOutcome::NeedsPerson)),
    ];
    for (past, decision) in table {
        assert_eq!(decide(&past, &selection), decision, "{past:?}");
    }
}

#[test]
fn a_run_is_about_the_steps_that_were_asked_for() {
    let commits = [vec![Past::Run { commits: true }], ticked(0).to_vec()].concat();
    let table = [
        (vec![], vec![1], run(1)),
        (ticked(1).to_vec(), vec![1], Decision::Stop(RunOutcome::Completed)),
        (done(0).to_vec(), vec![1], run(1)),
        (commits, vec![1], Decision::Commit(StepIndex::from(0))),
    ];
    for (past, steps, decision) in table {
        assert_eq!(decide(&past, &only(&steps)), decision, "{past:?} {steps:?}");
    }
}

#[test]
fn a_weak_pass_is_a_pass() {
    let past = [Past::Started(0), Past::Passed(0, Strength::Weak), Past::Written(0)];
    assert_eq!(decide(&past, &Selection::default()), run(1));
}

#[test]
fn what_is_left_out_is_told_with_what_it_waits_for() {
    let reading = plan::read(PLAN);
    let selection = Selection { steps: None, keep_going: true };
    let told = |past: &[Past]| left_out(&reading.plan, &reading.graph, &state(&reading, past), &selection);
    let (first, third) = (StepIndex::from(0), StepIndex::from(2));
    assert_eq!(told(&[]), []);
    assert_eq!(told(&stopped(0, failed())), [(third, first)]);
    assert_eq!(told(&[Past::Parked(0)]), [(third, first)]);
    assert_eq!(told(&stopped(1, failed())), []);
}
