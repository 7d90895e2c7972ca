//! The evidence for a tick: what agentrun saw when it ran a command itself.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::CriterionIndex;
use crate::facts::{Exit, Expectation, Fingerprint, StartObstacle, Usage};

/// Digests of programs that lie in the project, by their path from its root.
pub type Programs = BTreeMap<String, String>;

/// What agentrun saw when it ran a command: what a tick rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    pub origin: Origin,
    pub command: String,
    /// Where it ran, relative to the project root.
    pub dir: String,
    pub exit: Exit,
    /// What it was expected to do, where that is more than to succeed.
    #[serde(default, skip_serializing_if = "Expectation::is_success")]
    pub expectation: Expectation,
    /// What of that is not so, as a text fragment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unmet: Option<String>,
    pub duration_ms: u64,
    /// The tests of its runner, where its output tells of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tests: Option<Tests>,
    /// Why its green says nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vacuous: Option<Vacuous>,
    /// On the same tree it ended in another way before.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub flaky: bool,
    /// It did not run again: this is what it did on the same tree shortly before.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reused: bool,
    pub output_digest: String,
    /// The log of everything it printed, relative to the run folder.
    pub log: String,
    pub fingerprint: Fingerprint,
    /// The tree it ran on, the plan left out; absent in a baseline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tree: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub diff_digest: Option<String>,
    pub usage: Usage,
    /// Whether it was green before the step; absent in the baseline itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub green_before: Option<bool>,
}

/// Why the green of a command says nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Vacuous {
    /// It cannot fail as it is written; only who wrote it can mend that.
    Command { why: String },
    /// What it runs in the project cannot fail.
    Project { why: String },
    /// No test ran.
    Tests { why: String },
}

impl Vacuous {
    /// Why, as a text fragment: `it ran no tests: 12 filtered out`.
    pub fn why(&self) -> &str {
        match self {
            Self::Command { why } | Self::Project { why } | Self::Tests { why } => why,
        }
    }
}

impl Evidence {
    /// It did what was expected, and that says something.
    pub fn holds(&self) -> bool {
        self.is_met() && self.vacuous.is_none()
    }

    /// It was not run, because it changes the project and no agent has worked yet.
    pub fn is_held_back(&self) -> bool {
        matches!(self.exit, Exit::NotStarted { obstacle: StartObstacle::HeldBack, .. })
    }

    /// It did what was expected.
    pub fn is_met(&self) -> bool {
        self.unmet.is_none() && self.expectation.exit.is_met(&self.exit)
    }

    /// It is of this command in this directory, with the same expectation.
    pub fn is_of(&self, command: &str, dir: &str, expectation: &Expectation) -> bool {
        self.command == command && self.dir == dir && self.expectation == *expectation
    }

    /// Both are of one command in one directory, with one expectation.
    pub fn is_like(&self, other: &Self) -> bool {
        self.is_of(&other.command, &other.dir, &other.expectation)
    }

    /// It cannot fail as it is written, so it decides nothing.
    pub fn is_void(&self) -> bool {
        matches!(self.vacuous, Some(Vacuous::Command { .. }))
    }

    /// How it ended, in words, with why that does not count: `exit code 0, but it ran no tests`.
    pub fn say(&self) -> String {
        if self.is_held_back() {
            return "not run yet: it changes the project".to_owned();
        }
        let as_expected = !self.expectation.is_success() && self.is_met();
        let said = say_end(&self.exit, self.unmet.as_deref().or(self.vacuous.as_ref().map(Vacuous::why)));
        let said = if as_expected { format!("{said}, as expected") } else { said };
        if self.flaky { format!("{said} (flaky: it ended differently on the same tree)") } else { said }
    }
}

