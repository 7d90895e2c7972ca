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

/// A box as events name it: by its text, and where several boxes of a step have this text, by which
/// of them it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoxRef {
    /// Its text.
    pub text: String,
    /// Which of the boxes with this text it is; in records of older versions, the only one.
    #[serde(default, skip_serializing_if = "Occurrence::is_only")]
    pub occurrence: Occurrence,
}

/// One of several that look alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Occurrence {
    /// Its place among them, from 1.
    pub number: usize,
    /// How many there are.
    pub of: usize,
}

impl Default for Occurrence {
    fn default() -> Self {
        Self { number: 1, of: 1 }
    }
}

impl Occurrence {
    /// Nothing else looks like it.
    pub fn is_only(&self) -> bool {
        self.of == 1
    }
}

/// A place of the plan that is ticked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticked {
    /// Its line at that time.
    pub line: usize,
    /// What it is found again by.
    #[serde(flatten)]
    pub check_box: BoxRef,
    /// It rests on the judge's word.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub judged: bool,
}

impl Ticked {
    /// `line 12: The greeting is friendly (judged)`
    pub fn say(&self) -> String {
        let judged = if self.judged { " (judged)" } else { "" };
        format!("line {}: {}{judged}", self.line, self.check_box.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_is_named_by_its_text_and_where_several_have_it_by_which_it_is() {
        let ticked = |number, of, judged| Ticked {
            line: 12,
            check_box: BoxRef { text: "It is friendly".to_owned(), occurrence: Occurrence { number, of } },
            judged,
        };
        let second = r#"{"line":12,"text":"It is friendly","occurrence":{"number":2,"of":3},"judged":true}"#;
        let table = [
            (ticked(1, 1, false), r#"{"line":12,"text":"It is friendly"}"#, "line 12: It is friendly"),
            (ticked(2, 3, true), second, "line 12: It is friendly (judged)"),
        ];
        for (ticked, json, said) in table {
            assert_eq!(serde_json::to_string(&ticked).unwrap(), json);
            assert_eq!(serde_json::from_str::<Ticked>(json).unwrap(), ticked);
            assert_eq!(ticked.say(), said);
        }
    }
}
