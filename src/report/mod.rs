//! Shows what happens: to people on standard error, to programs on standard output, to reviewers in the run
//! folder; no other room prints.

pub(crate) mod audit;
pub(crate) mod diagnostics;
pub(crate) mod explanation;
pub(crate) mod heartbeat;
pub(crate) mod listing;
pub(crate) mod markdown;
pub(crate) mod patch;
pub mod print;
pub(crate) mod story;
pub(crate) mod terminal;
#[cfg(test)]
pub(crate) mod tests;

use serde_json::Value;

use crate::facts::{Event, Record};
use crate::journal::RunDir;
use story::Story;
use terminal::Terminal;

/// The fan-out of events.
#[derive(Debug)]
pub struct Report {
    story: Story,
    terminal: Option<Terminal>,
    json: bool,
    run_dir: Option<RunDir>,
}

impl Report {
    /// Tells people, or programs with `json`; the reviewer's report goes into `run_dir`.
    pub(crate) fn new(json: bool, run_dir: Option<RunDir>) -> Self {
        let terminal = (!json).then(Terminal::new);
        Self { story: Story::default(), terminal, json, run_dir }
    }

    /// One that tells nobody.
    pub(crate) fn silent() -> Self {
        Self { story: Story::default(), terminal: None, json: false, run_dir: None }
    }

    pub(crate) fn tell(&mut self, record: &Record, json: &Value) {
        self.story.apply(record);
        if self.json {
            print::data_line(&json.to_string());
        }
        if let Some(terminal) = &mut self.terminal {
            terminal.tell(&record.event, &self.story);
        }
        let edge = matches!(
            record.event,
            Event::StepStopped { .. }
                | Event::TickWritten { .. }
                | Event::TickRefused { .. }
                | Event::RunCompleted(_)
        );
        if let (Some(run_dir), true) = (&self.run_dir, edge) {
            // The report is a convenience: the journal has everything.
            if let Err(error) = markdown::write(&self.story, run_dir) {
                tracing::warn!(%error, "cannot write report.md");
            }
        }
    }

    pub(crate) fn replying(&mut self, bytes: usize) {
        if let Some(terminal) = &mut self.terminal {
            terminal.replying(bytes);
        }
    }
}
