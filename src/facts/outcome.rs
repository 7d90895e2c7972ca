//! How attempts, steps and runs end: values, and the words and exit codes for them.

use serde::{Deserialize, Serialize};

use super::evidence::say_end;
use super::judgement::Judgement;
use crate::facts::Exit;
use crate::failure::ExitCode;
use crate::interrupt::Signal;
use crate::words::first_line;

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
    /// `agentrun restore` brought its files back to what they were before it.
    Restored,
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

/// A command that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RedCommand {
    /// The command.
    pub command: String,
    /// How it ended.
    pub exit: Exit,
    /// The end of what it printed.
    pub output: String,
    /// Why its green does not count: `it ran no tests: 12 filtered out`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

impl RedCommand {
    /// The same command ended in the same way.
    pub fn is_like(&self, other: &Self) -> bool {
        (&self.command, &self.exit, &self.why) == (&other.command, &other.exit, &other.why)
    }

    /// How it ended, in words.
    pub fn say(&self) -> String {
        say_end(&self.exit, self.why.as_deref())
    }
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
        /// The first that does not.
        #[serde(flatten)]
        red: RedCommand,
        /// The limit that had ended the agent, if one had.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        limit: Option<String>,
    },
    /// The agent changed what decides about it: the plan, rules, request, configuration or journal.
    /// All of that was set back, and whatever validation said does not count.
    Tampered {
        /// What it changed, in words.
        what: Vec<String>,
    },
    /// Everything is green, but what validates was weakened, and `validation.guard` is `fail`.
    Weakened {
        /// What was weakened.
        marks: Vec<String>,
    },
    /// A command does not hold for a reason that no agent can mend here. No attempt is spent.
    Unfixable(Unfixable),
    /// Every command holds, and the judge has seen that a prose criterion does not.
    CriterionFailed {
        /// The first that does not.
        judgement: Judgement,
    },
    /// All was green before and nothing was changed.
    Unproven,
    /// It passes, but only weakly, and `validation.strength` asks for more.
    TooWeak,
    /// No command applies.
    Unvalidated,
    /// The only commands that apply cannot fail.
    Vacuous {
        /// The first of them.
        command: String,
        /// Why it cannot.
        why: String,
    },
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

/// A command that does not hold, for a reason that no agent can mend here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unfixable {
    /// The command.
    #[serde(flatten)]
    pub red: RedCommand,
    /// The reason, as a text fragment: `` `cargo` is not installed ``.
    pub cause: String,
    /// What a person can do.
    pub hint: String,
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
        #[serde(flatten)]
        red: RedCommand,
        /// Attempts were left, but the last one changed nothing and failed like the one before.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        unchanged: bool,
    },
    /// Everything is green, but what validates was weakened in every attempt.
    Weakened {
        /// What was weakened.
        marks: Vec<String>,
    },
    /// A command does not hold for a reason that no agent can mend here.
    Unfixable(Unfixable),
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
    /// In the last attempt the agent changed what decides about it.
    Tampered {
        /// What it changed, in words.
        what: Vec<String>,
    },
    /// All was green before and nothing was changed.
    Unproven,
    /// It passes, but only weakly, and `validation.strength` asks for more.
    TooWeak,
    /// No command applies.
    Unvalidated,
    /// The only commands that apply cannot fail.
    Vacuous {
        /// The first of them.
        command: String,
        /// Why it cannot.
        why: String,
    },
    /// The agent says that it cannot go on.
    Blocked {
        /// Why.
        reason: String,
    },
    /// A prerequisite command does not hold.
    PrerequisiteFailed {
        /// The command.
        #[serde(flatten)]
        red: RedCommand,
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

impl AttemptOutcome {
    /// The agent is told why it does not pass, and may try again.
    pub fn goes_back(&self) -> bool {
        matches!(self, Self::ValidationFailed { .. } | Self::Weakened { .. } | Self::CriterionFailed { .. })
    }

    /// Another attempt may end better.
    pub fn may_be_tried_again(&self) -> bool {
        self.goes_back() || matches!(self, Self::Tampered { .. })
    }

    /// How a step ends whose last attempt, of so many, ended like this; `None` if it passes.
    /// `unchanged`: it was the last because it failed like the one before.
    pub fn ends_step(self, attempts: u32, unchanged: bool) -> Option<StepOutcome> {
        Some(match self {
            Self::Passed { .. } => return None,
            Self::ValidationFailed { limit: Some(limit), .. } => StepOutcome::LimitReached { limit },
            Self::ValidationFailed { red, limit: None } => StepOutcome::Failed { attempts, red, unchanged },
            Self::Tampered { what } => StepOutcome::Tampered { what },
            Self::Weakened { marks } => StepOutcome::Weakened { marks },
            Self::Unfixable(found) => StepOutcome::Unfixable(found),
            Self::CriterionFailed { judgement } => StepOutcome::CriterionFailed { attempts, judgement },
            Self::Unvalidated => StepOutcome::Unvalidated,
            Self::Vacuous { command, why } => StepOutcome::Vacuous { command, why },
            Self::TooWeak => StepOutcome::TooWeak,
            Self::Unproven => StepOutcome::Unproven,
            Self::Blocked { reason } => StepOutcome::Blocked { reason },
            Self::ModelFailed { message, hint, temporary } => {
                StepOutcome::ModelFailed { message, hint, temporary }
            }
            Self::Interrupted => StepOutcome::Interrupted,
        })
    }
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
            Self::Failed { attempts, unchanged: true, .. } => format!(
                "did not pass after {attempts} attempts: the last one changed nothing and failed like the one before"
            ),
            Self::Failed { attempts, .. } | Self::CriterionFailed { attempts, .. } => match attempts {
                0 => "did not pass validation".to_owned(),
                1 => "did not pass after 1 attempt".to_owned(),
                attempts => format!("did not pass after {attempts} attempts"),
            },
            Self::LimitReached { limit } => format!("did not pass: the agent reached its limit of {limit}"),
            Self::Tampered { what } => {
                format!("did not pass: the agent changed what is not its own ({})", what.join("; "))
            }
            Self::Weakened { marks } => {
                format!("is green, but what validates it was weakened: {}", marks.join("; "))
            }
            Self::Unfixable(Unfixable { cause, .. }) => format!("cannot be fixed by an agent: {cause}"),
            Self::TooWeak => {
                "passed only weakly, and `validation.strength` asks for a proven pass".to_owned()
            }
            Self::Vacuous { command, why } => {
                format!("cannot be validated: `{}` decides nothing: {why}", first_line(command))
            }
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
