//! The state: what is known of a plan, and what follows from that.

pub(crate) mod audit;
#[cfg(test)]
pub(crate) mod fixtures;
mod fold;
mod pass;
pub(crate) mod reconcile;
pub(crate) mod renames;
pub(crate) mod schedule;
mod step;
pub mod ticking;
mod trees;

pub use fold::{IllegalEvent, RunState};
pub use pass::{CommitState, Pass, TickState};
pub use step::{StepState, StepStatus};
pub use trees::{Base, Trees};
