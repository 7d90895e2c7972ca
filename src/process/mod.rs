//! Runs one child process with a policy, a sandbox, time limits and bounded output; no other room starts
//! processes.
//!
//! A command is started by a *launcher*, a process of this very program between agentrun and the
//! command, which ends whatever the command leaves.

mod capture;
mod child;
mod end;
mod excerpt;
mod launch;
mod launched;
mod log;
mod output;
mod pipe;
mod plain;
mod policy;
pub mod sandbox;
mod tree;

pub use capture::{Invocation, ProgramOutput, capture};
pub use child::run;
pub use launch::{confine, launch};
pub use launched::{LAUNCH, Launcher};
pub use policy::{Policy, WITHIN};
pub use sandbox::Sandbox;

use crate::facts::{Denial, Exit};
use std::path::PathBuf;
use std::time::Duration;

/// From here on other processes of this user cannot look into this one: not into its memory, and
/// not into the environment that it was started with, where the key may be.
pub fn keep_memory_private() {
    if let Err(error) = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable)
    {
        tracing::warn!(%error, "cannot keep the memory private");
    }
}

/// Descriptors that whoever started this process left open stay here: no child gets them.
pub fn inherit_nothing() {
    close_fds::CloseFdsBuilder::new().cloexecfrom(3);
}

/// Makes orphans children of this process, which then knows when they are dead. In many
/// containers nobody else would ever wait for them.
fn adopt_orphans() {
    // Without it an orphan is only noticed later.
    let _ = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
}

/// Ends everything that this process has started, at once.
pub fn kill_all() {
    tree::kill(|| tree::some(tree::below()));
}

/// The variable that every command has in its environment, and everything that it starts: which
/// plan it is carried out for.
pub const MARKER: &str = "AGENTRUN_PLAN";

/// Ends what carries this mark and is still there although its agentrun is not, and tells what it
/// was.
pub fn end_marked(mark: &str) -> Vec<String> {
    let found = tree::marked(MARKER, mark);
    let names = tree::names(&found);
    if !found.is_empty() {
        tree::end(|| tree::some(tree::marked(MARKER, mark)), Duration::from_secs(2));
    }
    names
}

/// A command line of a plan, a config or an agent.
#[derive(Debug, Clone)]
pub struct Command {
    /// What `bash` is given.
    pub script: String,
    /// Validation scripts run as `bash -eo pipefail -c`, the agent's as `bash -c`.
    pub strict: bool,
    /// Where.
    pub dir: PathBuf,
    /// Wall clock; then TERM, a grace, KILL, to everything that it started.
    pub timeout: Duration,
    /// Where all of the output goes, redacted; nowhere if `None`.
    pub log: Option<PathBuf>,
}

impl Command {
    /// What the shell is given: the script, or a file of it beside the log where it is longer than an argument may be.
    fn arguments(&self) -> std::io::Result<Vec<String>> {
        let options: &[&str] = if self.strict { &["-eo", "pipefail"] } else { &[] };
        let mut arguments: Vec<String> = options.iter().map(|option| (*option).to_owned()).collect();
        match &self.log {
            Some(log) if self.script.len() >= LONGEST_ARGUMENT => {
                let file = log.with_extension("sh");
                std::fs::write(&file, &self.script)?;
                arguments.push(file.display().to_string());
            }
            _ => arguments.extend(["-c".to_owned(), self.script.clone()]),
        }
        Ok(arguments)
    }
}

/// Linux takes no longer argument, its end included: `MAX_ARG_STRLEN` of execve(2).
const LONGEST_ARGUMENT: usize = 128 << 10;

/// What a command did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandOutcome {
    /// How it ended.
    pub exit: Exit,
    /// Wall time.
    pub duration: Duration,
    /// What it printed.
    pub output: CommandOutput,
    /// It failed, it seems, because the sandbox denied this.
    pub denied: Option<Denial>,
}

/// What a command printed, standard output and error in order of arrival.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CommandOutput {
    /// Bounded, tail-biased, redacted, without terminal codes: what an agent or a person reads.
    pub text: String,
    /// All bytes printed.
    pub bytes: u64,
    /// All lines printed.
    pub lines: u64,
    /// SHA-256 of everything printed, in hexadecimal.
    pub digest: String,
    /// Something was left out of `text`.
    pub truncated: bool,
    /// Background processes that were still there some time after the exit, and were ended:
    /// `4711 sleep 1000`.
    pub left: Vec<String>,
}
