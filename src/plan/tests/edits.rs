//! Ticks change their item and nothing else, in whatever form a file comes.

use pretty_assertions::assert_eq;
use proptest::prelude::*;

use crate::facts::CriterionIndex;
use crate::plan::edit::apply;
use crate::plan::restore::restore_marks;
use crate::plan::{BoxIndex, Change, CheckBox, EditError, Plan, StepIndex, TickTarget, read};
use crate::state::ticking::targets;

const PLAN: &str = "# T\n\n## Implementation Steps\n\n### Step 1: One\n**Tasks:**\n- [ ] a\n  - [~] b\n- [x] c\n\n\
    **Validation Criteria:**\n- [ ] `make test` passes\n- [ ] it looks good\n\n### Step 2: Two\n\nText only.";

/// The text after a pass of this step, all of its criteria passed.
pub(super) fn passed(text: &str, step: usize) -> Result<String, EditError> {
    let plan = read(text).plan;
    let step = StepIndex::from(step);
    let criteria = plan.steps[step].criteria.iter_enumerated();
    let commands: Vec<CriterionIndex> =
        criteria.filter(|(_, found)| found.command().is_some()).map(|(index, _)| index).collect();
    apply(text, &plan, &targets(&plan, step, &commands, true), Change::Tick)
}

#[test]
fn a_pass_ticks_tasks_and_passed_commands_but_no_prose() {
    let expected = PLAN.replace("[ ] a", "[x] a").replace("[~] b", "[x] b").replace("[ ] `make", "[x] `make");
    assert_eq!(passed(PLAN, 0), Ok(expected));
}

#[test]
fn a_step_without_boxes_gets_an_entry_at_the_end_of_the_file() {
    let first = passed(PLAN, 1).unwrap();
    let section =
        "\n\n<!-- agentrun:progress -->\n## Progress\n\n- [x] Step 2: Two\n<!-- /agentrun:progress -->\n";
    assert_eq!(first, format!("{PLAN}{section}"));
    let plan = read(&first).plan;
    assert_eq!(targets(&plan, StepIndex::from(1), &[], true), []);
    let opened = apply(&first, &plan, &[TickTarget::Progress(StepIndex::from(1))], Change::Untick).unwrap();
    assert_eq!(opened, first.replace("- [x] Step 2", "- [ ] Step 2"));
    assert_eq!(passed(&opened, 1).unwrap(), first);
}

#[test]
fn the_section_uses_the_line_ends_of_the_file() {
    let text = "# T\r\n\r\n## Tasks\r\n\r\n### Step 1: One\r\n\r\n### Step 1: One\r\n";
    let text = passed(text, 0).unwrap();
    let text = passed(&text, 1).unwrap();
    assert!(text.ends_with(
        "\r\n\r\n<!-- agentrun:progress -->\r\n## Progress\r\n\r\n- [x] Step 1: One\r\n- [x] Step 1: One (2)\r\n\
         <!-- /agentrun:progress -->\r\n"
    ));
    assert!(!text.replace("\r\n", "").contains(['\n', '\r']));
}

#[test]
fn the_section_makes_no_step_of_the_title() {
    let text = "# Story 1.2: Shelves\n\n## Steps\n\n### Step 1: Cut\n\n### Step 2: Mount\n";
    let after = passed(text, 1).unwrap();
    assert!(after.starts_with(text));
    assert_eq!(read(&after).plan.steps.len(), 2);
}

#[test]
fn a_parent_is_ticked_with_its_last_child() {
    let text = "# T\n\n- [ ] 1. A\n  - [ ] 1.1 a\n  - [ ]* 1.2 tests\n- [ ] 2. B\n";
    assert_eq!(
        passed(text, 0).unwrap(),
        "# T\n\n- [x] 1. A\n  - [x] 1.1 a\n  - [ ]* 1.2 tests\n- [ ] 2. B\n"
    );
}

