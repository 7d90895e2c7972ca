//! Recognises lines that declare, assert, skip or hide tests.

use std::sync::LazyLock;

use regex::Regex;

use super::files::{FileKind, name};

/// A pattern that is a constant; the tests use every one of them.
fn pattern(text: &'static str) -> Option<Regex> {
    Regex::new(text).ok()
}

static ASSERTS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?x) \b(?:prop_|insta::)?assert\w*!?\s*[(\[{\s.]
        | (?:^|[^.\w\[])expect\w*\( | \.should\b | \bshould\.
        | \brequire\.[A-Z]\w*\( | \bt\.(?:Error|Fatal|Fail)\w*\(
        | \bAssert\.\w+ | \b(?:EXPECT|ASSERT|CHECK|REQUIRE)(?:_\w+)?\( | \bpanic!\(",
    )
});

/// Lines that make a test of what follows, or name one.
static DECLARES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?x) ^\s*\#\[(?:\w+::)*(?:test|rstest|wasm_bindgen_test)\b | ^\s*(?:async\s+)?def\s+test\w*\s*\(
        | ^\s*(?:it|test|specify)(?:\.\w+)?(?:\s*\(\s*|\s+)['\x22`] | ^func\s+(?:Test|Fuzz)\w*\( | ^@test\s
        | ^\s*@(?:Test|ParameterizedTest|RepeatedTest)\b | ^\s*\[(?:Fact|Theory|Test|TestMethod)\b
        | ^\s*TEST(?:_F|_P)?\( | ^\s*(?:public\s+)?function\s+test\w*\(",
    )
});

/// Lines that name what may be a test.
static NAMES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(r"\b(?:fn|def|func|function|void)\s+\w+|^\s*(?:it|test|specify)\b.*['\x22`]|^\s*TEST|^@test\s")
});

/// Lines by which a test holds when what it does fails.
static EXPECTS_FAILURE: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(r"\bshould_panic\b"));

/// Lines that ask in a shell script.
static ASKS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?:^|[;&|!]\s*|if\s+|\s)(?:test|\[\[?|grep|diff|cmp)\s|\bexit\s+[1-9$]|\bset\s+-\w*e|\.exit\((?:[^0)]|0[^)])|^\s*(?:raise|throw)\s",
    )
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
        r"(?x) \#\[(?:cfg_attr\(.*,\s*)?ignore\b | \#!?\[cfg\((?:any\(\)|false|FALSE)\)
        | @(?:pytest\.mark\.|unittest\.)?(?:skip\w*|xfail|expectedFailure)\b | \bmark\.(?:skip|skipif|xfail)\b
        | \bpytest\.(?:skip|xfail|importorskip)\( | \.skipTest\( | \braise\s+(?:\w+\.)?SkipTest\b
        | \b__test__\s*=\s*False\b | \bdef\s+load_tests\b
        | \b(?:it|test|describe|suite)\(.*\{[^}]*\b(?:todo|skip)\s*:\s*(?:true|['\x22`]) | \bt\.(?:skip|todo)\(
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
        | \bdef\s+pytest_(?:collection_modifyitems|collection_finish|itemcollected|ignore_collect|report_teststatus|runtest_\w+|pyfunc_call|sessionfinish|cmdline_main)\b | \bcollect_ignore | \btestPathIgnorePatterns\b
        | ^\s*(?:export\s+|override\s+)*(?:SHELL|\.SHELLFLAGS|(?:GNU)?MAKEFLAGS)\s*[:+?!]*= | ^\s*script-shell\s*=
        | \b(?:skipTests|maven\.test\.skip|testFailureIgnore|ignoreFailures)\b | ^\t@?-",
    )
});

/// What puts something else in the place of what runs the tests, or chooses among them, by the files
/// in which such a line says so.
static REDIRECTS: LazyLock<Vec<(&[&str], Option<Regex>)>> = LazyLock::new(|| {
    vec![
        (
            &["config.toml", "config"],
            pattern(r"^\s*(?:\w+\.)*(?:runner|rustc|rustc-wrapper|rustc-workspace-wrapper)\s*="),
        ),
        (&["rust-toolchain.toml"], pattern(r"^\s*path\s*=")),
        (
            &[
                "pyproject.toml",
                "setup.cfg",
                "tox.ini",
                "pytest.ini",
                ".pytest.ini",
                "pytest.toml",
                ".pytest.toml",
            ],
            pattern(
                r"(?x) (?:(?:addopts|\bpytest\b).*[\s'\x22=] | ^\s*['\x22]?)-(?:k|p\s*(?:[^n\s]|n[^o\s]))",
            ),
        ),
        (
            &[".npmrc", ".env", "package.json", "Makefile", "makefile", "GNUmakefile"],
            pattern(
                r"(?i)\bnode[-_]options\b.*(?:--require|--import|--loader|-r)\b|\b(?:PYTEST_ADDOPTS|RUSTC_WRAPPER)\s*=",
            ),
        ),
    ]
});

static COMMENT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"^\s*(?://|\#(?:[^\[!]|![^\[])|\#$|\*|/\*|use\s|import\s|from\s|const\s[^;(]*\brequire\([^)]*\)[.\w]*;?\s*$)",
    )
});

fn matches(pattern: &LazyLock<Option<Regex>>, line: &str) -> bool {
    pattern.as_ref().is_some_and(|pattern| pattern.is_match(line))
}

impl FileKind {
    /// Whether a line holds an assertion.
    pub(super) fn asserts(self, line: &str) -> bool {
        if matches(&COMMENT, line) {
            return false;
        }
        match self {
            Self::Test | Self::Source => matches(&ASSERTS, line),
            Self::Named => matches(&ASSERTS, line) || matches(&ASKS, line) || matches(&RUNS, line),
            Self::Build => matches(&RUNS, line),
            Self::Pipeline | Self::Expected => false,
        }
    }

    /// Whether a line declares a test.
    pub(super) fn declares(self, line: &str) -> bool {
        let may = self == Self::Test || self == Self::Source && line.trim_start().starts_with("#[");
        may && matches(&DECLARES, line)
    }

    /// Whether a line lets a test hold that fails. Where it goes, a check goes.
    pub(super) fn expects_failure(self, line: &str) -> bool {
        matches!(self, Self::Test | Self::Source) && matches(&EXPECTS_FAILURE, line)
    }

    /// Whether a line skips a test, switches tests off or hides that they fail.
    pub(super) fn weakens(self, line: &str) -> bool {
        match self {
            Self::Test | Self::Source => !matches(&COMMENT, line) && matches(&SKIPS, line),
            Self::Named | Self::Build => matches(&HIDES, line) || matches(&SKIPS, line),
            Self::Pipeline | Self::Expected => false,
        }
    }

    /// What such a line means.
    pub(super) fn say_weakened(self) -> &'static str {
        match self {
            Self::Test | Self::Source => "a test is skipped that was not",
            Self::Named | Self::Build | Self::Pipeline | Self::Expected => {
                "tests are switched off, or their failures hidden"
            }
        }
    }
}

static DEFINES: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(r"^\s*(?:async\s+)?(?:def|func)\s+(\w+)"));

/// The name of the function that a line defines, in languages where the name makes the test.
pub(super) fn named_in(line: &str) -> Option<&str> {
    DEFINES.as_ref()?.captures(line)?.get(1).map(|name| name.as_str())
}

/// Whether a line names what may be a test.
pub(super) fn names(line: &str) -> bool {
    matches(&NAMES, line)
}

/// Whether a line of this file puts something else in the place of what runs the tests.
pub(super) fn redirects(path: &str, line: &str) -> bool {
    let of_file = REDIRECTS.iter().filter(|(files, _)| files.contains(&name(path)));
    of_file.filter_map(|(_, pattern)| pattern.as_ref()).any(|pattern| pattern.is_match(line))
}
