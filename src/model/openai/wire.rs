//! The types that servers send; what is not understood is left out and is never an error.
//!
//! "OpenAI-compatible" servers differ in every field. Strict types would refuse a reply for a missing
//! `index` or a `created` that is a float, so only the nesting is typed here, and forgivingly; single
//! values stay JSON until `assembly` looks at them.

use std::fmt;
use std::marker::PhantomData;

use reqwest::header::HeaderMap;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
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
    pub(super) choices: LooseList<ChunkChoice>,
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
    pub(super) delta: Loose<Delta>,
    /// What a completion that was not streamed has instead of `delta`; seldom there, so kept apart.
    pub(super) message: Option<Box<Loose<Delta>>>,
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
    pub(super) tool_calls: LooseList<CallPiece>,
    pub(super) function_call: Option<Box<Loose<FunctionPiece>>>,
}

/// A piece of a tool call.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct CallPiece {
    pub(super) index: Value,
    pub(super) id: Value,
    pub(super) function: Loose<FunctionPiece>,
}

/// The name and arguments of a [`CallPiece`].
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct FunctionPiece {
    pub(super) name: Value,
    pub(super) arguments: Value,
}

/// A `T` where an object stands, its default where anything else does.
#[derive(Debug, Default)]
pub(super) struct Loose<T>(pub(super) T);

/// The objects of an array; one where an object stands alone; none where anything else does.
#[derive(Debug)]
pub(super) struct LooseList<T>(pub(super) Vec<T>);

impl<T> Default for LooseList<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

/// Collects objects into `C`, which is a [`Loose`] or a [`LooseList`].
struct Objects<C>(PhantomData<C>);

/// What [`Objects`] collects into.
trait Collect: Default {
    type Item;
    fn add(&mut self, item: Self::Item);
}

impl<T: Default> Collect for Loose<T> {
    type Item = T;
    fn add(&mut self, item: T) {
        self.0 = item;
    }
}

impl<T> Collect for LooseList<T> {
    type Item = T;
    fn add(&mut self, item: T) {
        self.0.push(item);
    }
}

impl<'de, T: Deserialize<'de> + Default> Deserialize<'de> for Loose<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Objects(PhantomData))
    }
}

impl<'de, T: Deserialize<'de> + Default> Deserialize<'de> for LooseList<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Objects(PhantomData))
    }
}

/// A scalar holds no object.
macro_rules! nothing_in {
    ($($visit:ident($scalar:ty))*) => {
        $(fn $visit<E>(self, _: $scalar) -> Result<C, E> { Ok(C::default()) })*
    };
}

impl<'de, C> Visitor<'de> for Objects<C>
where
    C: Collect,
    C::Item: Deserialize<'de> + Default,
{
    type Value = C;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("anything")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<C, A::Error> {
        let mut collected = C::default();
        collected.add(C::Item::deserialize(MapAccessDeserializer::new(map))?);
        Ok(collected)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<C, A::Error> {
        let mut collected = C::default();
        while let Some(Loose(item)) = items.next_element::<Loose<C::Item>>()? {
            collected.add(item);
        }
        Ok(collected)
    }

    fn visit_unit<E>(self) -> Result<C, E> {
        Ok(C::default())
    }

    nothing_in! { visit_bool(bool) visit_i64(i64) visit_u64(u64) visit_f64(f64) visit_str(&str) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names of all function calls in a chunk.
    fn names(json: &str) -> Vec<Value> {
        let chunk: Loose<Chunk> = serde_json::from_str(json).unwrap();
        let calls = chunk.0.choices.0.into_iter().flat_map(|choice| choice.delta.0.tool_calls.0);
        calls.map(|call| call.function.0.name).collect()
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
