//! What a judge says about a prose criterion or a task, and what it cites.

use super::{CriterionIndex, TaskIndex};
use serde::{Deserialize, Serialize};

/// What a judge says of one criterion or task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    #[serde(flatten)]
    pub item: JudgedItem,
    pub text: String,
    pub ruling: Ruling,
    /// Why, in the judge's words.
    pub reason: String,
    /// What it points at; agentrun has seen that it is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub citation: Option<Citation>,
}

/// What a judgement is about, by its place in the step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JudgedItem {
    /// Whether it holds.
    Criterion(CriterionIndex),
    /// Whether it is done.
    Task(TaskIndex),
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

impl JudgedItem {
    /// As it is called.
    pub fn say(self) -> &'static str {
        match self {
            Self::Criterion(_) => "criterion",
            Self::Task(_) => "task",
        }
    }
}

impl Judgement {
    /// The ruling in words, in front of the text or behind it.
    pub fn say(&self) -> &'static str {
        match (self.ruling, self.item) {
            (Ruling::Pass, JudgedItem::Criterion(_)) => "holds",
            (Ruling::Fail, JudgedItem::Criterion(_)) => "does not hold",
            (Ruling::Pass, JudgedItem::Task(_)) => "is done",
            (Ruling::Fail, JudgedItem::Task(_)) => "is not done",
            (Ruling::CannotTell, _) => "cannot be decided",
        }
    }

    /// The criterion that it is about.
    pub fn criterion(&self) -> Option<CriterionIndex> {
        match self.item {
            JudgedItem::Criterion(index) => Some(index),
            JudgedItem::Task(_) => None,
        }
    }

    /// The task that it is about.
    pub fn task(&self) -> Option<TaskIndex> {
        match self.item {
            JudgedItem::Criterion(_) => None,
            JudgedItem::Task(index) => Some(index),
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

    #[test]
    fn a_judgement_is_written_with_the_place_of_what_it_is_about() {
        for (item, key, said) in [
            (JudgedItem::Criterion(4.into()), "criterion", "does not hold"),
            (JudgedItem::Task(4.into()), "task", "is not done"),
        ] {
            let found = Judgement { item, citation: None, ..judgement(1, Ruling::Fail) };
            let json = serde_json::to_value(&found).unwrap();
            let expected = serde_json::json!({
                key: 4, "text": "It is friendly", "ruling": "fail", "reason": "it shouts",
            });
            assert_eq!((&json, found.say()), (&expected, said));
            assert_eq!(serde_json::from_value::<Judgement>(json).unwrap(), found);
        }
    }
}
