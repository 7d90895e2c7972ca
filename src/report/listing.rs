//! Lists the steps of a plan for people: what a run would do, or how far it is.

use std::borrow::Cow;
use std::fmt::Write;

use super::print::{FAINT, GOOD, NOTICE, STRONG, styled};
use crate::brief::Sources;
use crate::config::ProseCriteria;
use crate::facts::Strength;
use crate::plan::{CheckBox, CriterionKind, Description, Reading, Step, StepIndex, StepKind};
use crate::redact::harmless;
use crate::state::{RunState, StepStatus, TickState};
use crate::validate::applied::{Applied, applied};
use crate::validate::vacuous::why_written_so;
use crate::words;

/// What the dry-run tells besides the steps.
#[derive(Debug)]
pub(crate) struct Outlook<'a> {
    pub plan: &'a str,
    pub configured: &'a [String],
    pub prose: ProseCriteria,
    pub sources: &'a Sources,
    /// Bytes of the prefix that every request shares.
    pub prefix: usize,
    pub limits: String,
    pub model: &'a str,
    pub sandbox: String,
}

/// Every step in order with its tasks, criteria and dependencies, and what surrounds the run.
pub(crate) fn dry_run(
    reading: &Reading,
    state: &RunState,
    selected: &dyn Fn(StepIndex) -> bool,
    outlook: &Outlook<'_>,
) -> String {
    let plan = &reading.plan;
    let mut text = String::new();
    let title = plan.title.as_deref().unwrap_or(outlook.plan);
    // Writing to a string cannot fail.
    writeln!(text, "{}  ({})\n", styled(STRONG, &shown(title)), words::counted(plan.steps.len(), "step"))
        .ok();
    for (place, &index) in reading.graph.order().iter().enumerate() {
        if selected(index) {
            write!(text, "{:>3}. ", place + 1).ok();
            step(&mut text, reading, state, index, outlook).ok();
        }
    }
    surroundings(&mut text, outlook).ok();
    text
}

fn step(
    text: &mut String,
    reading: &Reading,
    state: &RunState,
    index: StepIndex,
    outlook: &Outlook<'_>,
) -> std::fmt::Result {
    let plan = &reading.plan;
    let step = &plan.steps[index];
    let standing = standing(step, state, plan.boxes_of(index).map(CheckBox::ticked));
    writeln!(
        text,
        "{} {}",
        styled(STRONG, &shown(&format!("[{}] {}", step.id, step.name()))),
        styled(FAINT, &format!("(line {}{}) {standing}", step.line, kind(step.kind))),
    )?;
    let edges = reading.graph.dependencies(index).iter().filter(|edge| edge.explicit);
    let after: Vec<&str> = edges.map(|edge| plan.steps[edge.step].id.as_str()).collect();
    if !after.is_empty() {
        writeln!(text, "       after: {}", after.join(", "))?;
    }
    if !step.files.is_empty() {
        writeln!(text, "       files: {}", shown(&step.files.join(", ")))?;
    }
    for task in &step.tasks {
        let mark = task.check_box.map_or(' ', |check_box| plan.boxes[check_box].mark);
        writeln!(text, "       [{mark}] {}", shown(&task.text))?;
    }
    let applied = applied(plan, step, outlook.configured);
    for command in &applied {
        writeln!(text, "       $ {}", shown(&say_command(command)))?;
        if let Some(why) = why_written_so(&command.script) {
            writeln!(text, "         {}", styled(NOTICE, &format!("proves nothing: {why}")))?;
        }
    }
    let sentences = step.criteria.iter();
    let sentences = sentences.filter(|criterion| {
        let files = matches!(criterion.kind, CriterionKind::Files(_));
        criterion.says_more || (criterion.command().is_none() && !files)
    });
    for criterion in sentences {
        let who = match (&criterion.kind, outlook.prose) {
            (CriterionKind::Manual, _) => match &criterion.refused {
                Some(refused) => format!("by hand: it would {}", refused.would),
                None => "by hand".to_owned(),
            },
            _ if criterion.names_unrun_command() => format!("by a person: {}", criterion.why),
            (_, ProseCriteria::Judge) => "by the judge".to_owned(),
            (_, ProseCriteria::Manual) => "by a person".to_owned(),
            (_, ProseCriteria::Ignore) => "ignored".to_owned(),
        };
        writeln!(text, "       ? {} ({who})", shown(&criterion.text))?;
    }
    let decides = |command: &Applied| why_written_so(&command.script).is_none();
    if !applied.iter().any(decides) && matches!(step.kind, StepKind::Work | StepKind::Closing) {
        writeln!(
            text,
            "       {}",
            styled(NOTICE, "no command can validate this step: the run will stop here until you confirm it")
        )?;
    }
    Ok(())
}

fn surroundings(text: &mut String, outlook: &Outlook<'_>) -> std::fmt::Result {
    let Sources { rules, request, agents, .. } = outlook.sources;
    writeln!(text)?;
    for (name, sources) in [("rules", rules), ("request", request), ("notes for agents", agents)] {
        for source in sources {
            writeln!(text, "{name}: {} ({})", source.path, size(source.text.len()))?;
        }
        if sources.is_empty() && name != "notes for agents" {
            writeln!(text, "{name}: {}", styled(NOTICE, "none"))?;
        }
    }
    writeln!(text, "constant part of every request: {}", size(outlook.prefix))?;
    let model = if outlook.model.is_empty() { "none configured" } else { outlook.model };
    writeln!(text, "model: {model}")?;
    writeln!(text, "sandbox: {}", outlook.sandbox)?;
    writeln!(text, "limits: {}", outlook.limits)
}

