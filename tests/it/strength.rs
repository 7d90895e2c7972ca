//! What a green is worth: greens that say nothing tick nothing, and what they rest on is looked at.

use std::path::PathBuf;

use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::support::bench::{Bench, Ran};

/// A project with a plan of one step that this script validates, and an agent that runs one of
/// these commands in each attempt.
fn bench(validation: &str, commands: &[&str]) -> Bench {
    let plan = format!(
        "# One step\n\n## Implementation Steps\n\n### Step 1: Do the work\n\n- [ ] Write `work.txt`\n\n\
         **Validation:**\n\n```bash\n{validation}\n```\n"
    );
    let bench = Bench::with_plan(plan.as_bytes());
    let call = |attempt: usize, name: &str, arguments: Value| json!({ "step": "1", "attempt": attempt + 1, "calls": [{ "name": name, "arguments": arguments }] });
    let mut replies = json!({ "schema": "agentrun.replies/1" }).to_string();
    for (attempt, command) in commands.iter().enumerate() {
        let done = json!({ "status": "done", "summary": "all tests pass" });
        for line in
            [call(attempt, "run_command", json!({ "command": command })), call(attempt, "finish_step", done)]
        {
            replies = format!("{replies}\n{line}");
        }
    }
    bench.file("replies.jsonl", replies).git();
    bench
}

fn execute(bench: &Bench, more: &[&str]) -> Ran {
    let mut args = vec!["execute", "plan.md", "--model", "scripted:replies.jsonl"];
    args.extend(more);
    bench.run(&args)
}

/// Runs one attempt, and asserts that nothing is ticked and that screen and report say why.
#[track_caller]
fn ticks_nothing(bench: &Bench, code: i32, why: &str) {
    let ran = execute(bench, &["--max-attempts", "1"]).code(code);
    assert!(!bench.read("plan.md").contains("[x]"), "{ran}");
    assert!(bench.report().contains(why), "`{why}` is not in the report\n{}", bench.report());
    ran.says(why);
}

/// Puts programs on the path that print what real ones print.
fn fake(bench: &mut Bench, programs: &[(&str, &str)]) {
    let dir = bench.root().parent().unwrap().join("programs");
    std::fs::create_dir_all(&dir).unwrap();
    for (name, script) in programs {
        let path = dir.join(name);
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    }
    let path = std::env::var("PATH").unwrap();
    bench.env("PATH", &format!("{}:{path}", dir.display()));
}

/// A recorded output of a real runner.
fn recorded(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests/fixtures/runners", &format!("{name}.txt")].iter().collect()
}

/// The evidence of the commands, in order, without the baseline.
fn evidence(bench: &Bench) -> Vec<Value> {
    let completed = |record: &Value| record["type"] == "validation.completed" && record["attempt"] != 0;
    bench.journal().into_iter().filter(completed).map(|record| record["evidence"].clone()).collect()
}

fn record(bench: &Bench, kind: &str) -> Value {
    bench.journal().into_iter().find(|record| record["type"] == kind).unwrap_or_default()
}

const WORK: &str = "echo done > work.txt";

#[test]
fn a_command_that_cannot_fail_ticks_nothing_and_a_person_is_asked() {
    for (command, why) in [
        ("true", "nothing in it can fail"),
        ("exit 0", "nothing in it can fail"),
        ("echo 'all tests pass'", "nothing in it can fail"),
        ("test -f nothing || true", "it exits 0 whatever fails in it"),
        ("set +e\ntest -f nothing\necho done", "it exits 0 whatever fails in it"),
        ("if test -f nothing; then echo PASS; else echo FAIL; fi", "it exits 0 whatever fails in it"),
        ("sh -c 'test -f nothing | tee log'", "it exits 0 whatever fails in it"),
    ] {
        let bench = bench(command, &[WORK]);
        ticks_nothing(&bench, 4, &format!("proves nothing: {why}"));
        execute(&bench, &["--dry-run"]).code(0);
        assert!(execute(&bench, &["--dry-run"]).stdout.contains(why), "{command}");
    }
}

