//! What holds, what waits and what is ticked, for each kind of criterion.

use super::*;
use crate::facts::fixtures::evidence;
use crate::facts::{Exit, Strength, Vacuous};
use crate::plan;
use crate::state::StepStatus;
use crate::state::fixtures::{Past, state};

/// A task, an optional one, a deliverable in words, and a criterion of each kind.
const PLAN: &str = "# P

## Implementation Steps

### Step 1: A

**Tasks:**
- [ ] a task
- [ ] more of it (optional)

**Deliverables:**
- [ ] A friendly greeting

**Validation:**
- [ ] `cargo test`
- [ ] `cargo run` prints a greeting that people like
- [ ] The text is easy to read

**Manual Verification:**
- [ ] Somebody has read it
";

/// Its criteria in a word each.
const CRITERIA: [&str; 5] = ["deliverable", "test", "run", "prose", "manual"];

fn named(criteria: &[CriterionIndex]) -> String {
    let names: Vec<&str> = criteria.iter().map(|&index| CRITERIA[usize::from(index)]).collect();
    names.join(", ")
}

#[test]
fn each_kind_of_criterion_holds_or_waits() {
    let reading = plan::read(PLAN);
    let step = &reading.plan.steps.raw[0];
    assert_eq!(step.criteria.len(), CRITERIA.len());
    let (test, run) = (1, 2);
    let all: Vec<CriterionIndex> = step.criteria.keys().collect();
    let green = [evidence(test, "cargo test", 0), evidence(run, "cargo run", 0)];
    let red = [Evidence { exit: Exit::Code { code: 1 }, ..green[0].clone() }, green[1].clone()];
    let vacuous = Some(Vacuous::Command { why: "nothing in it can fail".to_owned() });
    let void = [Evidence { vacuous, ..green[0].clone() }, green[1].clone()];
    let table = [
        ("all is green", &green[..], &[][..], true),
        ("the judge has seen all", &green, &all, true),
        ("sentences are ignored", &green, &[], false),
        ("a command is red", &red, &[], false),
        ("a command cannot fail", &void, &all, true),
        ("nothing ran", &[], &[], false),
    ];
    let rows = table.map(|(what, evidence, judged, prose_waits)| {
        let DecidedCriteria { passed, waiting } =
            decide(step, &Grounds { evidence, judged, prose_waits, missing: &[] });
        format!("{what}: {} | {}", named(&passed), named(&waiting))
    });
    insta::assert_snapshot!(rows.join("\n"), @"
    all is green: test | deliverable, run, prose, manual
    the judge has seen all: test, run | manual
    sentences are ignored: deliverable, test, run | manual
    a command is red: deliverable, run | manual
    a command cannot fail: run | test, manual
    nothing ran: deliverable | manual
    ");
}

/// The lines that a pass of the first step ticks.
fn ticked(text: &str, past: &[Past]) -> Vec<String> {
    let reading = plan::read(text);
    let state = state(&reading, past);
    let StepStatus::Passed(on) = &state.step(&reading.plan.steps.raw[0].key).status else { panic!() };
    let say = |target: TickTarget| match target {
        TickTarget::Box(index) => reading.plan.boxes[index].text.clone(),
        other => format!("{other:?}"),
    };
    on.targets(&reading.plan, StepIndex::from(0)).into_iter().map(say).collect()
}

#[test]
fn a_pass_ticks_its_tasks_and_the_criteria_that_hold() {
    let on = |passed, judged, waiting| [Past::Started(0), Past::PassedOn(0, passed, judged, waiting)];
    let confirmed = [&on(&[1], &[], &["it"])[..], &[Past::Confirmed(0, &["it"])]].concat();
    let partly = [&on(&[1], &[], &["it", "that"])[..], &[Past::Confirmed(0, &["it"])]].concat();
    let everything = ticked(PLAN, &confirmed);
    assert_eq!(ticked(PLAN, &on(&[], &[], &[])), ["a task"]);
    assert_eq!(ticked(PLAN, &on(&[1], &[], &[])), ["a task", "`cargo test`"]);
    assert_eq!(ticked(PLAN, &on(&[1], &[0], &[])), ["a task", "A friendly greeting", "`cargo test`"]);
    assert_eq!(ticked(PLAN, &partly), ["a task", "`cargo test`"]);
    assert!(everything.len() == 6 && !everything.contains(&"more of it (optional)".to_owned()));
}

#[test]
fn a_step_without_boxes_is_ticked_in_a_section_of_its_own() {
    let text = "# P\n\n## Implementation Steps\n\n### Step 1: A\n\nText.\n";
    let past = [Past::Started(0), Past::Passed(0, Strength::Proven)];
    assert_eq!(ticked(text, &past), ["Progress(StepIndex(0))"]);
}
