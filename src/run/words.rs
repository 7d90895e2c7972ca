//! The words of a run: the constant part of every brief, the templates, and the command line.

use crate::brief::Templates;

#[derive(Debug, Clone)]
pub(crate) struct Words {
    pub templates: Templates,
    /// The constant beginning of every conversation.
    pub system: String,
    /// What was typed, to be typed again.
    pub command: String,
}
