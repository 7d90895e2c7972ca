//! How many tests ran, from what a test runner printed. Pure, line by line, for outputs of any size.
//!
//! A runner is recognised by its own words, not by the command: `make test` may run any of them.
//! What several runners, crates or modules say adds up.

use std::sync::LazyLock;

use regex::{Captures, Regex, RegexSet};
use serde::{Deserialize, Serialize};

/// What the test runners of a command say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tests {
    /// Tests that ran, whatever came of them. Packages or tasks, where a runner counts no tests.
    pub ran: u64,
    /// Tests that are there and were passed over: ignored, skipped, pending, to do.
    pub skipped: u64,
    /// Tests that a filter left out.
    pub filtered: u64,
}

impl Tests {
    /// What it says of a green command that ran nothing; `None` if something ran.
    pub fn why_vacuous(&self) -> Option<String> {
        let Self { ran, skipped, filtered } = *self;
        match (ran, skipped, filtered) {
            (0, 0, 0) => Some("it ran no tests".to_owned()),
            (0, 0, _) => Some(format!("it ran no tests: {filtered} filtered out")),
            (0, _, 0) => Some(format!("it ran no tests: {skipped} skipped")),
            (0, _, _) => Some(format!("it ran no tests: {skipped} skipped, {filtered} filtered out")),
            _ => None,
        }
    }
}

/// Takes the lines of an output and counts.
#[derive(Debug, Clone, Default)]
pub struct Counter {
    found: Option<Tests>,
    /// Python's `Ran 3 tests` waits for the line that says how many of them were skipped.
    unittest: Option<u64>,
    /// `ctest` lists what it skipped before it says how many there were.
    ctest_skipped: u64,
    /// `go test -v` names tests, without it only packages are named.
    go: Go,
    /// Files without a test of their own, which Node counts as one each.
    node_files: u64,
    /// Tests stand below others: an old Node, for which every file is such a test.
    node_nested: bool,
}

#[derive(Debug, Clone, Copy, Default)]
struct Go {
    tests: Tests,
    packages: Tests,
    seen: bool,
    named: bool,
}

