//! One series is one list, and nothing of it is lost: names and labels between its parts change nothing.

use pretty_assertions::assert_eq;
use proptest::prelude::*;

use super::{commands, steps};
use crate::plan::{BoxRole, Diagnostic, Severity, read};

/// The errors of a plan, with what they are about.
fn errors(text: &str) -> Vec<(&'static str, String)> {
    let diagnostics = read(text).diagnostics.into_iter();
    let errors = diagnostics.filter(|found| found.severity == Severity::Error);
    errors.map(|found: Diagnostic| (found.code, text[found.span].to_owned())).collect()
}

#[test]
fn a_label_that_is_a_whole_sentence_owns_no_work_behind_it() {
    for label in ["Note", "Files", "Risks", "Manual Verification", "Dependencies", "Scope", "Goal", "Design"]
    {
        let text = format!(
            "# Tasks\n\n## Phase 1: Base\n\n- [ ] T001 Saw\n\n## Phase 2: Shade\n\n**{label}**: It hangs below.\n\n\
             - [ ] T002 Nail\n- [ ] T003 Glue\n"
        );
        assert_eq!(steps(&text), ["Work T001: Saw", "Work T002: Nail", "Work T003: Glue"], "{label}");
        assert_eq!(errors(&text), [], "{label}");
    }
}

#[test]
fn tasks_in_a_row_are_the_list_whatever_heading_stands_above() {
    for heading in ["File structure", "Prerequisites", "Dependencies", "Timeline", "Progress", "Deployment"] {
        let text = format!(
            "# Plan\n\n## Why\n\n- It is dark.\n\n## {heading}\n\n- `a.rs` holds it\n\n---\n\n### Task 1: Saw\n\n\
             - [ ] **Step 1: Cut**\n\nRun: `pytest a`\nExpected: PASS\n\n### Task 2: Nail\n\n- [ ] Nail it\n\n\
             ## Self-review\n\n- Each part has a task.\n"
        );
        assert_eq!(steps(&text), ["Work Task 1: Saw", "Work Task 2: Nail"], "{heading}");
        let plan = read(&text).plan;
        assert_eq!(commands(&plan), ["pytest a"], "{heading}");
        assert!(plan.boxes.iter().all(|found| found.role == BoxRole::Task), "{heading}");
    }
}

#[test]
fn a_series_of_steps_goes_on_under_other_names() {
    let text = "# Plan\n\n## Phase 1: A\n\n### Step 1.1: Saw\n\na\n\n### Step 1.2: Nail\n\nb\n\n## Testing & Validation\n\n\
        ### Step 2.1: Try it\n\nc\n";
    assert_eq!(steps(text), ["Work Step 1.1: Saw", "Work Step 1.2: Nail", "Work Step 2.1: Try it"]);
    // The steps of a rollback are none, whatever their numbers.
    let text = "# Plan\n\n### Step 1: Saw\n\na\n\n### Step 2: Nail\n\nb\n\n## Rollback\n\n### Step 3: Take it down\n\nc\n";
    assert_eq!(steps(text), ["Work Step 1: Saw", "Work Step 2: Nail"]);
}

#[test]
fn boxes_of_one_series_are_one_list_under_headings_of_every_kind() {
    let text = "# Tasks\n\n## Phase 1: Setup\n\n### Tasks\n\n- [ ] T001 a\n\n## Phase 2: Base\n\n### Storage layer\n\n\
        - [ ] T002 b\n\n## Phase 3: Story 1\n\n### Story 1: Add\n\n#### Tests first\n\n- [ ] T003 c\n\n#### Implementation\n\n\
        - [ ] T004 d\n";
    assert_eq!(steps(text), ["Work T001: a", "Work T002: b", "Work T003: c", "Work T004: d"]);
}

#[test]
fn a_range_is_a_group_and_a_chapter_of_steps_is_their_place() {
    let text = "# P\n\n## Task 1: Base\n\na\n\n## Tasks 2-3: Lamps\n\nThey depend on Task 1 only.\n\n### Task 2: Red\n\nb\n\n\
        ### Task 3: Blue\n\nc\n\n## Task 4: Registry\n\nd\n";
    assert_eq!(
        steps(text),
        ["Work Task 1: Base", "Work Task 2: Red", "Work Task 3: Blue", "Work Task 4: Registry"]
    );
    let text = "# P\n\n## Step 1: Look\n\na\n\n## Step 2: Implementation steps\n\n### Step 1: Copy\n\nb\n\n### Step 2: Saw\n\nc\n";
    assert_eq!(steps(text), ["Work Step 1: Copy", "Work Step 2: Saw"]);
}

