//! `agentrun diff [RUN] --step ID`: shows what a step changed.

use std::path::Path;

use super::common::history::{self, PlacedStep};
use super::common::open::Project;
use crate::cli::DiffArgs;
use crate::failure::{ExitCode, Failure};
use crate::report::{patch, print};

/// Prints what the attempts of a step changed in a run, one after the other.
pub(super) fn run(root: Option<&Path>, args: &DiffArgs) -> Result<ExitCode, Failure> {
    let project = Project::find(root)?;
    let run = history::find(&project, args.run.as_deref())?;
    let PlacedStep { number, step } = run.step(&args.step)?;
    let mut found = false;
    for attempt in run.attempts(&step) {
        let path = run.dir.attempt(number, &step.title, attempt).join("changes.diff");
        if let Ok(diff) = std::fs::read(&path) {
            found = true;
            print::data_in_colours(&diff, patch::coloured);
        }
    }
    if !found {
        print::talk(&format!("step {} changed no files in run {}", args.step, run.dir.id));
    }
    Ok(ExitCode::Passed)
}
