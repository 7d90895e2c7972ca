//! The agent that is built in: a model, eight tools and limits.

pub mod edit;
pub mod tools;