#[test]
fn a_runner_that_ran_no_tests_ticks_nothing() {
    for (program, command, output, why) in [
        ("cargo", "cargo test greets", "cargo-test-filter", "it ran no tests: 3 filtered out"),
        ("cargo", "cargo test greets", "cargo-test-ignored", "it ran no tests: 1 skipped, 2 filtered out"),
        ("cargo", "cargo nextest run greets", "nextest-filter", "it ran no tests: 3 skipped"),
        ("pytest", "pytest -k three", "pytest-skipped", "it ran no tests: 1 skipped, 5 filtered out"),
        ("pytest", "pytest --co -q", "pytest-collect", "it ran no tests"),
        ("python3", "python3 -m unittest discover", "unittest-none", "it ran no tests"),
        ("npx", "npx jest -t greets", "jest-filter", "it ran no tests: 4 skipped"),
        ("npx", "npx jest --passWithNoTests", "jest-none", "it ran no tests"),
        ("npx", "npx vitest run", "vitest-skipped", "it ran no tests: 1 skipped"),
        ("npx", "npx mocha -g greets", "mocha-filter", "it ran no tests"),
        ("node", "node --test", "node-empty", "it ran no tests"),
        ("go", "go test ./...", "go-filter", "it ran no tests"),
        ("go", "go test -v ./...", "go-skipped", "it ran no tests: 1 skipped"),
        ("ctest", "ctest", "ctest-none", "it ran no tests"),
        ("mvn", "mvn test", "maven-none", "it ran no tests"),
        ("gradle", "gradle test", "gradle-none", "it ran no tests"),
        ("dotnet", "dotnet test", "dotnet-filter", "it ran no tests"),
    ] {
        let mut bench = bench(command, &[WORK]);
        fake(&mut bench, &[(program, &format!("cat '{}'", recorded(output).display()))]);
        ticks_nothing(&bench, 1, &format!("exit code 0, but {why}"));
        assert_eq!(evidence(&bench)[0]["vacuous"], json!({ "kind": "tests", "why": why }), "{command}");
    }
}

#[test]
fn a_filter_of_the_real_cargo_that_matches_nothing_ticks_nothing_until_it_does() {
    let test = "mkdir -p tests; printf '#[test]\\nfn greets() {}\\n' > tests/a.rs";
    let mut bench = bench("cargo test --offline greets", &[WORK, test]);
    bench.file("Cargo.toml", "[package]\nname = \"tiny\"\nversion = \"0.1.0\"\nedition = \"2021\"\n");
    bench.file("src/lib.rs", "#[test]\nfn other() {}\n").file(".gitignore", "target\n").git();
    let bin = PathBuf::from(env!("CARGO")).parent().unwrap().display().to_string();
    let path = format!("{bin}:{}", std::env::var("PATH").unwrap());
    bench.env("PATH", &path);
    ticks_nothing(&bench, 1, "exit code 0, but it ran no tests: 1 filtered out");
    execute(&bench, &[]).code(0);
    let evidence = evidence(&bench);
    assert_eq!(evidence[1]["tests"], json!({ "ran": 1, "skipped": 0, "filtered": 1 }));
    assert_eq!(record(&bench, "step.passed")["strength"], "self-tested");
    assert!(bench.read("plan.md").contains("- [x] Write"));
    let told = bench.report();
    assert!(told.contains("exit code 0, 1 test, "), "{told}");
}

#[test]
fn a_program_that_ends_its_own_tests_with_0_ticks_nothing() {
    let code = "pub fn run() -> i32 { std::process::exit(0) }";
    let mut bench = bench("cargo test --offline --test a", &[&format!("echo '{code}' > src/lib.rs")]);
    bench.file("Cargo.toml", "[package]\nname = \"tiny\"\nversion = \"0.1.0\"\nedition = \"2021\"\n");
    bench.file("src/lib.rs", "pub fn run() -> i32 { 1 }\n").file(".gitignore", "target\n");
    bench.file("tests/a.rs", "#[test]\nfn runs() {\n    assert_eq!(tiny::run(), 2);\n}\n").git();
    let bin = PathBuf::from(env!("CARGO")).parent().unwrap().display().to_string();
    let path = format!("{bin}:{}", std::env::var("PATH").unwrap());
    bench.env("PATH", &path);
    ticks_nothing(&bench, 1, "exit code 0, but its test runner began and did not come to an end");
}

