//! Writes into the plan what the journal knows: intended first, then one atomic replace, then
//! written.

use super::Setting;
use crate::config::ProgressMode;
use crate::digest::digest;
use crate::facts::{BoxRef, Event, Occurrence, StepRef, Ticked};
use crate::failure::Failure;
use crate::plan::edit::{self, Change, TickTarget};
use crate::plan::{Plan, Reading, Step, StepIndex, StepKind};
use crate::record::Recorder;
use crate::state::{Pass, StepStatus, TickState};
use crate::words::chain;
use crate::workspace::guard::Guard;
use crate::workspace::plan_file::{PlanText, ReplaceError};

/// How often a tick is tried again when somebody else edits the plan at the same moment.
const TRIES: u32 = 5;

/// Ticks what a passed step may tick. A plan that was edited meanwhile is read again, and the
/// step is found by its identity; what cannot be ticked is refused with the reason, and nothing
/// is written.
pub fn write(
    setting: &Setting,
    index: StepIndex,
    recorder: &mut Recorder,
    guard: &mut Guard,
) -> Result<(), Failure> {
    let step = setting.step(index);
    let reference = StepRef::from(step);
    let StepStatus::Passed(pass) = recorder.state.step(&step.key).status.clone() else {
        return Ok(());
    };
    for _ in 0..TRIES {
        let (text, reading) = match read_again(setting) {
            Ok(found) => found,
            Err(reason) => return refuse(recorder, reference, reason),
        };
        if let TickState::Intended { after } = &pass.tick
            && *after == text.digest
        {
            return recorder.record(Event::TickWritten { step: reference, digest: text.digest });
        }
        let TickedText { step: found, targets, new } =
            match ticked(setting, &text.text, &reading, (step, &pass)) {
                Ok(ticked) => ticked,
                Err(reason) => return refuse(recorder, reference, reason),
            };
        if targets.is_empty() {
            return recorder.record(Event::TickWritten { step: reference, digest: text.digest });
        }
        let plan = &reading.plan;
        recorder.record(Event::TickIntended {
            step: reference.clone(),
            targets: targets.iter().map(|target| say(plan, found, &pass, target)).collect(),
            before: text.digest.clone(),
            after: digest(new.as_bytes()),
        })?;
        guard.foresee(&new).map_err(|error| Failure::internal("cannot look after the plan", error))?;
        match setting.plan_file.replace(&text.digest, &new) {
            Ok(()) => {
                let digest = digest(new.as_bytes());
                return recorder.record(Event::TickWritten { step: reference, digest });
            }
            Err(ReplaceError::Changed) => {}
            Err(error) => return refuse(recorder, reference, chain(&error)),
        }
    }
    refuse(recorder, reference, "somebody else keeps editing the plan".to_owned())
}

/// What a pass makes of a text of the plan.
struct TickedText {
    /// The step, as an index into the text's own steps.
    step: StepIndex,
    targets: Vec<TickTarget>,
    new: String,
}

fn ticked(
    setting: &Setting,
    text: &str,
    reading: &Reading,
    (step, pass): (&Step, &Pass),
) -> Result<TickedText, String> {
    let plan = &reading.plan;
    let Some(found) = plan.steps.position(|other| other.key == step.key) else {
        return Err("the step is not in the plan any more".to_owned());
    };
    if plan.steps[found].fingerprint() != pass.fingerprint {
        return Err("the step's text was edited during the run".to_owned());
    }
    let targets = targets(setting, plan, found, pass);
    if targets.is_empty() {
        return Ok(TickedText { step: found, targets, new: text.to_owned() });
    }
    let new = edit::apply(text, plan, &targets, Change::Tick).map_err(|error| error.to_string())?;
    Ok(TickedText { step: found, targets, new })
}

/// Another text of the plan with the step ticked; `None` if the step is not the same in it.
pub fn in_text(setting: &Setting, index: StepIndex, pass: &Pass, text: &str) -> Option<String> {
    let reading = crate::plan::read(text);
    ticked(setting, text, &reading, (setting.step(index), pass)).ok().map(|ticked| ticked.new)
}

