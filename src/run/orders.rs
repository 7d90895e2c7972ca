//! The orders of a run: the configuration with its flags, the selected steps, and the words of its briefs.

use crate::brief::Templates;
use crate::config::{Config, ProseCriteria, RequiredStrength, TaskDecision};
use crate::facts::{AttemptOutcome, Reason, Strength};
use crate::state::schedule::Selection;

#[derive(Debug, Clone)]
pub(crate) struct Orders {
    pub config: Config,
    pub selection: Selection,
    pub validate_only: bool,
    /// Let steps pass that changed something although no command decides about them.
    pub allow_unvalidated: bool,
    pub templates: Templates,
    /// The constant beginning of every conversation.
    pub system: String,
    /// What was typed, to be typed again.
    pub command: String,
}

impl Orders {
    /// Whether a sentence that nobody has decided yet waits for a person.
    pub(crate) fn prose_waits(&self) -> bool {
        self.config.validation.criteria != ProseCriteria::Ignore
    }

    /// Whether a judge is asked about sentences.
    pub(crate) fn judges(&self) -> bool {
        self.config.validation.criteria == ProseCriteria::Judge && !self.validate_only
    }

    /// Whether it is asked about the tasks of a step, too.
    pub(crate) fn judges_tasks(&self) -> bool {
        self.judges() && self.config.validation.tasks == TaskDecision::Judge
    }

    /// The outcome, unless it is a pass that ticks nothing.
    pub(crate) fn if_strong_enough(&self, outcome: AttemptOutcome) -> AttemptOutcome {
        match outcome {
            AttemptOutcome::Passed { strength } if !self.strong_enough(strength) => {
                AttemptOutcome::NotPassed(Reason::TooWeak)
            }
            outcome => outcome,
        }
    }

    /// Whether a pass of this strength ticks.
    pub(crate) fn strong_enough(&self, strength: Strength) -> bool {
        match self.config.validation.strength {
            RequiredStrength::Judged => true,
            RequiredStrength::Weak => !matches!(strength, Strength::Judged | Strength::Unvalidated),
            RequiredStrength::SelfTested => matches!(strength, Strength::Proven | Strength::SelfTested),
            RequiredStrength::Proven => strength == Strength::Proven,
        }
    }
}
