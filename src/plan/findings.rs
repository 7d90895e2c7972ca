//! Finds what is wrong in a plan, or worth knowing before it runs.

pub(super) mod clarity;
pub(super) mod placeholders;
mod unread;

use std::borrow::Cow;
use std::collections::HashMap;

use super::candidates::{ListShape, Standing};
use super::check_box::{BoxRole, CheckBox};
use super::choice::{ListChoice, described};
use super::criterion::Criterion;
use super::diagnostic::{Diagnostic, Severity};
use super::names::lower;
use super::names::own_check::own_checks;
use super::sections::Sections;
use super::step::{Plan, Step, StepKind};
use crate::plan::GroupIndex;
use crate::plan::{Line, Span};

/// All of it.
pub(super) fn find(sections: &Sections<'_>, choice: &ListChoice, plan: &Plan) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    found.extend(no_steps(sections, plan));
    found.extend(guessed(sections, choice, plan));
    found.extend(competing(sections, choice, plan));
    found.extend(duplicate_ids(sections, plan));
    found.extend(no_command(sections, plan));
    found.extend(unchecked(sections, plan));
    found.extend(open_questions(sections, plan));
    found.extend(other_marks(plan));
    found.extend(link_definitions(sections));
    found.extend(placeholders::find(sections, plan));
    found.extend(clarity::find(sections, choice, plan));
    found.extend(unread::find(sections, choice, plan));
    found
}

pub(super) fn diagnostic(
    severity: Severity,
    code: &'static str,
    span: Span,
    message: impl Into<Cow<'static, str>>,
) -> Diagnostic {
    Diagnostic { severity, code, span, message: message.into(), help: None }
}

/// The text of a line, without the white space around.
pub(super) fn line_span(sections: &Sections<'_>, line: Line) -> Span {
    let document = &sections.document;
    let start = document.lines.start(line);
    let text = document.line(line);
    let body = text.trim_start();
    let start = start + text.len() - body.len();
    start..start + body.trim_end().len()
}

fn no_steps(sections: &Sections<'_>, plan: &Plan) -> Option<Diagnostic> {
    if !plan.steps.is_empty() {
        return None;
    }
    let mut misses = Vec::new();
    let mut span = 0..0;
    let labelled = sections.all.iter().filter(|section| section.title.keyword.is_some());
    for section in labelled.take(3) {
        let word = section.title.keyword.as_deref().unwrap_or_default();
        let heading = &sections.document.text[line_span(sections, section.line)];
        let around = section.parent.map(|parent| sections.all[parent].title.name()).unwrap_or_default();
        misses.push(if section.title.unit.is_some() {
            format!("`{heading}` looks like a step, but `{around}` is no place for steps")
        } else {
            format!("`{heading}` looks like a step, but `{word}` is not a word for a step")
        });
        if span.is_empty() {
            span = line_span(sections, section.line);
        }
    }
    if misses.is_empty() {
        misses.extend(boxes_elsewhere(plan));
    }
    let help = "write the steps as headings `### Step 1: Title`, or as a list of boxes `- [ ] Title`";
    misses.push(help.to_owned());
    Some(diagnostic(Severity::Error, "no-steps", span, "no steps found").help(misses.join("; ")))
}

fn boxes_elsewhere(plan: &Plan) -> Option<String> {
    let first = plan.boxes.first()?;
    Some(format!("the {} boxes of the file are no steps: the first is {}", plan.boxes.len(), first.reason))
}

/// Nothing says that this is the list of steps, but that nothing else is there.
fn guessed(sections: &Sections<'_>, choice: &ListChoice, plan: &Plan) -> Option<Diagnostic> {
    choice.chosen.as_ref().filter(|chosen| chosen.standing == Standing::Guess)?;
    let first = plan.steps.first()?;
    let message = format!("nothing here is called a step, so agentrun takes {} as the steps", choice.reason);
    let help = "put them under a heading `Implementation Steps`, or call them `Step 1: …`";
    Some(diagnostic(Severity::Warning, "guessed-steps", line_span(sections, first.line), message).help(help))
}