/// Where every step of a plan stands.
pub(crate) fn status(reading: &Reading, state: &RunState) -> String {
    let plan = &reading.plan;
    let mut text = String::new();
    for &index in reading.graph.order() {
        let step = &plan.steps[index];
        let standing = standing(step, state, plan.boxes_of(index).map(CheckBox::ticked));
        let known = state.step(&step.key);
        let attempts = match known.attempts {
            0 => String::new(),
            attempts => format!(", {}", words::counted(attempts, "attempt")),
        };
        let name = format!("[{}] {}", step.id, step.name());
        writeln!(text, "  {}: {standing}{attempts}", shown(&name)).ok();
        if let StepStatus::Passed(pass) = &known.status {
            for item in &pass.pending {
                writeln!(text, "      waits for a person: {}", shown(item)).ok();
            }
            for mark in &pass.marks {
                writeln!(text, "      {}", styled(NOTICE, &format!("look at it: {mark}"))).ok();
            }
        }
    }
    text
}

/// A plan as one JSON object, with where each step stands.
pub(crate) fn json(text: &str, reading: &Reading, state: &RunState) -> serde_json::Result<String> {
    serde_json::to_string(&Description::of(text, reading, &|index| status_word(reading, state, index)))
}

/// One word for programs: `open`, `partly`, `done`, or what the journal knows better.
pub(crate) fn status_word(reading: &Reading, state: &RunState, index: StepIndex) -> String {
    let known = &state.step(&reading.plan.steps[index].key).status;
    let (mut all, mut ticked) = (0, 0);
    for found in reading.plan.boxes_of(index) {
        all += 1;
        ticked += usize::from(found.ticked());
    }
    match known {
        StepStatus::Open if all > 0 && ticked == all => "done".to_owned(),
        StepStatus::Open if reading.plan.steps[index].said_done => "done".to_owned(),
        StepStatus::Open if ticked > 0 => "partly".to_owned(),
        known => known.name().replace(' ', "_"),
    }
}

/// Where a step stands, from the journal and the boxes.
fn standing(step: &Step, state: &RunState, boxes: impl Iterator<Item = bool>) -> String {
    let boxes: Vec<bool> = boxes.collect();
    let ticked = boxes.iter().filter(|ticked| **ticked).count();
    match &state.step(&step.key).status {
        StepStatus::Passed(pass) if pass.fingerprint != step.fingerprint() => {
            styled(NOTICE, "passed, then edited: will be validated again")
        }
        StepStatus::Passed(pass) => {
            let who = match (&pass.confirmed_by, pass.strength) {
                (Some(who), None) => format!("confirmed by {who}"),
                (Some(who), Some(strength)) => format!("passed ({}), confirmed by {who}", worth(strength)),
                (None, Some(strength)) if pass.judged.is_empty() => format!("passed ({})", worth(strength)),
                (None, Some(strength)) => {
                    format!("passed ({}), {} judged", worth(strength), pass.judged.len())
                }
                (None, None) => "passed".to_owned(),
            };
            let tick = if pass.tick == TickState::Written { "" } else { ", not ticked yet" };
            styled(GOOD, &format!("{who}{tick}"))
        }
        StepStatus::Stopped(outcome) => styled(NOTICE, &outcome.say()),
        StepStatus::Running => "started, not finished".to_owned(),
        StepStatus::Revalidate => styled(NOTICE, "stale: will be validated again"),
        _ if !boxes.is_empty() && ticked == boxes.len() => styled(GOOD, "ticked by hand"),
        _ if step.said_done => styled(GOOD, "done by hand, as its text says"),
        StepStatus::Parked { .. } => styled(NOTICE, "waits for a person"),
        _ if ticked > 0 => format!("open, {ticked} of {} boxes ticked", boxes.len()),
        _ => "open".to_owned(),
    }
}

fn worth(strength: Strength) -> &'static str {
    match strength {
        Strength::Proven => "proven",
        Strength::SelfTested => "self-tested",
        Strength::Weak => "weak",
        Strength::Judged => "judged",
        Strength::Unvalidated => "not validated",
    }
}

/// A plan's text as it may stand on a screen.
fn shown(text: &str) -> Cow<'_, str> {
    harmless(Cow::Borrowed(text))
}

fn kind(kind: StepKind) -> &'static str {
    match kind {
        StepKind::Work => "",
        StepKind::Prerequisite => ", prerequisites",
        StepKind::Closing => ", closing",
        StepKind::Manual => ", manual",
        StepKind::Acceptance => ", acceptance",
    }
}

fn say_command(command: &Applied) -> String {
    let script = command.script.trim().replace('\n', "\n         ");
    let place = if command.dir.is_empty() { String::new() } else { format!("  (in {})", command.dir) };
    let expected = if command.expectation.is_success() {
        String::new()
    } else {
        format!("  ({})", command.expectation.say())
    };
    format!("{script}{place}{expected}")
}

/// Bytes and what they come to in tokens, roughly.
fn size(bytes: usize) -> String {
    format!("{bytes} bytes, about {} tokens", bytes.div_ceil(4))
}
