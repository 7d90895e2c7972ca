//! One step: the baseline, then attempts until one passes or no other could.

use super::Run;
use super::attempt::{self, AttemptResult};
use super::attempt_validation::{AttemptValidation, Commands};
use super::judging::{self, JudgedWork};
use super::talk::{Talk, no_snapshot};
use super::validation::Ground;
use crate::facts::{
    AttemptOutcome, AttemptRef, Event, Evidence, Reason, StepOutcome, StepRef, Strength, Usage,
};
use crate::failure::Failure;
use crate::plan::{StepIndex, StepKind};
use crate::state::StepStatus;
use crate::state::ticking::{self, DecidedCriteria, Grounds};
use crate::validate::applied::Applied;
use crate::validate::verdict::{Circumstances, Verdict, judge};
use crate::validate::{Validated, unfixable};

/// Carries out one step.
pub(crate) async fn run(run: &mut Run<'_>, index: StepIndex) -> Result<(), Failure> {
    let step = run.plan.step(index);
    let applied = run.applied(index);
    let for_the_agent = matches!(step.kind, StepKind::Work | StepKind::Closing);
    if !for_the_agent && applied.is_empty() {
        return run.park(index);
    }
    let stale = run.recorder.state.step(&step.key).status == StepStatus::Revalidate;
    // A closing step without tasks is a question and no work: an agent is asked only if the
    // answer is no.
    let question = step.kind == StepKind::Closing && step.tasks.is_empty();
    let validate_first = stale || question || !for_the_agent;
    run.recorder.record(Event::StepStarted { step: StepRef::from(step), fingerprint: step.fingerprint() })?;
    let without_agent = validate_first || run.orders.validate_only;
    let Some(results) = baseline(run, index, &applied, !without_agent).await? else {
        return interrupted(run, index);
    };
    if without_agent {
        match decide(run, index, &results, validate_first).await? {
            WithoutAgent::Done => return Ok(()),
            WithoutAgent::Refuted(_) if for_the_agent && !run.orders.validate_only => {}
            WithoutAgent::Refuted(reason) => return stop(run, index, reason.into()),
        }
    }
    let text = run.plan.text_of(index);
    if let Some(found) = results.iter().find_map(|result| unfixable::at_once(result, text)) {
        return stop(run, index, Reason::Unfixable(found).into());
    }
    attempts(run, index, Commands { applied: &applied, before: &results }).await
}

/// What comes of a validation without an agent.
enum WithoutAgent {
    /// The step has ended.
    Done,
    /// It does not pass like this: why it ends if no agent may try.
    Refuted(Reason),
}

/// Decides about a step by what is there. `any_strength` lets a weak pass count whatever the
/// configuration asks of an agent's work.
async fn decide(
    run: &mut Run<'_>,
    index: StepIndex,
    results: &[Validated],
    any_strength: bool,
) -> Result<WithoutAgent, Failure> {
    let evidence: Vec<Evidence> = results.iter().map(|result| result.evidence.clone()).collect();
    let strength = match judge(&[], &evidence, Circumstances { changed: true, weakened: false }) {
        Verdict::Passed { strength, .. } if any_strength || run.orders.strong_enough(strength) => strength,
        verdict => return Ok(WithoutAgent::Refuted(refuted(run, index, &verdict, results))),
    };
    let work = JudgedWork { attempt: 0, results, diff: "", usage: Usage::default() };
    let judged = judging::judge(run, index, work).await?;
    if judged.interrupted {
        return interrupted(run, index).map(|()| WithoutAgent::Done);
    }
    if let Some(judgement) = judged.refuted {
        return Ok(WithoutAgent::Refuted(Reason::CriterionFailed { judgement }));
    }
    let mut validation = AttemptValidation::of(AttemptOutcome::Passed { strength }, results.to_vec());
    validation.judged = judged.hold;
    pass(run, index, strength, 0, &validation).map(|()| WithoutAgent::Done)
}

