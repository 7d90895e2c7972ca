//! An audit in words.

use pretty_assertions::assert_eq;

use super::*;
use crate::plan::{BoxBacking, StepIndex};
use crate::report::audit::{AuditReport, JournalNote, SCHEMA, summary, text};
use crate::state::audit::{Audit, AuditedBox, AuditedStep, Backing, PassRecord, Rerun};

fn ticked(line: usize, backing: Backing) -> AuditedBox {
    let rests_on = match backing {
        Backing::Unrecorded => None,
        Backing::ByHand => Some(BoxBacking::ByHand),
        _ => Some(BoxBacking::Step),
    };
    AuditedBox { line, text: format!("Box {line}"), backing: rests_on, strength: backing }
}

fn audited(id: &str, backing: Backing, pass: Option<PassRecord>) -> AuditedStep {
    AuditedStep {
        id: id.to_owned(),
        name: format!("Step {id}"),
        line: 3,
        index: StepIndex::from(0),
        backing,
        why: None,
        boxes: vec![ticked(4, backing)],
        pass,
        rerun: None,
    }
}

fn pass() -> PassRecord {
    let Event::ValidationCompleted { evidence, .. } = validated(
        "1",
        1,
        &json!({"green_before": false, "tree": "0123456789abcdef", "tests": {"ran": 1, "skipped": 0, "filtered": 0}}),
    ) else {
        unreachable!("that is what it makes")
    };
    let judgements = json!([
        {"criterion": 0, "text": "It is kind", "ruling": "pass", "reason": "",
         "citation": {"in": "output", "command": "cat a", "quote": "hello"}},
        {"criterion": 1, "text": "It is short", "ruling": "cannot_tell", "reason": ""},
    ]);
    PassRecord {
        run: "R".to_owned(),
        ts: Timestamp::UNIX_EPOCH,
        attempt: 2,
        sandbox: "off".to_owned(),
        confirmed_by: Some("Ada".to_owned()),
        evidence: vec![evidence],
        judgements: serde_json::from_value(judgements).unwrap(),
        marks: vec!["a.rs: a skip is new".to_owned()],
    }
}

#[test]
fn each_tick_is_told_with_what_it_rests_on() {
    let rerun = |exit: i32, tolerated: bool| Rerun {
        command: "make test\nmake lint".to_owned(),
        dir: String::new(),
        exit: crate::facts::Exit::Code { code: exit },
        expectation: crate::facts::Expectation::default(),
        unmet: None,
        vacuous: None,
        tolerated,
    };
    let mut proven = audited("1", Backing::Proven, Some(pass()));
    proven.boxes.push(ticked(5, Backing::Judged));
    proven.rerun = Some(vec![rerun(0, false), rerun(1, false), rerun(1, true)]);
    let mut unrecorded = audited("2", Backing::Unrecorded, None);
    unrecorded.why = Some("nothing is known of it".to_owned());
    let audit = Audit { steps: vec![proven, unrecorded], groups: vec![ticked(1, Backing::ByHand)] };
    let journal = JournalNote {
        state: "broken",
        records: 1,
        complaint: Some("a seal is wrong".to_owned()),
        past: vec!["at 1 a seal was wrong; agentrun did not trust it".to_owned()],
    };
    let report = AuditReport {
        schema: SCHEMA,
        plan: "plan.md",
        journal: &journal,
        worth: "little",
        audit: &audit,
        exit_code: 1,
    };
    let said = format!("{}{}\n", plain(&text(&report)), summary(&audit));
    insta::assert_snapshot!(said, @"
    plan.md
    a seal is wrong; 1 record proven
    at 1 a seal was wrong; agentrun did not trust it
    proven      [1] Step 1
                  1970-01-01T00:00:00Z · run R · attempt 2 · confirmed by Ada
                  make test · exit code 0 · failed before · 1 test · tree 0123456789ab
                  judged: It is kind · the output of `cat a`
                  a.rs: a skip is new
                  by the step: line 4
                  line 5 is judged: Box 5
                  again: make test ... · passed
                  again: make test ... · failed, exit code 1
                  again: make test ... · still fails, exit code 1
    unrecorded  [2] Step 2: nothing is known of it
    by hand     line 1: Box 1
    2 steps ticked: 1 proven, 1 unrecorded
    ");
    let json: Value = serde_json::from_str(&serde_json::to_string(&report).unwrap()).unwrap();
    let keys: Vec<&String> = json.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["exit_code", "groups", "journal", "plan", "schema", "steps", "worth"]);
    assert_eq!((&json["schema"], &json["exit_code"]), (&json!("agentrun.verify/1"), &json!(1)));
}

#[test]
fn a_plan_without_a_tick_and_a_whole_journal_are_told_shortly() {
    let audit = Audit { steps: Vec::new(), groups: Vec::new() };
    let journal = JournalNote { state: "sealed", records: 12, complaint: None, past: Vec::new() };
    let report = AuditReport {
        schema: SCHEMA,
        plan: "plan.md",
        journal: &journal,
        worth: "",
        audit: &audit,
        exit_code: 0,
    };
    assert_eq!(plain(&text(&report)), "plan.md\njournal: sealed, 12 records\n");
    assert_eq!(summary(&audit), "nothing is ticked");
}
