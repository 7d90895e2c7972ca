//! Steps that are inserted, renamed, moved and indented between two runs: what is done stays done.

use crate::support::bench::{Bench, Ran};
use crate::support::worker::diligent;

/// Steps without boxes: nothing but the journal and the Progress section says what is done.
const PLAN: &str = "\
# Letters

## Implementation Steps

### Step 1: Write a

Write the letter a.

**Validation:** `test -s a.txt`

### Step 2: Write b

Write the letter b.

**Validation:** `test -s b.txt`

### Step 3: Write c

Write the letter c.

**Validation:** `test -s c.txt`
";

const SCRIPTS: &[(&str, &str)] = &[
    ("Write a", "echo a > a.txt"),
    ("Write b", "echo b > b.txt"),
    ("Write c", "echo c > c.txt"),
    ("Write d", "echo d > d.txt"),
];

/// A project in which the plan was carried out, and then became this one.
fn carried_out(plan: &str, then: impl Fn(&str) -> String) -> Bench {
    let bench = Bench::with_plan(plan.as_bytes());
    bench.execute(&diligent(SCRIPTS), &[]).code(0);
    let edited = then(&bench.read("plan.md"));
    bench.file("plan.md", edited);
    bench
}

/// Carries it out again: which steps were begun, and how many requests were made.
fn again(bench: &Bench) -> (Vec<String>, usize, Ran) {
    let known = bench.journal().len();
    let server = diligent(SCRIPTS);
    let ran = bench.execute(&server, &[]).code(0);
    let began = |record: &&serde_json::Value| record["type"] == "step.started";
    let journal = bench.journal();
    let steps = journal[known..].iter().filter(began);
    let titles = steps.map(|record| record["step"]["title"].as_str().unwrap().to_owned()).collect();
    (titles, server.requests().len(), ran)
}

#[test]
fn an_inserted_step_runs_and_the_renumbered_ones_behind_it_stay_done() {
    let bench = carried_out(PLAN, |plan| {
        let plan = plan.replace("### Step 3", "### Step 4").replace("### Step 2", "### Step 3");
        plan.replace(
            "### Step 3: Write b",
            "### Step 2: Write d\n\n**Validation:** `test -s d.txt`\n\n### Step 3: Write b",
        )
    });
    let status = bench.run(&["status", "plan.md"]).code(0).stdout;
    assert_eq!(status.matches("passed").count(), 3, "{status}");
    let verified = bench.run(&["verify", "plan.md"]).stdout;
    assert_eq!(verified.matches("proven").count(), 3, "{verified}");
    let (began, requests, ran) = again(&bench);
    assert_eq!((began, requests), (vec!["Write d".to_owned()], 2));
    let verified = bench.run(&["verify", "plan.md"]).stdout;
    assert_eq!(verified.matches("proven").count(), 4, "{verified}");
    ran.says("step 3 is the same as before under another name, number or place");
    assert_eq!(again(&bench).0, Vec::<String>::new());
}

#[test]
fn a_renamed_step_is_validated_again_and_its_agent_is_not_asked() {
    let bench = carried_out(PLAN, |plan| plan.replace("### Step 2: Write b", "### Step 2: Write the second"));
    let (began, requests, _) = again(&bench);
    assert_eq!((began, requests), (vec!["Write the second".to_owned()], 0));
    assert!(bench.read("plan.md").contains("- [x] Step 2: Write the second\n"));
    assert_eq!(again(&bench).0, Vec::<String>::new());
}

#[test]
fn a_step_whose_title_and_text_are_others_is_another_step() {
    let bench = carried_out(PLAN, |plan| {
        plan.replace("Write b\n\nWrite the letter b.", "Write d\n\nSomething else.")
            .replace("test -s b.txt", "test -s d.txt")
    });
    let (began, requests, _) = again(&bench);
    assert_eq!((began, requests), (vec!["Write d".to_owned()], 2));
}

#[test]
fn steps_that_change_places_stay_done() {
    let bench = carried_out(PLAN, |plan| {
        let (head, rest) = plan.split_at(plan.find("### Step 1").unwrap());
        let (first, rest) = rest.split_at(rest.find("### Step 2").unwrap());
        let (second, rest) = rest.split_at(rest.find("### Step 3").unwrap());
        format!("{head}{second}{first}{rest}")
    });
    assert_eq!(again(&bench).0, Vec::<String>::new());
}

#[test]
fn steps_that_get_another_level_and_a_phase_around_them_stay_done() {
    let bench = carried_out(PLAN, |plan| {
        plan.replace("### Step", "#### Step").replace("#### Step 1", "### Phase 1: Letters\n\n#### Step 1")
    });
    assert_eq!(again(&bench).0, Vec::<String>::new());
}

#[test]
fn boxes_that_are_indented_renumbered_and_inserted_stay_done() {
    let plan = "# T\n\n## Validation\n\n- `test -s a.txt`\n\n## Tasks\n\n- [ ] 1. Write a\n  - [ ] so\n- [ ] 2. Write b\n";
    let bench = carried_out(plan, |plan| {
        plan.replace("- [x] 2.", "- [ ] 2. Write d\n- [x] 3.").replace("  - [x] so", "   *  [x] so")
    });
    let (began, requests, _) = again(&bench);
    assert_eq!((began, requests), (vec!["Write d".to_owned()], 2));
}
