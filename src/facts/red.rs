//! A command that failed, with how it ended and what it printed.

use serde::{Deserialize, Serialize};

use super::Exit;
use super::evidence::say_end;

/// A command that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RedCommand {
    pub command: String,
    pub exit: Exit,
    /// The end of what it printed.
    pub output: String,
    /// Why its green does not count: `it ran no tests: 12 filtered out`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// A command that does not hold, for a reason that no agent can mend here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unfixable {
    #[serde(flatten)]
    pub red: RedCommand,
    /// The reason, as a text fragment: `` `cargo` is not installed ``.
    pub cause: String,
    pub hint: String,
}

impl RedCommand {
    /// The same command ended in the same way.
    pub fn is_like(&self, other: &Self) -> bool {
        (&self.command, &self.exit, &self.why) == (&other.command, &other.exit, &other.why)
    }

    pub fn say(&self) -> String {
        say_end(&self.exit, self.why.as_deref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_fails_like_before_whatever_it_printed() {
        let red = |command: &str, code, output: &str, why: Option<&str>| RedCommand {
            command: command.to_owned(),
            exit: Exit::Code { code },
            output: output.to_owned(),
            why: why.map(str::to_owned),
        };
        let first = red("cargo test", 101, "took 1 s", None);
        let table = [
            (red("cargo test", 101, "took 2 s", None), true, "exit code 101"),
            (red("cargo test", 1, "took 1 s", None), false, "exit code 1"),
            (red("cargo build", 101, "took 1 s", None), false, "exit code 101"),
            (red("cargo test", 0, "", Some("it ran no tests")), false, "exit code 0, but it ran no tests"),
        ];
        for (other, like, said) in table {
            assert_eq!((first.is_like(&other), other.say()), (like, said.to_owned()));
        }
    }
}
