//! What a run starts is dead when it says so, however it tried to stay.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Output, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use crate::support::bench::{Bench, ONE_STEP};
use crate::support::confined::{ALL, bench, processes, started, told, told_of, unique, working};

fn signal(pid: i32, signal: Signal) {
    kill_process(Pid::from_raw(pid).unwrap(), signal).unwrap();
}

fn id(child: &Child) -> i32 {
    i32::try_from(child.id()).unwrap()
}

/// The only child of a process.
fn child_of(pid: i32) -> i32 {
    let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap();
    children.trim().parse().unwrap()
}

fn wait_until_there(word: &str) {
    while processes(word).is_empty() {
        std::thread::yield_now();
    }
}

fn wait_until_gone(word: &str) {
    while !processes(word).is_empty() {
        std::thread::yield_now();
    }
}

/// Reads on until it is said that the first signal was heard.
fn until_stopping(stderr: &mut impl BufRead) {
    let mut line = String::new();
    while !line.starts_with("stopping: ") {
        line.clear();
        assert_ne!(stderr.read_line(&mut line).unwrap(), 0, "nobody heard it");
    }
}

#[test]
fn daemons_are_dead_after_their_command_and_named() {
    for mode in working(&ALL) {
        let bench = bench();
        let [first, second, third] = [unique(), unique(), unique()];
        let command = format!(
            "setsid sleep {first} >/dev/null 2>&1 & (env -i setsid sleep {second} &) >/dev/null 2>&1; \
             (trap '' TERM; setsid bash -c 'trap \"\" TERM; sleep {third}; true' &) & echo started; exit 3"
        );
        let text = told(&bench, &command, &["--sandbox", mode]);
        assert!(text.starts_with("started\nexit 3 · "), "{mode}: {text}");
        let (_, ended) = text.split_once("one command. Ended: ").unwrap();
        for time in [&first, &second, &third] {
            assert!(ended.contains(&format!("sleep {time}")), "{mode}: {text}");
            assert_eq!(processes(time), Vec::<i32>::new(), "{mode}");
        }
    }
}

#[test]
fn what_is_nearly_done_may_finish_and_is_not_named() {
    for mode in working(&ALL) {
        let bench = bench();
        let text = told(&bench, "(setsid bash -c 'sleep 0.05; touch done' &) ; true", &["--sandbox", mode]);
        assert!(text.ends_with("command-001.log"), "{mode}: {text}");
        assert!(bench.root().join("done").exists(), "{mode}");
    }
}

#[test]
fn a_timeout_asks_first_and_then_ends_whatever_is_left() {
    for mode in working(&ALL) {
        let (bench, time) = (bench(), unique());
        let command = format!(
            "trap 'echo bye; exit 0' TERM; (trap '' TERM; setsid sleep {time}) & echo up; while :; do sleep 0.01; done"
        );
        let (_, text) = told_of(&bench, &json!({"command": command, "timeout_s": 1}), &["--sandbox", mode]);
        assert!(text.starts_with("up\n") && text.contains("bye\ntimed out after 1 s · "), "{mode}: {text}");
        assert_eq!(processes(&time), Vec::<i32>::new(), "{mode}");
    }
}

#[test]
fn an_attempt_that_is_out_of_time_leaves_nothing() {
    for mode in working(&ALL) {
        let (bench, time) = (bench(), unique());
        let command = format!("trap '' TERM; setsid sleep {time} & touch ready; sleep {time}; sleep {time}");
        let mut child = started(&bench, &command, &["--sandbox", mode, "--max-time", "2s"]);
        assert_eq!(child.wait().unwrap().code(), Some(5), "{mode}");
        assert_eq!(processes(&time), Vec::<i32>::new(), "{mode}");
    }
}

