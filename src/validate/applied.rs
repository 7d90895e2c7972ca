//! Which commands decide: about a step, about any step, and about the whole plan at its end.

use std::collections::BTreeSet;

use crate::facts::{Evidence, Expectation, Origin};
use crate::plan::criterion::CommandLine;
use crate::plan::{Plan, Step, StepKind};
use crate::state::{Pass, RunState};

/// A command that decides about a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Applied {
    /// Where it comes from.
    pub origin: Origin,
    /// What the shell is given.
    pub script: String,
    /// Where it runs, relative to the project root; empty for the root itself.
    pub dir: String,
    /// What it is expected to do.
    pub expectation: Expectation,
    /// It changes the project, so it does not run before the step.
    pub changes: bool,
}

impl Applied {
    /// A script that is expected to succeed.
    pub(crate) fn script(origin: Origin, script: &str, dir: &str) -> Self {
        let expectation = Expectation::default();
        Self { origin, script: script.to_owned(), dir: dir.to_owned(), expectation, changes: false }
    }

    fn new(origin: Origin, command: &CommandLine) -> Self {
        Self {
            origin,
            script: command.script.clone(),
            dir: command.dir.clone().unwrap_or_default(),
            expectation: command.expectation.clone(),
            changes: command.changes,
        }
    }

    /// The same command, wherever it comes from.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        (&self.script, &self.dir, &self.expectation) == (&other.script, &other.dir, &other.expectation)
    }

    /// The evidence is of this command.
    pub(crate) fn is_of(&self, evidence: &Evidence) -> bool {
        evidence.is_of(&self.script, &self.dir, &self.expectation)
    }
}

/// The commands that decide about a step: its own, then the plan's, then the configuration's. A command
/// that is there twice runs once, as the step's own.
pub(crate) fn applied(plan: &Plan, step: &Step, configured: &[String]) -> Vec<Applied> {
    let own = step.criteria.iter_enumerated();
    let own = own.filter_map(|(criterion, found)| Some((Origin::Step { criterion }, found.command()?)));
    let mut all: Vec<Applied> = own.map(|(origin, command)| Applied::new(origin, command)).collect();
    if matches!(step.kind, StepKind::Manual | StepKind::Prerequisite) {
        return all;
    }
    for command in of_all(plan, configured) {
        if !all.iter().any(|other| other.is_same(&command)) {
            all.push(command);
        }
    }
    all
}

/// The commands that decide about any step.
pub(crate) fn all_applied(plan: &Plan, configured: &[String]) -> Vec<Applied> {
    plan.steps.iter().flat_map(|step| applied(plan, step, configured)).collect()
}

/// The commands of the plan and the configuration that its end waits for. A step left them failing, and the
/// plan was not accepted since; or no step has run them, because they came later.
pub(crate) fn at_the_end(plan: &Plan, configured: &[String], state: &RunState) -> Vec<Applied> {
    let status = |step: &Step| &state.step(&step.key).status;
    let passes = || plan.steps.iter().filter_map(|step| status(step).pass());
    let accepted = plan.steps.iter().any(|step| step.kind == StepKind::Acceptance && status(step).is_done());
    let ran: BTreeSet<&str> = passes().flat_map(Pass::ran).collect();
    let left: BTreeSet<&String> = passes().flat_map(|pass| &pass.tolerated).filter(|_| !accepted).collect();
    let mut due: Vec<Applied> = Vec::new();
    for command in all_applied(plan, configured) {
        let never = !ran.is_empty() && !ran.contains(command.script.as_str());
        let of_all = !matches!(command.origin, Origin::Step { .. });
        if of_all && (never || left.contains(&command.script)) && !due.contains(&command) {
            due.push(command);
        }
    }
    due
}

/// The commands of the plan and the configuration: they decide about every step that does work.
fn of_all(plan: &Plan, configured: &[String]) -> impl Iterator<Item = Applied> {
    let plan_level = plan.criteria.iter().filter_map(|criterion| criterion.command());
    let plan_level = plan_level.map(|command| Applied::new(Origin::Plan, command));
    plan_level.chain(configured.iter().map(|script| Applied::script(Origin::Config, script, "")))
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;
    use crate::facts::Strength;
    use crate::facts::fixtures::evidence;
    use crate::plan;
    use crate::state::fixtures::{Past, state};

    /// A step of each kind; the second step has one of the plan's commands as its own.
    const PLAN: &str = "# P

## Prerequisites

- [ ] `docker info`

## Implementation Steps

### Step 1: A

**Validation:** `test -f a`

### Step 2: B

**Validation:** `make lint`

## Manual Testing

- [ ] look at it

## Validation

```sh
make lint
```

## Acceptance Criteria

- [ ] `make smoke`
";

    fn said(commands: Vec<Applied>) -> Vec<String> {
        let origin = |origin| match origin {
            Origin::Step { criterion } => format!("own {}", usize::from(criterion)),
            Origin::Plan => "plan".to_owned(),
            Origin::Config => "config".to_owned(),
        };
        commands
            .into_iter()
            .map(|found| format!("{} ({})", found.script.trim(), origin(found.origin)))
            .collect()
    }

    fn configured() -> Vec<String> {
        vec!["make test".to_owned()]
    }

    #[test]
    fn a_step_is_decided_by_its_own_commands_then_by_those_of_the_plan_and_of_the_configuration() {
        let plan = plan::read(PLAN).plan;
        let table: [(&str, &[&str]); 5] = [
            ("Prerequisites", &["docker info (own 0)"]),
            ("A", &["test -f a (own 0)", "make lint (plan)", "make test (config)"]),
            ("B", &["make lint (own 0)", "make test (config)"]),
            ("Manual Testing", &[]),
            ("Acceptance Criteria", &["make smoke (own 0)", "make lint (plan)", "make test (config)"]),
        ];
        for (title, expected) in table {
            let step = plan.steps.iter().find(|step| step.title == title).unwrap();
            assert_eq!(said(applied(&plan, step, &configured())), expected, "{title}");
        }
    }

    /// Step A passes, after these commands ran; of them these still fail.
    fn passed(ran: &[&str], failing: &'static [&'static str]) -> Vec<Past> {
        let seen = ran.iter().map(|command| Past::Validated(1, evidence(0, command, 0)));
        std::iter::once(Past::Started(1)).chain(seen).chain([Past::PassedLeaving(1, failing)]).collect()
    }

    #[test]
    fn the_end_waits_for_commands_that_were_left_failing_or_came_later() {
        let reading = plan::read(PLAN);
        let all = ["test -f a", "make lint", "make test"];
        let left = passed(&all, &["make test"]);
        let accepted = [Past::Started(4), Past::Passed(4, Strength::Proven)];
        let table: [(&str, Vec<Past>, &[&str]); 6] = [
            ("nothing ran", Vec::new(), &[]),
            ("done by hand", vec![Past::Adopted(1)], &[]),
            ("all ran and passed", passed(&all, &[]), &[]),
            ("one was left failing", left.clone(), &["make test (config)"]),
            ("the plan was accepted since", [left, accepted.to_vec()].concat(), &[]),
            ("two came later", passed(&all[..1], &[]), &["make lint (plan)", "make test (config)"]),
        ];
        for (name, past, expected) in table {
            let due = at_the_end(&reading.plan, &configured(), &state(&reading, &past));
            assert_eq!(said(due), expected, "{name}");
        }
    }
}
