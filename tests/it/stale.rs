//! Evidence that is stale: what agentrun had ticked on it is nobody's word, until it holds again.

use crate::support::bench::{Bench, TWO_STEPS};
use crate::support::server::{Answer, Server};
use crate::support::worker::diligent;

const GOOD: &[(&str, &str)] = &[("Step 1", "echo one > one.txt"), ("Step 2", "echo two > two.txt")];

/// Both steps are done; then the first one is edited, and what it had made is lost.
fn stale() -> Bench {
    let bench = Bench::with_plan(TWO_STEPS.as_bytes());
    bench.execute(&diligent(GOOD), &[]).code(0);
    bench.file("one.txt", "lost\n");
    let edited = bench.read("plan.md").replace("The first file\n", "The first file\n\nWith care.\n");
    bench.file("plan.md", edited);
    bench
}

/// A model that refuses whatever it is asked.
fn refusing() -> Server {
    Server::start(|_| Answer::status(401, &[], "no"))
}

/// The first step is worked on again, and only then is the plan carried out.
#[track_caller]
fn is_worked_on(bench: &Bench) {
    bench.execute(&refusing(), &[]).code(6);
    assert_eq!(bench.read("one.txt"), "lost\n");
    bench.execute(&diligent(GOOD), &[]).code(0).says("+ Step 1 passed");
    assert_eq!(bench.read("one.txt"), "one\n");
}

#[test]
fn a_stale_step_that_was_not_selected_is_not_done_by_hand() {
    let bench = stale();
    bench.execute(&refusing(), &["--step", "2"]).code(0).says("step 1 was edited since it passed");
    let status = bench.run(&["status"]).code(0).stdout;
    assert!(status.contains("[1] Step 1: The first file: stale: will be validated again"), "{status}");
    is_worked_on(&bench);
}

#[test]
fn a_stale_step_whose_agent_could_not_work_is_not_done_by_hand() {
    let bench = stale();
    is_worked_on(&bench);
}

#[test]
fn a_stale_step_whose_attempts_failed_is_not_done_by_hand() {
    let bench = stale();
    bench.execute(&diligent(&[("Step 1", "echo eins > one.txt")]), &["--max-attempts", "1"]).code(1);
    bench.file("one.txt", "lost\n");
    is_worked_on(&bench);
}

#[test]
fn restart_takes_the_ticks_of_a_stale_step_back() {
    let bench = stale();
    bench.execute(&refusing(), &["--step", "2"]).code(0);
    bench.execute(&refusing(), &["--restart", "--step", "1"]).code(6);
    assert!(bench.read("plan.md").contains("- [ ] Write `one.txt`"));
    is_worked_on(&bench);
}

#[test]
fn restart_takes_a_tick_back_that_the_journal_only_knows_as_intended() {
    let bench = Bench::with_plan(TWO_STEPS.as_bytes());
    bench.execute(&diligent(GOOD), &["--step", "1"]).code(0);
    let written = bench.events().iter().position(|event| event == "tick.written").unwrap() + 1;
    let mut killed = Bench::with_plan(TWO_STEPS.as_bytes());
    killed.env("AGENTRUN_TEST_KILL", &format!("before:{written}"));
    killed.execute(&diligent(GOOD), &["--step", "1"]);
    killed.env("AGENTRUN_TEST_KILL", "");
    assert!(killed.read("plan.md").contains("- [x] Write `one.txt`"));
    killed.execute(&refusing(), &["--restart", "--step", "1"]).code(6);
    assert!(killed.read("plan.md").contains("- [ ] Write `one.txt`"));
    assert!(killed.journal().iter().all(|record| record["type"] != "step.adopted"));
}

#[test]
fn a_baseline_is_of_the_command_that_it_was_taken_of() {
    let bench = Bench::with_plan(TWO_STEPS.as_bytes());
    let commands = |list: &str| bench.file("agentrun.toml", format!("[validation]\ncommands = [{list}]\n"));
    bench.file("plan.md", TWO_STEPS.replace("- [ ] `grep -q one one.txt` passes\n", ""));
    commands("\"test -f nowhere.txt\", \"test -f plan.md\"");
    bench.execute(&refusing(), &["--step", "1"]).code(6);
    commands("\"test -f plan.md\"");
    bench.execute(&diligent(GOOD), &["--step", "1"]).code(0);
    let audit = bench.run(&["verify", "plan.md"]).code(0).stdout;
    assert!(audit.contains("weak        [1]") && audit.contains("exit code 0 · passed before"), "{audit}");
}

#[test]
fn an_edited_step_needs_a_model_again() {
    let bench = stale();
    bench.run(&["execute", "plan.md"]).code(2).says("no model is configured");
    assert_eq!(bench.events().last().unwrap(), "run.completed", "nothing was begun");
}

#[test]
fn a_tick_that_was_still_to_be_written_is_no_step_of_the_run() {
    let mut bench = Bench::with_plan(TWO_STEPS.as_bytes());
    bench.env("AGENTRUN_TEST_KILL", "after:1");
    bench.execute(&diligent(GOOD), &["--step", "1"]);
    bench.env("AGENTRUN_TEST_KILL", "");
    let other = Bench::with_plan(TWO_STEPS.as_bytes());
    other.execute(&diligent(GOOD), &["--step", "1"]).code(0);
    let passed = other.events().iter().position(|event| event == "step.passed").unwrap() + 2;
    bench.env("AGENTRUN_TEST_KILL", &format!("after:{passed}"));
    bench.execute(&diligent(GOOD), &["--step", "1"]);
    bench.env("AGENTRUN_TEST_KILL", "");
    bench.execute(&refusing(), &["--step", "1"]).code(0).says("nothing was left to do");
    let report = bench.report();
    assert!(report.contains("| 1 The first file | passed in an earlier run | - | 0 |"), "{report}");
}

#[test]
fn without_progress_in_the_plan_no_passed_step_is_repeated() {
    let bench = Bench::with_plan(TWO_STEPS.as_bytes());
    bench.file("agentrun.toml", "[plan]\nprogress = \"off\"\n");
    bench.execute(&diligent(GOOD), &[]).code(0);
    bench.execute(&refusing(), &[]).code(0).says("nothing was left to do");
    assert_eq!(bench.read("plan.md"), TWO_STEPS);
}

/// Two boxes of one text, of which a person had ticked the first.
const TWINS: &str = "\
# Twins

## Implementation Steps

### Step 1: The file

**Tasks:**
- [x] Write the file
- [ ] Write the file

**Validation Criteria:**
- [ ] `grep -q one one.txt` passes
";

#[test]
fn restart_leaves_a_persons_tick_beside_a_box_with_the_same_text() {
    let bench = Bench::with_plan(TWINS.as_bytes());
    bench.execute(&diligent(GOOD), &[]).code(0);
    assert_eq!(bench.read("plan.md"), TWINS.replace("[ ]", "[x]"));
    bench.execute(&refusing(), &["--restart"]).code(6);
    assert_eq!(bench.read("plan.md"), TWINS);
}

#[test]
fn restart_leaves_ticks_alone_that_it_cannot_tell_apart_any_more() {
    let bench = Bench::with_plan(TWINS.as_bytes());
    bench.execute(&diligent(GOOD), &[]).code(0);
    let third = "- [x] Write the file\n- [x] Write the file\n- [x] Write the file\n";
    let edited = bench.read("plan.md").replace(&third[..third.len() / 3 * 2], third);
    bench.file("plan.md", &edited);
    bench.execute(&refusing(), &["--restart"]).code(6);
    assert_eq!(bench.read("plan.md"), edited.replace("[x] `grep", "[ ] `grep"));
}
