//! Lists of steps in other shapes than the templates, and what is not a step.

use pretty_assertions::assert_eq;

use super::{commands, steps};
use crate::plan::{BoxRole, Diagnostic, Plan, StepIndex, read};

fn roles(plan: &Plan) -> Vec<(usize, BoxRole, Option<usize>)> {
    plan.boxes
        .iter()
        .map(|check_box| (check_box.line.into(), check_box.role, check_box.step.map(usize::from)))
        .collect()
}

fn found(text: &str) -> Vec<(&'static str, String)> {
    let diagnostics = read(text).diagnostics.into_iter();
    let shown = |found: Diagnostic| (found.code, text[found.span].to_owned());
    diagnostics.filter(|found| found.code != "no-command").map(shown).collect()
}

#[test]
fn plain_boxes_are_steps_with_their_nested_boxes_as_tasks() {
    let text = "# TODO\n\n## Server\n\n- [ ] one\n  - [ ] part\n- [x] two\n\n## Client\n\n* [ ] three\n";
    let plan = read(text).plan;
    assert_eq!(steps(text), ["Work one", "Work two", "Work three"]);
    assert_eq!(
        plan.groups.iter().map(|group| group.title.as_str()).collect::<Vec<_>>(),
        ["Server", "Client"]
    );
    let step = |line, step| (line, BoxRole::Step, Some(step));
    assert_eq!(roles(&plan), [step(5, 0), (6, BoxRole::Task, Some(0)), step(7, 1), step(11, 2)]);
}

#[test]
fn boxes_with_an_id_make_groups_of_their_phases() {
    let text = "# Tasks: X\n\n## Phase 1: Setup\n\n**Purpose**: begin\n\n- [ ] T001 Make `a/b.rs`\n\
        - [ ] T002 [P] More\n\n## Phase 2: Story (Priority: P1)\n\n- [ ] T003 Last\n";
    assert_eq!(steps(text), ["Work T001: Make `a/b.rs`", "Work T002: More", "Work T003: Last"]);
    let plan = read(text).plan;
    let groups: Vec<Option<usize>> = plan.steps.iter().map(|step| step.group.map(usize::from)).collect();
    assert_eq!(groups, [Some(0), Some(0), Some(1)]);
    assert_eq!(plan.steps.raw[0].files, ["a/b.rs"]);
}

#[test]
fn what_stands_in_a_task_is_no_step() {
    let text = "# Plan\n\n### Task 1: A\n\n**Files:**\n- Create: `src/a.rs`\n\n- [ ] **Step 1: Test**\n\n\
        Run: `cargo test a`\nExpected: FAIL\n\n- [ ] **Step 2: Code**\n\nRun: `cargo test a`\nExpected: PASS\n\n\
        ### Task 2: B\n\n- [ ] **Step 1: Test**\n";
    let plan = read(text).plan;
    assert_eq!(steps(text), ["Work Task 1: A", "Work Task 2: B"]);
    assert_eq!(plan.steps.raw[0].tasks.len(), 2);
    assert_eq!(plan.steps.raw[0].files, ["src/a.rs"]);
    assert_eq!(commands(&plan), ["cargo test a"]);
}

#[test]
fn a_phase_with_automated_and_manual_verification() {
    let text = "# Plan\n\n## Phase 1: A\n\n### Changes Required:\n\n#### 1. File\n\ntext\n\n### Success Criteria:\n\n\
        #### Automated Verification:\n- [ ] Tests pass: `make test`\n\n#### Manual Verification:\n- [ ] It looks good\n\n\
        ## Phase 2: B\n";
    let plan = read(text).plan;
    assert_eq!(steps(text), ["Work Phase 1: A", "Work Phase 2: B"]);
    assert_eq!(roles(&plan), [(14, BoxRole::Criterion, Some(0)), (17, BoxRole::Manual, Some(0))]);
}

#[test]
fn the_section_around_decides() {
    let text = "# Plan\n\n## Rollout Plan\n\n### Phase 1: Alpha\n- [ ] ship\n\n### Phase 2: Beta\n- [ ] ship\n\n\
        ## Implementation Steps\n\n### Phase 1: Documentation & Deployment\n\n1. write\n\n## Rollback\n\n### Step 1: undo\n";
    assert_eq!(steps(text), ["Work Phase 1: Documentation & Deployment"]);
    let plan = read(text).plan;
    assert_eq!(roles(&plan), [(6, BoxRole::Ignored, None), (9, BoxRole::Ignored, None)]);
    assert_eq!(plan.boxes.raw[0].reason, "under `Phase 1: Alpha`, which is never a step");
}

