//! Carrying out a plan: what happens next is decided by pure functions, and done here.

pub mod attempt;
pub mod event;
pub mod evidence;
pub mod orchestrator;
pub mod outcome;
pub mod reconcile;
pub mod record;
pub mod schedule;
pub mod state;
pub mod step;
pub mod talk;
pub mod tick;

use std::path::PathBuf;

use crate::brief::Templates;
use crate::config::Config;
use crate::interrupt::Interrupt;
use crate::journal::RunDir;
use crate::plan::{Reading, Step};
use crate::plan_file::{PlanFile, PlanText, ReadError};
use crate::process::Policy;
use crate::workspace::Workspace;
use schedule::Selection;

/// What does not change during a run.
#[derive(Debug, Clone)]
pub struct Setting {
    /// The project root.
    pub root: PathBuf,
    /// The plan's file.
    pub plan_file: PlanFile,
    /// The plan's path, relative to the root.
    pub plan_path: String,
    /// The plan as it was at the start.
    pub text: PlanText,
    /// What was understood of it.
    pub reading: Reading,
    /// The configuration.
    pub config: Config,
    /// What was typed, to be typed again.
    pub command: String,
    /// What the run is about.
    pub selection: Selection,
    /// Validate only, without an agent.
    pub validate_only: bool,
    /// Steps without any command pass when something was changed.
    pub allow_unvalidated: bool,
    /// The templates of the briefs.
    pub templates: Templates,
    /// The constant prefix of every conversation.
    pub system: String,
    /// How children are started.
    pub policy: Policy,
    /// Where the agent may work.
    pub workspace: Workspace,
    /// The wish to stop.
    pub interrupt: Interrupt,
    /// What people read.
    pub run_dir: RunDir,
    /// Prefix of the private refs of this plan's snapshots.
    pub snapshot_prefix: String,
}

impl Setting {
    /// The same with the plan as it is on disk now.
    pub fn read_again(&self) -> Result<Self, ReadError> {
        let text = self.plan_file.read()?;
        let reading = crate::plan::read(&text.text);
        Ok(Self { text, reading, ..self.clone() })
    }

    /// A step of the plan.
    pub fn step(&self, index: usize) -> &Step {
        &self.reading.plan.steps[index]
    }

    /// The place of a step in the order, from 1.
    pub fn number(&self, index: usize) -> usize {
        self.reading.graph.order().iter().position(|&other| other == index).map_or(0, |place| place + 1)
    }

    /// The folder of an attempt; 0 is the baseline.
    pub fn attempt_dir(&self, index: usize, attempt: u32) -> PathBuf {
        self.run_dir.attempt(self.number(index), &self.step(index).title, attempt)
    }
}
