//! What a run tells programs, what it keeps for people, and what it tells nobody.

use serde_json::{Value, json};

use crate::support::bench::{Bench, ONE_STEP};
use crate::support::server::{Answer, Server};
use crate::support::terminal::shown;
use crate::support::worker::{diligent, finish, messages};

const KEY: &str = "a-key-that-nobody-may-see";

#[test]
fn json_lines_on_standard_output_are_the_journals_records_and_nothing_else() {
    let bench = Bench::with_plan(ONE_STEP.as_bytes());
    let ran = bench.execute(&diligent(&[("Step 1", "echo one > one.txt")]), &["--json"]).code(0);
    let told: Vec<Value> = ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(told, bench.journal());
    assert_eq!(ran.stderr, "");
    let logged = bench.run(&["logs", "--json"]).code(0);
    let logged: Vec<Value> = logged.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(logged, told);
}

#[test]
fn the_key_reaches_no_child_no_file_and_no_screen() {
    let mut bench = Bench::with_plan(ONE_STEP.as_bytes());
    bench.env("OPENAI_API_KEY", KEY);
    bench.file("leak.txt", format!("the key is {KEY}\n")).git();
    let server = Server::start(|request| match messages(request).len() {
        2 => Answer::call(
            "run_command",
            &json!({"command": "env; cat leak.txt; cut -c5- leak.txt | base64 -w0; echo; od -An -v -tx1 leak.txt | tr -d '\n' | tr ' ' %; echo one > one.txt"}),
        ),
        4 => Answer::call("read_file", &json!({"path": "leak.txt"})),
        _ => finish(&format!("I found {KEY}")),
    });
    let ran = bench.execute(&server, &[]).code(0);
    assert_eq!(server.requests()[0].header("authorization"), Some(format!("Bearer {KEY}").as_str()));
    for request in server.requests() {
        assert!(!request.body.contains(KEY), "a request holds it: {}", request.body);
    }
    assert!(!ran.to_string().contains(KEY), "{ran}");
    assert_eq!(bench.shell(&format!("grep -rl {KEY} .agentrun || true")), "");
    let output = &server.bodies()[1]["messages"][3]["content"].to_string();
    assert!(output.contains("the key is [redacted]"), "{output}");
    assert_eq!(output.matches("[redacted]").count(), 3, "plain, in base64 and with percent signs: {output}");
    assert!(output.contains("AGENTRUN=1") && !output.contains("OPENAI_API_KEY"), "{output}");
}

#[test]
fn a_template_of_ones_own_takes_the_place_of_the_built_in_one() {
    let bench = Bench::with_plan(ONE_STEP.as_bytes());
    bench.file("agentrun.toml", "[brief]\nprompts = \"words\"\n");
    bench.file("words/step.md", "# Your step: {{ name }}\n\nIn my own words.\n").git();
    let server = diligent(&[("Step 1", "echo one > one.txt")]);
    bench.execute(&server, &[]).code(0);
    let brief = &server.bodies()[0]["messages"][1]["content"];
    assert_eq!(brief, "# Your step: Step 1: The file\n\nIn my own words.");
    bench.file("words/system.md", "{{ nonsense }}");
    let ran = bench.execute(&server, &["--dry-run"]).code(2);
    ran.says("cannot make the brief: the template `system.md` is wrong: undefined value");
}

#[test]
fn logs_diff_and_status_tell_what_happened() {
    let bench = Bench::with_plan(ONE_STEP.as_bytes());
    let server = diligent(&[("Step 1", "echo one > one.txt")]);
    bench.execute(&server, &[]).code(0);
    let diff = bench.run(&["diff", "--step", "1"]).code(0).stdout;
    assert!(diff.contains("+++ b/one.txt") && diff.contains("+one"), "{diff}");
    let status = bench.run(&["status"]).code(0).stdout;
    assert_eq!(status, "plan.md\n  [1] Step 1: The file: passed (proven), 1 attempt\n");
    let logs = bench.run(&["logs", "--step", "1"]).code(0).stdout;
    assert!(logs.contains("$ grep -q one one.txt"), "{logs}");
    bench.run(&["logs", "nope"]).code(2).says("there is no run `nope`");
    bench.run(&["diff", "--step", "9"]).code(2).says("its steps are 1");
}

