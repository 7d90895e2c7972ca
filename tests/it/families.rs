//! Plans of other families than the templates, carried out: what is written back, and where.

use insta::assert_snapshot;

use crate::support::bench::Bench;
use crate::support::server::Server;
use crate::support::worker::diligent;

const TODOS: &[u8] = include_bytes!("../fixtures/plans/todos.md");
const TABLE: &[u8] = include_bytes!("../fixtures/plans/table.md");
const BLUEPRINT: &[u8] = include_bytes!("../fixtures/plans/blueprint.md");
const DETAILS: &[u8] = include_bytes!("../fixtures/plans/details.md");
const SMALL: &[u8] = include_bytes!("../fixtures/plans/small.md");
const IDS: &[u8] = include_bytes!("../fixtures/plans/ids.md");
const NESTED: &[u8] = include_bytes!("../fixtures/plans/nested.md");
const SECTIONS: &[u8] = include_bytes!("../fixtures/plans/sections.md");
const VERIFIED: &[u8] = include_bytes!("../fixtures/plans/verified.md");
const COMMANDS: &[u8] = include_bytes!("../fixtures/plans/commands.md");
const MILESTONES: &[u8] = include_bytes!("../fixtures/plans/milestones.md");
const TRACKS: &[u8] = include_bytes!("../fixtures/plans/tracks.md");
const STORY: &[u8] = include_bytes!("../fixtures/plans/story.md");
const ELEMENTS: &[u8] = include_bytes!("../fixtures/plans/elements.md");
const ODDITIES: &[u8] = include_bytes!("../fixtures/plans/oddities.md");

/// A project with the plan, and one command that applies to every step.
fn bench(plan: &[u8]) -> Bench {
    let bench = Bench::with_plan(plan);
    bench.file(
        "agentrun.toml",
        "[validation]\ncommands = [\"test -s PROJECT_RULES.md\"]\ncriteria = \"manual\"\n",
    );
    bench.git();
    bench
}

/// An agent that leaves a line of work for each step, and what a plan asks for besides.
fn worker() -> Server {
    diligent(&[("", "echo work >> work.txt; mkdir -p tools posts; echo 'test -s work.txt' > tools/check.sh")])
}

/// Carries the plan out: the exit code, and the lines that were changed, with their numbers.
fn written(plan: &[u8]) -> String {
    let bench = bench(plan);
    let before = bench.read("plan.md");
    let ran = bench.execute(&worker(), &["--max-attempts", "1"]);
    let after = bench.read("plan.md");
    let mut old = before.lines();
    let changed = after.lines().enumerate().filter(|(_, line)| old.next() != Some(line));
    let changed = changed.map(|(at, line)| format!("{:>3} {line}\n", at + 1)).collect::<Vec<_>>().concat();
    let asked = bench.execute(&worker(), &[]);
    assert_eq!(
        (bench.read("plan.md"), asked.code),
        (after, ran.code),
        "a second run changes nothing: {asked}"
    );
    format!("exit {}\n{changed}", ran.code.unwrap())
}

