//! The one filter that everything written or shown passes: secrets become `[redacted]`.

use std::borrow::Cow;
use std::sync::Arc;

use regex::Regex;

/// What stands in place of a secret.
const MASK: &str = "[redacted]";

/// Shapes of tokens that are secrets wherever they stand. Each has a prefix that its issuer
/// documents, so ordinary text does not match.
const SHAPES: &str = r"(?x)
    \b(?: sk-[A-Za-z0-9_-]{20,}            # OpenAI, Anthropic and compatible
      | gh[pousr]_[A-Za-z0-9]{36,}         # GitHub
      | github_pat_[A-Za-z0-9_]{22,}
      | glpat-[A-Za-z0-9_-]{20,}           # GitLab
      | xox[abprs]-[A-Za-z0-9-]{10,}       # Slack
      | AKIA[0-9A-Z]{16}                   # AWS
      | AIza[0-9A-Za-z_-]{35}              # Google
      | npm_[A-Za-z0-9]{36}
      | hf_[A-Za-z0-9]{30,}
    )\b
    | -----BEGIN\ [A-Z\ ]*PRIVATE\ KEY-----
";

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
        let shapes =
            Regex::new(SHAPES).unwrap_or_else(|error| unreachable!("the pattern is constant: {error}"));
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

    /// Every string inside a JSON value, keys left as they are. Says whether anything was masked.
    pub fn json(&self, value: &mut serde_json::Value) -> bool {
        match value {
            serde_json::Value::String(text) => match self.text(text) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_token_shapes_are_masked_and_the_rest_is_left() {
        let redact = Redact::new(["hunter2-hunter2".to_owned(), "short".to_owned()]);
        assert_eq!(redact.text("key=hunter2-hunter2 short"), "key=[redacted] short");
        assert_eq!(redact.text("Bearer sk-abcdefghijklmnopqrstuv!"), "Bearer [redacted]!");
        assert!(matches!(redact.text("task-list: sk-8 risk-free"), Cow::Borrowed(_)));
    }
}