#[test]
fn other_marks_and_moved_boxes_are_refused() {
    let text = "# T\n\n- [-] one\n- [ ] two\n";
    let plan = read(text).plan;
    let one = [TickTarget::Box(BoxIndex::from(0))];
    assert_eq!(apply(text, &plan, &one, Change::Tick), Err(EditError::Mark { line: 3, mark: '-' }));
    let moved = "# Title\n\n- [-] one\n- [ ] two\n";
    assert_eq!(
        apply(moved, &plan, &[TickTarget::Box(BoxIndex::from(1))], Change::Tick),
        Err(EditError::Moved { line: 4 })
    );
}

#[test]
fn a_dash_may_mean_left_out_or_in_progress() {
    let begun = "# T\n\n- [-] one\n  - [ ] a\n- [-] two\n";
    assert_eq!(passed(begun, 0).unwrap(), "# T\n\n- [x] one\n  - [x] a\n- [-] two\n");
    assert_eq!(passed(begun, 1).unwrap(), "# T\n\n- [-] one\n  - [ ] a\n- [x] two\n");
    for left_out in ["Legend: `[-]` is skipped.\n\n", "- [-] old (cancelled)\n"] {
        let text = begun.replace("# T\n\n", &format!("# T\n\n{left_out}"));
        assert!(read(&text).plan.boxes.iter().all(|found| found.mark != '-' || !found.tickable()));
    }
    // What a tick makes of the other boxes gives a dash no other meaning.
    let text = "# T\n\n- [-] one\n\n  - [ ] a\n  - [ ]* b\n";
    let after = passed(text, 0).unwrap();
    assert_eq!(passed(&after, 0), Ok(after));
}

#[test]
fn a_status_comment_is_kept_true() {
    let text = "# T\n<!-- STATUS: pending -->\n\n- [ ] one\n";
    let plan = read(text).plan;
    let target = |value: &str| [TickTarget::Status { comment: 0, value: value.to_owned() }];
    let changed = apply(text, &plan, &target("in_progress"), Change::Tick).unwrap();
    assert_eq!(changed, text.replace("pending", "in_progress"));
    assert_eq!(
        apply(text, &plan, &target("a --> b"), Change::Tick),
        Err(EditError::Value("a --> b".to_owned()))
    );
}

#[test]
fn a_link_definition_hides_no_box() {
    let text = "# T\n\n- [ ] one\n- [x] two\n\n[x]: /u\n[ ]: /v\n";
    assert_eq!(passed(text, 0).unwrap(), text.replace("[ ] one", "[x] one"));
}

#[test]
fn marks_that_an_agent_changed_are_set_back() {
    let before = "# T\n\n- [ ] one\n- [x] two\n- [~] three\n```\n- [ ] code\n```\n";
    let after = "# T\n\nA new line\n\n- [x] one\n- [ ] two\n- [x] three\n- [x] four\n```\n- [x] code\n```\n";
    let expected =
        "# T\n\nA new line\n\n- [ ] one\n- [x] two\n- [~] three\n- [ ] four\n```\n- [x] code\n```\n";
    assert_eq!(restore_marks(before, after).as_deref(), Some(expected));
    assert_eq!(restore_marks(before, before), None);
    assert_eq!(restore_marks(before, &before.replace("one", "1")), None);
}

