//! How attempts, steps and runs end.

use serde::{Deserialize, Serialize};

use super::{Judgement, Reason, RedCommand};
use crate::failure::ExitCode;
use crate::interrupt::Signal;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum AttemptOutcome {
    /// Everything that applies holds.
    Passed { strength: Strength },
    /// Something does not.
    #[serde(untagged)]
    NotPassed(Reason),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "StepOutcomeJson", from = "StepOutcomeJson")]
pub struct StepOutcome {
    pub reason: Reason,
    /// Attempts of this run, where they led to it.
    pub attempts: u32,
    /// Attempts were left, but the last one changed nothing and failed like the one before.
    pub unchanged: bool,
}

/// A step's outcome as it is written. Where attempts led to it they are told.
#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum StepOutcomeJson {
    Failed {
        attempts: u32,
        #[serde(flatten)]
        red: RedCommand,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        unchanged: bool,
    },
    CriterionFailed {
        attempts: u32,
        judgement: Judgement,
    },
    #[serde(untagged)]
    Other(Reason),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunOutcome {
    /// Every selected step is validated.
    Completed,
    StepFailed,
    NeedsPerson,
    LimitReached,
    /// The model was never reached, or refused.
    ModelRefused,
    Temporary,
    Interrupted,
    Terminated,
}

/// What a pass is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strength {
    /// A command was red before and is green now, with the validators that were there before.
    Proven,
    /// A command was red before and is green now, but only with validators that the step wrote.
    SelfTested,
    /// Something changed, and everything was green before and after.
    Weak,
    /// No command applies; a judge has seen that each task is done and each criterion holds.
    Judged,
    /// No command applies; let through by `--allow-unvalidated`.
    Unvalidated,
}

impl AttemptOutcome {
    /// Why it did not pass, if it did not.
    pub fn reason(&self) -> Option<&Reason> {
        match self {
            Self::Passed { .. } => None,
            Self::NotPassed(reason) => Some(reason),
        }
    }

    pub fn say(&self) -> String {
        self.reason().map_or_else(|| "Passed".to_owned(), Reason::say_of_attempt)
    }
}

impl StepOutcome {
    /// How a step ends whose last attempt, of so many, ended like this. `unchanged`: it was the last
    /// because it failed like the one before.
    pub fn after(reason: Reason, attempts: u32, unchanged: bool) -> Self {
        match reason {
            Reason::ValidationFailed { limit: Some(limit), .. } => Reason::LimitReached { limit }.into(),
            Reason::ValidationFailed { .. } => Self { reason, attempts, unchanged },
            Reason::CriterionFailed { .. } => Self { reason, attempts, unchanged: false },
            reason => reason.into(),
        }
    }

    /// What happened, in words: `did not pass after 3 attempts`.
    pub fn say(&self) -> String {
        let said = self.reason.say_of_step(self.attempts);
        if self.unchanged {
            format!("{said}: the last one changed nothing and failed like the one before")
        } else {
            said
        }
    }
}

impl From<Reason> for StepOutcome {
    /// Without an attempt.
    fn from(reason: Reason) -> Self {
        Self { reason, attempts: 0, unchanged: false }
    }
}

impl From<StepOutcomeJson> for StepOutcome {
    fn from(json: StepOutcomeJson) -> Self {
        match json {
            StepOutcomeJson::Failed { attempts, red, unchanged } => {
                Self { reason: Reason::ValidationFailed { red, limit: None }, attempts, unchanged }
            }
            StepOutcomeJson::CriterionFailed { attempts, judgement } => {
                Self { reason: Reason::CriterionFailed { judgement }, attempts, unchanged: false }
            }
            StepOutcomeJson::Other(reason) => reason.into(),
        }
    }
}

impl From<StepOutcome> for StepOutcomeJson {
    fn from(outcome: StepOutcome) -> Self {
        let StepOutcome { reason, attempts, unchanged } = outcome;
        match reason {
            Reason::ValidationFailed { red, limit: None } => Self::Failed { attempts, red, unchanged },
            Reason::CriterionFailed { judgement } => Self::CriterionFailed { attempts, judgement },
            reason => Self::Other(reason),
        }
    }
}

impl RunOutcome {
    pub fn exit_code(self) -> ExitCode {
        match self {
            Self::Completed => ExitCode::Passed,
            Self::StepFailed => ExitCode::StepFailed,
            Self::NeedsPerson => ExitCode::NeedsPerson,
            Self::LimitReached => ExitCode::LimitReached,
            Self::ModelRefused => ExitCode::ModelRefused,
            Self::Temporary => ExitCode::Temporary,
            Self::Interrupted => ExitCode::Interrupted,
            Self::Terminated => ExitCode::Terminated,
        }
    }

    pub fn of_signal(signal: Signal) -> Self {
        match signal {
            Signal::Interrupt => Self::Interrupted,
            Signal::Terminate => Self::Terminated,
        }
    }

    /// An outage or a signal: it ends the run, whatever else could still be done.
    pub fn ends_every_run(self) -> bool {
        matches!(self, Self::ModelRefused | Self::Temporary | Self::Interrupted | Self::Terminated)
    }
}

#[cfg(test)]
mod tests;
