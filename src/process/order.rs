//! The messages between agentrun and a launcher: one line of JSON each way.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::sandbox::landlock::Rules;
use crate::facts::Exit;

/// What a launcher is to do.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct LaunchOrder {
    /// The shell.
    pub(super) shell: PathBuf,
    /// What the shell is given: options and script.
    pub(super) arguments: Vec<String>,
    /// What Landlock lets through, if that is the sandbox.
    pub(super) landlock: Option<Rules>,
    /// From TERM to KILL.
    pub(super) grace: Duration,
    /// How long background processes may stay after the exit.
    pub(super) drain: Duration,
}

/// What a launcher saw.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct LaunchReport {
    /// How the shell ended.
    pub(super) exit: Exit,
    /// The launcher was asked to stop before.
    pub(super) stopped: bool,
    /// How long the shell ran.
    pub(super) ran: Duration,
    /// The processes that were still there some time after the exit, and were ended.
    pub(super) left: Vec<String>,
}

impl LaunchReport {
    /// The shell could not be started.
    pub(super) fn not_started(exit: Exit) -> Self {
        Self { exit, stopped: false, ran: Duration::ZERO, left: Vec::new() }
    }
}
