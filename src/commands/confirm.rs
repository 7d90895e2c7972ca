//! `agentrun confirm PLAN STEP...`: records that a person confirms steps.

use std::ffi::OsStr;
use std::path::Path;
use std::time::Duration;

use super::common::hold::{self, HeldPlan};
use super::common::open::{OpenPlan, Project};
use super::common::person::by_a_person;
use crate::cli::ConfirmArgs;
use crate::config::{Config, ProgressMode};
use crate::facts::{Event, StepRef};
use crate::failure::{ExitCode, Failure};
use crate::plan::{Step, StepIndex, StepKind};
use crate::process::{Invocation, capture};
use crate::record::Recorder;
use crate::report::print;
use crate::run::{PlanAtHand, tick};
use crate::state::{StepState, StepStatus, TickState};
use crate::workspace::guard::Guard;

/// Records that a person vouches for steps, and ticks what was waiting for it; without a step, lists what waits.
pub(super) fn run(root: Option<&Path>, args: &ConfirmArgs) -> Result<ExitCode, Failure> {
    let project = Project::find(root)?;
    let config = project.config()?;
    let plan = project.plan(&args.plan)?;
    if args.steps.is_empty() {
        list(&plan)?;
        return Ok(ExitCode::Passed);
    }
    let found = args.steps.iter().map(|step| plan.find_one(step, "confirm"));
    let mut steps = found.collect::<Result<Vec<StepIndex>, Failure>>()?;
    steps.sort_unstable();
    steps.dedup();
    by_a_person(&project.environment)?;
    let by = match &args.by {
        Some(by) if by.contains(char::is_control) => {
            return Err(Failure::usage("the name must be one line of text"));
        }
        Some(by) => by.clone(),
        None => who(&project, &config)?,
    };
    let HeldPlan { plan, guard, recorder, hold: _hold } = HeldPlan::new(&project, &config, plan)?;
    let plan = plan.at_hand();
    let mut desk = Desk { plan: &plan, progress: config.plan.progress, by: &by, recorder, guard };
    // All of them or none.
    let confirmed = steps
        .iter()
        .map(|&index| {
            let step = plan.step(index);
            Ok((step, confirmable(step, desk.recorder.state.step(&step.key))?))
        })
        .collect::<Result<Vec<(&Step, Vec<String>)>, Failure>>()
        .and_then(|all| all.into_iter().try_for_each(|(step, items)| desk.confirm(step, items)));
    desk.guard.end();
    confirmed.map(|()| ExitCode::Passed)
}

/// What a confirmation is written into, and by whom.
struct Desk<'a> {
    plan: &'a PlanAtHand,
    progress: ProgressMode,
    by: &'a str,
    recorder: Recorder,
    guard: Guard,
}

impl Desk<'_> {
    fn confirm(&mut self, step: &Step, items: Vec<String>) -> Result<(), Failure> {
        self.recorder.record(Event::StepConfirmed {
            step: StepRef::from(step),
            fingerprint: step.fingerprint(),
            by: self.by.to_owned(),
            items: items.clone(),
        })?;
        tick::write(self.plan, self.progress, step, &mut self.recorder, &mut self.guard)?;
        self.guard
            .wrote(self.recorder.position.last)
            .map_err(|error| Failure::internal("cannot look after the plan", error))?;
        print::talk(&format!(
            "{} {} is confirmed by {}",
            print::styled(print::GOOD, "+"),
            step.name(),
            self.by
        ));
        for item in items {
            print::talk(&format!("  {item}"));
        }
        let pass = self.recorder.state.step(&step.key).status.pass();
        if pass.is_some_and(|pass| pass.tick != TickState::Written) {
            print::talk("  agentrun could not tick the plan now; the next run tries again");
        }
        Ok(())
    }
}

/// Prints what waits for a person, with the command that confirms all of it.
fn list(plan: &OpenPlan) -> Result<(), Failure> {
    let state = plan.standing()?.state;
    let in_order = plan.reading.graph.order().iter().map(|&index| &plan.reading.plan.steps[index]);
    let waits = |step: &&Step| match &state.step(&step.key).status {
        StepStatus::Passed(pass) => !pass.pending.is_empty(),
        StepStatus::Parked { .. } => true,
        StepStatus::Stopped(outcome) => outcome.reason.may_be_confirmed(),
        _ => false,
    };
    let waiting: Vec<&Step> = in_order.filter(waits).collect();
    if waiting.is_empty() {
        print::talk("nothing waits for a person");
        return Ok(());
    }
    for step in &waiting {
        print::data_line(&format!("{} {}", step.id, step.name()));
        for item in confirmable(step, state.step(&step.key))? {
            print::data_line(&format!("  {item}"));
        }
    }
    let ids: Vec<String> = waiting.iter().map(|step| print::quoted(&step.id)).collect();
    print::talk(&format!(
        "next: look at it, then agentrun confirm {} {}",
        print::quoted(&plan.path),
        ids.join(" ")
    ));
    Ok(())
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

/// Who sits here: git's author name, or else the login name.
fn who(project: &Project, config: &Config) -> Result<String, Failure> {
    let environment = &project.environment;
    let variable = |name: &str| environment.get(name).map(str::to_owned);
    let found = variable("GIT_AUTHOR_NAME").or_else(|| git_name(project, config));
    found
        .or_else(|| variable("USER"))
        .or_else(|| variable("LOGNAME"))
        .ok_or_else(|| Failure::usage("agentrun does not know your name").hint("give it with --by NAME"))
}

/// The name that git is configured with, where there is a git.
fn git_name(project: &Project, config: &Config) -> Option<String> {
    let args = ["config", "--get", "user.name"].map(OsStr::new);
    let invocation = Invocation {
        program: "git",
        args: &args,
        dir: &project.root,
        environment: &[],
        stdin: &[],
        timeout: Duration::from_secs(10),
    };
    let policy = project.own_policy(config);
    let printed = hold::runtime().ok()?.block_on(capture(&invocation, &policy)).ok()?;
    let name = String::from_utf8(printed.stdout).ok()?.trim().to_owned();
    (printed.code == Some(0) && !name.is_empty() && !name.contains(char::is_control)).then_some(name)
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
