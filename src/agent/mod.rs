//! Who does the work. There is one kind so far: the built-in agent.

pub mod builtin;
