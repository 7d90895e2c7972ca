//! The program: passes the arguments to the library and returns the exit code.

use agentrun::failure::ExitCode;
use clap::Parser;

fn main() -> std::process::ExitCode {
    // The journal is as it was at its last record: nothing is left to be cleared up.
    std::panic::set_hook(Box::new(|panic| {
        if agentrun::plan::is_reading() {
            return;
        }
        agentrun::report::print::mistake_of_ours(&panic.to_string());
        std::process::exit(ExitCode::Internal.code().into());
    }));
    let cli = agentrun::cli::Cli::parse();
    match agentrun::commands::run(cli) {
        Ok(code) => code.into(),
        Err(failure) => {
            agentrun::report::print::failure(&failure);
            failure.exit.into()
        }
    }
}
