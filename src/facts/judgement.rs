//! What a judge says about a prose criterion, and what it cites.

use super::CriterionIndex;
use serde::{Deserialize, Serialize};

/// What a judge says of one criterion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    /// Index into the step's criteria.
    pub criterion: CriterionIndex,
    /// The criterion.
    pub text: String,
    /// Whether it holds.
    pub ruling: Ruling,
    /// Why, in the judge's words.
    pub reason: String,
    /// What it points at; agentrun has seen that it is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub citation: Option<Citation>,
}

/// Whether a criterion holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ruling {
    /// It does.
    Pass,
    /// It does not.
    Fail,
    /// That cannot be told from the project, or what was cited is not there.
    CannotTell,
}

/// Words that stand somewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "in", rename_all = "snake_case")]
pub enum Citation {
    /// In a file of the project.
    File {
        /// Relative to the project root.
        path: String,
        /// From 1.
        line: usize,
        /// The words.
        quote: String,
    },
    /// In what a validation command printed.
    Output {
        /// The command.
        command: String,
        /// The words.
        quote: String,
    },
}

impl Citation {
    /// Where it stands, for people: `src/lib.rs:12`.
    pub fn place(&self) -> String {
        match self {
            Self::File { path, line, .. } => format!("{path}:{line}"),
            Self::Output { command, .. } => format!("the output of `{command}`"),
        }
    }
}
