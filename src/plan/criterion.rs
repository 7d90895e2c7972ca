//! A criterion: one thing that must hold for a step, as a command, as prose, or for a person to decide.

use serde::Serialize;

use super::BoxIndex;
use crate::facts::Expectation;
use crate::plan::{Line, Span};
use crate::shell::effect::CommandEffect;

/// One thing that must hold.
#[derive(Debug, Clone)]
pub struct Criterion {
    /// Line where it stands.
    pub line: Line,
    /// Its bytes.
    pub span: Span,
    /// As written, without marker and box.
    pub text: String,
    /// Its box.
    pub check_box: Option<BoxIndex>,
    /// How it is decided.
    pub kind: CriterionKind,
    /// Its sentence says more of the command than agentrun can compare: somebody has to look, too.
    pub says_more: bool,
    /// The rule that made it a command, prose or manual.
    pub why: &'static str,
    /// What its command does besides telling, if it names one.
    pub effect: Option<CommandEffect>,
    /// It names a command that agentrun does not run.
    pub unrun: bool,
    /// That command, if it is not run for what it does.
    pub refused: Option<RefusedCommand>,
}

/// How a criterion is decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CriterionKind {
    /// agentrun runs it, and compares what it does with what is expected.
    Command(CommandLine),
    /// A sentence: a person or a judge decides.
    Prose,
    /// The plan says that a person has to look.
    Manual,
    /// A task says to make these files: they have to be there before its box is ticked.
    Files(Vec<String>),
}

/// A command that agentrun does not run for what it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedCommand {
    /// The command.
    pub command: CommandLine,
    /// What it would do: `deploy`.
    pub would: &'static str,
}

/// A command of a plan, as `bash -eo pipefail` will be given it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CommandLine {
    /// One line, or the whole of a fenced block.
    pub script: String,
    /// Where the plan says to run it, relative to the project root.
    pub dir: Option<String>,
    /// What it is expected to do.
    #[serde(skip_serializing_if = "Expectation::is_success")]
    pub expectation: Expectation,
    /// It changes the project before it checks something, so it does not run before the step.
    pub changes: bool,
}

impl Criterion {
    /// A sentence that neither agentrun nor the plan's word for it decides: a judge or a person does.
    pub fn is_sentence(&self) -> bool {
        self.kind == CriterionKind::Prose || self.says_more
    }

    /// A sentence that names a command which agentrun does not run: only a person can decide it, for what the
    /// command would tell is not known.
    pub fn names_unrun_command(&self) -> bool {
        self.kind == CriterionKind::Prose && self.unrun
    }

    /// What a person is told of it: the sentence, and why its command was not run, or what is not there.
    pub fn asked(&self) -> String {
        if let CriterionKind::Files(files) = &self.kind {
            return format!("{} (not all of it is there: `{}`)", self.text, files.join("`, `"));
        }
        if self.names_unrun_command() || self.refused.is_some() {
            format!("{} (its command was not run: {})", self.text, self.why)
        } else {
            self.text.clone()
        }
    }

    /// The command, if it is one.
    pub fn command(&self) -> Option<&CommandLine> {
        match &self.kind {
            CriterionKind::Command(command) => Some(command),
            CriterionKind::Prose | CriterionKind::Manual | CriterionKind::Files(_) => None,
        }
    }
}
