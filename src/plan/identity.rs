//! Makes the two digests of a step: who it is, and what it says.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use crate::facts::{Fingerprint, StepKey};
use sha2::{Digest, Sha256};

/// Stands behind each part of a step's name.
const PART_ENDS: char = '\u{1f}';

/// The part of a plan's text that a step's fingerprint is of.
#[derive(Debug, Clone)]
pub(super) enum Said {
    /// These bytes, without the words in them that agentrun keeps true.
    Without(Arc<str>, Range<usize>, Vec<Range<usize>>),
    /// Sections that are one step together.
    Parts(Arc<str>, Vec<Range<usize>>),
}

impl Said {
    /// All of it.
    pub(super) fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Without(text, span, words) if words.is_empty() => {
                Cow::Borrowed(text.get(span.clone()).unwrap_or_default())
            }
            Self::Without(text, span, words) => {
                let starts = std::iter::once(span.start).chain(words.iter().map(|word| word.end));
                let ends = words.iter().map(|word| word.start).chain([span.end]);
                Cow::Owned(starts.zip(ends).filter_map(|(from, to)| text.get(from..to)).collect())
            }
            Self::Parts(text, parts) => {
                let parts = parts.iter().map(|part| text.get(part.clone()).unwrap_or_default());
                Cow::Owned(parts.collect::<Vec<_>>().join("\n"))
            }
        }
    }
}

/// The key of the `occurrence`-th step of this [`step_name`].
pub(super) fn step_key(name: &str, occurrence: usize) -> StepKey {
    StepKey::new(digest("k1:", &[name, &occurrence.to_string()]))
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

/// The fingerprint of a step's source text, whose first line holds its label: `Step 1.1`. The label,
/// marks of boxes, the level of headings, runs of white space and line endings do not count.
pub(super) fn fingerprint(text: &str, label: &str) -> Fingerprint {
    let (first, below) = text.split_once(['\n', '\r']).unwrap_or((text, ""));
    let titled = (!label.is_empty()).then(|| first.split_once(label)).flatten();
    let heading = digest("f2:", &[&normalised(titled.map_or(first, |(_, title)| title))]);
    let body = normalised(below);
    let body = (!body.is_empty()).then(|| digest("", &[&body]));
    Fingerprint::new(heading, body)
}

/// A text as it is compared: words with one space between them, lines that say something.
fn normalised(text: &str) -> String {
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
    said
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

/// The parts of a line around the mark of a list item's box: `- [x] a` and `* [ ] a` say the same.
fn without_mark(line: &str) -> [&str; 3] {
    let body = line.trim_start().trim_start_matches('>').trim_start();
    if let Some(heading) = body.strip_prefix('#') {
        let heading = heading.trim_start_matches('#').trim_start();
        let mut chars = heading.chars();
        let boxed = matches!((chars.next(), chars.next(), chars.next()), (Some('['), Some(_), Some(']')));
        return [if boxed { chars.as_str() } else { heading }, "", ""];
    }
    let marker = body.trim_start_matches(|c: char| c.is_ascii_digit());
    let Some(rest) = marker.strip_prefix(['-', '*', '+', '.', ')']) else { return [line, "", ""] };
    let mut chars = rest.trim_start().chars();
    let number = &body[..body.len() - rest.len()];
    // One bullet is as good as another.
    let marker = if number.len() == 1 { "-" } else { number };
    match (chars.next(), chars.next(), chars.next()) {
        (Some('['), Some(_), Some(']')) => [marker, "[ ]", chars.as_str()],
        _ if number.len() == 1 && rest.starts_with([' ', '\t']) => [marker, rest, ""],
        _ => [line, "", ""],
    }
}

/// The first 128 bits of a SHA-256 of some parts, in hexadecimal, behind what is given.
fn digest(before: &str, parts: &[&str]) -> String {
    let digest: [u8; 32] = parts.iter().fold(Sha256::new(), Sha256::chain_update).finalize().into();
    let first = digest.first_chunk().copied().map(u128::from_be_bytes).unwrap_or_default();
    format!("{before}{first:032x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(group: &str, label: &str, title: &str, occurrence: usize) -> StepKey {
        step_key(&step_name(group, label, title), occurrence)
    }

    #[test]
    fn a_tick_does_not_change_what_a_step_says() {
        let open = "### Step 1\r\n\r\n1. [ ] a\r\n  - [~]  b\r\n> - [X] c\r\n";
        let done = "### Step 1\n1. [x] a\n * [ ] b\n> - [ ] c";
        let other = "### Step 1\n1. [x] a\n - [ ] d\n> - [ ] c";
        assert_eq!(fingerprint(open, "Step 1"), fingerprint(done, "Step 1"));
        assert_ne!(fingerprint(open, "Step 1"), fingerprint(other, "Step 1"));
    }

    #[test]
    fn a_number_and_a_level_do_not_change_what_a_step_says_but_a_title_does() {
        let step = fingerprint("### Step 1: Write\n\n#### Tasks\n- [ ] a\n", "Step 1");
        assert_eq!(step, fingerprint("## Step 2: Write\n\n### Tasks\n  - [x] a\n", "Step 2"));
        let renamed = fingerprint("### Step 1: Write it\n\n#### Tasks\n- [ ] a\n", "Step 1");
        assert_eq!(step.body(), renamed.body());
        assert_ne!(step.heading(), renamed.heading());
        assert_eq!(fingerprint("- [ ] Write", "").body(), None);
    }

    #[test]
    fn equal_titles_are_told_apart_by_place() {
        let first = key("Phase 1", "Step 1", "Build", 0);
        assert_eq!(first, key("Phase  1", "Step 1", "Build ", 0));
        assert_ne!(first, key("Phase 1", "Step 1", "Build", 1));
        assert_ne!(first, key("Phase 2", "Step 1", "Build", 0));
    }
}
