//! Replaces secrets with `[redacted]` in everything that is written or shown.

use std::borrow::Cow;
use std::sync::Arc;

use regex::Regex;

/// What stands in place of a secret.
const MASK: &str = "[redacted]";

/// Shapes of tokens that are secrets wherever they stand, and what they are. Each has a prefix that
/// its issuer documents, so ordinary text does not match.
const SHAPES: &[(&str, &str)] = &[
    ("an API key", r"\bsk-[A-Za-z0-9_-]{20,}\b"),
    ("a GitHub token", r"\bgh[pousr]_[A-Za-z0-9]{36,}\b"),
    ("a GitHub token", r"\bgithub_pat_[A-Za-z0-9_]{22,}\b"),
    ("a GitLab token", r"\bglpat-[A-Za-z0-9_-]{20,}\b"),
    ("a Slack token", r"\bxox[abprs]-[A-Za-z0-9-]{10,}\b"),
    ("an AWS access key", r"\bAKIA[0-9A-Z]{16}\b"),
    ("a Google API key", r"\bAIza[0-9A-Za-z_-]{35}\b"),
    ("an npm token", r"\bnpm_[A-Za-z0-9]{36}\b"),
    ("a Hugging Face token", r"\bhf_[A-Za-z0-9]{30,}\b"),
    ("a private key", r"-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----"),
];

/// The filter; cheap to clone.
#[derive(Debug, Clone)]
pub struct Redact {
    secrets: Arc<[String]>,
    shapes: Regex,
}

impl Redact {
    /// A filter that knows these secrets besides the common token shapes. Values shorter than
    /// eight bytes are left alone: masking `local` would hide half of every log.
    pub fn new(secrets: impl IntoIterator<Item = String>) -> Self {
        let mut secrets: Vec<String> = secrets.into_iter().filter(|secret| secret.len() >= 8).collect();
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        let groups: Vec<String> = SHAPES.iter().map(|(_, pattern)| format!("({pattern})")).collect();
        let shapes = Regex::new(&groups.join("|"))
            .unwrap_or_else(|error| unreachable!("the pattern is constant: {error}"));
        Self { secrets: secrets.into(), shapes }
    }

    /// The text without secrets.
    pub fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut text = Cow::Borrowed(text);
        for secret in self.secrets.iter() {
            if text.contains(secret.as_str()) {
                text = Cow::Owned(text.replace(secret.as_str(), MASK));
            }
        }
        if self.shapes.is_match(&text) {
            Cow::Owned(self.shapes.replace_all(&text, MASK).into_owned())
        } else {
            text
        }
    }

    /// What the first secret in a text is: `a GitHub token`. Never the secret itself.
    pub fn find(&self, text: &str) -> Option<&'static str> {
        if self.secrets.iter().any(|secret| text.contains(secret.as_str())) {
            return Some("the model's key");
        }
        let found = self.shapes.captures(text)?;
        SHAPES.iter().zip(1..).find_map(|((what, _), group)| found.get(group).map(|_| *what))
    }

    /// Every string inside a JSON value, keys left as they are, without what would command a
    /// terminal. Says whether anything was changed.
    pub fn json(&self, value: &mut serde_json::Value) -> bool {
        match value {
            serde_json::Value::String(text) => match harmless(self.text(text)) {
                Cow::Owned(clean) => {
                    *text = clean;
                    true
                }
                Cow::Borrowed(_) => false,
            },
            serde_json::Value::Array(items) => {
                items.iter_mut().fold(false, |any, item| self.json(item) | any)
            }
            serde_json::Value::Object(fields) => {
                fields.values_mut().fold(false, |any, item| self.json(item) | any)
            }
            _ => false,
        }
    }
}

/// The text without control characters and without characters that turn the direction of what is
/// shown: a model must not be able to erase a line of ours from the screen.
pub fn harmless(text: Cow<'_, str>) -> Cow<'_, str> {
    let harms = |c: char| {
        (c.is_control() && !matches!(c, '\n' | '\t'))
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if !text.contains(harms) {
        return text;
    }
    // A line end of two characters is one; a return alone would overwrite what stands before it.
    Cow::Owned(text.replace("\r\n", "\n").replace(harms, "\u{fffd}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_command_a_terminal_is_shown_as_what_it_is() {
        assert_eq!(harmless("a\u{1b}[2K\u{202e}b\n".into()), "a\u{fffd}[2K\u{fffd}b\n");
        assert_eq!(harmless("one\r\ntwo\r+ Step 1 passed".into()), "one\ntwo\u{fffd}+ Step 1 passed");
        assert!(matches!(harmless("plain\ttext".into()), Cow::Borrowed(_)));
    }

    #[test]
    fn keys_and_token_shapes_are_masked_and_the_rest_is_left() {
        let redact = Redact::new(["hunter2-hunter2".to_owned(), "short".to_owned()]);
        assert_eq!(redact.text("key=hunter2-hunter2 short"), "key=[redacted] short");
        assert_eq!(redact.text("Bearer sk-abcdefghijklmnopqrstuv!"), "Bearer [redacted]!");
        assert!(matches!(redact.text("task-list: sk-8 risk-free"), Cow::Borrowed(_)));
    }

    #[test]
    fn what_is_found_is_named_by_its_shape() {
        let redact = Redact::new(["hunter2-hunter2".to_owned()]);
        for (text, expected) in [
            ("k = hunter2-hunter2", Some("the model's key")),
            ("AKIAABCDEFGHIJKLMNOP", Some("an AWS access key")),
            ("-----BEGIN OPENSSH PRIVATE KEY-----", Some("a private key")),
            ("-----BEGIN PGP PRIVATE KEY BLOCK-----", Some("a private key")),
            ("-----BEGIN PUBLIC KEY-----", None),
            ("risk-free", None),
        ] {
            assert_eq!(redact.find(text), expected, "{text}");
        }
    }
}