#[test]
fn an_optional_box_beside_steps_is_left_to_its_author() {
    let text = "# Plan\n\n## Tasks\n\n- [ ] 1. Saw\n\n- [ ]* 1.1 Test the saw\n\n- [ ] 2. Nail\n";
    assert_eq!(steps(text), ["Work Saw", "Work Nail"]);
    let plan = read(text).plan;
    assert_eq!((plan.boxes.raw[1].role, plan.boxes.raw[1].step), (BoxRole::Optional, Some(0.into())));
}

#[test]
fn what_must_hold_is_no_work_whatever_its_heading_speaks_of() {
    for heading in ["Performance", "Tests", "Documentation", "Code Quality", "Tasks", "Security"] {
        let text = format!(
            "# P\n\n### Step 1: Saw\n\n- [ ] a\n\n## Success Criteria\n\n### {heading}\n\n- [ ] It is fast\n"
        );
        let plan = read(&text).plan;
        assert_eq!(plan.boxes.raw[1].role, BoxRole::Acceptance, "{heading}");
        assert!(plan.steps.raw[1].tasks.is_empty() && plan.steps.raw[1].criteria.len() == 1, "{heading}");
    }
}

#[test]
fn what_a_person_does_is_a_manual_step() {
    let text = "# P\n\n### Step 1: Saw\n\na\n\n### Step 2: [HUMAN] Rotate the keys\n\n1. Do it\n\n### Step 3: Clean up\n\n\
        Do not run this yourself.\n\n### Step 4: Nail\n\nb\n";
    let expected = [
        "Work Step 1: Saw",
        "Manual Step 2: Rotate the keys",
        "Manual Step 3: Clean up",
        "Work Step 4: Nail",
    ];
    assert_eq!(steps(text), expected);
    let text = "# Tasks\n\n- [ ] T001 Saw\n- [ ] T002 Manually test it on a real phone\n- [ ] T003 Sign-off by Ann\n";
    assert_eq!(
        steps(text),
        ["Work T001: Saw", "Manual T002: Manually test it on a real phone", "Manual T003: Sign-off by Ann"]
    );
}

#[test]
fn a_step_without_a_box_that_says_that_it_is_done_is_done() {
    let text = "# P\n\n## Phase 1: A\n\n### 1.1 Saw ✅ COMPLETE\n\na\n\n### 1.2 Nail\n\n**Status**: Done\n\n### 1.3 Glue\n\nb\n";
    let done: Vec<bool> = read(text).plan.steps.iter().map(|step| step.said_done).collect();
    assert_eq!(done, [true, true, false]);
}

#[test]
fn what_would_be_lost_is_an_error() {
    let lost = "# P\n\n### Step 1: Saw\n\n- [ ] a\n\n## Widgets\n\n- [ ] b\n- [ ] c\n";
    assert_eq!(errors(lost), [("unread-box", "- [ ] b".to_owned())]);
    for purpose in ["Rollout", "Future work", "Open Questions", "Out of scope"] {
        assert_eq!(errors(&lost.replace("Widgets", purpose)), [], "{purpose}");
    }
    assert_eq!(errors(&lost.replace("- [ ] b\n- [ ] c", "- [x] b\n- [x] c")), []);
    let hole = "# P\n\n### Step 1: Saw\n\na\n\n### Step 2: Nail\n\nb\n\n### Step 4: Glue\n\nc\n";
    assert_eq!(errors(hole), [("missing-step", "### Step 4: Glue".to_owned())]);
    assert_eq!(errors(&hole.replace("Step 4", "Step 3")), []);
}

