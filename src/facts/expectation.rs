//! What a command is expected to do: how it ends, what it prints, and what it leaves behind.

use serde::{Deserialize, Serialize};

use super::Exit;

/// What a command is expected to do. Without a word about it: exit with code 0.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expectation {
    /// How it ends.
    pub exit: ExpectedExit,
    /// What it prints; all of it must hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub output: Vec<ExpectedOutput>,
    /// Files that are there afterwards, relative to where it runs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
}

/// How a command is expected to end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ExpectedExit {
    /// With exit code 0.
    #[default]
    Success,
    /// With any other exit code of its own.
    Failure,
    /// With this exit code.
    Code {
        /// The code.
        code: i32,
    },
    /// By itself; what it prints decides.
    Any,
}

/// What a command is expected to print.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ExpectedOutput {
    /// Nothing but white space.
    Nothing,
    /// This text, and perhaps more.
    Holds {
        /// The text.
        text: String,
    },
    /// Anything without this text.
    Lacks {
        /// The text.
        text: String,
    },
    /// One line that is this text and nothing else.
    Line {
        /// The text.
        text: String,
    },
    /// A number, the first one of its last line.
    Number {
        /// How it compares with the number.
        is: Comparison,
        /// What it is compared with.
        number: i64,
    },
    /// So many lines that are not blank.
    Lines {
        /// How their count compares with the number.
        is: Comparison,
        /// What it is compared with.
        number: i64,
    },
}

/// How a number compares with another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Comparison {
    /// They are equal.
    Equal,
    /// It is smaller.
    Less,
    /// It is not greater.
    AtMost,
    /// It is greater.
    More,
    /// It is not smaller.
    AtLeast,
}

impl Expectation {
    /// Exit code 0, and nothing else.
    pub fn is_success(&self) -> bool {
        *self == Self::default()
    }

    /// That it ends so.
    pub fn of_exit(exit: ExpectedExit) -> Self {
        Self { exit, ..Self::default() }
    }

    /// That it succeeds and prints this.
    pub fn of_output(output: ExpectedOutput) -> Self {
        Self { output: vec![output], ..Self::default() }
    }

    /// What is not as expected, as a text fragment; `None` if all of it is. `exists` says whether a file is there.
    pub fn unmet(&self, exit: &Exit, printed: &str, exists: impl Fn(&str) -> bool) -> Option<String> {
        if !self.exit.is_met(exit) {
            return Some(self.exit.say());
        }
        if let Some(output) = self.output.iter().find(|output| !output.is_met(printed)) {
            return Some(output.say());
        }
        let missing = self.files.iter().find(|file| !exists(file))?;
        Some(format!("`{missing}` should be there afterwards"))
    }

    /// All of it in words: `it should fail; it should print "1"`.
    pub fn say(&self) -> String {
        let exit = (self.exit != ExpectedExit::Any).then(|| self.exit.say());
        let files = self.files.iter().map(|file| format!("`{file}` should be there afterwards"));
        let all = exit.into_iter().chain(self.output.iter().map(ExpectedOutput::say)).chain(files);
        all.collect::<Vec<_>>().join("; ")
    }
}

impl ExpectedExit {
    /// It ended so. A program that is not there has not failed: the shell says 126 or 127 in its place.
    pub fn is_met(self, exit: &Exit) -> bool {
        let Exit::Code { code } = exit else { return false };
        match self {
            Self::Success => *code == 0,
            Self::Failure => !matches!(code, 0 | 126 | 127),
            Self::Code { code: expected } => *code == expected,
            Self::Any => !matches!(code, 126 | 127),
        }
    }

    fn say(self) -> String {
        match self {
            Self::Success => "it should succeed".to_owned(),
            Self::Failure => "it should fail".to_owned(),
            Self::Code { code } => format!("it should exit with code {code}"),
            Self::Any => "it should end by itself".to_owned(),
        }
    }
}

impl ExpectedOutput {
    fn is_met(&self, printed: &str) -> bool {
        match self {
            Self::Nothing => printed.trim().is_empty(),
            Self::Holds { text } => printed.contains(text.as_str()),
            Self::Lacks { text } => !printed.contains(text.as_str()),
            Self::Line { text } => printed.lines().any(|line| line.trim() == text),
            Self::Number { is, number } => last_number(printed).is_some_and(|found| is.holds(found, *number)),
            Self::Lines { is, number } => {
                let lines = printed.lines().filter(|line| !line.trim().is_empty()).count();
                i64::try_from(lines).is_ok_and(|lines| is.holds(lines, *number))
            }
        }
    }

    fn say(&self) -> String {
        match self {
            Self::Nothing => "it should print nothing".to_owned(),
            Self::Holds { text } => format!("it should print {text:?}"),
            Self::Lacks { text } => format!("it should not print {text:?}"),
            Self::Line { text } => format!("it should print the line {text:?}"),
            Self::Number { is, number } => format!("it should print {}{number}", is.say()),
            Self::Lines { is, number } => format!("it should print {}{number} lines", is.say()),
        }
    }
}

