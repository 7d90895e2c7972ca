//! agentrun carries out a Markdown plan step by step with an LLM agent, and ticks only what it has
//! validated itself.
//!
//! A ticked box is a fact, not a claim.
//!
//! # The walk of `agentrun execute plan.md`
//!
//! 1. [`commands`] read the arguments and the [`config`]. [`workspace::plan_file`] reads the bytes of
//!    the plan, and [`plan::read`] makes steps, an order and diagnostics of them. All diagnostics are
//!    shown at once.
//! 2. [`journal`] gives back every event of earlier runs. [`state`] is a fold over them, and
//!    [`state::reconcile`] compares it with the boxes as they are now. There is no resume path.
//! 3. [`run::orchestrator`] asks [`state::schedule`] what comes next, until nothing is left to do.
//! 4. [`run::step`] runs the baseline. [`run::attempt`] keeps the tree ([`workspace`]), makes the
//!    [`brief`], and lets the [`agent`] work with a [`model`]. [`run::validation`] then runs the
//!    commands in [`process`]es of agentrun's own, and [`validate`] decides what their results mean.
//! 5. Every fact passes one door, [`record`]: [`redact`], journal, state, [`report`]. A pass is
//!    recorded first; then [`run::tick`] writes it into the plan.
//! 6. The outcome becomes a summary, a report and an exit code ([`failure`]).

mod agent;
mod brief;
pub mod cli;
mod clock;
pub mod commands;
mod config;
pub mod digest;
pub mod facts;
pub mod failure;
pub mod interrupt;
pub mod journal;
mod judge;
pub mod model;
pub mod plan;
pub mod process;
mod record;
pub mod redact;
pub mod report;
mod run;
mod shell;
mod sources;
pub mod state;
mod validate;
mod words;
pub mod workspace;
