//! Makes the two digests of a step: who it is, and what it says.

use crate::facts::{Fingerprint, StepKey};
use sha2::{Digest, Sha256};

/// Stands behind each part of a step's name.
const PART_ENDS: &str = "\u{1f}";

/// The key of the `occurrence`-th step of this [`step_name`].
pub(super) fn step_key(name: &str, occurrence: usize) -> StepKey {
    StepKey::new(digest("k1:", &[name, &occurrence.to_string()]))
}

/// Group, label and title as one name, which steps of the same content share.
pub(super) fn step_name(group: &str, label: &str, title: &str) -> String {
    [group, label, title].map(|part| tidy(part) + PART_ENDS).concat()
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
    let lines = text.lines().map(|line| tidy(&without_mark(line).join(" ")));
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// The words of a text with one space between them.
fn tidy(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
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

    #[test]
    fn what_counts_of_a_line() {
        let cases = [
            ("- [x] a", "- [ ] a"),
            ("  * [ ]   a  b", "- [ ] a b"),
            ("12. [~] a", "12. [ ] a"),
            ("> + a", "- a"),
            ("### [x] Title", "Title"),
            ("## Title", "Title"),
            ("-a", "-a"),
            ("1. a", "1. a"),
            ("[x] a", "[x] a"),
            ("   ", ""),
        ];
        let read = cases.map(|(line, _)| (line, normalised(line)));
        assert_eq!(read, cases.map(|(line, expected)| (line, expected.to_owned())));
        assert_eq!(normalised("a\r\n\n - [x]  b\n"), "a\n- [ ] b");
    }

    #[test]
    fn digests_say_which_rule_made_them() {
        let key = step_key(&step_name("Phase 1", "Step 1", "Build"), 0);
        assert_eq!(key, step_key("Phase 1\u{1f}Step 1\u{1f}Build\u{1f}", 0));
        assert!(key.to_string().starts_with("k1:"), "{key}");
        let fingerprint = fingerprint("### Step 1: Write\n\ntext\n", "Step 1");
        assert!(fingerprint.heading().starts_with("f2:"), "{fingerprint:?}");
    }
}