#[test]
fn a_runner_that_falls_silent_ticks_nothing() {
    let end = "echo 'import os; os._exit(0)' > calc.py";
    let bench = bench("python3 -m unittest -q test_a", &[end]);
    let test = "import unittest, calc\n\nclass T(unittest.TestCase):\n    def test_a(self):\n        self.assertEqual(calc.one(), 1)\n";
    bench.file("test_a.py", test).file("calc.py", "def one():\n    return 0\n");
    bench.file(".gitignore", "__pycache__\n").git();
    ticks_nothing(&bench, 1, "exit code 0, but it ran 1 test before the step, and tells of none now");
}

#[test]
fn what_the_agent_made_unable_to_fail_ticks_nothing() {
    for (file, text, command, sabotage, why) in [
        (
            "Makefile",
            "test:\n\ttest -f nothing\n",
            "make test",
            "printf 'test:\\n\\t@true\\n' > Makefile",
            "it runs the target `test` of Makefile",
        ),
        ("Makefile", "test:\n\ttest -f nothing\n", "make test", "mkdir test", "it ran no tests"),
        ("check.sh", "test -f nothing\n", "sh check.sh", "echo exit 0 > check.sh", "it runs `check.sh`"),
        (
            "check.sh",
            "test -f nothing\n",
            "sh check.sh",
            "echo 'test -f nothing; echo ok' > check.sh",
            "it runs `check.sh`",
        ),
        ("test_a.py", "assert False\n", "python3 test_a.py", ": > test_a.py", "it runs `test_a.py`"),
    ] {
        let bench = bench(command, &[sabotage]);
        bench.file(file, text).git();
        ticks_nothing(&bench, 1, why);
    }
}

#[test]
fn a_tool_that_the_step_builds_may_always_succeed() {
    let bench = bench("sh hello.sh", &["echo 'echo hello' > hello.sh"]);
    execute(&bench, &[]).code(0);
    assert_eq!(record(&bench, "step.passed")["strength"], "proven");
}

#[test]
fn an_empty_command_beside_a_real_one_counts_for_nothing_and_waits_for_a_person() {
    let bench = bench("true", &[WORK]);
    bench.file("agentrun.toml", "[validation]\ncommands = [\"test -f work.txt\"]\n").git();
    execute(&bench, &[]).code(0).says("warning: `true` proves nothing").says("waits for a person");
    assert!(bench.read("plan.md").contains("- [x] Write `work.txt`"));
    // Only the file of the task.
    assert_eq!(record(&bench, "step.passed")["passed"], json!([1]));
}

#[test]
fn a_result_that_contradicts_the_same_tree_is_looked_at_once_more() {
    // Green in every other run, by what git does not see.
    let flips = "n=$(cat .git/n || echo 0); echo $((n + 1)) > .git/n; test $((n % 2)) = 1";
    let bench = bench("sh flip.sh", &["true"]);
    bench.file("flip.sh", flips).git();
    execute(&bench, &["--max-attempts", "1"]).code(1).says("(flaky: it ended differently on the same tree)");
    let greens: Vec<Value> =
        evidence(&bench).into_iter().map(|evidence| evidence["exit"]["code"].clone()).collect();
    assert_eq!(greens, [0, 1], "a green by luck is no pass");
    assert!(evidence(&bench).iter().all(|evidence| evidence["flaky"] == true));
}

