//! One step: baseline, then attempts until one passes or something says that no other will.

use super::Run;
use super::attempt::{self, Ended};
use super::event::{AttemptOutcome, AttemptRef, Event, Evidence, RunOutcome, StepOutcome, StepRef, Strength};
use super::judging::{self, Work};
use super::state::{StepState, StepStatus};
use super::talk::Talk;
use crate::failure::Failure;
use crate::model::message::Usage;
use crate::plan::{Criterion, CriterionKind, StepKind};
use crate::validate::Validated;
use crate::validate::applied::Applied;
use crate::validate::verdict::{Verdict, judge};

/// Carries out one step.
pub async fn run(run: &mut Run<'_>, index: usize) -> Result<(), Failure> {
    let step = run.setting.step(index);
    let applied = run.setting.applied(index);
    let for_the_agent = matches!(step.kind, StepKind::Work | StepKind::Closing);
    if !for_the_agent && applied.is_empty() {
        return run.park(index);
    }
    let stale = run.recorder.state.step(&step.key).status == StepStatus::Revalidate;
    // A closing step without tasks is a question and no work: an agent is asked only if the
    // answer is no.
    let question = step.kind == StepKind::Closing && step.tasks.is_empty();
    let validate_first = stale || question || !for_the_agent;
    run.recorder
        .record(Event::StepStarted { step: StepRef::from(step), fingerprint: step.fingerprint.clone() })?;
    let without_agent = validate_first || run.setting.validate_only;
    let Some(results) = baseline(run, index, &applied, !without_agent).await? else {
        return interrupted(run, index);
    };
    if without_agent {
        match decide(run, index, &results, validate_first).await? {
            Decision::Done => return Ok(()),
            Decision::Refuted(_) if for_the_agent && !run.setting.validate_only => {}
            Decision::Refuted(outcome) => return stop(run, index, outcome),
        }
    }
    attempts(run, index, &applied).await
}

/// What comes of a validation without an agent.
enum Decision {
    /// The step has ended.
    Done,
    /// It does not pass like this: how it ends if no agent may try.
    Refuted(StepOutcome),
}

/// Decides about a step by what is there. `any_strength` lets a weak pass count whatever the
/// configuration asks of an agent's work.
async fn decide(
    run: &mut Run<'_>,
    index: usize,
    results: &[Validated],
    any_strength: bool,
) -> Result<Decision, Failure> {
    let evidence: Vec<Evidence> = results.iter().map(|result| result.evidence.clone()).collect();
    let strength = match judge(&[], &evidence, true) {
        Verdict::Passed { strength, .. } if any_strength || run.setting.strong_enough(strength) => strength,
        verdict => return Ok(Decision::Refuted(refuted(run, index, &verdict, results))),
    };
    let work = Work { attempt: 0, results, diff: "", usage: Usage::default() };
    let judged = judging::judge(run, index, work).await?;
    if judged.interrupted {
        return interrupted(run, index).map(|()| Decision::Done);
    }
    if let Some(judgement) = judged.refuted {
        return Ok(Decision::Refuted(StepOutcome::CriterionFailed { attempts: 0, judgement }));
    }
    let ended = Ended { judged: judged.hold, ..Ended::without_agent(evidence) };
    pass(run, index, strength, &ended).map(|()| Decision::Done)
}

/// What the step's commands do before its agent begins. With `reuse`, a baseline that an earlier
/// run made and whose agent had begun still stands; a verdict never rests on it. `None` if it was
/// interrupted.
async fn baseline(
    run: &mut Run<'_>,
    index: usize,
    applied: &[Applied],
    reuse: bool,
) -> Result<Option<Vec<Validated>>, Failure> {
    let step = run.setting.step(index);
    let known = &run.recorder.state.step(&step.key).baseline;
    let same = |(evidence, command): (&Evidence, &Applied)| {
        evidence.command == command.script && evidence.dir == command.dir
    };
    if reuse && known.len() == applied.len() && known.iter().zip(applied).all(same) {
        let known =
            known.iter().map(|evidence| Validated { evidence: evidence.clone(), output: String::new() });
        return Ok(Some(known.collect()));
    }
    let ground = run.setting.ground(index, 0);
    let results = run.validate(applied, &ground).await?;
    Ok((results.len() == applied.len()).then_some(results))
}

/// Attempts until one passes, or something says that no other will.
async fn attempts(run: &mut Run<'_>, index: usize, applied: &[Applied]) -> Result<(), Failure> {
    run.set_status("in_progress")?;
    let key = run.setting.step(index).key.clone();
    let mut talk: Option<Talk> = None;
    loop {
        let max = run.setting.config.max_attempts;
        let spent = run.recorder.state.step(&key).spent;
        if spent > 0 && spent + 1 == max {
            // The last attempt looks at it with fresh eyes.
            talk = None;
        }
        let ended = attempt::run(run, index, applied, &mut talk).await?;
        let stopped = match ended.outcome {
            AttemptOutcome::Passed { strength } => {
                return pass(run, index, strength, &ended);
            }
            AttemptOutcome::ValidationFailed { command, exit, output, limit } => {
                let attempts = run.recorder.state.step(&key).spent;
                match limit {
                    _ if attempts < max => continue,
                    Some(limit) => StepOutcome::LimitReached { limit },
                    None => StepOutcome::Failed { attempts, command, exit, output },
                }
            }
            AttemptOutcome::CriterionFailed { judgement } => {
                let attempts = run.recorder.state.step(&key).spent;
                if attempts < max {
                    continue;
                }
                StepOutcome::CriterionFailed { attempts, judgement }
            }
            AttemptOutcome::Unvalidated if run.setting.allow_unvalidated && ended.changed => {
                return pass(run, index, Strength::Unvalidated, &ended);
            }
            AttemptOutcome::Unvalidated => StepOutcome::Unvalidated,
            AttemptOutcome::Unproven => StepOutcome::Unproven,
            AttemptOutcome::Blocked { reason } => StepOutcome::Blocked { reason },
            AttemptOutcome::ModelFailed { message, hint, temporary } => {
                StepOutcome::ModelFailed { message, hint, temporary }
            }
            AttemptOutcome::Interrupted => StepOutcome::Interrupted,
        };
        return stop(run, index, stopped);
    }
}

