//! Folding a journal of 100 MB into the state of a plan, without and with proving its seals:
//! `cargo bench --bench journal`.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
#![expect(clippy::expect_used, reason = "a benchmark that cannot measure has nothing to say")]

#[path = "support/table.rs"]
mod table;

use std::time::{Duration, Instant};

use agentrun::facts::{AttemptRef, Event, Fingerprint, Programs, Record, SCHEMA, StepKey, StepRef, Usage};
use agentrun::journal::reader;
use agentrun::journal::seal::{self, Chain, JournalVerdict, Key};

use agentrun::state::RunState;

/// What a long-lived plan may have gathered.
const BYTES: usize = 100_000_000;
const TARGET: Duration = Duration::from_secs(1);

fn main() {
    table::head(&["journal", "bytes", "records", "read and folded", "target"]);
    let chain = Chain::begin(&Key::of(&[7; 32]).expect("a key has 32 bytes"), b"/project");
    for (name, chain) in [("turns of one step", None), ("the same, sealed and proven", Some(chain))] {
        let journal = journal(chain.clone());
        let best = (0..3).map(|_| fold(&journal, chain.clone())).min_by_key(|(_, time)| *time);
        let (records, time) = best.unwrap_or_default();
        table::row(&[
            name,
            &journal.len().to_string(),
            &records.to_string(),
            &format!("{:.2} s", time.as_secs_f64()),
            &format!("{:.0} s", TARGET.as_secs_f64()),
        ]);
    }
}

/// Reads the bytes and folds what they say, as every start of agentrun does.
fn fold(bytes: &[u8], chain: Option<Chain>) -> (usize, Duration) {
    let start = Instant::now();
    if let Some(chain) = chain {
        assert_eq!(seal::examine(bytes, chain, None).verdict, JournalVerdict::Whole);
    }
    let journal = reader::parse(bytes);
    assert!(journal.skipped.is_empty(), "{:?}", journal.skipped.first());
    let mut state = RunState::default();
    for record in &journal.records {
        state.apply(&record.event).expect("the generated journal is a legal one");
    }
    (journal.records.len(), start.elapsed())
}

/// A step that is worked on, turn after turn.
fn journal(mut chain: Option<Chain>) -> Vec<u8> {
    let key = StepKey::new("k1:0".to_owned());
    let step = StepRef { id: "1".into(), key, title: "Write it".into() };
    let fingerprint = Fingerprint::new("f2:0".to_owned(), None);
    let at = AttemptRef { step: step.clone(), attempt: 1 };
    let (tree, programs) = ("0".repeat(40), Programs::new());
    let started =
        Event::AttemptStarted { at: at.clone(), fresh: true, tree, reference: None, programs, unseen: None };
    let mut bytes = Vec::with_capacity(BYTES + 4096);
    let mut records = 0;
    let mut push = |bytes: &mut Vec<u8>, event| push(bytes, &mut records, event, chain.as_mut());
    push(&mut bytes, Event::StepStarted { step, fingerprint, validators: None });
    push(&mut bytes, started);
    for turn in 1.. {
        for event in turn_of(&at, turn) {
            push(&mut bytes, event);
        }
        if bytes.len() >= BYTES {
            break;
        }
    }
    bytes
}

/// What is recorded of one turn.
fn turn_of(at: &AttemptRef, turn: u32) -> [Event; 3] {
    let usage = Usage { input: 12_000, output: 300, ..Usage::default() };
    [
        Event::ModelReplied {
            at: at.clone(),
            turn,
            text: "The test fails because the lexer drops the last token; I look at how it ends.".into(),
            calls: 1,
            usage: Some(usage),
            duration_ms: 1234,
        },
        Event::ToolStarted { at: at.clone(), what: "run cargo test -p lexer".into() },
        Event::ToolCompleted {
            at: at.clone(),
            tool: "run_command".into(),
            summary: "run cargo test -p lexer (exit 101, 3.2 s, 214 lines)".into(),
            failed: false,
            incidents: Vec::new(),
            duration_ms: 3210,
        },
    ]
}

fn push(bytes: &mut Vec<u8>, records: &mut u64, event: Event, chain: Option<&mut Chain>) {
    *records += 1;
    let record = Record {
        schema: SCHEMA,
        seq: *records,
        ts: jiff::Timestamp::UNIX_EPOCH,
        run: "20260101-120000-0001".into(),
        event,
    };
    let line = serde_json::to_vec(&record).expect("a record is JSON");
    match chain {
        Some(chain) => bytes.extend(chain.line(&line)),
        None => bytes.extend([&line[..], b"\n"].concat()),
    }
}
