//! The commands that a project has for its own tests, lint and build, read off its files.

use std::path::Path;

use super::ProjectFiles;
use crate::facts::Expectation;
use crate::plan::criterion::{CommandLine, CriterionKind};
use crate::plan::names::own_check::{OwnCheck, own_checks};
use crate::plan::{Criterion, Diagnostic, Reading, Severity};

const WHY: &str = "the project's own command for what the sentence says";

/// Makes commands of the sentences that mean a check of the project's own: `All tests pass`.
pub(crate) fn bind(reading: &mut Reading, files: &dyn ProjectFiles, root: &Path) {
    let steps = reading.plan.steps.iter_mut().flat_map(|step| &mut step.criteria);
    let mut unknown = Vec::new();
    for criterion in steps.chain(&mut reading.plan.criteria) {
        let checks = match criterion.kind {
            CriterionKind::Prose if !criterion.unrun => own_checks(&criterion.text),
            _ => continue,
        };
        let all: Option<Vec<String>> =
            checks.iter().map(|check| commands(files, root, *check).into_iter().next()).collect();
        match all {
            Some(all) if all.is_empty() => {}
            Some(all) => {
                let (script, dir, expectation) = (all.join(" && "), None, Expectation::default());
                criterion.kind =
                    CriterionKind::Command(CommandLine { script, dir, expectation, changes: false });
                criterion.why = WHY;
            }
            None => unknown.push(no_command(criterion)),
        }
    }
    reading.diagnostics.extend(unknown);
    reading.diagnostics.sort_by_key(|diagnostic| diagnostic.span.start);
}

/// A project that has no command for what a sentence says.
fn no_command(criterion: &Criterion) -> Diagnostic {
    Diagnostic {
        severity: Severity::Warning,
        code: "no-own-command",
        span: criterion.span.clone(),
        message: format!("`{}`: agentrun finds no command for that in this project", criterion.text).into(),
        help: Some("write the command behind it, as code; without one the judge decides".into()),
    }
}

/// The commands for the project's tests, those of its ecosystem first.
pub(crate) fn tests(files: &dyn ProjectFiles, root: &Path) -> Vec<String> {
    commands(files, root, OwnCheck::Tests)
}

/// The commands that the files in the project root speak for.
fn commands(files: &dyn ProjectFiles, root: &Path, check: OwnCheck) -> Vec<String> {
    let project = OwnProject { files, root };
    let mut found: Vec<String> = OF_FILES
        .iter()
        .filter(|(file, of, _)| *of == check && project.has(file))
        .map(|(.., command)| (*command).to_owned())
        .chain(project.javascript(check))
        .chain(project.python(check))
        .chain(project.others(check))
        .chain(project.task(check))
        .collect();
    found.dedup();
    found
}

/// Of a file, for what, and the command.
const OF_FILES: &[(&str, OwnCheck, &str)] = &[
    ("Cargo.toml", OwnCheck::Tests, "cargo test"),
    ("Cargo.toml", OwnCheck::Lint, "cargo clippy --all-targets -- -D warnings"),
    ("Cargo.toml", OwnCheck::Format, "cargo fmt --check"),
    ("Cargo.toml", OwnCheck::Types, "cargo check --all-targets"),
    ("Cargo.toml", OwnCheck::Build, "cargo build"),
    (".golangci.yml", OwnCheck::Lint, "golangci-lint run"),
    (".golangci.yaml", OwnCheck::Lint, "golangci-lint run"),
    ("go.mod", OwnCheck::Tests, "go test ./..."),
    ("go.mod", OwnCheck::Lint, "go vet ./..."),
    ("go.mod", OwnCheck::Format, "test -z \"$(gofmt -l .)\""),
    ("go.mod", OwnCheck::Types, "go vet ./..."),
    ("go.mod", OwnCheck::Build, "go build ./..."),
    ("deno.json", OwnCheck::Tests, "deno test"),
    ("deno.json", OwnCheck::Lint, "deno lint"),
    ("deno.json", OwnCheck::Format, "deno fmt --check"),
    ("deno.json", OwnCheck::Types, "deno check ."),
    ("deno.jsonc", OwnCheck::Tests, "deno test"),
    ("deno.jsonc", OwnCheck::Lint, "deno lint"),
    ("mix.exs", OwnCheck::Tests, "mix test"),
    ("mix.exs", OwnCheck::Format, "mix format --check-formatted"),
    ("mix.exs", OwnCheck::Build, "mix compile"),
    ("pom.xml", OwnCheck::Tests, "mvn -q test"),
    ("pom.xml", OwnCheck::Build, "mvn -q compile"),
    ("build.gradle", OwnCheck::Tests, "./gradlew test"),
    ("build.gradle", OwnCheck::Build, "./gradlew assemble"),
    ("build.gradle.kts", OwnCheck::Tests, "./gradlew test"),
    ("build.gradle.kts", OwnCheck::Build, "./gradlew assemble"),
    ("CMakeLists.txt", OwnCheck::Tests, "ctest --test-dir build"),
    ("CMakeLists.txt", OwnCheck::Build, "cmake --build build"),
    (".rubocop.yml", OwnCheck::Lint, "bundle exec rubocop"),
];

