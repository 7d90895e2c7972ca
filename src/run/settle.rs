//! Runs the commands that must hold for the whole plan, at its end.

use std::collections::BTreeSet;

use super::Run;
use super::step::name_tree;
use crate::facts::{Event, Evidence, Origin, RunOutcome, StepKey};
use crate::failure::Failure;
use crate::plan::StepKind;
use crate::state::{Pass, StepStatus};
use crate::validate::Validated;
use crate::validate::applied::Applied;

/// Runs the commands that the end of the plan waits for.
pub(crate) async fn settle(run: &mut Run<'_>) -> Result<RunOutcome, Failure> {
    let Some(&last) = run.plan.reading.graph.order().last() else { return Ok(RunOutcome::Completed) };
    let applied = due(run);
    if applied.is_empty() {
        return Ok(RunOutcome::Completed);
    }
    let mut ground = run.ground(last, 0);
    name_tree(run, &applied, &mut ground).await?;
    ground.log_dir = run.site.run_dir.path().join("at-the-end");
    // Not the baseline of the last step: that one is over.
    ground.at.attempt = run.recorder.state.step(&run.plan.step(last).key).attempts.max(1);
    let results = run.validate(&applied, &ground).await?;
    match results.iter().find(|result| !result.evidence.holds()) {
        None if results.len() == applied.len() => Ok(RunOutcome::Completed),
        None => Ok(run.interrupted()),
        Some(Validated { evidence: Evidence { command, vacuous: Some(vacuous), .. }, .. }) => {
            let message = format!("`{command}` says nothing about the plan: {}", vacuous.why());
            run.recorder.record(Event::Warning { code: "vacuous-at-the-end".to_owned(), message })?;
            Ok(RunOutcome::NeedsPerson)
        }
        Some(failed) => {
            let message = format!("`{}` fails at the end of the plan; it must pass", failed.evidence.command);
            run.recorder.record(Event::Warning { code: "red-at-the-end".to_owned(), message })?;
            Ok(RunOutcome::StepFailed)
        }
    }
}

/// Commands of the plan and the configuration that a step left red, unless the plan was accepted
/// since, or that no step has run: they came later.
fn due(run: &Run<'_>) -> Vec<Applied> {
    let steps = || run.plan.reading.plan.steps.iter();
    let passes = || steps().filter_map(|step| pass(run, &step.key));
    let ran: BTreeSet<&str> = passes().flat_map(Pass::ran).collect();
    let accepted = steps().any(|step| step.kind == StepKind::Acceptance && is_done(run, &step.key));
    let red: BTreeSet<&String> = passes().flat_map(|pass| &pass.tolerated).filter(|_| !accepted).collect();
    let mut due: Vec<Applied> = Vec::new();
    for command in run.all_applied() {
        let never = !ran.is_empty() && !ran.contains(command.script.as_str());
        let of_all = !matches!(command.origin, Origin::Step { .. });
        if of_all && (never || red.contains(&command.script)) && !due.contains(&command) {
            due.push(command);
        }
    }
    due
}

fn pass<'a>(run: &'a Run<'_>, key: &StepKey) -> Option<&'a Pass> {
    match &run.recorder.state.step(key).status {
        StepStatus::Passed(pass) => Some(pass),
        _ => None,
    }
}

fn is_done(run: &Run<'_>, key: &StepKey) -> bool {
    run.recorder.state.step(key).status.is_done()
}