#[test]
fn a_checklist_that_repeats_the_steps_mirrors_them() {
    let text = "# Plan\n\n## Progress\n\n- [ ] Step 1: One\n- [x] Step 2\n- [ ] Step 9: No\n\n\
        ## Steps\n\n### Step 1: One\n\n### Step 2: Two\n";
    assert_eq!(
        roles(&read(text).plan),
        [(5, BoxRole::Mirror, Some(0)), (6, BoxRole::Mirror, Some(1)), (7, BoxRole::Ignored, None)]
    );
}

#[test]
fn validation_of_the_whole_plan_is_of_no_step() {
    let text = "# Plan\n\n## Validation Commands\n\n- `make test`\n- `make lint`\n\n## Tasks\n\n### Task 1: A\n- [ ] a\n";
    assert_eq!(steps(text), ["Work Task 1: A"]);
    assert_eq!(commands(&read(text).plan), ["make test", "make lint"]);
    // Tasks directly under the commands are still the tasks.
    let text = "# Plan\n\n## Validation\n\n```sh\nmake test\nmake lint\n```\n\n### Task 1: A\n- [ ] a\n\n### Task 2: B\n- [ ] b\n";
    assert_eq!(steps(text), ["Work Task 1: A", "Work Task 2: B"]);
    assert_eq!(commands(&read(text).plan), ["make test\nmake lint"]);
    // Its boxes and its sentences are for the end.
    let text = "# Plan\n\n## Tasks\n\n### Task 1: A\n- [ ] a\n\n## Validation\n\n- [ ] `make test`\n- [ ] It is fast\n";
    assert_eq!(steps(text), ["Work Task 1: A", "Acceptance Validation"]);
    let plan = read(text).plan;
    assert_eq!(commands(&plan), ["make test", "make test"]);
    assert_eq!(roles(&plan)[1..], [(10, BoxRole::Acceptance, Some(1)), (11, BoxRole::Acceptance, Some(1))]);
}

#[test]
fn boxes_in_code_are_no_boxes() {
    let text = "# Plan\n\n## Tasks\n\n- [ ] a\n\n      - [ ] code\n\n```md\n- [ ] code\n```\n\n<!--\n- [ ] hidden\n-->\n";
    assert_eq!(roles(&read(text).plan), [(5, BoxRole::Step, Some(0))]);
}

#[test]
fn diagnostics_name_what_they_are_about() {
    assert_eq!(found("# Plan\n\n### Wobble 1: A\n"), [("no-steps", "### Wobble 1: A".to_owned())]);
    let text = "# Plan\n\n### Wobble 1: A\n\n### Wobble 2: B\n";
    assert_eq!(found(text), [("guessed-steps", "### Wobble 1: A".to_owned())]);
    let text = "# Plan\n\n## Steps\n\n### Step 1: A\n\n### Step 1: B\n**Dependencies:** Step 7\n\n- [-] c\n\n\
        ## Open Questions\n\n- Why?\n\n[x]: /u\n";
    assert_eq!(
        found(text),
        [
            ("duplicate-id", "### Step 1: B".to_owned()),
            ("unknown-reference", "Step 7".to_owned()),
            ("other-mark", "[-]".to_owned()),
            ("open-question", "- Why?".to_owned()),
            ("link-definition", "[x]: /u".to_owned()),
        ]
    );
}

#[test]
fn what_may_be_meant_otherwise_is_asked_about() {
    let text = "# Plan\n\n### Step 1: A ✅\n\n- [x] a\n  - [ ] b\n\n```md\n- [ ] c\n```\n\n\
        **Validation:**\n- It works as expected\n- `make` works as expected\n- Ten users see the page\n\n\
        ### Step 2: B (done)\n\n- [x] a\n\n### Step 3: C (done)\n\n- [ ] a\n";
    assert_eq!(
        found(text),
        [
            ("contradictory-status", "### Step 1: A ✅".to_owned()),
            ("contradictory-status", "- [x] a".to_owned()),
            ("box-in-code", "- [ ] c".to_owned()),
            ("vague-criterion", "- It works as expected".to_owned()),
            ("contradictory-status", "### Step 3: C (done)".to_owned()),
        ]
    );
}

#[test]
fn steps_that_no_command_can_validate_are_counted() {
    let without = |count: usize| {
        let steps = (1..=count).map(|number| format!("### Step {number}: a\n\n- [ ] b\n\n"));
        let steps = steps.collect::<Vec<_>>().concat();
        read(&format!("# P\n\n{steps}")).diagnostics
    };
    assert_eq!(without(3).len(), 3);
    let one = without(4);
    assert_eq!(one.len(), 1);
    assert_eq!(one[0].message, "nothing in 4 steps can be run to validate them; this is the first");
}