/// Records a pass. The schedule then asks for the tick.
fn pass(run: &mut Run<'_>, index: usize, strength: Strength, ended: &Ended) -> Result<(), Failure> {
    let Ended { number: attempt, evidence, tolerated, judged, .. } = ended;
    let step = run.setting.step(index);
    let passed = evidence.iter().filter(|evidence| evidence.exit.success());
    let passed = passed.filter_map(|evidence| match evidence.origin {
        super::event::Origin::Step { criterion } => Some(criterion),
        _ => None,
    });
    // A deliverable's box is ticked with the step's tasks.
    let task = |found: &Criterion| {
        found.check_box.is_some() && step.tasks.iter().any(|task| task.check_box == found.check_box)
    };
    let waits = |(index, criterion): &(usize, &Criterion)| match criterion.kind {
        CriterionKind::Command(_) => false,
        CriterionKind::Prose => run.setting.prose_waits() && !judged.contains(index) && !task(criterion),
        CriterionKind::Manual => true,
    };
    let pending = step.criteria.iter().enumerate().filter(waits);
    let event = Event::StepPassed {
        at: AttemptRef { step: StepRef::from(step), attempt: *attempt },
        fingerprint: step.fingerprint.clone(),
        strength,
        passed: passed.collect(),
        judged: judged.clone(),
        pending: pending.map(|(_, criterion)| criterion.text.clone()).collect(),
        tolerated: tolerated.iter().map(|&index| evidence[index].command.clone()).collect(),
    };
    run.recorder.record(event)
}

fn stop(run: &mut Run<'_>, index: usize, outcome: StepOutcome) -> Result<(), Failure> {
    let step = StepRef::from(run.setting.step(index));
    run.recorder.record(Event::StepStopped { step, outcome })
}

fn interrupted(run: &mut Run<'_>, index: usize) -> Result<(), Failure> {
    stop(run, index, StepOutcome::Interrupted)
}

/// How a step ends that was validated without an agent and did not pass.
fn refuted(run: &Run<'_>, index: usize, verdict: &Verdict, results: &[Validated]) -> StepOutcome {
    let Verdict::Failed(failed) = verdict else {
        return match verdict {
            Verdict::Unvalidated => StepOutcome::Unvalidated,
            _ => StepOutcome::Unproven,
        };
    };
    let first = &results[failed.first().copied().unwrap_or(0)];
    let (command, exit) = (first.evidence.command.clone(), first.evidence.exit.clone());
    let output = first.output.clone();
    match run.setting.step(index).kind {
        StepKind::Prerequisite => StepOutcome::PrerequisiteFailed { command, exit, output },
        _ => StepOutcome::Failed { attempts: 0, command, exit, output },
    }
}

/// Commands that some step left red must be green when the plan is done.
pub async fn validate_tolerated(run: &mut Run<'_>) -> Result<RunOutcome, Failure> {
    let plan = &run.setting.reading.plan;
    let red = |state: &StepState| match &state.status {
        StepStatus::Passed(pass) => pass.tolerated.clone(),
        _ => Vec::new(),
    };
    let red: Vec<String> =
        plan.steps.iter().flat_map(|step| red(run.recorder.state.step(&step.key))).collect();
    let accepted = plan
        .steps
        .iter()
        .any(|step| step.kind == StepKind::Acceptance && run.recorder.state.step(&step.key).status.is_done());
    let Some(&last) = run.setting.reading.graph.order().last() else { return Ok(RunOutcome::Completed) };
    if red.is_empty() || accepted {
        return Ok(RunOutcome::Completed);
    }
    let applied: Vec<Applied> =
        run.setting.applied(last).into_iter().filter(|command| red.contains(&command.script)).collect();
    let mut ground = run.setting.ground(last, 0);
    ground.log_dir = run.setting.run_dir.path().join("at-the-end");
    // Not the baseline of the last step: that one is over.
    ground.at.attempt = run.recorder.state.step(&run.setting.step(last).key).attempts.max(1);
    let results = run.validate(&applied, &ground).await?;
    match results.iter().find(|result| !result.evidence.exit.success()) {
        None if results.len() == applied.len() => Ok(RunOutcome::Completed),
        None => Ok(RunOutcome::Interrupted),
        Some(failed) => {
            let message = format!(
                "`{}` was red before the plan and is red at its end; it must be green",
                failed.evidence.command
            );
            run.recorder.record(Event::Warning { code: "red-at-the-end".to_owned(), message })?;
            Ok(RunOutcome::StepFailed)
        }
    }
}
