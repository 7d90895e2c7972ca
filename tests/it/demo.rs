//! `agentrun demo`, as somebody meets it who has Rust and git and nothing else.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use pretty_assertions::assert_eq;
use serde_json::Value;

/// What the search for programs and their toolchains needs.
const ENVIRONMENT: [&str; 5] = ["PATH", "HOME", "CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN"];

/// The program in an empty environment, but for what it takes to find cargo and git.
fn agentrun(dir: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_agentrun"));
    let environment = ENVIRONMENT.into_iter().filter_map(|name| Some((name, std::env::var_os(name)?)));
    command.args(args).current_dir(dir).env_clear().envs(environment);
    // The developer's own state folder is none of a test's business.
    command.env("XDG_STATE_HOME", concat!(env!("CARGO_TARGET_TMPDIR"), "/state"));
    command
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn talk(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn data(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// The bundled plan with every box ticked but the one that waits for a person.
fn carried_out() -> String {
    let plan = include_str!("../../plans/demo/plan.md").replace("- [ ]", "- [x]");
    let pending = "The answer to a typing mistake";
    plan.replace(&format!("- [x] {pending}"), &format!("- [ ] {pending}"))
}

/// Step, attempt and outcome of every attempt that the journal holds.
fn attempts(root: &Path) -> Vec<(String, u64, String)> {
    let plans = std::fs::read_dir(root.join(".agentrun/plans")).unwrap();
    let journals: Vec<PathBuf> = plans.map(|plan| plan.unwrap().path().join("journal.jsonl")).collect();
    assert_eq!(journals.len(), 1);
    let text = std::fs::read_to_string(&journals[0]).unwrap();
    let records = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let attempts = records.filter(|record| record["type"] == "attempt.completed");
    let word = |value: &Value| value.as_str().unwrap().to_owned();
    attempts
        .map(|it| (word(&it["step"]["id"]), it["attempt"].as_u64().unwrap(), word(&it["outcome"]["kind"])))
        .collect()
}

#[track_caller]
fn assert_lines(text: &str, telling: &[&str]) {
    let mut lines = text.lines();
    for wanted in telling {
        assert!(lines.any(|line| line.contains(wanted)), "no further line has `{wanted}`:\n{text}");
    }
}

#[test]
fn the_demo_carries_out_its_plan_and_says_what_to_type_next() {
    let temporary = tempfile::tempdir().unwrap();
    let root = temporary.path().canonicalize().unwrap().join("try it");
    let output = agentrun(temporary.path(), &["demo", "try it"]).output().unwrap();
    let told = talk(&output);
    assert_eq!(code(&output), 0, "{told}");
    assert_eq!(std::fs::read_to_string(root.join("plan.md")).unwrap(), carried_out());
    let attempt = |step: &str, number, outcome: &str| (step.to_owned(), number, outcome.to_owned());
    let expected = [
        attempt("1", 1, "passed"),
        attempt("2", 1, "validation_failed"),
        attempt("2", 2, "passed"),
        attempt("3", 1, "passed"),
    ];
    assert_eq!(attempts(&root), expected);
    assert_lines(
        &told,
        &[
            "the model is a script with bundled replies: no LLM",
            &format!("the project: {}", root.display()),
            "$ agentrun execute plan.md --model scripted:.agentrun/demo-replies.jsonl",
            "the agent says that it is done: say is written and all tests pass",
            "failed, exit code 101",
            "The plan is carried out. A person still has to look at some of it.",
            &format!("The report:  {}", root.join(".agentrun/runs/").display()),
            &format!("cd '{}'", root.display()),
            "alias agentrun=",
            "agentrun confirm plan.md 3 --by YOU",
            "git clone -q . '../try it-mine' && cd '../try it-mine'",
            "agentrun execute plan.md --model NAME",
        ],
    );
    assert!(!told.contains("the script has no reply"), "{told}");
    let diff = data(&output);
    assert_lines(&diff, &["--- plan.md before", "+++ plan.md now", "+- [x] Add `src/main.rs`"]);
    assert!(!diff.contains('\u{1b}'), "colours in a pipe");
    what_it_says_to_type_works(&root);
}

fn what_it_says_to_type_works(root: &Path) {
    let shown = |args: &[&str]| {
        let output = agentrun(root, args).output().unwrap();
        assert_eq!(code(&output), 0, "{args:?}: {}", talk(&output));
        data(&output)
    };
    let pending = "waits for a person: The answer to a typing mistake";
    assert_lines(
        &shown(&["status"]),
        &["[2] Step 2: Say a span of time: passed (self-tested), 2 attempts", pending],
    );
    let failed = shown(&["logs", "--step", "2", "--attempt", "1"]);
    assert_lines(&failed, &["left: \"\"", "right: \"0s\""]);
    assert!(!failed.contains("ticked"), "a failed attempt ticks nothing: {failed}");
    assert_lines(&shown(&["diff", "--step", "2"]), &["+        return \"0s\"", "+    parts.join(\" \")"]);
    shown(&["confirm", "plan.md", "3", "--by", "YOU"]);
    let plan = std::fs::read_to_string(root.join("plan.md")).unwrap();
    assert_eq!(plan, carried_out().replace("- [ ]", "- [x]"));
    let copy = root.with_file_name("copy");
    let cloned = Command::new("git").args(["clone", "-q"]).args([root, &copy]).output().unwrap();
    assert!(cloned.status.success(), "{}", talk(&cloned));
    assert_eq!(
        std::fs::read_to_string(copy.join("plan.md")).unwrap(),
        include_str!("../../plans/demo/plan.md")
    );
    assert!(!copy.join(".agentrun").exists(), "the copy holds the answers");
}

#[test]
fn a_demo_that_was_killed_goes_on() {
    let temporary = tempfile::tempdir().unwrap();
    // In the first attempt at step 2: the one whose replies are not played to their end.
    let killed =
        agentrun(temporary.path(), &["demo", "try"]).env("AGENTRUN_TEST_KILL", "after:34").output().unwrap();
    assert_eq!(killed.status.code(), if cfg!(debug_assertions) { None } else { Some(0) });
    let root = temporary.path().join("try");
    let model = "scripted:.agentrun/demo-replies.jsonl";
    let output = agentrun(&root, &["execute", "plan.md", "--model", model]).output().unwrap();
    assert_eq!(code(&output), 0, "{}", talk(&output));
    assert_eq!(std::fs::read_to_string(root.join("plan.md")).unwrap(), carried_out());
}

#[test]
fn a_folder_that_is_not_empty_is_left_alone() {
    let temporary = tempfile::tempdir().unwrap();
    std::fs::write(temporary.path().join("mine"), "kept").unwrap();
    let output = agentrun(temporary.path(), &["demo", "."]).output().unwrap();
    assert_eq!(
        (code(&output), data(&output), talk(&output)),
        (
            2,
            String::new(),
            "error: `.` is not empty, so nothing was written\nhint: name a new folder, or leave it out: agentrun demo\n"
                .to_owned()
        )
    );
    let names: Vec<_> =
        std::fs::read_dir(temporary.path()).unwrap().map(|it| it.unwrap().file_name()).collect();
    assert_eq!(names, ["mine"]);
}

#[test]
fn a_root_of_the_users_own_is_refused() {
    let temporary = tempfile::tempdir().unwrap();
    let output = agentrun(temporary.path(), &["-C", ".", "demo"]).output().unwrap();
    assert_eq!(code(&output), 2);
    assert_lines(&talk(&output), &["error: the demo makes its own project", "hint: "]);
}

#[test]
fn a_missing_program_is_named_before_anything_is_made() {
    let temporary = tempfile::tempdir().unwrap();
    let programs = temporary.path().join("bin");
    std::fs::create_dir(&programs).unwrap();
    let demo = || {
        let mut command = agentrun(temporary.path(), &["demo", "new"]);
        let output = command.env("PATH", &programs).output().unwrap();
        assert!(!temporary.path().join("new").exists());
        (code(&output), talk(&output))
    };
    let without_git = demo();
    symlink(find("git"), programs.join("git")).unwrap();
    let without_cargo = demo();
    let missing = |program: &str, source: &str| {
        format!(
            "error: the demo needs `{program}`, which cannot be started: No such file or directory (os error 2)\n\
             hint: install it ({source}) or put it on the PATH, then run the demo again\n"
        )
    };
    assert_eq!(without_git, (2, missing("git", "https://git-scm.com")));
    assert_eq!(without_cargo, (2, missing("cargo", "https://rustup.rs")));
}

fn find(program: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap();
    let mut places = std::env::split_paths(&path).map(|dir| dir.join(program));
    places.find(|place| place.is_file()).unwrap()
}
