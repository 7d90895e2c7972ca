//! Shows a unified diff in colours.

use super::print::{BAD, FAINT, GOOD, STRONG, styled};
use crate::redact::harmless;

/// The diff, line by line: what came, what went, where, and of which files. What stands in the files
/// does not command the terminal.
pub(crate) fn coloured(diff: &str) -> String {
    let mut in_header = true;
    let mut text = String::new();
    for line in diff.lines() {
        let style = match line.bytes().next() {
            Some(b'@') => Some(FAINT),
            Some(b'd') => Some(STRONG),
            Some(_) if in_header => Some(STRONG),
            Some(b'+') => Some(GOOD),
            Some(b'-') => Some(BAD),
            _ => None,
        };
        // Inside a hunk every line has a mark of its own in front.
        in_header = match line.bytes().next() {
            Some(b'@') => false,
            Some(b'd') => true,
            _ => in_header,
        };
        let line = harmless(line.into());
        text.push_str(&style.map_or_else(|| line.to_string(), |style| styled(style, &line)));
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    #[test]
    fn a_removed_line_of_dashes_is_no_header() {
        let diff = "--- a\n+++ b\n@@ -1,2 +1,2 @@\n same\n--- old\n+new\ndiff --git a/c b/c\n+++ c\n";
        let expected = [
            styled(STRONG, "--- a"),
            styled(STRONG, "+++ b"),
            styled(FAINT, "@@ -1,2 +1,2 @@"),
            " same".to_owned(),
            styled(BAD, "--- old"),
            styled(GOOD, "+new"),
            styled(STRONG, "diff --git a/c b/c"),
            styled(STRONG, "+++ c"),
        ];
        assert_eq!(coloured(diff), expected.join("\n") + "\n");
    }
}
