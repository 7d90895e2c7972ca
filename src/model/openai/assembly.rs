//! Puts the pieces of a streamed reply together.

use serde_json::Value;

use super::wire::{CallPiece, Chunk, ChunkChoice, Delta, FunctionPiece};
use crate::facts::Usage;
use crate::model::arguments;
use crate::model::call_ids::CallIds;
use crate::model::chant::Chant;
use crate::model::message::{Message, Reply, ToolCall};

/// What is wrong with the calls of a reply that ended at the output limit.
pub const CUT_OFF: &str = "the reply was cut off at the output limit";

/// A reply that is still arriving.
#[derive(Debug, Default)]
pub(super) struct Assembly {
    text: String,
    reasoning: String,
    calls: Vec<PartialCall>,
    usage: Option<Usage>,
    finish: Option<String>,
    /// Whether any choice arrived: without one, `[DONE]` completes nothing.
    begun: bool,
    bytes: usize,
    said: Chant,
    thought: Chant,
    /// What is repeated over and over.
    chant: Option<String>,
    /// Whether reasoning came under the one name that a server may want it back under.
    pub(super) reasoning_content: bool,
}

#[derive(Debug, Default)]
struct PartialCall {
    index: Option<u64>,
    id: String,
    name: String,
    arguments: String,
}

impl Assembly {
    /// Takes a chunk in; how many bytes of the reply there are now.
    pub(super) fn push(&mut self, chunk: Chunk) -> usize {
        self.usage = usage(&chunk.usage).or(self.usage);
        for choice in chunk.choices {
            if position(&choice.index).is_none_or(|index| index == 0) {
                self.push_choice(choice);
            }
        }
        self.bytes
    }

    /// Whether the server said that the reply has ended.
    pub(super) fn is_finished(&self) -> bool {
        self.finish.is_some()
    }

    /// Whether this is all there is: it was finished, or the server closed with `[DONE]`.
    pub(super) fn is_complete(&self, done: bool) -> bool {
        self.is_finished() || (done && self.begun)
    }

    pub(super) fn is_empty(&self) -> bool {
        !self.begun
    }

    /// What it repeats over and over, if it does.
    pub(super) fn chant(&self) -> Option<String> {
        self.chant.clone()
    }

    /// Why it ended, as the server says.
    pub(super) fn finish(&self) -> &str {
        self.finish.as_deref().unwrap_or_default()
    }

    /// The reply, its call ids unique within `conversation`.
    pub(super) fn into_reply(self, conversation: &[Message]) -> Reply {
        let finish = self.finish.unwrap_or_default();
        let cut = matches!(finish.as_str(), "length" | "max_tokens" | "model_length");
        let mut ids = CallIds::of(conversation);
        let calls = self.calls.into_iter().map(|call| ToolCall {
            id: ids.accept(call.id),
            name: call.name,
            arguments: if cut {
                arguments::unreadable(&call.arguments, CUT_OFF)
            } else {
                arguments::read(&call.arguments)
            },
        });
        let calls = calls.collect();
        Reply { text: self.text, reasoning: self.reasoning, calls, usage: self.usage, finish }
    }

    fn push_choice(&mut self, choice: ChunkChoice) {
        self.begun = true;
        self.push_delta(choice.delta);
        // Some servers repeat the whole message in the last chunk; it counts where no piece came.
        if self.text.is_empty() && self.calls.is_empty() {
            self.push_delta(choice.message);
        }
        self.usage = usage(&choice.usage).or(self.usage);
        match choice.finish_reason {
            Value::Null => {}
            Value::String(finish) if finish.is_empty() => {}
            Value::String(finish) => self.finish = Some(finish),
            other => self.finish = Some(other.to_string()),
        }
    }

    fn push_delta(&mut self, delta: Delta) {
        let (said, thought) = (self.text.len(), self.reasoning.len());
        self.reasoning_content |= delta.reasoning_content.as_str().is_some_and(|text| !text.is_empty());
        let reasoning =
            [&delta.reasoning_content, &delta.reasoning, &delta.reasoning_text, &delta.reasoning_details];
        for name in reasoning {
            if push_text(name, &mut self.reasoning) {
                break;
            }
        }
        if !push_content(&delta.content, &mut self.text, &mut self.reasoning) {
            push_text(&delta.refusal, &mut self.text);
        }
        self.bytes += self.text.len() - said + self.reasoning.len() - thought;
        let chant = self.said.hear(&self.text[said..]);
        let chant = chant.or_else(|| self.thought.hear(&self.reasoning[thought..]));
        self.chant = self.chant.take().or(chant);
        // The name of old. Where both are sent, they say the same.
        if delta.tool_calls.is_empty() && delta.function_call.name.is_string() {
            self.push_call(CallPiece { function: delta.function_call, ..CallPiece::default() });
        }
        for piece in delta.tool_calls {
            self.push_call(piece);
        }
    }

