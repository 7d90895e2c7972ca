//! The plan that a run carries out: its file, its text at the start, and what was understood.

use std::path::{Path, PathBuf};

use crate::plan::{Reading, Step, StepIndex};
use crate::validate::{own_commands, reach};
use crate::workspace::disk_files::DiskFiles;
use crate::workspace::plan_file::{PlanFile, PlanText, ReadError};

/// A plan, as it was when it was read.
#[derive(Debug, Clone)]
pub(crate) struct PlanAtHand {
    pub file: PlanFile,
    pub path: String,
    pub text: PlanText,
    pub reading: Reading,
    pub reach: ReachRules,
}

/// What decides which commands of the plan agentrun leaves to a person.
#[derive(Debug, Clone)]
pub(crate) struct ReachRules {
    pub root: PathBuf,
    /// The commands that a setting lets reach outside.
    pub allowed: Vec<String>,
}

impl ReachRules {
    /// Reads a plan, finds the project's own commands for what it says in words, and leaves to a person what reaches
    /// outside of the project.
    pub(crate) fn read(&self, text: &str) -> Reading {
        let mut reading = crate::plan::read(text);
        own_commands::bind(&mut reading, &DiskFiles, &self.root);
        reach::decide(&mut reading, &DiskFiles, &self.root, &self.allowed);
        reading
    }
}

impl PlanAtHand {
    /// The same plan as it is on disk now.
    pub(crate) fn read_again(&self) -> Result<Self, ReadError> {
        let text = self.file.read()?;
        let reading =
            if text.digest == self.text.digest { self.reading.clone() } else { self.reach.read(&text.text) };
        Ok(Self { text, reading, ..self.clone() })
    }

    pub(crate) fn step(&self, index: StepIndex) -> &Step {
        &self.reading.plan.steps[index]
    }

    /// The steps in the order in which they run.
    pub(crate) fn in_order(&self) -> impl DoubleEndedIterator<Item = &Step> {
        self.reading.graph.order().iter().map(|&index| self.step(index))
    }

    /// The source text of a step.
    pub(crate) fn text_of(&self, step: &Step) -> &str {
        &self.text.text[step.span.clone()]
    }

    /// Its path below a folder, if it is in there.
    pub(crate) fn below(&self, root: &Path) -> Option<&Path> {
        self.file.path().strip_prefix(root).ok()
    }
}
