//! How attempts, steps and runs end: values, and the words and exit codes for them.

use serde::{Deserialize, Serialize};

use super::judgement::Judgement;
use crate::failure::ExitCode;
use crate::interrupt::Signal;
use crate::process::Exit;

/// Why what was known of a step does not count any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reopened {
    /// A person unticked one of its boxes: it runs again.
    Unticked,
    /// Its text changed since its evidence: it is validated first, and runs only if that fails.
    Edited,
    /// Something it explicitly depends on changed: it is validated first.
    DependencyEdited,
    /// `--restart`.
    Restart,
}

/// Why the agent stopped working.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum AgentEnd {
    /// It says that it is done.
    Done {
        /// What it says it did.
        summary: String,
    },
    /// It says that it cannot go on.
    Blocked {
        /// Why.
        reason: String,
    },
    /// A limit ended it.
    Limit {
        /// Which, in words: `60 turns`.
        limit: String,
    },
    /// It repeated itself without effect.
    Loop {
        /// What it repeated.
        what: String,
    },
    /// The model could not be reached or refused.
    Model {
        /// What happened.
        message: String,
        /// What to do.
        hint: String,
        /// Worth trying again later.
        temporary: bool,
    },
    /// A signal ended it.
    Interrupted,
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum AttemptOutcome {
    /// Everything that applies holds.
    Passed {
        /// What the pass is worth.
        strength: Strength,
    },
    /// At least one command that applies does not hold.
    ValidationFailed {
        /// The first that does not: its command.
        command: String,
        /// How it ended.
        exit: Exit,
        /// The end of what it printed.
        output: String,
        /// The limit that had ended the agent, if one had.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        limit: Option<String>,
    },
    /// Every command holds, and the judge has seen that a prose criterion does not.
    CriterionFailed {
        /// The first that does not.
        judgement: Judgement,
    },
    /// All was green before and nothing was changed.
    Unproven,
    /// No command applies.
    Unvalidated,
    /// The agent says that it cannot go on.
    Blocked {
        /// Why.
        reason: String,
    },
    /// The model could not be reached or refused. No attempt is spent.
    ModelFailed {
        /// What happened.
        message: String,
        /// What to do.
        hint: String,
        /// Worth trying again later.
        temporary: bool,
    },
    /// A signal ended it. No attempt is spent.
    Interrupted,
}

/// How a step ended without a pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum StepOutcome {
    /// Validation failed in every attempt.
    Failed {
        /// Attempts of this run.
        attempts: u32,
        /// The first command that does not hold.
        command: String,
        /// How it ended.
        exit: Exit,
        /// The end of what it printed.
        output: String,
    },
    /// Every command holds, and the judge has seen that a prose criterion does not.
    CriterionFailed {
        /// Attempts of this run.
        attempts: u32,
        /// The first that does not.
        judgement: Judgement,
    },
    /// The last attempt was ended by a limit, and validation failed.
    LimitReached {
        /// Which.
        limit: String,
    },
    /// All was green before and nothing was changed.
    Unproven,
    /// No command applies.
    Unvalidated,
    /// The agent says that it cannot go on.
    Blocked {
        /// Why.
        reason: String,
    },
    /// A prerequisite command does not hold.
    PrerequisiteFailed {
        /// The command.
        command: String,
        /// How it ended.
        exit: Exit,
        /// The end of what it printed.
        output: String,
    },
    /// The model could not be reached or refused.
    ModelFailed {
        /// What happened.
        message: String,
        /// What to do.
        hint: String,
        /// Worth trying again later.
        temporary: bool,
    },
    /// A signal ended it.
    Interrupted,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunOutcome {
    /// Every selected step is validated.
    Completed,
    /// A step did not pass.
    StepFailed,
    /// A person is needed.
    NeedsPerson,
    /// A limit was reached.
    LimitReached,
    /// The model was never reached, or refused.
    ModelRefused,
    /// An outage.
    Temporary,
    /// Ctrl-C.
    Interrupted,
    /// A polite kill.
    Terminated,
}

/// What a pass is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    /// A command was red before and is green now.
    Proven,
    /// Something changed, and everything was green before and after.
    Weak,
    /// No command applies; let through by `--allow-unvalidated`.
    Unvalidated,
}

impl RunOutcome {
    /// The exit code that says so.
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
}

impl StepOutcome {
    /// What happened, in words: `did not pass after 3 attempts`.
    pub fn say(&self) -> String {
        match self {
            Self::Failed { attempts, .. } | Self::CriterionFailed { attempts, .. } => match attempts {
                0 => "did not pass validation".to_owned(),
                1 => "did not pass after 1 attempt".to_owned(),
                attempts => format!("did not pass after {attempts} attempts"),
            },
            Self::LimitReached { limit } => format!("did not pass: the agent reached its limit of {limit}"),
            Self::Unproven => {
                "is unproven: every command was green before, and the agent changed nothing".to_owned()
            }
            Self::Unvalidated => "cannot be validated: no command applies to it".to_owned(),
            Self::Blocked { reason } => format!("is blocked: {reason}"),
            Self::PrerequisiteFailed { .. } => "is a prerequisite that does not hold".to_owned(),
            Self::ModelFailed { message, .. } => format!("stopped: {message}"),
            Self::Interrupted => "was interrupted".to_owned(),
        }
    }
}

impl RunOutcome {
    /// The outcome of a run that a signal stopped.
    pub fn of_signal(signal: Signal) -> Self {
        match signal {
            Signal::Interrupt => Self::Interrupted,
            Signal::Terminate => Self::Terminated,
        }
    }
}
