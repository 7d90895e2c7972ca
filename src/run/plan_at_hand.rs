//! The plan that a run carries out: its file, its text at the start, and what was understood.

use std::path::Path;

use crate::plan::{Reading, Step, StepIndex};
use crate::workspace::plan_file::{PlanFile, PlanText, ReadError};

/// A plan, as it was when it was read.
#[derive(Debug, Clone)]
pub(crate) struct PlanAtHand {
    /// Its file.
    pub file: PlanFile,
    /// Its path, relative to the project root.
    pub path: String,
    /// Its text.
    pub text: PlanText,
    /// What was understood of it.
    pub reading: Reading,
}

impl PlanAtHand {
    /// The same plan as it is on disk now.
    pub(crate) fn read_again(&self) -> Result<Self, ReadError> {
        let text = self.file.read()?;
        let reading = if text.digest == self.text.digest {
            self.reading.clone()
        } else {
            crate::plan::read(&text.text)
        };
        Ok(Self { text, reading, ..self.clone() })
    }

    /// One of its steps.
    pub(crate) fn step(&self, index: StepIndex) -> &Step {
        &self.reading.plan.steps[index]
    }

    /// The source text of a step.
    pub(crate) fn text_of(&self, index: StepIndex) -> &str {
        &self.text.text[self.step(index).span.clone()]
    }

    /// The place of a step in the order, from 1.
    pub(crate) fn number(&self, index: StepIndex) -> usize {
        self.reading.graph.order().iter().position(|&other| other == index).map_or(0, |place| place + 1)
    }

    /// Its path below a folder, if it is in there.
    pub(crate) fn below(&self, root: &Path) -> Option<&Path> {
        self.file.path().strip_prefix(root).ok()
    }
}
