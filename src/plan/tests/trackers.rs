//! Lists that people keep beside their work: checklists, boards of tables, roadmaps.

use pretty_assertions::assert_eq;

use super::{commands, steps};
use crate::plan::read;

fn board(rows: &[&str]) -> String {
    format!("| # | Task | Status |\n|---|---|---|\n| {} |\n\n", rows.join(" |\n| "))
}

#[test]
fn rows_with_a_state_are_the_steps_of_a_phase() {
    let wood = board(&["W01 | Saw | Next", "W02 | Plane | Blocked"]);
    let text = format!(
        "# Shelf\n\n## Phase 0: Wood\n\n{wood}## Phase 1: Iron\n\n### Nails\n\n{}",
        board(&["N01 | Buy | Next"])
    );
    assert_eq!(steps(&text), ["Work W01: Saw", "Work W02: Plane", "Work N01: Buy"]);
    let groups: Vec<_> = read(&text).plan.groups.iter().map(|group| group.title.clone()).collect();
    assert_eq!(groups, ["Wood", "Iron"]);
    let stateless = text.replace("Status", "Part");
    assert_eq!(steps(&stateless), ["Work Phase 0: Wood", "Work Phase 1: Iron"]);
}

#[test]
fn tests_and_documents_of_a_board_are_rows_like_the_others() {
    let rows = |name: &str| {
        format!("### {name}\n\n| Task | Status |\n|---|---|\n| {name} one | ☐ |\n| {name} two | ☐ |\n\n")
    };
    let text =
        format!("# Board\n\n## P0\n\n{}{}## P1\n\n{}", rows("Wood"), rows("Documentation"), rows("Testing"));
    assert_eq!(
        steps(&text),
        [
            "Work Wood one",
            "Work Wood two",
            "Work Documentation one",
            "Work Documentation two",
            "Work Testing one",
            "Work Testing two"
        ]
    );
}

#[test]
fn a_column_of_numbered_tasks_needs_no_other() {
    let table = |cells: [&str; 2]| {
        format!("| Phase | Scope |\n|---|---|\n| {} | a |\n| {} | b |\n", cells[0], cells[1])
    };
    let text = |cells| format!("# Shelf\n\n## Delivery phases\n\n{}", table(cells));
    assert_eq!(steps(&text(["1. Saw", "2. Nail"])), ["Work Saw", "Work Nail"]);
    assert_eq!(steps(&text(["Saw", "Nail"])), Vec::<String>::new());
}

#[test]
fn boxes_of_a_checklist_that_are_called_tasks_come_before_numbered_headings() {
    let text = "# Shelf\n\n## Required Boards\n\n### 1. `oak`\n\n- Long\n\n### 2. `ash`\n\n- Short\n\n\
        ## Tasks Checklist\n\n### Phase 1: Wood\n\n- [ ] **Task 1.1**: Saw\n- [ ] **Task 1.2**: Plane\n";
    assert_eq!(steps(text), ["Work Task 1.1: Saw", "Work Task 1.2: Plane"]);
}

#[test]
fn numbered_headings_of_a_checklist_are_the_steps_where_nothing_else_is() {
    let text = "# Shelf\n\n## Parts\n\n| Part | Wood |\n|---|---|\n| Board | Oak |\n\n## Checklist\n\n### 1. Saw\n\n- [x] a\n- [ ] b\n\n\
        ### 2. Verify it\n\n1. Look\n\n### 3. Paint\n\ntext\n\n## Schedule\n\ntext\n";
    assert_eq!(steps(text), ["Work Saw", "Work Verify it", "Work Paint"]);
}

#[test]
fn the_versions_of_a_roadmap_are_its_steps() {
    let text = "# Roadmap\n\n## v0.1: File-first\n\n- Read\n- Write\n\n## v0.2: Polish\n\n- Shine\n";
    assert_eq!(steps(text), ["Work v0.1: File-first", "Work v0.2: Polish"]);
}

