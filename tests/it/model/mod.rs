//! The model over HTTP, against a scripted server.

mod failures;
mod replies;
mod requests;
mod streams;

use std::time::Duration;

use agentrun::interrupt::Interrupt;
use agentrun::model::message::{Arguments, Message, Reply, ToolCall, ToolDefinition};
use agentrun::model::openai::Settings;
use agentrun::model::{Model, ModelError, Notice, Purpose, Request, TurnPlace};
use serde_json::{Value, json};

/// Settings that retry at once.
fn hasty(base_url: impl Into<String>) -> Settings {
    Settings { retry_delay: Duration::from_millis(1), ..Settings::new(base_url, "tiny") }
}

/// A model and what it told.
struct Asker {
    model: Model,
    tools: Vec<ToolDefinition>,
    notices: Vec<Notice>,
}

impl Asker {
    fn of(settings: Settings) -> Self {
        let parameters = json!({ "type": "object", "properties": { "path": { "type": "string" } } });
        let tool = ToolDefinition { name: "read_file", description: "Reads a file.", parameters };
        Self { model: Model::openai(settings), tools: vec![tool], notices: Vec::new() }
    }

    async fn ask(&mut self, messages: &[Message]) -> Result<Reply, ModelError> {
        self.ask_until(messages, &Interrupt::never()).await
    }

    async fn ask_until(&mut self, messages: &[Message], interrupt: &Interrupt) -> Result<Reply, ModelError> {
        let place = TurnPlace { step: "1", attempt: 1, turn: 1 };
        let request = Request { place, purpose: Purpose::Work, messages, tools: &self.tools, once: false };
        let notices = &mut self.notices;
        let mut observe = |notice| match notice {
            Notice::Progress { .. } => {}
            // Waits are jittered, so they are left out.
            Notice::Retry { reason, number, .. } => {
                notices.push(Notice::Retry { reason, number, delay: Duration::ZERO });
            }
            notice @ Notice::Adapted { .. } => notices.push(notice),
        };
        self.model.reply(&request, interrupt, &mut observe).await
    }

    fn adaptations(&self) -> Vec<&str> {
        let adaptations = self.notices.iter().filter_map(|notice| match notice {
            Notice::Adapted { what } => Some(what.as_str()),
            _ => None,
        });
        adaptations.collect()
    }

    fn retries(&self) -> Vec<&str> {
        let retries = self.notices.iter().filter_map(|notice| match notice {
            Notice::Retry { reason, .. } => Some(reason.as_str()),
            _ => None,
        });
        retries.collect()
    }
}

fn hello() -> Vec<Message> {
    vec![Message::User { text: "hello".to_owned() }]
}

fn call(id: &str, name: &str, arguments: Value) -> ToolCall {
    let Value::Object(fields) = arguments else { panic!("arguments are an object") };
    ToolCall { id: id.to_owned(), name: name.to_owned(), arguments: Arguments::Object(fields) }
}
