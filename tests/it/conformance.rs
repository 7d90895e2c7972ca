//! Plans of other families than the templates: carried out, and explained.

use insta::assert_snapshot;

use crate::support::bench::{Bench, ONE_STEP};
use crate::support::worker::{diligent, liar};

const TODOS: &str = "---\nname: Files\ntodos:\n  - id: one\n    content: Write the first\n    status: pending\n  \
    - id: two\n    content: \"Write the second\"\n    status: in_progress\n---\n\n# Files\n\n## Verification\n\n\
    - [ ] `test -s one.txt` passes\n";

const TABLE: &[u8] = include_bytes!("../fixtures/plans/table.md");

#[test]
fn todos_are_carried_out_and_their_status_is_written() {
    let bench = Bench::with_plan(TODOS.as_bytes());
    bench.git();
    let server = diligent(&[("one", "echo one > one.txt"), ("two", "echo two > two.txt")]);
    bench.execute(&server, &[]).code(0);
    let done = TODOS.replace("pending", "completed").replace("in_progress", "completed");
    assert_eq!(bench.read("plan.md"), done);
}

#[test]
fn a_status_that_an_agent_writes_is_set_back() {
    let bench = Bench::with_plan(TODOS.as_bytes());
    bench.git();
    let server = diligent(&[("one", "sed -i 's/pending/completed/' plan.md"), ("two", "true")]);
    bench.execute(&server, &["--max-attempts", "1"]).code(1);
    assert_eq!(bench.read("plan.md"), TODOS);
    assert_ne!(bench.execute(&liar(), &["--max-attempts", "1"]).code, Some(0));
    assert_eq!(bench.read("plan.md"), TODOS);
}

#[test]
fn check_explains_which_list_became_the_steps_and_why() {
    let bench = Bench::with_plan(TABLE);
    let ran = bench.run(&["check", "plan.md", "--explain"]).code(0);
    assert_snapshot!(ran.stdout, @"");
}

#[test]
fn check_that_is_strict_fails_on_warnings() {
    let bench = Bench::with_plan(TABLE);
    bench.run(&["check", "plan.md"]).code(0);
    bench.run(&["check", "plan.md", "--strict"]).code(3);
    bench.file("plan.md", ONE_STEP).run(&["check", "plan.md", "--strict"]).code(0);
}
