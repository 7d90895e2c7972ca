//! The built-in agent: a turn loop around a model, and eight tools.

mod compaction;
pub(crate) mod conversation;
pub(crate) mod edit;
mod excerpt;
pub(crate) mod ledger;
mod progress;
pub(crate) mod repetition;
mod room;
pub(crate) mod session;
pub(crate) mod tools;
pub(crate) mod window;