#[test]
fn a_step_that_fills_the_view_of_an_agent_is_named() {
    let long =
        format!("# Plan\n\n### Step 1: A\n\n{}\n### Step 2: B\n", "A long line of text.\n".repeat(2000));
    let many = format!("# Plan\n\n### Step 1: A\n\n{}\n### Step 2: B\n", "- [ ] a\n".repeat(51));
    for text in [long, many] {
        assert_eq!(found(&text), [("huge-step", "### Step 1: A".to_owned())]);
    }
}

#[test]
fn a_document_in_a_fence_that_is_too_short_ends_no_step() {
    let text = "# Plan\n\n## Phase 1: A\n\n```markdown\n# Guide\n\n```bash\nmake\n```\n\n## Notes\n\n**Tasks:**\n- x\n\n\
        ```\n\nmore\n\n```\n\n### Success Criteria\n- [ ] `make test` passes\n\n## Phase 2: B\n\n- [ ] b\n";
    assert_eq!(steps(text), ["Work Phase 1: A", "Work Phase 2: B"]);
    let plan = read(text).plan;
    assert_eq!(roles(&plan), [(24, BoxRole::Criterion, Some(0)), (28, BoxRole::Task, Some(1))]);
    assert_eq!(found(text), [("short-fence", "```markdown".to_owned())]);
    // A heading like the one around is the plan's all the same.
    let text = "# Plan\n\n## Phase 1: A\n\n```md\n```sh\nmake\n```\n\n## Phase 2: B\n\n```\nx\n```\n";
    assert_eq!(steps(text), ["Work Phase 1: A", "Work Phase 2: B"]);
}

#[test]
fn a_step_of_one_line_names_its_own_command() {
    let text = "# Plan\n\n## Tasks\n\n- [ ] 1.1 Write it\n- [ ] 1.2 Run `make test` and make sure that it passes\n\
        - [ ] 1.3 検証 — `make lint`、`make doc`\n- [ ] 1.4 Run `make seed`\n";
    assert_eq!(commands(&read(text).plan), ["make test", "make lint", "make doc"]);
}

#[test]
fn a_list_behind_a_complete_field_is_work() {
    let text = "# Plan\n\n### Phase 1: A\n\n1. a\n\n### Phase 2: B\n\n**Dependencies:** Phase 1 complete\n\n1. b\n2. c\n\n\
        ### Phase 3: C\n\n**Dependencies:**\n\n- Phase 1\n- Phase 2\n";
    let plan = read(text).plan;
    assert_eq!(plan.steps.raw[1].tasks.iter().map(|task| task.text.as_str()).collect::<Vec<_>>(), ["b", "c"]);
    assert_eq!(plan.steps.iter().map(|step| step.references.len()).collect::<Vec<_>>(), [0, 1, 2]);
}

#[test]
fn where_nothing_is_called_a_step_the_surest_list_is_taken() {
    let cases: [(&str, &[&str]); 7] = [
        (
            "# P\n\n## Context\n\nx\n\n## Approach\n\n### 1. Store\n\n- a\n\n### 2. Toggle\n",
            &["Work Store", "Work Toggle"],
        ),
        (
            "# P\n\n1. Make it\n2. Ship it\n   - soon\n\n## Notes\n\n- none\n",
            &["Work Make it", "Work Ship it"],
        ),
        (
            "# P\n\n## Overview\n\nx\n\n## The model\n\nx\n\n## The view\n\nx\n",
            &["Work The model", "Work The view"],
        ),
        ("Kitchen\n- knives\n- forks\n\nHall\n- coats\n", &["Work knives", "Work forks", "Work coats"]),
        ("# P\n\n### Issue 1: a\n\n### Issue 2: b\n", &["Work Issue 1: a", "Work Issue 2: b"]),
        ("# P\n\n| Item | Done |\n|-|-|\n| a | ❌ |\n| b | ✅ |\n", &["Work a", "Work b"]),
        ("# P\n\nOne sentence.\n\n- one bullet\n", &[]),
    ];
    for (text, expected) in cases {
        assert_eq!(steps(text), expected, "{text}");
        let code = if expected.is_empty() { "no-steps" } else { "guessed-steps" };
        assert_eq!(found(text).first().map(|found| found.0), Some(code), "{text}");
    }
}