#[test]
fn bars_in_the_line_of_a_step_part_its_fields() {
    let text = "# Tasks\n\n## Status\n\n- [ ] `SP9-T1` Owner: Ann | Done when: it is cut | Verify: `make test | tee log`\n\
        - [ ] `SP9-T2` Owner: Bob | Depends on: SP9-T1 | Verify: `make lint`\n- [ ] T3 Sand it | by hand\n";
    assert_eq!(
        steps(text),
        ["Work SP9-T1: Owner: Ann", "Work SP9-T2: Owner: Bob", "Work T3: Sand it | by hand"]
    );
    let reading = read(text);
    assert_eq!(commands(&reading.plan), ["make test | tee log", "make lint"]);
    assert_eq!(reading.plan.steps.raw[0].criteria.raw[0].text, "it is cut");
    let explicit: Vec<usize> = reading
        .graph
        .dependencies(1.into())
        .iter()
        .filter(|edge| edge.explicit)
        .map(|edge| usize::from(edge.step))
        .collect();
    assert_eq!(explicit, [0]);
}

#[test]
fn small_codes_of_tasks_are_numbers() {
    let text =
        "# Plan\n\n## Tasks\n\n### t1 — Saw\n\n- covers: c8\n\n### t2 — docs: Nail\n\n- depends on: t1\n";
    assert_eq!(steps(text), ["Work t1: Saw", "Work t2: docs: Nail"]);
    assert!(
        read(text).graph.dependencies(1.into()).iter().any(|edge| edge.explicit && edge.step == 0.into())
    );
}

#[test]
fn headings_under_a_name_for_tasks_share_one_list() {
    let text = "# Shelf\n\n## Subtasks\n\n### Wood\n\n- [ ] Saw\n- [ ] Plane\n\n### Iron\n\n- [ ] Nail\n";
    assert_eq!(steps(text), ["Work Saw", "Work Plane", "Work Nail"]);
}

#[test]
fn numbered_headings_about_dependencies_are_work_beside_others() {
    let text = "# Shelf\n\n## What stays\n\n- Oak\n\n## What changes\n\n### 1. Dependencies\n\n- Glue\n\n### 2. Boards\n\ntext\n\n\
        ### 3. Nails\n\ntext\n";
    assert_eq!(steps(text), ["Work Dependencies", "Work Boards", "Work Nails"]);
}

#[test]
fn sections_are_named_in_other_languages_too() {
    let text = "# Regal\n\n## Ziel\n\n1. Schön\n\n## Umsetzungsschritte\n\n1. Sägen\n2. Nageln\n\n## Nächste Schritte\n\n1. Warten\n\n\
        ## Akzeptanzkriterien\n\n- [ ] Es steht\n";
    assert_eq!(steps(text), ["Work Sägen", "Work Nageln", "Acceptance Akzeptanzkriterien"]);
    let text = "# Estante\n\n## Pasos\n\n1. Cortar\n2. Clavar\n\n## Próximos pasos\n\n1. Pintar\n\n## Plan de contingencia\n\n1. Pegar\n";
    assert_eq!(steps(text), ["Work Cortar", "Work Clavar"]);
    let text = "# Полка\n\n## Шаги\n\n1. Пилить\n2. Прибить\n\n## Верификация\n\n- `make test`\n";
    assert_eq!(commands(&read(text).plan), ["make test"]);
}

#[test]
fn tasks_whose_numbers_start_again_are_one_list_in_groups() {
    let list = |name: &str, word: &str, titles: [&str; 2]| {
        format!(
            "## {name}\n\n### {word} 1: {}\n\n- [ ] a\n\n### {word} 2: {}\n\ntext\n\n",
            titles[0], titles[1]
        )
    };
    let plan = |names: [&str; 2], word: &str, second: [&str; 2]| {
        let lists = [list(names[0], word, ["Saw", "Plane"]), list(names[1], word, second)];
        steps(&format!("# Shelf\n\n{}", lists.concat()))
    };
    let rooms = ["Wood", "Iron"];
    let both = ["Work Task 1: Saw", "Work Task 2: Plane", "Work Task 1: Nail", "Work Task 2: Screw"];
    assert_eq!(plan(rooms, "Task", ["Nail", "Screw"]), both);
    assert_eq!(plan(rooms, "Task", ["Saw", "Screw"]).len(), 2);
    assert_eq!(plan(rooms, "Step", ["Nail", "Screw"]).len(), 2);
    assert_eq!(plan(["Option A", "Option B"], "Task", ["Nail", "Screw"]).len(), 2);
    let text = format!(
        "# Shelf\n\n## Steps\n\n#{}#{}",
        list("Wood", "#Step", ["Saw", "Plane"]),
        list("Iron", "#Step", ["Nail", "Screw"])
    );
    let text = text.replace("### #Step", "#### Step");
    assert_eq!(steps(&text).len(), 4);
    let reading = read(&text);
    let groups: Vec<_> = reading.plan.groups.iter().map(|group| group.title.clone()).collect();
    assert_eq!(groups, rooms);
    assert!(reading.diagnostics.iter().all(|found| found.code != "duplicate-id"));
}

