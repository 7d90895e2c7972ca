//! An ordinary night: plans as people fill templates in, and what projects, machines and models do every day.

use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::support::bench::{Bench, ONE_STEP, Ran, TWO_STEPS};
use crate::support::server::{Answer, Recorded, Server};
use crate::support::worker::{diligent, finish, messages};

const NIGHTS: [(&str, &str); 5] = [
    ("steps", include_str!("../fixtures/nights/steps.md")),
    ("fields", include_str!("../fixtures/nights/fields.md")),
    ("phases", include_str!("../fixtures/nights/phases.md")),
    ("numbered", include_str!("../fixtures/nights/numbered.md")),
    ("priority", include_str!("../fixtures/nights/priority.md")),
];

/// Three projects, by their files.
const PROJECTS: [(&str, &[(&str, &str)]); 3] = [
    ("make", &[("Makefile", "test:\n\ttest ! -f broken\n")]),
    (
        "scripts",
        &[
            ("justfile", "build:\n  true\n"),
            ("Makefile", "check:\n\tgrep -q echo tool.sh\n"),
            ("tool.sh", "echo a\n"),
        ],
    ),
    ("no tests", &[("notes.txt", "a\n")]),
];

/// An agent that adds a line of work to each step, and a judge that cites it or cannot tell.
fn night(judge_is_sure: bool) -> Server {
    Server::judging(move |request| {
        if request.body.contains("judge_criterion") {
            judged(request, judge_is_sure)
        } else if messages(request).last().is_some_and(|last| last["role"] == "user") {
            Answer::call("run_command", &json!({"command": "echo 'work of the agent' >> work.txt"}))
        } else {
            finish("done as asked")
        }
    })
}

/// A call for each item that the judge is asked about.
fn judged(request: &Recorded, is_sure: bool) -> Answer {
    let question = messages(request)[1]["content"].as_str().unwrap_or_default().to_owned();
    let number = |line: &str| line.split_once(". ")?.0.parse::<u32>().ok();
    let numbers: std::collections::BTreeSet<u32> = question.lines().filter_map(number).collect();
    let call = |number: u32| {
        let answer = if is_sure {
            json!({"criterion": number, "verdict": "pass", "reason": "it is there", "path": "work.txt", "line": 1,
                "quote": "work of the agent"})
        } else {
            json!({"criterion": number, "verdict": "cannot_tell", "reason": "nobody can see that"})
        };
        ("judge_criterion", answer)
    };
    let calls: Vec<(&str, Value)> = numbers.into_iter().map(call).collect();
    Answer::reply("", &calls)
}