struct OwnProject<'a> {
    files: &'a dyn ProjectFiles,
    root: &'a Path,
}

impl OwnProject<'_> {
    fn has(&self, name: &str) -> bool {
        let path = self.root.join(name);
        self.files.has_file(&path) || self.files.has_folder(&path)
    }

    /// A file of the root holds this text; a first line counts as one behind a line end.
    fn says(&self, name: &str, text: &str) -> bool {
        self.files.text(&self.root.join(name)).is_some_and(|content| format!("\n{content}").contains(text))
    }

    /// A script of `package.json`, by the package manager whose lock file is there.
    fn javascript(&self, check: OwnCheck) -> Option<String> {
        let scripts: &[&str] = match check {
            OwnCheck::Tests => &["test"],
            OwnCheck::Lint => &["lint"],
            OwnCheck::Format => &["format:check", "fmt:check", "check:format", "prettier:check"],
            OwnCheck::Types => &["typecheck", "type-check", "check-types", "tsc"],
            OwnCheck::Build => &["build"],
        };
        let managers =
            [("pnpm-lock.yaml", "pnpm"), ("yarn.lock", "yarn"), ("bun.lock", "bun"), ("bun.lockb", "bun")];
        let manager = managers.iter().find(|(lock, _)| self.has(lock)).map_or("npm", |(_, manager)| manager);
        let has = |script: &&&str| self.says("package.json", &format!("\"{script}\""));
        let script = scripts.iter().find(has).map(|script| match (manager, *script) {
            ("bun", _) => format!("bun run {script}"),
            (_, "test") => format!("{manager} test"),
            _ => format!("{manager} run {script}"),
        });
        let compiler = check == OwnCheck::Types && self.has("tsconfig.json") && self.has("package.json");
        script.or_else(|| compiler.then(|| "npx --no-install tsc --noEmit".to_owned()))
    }

    /// A tool of Python, by whatever has its environment.
    fn python(&self, check: OwnCheck) -> Option<String> {
        let set_up = |table: &str, files: &[&str]| {
            files.iter().any(|file| self.has(file))
                || self.says("pyproject.toml", &format!("\n[tool.{table}"))
        };
        let is_project =
            ["pyproject.toml", "pytest.ini", "setup.py", "setup.cfg"].iter().any(|file| self.has(file));
        let (tool, rest, wanted) = match check {
            OwnCheck::Tests if self.has("tox.ini") && !self.has("uv.lock") && !self.has("poetry.lock") => {
                return Some("tox".to_owned());
            }
            OwnCheck::Tests => ("pytest", "", is_project || self.has("tox.ini")),
            OwnCheck::Lint if set_up("ruff", &["ruff.toml", ".ruff.toml"]) => ("ruff", " check .", true),
            OwnCheck::Lint => ("flake8", "", set_up("flake8", &[".flake8"])),
            OwnCheck::Format if set_up("ruff", &["ruff.toml", ".ruff.toml"]) => {
                ("ruff", " format --check .", true)
            }
            OwnCheck::Format => ("black", " --check .", set_up("black", &[])),
            OwnCheck::Types => ("mypy", " .", set_up("mypy", &["mypy.ini", ".mypy.ini"])),
            OwnCheck::Build => return None,
        };
        let launchers = [
            ("uv.lock", "uv run "),
            ("poetry.lock", "poetry run "),
            ("pdm.lock", "pdm run "),
            (".venv/bin/python", ".venv/bin/python -m "),
            ("venv/bin/python", "venv/bin/python -m "),
        ];
        let launcher = launchers.iter().find(|(file, _)| self.has(file));
        let launcher = launcher.map_or("python -m ", |(_, launcher)| launcher);
        wanted.then(|| format!("{launcher}{tool}{rest}"))
    }

    fn others(&self, check: OwnCheck) -> Option<String> {
        let ends = |ending: &str| self.files.files(self.root).iter().any(|name| name.ends_with(ending));
        let scripts = match check {
            OwnCheck::Tests => "test",
            OwnCheck::Lint => "lint",
            OwnCheck::Format => "format:check",
            OwnCheck::Types => "analyse",
            OwnCheck::Build => "build",
        };
        let rspec = check == OwnCheck::Tests && self.has("Gemfile") && self.has("spec");
        let composer = self.says("composer.json", &format!("\"{scripts}\""));
        let dotnet = match check {
            OwnCheck::Tests => Some("dotnet test"),
            OwnCheck::Build | OwnCheck::Types => Some("dotnet build"),
            OwnCheck::Format => Some("dotnet format --verify-no-changes"),
            OwnCheck::Lint => None,
        };
        let dotnet = dotnet.filter(|_| ends(".sln") || ends(".slnx") || ends(".csproj")).map(str::to_owned);
        dotnet
            .or_else(|| rspec.then(|| "bundle exec rspec".to_owned()))
            .or_else(|| composer.then(|| format!("composer {scripts}")))
    }

    /// A recipe of a task runner.
    fn task(&self, check: OwnCheck) -> Option<String> {
        let recipes: &[&str] = match check {
            OwnCheck::Tests => &["test", "check"],
            OwnCheck::Lint => &["lint"],
            OwnCheck::Format => &["fmt-check", "format-check"],
            OwnCheck::Types => &["typecheck", "types"],
            OwnCheck::Build => &["build"],
        };
        let runners = [("just", ["justfile", "Justfile"]), ("make", ["Makefile", "makefile"])];
        let has = |files: [&str; 2], recipe: &str| {
            files.iter().any(|file| self.says(file, &format!("\n{recipe}:")))
        };
        let all = runners
            .into_iter()
            .flat_map(|(runner, files)| recipes.iter().map(move |recipe| (runner, files, recipe)));
        all.into_iter()
            .find(|(_, files, recipe)| has(*files, recipe))
            .map(|(runner, _, recipe)| format!("{runner} {recipe}"))
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::OwnCheck::{Build, Format, Lint, Tests, Types};
    use super::*;
    use crate::validate::project_files::MapFiles;

    /// Names and texts.
    type Files<'a> = &'a [(&'a str, &'a str)];

    #[test]
    fn the_commands_of_a_project_are_read_off_its_files() {
        let package = r#"{"scripts": {"test": "jest", "lint": "eslint .", "build": "vite build"}}"#;
        let table: &[(Files<'_>, OwnCheck, &[&str])] = &[
            (&[], Tests, &[]),
            (&[("Cargo.toml", "")], Tests, &["cargo test"]),
            (&[("Cargo.toml", "")], Lint, &["cargo clippy --all-targets -- -D warnings"]),
            (&[("package.json", package)], Tests, &["npm test"]),
            (&[("package.json", "{}")], Tests, &[]),
            (&[("package.json", package), ("pnpm-lock.yaml", "")], Lint, &["pnpm run lint"]),
            (&[("package.json", package), ("bun.lock", "")], Tests, &["bun run test"]),
            (&[("package.json", package), ("yarn.lock", "")], Build, &["yarn run build"]),
            (&[("package.json", package), ("tsconfig.json", "")], Types, &["npx --no-install tsc --noEmit"]),
            (&[("go.mod", ""), ("Makefile", "all:\ntest:\n")], Tests, &["go test ./...", "make test"]),
            (&[("Makefile", "all:\n")], Tests, &[]),
            (&[("Makefile", "check:\n")], Tests, &["make check"]),
            (&[("Justfile", "test:\n  x\n")], Tests, &["just test"]),
            (&[("pyproject.toml", ""), ("uv.lock", "")], Tests, &["uv run pytest"]),
            (&[("pyproject.toml", "")], Tests, &["python -m pytest"]),
            (
                &[("pyproject.toml", "[tool.ruff]\n"), (".venv/bin/python", "")],
                Lint,
                &[".venv/bin/python -m ruff check ."],
            ),
            (&[("pyproject.toml", "")], Lint, &[]),
            (&[("mypy.ini", "")], Types, &["python -m mypy ."]),
            (&[("tox.ini", "")], Tests, &["tox"]),
            (&[("App.csproj", "")], Tests, &["dotnet test"]),
            (&[("Gemfile", ""), ("spec/a_spec.rb", "")], Tests, &["bundle exec rspec"]),
            (&[("composer.json", "{\"scripts\": {\"test\": \"phpunit\"}}")], Tests, &["composer test"]),
            (&[("go.mod", "")], Format, &["test -z \"$(gofmt -l .)\""]),
        ];
        let root = Path::new("/p");
        for (files, check, expected) in table {
            assert_eq!(commands(&MapFiles::new(root, files), root, *check), *expected, "{files:?} {check:?}");
        }
    }

    #[test]
    fn a_sentence_becomes_the_projects_command_or_stays_one() {
        let plan = "# P\n\n### Step 1: A\n\n**Validation Criteria:**\n- [ ] All tests pass\n- [ ] Lint is clean\n- [ ] Tests and lint pass\n\
                    - [ ] It is friendly\n- [ ] `make x` passes\n";
        let decided = |files: &[(&str, &str)]| {
            let root = Path::new("/p");
            let mut reading = crate::plan::read(plan);
            bind(&mut reading, &MapFiles::new(root, files), root);
            let criteria = reading.plan.steps.into_iter().flat_map(|step| step.criteria);
            criteria
                .map(|found| found.command().map_or("-".to_owned(), |command| command.script.clone()))
                .collect::<Vec<_>>()
        };
        assert_eq!(decided(&[]), ["-", "-", "-", "-", "make x"]);
        let package = r#"{"scripts": {"test": "jest"}}"#;
        assert_eq!(decided(&[("package.json", package)]), ["npm test", "-", "-", "-", "make x"]);
        let lint = "cargo clippy --all-targets -- -D warnings";
        let both = format!("cargo test && {lint}");
        assert_eq!(decided(&[("Cargo.toml", "")]), ["cargo test", lint, &both, "-", "make x"]);
    }
}
