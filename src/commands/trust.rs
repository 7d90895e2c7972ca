//! `agentrun trust`: approves settings of the project's `agentrun.toml`.

use std::path::Path;

use super::common::open::Project;
use super::common::person::by_a_person;
use crate::config::{PROJECT_FILE, WithheldPowers};
use crate::failure::{ExitCode, Failure};
use crate::report::print;

/// Shows what the project's file would be allowed, and allows it: whoever types this consents.
pub(super) fn run(root: Option<&Path>) -> Result<ExitCode, Failure> {
    let project = Project::find(root)?;
    by_a_person(&project.environment)?;
    let Some(WithheldPowers { powers, approval }) = project.config_and_withheld()?.1 else {
        print::talk(&format!("nothing in {PROJECT_FILE} needs your approval"));
        return Ok(ExitCode::Passed);
    };
    print::talk(&format!("{} now", project.root.join(PROJECT_FILE).display()));
    for power in &powers {
        print::talk(&format!("  {} ({})", power.does, power.key));
    }
    let no_home = || std::io::Error::other("neither XDG_STATE_HOME nor HOME is set");
    let given = approval.ok_or_else(no_home).and_then(|approval| approval.give(&project.root, &powers));
    given
        .map_err(|error| Failure::usage("cannot save the approval in your state folder").caused_by(error))?;
    print::talk("approved for this project and this content of the file; after a change agentrun asks again");
    Ok(ExitCode::Passed)
}

/// Why a run does not begin.
pub(super) fn refusal(withheld: &WithheldPowers) -> Failure {
    let keys: Vec<String> = withheld.powers.iter().map(|power| format!("`{}`", power.key)).collect();
    let message =
        format!("{PROJECT_FILE} sets what a project may not set without your approval: {}", keys.join(", "));
    let failure = Failure::usage(message);
    let does = withheld.powers.iter().map(|power| format!("`{}` {}", power.key, power.does));
    does.fold(failure, Failure::hint).hint(
        "approve them with `agentrun trust`; or remove them, and set them in your own file or with flags",
    )
}
