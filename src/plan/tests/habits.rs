//! Habits of people and tools that keep plans: what is a step, a place to tick, a field, or none of it.

use pretty_assertions::assert_eq;

use super::edits::passed;
use super::{commands, steps};
use crate::plan::{BoxRole, Plan, read};

fn tasks(plan: &Plan, step: usize) -> Vec<&str> {
    plan.steps.raw[step].tasks.iter().map(|task| task.text.as_str()).collect()
}

#[test]
fn proposed_changes_are_the_steps_and_a_verification_plan_holds_commands() {
    let text = "# Shelves\n\n## User Review Required\n\n- Is oak right?\n\n## Proposed Changes\n\n### Board\n\n\
        #### [MODIFY] [board.rs](file:///b)\n\n- Cut it\n\n### API\n\n#### [NEW] [api.rs](file:///a)\n\n\
        ## Verification Plan\n\n### Automated Tests\n\n1. **All of them**:\n   ```sh\n   make test\n   ```\n\n\
        ### Manual Verification\n\n1. Look at the shelf with `make show`\n";
    assert_eq!(steps(text), ["Work Board", "Work API"]);
    assert_eq!(commands(&read(text).plan), ["make test"]);
}

#[test]
fn an_order_of_work_is_the_steps_only_where_nothing_else_is() {
    let order = "## Recommended Implementation Order\n\n### Phase 1: Quick\n\n1. Cut\n\n### Phase 2: Slow\n\n2. Paint\n";
    let text = format!(
        "# Plan\n\n## Done\n\n### 1. Saw\n\n**Tasks:**\n- [x] a\n\n## In Progress (2 left)\n\n### 2. Cut\n\n**Tasks:**\n- [ ] b\n\n\
         ### 3. Paint\n\n**Tasks:**\n- [ ] c\n\n### 4. Wait\n\ntext\n\n{order}"
    );
    assert_eq!(steps(&text), ["Work Saw", "Work Cut", "Work Paint", "Work Wait"]);
    assert_eq!(steps(&format!("# Plan\n\n{order}")), ["Work Phase 1: Quick", "Work Phase 2: Slow"]);
}

#[test]
fn headings_counted_with_any_word_are_steps_under_a_name_for_steps() {
    let fixes = "### Fix 1 — Saw\n\n**Step 1:** a\n\n**Step 2:** b\n\n### Fix 2 — Nail\n\n**Step 1:** c\n";
    assert_eq!(
        steps(&format!("# P\n\n## Implementation Plan\n\n{fixes}")),
        ["Work Fix 1: Saw", "Work Fix 2: Nail"]
    );
    let options = fixes.replace("Fix", "Option");
    assert!(
        !steps(&format!("# P\n\n## Implementation Plan\n\n{options}"))
            .contains(&"Work Option 1: Saw".to_owned())
    );
}

#[test]
fn steps_of_a_group_may_stand_under_headings_between() {
    let text = "# Plan\n\n## Sprint 1: Base\n\n### Sprint 1 Tickets\n\n#### Ticket #1: Saw\n- [ ] a\n\n#### Ticket #2: Nail\n\n\
        ## Sprint 2: Rest\n\n### Workshop\n\n#### Ticket #3: Paint\n\n## Wave 3 - Codes\n\n### W3-OAK-001: Oil\n\n\
        ### W3-OAK-002: Wax\n";
    let oil = ["Work Ticket #1: Saw", "Work Ticket #2: Nail", "Work Ticket #3: Paint"];
    assert_eq!(steps(text)[..3], oil);
    let text = "# Plan\n\n## Task List\n\n### Wood\n\n#### Task Group 1: Saw\n- [ ] 1.0 a\n\n### Testing\n\n\
        #### Task Group 2: Try\n**Dependencies:** Task Group 1\n- [ ] 2.0 b\n";
    assert_eq!(steps(text), ["Work Task Group 1: Saw", "Work Task Group 2: Try"]);
    assert_eq!(read(text).graph.dependencies(1.into()).iter().filter(|edge| edge.explicit).count(), 1);
    let text = "# Plan\n\n## Wave 1 - Wood\n\n### W1-OAK-001: Oil\n\n- Owner: Ann\n\n### W1-OAK-002: Wax\n\n## Wave 2\n\n\
        ### W2-OAK-001: Rub\n";
    assert_eq!(steps(text), ["Work W1-OAK-001: Oil", "Work W1-OAK-002: Wax", "Work W2-OAK-001: Rub"]);
}