#[test]
fn every_step_of_every_family_can_be_written_back() {
    let plans = [
        include_str!("../../../tests/fixtures/plans/steps.md"),
        include_str!("../../../tests/fixtures/plans/fields.md"),
        include_str!("../../../tests/fixtures/plans/phases.md"),
        include_str!("../../../tests/fixtures/plans/numbered.md"),
        include_str!("../../../tests/fixtures/plans/priority.md"),
        include_str!("../../../tests/fixtures/plans/small.md"),
        include_str!("../../../tests/fixtures/plans/ids.md"),
        include_str!("../../../tests/fixtures/plans/nested.md"),
        include_str!("../../../tests/fixtures/plans/sections.md"),
        include_str!("../../../tests/fixtures/plans/verified.md"),
        include_str!("../../../tests/fixtures/plans/commands.md"),
        include_str!("../../../tests/fixtures/plans/milestones.md"),
        include_str!("../../../tests/fixtures/plans/tracks.md"),
        include_str!("../../../tests/fixtures/plans/story.md"),
        include_str!("../../../tests/fixtures/plans/oddities.md"),
        include_str!("../../../tests/fixtures/plans/details.md"),
        include_str!("../../../tests/fixtures/plans/checks.md"),
        include_str!("../../../tests/fixtures/plans/blueprint.md"),
    ];
    for before in plans {
        let steps = read(before).plan.steps.len();
        let after = (0..steps).try_fold(before.to_owned(), |text, step| passed(&text, step)).unwrap();
        // Written once, there is nothing left to write.
        let again = (0..steps).try_fold(after.clone(), |text, step| passed(&text, step));
        assert_eq!(again.as_ref(), Ok(&after));
        // But for the section at the end, not a byte is longer or shorter.
        let kept = after.find("<!-- agentrun:progress -->").unwrap_or(after.len());
        let kept = after.get(..kept.min(before.len())).unwrap();
        let same = kept.bytes().zip(before.bytes()).filter(|(one, two)| one != two);
        assert!(same.clone().all(|(after, before)| after == b'x' && b" ~-".contains(&before)));
    }
}

/// Text that looks like a plan, with everything that makes positions hard.
fn plans() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        "(#{1,4} (Step|Phase|Task) [0-9]: [a-z]{1,4})",
        "( {0,4}|\t|> )[-*+] \\[[ xX~-]\\]\\*? [a-zé]{0,4}",
        "( {0,3})[0-9]{1,2}[.)] \\[[ x]\\] [a-z`*]{0,6}",
        "[-*] (\\*\\*)?(Tasks|Validation|Files|Dependencies):(\\*\\*)? [a-z 1-3.`]{0,9}",
        "\\*\\*(Tasks|Validation Criteria|Dependencies|Goal):\\*\\* ?(Step [0-9]|None|`make x`)?",
        "## (Tasks|Progress|Rollout Plan|Testing|Acceptance Criteria|Prerequisites|Open Questions)",
        "(```|~~~|    )(sh)?",
        "<!-- (STATUS: a|agentrun:progress|/agentrun:progress|validate: x y) -->",
        "\\[[x ]\\]: /u",
        "(---|===|\\| a \\| b \\||[a-z ]{0,8})",
        ".{0,12}",
    ];
    let ends = prop_oneof![3 => Just("\n"), 1 => Just("\r\n"), 1 => Just("\r")];
    let text = (proptest::collection::vec(line, 0..24), ends, any::<bool>(), any::<bool>());
    text.prop_map(|(lines, end, bom, last)| {
        let body = lines.join(end);
        format!("{}{body}{}", if bom { "\u{feff}" } else { "" }, if last { end } else { "" })
    })
}

