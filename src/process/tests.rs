//! Real processes: what they leave, what they print, how they end.

use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use rustix::process::{Pid, test_kill_process};

use super::*;
use crate::interrupt::{self, Interrupt};
use crate::redact::Redact;

const LONG: Duration = Duration::from_mins(1);

fn policy() -> Policy {
    Policy::new(std::env::vars_os(), &[])
}

fn command(script: &str, dir: &Path) -> Command {
    Command { script: script.to_owned(), strict: false, dir: dir.to_owned(), timeout: LONG, log: None }
}

async fn complete(command: &Command, policy: &Policy) -> Completed {
    run(command, policy, &Interrupt::never(), &Redact::new([])).await.unwrap()
}

async fn bash(script: &str) -> (Exit, String) {
    let completed = complete(&command(script, Path::new("/")), &policy()).await;
    (completed.exit, completed.output.text)
}

/// A zombie is dead; that nobody has collected it is not our business.
fn alive(pid: &str) -> bool {
    let pid: i32 = pid.trim().parse().unwrap();
    let state = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let zombie = state.rsplit_once(") ").is_some_and(|(_, state)| state.starts_with('Z'));
    test_kill_process(Pid::from_raw(pid).unwrap()).is_ok() && !zombie
}

#[tokio::test]
async fn both_streams_arrive_in_order() {
    let (exit, text) = bash("echo one; echo two >&2; echo three; exit 3").await;
    assert_eq!((exit, text.as_str()), (Exit::Code { code: 3 }, "one\ntwo\nthree\n"));
}

#[tokio::test]
async fn a_strict_script_stops_at_the_first_failure_and_sees_pipes() {
    let lenient = command("false | true; echo on", Path::new("/"));
    assert_eq!(complete(&lenient, &policy()).await.output.text, "on\n");
    let strict = Command { strict: true, ..lenient };
    let completed = complete(&strict, &policy()).await;
    assert_eq!((completed.exit, completed.output.lines), (Exit::Code { code: 1 }, 0));
}

#[tokio::test]
async fn odd_ends_are_values() {
    assert_eq!(bash("no-such-program-here").await.0, Exit::Code { code: 127 });
    assert_eq!(bash("kill -9 $$").await.0, Exit::Signal { signal: 9 });
    let completed = complete(&command("true", Path::new("/no/such/directory")), &policy()).await;
    assert!(
        matches!(completed.exit, Exit::NotStarted { reason, obstacle: crate::facts::StartObstacle::Folder } if reason.contains("/no/such/directory"))
    );
}

#[tokio::test]
async fn a_reader_of_standard_input_sees_its_end() {
    assert_eq!(bash("read -r line; echo \"$? $line\"").await, (Exit::Code { code: 0 }, "1 \n".to_owned()));
}

#[tokio::test]
async fn the_environment_is_the_policys_alone() {
    let parent = [("PATH", std::env::var_os("PATH").unwrap()), ("SECRET_KEY", OsString::from("x"))];
    let policy = Policy::new(parent.into_iter().map(|(name, value)| (name.into(), value)), &[]);
    let completed = complete(&command("env | cut -d= -f1", Path::new("/")), &policy).await;
    assert!(completed.output.text.contains("GIT_TERMINAL_PROMPT\n"));
    assert!(!completed.output.text.contains("SECRET_KEY"));
    assert!(!completed.output.text.contains("CARGO_MANIFEST_DIR"));
}

#[tokio::test]
async fn a_background_child_that_holds_the_output_neither_hangs_nor_survives() {
    let policy = Policy { drain: Duration::from_millis(50), ..policy() };
    let completed = complete(&command("sleep 1000 & echo $!", Path::new("/")), &policy).await;
    assert_eq!(completed.exit, Exit::Code { code: 0 });
    assert!(!completed.output.left.is_empty());
    assert!(!alive(&completed.output.text));
}

#[tokio::test]
async fn a_background_child_that_prints_nothing_does_not_survive_either() {
    let policy = Policy { drain: Duration::from_millis(50), ..policy() };
    let command = command("sleep 1000 >/dev/null 2>&1 & echo $!", Path::new("/"));
    let completed = complete(&command, &policy).await;
    assert!(!completed.output.left.is_empty());
    assert!(!alive(&completed.output.text));
}

#[tokio::test]
async fn a_background_child_that_is_nearly_done_may_finish() {
    let directory = tempfile::tempdir().unwrap();
    let command = command("(sleep 0.05; touch done) & true", directory.path());
    let policy = Policy { drain: LONG, ..policy() };
    assert_eq!(complete(&command, &policy).await.output.left, Vec::<String>::new());
    assert!(directory.path().join("done").exists());
}

