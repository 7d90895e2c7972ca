//! Decides what the results of a step's commands mean.

pub mod applied;
pub mod callee;
pub mod named;
pub mod runners;
pub mod unfixable;
pub mod vacuous;
mod validated;
pub mod verdict;
pub mod weakening;

pub use validated::Validated;