#[test]
fn lists_of_boxes_side_by_side_are_one_list_unless_they_say_the_same() {
    let text = "# Plan\n\n## Server tasks\n\n- [ ] a\n\n## Client tasks\n\n- [ ] b\n- [ ] c\n";
    assert_eq!(steps(text), ["Work a", "Work b", "Work c"]);
    assert_eq!(steps(&text.replace("- [ ] a", "- [ ] b")), ["Work b", "Work c"]);
}

#[test]
fn sections_of_a_list_are_what_its_items_are_about() {
    let text =
        "# Shelf and release TODOs\n\n## Release\n\n- [ ] a\n\n## Testing\n\n- [ ] b\n\n## Docs\n\n- [ ] c\n";
    assert_eq!(steps(text), ["Work a", "Work b", "Work c"]);
}

#[test]
fn a_phase_of_the_future_is_no_step() {
    let text =
        "# Plan\n\n## Phase 1: Saw\n\n## Phase 2: Nail\n\n## Phase 2 (Future): Varnish\n\n- Two coats\n";
    assert_eq!(steps(text), ["Work Phase 1: Saw", "Work Phase 2: Nail"]);
}

#[test]
fn boxes_of_headings_are_ticked() {
    let text =
        "# Plan\n\n## [x] Task 1: Saw\n- **Priority**: P0\n\n## [ ] Task 2: Nail\n- **Depends On**: Task 1\n";
    let plan = read(text).plan;
    assert_eq!(steps(text), ["Work Task 1: Saw", "Work Task 2: Nail"]);
    let boxes: Vec<_> =
        plan.boxes.iter().map(|found| (found.line, found.mark, found.role, found.step)).collect();
    assert_eq!(boxes, [(3, 'x', BoxRole::Step, Some(0.into())), (6, ' ', BoxRole::Step, Some(1.into()))]);
    let after = passed(text, 1).unwrap();
    assert_eq!(after, text.replace("[ ] Task 2", "[x] Task 2"));
    assert_eq!(read(&after).plan.steps.raw[1].fingerprint(), plan.steps.raw[1].fingerprint());
}

#[test]
fn a_summary_without_a_heading_is_one() {
    let text = "# Plan\n\n<details>\n<summary><b>Phase 1: Saw</b> ✅</summary>\n\n- [x] a\n</details>\n\n\
        <details>\n<summary>Phase 2: Nail &amp; glue</summary>\n\n- [ ] b\n\n</details>\n\n- [ ] c\n";
    assert_eq!(steps(text), ["Work Phase 1: Saw", "Work Phase 2: Nail & glue"]);
    let plan = read(text).plan;
    assert_eq!((plan.steps.raw[0].line, plan.steps.raw[1].line), (3, 9));
    let owners: Vec<Option<usize>> = plan.boxes.iter().map(|found| found.step.map(usize::from)).collect();
    assert_eq!(owners, [Some(0), Some(1), None]);
    let text = "# Todo\n\n<details>\n<summary>Wood</summary>\n\n- [ ] a\n</details>\n\n- [ ] b\n";
    let plan = read(text).plan;
    assert_eq!(plan.steps.iter().map(|step| step.group).collect::<Vec<_>>(), [Some(0.into()), None]);
    assert_eq!(plan.groups.raw[0].title, "Wood");
}

#[test]
fn tasks_may_be_elements() {
    let text = "# Plan\n\n<tasks>\n\n<task type=\"auto\">\n  <name>Task 1: Saw</name>\n  <files>src/saw.rs</files>\n\
        \x20 <action>\n1. **Cut** it\n  </action>\n  <verify>\n    - `make test` passes\n    - It is straight\n\
        \x20 </verify>\n</task>\n\n<task type=\"auto\">\n  <name>Nail</name>\n</task>\n\n</tasks>\n";
    assert_eq!(steps(text), ["Work Task 1: Saw", "Work Nail"]);
    let plan = read(text).plan;
    assert_eq!((plan.steps.raw[0].line, plan.steps.raw[0].end_line, plan.steps.raw[1].line), (5, 15, 17));
    assert_eq!(plan.steps.raw[0].files, ["src/saw.rs"]);
    assert_eq!(commands(&plan), ["make test"]);
    assert!(passed(text, 0).unwrap().ends_with("- [x] Task 1: Saw\n<!-- /agentrun:progress -->\n"));
}

