//! A script of replies in place of a model: for tests and demos, without a key.
//!
//! The format is documented in `docs/scripted-model.md`; recordings are written in it too.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::call_ids::CallIds;
use super::message::{Message, Reply, ToolCall};
use super::{ModelError, Purpose, Request, TurnPlace};
use crate::facts::Usage;
use crate::workspace::file::read_regular;

/// The first line of every script.
pub(crate) const SCHEMA: &str = "agentrun.replies/1";

/// Replies by their place in a run.
#[derive(Debug, Clone, Default)]
pub struct Script {
    /// Replies by step, by the first attempt that they are for, and by turn.
    placed: HashMap<String, BTreeMap<u32, Vec<ScriptEntry>>>,
    /// Replies for whatever is asked where no placed one is, in order.
    loose: VecDeque<ScriptEntry>,
    /// Replies for other purposes than the work that were not given yet, in order.
    asides: Vec<Aside>,
}

/// A reply that is given once, for another purpose than the work.
#[derive(Debug, Clone)]
struct Aside {
    purpose: Purpose,
    /// For any step if there is none.
    step: Option<String>,
    /// For any attempt if there is none.
    attempt: Option<u32>,
    entry: ScriptEntry,
}

/// A reply, or the error in its place.
type ScriptEntry = Result<Reply, ModelError>;

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
        let text = read_regular(path).map_err(unreadable)?;
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
        let TurnPlace { step, attempt, turn } = request.place;
        let turns = self.placed.get(step).and_then(|attempts| attempts.range(..=attempt).next_back());
        let entry = match turns {
            _ if request.purpose != Purpose::Work => self.aside(request),
            Some((_, turns)) => index(turn).and_then(|turn| turns.get(turn)).cloned(),
            None => self.loose.pop_front(),
        };
        entry.unwrap_or_else(|| Err(exhausted(request.place))).map(|reply| with_ids(reply, request.messages))
    }

    /// The next reply that is meant for this purpose and place.
    fn aside(&mut self, request: &Request<'_>) -> Option<ScriptEntry> {
        let Request { purpose, place, .. } = *request;
        let is_meant = |aside: &Aside| {
            aside.purpose == purpose
                && aside.step.as_deref().is_none_or(|step| step == place.step)
                && aside.attempt.is_none_or(|attempt| attempt == place.attempt)
        };
        let found = self.asides.iter().position(is_meant)?;
        Some(self.asides.remove(found).entry)
    }

    fn read(&mut self, line: &str) -> Result<(), String> {
        let line: ScriptLine = serde_json::from_str(line).map_err(|error| error.to_string())?;
        let (step, attempt, purpose) = (line.step.clone(), line.attempt, line.purpose);
        let entry = line.entry()?;
        if purpose != Purpose::Work {
            self.asides.push(Aside { purpose, step, attempt, entry });
            return Ok(());
        }
        match (step, attempt) {
            (Some(step), attempt) => {
                let attempts = self.placed.entry(step).or_default();
                attempts.entry(attempt.unwrap_or(1)).or_default().push(entry);
            }
            (None, None) => self.loose.push_back(entry),
            (None, Some(_)) => return Err("`attempt` needs `step`".to_owned()),
        }
        Ok(())
    }
}

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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ScriptLine {
    step: Option<String>,
    attempt: Option<u32>,
    #[serde(default)]
    purpose: Purpose,
    #[serde(default)]
    text: String,
    #[serde(default)]
    reasoning: String,
    #[serde(default)]
    calls: Vec<ToolCall>,
    usage: Option<Usage>,
    #[serde(default)]
    finish: String,
    error: Option<ScriptedError>,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
enum ScriptedError {
    Refused { message: String },
    Temporary { message: String },
    Overflow { message: String },
}

impl ScriptLine {
    fn entry(self) -> Result<ScriptEntry, String> {
        let Self { text, reasoning, calls, usage, finish, .. } = self;
        let Some(error) = self.error else {
            return Ok(Ok(Reply { text, reasoning, calls, usage, finish }));
        };
        if !(text.is_empty() && calls.is_empty()) {
            return Err("a line is a reply or an error, not both".to_owned());
        }
        Ok(Err(match error {
            ScriptedError::Refused { message } => {
                ModelError::Refused { message, hint: "the script says so; edit it".to_owned() }
            }
            ScriptedError::Temporary { message } => ModelError::Temporary { message },
            ScriptedError::Overflow { message } => ModelError::Overflow { message, window: None },
        }))
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

fn exhausted(place: TurnPlace<'_>) -> ModelError {
    let TurnPlace { step, attempt, turn } = place;
    ModelError::Refused {
        message: format!("the script has no reply for step {step}, attempt {attempt}, turn {turn}"),
        hint: "add a line for it to the script".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;
    use serde_json::{Map, Value};

    use super::*;
    use crate::model::message::Arguments;

    const HEADER: &str = r#"{"schema":"agentrun.replies/1"}"#;

    fn script(lines: &[&str]) -> Result<Script, ScriptError> {
        Script::parse(Path::new("replies.jsonl"), &[&[HEADER], lines].concat().join("\n"))
    }

    fn text(script: &mut Script, step: &str, attempt: u32, turn: u32) -> String {
        let place = TurnPlace { step, attempt, turn };
        match script.reply(&Request { place, purpose: Purpose::Work, messages: &[], tools: &[], once: false })
        {
            Ok(reply) => reply.text,
            Err(error) => format!("error: {error}"),
        }
    }

    #[test]
    fn replies_are_played_by_step_attempt_and_turn_and_the_others_in_order() {
        let mut script = script(&[
            r#"{"step":"1","text":"1.1.1"}"#,
            r#"{"text":"first"}"#,
            r#"{"step":"1","attempt":1,"text":"1.1.2"}"#,
            "",
            r#"{"step":"1","attempt":3,"text":"1.3.1"}"#,
            r#"{"text":"second"}"#,
            r#"{"step":"2","attempt":2,"error":{"kind":"temporary","message":"503"}}"#,
        ])
        .unwrap();
        let asked = [
            (("1", 1, 1), "1.1.1"),
            (("1", 1, 2), "1.1.2"),
            (("1", 1, 3), "error: the script has no reply for step 1, attempt 1, turn 3"),
            (("1", 2, 1), "1.1.1"),
            (("1", 4, 1), "1.3.1"),
            (("2", 1, 1), "first"),
            (("2", 2, 1), "error: 503"),
            (("3", 1, 1), "second"),
            (("3", 1, 2), "error: the script has no reply for step 3, attempt 1, turn 2"),
        ];
        for ((step, attempt, turn), expected) in asked {
            assert_eq!(text(&mut script, step, attempt, turn), expected, "{step} {attempt} {turn}");
        }
    }

    #[test]
    fn summaries_are_given_once_each_and_take_no_turn() {
        let mut script = script(&[
            r#"{"step":"2","purpose":"summary","text":"of 2"}"#,
            r#"{"purpose":"summary","text":"of any"}"#,
            r#"{"step":"1","text":"turn 1"}"#,
        ])
        .unwrap();
        let mut summary = |step| {
            let place = TurnPlace { step, attempt: 1, turn: 1 };
            let request =
                Request { place, purpose: Purpose::Summary, messages: &[], tools: &[], once: false };
            script.reply(&request).map(|reply| reply.text).ok()
        };
        let given = ["1", "1", "2", "2"].map(&mut summary);
        assert_eq!(given, [Some("of any".to_owned()), None, Some("of 2".to_owned()), None]);
        assert_eq!(text(&mut script, "1", 1, 1), "turn 1");
    }

    #[test]
    fn a_line_is_a_reply_with_all_its_parts() {
        let line = r#"{"text":"on it","reasoning":"hm","calls":[{"name":"ls"},{"id":"x","name":"cat",
            "arguments":{"path":"a"}},{"name":"cat","arguments":{"unreadable":"{","problem":"cut"}}],
            "usage":{"input":3,"output":1},"finish":"tool_calls"}"#;
        let mut script = script(&[&line.replace('\n', " ")]).unwrap();
        let place = TurnPlace { step: "1", attempt: 1, turn: 1 };
        let reply =
            script.reply(&Request { place, purpose: Purpose::Work, messages: &[], tools: &[], once: false });
        let call = |id: &str, name: &str, arguments| ToolCall { id: id.into(), name: name.into(), arguments };
        let path = Map::from_iter([("path".to_owned(), Value::from("a"))]);
        let unreadable = Arguments::Unreadable { unreadable: "{".to_owned(), problem: "cut".to_owned() };
        let expected = Reply {
            text: "on it".to_owned(),
            reasoning: "hm".to_owned(),
            calls: vec![
                call("call00001", "ls", Arguments::Object(Map::new())),
                call("x", "cat", Arguments::Object(path)),
                call("call00002", "cat", unreadable),
            ],
            usage: Some(Usage { input: 3, cached: 0, output: 1 }),
            finish: "tool_calls".to_owned(),
        };
        assert_eq!(reply, Ok(expected));
    }

    #[test]
    fn what_is_wrong_is_named_by_file_and_line() {
        let cases: [(&[&str], &str); 5] = [
            (&[r#"{"text":"a"}"#, r#"{"txt":"b"}"#], "replies.jsonl:3: unknown field `txt`"),
            (&["{"], "replies.jsonl:2: EOF while parsing an object"),
            (&[r#"{"attempt":2,"text":"a"}"#], "replies.jsonl:2: `attempt` needs `step`"),
            (
                &[r#"{"text":"a","error":{"kind":"refused","message":"no"}}"#],
                "replies.jsonl:2: a line is a reply or an error, not both",
            ),
            (&[r#"{"error":{"kind":"odd","message":"no"}}"#], "replies.jsonl:2: unknown variant `odd`"),
        ];
        for (lines, expected) in cases {
            let error = script(lines).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{error}");
        }
        let headless = |text| Script::parse(Path::new("r"), text).unwrap_err().to_string();
        assert_eq!(headless(""), format!("r:1: the script is empty; its first line is {HEADER}"));
        assert_eq!(headless(r#"{"text":"a"}"#), format!("r:1: the first line of a script is {HEADER}"));
        assert_eq!(
            headless(r#"{"schema":"agentrun.replies/2"}"#),
            "r:1: schema `agentrun.replies/2` is not known; this version reads `agentrun.replies/1`"
        );
    }

    #[test]
    fn the_example_of_the_documentation_is_a_script() {
        let document = include_str!("../../docs/scripted-model.md");
        let example = document.split("```json\n").nth(2).and_then(|rest| rest.split("```").next()).unwrap();
        let mut script = Script::parse(Path::new("docs/scripted-model.md"), example).unwrap();
        assert_eq!(text(&mut script, "2", 2, 1), "error: 503 service unavailable");
    }
}
