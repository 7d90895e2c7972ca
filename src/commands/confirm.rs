//! `agentrun confirm PLAN STEP`: records that a person confirms a step.

use std::path::Path;

use super::common::hold::HeldPlan;
use super::common::open::Project;
use super::common::person::by_a_person;
use crate::cli::ConfirmArgs;
use crate::config::Environment;
use crate::facts::{Event, StepRef};
use crate::failure::{ExitCode, Failure};
use crate::plan::{Step, StepKind};
use crate::report::print;
use crate::run::tick;
use crate::state::{StepState, StepStatus, TickState};

/// Records that a person vouches for a step, and ticks what was waiting for it.
pub(super) fn run(root: Option<&Path>, args: &ConfirmArgs) -> Result<ExitCode, Failure> {
    let project = Project::find(root)?;
    let config = project.config()?;
    let plan = project.plan(&args.plan)?;
    let index = plan.find_one(&args.step, "confirm")?;
    by_a_person(&project.environment)?;
    let by = match &args.by {
        Some(by) if by.contains(char::is_control) => {
            return Err(Failure::usage("the name must be one line of text"));
        }
        Some(by) => by.clone(),
        None => who(&project.environment)?,
    };
    let HeldPlan { plan, mut guard, mut recorder, hold: _hold } = HeldPlan::new(&project, &config, plan)?;
    let plan = plan.at_hand();
    let step = plan.step(index);
    let items = confirmable(step, recorder.state.step(&step.key)).inspect_err(|_| guard.end())?;
    recorder.record(Event::StepConfirmed {
        step: StepRef::from(step),
        fingerprint: step.fingerprint(),
        by: by.clone(),
        items: items.clone(),
    })?;
    let written = tick::write(&plan, config.plan.progress, step, &mut recorder, &mut guard);
    guard.end();
    written?;
    print::talk(&format!("{} {} is confirmed by {by}", print::styled(print::GOOD, "+"), step.name()));
    for item in items {
        print::talk(&format!("  {item}"));
    }
    let pass = recorder.state.step(&step.key).status.pass();
    if pass.is_some_and(|pass| pass.tick != TickState::Written) {
        print::talk("  agentrun could not tick the plan now; the next run tries again");
    }
    Ok(ExitCode::Passed)
}

/// What a person may vouch for: what waits for one, and nothing that a command has refuted.
fn confirmable(step: &Step, known: &StepState) -> Result<Vec<String>, Failure> {
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
        StepStatus::Parked { items, .. } => Ok(items.clone()),
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

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;
    use crate::facts::fixtures::red;
    use crate::facts::{Reason, Strength};
    use crate::plan::StepIndex;
    use crate::state::fixtures::{Past, state, ticked};

    const PLAN: &str = "# P

## Implementation Steps

### Step 1: A

- [ ] a task

**Acceptance Criteria:**

- [ ] It is friendly

## Manual Testing

- [ ] look at it
";

    /// What may be confirmed of the step at this place, or why nothing may, with what to do.
    fn asked(place: usize, past: &[Past]) -> Result<Vec<String>, (String, Vec<String>)> {
        let reading = crate::plan::read(PLAN);
        let step = &reading.plan.steps[StepIndex::from(place)];
        let asked = confirmable(step, state(&reading, past).step(&step.key));
        asked.map_err(|failure| (failure.to_string(), failure.hints))
    }

    #[test]
    fn a_person_vouches_for_what_waits_for_one() {
        let stopped = |reason| vec![Past::Started(0), Past::Stopped(0, reason)];
        let waiting = vec![Past::Started(0), Past::PassedOn(0, &[], &[], &["It is friendly"])];
        let table: [(usize, Vec<Past>, &[&str]); 6] = [
            (0, waiting, &["It is friendly"]),
            (0, stopped(Reason::Unproven), &["a task", "It is friendly"]),
            (0, stopped(Reason::TooWeak), &["a task", "It is friendly"]),
            (0, stopped(Reason::Unvalidated), &["a task", "It is friendly"]),
            (1, Vec::new(), &["look at it"]),
            (1, vec![Past::Parked(1)], &["look"]),
        ];
        for (place, past, expected) in table {
            assert_eq!(asked(place, &past).unwrap(), expected, "{past:?}");
        }
    }

    #[test]
    fn nobody_vouches_for_what_failed_or_did_not_run() {
        let by_hand =
            "if you did the step yourself, tick its boxes in the plan; the step then counts as done by hand";
        let failed = Reason::ValidationFailed { red: red(), limit: None };
        let stopped = [Past::Started(0), Past::Stopped(0, failed)];
        let table: [(&[Past], &str, &[&str]); 4] = [
            (&[], "step 1 was not carried out yet, so nothing waits for a person", &[by_hand]),
            (&stopped, "step 1 did not pass validation", &[by_hand]),
            (&[Past::Adopted(0)], "step 1 does not wait for a person", &[by_hand]),
            // What agentrun ticked is nobody's word.
            (&ticked(0), "step 1 does not wait for a person", &[]),
        ];
        for (past, message, hints) in table {
            let hints = hints.iter().map(|&hint| hint.to_owned()).collect();
            assert_eq!(asked(0, past), Err((message.to_owned(), hints)), "{past:?}");
        }
        let passed = [Past::Started(0), Past::Passed(0, Strength::Weak)];
        assert_eq!(asked(0, &passed).unwrap_err().0, "step 1 does not wait for a person");
    }
}