/// The first number of the last line that is not blank: `3 src/a.rs` of `wc -l`.
fn last_number(printed: &str) -> Option<i64> {
    let line = printed.lines().rev().find(|line| !line.trim().is_empty())?;
    let mut words = line.split(|c: char| c.is_whitespace() || matches!(c, ':' | '='));
    words.find_map(|word| word.parse().ok())
}

impl Comparison {
    fn holds(self, found: i64, number: i64) -> bool {
        match self {
            Self::Equal => found == number,
            Self::Less => found < number,
            Self::AtMost => found <= number,
            Self::More => found > number,
            Self::AtLeast => found >= number,
        }
    }

    fn say(self) -> &'static str {
        match self {
            Self::Equal => "",
            Self::Less => "less than ",
            Self::AtMost => "at most ",
            Self::More => "more than ",
            Self::AtLeast => "at least ",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exited(code: i32) -> Exit {
        Exit::Code { code }
    }

    #[test]
    fn an_end_is_compared_with_the_expected_one() {
        use ExpectedExit::{Any, Code, Failure, Success};
        for (expected, met) in [
            (Success, [true, false, false, false]),
            (Failure, [false, true, true, false]),
            (Code { code: 2 }, [false, false, true, false]),
            (Any, [true, true, true, false]),
        ] {
            assert_eq!([0, 1, 2, 127].map(|code| expected.is_met(&exited(code))), met, "{expected:?}");
            assert!(!expected.is_met(&Exit::TimedOut { after_seconds: 1 }), "{expected:?}");
            assert!(!expected.is_met(&Exit::Signal { signal: 9 }), "{expected:?}");
        }
    }

    #[test]
    fn what_is_printed_is_compared_with_what_is_expected() {
        use Comparison::{AtLeast, AtMost, Equal, Less, More};
        let holds = |text: &str| ExpectedOutput::Holds { text: text.to_owned() };
        let lacks = |text: &str| ExpectedOutput::Lacks { text: text.to_owned() };
        let line = |text: &str| ExpectedOutput::Line { text: text.to_owned() };
        let number = |is, number| ExpectedOutput::Number { is, number };
        let lines = |is, number| ExpectedOutput::Lines { is, number };
        for (expected, printed, met) in [
            (ExpectedOutput::Nothing, " \n\n", true),
            (ExpectedOutput::Nothing, "x\n", false),
            (holds("bye"), "good bye, all\n", true),
            (holds("bye"), "good\n", false),
            (lacks("bye"), "good\n", true),
            (lacks("bye"), "bye\n", false),
            (line("3"), "a\n 3 \n", true),
            (line("3"), "13\n", false),
            (number(Equal, 0), "0\n", true),
            (number(Equal, 0), "10\n", false),
            (number(Equal, 12), "  12 src/a.rs\n", true),
            (number(AtLeast, 3), "warning: x\n3\n", true),
            (number(More, 3), "3\n", false),
            (number(Less, 300), "299 total\n\n", true),
            (number(AtMost, 2), "src/a.rs:3\n", false),
            (number(Equal, 0), "", false),
            (lines(Equal, 2), "a\n\nb\n", true),
            (lines(AtLeast, 3), "a\nb\n", false),
        ] {
            assert_eq!(expected.is_met(printed), met, "{expected:?} {printed:?}");
        }
    }

    #[test]
    fn what_is_not_as_expected_is_said() {
        let expected = Expectation {
            exit: ExpectedExit::Failure,
            output: vec![ExpectedOutput::Holds { text: "no lamp".to_owned() }],
            files: vec!["log.txt".to_owned()],
        };
        for (code, printed, there, unmet) in [
            (0, "no lamp", true, Some("it should fail")),
            (1, "", true, Some("it should print \"no lamp\"")),
            (1, "no lamp", false, Some("`log.txt` should be there afterwards")),
            (1, "no lamp", true, None),
        ] {
            assert_eq!(expected.unmet(&exited(code), printed, |_| there), unmet.map(str::to_owned));
        }
        assert_eq!(
            expected.say(),
            "it should fail; it should print \"no lamp\"; `log.txt` should be there afterwards"
        );
        assert_eq!(Expectation::default().unmet(&exited(0), "", |_| false), None);
    }

    #[test]
    fn an_expectation_is_written_as_short_as_it_is() {
        let plain = Expectation::default();
        assert_eq!(serde_json::to_string(&plain).unwrap(), r#"{"exit":{"kind":"success"}}"#);
        let one = Expectation {
            exit: ExpectedExit::Any,
            ..Expectation::of_output(ExpectedOutput::Number { is: Comparison::Equal, number: 0 })
        };
        let json = r#"{"exit":{"kind":"any"},"output":[{"kind":"number","is":"equal","number":0}]}"#;
        assert_eq!(serde_json::to_string(&one).unwrap(), json);
        assert_eq!(serde_json::from_str::<Expectation>(json).unwrap(), one);
    }
}
