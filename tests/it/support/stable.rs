//! Text without what differs from run to run: times, ids, digests, places.

use std::fmt::Write;

use regex::Regex;
use serde_json::Value;

use super::bench::Bench;

/// The text with everything that differs from run to run replaced by a name in brackets.
pub(crate) fn stable(bench: &Bench, text: &str) -> String {
    let mut text = text.replace(bench.root().to_str().unwrap(), "[ROOT]");
    for (pattern, name) in [
        (r"\d{8}-\d{6}-[0-9a-f]{4}", "[RUN]"),
        (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "[WHEN]"),
        (r"\b[0-9a-f]{40,64}\b", "[DIGEST]"),
        (r"committed [0-9a-f]{12}\b", "committed [DIGEST]"),
        (r"digest `[0-9a-f]{16}`", "digest `[DIGEST]`"),
        (r"\b[kf]1:[0-9a-f]{32}", "[KEY]"),
        (r"(< )?\b(\d+ min \d+ s|\d+(\.\d+)? s)\b", "[TIME]"),
        (r"index [0-9a-f]{7,}\.\.[0-9a-f]{7,}", "index [DIGEST]"),
        (r"127\.0\.0\.1:\d+", "[SERVER]"),
    ] {
        text = Regex::new(pattern).unwrap().replace_all(&text, name).into_owned();
    }
    text
}

/// The journal, a line for each record: number, type, and the fields that tell the story.
pub(crate) fn story(bench: &Bench) -> String {
    let mut lines = String::new();
    for (index, record) in bench.journal().iter().enumerate() {
        assert_eq!(record["seq"], index + 1, "numbers are dense");
        assert_eq!(record["schema"], 1);
        let mut fields = record.as_object().unwrap().clone();
        for left_out in ["schema", "seq", "ts", "run", "type", "version", "duration_ms", "steps", "limits"] {
            fields.remove(left_out);
        }
        let mut value = Value::Object(fields);
        shorten(&mut value);
        writeln!(lines, "{:>3} {} {value}", index + 1, record["type"].as_str().unwrap()).unwrap();
    }
    stable(bench, &lines)
}

/// A step by its id alone, an evidence without its digests.
fn shorten(value: &mut Value) {
    let Some(fields) = value.as_object_mut() else { return };
    for left_out in ["key", "duration_ms", "fingerprint", "output_digest", "tree", "diff_digest", "reference"]
    {
        fields.remove(left_out);
    }
    if let Some(step) = fields.get_mut("step")
        && step.is_object()
    {
        *step = step["id"].clone();
    }
    fields.values_mut().for_each(shorten);
}
