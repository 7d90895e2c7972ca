//! Sorts files by their part in the validation: tests, build files, scripts, and files read in place of
//! others.

/// What a file is to the validation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FileKind {
    /// It holds tests.
    Test,
    /// It may hold tests between its code.
    Source,
    /// It says how the project is built and tested.
    Build,
    /// It says what runs elsewhere: told, and nothing of it decides here.
    Pipeline,
    /// It holds what results are compared with: told, and no line of it says anything.
    Expected,
    /// A command of the validation runs it.
    Named,
}

/// Languages whose files may be tests.
const LANGUAGES: &[&str] = &[
    "rs", "py", "js", "jsx", "ts", "tsx", "mjs", "cjs", "mts", "cts", "go", "java", "kt", "scala", "groovy",
    "cs", "fs", "rb", "php", "c", "cc", "cpp", "cxx", "h", "hpp", "swift", "ex", "exs", "sh", "bash", "bats",
    "lua", "zig",
];

/// Folders that hold tests.
const FOLDERS: &[&str] =
    &["tests", "test", "__tests__", "spec", "specs", "testing", "e2e", "integration-tests"];

/// Files that say how a project is built and tested, wherever they are.
const BUILD_FILES: &[&str] = &[
    "Cargo.toml",
    "build.rs",
    "nextest.toml",
    "package.json",
    "pyproject.toml",
    "pytest.ini",
    "setup.cfg",
    "tox.ini",
    "noxfile.py",
    "conftest.py",
    "go.mod",
    "Makefile",
    "makefile",
    "GNUmakefile",
    "justfile",
    "Justfile",
    "Taskfile.yml",
    "CMakeLists.txt",
    "CTestTestfile.cmake",
    "pom.xml",
    "build.gradle",
    "build.gradle.kts",
    "settings.gradle",
    "settings.gradle.kts",
    "pytest.toml",
    ".pytest.ini",
    ".pytest.toml",
    "rust-toolchain",
    "rust-toolchain.toml",
    ".env",
    ".npmrc",
    "gradlew",
    "mvnw",
    "manage.py",
    "Rakefile",
];

/// Files that are read in the place of others, or besides them, as soon as they are there.
const TAKING_OVER: &[&str] = &[
    "GNUmakefile",
    "makefile",
    ".npmrc",
    ".env",
    "build.rs",
    "rust-toolchain",
    "rust-toolchain.toml",
    "pytest.toml",
    "pytest.ini",
    ".pytest.toml",
    ".pytest.ini",
    "pyproject.toml",
    "setup.cfg",
    "tox.ini",
    "conftest.py",
];

/// Tools that check something: what configures one says what it looks at. That a file belongs to a tool is
/// in no structure but its name.
const CHECKERS: &[&str] = &[
    "ava",
    "bandit",
    "biome",
    "c8",
    "checkstyle",
    "clippy",
    "coverage",
    "cypress",
    "detekt",
    "eslint",
    "flake8",
    "golangci",
    "jest",
    "karma",
    "markdownlint",
    "mocha",
    "mypy",
    "nextest",
    "nyc",
    "oxlint",
    "phpcs",
    "phpstan",
    "phpunit",
    "playwright",
    "prettier",
    "psalm",
    "pylint",
    "pyright",
    "pyrightconfig",
    "pytest",
    "rspec",
    "rubocop",
    "ruff",
    "shellcheck",
    "standard",
    "stylelint",
    "swiftlint",
    "tox",
    "tsconfig",
    "tslint",
    "vitest",
    "yamllint",
];

/// How such a file ends that is nothing but settings.
const SETTINGS: &[&str] =
    &["json", "jsonc", "json5", "yml", "yaml", "toml", "ini", "cfg", "xml", "dist", "neon"];

/// Whether a file configures a tool that checks: `.mocharc.yml`, `jest.config.js`, `.eslintignore`, `mypy.ini`.
fn configures_checker(name: &str) -> bool {
    let lower = name.trim_start_matches('.').to_ascii_lowercase();
    let (stem, behind) = lower.split_once('.').unwrap_or((&lower, ""));
    let bare = stem.strip_suffix("rc").or_else(|| stem.strip_suffix("ignore"));
    let Some(tool) = [Some(stem), bare].into_iter().flatten().find(|tool| CHECKERS.contains(tool)) else {
        return false;
    };
    let settings = |part: &str| SETTINGS.contains(&part);
    let mut parts = behind.split('.').filter(|part| !part.is_empty());
    match parts.next() {
        // `.eslintrc`, `.rspec`, `.flake8`: nothing else is written like them.
        None => tool != stem || name.starts_with('.'),
        Some("config" | "conf" | "setup") => true,
        Some(first) if tool != stem => settings(first) || matches!(first, "js" | "cjs" | "mjs" | "ts"),
        Some(first) => settings(first) || tool == "tsconfig" && parts.all(settings),
    }
}

/// Folders of what results are compared with.
const EXPECTED: &[&str] =
    &["golden", "goldens", "fixtures", "snapshots", "__snapshots__", "testdata", "expected"];

/// Files that a runner loads in the place of its own module of that name.
const IMPOSTORS: &[&str] = &["unittest.py", "pytest.py", "sitecustomize.py", "usercustomize.py"];

/// Whether a new file may change what a command means that was there before.
pub(in crate::validate) fn takes_over(path: &str) -> bool {
    let name = name(path);
    TAKING_OVER.contains(&name) || configures_checker(name) || is_of_cargo(path) || is_impostor(path)
}

