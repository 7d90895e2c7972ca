//! Families of plans beside the five templates: what is read in each, and what a pass writes.

use insta::assert_snapshot;
use pretty_assertions::assert_eq;

use super::edits::passed;
use crate::plan::edit::apply;
use crate::plan::restore::{restore_marks, take_ticks_back};
use crate::plan::step::StepKind;
use crate::plan::{EditError, MarkChange, StepIndex, TickTarget, read};
use crate::state::ticking::targets;

const TODOS: &str = include_str!("../../../tests/fixtures/plans/todos.md");
const TABLE: &str = include_str!("../../../tests/fixtures/plans/table.md");
const BLUEPRINT: &str = include_str!("../../../tests/fixtures/plans/blueprint.md");
const DETAILS: &str = include_str!("../../../tests/fixtures/plans/details.md");
const IDS: &str = include_str!("../../../tests/fixtures/plans/ids.md");
const NESTED: &str = include_str!("../../../tests/fixtures/plans/nested.md");
const SECTIONS: &str = include_str!("../../../tests/fixtures/plans/sections.md");
const VERIFIED: &str = include_str!("../../../tests/fixtures/plans/verified.md");
const COMMANDS: &str = include_str!("../../../tests/fixtures/plans/commands.md");
const MILESTONES: &str = include_str!("../../../tests/fixtures/plans/milestones.md");
const TRACKS: &str = include_str!("../../../tests/fixtures/plans/tracks.md");
const STORY: &str = include_str!("../../../tests/fixtures/plans/story.md");
const SMALL: &str = include_str!("../../../tests/fixtures/plans/small.md");
const ODDITIES: &str = include_str!("../../../tests/fixtures/plans/oddities.md");
const ELEMENTS: &str = include_str!("../../../tests/fixtures/plans/elements.md");
const CHECKS: &str = include_str!("../../../tests/fixtures/plans/checks.md");

/// One line for each step: its mark, id, name, what it needs, its files and commands.
fn steps(text: &str) -> String {
    let reading = read(text);
    let plan = &reading.plan;
    let line = |(index, step): (StepIndex, &crate::plan::Step)| {
        let mark = step.own_box.map_or('-', |own| plan.boxes[own].mark);
        let needs = reading.graph.dependencies(index).iter().filter(|edge| edge.explicit);
        let needs: Vec<&str> = needs.map(|edge| plan.steps[edge.step].id.as_str()).collect();
        let commands = step.criteria.iter().filter_map(|found| Some(found.command()?.script.as_str()));
        let commands: Vec<&str> = commands.collect();
        format!("[{mark}] {} {} <- {needs:?} {:?} {commands:?}\n", step.id, step.name(), step.files)
    };
    plan.steps.iter_enumerated().map(line).collect()
}

/// The lines that a pass of every step changes, and those that it adds.
fn written(before: &str) -> String {
    let count = read(before).plan.steps.len();
    let after = (0..count).try_fold(before.to_owned(), |text, step| passed(&text, step)).unwrap();
    let mut old = before.lines();
    let changed = after.lines().filter(|line| old.next() != Some(line));
    changed.flat_map(|line| [line.trim(), "\n"]).collect()
}

