//! Reads fields and labels: `**Tasks:**`, `**Location:** src/a.rs`, `Run: make`.

use crate::plan::names::title::Title;
use crate::plan::names::{self, Role};

/// A label at the start of a line, and what follows it there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::plan) struct Label<'text> {
    /// The name, without marks and colon.
    pub name: &'text str,
    /// The text behind it on the same line.
    pub value: &'text str,
    /// Byte offset of the value in the line.
    pub value_at: usize,
    /// What the name says about the text.
    pub role: Option<Role>,
}

/// No label is longer; what is longer is a sentence.
const LONGEST: usize = 80;

impl<'text> Label<'text> {
    /// The label that a line starts with. Bold makes any name a label; plain text needs a colon and a
    /// name that is known.
    pub(in crate::plan) fn of(line: &'text str) -> Option<Self> {
        Self::bold(line).or_else(|| Self::plain(line))
    }

    /// What an item says about its step and not of what is to be done: `Owner: Bob`, `**Size**: M`.
    pub(in crate::plan) fn metadata(line: &'text str) -> Option<Self> {
        let at = line.find([':', '：'])?;
        let name = line[..at].trim_matches(['*', '_', '`', ' ']);
        let value = line[at..].trim_start_matches([':', '：', '*', '_', ' ']);
        let short = !value.is_empty() && value.len() <= LONGEST;
        let value_at = line.len() - value.len();
        (short && names::is_metadata(name)).then_some(Self {
            name,
            value,
            value_at,
            role: Some(Role::Context),
        })
    }

    fn bold(line: &'text str) -> Option<Self> {
        let (body, mark) = line
            .strip_prefix("**")
            .map(|body| (body, '*'))
            .or_else(|| Some((line.strip_prefix("__")?, '_')))?;
        let (close, _) = body.match_indices(mark).find(|(at, _)| body[at + 1..].starts_with(mark))?;
        let (inner, rest) = (&body[..close], &body[close + 2..]);
        let name = inner.trim().trim_end_matches([':', '：']);
        let after = rest.trim_start().trim_start_matches([':', '：']);
        let colon = name.len() < inner.trim().len() || after.len() < rest.trim_start().len();
        let alone = rest.trim().is_empty();
        let fits = !name.is_empty() && name.len() <= LONGEST && (colon || alone);
        let value = after.trim();
        let value_at = line.len() - after.trim_start().len();
        let name = name.trim();
        fits.then(|| Self { name, value, value_at: value_at.min(line.len()), role: names::role(name) })
    }

    /// `**Step 1: Saw.** Cut the board.`: what counts as a step needs no line of its own.
    pub(in crate::plan) fn unit(line: &'text str) -> Option<Self> {
        let (inner, rest) = line.strip_prefix("**")?.split_once("**")?;
        let ends = inner.ends_with(['.', '。']);
        let counted = ends && inner.len() <= LONGEST && inner.bytes().any(|byte| byte.is_ascii_digit());
        let title = Title::parse(counted.then_some(inner)?);
        let name = inner.trim_end_matches(['.', '。']);
        let value = rest.trim();
        (title.unit.is_some() && title.keyword.is_some() && !title.title.is_empty()).then_some(Self {
            name,
            value,
            value_at: line.len() - rest.trim_start().len(),
            role: None,
        })
    }

    fn plain(line: &'text str) -> Option<Self> {
        let colon = |at: usize| line[at + 1..].strip_prefix(' ').map(|rest| (&line[..at], rest));
        let inside = memchr::memchr_iter(b':', line.as_bytes()).find_map(colon);
        // Languages without spaces have a colon of their own.
        let wide = if line.is_ascii() { None } else { line.split_once('：') };
        let inside =
            wide.filter(|(name, _)| inside.is_none_or(|(other, _)| name.len() < other.len())).or(inside);
        let (name, rest) = inside.or_else(|| Some((line.strip_suffix(':')?, "")))?;
        let name = name.trim_matches(['*', '_']);
        let short = name.len() <= 40 && name.split_whitespace().count() <= 3;
        let opens = name.starts_with(char::is_alphabetic);
        let role = if short && opens { names::role(name) } else { None };
        let known = role.is_some_and(|role| role != Role::Context);
        let value = rest.trim_matches([' ', '\t', '_']).trim();
        let value_at = line.len() - rest.trim_start().len();
        known.then_some(Self { name, value, value_at, role })
    }
}

/// The labels of a line with bars between them, and where each begins: `Saw it | Verify: make test`.
pub(in crate::plan) fn parts(line: &str) -> impl Iterator<Item = (usize, Label<'_>)> {
    let mut in_code = false;
    let bars = memchr::memchr2_iter(b'|', b'`', line.as_bytes()).filter(move |at| {
        let is_bar = line.as_bytes()[*at] == b'|';
        in_code ^= !is_bar;
        is_bar && !in_code && line[..*at].ends_with(' ') && line[at + 1..].starts_with(' ')
    });
    let mut bars = bars.peekable();
    std::iter::from_fn(move || {
        let from = bars.next()? + 2;
        let to = bars.peek().map_or(line.len(), |bar| bar - 1).max(from);
        Some((from, &line[from..to]))
    })
    .filter_map(|(from, part)| {
        let at = from + part.len() - part.trim_start().len();
        Some((at, Label::of(part.trim())?))
    })
}

/// A line up to the first of these labels.
pub(in crate::plan) fn before_parts(line: &str) -> &str {
    let first = memchr::memchr(b'|', line.as_bytes()).and_then(|_| parts(line).next());
    first.map_or(line, |(at, _)| line[..at].trim_end_matches([' ', '|']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(line: &str) -> Option<(&str, &str)> {
        Label::of(line).map(|label| {
            assert!(line[label.value_at..].starts_with(label.value));
            (label.name, label.value)
        })
    }

    #[test]
    fn bars_part_the_labels_of_a_line() {
        let line = "Saw `a | b` | Owner: Ann | Verify: `x | y` | **Files:** a.rs";
        let found: Vec<_> =
            super::parts(line).map(|(at, label)| (&line[at..at + 2], label.name, label.value)).collect();
        assert_eq!(found, [("Ve", "Verify", "`x | y`"), ("**", "Files", "a.rs")]);
        assert_eq!(before_parts(line), "Saw `a | b` | Owner: Ann");
        assert_eq!(before_parts("a | b |"), "a | b |");
    }

    #[test]
    fn labels_come_in_several_spellings() {
        let cases = [
            ("**Tasks:**", Some(("Tasks", ""))),
            ("**Files to Create/Modify**: `a.rs`", Some(("Files to Create/Modify", "`a.rs`"))),
            ("**Location:** x", Some(("Location", "x"))),
            ("**Tasks**", Some(("Tasks", ""))),
            ("Run: `make`", Some(("Run", "`make`"))),
            ("验证方式：`make: a`", Some(("验证方式", "`make: a`"))),
            ("**bold** words", None),
            ("A sentence about tests that is long: yes", None),
            ("https://a.b", None),
        ];
        assert_eq!(cases.map(|(line, _)| (line, parts(line))), cases);
    }
}
