//! The eight tools of the built-in agent: their definitions and what they do.
//!
//! What a call gets wrong is an answer for the model; `Err` is agentrun's own inability.

mod arguments;
mod change;
mod definitions;
mod destructive;
mod finish;
mod list;
mod outcome;
mod read;
mod run;
mod search;
mod seen;
#[cfg(test)]
mod tests;
mod walk;

use std::path::{Path, PathBuf};
use std::time::Duration;

use arguments::CallArguments;
use definitions::definitions;
pub(crate) use definitions::{Timeouts, Tool, reading, reads, size_of_definitions};
pub(crate) use outcome::{ToolEffect, ToolOutcome};
use outcome::{Trouble, first_sentence, one_line};
use seen::SeenFiles;

use crate::clock::Deadline;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::model::message::{Arguments, ToolCall, ToolDefinition};
use crate::process::Policy;
use crate::redact::Redact;
use crate::workspace::Workspace;

/// What a tool does itself takes no longer, whatever time the attempt has.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Debug, Clone)]
pub(crate) struct ToolboxSettings {
    pub workspace: Workspace,
    pub policy: Policy,
    pub interrupt: Interrupt,
    /// Everything that a model is shown passes it.
    pub redact: Redact,
    pub timeouts: Timeouts,
    /// Where the whole output of each command goes.
    pub log_dir: PathBuf,
    /// Files that somebody had changed before the run and not committed.
    pub unsaved: Vec<PathBuf>,
}

/// The tools of one conversation; it remembers which files the model has seen.
#[derive(Debug)]
pub(crate) struct Toolbox {
    settings: ToolboxSettings,
    seen: SeenFiles,
    /// The number of the last log in the directory.
    logs: u32,
    /// When what a tool does itself has to be over.
    deadline: Deadline,
}

impl Toolbox {
    /// The tools at the beginning of a conversation.
    pub(crate) fn new(settings: ToolboxSettings) -> Self {
        Self { settings, seen: SeenFiles::default(), logs: 0, deadline: Deadline::after(Duration::MAX) }
    }

    /// What a model is told of them.
    pub(crate) fn definitions(&self) -> Vec<ToolDefinition> {
        definitions(self.settings.timeouts)
    }

    /// From here on, where the whole output of each command goes.
    pub(crate) fn log_to(&mut self, dir: PathBuf) {
        self.settings.log_dir = dir;
        self.logs = 0;
    }

    /// From here on, what a tool does itself is over by then.
    pub(crate) fn end_by(&mut self, deadline: Deadline) {
        self.deadline = deadline;
    }

    /// A tool is to come to its end, whatever is left to be done.
    fn is_over(&self, deadline: Deadline) -> bool {
        deadline.min(self.deadline).passed() || self.settings.interrupt.raised().is_some()
    }

    /// What a call is about to do, in one line: `run cargo test`.
    pub(crate) fn describe(&self, call: &ToolCall) -> String {
        let line = match (Tool::named(&call.name), &call.arguments) {
            (Some(tool), Arguments::Object(given)) => {
                let subject = given.get(tool.subject()).and_then(|value| value.as_str());
                format!("{} {}", tool.verb(), subject.unwrap_or("."))
            }
            (Some(tool), Arguments::Unreadable { .. }) => format!("{} (unreadable arguments)", tool.verb()),
            (None, _) => format!("unknown tool {}", call.name),
        };
        one_line(&self.settings.redact.text(&line))
    }

    /// Carries a call out and says what came of it.
    pub(crate) async fn execute(&mut self, call: &ToolCall) -> Result<ToolOutcome, Failure> {
        let mut outcome = match self.dispatch(call).await {
            Ok(outcome) => outcome,
            Err(Trouble::Mistake(text)) => ToolOutcome::mistake(text, &self.describe(call)),
            Err(Trouble::Refused(text)) => {
                let incidents = vec![first_sentence(&text)];
                ToolOutcome { incidents, ..ToolOutcome::mistake(text, &self.describe(call)) }
            }
            Err(Trouble::Own(failure)) => return Err(failure),
        };
        let redact = &self.settings.redact;
        outcome.text = redact.text(&outcome.text).into_owned();
        outcome.summary = one_line(&redact.text(&outcome.summary));
        for incident in &mut outcome.incidents {
            *incident = redact.text(incident).into_owned();
        }
        Ok(outcome)
    }

    async fn dispatch(&mut self, call: &ToolCall) -> Result<ToolOutcome, Trouble> {
        let Some(tool) = Tool::named(&call.name) else {
            let name = one_line(&call.name);
            let text = format!("there is no tool `{name}`; the tools are: {}", Tool::names());
            return Err(Trouble::Mistake(text));
        };
        let given = CallArguments::new(tool, self.settings.timeouts, &call.arguments)?;
        match tool {
            Tool::ReadFile => self.read(&given),
            Tool::ListFiles => self.list(&given),
            Tool::Search => self.search(&given),
            Tool::EditFile => self.edit(&given),
            Tool::WriteFile => self.write(&given),
            Tool::RunCommand => self.run(&given).await,
            Tool::Note => finish::note(&given),
            Tool::FinishStep => finish::finish(&given),
        }
    }

    fn workspace(&self) -> &Workspace {
        &self.settings.workspace
    }

    fn shown(&self, path: &Path) -> String {
        self.workspace().relative(path)
    }
}
