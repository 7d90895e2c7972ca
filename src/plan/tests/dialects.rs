//! The five template dialects, filled in: the steps that are read from each.

use crate::plan::{BoxIndex, CriterionKind, Reading, Severity, StepIndex, read};

/// One line for a step, and one for each of its parts.
fn shown(text: &str) -> String {
    let reading = read(text);
    let mut lines = vec![format!("# {}", reading.plan.title.as_deref().unwrap_or_default())];
    for &index in reading.graph.order() {
        lines.extend(step_lines(&reading, index));
    }
    let errors = reading.diagnostics.iter().filter(|diagnostic| diagnostic.severity != Severity::Note);
    lines.extend(errors.map(|diagnostic| format!("{:?}: {}", diagnostic.severity, diagnostic.message)));
    lines.join("\n")
}

fn step_lines(reading: &Reading, index: StepIndex) -> Vec<String> {
    let plan = &reading.plan;
    let step = &plan.steps[index];
    let edges = reading.graph.dependencies(index).iter();
    let needs: Vec<String> = edges
        .map(|edge| format!("{}{}", if edge.explicit { "" } else { "~" }, plan.steps[edge.step].id))
        .collect();
    let mark = |check_box: Option<BoxIndex>| {
        check_box.map(|index| format!("[{}] ", plan.boxes[index].mark)).unwrap_or_default()
    };
    let mut lines = vec![format!("{:?} {} {:?} <- {}", step.kind, step.id, step.name(), needs.join(" "))];
    lines.extend(step.tasks.iter().map(|task| {
        let kind = if task.deliverable { "leave" } else { "do" };
        format!("  {kind} {}{}", mark(task.check_box), task.text)
    }));
    lines.extend(step.criteria.iter().map(|criterion| {
        let what = match &criterion.kind {
            CriterionKind::Command(command) => {
                let dir = command.dir.as_ref().map(|dir| format!("(in {dir}) ")).unwrap_or_default();
                format!("{dir}$ {}", command.script.replace('\n', "; "))
            }
            CriterionKind::Prose => format!("prose: {}", criterion.text),
            CriterionKind::Manual => format!("manual: {}", criterion.text),
            CriterionKind::Files(files) => format!("files: {}", files.join(" ")),
        };
        format!("  must {}{what}", mark(criterion.check_box))
    }));
    lines
}

