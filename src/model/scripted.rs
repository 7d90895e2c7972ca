//! A script of replies in the place of a model: for tests, demos and replays, without a key.
//!
//! The format is documented in `docs/scripted-model.md`; recordings are written in it too.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Map, Value};

use super::call_ids::CallIds;
use super::message::{Arguments, Message, Reply, ToolCall, Usage};
use super::{ModelError, Place, Request};

/// The first line of every script.
pub const SCHEMA: &str = "agentrun.replies/1";

/// Replies by their place in a run.
#[derive(Debug, Clone, Default)]
pub struct Script {
    /// Replies of one attempt of one step, by turn.
    placed: HashMap<String, Vec<Attempt>>,
    /// Replies for whatever is asked where no placed one is, in order.
    loose: Vec<Entry>,
    /// How many of the loose ones were given.
    given: usize,
}

/// The replies from one attempt on.
#[derive(Debug, Clone)]
struct Attempt {
    number: u32,
    entries: Vec<Entry>,
}

/// A reply, or the error in its place.
type Entry = Result<Reply, ModelError>;

/// Why a script cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ScriptError {
    /// The file cannot be read.
    #[error("cannot read the script `{}`", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A line is not what the format says.
    #[error("{}:{line}: {problem}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        problem: String,
    },
}

impl Script {
    /// The script in a file.
    pub fn load(path: &Path) -> Result<Self, ScriptError> {
        let unreadable = |source| ScriptError::Unreadable { path: path.to_owned(), source };
        let text = std::fs::read_to_string(path).map_err(unreadable)?;
        Self::parse(path, &text)
    }

    /// The script in a text; errors name the path.
    pub fn parse(path: &Path, text: &str) -> Result<Self, ScriptError> {
        let malformed = |line, problem| ScriptError::Malformed { path: path.to_owned(), line, problem };
        let lines = text.lines().enumerate().map(|(index, line)| (index + 1, line));
        let mut lines = lines.filter(|(_, line)| !line.trim().is_empty());
        let Some((number, header)) = lines.next() else {
            return Err(malformed(1, format!("the script is empty; its first line is {}", header_line())));
        };
        check_header(header).map_err(|problem| malformed(number, problem))?;
        let mut script = Self::default();
        for (number, line) in lines {
            script.read(line).map_err(|problem| malformed(number, problem))?;
        }
        Ok(script)
    }

    /// A script of these replies in order, wherever they are asked for.
    pub fn of(replies: impl IntoIterator<Item = Reply>) -> Self {
        Self { loose: replies.into_iter().map(Ok).collect(), ..Self::default() }
    }

    /// What the script has for this request.
    pub(super) fn reply(&mut self, request: &Request<'_>) -> Result<Reply, ModelError> {
        let Place { step, attempt, turn } = request.place;
        let attempts = self.placed.get(step).into_iter().flatten();
        let group = attempts.filter(|group| group.number <= attempt).max_by_key(|group| group.number);
        let placed = group.and_then(|group| group.entries.get(index(turn)?));
        let entry = match (placed, group) {
            (Some(entry), _) => entry,
            (None, Some(_)) => return Err(exhausted(request.place)),
            (None, None) => {
                let entry = self.loose.get(self.given).ok_or_else(|| exhausted(request.place))?;
                self.given += 1;
                entry
            }
        };
        entry.clone().map(|reply| with_ids(reply, request.messages))
    }

    fn read(&mut self, line: &str) -> Result<(), String> {
        let line: Line = serde_json::from_str(line).map_err(|error| error.to_string())?;
        let (step, attempt) = (line.step.clone(), line.attempt);
        let entry = line.entry()?;
        match (step, attempt) {
            (Some(step), attempt) => {
                let number = attempt.unwrap_or(1);
                let attempts = self.placed.entry(step).or_default();
                match attempts.iter_mut().find(|group| group.number == number) {
                    Some(group) => group.entries.push(entry),
                    None => attempts.push(Attempt { number, entries: vec![entry] }),
                }
            }
            (None, None) => self.loose.push(entry),
            (None, Some(_)) => return Err("`attempt` needs `step`".to_owned()),
        }
        Ok(())
    }
}

/// The header as it is written.
fn header_line() -> String {
    format!(r#"{{"schema":"{SCHEMA}"}}"#)
}

fn check_header(line: &str) -> Result<(), String> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Header {
        schema: String,
    }
    let header = serde_json::from_str::<Header>(line);
    match header {
        Ok(header) if header.schema == SCHEMA => Ok(()),
        Ok(header) => Err(format!("schema `{}` is not known; this version reads `{SCHEMA}`", header.schema)),
        Err(_) => Err(format!("the first line of a script is {}", header_line())),
    }
}

/// A line of a script.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    step: Option<String>,
    attempt: Option<u32>,
    #[serde(default)]
    text: String,
    #[serde(default)]
    reasoning: String,
    #[serde(default)]
    calls: Vec<Call>,
    usage: Option<Usage>,
    #[serde(default)]
    finish: String,
    error: Option<ScriptedError>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Call {
    #[serde(default)]
    id: String,
    name: String,
    #[serde(default = "no_arguments")]
    arguments: Arguments,
}

fn no_arguments() -> Arguments {
    Arguments::Object(Map::<String, Value>::new())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ScriptedError {
    kind: ErrorKind,
    message: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum ErrorKind {
    Refused,
    Temporary,
    Overflow,
}

impl Line {
    fn entry(self) -> Result<Entry, String> {
        let Self { text, reasoning, calls, usage, finish, .. } = self;
        let Some(ScriptedError { kind, message }) = self.error else {
            let calls = calls.into_iter().map(Call::into_call).collect();
            return Ok(Ok(Reply { text, reasoning, calls, usage, finish }));
        };
        if !(text.is_empty() && calls.is_empty()) {
            return Err("a line is a reply or an error, not both".to_owned());
        }
        Ok(Err(match kind {
            ErrorKind::Refused => {
                ModelError::Refused { message, hint: "the script says so; edit it".to_owned() }
            }
            ErrorKind::Temporary => ModelError::Temporary { message },
            ErrorKind::Overflow => ModelError::Overflow { message },
        }))
    }
}

impl Call {
    fn into_call(self) -> ToolCall {
        ToolCall { id: self.id, name: self.name, arguments: self.arguments }
    }
}

/// The place of a turn in its list.
fn index(turn: u32) -> Option<usize> {
    usize::try_from(turn.checked_sub(1)?).ok()
}

/// The reply with ids that the conversation has not.
fn with_ids(mut reply: Reply, conversation: &[Message]) -> Reply {
    let mut ids = CallIds::of(conversation);
    for call in &mut reply.calls {
        call.id = ids.accept(std::mem::take(&mut call.id));
    }
    reply
}

fn exhausted(place: Place<'_>) -> ModelError {
    let Place { step, attempt, turn } = place;
    ModelError::Refused {
        message: format!("the script has no reply for step {step}, attempt {attempt}, turn {turn}"),
        hint: "add a line for it to the script".to_owned(),
    }
}