#[test]
fn todos_get_their_status() {
    assert_snapshot!(written(TODOS), @"
    exit 1
     12     status: completed
     17     status: completed
    ");
}

#[test]
fn rows_of_a_table_get_their_cell() {
    assert_snapshot!(written(TABLE), @r"
    exit 0
     10 | B2 | Convert `a \| b` tables | B1 | `sh tools/check.sh` | ✅ Done |
     11 | B3 | Publish a preview | B1, B2 | looks right | ✅ Done |
     12 | B4 | Tell the readers | | | ✅ Done |
    ");
}

#[test]
fn tasks_in_a_block_of_code_get_a_section_and_the_block_stays() {
    assert_snapshot!(written(BLUEPRINT), @"
    exit 1
     22 
     23 <!-- agentrun:progress -->
     24 ## Progress
     25 
     26 - [x] Task 1: Count requests
     27 - [x] Task 2: MODIFY src/server.py
     28 <!-- /agentrun:progress -->
    ");
}

#[test]
fn boxes_in_html_are_ticked() {
    assert_snapshot!(written(DETAILS), @"
    exit 0
      8 - [x] Parse the log
     18 - [x] Group by area
    ");
}

#[test]
fn tasks_of_small_steps_are_ticked() {
    assert_snapshot!(written(SMALL), @"
    exit 0
     12 - [x] **Step 1: See that nothing rings**
     17 - [x] **Step 2: Make the clapper**
     19 - [x] **Step 3: See that it rings**
     28 - [x] **Step 1: Tie it to the clapper**
     29 - [x] **Step 2: Pull**
    ");
}

#[test]
fn tasks_with_ids_are_ticked_in_the_order_of_the_file() {
    assert_snapshot!(written(IDS), @"
    exit 0
     12 - [x] T001 Make the folder `feeder/`
     13 - [x] T002 [P] Write `feeder/seeds.txt`
     21 - [x] T004 [P] [US1] List the birds in `feeder/birds.txt`
    ");
}

#[test]
fn nested_tasks_are_ticked_and_optional_ones_left() {
    assert_snapshot!(written(NESTED), @"
    exit 0
      5 - [x] 2. Build the shelf
      9   - [x] 2.2 Put them together
     11 - [x] 3. Fill the shelf
     12   - [x] 3.1 Sort the books
    ");
}

#[test]
fn sections_of_boxes_are_ticked_but_for_what_a_person_tests() {
    assert_snapshot!(written(SECTIONS), @"
    exit 0
      4 - [x] 1.2 Wire it, as in `lamp.txt`
      8 - [x] 2.1 Mount the switch
     13 - [x] 3.1 Run `test -s PROJECT_RULES.md`
    ");
}

#[test]
fn automated_verification_is_ticked_and_manual_verification_waits() {
    assert_snapshot!(written(VERIFIED), @"
    exit 0
     32 - [x] Somebody wrote it down: `test -s work.txt`
    ");
}

#[test]
fn tasks_behind_the_commands_of_the_plan_are_ticked() {
    assert_snapshot!(written(COMMANDS), @"
    exit 0
     10 - [x] sand them
     11 - [x] sweep
     15 - [x] paint them
    ");
}

#[test]
fn milestones_get_a_section_and_the_log_of_progress_stays() {
    assert_snapshot!(written(MILESTONES), @"
    exit 0
     33 
     34 <!-- agentrun:progress -->
     35 ## Progress
     36 
     37 - [x] Milestone 1: A pot with earth
     38 - [x] Milestone 2: Seeds in the earth
     39 <!-- /agentrun:progress -->
    ");
}

#[test]
fn tasks_in_progress_are_ticked_with_what_they_hold() {
    assert_snapshot!(written(TRACKS), @"
    exit 0
      6 - [x] Task: Carve the hours
      8     - [x] Carve them
     13 - [x] Task: Set the pointer
    ");
}

#[test]
fn tasks_of_a_story_are_ticked_and_the_results_of_others_left() {
    assert_snapshot!(written(STORY), @"
    exit 0
     18 - [x] Task 1: Cut the board (AC: 1)
     19   - [x] Measure twice
     20   - [x] Cut once
     21 - [x] **Task 2: Mount it (AC: 1, 2)**
     22   - [x] Drill
    ");
}

#[test]
fn a_byte_order_mark_tabs_and_line_ends_stay() {
    assert_snapshot!(written(ODDITIES).replace('\r', "␍").replace('\u{feff}', "BOM"), @"
    exit 0
      7 * [x] knives
     13 + [x] coats  
     14  	+ [x] hooks
    ");
}

#[test]
fn a_status_that_an_agent_writes_is_set_back() {
    for (plan, lie) in [(TODOS, "sed -i s/pending/completed/ plan.md"), (TABLE, "sed -i s/⬜/✅/ plan.md")]
    {
        let bench = bench(plan);
        bench.file("agentrun.toml", "[validation]\ncommands = [\"false\"]\n");
        let before = bench.read("plan.md");
        let lies: &'static [(&str, &str)] = Box::leak(Box::new([("", lie)]));
        bench.execute(&diligent(lies), &["--max-attempts", "1"]).code(1);
        assert_eq!(bench.read("plan.md"), before);
    }
}

#[test]
fn tasks_as_elements_get_a_section_and_the_elements_stay() {
    assert_snapshot!(written(ELEMENTS), @r"
    exit 0
     63 - [x] `test -s work.txt` succeeds
     69 
     70 <!-- agentrun:progress -->
     71 ## Progress
     72 
     73 - [x] Build the lamp
     74 - [x] Run all tests
     75 <!-- /agentrun:progress -->
    ");
}