/// Another list of the same kind of thing was left out: the author may have meant that one.
fn competing(sections: &Sections<'_>, choice: &ListChoice, plan: &Plan) -> Vec<Diagnostic> {
    let others = choice.others.iter().filter(|other| {
        other.units.len() > 1
            && (matches!(other.standing, Standing::Named | Standing::Neutral)
                || (other.standing == Standing::Second && other.shape == ListShape::NamedHeadings))
            && !matches!(other.shape, ListShape::NamedLines | ListShape::Bullets | ListShape::PlainHeadings)
    });
    let mut found = Vec::new();
    for other in others {
        let Some(unit) = other.units.first() else { continue };
        let line = unit.place.line(sections);
        let before = plan.steps.partition_point(|step| step.line <= line);
        let inside = plan.steps[..before].last().is_some_and(|step| step.end_line >= line);
        let grouped = plan.groups.iter().any(|group| group.line == line);
        if !inside && !grouped {
            let message = format!(
                "the steps are {}; another list is not used: {} ({})",
                choice.reason,
                described(other.shape),
                other.units.len()
            );
            let help = "`agentrun check --explain` shows why";
            let span = line_span(sections, line);
            found.push(diagnostic(Severity::Note, "competing-steps", span, message).help(help));
        }
    }
    found
}