/// Whether a new file runs in the place of what a command means by that name.
pub(super) fn is_impostor(path: &str) -> bool {
    let package = path.split_once('/').is_some_and(|(package, file)| {
        ["unittest", "pytest", "_pytest"].contains(&package) && ["__init__.py", "__main__.py"].contains(&file)
    });
    package || IMPOSTORS.contains(&name(path))
}

/// Whether a file lies beside tests, and they may read it. Documents are read by people.
pub(super) fn is_test_data(path: &str) -> bool {
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    let is_document = name.rsplit_once('.').is_some_and(|(_, extension)| extension == "md");
    !is_document && folders.split('/').any(|folder| FOLDERS.contains(&folder))
}

/// The configuration of cargo, by its new or its old name.
fn is_of_cargo(path: &str) -> bool {
    [".cargo/config.toml", ".cargo/config"]
        .iter()
        .any(|config| path.strip_suffix(config).is_some_and(|rest| rest.is_empty() || rest.ends_with('/')))
}

/// Whether a file may hold code: what came there may have been moved there.
pub(super) fn holds_code(path: &str) -> bool {
    let extension = name(path).rsplit_once('.').map_or("", |(_, extension)| extension);
    LANGUAGES.contains(&extension) || kind(path) == Some(FileKind::Build)
}

/// The files that `make` no longer reads once this one is there.
pub(super) fn hidden_by(path: &str) -> Vec<String> {
    let others: &[&str] = match name(path) {
        "GNUmakefile" => &["makefile", "Makefile"],
        "makefile" => &["Makefile"],
        _ => &[],
    };
    let folder = &path[..path.len() - name(path).len()];
    others.iter().map(|other| format!("{folder}{other}")).collect()
}

/// The last part of a path.
pub(super) fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// What a file is to the validation; `None` if it has nothing to do with it.
pub(super) fn kind(path: &str) -> Option<FileKind> {
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let config = configures_checker(name) || stem.starts_with("vite.config") || extension == "mk";
    if path.starts_with(".github/workflows/") || name == ".gitlab-ci.yml" {
        return Some(FileKind::Pipeline);
    }
    if BUILD_FILES.contains(&name) || is_of_cargo(path) || config {
        return Some(FileKind::Build);
    }
    let expected = extension == "snap" || folders.split('/').any(|folder| EXPECTED.contains(&folder));
    let expected = expected.then_some(FileKind::Expected);
    if !LANGUAGES.contains(&extension) {
        return expected;
    }
    let in_folder = folders.split('/').any(|folder| FOLDERS.contains(&folder));
    let lower = stem.to_ascii_lowercase();
    let named = lower.starts_with("test_")
        || ["_test", ".test", "-test", "_spec", ".spec", "_tests"].iter().any(|end| lower.ends_with(end))
        || ["Test", "Tests", "Spec", "IT"].iter().any(|end| stem.len() > end.len() && stem.ends_with(end))
        || matches!(lower.as_str(), "test" | "tests");
    match extension {
        _ if in_folder || named => Some(FileKind::Test),
        "rs" => Some(FileKind::Source),
        _ => expected,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_known_by_their_place_and_name() {
        for (path, expected) in [
            ("tests/it/main.rs", Some(FileKind::Test)),
            ("src/plan/tests.rs", Some(FileKind::Test)),
            ("src/snapshot_tests.rs", Some(FileKind::Test)),
            ("src/lib.rs", Some(FileKind::Source)),
            ("pkg/store_test.go", Some(FileKind::Test)),
            ("src/app.test.tsx", Some(FileKind::Test)),
            ("src/test/java/com/example/AddTest.java", Some(FileKind::Test)),
            ("src/main/java/com/example/Add.java", None),
            ("test_a.py", Some(FileKind::Test)),
            ("latest.py", None),
            ("tests/fixtures/plan.md", Some(FileKind::Expected)),
            ("tests/fixtures/mod.rs", Some(FileKind::Test)),
            ("tests/golden/a.txt", Some(FileKind::Expected)),
            ("src/__snapshots__/a.test.js.snap", Some(FileKind::Expected)),
            ("tests/conftest.py", Some(FileKind::Build)),
            ("crates/a/Cargo.toml", Some(FileKind::Build)),
            (".cargo/config.toml", Some(FileKind::Build)),
            ("crates/.cargo/config", Some(FileKind::Build)),
            ("not.cargo/config", None),
            ("app/config.toml", None),
            (".github/workflows/ci.yml", Some(FileKind::Pipeline)),
            ("vitest.config.ts", Some(FileKind::Build)),
            (".mocharc.js", Some(FileKind::Build)),
            (".eslintrc.json", Some(FileKind::Build)),
            (".eslintignore", Some(FileKind::Build)),
            (".flake8", Some(FileKind::Build)),
            ("tsconfig.base.json", Some(FileKind::Build)),
            ("web/mypy.ini", Some(FileKind::Build)),
            ("phpunit.xml.dist", Some(FileKind::Build)),
            (".golangci.yml", Some(FileKind::Build)),
            ("build/checks.mk", Some(FileKind::Build)),
            ("src/jest.js", None),
            ("src/coverage.py", None),
            ("mocha", None),
            ("ruff.md", None),
            ("README.md", None),
        ] {
            assert_eq!(kind(path), expected, "{path}");
        }
    }
}
