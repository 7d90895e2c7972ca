//! The words for a reason, for an attempt and for a step, with what to do.

use super::Reason;
use crate::facts::Unfixable;
use crate::words::{counted, first_line};

impl Reason {
    /// How an attempt ended, as a sentence without full stop.
    pub fn say_of_attempt(&self) -> String {
        match self {
            Self::ValidationFailed { red, limit } => {
                let limit =
                    limit.as_ref().map_or_else(String::new, |limit| format!(", after the limit of {limit}"));
                format!("Validation failed: `{}` ended with {}{limit}", first_line(&red.command), red.say())
            }
            Self::LimitReached { limit } => format!("Validation failed, after the limit of {limit}"),
            Self::PrerequisiteFailed { red } => {
                format!("The prerequisite `{}` ended with {}", first_line(&red.command), red.say())
            }
            Self::Weakened { .. } => "Every command passed, but tests or checks were weakened".to_owned(),
            Self::Unfixable(Unfixable { cause, .. }) => format!("No agent can fix this: {cause}"),
            Self::TooWeak => "Passed only weakly, and a proven pass is asked for".to_owned(),
            Self::Vacuous { command, why } => format!("`{}` proves nothing: {why}", first_line(command)),
            // What is not there was seen by agentrun itself.
            Self::CriterionFailed { judgement } if judgement.citation.is_none() => {
                format!("\"{}\" is not done: {}", first_line(&judgement.text), judgement.reason)
            }
            Self::CriterionFailed { judgement } => {
                format!("The judge: \"{}\" {}", first_line(&judgement.text), judgement.say())
            }
            Self::Tampered { what } => {
                format!(
                    "Does not count: the agent changed files that it must not change ({})",
                    what.join("; ")
                )
            }
            Self::Unproven => "Unproven: every command passed before, and nothing was changed".to_owned(),
            Self::Unvalidated => "No command applies".to_owned(),
            Self::Undecided { items } => {
                format!("No command applies, and the judge cannot tell of {}", counted(items.len(), "item"))
            }
            Self::Blocked { reason } => format!("Blocked: {reason}"),
            Self::ModelFailed { message, .. } => format!("The model could not be used: {message}"),
            Self::Interrupted => "Interrupted".to_owned(),
        }
    }

    /// How a step ended after so many attempts, behind its name: `is blocked: no key`.
    pub fn say_of_step(&self, attempts: u32) -> String {
        match self {
            Self::ValidationFailed { .. } | Self::CriterionFailed { .. } => match attempts {
                0 => "did not pass validation".to_owned(),
                1 => "did not pass after 1 attempt".to_owned(),
                attempts => format!("did not pass after {attempts} attempts"),
            },
            Self::LimitReached { limit } => format!("did not pass: the agent reached its limit of {limit}"),
            Self::Tampered { what } => {
                format!("did not pass: the agent changed files that it must not change ({})", what.join("; "))
            }
            Self::Weakened { marks } => {
                format!("passes its commands, but its tests or checks were weakened: {}", marks.join("; "))
            }
            Self::Unfixable(Unfixable { cause, .. }) => {
                format!("needs a person: no agent can fix this: {cause}")
            }
            Self::TooWeak => {
                "passed only weakly, and `validation.strength` asks for a proven pass".to_owned()
            }
            Self::Vacuous { command, why } => {
                format!("cannot be validated: `{}` proves nothing: {why}", first_line(command))
            }
            Self::Unproven => {
                "is unproven: every command passed before, and the agent changed nothing".to_owned()
            }
            Self::Unvalidated => "cannot be validated: no command applies to it".to_owned(),
            Self::Undecided { .. } => {
                "waits for a person: no command applies, and the judge cannot tell".to_owned()
            }
            Self::Blocked { reason } => format!("is blocked: {reason}"),
            Self::PrerequisiteFailed { .. } => "is a prerequisite that failed".to_owned(),
            Self::ModelFailed { message, .. } => format!("stopped: {message}"),
            Self::Interrupted => "was interrupted".to_owned(),
        }
    }

    /// What to do about it, where that is known.
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::Unfixable(Unfixable { hint, .. }) | Self::ModelFailed { hint, .. } => Some(hint),
            Self::Vacuous { .. } => {
                Some("write a command into the plan that fails while the step is not done")
            }
            _ => None,
        }
    }
}
