//! The subcommands: each turns arguments into effects and an exit code.

mod check;
mod completions;
mod confine;
mod confirm;
mod demo;
mod detect;
mod diff;
mod execute;
mod history;
mod launch;
mod logs;
mod new;
mod open;
mod renamed;
mod restore;
mod signals;
mod status;
mod trust;
mod typed;
mod unresolved;
mod verify;

use crate::cli::{Cli, Command, Launch};
use crate::failure::{ExitCode, Failure};
use crate::process;

/// Does what the command line asks for.
pub fn run(cli: Cli) -> Result<ExitCode, Failure> {
    let root = cli.root;
    match cli.command {
        Command::Execute(args) => execute::run(root.as_deref(), args),
        Command::Check(args) => check::run(root.as_deref(), &args),
        Command::New(args) => new::run(&args),
        Command::Status(args) => status::run(root.as_deref(), &args),
        Command::Logs(args) => logs::run(root.as_deref(), &args),
        Command::Diff(args) => diff::run(root.as_deref(), &args),
        Command::Confirm(args) => confirm::run(root.as_deref(), &args),
        Command::Restore(args) => restore::run(root.as_deref(), &args),
        Command::Verify(args) => verify::run(root.as_deref(), &args),
        Command::Trust => trust::run(root.as_deref()),
        Command::Demo(args) => demo::run(root.as_deref(), &args),
        Command::Launch(args) => launched(&args),
        Command::Completions { shell } => {
            completions::run(shell);
            Ok(ExitCode::Passed)
        }
    }
}

/// This process is one of another agentrun's.
fn launched(args: &Launch) -> Result<ExitCode, Failure> {
    let done = match &args.rules {
        Some(rules) => Err(process::confine(rules, &args.program)),
        None => process::launch(),
    };
    done.map(|()| ExitCode::Passed)
        .map_err(|error| Failure::usage("only a run of agentrun launches commands").caused_by(error))
}
