//! A place of the plan that a step's pass ticks.

use serde::{Deserialize, Serialize};

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