#[test]
fn two_greens_in_a_row_on_the_same_tree_pass_and_are_marked() {
    let bench = bench("test -f .git/built", &["touch .git/built"]);
    bench.file("plan.md", bench.read("plan.md").replace("Write `work.txt`", "Build it")).git();
    execute(&bench, &[]).code(0).says("look at it: `test -f .git/built` is flaky");
    let passed = record(&bench, "step.passed");
    assert_eq!(passed["strength"], "weak");
    assert_eq!(
        passed["marks"],
        json!(["`test -f .git/built` is flaky: it ended differently before, on the same tree"])
    );
    let told = bench.run(&["status", "plan.md"]).stdout;
    assert!(told.contains("is flaky"), "{told}");
}

#[test]
fn what_no_agent_can_fix_stops_at_once() {
    let mut missing = bench("cargo test", &[WORK]);
    let bash = missing.shell("command -v bash").trim().to_owned();
    let git = missing.shell("command -v git").trim().to_owned();
    let programs = missing.root().parent().unwrap().join("programs");
    std::fs::create_dir(&programs).unwrap();
    std::os::unix::fs::symlink(bash, programs.join("bash")).unwrap();
    std::os::unix::fs::symlink(git, programs.join("git")).unwrap();
    missing.env("PATH", programs.to_str().unwrap());
    let ran = execute(&missing, &[]).code(4);
    ran.says("needs a person: no agent can fix this: `cargo` is not installed")
        .says("hint: install `cargo`, or put it on PATH");
    assert!(!missing.events().contains(&"attempt.started".to_owned()), "the model is not asked");

    let brought = bench("no-such-tool --version", &[WORK, WORK]);
    execute(&brought, &[]).code(4).says("`no-such-tool` is not installed");
    let attempts = brought.events().iter().filter(|event| *event == "attempt.started").count();
    assert_eq!(attempts, 1, "the agent had its try");
}

#[test]
fn a_failure_that_nothing_touched_ends_the_attempts() {
    let bench = bench("grep -q right work.txt", &["echo wrong > work.txt", "true", "echo right > work.txt"]);
    execute(&bench, &[]).code(1).says("did not pass after 2 attempts: the last one changed nothing");
    assert_eq!(record(&bench, "step.stopped")["outcome"]["unchanged"], true);
    let other = bench_with_progress();
    execute(&other, &[]).code(0);
}

/// Every attempt changes something, so each gets its turn.
fn bench_with_progress() -> Bench {
    bench("grep -q right work.txt", &["echo a > work.txt", "echo b > work.txt", "echo right > work.txt"])
}

#[test]
fn a_plan_level_failure_that_the_step_does_not_touch_is_a_persons() {
    let bench = Bench::with_plan(b"# P\n\n## Implementation Steps\n\n### Step 1: A\n\n- [ ] a\n");
    bench.file("agentrun.toml", "[validation]\ncommands = [\"echo legacy is broken; exit 1\"]\n");
    let call = |name: &str, arguments: Value| json!({ "step": "1", "calls": [{ "name": name, "arguments": arguments }] });
    let done = json!({ "status": "done", "summary": "done" });
    let lines = [
        json!({ "schema": "agentrun.replies/1" }),
        call("run_command", json!({ "command": WORK })),
        call("finish_step", done),
    ];
    bench.file("replies.jsonl", lines.map(|line| line.to_string()).join("\n")).git();
    execute(&bench, &[]).code(4).says("failed before the step for the same reason");
}

#[test]
fn what_was_green_on_the_same_tree_is_not_run_again() {
    let plan = "# P\n\n## Implementation Steps\n\n### Step 1: A\n\n- [ ] a\n\nRun: `test -f a`\n\n### Step 2: B\n\n- [ ] b\n\nRun: `test -f b`\n";
    let bench = Bench::with_plan(plan.as_bytes());
    bench
        .file("agentrun.toml", "[validation]\ncommands = [\"test -f plan.md && echo run >> .git/count\"]\n")
        .git();
    let server = crate::support::worker::diligent(&[("Step 1", "touch a"), ("Step 2", "touch b")]);
    bench.execute(&server, &[]).code(0).says("not run again: same tree");
    assert_eq!(bench.read(".git/count").lines().count(), 3, "baseline and validation of 1, validation of 2");
    let reused: Vec<bool> = bench
        .journal()
        .iter()
        .filter(|record| record["evidence"]["origin"] == "config")
        .map(|record| record["evidence"]["reused"] == true)
        .collect();
    assert_eq!(reused, [false, false, true, false]);
}

