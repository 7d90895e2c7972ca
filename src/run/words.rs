//! The words of a run: what the agent is told in every conversation, and what was typed.

use crate::brief::Templates;

/// The words of a run.
#[derive(Debug, Clone)]
pub struct Words {
    /// The templates of the briefs.
    pub templates: Templates,
    /// The constant beginning of every conversation.
    pub system: String,
    /// What was typed, to be typed again.
    pub command: String,
}
