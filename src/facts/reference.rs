//! How events name steps, attempts and places of the plan.

use serde::{Deserialize, Serialize};

use super::StepKey;

/// A step as events name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepRef {
    /// As people name it: `1.1`, `#7`.
    pub id: String,
    /// As agentrun knows it.
    pub key: StepKey,
    /// Its title.
    pub title: String,
}

/// One try of one step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptRef {
    /// The step.
    pub step: StepRef,
    /// Number of the attempt, from 1, going on across runs. 0 is before the first.
    pub attempt: u32,
}

/// A place of the plan that is ticked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticked {
    /// Its line at that time.
    pub line: usize,
    /// Its text, by which it is found again.
    pub text: String,
    /// It rests on the judge's word.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub judged: bool,
}

impl Ticked {
    /// `line 12: The greeting is friendly (judged)`
    pub fn say(&self) -> String {
        let judged = if self.judged { " (judged)" } else { "" };
        format!("line {}: {}{judged}", self.line, self.text)
    }
}
