//! Who a step is, and what it says: two digests, each with the version of the rule that made it.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Stands behind each part of a step's name.
const PART_ENDS: char = '\u{1f}';

/// Identity of a step by content and place. It survives other steps coming, going and moving.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct StepKey(String);

/// What a step says: digest of its normalised text without marks and status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint(String);

impl StepKey {
    /// The key of the `occurrence`-th step with this label and title in this group.
    pub fn of(group: &str, label: &str, title: &str, occurrence: usize) -> Self {
        Self::of_name(&step_name(group, label, title), occurrence)
    }

    /// The key of the `occurrence`-th step of this [`step_name`].
    pub(super) fn of_name(name: &str, occurrence: usize) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(name);
        if occurrence == 0 {
            hasher.update("0");
        } else {
            hasher.update(occurrence.to_string());
        }
        Self(shown("k1:", hasher))
    }
}

/// Group, label and title as one name, which steps of the same content share.
pub(super) fn step_name(group: &str, label: &str, title: &str) -> String {
    let mut name = String::with_capacity(group.len() + label.len() + title.len() + 3);
    for part in [group, label, title] {
        let from = name.len();
        push_words(&mut name, from, part);
        name.push(PART_ENDS);
    }
    name
}

impl Fingerprint {
    /// The fingerprint of a step's source text. Marks of boxes, runs of white space and line
    /// endings do not count.
    pub fn of(text: &str) -> Self {
        let mut said = String::with_capacity(text.len());
        for line in text.lines() {
            let before = said.len();
            if before > 0 {
                said.push('\n');
            }
            let from = said.len();
            for part in without_mark(line) {
                push_words(&mut said, from, part);
            }
            if said.len() == from {
                said.truncate(before);
            }
        }
        Self(shown("f1:", Sha256::new_with_prefix(said)))
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

/// Adds the words of a text, with one space between all words from this place on.
fn push_words(to: &mut String, from: usize, text: &str) {
    let text = text.trim();
    if is_tidy(text) {
        if to.len() > from {
            to.push(' ');
        }
        to.push_str(text);
        return;
    }
    for word in text.split_whitespace() {
        if to.len() > from {
            to.push(' ');
        }
        to.push_str(word);
    }
}

/// Words with one space between them already, as most lines are.
fn is_tidy(text: &str) -> bool {
    let mut before = b' ';
    let follows = |byte: u8| {
        let twice = byte == b' ' && before == b' ';
        before = byte;
        matches!(byte, b' '..=b'~') && !twice
    };
    text.bytes().all(follows) && before != b' '
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

/// The first 128 bits of a SHA-256, in hexadecimal, behind the version of the rule.
fn shown(version: &str, hasher: Sha256) -> String {
    let digit = |value: u8| char::from(b"0123456789abcdef"[usize::from(value)]);
    let digest = hasher.finalize();
    let digits = digest[..16].iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]);
    let mut text = String::with_capacity(version.len() + 32);
    text.push_str(version);
    text.extend(digits);
    text
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
