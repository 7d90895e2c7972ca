//! Whole plans through the reader.

mod conservation;
mod dialects;
mod edits;
mod families;
mod habits;
mod persons;
mod properties;
mod series;
mod shapes;
mod strangers;
mod trackers;

use crate::plan::{Plan, read};

/// The kind and name of each step.
fn steps(text: &str) -> Vec<String> {
    let plan = read(text).plan;
    plan.steps.iter().map(|step| format!("{:?} {}", step.kind, step.name())).collect()
}

/// The commands of the plan, then those of its steps.
fn commands(plan: &Plan) -> Vec<&str> {
    let own = plan.steps.iter().flat_map(|step| &step.criteria);
    plan.criteria.iter().chain(own).filter_map(|found| Some(found.command()?.script.as_str())).collect()
}
