//! What people are told of a run: events as the journal has them, and the lines they become.

mod audit;
mod listing;
mod markdown;
mod terminal;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::story::Story;
use crate::facts::{Event, Record, StepRef};

/// A step as events name it.
pub(crate) fn step(id: &str) -> StepRef {
    serde_json::from_value(named(id)).unwrap()
}

fn named(id: &str) -> Value {
    json!({"id": id, "key": format!("key-{id}"), "title": format!("Title {id}")})
}

/// An event of a step; its fields as the journal has them.
pub(crate) fn event(kind: &str, id: &str, fields: Value) -> Event {
    let mut whole = json!({"type": kind, "step": named(id)});
    let Value::Object(fields) = fields else { panic!("fields are an object: {fields}") };
    whole.as_object_mut().unwrap().extend(fields);
    serde_json::from_value(whole).unwrap_or_else(|error| panic!("{kind}: {error}"))
}

/// The end of a validation command in an attempt.
pub(crate) fn validated(id: &str, attempt: u32, fields: &Value) -> Event {
    let mut evidence = json!({
        "origin": "plan", "command": "make test", "dir": "", "exit": {"kind": "code", "code": 0},
        "duration_ms": 1_234, "output_digest": "", "log": "log.txt", "fingerprint": "f", "usage": {},
    });
    evidence.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    event("validation.completed", id, json!({"attempt": attempt, "evidence": evidence}))
}

/// An attempt that begins.
pub(crate) fn attempt_started(id: &str, attempt: u32) -> Event {
    event("attempt.started", id, json!({"attempt": attempt, "fresh": attempt == 1, "tree": "t"}))
}

/// An attempt that failed its validation.
fn failed(id: &str, attempt: u32, output: &str) -> Event {
    let red = json!({"kind": "validation_failed", "command": "make test", "output": output, "exit": code(1)});
    completed(id, attempt, &red)
}

/// An attempt that ended, after a minute and at some cost.
fn completed(id: &str, attempt: u32, outcome: &Value) -> Event {
    let fields = json!({
        "attempt": attempt, "outcome": outcome, "changes": {"files": 2, "added": 10, "removed": 3},
        "usage": {"input": 12_000, "cached": 9_000, "output": 345}, "turns": 4, "duration_ms": 61_000,
    });
    event("attempt.completed", id, fields)
}

fn code(code: i32) -> Value {
    json!({"kind": "code", "code": code})
}

pub(crate) fn run_started() -> Event {
    let fields = json!({
        "version": "0.1.0", "plan": "plan.md", "title": "A plan", "digest": "0123456789abcdef01", "model": "tiny",
        "steps": [named("1"), named("2")], "sandbox": "off", "snapshots": "git", "limits": "few",
        "command": "agentrun execute plan.md",
    });
    event("run.started", "", fields)
}

fn run_completed(outcome: &str, pending: &Value, open: usize) -> Event {
    let fields = json!({
        "outcome": outcome, "exit_code": 0, "pending": pending, "open": open, "duration_ms": 754_000,
    });
    event("run.completed", "", fields)
}

fn passed(id: &str, attempt: u32, fields: &Value) -> Event {
    let mut all = json!({
        "attempt": attempt, "fingerprint": "f", "strength": "proven", "passed": [], "pending": [], "tolerated": [],
    });
    all.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    event("step.passed", id, all)
}

/// The records of these events.
pub(crate) fn records(events: &[Event]) -> Vec<Record> {
    let record = |event: &Event| Record {
        schema: 1,
        seq: 1,
        ts: Timestamp::UNIX_EPOCH,
        run: "R".to_owned(),
        event: event.clone(),
    };
    events.iter().map(record).collect()
}

/// The story of these events.
fn story(events: &[Event]) -> Story {
    let mut story = Story::default();
    for record in records(events) {
        story.apply(&record);
    }
    story
}

/// A text without its colours.
fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}
