//! Fields and labels: `**Tasks:**`, `**Location:** src/a.rs`, `Run: make`.

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

    fn plain(line: &'text str) -> Option<Self> {
        let colon = |at: usize| line[at + 1..].strip_prefix(' ').map(|rest| (&line[..at], rest));
        let inside = memchr::memchr_iter(b':', line.as_bytes()).find_map(colon);
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
    fn labels_come_in_several_spellings() {
        let cases = [
            ("**Tasks:**", Some(("Tasks", ""))),
            ("**Files to Create/Modify**: `a.rs`", Some(("Files to Create/Modify", "`a.rs`"))),
            ("**Location:** x", Some(("Location", "x"))),
            ("**Tasks**", Some(("Tasks", ""))),
            ("Run: `make`", Some(("Run", "`make`"))),
            ("**bold** words", None),
            ("A sentence about tests that is long: yes", None),
            ("https://a.b", None),
        ];
        assert_eq!(cases.map(|(line, _)| (line, parts(line))), cases);
    }
}