/// A plan whose steps have words for how far they are: todos of front matter, or rows of a table.
fn plans_of_words() -> impl Strategy<Value = String> {
    let word = "pending|in_progress|completed|cancelled|Not started|✅|⬜|🔄|later";
    let entries = proptest::collection::vec(("[a-z]{1,6}( [a-z]{1,4})?", word), 1..6);
    (entries, any::<bool>(), plans()).prop_map(|(entries, todos, rest)| {
        let each = |line: &dyn Fn(usize, &str, &str) -> String| -> String {
            entries.iter().enumerate().map(|(at, (title, word))| line(at, title, word)).collect()
        };
        if todos {
            let lines =
                each(&|at, title, word| format!("  - id: t{at}\n    content: {title}\n    status: {word}\n"));
            return format!("---\ntodos:\n{lines}---\n\n{rest}");
        }
        let rows = each(&|at, title, word| format!("| T{at}0 | {title} | {word} |\n"));
        format!("# T\n\n## Tasks\n\n| ID | Task | Status |\n|---|---|---|\n{rows}\n{rest}")
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read(text in "\\PC{0,200}", plan in plans()) {
        for text in [text, plan] {
            let reading = read(&text);
            let mut order = reading.graph.order().to_vec();
            order.sort_unstable();
            prop_assert_eq!(order, reading.plan.steps.keys().collect::<Vec<_>>());
            for check_box in &reading.plan.boxes {
                prop_assert!(!check_box.reason.is_empty());
                if let Some(word) = &check_box.word {
                    prop_assert_eq!(&text[word.span.clone()], &word.text);
                    continue;
                }
                let end = check_box.mark_at + check_box.mark.len_utf8();
                prop_assert_eq!(&text[check_box.mark_at - 1..=end], format!("[{}]", check_box.mark));
            }
            for diagnostic in &reading.diagnostics {
                prop_assert!(text.get(diagnostic.span.clone()).is_some());
            }
        }
    }

    #[test]
    fn a_tick_changes_one_byte_and_can_be_taken_back(text in plans()) {
        let plan = read(&text).plan;
        let is_open = |found: &CheckBox| found.mark == ' ' && found.word.is_none();
        for (index, check_box) in plan.boxes.iter_enumerated().filter(|(_, found)| is_open(found)) {
            let target = [TickTarget::Box(index)];
            let ticked = apply(&text, &plan, &target, Change::Tick);
            prop_assert!(ticked.is_ok(), "{:?} {:?}", check_box, ticked);
            let ticked = ticked.unwrap_or_default();
            prop_assert_eq!(ticked.len(), text.len());
            let changed: Vec<usize> =
                (0..text.len()).filter(|at| text.as_bytes()[*at] != ticked.as_bytes()[*at]).collect();
            prop_assert_eq!(changed, vec![check_box.mark_at]);
            let again = read(&ticked).plan;
            prop_assert_eq!(apply(&ticked, &again, &target, Change::Untick), Ok(text.clone()));
            prop_assert_eq!(restore_marks(&text, &ticked), Some(text.clone()));
        }
    }

    #[test]
    fn a_word_is_replaced_alone_and_can_be_set_back(text in plans_of_words()) {
        let plan = read(&text).plan;
        for (index, check_box) in plan.boxes.iter_enumerated() {
            let Some(word) = check_box.word.as_ref().filter(|_| check_box.tickable()) else { continue };
            // A word that changes may make a list of another kind of a table: that is refused.
            let Ok(done) = apply(&text, &plan, &[TickTarget::Box(index)], Change::Tick) else { continue };
            prop_assert_eq!(&done[..word.span.start], &text[..word.span.start]);
            prop_assert!(done.ends_with(&text[word.span.end..]));
            prop_assert_eq!(done.len(), text.len() - word.text.len() + word.done.len());
            let again = read(&done).plan;
            prop_assert!(again.boxes[index].ticked());
            let others = |plan: &Plan| -> Vec<_> {
                let all = plan.boxes.iter_enumerated().filter(|(at, _)| *at != index);
                all.map(|(_, found)| (found.mark, found.text.clone(), found.role, found.step)).collect()
            };
            prop_assert_eq!(others(&plan), others(&again));
            prop_assert_eq!(restore_marks(&text, &done), Some(text.clone()));
        }
    }

    #[test]
    fn a_pass_is_written_or_refused_and_never_repeated(text in plans()) {
        let plan = read(&text).plan;
        for step in plan.steps.keys() {
            let Ok(after) = passed(&text, step.into()) else { continue };
            let again = read(&after).plan;
            prop_assert_eq!(&plan.steps[step].key, &again.steps[step].key);
            prop_assert_eq!(passed(&after, step.into()), Ok(after.clone()));
        }
    }
}
