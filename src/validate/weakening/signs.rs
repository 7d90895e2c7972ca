//! How tests look: which files hold them, and which lines assert, skip or hide something.

use std::sync::LazyLock;

use regex::Regex;

/// What a file is to the validation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// It holds tests.
    Test,
    /// It may hold tests between its code.
    Source,
    /// It says how the project is built and tested.
    Build,
    /// It says what runs elsewhere: told, and nothing of it decides here.
    Pipeline,
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
    "config.toml",
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
    ".npmrc",
    ".mocharc.json",
    ".mocharc.yml",
];

/// Files that are read in the place of others, or besides them, as soon as they are there.
const TAKING_OVER: &[&str] = &["GNUmakefile", "makefile", ".npmrc", "pytest.ini", "tox.ini", "conftest.py"];

/// Files that a runner loads in the place of its own module of that name.
const IMPOSTORS: &[&str] = &["unittest.py", "pytest.py", "sitecustomize.py", "usercustomize.py"];

/// Whether a new file may change what a command means that was there before.
pub(super) fn takes_over(path: &str) -> bool {
    TAKING_OVER.contains(&name(path)) || is_impostor(path)
}

/// Whether a new file runs in the place of what a command means by that name.
pub(super) fn is_impostor(path: &str) -> bool {
    IMPOSTORS.contains(&name(path))
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

fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// What a file is to the validation; `None` if it has nothing to do with it.
pub(super) fn kind(path: &str) -> Option<Kind> {
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let config = ["jest", "vitest", "vite", "karma", "playwright", "cypress"]
        .iter()
        .any(|tool| stem.starts_with(&format!("{tool}.config")));
    if path.starts_with(".github/workflows/") || name == ".gitlab-ci.yml" {
        return Some(Kind::Pipeline);
    }
    let known = BUILD_FILES.contains(&name)
        && (name != "config.toml" || folders.rsplit('/').next() == Some(".cargo"));
    if known || config {
        return Some(Kind::Build);
    }
    if !LANGUAGES.contains(&extension) {
        return None;
    }
    let in_folder = folders.split('/').any(|folder| FOLDERS.contains(&folder));
    let lower = stem.to_ascii_lowercase();
    let named = lower.starts_with("test_")
        || ["_test", ".test", "-test", "_spec", ".spec", "_tests"].iter().any(|end| lower.ends_with(end))
        || ["Test", "Tests", "Spec", "IT"].iter().any(|end| stem.len() > end.len() && stem.ends_with(end))
        || matches!(lower.as_str(), "test" | "tests");
    match extension {
        _ if in_folder || named => Some(Kind::Test),
        "rs" => Some(Kind::Source),
        _ => None,
    }
}

/// A pattern that is a constant; the tests use every one of them.
fn pattern(text: &'static str) -> Option<Regex> {
    Regex::new(text).ok()
}

static ASSERTS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?x) \b(?:prop_|insta::)?assert\w*!?\s*[(\[{\s.]
        | (?:^|[^.\w])expect\w*\( | \.should\b | \bshould\.
        | \brequire\.[A-Z]\w*\( | \bt\.(?:Error|Fatal|Fail)\w*\(
        | \bAssert\.\w+ | \b(?:EXPECT|ASSERT|CHECK|REQUIRE)(?:_\w+)?\( | \bshould_panic\b | \bpanic!\(",
    )
});

/// Lines that ask in a shell script.
static ASKS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(r"(?:^|[;&|!]\s*|if\s+|\s)(?:test|\[\[?|grep|diff|cmp)\s|\bexit\s+[1-9$]|\bset\s+-\w*e")
});

/// Lines that run tests or another check, in build files and scripts.
static RUNS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?x) \b(?:cargo|npm|pnpm|yarn|bun|go|make|dotnet|mvn|gradlew?|rake|mix|swift|deno|zig)\s+(?:run\s+)?(?:[\w:-]*test\w*|check|clippy|lint|verify|vet)\b
        | \b(?:pytest|unittest|nox|tox|jest|vitest|mocha|ava|ctest|phpunit|rspec|bats|nextest|mypy|pyright|ruff|eslint|tsc|shellcheck)\b",
    )
});