#[test]
fn what_is_said_of_a_step_is_no_task() {
    let text = "# Plan\n\n### Step 1: Saw\n\n- Owner: Ann\n- **Estimate**: 2h\n- Risk: low\n- Cut the board\n\
        - Add tests: one for each side\n\n### Step 2: Nail\n\n1. **Owner**: Bob\n2. **Nails**: buy some\n3. **Dependencies**: add glue\n";
    let plan = read(text).plan;
    assert_eq!(tasks(&plan, 0), ["Cut the board", "Add tests: one for each side"]);
    assert_eq!(tasks(&plan, 1), ["**Nails**: buy some", "**Dependencies**: add glue"]);
    let said: Vec<&str> = plan.steps.raw[0].fields.iter().map(|field| field.name.as_str()).collect();
    assert_eq!(said, ["Owner", "Estimate", "Risk"]);
}

#[test]
fn one_command_after_another_is_no_expectation() {
    let text = |task: &str| format!("# P\n\n### Step 1: A\n\n- {task}\n");
    let found = |task: &str| commands(&read(&text(task)).plan).join("; ");
    assert_eq!(found("`make lint` → no errors"), "make lint");
    assert_eq!(found("`make build` → `make install`"), "");
}

#[test]
fn a_checklist_is_the_steps_where_nothing_else_is() {
    let text = "# Plan\n\n## Overview\n\n- It is nice\n- It is new\n\n## Readiness Checklist\n\n- [ ] Saw\n- [ ] Nail\n";
    assert_eq!(steps(text), ["Work Saw", "Work Nail"]);
}

#[test]
fn languages_without_spaces_name_their_sections_too() {
    let text = "# 棚\n\n## 背景\n\n1. 板\n2. 釘\n\n## 实施步骤（建议）\n\n### 1. 锯木\n\n- a\n\n### 2. 钉牢\n\n## 验证方式\n\n- `make test`\n";
    assert_eq!(steps(text), ["Work 锯木", "Work 钉牢"]);
    assert_eq!(commands(&read(text).plan), ["make test"]);
    let text = "# 棚\n\n## 手順\n\n- [ ] 1. 切る\n- [ ] 2. 動作確認（最小）\n  - [ ] `PORT=1 make test`（可能なら）\n";
    assert_eq!(commands(&read(text).plan), ["PORT=1 make test"]);
}

#[test]
fn an_entry_of_a_renamed_step_stays_and_says_nothing_of_the_others() {
    let text = "# T\n\n## Steps\n\n### Step 1: One\n\n### Step 2: Two\n";
    let before = passed(text, 1).unwrap();
    let renamed = before.replacen("Step 2: Two", "Step 2: Three", 1);
    let reading = read(&renamed);
    assert_eq!(steps(&renamed), ["Work Step 1: One", "Work Step 2: Three"]);
    let old = &reading.plan.boxes.raw[0];
    assert_eq!((old.role, old.step, old.mark), (BoxRole::Ignored, None, 'x'));
    assert_eq!(old.reason, "agentrun's own progress list: no step has this name any more");
    assert!(reading.diagnostics.iter().all(|found| found.code == "no-command"));
    let after = passed(&renamed, 1).unwrap();
    let lines: Vec<&str> = after.lines().filter(|line| line.starts_with("- [")).collect();
    assert_eq!(lines, ["- [x] Step 2: Two", "- [x] Step 2: Three"]);
    assert_eq!(passed(&after, 1).unwrap(), after);
}

#[test]
fn phases_of_a_migration_are_steps_beside_loose_boxes() {
    let text = "# Plan\n\n## Migration Strategy\n\n### Phase 1: Saw\n\n1. **Board**\n   - [ ] a\n\n### Phase 2: Nail\n\n- [ ] b\n\n\
        ## Decision Points\n\n### Go\n\n- [ ] It is straight\n- [ ] It holds\n";
    assert_eq!(steps(text), ["Work Phase 1: Saw", "Work Phase 2: Nail"]);
}

