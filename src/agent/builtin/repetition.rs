//! Notices an agent that does the same again and again with the same result.

use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::model::message::{Arguments, ToolCall};

/// How many of the last calls are looked at.
const WINDOW: usize = 10;
/// So many equal calls in a row earn a warning.
const WARN_AT: usize = 3;
/// So many equal calls in the window end the attempt.
const STOP_AT: usize = 5;

/// The last calls with their results. A test that is run again after an edit prints something
/// else, so it is no repetition.
#[derive(Debug, Default)]
pub struct Repetition(VecDeque<u64>);

/// What to do about a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strike {
    /// Nothing.
    None,
    /// Tell the agent that it repeats itself.
    Warn,
    /// End the attempt.
    Stop,
}

impl Repetition {
    /// Takes in a call and the signature of its result, which is the same for the same result
    /// however long it took.
    pub fn after(&mut self, call: &ToolCall, result: &str) -> Strike {
        let mut hasher = DefaultHasher::new();
        call.name.hash(&mut hasher);
        match &call.arguments {
            Arguments::Object(arguments) => {
                serde_json::to_string(arguments).unwrap_or_default().hash(&mut hasher);
            }
            Arguments::Unreadable { unreadable, .. } => unreadable.hash(&mut hasher),
        }
        result.hash(&mut hasher);
        let signature = hasher.finish();
        if self.0.len() == WINDOW {
            self.0.pop_front();
        }
        self.0.push_back(signature);
        let equal = self.0.iter().filter(|&&other| other == signature).count();
        let in_a_row = self.0.iter().rev().take_while(|&&other| other == signature).count();
        match () {
            () if equal >= STOP_AT => Strike::Stop,
            () if in_a_row == WARN_AT => Strike::Warn,
            () => Strike::None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(argument: &str) -> ToolCall {
        let arguments = serde_json::json!({ "command": argument }).as_object().cloned().unwrap_or_default();
        ToolCall { id: "1".into(), name: "run_command".into(), arguments: Arguments::Object(arguments) }
    }

    #[test]
    fn equal_calls_with_equal_results_are_warned_of_and_then_stopped() {
        let mut repetition = Repetition::default();
        let strikes: Vec<Strike> = (0..5).map(|_| repetition.after(&call("true"), "exit 0")).collect();
        assert_eq!(strikes, [Strike::None, Strike::None, Strike::Warn, Strike::None, Strike::Stop]);
    }

    #[test]
    fn a_test_that_prints_something_else_each_time_is_no_repetition() {
        let mut repetition = Repetition::default();
        for failure in ["a", "b", "c", "d", "e", "f", "g", "h"] {
            assert_eq!(repetition.after(&call("cargo test"), failure), Strike::None);
        }
    }
}
