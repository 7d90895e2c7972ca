//! A criterion: one thing that must hold for a step, as a command, as prose, or for a person to decide.

use std::ops::Range;

use serde::Serialize;

use super::BoxIndex;

/// One thing that must hold.
#[derive(Debug, Clone)]
pub struct Criterion {
    /// Line where it stands.
    pub line: usize,
    /// Its bytes.
    pub span: Range<usize>,
    /// As written, without marker and box.
    pub text: String,
    /// Its box.
    pub check_box: Option<BoxIndex>,
    /// How it is decided.
    pub kind: CriterionKind,
    /// Its sentence says more of the command than that it succeeds: somebody has to look, too.
    pub says_more: bool,
    /// The rule that made it a command, prose or manual.
    pub why: &'static str,
}

/// How a criterion is decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CriterionKind {
    /// agentrun runs it; exit 0 is a pass.
    Command(CommandLine),
    /// A sentence: a person or a judge decides.
    Prose,
    /// The plan says that a person has to look.
    Manual,
}

/// A command of a plan, as `bash -eo pipefail` will be given it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CommandLine {
    /// One line, or the whole of a fenced block.
    pub script: String,
    /// Where the plan says to run it, relative to the project root.
    pub dir: Option<String>,
}

impl Criterion {
    /// A sentence that neither agentrun nor the plan's word for it decides: a judge or a person does.
    pub fn is_sentence(&self) -> bool {
        self.kind == CriterionKind::Prose || self.says_more
    }

    /// The command, if it is one.
    pub fn command(&self) -> Option<&CommandLine> {
        match &self.kind {
            CriterionKind::Command(command) => Some(command),
            CriterionKind::Prose | CriterionKind::Manual => None,
        }
    }
}
