//! `agentrun confirm PLAN STEP`: records that a person confirms a step.

use std::path::Path;

use super::common::hold::{self, GuardedPlan, PlanHold};
use super::common::open::Project;
use super::common::person::by_a_person;
use crate::brief::Sources;
use crate::cli::ConfirmArgs;
use crate::config::Environment;
use crate::facts::{Event, StepRef};
use crate::failure::{ExitCode, Failure};
use crate::plan::{Step, StepKind};
use crate::record::Recorder;
use crate::redact::Redact;
use crate::report::{Report, print};
use crate::run::tick;
use crate::state::{RunState, StepStatus};

/// Records that a person vouches for a step, and ticks what was waiting for it.
pub(super) fn run(root: Option<&Path>, args: &ConfirmArgs) -> Result<ExitCode, Failure> {
    let project = Project::find(root)?;
    let config = project.config()?;
    let plan = project.plan(&args.plan)?;
    let &[index] = plan.find_step(&args.step)?.as_slice() else {
        return Err(Failure::usage(format!("`{}` is a group: confirm its steps one by one", args.step)));
    };
    by_a_person(&project.environment)?;
    let by = match &args.by {
        Some(by) if by.contains(char::is_control) => {
            return Err(Failure::usage("the name must be one line of text"));
        }
        Some(by) => by.clone(),
        None => who(&project.environment)?,
    };
    let hold = PlanHold::new(&project, &plan)?;
    let redact = Redact::new(project.secrets(&config));
    let (mut recorder, unsealed) = hold.recorder(&plan, redact, &project.environment, Report::silent())?;
    let items = confirmable(&plan.reading.plan.steps[index], &recorder.state)?;
    let GuardedPlan { plan, mut guard, warnings } = hold.take_over(&project, plan, &Sources::default())?;
    hold::warn(&mut recorder, unsealed.into_iter().chain(warnings).collect())?;
    let plan = plan.at_hand();
    let step = plan.step(index);
    recorder.record(Event::StepConfirmed {
        step: StepRef::from(step),
        fingerprint: step.fingerprint(),
        by: by.clone(),
        items: items.clone(),
    })?;
    let written = tick::write(&plan, config.plan.progress, step, &mut recorder, &mut guard);
    guard.end();
    written?;
    say(&step.name(), &by, &items, &recorder, &step.key);
    Ok(ExitCode::Passed)
}

fn say(name: &str, by: &str, items: &[String], recorder: &Recorder, key: &crate::facts::StepKey) {
    print::talk(&format!("{} {name} is confirmed by {by}", print::styled(print::GOOD, "+")));
    for item in items {
        print::talk(&format!("  {item}"));
    }
    if let StepStatus::Passed(pass) = &recorder.state.step(key).status
        && pass.tick != crate::state::TickState::Written
    {
        print::talk("  agentrun could not tick the plan now; the next run tries again");
    }
}

/// What a person may vouch for: what waits for one, and nothing that a command has refuted.
fn confirmable(step: &Step, state: &RunState) -> Result<Vec<String>, Failure> {
    let known = state.step(&step.key);
    let refuse = |why: &str| {
        let failure = Failure::usage(format!("step {} {why}", step.id));
        // What agentrun ticked before is nobody's word, whoever ticks the rest.
        Err(if known.ticked.is_empty() {
            failure.hint(
                "if you did the step yourself, tick its boxes in the plan; the step then counts as done by hand",
            )
        } else {
            failure
        })
    };
    let all = || {
        let tasks = step.tasks.iter().map(|task| task.text.clone());
        tasks.chain(step.criteria.iter().map(|criterion| criterion.text.clone())).collect()
    };
    match &known.status {
        StepStatus::Passed(pass) if !pass.pending.is_empty() => Ok(pass.pending.clone()),
        StepStatus::Passed(_) | StepStatus::ByHand => refuse("does not wait for a person"),
        StepStatus::Parked { items } => Ok(items.clone()),
        StepStatus::Stopped(outcome) if outcome.reason.may_be_confirmed() => Ok(all()),
        _ if matches!(step.kind, StepKind::Manual) => Ok(all()),
        StepStatus::Stopped(outcome) => refuse(&outcome.say()),
        StepStatus::Open | StepStatus::Revalidate | StepStatus::Running => {
            refuse("was not carried out yet, so nothing waits for a person")
        }
    }
}

/// Who sits here: git's author name if the environment has one, else the login name.
fn who(environment: &Environment) -> Result<String, Failure> {
    ["GIT_AUTHOR_NAME", "USER", "LOGNAME"]
        .iter()
        .find_map(|name| environment.get(name))
        .map(str::to_owned)
        .ok_or_else(|| Failure::usage("agentrun does not know your name").hint("give it with --by NAME"))
}
