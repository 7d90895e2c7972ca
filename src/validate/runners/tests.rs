//! What test runners print, and how it is counted.

use pretty_assertions::assert_eq;

use super::*;
use crate::facts::Origin;

fn told(output: &str) -> RunnerReport {
    let mut counter = Counter::default();
    output.lines().for_each(|line| counter.line(line));
    counter.finish()
}

fn count(output: &str) -> Option<Tests> {
    told(output).tests
}

fn output(name: &str) -> String {
    let path = format!("{}/tests/fixtures/runners/{name}.txt", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// What each runner says, and what it comes to: ran, skipped, filtered.
const OUTPUTS: &[(&str, [u64; 3])] = &[
    ("cargo-test", [3, 1, 0]),
    ("cargo-test-failed", [3, 1, 0]),
    ("cargo-test-filter", [0, 0, 3]),
    ("cargo-test-ignored", [0, 1, 2]),
    ("cargo-test-quiet", [3, 1, 0]),
    ("ctest", [2, 1, 0]),
    ("ctest-none", [0, 0, 0]),
    ("ctest-skipped", [0, 1, 0]),
    ("dotnet", [3, 1, 0]),
    ("dotnet-filter", [0, 0, 0]),
    ("go", [3, 0, 0]),
    ("go-filter", [0, 0, 0]),
    ("go-json", [1, 1, 0]),
    ("go-skipped", [0, 1, 0]),
    ("go-verbose", [1, 1, 0]),
    ("gradle", [2, 0, 0]),
    ("gradle-none", [0, 0, 0]),
    ("jest", [2, 2, 0]),
    ("jest-filter", [0, 4, 0]),
    ("jest-none", [0, 0, 0]),
    ("make-file", [0, 0, 0]),
    ("maven", [4, 1, 0]),
    ("maven-none", [0, 0, 0]),
    ("mocha", [1, 2, 0]),
    ("mocha-filter", [0, 0, 0]),
    ("nextest", [2, 1, 0]),
    ("nextest-filter", [0, 3, 0]),
    ("node", [2, 2, 0]),
    ("node-empty", [0, 0, 0]),
    ("node-filter", [0, 4, 0]),
    ("node-spec", [2, 2, 0]),
    ("pytest", [4, 2, 0]),
    ("pytest-collect", [0, 0, 0]),
    ("pytest-filter", [0, 0, 6]),
    ("pytest-quiet", [4, 2, 0]),
    ("pytest-skipped", [0, 1, 5]),
    ("unittest", [1, 1, 0]),
    ("unittest-none", [0, 0, 0]),
    ("unittest-skipped", [0, 1, 0]),
    ("vitest", [1, 2, 0]),
    ("vitest-none", [0, 0, 0]),
    ("vitest-skipped", [0, 1, 0]),
];

#[test]
fn what_runners_print_is_counted() {
    let counted = |name: &str| {
        let Tests { ran, skipped, filtered } = count(&output(name)).unwrap_or_else(|| panic!("{name}"));
        [ran, skipped, filtered]
    };
    for &(name, expected) in OUTPUTS {
        assert_eq!((name, counted(name)), (name, expected));
        assert!(!told(&output(name)).unended, "{name}");
    }
}

#[test]
fn other_output_is_no_runners() {
    assert_eq!(count(&output("no-runner")), None);
    assert_eq!(count(""), None);
}

#[test]
fn several_runners_add_up() {
    let all = ["cargo-test", "pytest", "jest", "go-verbose"].map(output).concat();
    assert_eq!(count(&all), Some(Tests { ran: 10, skipped: 6, filtered: 0 }));
}

#[test]
fn nothing_ran_is_said_with_what_was_left_out() {
    let say = |name| count(&output(name)).unwrap().why_vacuous();
    assert_eq!(say("cargo-test"), None);
    assert_eq!(say("cargo-test-filter").unwrap(), "it ran no tests: 3 filtered out");
    assert_eq!(say("cargo-test-ignored").unwrap(), "it ran no tests: 1 skipped, 2 filtered out");
    assert_eq!(say("jest-filter").unwrap(), "it ran no tests: 4 skipped");
    assert_eq!(say("ctest-none").unwrap(), "it ran no tests");
}

#[test]
fn what_only_lists_or_skips_ran_nothing() {
    for output in [
        "adds: test\n\n1 test, 0 benchmarks\n",
        "Test project /x\n  Test #1: a\n\nTotal Tests: 1\n",
        "[INFO] Tests are skipped.\n[INFO] BUILD SUCCESS\n",
        "> Task :test SKIPPED\n",
        "> Task :app:integrationTest NO-SOURCE\n",
        ":test SKIPPED\n",
    ] {
        assert_eq!(count(output), Some(Tests::default()), "{output}");
    }
    let one = Some(Tests { ran: 1, ..Tests::default() });
    for output in ["> Task :test UP-TO-DATE\n", ":app:test\n", "1 passed, 2 subtests passed in 0.01s\n"] {
        assert_eq!(count(output), one, "{output}");
    }
}

const RESULT: &str =
    "test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n";

#[test]
fn a_runner_that_began_and_did_not_end_is_seen() {
    for (output, unended) in [
        ("running 1 test\n", true),
        ("running 1 test\n0\n\nrunning 0 tests\n\nRESULT", true),
        ("running 1 test\n.\nRESULT\nrunning 0 tests\n\nRESULT", false),
        ("running 1 test\nrunning 2 tests\nfrom a thread\nRESULTRESULT", false),
        ("test running 1 test ... ok\nRESULT", false),
        ("running the linter\n", false),
        ("collected 3 items\n\ntest_a.py 0\n", true),
        ("collecting ... collected 3 items\n\ntest_a.py ..", true),
        ("collected 3 items\n\ntest_a.py ...\n===== 3 passed in 0.01s =====\n", false),
        ("collected 0 items\n\n===== no tests ran in 0.01s =====\n", false),
        ("collected 3 items\n===== 1 passed, 2 subtests passed in 62.01s (0:01:02) =====\n", false),
        ("[==========] Running 1 test from 1 test suite.\n[ RUN      ] a.b\n", true),
        (
            "[==========] Running 1 test from 1 test suite.\n[==========] 1 test from 1 test suite ran. (0 ms)\n",
            false,
        ),
        ("  ●  process.exit called with \"0\"\n\n      1 | x\n", true),
        ("  ●  process.exit called with \"0\"\nTests:       1 passed, 1 total\n", false),
    ] {
        assert_eq!(told(&output.replace("RESULT", RESULT)).unended, unended, "{output}");
    }
    let why = told("running 1 test\n").why_vacuous(None).unwrap();
    assert_eq!(why, "its test runner began and did not come to an end");
}

#[test]
fn a_runner_that_falls_silent_is_no_green() {
    let before = |tests: Option<u64>, code: i32| {
        let tests = tests.map(|ran| Tests { ran, ..Tests::default() });
        Evidence { tests, ..crate::validate::verdict::tests::evidence(Origin::Plan, code) }
    };
    for (tests, code, now, why) in [
        (Some(2), 0, "", Some("it ran 2 tests before the step, and tells of none now")),
        (Some(1), 1, "all is well\n", Some("it ran 1 test before the step, and tells of none now")),
        (Some(0), 1, "", Some("its test runner failed before the step, and tells nothing now")),
        (Some(0), 0, "", None),
        (None, 1, "", None),
        (Some(2), 0, RESULT, None),
        (Some(2), 0, "1 skipped in 0.1s\n", Some("it ran no tests: 1 skipped")),
    ] {
        let found = told(now).why_vacuous(Some(&before(tests, code)));
        assert_eq!(found.as_deref(), why, "{tests:?} {now}");
    }
    assert_eq!(told("").why_vacuous(None), None);
}

#[test]
fn every_pattern_is_one() {
    assert_eq!(PATTERNS.1.len(), RULES.len());
    assert_eq!(PATTERNS.0.len(), RULES.len());
}

proptest::proptest! {
    #[test]
    fn any_output_is_counted(output in "(test result: ok. |Tests: |[0-9]{1,30} (passed|skipped|total)|[(),;|#\\n ]|Ran |tests in 0.1s){0,20}") {
        count(&output);
    }
}
