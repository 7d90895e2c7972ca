//! Shows how a plan was read: the lists that could be its steps, and the rule behind each criterion and box.

use std::fmt::Write;

use crate::plan::{BoxRole, Criterion, CriterionKind, Reading, StepIndex, StepKind, StepList};

/// The explanation of a plan, one fact a line, each with its place in the file.
pub(crate) fn render(path: &str, reading: &Reading) -> String {
    let mut text = String::new();
    for (index, list) in reading.lists.iter().enumerate() {
        let verdict = match (index, reading.lists.first()) {
            (0, _) => "these are the steps".to_owned(),
            (_, Some(chosen)) => format!("not taken: {}", less(list, chosen)),
            (_, None) => String::new(),
        };
        let place = if list.place.is_empty() { String::new() } else { format!(" under `{}`", list.place) };
        let (line, what, entries) = (list.line, list.what, list.entries);
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{path}:{line}: {what}{place} ({entries}): {verdict}");
    }
    for step in reading.graph.order() {
        explain_step(&mut text, path, reading, *step);
    }
    let plan = &reading.plan;
    for criterion in &plan.criteria {
        let holder = if criterion.command().is_some() { "of every step" } else { "of the whole plan" };
        let (line, kind) = (criterion.line, kind_of(criterion));
        let _ =
            writeln!(text, "{path}:{line}: criterion {holder}, {kind}: {}{}", criterion.why, more(criterion));
    }
    for aside in &plan.asides {
        let _ = writeln!(text, "{path}:{}: no criterion: {}", aside.line, aside.why);
    }
    for check_box in &plan.boxes {
        let step = check_box.step.and_then(|step| plan.steps.get(step));
        let step = step.map_or(String::new(), |step| format!(" of step {}", step.id));
        let (line, role) = (check_box.line, role(check_box.role));
        let _ = writeln!(text, "{path}:{line}: box, {role}{step}: {}", check_box.reason);
    }
    text
}

fn explain_step(text: &mut String, path: &str, reading: &Reading, index: StepIndex) {
    let step = &reading.plan.steps[index];
    let kind = match step.kind {
        StepKind::Work => "work",
        StepKind::Prerequisite => "criteria that must hold first",
        StepKind::Closing => "work after the last step",
        StepKind::Manual => "for a person",
        StepKind::Acceptance => "criteria of the whole plan",
    };
    let _ = writeln!(text, "{path}:{}: step {}: {} ({kind})", step.line, step.id, step.name());
    for criterion in &step.criteria {
        let (line, kind) = (criterion.line, kind_of(criterion));
        let _ = writeln!(text, "{path}:{line}:   criterion, {kind}: {}{}", criterion.why, more(criterion));
    }
    for aside in &step.asides {
        let _ = writeln!(text, "{path}:{}:   no criterion: {}", aside.line, aside.why);
    }
}

fn kind_of(criterion: &Criterion) -> &'static str {
    match &criterion.kind {
        CriterionKind::Command(_) => "a command",
        CriterionKind::Prose => "prose",
        CriterionKind::Manual => "for a person",
        CriterionKind::Files(_) => "files",
    }
}

/// What is expected of a command, what it does, and what its sentence says besides.
fn more(criterion: &Criterion) -> String {
    let mut more = String::new();
    if let Some(command) = criterion.command().filter(|command| !command.expectation.is_success()) {
        more.push_str("; ");
        more.push_str(&command.expectation.say());
    }
    if criterion.command().is_some_and(|command| command.changes) {
        more.push_str("; it changes the project, so it runs after the work only");
    }
    if let Some(refused) = &criterion.refused {
        more.push_str("; it would ");
        more.push_str(refused.would);
    }
    if criterion.says_more {
        more.push_str("; its sentence says more, which is judged");
    }
    more
}

/// What spoke against a list.
fn less(list: &StepList, chosen: &StepList) -> String {
    let points = |list: &StepList| list.place_points + list.shape_points;
    let mut reasons = Vec::new();
    if list.place_points < chosen.place_points {
        reasons.push("its place is less certain");
    }
    if list.shape_points < chosen.shape_points {
        reasons.push("its form is less clear");
    }
    if points(list) == points(chosen) {
        reasons.push("it has less detail");
    }
    format!("{} ({} points against {})", reasons.join(", "), points(list), points(chosen))
}

fn role(role: BoxRole) -> &'static str {
    match role {
        BoxRole::Task => "task",
        BoxRole::Criterion => "criterion",
        BoxRole::Step => "step",
        BoxRole::Group => "group",
        BoxRole::Mirror => "mirror",
        BoxRole::Optional => "optional",
        BoxRole::Prerequisite => "prerequisite",
        BoxRole::Closing => "closing",
        BoxRole::Manual => "manual",
        BoxRole::Acceptance => "acceptance",
        BoxRole::OpenQuestion => "open question",
        BoxRole::Ignored => "ignored",
    }
}
