//! How plans of strangers write what is to be done and looked at: commands in places of other names, series in other
//! letters, boxes under any heading.

use pretty_assertions::assert_eq;

use super::{commands, steps};
use crate::plan::{BoxRole, read};

fn open_boxes_without_a_step(text: &str) -> usize {
    let plan = read(text).plan;
    plan.boxes.iter().filter(|found| found.mark == ' ' && found.step.is_none()).count()
}

#[test]
fn a_name_for_a_look_with_commands_under_it_is_validation() {
    let plan = |rest: &str| format!("# Shelf\n\n## Task 1: Saw\n\n- [ ] Saw it\n\n{rest}");
    let gate = "```sh\nmake check\n```\n";
    for (rest, expected) in [
        (format!("## Post-plan verification\n\n{gate}"), vec!["make check"]),
        (format!("## Input validation\n\nThe saw is sharp.\n\n{gate}"), vec!["make check"]),
        ("## Input validation\n\n- `Saw` has teeth\n".to_owned(), vec![]),
        (
            "## 验证流程\n\n- `pnpm lint` — 通过\n- `pnpm build` — 通过\n".to_owned(),
            vec!["pnpm lint", "pnpm build"],
        ),
        (format!("## Shelf options\n\n{gate}"), vec![]),
    ] {
        assert_eq!(commands(&read(&plan(&rest)).plan), expected, "{rest}");
    }
    let text = "# Shelf\n\n**Verification per batch:** `make check` then `make lint`.\n\n## Task 1: Saw\n\n- [ ] Saw it\n";
    assert_eq!(commands(&read(text).plan), ["make check", "make lint"]);
}

#[test]
fn blocks_behind_a_box_that_asks_for_a_run_are_run_up_to_the_next_one() {
    let text = "# Shelf\n\n### Task 1: Saw\n\n- [ ] **Step 1: Verify it**\n\n```bash\nmake check\n```\n\nExpected: it holds.\n\n\
        ```bash\nmake lint\n```\n\nThe file is written so:\n\n```bash\ncat saw.txt\n```\n\n- [ ] **Step 2: Note it**\n\n\
        ```bash\nmake notes\n```\n";
    assert_eq!(commands(&read(text).plan), ["make check", "make lint"]);
}

#[test]
fn the_test_that_is_to_fail_first_is_left_out_and_the_same_that_is_to_pass_is_run() {
    let stage = |said: &str| {
        format!(
            "**Step: Run the test**\n\nRun: `pytest tests/saw.py::Saw::test_teeth -v`\nExpected: {said}\n\n"
        )
    };
    let text = format!("# Shelf\n\n### Task 1: Saw\n\n{}{}", stage("FAIL with \"no teeth\""), stage("PASS"));
    let plan = read(&text).plan;
    assert_eq!(commands(&plan), ["pytest tests/saw.py::Saw::test_teeth -v"]);
    assert!(plan.steps.raw[0].criteria.raw[0].command().unwrap().expectation.is_success());
}

#[test]
fn letters_count_headings_where_no_word_does() {
    let shelf = |letter: &str| {
        format!(
            "# Shelf\n\n## Scope\n\nOak.\n\n## {letter}1 — Saw\n\n- Saw it\n\n## {letter}2 — Nail\n\n- Nail it\n\n## {letter}3 — Oil\n\n- Oil it\n\n## Open ends\n\n- [ ] Which oil\n"
        )
    };
    assert_eq!(steps(&shelf("P"))[..3], ["Work P1: Saw", "Work P2: Nail", "Work P3: Oil"]);
    // Risks are counted so as well.
    let risks = "# Shelf\n\n## Tasks\n\n- [ ] Saw it\n- [ ] Nail it\n\n## Risks\n\n### R1 — Dust\n\n### R2 — Noise\n\n### R3 — Glue\n";
    assert_eq!(steps(risks), ["Work Saw it", "Work Nail it"]);
}

#[test]
fn numbered_boxes_are_one_list_whatever_their_headings_speak_of() {
    let text = "# 棚\n\n## タスクリスト\n\n### 準備\n\n- [ ] 1. 切る\n- [ ] 1.1 板を切る\n\n### 速さの検証\n\n- [ ] 2. 速さを測る\n- [ ] 2.1 測る\n\n\
        ### 配布\n\n- [ ] 3. 箱に入れる\n";
    assert_eq!(
        steps(text),
        ["Work 切る", "Work 板を切る", "Work 速さを測る", "Work 測る", "Work 箱に入れる"]
    );
    let acceptance =
        "# Shelf\n\n## Tasks\n\n- [ ] 1. Saw\n- [ ] 2. Nail\n\n## Acceptance criteria\n\n- [ ] 3. It holds\n";
    assert_eq!(steps(acceptance), ["Work Saw", "Work Nail", "Acceptance Acceptance criteria"]);
}

