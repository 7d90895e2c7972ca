//! The whole program against a model that answers at once: `cargo bench --bench run`.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
#![expect(clippy::expect_used, reason = "a benchmark that cannot measure has nothing to say")]

#[path = "support/process.rs"]
mod process;
#[path = "support/server.rs"]
mod server;
#[path = "support/table.rs"]
mod table;

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;
use server::{Exchange, Server};

fn main() {
    table::head(&["what", "measured", "target"]);
    start_to_first_request();
    turns();
    memory();
    deltas();
    five_steps();
    confined();
    verify();
}

/// One run of the program, and what the server saw of it.
struct Ran {
    started: Instant,
    wall: Duration,
    processor: Duration,
    exchanges: Vec<Exchange>,
    /// The most memory that it had at a request, in bytes.
    memory: u64,
}

/// Carries out a plan in a folder of its own, without a sandbox; the model gives these replies.
fn run(plan: &str, replies: Vec<Vec<u8>>) -> Ran {
    let project = tempfile::tempdir().expect("a temporary folder");
    run_in(project.path(), plan, replies, &["--sandbox", "off"])
}

/// The same in a folder that is there, with more arguments.
fn run_in(project: &Path, plan: &str, replies: Vec<Vec<u8>>, more: &[&str]) -> Ran {
    std::fs::write(project.join("plan.md"), plan).expect("a plan");
    let (pid, most) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU64::new(0)));
    let (watched, seen) = (Arc::clone(&pid), Arc::clone(&most));
    let server = Server::start(replies, move |number| {
        if number % 5 == 4 {
            let memory = process::memory_of(watched.load(Ordering::SeqCst)).unwrap_or(0);
            seen.fetch_max(memory, Ordering::SeqCst);
        }
    });
    let before = process::time_of_children();
    let started = Instant::now();
    let url = server.base_url();
    let execute = ["execute", "plan.md", "--model", "m", "--max-turns", "10000", "--base-url", &url];
    let mut child = command(project, &[&execute, more].concat()).spawn().expect("the program starts");
    pid.store(child.id(), Ordering::SeqCst);
    let status = child.wait().expect("the program ends");
    let wall = started.elapsed();
    assert!(status.success(), "{status}");
    let processor = process::time_of_children().saturating_sub(before);
    Ran { started, wall, processor, exchanges: server.exchanges(), memory: most.load(Ordering::SeqCst) }
}

