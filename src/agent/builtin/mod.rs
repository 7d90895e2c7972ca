//! The built-in agent: a turn loop around a model, and eight tools.

pub mod conversation;
pub mod edit;
pub mod limits;
pub mod repetition;
pub mod session;
pub mod tools;