/// How a command ended, in words, with why its green does not count.
pub(super) fn say_end(exit: &Exit, why: Option<&str>) -> String {
    let said = exit.say();
    why.map_or(said.clone(), |why| format!("{said}, but {why}"))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// A criterion of the step: its index.
    Step { criterion: CriterionIndex },
    /// The plan's Validation section: applies to every step.
    Plan,
    /// `[validation] commands` of the configuration: applies to every step.
    Config,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeSummary {
    pub files: usize,
    pub added: u64,
    pub removed: u64,
}

/// What the test runners of a command say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tests {
    /// Tests that ran, whatever came of them. Packages or tasks, where a runner counts no tests.
    pub ran: u64,
    /// Tests that are there and were passed over: ignored, skipped, pending, to do.
    pub skipped: u64,
    /// Tests that a filter left out.
    pub filtered: u64,
}

impl Tests {
    /// What it says of a green command that ran nothing; `None` if something ran.
    pub fn why_vacuous(&self) -> Option<String> {
        let Self { ran, skipped, filtered } = *self;
        match (ran, skipped, filtered) {
            (0, 0, 0) => Some("it ran no tests".to_owned()),
            (0, 0, _) => Some(format!("it ran no tests: {filtered} filtered out")),
            (0, _, 0) => Some(format!("it ran no tests: {skipped} skipped")),
            (0, _, _) => Some(format!("it ran no tests: {skipped} skipped, {filtered} filtered out")),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::ExpectedExit;
    use crate::facts::fixtures::evidence;

    #[test]
    fn only_a_green_that_says_something_holds() {
        let why = || "it cannot fail".to_owned();
        let seen = |code, vacuous| Evidence { vacuous, ..evidence(0, "c", code) };
        let table = [
            (seen(0, None), true, false, "exit code 0"),
            (seen(1, None), false, false, "exit code 1"),
            (seen(0, Some(Vacuous::Command { why: why() })), false, true, "exit code 0, but it cannot fail"),
            (seen(0, Some(Vacuous::Project { why: why() })), false, false, "exit code 0, but it cannot fail"),
            (seen(0, Some(Vacuous::Tests { why: why() })), false, false, "exit code 0, but it cannot fail"),
            (
                Evidence { expectation: Expectation::of_exit(ExpectedExit::Failure), ..seen(1, None) },
                true,
                false,
                "exit code 1, as expected",
            ),
            (
                Evidence { unmet: Some("it should print \"1\"".to_owned()), ..seen(0, None) },
                false,
                false,
                "exit code 0, but it should print \"1\"",
            ),
            (
                Evidence { flaky: true, ..seen(0, None) },
                true,
                false,
                "exit code 0 (flaky: it ended differently on the same tree)",
            ),
        ];
        for (seen, holds, void, said) in table {
            assert_eq!((seen.holds(), seen.is_void(), seen.say()), (holds, void, said.to_owned()));
        }
    }

    #[test]
    fn evidence_is_of_a_command_in_a_directory() {
        let seen = Evidence { dir: "web".to_owned(), ..evidence(0, "npm test", 0) };
        let plain = Expectation::default();
        let fails = Expectation::of_exit(ExpectedExit::Failure);
        assert!(seen.is_of("npm test", "web", &plain));
        assert!(!seen.is_of("npm test", "", &plain) && !seen.is_of("npm run test", "web", &plain));
        assert!(!seen.is_of("npm test", "web", &fails));
    }

    #[test]
    fn a_runner_that_ran_nothing_says_why() {
        let table = [
            ((0, 0, 0), Some("it ran no tests")),
            ((0, 0, 12), Some("it ran no tests: 12 filtered out")),
            ((0, 3, 0), Some("it ran no tests: 3 skipped")),
            ((0, 3, 12), Some("it ran no tests: 3 skipped, 12 filtered out")),
            ((1, 3, 12), None),
        ];
        for ((ran, skipped, filtered), why) in table {
            assert_eq!(Tests { ran, skipped, filtered }.why_vacuous(), why.map(str::to_owned));
        }
    }
}
