//! Makes differences between two texts, for models and people.

use std::time::Duration;

use similar::{ChangeTag, TextDiff};

const CONTEXT: usize = 3;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct LineCounts {
    pub added: u64,
    pub removed: u64,
}

/// What is left to be compared then counts as changed: texts without a line in common would be compared
/// for hours.
const PATIENCE: Duration = Duration::from_secs(1);

fn lines<'a>(old: &'a str, new: &'a str) -> TextDiff<'a, 'a, str> {
    TextDiff::configure().timeout(PATIENCE).diff_lines(old, new)
}

pub(crate) fn count(old: &str, new: &str) -> LineCounts {
    let mut counts = LineCounts::default();
    for change in lines(old, new).iter_all_changes() {
        match change.tag() {
            ChangeTag::Insert => counts.added += 1,
            ChangeTag::Delete => counts.removed += 1,
            ChangeTag::Equal => {}
        }
    }
    counts
}

/// A unified diff with file names, as `patch` understands it.
pub(crate) fn unified(old: &str, new: &str, old_name: &str, new_name: &str) -> String {
    lines(old, new).unified_diff().context_radius(CONTEXT).header(old_name, new_name).to_string()
}

/// The changed regions with line numbers: those of the new text, of the old one where a line is
/// gone. Cut after `limit` bytes, and says so.
pub(crate) fn numbered(old: &str, new: &str, limit: usize) -> String {
    let diff = lines(old, new);
    let mut text = String::new();
    for (at, hunk) in diff.grouped_ops(CONTEXT).iter().enumerate() {
        if at > 0 {
            text.push_str("   …\n");
        }
        for change in hunk.iter().flat_map(|operation| diff.iter_changes(operation)) {
            let number = change.new_index().or(change.old_index()).map_or(0, |index| index + 1);
            let line =
                format!("{}{number:>5} {}\n", change.tag(), change.value().trim_end_matches(['\r', '\n']));
            if text.len() + line.len() > limit {
                text.push_str("   … the rest of the change is not shown\n");
                return text;
            }
            text.push_str(&line);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_counted_and_numbered() {
        let (old, new) = ("a\nb\nc\nd\ne\nf\n", "a\nb\nc\nD\nE\ne\nf\n");
        assert_eq!(count(old, new), LineCounts { added: 2, removed: 1 });
        assert_eq!(
            numbered(old, new, 4_096),
            "     1 a\n     2 b\n     3 c\n-    4 d\n+    4 D\n+    5 E\n     6 e\n     7 f\n"
        );
        assert_eq!(numbered(old, new, 20), "     1 a\n     2 b\n   … the rest of the change is not shown\n");
        assert_eq!(numbered(old, old, 20), "");
    }
}