/// What a line of a runner means: `take` is given what the pattern caught.
struct Rule {
    pattern: &'static str,
    take: fn(&mut Counter, &Captures<'_>),
}

const RULES: &[Rule] = &[
    // cargo test, and harnesses that speak like it
    Rule {
        pattern: r"^test result: \S+ (\d+) passed; (\d+) failed; (\d+) ignored; (\d+) measured; (\d+) filtered out",
        take: |counter, found| {
            let [passed, failed, ignored, measured, filtered] = numbers(found);
            counter.add(passed + failed + measured, ignored, filtered);
        },
    },
    // cargo nextest: its `skipped` are ignored and filtered ones
    Rule {
        pattern: r"^\s*Summary \[[^\]]*\] (\d+)(?:/\d+)? tests? run:.*?(?:, (\d+) skipped)?$",
        take: |counter, found| {
            let [ran, skipped] = numbers(found);
            counter.add(ran, skipped, 0);
        },
    },
    // pytest
    Rule {
        pattern: r"^(?:=+ )?((?:\d+ [a-z]+(?:, )?)+|no tests ran|[\d/no]+ tests? collected[^=]*) in [\d.]+s\b",
        take: |counter, found| counter.pytest(&found[1]),
    },
    // unittest, Django
    Rule {
        pattern: r"^Ran (\d+) tests? in [\d.]+s$",
        take: |counter, found| {
            let [ran] = numbers(found);
            counter.settle();
            counter.unittest = Some(ran);
        },
    },
    Rule {
        pattern: r"^(?:OK|FAILED|NO TESTS RAN)(?: \((.*)\))?$",
        take: |counter, found| counter.unittest_ended(found.get(1).map_or("", |list| list.as_str())),
    },
    // jest
    Rule {
        pattern: r"^Tests:\s+((?:\d+ [a-z]+, )*)(\d+) total$",
        take: |counter, found| {
            let total = found[2].parse().unwrap_or(0);
            counter.of_total(total, labelled(&found[1], ", ", &["skipped", "todo", "pending"]));
        },
    },
    // vitest
    Rule {
        pattern: r"^\s*Tests\s+((?:\d+ [a-z ]+(?: \| )?)+)\((\d+)\)$",
        take: |counter, found| {
            let total = found[2].parse().unwrap_or(0);
            counter.of_total(total, labelled(&found[1], "|", &["skipped", "todo"]));
        },
    },
    Rule {
        pattern: r"^No tests? (?:files )?found, exiting with code \d|^\s*Tests\s+no tests$",
        take: |counter, _| counter.add(0, 0, 0),
    },
    // mocha
    Rule {
        pattern: r"^\s+(\d+) (?:passing|failing)(?: \(\d+\w+\))?$",
        take: |counter, found| {
            let [ran] = numbers(found);
            counter.add(ran, 0, 0);
        },
    },
    Rule {
        pattern: r"^\s+(\d+) pending$",
        take: |counter, found| {
            let [skipped] = numbers(found);
            counter.add(0, skipped, 0);
        },
    },
    // node --test
    Rule {
        pattern: r"^(?:ok \d+ - |✔ )/\S+\.[cm]?[jt]sx?(?: \(.*\))?$",
        take: |counter, _| counter.node_files += 1,
    },
    Rule { pattern: r"^\s+(?:not )?ok \d+ - ", take: |counter, _| counter.node_nested = true },
    Rule {
        pattern: r"^(?:#|ℹ) (tests|cancelled|skipped|todo) (\d+)$",
        take: |counter, found| counter.node(&found[1], found[2].parse().unwrap_or(0)),
    },
    // ctest
    Rule {
        pattern: r"^\s*\d+/\d+ Test +#\d+: .*\*\*\*Skipped",
        take: |counter, _| counter.ctest_skipped += 1,
    },
    Rule {
        pattern: r"^\d+% tests passed(?:, \d+ tests failed)? out of (\d+)$",
        take: |counter, found| {
            let [total] = numbers(found);
            let skipped = std::mem::take(&mut counter.ctest_skipped).min(total);
            counter.add(total - skipped, skipped, 0);
        },
    },
    Rule { pattern: r"^No tests were found!!!$", take: |counter, _| counter.add(0, 0, 0) },
    // maven: the sum of a module; those of single classes have a time
    Rule {
        pattern: r"^(?:\[\w+\] )?Tests run: (\d+), Failures: \d+, Errors: \d+, Skipped: (\d+)$",
        take: |counter, found| {
            let [run, skipped] = numbers(found);
            counter.of_total(run, skipped);
        },
    },
    Rule { pattern: r"^(?:\[\w+\] )?No tests to run\.?$", take: |counter, _| counter.add(0, 0, 0) },
    // gradle names tasks, and counts tests only where one failed
    Rule {
        pattern: r"^> Task \S*:(?:test|\w+Test)( NO-SOURCE)?(?: FAILED)?$",
        take: |counter, found| counter.add(u64::from(found.get(1).is_none()), 0, 0),
    },
    // dotnet test
    Rule {
        pattern: r"^(?:Passed|Failed|Skipped)!\s+- Failed:\s+\d+, Passed:\s+\d+, Skipped:\s+(\d+), Total:\s+(\d+)",
        take: |counter, found| {
            let [skipped, total] = numbers(found);
            counter.of_total(total, skipped);
        },
    },
    Rule {
        pattern: r"^No test (?:matches the given testcase filter|is available in) ",
        take: |counter, _| counter.add(0, 0, 0),
    },
    // go test
    Rule { pattern: r"^--- (PASS|FAIL|SKIP): \S+", take: |counter, found| counter.go_test(&found[1]) },
    Rule {
        pattern: r"^(ok  |FAIL|\?   )\t\S+\t(.*)$",
        take: |counter, found| counter.go_package(&found[1], &found[2]),
    },
    Rule {
        pattern: r#"^\{.*"Action":"(?:pass|fail|skip)".*\}$"#,
        take: |counter, found| counter.go_json(&found[0]),
    },
    // make, which has nothing to do where a file is called like the target
    Rule {
        pattern: r"^make(?:\[\d+\])?: (?:Nothing to be done for |)['`](?:test|tests|check|lint|verify)'(?: is up to date)?\.$",
        take: |counter, _| counter.add(0, 0, 0),
    },
];

static PATTERNS: LazyLock<(RegexSet, Vec<Regex>)> = LazyLock::new(|| {
    let all = || RULES.iter().map(|rule| rule.pattern);
    // The patterns are constants, and a test compiles them.
    let set = RegexSet::new(all()).unwrap_or_else(|_| RegexSet::empty());
    (set, all().filter_map(|pattern| Regex::new(pattern).ok()).collect())
});

impl Counter {
    /// Takes the next line, without its end.
    pub fn line(&mut self, line: &str) {
        let line = line.trim_end();
        let (set, patterns) = &*PATTERNS;
        for index in set.matches(line) {
            if let Some(found) = patterns[index].captures(line) {
                (RULES[index].take)(self, &found);
            }
        }
    }

