//! Guesses the test commands of a project, ready to paste into its configuration.

use std::path::Path;

/// The commands that the files in the project root speak for, those of its ecosystem first.
pub(crate) fn commands(root: &Path) -> Vec<String> {
    let project = ProjectRoot(root);
    let of_files = [
        ("Cargo.toml", "cargo test"),
        ("go.mod", "go test ./..."),
        ("deno.json", "deno test"),
        ("mix.exs", "mix test"),
        ("pom.xml", "mvn -q test"),
        ("build.gradle", "./gradlew test"),
        ("build.gradle.kts", "./gradlew test"),
        ("CMakeLists.txt", "ctest --test-dir build"),
    ];
    let of_files =
        of_files.into_iter().filter(|(file, _)| project.has(file)).map(|(_, command)| command.to_owned());
    let solution = project.has_ending(&[".sln", ".csproj"]).then(|| "dotnet test".to_owned());
    let rspec = (project.has("Gemfile") && project.has("spec")).then(|| "bundle exec rspec".to_owned());
    let composer = project.says("composer.json", "\"test\"").then(|| "composer test".to_owned());
    let tasks = [
        (["justfile", "Justfile"], "\ntest:", "just test"),
        (["Makefile", "makefile"], "\ntest:", "make test"),
        (["Makefile", "makefile"], "\ncheck:", "make check"),
    ];
    let task = tasks.iter().find(|(files, target, _)| files.iter().any(|file| project.says(file, target)));
    let task = task.map(|(_, _, command)| (*command).to_owned());
    let found = of_files.chain(project.javascript()).chain(project.python()).chain(solution);
    let mut found: Vec<String> = found.chain(rspec).chain(composer).chain(task).collect();
    found.dedup();
    found
}

struct ProjectRoot<'a>(&'a Path);

impl ProjectRoot<'_> {
    fn has(&self, name: &str) -> bool {
        self.0.join(name).exists()
    }

    /// A file of the root begins a line so; a first line counts, too.
    fn says(&self, name: &str, text: &str) -> bool {
        std::fs::read_to_string(self.0.join(name)).is_ok_and(|content| format!("\n{content}").contains(text))
    }

    fn has_ending(&self, endings: &[&str]) -> bool {
        let files = std::fs::read_dir(self.0).into_iter().flatten().flatten();
        files.into_iter().any(|file| {
            let name = file.file_name();
            endings.iter().any(|ending| name.to_string_lossy().ends_with(ending))
        })
    }

    /// The script `test`, by the package manager whose lock file is there.
    fn javascript(&self) -> Option<String> {
        let managers =
            [("pnpm-lock.yaml", "pnpm"), ("yarn.lock", "yarn"), ("bun.lock", "bun"), ("bun.lockb", "bun")];
        let manager = managers.iter().find(|(lock, _)| self.has(lock)).map_or("npm", |(_, manager)| manager);
        let run = if manager == "bun" { "bun run test".to_owned() } else { format!("{manager} test") };
        self.says("package.json", "\"test\"").then_some(run)
    }

    /// pytest, by whatever has its environment.
    fn python(&self) -> Option<String> {
        let is_python =
            ["pyproject.toml", "pytest.ini", "setup.py", "setup.cfg"].iter().any(|file| self.has(file));
        let launchers = [
            ("uv.lock", "uv run pytest"),
            ("poetry.lock", "poetry run pytest"),
            ("pdm.lock", "pdm run pytest"),
            ("tox.ini", "tox"),
            (".venv/bin/python", ".venv/bin/python -m pytest"),
            ("venv/bin/python", "venv/bin/python -m pytest"),
        ];
        let launcher = launchers.iter().find(|(file, _)| self.has(file));
        let command = launcher.map_or("python -m pytest", |(_, command)| command);
        (is_python || self.has("tox.ini")).then(|| command.to_owned())
    }
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
        let table: [(&[(&str, &str)], &str); 14] = [
            (&[], "\"...\""),
            (&[("Cargo.toml", "")], "\"cargo test\""),
            (&[("package.json", r#"{"scripts": {"test": "jest"}}"#)], "\"npm test\""),
            (&[("package.json", "{}")], "\"...\""),
            (&[("go.mod", ""), ("Makefile", "all:\ntest:\n")], r#""go test ./...", "make test""#),
            (&[("Makefile", "all:\n")], "\"...\""),
            (&[("Makefile", "check:\n")], "\"make check\""),
            (&[("package.json", r#"{"scripts": {"test": "x"}}"#), ("pnpm-lock.yaml", "")], "\"pnpm test\""),
            (&[("package.json", r#"{"scripts": {"test": "x"}}"#), ("bun.lock", "")], "\"bun run test\""),
            (&[("pyproject.toml", ""), ("uv.lock", "")], "\"uv run pytest\""),
            (&[("pyproject.toml", "")], "\"python -m pytest\""),
            (&[("tox.ini", "")], "\"tox\""),
            (&[("App.csproj", "")], "\"dotnet test\""),
            (&[("Justfile", "test:\n  x\n")], "\"just test\""),
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
