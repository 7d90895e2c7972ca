//! Passes are weighed with the checks that were there before the step.

use serde_json::{Value, json};

use crate::support::bench::Bench;

/// A plan of one step that this command validates.
fn plan(command: &str) -> String {
    format!(
        "# Sum\n\n### Step 1: Add\n\n- [ ] `add.sh` adds\n\n```sh\n# given\ntest \"$(sh add.sh 1 2)\" = 3\n```\n\n**Validation:** `{command}`\n"
    )
}

/// A script that subtracts, with a test of it, and an agent that runs this command.
fn bench(command: &str, agent: &str) -> Bench {
    let bench = Bench::with_plan(plan(command).as_bytes());
    bench.file("add.sh", "echo $(($1 - $2))\n").file("tests/sum.sh", "test \"$(sh add.sh 2 2)\" = 4\n");
    bench.file("tests/run.sh", "set -e\nfor t in tests/sum*.sh; do sh \"$t\"; done\n");
    let call = |name: &str, arguments: Value| {
        json!({"step": "1", "calls": [{"name": name, "arguments": arguments}]}).to_string()
    };
    let replies = [
        json!({"schema": "agentrun.replies/1"}).to_string(),
        call("run_command", json!({"command": agent})),
        call("finish_step", json!({"status": "done", "summary": "it adds"})),
    ];
    bench.file("replies.jsonl", replies.join("\n")).git();
    bench
}

/// How the run ends: its exit code, and the worth and the marks of the pass.
fn end(bench: &Bench) -> (Option<i32>, String, Vec<String>) {
    let ran = bench.run(&["execute", "plan.md", "--model", "scripted:replies.jsonl", "--max-attempts", "1"]);
    let passed = bench.journal().into_iter().rfind(|record| record["type"] == "step.passed");
    let passed = passed.unwrap_or_default();
    let marks = passed["marks"].as_array().into_iter().flatten();
    let marks = marks.map(|mark| mark.as_str().unwrap_or_default().to_owned());
    (ran.code, passed["strength"].as_str().unwrap_or("no pass").to_owned(), marks.collect())
}

/// Mends the script.
const MEND: &str = "echo 'echo $(($1 + $2))' > add.sh";

#[test]
fn a_pass_is_worth_what_it_is_with_the_checks_of_before() {
    let only = |files: &str, red: &str| {
        vec![format!(
            "passes only with changed checks ({files}): without that `{red}` ended with exit code 1"
        )]
    };
    let run = "sh tests/run.sh";
    for (command, agent, strength, marks) in [
        // The work is done, and nothing else.
        (run, MEND.to_owned(), "proven", vec![]),
        // A test is made to say nothing.
        (run, "echo true > tests/sum.sh".to_owned(), "weak", only("tests/sum.sh", run)),
        // What runs the tests is.
        (run, "echo 'test -f add.sh' > tests/run.sh".to_owned(), "weak", only("tests/run.sh", run)),
        // The work is done, and a test that was there says more now.
        (run, format!("{MEND}; echo 'test $(sh add.sh 1 1) = 2' >> tests/sum.sh"), "proven", vec![]),
        // The only test is the step's own.
        (
            "sh tests/more.sh",
            format!("{MEND}; echo 'test $(sh add.sh 1 1) = 2' > tests/more.sh"),
            "self-tested",
            vec![],
        ),
        // It is the plan's, word for word.
        (
            "sh tests/more.sh",
            format!("{MEND}; printf '# given\\ntest \"$(sh add.sh 1 2)\" = 3\\n' > tests/more.sh"),
            "proven",
            vec![],
        ),
    ] {
        let bench = bench(command, &agent);
        let (code, worth, told) = end(&bench);
        let told: Vec<String> = told.into_iter().filter(|mark| mark.contains("only with")).collect();
        assert_eq!((code, worth.as_str(), told), (Some(0), strength, marks), "{agent}");
        bench.shell("test ! -e .agentrun/plans/*/stand-in");
    }
}

#[test]
fn the_files_of_the_step_are_back_after_the_second_look() {
    let bench = bench(
        "make check",
        "echo true > tests/run.sh; printf 'check:\\n\\t@test -f add.sh\\n' > GNUmakefile",
    );
    bench.file("Makefile", "check:\n\t@sh tests/run.sh\n").git();
    let (code, strength, marks) = end(&bench);
    assert_eq!((code, strength.as_str()), (Some(0), "weak"));
    assert!(
        marks.iter().any(|mark| mark.contains("changed checks (tests/run.sh, GNUmakefile)")),
        "{marks:?}"
    );
    assert_eq!(
        (bench.read("tests/run.sh").as_str(), bench.read("GNUmakefile").as_str()),
        ("true\n", "check:\n\t@test -f add.sh\n")
    );
}