    fn push_call(&mut self, piece: CallPiece) {
        let (index, id) = (position(&piece.index), word(&piece.id));
        let FunctionPiece { name, arguments } = piece.function;
        let name = word(&name);
        let target = self.target(index, &id, &name);
        let Some(call) = target.and_then(|target| self.calls.get_mut(target)) else {
            if !(id.is_empty() && name.is_empty() && arguments.is_null()) {
                let mut call = PartialCall { index, id, name, arguments: String::new() };
                self.bytes += call.push_arguments(&arguments);
                self.calls.push(call);
            }
            return;
        };
        if call.id.is_empty() {
            call.id = id;
        }
        if call.name.is_empty() {
            call.name = name;
        }
        self.bytes += call.push_arguments(&arguments);
    }

    /// The call that a piece belongs to; `None` if it begins a new one. Neither index nor id can be
    /// trusted alone: some servers give every call the index 0, some give none, some repeat id and
    /// name in every piece, some send them once.
    fn target(&self, index: Option<u64>, id: &str, name: &str) -> Option<usize> {
        if !id.is_empty()
            && let Some(known) = self.calls.iter().rposition(|call| call.id == id)
        {
            return Some(known);
        }
        let same_place = |call: &PartialCall| index.is_none() || call.index.is_none() || call.index == index;
        let target = self.calls.iter().rposition(same_place)?;
        let call = &self.calls[target];
        let names_another = !name.is_empty() && !call.name.is_empty();
        let begins_another =
            names_another && (!id.is_empty() || name != call.name || call.has_whole_arguments());
        (!begins_another).then_some(target)
    }
}

impl PartialCall {
    /// How many bytes were added. Arguments are text, or an object that is kept as its text.
    fn push_arguments(&mut self, arguments: &Value) -> usize {
        let before = self.arguments.len();
        match arguments {
            Value::Null => {}
            Value::String(text) => self.arguments.push_str(text),
            other => self.arguments.push_str(&other.to_string()),
        }
        self.arguments.len() - before
    }

    fn has_whole_arguments(&self) -> bool {
        serde_json::from_str::<serde::de::IgnoredAny>(&self.arguments).is_ok()
    }
}

/// An index, which may come as a number or as its text.
fn position(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

/// An id or a name, without what does not belong to it.
fn word(value: &Value) -> String {
    match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    }
}

/// Adds a text, or the texts of an array of parts; whether there was any.
fn push_text(value: &Value, target: &mut String) -> bool {
    let before = target.len();
    match value {
        Value::String(text) => target.push_str(text),
        Value::Array(parts) => {
            for part in parts {
                push_text(part, target);
            }
        }
        Value::Object(part) => {
            for name in ["text", "summary", "thinking"] {
                if part.get(name).is_some_and(|text| push_text(text, target)) {
                    break;
                }
            }
        }
        _ => {}
    }
    target.len() > before
}

/// Adds content: a text, or parts of which some are thoughts; whether there was any.
fn push_content(value: &Value, text: &mut String, reasoning: &mut String) -> bool {
    let Value::Array(parts) = value else { return push_text(value, text) };
    let before = text.len();
    for part in parts {
        let is_thought = part.get("thinking").is_some();
        push_text(part, if is_thought { &mut *reasoning } else { &mut *text });
    }
    text.len() > before
}

