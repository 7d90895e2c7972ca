//! Where boxes and journal disagree: what an edit of the plan between two runs means.

use super::*;
use crate::facts::ReopenReason::{self, DependencyEdited, Edited, Unticked};
use crate::facts::fixtures::evidence;
use crate::plan;
use crate::state::fixtures::{Past, done, state, ticked};

const PLAN: &str = "# P

## Implementation Steps

### Step 1: A

- [ ] a
- [ ] b (optional)

### Step 2: B

Depends on: Step 1

- [ ] b

## Acceptance Criteria

- [ ] `true`
";

/// What follows for each step, where the plan of before had this past and is now edited so.
fn after(past: &[Past], edits: &[(&str, &str)]) -> Vec<String> {
    let before = plan::read(PLAN);
    let edited = edits.iter().fold(PLAN.to_owned(), |text, (from, to)| text.replacen(from, to, 1));
    let now = plan::read(&edited);
    reconcile(&now.plan, &now.graph, &state(&before, past)).iter().map(say).collect()
}

fn say(event: &Event) -> String {
    match event {
        Event::StepAdopted { step } => format!("{} adopted", step.title),
        Event::StepReopened { step, reason } => format!("{} {reason:?}", step.title),
        Event::StepRenamed { step, .. } => format!("{} renamed", step.title),
        other => format!("{other:?}"),
    }
}

fn reopened(title: &str, reason: ReopenReason) -> String {
    format!("{title} {reason:?}")
}

const A_TICKED: (&str, &str) = ("- [ ] a", "- [x] a");
const B_TICKED: (&str, &str) = ("- [ ] b\n", "- [x] b\n");

#[test]
fn boxes_and_journal_are_brought_in_line() {
    let killed = [done(0).to_vec(), vec![Past::Intended(0)]].concat();
    let journal_only = [done(0).to_vec(), vec![Past::Written(0)]].concat();
    let both = [ticked(0), ticked(1)].concat();
    let stale = [ticked(0).to_vec(), vec![Past::Reopened(0, Edited)]].concat();
    let edited = ("Step 1: A\n", "Step 1: A\n\nMore of it.\n");
    let none: [String; 0] = [];
    assert_eq!(after(&[], &[]), none, "nothing happened");
    assert_eq!(after(&[], &[A_TICKED]), ["A adopted"], "a person ticked it");
    assert_eq!(after(&ticked(0), &[A_TICKED]), none, "it is as agentrun left it");
    assert_eq!(after(&done(0), &[]), none, "the tick is still to come");
    assert_eq!(after(&killed, &[]), none, "the tick was lost with the run");
    assert_eq!(after(&ticked(0), &[]), [reopened("A", Unticked)], "a person unticked it");
    assert_eq!(after(&journal_only, &[]), none, "its progress is kept in the journal only");
    assert_eq!(after(&[Past::Adopted(0)], &[A_TICKED]), none, "it stays done by hand");
    assert_eq!(after(&[Past::Adopted(0)], &[]), [reopened("A", Unticked)], "not done by hand any more");
    assert_eq!(after(&stale, &[A_TICKED]), none, "what agentrun ticked is nobody's word");
    assert_eq!(after(&ticked(0), &[A_TICKED, edited]), [reopened("A", Edited)], "its text changed");
    assert_eq!(
        after(&both, &[A_TICKED, B_TICKED, edited]),
        [reopened("A", Edited), reopened("B", DependencyEdited)],
        "staleness spreads along a dependency that is named"
    );
    assert_eq!(
        after(&both, &[B_TICKED]),
        [reopened("A", Unticked)],
        "an open box does not say that anything changed"
    );
}

#[test]
fn the_end_of_the_plan_is_asked_again_when_work_is_open() {
    let reading = plan::read(PLAN);
    let accepted = [
        ticked(0).to_vec(),
        ticked(1).to_vec(),
        vec![
            Past::Started(2),
            Past::Validated(2, evidence(0, "true", 0)),
            Past::PassedOn(2, &[0], &[], &[]),
            Past::Intended(2),
            Past::Written(2),
        ],
    ]
    .concat();
    assert_eq!(reading.plan.steps.raw[2].kind, StepKind::Acceptance);
    let all = [A_TICKED, B_TICKED, ("- [ ] `true`", "- [x] `true`")];
    assert_eq!(after(&accepted, &all), [""; 0]);
    let name = &reading.plan.steps.raw[2].title;
    let open = after(&accepted, &[A_TICKED, all[2]]);
    assert_eq!(open, [reopened("B", Unticked), reopened(name, DependencyEdited)]);
}

#[test]
fn a_pass_on_other_commands_is_stale() {
    let text = "# P\n\n## Implementation Steps\n\n### Step 1: A\n\n- [ ] a\n\nValidation:\n\n- [ ] `true`\n";
    let reading = plan::read(text);
    let seen = |command| {
        let past = [
            Past::Started(0),
            Past::Validated(0, evidence(0, command, 0)),
            Past::PassedOn(0, &[0], &[], &[]),
        ];
        let events = reconcile(&reading.plan, &reading.graph, &state(&reading, &past));
        events.iter().map(say).collect::<Vec<_>>()
    };
    assert_eq!(seen("true"), [""; 0]);
    assert_eq!(seen("true  "), [reopened("A", Edited)]);
}
