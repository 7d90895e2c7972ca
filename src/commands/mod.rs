//! One file per subcommand, named as it is; each turns arguments into effects and an exit code. What
//! several of them need is in `common`.

mod check;
mod common;
mod completions;
mod confirm;
mod demo;
mod diff;
mod execute;
mod launch;
mod logs;
mod new;
mod restore;
mod status;
mod trust;
mod verify;

use crate::cli::{Cli, CliCommand};
use crate::failure::{ExitCode, Failure};

/// Does what the command line asks for.
pub fn run(cli: Cli) -> Result<ExitCode, Failure> {
    crate::process::inherit_nothing();
    let root = cli.root;
    match cli.command {
        CliCommand::Execute(args) => execute::run(root.as_deref(), args),
        CliCommand::Check(args) => check::run(root.as_deref(), &args),
        CliCommand::New(args) => new::run(&args),
        CliCommand::Status(args) => status::run(root.as_deref(), &args),
        CliCommand::Logs(args) => logs::run(root.as_deref(), &args),
        CliCommand::Diff(args) => diff::run(root.as_deref(), &args),
        CliCommand::Confirm(args) => confirm::run(root.as_deref(), &args),
        CliCommand::Restore(args) => restore::run(root.as_deref(), &args),
        CliCommand::Verify(args) => verify::run(root.as_deref(), &args),
        CliCommand::Trust => trust::run(root.as_deref()),
        CliCommand::Demo(args) => demo::run(root.as_deref(), &args),
        CliCommand::Launch(args) => launch::run(&args),
        CliCommand::Completions { shell } => {
            completions::run(shell);
            Ok(ExitCode::Passed)
        }
    }
}
