//! Lists the commands that decide about a step: its own, then the plan's, then the configuration's.

use crate::facts::Origin;
use crate::plan::criterion::CommandLine;
use crate::plan::{Plan, Step, StepKind};

/// A command that decides about a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Applied {
    /// Where it comes from.
    pub origin: Origin,
    /// What the shell is given.
    pub script: String,
    /// Where it runs, relative to the project root; empty for the root itself.
    pub dir: String,
}

/// The commands that decide about a step, its own first. A command that is there twice runs once,
/// as the step's own.
pub(crate) fn applied(plan: &Plan, step: &Step, configured: &[String]) -> Vec<Applied> {
    let own = step.criteria.iter_enumerated().filter_map(|(criterion, found)| {
        found.command().map(|command| of(Origin::Step { criterion }, command))
    });
    let mut all: Vec<Applied> = own.collect();
    if !matches!(step.kind, StepKind::Manual | StepKind::Prerequisite) {
        let plan_level = plan.criteria.iter().filter_map(|criterion| criterion.command());
        let plan_level = plan_level.map(|command| of(Origin::Plan, command));
        let configured = configured.iter().map(|script| Applied {
            origin: Origin::Config,
            script: script.clone(),
            dir: String::new(),
        });
        for command in plan_level.chain(configured) {
            if !all.iter().any(|other| other.script == command.script && other.dir == command.dir) {
                all.push(command);
            }
        }
    }
    all
}

/// Whether any step of the plan can be decided by a command.
pub(crate) fn any_command(plan: &Plan, configured: &[String]) -> bool {
    let steps = plan.steps.iter().flat_map(|step| &step.criteria);
    !configured.is_empty() || plan.criteria.iter().chain(steps).any(|criterion| criterion.command().is_some())
}

fn of(origin: Origin, command: &CommandLine) -> Applied {
    Applied { origin, script: command.script.clone(), dir: command.dir.clone().unwrap_or_default() }
}
