//! `agentrun completions SHELL`: prints a completion script.

use clap::CommandFactory;
use clap_complete::Shell;

use crate::cli::Cli;
use crate::report::print;

pub(super) fn run(shell: Shell) {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "agentrun", &mut script);
    print::data(&String::from_utf8_lossy(&script));
}
