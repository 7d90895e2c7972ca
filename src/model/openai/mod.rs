//! The client for servers that speak `OpenAI`'s chat completions, or something close to it.
//!
//! `request` -> `transport` -> `body` -> `wire` -> `assembly`: one try is an `exchange`. What fails is
//! judged by `failure`, and sent again here.

mod assembly;
mod body;
mod exchange;
mod failure;
mod fault;
mod overflow;
mod request;
mod settings;
mod transport;
mod wire;

use std::time::Duration;

pub use assembly::CUT_OFF;
pub use settings::Settings;

use self::exchange::Exchange;
use self::failure::TryFailure;
use self::request::{Adaptation, Dialect, RequestBody};
use self::transport::Transport;
use super::message::{Reply, ToolDefinition};
use super::retry::Schedule;
use super::{ModelError, Notice, Request};
use crate::clock::Stopwatch;

/// Tries of a connection that cannot be made: a server that is down does not come up in a minute.
const CONNECTION_TRIES: u32 = 3;

/// A model behind a URL.
#[derive(Debug)]
pub struct Endpoint {
    settings: Settings,
    dialect: Dialect,
    /// Made for the first request, so that what never asks pays nothing.
    transport: Option<Transport>,
    /// Whether it ever answered; if not, the address is more likely wrong than the server down.
    answered: bool,
}

struct Tries {
    watch: Stopwatch,
    failed: u32,
    schedule: Schedule,
}

impl Endpoint {
    /// Opens no connection.
    pub fn new(settings: Settings) -> Self {
        Self { settings: settings.tidied(), dialect: Dialect::default(), transport: None, answered: false }
    }

