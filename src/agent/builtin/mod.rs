//! The built-in agent: a turn loop around a model, and eight tools.

mod compaction;
pub mod conversation;
pub mod edit;
mod excerpt;
pub mod ledger;
pub mod limits;
mod progress;
pub mod repetition;
mod room;
pub mod session;
pub mod tools;
pub mod window;
