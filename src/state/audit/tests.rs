//! What a tick rests on, for each thing that the journal may know of its step.

use super::*;
use crate::facts::fixtures::{evidence, judgement};
use crate::facts::{Expectation, JudgedItem, Ruling, StepRef, Usage};
use crate::plan::{self, StepIndex};
use crate::state::fixtures::{Past, state};

/// A step whose boxes are all ticked: a task, a command, and a sentence.
const PLAN: &str = "# P

## Implementation Steps

### Step 1: A

**Tasks:**
- [x] a task

**Validation:**
- [x] `cargo test`
- [x] The text is easy to read
";

/// The records of what happened, in one run.
fn records(reading: &Reading, past: &[Past]) -> Vec<Record> {
    let event = |past: &Past| past.event(reading);
    let record = |(seq, event)| Record {
        schema: crate::facts::SCHEMA,
        seq,
        ts: Timestamp::UNIX_EPOCH,
        run: "run-1".to_owned(),
        event,
    };
    (1..).zip(past.iter().map(event)).map(record).collect()
}

/// What the step and each of its boxes rest on.
fn backings(text: &str, past: &[Past], whole: bool) -> Vec<String> {
    let before = plan::read(PLAN);
    let reading = plan::read(text);
    let (records, state) = (records(&before, past), state(&before, past));
    let known = Known { records: &records, state: &state, claims: &BTreeSet::new(), whole };
    let say = |step: &AuditedStep| {
        let why = step.why.as_ref().map_or_else(String::new, |why| format!(" ({why})"));
        let boxes: Vec<&str> = step.boxes.iter().map(|found| found.strength.say()).collect();
        format!("{}{why}: {}", step.backing.say(), boxes.join(", "))
    };
    audit(&reading, &known).steps.iter().map(say).collect()
}

/// A pass of the step on its command, with what came behind.
fn passed(then: &[Past]) -> Vec<Past> {
    let green = Past::Validated(0, evidence(0, "cargo test", 0));
    [&[Past::Started(0), green, Past::PassedOn(0, &[0], &[], &["The text is easy to read"])], then].concat()
}

