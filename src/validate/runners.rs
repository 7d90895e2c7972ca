//! Counts the tests that ran, from what a test runner printed.
//!
//! A runner is recognised by its own words, not by the command: `make test` may run any of them.
//! What several runners, crates or modules say adds up.

use std::path::Path;
use std::sync::LazyLock;

use regex::{Captures, Regex, RegexSet};
use serde::Deserialize;

use super::ProjectFiles;
use super::applied::Applied;
use super::named::only_lists;
use crate::facts::{Evidence, Tests};

/// What the test runners of a command told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct RunnerReport {
    /// What they counted; `None` if no runner was recognised.
    pub tests: Option<Tests>,
    /// One of them began, and no end of it was seen.
    pub unended: bool,
}

impl RunnerReport {
    /// As the output of this command: one that only lists tests ran none.
    #[must_use]
    pub(crate) fn of(self, command: &Applied, root: &Path, files: &dyn ProjectFiles) -> Self {
        match self.tests {
            Some(_) if only_lists(files, &root.join(&command.dir), &command.script) => {
                Self { tests: Some(Tests::default()), ..self }
            }
            _ => self,
        }
    }

    /// Why the green of the command says nothing; `before` is what it did before the step.
    pub(crate) fn why_vacuous(&self, before: Option<&Evidence>) -> Option<String> {
        if self.unended {
            return Some("its test runner began and did not come to an end".to_owned());
        }
        if let Some(tests) = self.tests {
            return tests.why_vacuous();
        }
        match before?.tests?.ran {
            0 if before?.is_met() => None,
            0 => Some("its test runner failed before the step, and tells nothing now".to_owned()),
            1 => Some("it ran 1 test before the step, and tells of none now".to_owned()),
            ran => Some(format!("it ran {ran} tests before the step, and tells of none now")),
        }
    }
}

/// Runners that say when they begin and that end with the process of the tests.
#[derive(Debug, Clone, Copy)]
enum Runner {
    /// `cargo test`: one for each test binary.
    Libtest,
    Pytest,
    GoogleTest,
    /// It says so when a test ends the process.
    Jest,
}