#[test]
fn a_box_of_a_step_is_work_under_a_heading_of_any_name_but_a_way_back() {
    let step =
        |name: &str| format!("# Shelf\n\n## Phase 1: Shelf\n\n### {name}\n\n- [ ] The plan is drawn\n");
    for (name, role) in [
        ("Deployment", BoxRole::Task),
        ("Timeline", BoxRole::Task),
        ("History", BoxRole::Task),
        ("Rollback", BoxRole::Ignored),
    ] {
        assert_eq!((name, read(&step(name)).plan.boxes.raw[0].role), (name, role));
    }
}

#[test]
fn what_comes_later_is_the_list_where_nothing_else_is_open() {
    let later = "## Future priorities\n\n- [ ] Oil it\n- [ ] Wax it\n";
    let text = format!("# Shelf tasks\n\n## Completed tasks ✅\n\n- Sawed\n- Nailed\n\n{later}");
    assert_eq!(steps(&text), ["Work Oil it", "Work Wax it"]);
    let text = format!("# Shelf\n\n## Tasks\n\n- [ ] Saw it\n- [ ] Nail it\n\n{later}");
    assert_eq!((steps(&text).len(), open_boxes_without_a_step(&text)), (2, 2));
}

#[test]
fn what_must_hold_does_so_under_a_calendar_and_a_look_among_files_is_one() {
    let text = "# Shelf\n\n## Story 1: Saw\n\n**Files:**\n- Modify: `saw.py`\n- Verify: `ruff check .`\n\n- [ ] Saw it\n\n\
        ## Story 2: Nail\n\n- [ ] Nail it\n\n## Sprint timeline\n\n### Definition of done\n\n- [ ] It holds\n";
    assert_eq!(steps(text), ["Work Story 1: Saw", "Work Story 2: Nail", "Acceptance Definition of done"]);
    assert_eq!(commands(&read(text).plan), ["ruff check ."]);
    assert_eq!(open_boxes_without_a_step(text), 0);
}

#[test]
fn tables_of_tasks_are_known_by_their_ids_and_a_day_counts_nothing() {
    let table =
        "| ID | Title | Status |\n|:-|:-|:-|\n| 1 | Saw | ○&nbsp;pending |\n| 2 | Nail | ✓&nbsp;done |\n";
    assert_eq!(
        steps(&format!("# Shelf\n\n## Features\n\n- Oak\n- Glue\n\n{table}")),
        ["Work Saw", "Work Nail"]
    );
    let coded =
        "| ID | Task | Outcome |\n|---|---|---|\n| T001 | Saw | two halves |\n| T002 | Nail | it holds |\n";
    assert_eq!(
        steps(&format!("# Shelf\n\n## 1. Wood\n\n{coded}\n## 2. Notes\n\nOak.\n")),
        ["Work T001: Saw", "Work T002: Nail"]
    );
    let log = "# Shelf\n\n## Milestone status\n\n- [ ] Saw\n- [ ] Nail\n\n## Log\n\n### Loop 2026-05-04\n\n- sawed\n\n### Loop 2026-05-03\n\n- drew\n";
    assert_eq!(steps(log), ["Work Saw", "Work Nail"]);
}

#[test]
fn phases_are_the_list_under_a_calendar_and_rules_are_none() {
    let phases = "### Phase 1: Saw\n\n1. Saw it\n\n### Phase 2: Nail\n\n1. Nail it\n";
    assert_eq!(
        steps(&format!("# Shelf\n\n## Timeline\n\n{phases}")),
        ["Work Phase 1: Saw", "Work Phase 2: Nail"]
    );
    let queue = "# Shelf\n\nRules:\n\n1. Keep it short.\n2. Name the oak.\n\n## Queue\n\n1. Saw\n2. Nail\n";
    assert_eq!(steps(queue), ["Work Saw", "Work Nail"]);
}

#[test]
fn criteria_have_a_name_in_other_languages_too() {
    for name in ["Criterios de salida", "Critère de validation", "Abnahmekriterien", "Критерии готовности"]
    {
        let text =
            format!("# Shelf\n\n## Phase 1: Saw\n\n- [ ] Saw\n\n### {name}\n\n- `pnpm --filter saw build`\n");
        assert_eq!(commands(&read(&text).plan), ["pnpm --filter saw build"], "{name}");
    }
}

#[test]
fn a_sentence_behind_indented_lines_has_a_place_inside_of_the_text() {
    let text =
        "# Shelf\n\n## Task 1: Saw\n\nÜber\n      äöü äöü äöü. Ende.\n      Verify with `make check`. Ü\n";
    let plan = read(text).plan;
    assert_eq!(commands(&plan), ["make check"]);
    assert!(text.get(plan.steps.raw[0].criteria.raw[0].span.clone()).is_some());
}