#[test]
fn every_template_filled_in_is_carried_to_its_end_in_every_project() {
    let mut ended = Vec::new();
    for (template, plan) in NIGHTS {
        for (project, files) in PROJECTS {
            let bench = Bench::with_plan(plan.as_bytes());
            for (name, text) in files {
                bench.file(name, text);
            }
            bench.git();
            let ran = bench.execute(&night(true), &[]).code(0);
            let open = bench.read("plan.md").lines().filter(|line| line.contains("[ ]")).count();
            let by_judge = ran.stderr.matches("passed (judged").count();
            ended.push(format!(
                "{template}, {project}: {open} boxes open, {by_judge} steps by the judge alone"
            ));
        }
    }
    insta::assert_snapshot!(ended.join("\n"), @r"
    steps, make: 0 boxes open, 6 steps by the judge alone
    steps, scripts: 0 boxes open, 6 steps by the judge alone
    steps, no tests: 0 boxes open, 8 steps by the judge alone
    fields, make: 0 boxes open, 5 steps by the judge alone
    fields, scripts: 0 boxes open, 5 steps by the judge alone
    fields, no tests: 0 boxes open, 6 steps by the judge alone
    phases, make: 0 boxes open, 4 steps by the judge alone
    phases, scripts: 0 boxes open, 4 steps by the judge alone
    phases, no tests: 0 boxes open, 4 steps by the judge alone
    numbered, make: 0 boxes open, 4 steps by the judge alone
    numbered, scripts: 0 boxes open, 4 steps by the judge alone
    numbered, no tests: 0 boxes open, 4 steps by the judge alone
    priority, make: 0 boxes open, 1 steps by the judge alone
    priority, scripts: 0 boxes open, 1 steps by the judge alone
    priority, no tests: 0 boxes open, 3 steps by the judge alone
    ");
}

#[test]
fn where_the_judge_cannot_tell_the_night_goes_on_and_says_what_waits() {
    let bench = Bench::with_plan(NIGHTS[4].1.as_bytes());
    bench.file("Makefile", "test:\n\ttest ! -f broken\n").git();
    let ran = bench.execute(&night(false), &[]).code(4);
    assert!(ran.stderr.contains("2 steps passed in this run, checked by commands"), "{ran}");
    assert!(ran.stderr.contains("step 3: Words are friendly"), "{ran}");
}

/// A step of the plan with this criterion.
fn plan(criterion: &str) -> String {
    ONE_STEP.replace("`grep -q one one.txt` passes", criterion)
}

#[test]
fn tests_in_words_are_the_projects_own_and_a_red_one_ticks_nothing() {
    let bench = Bench::with_plan(plan("All tests pass").as_bytes());
    bench.file("Makefile", "test:\n\ttest ! -f broken\n").git();
    let breaks = diligent(&[("", "echo one > one.txt; touch broken")]);
    let ran = bench.execute(&breaks, &["--max-attempts", "1"]).code(1);
    assert!(ran.stderr.contains("validation make test · failed"), "{ran}");
    let checked = bench.run(&["check", "plan.md", "--explain"]).code(0).stdout;
    assert!(checked.contains("the project's own command"), "{checked}");
}

#[test]
fn what_agentrun_keeps_from_commands_is_named_before_a_model_is_asked() {
    let mut bench = Bench::with_plan(plan("`sh check.sh` passes").as_bytes());
    bench.file("check.sh", ": ${DATABASE_URL:?is not set}\ngrep -qx one one.txt\n").git();
    bench.env("DATABASE_URL", "postgres://localhost/dev");
    let server = diligent(&[("", "echo one > one.txt")]);
    let ran = bench.execute(&server, &[]).code(4);
    assert!(ran.stderr.contains("`DATABASE_URL` is set in your shell and not passed to commands"), "{ran}");
    assert!(ran.stderr.contains("process.env_pass = [\"DATABASE_URL\"]"), "{ran}");
    assert_eq!(server.requests().len(), 0);
    // Passed, it is there.
    bench.settings("[process]\nenv_pass = [\"DATABASE_URL\"]\n[sandbox]\nmode = \"off\"\n");
    bench.execute(&diligent(&[("", "echo one > one.txt")]), &[]).code(0);
}

#[test]
fn replies_with_nothing_in_them_are_an_outage_and_no_claim() {
    let bench = Bench::with_plan(ONE_STEP.as_bytes());
    let server = Server::start(|_| Answer::text(""));
    let ran = bench.execute(&server, &[]).code(75);
    assert!(ran.stderr.contains("two replies in a row with nothing in them"), "{ran}");
    assert!(!ran.stderr.contains("says that it is done"), "{ran}");
    let spent = bench.journal().iter().filter(|record| record["type"] == "attempt.completed").count();
    bench.execute(&diligent(&[("", "echo one > one.txt")]), &[]).code(0);
    assert!(spent <= 1);
}

fn committing(plan: &str) -> Bench {
    let bench = Bench::new();
    std::fs::write(bench.home().join(".gitconfig"), "[user]\nname = Ada\nemail = ada@example.org\n").unwrap();
    bench.file("plan.md", plan).file("src/a.txt", "a\n");
    bench.shell("git init -q -b main . && git add -A && git commit -qm start");
    bench
}

#[test]
fn a_step_that_asks_for_a_branch_is_committed_there_and_another_is_not() {
    let branch = TWO_STEPS.replacen("- [ ] ", "- [ ] Make the branch `feature/x`, and ", 1);
    let scripts: &[(&str, &str)] =
        &[("Step 1", "git switch -q -c feature/x && echo one > one.txt"), ("Step 2", "echo two > two.txt")];
    let bench = committing(&branch);
    bench.execute(&diligent(scripts), &["--commit"]).code(0);
    assert_eq!(bench.shell("git rev-list --count feature/x").trim(), "3");
    let bench = committing(TWO_STEPS);
    let ran: Ran = bench.execute(&diligent(scripts), &["--commit"]);
    assert!(ran.stderr.contains("HEAD went from `main` to `feature/x`"), "{ran}");
    assert_eq!(bench.shell("git rev-list --count --all --not --glob=refs/agentrun").trim(), "1");
}

#[test]
fn work_of_a_person_that_no_commit_has_is_not_checked_out_over() {
    let bench = committing(ONE_STEP);
    bench.file("src/a.txt", "a\nhours of work\n");
    let undoes = diligent(&[("", "echo one > one.txt; git checkout -- src; git restore src/a.txt; true")]);
    bench.execute(&undoes, &["--max-attempts", "1"]);
    assert_eq!(bench.read("src/a.txt"), "a\nhours of work\n");
}

#[test]
fn a_diff_for_a_program_is_a_patch_that_applies_whatever_the_bytes() {
    let bench = committing(ONE_STEP);
    bench.file("conf.ini", b"name = caf\xe9\nx = 1\n").file("a.png", b"\x89PNG\r\n\x1a\n\0\0");
    bench.shell("git add -A && git commit -qm bytes");
    let script = "echo one > one.txt; sed -i s/1/2/ conf.ini; printf '\\211PNG\\000\\001' > a.png";
    bench.execute(&diligent(Box::leak(Box::new([("", script)]))), &[]).code(0);
    let mut command = bench.command(&["diff", "--step", "1"]);
    let patch = command.output().unwrap().stdout;
    bench.file("../step.patch", patch);
    bench.shell("git worktree add -q ../other HEAD && cd ../other && git apply ../step.patch");
    let other = bench.root().parent().unwrap().join("other");
    for name in ["conf.ini", "a.png", "one.txt"] {
        assert_eq!(std::fs::read(other.join(name)).unwrap(), bench.bytes(name), "{name}");
    }
}

#[test]
fn confirm_lists_what_waits_takes_several_and_knows_the_name_that_git_has() {
    let bench = committing(NIGHTS[0].1);
    let ran = bench.execute(&night(false), &[]).code(4);
    assert!(ran.stderr.contains("then agentrun confirm plan.md '#1' 1 2 3 '#5'"), "{ran}");
    let status = bench.run(&["status", "--json"]).code(0).stdout;
    let status: Value = serde_json::from_str(&status).unwrap();
    let ended: Vec<&str> =
        status["steps"].as_array().unwrap().iter().filter_map(|step| step["status"].as_str()).collect();
    assert_eq!((status["path"].as_str(), ended.contains(&"parked")), (Some("plan.md"), true), "{ended:?}");
    let logs = bench.run(&["logs", "plan.md"]).code(0).stdout;
    assert!(logs.contains("Step 3"), "{logs}");
    let listed = bench.run(&["confirm", "plan.md"]).code(0);
    assert!(listed.stdout.contains("3 Step 3: Polish\n  The message names the date range\n"), "{listed}");
    assert!(
        listed.stderr.contains("next: look at it, then agentrun confirm plan.md '#1' 1 2 3 '#5'"),
        "{listed}"
    );
    // One that does not wait stops all of them.
    let before = bench.read("plan.md");
    bench.run(&["confirm", "plan.md", "3", "99"]).code(2);
    assert_eq!(bench.read("plan.md"), before);
    let confirmed = bench.run(&["confirm", "plan.md", "3", "#5"]).code(0);
    assert!(confirmed.stderr.contains("Step 3: Polish is confirmed by Ada"), "{confirmed}");
    assert!(bench.read("plan.md").contains("- [x] The message names the date range"));
    assert!(bench.read("plan.md").contains("- [x] No orders at all"));
}

#[test]
fn rules_in_utf_16_are_read_and_other_encodings_are_named_before_anything_runs() {
    let bench = Bench::with_plan(ONE_STEP.as_bytes());
    let wide: Vec<u8> = "\u{feff}Règle: court.\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    bench.file("PROJECT_RULES.md", wide).git();
    let server = diligent(&[("", "echo one > one.txt")]);
    bench.execute(&server, &[]).code(0);
    assert!(server.bodies()[0].to_string().contains("Règle: court."));
    bench.file("PROJECT_RULES.md", b"R\xe8gle: court.\n");
    let refused = bench.execute(&server, &["--restart"]).code(2);
    assert!(
        refused.stderr.contains("`PROJECT_RULES.md` is not UTF-8 but an encoding of one byte a letter"),
        "{refused}"
    );
    let wide: Vec<u8> = ONE_STEP.encode_utf16().flat_map(u16::to_le_bytes).collect();
    bench.file("wide.md", wide);
    let refused = bench.run(&["check", "wide.md"]).code(3);
    assert!(refused.stderr.contains("is not UTF-8 but UTF-16"), "{refused}");
}

#[test]
fn a_command_longer_than_an_argument_may_be_runs() {
    let bench = Bench::with_plan(ONE_STEP.as_bytes());
    bench.git();
    let script = format!("cat > long.txt <<'END'\n{}\nEND\necho one > one.txt", "x".repeat(200 << 10));
    let scripts: &'static [(&str, &str)] =
        Box::leak(Box::new([("", Box::leak(script.into_boxed_str()) as &str)]));
    bench.execute(&diligent(scripts), &[]).code(0);
    assert_eq!(bench.bytes("long.txt").len(), (200 << 10) + 1);
}