#[test]
fn a_task_of_a_step_is_named_for_the_step() {
    let text = "# 架子\n\n## 1. 木工\n\n- [ ] 1.1 锯\n  - **依赖**：无\n  - **验收**：`make test` 通过\n- [ ] 1.2 刨\n  - **依赖**：1.1\n\n\
        ## 2. 油漆\n\n- [ ] 2.1 刷\n  - **依赖**：1.2\n";
    assert_eq!(steps(text), ["Work 木工", "Work 油漆"]);
    let reading = read(text);
    assert_eq!(commands(&reading.plan), ["make test"]);
    let explicit: Vec<Vec<usize>> = (0..2)
        .map(|step| {
            reading
                .graph
                .dependencies(step.into())
                .iter()
                .filter(|edge| edge.explicit)
                .map(|edge| usize::from(edge.step))
                .collect()
        })
        .collect();
    assert_eq!(explicit, [vec![], vec![0]]);
    assert!(reading.diagnostics.iter().all(|found| found.code != "unknown-reference"));
    let unknown = read(&text.replace("：1.2", "：1.7"));
    assert!(unknown.diagnostics.iter().any(|found| found.code == "unknown-reference"));
}

#[test]
fn bold_lines_that_go_on_are_steps_too() {
    let text = "# Shelf\n\n## Plan\n\n**Step 1: Saw.** Cut the board.\n\n- Oak\n\n**Step 2: Nail.** Nail it with `nails`.\n";
    assert_eq!(steps(text), ["Work Step 1: Saw", "Work Step 2: Nail"]);
    let topics = "# TODO\n\n## Shelf\n\n**Phase 1: Wood** `[big]`\n\n- [ ] Saw\n- [ ] Plane\n";
    assert_eq!(steps(topics), ["Work Saw", "Work Plane"]);
}

#[test]
fn a_wide_colon_is_a_colon() {
    let text = "# 架子\n\n## Phase 1：锯\n\n> 驗證方式：`make test`\n\n- [ ] a\n- 健康检查：`wget localhost`\n\n## Phase 2：钉\n\n- [ ] b\n";
    assert_eq!(commands(&read(text).plan), ["make test"]);
}

#[test]
fn a_log_of_boxes_comes_before_lines_that_have_none() {
    let plan = |numbered: &str| {
        format!(
            "# Runs\n\n## Progress\n\n- [x] Write the plan\n- [ ] Keep what was run\n- [ ] Go on from there\n\n\
             {numbered}\n\n1. Open the folder\n2. Run `make test`\n"
        )
    };
    let boxes = ["Work Write the plan", "Work Keep what was run", "Work Go on from there"];
    assert_eq!(steps(&plan("## Concrete Steps")), boxes);
    assert_eq!(steps(&plan("## Notes")), boxes);
    let detailed = plan("## Milestones\n\n### Milestone 1: Keep\n\na\n\n### Milestone 2: Go on\n\nb");
    assert_eq!(steps(&detailed), ["Work Milestone 1: Keep", "Work Milestone 2: Go on"]);
    assert_eq!(steps(&plan("## Tasks")), ["Work Open the folder", "Work Run `make test`"]);
    let checklist = plan("## Concrete Steps").replace("## Progress", "## Release checklist");
    assert_eq!(steps(&checklist), ["Work Open the folder", "Work Run `make test`"]);
}

#[test]
fn a_column_says_who_does_a_row() {
    let text = "# Launch\n\n| ID | Task | Owner | Status |\n|---|---|---|---|\n| C1 | Saw | Eng | open |\n\
                | C2 | Ask the bank | **Founder** | open |\n| C3 | Nail | Eng + Founder | open |\n";
    assert_eq!(steps(text), ["Work Saw", "Manual Ask the bank", "Work Nail"]);
}