/// What the step's commands do before its agent begins. With `reuse`, a baseline that an earlier
/// run made and whose agent had begun still stands; a verdict never rests on it. `None` if it was
/// interrupted.
async fn baseline(
    run: &mut Run<'_>,
    index: StepIndex,
    applied: &[Applied],
    reuse: bool,
) -> Result<Option<Vec<Validated>>, Failure> {
    let step = run.plan.step(index);
    let state = run.recorder.state.step(&step.key);
    let before = |command: &Applied| state.before(&command.script, &command.dir).cloned();
    let known: Option<Vec<Evidence>> = applied.iter().map(before).collect();
    if let Some(known) = known.filter(|_| reuse) {
        return Ok(Some(known.into_iter().map(Validated::without_output).collect()));
    }
    let mut ground = run.ground(index, 0);
    name_tree(run, applied, &mut ground).await?;
    let results = run.validate(applied, &ground).await?;
    Ok((results.len() == applied.len()).then_some(results))
}

/// Names the tree that a validation runs on, if that can save a command: what was green on it
/// shortly before need not run again.
pub(super) async fn name_tree(
    run: &mut Run<'_>,
    applied: &[Applied],
    ground: &mut Ground<'_>,
) -> Result<(), Failure> {
    let state = &run.recorder.state;
    if applied.iter().any(|command| state.green(&command.script, &command.dir).is_some()) {
        let name = run.site.snapshot_name(&ground.at, "-baseline");
        ground.tree = Some(run.snapshots.take(&name).await.map_err(no_snapshot)?.tree);
    }
    Ok(())
}

/// Attempts until one passes, or something says that no other will.
async fn attempts(run: &mut Run<'_>, index: StepIndex, commands: Commands<'_>) -> Result<(), Failure> {
    run.set_status("in_progress")?;
    let key = run.plan.step(index).key.clone();
    let max = run.orders.config.run.max_attempts;
    let mut talk: Option<Talk> = None;
    let mut last: Option<AttemptResult> = None;
    loop {
        let spent = run.recorder.state.step(&key).spent;
        if spent > 0 && spent + 1 == max {
            // The last attempt looks at it with fresh eyes.
            talk = None;
        }
        let result = attempt::run(run, index, commands, &mut talk).await?;
        let AttemptResult { number, validation, changed, .. } = &result;
        let spent = run.recorder.state.step(&key).spent;
        let unchanged = last.as_ref().is_some_and(|last| result.repeats(last));
        let reason = match &validation.outcome {
            AttemptOutcome::Passed { strength } => return pass(run, index, *strength, *number, validation),
            AttemptOutcome::NotPassed(reason) => reason.clone(),
        };
        if reason.may_be_tried_again() && spent < max && !unchanged {
            last = Some(result);
            continue;
        }
        if reason.lacks_validation() && run.orders.allow_unvalidated && *changed {
            return pass(run, index, Strength::Unvalidated, *number, validation);
        }
        return stop(run, index, StepOutcome::after(reason, spent, unchanged && spent < max));
    }
}

/// Records a pass. The schedule then asks for the tick.
fn pass(
    run: &mut Run<'_>,
    index: StepIndex,
    strength: Strength,
    attempt: u32,
    validation: &AttemptValidation,
) -> Result<(), Failure> {
    let step = run.plan.step(index);
    let evidence = validation.evidence();
    let AttemptValidation { tolerated, marks, judged, .. } = validation;
    let grounds = Grounds { evidence: &evidence, judged, prose_waits: run.orders.prose_waits() };
    let DecidedCriteria { passed, waiting } = ticking::decide(step, &grounds);
    run.recorder.record(Event::StepPassed {
        at: AttemptRef { step: StepRef::from(step), attempt },
        fingerprint: step.fingerprint(),
        strength,
        passed,
        judged: judged.clone(),
        pending: waiting.iter().map(|&index| step.criteria[index].text.clone()).collect(),
        tolerated: tolerated.iter().map(|&index| evidence[index].command.clone()).collect(),
        marks: marks.clone(),
    })
}

fn stop(run: &mut Run<'_>, index: StepIndex, outcome: StepOutcome) -> Result<(), Failure> {
    let step = StepRef::from(run.plan.step(index));
    run.recorder.record(Event::StepStopped { step, outcome })
}

fn interrupted(run: &mut Run<'_>, index: StepIndex) -> Result<(), Failure> {
    stop(run, index, Reason::Interrupted.into())
}

/// Why a step that was validated without an agent did not pass.
fn refuted(run: &Run<'_>, index: StepIndex, verdict: &Verdict, results: &[Validated]) -> Reason {
    match (run.plan.step(index).kind, verdict.reason(results)) {
        (StepKind::Prerequisite, Reason::ValidationFailed { red, .. }) => Reason::PrerequisiteFailed { red },
        (_, reason) => reason,
    }
}
