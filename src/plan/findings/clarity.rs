//! Finds what agentrun may understand otherwise than the author meant it.

use std::collections::HashSet;

use crate::plan::Line;
use crate::plan::StepIndex;
use crate::plan::candidates::{Candidate, UnitPlace};
use crate::plan::check_box::{BoxRole, CheckBox};
use crate::plan::choice::ListChoice;
use crate::plan::criterion::CriterionKind;
use crate::plan::diagnostic::{Diagnostic, Severity};
use crate::plan::document::BlockKind;
use crate::plan::findings::{diagnostic, line_span};
use crate::plan::names::done::says_done;
use crate::plan::names::own_check::own_checks;
use crate::plan::names::{is_vague, words};
use crate::plan::sections::Sections;
use crate::plan::sections::leak;
use crate::plan::step::{Plan, StepKind};

/// A step of more bytes fills the view of an agent before it has read a file.
const LARGEST_STEP: usize = 40_000;
/// A step of more tasks is a plan of its own.
const MOST_TASKS: usize = 50;
/// So few words are never longer.
const VAGUE_BYTES: usize = 120;
/// A criterion of more words says more than that something works.
const VAGUE_WORDS: usize = 6;

/// All of it.
pub(in crate::plan) fn find(sections: &Sections<'_>, choice: &ListChoice, plan: &Plan) -> Vec<Diagnostic> {
    let mut found = code_blocks(sections);
    found.extend(huge_steps(sections, plan));
    found.extend(vague_criteria(sections, plan));
    found.extend(done_with_open_boxes(sections, choice, plan));
    found.extend(ticked_around_open(sections, plan));
    found.extend(done_in_words(sections, plan));
    found
}

/// Boxes in code, and fences that end too early.
fn code_blocks(sections: &Sections<'_>) -> Vec<Diagnostic> {
    let document = &sections.document;
    let mut found = Vec::new();
    for (index, block) in document.blocks.iter_enumerated() {
        let BlockKind::Code(code) = &block.kind else { continue };
        if code.literal.contains("[ ]") || code.literal.contains("[x]") {
            let is_box = |line: &Line| holds_box(document.line(*line));
            let mut lines = block.line.until(block.end_line.next()).filter(is_box);
            if let Some(first) = lines.next() {
                let message = format!("{} in code: no task, and never ticked", boxes(1 + lines.count()));
                let help = "if it is work, move it out of the block; if not, ignore this note";
                let span = line_span(sections, first);
                found.push(diagnostic(Severity::Note, "box-in-code", span, message).help(help));
            }
        }
        if leak::is_cut_short(document, index) {
            let message = format!(
                "a fence inside this block ends it on line {}: the rest of the block is read as part of the plan",
                block.end_line
            );
            let span = line_span(sections, block.line);
            let help = "open and close it with four backticks";
            found.push(diagnostic(Severity::Warning, "short-fence", span, message).help(help));
        }
    }
    found
}

fn boxes(count: usize) -> String {
    if count == 1 { "a box".to_owned() } else { format!("{count} boxes") }
}

fn holds_box(line: &str) -> bool {
    let body = line.trim_start().trim_start_matches(|c: char| c.is_ascii_digit());
    let text = body.strip_prefix(['-', '*', '+', '.', ')']).unwrap_or_default().trim_start();
    text.starts_with("[ ] ") || text.starts_with("[x] ")
}

fn huge_steps(sections: &Sections<'_>, plan: &Plan) -> Vec<Diagnostic> {
    let work = plan.steps.iter().filter(|step| step.kind == StepKind::Work);
    let huge = work.filter(|step| step.span.len() > LARGEST_STEP || step.tasks.len() > MOST_TASKS);
    huge.map(|step| {
        let (lines, tasks) = (step.line.count_to(step.end_line), step.tasks.len());
        let message = format!("this step has {lines} lines and {tasks} tasks: much for one agent");
        let help = "divide it into steps that can be validated one by one";
        diagnostic(Severity::Warning, "huge-step", line_span(sections, step.line), message).help(help)
    })
    .collect()
}

