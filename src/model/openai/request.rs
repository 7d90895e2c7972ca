//! Writes the request, `messages` last, so that each request of a conversation begins with the bytes of the
//! one before.

use serde::Serialize;
use serde_json::{Value, json};

use super::Settings;
use crate::model::Request;
use crate::model::message::{Arguments, Message, Reply, ToolCall, ToolDefinition};

/// What a call without a result is answered with.
const NOT_EXECUTED: &str = "interrupted: not executed";

/// An optional part of a request that some servers refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Adaptation {
    /// Usage is not asked for.
    NoStreamOptions,
    /// The newer name of the output limit instead of the older, or the other way round.
    OtherTokenLimit,
    /// No output limit under either name.
    NoTokenLimit,
    /// The server chooses the temperature.
    NoTemperature,
    /// Reasoning is not sent back.
    NoReasoning,
    /// The reply comes in one piece.
    NoStream,
}

impl Adaptation {
    /// The parameters that mean this part.
    fn names(self) -> &'static [&'static str] {
        match self {
            Self::NoStreamOptions => &["stream_options", "include_usage"],
            Self::OtherTokenLimit | Self::NoTokenLimit => &["max_completion_tokens", "max_tokens"],
            Self::NoTemperature => &["temperature"],
            Self::NoReasoning => &["reasoning_content"],
            Self::NoStream => &["stream", "streaming"],
        }
    }

    /// Whether a text has one of its names as a word.
    pub(super) fn is_named_by(self, text: &str) -> bool {
        let mut words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        words.any(|word| self.names().contains(&word))
    }

    /// For [`crate::model::Notice::Adapted`].
    pub(super) fn describe(self) -> String {
        let name = self.names()[0];
        match self {
            Self::OtherTokenLimit => {
                "the server refuses this name of the output limit: the other is used".into()
            }
            Self::NoTokenLimit => "the server refuses an output limit: left out".to_owned(),
            Self::NoStream => "the server refuses `stream`: replies come in one piece".to_owned(),
            _ => format!("the server refuses `{name}`: left out"),
        }
    }
}

/// What this server takes, as learned so far.
#[derive(Debug, Default)]
pub(super) struct Dialect {
    refused: Vec<Adaptation>,
    /// The server sent reasoning as `reasoning_content`, and so may want it back.
    pub(super) reasoning_content: bool,
}

impl Dialect {
    /// From now on without this part.
    pub(super) fn adapt(&mut self, adaptation: Adaptation) {
        self.refused.push(adaptation);
    }

    /// What can still be left out of a request, and is in it. Longer names come first, for `stream`
    /// is a word of many messages.
    pub(super) fn possible(&self, settings: &Settings) -> Vec<Adaptation> {
        use Adaptation::{
            NoReasoning, NoStream, NoStreamOptions, NoTemperature, NoTokenLimit, OtherTokenLimit,
        };
        let streams = settings.stream && self.takes(NoStream);
        let limited = settings.max_output_tokens.is_some() && self.takes(NoTokenLimit);
        [
            (NoStreamOptions, streams),
            (OtherTokenLimit, limited),
            (NoTokenLimit, limited && !self.takes(OtherTokenLimit)),
            (NoTemperature, settings.temperature.is_some()),
            (NoReasoning, self.reasoning_content),
            (NoStream, streams),
        ]
        .into_iter()
        .filter(|(adaptation, used)| *used && self.takes(*adaptation))
        .map(|(adaptation, _)| adaptation)
        .collect()
    }

    fn takes(&self, adaptation: Adaptation) -> bool {
        !self.refused.contains(&adaptation)
    }

    /// The output limit goes by `max_completion_tokens`.
    fn takes_newer_limit(&self, settings: &Settings) -> bool {
        settings.base_url.contains("api.openai.com") == self.takes(Adaptation::OtherTokenLimit)
    }
}

/// A request as it is sent; fields in the order that `OpenAI` documents, but for the last one.
#[derive(Debug, Serialize)]
pub(super) struct RequestBody<'a> {
    model: &'a str,
    stream: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_options: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_completion_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tools: Vec<ToolJson<'a>>,
    messages: Vec<MessageJson<'a>>,
}