#[test]
fn words_for_steps_need_no_number() {
    let text = "# Plan\n\n## Phase 1: Wood\n\n### Task: Saw\n- **Context**:\n  - old\n- **To-Do**:\n  - [ ] a\n\n\
        ## Phase 2: Iron\n\n### Task: Nail\n";
    assert_eq!(steps(text), ["Work Task: Saw", "Work Task: Nail"]);
    let plan = read(text).plan;
    assert_eq!(
        plan.steps.iter().map(|step| step.group).collect::<Vec<_>>(),
        [Some(0.into()), Some(1.into())]
    );
}

#[test]
fn a_few_boxes_with_an_id_are_boxes_like_the_others() {
    let text = "# Plan\n\n## Backlog\n\n- [ ] Stage 4: Saw\n- [ ] Stage 4: Nail\n- [ ] Glue\n- [ ] Wait\n- [ ] Paint\n\n\
        ## Evaluation\n\n- [ ] T1: Sit on it\n- [ ] T2: Stand on it\n";
    let names = ["Saw", "Nail"].map(|name| format!("Work Stage 4: {name}"));
    assert_eq!(steps(text)[..2], names);
    assert_eq!(steps(text)[5..], ["Work T1: Sit on it", "Work T2: Stand on it"]);
    assert!(read(text).diagnostics.iter().all(|found| found.code != "duplicate-id"));
}

#[test]
fn a_prerequisite_with_its_text_holds_no_list() {
    let text = "# Todo\n\n## Wood\n\n**Prerequisite**: a saw.\n\n- [ ] Cut\n- [ ] Plane\n";
    let steps = read(text).plan.steps;
    let kinds: Vec<String> = steps.iter().map(crate::plan::step::Step::name).collect();
    assert!(kinds.ends_with(&["Cut".to_owned(), "Plane".to_owned()]), "{kinds:?}");
}

#[test]
fn a_phase_one_level_below_its_like_is_no_part_of_it() {
    let text =
        "# Plan\n\n## Phase 1: Saw\n\ntext\n\n### Phase 2: Nail\n\n#### Why\n\ntext\n\n### Phase 3: Paint\n";
    assert_eq!(steps(text), ["Work Phase 1: Saw", "Work Phase 2: Nail", "Work Phase 3: Paint"]);
    assert_eq!(read(text).plan.steps.raw[0].end_line, 5);
}

#[test]
fn what_is_called_a_plan_holds_the_steps() {
    let text = "# Shelf\n\n## Findings\n\n1. It is old\n2. It is wet\n\n## Plan\n\n1. Saw `a b`\n2. Nail\n\n## Risks\n\n- Rain\n";
    assert_eq!(steps(text), ["Work Saw `a b`", "Work Nail"]);
}

#[test]
fn a_command_behind_verify_needs_no_marks() {
    let task = |n: u8, verify: &str| {
        format!("- [ ] T{n} — Saw\n  - why: it is long\n  - verify: {verify}\n  - depends: —\n")
    };
    let text =
        format!("# Plan\n\n{}\n{}", task(1, "make test -k 'A|B'"), task(2, "make sure that a/b is there"));
    assert_eq!(commands(&read(&text).plan), ["make test -k 'A|B'"]);
}

#[test]
fn where_nothing_is_named_numbers_go_on_and_chapters_are_no_steps() {
    let text = "# Debt\n\n## Left for later\n\n### 1. Pass `context.Context` down\n\n- **What:** a\n\n### 2. Nail\n\ntext\n\n\
        ## Found by others\n\n### 3. Paint\n\ntext\n";
    assert_eq!(steps(text), ["Work Pass `context.Context` down", "Work Nail", "Work Paint"]);
    let text =
        "# Shelf\n\n## 1. Overview\n\na\n\n## 2. Boards\n\nb\n\n## 3. Nails\n\nc\n\n## 4. Risks\n\nd\n";
    assert_eq!(steps(text), Vec::<String>::new());
    let text = "# Shelf\n\n## Decisions\n\n1. Oak\n2. Glue\n\n## Left over\n\n1. Saw\n2. Nail\n";
    assert_eq!(steps(text), ["Work Saw", "Work Nail"]);
}
