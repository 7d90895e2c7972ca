//! What agentrun saw with its own eyes: what a tick rests on.

use serde::{Deserialize, Serialize};

use crate::model::message::Usage;
use crate::plan::Fingerprint;
use crate::process::Exit;

/// What agentrun saw when it ran a command: what a tick rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Where the command comes from.
    pub origin: Origin,
    /// The command.
    pub command: String,
    /// Where it ran, relative to the project root.
    pub dir: String,
    /// How it ended.
    pub exit: Exit,
    /// How long it took.
    pub duration_ms: u64,
    /// Tests it ran, where its output says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tests: Option<u64>,
    /// SHA-256 of everything it printed.
    pub output_digest: String,
    /// The log of everything it printed, relative to the run folder.
    pub log: String,
    /// What the step said.
    pub fingerprint: Fingerprint,
    /// The tree it ran on, the plan left out; absent in a baseline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tree: Option<String>,
    /// SHA-256 of the diff since the step began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub diff_digest: Option<String>,
    /// Tokens of the attempt so far.
    pub usage: Usage,
    /// Whether it was green before the step; absent in the baseline itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub green_before: Option<bool>,
}

/// Where a command comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// A criterion of the step: its index.
    Step {
        /// Index into the step's criteria.
        criterion: usize,
    },
    /// The plan's Validation section: applies to every step.
    Plan,
    /// `[validation] commands` of the configuration: applies to every step.
    Config,
}

/// What an attempt changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeSummary {
    /// Number of files.
    pub files: usize,
    /// Lines added.
    pub added: u64,
    /// Lines removed.
    pub removed: u64,
}