#[tokio::test]
async fn a_timeout_ends_children_that_ignore_term_and_keeps_what_was_printed() {
    let script = "trap '' TERM; bash -c 'trap \"\" TERM; sleep 1000' & echo $$ $!; wait; sleep 1000";
    let command = Command { timeout: Duration::from_millis(300), ..command(script, Path::new("/")) };
    let policy = Policy { grace: Duration::from_millis(50), ..policy() };
    let completed = complete(&command, &policy).await;
    assert_eq!(completed.exit, Exit::TimedOut { after_seconds: 1 });
    let survivors: Vec<_> = completed.output.text.split_whitespace().filter(|pid| alive(pid)).collect();
    assert_eq!((completed.output.lines, survivors), (1, vec![]));
}

#[tokio::test]
async fn a_deaf_grandchild_of_a_command_that_ends_politely_is_killed_too() {
    let script = "bash -c 'trap \"\" TERM; while :; do sleep 0.01; done' & echo $!; wait";
    let command = Command { timeout: Duration::from_millis(300), ..command(script, Path::new("/")) };
    let policy = Policy { grace: Duration::from_millis(50), ..policy() };
    let completed = complete(&command, &policy).await;
    assert_eq!(completed.exit, Exit::TimedOut { after_seconds: 1 });
    assert!(!alive(completed.output.text.lines().next().unwrap()));
}

#[tokio::test]
async fn term_comes_before_kill() {
    let script = "trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.01; done";
    let command = Command { timeout: Duration::from_millis(300), ..command(script, Path::new("/")) };
    let completed = complete(&command, &policy()).await;
    assert!(completed.output.text.ends_with("bye\n"), "{}", completed.output.text);
}

#[tokio::test]
async fn an_interrupt_ends_the_command_and_no_other_is_started() {
    let directory = tempfile::tempdir().unwrap();
    let (raise, interrupt) = interrupt::pair();
    let (command, policy, redact) =
        (command("echo $$; sleep 1000", directory.path()), policy(), Redact::new([]));
    let command = Command { log: Some(directory.path().join("log")), ..command };
    let running = run(&command, &policy, &interrupt, &redact);
    let raising = async { raise.raise(interrupt::Signal::Interrupt) };
    let (completed, ()) = tokio::join!(running, raising);
    assert_eq!(completed.unwrap().exit, Exit::Interrupted);
    let again = run(&command, &policy, &interrupt, &redact).await.unwrap();
    assert_eq!((again.exit, again.output.bytes), (Exit::Interrupted, 0));
}

#[tokio::test]
async fn a_dropped_run_leaves_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let command = command("echo $$ > pid; sleep 1000 & echo $! >> pid; touch ready; wait", directory.path());
    let (policy, interrupt, redact) = (policy(), Interrupt::never(), Redact::new([]));
    let ready = async {
        while !directory.path().join("ready").exists() {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        _ = run(&command, &policy, &interrupt, &redact) => unreachable!("it sleeps"),
        () = ready => {}
    }
    let pids = std::fs::read_to_string(directory.path().join("pid")).unwrap();
    while pids.lines().any(alive) {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_flood_is_counted_logged_and_bounded() {
    let directory = tempfile::tempdir().unwrap();
    let log = directory.path().join("logs/flood.log");
    let script = "yes 'some line of a flood' | head -c 20000000; echo; echo the end";
    let command = Command { log: Some(log.clone()), ..command(script, directory.path()) };
    let output = complete(&command, &policy()).await.output;
    assert_eq!((output.bytes, output.lines), (20_000_009, 952_382));
    assert!(output.text.len() <= 16 * 1024 && output.truncated);
    assert!(output.text.contains("left out; all of it: logs/flood.log …]\n"));
    assert!(output.text.ends_with("\nthe end\n"));
    assert_eq!(crate::digest::digest(&std::fs::read(log).unwrap()), output.digest);
}

#[tokio::test]
async fn a_log_that_cannot_be_written_is_agentruns_own_failure() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("file"), "").unwrap();
    let command =
        Command { log: Some(directory.path().join("file/log")), ..command("true", directory.path()) };
    let error = run(&command, &policy(), &Interrupt::never(), &Redact::new([])).await.unwrap_err();
    assert!(error.to_string().contains("file/log"), "{error}");
}
