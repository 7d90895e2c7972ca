//! One child process: policy, group, timeouts, output. The only place that spawns.

mod capture;
mod child;
mod excerpt;
mod log;
mod output;
mod plain;
mod policy;
#[cfg(test)]
mod tests;

pub use capture::{Captured, Invocation, capture};
pub use child::run;
pub use policy::Policy;

use std::path::PathBuf;
use std::time::Duration;

/// From here on other processes of this user cannot look into this one: not into its memory, and
/// not into the environment that it was started with, where the key may be.
pub fn keep_memory_private() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable)
    {
        tracing::warn!(%error, "cannot keep the memory private");
    }
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
    /// Wall clock; then TERM, a grace, KILL, to the whole group.
    pub timeout: Duration,
    /// Where all of the output goes, redacted; nowhere if `None`.
    pub log: Option<PathBuf>,
}

/// How a command ended.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Exit {
    /// It exited by itself.
    Code {
        /// 0 is success.
        code: i32,
    },
    /// A signal ended it.
    Signal {
        /// Its number.
        signal: i32,
    },
    /// It ran longer than it may.
    TimedOut {
        /// The limit, in seconds.
        after_seconds: u64,
    },
    /// The run was interrupted.
    Interrupted,
    /// It could not be started.
    NotStarted {
        /// Why.
        reason: String,
    },
}

impl Exit {
    /// Exit code 0.
    pub fn success(&self) -> bool {
        matches!(self, Self::Code { code: 0 })
    }
}

/// What a command did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completed {
    /// How it ended.
    pub exit: Exit,
    /// Wall time.
    pub duration: Duration,
    /// What it printed.
    pub output: Output,
}

/// What a command printed, standard output and error in order of arrival.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Output {
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
    /// Background children were still there some time after the exit, and were ended.
    pub left_open: bool,
}
