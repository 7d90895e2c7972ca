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
