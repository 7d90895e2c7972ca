//! Who does the work of a step.

pub mod builtin;
