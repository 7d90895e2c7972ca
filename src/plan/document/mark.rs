//! Reads the mark of a box, `[x]`, and finds where the text of its item starts.

/// The character between the brackets of a box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BoxMark {
    /// Its first byte.
    pub at: usize,
    /// The character.
    pub mark: char,
    /// A star behind the box says that the item need not be done.
    pub optional: bool,
}

impl BoxMark {
    /// The box that starts at this byte: `[`, one mark, `]`, then white space or the end of the line.
    ///
    /// Letters other than `x` and `v` are no marks: `- [P] tasks run in parallel` is a legend.
    pub(crate) fn at(text: &str, at: usize) -> Option<Self> {
        let mut chars = text.get(at..)?.strip_prefix('[')?.chars();
        let mark = chars.next().filter(|mark| !mark.is_control())?;
        let letter_or_bracket =
            mark.is_alphanumeric() || matches!(mark, '[' | ']' | '(' | ')' | '`' | '^' | '\\');
        if letter_or_bracket && !matches!(mark, 'x' | 'X' | 'v' | 'V') {
            return None;
        }
        let rest = chars.as_str().strip_prefix(']')?;
        let ends = |rest: &str| rest.is_empty() || rest.starts_with([' ', '\t', '\n', '\r']);
        let optional = rest.strip_prefix('*').is_some_and(ends);
        (optional || ends(rest)).then_some(Self { at: at + 1, mark, optional })
    }
}

/// The place behind `-`, `*`, `+`, `1.` or `1)` and the white space after it.
pub(in crate::plan) fn behind_marker(text: &str, start: usize) -> usize {
    let rest = text.get(start..).unwrap_or_default();
    let body = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    let body = body.strip_prefix(['-', '*', '+', '.', ')']).unwrap_or(body);
    start + rest.len() - body.trim_start_matches([' ', '\t']).len()
}
