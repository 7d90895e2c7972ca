//! What the results of a step's commands mean. Pure: what it has to know of the project it is given.

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
