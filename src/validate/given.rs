//! Tells whether the plan itself gives a test word for word: then it is the plan's, whoever typed it.

use std::collections::HashSet;

use similar::{ChangeTag, TextDiff};

/// Whether all that came into a file stands in a fence of the step's text, and nothing went.
pub(crate) fn gives(step: &str, before: &str, after: &str) -> bool {
    let given = fenced(step);
    let mut came = false;
    let diff = TextDiff::from_lines(before, after);
    let all = diff.iter_all_changes().all(|change| {
        let line = change.value().trim();
        match change.tag() {
            ChangeTag::Equal => true,
            _ if line.is_empty() => true,
            ChangeTag::Delete => false,
            ChangeTag::Insert => {
                came = true;
                given.contains(line)
            }
        }
    });
    came && all
}

/// The lines of all fences, without the white space around them.
fn fenced(step: &str) -> HashSet<&str> {
    let mut lines = HashSet::new();
    let mut open: Option<&str> = None;
    for line in step.lines().map(str::trim) {
        let fence = line.starts_with("```") || line.starts_with("~~~");
        match open {
            None if fence => open = line.get(..3),
            Some(mark) if line.starts_with(mark) && line.trim_matches(['`', '~']).is_empty() => open = None,
            Some(_) => drop(lines.insert(line)),
            None => {}
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_is_the_plans_if_every_line_that_came_stands_in_it() {
        let step = "### Step 1\n\nWrite the test:\n\n```python\ndef test_sum():\n    assert add(1, 2) == 3\n```\n\nassert True\n";
        let test = "def test_sum():\n    assert add(1, 2) == 3\n";
        for (before, after, expected) in [
            ("", test, true),
            ("import a\n", &*format!("import a\n\n{test}"), true),
            ("import a\n", test, false),
            ("", "def test_sum():\n    assert True\n", false),
            ("", &format!("import os\n{test}"), false),
            (test, test, false),
            ("", "", false),
        ] {
            assert_eq!(gives(step, before, after), expected, "{after}");
        }
        assert!(!gives("no fence\n", "", test));
    }
}