#[test]
fn a_command_that_kills_its_launcher_gains_nothing() {
    for mode in working(&["landlock", "off"]) {
        let (bench, time) = (bench(), unique());
        let command = format!("setsid sleep {time} & kill -9 $PPID; sleep {time}");
        let text = told(&bench, &command, &["--sandbox", mode]);
        assert!(text.starts_with("ended by signal 9"), "{mode}: {text}");
        assert_eq!(processes(&time), Vec::<i32>::new(), "{mode}");
    }
}

#[test]
fn a_script_that_signals_its_own_group_ends_itself_alone() {
    for mode in working(&ALL) {
        let text = told(&bench(), "echo up; kill 0; sleep 1000", &["--sandbox", mode]);
        assert!(text.starts_with("up\nended by signal 15"), "{mode}: {text}");
    }
}

#[test]
fn a_killed_agentrun_takes_its_commands_with_it() {
    for mode in working(&ALL) {
        let (bench, time) = (bench(), unique());
        let command = format!("setsid sleep {time} & touch ready; sleep {time}");
        let mut child = started(&bench, &command, &["--sandbox", mode]);
        wait_until_there(&time);
        child.kill().unwrap();
        child.wait().unwrap();
        wait_until_gone(&time);
    }
}

#[test]
fn what_outlives_both_is_ended_by_the_next_start() {
    let (bench, time) = (bench(), unique());
    let command = format!("setsid sleep {time} >/dev/null 2>&1 & touch ready; wait");
    let mut child = started(&bench, &command, &["--sandbox", "off"]);
    wait_until_there(&time);
    let launcher = child_of(id(&child));
    signal(launcher, Signal::STOP);
    child.kill().unwrap();
    child.wait().unwrap();
    signal(launcher, Signal::KILL);
    assert_eq!(processes(&time).len(), 1, "nobody was left to end it");
    let (ran, _) = told_of(&bench, &json!({"command": "true"}), &["--sandbox", "off"]);
    assert_eq!(processes(&time), Vec::<i32>::new());
    let named = format!("sleep {time}");
    ran.says("the last run was killed and left processes behind; agentrun ended them: ").says(&named);
}

#[test]
fn the_second_ctrl_c_ends_everything_at_once() {
    for mode in working(&ALL) {
        let (bench, time) = (bench(), unique());
        // It takes what it can of the grace that the first signal gives.
        let command = format!("trap '' TERM; touch ready; while :; do sleep {time}; done");
        let mut child = started(&bench, &command, &["--sandbox", mode]);
        signal(id(&child), Signal::INT);
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        until_stopping(&mut stderr);
        signal(id(&child), Signal::INT);
        std::io::copy(&mut stderr.by_ref().take(1 << 20), &mut std::io::sink()).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(130), "{mode}");
        wait_until_gone(&time);
        assert_ne!(bench.events().last().unwrap(), "run.completed", "{mode}");
    }
}