#[derive(Debug, Serialize)]
struct ToolJson<'a> {
    r#type: &'static str,
    function: &'a ToolDefinition,
}

#[derive(Debug, Serialize)]
struct MessageJson<'a> {
    role: &'static str,
    /// `null` beside calls; some servers refuse a message without the key.
    content: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning_content: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_call_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_calls: Vec<CallJson<'a>>,
}

#[derive(Debug, Serialize)]
struct CallJson<'a> {
    id: &'a str,
    r#type: &'static str,
    function: FunctionJson<'a>,
}

#[derive(Debug, Serialize)]
struct FunctionJson<'a> {
    name: &'a str,
    arguments: String,
}

impl<'a> RequestBody<'a> {
    pub(super) fn new(settings: &'a Settings, dialect: &Dialect, request: &Request<'a>) -> Self {
        let stream = settings.stream && dialect.takes(Adaptation::NoStream);
        let counted = stream && dialect.takes(Adaptation::NoStreamOptions);
        let limit = settings.max_output_tokens.filter(|_| dialect.takes(Adaptation::NoTokenLimit));
        let newer = dialect.takes_newer_limit(settings);
        let reasoning = dialect.reasoning_content && dialect.takes(Adaptation::NoReasoning);
        Self {
            model: &settings.model,
            stream,
            stream_options: counted.then(|| json!({ "include_usage": true })),
            max_completion_tokens: limit.filter(|_| newer),
            max_tokens: limit.filter(|_| !newer),
            temperature: settings.temperature.filter(|_| dialect.takes(Adaptation::NoTemperature)),
            tools: request.tools.iter().map(|function| ToolJson { r#type: "function", function }).collect(),
            messages: messages(request.messages, reasoning),
        }
    }
}

/// The conversation. Each call gets exactly one result right after its reply, whatever an interruption
/// left behind: a missing one is made up, a stray one left out. Servers refuse anything else.
fn messages(messages: &[Message], reasoning: bool) -> Vec<MessageJson<'_>> {
    let mut list = Vec::new();
    let mut open: Vec<&str> = Vec::new();
    for message in messages {
        if let Message::Tool { call_id, text, .. } = message {
            if let Some(place) = open.iter().position(|id| id == call_id) {
                open.remove(place);
                list.push(result(call_id, text));
            }
            continue;
        }
        list.extend(open.drain(..).map(|id| result(id, NOT_EXECUTED)));
        match message {
            Message::System { text } => list.push(said("system", text)),
            Message::User { text } => list.push(said("user", text)),
            Message::Assistant(reply) => {
                open.extend(reply.calls.iter().map(|call| call.id.as_str()));
                list.push(assistant(reply, reasoning));
            }
            Message::Tool { .. } => {}
        }
    }
    list.extend(open.into_iter().map(|id| result(id, NOT_EXECUTED)));
    list
}

fn said<'a>(role: &'static str, text: &'a str) -> MessageJson<'a> {
    MessageJson {
        role,
        content: Some(text),
        reasoning_content: None,
        tool_call_id: None,
        tool_calls: Vec::new(),
    }
}

fn result<'a>(call_id: &'a str, text: &'a str) -> MessageJson<'a> {
    MessageJson { tool_call_id: Some(call_id), ..said("tool", text) }
}

fn assistant(reply: &Reply, reasoning: bool) -> MessageJson<'_> {
    // A message without anything in it is refused by some servers.
    let content = match reply.text.as_str() {
        "" if reply.calls.is_empty() => Some("(no text)"),
        "" => None,
        text => Some(text),
    };
    MessageJson {
        content,
        reasoning_content: (reasoning && !reply.reasoning.is_empty()).then_some(reply.reasoning.as_str()),
        tool_calls: reply.calls.iter().map(call).collect(),
        ..said("assistant", "")
    }
}