static SKIPS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?x) \#\[(?:cfg_attr\(.*,\s*)?ignore\b
        | @(?:pytest\.mark\.|unittest\.)?(?:skip\w*|xfail)\b | \bpytest\.(?:skip|xfail|importorskip)\( | \.skipTest\(
        | \b(?:it|test|describe|context|suite|specify)\.(?:skip|only|todo|fixme)\b
        | (?:^|[^.\w])(?:xit|xtest|xdescribe|fit|fdescribe)\(
        | \bt\.Skip\w*\( | @(?:Disabled|Ignore)\b | \[Ignore\b | \bSkip\s*=\s*\x22 | \bGTEST_SKIP\b",
    )
});

/// What switches tests off, or hides that they fail, in build files and scripts.
static HIDES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?x) \|\|\s*(?:true|:|exit\s+0|echo)\b?  | \bset\s+\+e | \bexit\s+0\b | --pass-?[wW]ith-?[nN]o-?[tT]ests
        | \bpassWithNoTests\b | --no-run\b | --if-present\b | --exit-zero\b
        | ^\s*(?:test|doctest|autotests)\s*=\s*false
        | --(?:deselect|ignore|skip|collect-only|listTests|dry-run|just-print)\b | \bos\._exit\( | \bexitstatus\s*=
        | \bdef\s+pytest_(?:collection_modifyitems|ignore_collect|runtest_\w+|pyfunc_call|sessionfinish|cmdline_main)\b | \bcollect_ignore | \btestPathIgnorePatterns\b
        | ^\s*(?:export\s+|override\s+)*(?:SHELL|\.SHELLFLAGS|(?:GNU)?MAKEFLAGS)\s*[:+?!]*= | ^\s*script-shell\s*=
        | \b(?:skipTests|maven\.test\.skip|testFailureIgnore|ignoreFailures)\b | ^\t@?-",
    )
});

static COMMENT: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"^\s*(?://|\#[^\[]|\#$|\*|/\*|use\s|import\s|from\s|const\s.*\brequire\()"));

fn matches(pattern: &LazyLock<Option<Regex>>, line: &str) -> bool {
    pattern.as_ref().is_some_and(|pattern| pattern.is_match(line))
}

impl Kind {
    /// Whether a line holds an assertion.
    pub(super) fn asserts(self, line: &str) -> bool {
        if matches(&COMMENT, line) {
            return false;
        }
        match self {
            Self::Test | Self::Source => matches(&ASSERTS, line),
            Self::Named => matches(&ASSERTS, line) || matches(&ASKS, line) || matches(&RUNS, line),
            Self::Build => matches(&RUNS, line),
            Self::Pipeline => false,
        }
    }

    /// Whether a line skips a test, switches tests off or hides that they fail.
    pub(super) fn weakens(self, line: &str) -> bool {
        match self {
            Self::Test | Self::Source => !matches(&COMMENT, line) && matches(&SKIPS, line),
            Self::Named | Self::Build => matches(&HIDES, line) || matches(&SKIPS, line),
            Self::Pipeline => false,
        }
    }

    /// What such a line means.
    pub(super) fn say_weakened(self) -> &'static str {
        match self {
            Self::Test | Self::Source => "a test is skipped that was not",
            Self::Named | Self::Build | Self::Pipeline => "tests are switched off, or their failures hidden",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_known_by_their_place_and_name() {
        for (path, expected) in [
            ("tests/it/main.rs", Some(Kind::Test)),
            ("src/plan/tests.rs", Some(Kind::Test)),
            ("src/snapshot_tests.rs", Some(Kind::Test)),
            ("src/lib.rs", Some(Kind::Source)),
            ("pkg/store_test.go", Some(Kind::Test)),
            ("src/app.test.tsx", Some(Kind::Test)),
            ("src/test/java/com/example/AddTest.java", Some(Kind::Test)),
            ("src/main/java/com/example/Add.java", None),
            ("test_a.py", Some(Kind::Test)),
            ("latest.py", None),
            ("tests/fixtures/plan.md", None),
            ("tests/conftest.py", Some(Kind::Build)),
            ("crates/a/Cargo.toml", Some(Kind::Build)),
            (".cargo/config.toml", Some(Kind::Build)),
            ("app/config.toml", None),
            (".github/workflows/ci.yml", Some(Kind::Pipeline)),
            ("vitest.config.ts", Some(Kind::Build)),
            ("README.md", None),
        ] {
            assert_eq!(kind(path), expected, "{path}");
        }
    }
}
