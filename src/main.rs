//! Arguments in, exit code out.

use clap::Parser;

fn main() -> std::process::ExitCode {
    let cli = agentrun::cli::Cli::parse();
    match agentrun::commands::run(cli) {
        Ok(code) => code.into(),
        Err(failure) => {
            agentrun::report::print::failure(&failure);
            failure.exit.into()
        }
    }
}
