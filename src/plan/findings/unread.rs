//! Finds what would be lost: open boxes that belong to no step, and steps that are missing in a series.

use crate::plan::BoxIndex;
use crate::plan::check_box::BoxRole;
use crate::plan::choice::ListChoice;
use crate::plan::diagnostic::{Diagnostic, Severity};
use crate::plan::findings::{diagnostic, line_span};
use crate::plan::names::vocabulary::LATER;
use crate::plan::names::{self, Role, has_words};
use crate::plan::sections::Sections;
use crate::plan::step::{Plan, Step, StepKind};

const HELP: &str = "put it under a step, tick it, or run with --allow-unread";

const LOG: &str = "agentrun neither carries it out nor ticks it; if it is work, put it under a step";

/// All of it.
pub(in crate::plan) fn find(sections: &Sections<'_>, choice: &ListChoice, plan: &Plan) -> Vec<Diagnostic> {
    if choice.chosen.is_none() {
        return Vec::new();
    }
    lost_boxes(sections, plan).into_iter().chain(holes(sections, plan)).collect()
}

/// Open boxes of no step, one diagnostic for those of one section.
fn lost_boxes(sections: &Sections<'_>, plan: &Plan) -> Vec<Diagnostic> {
    let is_lost = |index: &BoxIndex| {
        let found = &plan.boxes[*index];
        let open = found.mark == ' ' && found.role == BoxRole::Ignored && found.step.is_none();
        open && !is_left_on_purpose(sections, found.mark_at)
    };
    let lost: Vec<BoxIndex> = plan.boxes.keys().filter(is_lost).collect();
    let section = |index: &BoxIndex| sections.heading_of(sections.at(plan.boxes[*index].mark_at));
    let groups = lost.chunk_by(|one, other| section(one) == section(other));
    let about = |boxes: &[BoxIndex]| {
        let first = &plan.boxes[*boxes.first()?];
        let name = sections.all[section(boxes.first()?)].title.name();
        let place = if name.is_empty() { String::new() } else { format!(" under `{name}`") };
        let message = match boxes.len() {
            1 => format!("this open box{place} belongs to no step"),
            count => format!("{count} open boxes{place} belong to no step"),
        };
        let span = line_span(sections, first.line);
        // A log of progress is kept by whoever works, and is no list of work.
        let is_log = sections.all[sections.at(first.mark_at)].role == Some(Role::Progress);
        let (severity, help) = if is_log { (Severity::Note, LOG) } else { (Severity::Error, HELP) };
        Some(diagnostic(severity, "unread-box", span, message).help(help))
    };
    groups.filter_map(about).collect()
}

/// It stands where nothing is work of this plan: a rollout, a question, another plan's future.
fn is_left_on_purpose(sections: &Sections<'_>, at: usize) -> bool {
    let section = sections.at(at);
    let never = matches!(
        sections.all[section].role,
        Some(Role::Rollout | Role::Rollback | Role::Timeline | Role::History | Role::OpenQuestions)
    ) || sections.is_owned(&sections.all[section]);
    let is_later = |name: &str| {
        let said = names::spoken(name);
        LATER.split(", ").any(|phrase| has_words(&said, phrase))
    };
    never || sections.around(section).any(|around| is_later(&sections.all[around].title.text))
}

/// `Step 1`, `Step 2`, `Step 4`: a number that no step of the series has.
fn holes(sections: &Sections<'_>, plan: &Plan) -> Vec<Diagnostic> {
    let counted = |step: &Step| {
        let word = step.label.strip_suffix(&step.author_id)?.trim();
        let number: u32 = step.author_id.parse().ok()?;
        (!word.is_empty()).then(|| (word.to_owned(), number))
    };
    let in_order = plan.steps.iter().filter(|step| matches!(step.kind, StepKind::Work | StepKind::Manual));
    let all: Vec<_> = in_order.filter_map(|step| Some((step, counted(step)?))).collect();
    let mut found = Vec::new();
    for pair in all.windows(2) {
        let [(one, (word, before)), (other, (next, behind))] = pair else { continue };
        let jumps = word == next && one.group == other.group && *behind > before + 1;
        // `Tasks 1-3` has all of them.
        let jumps = jumps
            && !plan
                .steps
                .iter()
                .any(|step| step.author_id.contains('-') && step.label.starts_with(word.as_str()));
        if jumps && !all.iter().any(|(_, (known, number))| known == word && *number == before + 1) {
            let message = format!("`{word} {}` is missing before this", before + 1);
            let help = "number the steps without a gap, or run with --allow-unread";
            let span = line_span(sections, other.line);
            found.push(diagnostic(Severity::Error, "missing-step", span, message).help(help));
        }
    }
    found
}
