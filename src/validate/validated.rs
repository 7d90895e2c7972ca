//! The result of one validation command.

use crate::facts::{Denial, Evidence, RedCommand};

/// One command that was run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Validated {
    /// What agentrun saw.
    pub evidence: Evidence,
    /// What it printed, tail-biased and bounded.
    pub output: String,
    /// What the sandbox denied it, it seems.
    pub denied: Option<Denial>,
    /// The files that decide about verdicts and changed while it ran.
    pub disturbed: Vec<String>,
}

impl Validated {
    /// A command that was not run now, and what is known of it.
    pub(crate) fn without_output(evidence: Evidence) -> Self {
        Self { evidence, output: String::new(), denied: None, disturbed: Vec::new() }
    }

    /// The command, as one that does not hold.
    pub(crate) fn red(&self) -> RedCommand {
        let Evidence { command, exit, vacuous, unmet, .. } = &self.evidence;
        let why = unmet.clone().or_else(|| vacuous.as_ref().map(|vacuous| vacuous.why().to_owned()));
        RedCommand { command: command.clone(), exit: exit.clone(), output: self.output.clone(), why }
    }
}