/// The tokens that a `usage` object tells of, under any of the names they go by.
fn usage(value: &Value) -> Option<Usage> {
    value.as_object().filter(|fields| !fields.is_empty())?;
    let count = |pointers: &[&str]| {
        let found = pointers.iter().filter_map(|pointer| value.pointer(pointer)?.as_u64());
        found.max().unwrap_or(0)
    };
    let total = count(&["/total_tokens"]);
    let mut usage = Usage {
        input: count(&["/prompt_tokens", "/input_tokens"]),
        cached: count(&[
            "/prompt_tokens_details/cached_tokens",
            "/input_tokens_details/cached_tokens",
            "/prompt_cache_hit_tokens",
            "/cached_tokens",
        ]),
        output: count(&["/completion_tokens", "/output_tokens"]),
    };
    // A missing part is what the others leave of the total.
    if usage.input == 0 {
        usage.input = total.saturating_sub(usage.output);
    }
    if usage.output == 0 {
        usage.output = total.saturating_sub(usage.input);
    }
    usage.cached = usage.cached.min(usage.input);
    (usage.total() > 0).then_some(usage)
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;
    use serde_json::{Map, json};

    use super::*;
    use crate::model::message::Arguments;

    /// The reply that these deltas come to, and the reason that ended it.
    fn reply(deltas: &[Value], finish: &str) -> Reply {
        let mut assembly = Assembly::default();
        for delta in deltas {
            let chunk = json!({"choices": [{"index": 0, "delta": delta}]});
            assembly.push(serde_json::from_value(chunk).unwrap());
        }
        let last = json!({"choices": [{"delta": {}, "finish_reason": finish}]});
        assembly.push(serde_json::from_value(last).unwrap());
        assert!(assembly.is_complete(false) && !assembly.is_empty());
        assembly.into_reply(&[])
    }

    fn call(id: &str, arguments: &[(&str, &str)]) -> ToolCall {
        let fields = arguments.iter().map(|(name, value)| ((*name).to_owned(), json!(value)));
        let arguments = Arguments::Object(fields.collect::<Map<_, _>>());
        ToolCall { id: id.to_owned(), name: "read_file".to_owned(), arguments }
    }

    fn piece(index: Value, id: Value, name: Value, arguments: Value) -> Value {
        let object = |fields: Vec<(&str, Value)>| {
            Value::Object(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
        };
        let function = object(vec![("name", name), ("arguments", arguments)]);
        let piece = object(vec![("index", index), ("id", id), ("function", function)]);
        json!({"tool_calls": [piece]})
    }

    #[test]
    fn text_and_thoughts_come_under_many_names() {
        for (delta, text, reasoning) in [
            (json!({"content": "hi"}), "hi", ""),
            (json!({"content": [{"type": "text", "text": "hi"}]}), "hi", ""),
            (json!({"refusal": "no"}), "no", ""),
            (json!({"content": "hi", "refusal": "no"}), "hi", ""),
            (json!({"reasoning_content": "hm", "reasoning": "hm"}), "", "hm"),
            (json!({"reasoning_details": [{"summary": "hm"}]}), "", "hm"),
            (json!({"content": [{"thinking": [{"text": "hm"}]}, {"text": "hi"}]}), "hi", "hm"),
            (json!({"content": 7, "reasoning": null}), "", ""),
        ] {
            let found = reply(std::slice::from_ref(&delta), "stop");
            assert_eq!((found.text.as_str(), found.reasoning.as_str()), (text, reasoning), "{delta}");
        }
    }

    #[test]
    fn pieces_of_calls_find_each_other_whatever_a_server_leaves_out() {
        let (none, name) = (Value::Null, json!("read_file"));
        let halves = [json!("{\"path\":"), json!(" \"a\"}")];
        let [first, second] = halves.clone();
        let [whole, other] = [json!("{\"path\": \"a\"}"), json!("{\"path\": \"b\"}")];
        let one = vec![call("x", &[("path", "a")])];
        let two = vec![call("x", &[("path", "a")]), call("y", &[("path", "b")])];
        for (pieces, expected) in [
            (
                vec![
                    piece(json!(0), json!("x"), name.clone(), first.clone()),
                    piece(json!(0), none.clone(), none.clone(), second.clone()),
                ],
                &one,
            ),
            // Id and name in every piece.
            (
                vec![
                    piece(json!(0), json!("x"), name.clone(), first.clone()),
                    piece(json!(0), json!("x"), name.clone(), second.clone()),
                ],
                &one,
            ),
            // No index at all.
            (
                vec![
                    piece(none.clone(), json!("x"), name.clone(), first),
                    piece(none.clone(), none.clone(), none.clone(), second),
                ],
                &one,
            ),
            // Arguments that are no text.
            (vec![piece(json!("0"), json!("x"), name.clone(), json!({"path": "a"}))], &one),
            (
                vec![
                    piece(json!(0), json!("x"), name.clone(), whole.clone()),
                    piece(json!(1), json!("y"), name.clone(), other.clone()),
                ],
                &two,
            ),
            // Every call has the index 0.
            (
                vec![
                    piece(json!(0), json!("x"), name.clone(), whole),
                    piece(json!(0), json!("y"), name, other),
                ],
                &two,
            ),
        ] {
            assert_eq!(&reply(&pieces, "tool_calls").calls, expected, "{pieces:?}");
        }
    }

    #[test]
    fn a_call_of_old_is_one_and_a_cut_one_cannot_be_read() {
        let old = json!({"function_call": {"name": "read_file", "arguments": "{\"path\": \"a\"}"}});
        assert_eq!(reply(&[old], "function_call").calls[0].arguments, call("", &[("path", "a")]).arguments);
        let cut = piece(json!(0), json!("x"), json!("read_file"), json!("{\"path\": \"a\"}"));
        let expected =
            Arguments::Unreadable { unreadable: "{\"path\": \"a\"}".to_owned(), problem: CUT_OFF.to_owned() };
        assert_eq!(reply(&[cut], "length").calls[0].arguments, expected);
    }

    #[test]
    fn tokens_are_counted_under_any_name() {
        for (value, expected) in [
            (json!({"prompt_tokens": 7, "completion_tokens": 2, "total_tokens": 9}), Some((7, 0, 2))),
            (
                json!({"input_tokens": 7, "output_tokens": 2, "input_tokens_details": {"cached_tokens": 5}}),
                Some((7, 5, 2)),
            ),
            (json!({"prompt_tokens": 7, "total_tokens": 9, "prompt_cache_hit_tokens": 50}), Some((7, 7, 2))),
            (json!({"completion_tokens": 2, "total_tokens": 9}), Some((7, 0, 2))),
            (json!({"prompt_tokens": 0}), None),
            (json!({}), None),
            (json!("many"), None),
        ] {
            let expected = expected.map(|(input, cached, output)| Usage { input, cached, output });
            assert_eq!(usage(&value), expected, "{value}");
        }
    }
}
