//! Reads the arguments of a tool call: strictly first, then with two repairs that cannot change the meaning.
//!
//! Brackets are never closed: a call that was cut off would then write half a file.

use std::fmt::Write;

use serde_json::Value;

use super::message::Arguments;

/// The arguments that this text holds. Nothing at all, and `null`, mean no arguments.
pub(crate) fn read(text: &str) -> Arguments {
    let outcome = parse(text).and_then(|value| match value {
        // Some servers encode the object twice. Once more is enough: deeper is not seen in the wild.
        Value::String(inner) => parse(&inner),
        value => Ok(value),
    });
    match outcome {
        Ok(Value::Object(fields)) => Arguments::Object(fields),
        Ok(Value::Null) => Arguments::default(),
        Ok(other) => unreadable(text, format!("an object was expected, not {}", kind(&other))),
        Err(error) => unreadable(text, error.to_string()),
    }
}

/// Arguments that are never executed.
pub(crate) fn unreadable(text: &str, problem: impl Into<String>) -> Arguments {
    Arguments::Unreadable { unreadable: text.to_owned(), problem: problem.into() }
}

/// JSON, or JSON once the raw line breaks and tabs inside its strings are escaped. The error is the
/// one of the text as it came.
fn parse(text: &str) -> Result<Value, serde_json::Error> {
    if text.trim().is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_str(text)
        .or_else(|error| serde_json::from_str(&escape_control_characters(text)).map_err(|_| error))
}

/// The text with the control characters inside its strings escaped.
fn escape_control_characters(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 16);
    let (mut in_string, mut after_backslash) = (false, false);
    for character in text.chars() {
        if in_string && character.is_ascii_control() && character != '\u{7f}' {
            // Writing to a string cannot fail.
            let _ = write!(escaped, "\\u{:04x}", u32::from(character));
            after_backslash = false;
            continue;
        }
        match character {
            '"' if !after_backslash => in_string = !in_string,
            _ => {}
        }
        after_backslash = in_string && character == '\\' && !after_backslash;
        escaped.push(character);
    }
    escaped
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn object(value: &Value) -> Arguments {
        Arguments::Object(value.as_object().unwrap().clone())
    }

    #[test]
    fn objects_are_read_and_two_defects_are_repaired() {
        let cases = [
            (r#"{"path":"a.rs","limit":3}"#, json!({"path": "a.rs", "limit": 3})),
            ("", json!({})),
            (" \n", json!({})),
            ("null", json!({})),
            (r#""""#, json!({})),
            ("{\"text\":\"one\ntwo\tthree\"}", json!({"text": "one\ntwo\tthree"})),
            ("{\n\t\"text\": \"a \\\"b\n\\\\\"\n}", json!({"text": "a \"b\n\\"})),
            (r#""{\"path\":\"a.rs\"}""#, json!({"path": "a.rs"})),
            ("\"{\\\"text\\\":\\\"one\\ntwo\\\"}\"", json!({"text": "one\ntwo"})),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text), object(&expected), "{text}");
        }
    }

    #[test]
    fn everything_else_is_unreadable_and_says_where() {
        let cases = [
            (r#"{"path":"a"#, "EOF while parsing a string at line 1 column 10"),
            (r#"{"path":"a.rs""#, "EOF while parsing an object at line 1 column 14"),
            (r#"{"path":"a.rs"}}"#, "trailing characters at line 1 column 16"),
            ("[1]", "an object was expected, not an array"),
            ("7", "an object was expected, not a number"),
            (r#""src/main.rs""#, "expected value at line 1 column 1"),
        ];
        for (text, problem) in cases {
            assert_eq!(read(text), unreadable(text, problem), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_object_survives_being_written_raw_or_twice(text in ".*", key in "[a-z]{1,8}") {
            let value = json!({ key: text });
            let once = value.to_string();
            let twice = Value::String(once.clone()).to_string();
            prop_assert_eq!(read(&once), object(&value));
            prop_assert_eq!(read(&twice), object(&value));
        }

        #[test]
        fn no_text_panics(text in "\\PC*|[\"\\\\{}:,a\n\t]*") {
            let _ = read(&text);
        }
    }
}
