//! What a judge says about a prose criterion, and what it cites.

use super::CriterionIndex;
use serde::{Deserialize, Serialize};

/// What a judge says of one criterion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    pub criterion: CriterionIndex,
    pub text: String,
    pub ruling: Ruling,
    /// Why, in the judge's words.
    pub reason: String,
    /// What it points at; agentrun has seen that it is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub citation: Option<Citation>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ruling {
    Pass,
    Fail,
    /// That cannot be decided from the project, or what was cited is not there.
    CannotTell,
}

/// Words that stand somewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "in", rename_all = "snake_case")]
pub enum Citation {
    /// In a file of the project.
    File {
        path: String,
        /// From 1.
        line: usize,
        quote: String,
    },
    /// In what a validation command printed.
    Output { command: String, quote: String },
}

impl Ruling {
    /// In words, behind the criterion.
    pub fn say(self) -> &'static str {
        match self {
            Self::Pass => "holds",
            Self::Fail => "does not hold",
            Self::CannotTell => "cannot be decided",
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixtures::judgement;

    #[test]
    fn a_citation_names_its_place_and_is_written_with_it() {
        let file = judgement(1, Ruling::Fail).citation.unwrap();
        let output = Citation::Output { command: "cargo test".to_owned(), quote: "3 passed".to_owned() };
        assert_eq!([file.place(), output.place()], ["a.rs:3", "the output of `cargo test`"]);
        let json = serde_json::to_string(&output).unwrap();
        assert_eq!(json, r#"{"in":"output","command":"cargo test","quote":"3 passed"}"#);
        assert_eq!(serde_json::from_str::<Citation>(&json).unwrap(), output);
    }
}
