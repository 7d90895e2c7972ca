//! The program is killed around every event of a run, and started again.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::time::{Duration, Instant};

use proptest::prelude::Rng;
use proptest::test_runner::{RngAlgorithm, TestRng};

use crate::support::bench::Bench;
use crate::support::confined::{processes, unique, working};

pub(crate) const PLAN: &str = "\
# Three files

<!-- STATUS: pending -->

## Implementation Steps

### Step 1: The first file

**Tasks:**
- [ ] Write `one.txt`

**Validation Criteria:**
- [ ] `grep -q one one.txt` passes

### Step 2: The second file

- **Description**: a step without a box
- **Validation**: Run: `grep -q two two.txt`

### Step 3: The third file

**Dependencies:** Steps 1 and 2

**Tasks:**
- [ ] Write `three.txt`

**Validation Criteria:**
- [ ] `grep -q three three.txt` passes
- [ ] It reads well
";

pub(crate) const REPLIES: &str = r#"{"schema":"agentrun.replies/1"}
{"step":"1","calls":[{"name":"run_command","arguments":{"command":"echo one > one.txt"}}]}
{"step":"1","calls":[{"name":"finish_step","arguments":{"status":"done","summary":"one"}}]}
{"step":"2","attempt":1,"calls":[{"name":"run_command","arguments":{"command":"echo tow > two.txt"}}]}
{"step":"2","attempt":1,"calls":[{"name":"finish_step","arguments":{"status":"done","summary":"tow"}}]}
{"step":"2","attempt":2,"calls":[{"name":"run_command","arguments":{"command":"echo two > two.txt"}}]}
{"step":"2","attempt":2,"calls":[{"name":"finish_step","arguments":{"status":"done","summary":"two"}}]}
{"step":"3","calls":[{"name":"run_command","arguments":{"command":"echo three > three.txt"}}]}
{"step":"3","calls":[{"name":"finish_step","arguments":{"status":"done","summary":"three"}}]}
"#;

fn bench() -> Bench {
    let bench = Bench::with_plan(PLAN.as_bytes());
    // The model is no part of the project: it would be seen as a change.
    bench.file("replies.jsonl", REPLIES);
    bench.git();
    bench
}

fn execute(bench: &Bench) -> crate::support::bench::Ran {
    bench.run(&["execute", "plan.md", "--model", "scripted:replies.jsonl"])
}

/// The files and the number of events of a run that nobody disturbs.
fn undisturbed() -> (BTreeMap<String, Vec<u8>>, usize) {
    let bench = bench();
    execute(&bench).code(0);
    (bench.files(), bench.journal().len())
}

/// A project whose run was killed at this point.
fn killed(point: &str) -> Bench {
    let mut bench = bench();
    bench.env("AGENTRUN_TEST_KILL", point);
    let ran = execute(&bench);
    assert_eq!(ran.code, None, "killed {point}: {ran}");
    bench.env("AGENTRUN_TEST_KILL", "");
    bench
}

/// The steps that were started again although they had passed and nobody reopened them.
pub(crate) fn repeated(bench: &Bench) -> Vec<String> {
    let mut passed: BTreeMap<String, bool> = BTreeMap::new();
    let mut repeated = Vec::new();
    for record in bench.journal() {
        let step = record["step"]["id"].as_str().unwrap_or_default().to_owned();
        match record["type"].as_str().unwrap() {
            "step.passed" => drop(passed.insert(step, true)),
            "step.reopened" => drop(passed.insert(step, false)),
            "step.started" if passed.get(&step) == Some(&true) => repeated.push(step),
            _ => {}
        }
    }
    repeated
}

/// Every point around every event.
fn points(events: usize) -> impl Iterator<Item = String> {
    (1..=events).flat_map(|seq| [format!("before:{seq}"), format!("after:{seq}")])
}

#[test]
fn after_a_kill_anywhere_the_next_run_ends_with_the_same_files() {
    let (files, events) = undisturbed();
    assert!(events > 50, "a run of some length: {events}");
    for point in points(events) {
        let bench = killed(&point);
        let before = bench.read("plan.md");
        for line in before.lines().filter(|line| line.contains("[x]")) {
            assert!(
                String::from_utf8_lossy(&files["plan.md"]).contains(line),
                "{point}: a false tick: {line}"
            );
        }
        let ran = execute(&bench).code(0);
        assert_eq!(bench.files(), files, "{point}: {ran}");
        assert_eq!(repeated(&bench), Vec::<String>::new(), "{point}: {ran}");
        assert!(
            !bench.events().contains(&"journal.broken".to_owned()),
            "{point}: a kill is no forgery: {ran}"
        );
        assert_eq!(bench.shell("git stash list"), "", "{point}");
    }
}