const TEST: &str = "from unittest import TestCase\n\nclass T(TestCase):\n    def test_sum(self):\n        self.assertEqual(sum([1]), 2)\n\n    def test_other(self):\n        self.assertTrue(True)\n";

/// A project whose one test is red until somebody takes the assertion out.
fn weakened(more: &str) -> Bench {
    let bench = bench(
        "python3 -m unittest test_a.py",
        &["sed -i 's/self.assert.*/pass/' test_a.py; date +%N > work.txt"; 3],
    );
    bench.file("test_a.py", TEST).file(".gitignore", "__pycache__\n");
    bench.file("agentrun.toml", more).git();
    bench
}

#[test]
fn a_pass_on_weakened_tests_is_marked_everywhere_and_never_proven() {
    let bench = weakened("");
    execute(&bench, &[]).code(0).says("weakened: test_a.py: 2 assertions are gone, and none came");
    let passed = record(&bench, "step.passed");
    assert_eq!(passed["strength"], "weak");
    let gone = "test_a.py: 2 assertions are gone, and none came";
    let only = "passes only with changed checks (test_a.py): without that `python3 -m unittest test_a.py` ended with exit code 1";
    assert_eq!(passed["marks"], json!([gone, only]));
    let marks = json!([gone]);
    let changed = record(&bench, "validation.changed");
    assert_eq!((&changed["files"], &changed["marks"]), (&json!(["test_a.py"]), &marks));
    let told = bench.report() + &bench.run(&["status", "plan.md"]).stdout;
    assert!(told.contains("**weakened:** test_a.py") && told.contains("look at it: test_a.py"), "{told}");
    let strict = weakened("[validation]\nstrength = \"proven\"\n");
    execute(&strict, &[])
        .code(4)
        .says("passed only weakly, and `validation.strength` asks for a proven pass");
    assert!(!strict.read("plan.md").contains("[x]"));
}

#[test]
fn a_strict_guard_fails_the_attempt_and_says_what_to_restore() {
    let bench = weakened("[validation]\nguard = \"fail\"\n");
    execute(&bench, &[])
        .code(1)
        .says("passes its commands, but its tests or checks were weakened: test_a.py");
    assert!(!bench.read("plan.md").contains("[x]"));
    for attempt in 2..=3 {
        let dir = format!(".agentrun/runs/{}/steps/01-do-the-work", bench.last_run());
        let brief = bench.read(&format!("{dir}/attempt-{attempt}/brief.md"));
        assert_eq!(brief.contains("# Your step"), attempt == 3, "the last one is fresh");
        for part in
            ["weakened tests or checks", "- test_a.py: 2 assertions are gone", "Restore what is named there"]
        {
            assert!(brief.contains(part), "{brief}");
        }
    }
}

#[test]
fn a_task_that_makes_a_file_is_ticked_when_the_file_is_there() {
    // The agent is told once, and makes it then.
    let bench = bench("test -f other.txt", &["touch other.txt", WORK]);
    execute(&bench, &[]).code(0).says("is not done: not all of it is there: `work.txt`");
    assert!(bench.read("plan.md").contains("- [x] Write `work.txt`"));
}

#[test]
fn a_task_whose_file_is_never_made_stays_open_for_a_person() {
    let bench = bench("test -f other.txt", &["touch other.txt", "true", "true"]);
    let ran = execute(&bench, &[]).code(0);
    ran.says("waits for a person: Write `work.txt` (not all of it is there: `work.txt`)");
    assert!(bench.read("plan.md").contains("- [ ] Write `work.txt`"));
    assert_eq!(bench.journal().iter().filter(|record| record["type"] == "attempt.completed").count(), 2);
    bench.run(&["confirm", "plan.md", "1", "--by", "Ada"]).code(0);
    assert!(bench.read("plan.md").contains("- [x] Write `work.txt`"));
}
