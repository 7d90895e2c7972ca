//! agentrun carries out a Markdown plan with an LLM agent and ticks only what it validated itself.

pub mod agent;
pub mod digest;
pub mod interrupt;
pub mod model;
pub mod plan;
pub mod process;
pub mod redact;
pub mod workspace;