#[test]
fn settings_ask_for_more_than_a_pass_that_tests_itself() {
    let more = format!("{MEND}; echo 'test $(sh add.sh 1 1) = 2' > tests/more.sh");
    let weak = "echo true > tests/sum.sh";
    for (settings, command, agent, code, strength) in [
        ("strength = \"self-tested\"", "sh tests/more.sh", more.as_str(), 0, "self-tested"),
        ("strength = \"proven\"", "sh tests/more.sh", &more, 4, "no pass"),
        ("strength = \"self-tested\"", "sh tests/run.sh", weak, 4, "no pass"),
        ("guard = \"fail\"", "sh tests/run.sh", weak, 1, "no pass"),
    ] {
        let bench = bench(command, agent);
        bench.file("agentrun.toml", format!("[validation]\n{settings}\n"));
        let (ended, worth, _) = end(&bench);
        assert_eq!((ended, worth.as_str()), (Some(code), strength), "{settings} {agent}");
    }
}

#[test]
fn verify_names_a_step_that_tests_itself() {
    let bench =
        bench("sh tests/more.sh", &format!("{MEND}; echo 'test $(sh add.sh 1 1) = 2' > tests/more.sh"));
    end(&bench);
    let audit = bench.run(&["verify", "plan.md"]).code(0);
    assert!(audit.stdout.contains("self-tested [1] Step 1: Add"), "{audit}");
    assert!(audit.stderr.contains("1 step ticked: 1 self-tested"), "{audit}");
}

#[test]
fn a_command_that_swaps_what_the_next_one_runs_gains_nothing() {
    let command = "sh build.sh` and `sh tests/run.sh";
    let swap =
        "cat > build.sh <<'B'\ncp tests/run.sh kept; printf 'cat kept > tests/run.sh\\n' > tests/run.sh\nB";
    let bench = bench(command, swap);
    let (code, strength, _) = end(&bench);
    assert_eq!((code, strength.as_str()), (Some(1), "no pass"));
}

#[test]
fn what_git_does_not_show_is_compared_too() {
    let bench = bench("sh tests/run.sh", "echo true > tests/sum.sh");
    bench.file(".gitignore", "tests/\n").shell("git rm -q --cached -r tests");
    bench.git();
    let (code, strength, marks) = end(&bench);
    assert_eq!((code, strength.as_str()), (Some(0), "weak"));
    assert!(
        marks.iter().any(|mark| mark.starts_with("passes only with changed checks (tests/sum.sh)")),
        "{marks:?}"
    );
}

#[test]
fn tests_between_the_code_of_a_rust_file_are_those_of_before() {
    let lib = |body: &str, test: &str| {
        format!(
            "pub fn add(a: i32, b: i32) -> i32 {{\n    {body}\n}}\n\n#[cfg(test)]\nmod tests {{\n    #[test]\n    fn sum() {{\n        {test};\n    }}\n}}\n"
        )
    };
    let check = "assert_eq!(super::add(1, 2), 3)";
    for (body, test, strength) in
        [("a + b", check, "proven"), ("a - b", "assert!(super::add(1, 2) < 3)", "weak")]
    {
        let write = format!("cat > src/lib.rs <<'R'\n{}R", lib(body, test));
        let mut bench = bench("cargo test --offline -q", &write);
        let cargo = std::path::Path::new(env!("CARGO")).parent().unwrap().display();
        bench.env("PATH", &format!("{cargo}:{}", std::env::var("PATH").unwrap()));
        bench.file("Cargo.toml", "[package]\nname = \"sum\"\nversion = \"0.1.0\"\nedition = \"2021\"\n");
        bench.file("src/lib.rs", lib("a - b", check)).file(".gitignore", "target\n").git();
        let (code, worth, marks) = end(&bench);
        assert_eq!((code, worth.as_str()), (Some(0), strength), "{marks:?}");
    }
}

#[test]
fn after_a_kill_amid_the_second_look_the_next_start_puts_the_files_of_the_step_back() {
    // The test of before kills agentrun as soon as the agent has worked; the agent's says nothing.
    let kill = "if test -e hold; then kill -9 $(cut -d' ' -f4 /proc/$PPID/stat); sleep 9; fi\ntest -e hold\n";
    let bench = bench("sh tests/sum.sh", "touch hold; echo 'test -e hold' > tests/sum.sh");
    bench.file("tests/sum.sh", kill).git();
    assert_eq!(end(&bench).0, None, "killed");
    assert_eq!(bench.read("tests/sum.sh"), kill, "it stands in");
    let run = |how: &str| bench.run(&["execute", "plan.md", "--model", "scripted:replies.jsonl", how]);
    run("--validate-only")
        .says("a run was killed while earlier checks stood in for files of the project; 1 file is put back");
    assert_eq!(bench.read("tests/sum.sh"), "test -e hold\n");
    // A list that somebody planted is not followed.
    bench.shell(
        "cd .agentrun/plans/plan-md-* && mkdir stand-in && \
         echo '{\"../outside\":{\"own\":null,\"other\":null}}' > stand-in/list.json",
    );
    run("--restart").says("the journal knows nothing of it: nothing was put back");
}