#[test]
fn steps_with_tasks_and_validation_criteria() {
    let text = include_str!("../../../tests/fixtures/plans/steps.md");
    insta::assert_snapshot!(shown(text), @r#"
    # A greeting in two languages
    Prerequisite #1 "Prerequisites" <- 
      must [x] $ test -d .
      must prose: Somebody who reads German is at hand
    Work 1 "Step 1: Write the English greeting" <- ~#1
      do [ ] Create `src/greet.txt`
      do [ ] Let its first line say hello to the world
      must [ ] $ test -f src/greet.txt
      must [ ] $ grep -q hello src/greet.txt
      must [ ] files: src/greet.txt
    Work 2 "Step 2: Add the German greeting" <- ~1
      do [ ] Create `src/greet.de.txt`
      do [ ] Say "hallo" in it
      must [ ] $ grep -q hallo src/greet.de.txt
      must [ ] prose: The German reads well
      must [ ] files: src/greet.de.txt
    Work 3 "Step 3: Check both with one script" <- 1 2
      do [ ] Create `checks/all.sh`
      do [ ] Let it look for both files
      must [ ] $ sh checks/all.sh
      must [ ] $ grep -q greet.de checks/all.sh
      must [ ] files: checks/all.sh
    Closing #5 "Unit Tests" <- ~3
      do [ ] List the cases in `checks/cases.txt`
      must [ ] $ test -s checks/cases.txt
    Closing #6 "Integration Tests" <- ~#5
      must [ ] $ sh checks/all.sh && test -f src/greet.txt
    Closing #7 "Documentation Requirements" <- ~#6
      do [ ] Name the greetings in `README.md`
    Acceptance #8 "Success Metrics" <- ~#7
      must $ grep -ril hel src
      must prose: Nobody asks where the greeting is
    Warning: nothing in this step can be run to validate it
    "#);
}

#[test]
fn phases_of_steps_with_fields() {
    let text = include_str!("../../../tests/fixtures/plans/fields.md");
    insta::assert_snapshot!(shown(text), @r#"
    # Implementation Plan: a word counter for notes
    Work 1.1 "Step 1.1: Write two notes" <- 
      must $ test -s notes/one.txt
      must $ test -s notes/two.txt
    Work 1.2 "Step 1.2: Count the words" <- 1.1
      must $ sh bin/count.sh
    Work 2.1 "Step 2.1: Describe the script" <- 1.1 1.2
      must $ grep -q count.sh docs/count.md
      must prose: The page fits on one screen
    Work 2.2 "Step 2.2: Link the page" <- 1.2 2.1
      must $ grep -q count.md docs/index.md
    Closing #5 "Unit Tests" <- ~2.2
      do [ ] A note without words counts as nothing
      must [ ] $ sh bin/count.sh
    Closing #6 "Integration Tests" <- ~#5
      do [ ] Write the command of the page into `checks/page.txt`
      must [ ] files: checks/page.txt
    Manual #7 "Manual Testing" <- ~#6
      must [ ] manual: The output is easy to read
      must [ ] manual: The page is easy to find
    Acceptance #8 "Success Criteria" <- ~#6
      must [ ] $ test -f bin/count.sh
      must [ ] prose: It takes less than a second
      must [ ] prose: Writers use it
    Warning: nothing in this step can be run to validate it
    "#);
}

#[test]
fn phases_with_numbered_tasks() {
    let text = include_str!("../../../tests/fixtures/plans/phases.md");
    insta::assert_snapshot!(shown(text), @r##"
    # Implementation Plan: Guest list
    Work 1 "Phase 1: Collect the names" <- 
      do Create `data/guests.txt`
      do Write one name a line, at least ada and bob
      leave `grep -q ada data/guests.txt` finds the first guest
      must $ grep -q ada data/guests.txt
      must $ test -s data/guests.txt
    Work 2 "Phase 2: Sort them" <- ~1
      do Write the sorted names to `out/sorted.txt`
      do Leave `data/guests.txt` as it is
      leave A sorted list
      must prose: A sorted list
      must $ sort -c out/sorted.txt
      must $ test -s out/sorted.txt
    Work 3 "Phase 3: Count them" <- ~2
      do Write the number of guests to `out/count.txt`
      leave The number of guests
      must prose: The number of guests
      must (in out) $ test -s count.txt
    Acceptance #4 "Success Criteria" <- ~3
      must $ test -s out/count.txt
      must prose: The host is content
    Warning: open question: Does the cat count as a guest?
    "##);
}

#[test]
fn numbered_sections_with_line_ends_of_two_bytes() {
    let text = include_str!("../../../tests/fixtures/plans/numbered.md");
    insta::assert_snapshot!(shown(text), @r#"
    # Implementation Plan - Weather diary
    Prerequisite #1 "Dependencies & Prerequisites" <- 
      must [x] prose: A window to look out of
      must [ ] $ test -w .
    Work 1 "Phase 1: Write the diary" <- ~#1
      do Create `diary/days.txt`
      do Write three days, one of them sunny
      must $ test -s diary/days.txt; grep -q sunny diary/days.txt
    Work 2 "Phase 2: Sum it up" <- ~1
      do Count the sunny days
      do Write "sunny: " and the number to `diary/summary.txt`
      must $ grep -q '^sunny: ' diary/summary.txt
    Manual #4 "Manual Testing Checklist" <- ~2
      must [ ] manual: Yesterday is right
      must [ ] manual: The summary is easy to read
    Closing #5 "Documentation Updates" <- ~2
      do [ ] Describe the two files in `diary/README.md`
    Acceptance #6 "Acceptance" <- ~#5
      must prose: Days: one line for every day
      must prose: Readers: two or more
      must [ ] $ test -s diary/summary.txt
      must [ ] prose: Documentation updated
      must [ ] prose: All phases done
    Warning: nothing in this step can be run to validate it
    Warning: open question: Is hail rain?
    "#);
}

#[test]
fn phases_with_priority_and_no_final_newline() {
    let text = include_str!("../../../tests/fixtures/plans/priority.md");
    insta::assert_snapshot!(shown(text), @r#"
    # Implementation Plan: Recipe box
    Work 1 "Phase 1: Foundation" <- 
      do [ ] Create the folder `recipes`
      do [ ] Write a recipe for soup
      leave [ ] `test -d recipes` passes
      leave [ ] The soup is written down: `grep -qi water recipes/soup.txt`
      must [ ] $ test -d recipes
      must [ ] $ grep -qi water recipes/soup.txt
    Work 2 "Phase 2: Core Features" <- 1
      do [ ] Write a recipe for bread
      do [ ] Write an index of both
      leave [ ] `test -f recipes/bread.txt` passes
      leave [ ] `grep -q bread recipes/index.txt` passes
      leave [ ] The index is sorted
      must [ ] $ test -f recipes/bread.txt
      must [ ] $ grep -q bread recipes/index.txt
      must [ ] prose: The index is sorted
    Work 3 "Phase 3: Enhancement & Polish" <- 2
      do [ ] Say in every recipe how long it takes
      leave [ ] `grep -q minutes recipes/soup.txt && grep -q minutes recipes/bread.txt` passes
      must [ ] $ grep -q minutes recipes/soup.txt && grep -q minutes recipes/bread.txt
    Work 4 "Phase 4: Testing & Deployment" <- 1 2 3
      do [ ] Write `checks/recipes.sh`, which looks for every recipe of the index
      do [ ] Run it
      leave [ ] `sh checks/recipes.sh` passes
      must [ ] $ sh checks/recipes.sh
      must [ ] files: checks/recipes.sh
    Acceptance #5 "Acceptance" <- ~4
      must prose: **Performance**: a recipe is found in ten seconds
      must prose: **User Satisfaction**: the plates are empty
      must [ ] prose: All implementation phases complete
      must [ ] $ test -f recipes/index.txt
      must [ ] prose: Documentation complete
    "#);
}
