//! Writes ticks into the plan: the intention is recorded first, then the file is replaced, then that is
//! recorded.

use super::PlanAtHand;
use crate::config::ProgressMode;
use crate::digest::digest;
use crate::facts::{BoxRef, Event, Occurrence, StepRef, Ticked};
use crate::failure::Failure;
use crate::plan::edit::{self, MarkChange, TickTarget};
use crate::plan::{Plan, Reading, Step, StepIndex};
use crate::record::Recorder;
use crate::state::{Pass, TickState};
use crate::words::chain;
use crate::workspace::guard::Guard;
use crate::workspace::plan_file::ReplaceError;

/// How often a tick is tried again when somebody else edits the plan at the same moment.
const TRIES: u32 = 5;

/// The pass of a step, to be written into a text of its plan.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PassToTick<'a> {
    /// The step, as it was carried out.
    pub step: &'a Step,
    pub pass: &'a Pass,
    pub progress: ProgressMode,
}

/// What a pass makes of a text of the plan.
struct TickedText {
    /// The step, as an index into the text's own steps.
    step: StepIndex,
    targets: Vec<TickTarget>,
    text: String,
}

impl PassToTick<'_> {
    /// Another text of the plan with the step ticked; `None` if the step is not the same in it.
    pub(crate) fn in_text(&self, text: &str) -> Option<String> {
        self.ticked(text, &crate::plan::read(text)).ok().map(|ticked| ticked.text)
    }

    fn ticked(&self, text: &str, reading: &Reading) -> Result<TickedText, String> {
        let plan = &reading.plan;
        let Some(step) = plan.steps.position(|other| other.key == self.step.key) else {
            return Err("the step is not in the plan any more".to_owned());
        };
        if plan.steps[step].fingerprint() != self.pass.fingerprint {
            return Err("the step's text was edited during the run".to_owned());
        }
        let off = self.progress == ProgressMode::Off;
        let targets = if off { Vec::new() } else { self.pass.targets(plan, step) };
        if targets.is_empty() {
            return Ok(TickedText { step, targets, text: text.to_owned() });
        }
        let text = edit::apply(text, plan, &targets, MarkChange::Tick).map_err(|error| error.to_string())?;
        Ok(TickedText { step, targets, text })
    }
}

/// Ticks what a passed step may tick. A plan that was edited meanwhile is read again, and the
/// step is found by its identity; what cannot be ticked is refused with the reason, and nothing
/// is written.
pub(crate) fn write(
    plan: &PlanAtHand,
    progress: ProgressMode,
    step: &Step,
    recorder: &mut Recorder,
    guard: &mut Guard,
) -> Result<(), Failure> {
    let reference = StepRef::from(step);
    let Some(pass) = recorder.state.step(&step.key).status.pass().cloned() else { return Ok(()) };
    let wanted = PassToTick { step, pass: &pass, progress };
    for _ in 0..TRIES {
        let PlanAtHand { text, reading, .. } = match plan.read_again() {
            Ok(now) => now,
            Err(error) => return refuse(recorder, reference, chain(&error)),
        };
        if let TickState::Intended { after } = &pass.tick
            && *after == text.digest
        {
            return recorder.record(Event::TickWritten { step: reference, digest: text.digest });
        }
        let ticked = match wanted.ticked(&text.text, &reading) {
            Ok(ticked) => ticked,
            Err(reason) => return refuse(recorder, reference, reason),
        };
        if ticked.targets.is_empty() {
            return recorder.record(Event::TickWritten { step: reference, digest: text.digest });
        }
        let after = digest(ticked.text.as_bytes());
        let targets = ticked.targets.iter().map(|target| say(&reading.plan, ticked.step, &pass, target));
        recorder.record(Event::TickIntended {
            step: reference.clone(),
            targets: targets.collect(),
            before: text.digest.clone(),
            after: after.clone(),
        })?;
        guard
            .foresee(&ticked.text, recorder.position.last)
            .map_err(|error| Failure::internal("cannot look after the plan", error))?;
        match plan.file.replace(&text.digest, &ticked.text) {
            Ok(()) => return recorder.record(Event::TickWritten { step: reference, digest: after }),
            Err(ReplaceError::Changed) => {}
            Err(error) => return refuse(recorder, reference, chain(&error)),
        }
    }
    refuse(recorder, reference, "somebody keeps editing the plan".to_owned())
}

/// Unticks what agentrun had ticked for a step whose pass is forgotten. If the process dies right
/// after it, the next start finds the boxes unticked and reopens the step: nothing has to be intended.
pub(crate) fn take_back(plan: &PlanAtHand, step: &Step, ticked: &[BoxRef]) -> Result<(), Failure> {
    if ticked.is_empty() {
        return Ok(());
    }
    let PlanAtHand { text, reading, .. } =
        plan.read_again().map_err(|error| Failure::usage(chain(&error)))?;
    let Some(found) = reading.plan.steps.position(|other| other.key == step.key) else {
        return Ok(());
    };
    let targets = ticked_targets(&reading.plan, found, ticked);
    if targets.is_empty() {
        return Ok(());
    }
    let new = edit::apply(&text.text, &reading.plan, &targets, MarkChange::Untick)
        .map_err(|error| Failure::internal("cannot take a tick back", error))?;
    plan.file
        .replace(&text.digest, &new)
        .map_err(|error| Failure::usage("cannot take a tick back").caused_by(error))
}

