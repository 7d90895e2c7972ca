//! The state: what is known of a plan, and what follows from that.

pub mod audit;
#[cfg(test)]
mod fixtures;
mod fold;
mod pass;
pub mod reconcile;
pub mod renames;
pub mod schedule;
mod step;
pub mod ticking;
mod trees;

pub use fold::{IllegalEvent, RunState};
pub use pass::{CommitState, Pass, TickState};
pub use step::{StepState, StepStatus};
pub use trees::{Base, Trees};
