//! `agentrun check PLAN`: shows what is wrong or unclear in a plan.

use std::path::Path;

use super::common::open::Project;
use super::common::unresolved;
use crate::cli::CheckArgs;
use crate::failure::{ExitCode, Failure};
use crate::plan::{Diagnostic, Severity};
use crate::report::{diagnostics, explanation, listing, print};
use crate::validate::own_commands;
use crate::words;
use crate::workspace::disk_files::DiskFiles;

/// Prints the diagnostics of a plan, how it was read, or all that was understood as JSON.
pub(super) fn run(root: Option<&Path>, args: &CheckArgs) -> Result<ExitCode, Failure> {
    let project = Project::find(root)?;
    let mut plan = project.plan(&args.plan)?;
    offer_commands(&mut plan.reading.diagnostics, &own_commands::tests(&DiskFiles, &project.root));
    let unresolved = unresolved::find(&plan.reading, &project.root, &project.environment);
    plan.reading.diagnostics.extend(unresolved);
    plan.reading.diagnostics.sort_by_key(|diagnostic| diagnostic.span.start);
    let found = &plan.reading.diagnostics;
    if args.json {
        let state = plan.standing()?.state;
        let json = listing::json(&plan.text.text, &plan.reading, &state)
            .map_err(|error| Failure::internal("cannot write the plan as JSON", error))?;
        print::data_line(&json);
    } else {
        if args.explain {
            print::data(&explanation::render(&plan.path, &plan.reading));
        }
        print::data(&diagnostics::render(&plan.path, &plan.text.text, found));
        if let Some(list) = plan.reading.lists.first() {
            let place =
                if list.place.is_empty() { String::new() } else { format!(" under `{}`", list.place) };
            print::talk(&format!("{}: the steps are {}{place}", plan.path, list.what));
        }
        let count = |severity| found.iter().filter(|diagnostic| diagnostic.severity == severity).count();
        print::talk(&format!(
            "{}: {}, {}, {}",
            plan.path,
            words::counted(plan.reading.plan.steps.len(), "step"),
            words::counted(count(Severity::Error), "error"),
            words::counted(count(Severity::Warning), "warning")
        ));
    }
    let worst = if args.strict { Severity::Warning } else { Severity::Error };
    let invalid = found.iter().any(|diagnostic| diagnostic.severity <= worst);
    Ok(if invalid { ExitCode::PlanInvalid } else { ExitCode::Passed })
}

/// Where a step has no command, offers those of the project as text to paste.
fn offer_commands(diagnostics: &mut [Diagnostic], commands: &[String]) {
    let Some(command) = commands.first() else { return };
    for found in diagnostics.iter_mut().filter(|found| found.code == "no-command") {
        let help = format!(
            "this project's own command is `{command}`: add ``- [ ] `{command}` passes`` to the criteria of the step, \
             or `{command}` under a heading `Validation` for every step"
        );
        found.help = Some(help.into());
    }
}
