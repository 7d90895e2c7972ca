//! The facts: one vocabulary for journal, state and report; nothing here decides or acts.

mod agent_end;
mod bounds;
mod denial;
mod event;
mod evidence;
mod exit;
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

pub use agent_end::AgentEnd;
pub use bounds::{Pending, RunCompleted, RunStarted};
pub use denial::Denial;
pub use event::{Event, Record, SCHEMA};
pub use evidence::{ChangeSummary, Evidence, Origin, Programs, Tests, Vacuous};
pub use exit::{Exit, StartObstacle};
pub use identity::{Fingerprint, StepKey};
pub use index::CriterionIndex;
pub(crate) use index::index_type;
pub use judgement::{Citation, Judgement, Ruling};
pub use limit::Limit;
pub use outcome::{AttemptOutcome, RunOutcome, StepOutcome, Strength};
pub use reason::Reason;
pub use red::{RedCommand, Unfixable};
pub use reference::{AttemptRef, BoxRef, Occurrence, StepRef, Ticked};
pub use refusal::{CommitRefusal, Secret};
pub use reopening::ReopenReason;
pub use usage::Usage;
