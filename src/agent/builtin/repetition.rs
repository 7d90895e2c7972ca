//! Notices an agent that does the same thing again and again with the same result.

use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::tools::ToolEffect;
use crate::model::message::{Arguments, ToolCall};

/// The longest cycle that is noticed, in calls.
const PERIODS: usize = 4;
/// So many repeats in a row earn a warning.
const WARN_AT: usize = 3;
/// So many repeats in a row, or equal calls among the last, end the attempt.
const STOP_AT: usize = 5;
/// How many of the last calls are looked at for equal ones.
const LAST: usize = 10;
/// How many are remembered: enough for the longest cycle.
const REMEMBERED: usize = PERIODS * STOP_AT;

/// The last calls with their results. A test that is run again after an edit prints something else, or
/// at least something was changed in between: neither is a repetition.
#[derive(Debug, Default)]
pub(crate) struct Repetition {
    calls: VecDeque<PastCall>,
    /// How often something was done that may have changed the project, and was not done before.
    changes: u64,
}

#[derive(Debug)]
struct PastCall {
    tool: String,
    /// Tool, arguments and result.
    signature: u64,
    changes: u64,
}

/// What to do about a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Strike {
    None,
    /// Tell the agent that it repeats this.
    Warn(String),
    Stop(String),
}

impl Repetition {
    /// Takes in a call, what it did, and the signature of its result, which is the same for the same
    /// result however long it took.
    pub(crate) fn after(&mut self, call: &ToolCall, effect: &ToolEffect, result: &str) -> Strike {
        let signature = signature(call, result);
        let is_new = self.calls.iter().all(|made| made.signature != signature);
        if is_new && matches!(effect, ToolEffect::Changed { .. } | ToolEffect::Ran { .. }) {
            self.changes += 1;
        }
        if self.calls.len() == REMEMBERED {
            self.calls.pop_front();
        }
        self.calls.push_back(PastCall { tool: call.name.clone(), signature, changes: self.changes });
        for period in 1..=PERIODS {
            let length = self.length_of_cycles(period);
            if length >= STOP_AT * period {
                return Strike::Stop(self.describe(period));
            }
            if length == WARN_AT * period {
                return Strike::Warn(self.describe(period));
            }
        }
        if self.equal_ones() >= STOP_AT { Strike::Stop(self.describe(1)) } else { Strike::None }
    }

    /// How many of the last calls are cycles of this many calls; none if there is only one of them.
    fn length_of_cycles(&self, period: usize) -> usize {
        let newest = self.calls.iter().rev();
        let repeats = newest.clone().skip(period).zip(newest);
        match repeats.take_while(|(one, other)| one.signature == other.signature).count() {
            0 => 0,
            repeated => repeated + period,
        }
    }

    /// How many of the last calls are like the newest one, with nothing new done in between.
    fn equal_ones(&self) -> usize {
        let Some(newest) = self.calls.back() else { return 0 };
        let same = |made: &&PastCall| made.signature == newest.signature && made.changes == newest.changes;
        self.calls.iter().rev().take(LAST).filter(same).count()
    }

    /// `the same run_command call`, `the same 2 calls (edit_file, run_command)`
    fn describe(&self, period: usize) -> String {
        let first = self.calls.len().saturating_sub(period);
        let tools: Vec<&str> = self.calls.iter().skip(first).map(|made| made.tool.as_str()).collect();
        match tools.as_slice() {
            [tool] => format!("the same {tool} call"),
            tools => format!("the same {period} calls ({})", tools.join(", ")),
        }
    }
}

fn signature(call: &ToolCall, result: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    call.name.hash(&mut hasher);
    match &call.arguments {
        Arguments::Object(arguments) => {
            serde_json::to_string(arguments).unwrap_or_default().hash(&mut hasher);
        }
        Arguments::Unreadable { unreadable, .. } => unreadable.hash(&mut hasher),
    }
    result.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Exit;

    /// What a sequence of words comes to; a word is a call and its result, and a capital one changes
    /// something.
    fn strikes(words: &str) -> Vec<(usize, Strike)> {
        let mut repetition = Repetition::default();
        let mut strike = |word: &str| {
            let (name, effect) = match word.chars().next() {
                Some('A'..='Z') => {
                    ("edit_file", ToolEffect::Changed { path: word.to_owned(), added: 1, removed: 1 })
                }
                Some('t') => ("run_command", ToolEffect::Ran { exit: Exit::Code { code: 1 } }),
                _ => ("read_file", ToolEffect::None),
            };
            let (argument, result) = word.split_once('=').unwrap_or((word, "same"));
            let arguments = serde_json::json!({ "argument": argument }).as_object().cloned().unwrap();
            let call =
                ToolCall { id: "1".into(), name: name.into(), arguments: Arguments::Object(arguments) };
            repetition.after(&call, &effect, result)
        };
        let words = words.split_whitespace().enumerate();
        words.map(|(place, word)| (place + 1, strike(word))).filter(|(_, it)| *it != Strike::None).collect()
    }

    fn warn(what: &str) -> Strike {
        Strike::Warn(what.to_owned())
    }

    fn stop(what: &str) -> Strike {
        Strike::Stop(what.to_owned())
    }

    #[test]
    fn the_same_with_the_same_result_is_warned_of_and_then_stopped() {
        let what = "the same run_command call";
        assert_eq!(strikes("t t t t t"), [(3, warn(what)), (5, stop(what))]);
        let what = "the same read_file call";
        assert_eq!(strikes("a b a c a d a e a"), [(9, stop(what))]);
    }

    #[test]
    fn cycles_are_noticed_up_to_four_calls() {
        let what = "the same 2 calls (edit_file, run_command)";
        assert_eq!(strikes("x A t A t A t A t A t")[0], (7, warn(what)));
        assert_eq!(strikes("A B A B A B A B A B").last().map(|(place, _)| *place), Some(10), "to and fro");
        let what = "the same 3 calls (read_file, edit_file, run_command)";
        let thrice = "a A t a A t a A t";
        assert_eq!(strikes(thrice), [(9, warn(what))]);
        assert_eq!(strikes(&format!("{thrice} a A t a A t")).last(), Some(&(15, stop(what))));
        let four = "a b c d ".repeat(5);
        let places: Vec<usize> = strikes(&four).iter().map(|(place, _)| *place).collect();
        assert_eq!(places, [12, 20]);
        assert_eq!(strikes(&"a b c d e ".repeat(6)), [], "longer ones are left to the limits");
    }

    #[test]
    fn work_that_repeats_for_a_reason_is_let_alone() {
        let cases = [
            ("a test that prints something else each time", "t=1 t=2 t=3 t=4 t=5 t=6 t=7 t=8"),
            ("a test that stays as red as it was after each edit", "A t B t C t D t E t F t G t"),
            ("the same, edited with commands", "t1 t t2 t t3 t t4 t t5 t t6 t"),
            ("a long file page by page", "a1 a2 a3 a4 a5 a6 a7 a8 a9 a10 a11 a12"),
            ("a file read again after each edit", "a=1 A a=2 B a=3 C a=4 D a=5 E a=6"),
            ("the same check between different reads and edits", "a t b A a t c B a t d C a t e D a t"),
            ("a status asked for now and then", "t a b c A t d e f B t g h i C t"),
        ];
        for (case, words) in cases {
            assert_eq!(strikes(words), [], "{case}");
        }
    }
}