/// Numbers start again in each phase of many real plans, so a repeated id is an error only inside one
/// group, where nothing could tell the two apart.
fn duplicate_ids(sections: &Sections<'_>, plan: &Plan) -> Vec<Diagnostic> {
    let mut seen: HashMap<(Option<GroupIndex>, Cow<'_, str>), &Step> = HashMap::new();
    let mut anywhere: HashMap<Cow<'_, str>, &Step> = HashMap::new();
    let mut found = Vec::new();
    // A step without an id of its own by now has one that is repeated, or none.
    for step in plan.steps.iter().filter(|step| step.id.is_empty() && !step.author_id.is_empty()) {
        let name = if step.label.is_empty() { &step.author_id } else { &step.label };
        let key = lower(name);
        let span = line_span(sections, step.line);
        let near = seen.insert((step.group, key.clone()), step);
        let far = anywhere.insert(key, step);
        match (near, far) {
            (Some(first), _) if !step.label.is_empty() => {
                let message = format!("two steps are called `{name}`; the first is on line {}", first.line);
                let help = "give one of them another number";
                found.push(diagnostic(Severity::Error, "duplicate-id", span, message).help(help));
            }
            (_, Some(first)) if step.label.is_empty() || first.group == step.group => {
                let message =
                    format!("the id `{name}` is also on line {}: its place names this step", first.line);
                let help = "give it an id of its own, so that other steps can name it";
                found.push(diagnostic(Severity::Warning, "duplicate-id", span, message).help(help));
            }
            _ => {}
        }
    }
    found
}

/// What the plan's own validation section says without a command, and no step has.
fn unchecked(sections: &Sections<'_>, plan: &Plan) -> Option<Diagnostic> {
    let mut unchecked =
        plan.criteria.iter().filter(|found| found.command().is_none() && found.refused.is_none());
    let first = unchecked.next()?;
    let more = match unchecked.count() {
        0 => String::new(),
        1 => ", and neither does 1 more below".to_owned(),
        count => format!(", and neither do {count} more below"),
    };
    let message = format!("this is about the whole plan and has no command that agentrun runs{more}");
    let help = "look at it yourself, or give it a box: then it is decided after the last step";
    Some(diagnostic(Severity::Note, "nobody-checks", line_span(sections, first.line), message).help(help))
}

fn no_command(sections: &Sections<'_>, plan: &Plan) -> Vec<Diagnostic> {
    let may_run =
        |criterion: &Criterion| criterion.command().is_some() || !own_checks(&criterion.text).is_empty();
    if plan.criteria.iter().any(may_run) {
        return Vec::new();
    }
    let without = |step: &&Step| {
        matches!(step.kind, StepKind::Work | StepKind::Closing) && !step.criteria.iter().any(may_run)
    };
    let steps: Vec<&Step> = plan.steps.iter().filter(without).collect();
    let about = |step: &Step, message: Cow<'static, str>, help: &'static str| {
        let span = line_span(sections, step.line);
        diagnostic(Severity::Warning, "no-command", span, message).help(help)
    };
    match steps.as_slice() {
        [first, _, _, _, ..] => {
            let message =
                format!("nothing in {} steps can be run to validate them; this is the first", steps.len());
            let help = "add criteria with a command: ``- [ ] `cargo test` passes``; or commands for every step, \
                under a heading `Validation`";
            vec![about(first, message.into(), help)]
        }
        few => {
            let message = "nothing in this step can be run to validate it";
            let help = "add a criterion with a command: ``- [ ] `cargo test` passes``";
            few.iter().map(|step| about(step, message.into(), help)).collect()
        }
    }
}

fn open_questions(sections: &Sections<'_>, plan: &Plan) -> Vec<Diagnostic> {
    let ticked = |line: Line| {
        let first = plan.boxes.partition_point(|check_box| check_box.line < line);
        plan.boxes.get(first).is_some_and(|check_box| check_box.line == line && check_box.ticked())
    };
    let open = plan.open_questions.iter().filter(|question| !ticked(question.line));
    open.map(|question| {
        let message = format!("open question: {}", question.value);
        diagnostic(Severity::Warning, "open-question", line_span(sections, question.line), message)
            .help("answer it in the plan and remove the question")
    })
    .collect()
}

/// Each mark once, where it stands first: many authors have one of their own.
fn other_marks(plan: &Plan) -> Vec<Diagnostic> {
    let other = |check_box: &&CheckBox| !matches!(check_box.mark, ' ' | 'x' | 'X');
    let mut found: Vec<OtherMark> = Vec::new();
    for check_box in plan.boxes.iter().filter(other) {
        let mark = OtherMark::of(check_box);
        let known = found.iter_mut().find(|known| known.shown == mark.shown && known.begun == mark.begun);
        match known {
            Some(known) => known.count += 1,
            None => found.push(mark),
        }
    }
    found.into_iter().map(OtherMark::diagnostic).collect()
}

/// A mark that is neither open nor done.
struct OtherMark {
    shown: String,
    /// It is read as in progress.
    begun: bool,
    count: usize,
    /// Where it stands first.
    span: Span,
}

impl OtherMark {
    fn of(check_box: &CheckBox) -> Self {
        let end = check_box.mark_at + check_box.mark.len_utf8();
        let (span, shown) = match &check_box.word {
            Some(word) => (word.span.clone(), word.text.clone()),
            None => (check_box.mark_at - 1..end + 1, check_box.mark.to_string()),
        };
        let begun = check_box.tickable() && check_box.role != BoxRole::Ignored;
        Self { shown, begun, count: 1, span }
    }

    fn diagnostic(self) -> Diagnostic {
        let kept = if self.begun { "read as in progress" } else { "kept as it is" };
        let times = if self.count > 1 { format!(", {} times", self.count) } else { String::new() };
        let message = format!("the mark `{}` is {kept}{times}", self.shown);
        diagnostic(Severity::Note, "other-mark", self.span, message)
            .help("open is `[ ]` or `pending`, done is `[x]` or `completed`, in progress is `[~]`")
    }
}

/// `[x]: /url` turns every `[x]` of other readers into a link.
fn link_definitions(sections: &Sections<'_>) -> Vec<Diagnostic> {
    let document = &sections.document;
    let mut found = Vec::new();
    for (at, _) in document.text.match_indices("]:") {
        let line = document.lines.line_of(at);
        let span = line_span(sections, line);
        let definition = document.text.get(span.start..at + 2).unwrap_or_default();
        let indent = span.start - document.lines.start(line);
        if matches!(definition, "[x]:" | "[X]:" | "[ ]:") && indent <= 3 && !document.in_code(span.start) {
            let message = format!("`{definition}` is a link definition: other readers show boxes as links");
            let help = "take it out, or give the link another name";
            found.push(diagnostic(Severity::Warning, "link-definition", span, message).help(help));
        }
    }
    found
}

#[cfg(test)]
mod tests;
