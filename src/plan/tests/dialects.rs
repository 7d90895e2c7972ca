//! The five template dialects, filled in: what is read from each.

use super::super::*;

#[test]
fn dump() {
    let Ok(path) = std::env::var("PLAN_DUMP") else { return };
    let text = std::fs::read_to_string(path).unwrap();
    let reading = read(&text);
    println!("{}", shown(&reading));
    for b in &reading.plan.boxes {
        println!("{:4} [{}] {:?} {:?} {} — {}", b.line, b.mark, b.role, b.step, b.text, b.reason);
    }
    println!(
        "{:#?}",
        (&reading.plan.metadata, &reading.plan.links, &reading.plan.open_questions, &reading.plan.criteria)
    );
    println!("context {:?}", reading.plan.context.iter().map(|p| &p.title).collect::<Vec<_>>());
    println!("rollback {:?}", reading.plan.rollback);
    for d in &reading.diagnostics {
        println!("{:?} {} {} {:?}", d.severity, d.code, d.message, d.help);
    }
}

/// One line a step and one for each of its parts.
fn shown(reading: &Reading) -> String {
    let mut lines = Vec::new();
    for &index in reading.graph.order() {
        let step = &reading.plan.steps[index];
        let group =
            step.group.map(|group| format!(" @{}", reading.plan.groups[group].label)).unwrap_or_default();
        lines.push(format!(
            "{:?} {} | {} | {}{group} {}-{}",
            step.kind, step.id, step.label, step.title, step.line, step.end_line
        ));
        lines.extend(step.files.iter().map(|file| format!("  file {file}")));
        lines.extend(step.references.iter().map(|reference| format!("  ref {:?}", reference.to)));
        lines.extend(step.fields.iter().map(|f| format!("  field {}={}", f.name, f.value)));
        for task in &step.tasks {
            let mark = task.check_box.map(|index| format!("[{}] ", reading.plan.boxes[index].mark));
            let kind = if task.deliverable {
                "deliverable"
            } else if task.optional {
                "optional"
            } else {
                "task"
            };
            lines.push(format!("  {kind} {}{}", mark.unwrap_or_default(), task.text));
        }
        for criterion in &step.criteria {
            let mark = criterion.check_box.map(|index| format!("[{}] ", reading.plan.boxes[index].mark));
            let what = match criterion.command() {
                Some(command) => format!(
                    "$ {}{}",
                    command.script.replace('\n', " && "),
                    command.dir.as_ref().map(|d| format!(" (in {d})")).unwrap_or_default()
                ),
                None => format!("{:?} {}", criterion.kind, criterion.text),
            };
            lines.push(format!("  must {}{what}", mark.unwrap_or_default()));
        }
    }
    lines.join("\n")
}
