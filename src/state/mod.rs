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

pub use fold::RunState;
pub(crate) use pass::{CommitState, Pass, TickState};
pub(crate) use step::{StepState, StepStatus};
pub(crate) use trees::{Base, Trees};