/// Arguments that could not be read go back as an empty object: a server that parses the history
/// would refuse the conversation for ever.
fn call(call: &ToolCall) -> CallJson<'_> {
    let arguments = match &call.arguments {
        Arguments::Object(fields) => serde_json::to_string(fields).unwrap_or_else(|_| "{}".to_owned()),
        Arguments::Unreadable { .. } => "{}".to_owned(),
    };
    CallJson { id: &call.id, r#type: "function", function: FunctionJson { name: &call.name, arguments } }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::model::{Purpose, TurnPlace};

    fn read(id: &str) -> ToolCall {
        let unreadable = Arguments::Unreadable { unreadable: "{".to_owned(), problem: "cut".to_owned() };
        ToolCall { id: id.to_owned(), name: "read_file".to_owned(), arguments: unreadable }
    }

    fn request(dialect: &Dialect) -> String {
        let settings = Settings {
            max_output_tokens: Some(9),
            temperature: Some(0.5),
            ..Settings::new("http://localhost/v1", "tiny")
        };
        let reply = Reply {
            text: String::new(),
            reasoning: "hm".to_owned(),
            calls: vec![read("1"), read("2")],
            usage: None,
            finish: String::new(),
        };
        let messages = [
            Message::User { text: "go".to_owned() },
            Message::Assistant(reply),
            Message::Tool { call_id: "2".to_owned(), name: "read_file".to_owned(), text: "two".to_owned() },
            Message::Tool {
                call_id: "7".to_owned(),
                name: "read_file".to_owned(),
                text: "whose?".to_owned(),
            },
            Message::User { text: "on".to_owned() },
        ];
        let place = TurnPlace { step: "1", attempt: 1, turn: 1 };
        let request = Request { place, purpose: Purpose::Work, messages: &messages, tools: &[], once: false };
        let body = serde_json::to_string(&RequestBody::new(&settings, dialect, &request)).unwrap();
        body.replace(",\"", ",\n\"").replace("},{", "},\n{")
    }

    #[test]
    fn every_call_has_a_result_and_every_result_a_call() {
        let dialect = Dialect { reasoning_content: true, ..Dialect::default() };
        assert_snapshot!(request(&dialect), @r#"
        {"model":"tiny",
        "stream":true,
        "stream_options":{"include_usage":true},
        "max_tokens":9,
        "temperature":0.5,
        "messages":[{"role":"user",
        "content":"go"},
        {"role":"assistant",
        "content":null,
        "reasoning_content":"hm",
        "tool_calls":[{"id":"1",
        "type":"function",
        "function":{"name":"read_file",
        "arguments":"{}"}},
        {"id":"2",
        "type":"function",
        "function":{"name":"read_file",
        "arguments":"{}"}}]},
        {"role":"tool",
        "content":"two",
        "tool_call_id":"2"},
        {"role":"tool",
        "content":"interrupted: not executed",
        "tool_call_id":"1"},
        {"role":"user",
        "content":"on"}]}
        "#);
    }

    #[test]
    fn what_a_server_refuses_is_left_out_from_then_on() {
        let settings = Settings {
            max_output_tokens: Some(9),
            temperature: Some(0.5),
            ..Settings::new("http://localhost/v1", "tiny")
        };
        let mut dialect = Dialect { reasoning_content: true, ..Dialect::default() };
        let mut adapted = Vec::new();
        while let Some(&adaptation) = dialect.possible(&settings).first() {
            dialect.adapt(adaptation);
            adapted.push(adaptation);
        }
        let all = [
            Adaptation::NoStreamOptions,
            Adaptation::OtherTokenLimit,
            Adaptation::NoTokenLimit,
            Adaptation::NoTemperature,
            Adaptation::NoReasoning,
            Adaptation::NoStream,
        ];
        assert_eq!(adapted, all);
        let body = request(&dialect);
        assert!(body.starts_with("{\"model\":\"tiny\",\n\"stream\":false,\n\"messages\":["), "{body}");
        assert!(!body.contains("reasoning_content"), "{body}");
    }

    #[test]
    fn a_part_is_named_by_a_word_of_its_own() {
        for (text, named) in [
            ("Unknown field: stream_options", true),
            ("`include_usage` is not supported", true),
            ("my_stream_options_field", false),
            ("stream", false),
        ] {
            assert_eq!(Adaptation::NoStreamOptions.is_named_by(text), named, "{text}");
        }
    }
}