    /// The reply to a request, tried again within the budget.
    pub(super) async fn reply(
        &mut self,
        request: &Request<'_>,
        observe: &mut (dyn FnMut(Notice) + '_),
    ) -> Result<Reply, ModelError> {
        let mut tries = Tries::new(&self.settings, request);
        let (mut chanted, mut silent) = (false, false);
        loop {
            let failure = match self.exchange(request, observe).await {
                Ok(reply) => return Ok(reply),
                Err(failure) => failure,
            };
            self.answered |= !matches!(failure, TryFailure::Unreachable { .. } | TryFailure::Refused { .. });
            let (reason, asked) = match failure {
                TryFailure::Refused { message, hint } => return Err(ModelError::Refused { message, hint }),
                TryFailure::Overflow { message, window } => {
                    return Err(ModelError::Overflow { message, window });
                }
                TryFailure::Chant { what } if chanted => return Err(ModelError::Chant { what }),
                TryFailure::Chant { what } => {
                    chanted = true;
                    let reason = format!("the reply was cut: it repeats \"{what}\"");
                    observe(Notice::Retry { reason, delay: Duration::ZERO, number: 1 });
                    continue;
                }
                TryFailure::Empty if silent => {
                    let message = "the server sent two replies in a row with nothing in them".to_owned();
                    return Err(ModelError::Temporary { message });
                }
                TryFailure::Empty => {
                    silent = true;
                    ("the server sent a reply with nothing in it".to_owned(), None)
                }
                TryFailure::UnknownModel { message } => return Err(self.unknown_model(&message).await),
                TryFailure::Unsupported(adaptation) => {
                    self.adapt(adaptation, observe);
                    continue;
                }
                TryFailure::Unreachable { reason } => (self.unreachable(&reason, tries.failed + 1)?, None),
                TryFailure::Transient { reason, asked } => (reason, asked),
            };
            let delay = tries.after(&reason, asked)?;
            observe(Notice::Retry { reason, delay, number: tries.failed });
            tokio::time::sleep(delay).await;
        }
    }

    async fn exchange(
        &mut self,
        request: &Request<'_>,
        observe: &mut (dyn FnMut(Notice) + '_),
    ) -> Result<Reply, TryFailure> {
        let transport = match self.transport.take() {
            Some(transport) => transport,
            None => Transport::new(&self.settings)?,
        };
        let transport = self.transport.insert(transport);
        let Self { settings, dialect, .. } = self;
        let body = RequestBody::new(settings, dialect, request);
        let possible = dialect.possible(settings);
        let exchange = Exchange { transport, settings, possible: &possible };
        let assembly = exchange.run(&body, observe).await?;
        self.answered = true;
        self.dialect.reasoning_content |= assembly.reasoning_content;
        let mut reply = assembly.into_reply(request.messages);
        for call in &mut reply.calls {
            if let Some(name) = meant(&call.name, request.tools) {
                call.name = name.to_owned();
            }
        }
        if says_nothing(&reply) {
            return Err(TryFailure::Empty);
        }
        if untranslated_call(&reply, request) { Err(self.settings.no_tool_parser()) } else { Ok(reply) }
    }

    fn adapt(&mut self, adaptation: Adaptation, observe: &mut (dyn FnMut(Notice) + '_)) {
        self.dialect.adapt(adaptation);
        observe(Notice::Adapted { what: adaptation.describe() });
    }

    /// What to say of a connection that could not be made; an error once it was tried often enough.
    fn unreachable(&self, reason: &str, failed: u32) -> Result<String, ModelError> {
        let message = format!("cannot reach {}: {reason}", self.settings.base_url);
        if failed < CONNECTION_TRIES.min(self.settings.max_tries) {
            return Ok(message);
        }
        Err(if self.answered {
            ModelError::Temporary { message: format!("{message} (tried {failed} times)") }
        } else {
            let hint = "check that the model server is running and that the base URL is right";
            ModelError::Refused { message, hint: hint.to_owned() }
        })
    }

    /// What to say of a model that the server does not know, with its own names that are like it.
    async fn unknown_model(&self, message: &str) -> ModelError {
        let Settings { model, base_url, .. } = &self.settings;
        let known = match &self.transport {
            Some(transport) => transport.models().await,
            None => Vec::new(),
        };
        let hint = match (nearest(model, &known), known.as_slice()) {
            (Some(nearest), _) => format!("did you mean `{nearest}`?"),
            (None, []) => "check the name of the model".to_owned(),
            (None, [.., _]) => {
                let some: Vec<String> = known.iter().take(5).map(|name| format!("`{name}`")).collect();
                format!("the server has {}", some.join(", "))
            }
        };
        ModelError::Refused {
            message: format!("{base_url} does not know the model `{model}`: {message}"),
            hint,
        }
    }
}

impl Tries {
    fn new(settings: &Settings, request: &Request<'_>) -> Self {
        let schedule = Schedule {
            base: settings.retry_delay,
            max_tries: if request.once { 1 } else { settings.max_tries },
            budget: settings.retry_budget,
        };
        Self { watch: Stopwatch::start(), failed: 0, schedule }
    }

    /// The wait before the next try, after one more that failed.
    fn after(&mut self, reason: &str, asked: Option<Duration>) -> Result<Duration, ModelError> {
        self.failed += 1;
        let next = self.schedule.next(self.failed, self.watch.elapsed(), asked);
        next.map_err(|why| ModelError::Temporary {
            message: if why.is_empty() { reason.to_owned() } else { format!("{reason} ({why})") },
        })
    }
}

/// The tool that is meant by a name with rests of the model's template: `write_file<|channel|>commentary`,
/// `functions.write_file`.
fn meant<'a>(name: &str, tools: &'a [ToolDefinition]) -> Option<&'a str> {
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    let words: Vec<&str> = name.split(|c| !is_word(c)).collect();
    let mut named = tools.iter().map(|tool| tool.name).filter(|tool| words.contains(tool));
    named.next().filter(|_| named.next().is_none())
}

/// A whole reply without a word, a thought or a call: no model has nothing to say.
fn says_nothing(reply: &Reply) -> bool {
    let is_blank =
        reply.text.trim().is_empty() && reply.reasoning.trim().is_empty() && reply.calls.is_empty();
    is_blank && matches!(reply.finish.as_str(), "" | "stop" | "eos" | "end_turn" | "tool_calls")
}

/// Whether a reply is a tool call that the server did not recognise as one: a block of text with the
/// name of a tool in it, at the end of the reply.
fn untranslated_call(reply: &Reply, request: &Request<'_>) -> bool {
    let Some((_, block)) = reply.text.rsplit_once("<tool_call>") else { return false };
    let names_tool =
        |name: &str| block.contains(&format!("\"{name}\"")) || block.contains(&format!("<function={name}>"));
    reply.calls.is_empty()
        && (block.trim_end().ends_with("</tool_call>") || !block.contains("</tool_call>"))
        && request.tools.iter().any(|tool| names_tool(tool.name))
}

/// The name that is most like the one that was asked for.
fn nearest<'a>(model: &str, known: &'a [String]) -> Option<&'a str> {
    let likeness = |name: &str| strsim::jaro_winkler(&model.to_lowercase(), &name.to_lowercase());
    let best = known.iter().max_by(|one, other| likeness(one).total_cmp(&likeness(other)))?;
    (likeness(best) > 0.8).then_some(best.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Purpose, TurnPlace};

    #[test]
    fn a_tool_is_known_behind_rests_of_a_template() {
        let tool = |name| ToolDefinition { name, description: "", parameters: serde_json::json!({}) };
        let tools = [tool("write_file"), tool("finish_step")];
        for (name, expected) in [
            ("write_file<|channel|>commentary", Some("write_file")),
            ("functions.finish_step", Some("finish_step")),
            ("default_api:write_file", Some("write_file")),
            ("write_file", Some("write_file")),
            ("write_file.finish_step", None),
            ("overwrite_file", None),
            ("", None),
        ] {
            assert_eq!(meant(name, &tools), expected, "{name}");
        }
    }

    #[test]
    fn a_call_that_came_back_as_text_is_noticed_and_talk_of_one_is_not() {
        let parameters = serde_json::json!({});
        let tools = [ToolDefinition { name: "read_file", description: "Reads a file.", parameters }];
        let place = TurnPlace { step: "1", attempt: 1, turn: 1 };
        let request = Request { place, purpose: Purpose::Work, messages: &[], tools: &tools, once: false };
        for (text, expected) in [
            ("<tool_call>\n{\"name\": \"read_file\"}\n</tool_call>", true),
            ("I read it.\n<tool_call>{\"name\": \"read_file\"}", true),
            ("<tool_call><function=read_file></function></tool_call>", true),
            ("<tool_call>{\"name\": \"read_file\"}</tool_call> is how a call looks", false),
            ("<tool_call>{\"name\": \"unknown\"}</tool_call>", false),
            ("read_file", false),
        ] {
            let reply = Reply {
                text: text.to_owned(),
                reasoning: String::new(),
                calls: Vec::new(),
                usage: None,
                finish: "stop".to_owned(),
            };
            assert_eq!(untranslated_call(&reply, &request), expected, "{text}");
        }
    }

    #[test]
    fn a_misspelt_model_has_a_neighbour_and_a_strange_one_has_none() {
        let known = ["qwen3-coder".to_owned(), "llama3.1".to_owned()];
        assert_eq!(nearest("Qwen3-coder:30b", &known), Some("qwen3-coder"));
        assert_eq!(nearest("gpt-9", &known), None);
        assert_eq!(nearest("llama3.1", &[]), None);
    }
}