/// Keeps the plan's status comments true. A plan that cannot be written now is left: the next
/// run sets it.
pub(crate) fn set_status(
    plan: &PlanAtHand,
    progress: ProgressMode,
    value: &str,
    recorder: &mut Recorder,
) -> Result<(), Failure> {
    if progress == ProgressMode::Off || plan.reading.plan.status_comments.is_empty() {
        return Ok(());
    }
    let Ok(PlanAtHand { text, reading, .. }) = plan.read_again() else { return Ok(()) };
    let comments = reading.plan.status_comments.iter().enumerate();
    let targets: Vec<TickTarget> = comments
        .filter(|(_, comment)| &text.text[comment.span.clone()] != value)
        .map(|(comment, _)| TickTarget::Status { comment, value: value.to_owned() })
        .collect();
    if targets.is_empty() {
        return Ok(());
    }
    let written = edit::apply(&text.text, &reading.plan, &targets, MarkChange::Tick)
        .map_err(|error| error.to_string())
        .and_then(|new| plan.file.replace(&text.digest, &new).map_err(|error| chain(&error)));
    match written {
        Ok(()) => Ok(()),
        Err(reason) => recorder.record(Event::Warning {
            code: "status-comment".to_owned(),
            message: format!("agentrun could not set the plan's status comment to `{value}`: {reason}"),
        }),
    }
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
    Ticked { line: line.into(), check_box, judged: boxes.any(|found| found == *target) }
}

fn refuse(recorder: &mut Recorder, step: StepRef, reason: String) -> Result<(), Failure> {
    recorder.record(Event::TickRefused { step, reason })
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;
    use crate::facts::CriterionIndex;
    use crate::plan;
    use crate::state::fixtures::{Past, state};

    const PLAN: &str = "# P

## Implementation Steps

### Step 1: A

- [ ] a task
- [x] done by a person

**Acceptance Criteria:**

- [ ] It is friendly

### Step 2: B

- [ ] a task
";

    /// What becomes of a text when the first step of the plan has passed.
    fn ticked(progress: ProgressMode, text: &str) -> Result<String, String> {
        let reading = plan::read(PLAN);
        let step = &reading.plan.steps[StepIndex::from(0)];
        let state = state(&reading, &[Past::Started(0), Past::PassedOn(0, &[], &[0], &[])]);
        let pass = state.step(&step.key).status.pass().unwrap();
        let wanted = PassToTick { step, pass, progress };
        let ticked = wanted.ticked(text, &plan::read(text)).map(|ticked| ticked.text);
        assert_eq!(wanted.in_text(text), ticked.clone().ok());
        ticked
    }

    #[test]
    fn a_pass_ticks_its_own_step_wherever_that_stands_now() {
        let own = |text: &str| {
            let (first, second) = text.split_once("### Step 2").unwrap();
            format!("{}### Step 2{second}", first.replace("[ ]", "[x]"))
        };
        assert_eq!(ticked(ProgressMode::Boxes, PLAN), Ok(own(PLAN)));
        let moved = PLAN.replace("## Implementation", "A word more.\n\n## Implementation");
        assert_eq!(ticked(ProgressMode::Boxes, &moved), Ok(own(&moved)));
        assert_eq!(ticked(ProgressMode::Boxes, &own(PLAN)), Ok(own(PLAN)));
        assert_eq!(ticked(ProgressMode::Off, PLAN), Ok(PLAN.to_owned()));
    }

    #[test]
    fn a_step_that_says_something_else_now_is_not_ticked() {
        let edited = PLAN.replace("It is friendly", "It is loud");
        let gone = PLAN.replace("### Step 1: A", "### Step 1: Something else");
        for (text, why) in [
            (edited, "the step's text was edited during the run"),
            (gone, "the step is not in the plan any more"),
            (String::new(), "the step is not in the plan any more"),
        ] {
            assert_eq!(ticked(ProgressMode::Boxes, &text), Err(why.to_owned()), "{text}");
        }
    }

    #[test]
    fn a_tick_is_named_by_its_line_and_by_who_decided() {
        let reading = plan::read(PLAN);
        let step = StepIndex::from(0);
        let known = state(&reading, &[Past::Started(0), Past::PassedOn(0, &[], &[0], &[])]);
        let pass = known.step(&reading.plan.steps[step].key).status.pass().unwrap();
        assert_eq!(pass.judged, [CriterionIndex::from(0)]);
        let named = pass.targets(&reading.plan, step);
        let named: Vec<String> =
            named.iter().map(|target| say(&reading.plan, step, pass, target).say()).collect();
        assert_eq!(named, ["line 7: a task", "line 12: It is friendly (judged)"]);
    }

    #[test]
    fn only_what_agentrun_ticked_and_is_still_ticked_is_taken_back() {
        let text = PLAN.replacen("[ ] a task", "[x] a task", 1);
        let reading = plan::read(&text);
        let name = |text: &str| crate::facts::fixtures::check_box(text);
        let ours = [name("a task"), name("It is friendly"), name("it is gone")];
        let lines: Vec<usize> = ticked_targets(&reading.plan, StepIndex::from(0), &ours)
            .into_iter()
            .map(|target| match target {
                TickTarget::Box(index) => reading.plan.boxes[index].line.into(),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(lines, [7]);
    }
}
