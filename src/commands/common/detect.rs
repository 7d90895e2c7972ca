//! Guesses the test commands of a project, ready to paste into its configuration.

use std::path::Path;

/// The commands that the files in the project root speak for.
pub(crate) fn commands(root: &Path) -> Vec<&'static str> {
    let has = |name: &str| root.join(name).exists();
    let says = |name: &str, text: &str| {
        std::fs::read_to_string(root.join(name)).is_ok_and(|content| content.contains(text))
    };
    let mut found = Vec::new();
    for (there, command) in [
        (has("Cargo.toml"), "cargo test"),
        (says("package.json", "\"test\""), "npm test"),
        (has("go.mod"), "go test ./..."),
        (has("pyproject.toml") || has("pytest.ini") || has("setup.py"), "python -m pytest"),
        (has("pom.xml"), "mvn -q test"),
        (has("build.gradle") || has("build.gradle.kts"), "./gradlew test"),
        (has("CMakeLists.txt"), "ctest --test-dir build"),
        (says("Makefile", "\ntest:") || says("Makefile", "\ncheck:"), "make test"),
    ] {
        if there {
            found.push(command);
        }
    }
    found
}

/// A configuration ready to paste.
pub(crate) fn snippet(root: &Path) -> String {
    let commands = match commands(root).as_slice() {
        [] => "\"...\"".to_owned(),
        found => found.iter().map(|command| format!("{command:?}")).collect::<Vec<_>>().join(", "),
    };
    format!("[validation]\ncommands = [{commands}]")
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    #[test]
    fn the_test_command_of_a_project_is_read_off_its_files() {
        let table: [(&[(&str, &str)], &str); 6] = [
            (&[], "\"...\""),
            (&[("Cargo.toml", "")], "\"cargo test\""),
            (&[("package.json", r#"{"scripts": {"test": "jest"}}"#)], "\"npm test\""),
            (&[("package.json", "{}")], "\"...\""),
            (&[("go.mod", ""), ("Makefile", "all:\ntest:\n")], r#""go test ./...", "make test""#),
            (&[("Makefile", "all:\n")], "\"...\""),
        ];
        for (files, commands) in table {
            let dir = tempfile::tempdir().unwrap();
            for (name, text) in files {
                std::fs::write(dir.path().join(name), text).unwrap();
            }
            let expected = format!("[validation]\ncommands = [{commands}]");
            assert_eq!(snippet(dir.path()), expected, "{files:?}");
        }
    }
}
