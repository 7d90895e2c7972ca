//! The facts: one vocabulary for journal, state and report; nothing here decides or acts.

mod agent_end;
mod bounds;
mod denial;
mod event;
mod evidence;
mod exit;
mod expectation;
#[cfg(test)]
pub(crate) mod fixtures;
mod identity;
mod index;
mod judgement;
mod limit;
mod outcome;
mod reason;
mod red;
mod reference;
mod refusal;
mod reopening;
mod usage;

pub use event::{Event, Record, SCHEMA};
pub use evidence::Programs;
pub use identity::{Fingerprint, StepKey};
pub use reference::{AttemptRef, StepRef};
pub use usage::Usage;

pub(crate) use agent_end::AgentEnd;
pub(crate) use bounds::{Pending, RunCompleted, RunStarted};
pub(crate) use denial::Denial;
pub(crate) use evidence::{ChangeSummary, Evidence, Origin, Tests, Vacuous};
pub(crate) use exit::{Exit, StartObstacle};
pub(crate) use expectation::{Comparison, Expectation, ExpectedExit, ExpectedOutput};
pub(crate) use index::{CriterionIndex, TaskIndex, index_type};
pub(crate) use judgement::{Citation, JudgedItem, Judgement, Ruling};
pub(crate) use limit::Limit;
pub(crate) use outcome::{AttemptOutcome, RunOutcome, StepOutcome, Strength};
pub(crate) use reason::Reason;
pub(crate) use red::{RedCommand, Unfixable};
pub(crate) use reference::{BoxRef, Occurrence, Ticked};
pub(crate) use refusal::{CommitRefusal, Secret};
pub(crate) use reopening::ReopenReason;