#[test]
fn a_validation_of_a_closing_step_is_of_that_step_alone() {
    let text = "# P\n\n### Step 1: Saw\n\n- [ ] a\n\n**Validation:** `make a`\n\n## Testing Strategy\n\n- [ ] b\n\n\
        **Validation:** `make b`\n\n## Validation\n\n- `make c`\n";
    let plan = read(text).plan;
    let own: Vec<Vec<&str>> = plan
        .steps
        .iter()
        .map(|step| step.criteria.iter().filter_map(|found| Some(found.command()?.script.as_str())).collect())
        .collect();
    assert_eq!(own, [vec!["make a"], vec!["make b"]]);
    let of_all: Vec<&str> =
        plan.criteria.iter().filter_map(|found| Some(found.command()?.script.as_str())).collect();
    assert_eq!(of_all, ["make c"]);
}

#[test]
fn an_expected_failure_before_a_success_is_a_stage_on_the_way() {
    let text = "# P\n\n### Task 1: A\n\n- [ ] **Step 1: Run** `cargo test a` → FAIL\n- [ ] **Step 2: Run** `cargo test a` → PASS\n\n\
        ### Task 2: B\n\nRun: `cargo test b`\nExpected: FAIL\n";
    let plan = read(text).plan;
    assert_eq!(commands(&plan), ["cargo test a", "cargo test b"]);
    let expected: Vec<bool> = plan
        .steps
        .iter()
        .flat_map(|step| &step.criteria)
        .filter_map(|criterion| Some(criterion.command()?.expectation.is_success()))
        .collect();
    assert_eq!(expected, [true, false]);
    assert_eq!(
        plan.boxes.iter().map(|found| found.role).collect::<Vec<_>>(),
        [BoxRole::Task, BoxRole::Criterion]
    );
}

/// What may stand between the parts of a series without a meaning for it.
fn between() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "",
        "**Note**: It is blue.\n\n",
        "**Files**: See below.\n\n",
        "**Manual Verification**: Press it twice and look.\n\n",
        "**Dependencies**: None.\n\n",
        "**Risks**: It may break.\n\n",
        "### API\n\n",
        "### Notes\n\n",
        "### Security\n\n",
        "### Calendar view\n\n",
        "### Progress bar\n\n",
        "### File storage\n\n",
        "### History of changes\n\n",
        "### Testing\n\n",
    ])
    .prop_map(str::to_owned)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn nothing_between_its_parts_changes_a_series(parts in prop::collection::vec(between(), 3..7)) {
        let mut text = "# Tasks\n\n## Phase 1: Setup\n\n- [ ] T001 Begin\n\n## Phase 2: Work\n\n".to_owned();
        for (index, part) in parts.iter().enumerate() {
            text.extend([part, &format!("- [ ] T{:03} Do it\n\n", index + 2)].map(String::as_str));
        }
        let plan = read(&text).plan;
        let ids: Vec<String> = plan.steps.iter().map(|step| step.id.clone()).collect();
        let expected: Vec<String> = (1..parts.len() + 2).map(|number| format!("T{number:03}")).collect();
        prop_assert_eq!(ids, expected, "{}", text);
        prop_assert!(plan.boxes.iter().all(|found| found.step.is_some()), "{}", text);
    }

    #[test]
    fn tasks_with_headings_are_one_list(names in prop::collection::vec(between(), 2..6)) {
        let mut text = "# Plan\n\n".to_owned();
        for (index, name) in names.iter().enumerate() {
            let above = name.replace("### ", "## ");
            text.extend([above, format!("### Task {}: Saw\n\nCut it.\n\n", index + 1)]);
        }
        let ids: Vec<String> = read(&text).plan.steps.iter().map(|step| step.id.clone()).collect();
        let expected: Vec<String> = (1..=names.len()).map(|number| number.to_string()).collect();
        prop_assert_eq!(ids, expected, "{}", text);
    }
}

#[test]
fn a_block_that_a_task_asks_to_run_is_a_command() {
    let text = "# P\n\n### Task 1: A\n\n- [ ] **Step 1: Write the test**\n\n```sh\ncat a\n```\n\n- [ ] **Step 2: Run it**\n\n\
        ```bash\npytest a\n```\n\n- [ ] **Step 3: Run the app**\n\n```bash\nnpm run dev\n```\n\n1. Verify the build\n   ```bash\n   make\n   ```\n\n\
        - [ ] **Step 4: Commit**\n\n```bash\ngit commit -m a\n```\n";
    assert_eq!(commands(&read(text).plan), ["pytest a", "make"]);
}
