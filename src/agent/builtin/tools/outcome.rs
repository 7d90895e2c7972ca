//! The result of a tool call: for the model, for the screen, and for agentrun.

use crate::agent::builtin::excerpt::line;
use crate::digest::digest;
use crate::facts::{AgentEnd, Exit};
use crate::failure::Failure;
use crate::workspace::Refusal;

/// A line on the screen is no longer.
const LINE_CHARACTERS: usize = 120;

/// A sentence of the report is no longer.
const SENTENCE_CHARACTERS: usize = 300;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ToolOutcome {
    pub text: String,
    /// The call was wrong, or its command did not succeed.
    pub failed: bool,
    /// One line for the screen: `edit src/lib.rs (+3 -1)`.
    pub summary: String,
    pub effect: ToolEffect,
    /// What was refused or denied, and which processes were ended: for people.
    pub incidents: Vec<String>,
    /// The same for the same outcome, however long it took: what repetition is told by.
    pub signature: String,
}

/// What a call means for the attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ToolEffect {
    None,
    Read {
        /// From the root of the project.
        path: String,
        /// The first of them, from 1.
        first: usize,
        last: usize,
        of: usize,
    },
    Changed {
        /// From the root of the project.
        path: String,
        added: u64,
        removed: u64,
    },
    Ran {
        exit: Exit,
    },
    /// Something to be kept for later attempts.
    Noted(String),
    /// The agent says that it is finished: done or blocked. It is never taken for a fact.
    Finished(AgentEnd),
}

/// Why a call gave no outcome of its own.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The call is wrong; the text tells the model how.
    Mistake(String),
    /// It is not the agent's to do; the text tells the model why, and the first part of it people.
    Refused(String),
    Own(Failure),
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Unresolvable { .. } => Self::Mistake(refusal.to_string()),
            refusal => Self::Refused(refusal.to_string()),
        }
    }
}

impl ToolOutcome {
    /// A call that did what it should.
    pub(super) fn done(text: String, summary: String, effect: ToolEffect) -> Self {
        let signature = digest(text.as_bytes());
        Self { text, failed: false, summary, effect, incidents: Vec::new(), signature }
    }

    /// A call that was ended because the attempt's time was up.
    pub(crate) fn out_of_time(tool: &str) -> Self {
        let text = "ended: the attempt's time is up".to_owned();
        let summary = format!("{tool}: {text}");
        Self { failed: true, ..Self::done(text, summary, ToolEffect::None) }
    }

    /// A call that was not carried out, and why.
    pub(crate) fn skipped(described: &str, why: &str) -> Self {
        Self::mistake(format!("not executed: {why}"), described)
    }

    pub(super) fn mistake(text: String, described: &str) -> Self {
        let first = text.lines().next().unwrap_or_default();
        let summary = format!("{described}: {first}");
        Self { failed: true, ..Self::done(text, summary, ToolEffect::None) }
    }
}

/// What is told to people of a text for the model: its first sentence.
pub(super) fn first_sentence(text: &str) -> String {
    let end = text.find(". ").or_else(|| text.find("; ")).unwrap_or(text.len());
    line(text[..end].trim_end_matches('.'), SENTENCE_CHARACTERS)
}

/// The first line, cut to the width of a screen.
pub(super) fn one_line(text: &str) -> String {
    line(text, LINE_CHARACTERS)
}
