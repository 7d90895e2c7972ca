//! What is recorded at the beginning and at the end of a run.

use serde::{Deserialize, Serialize};

use super::outcome::RunOutcome;
use super::reference::StepRef;

/// What a run was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunStarted {
    pub version: String,
    /// The plan, relative to the project root.
    pub plan: String,
    pub title: String,
    /// Digest of the plan's bytes.
    pub digest: String,
    /// Every step in the order of execution.
    pub steps: Vec<StepRef>,
    pub model: String,
    pub sandbox: String,
    /// How trees are kept: `git` or `files`.
    pub snapshots: String,
    /// What was typed, to be typed again: `agentrun execute plan.md --model NAME`.
    #[serde(default)]
    pub command: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub commits: bool,
    /// Limits in words: `3 attempts a step, 60 turns and 30 m an attempt`.
    pub limits: String,
}

impl RunStarted {
    /// Another command on the same plan, as it was typed: `agentrun -C DIR confirm plan.md`.
    pub fn on_plan(&self, command: &str) -> String {
        let (program, rest) = self.typed();
        format!("{program} {command} {}", first_word(rest))
    }

    /// Another command in the same project: `agentrun -C DIR logs`.
    pub fn in_project(&self, command: &str) -> String {
        format!("{} {command}", self.typed().0)
    }

    /// The program with the choice of the project, and what stood behind `execute`.
    fn typed(&self) -> (&str, &str) {
        self.command.split_once(" execute ").unwrap_or(("agentrun", &self.plan))
    }
}

/// The first word as a shell takes it, with its quotes.
fn first_word(text: &str) -> &str {
    let (mut quoted, mut escaped) = (false, false);
    let ends = |c: char| {
        let (before, now) = (escaped, c == '\\' && !quoted && !escaped);
        escaped = now;
        quoted ^= c == '\'' && !before;
        c == ' ' && !quoted && !before
    };
    &text[..text.find(ends).unwrap_or(text.len())]
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunCompleted {
    pub outcome: RunOutcome,
    pub exit_code: u8,
    pub pending: Vec<Pending>,
    /// Steps of the plan that are still to be done, and wait for nobody.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub open: usize,
    pub duration_ms: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
pub(super) fn is_zero(number: &usize) -> bool {
    *number == 0
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    pub step: String,
    pub text: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_commands_are_about_the_same_project_and_plan() {
        let typed = |command: &str| {
            let started =
                RunStarted { command: command.to_owned(), plan: "sub/plan.md".to_owned(), ..started() };
            (started.on_plan("confirm"), started.in_project("logs"))
        };
        let both = |one: &str, other: &str| (one.to_owned(), other.to_owned());
        assert_eq!(
            typed("agentrun execute plan.md --model a"),
            both("agentrun confirm plan.md", "agentrun logs")
        );
        let typed_in = typed(r"agentrun -C 'a b' execute 'it'\''s mine.md' --keep-going");
        assert_eq!(typed_in, both(r"agentrun -C 'a b' confirm 'it'\''s mine.md'", "agentrun -C 'a b' logs"));
        assert_eq!(typed(""), both("agentrun confirm sub/plan.md", "agentrun logs"));
    }

    fn started() -> RunStarted {
        let text = String::new;
        RunStarted {
            version: text(),
            plan: text(),
            title: text(),
            digest: text(),
            steps: Vec::new(),
            model: text(),
            sandbox: text(),
            snapshots: text(),
            command: text(),
            commits: false,
            limits: text(),
        }
    }
}