/// Criteria in prose that say no more than that something is good.
fn vague_criteria(sections: &Sections<'_>, plan: &Plan) -> Vec<Diagnostic> {
    let criteria = plan.steps.iter().flat_map(|step| &step.criteria);
    let prose = criteria.filter(|criterion| criterion.kind == CriterionKind::Prose);
    let says_little = |text: &str| {
        if text.len() > VAGUE_BYTES {
            return false;
        }
        let exact = text.bytes().any(|byte| byte == b'`' || byte.is_ascii_digit());
        let said = words(text);
        let short = said.split(' ').count() <= VAGUE_WORDS;
        let own = !own_checks(text).is_empty();
        !exact && !own && short && (said.is_empty() || is_vague(&said))
    };
    let mut seen = HashSet::new();
    let vague = prose.filter(|criterion| says_little(&criterion.text) && seen.insert(criterion.span.start));
    vague
        .map(|criterion| {
            let message = "nobody can tell whether this holds";
            let help = "say what a person would see, or name a command: `make test` passes";
            let span = line_span(sections, criterion.line);
            diagnostic(Severity::Warning, "vague-criterion", span, message).help(help)
        })
        .collect()
}

/// A heading that says done above boxes that do not.
fn done_with_open_boxes(sections: &Sections<'_>, choice: &ListChoice, plan: &Plan) -> Vec<Diagnostic> {
    let is_open = |found: &&CheckBox| {
        found.mark == ' ' && !matches!(found.role, BoxRole::Mirror | BoxRole::Optional | BoxRole::Ignored)
    };
    let mut open: Vec<StepIndex> = plan.boxes.iter().filter(is_open).filter_map(|found| found.step).collect();
    open.dedup();
    let steps = open.iter().map(|step| plan.steps[*step].line);
    let groups = open.iter().filter_map(|step| plan.steps[*step].group);
    let groups = groups.filter_map(|group| plan.groups.get(group)).map(|group| group.line);
    let mut lines: Vec<Line> = steps.chain(groups).collect();
    lines.sort_unstable();
    lines.dedup();
    let rows = choice.chosen.as_ref().is_some_and(is_of_entries);
    let says_done = |line: &Line| {
        let span = line_span(sections, *line);
        !rows && says_done(&sections.document.text[span])
    };
    lines
        .into_iter()
        .filter(says_done)
        .map(|line| {
            let message = "this says that it is done, and has open boxes: the boxes count";
            let help = "tick the boxes, or remove the word";
            diagnostic(Severity::Warning, "contradictory-status", line_span(sections, line), message)
                .help(help)
        })
        .collect()
}

/// The state of an entry is its box.
fn is_of_entries(candidate: &Candidate) -> bool {
    candidate.units.first().is_some_and(|unit| matches!(unit.place, UnitPlace::Entry { .. }))
}

/// A ticked box that holds an open one.
fn ticked_around_open(sections: &Sections<'_>, plan: &Plan) -> Vec<Diagnostic> {
    let open =
        plan.boxes.iter().filter(|check_box| check_box.mark == ' ' && check_box.role != BoxRole::Optional);
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    for check_box in open {
        let Some(parent) = check_box.parent.filter(|parent| plan.boxes[*parent].ticked()) else { continue };
        if plan.boxes[parent].role == BoxRole::Ignored || !seen.insert(parent) {
            continue;
        }
        let message = format!("this box is ticked, but the box inside it on line {} is not", check_box.line);
        let help = "untick it, or tick the boxes inside it";
        let span = line_span(sections, plan.boxes[parent].line);
        found.push(diagnostic(Severity::Warning, "contradictory-status", span, message).help(help));
    }
    found
}

/// Steps that say themselves that they are done, and have no box that says so.
fn done_in_words(sections: &Sections<'_>, plan: &Plan) -> Vec<Diagnostic> {
    let done = plan.steps.iter().filter(|step| step.said_done);
    done.map(|step| {
        let message = "this says that it is done, and has no box: it is not carried out again";
        let help = "if it is not done, remove the word";
        diagnostic(Severity::Note, "done-in-words", line_span(sections, step.line), message).help(help)
    })
    .collect()
}