fn command(project: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_agentrun"));
    command
        .args(arguments)
        .current_dir(project)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", project.join(".agentrun/home"))
        .env("OPENAI_API_KEY", "none")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// A plan of steps that each ask for one file.
fn plan(steps: usize) -> String {
    let step = |number| {
        format!(
            "### Step {number}: Make file {number}\n\n**Validation:**\n- [ ] `test -f file-{number}` passes\n\n"
        )
    };
    format!("# Files\n\n## Implementation Steps\n\n{}", (1..=steps).map(step).collect::<String>())
}

/// The replies of an agent that makes the file of a step after so many turns.
fn replies(step: usize, turns: usize, pieces: usize) -> Vec<Vec<u8>> {
    let idle = |turn| server::call("run_command", &json!({ "command": format!("true {turn}") }), pieces);
    let make = server::call("run_command", &json!({ "command": format!("touch file-{step}") }), pieces);
    let finish = server::call("finish_step", &json!({ "status": "done", "summary": "made it" }), 0);
    (1..turns).map(idle).chain([make, finish]).collect()
}

fn start_to_first_request() {
    let times = (0..20).map(|_| {
        let ran = run(&plan(1), replies(1, 1, 0));
        ran.exchanges[0].received - ran.started
    });
    let (median, _) = median_and_p95(times.collect());
    table::row(&["start to first model request", &millis(median), "25 ms"]);
}

fn turns() {
    const TURNS: u32 = 220;
    let ran = run(&plan(1), replies(1, TURNS as usize, 0));
    let gaps: Vec<Duration> =
        ran.exchanges.windows(2).map(|pair| pair[1].received - pair[0].answered).collect();
    let (median, p95) = median_and_p95(gaps.clone());
    let measured = format!("{} / {}", millis(median), millis(p95));
    table::row(&["own gap a turn, median / p95", &measured, "3 / 6 ms"]);
    let (early, _) = median_and_p95(gaps[10..30].to_vec());
    let (late, _) = median_and_p95(gaps[gaps.len() - 30..gaps.len() - 10].to_vec());
    let measured = format!("{} / {}", millis(early), millis(late));
    table::row(&["the same around turn 20 / 200, median", &measured, "equal"]);
    let one = run(&plan(1), replies(1, 1, 0)).processor;
    let turn = ran.processor.saturating_sub(one) / TURNS;
    table::row(&["CPU a turn", &millis(turn), "2.5 ms"]);
}

fn memory() {
    let ran = run(&plan(1), replies(1, 20, 0));
    let kilobytes = ran.memory / 1000;
    let measured = format!("{}.{} MB", kilobytes / 1000, kilobytes % 1000 / 100);
    table::row(&["peak memory (PSS), 20 turns", &measured, "12 MB"]);
}

fn deltas() {
    const PIECES: u32 = 20_000;
    const TURNS: u32 = 10;
    let replies = |pieces| replies(1, TURNS as usize, pieces);
    let few = run(&plan(1), replies(0)).processor;
    let many = run(&plan(1), replies(PIECES as usize)).processor;
    let delta = many.saturating_sub(few) / (PIECES * TURNS);
    table::row(&["CPU a streamed delta", &format!("{:.1} us", delta.as_secs_f64() * 1e6), "3 us"]);
}

fn five_steps() {
    let ran: Vec<Ran> =
        (0..5).map(|_| run(&plan(5), (1..=5).flat_map(|step| replies(step, 1, 0)).collect())).collect();
    let (wall, _) = median_and_p95(ran.iter().map(|ran| ran.wall).collect());
    let (processor, _) = median_and_p95(ran.iter().map(|ran| ran.processor).collect());
    let measured = format!("{:.2} / {:.2} s", wall.as_secs_f64(), processor.as_secs_f64());
    table::row(&["five-step plan, wall / CPU", &measured, "0.35 / 0.25 s"]);
}

/// The five-step plan in a sandbox, against the same without one.
fn confined() {
    let wall = |mode| {
        let runs = (0..5).map(|_| {
            let project = tempfile::tempdir().expect("a temporary folder");
            let replies = (1..=5).flat_map(|step| replies(step, 1, 0)).collect();
            run_in(project.path(), &plan(5), replies, &["--sandbox", mode]).wall
        });
        median_and_p95(runs.collect()).0
    };
    let off = wall("off");
    for mode in ["bubblewrap", "landlock"] {
        let ratio = format!("{:.2} times without one", wall(mode).as_secs_f64() / off.as_secs_f64());
        table::row(&[&format!("five-step plan, sandbox {mode}"), &ratio, "-"]);
    }
}

/// Looking at ticks, against reading the same plan.
fn verify() {
    const TICKS: usize = 1_000;
    let project = tempfile::tempdir().expect("a temporary folder");
    let replies = (1..=TICKS).flat_map(|step| replies(step, 1, 0)).collect();
    run_in(project.path(), &plan(TICKS), replies, &["--sandbox", "off"]);
    let time = |arguments: &[&str]| {
        let times = (0..5).map(|_| {
            let started = Instant::now();
            let status = command(project.path(), arguments).status().expect("the program starts");
            assert!(status.success(), "{status}");
            started.elapsed()
        });
        median_and_p95(times.collect()).0
    };
    let (verify, check) = (time(&["verify", "plan.md"]), time(&["check", "plan.md"]));
    let ratio = verify.as_secs_f64() / check.as_secs_f64();
    let measured = format!("{}, {ratio:.1} times `check`", millis(verify));
    table::row(&["`verify` of 1,000 ticks", &measured, "-"]);
}

fn median_and_p95(mut times: Vec<Duration>) -> (Duration, Duration) {
    times.sort_unstable();
    (times[times.len() / 2], times[times.len() * 95 / 100])
}

fn millis(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}