/// Unticks what agentrun had ticked for a step whose pass is forgotten. If the process dies right
/// after it, the next start finds the boxes unticked and reopens the step: nothing has to be intended.
pub fn take_back(setting: &Setting, index: StepIndex, ticked: &[BoxRef]) -> Result<(), Failure> {
    if ticked.is_empty() {
        return Ok(());
    }
    let step = setting.step(index);
    let (text, reading) = read_again(setting).map_err(Failure::usage)?;
    let Some(found) = reading.plan.steps.position(|other| other.key == step.key) else {
        return Ok(());
    };
    let targets = ticked_targets(&reading.plan, found, ticked);
    if targets.is_empty() {
        return Ok(());
    }
    let new = edit::apply(&text.text, &reading.plan, &targets, Change::Untick)
        .map_err(|error| Failure::internal("cannot take a tick back", error))?;
    setting
        .plan_file
        .replace(&text.digest, &new)
        .map_err(|error| Failure::usage("cannot take a tick back").caused_by(error))
}

/// Keeps the plan's status comments true. A plan that cannot be written now is left: the next
/// run sets it.
pub fn set_status(setting: &Setting, value: &str, recorder: &mut Recorder) -> Result<(), Failure> {
    if setting.config.plan.progress == ProgressMode::Off || setting.reading.plan.status_comments.is_empty() {
        return Ok(());
    }
    let Ok((text, reading)) = read_again(setting) else { return Ok(()) };
    let comments = reading.plan.status_comments.iter().enumerate();
    let targets: Vec<TickTarget> = comments
        .filter(|(_, comment)| &text.text[comment.span.clone()] != value)
        .map(|(comment, _)| TickTarget::Status { comment, value: value.to_owned() })
        .collect();
    if targets.is_empty() {
        return Ok(());
    }
    let written = edit::apply(&text.text, &reading.plan, &targets, Change::Tick)
        .map_err(|error| error.to_string())
        .and_then(|new| setting.plan_file.replace(&text.digest, &new).map_err(|error| chain(&error)));
    match written {
        Ok(()) => Ok(()),
        Err(reason) => recorder.record(Event::Warning {
            code: "status-comment".to_owned(),
            message: format!("the plan's status comment could not be set to `{value}`: {reason}"),
        }),
    }
}

/// The plan as it is on disk now.
fn read_again(setting: &Setting) -> Result<(PlanText, Reading), String> {
    let text = setting.plan_file.read().map_err(|error| chain(&error))?;
    let reading = if text.digest == setting.text.digest {
        setting.reading.clone()
    } else {
        crate::plan::read(&text.text)
    };
    Ok((text, reading))
}

/// What a pass ticks. Steps of criteria only get no line of their own in a Progress section.
fn targets(setting: &Setting, plan: &Plan, step: StepIndex, pass: &Pass) -> Vec<TickTarget> {
    if setting.config.plan.progress == ProgressMode::Off {
        return Vec::new();
    }
    let work = matches!(plan.steps[step].kind, StepKind::Work | StepKind::Closing | StepKind::Manual);
    edit::targets(plan, step, &pass.holds(plan.steps[step].criteria.len()), work)
}

/// What agentrun ticked for a step and is still ticked. What a person ticked stays.
fn ticked_targets(plan: &Plan, step: StepIndex, ticked: &[BoxRef]) -> Vec<TickTarget> {
    let ours = ticked.iter().filter_map(|name| plan.find_box(step, name));
    ours.filter(|&index| plan.boxes[index].ticked()).map(TickTarget::Box).collect()
}

/// A target as the journal names it.
fn say(plan: &Plan, step: StepIndex, pass: &Pass, target: &TickTarget) -> Ticked {
    let only = |text: String| BoxRef { text, occurrence: Occurrence::default() };
    let (line, check_box) = match target {
        TickTarget::Box(index) => (plan.boxes[*index].line, plan.box_ref(step, *index)),
        TickTarget::Progress(step) => (plan.steps[*step].line, only(plan.entry_name(*step))),
        TickTarget::Status { comment, value } => (plan.status_comments[*comment].line, only(value.clone())),
    };
    let criteria = pass.judged.iter().map(|&criterion| &plan.steps[step].criteria[criterion]);
    let mut boxes = criteria.filter_map(|criterion| criterion.check_box).map(TickTarget::Box);
    Ticked { line, check_box, judged: boxes.any(|found| found == *target) }
}

fn refuse(recorder: &mut Recorder, step: StepRef, reason: String) -> Result<(), Failure> {
    recorder.record(Event::TickRefused { step, reason })
}
