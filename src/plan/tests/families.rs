//! Families of plans beside the five templates: what is read in each, and what a pass writes.

use insta::assert_snapshot;
use pretty_assertions::assert_eq;

use super::edits::passed;
use crate::plan::edit::{apply, targets};
use crate::plan::restore::{restore_marks, take_ticks_back};
use crate::plan::{Change, EditError, TickTarget, read};

const TODOS: &str = include_str!("../../../tests/fixtures/plans/todos.md");
const TABLE: &str = include_str!("../../../tests/fixtures/plans/table.md");
const BLUEPRINT: &str = include_str!("../../../tests/fixtures/plans/blueprint.md");
const DETAILS: &str = include_str!("../../../tests/fixtures/plans/details.md");
const CHECKS: &str = include_str!("../../../tests/fixtures/plans/checks.md");

/// One line for each step: its mark, id, name, what it needs, its files and commands.
fn steps(text: &str) -> String {
    let reading = read(text);
    let plan = &reading.plan;
    let line = |(index, step): (usize, &crate::plan::Step)| {
        let mark = step.own_box.map_or('-', |own| plan.boxes[own].mark);
        let needs = reading.graph.dependencies(index).iter().filter(|edge| edge.explicit);
        let needs: Vec<&str> = needs.map(|edge| plan.steps[edge.step].id.as_str()).collect();
        let commands = step.criteria.iter().filter_map(|found| Some(found.command()?.script.as_str()));
        let commands: Vec<&str> = commands.collect();
        format!("[{mark}] {} {} <- {needs:?} {:?} {commands:?}\n", step.id, step.name(), step.files)
    };
    plan.steps.iter().enumerate().map(line).collect()
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
    "#);
    assert_snapshot!(written(TODOS), @"
    status: completed
    status: completed
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
        for (index, found) in plan.boxes.iter().enumerate().filter(|(_, found)| found.word.is_some()) {
            let target = [TickTarget::Box(index)];
            let ticked = apply(text, &plan, &target, Change::Tick);
            if matches!(found.mark, '?' | '-') {
                assert!(matches!(ticked, Err(EditError::Mark { .. })), "{ticked:?}");
            } else if found.mark == ' ' {
                let ticked = ticked.unwrap();
                let again = read(&ticked).plan;
                assert_eq!(again.steps[index].fingerprint, plan.steps[index].fingerprint);
                assert_eq!(apply(&ticked, &again, &target, Change::Untick).as_deref(), Ok(text));
                assert_eq!(restore_marks(text, &ticked).as_deref(), Some(text));
                assert_eq!(take_ticks_back(text, &ticked).as_deref(), Some(text));
                assert_eq!(take_ticks_back(&ticked, text), None);
            }
        }
    }
}

#[test]
fn a_status_that_its_author_made_up_is_left_alone() {
    let plan = read(TODOS).plan;
    assert_eq!(targets(&plan, 3, &[], true), []);
}