#[test]
fn a_diff_does_not_command_the_terminal_and_stays_a_patch_in_a_pipe() {
    const WRITE: &str = r"printf 'one \033[2J\033[31m\n' > one.txt; printf 'one\r\n2\r\n' > old.txt";
    let bench = Bench::with_plan(ONE_STEP.as_bytes());
    bench.file("old.txt", "one\r\ntwo\r\n").git();
    bench.execute(&diligent(&[("Step 1", WRITE)]), &[]).code(0);
    let shown = shown(bench.command(&["diff", "--step", "1"]));
    assert!(shown.contains("\u{1b}[32m+one \u{fffd}[2J\u{fffd}[31m\u{1b}[0m\n"), "{shown:?}");
    bench.shell(&format!("{} diff --step 1 | git apply --reverse", env!("CARGO_BIN_EXE_agentrun")));
    assert_eq!(bench.read("old.txt"), "one\r\ntwo\r\n");
    assert!(!bench.root().join("one.txt").exists());
}

#[test]
fn a_model_is_told_how_long_its_commands_may_run() {
    for (timeout, told) in [("90s", "default 90, at most 600"), ("20m", "default 1200, at most 1200")] {
        let bench = Bench::with_plan(ONE_STEP.as_bytes());
        bench.file("agentrun.toml", format!("[agent]\ncommand_timeout = \"{timeout}\"\n"));
        let server = diligent(&[("Step 1", "echo one > one.txt")]);
        bench.execute(&server, &[]).code(0);
        for body in server.bodies() {
            let tools = body["tools"].as_array().unwrap();
            let run = tools.iter().find(|tool| tool["function"]["name"] == "run_command").unwrap();
            assert_eq!(run["function"]["parameters"]["properties"]["timeout_s"]["description"], told);
        }
    }
}

#[test]
fn without_git_changes_are_kept_and_shown_too() {
    let bench = Bench::new();
    bench.file("plan.md", ONE_STEP);
    let server = diligent(&[("Step 1", "echo one > one.txt")]);
    bench.execute(&server, &[]).code(0).says("snapshots: copies of the files");
    let diff = bench.run(&["diff", "--step", "1"]).code(0).stdout;
    assert!(diff.contains("+one"), "{diff}");
}

/// Two lines of what stands inside of a key.
const DATA: [&str; 2] = [
    "MIIEowIBAAKCAQEAvTqqH3Pz0l3mAAAA+BBBB/CCCCDDDDEEEEFFFFGGGGHHHHii",
    "ZGVlcCBpbnNpZGUgb2YgYSBrZXkgdGhhdCBub2JvZHkgbWF5IHNlZSBhbnl3aGVyZQ",
];

fn private_key() -> String {
    let [first, second] = DATA;
    format!("-----BEGIN RSA PRIVATE KEY-----\n{first}\n{second}\n-----END RSA PRIVATE KEY-----\n")
}

#[test]
fn a_private_key_reaches_no_file_no_screen_and_no_model() {
    let plan = ONE_STEP.replace("grep -q one one.txt", "cat id.pem one.txt; grep -q one one.txt");
    let bench = Bench::with_plan(plan.as_bytes());
    bench.file("id.pem", private_key()).file("id.json", json!({ "key": private_key() }).to_string()).git();
    let slowly = "while read -r line; do echo \"$line\"; sleep 0.01; done < id.pem";
    let server = Server::start(move |request| match messages(request).len() {
        2 => Answer::call("run_command", &json!({ "command": format!("cat id.json; {slowly}; false") })),
        4 => Answer::call("read_file", &json!({"path": "id.pem"})),
        6 => Answer::call("read_file", &json!({"path": "id.pem", "start_line": 3})),
        8 => Answer::call("search", &json!({"pattern": "ZGV", "context": 1})),
        10 => {
            Answer::call("run_command", &json!({"command": "sed -i s/MIIE/MIIF/ id.pem; echo no > one.txt"}))
        }
        12 => finish("done"),
        14 | 15 => Answer::call("run_command", &json!({"command": "echo one > one.txt"})),
        _ => finish(&format!("I found {}", private_key())),
    });
    let ran = bench.execute(&server, &[]).code(0);
    let report = bench.run(&["logs"]);
    let diff = bench.run(&["diff", "--step", "1"]);
    for part in DATA.map(|line| &line[4..]) {
        for request in server.requests() {
            assert!(!request.body.contains(part), "a request holds it: {}", request.body);
        }
        for shown in [&ran, &report, &diff] {
            assert!(!shown.to_string().contains(part), "{shown}");
        }
        assert_eq!(bench.shell(&format!("grep -rlF {part} .agentrun || true")), "");
    }
    let results: Vec<String> = messages(server.requests().last().unwrap())
        .iter()
        .filter(|message| message["role"] == "tool")
        .map(|message| message["content"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(
        results[1],
        "    1\t[redacted]\n    2\t[redacted]\n    3\t[redacted]\n    4\t[redacted]\n[id.pem: lines 1-4 of 4]"
    );
    assert_eq!(results[2], "    3\t[redacted]\n    4\t[redacted]\n[id.pem: lines 3-4 of 4]");
}
