//! The LLM endpoint behind one enum: a real one over HTTP, or a script of replies.

pub mod message;

use std::time::Duration;

use message::{Message, Reply, ToolDefinition};

/// One request: the whole conversation so far.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Where in the run it is asked.
    pub place: Place<'a>,
    /// The conversation; the constant prefix first.
    pub messages: &'a [Message],
    /// The tools, in stable order.
    pub tools: &'a [ToolDefinition],
}

/// Where in a run a request is made; scripts and recordings are addressed by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// Id of the step.
    pub step: &'a str,
    /// Number of the attempt, from 1.
    pub attempt: u32,
    /// Number of the turn in the attempt, from 1.
    pub turn: u32,
}

/// What is worth telling while a reply is awaited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// A piece of text or reasoning arrived; `bytes` so far in this reply.
    Progress {
        /// Bytes received in this reply.
        bytes: usize,
    },
    /// The request failed for now and is sent again after a wait.
    Retry {
        /// What failed.
        reason: String,
        /// How long it waits.
        delay: Duration,
        /// Number of the retry, from 1.
        number: u32,
    },
    /// The server refused an optional parameter; it is left out from now on.
    Adapted {
        /// What changed: "the server refuses `stream_options`: left out".
        what: String,
    },
}

/// Why there is no reply.
#[derive(Debug, thiserror::Error, Clone, PartialEq, Eq)]
pub enum ModelError {
    /// No key, a refused key, an unknown model, an unreachable server, no reply in the script:
    /// trying again does not help.
    #[error("{message}")]
    Refused {
        /// What happened, and with which URL or variable.
        message: String,
        /// What to do.
        hint: String,
    },
    /// Outages, rate limits, cut streams: retried within the budget, which is used up.
    #[error("{message}")]
    Temporary {
        /// The last failure, and how often it was tried.
        message: String,
    },
    /// The conversation is larger than the model's window.
    #[error("the conversation is too long for the model: {message}")]
    Overflow {
        /// What the server said.
        message: String,
    },
    /// A person or a signal stopped the run.
    #[error("interrupted")]
    Interrupted,
}
