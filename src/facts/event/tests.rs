//! How a fact is written, and what it is about.

use super::*;
use crate::facts::fixtures::{check_box, evidence, reasons, said, step};

fn at(attempt: u32) -> AttemptRef {
    AttemptRef { step: step("1.1"), attempt }
}

fn record(event: Event) -> Record {
    Record { schema: SCHEMA, seq: 3, ts: Timestamp::UNIX_EPOCH, run: "run-1".to_owned(), event }
}

#[test]
fn an_event_names_its_step_and_its_attempt() {
    let step = || step("1.1");
    let table = [
        (Event::NoteTaken { at: at(2), text: "x".to_owned() }, Some(step()), Some(2)),
        (Event::ValidationStarted { at: at(0), command: "x".to_owned() }, Some(step()), Some(0)),
        (Event::StepAdopted { step: step() }, Some(step()), None),
        (Event::StepStopped { step: step(), outcome: reasons()[0].clone().into() }, Some(step()), None),
        (Event::Warning { code: "x".to_owned(), message: "y".to_owned() }, None, None),
        (Event::JournalRestored { what: "x".to_owned(), copy: None }, None, None),
    ];
    for (event, step, attempt) in table {
        assert_eq!(event.place(), (step.as_ref(), attempt), "{event:?}");
    }
}

#[test]
fn a_record_is_one_flat_line_and_is_read_back() {
    let table = [
        Event::StepStarted { step: step("1.1"), fingerprint: said("f"), validators: None },
        Event::AttemptStarted {
            at: at(1),
            fresh: true,
            tree: "t".to_owned(),
            reference: None,
            programs: Programs::new(),
            unseen: None,
        },
        Event::AgentFinished { at: at(1), end: AgentEnd::Limit { limit: crate::facts::Limit::Turns(60) } },
        Event::ValidationCompleted { at: at(0), evidence: evidence(1, "cargo test", 101) },
        Event::TickIntended {
            step: step("1.1"),
            targets: vec![Ticked { line: 7, check_box: check_box("a"), judged: false }],
            before: "b".to_owned(),
            after: "c".to_owned(),
        },
    ];
    let lines: Vec<String> = (table.into_iter().map(record))
        .map(|record| {
            let line = serde_json::to_string(&record).unwrap();
            assert_eq!(serde_json::from_str::<Record>(&line).unwrap(), record);
            line
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    {"schema":1,"seq":3,"ts":"1970-01-01T00:00:00Z","run":"run-1","type":"step.started","step":{"id":"1.1","key":"1.1","title":"Title 1.1"},"fingerprint":"f"}
    {"schema":1,"seq":3,"ts":"1970-01-01T00:00:00Z","run":"run-1","type":"attempt.started","step":{"id":"1.1","key":"1.1","title":"Title 1.1"},"attempt":1,"fresh":true,"tree":"t"}
    {"schema":1,"seq":3,"ts":"1970-01-01T00:00:00Z","run":"run-1","type":"agent.finished","step":{"id":"1.1","key":"1.1","title":"Title 1.1"},"attempt":1,"end":{"kind":"limit","limit":"60 turns"}}
    {"schema":1,"seq":3,"ts":"1970-01-01T00:00:00Z","run":"run-1","type":"validation.completed","step":{"id":"1.1","key":"1.1","title":"Title 1.1"},"attempt":0,"evidence":{"origin":{"step":{"criterion":1}},"command":"cargo test","dir":"","exit":{"kind":"code","code":101},"duration_ms":1,"output_digest":"o","log":"l","fingerprint":"it","usage":{"input":0,"cached":0,"output":0}}}
    {"schema":1,"seq":3,"ts":"1970-01-01T00:00:00Z","run":"run-1","type":"tick.intended","step":{"id":"1.1","key":"1.1","title":"Title 1.1"},"targets":[{"line":7,"text":"a"}],"before":"b","after":"c"}
    "#);
}

#[test]
fn fields_that_are_not_known_are_passed_over() {
    let line = r#"{"schema":1,"seq":3,"ts":"1970-01-01T00:00:00Z","run":"run-1","type":"warning","code":"x","message":"y","later":{"a":1}}"#;
    let event = Event::Warning { code: "x".to_owned(), message: "y".to_owned() };
    assert_eq!(serde_json::from_str::<Record>(line).unwrap(), record(event));
}