#[test]
fn a_tick_rests_on_what_the_journal_proves() {
    let confirmed = Past::Confirmed(0, &["The text is easy to read"]);
    let green = || Past::Validated(0, evidence(0, "cargo test", 0));
    let red = || Past::Validated(0, evidence(0, "cargo test", 1));
    let judged = vec![Past::Started(0), green(), Past::PassedOn(0, &[0], &[1], &[])];
    let weak = vec![Past::Started(0), green(), Past::Passed(0, Strength::Weak)];
    let let_through = vec![Past::Started(0), Past::Passed(0, Strength::Unvalidated)];
    let contradicted = vec![Past::Started(0), red(), Past::PassedOn(0, &[0], &[], &[])];
    let stale = passed(&[Past::Reopened(0, ReopenReason::Edited)]);
    let table = [
        ("nothing is known", vec![], true),
        ("there is no journal", vec![], false),
        ("on a command, the sentence by hand", passed(&[]), true),
        ("and a person has looked", passed(std::slice::from_ref(&confirmed)), true),
        ("the judge has seen the sentence", judged, true),
        ("all was green before", weak, true),
        ("a person alone", vec![confirmed], true),
        ("let through", let_through, true),
        ("no command was green", contradicted, true),
        ("to be validated again", stale, true),
        ("done by hand", vec![Past::Adopted(0)], true),
    ];
    let rows =
        table.map(|(what, past, whole)| format!("{what}: {}", backings(PLAN, &past, whole).join("; ")));
    insta::assert_snapshot!(rows.join("\n"), @"
    nothing is known: by hand: by hand, by hand, by hand
    there is no journal: unrecorded: unrecorded, unrecorded, unrecorded
    on a command, the sentence by hand: proven: proven, proven, by hand
    and a person has looked: proven: proven, proven, confirmed
    the judge has seen the sentence: proven: proven, proven, judged
    all was green before: weak: weak, weak, by hand
    a person alone: confirmed: confirmed, confirmed, confirmed
    let through: unvalidated: unvalidated, unvalidated, unvalidated
    no command was green: forged (it passed, but none of its commands did): forged, forged, forged
    to be validated again: stale (it had to be validated again, and this was not done): stale, stale, stale
    done by hand: by hand: by hand, by hand, by hand
    ");
}

#[test]
fn evidence_does_not_count_for_another_text() {
    let edited = PLAN.replace("a task", "another task");
    let unticked = PLAN.replace("- [x] a task", "- [ ] a task");
    let past = passed(&[Past::Intended(0), Past::Written(0)]);
    assert_eq!(
        [backings(&edited, &past, true), backings(&unticked, &past, true)].concat(),
        [
            "stale (its text changed since): stale, stale, stale",
            "stale (a box of it was unticked since): stale, stale"
        ]
    );
    assert_eq!(backings(&PLAN.replace("[x]", "[ ]"), &[], true), [""; 0]);
}

#[test]
fn a_claim_that_is_not_proven_is_a_forgery() {
    let reading = plan::read(PLAN);
    let claims = BTreeSet::from([reading.plan.steps.raw[0].key.clone()]);
    let known = Known { records: &[], state: &RunState::default(), claims: &claims, whole: true };
    let audit = audit(&reading, &known);
    assert_eq!(audit.steps[0].backing, Backing::Forged);
    assert!(audit.has_forgery() && audit.has_unbacked());
}

#[test]
fn the_record_of_a_pass_holds_what_its_own_attempt_saw() {
    let reading = plan::read(PLAN);
    let mut past = passed(&[Past::Confirmed(0, &["The text is easy to read"])]);
    past.insert(1, Past::Validated(0, evidence(0, "an earlier step", 1)));
    past.insert(0, Past::Run { commits: false });
    // What was seen before the step began is not its own.
    past.insert(1, Past::Started(0));
    past.insert(2, Past::Validated(0, evidence(0, "of another life", 0)));
    let mut records = records(&reading, &past);
    let said = Event::JudgeCompleted {
        at: AttemptRef { step: StepRef::from(&reading.plan.steps.raw[0]), attempt: 1 },
        judgements: vec![judgement(1, Ruling::Pass)],
        usage: Usage::default(),
        turns: 1,
        duration_ms: 1,
    };
    let at = records.len() - 2;
    records.insert(at, Record { event: said, ..records[at].clone() });
    let found = passes(&records, &[]).remove(&reading.plan.steps.raw[0].key).unwrap();
    let commands: Vec<&str> = found.evidence.iter().map(|seen| seen.command.as_str()).collect();
    assert_eq!(commands, ["an earlier step", "cargo test"]);
    assert_eq!((found.attempt, found.sandbox.as_str()), (1, "none"));
    assert_eq!(found.confirmed_by.as_deref(), Some("Ada"));
    assert_eq!(found.judgements, [judgement(1, Ruling::Pass)]);
}

#[test]
fn each_box_says_what_it_rests_on_itself() {
    let task = |ruling, text: &str| {
        let item = JudgedItem::Task(0.into());
        vec![Judgement { item, text: text.to_owned(), ..judgement(0, ruling) }]
    };
    // agentrun ticked only the first.
    let usual = [Some(BoxBacking::Step), Some(BoxBacking::ByHand), Some(BoxBacking::ByHand)];
    let seen = [Some(BoxBacking::Judge), Some(BoxBacking::ByHand), Some(BoxBacking::ByHand)];
    for (judgements, whole, passed, expected) in [
        (Vec::new(), true, true, usual),
        (task(Ruling::Pass, "a task"), true, true, seen),
        (task(Ruling::CannotTell, "a task"), true, true, usual),
        (task(Ruling::Pass, "another task"), true, true, usual),
        (Vec::new(), true, false, [Some(BoxBacking::ByHand); 3]),
        (Vec::new(), false, false, [None; 3]),
    ] {
        let reading = plan::read(PLAN);
        let past = if passed { self::passed(&[Past::Intended(0), Past::Written(0)]) } else { Vec::new() };
        let mut records = records(&reading, &past);
        if passed {
            let said = Event::JudgeCompleted {
                at: AttemptRef { step: StepRef::from(&reading.plan.steps.raw[0]), attempt: 1 },
                judgements: judgements.clone(),
                usage: Usage::default(),
                turns: 1,
                duration_ms: 1,
            };
            records.insert(2, Record { event: said, ..records[1].clone() });
        }
        let state = state(&reading, &past);
        let known = Known { records: &records, state: &state, claims: &BTreeSet::new(), whole };
        let audit = audit(&reading, &known);
        let told: Vec<_> = audit.steps[0].boxes.iter().map(|found| found.backing).collect();
        assert_eq!(told, expected, "{judgements:?} {whole} {passed}");
    }
}

#[test]
fn commands_that_are_run_again_refute_or_back_a_step() {
    let rerun = |code, tolerated, void: bool| Rerun {
        command: "c".to_owned(),
        dir: String::new(),
        exit: Exit::Code { code },
        expectation: Expectation::default(),
        unmet: None,
        vacuous: void.then(|| Vacuous::Tests { why: "it ran no tests".to_owned() }),
        tolerated,
    };
    let table = [
        (vec![], false, false),
        (vec![rerun(0, false, false)], false, true),
        (vec![rerun(1, false, false)], true, false),
        (vec![rerun(1, true, false)], false, false),
        (vec![rerun(1, true, false), rerun(0, false, false)], false, true),
        (vec![rerun(0, false, true)], true, false),
    ];
    for (reruns, refuted, backed) in table {
        let step = AuditedStep {
            id: "1".to_owned(),
            name: "A".to_owned(),
            line: 1,
            index: StepIndex::from(0),
            backing: Backing::ByHand,
            why: None,
            boxes: Vec::new(),
            pass: None,
            rerun: Some(reruns),
        };
        assert_eq!((step.is_refuted(), step.is_backed_by_rerun()), (refuted, backed), "{step:?}");
    }
}
