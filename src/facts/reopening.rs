//! Why the evidence of a step no longer counts.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReopenReason {
    /// A person unticked one of its boxes: it runs again.
    Unticked,
    /// Its text changed since its evidence: it is validated first, and runs only if that fails.
    Edited,
    /// Something it explicitly depends on changed: it is validated first.
    DependencyEdited,
    /// `--restart`.
    Restart,
    /// `agentrun restore` brought its files back to what they were before it.
    Restored,
}

impl ReopenReason {
    /// Its evidence is stale, and may be renewed without an agent.
    pub fn is_staleness(self) -> bool {
        matches!(self, Self::Edited | Self::DependencyEdited)
    }
}