    /// What all of it comes to; `None` if no runner was recognised.
    pub fn finish(mut self) -> Option<Tests> {
        self.settle();
        if self.go.seen {
            let Tests { ran, skipped, filtered } =
                if self.go.named { self.go.tests } else { self.go.packages };
            self.add(ran, skipped, filtered);
        }
        self.found
    }

    fn add(&mut self, ran: u64, skipped: u64, filtered: u64) {
        let found = self.found.get_or_insert_default();
        found.ran = found.ran.saturating_add(ran);
        found.skipped = found.skipped.saturating_add(skipped);
        found.filtered = found.filtered.saturating_add(filtered);
    }

    /// A total in which the skipped ones are.
    fn of_total(&mut self, total: u64, skipped: u64) {
        self.add(total.saturating_sub(skipped), skipped, 0);
    }

    /// A `Ran 3 tests` that nothing followed.
    fn settle(&mut self) {
        if let Some(ran) = self.unittest.take() {
            self.add(ran, 0, 0);
        }
    }

    fn pytest(&mut self, list: &str) {
        let ran = labelled(list, ", ", &["passed", "failed", "xfailed", "xpassed"]);
        self.add(ran, labelled(list, ", ", &["skipped"]), labelled(list, ", ", &["deselected"]));
    }

    fn unittest_ended(&mut self, list: &str) {
        let Some(ran) = self.unittest.take() else { return };
        let skipped =
            list.split(", ").find_map(|part| part.strip_prefix("skipped=")?.parse().ok()).unwrap_or(0);
        self.of_total(ran, skipped);
    }

    fn node(&mut self, what: &str, number: u64) {
        if what == "tests" {
            let files = std::mem::take(&mut self.node_files);
            let files = if self.node_nested { 0 } else { files };
            return self.add(number.saturating_sub(files), 0, 0);
        }
        let found = self.found.get_or_insert_default();
        let skipped = number.min(found.ran);
        found.ran -= skipped;
        found.skipped += skipped;
    }

    fn go_test(&mut self, how: &str) {
        self.go.seen = true;
        // Without `-v` only those that failed are named.
        self.go.named |= how != "FAIL";
        let place = if how == "SKIP" { &mut self.go.tests.skipped } else { &mut self.go.tests.ran };
        *place += 1;
    }

    fn go_package(&mut self, how: &str, rest: &str) {
        self.go.seen = true;
        let none =
            how.starts_with('?') || rest.contains("[no tests to run]") || rest.contains("[no test files]");
        self.go.packages.ran += u64::from(!none);
    }

    fn go_json(&mut self, line: &str) {
        let Ok(GoLine { action, test }) = serde_json::from_str(line) else { return };
        (self.go.seen, self.go.named) = (true, true);
        if test.is_some_and(|test| !test.contains('/')) {
            self.go_test(if action == "skip" { "SKIP" } else { "PASS" });
        }
    }
}

/// A line of `go test -json`.
#[derive(Debug, Deserialize)]
struct GoLine {
    #[serde(rename = "Action")]
    action: String,
    #[serde(rename = "Test")]
    test: Option<String>,
}

/// The numbers that a pattern caught; one that is missing is 0.
fn numbers<const N: usize>(found: &Captures<'_>) -> [u64; N] {
    std::array::from_fn(|index| found.get(index + 1).and_then(|text| text.as_str().parse().ok()).unwrap_or(0))
}

/// The sum of the numbers with one of these labels: `1 skipped, 2 passed`.
fn labelled(list: &str, separator: &str, labels: &[&str]) -> u64 {
    let parts = list.split(separator).filter_map(|part| part.trim().split_once(' '));
    parts
        .filter(|(_, label)| labels.contains(label))
        .filter_map(|(number, _)| number.parse::<u64>().ok())
        .sum()
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    fn count(output: &str) -> Option<Tests> {
        let mut counter = Counter::default();
        output.lines().for_each(|line| counter.line(line));
        counter.finish()
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
}
