//! Replaces secrets with `[redacted]` in everything that is written or shown.

mod encoded;
mod private_key;

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use encoded::Encoded;
use private_key::{DOUBTFUL, private_keys};
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
];

/// The filter; cheap to clone.
#[derive(Debug, Clone)]
pub struct Redact {
    secrets: Arc<[String]>,
    encoded: Option<Arc<Encoded>>,
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
        let encoded = Encoded::of(&secrets).map(Arc::new);
        Self { secrets: secrets.into(), encoded, shapes }
    }

    /// The text without secrets. A private key is one, over all its lines.
    pub fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut text = mask_keys(text, |_| MASK.to_owned());
        for secret in self.secrets.iter() {
            if text.contains(secret.as_str()) {
                text = Cow::Owned(text.replace(secret.as_str(), MASK));
            }
        }
        if let Some(encoded) = &self.encoded {
            for range in encoded.find(&text).into_iter().rev() {
                text.to_mut().replace_range(range, MASK);
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
        let encoded = self.encoded.as_ref().is_some_and(|encoded| !encoded.find(text).is_empty());
        if encoded || self.secrets.iter().any(|secret| text.contains(secret.as_str())) {
            return Some("the model's key");
        }
        if !private_keys(text).is_empty() {
            return Some("a private key");
        }
        let found = self.shapes.captures(text)?;
        SHAPES.iter().zip(1..).find_map(|((what, _), group)| found.get(group).map(|_| *what))
    }

    /// The text with every line of a private key masked by itself: lines keep their numbers.
    pub fn key_lines<'a>(&self, text: &'a str) -> Cow<'a, str> {
        mask_keys(text, |key| [MASK].repeat(key.lines().count()).join("\n"))
    }

    /// The filter for a text that comes in pieces.
    pub fn stream(&self) -> RedactStream<'_> {
        RedactStream { redact: self, open: String::new() }
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

/// The filter for a text that comes in pieces. A piece cuts no secret but a private key.
#[derive(Debug)]
pub struct RedactStream<'a> {
    redact: &'a Redact,
    /// A private key whose end has not come yet, and what follows it.
    open: String,
}

impl RedactStream<'_> {
    /// Takes the next piece. Gives what can be shown by now.
    pub fn push(&mut self, piece: &str) -> String {
        let mut text = std::mem::take(&mut self.open);
        text.push_str(piece);
        let last = private_keys(&text).pop().filter(|key| !key.closed);
        if let Some(key) = last.filter(|key| text.len() - key.range.end <= DOUBTFUL) {
            self.open = text.split_off(key.range.start);
            self.forget(key.marker, key.range.len());
        }
        self.redact.text(&text).into_owned()
    }

    /// Of an endless key, its marker and its last lines are enough to know it by.
    fn forget(&mut self, marker: usize, key: usize) {
        if key > 2 * DOUBTFUL {
            let cut = self.open.floor_char_boundary(key - DOUBTFUL);
            let line = self.open[cut..key].find('\n').map_or(cut, |end| cut + end);
            self.open.drain(marker..line);
        }
    }

    /// What is left at the end.
    pub fn finish(self) -> String {
        self.redact.text(&self.open).into_owned()
    }
}

fn mask_keys(text: &str, mask: impl Fn(&str) -> String) -> Cow<'_, str> {
    let keys = private_keys(text);
    if keys.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut masked = String::new();
    let mut from = 0;
    for Range { start, end } in keys.into_iter().map(|key| key.range) {
        masked.push_str(&text[from..start]);
        masked.push_str(&mask(&text[start..end]));
        from = end;
    }
    masked.push_str(&text[from..]);
    Cow::Owned(masked)
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

    fn pem(data: &str) -> String {
        format!("-----BEGIN RSA PRIVATE KEY-----\n{data}-----END RSA PRIVATE KEY-----\n")
    }

    #[test]
    fn a_private_key_is_masked_in_whatever_pieces_it_comes() {
        let redact = Redact::new([]);
        let data = format!("{}\nQw==\n", "MIIEow/+".repeat(8));
        let text = format!("one\n{}two\n-----BEGIN PRIVATE KEY-----\n{data}three\n", pem(&data));
        let expected = "one\n[redacted]\ntwo\n[redacted]\nthree\n";
        assert_eq!(redact.text(&text), expected);
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        for size in 1..=lines.len() {
            let mut stream = redact.stream();
            let mut shown: String = lines.chunks(size).map(|piece| stream.push(&piece.concat())).collect();
            shown.push_str(&stream.finish());
            assert_eq!(shown, expected, "{size} lines at once");
        }
    }

    #[test]
    fn an_endless_key_is_masked_in_bounded_memory_and_words_after_it_are_shown() {
        let redact = Redact::new([]);
        let mut stream = redact.stream();
        let mut shown = stream.push("-----BEGIN PRIVATE KEY-----\n");
        let (data, words) =
            (format!("{}\n", "MIIEow/+".repeat(8)).repeat(500), "words of a log\n".repeat(500));
        for _ in 0..20 {
            shown.push_str(&stream.push(&data));
            assert!(stream.open.len() <= 2 * DOUBTFUL + data.len());
        }
        for _ in 0..10 {
            shown.push_str(&stream.push(&words));
        }
        assert_eq!(stream.open, "");
        assert_eq!(shown, format!("[redacted]\n{}", words.repeat(10)));
    }

    #[test]
    fn lines_of_a_key_are_masked_one_by_one_where_lines_are_counted() {
        let text = format!("one\n{}two\n", pem("short\nlines\n"));
        let expected = "one\n[redacted]\n[redacted]\n[redacted]\n[redacted]\ntwo\n";
        assert_eq!(Redact::new([]).key_lines(&text), expected);
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
