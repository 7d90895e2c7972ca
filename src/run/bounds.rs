//! What is told at the beginning and at the end of a run.

use serde::{Deserialize, Serialize};

use super::outcome::RunOutcome;
use super::reference::StepRef;

/// What a run was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunStarted {
    /// agentrun's version.
    pub version: String,
    /// The plan, relative to the project root.
    pub plan: String,
    /// The plan's title.
    pub title: String,
    /// Digest of the plan's bytes.
    pub digest: String,
    /// Every step in the order of execution.
    pub steps: Vec<StepRef>,
    /// The model.
    pub model: String,
    /// The confinement in force.
    pub sandbox: String,
    /// How trees are kept: `git` or `files`.
    pub snapshots: String,
    /// What was typed, to be typed again: `agentrun execute plan.md --model NAME`.
    #[serde(default)]
    pub command: String,
    /// Each step that passes is committed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub commits: bool,
    /// Limits in words: `3 attempts a step, 60 turns and 30 m an attempt`.
    pub limits: String,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunCompleted {
    /// How.
    pub outcome: RunOutcome,
    /// The exit code of the process.
    pub exit_code: u8,
    /// What waits for a person.
    pub pending: Vec<Pending>,
    /// Steps of the plan that are still to be done, and wait for nobody.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub open: usize,
    /// How long the run took.
    pub duration_ms: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// Something that waits for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// The step.
    pub step: String,
    /// What.
    pub text: String,
}