/// Takes the lines of an output and counts.
#[derive(Debug, Clone, Default)]
pub(crate) struct Counter {
    found: Option<Tests>,
    /// How many of each [`Runner`] have begun and not ended.
    open: [u64; 4],
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
struct RunnerRule {
    pattern: &'static str,
    take: fn(&mut Counter, &Captures<'_>),
}

const RULES: &[RunnerRule] = &[
    // cargo test, and harnesses that speak like it
    RunnerRule {
        pattern: r"^test result: \S+ (\d+) passed; (\d+) failed; (\d+) ignored; (\d+) measured; (\d+) filtered out",
        take: |counter, found| {
            let [passed, failed, ignored, measured, filtered] = numbers(found);
            counter.end(Runner::Libtest);
            counter.add(passed + failed + measured, ignored, filtered);
        },
    },
    RunnerRule { pattern: r"^running \d+ tests?$", take: |counter, _| counter.begin(Runner::Libtest) },
    // cargo test -- --list
    RunnerRule { pattern: r"^\d+ tests?, \d+ benchmarks?$", take: |counter, _| counter.add(0, 0, 0) },
    // cargo nextest: its `skipped` are ignored and filtered ones
    RunnerRule {
        pattern: r"^\s*Summary \[[^\]]*\] (\d+)(?:/\d+)? tests? run:.*?(?:, (\d+) skipped)?$",
        take: |counter, found| {
            let [ran, skipped] = numbers(found);
            counter.add(ran, skipped, 0);
        },
    },
    // pytest
    RunnerRule {
        pattern: r"^(?:=+ )?((?:\d+ [a-z ]+(?:, )?)+|no tests ran|[\d/no]+ tests? collected[^=]*) in [\d.]+s\b",
        take: |counter, found| counter.pytest(&found[1]),
    },
    RunnerRule {
        pattern: r"^(?:collecting \.\.\. ?)?collected \d+ items?\b",
        take: |counter, _| counter.begin(Runner::Pytest),
    },
    // unittest, Django
    RunnerRule {
        pattern: r"^Ran (\d+) tests? in [\d.]+s$",
        take: |counter, found| {
            let [ran] = numbers(found);
            counter.settle();
            counter.unittest = Some(ran);
        },
    },
    RunnerRule {
        pattern: r"^(?:OK|FAILED|NO TESTS RAN)(?: \((.*)\))?$",
        take: |counter, found| counter.unittest_ended(found.get(1).map_or("", |list| list.as_str())),
    },
    // jest
    RunnerRule {
        pattern: r"^Tests:\s+((?:\d+ [a-z]+, )*)(\d+) total$",
        take: |counter, found| {
            let total = found[2].parse().unwrap_or(0);
            counter.open[Runner::Jest as usize] = 0;
            counter.of_total(total, labelled(&found[1], ", ", &["skipped", "todo", "pending"]));
        },
    },
    RunnerRule {
        pattern: r#"^\s*●\s+process\.exit called with "0""#,
        take: |counter, _| counter.begin(Runner::Jest),
    },
    // vitest
    RunnerRule {
        pattern: r"^\s*Tests\s+((?:\d+ [a-z ]+(?: \| )?)+)\((\d+)\)$",
        take: |counter, found| {
            let total = found[2].parse().unwrap_or(0);
            counter.of_total(total, labelled(&found[1], "|", &["skipped", "todo"]));
        },
    },
    RunnerRule {
        pattern: r"^No tests? (?:files )?found, exiting with code \d|^\s*Tests\s+no tests$",
        take: |counter, _| counter.add(0, 0, 0),
    },
    // mocha
    RunnerRule {
        pattern: r"^\s+(\d+) (?:passing|failing)(?: \(\d+\w+\))?$",
        take: |counter, found| {
            let [ran] = numbers(found);
            counter.add(ran, 0, 0);
        },
    },
    RunnerRule {
        pattern: r"^\s+(\d+) pending$",
        take: |counter, found| {
            let [skipped] = numbers(found);
            counter.add(0, skipped, 0);
        },
    },
    // node --test
    RunnerRule {
        pattern: r"^(?:ok \d+ - |✔ )/\S+\.[cm]?[jt]sx?(?: \(.*\))?$",
        take: |counter, _| counter.node_files += 1,
    },
    RunnerRule { pattern: r"^\s+(?:not )?ok \d+ - ", take: |counter, _| counter.node_nested = true },
    RunnerRule {
        pattern: r"^(?:#|ℹ) (tests|cancelled|skipped|todo) (\d+)$",
        take: |counter, found| counter.node(&found[1], found[2].parse().unwrap_or(0)),
    },
    // ctest
    RunnerRule {
        pattern: r"^\s*\d+/\d+ Test +#\d+: .*\*\*\*Skipped",
        take: |counter, _| counter.ctest_skipped += 1,
    },
    RunnerRule {
        pattern: r"^\d+% tests passed(?:, \d+ tests failed)? out of (\d+)$",
        take: |counter, found| {
            let [total] = numbers(found);
            let skipped = std::mem::take(&mut counter.ctest_skipped).min(total);
            counter.add(total - skipped, skipped, 0);
        },
    },
    RunnerRule {
        pattern: r"^No tests were found!!!$|^Total Tests: \d+$",
        take: |counter, _| counter.add(0, 0, 0),
    },
    // maven: the sum of a module; those of single classes have a time
    RunnerRule {
        pattern: r"^(?:\[\w+\] )?Tests run: (\d+), Failures: \d+, Errors: \d+, Skipped: (\d+)$",
        take: |counter, found| {
            let [run, skipped] = numbers(found);
            counter.of_total(run, skipped);
        },
    },
    RunnerRule {
        pattern: r"^(?:\[\w+\] )?(?:No tests to run\.?|Tests are skipped\.)$",
        take: |counter, _| counter.add(0, 0, 0),
    },
    // gradle names tasks, and counts tests only where one failed
    RunnerRule {
        pattern: r"^(?:> Task )?(?::\S+)?:(?:test|\w+Test)(?:( NO-SOURCE| SKIPPED)| FAILED| UP-TO-DATE| FROM-CACHE)?$",
        take: |counter, found| counter.add(u64::from(found.get(1).is_none()), 0, 0),
    },
    // GoogleTest: only its beginning and end are read
    RunnerRule {
        pattern: r"^\[==========\] Running \d+ tests? from",
        take: |counter, _| counter.begin(Runner::GoogleTest),
    },
    RunnerRule {
        pattern: r"^\[==========\] \d+ tests? from .* ran\.",
        take: |counter, _| counter.end(Runner::GoogleTest),
    },
    // dotnet test
    RunnerRule {
        pattern: r"^(?:Passed|Failed|Skipped)!\s+- Failed:\s+\d+, Passed:\s+\d+, Skipped:\s+(\d+), Total:\s+(\d+)",
        take: |counter, found| {
            let [skipped, total] = numbers(found);
            counter.of_total(total, skipped);
        },
    },
    RunnerRule {
        pattern: r"^No test (?:matches the given testcase filter|is available in) ",
        take: |counter, _| counter.add(0, 0, 0),
    },
    // go test
    RunnerRule { pattern: r"^--- (PASS|FAIL|SKIP): \S+", take: |counter, found| counter.go_test(&found[1]) },
    RunnerRule {
        pattern: r"^(ok  |FAIL|\?   )\t\S+\t(.*)$",
        take: |counter, found| counter.go_package(&found[1], &found[2]),
    },
    RunnerRule {
        pattern: r#"^\{.*"Action":"(?:pass|fail|skip)".*\}$"#,
        take: |counter, found| counter.go_json(&found[0]),
    },
    // make, which has nothing to do where a file is called like the target
    RunnerRule {
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
    pub(crate) fn line(&mut self, line: &str) {
        let line = line.trim_end();
        let (set, patterns) = &*PATTERNS;
        for index in set.matches(line) {
            if let Some(found) = patterns[index].captures(line) {
                (RULES[index].take)(self, &found);
            }
        }
    }

    /// What all of it comes to.
    pub(crate) fn finish(mut self) -> RunnerReport {
        self.settle();
        if self.go.seen {
            let Tests { ran, skipped, filtered } =
                if self.go.named { self.go.tests } else { self.go.packages };
            self.add(ran, skipped, filtered);
        }
        RunnerReport { tests: self.found, unended: self.open.iter().any(|&open| open > 0) }
    }

    fn begin(&mut self, runner: Runner) {
        self.open[runner as usize] += 1;
    }

    /// What ends without a beginning is no matter: it may have been cut off.
    fn end(&mut self, runner: Runner) {
        let open = &mut self.open[runner as usize];
        *open = open.saturating_sub(1);
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
        self.end(Runner::Pytest);
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
mod tests;
