//! The dry run, the status, the explanation and the diagnostics of a plan.

use pretty_assertions::assert_eq;

use super::*;
use crate::brief::{SourceFile, Sources};
use crate::config::ProseCriteria;
use crate::plan::{self, Reading};
use crate::report::{diagnostics, explanation, listing};
use crate::state::RunState;

const PLAN: &str = "\
# A plan

## Implementation Steps

### Step 1: Write it
**Files:** `a.txt`

- [x] Write `a.txt`
- [ ] Read it again

**Validation:**
- [ ] `grep -q one a.txt` passes
- [ ] It is kind

### Step 2: Show it
**Dependencies:** Step 1

- [x] Show it

### Step 3: Nothing to see
- [ ] Think

**Validation:** `echo done`
";

fn reading() -> Reading {
    plan::read(PLAN)
}

/// The state in which these events leave a plan; steps are named by their place, from 1.
fn state(reading: &Reading, events: &[Event]) -> RunState {
    let mut state = RunState::default();
    for event in events {
        let mut value = serde_json::to_value(event).unwrap();
        let id = value["step"]["id"].as_str().unwrap().to_owned();
        let step = reading.plan.steps.iter().find(|step| step.id == id).unwrap();
        value["step"]["key"] = json!(step.key.to_string());
        value["fingerprint"] = json!(step.fingerprint().to_string());
        state.apply(&serde_json::from_value(value).unwrap()).unwrap();
    }
    state
}

#[test]
fn the_dry_run_shows_what_becomes_of_every_line() {
    let source = |path: &str| SourceFile { path: path.to_owned(), text: "some words".to_owned() };
    let sources =
        Sources { rules: vec![source("RULES.md")], agents: vec![source("AGENTS.md")], ..Sources::default() };
    let listed = |prose, model| {
        let outlook = listing::Outlook {
            plan: "plan.md",
            configured: &["make all".to_owned()],
            prose,
            sources: &sources,
            prefix: 4_001,
            limits: "few".to_owned(),
            model,
            sandbox: "off".to_owned(),
        };
        let reading = reading();
        plain(&listing::dry_run(&reading, &RunState::default(), &|_| true, &outlook))
    };
    insta::assert_snapshot!(listed(ProseCriteria::Judge, ""), @"
    A plan  (3 steps)

      1. [1] Step 1: Write it (line 5) open, 1 of 4 boxes ticked
           files: a.txt
           [x] Write `a.txt`
           [ ] Read it again
           $ grep -q one a.txt
           $ make all
           ? It is kind (by the judge)
      2. [2] Step 2: Show it (line 15) ticked by hand
           after: 1
           [x] Show it
           $ make all
      3. [3] Step 3: Nothing to see (line 20) open
           [ ] Think
           $ echo done
             proves nothing: nothing in it can fail
           $ make all

    rules: RULES.md (10 bytes, about 3 tokens)
    request: none
    notes for agents: AGENTS.md (10 bytes, about 3 tokens)
    constant part of every request: 4001 bytes, about 1001 tokens
    model: none configured
    sandbox: off
    limits: few
    ");
    let other = listed(ProseCriteria::Manual, "tiny");
    assert!(other.contains("? It is kind (by a person)") && other.contains("model: tiny\n"), "{other}");
}

#[test]
fn a_step_stands_where_journal_and_boxes_say() {
    let reading = reading();
    let status = |events: &[Event]| plain(&listing::status(&reading, &state(&reading, events)));
    let words = |events: &[Event]| -> Vec<String> {
        let state = state(&reading, events);
        reading.graph.order().iter().map(|&index| listing::status_word(&reading, &state, index)).collect()
    };
    assert_eq!(
        status(&[]),
        "  [1] Step 1: Write it: open, 1 of 4 boxes ticked\n  [2] Step 2: Show it: ticked by hand\n  \
         [3] Step 3: Nothing to see: open\n"
    );
    assert_eq!(words(&[]), ["partly", "done", "open"]);
    let fields = json!({"pending": ["It is kind"], "marks": ["a skip"]});
    let worked = [
        event("step.started", "1", json!({"fingerprint": ""})),
        attempt_started("1", 1),
        completed("1", 1, &json!({"kind": "passed", "strength": "proven"})),
        passed("1", 1, &fields),
        event("step.parked", "2", json!({"items": ["Show it"]})),
        event("step.started", "3", json!({"fingerprint": ""})),
        event("step.stopped", "3", json!({"outcome": {"kind": "unproven"}})),
    ];
    insta::assert_snapshot!(status(&worked), @"
    [1] Step 1: Write it: passed (proven), not ticked yet, 1 attempt
        waits for a person: It is kind
        look at it: a skip
    [2] Step 2: Show it: ticked by hand
    [3] Step 3: Nothing to see: is unproven: every command passed before, and the agent changed nothing
    ");
    assert_eq!(words(&worked), ["passed", "parked", "stopped"]);
}

#[test]
fn an_explanation_names_the_rule_behind_each_line() {
    insta::assert_snapshot!(explanation::render("plan.md", &reading()), @"
    plan.md:5: the headings with a keyword and a number under `Implementation Steps` (3): these are the steps
    plan.md:5: step 1: Step 1: Write it (work)
    plan.md:12:   criterion, a command: a code span that starts with a known program
    plan.md:13:   criterion, prose: no command in it
    plan.md:8:   criterion, files: a task that says which files it makes
    plan.md:15: step 2: Step 2: Show it (work)
    plan.md:20: step 3: Step 3: Nothing to see (work)
    plan.md:23:   criterion, a command: a code span that is the whole criterion
    plan.md:8: box, task of step 1: a box inside the step
    plan.md:9: box, task of step 1: a box inside the step
    plan.md:12: box, criterion of step 1: a criterion of the step
    plan.md:13: box, criterion of step 1: a criterion of the step
    plan.md:18: box, task of step 2: a box inside the step
    plan.md:21: box, task of step 3: a box inside the step
    ");
}

#[test]
fn a_diagnostic_is_shown_with_its_lines_worst_last() {
    let text =
        "# A plan\r\n\r\n### Step 1: A\r\n\r\n- [ ] [Task name]\r\n\r\n### Step 2: B\r\n\r\n- [ ] b\r\n";
    let reading = plan::read(text);
    insta::assert_snapshot!(plain(&diagnostics::render("plan.md", text, &reading.diagnostics)), @"
    warning[no-command]: nothing in this step can be run to validate it
     --> plan.md:3:1
      |
    3 | ### Step 1: A
      | ^^^^^^^^^^^^^
      |
      = help: add a criterion with a command: ``- [ ] `cargo test` passes``

    warning[no-command]: nothing in this step can be run to validate it
     --> plan.md:7:1
      |
    7 | ### Step 2: B
      | ^^^^^^^^^^^^^
      |
      = help: add a criterion with a command: ``- [ ] `cargo test` passes``

    error[placeholder]: `[Task name]` is a placeholder and nothing else
     --> plan.md:5:7
      |
    5 | - [ ] [Task name]
      |       ^^^^^^^^^^^
      |
      = help: fill it in, or take the line out
    ");
    assert_eq!(diagnostics::render("plan.md", "", &[]), "");
}
