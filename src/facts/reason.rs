//! Why an attempt or a step did not pass, and what follows from it. Whoever acts on a reason asks it.

mod words;

use serde::{Deserialize, Serialize};

use super::{Evidence, Judgement, Limit, RedCommand, RunOutcome, Unfixable};

/// Why an attempt or a step did not pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Reason {
    ValidationFailed {
        /// The first that does not.
        #[serde(flatten)]
        red: RedCommand,
        /// The limit that had ended the agent, if one had.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        limit: Option<Limit>,
    },
    /// The last attempt of a step was ended by a limit, and validation failed.
    LimitReached {
        limit: Limit,
    },
    /// The agent changed what decides about it: the plan, rules, request, configuration or journal.
    /// All of that was set back, and whatever validation said does not count.
    Tampered {
        /// What it changed, in words.
        what: Vec<String>,
    },
    /// Everything is green, but what validates was weakened, and `validation.guard` is `fail`.
    Weakened {
        marks: Vec<String>,
    },
    /// Every command holds, and the judge has seen that a prose criterion does not.
    CriterionFailed {
        /// The first that does not.
        judgement: Judgement,
    },
    /// A command does not hold for a reason that no agent can mend here. No attempt is spent.
    Unfixable(Unfixable),
    /// A prerequisite command does not hold.
    PrerequisiteFailed {
        #[serde(flatten)]
        red: RedCommand,
    },
    /// All was green before and nothing was changed.
    Unproven,
    /// It passes, but only weakly, and `validation.strength` asks for more.
    TooWeak,
    Unvalidated,
    /// No command applies, and the judge cannot tell of these.
    Undecided {
        items: Vec<String>,
    },
    /// The only commands that apply cannot fail.
    Vacuous {
        /// The first of them.
        command: String,
        why: String,
    },
    Blocked {
        reason: String,
    },
    /// The model could not be reached or refused. No attempt is spent.
    ModelFailed {
        message: String,
        hint: String,
        /// Worth trying again later.
        temporary: bool,
    },
    /// A signal ended it. No attempt is spent.
    Interrupted,
}

impl Reason {
    /// This command, the first that applies, cannot fail.
    pub fn vacuous(evidence: &Evidence) -> Self {
        let why = evidence.vacuous.as_ref().map_or_else(String::new, |vacuous| vacuous.why().to_owned());
        Self::Vacuous { command: evidence.command.clone(), why }
    }

    /// The agent is told of it in the same conversation, and may try again.
    pub fn goes_back(&self) -> bool {
        matches!(self, Self::ValidationFailed { .. } | Self::Weakened { .. } | Self::CriterionFailed { .. })
    }

    /// Another attempt may end better, and is told of it.
    pub fn may_be_tried_again(&self) -> bool {
        self.goes_back() || matches!(self, Self::Tampered { .. })
    }

    /// The agent had its try; else it was nobody's fault here, and the attempt is not counted.
    pub fn spends_attempt(&self) -> bool {
        !matches!(self, Self::Interrupted | Self::ModelFailed { .. } | Self::Unfixable(_))
    }

    /// The agent did not get to work or gave up: it stays the reason, whatever else was changed.
    pub fn outweighs_tampering(&self) -> bool {
        matches!(self, Self::Interrupted | Self::ModelFailed { .. } | Self::Blocked { .. })
    }

    /// There is no command that could decide.
    pub fn lacks_validation(&self) -> bool {
        matches!(self, Self::Unvalidated | Self::Undecided { .. } | Self::Vacuous { .. })
    }

    /// Nothing is red: a person who has looked at it may vouch for it.
    pub fn may_be_confirmed(&self) -> bool {
        self.lacks_validation() || matches!(self, Self::Unproven | Self::TooWeak)
    }

    /// The same command fails in the same way.
    pub fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::ValidationFailed { red, .. }, Self::ValidationFailed { red: other, .. }) => {
                red.is_like(other)
            }
            _ => false,
        }
    }

    /// What it means for the run that a step ends like this.
    pub fn ends_run(&self) -> RunOutcome {
        match self {
            Self::ValidationFailed { .. }
            | Self::Weakened { .. }
            | Self::Tampered { .. }
            | Self::CriterionFailed { .. } => RunOutcome::StepFailed,
            Self::LimitReached { .. } => RunOutcome::LimitReached,
            Self::Unproven
            | Self::TooWeak
            | Self::Unvalidated
            | Self::Undecided { .. }
            | Self::Vacuous { .. }
            | Self::Unfixable(_)
            | Self::Blocked { .. }
            | Self::PrerequisiteFailed { .. } => RunOutcome::NeedsPerson,
            Self::ModelFailed { temporary: true, .. } => RunOutcome::Temporary,
            Self::ModelFailed { temporary: false, .. } => RunOutcome::ModelRefused,
            Self::Interrupted => RunOutcome::Interrupted,
        }
    }

    /// The command that does not hold, if it is one.
    pub fn red(&self) -> Option<&RedCommand> {
        match self {
            Self::ValidationFailed { red, .. }
            | Self::PrerequisiteFailed { red }
            | Self::Unfixable(Unfixable { red, .. }) => Some(red),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
