//! Tells which files decide about a verdict, and what a step did to them.

use std::collections::BTreeMap;

use super::named::NamedFiles;
use super::weakening::{decides, takes_over};

/// What was done to the files that decide.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ValidatorChanges {
    /// They were there before, and are changed or gone.
    pub changed: Vec<String>,
    /// New files that are read besides those that were there, or in their place.
    pub shadows: Vec<String>,
    /// New tests, and what they need.
    pub written: Vec<String>,
}

impl ValidatorChanges {
    /// What differs between two moments; `shadows` says whether a new file hides a module that a runner loads.
    pub(crate) fn between<T: PartialEq>(
        before: &BTreeMap<String, T>,
        after: &BTreeMap<String, T>,
        shadows: impl Fn(&str) -> bool,
    ) -> Self {
        let mut changes = Self::default();
        let changed = before.iter().filter(|(path, file)| after.get(*path) != Some(file));
        changes.changed.extend(changed.map(|(path, _)| path.clone()));
        for path in after.keys().filter(|path| !before.contains_key(*path)) {
            let list =
                if takes_over(path) || shadows(path) { &mut changes.shadows } else { &mut changes.written };
            list.push(path.clone());
        }
        changes
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.changed.is_empty() && self.shadows.is_empty() && self.written.is_empty()
    }

    /// What was there before has another say now.
    pub(crate) fn alters(&self) -> bool {
        !self.changed.is_empty() || !self.shadows.is_empty()
    }
}

/// Whether a file decides about a verdict: a test, the configuration of a runner, what results are compared
/// with, or what a command runs to check something.
pub(crate) fn is_validator(path: &str, named: &NamedFiles) -> bool {
    decides(path) || takes_over(path) || named.run.contains(path) || named.compared.contains(path)
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
        let before = files(&[("tests/a.py", 1), ("tests/b.py", 1), ("tests/c.py", 1)]);
        let after = files(&[
            ("tests/a.py", 1),
            ("tests/b.py", 2),
            ("tests/d.py", 1),
            ("conftest.py", 1),
            ("pluggy.py", 1),
        ]);
        let list = |paths: &[&str]| paths.iter().map(|&path| path.to_owned()).collect::<Vec<_>>();
        let changes = ValidatorChanges::between(&before, &after, |path| path == "pluggy.py");
        let expected = ValidatorChanges {
            changed: list(&["tests/b.py", "tests/c.py"]),
            shadows: list(&["conftest.py", "pluggy.py"]),
            written: list(&["tests/d.py"]),
        };
        assert_eq!(changes, expected);
        assert!(ValidatorChanges::between(&before, &before, |_| true).is_empty());
    }

    #[test]
    fn what_decides_is_known_by_name_place_and_commands() {
        let named = NamedFiles {
            run: ["tools/run-all".to_owned()].into(),
            compared: ["want.txt".to_owned()].into(),
        };
        for (path, expected) in [
            ("tests/a.py", true),
            ("src/lib.rs", false),
            (".github/workflows/ci.yml", false),
            ("pyproject.toml", true),
            ("tests/golden/a.txt", true),
            ("tools/run-all", true),
            ("want.txt", true),
            ("sitecustomize.py", true),
            ("README.md", false),
        ] {
            assert_eq!(is_validator(path, &named), expected, "{path}");
        }
    }
}
