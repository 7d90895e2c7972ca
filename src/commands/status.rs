//! `agentrun status [PLAN]`: shows the progress of plans.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::common::open::{Project, fold};
use crate::cli::StatusArgs;
use crate::failure::{ExitCode, Failure};
use crate::journal::reader;
use crate::report::{listing, print};

/// Prints where a plan stands, or every plan that was ever run in the project.
pub(super) fn run(root: Option<&Path>, args: &StatusArgs) -> Result<ExitCode, Failure> {
    let project = Project::find(root)?;
    let plans = match &args.plan {
        Some(plan) => vec![plan.clone()],
        None => known_plans(&project)?,
    };
    if plans.is_empty() {
        print::talk(
            "no plan was run in this project yet; `agentrun execute PLAN --dry-run` shows what a run would do",
        );
    }
    for path in plans {
        match project.plan(&path) {
            Ok(plan) => {
                let past = plan.standing()?;
                if args.json {
                    let failed = |error| Failure::internal("cannot write the plan as JSON", error);
                    let json = listing::json(&plan.text.text, &plan.reading, &past.state).map_err(failed)?;
                    let mut json: Value = serde_json::from_str(&json).map_err(failed)?;
                    json["path"] = plan.path.clone().into();
                    print::data_line(&json.to_string());
                    continue;
                }
                print::data(&format!("{}\n{}", plan.path, listing::status(&plan.reading, &past.state)));
                let complaints = past.distrust().into_iter().chain(past.complaints);
                complaints.for_each(|complaint| print::warning(&complaint));
            }
            Err(failure) if args.plan.is_some() => return Err(failure),
            Err(failure) => print::warning(&failure.to_string()),
        }
    }
    Ok(ExitCode::Passed)
}

/// The plans whose journals the project keeps.
fn known_plans(project: &Project) -> Result<Vec<PathBuf>, Failure> {
    let unreadable = |error| Failure::internal("cannot read the state folder", error);
    let mut plans = Vec::new();
    for dir in project.state.plans().map_err(unreadable)? {
        let journal = reader::read(&dir.journal()).map_err(unreadable)?;
        if let Some(run) = fold(&journal).state.last_run() {
            plans.push(project.root.join(&run.plan));
        }
    }
    plans.sort();
    Ok(plans)
}
