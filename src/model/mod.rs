//! The model behind one enum: a server over HTTP, or a script of replies.

pub(crate) mod arguments;
mod call_ids;
mod chant;
pub mod message;
pub mod openai;
pub(crate) mod retry;
pub(crate) mod scripted;

use std::time::Duration;

use self::message::{Message, Reply, ToolDefinition};
use crate::interrupt::Interrupt;

/// Whoever replies.
#[derive(Debug)]
pub enum Model {
    /// A server, over HTTP.
    OpenAi(Box<openai::Endpoint>),
    /// A script of replies.
    Scripted(scripted::Script),
}

impl Model {
    /// A server, over HTTP; no connection is opened yet.
    pub fn openai(settings: openai::Settings) -> Self {
        Self::OpenAi(Box::new(openai::Endpoint::new(settings)))
    }

    /// The reply to a request. Whatever it waits for, an interrupt ends the wait; nothing of a reply
    /// that is not whole is ever returned.
    pub async fn reply(
        &mut self,
        request: &Request<'_>,
        interrupt: &Interrupt,
        observe: &mut (dyn FnMut(Notice) + '_),
    ) -> Result<Reply, ModelError> {
        let reply = async {
            match self {
                Self::OpenAi(endpoint) => endpoint.reply(request, observe).await,
                Self::Scripted(script) => script.reply(request),
            }
        };
        tokio::select! {
            biased;
            _ = interrupt.wait() => Err(ModelError::Interrupted),
            reply = reply => reply,
        }
    }
}

/// One request: the whole conversation so far.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Where in the run it is asked.
    pub place: TurnPlace<'a>,
    /// What it is asked for.
    pub purpose: Purpose,
    /// The conversation; the constant prefix first.
    pub messages: &'a [Message],
    /// The tools, in stable order.
    pub tools: &'a [ToolDefinition],
    /// The run can do without the answer: a request that fails is not sent again.
    pub once: bool,
}

/// What a model is asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// The next turn of the work.
    #[default]
    Work,
    /// What a conversation that has become too long came to.
    Summary,
    /// What criteria in prose come to.
    Judge,
}

/// Where in a run a request is made; scripts and recordings are addressed by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TurnPlace<'a> {
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
        /// How many tokens fit, where it says so.
        window: Option<u64>,
    },
    /// The reply said the same over and over, and so did the next one.
    #[error("the model repeats itself: {what}")]
    Chant {
        /// The chunk that it repeated.
        what: String,
    },
    /// A person or a signal stopped the run.
    #[error("interrupted")]
    Interrupted,
}
