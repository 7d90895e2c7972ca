//! `agentrun diff [RUN] --step ID`: shows what a step changed.

use std::path::Path;

use super::common::history::{self, PastRun, PlacedStep};
use super::common::hold;
use super::common::open::Project;
use crate::cli::DiffArgs;
use crate::facts::StepRef;
use crate::failure::{ExitCode, Failure};
use crate::redact::Redact;
use crate::report::{patch, print};
use crate::workspace::snapshots::Snapshots;

/// Prints what the attempts of a step changed in a run, one after the other; for a program, what they changed
/// together, as a patch.
pub(super) fn run(root: Option<&Path>, args: &DiffArgs) -> Result<ExitCode, Failure> {
    let project = Project::find(root)?;
    let run = history::find(&project, args.run.as_deref())?;
    let PlacedStep { number, step } = run.step(&args.step)?;
    if !print::is_seen() && print_patch(&project, &run, &step)? {
        return Ok(ExitCode::Passed);
    }
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

/// The change of the step as `git apply` takes it; `false` where the trees are not known to git.
fn print_patch(project: &Project, run: &PastRun, step: &StepRef) -> Result<bool, Failure> {
    let Some((before, after)) = run.trees(step).filter(|(before, after)| before != after) else {
        return Ok(false);
    };
    let config = project.config()?;
    let policy = project.own_policy(&config);
    let made = hold::runtime()?.block_on(async {
        let snapshots = Snapshots::open(&project.root, &run.snapshots(), &[], &policy).await;
        snapshots.patch(&before, &after).await
    });
    let Some(Ok(bytes)) = made else { return Ok(false) };
    let text = String::from_utf8_lossy(&bytes);
    let masked = Redact::new(project.secrets(&config)).text(&text).into_owned();
    if masked == text {
        print::data_bytes(&bytes);
    } else {
        print::warning("a secret stands in the change; it is masked, so the patch does not apply");
        print::data_bytes(masked.as_bytes());
    }
    Ok(true)
}
