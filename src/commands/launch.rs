//! `agentrun launch`, hidden: this process is one of another agentrun's.

use crate::cli::LaunchArgs;
use crate::failure::{ExitCode, Failure};
use crate::process;

/// Becomes a program of agentrun's own, or starts commands for a run.
pub(super) fn run(args: &LaunchArgs) -> Result<ExitCode, Failure> {
    let done = match &args.rules {
        Some(rules) => Err(process::confine(rules, &args.program)),
        None => process::launch(),
    };
    done.map(|()| ExitCode::Passed).map_err(|error| {
        Failure::usage("this command is for agentrun itself; only a run starts it").caused_by(error)
    })
}
