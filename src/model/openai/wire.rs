//! The types that servers send; what is not understood is left out and is never an error.
//!
//! "OpenAI-compatible" servers differ in every field. Strict types would refuse a reply for a missing
//! `index` or a `created` that is a float, so only the nesting is typed here, and forgivingly; single
//! values stay JSON until `assembly` looks at them.

use reqwest::header::HeaderMap;
use serde::de::{Deserialize, DeserializeOwned, Deserializer};
use serde_json::Value;

/// A response that is no reply.
#[derive(Debug)]
pub(super) struct ErrorResponse {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

/// One event of a stream, or a whole completion that was not streamed.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Chunk {
    #[serde(deserialize_with = "objects")]
    pub(super) choices: Vec<ChunkChoice>,
    pub(super) usage: Value,
    pub(super) error: Value,
    // The flat shapes of an error.
    pub(super) message: Value,
    pub(super) detail: Value,
    pub(super) code: Value,
}

/// One of the `choices`; there is only ever one that matters.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct ChunkChoice {
    pub(super) index: Value,
    #[serde(deserialize_with = "object")]
    pub(super) delta: Delta,
    /// What a completion that was not streamed has instead of `delta`.
    #[serde(deserialize_with = "object")]
    pub(super) message: Delta,
    pub(super) finish_reason: Value,
    pub(super) usage: Value,
}

/// A piece of a reply. Reasoning has four names, and some servers send two of them at once.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Delta {
    pub(super) content: Value,
    pub(super) refusal: Value,
    pub(super) reasoning_content: Value,
    pub(super) reasoning: Value,
    pub(super) reasoning_text: Value,
    pub(super) reasoning_details: Value,
    #[serde(deserialize_with = "objects")]
    pub(super) tool_calls: Vec<CallPiece>,
    #[serde(deserialize_with = "object")]
    pub(super) function_call: FunctionPiece,
}

/// A piece of a tool call.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct CallPiece {
    pub(super) index: Value,
    pub(super) id: Value,
    #[serde(deserialize_with = "object")]
    pub(super) function: FunctionPiece,
}

/// The name and arguments of a [`CallPiece`].
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct FunctionPiece {
    pub(super) name: Value,
    pub(super) arguments: Value,
}

/// A `T` where an object stands, its default where anything else does.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(bound = "T: DeserializeOwned + Default")]
pub(super) struct Loose<T>(#[serde(deserialize_with = "object")] pub(super) T);

/// The last of the objects that stand here, or a default.
fn object<'de, D: Deserializer<'de>, T: DeserializeOwned + Default>(deserializer: D) -> Result<T, D::Error> {
    Ok(objects(deserializer)?.pop().unwrap_or_default())
}

/// The objects of an array, or one that stands alone; none where anything else does.
fn objects<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Vec<T>, D::Error> {
    let values = match Value::deserialize(deserializer)? {
        Value::Array(values) => values,
        value => vec![value],
    };
    let objects = values.into_iter().filter(Value::is_object);
    objects.map(|object| serde_json::from_value(object).map_err(serde::de::Error::custom)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names of all function calls in a chunk.
    fn names(json: &str) -> Vec<Value> {
        let chunk: Loose<Chunk> = serde_json::from_str(json).unwrap();
        let calls = chunk.0.choices.into_iter().flat_map(|choice| choice.delta.tool_calls);
        calls.map(|call| call.function.name).collect()
    }

    #[test]
    fn no_shape_is_an_error_and_what_is_not_understood_is_left_out() {
        for (json, expected) in [
            (r#"{"choices": [{"delta": {"tool_calls": [{"function": {"name": "a"}}]}}]}"#, vec!["a"]),
            (r#"{"choices": {"delta": {"tool_calls": {"function": {"name": "a"}}}}}"#, vec!["a"]),
            (
                r#"{"choices": [7, null, {"delta": {"tool_calls": [{"function": {"name": "a"}}]}}]}"#,
                vec!["a"],
            ),
            (r#"{"choices": [{"delta": "text"}], "usage": "none", "more": {}}"#, vec![]),
            (r#"{"choices": null}"#, vec![]),
            ("[]", vec![]),
            ("1.5", vec![]),
            ("\"text\"", vec![]),
        ] {
            assert_eq!(names(json), expected, "{json}");
        }
    }
}
