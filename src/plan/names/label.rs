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
        (title.unit.is_some() && title.keyword.is_some() && !title.text.is_empty()).then_some(Self {
            name,
            value,
            value_at: line.len() - rest.trim_start().len(),
            role: None,
        })
    }

    fn plain(line: &'text str) -> Option<Self> {
        let colon = |at: usize| line[at + 1..].strip_prefix(' ').map(|rest| (&line[..at], rest));
        let inside = line.match_indices(':').find_map(|(at, _)| colon(at));
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
    let mut bars = bars(line).into_iter().peekable();
    std::iter::from_fn(move || {
        let from = bars.next()? + 2;
        let to = bars.peek().map_or(line.len(), |bar| bar - 1).max(from);
        let part = &line[from..to];
        Some((from + part.len() - part.trim_start().len(), part.trim()))
    })
    .filter_map(|(at, part)| Some((at, Label::of(part)?)))
}

/// The bars of a line outside code, with a space on either side.
fn bars(line: &str) -> Vec<usize> {
    let mut in_code = false;
    let mut bars = Vec::new();
    for (at, sign) in line.match_indices(['|', '`']) {
        in_code ^= sign == "`";
        if sign == "|" && !in_code && line[..at].ends_with(' ') && line[at + 1..].starts_with(' ') {
            bars.push(at);
        }
    }
    bars
}

/// A line up to the first of these labels.
pub(in crate::plan) fn before_parts(line: &str) -> &str {
    parts(line).next().map_or(line, |(at, _)| line[..at].trim_end_matches([' ', '|']))
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

    #[test]
    fn metadata_is_short_and_has_a_known_name() {
        let read = |line| Label::metadata(line).map(|label| (label.name, label.value));
        let cases = [
            ("Owner: Ann", Some(("Owner", "Ann"))),
            ("**Estimate**: 2h", Some(("Estimate", "2h"))),
            ("_Priority_: high", Some(("Priority", "high"))),
            ("负责人：安", Some(("负责人", "安"))),
            ("Owner:", None),
            ("Saw: the board", None),
            ("Cut the board", None),
        ];
        assert_eq!(cases.map(|(line, _)| (line, read(line))), cases);
    }

    #[test]
    fn a_bold_line_that_counts_goes_on_behind_its_title() {
        let read = |line| Label::unit(line).map(|label| (label.name, label.value));
        let cases = [
            ("**Step 1: Saw.** Cut it.", Some(("Step 1: Saw", "Cut it."))),
            ("**Phase 2 – Nail.**", Some(("Phase 2 – Nail", ""))),
            ("**Step 1: Saw** Cut it.", None),
            ("**Step 1.** Cut it.", None),
            ("**Saw.** Cut it.", None),
            ("Step 1: Saw. Cut it.", None),
        ];
        assert_eq!(cases.map(|(line, _)| (line, read(line))), cases);
    }
}