#[test]
fn todos_of_front_matter() {
    assert_snapshot!(steps(TODOS), @r#"
    [x] index Build the index in `src/index.rs`; it holds "words" and places <- [] ["src/index.rs"] []
    [~] query Answer queries of one word and of several <- ["index"] [] []
    [ ] screen Show what was found <- ["index", "query"] [] []
    [-] old-search Keep the old search behind a switch <- [] [] []
    [-] #5 Verification <- [] [] ["cargo test search"]
    "#);
    assert_snapshot!(written(TODOS), @"
    status: completed
    status: completed
    - [x] `cargo test search` passes
    ");
}

#[test]
fn rows_of_a_table() {
    assert_snapshot!(steps(TABLE), @r#"
    [x] B1 Export all posts with `tools/export.sh` <- [] ["tools/export.sh"] ["test -d posts"]
    [ ] B2 Convert `a \| b` tables <- ["B1"] [] ["sh tools/check.sh"]
    [~] B3 Publish a preview <- ["B1", "B2"] [] []
    [ ] B4 Tell the readers <- [] [] []
    "#);
    assert_snapshot!(written(TABLE), @r"
    | B2 | Convert `a \| b` tables | B1 | `sh tools/check.sh` | ✅ Done |
    | B3 | Publish a preview | B1, B2 | looks right | ✅ Done |
    | B4 | Tell the readers | | | ✅ Done |
    ");
}

#[test]
fn tasks_in_a_block_of_yaml() {
    assert_snapshot!(steps(BLUEPRINT), @r#"
    [-] 1 Task 1: Count requests <- [] ["src/limits.py", "src/cache.py"] []
    [-] 2 Task 2: MODIFY src/server.py <- [] ["src/server.py"] []
    "#);
    assert_snapshot!(written(BLUEPRINT), @"

    <!-- agentrun:progress -->
    ## Progress

    - [x] Task 1: Count requests
    - [x] Task 2: MODIFY src/server.py
    <!-- /agentrun:progress -->
    ");
}

#[test]
fn phases_in_details() {
    assert_snapshot!(steps(DETAILS), @"
    [-] 1 Phase 1: Read the commits <- [] [] []
    [-] 2 Phase 2: Write the notes <- [] [] []
    ");
    assert_snapshot!(written(DETAILS), @"
    - [x] Parse the log
    - [x] Group by area
    ");
}

#[test]
fn sentences_that_check_and_blocks_with_an_expectation() {
    assert_snapshot!(steps(CHECKS), @r#"
    [-] 1 Task 1: Days <- [] [] ["cargo test days"]
    [-] 2 Task 2: Clean up <- [] [] ["cargo fmt --check"]
    [-] 3 Task 3: Lint check <- [] [] ["cargo clippy --all-targets", "make docs"]
    "#);
}

#[test]
fn a_state_is_written_as_its_list_says_it_and_can_be_taken_back() {
    for text in [TODOS, TABLE] {
        let plan = read(text).plan;
        for (index, found) in plan.boxes.iter_enumerated().filter(|(_, found)| found.word.is_some()) {
            // Each step has one box here.
            let step = StepIndex::from(usize::from(index));
            let target = [TickTarget::Box(index)];
            let ticked = apply(text, &plan, &target, MarkChange::Tick);
            if matches!(found.mark, '?' | '-') {
                assert!(matches!(ticked, Err(EditError::Mark { .. })), "{ticked:?}");
            } else if found.mark == ' ' {
                let ticked = ticked.unwrap();
                let again = read(&ticked).plan;
                assert_eq!(again.steps[step].fingerprint(), plan.steps[step].fingerprint());
                assert_eq!(apply(&ticked, &again, &target, MarkChange::Untick).as_deref(), Ok(text));
                assert_eq!(restore_marks(text, &ticked).as_deref(), Some(text));
                assert_eq!(take_ticks_back(text, &ticked, &ticked).as_deref(), Some(text));
                assert_eq!(take_ticks_back(&ticked, text, text), None);
            }
        }
    }
}

#[test]
fn a_status_that_its_author_made_up_is_left_alone() {
    let plan = read(TODOS).plan;
    assert_eq!(targets(&plan, 3.into(), &[], true), []);
}

#[test]
fn boxes_with_ids_in_the_order_of_the_file() {
    assert_snapshot!(steps(IDS), @r#"
    [ ] T001 T001: Make the folder `feeder/` <- [] ["feeder/"] []
    [ ] T002 T002: Write `feeder/seeds.txt` <- [] ["feeder/seeds.txt"] []
    [ ] T004 T004: List the birds in `feeder/birds.txt` <- [] ["feeder/birds.txt"] []
    [X] T003 T003: Hang it up <- [] [] []
    "#);
    assert_snapshot!(written(IDS), @"
    - [x] T001 Make the folder `feeder/`
    - [x] T002 [P] Write `feeder/seeds.txt`
    - [x] T004 [P] [US1] List the birds in `feeder/birds.txt`
    ");
}

#[test]
fn nested_boxes_with_optional_ones_and_a_dash_for_what_is_begun() {
    assert_snapshot!(steps(NESTED), @"
    [x] 1 Clear the wall <- [] [] []
    [-] 2 Build the shelf <- [] [] []
    [ ] 3 Fill the shelf <- [] [] []
    ");
    assert_snapshot!(written(NESTED), @"
    - [x] 2. Build the shelf
    - [x] 2.2 Put them together
    - [x] 3. Fill the shelf
    - [x] 3.1 Sort the books
    ");
}

#[test]
fn numbered_sections_of_numbered_boxes() {
    assert_snapshot!(steps(SECTIONS), @r#"
    [-] 1 Lamp <- [] [] []
    [-] 2 Switch <- [] [] []
    [-] 3 Verification <- [] [] ["test -s PROJECT_RULES.md"]
    "#);
    assert_snapshot!(written(SECTIONS), @"
    - [x] 1.2 Wire it, as in `lamp.txt`
    - [x] 2.1 Mount the switch
    - [x] 3.1 Run `test -s PROJECT_RULES.md`
    ");
}

#[test]
fn phases_with_automated_and_manual_verification() {
    assert_snapshot!(steps(VERIFIED), @r#"
    [-] 0 Phase 0: Find the squeak <- [] ["hinges.txt"] ["test -s PROJECT_RULES.md"]
    [-] 1 Phase 1: Oil it <- [] ["hinges.txt"] ["test -s work.txt"]
    "#);
    assert_snapshot!(written(VERIFIED), @"- [x] Somebody wrote it down: `test -s work.txt`");
}

#[test]
fn tasks_under_the_commands_of_the_plan() {
    assert_snapshot!(steps(COMMANDS), @"
    [-] 1 Task 1: Sand the boards <- [] [] []
    [-] 2 Task 2: [Final] Paint them <- [] [] []
    ");
    assert_snapshot!(written(COMMANDS), @"
    - [x] sand them
    - [x] sweep
    - [x] paint them
    ");
}

#[test]
fn milestones_with_a_log_of_progress() {
    assert_snapshot!(steps(MILESTONES), @r#"
    [-] 1 Milestone 1: A pot with earth <- [] [] []
    [-] 2 Milestone 2: Seeds in the earth <- [] [] []
    [-] #3 Validation and Acceptance <- [] [] ["test -s PROJECT_RULES.md"]
    "#);
    assert_snapshot!(written(MILESTONES), @"

    <!-- agentrun:progress -->
    ## Progress

    - [x] Milestone 1: A pot with earth
    - [x] Milestone 2: Seeds in the earth
    - [x] Validation and Acceptance
    <!-- /agentrun:progress -->
    ");
}

#[test]
fn phases_of_tasks_with_names_of_commits() {
    assert_snapshot!(steps(TRACKS), @"
    [-] 1 Phase 1: The face <- [] [] []
    [-] 2 Phase 2: The pointer <- [] [] []
    ");
    assert_snapshot!(written(TRACKS), @"
    - [x] Task: Carve the hours
    - [x] Carve them
    - [x] Task: Set the pointer
    ");
}

#[test]
fn tasks_of_a_story() {
    assert_snapshot!(steps(STORY), @"
    [-] #3 Acceptance Criteria <- [] [] []
    [ ] 1 Task 1: Cut the board <- [] [] []
    [ ] 2 Task 2: Mount it <- [] [] []
    ");
    assert_snapshot!(written(STORY), @"
    - [x] Task 1: Cut the board (AC: 1)
    - [x] Measure twice
    - [x] Cut once
    - [x] **Task 2: Mount it (AC: 1, 2)**
    - [x] Drill

    <!-- agentrun:progress -->
    ## Progress

    - [x] Acceptance Criteria
    <!-- /agentrun:progress -->
    ");
}

#[test]
fn underlined_headings_tabs_and_other_bullets() {
    assert_snapshot!(steps(ODDITIES), @"
    [ ] #1 knives <- [] [] []
    [x] #2 forks <- [] [] []
    [ ] #3 coats <- [] [] []
    ");
    assert_snapshot!(written(ODDITIES), @"
    * [x] knives
    + [x] coats
    + [x] hooks
    ");
}

#[test]
fn tasks_of_small_steps_with_a_command_that_fails_first() {
    assert_snapshot!(steps(SMALL), @r#"
    [-] 1 Task 1: The clapper <- [] ["clapper.txt"] ["test -s work.txt"]
    [-] 2 Task 2: The rope <- [] [] []
    "#);
    assert_snapshot!(written(SMALL), @"
    - [x] **Step 1: See that nothing rings**
    - [x] **Step 2: Make the clapper**
    - [x] **Step 3: See that it rings**
    - [x] **Step 1: Tie it to the clapper**
    - [x] **Step 2: Pull**
    ");
}

#[test]
fn tasks_as_elements() {
    let kinds: Vec<StepKind> = read(ELEMENTS).plan.steps.iter().map(|step| step.kind).collect();
    assert_eq!(kinds, [StepKind::Work, StepKind::Work, StepKind::Manual, StepKind::Acceptance]);
    assert_snapshot!(steps(ELEMENTS), @r#"
    [-] 1 Build the lamp <- [] ["src/lamp.rs"] ["test -s work.txt"]
    [-] 2 Run all tests <- [] [] ["test -s work.txt", "test -s PROJECT_RULES.md"]
    [-] 3 human-verify [HUMAN] <- [] [] []
    [-] #4 Acceptance <- [] [] ["test -s work.txt"]
    "#);
    assert_snapshot!(written(ELEMENTS), @r"
    - [x] `test -s work.txt` succeeds

    <!-- agentrun:progress -->
    ## Progress

    - [x] Build the lamp
    - [x] Run all tests
    - [x] human-verify [HUMAN]
    <!-- /agentrun:progress -->
    ");
}