#[test]
fn boxes_that_only_name_what_headings_are_about_are_places_to_tick() {
    let text = "# P\n\n- [ ] Step 1: Alpha\n- [ ] Step 2: Beta\n\n## Step 1: Alpha\n\nDo alpha.\n\n## Step 2: Beta\n\nDo beta.\n";
    let plan = read(text).plan;
    assert_eq!(plan.steps.iter().map(|step| usize::from(step.line)).collect::<Vec<_>>(), [6, 10]);
    assert_eq!(roles(&plan), [(3, BoxRole::Mirror, Some(0)), (4, BoxRole::Mirror, Some(1))]);
}

#[test]
fn what_must_hold_for_a_group_is_of_its_last_step_alone() {
    let text = "# P\n\n## Track 1: A\n\n### Step 1.1: a\n\n### Step 1.2: b\n\n### Success Criteria\n\n- [ ] c\n\n\
        ## Track 2: B\n\n### Step 2.1: c\n";
    assert_eq!(steps(text), ["Work Step 1.1: a", "Work Step 1.2: b", "Work Step 2.1: c"]);
    assert_eq!(roles(&read(text).plan), [(11, BoxRole::Criterion, Some(1))]);
}

#[test]
fn headings_count_in_other_ways_too() {
    let text = "# 计划\n\n## 第一步：创建\n\n- [ ] a\n\n## 第二步：测试\n\n- [ ] b\n";
    assert_eq!(steps(text), ["Work 第一步: 创建", "Work 第二步: 测试"]);
    let text = "# P\n\n## Tier 1\n\n### WI-1: Parser\n\nlong\n\n## Tier 2\n\n### WI-2: Lexer\n\nlong\n\n## Priority\n\n### Phase 1: now\n### Phase 2: then\n";
    assert_eq!(steps(text), ["Work WI-1: Parser", "Work WI-2: Lexer"]);
    let text = "# P\n\n### Task 0: a\n\n### Tasks 1-3: b\n\n### Task 4: c\n\n**Depends on:** Task 2\n";
    assert_eq!(
        read(text)
            .graph
            .dependencies(StepIndex::from(2))
            .iter()
            .map(|edge| usize::from(edge.step))
            .collect::<Vec<_>>(),
        [1]
    );
    assert_eq!(found(text), []);
}

#[test]
fn dependencies_are_said_in_sentences_too() {
    let text = "# P\n\n## Phase 1: A\n\na\n\n## Phase 2: B\n\n**Prerequisites:** Phase 1\n\n## Phase 3: C\n\n\
        Depends on Phase 1 and Phase 2.\n\n## Phase 4: D\n\nWhat depends on Phase 9 is no business of ours.\n";
    let needs = |text: &str| -> Vec<Vec<usize>> {
        let reading = read(text);
        let explicit =
            |step| reading.graph.dependencies(step).iter().filter(|edge| edge.explicit).map(|edge| edge.step);
        reading.plan.steps.keys().map(|step| explicit(step).map(usize::from).collect()).collect()
    };
    assert_eq!(needs(text), [vec![], vec![0], vec![0, 1], vec![]]);
    let text = "# P\n\n## Phase 1: A\n\n- [ ] T001 a\n\n### Tests for A\n\n- [ ] T002 b (depends on T001)\n";
    assert_eq!(steps(text), ["Work T001: a", "Work T002: b (depends on T001)"]);
    assert_eq!(needs(text), [vec![], vec![0]]);
}

#[test]
fn other_lists_of_the_same_work_are_named() {
    let text = "# Plan\n\n## Implementation Steps\n\n### Phase 1: A\n\n1. a\n\n### Phase 2: B\n\n1. b\n\n\
        ## Implementation Order\n\n### Step 1: a\n\n### Step 2: b\n";
    assert_eq!(steps(text), ["Work Phase 1: A", "Work Phase 2: B"]);
    assert_eq!(found(text), [("competing-steps", "### Step 1: a".to_owned())]);
}

#[test]
fn the_value_of_a_status_comment_is_not_what_a_step_says() {
    let text = "# Plan\n\n### Step 1: A\n<!-- STATUS: pending -->\ntext\n\n### Step 2: B\n";
    let (before, after) = (read(text).plan, read(&text.replace("pending", "done")).plan);
    assert_eq!(before.steps.raw[0].fingerprint(), after.steps.raw[0].fingerprint());
}

#[test]
fn hostile_text_is_read() {
    let deep = "> ".repeat(3000) + "- [ ] a";
    let nested = "- ".repeat(3000) + "[ ] a";
    let comments = "`<!--` ".repeat(2000) + "\n" + &"<!-- a ".repeat(2000);
    let ticks = "- `a ``b ".repeat(2000);
    let brackets = "- [ ] [[[{{ ".repeat(2000);
    for text in [deep, nested, comments, ticks, brackets] {
        assert!(read(&text).plan.boxes.len() <= 1);
    }
}
