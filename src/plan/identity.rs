//! Who a step is, and what it says: two digests, each with the version of the rule that made it.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Identity of a step by content and place. It survives other steps coming, going and moving.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct StepKey(String);

/// What a step says: digest of its normalised text without marks and status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint(String);

impl StepKey {
    /// The key of the `occurrence`-th step with this label and title in this group.
    pub fn of(group: &str, label: &str, title: &str, occurrence: usize) -> Self {
        let parts = [group, label, title, &occurrence.to_string()].map(normalised);
        Self(format!("k1:{}", digest(&parts.join("\u{1f}"))))
    }
}

impl Fingerprint {
    /// The fingerprint of a step's source text. Marks of boxes, runs of white space and line
    /// endings do not count.
    pub fn of(text: &str) -> Self {
        let mut hasher = Sha256::new();
        let mut first = true;
        for line in text.lines() {
            let parts = without_mark(line);
            let mut line_first = true;
            for word in parts.iter().flat_map(|part| part.split_whitespace()) {
                if line_first && !first {
                    hasher.update("\n");
                } else if !line_first {
                    hasher.update(" ");
                }
                hasher.update(word);
                (first, line_first) = (false, false);
            }
        }
        Self(format!("f1:{}", hexadecimal(&hasher.finalize()[..16])))
    }
}

impl fmt::Display for StepKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn normalised(text: impl AsRef<str>) -> String {
    text.as_ref().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The parts of a line around the mark of a list item's box: `- [x] a` and `- [ ] a` say the same.
fn without_mark(line: &str) -> [&str; 3] {
    let body = line.trim_start().trim_start_matches('>').trim_start();
    let marker = body.trim_start_matches(|c: char| c.is_ascii_digit());
    let Some(rest) = marker.strip_prefix(['-', '*', '+', '.', ')']) else { return [line, "", ""] };
    let mut chars = rest.trim_start().chars();
    match (chars.next(), chars.next(), chars.next()) {
        (Some('['), Some(_), Some(']')) => [&body[..body.len() - rest.len()], "[ ]", chars.as_str()],
        _ => [line, "", ""],
    }
}

/// The first 128 bits of a SHA-256, in hexadecimal.
fn digest(text: &str) -> String {
    hexadecimal(&Sha256::digest(text.as_bytes())[..16])
}

fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tick_does_not_change_what_a_step_says() {
        let open = "### Step 1\r\n\r\n1. [ ] a\r\n  - [~]  b\r\n> - [X] c\r\n";
        let done = "### Step 1\n1. [x] a\n - [ ] b\n> - [ ] c";
        assert_eq!(Fingerprint::of(open), Fingerprint::of(done));
        assert_ne!(Fingerprint::of(open), Fingerprint::of("### Step 1\n1. [x] a\n - [ ] d\n> - [ ] c"));
    }

    #[test]
    fn equal_titles_are_told_apart_by_place() {
        let first = StepKey::of("Phase 1", "Step 1", "Build", 0);
        assert_eq!(first, StepKey::of("Phase  1", "Step 1", "Build ", 0));
        assert_ne!(first, StepKey::of("Phase 1", "Step 1", "Build", 1));
        assert_ne!(first, StepKey::of("Phase 2", "Step 1", "Build", 0));
    }
}