#[test]
fn a_box_that_a_person_unticks_in_between_runs_its_step_again_and_no_other() {
    let (files, events) = undisturbed();
    for seq in 1..=events {
        let bench = killed(&format!("after:{seq}"));
        let plan = bench.read("plan.md");
        let ticked = bench.events().contains(&"tick.written".to_owned());
        if ticked {
            // Whoever unticks it is not content with it.
            bench.file("one.txt", "worn out\n");
        }
        bench.file("plan.md", plan.replacen("- [x] Write `one.txt`", "- [ ] Write `one.txt`", 1));
        let ran = execute(&bench).code(0);
        assert_eq!(bench.read("plan.md").as_bytes(), files["plan.md"], "after:{seq}: {ran}");
        assert_eq!(repeated(&bench), Vec::<String>::new(), "after:{seq}: {ran}");
        let journal = bench.journal();
        let starts = |step: &str| {
            journal
                .iter()
                .filter(|record| record["type"] == "step.started" && record["step"]["id"] == step)
                .count()
        };
        if ticked {
            assert!(starts("1") == 2, "after:{seq}: the unticked step runs again: {ran}");
        }
    }
}

/// How many moments, unless the variable says otherwise.
const MOMENTS: u32 = 12;

/// A step, killed so often, is carried out when it is left alone.
const KILLS_A_PROJECT: u32 = 3;

/// A project in a sandbox, whose agent leaves this behind in its first step.
fn confined(daemon: &str) -> Bench {
    let bench = Bench::outside_tmp();
    bench.settings("");
    let leaving = format!("setsid sleep {daemon} >/dev/null 2>&1 & echo one > one.txt");
    bench
        .file("plan.md", PLAN)
        .file("PROJECT_RULES.md", "Plain text.\n")
        .file("FEATURE_REQUEST.md", "Files.\n");
    bench.file("replies.jsonl", REPLIES.replace("echo one > one.txt", &leaving));
    bench.git();
    bench
}

/// Starts a run and kills it after this time; `false` if it had ended.
fn killed_after(bench: &Bench, time: Duration) -> bool {
    let mut command = bench.command(&["execute", "plan.md", "--model", "scripted:replies.jsonl"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let started = Instant::now();
    while let Some(rest) = time.checked_sub(started.elapsed()) {
        std::thread::park_timeout(rest);
    }
    child.kill().unwrap();
    child.wait().unwrap().code().is_none()
}

/// `AGENTRUN_MOMENTS=200 cargo test --test it random_moments` takes a longer look.
#[test]
fn after_kills_at_random_moments_the_next_run_ends_with_the_same_files() {
    if working(&["bubblewrap"]).is_empty() {
        return;
    }
    let moments = std::env::var("AGENTRUN_MOMENTS").map_or(MOMENTS, |text| text.parse().unwrap());
    let daemon = unique();
    let bench = confined(&daemon);
    let started = Instant::now();
    execute(&bench).code(0);
    let (files, whole) = (bench.read("plan.md"), started.elapsed());
    let mut random = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut left = moments;
    while left > 0 {
        let bench = confined(&daemon);
        for _ in 0..KILLS_A_PROJECT.min(left) {
            left -= u32::from(killed_after(&bench, whole * (random.next_u32() % 1000) / 1000));
        }
        let ran = execute(&bench).code(0);
        let so = format!("{left} moments to come: {ran}");
        assert_eq!(bench.read("plan.md"), files, "{so}");
        assert_eq!(
            ["one.txt", "two.txt", "three.txt"].map(|file| bench.read(file)),
            ["one\n", "two\n", "three\n"],
            "{so}"
        );
        assert_eq!(repeated(&bench), Vec::<String>::new(), "{so}");
        assert!(!bench.events().contains(&"journal.broken".to_owned()), "a kill is no forgery: {so}");
        bench.run(&["verify", "plan.md"]).code(0);
        assert_eq!(processes(&daemon), Vec::<i32>::new(), "{so}");
    }
}
