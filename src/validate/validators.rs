//! Tells which files decide about a verdict, and what a step did to them.

use std::collections::BTreeMap;

use super::named::NamedFiles;
use super::weakening::{decides, may_hold_tests, takes_over};

/// What was done to the files that decide.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ValidatorChanges {
    /// They were there before, and are changed or gone.
    pub changed: Vec<String>,
    /// New files that are read besides those that were there, or in their place.
    pub shadows: Vec<String>,
    /// New tests, and what they need.
    pub written: Vec<String>,
    /// Code that was there before, is changed, and may hold tests.
    pub sources: Vec<String>,
}

impl ValidatorChanges {
    /// What differs between two moments; `shadows` says whether a new file hides a module that a runner loads.
    pub(crate) fn between<T: PartialEq>(
        before: &BTreeMap<String, T>,
        after: &BTreeMap<String, T>,
        shadows: impl Fn(&str) -> bool,
    ) -> Self {
        let mut changes = Self::default();
        let other = before.iter().filter(|(path, file)| after.get(*path) != Some(file));
        for (path, _) in other {
            let list = if may_hold_tests(path) { &mut changes.sources } else { &mut changes.changed };
            list.push(path.clone());
        }
        let new = after.keys().filter(|path| !before.contains_key(*path) && !may_hold_tests(path));
        for path in new {
            let list =
                if takes_over(path) || shadows(path) { &mut changes.shadows } else { &mut changes.written };
            list.push(path.clone());
        }
        changes
    }

    /// What was there before has another say now.
    pub(crate) fn alters(&self) -> bool {
        !self.changed.is_empty() || !self.shadows.is_empty()
    }
}

/// Whether a file decides about a verdict: a test, the configuration of a runner, what results are compared
/// with, what a command runs to check something, or code that may hold tests.
pub(crate) fn is_validator(path: &str, named: &NamedFiles) -> bool {
    decides(path)
        || may_hold_tests(path)
        || takes_over(path)
        || named.run.contains(path)
        || named.compared.contains(path)
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    #[test]
    fn what_was_there_counts_apart_from_what_came() {
        let files = |files: &[(&str, u8)]| -> BTreeMap<String, u8> {
            files.iter().map(|(path, content)| ((*path).to_owned(), *content)).collect()
        };
        let before = files(&[("tests/a.py", 1), ("tests/b.py", 1), ("tests/c.py", 1), ("src/a.rs", 1)]);
        let after = files(&[
            ("tests/a.py", 1),
            ("tests/b.py", 2),
            ("tests/d.py", 1),
            ("src/a.rs", 2),
            ("src/b.rs", 1),
            ("conftest.py", 1),
            ("pluggy.py", 1),
        ]);
        let list = |paths: &[&str]| paths.iter().map(|&path| path.to_owned()).collect::<Vec<_>>();
        let changes = ValidatorChanges::between(&before, &after, |path| path == "pluggy.py");
        let expected = ValidatorChanges {
            changed: list(&["tests/b.py", "tests/c.py"]),
            shadows: list(&["conftest.py", "pluggy.py"]),
            written: list(&["tests/d.py"]),
            sources: list(&["src/a.rs"]),
        };
        assert_eq!(changes, expected);
        assert_eq!(ValidatorChanges::between(&before, &before, |_| true), ValidatorChanges::default());
    }

    #[test]
    fn what_decides_is_known_by_name_place_and_commands() {
        let named =
            NamedFiles { run: ["tools/run-all".to_owned()].into(), compared: ["want.txt".to_owned()].into() };
        for (path, expected) in [
            ("tests/a.py", true),
            ("src/lib.rs", true),
            ("src/lib.py", false),
            (".github/workflows/ci.yml", false),
            ("pyproject.toml", true),
            ("tests/golden/a.txt", true),
            ("tests/data/cases.json", true),
            ("specs/feature.md", false),
            ("tools/run-all", true),
            ("want.txt", true),
            ("sitecustomize.py", true),
            ("README.md", false),
        ] {
            assert_eq!(is_validator(path, &named), expected, "{path}");
        }
    }
}
