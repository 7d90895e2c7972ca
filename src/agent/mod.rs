//! The agent that does the work; there is one kind so far, the built-in agent.

pub(crate) mod builtin;
