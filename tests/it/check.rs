//! `agentrun check`: what is wrong in a plan, how it was read, and plans that were begun with `new`.

use insta::assert_snapshot;

use crate::support::bench::{Bench, ONE_STEP};

const TABLE: &[u8] = include_bytes!("../fixtures/plans/table.md");

const UNCLEAR: &str = "\
# Plan

## Steps

### Step 1: Write it ✅

**Tasks:**
- [ ] [Name of the file]

**Validation:**
- Run: no-such-program --all

### Step 2: Print it

**Dependencies:** Step 3, Step 9

**Tasks:**
- [-] print

**Validation:**
- It works as expected
- Run: `./print.sh`

### Step 3: Bind it

**Dependencies:** Step 2

## Open Questions

- Which colour?
";

#[test]
fn diagnostics_are_told_as_a_compiler_tells_its_own() {
    let bench = Bench::with_plan(UNCLEAR.as_bytes());
    let ran = bench.run(&["check", "plan.md"]).code(3);
    assert_snapshot!(ran);
}

const COMPETING: &str = "\
# Plan

## Progress

- [ ] Step 1: Sow
- [ ] Step 2: Water

## Implementation Steps

### Step 1: Sow

- [ ] Put the seeds into the earth

**Validation:**
- `test -s seeds.txt`
- [ ] Birds leave them alone

### Step 2: Water

Every day.

## Validation

- `test -d .`

## Order of Work

### Task 1: Sow
### Task 2: Water
### Task 3: Wait

## Rollout

- [ ] Invite the neighbours
";

#[test]
fn check_explains_which_list_became_the_steps_and_why() {
    let bench = Bench::with_plan(COMPETING.as_bytes());
    let ran = bench.run(&["check", "plan.md", "--explain"]).code(0);
    assert_snapshot!(ran.stdout, @"
    plan.md:10: the headings with a keyword and a number under `Implementation Steps` (2): these are the steps
    plan.md:28: the headings with a keyword and a number under `Order of Work` (3): not taken: its place is less certain (30 points against 60)
    plan.md:10: step 1: Step 1: Sow (work)
    plan.md:15:   criterion, a command: a code span that is the whole criterion
    plan.md:16:   criterion, prose: no command in it
    plan.md:18: step 2: Step 2: Water (work)
    plan.md:24: criterion of every step, a command: a code span that is the whole criterion
    plan.md:5: box, mirror of step 1: a second list of the steps
    plan.md:6: box, mirror of step 2: a second list of the steps
    plan.md:12: box, task of step 1: a box inside the step
    plan.md:16: box, criterion of step 1: a criterion of the step
    plan.md:34: box, ignored: under `Rollout`, which is never a step
    note[competing-steps]: the steps are the headings with a keyword and a number under `Implementation Steps`; another list is not used: the headings with a keyword and a number (3)
      --> plan.md:28:1
       |
    28 | ### Task 1: Sow
       | ^^^^^^^^^^^^^^^
       |
       = help: `agentrun check --explain` shows why
    ");
    bench.run(&["check", "plan.md", "--explain", "--json"]).code(2);
}

#[test]
fn check_that_is_strict_fails_on_warnings() {
    let bench = Bench::with_plan(TABLE);
    bench.run(&["check", "plan.md"]).code(0);
    bench.run(&["check", "plan.md", "--strict"]).code(3);
    bench.file("plan.md", ONE_STEP).run(&["check", "plan.md", "--strict"]).code(0);
}

/// The first placeholder of a plan that `check` tells: line and column, and its text.
fn placeholder(bench: &Bench, plan: &str) -> Option<(usize, String)> {
    let ran = bench.run(&["check", plan, "--json"]);
    let described: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let found = described["diagnostics"].as_array().unwrap().clone();
    let found = found.into_iter().find(|found| found["code"] == "placeholder")?;
    let message = found["message"].as_str().unwrap();
    let text = message.split('`').nth(1).unwrap().to_owned();
    Some((usize::try_from(found["line"].as_u64().unwrap()).unwrap(), text))
}

#[test]
fn a_new_plan_tells_what_to_fill_in_and_is_clean_when_that_is_done() {
    for template in ["steps", "fields", "phases", "numbered", "priority"] {
        let bench = Bench::new();
        bench.git();
        bench
            .run(&["new", "user-login", "--template", template])
            .code(0)
            .says("agentrun check user-login.md");
        bench.run(&["check", "user-login.md"]).code(3);
        assert!(bench.read("user-login.md").contains("User login"), "{template}");
        let mut filled = 0;
        while let Some((line, text)) = placeholder(&bench, "user-login.md") {
            let words = if text.starts_with("[Command") { "`test -s made.txt`" } else { "Piece" };
            let plan = bench.read("user-login.md");
            let mut lines: Vec<String> = plan.lines().map(str::to_owned).collect();
            filled += 1;
            lines[line - 1] =
                lines[line - 1].replace(&text, &words.replace("Piece", &format!("Piece {filled}")));
            bench.file("user-login.md", lines.join("\n") + "\n");
        }
        let ran = bench.run(&["check", "user-login.md", "--strict"]).code(0);
        assert!(filled >= 10 && ran.stdout.is_empty(), "{template}: {filled} {ran}");
        let listed = bench.run(&["execute", "user-login.md", "--dry-run", "--json"]).code(0);
        let plan: serde_json::Value = serde_json::from_str(&listed.stdout).unwrap();
        let work = |step: &&serde_json::Value| step["kind"] == "work";
        let steps: Vec<_> = plan["steps"].as_array().unwrap().iter().filter(work).cloned().collect();
        assert_eq!(steps.len(), if template == "fields" { 3 } else { 2 }, "{template}");
        assert!(steps.iter().all(|step| step["criteria"].to_string().contains("made.txt")), "{template}");
    }
}

#[test]
fn a_new_plan_overwrites_nothing() {
    let bench = Bench::new();
    bench.file("notes.md", "mine");
    bench.run(&["new", "notes"]).code(2).says("exists already").says("choose another name");
    bench.run(&["new", "notes.md", "--template", "phases"]).code(2);
    assert_eq!(bench.read("notes.md"), "mine");
    bench.run(&["new", "no/such/folder"]).code(2).says("make its folder first");
    bench.run(&["new", "---"]).code(2);
    bench.run(&["new", "x", "--template", "novel"]).code(2).says("possible values: steps, fields");
}