#[test]
fn ctrl_c_is_heard_while_agentrun_itself_is_busy() {
    let bench = Bench::new();
    bench.file("plan.md", ONE_STEP);
    // Without git every byte is read for a snapshot: these take minutes.
    std::fs::File::create(bench.root().join("large")).unwrap().set_len(1 << 36).unwrap();
    bench.file("../home/replies.jsonl", "{\"schema\":\"agentrun.replies/1\"}\n");
    let args = ["execute", "plan.md", "--json", "--model", "scripted:../home/replies.jsonl"];
    let mut child = bench.command(&args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut records = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(records.any(|record| record.unwrap().contains("\"type\":\"validation.completed\"")));
    signal(id(&child), Signal::INT);
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    until_stopping(&mut stderr);
    assert_eq!(child.try_wait().unwrap(), None, "it ended before it was told to end at once");
    signal(id(&child), Signal::INT);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_ne!(bench.events().last().unwrap(), "run.completed");
}

#[test]
fn whoever_follows_a_run_is_told_that_it_was_killed() {
    let (bench, time) = (bench(), unique());
    let mut child = started(&bench, &format!("touch ready; sleep {time}"), &["--sandbox", "off"]);
    let mut follow = bench.command(&["logs", "--follow"]);
    let mut follower = follow.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut told = BufReader::new(follower.stdout.take().unwrap()).lines();
    assert!(told.any(|line| line.unwrap().contains("Step 1")));
    child.kill().unwrap();
    child.wait().unwrap();
    let Output { status, stderr, .. } = follower.wait_with_output().unwrap();
    assert!(status.success());
    let end = format!("the run `{}` wrote no end: ", bench.last_run());
    assert!(String::from_utf8(stderr).unwrap().starts_with(&end));
}

#[test]
fn a_validation_that_leaves_something_is_told_on() {
    let (bench, time) = (bench(), unique());
    bench.file(
        "plan.md",
        bench.read("plan.md").replace("test -f never", &format!("sh -c 'setsid sleep {time} & false'")),
    );
    let (ran, _) = told_of(&bench, &json!({"command": "true"}), &["--sandbox", "off"]);
    ran.says("left processes running; agentrun ended them: ");
    assert_eq!(processes(&time), Vec::<i32>::new());
}

#[test]
fn the_agent_is_told_what_its_command_printed_and_how_it_ended() {
    let bench = bench();
    bench.file("src/x", "");
    for (call, expected, end) in [
        (
            json!({"command": "echo one; echo two >&2; echo three; exit 3"}),
            "one\ntwo\nthree\nexit 3",
            "3 lines",
        ),
        (json!({"command": "false | true; echo on"}), "on\nexit 0", "1 line"),
        (json!({"command": "kill -9 $$"}), "ended by signal 9", "perhaps it used too much memory."),
        (json!({"command": "read -r line; echo \"$? $line\""}), "1 \nexit 0", "1 line"),
        (json!({"command": "echo \"${PWD##*/}\"", "workdir": "src"}), "src\nexit 0", "1 line"),
        (
            json!({"command": "echo up; sleep 1000", "timeout_s": 1}),
            "up\ntimed out after 1 s",
            "timeout_s can be up to 600.",
        ),
        (
            json!({"command": "no-such-program-here 2>/dev/null"}),
            "exit 127",
            "Exit 127: a program was not found.",
        ),
    ] {
        let (_, text) = told_of(&bench, &call, &["--sandbox", "off", "--restart"]);
        let text = text.split(" · full log: ").next().map(|facts| (facts.to_owned(), text.clone())).unwrap();
        assert!(text.0.starts_with(expected), "{call}: {}", text.1);
        assert!(text.0.ends_with(end) || text.1.ends_with(end), "{call}: {}", text.1);
    }
}

#[test]
fn a_flood_is_counted_logged_and_bounded() {
    let bench = bench();
    let command = "yes 'some line of a flood' | head -c 20000000; echo; echo the end";
    let text = told(&bench, command, &["--sandbox", "off"]);
    let (output, facts) = text.split_once("\nthe end\n").unwrap();
    assert!(output.len() <= 16 * 1024 && output.contains(" lines ("), "{}", output.len());
    assert!(facts.starts_with("exit 0 · ") && facts.contains(" · 952382 lines · full log: "), "{facts}");
    let (_, log) = facts.split_once("full log: ").unwrap();
    let logged = bench.bytes(log);
    let expected = bench.shell(&format!("({command}) | sha256sum"));
    assert_eq!((logged.len(), &agentrun::digest::digest(&logged)[..]), (20_000_009, &expected[..64]));
}

#[test]
fn a_strict_script_stops_at_the_first_failure_and_sees_pipes() {
    let bench = Bench::new();
    let plan = ONE_STEP.replace("grep -q one one.txt", "false | true; echo on > on");
    bench.file("plan.md", plan).git();
    bench.run(&["execute", "plan.md", "--validate-only"]).code(1);
    assert!(!bench.root().join("on").exists());
}
