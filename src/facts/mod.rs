//! Facts: the one vocabulary of journal, state and report. Nothing here decides or acts.

mod bounds;
mod denial;
mod event;
mod evidence;
mod exit;
mod identity;
mod index;
mod judgement;
mod outcome;
mod reference;
mod refusal;
mod usage;

pub use bounds::{Pending, RunCompleted, RunStarted};
pub use denial::Denial;
pub use event::{Event, Record, SCHEMA};
pub use evidence::{ChangeSummary, Evidence, Origin, Programs, Tests, Vacuous};
pub use exit::Exit;
pub use identity::{Fingerprint, StepKey};
pub use index::CriterionIndex;
pub(crate) use index::index_type;
pub use judgement::{Citation, Judgement, Ruling};
pub use outcome::{
    AgentEnd, AttemptOutcome, RedCommand, Reopened, RunOutcome, StepOutcome, Strength, Unfixable,
};
pub use reference::{AttemptRef, BoxRef, Occurrence, StepRef, Ticked};
pub use refusal::{CommitRefusal, Secret};
pub use usage::Usage;
