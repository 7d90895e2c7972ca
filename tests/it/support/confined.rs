//! A project whose agent runs one command, in a sandbox of one's choice.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Child, Stdio};
use std::sync::OnceLock;

use serde_json::{Value, json};

use super::bench::{Bench, Ran};

/// What confines, as `--sandbox` takes it.
pub(crate) const CONFINING: [&str; 2] = ["bubblewrap", "landlock"];

/// The same and nothing.
pub(crate) const ALL: [&str; 3] = ["bubblewrap", "landlock", "off"];

/// The step never passes, so every run has an attempt.
const PLAN: &str = "\
# A command

## Implementation Steps

### Step 1: Run it

**Tasks:**
- [ ] Run the command

**Validation Criteria:**
- [ ] `test -f never` passes
";

/// The modes that work here; what does not is said.
pub(crate) fn working(modes: &[&'static str]) -> Vec<&'static str> {
    static REFUSED: OnceLock<BTreeSet<&'static str>> = OnceLock::new();
    let refused = REFUSED.get_or_init(|| CONFINING.into_iter().filter(|mode| !works(mode)).collect());
    modes.iter().copied().filter(|mode| !refused.contains(mode)).collect()
}

fn works(mode: &str) -> bool {
    let ran = bench().run(&["execute", "plan.md", "--validate-only", "--sandbox", mode]);
    if ran.code == Some(7) {
        // Past what hides the output of tests that pass.
        let mut stderr = std::io::stderr();
        writeln!(stderr, "skipped with {mode}, which does not work here: {}", ran.stderr.trim()).unwrap();
    }
    ran.code != Some(7)
}

/// The project, outside of the temporary folder.
pub(crate) fn bench() -> Bench {
    let bench = Bench::outside_tmp();
    bench.file("plan.md", PLAN).git();
    bench
}

/// The arguments for a run whose agent calls `run_command` with these arguments.
fn arguments<'a>(bench: &Bench, arguments: &Value, more: &[&'a str]) -> Vec<std::borrow::Cow<'a, str>> {
    let run = json!({"step": "1", "calls": [{"name": "run_command", "arguments": arguments}]});
    let done = json!({"status": "done", "summary": "ran it"});
    let done = json!({"step": "1", "calls": [{"name": "finish_step", "arguments": done}]});
    let replies = bench.home().join("replies.jsonl");
    std::fs::write(&replies, format!("{{\"schema\":\"agentrun.replies/1\"}}\n{run}\n{done}\n")).unwrap();
    let model = format!("scripted:{}", replies.display());
    let mut all = vec!["execute".into(), "plan.md".into(), "--model".into(), model.into()];
    all.extend(["--max-attempts", "1"].map(Into::into));
    all.extend(more.iter().map(|&argument| argument.into()));
    all
}

/// Lets the agent run a command, and gives what it is told.
#[track_caller]
pub(crate) fn told(bench: &Bench, command: &str, more: &[&str]) -> String {
    told_of(bench, &json!({"command": command}), more).1
}

/// The same with all that can be asked for.
#[track_caller]
pub(crate) fn told_of(bench: &Bench, call: &Value, more: &[&str]) -> (Ran, String) {
    let all = arguments(bench, call, more);
    let ran = bench.run(&all.iter().map(AsRef::as_ref).collect::<Vec<&str>>()).code(1);
    let log = format!(".agentrun/runs/{}/steps/01-run-it", bench.last_run());
    let attempts = std::fs::read_dir(bench.root().join(&log)).unwrap();
    let attempt = attempts.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let attempt = attempt.filter(|name| name != "baseline").max().unwrap();
    let transcript = bench.read(&format!("{log}/{attempt}/transcript.jsonl"));
    let messages = transcript.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let mut tools = messages.filter(|message| message["role"] == "tool");
    (ran, tools.next().unwrap()["text"].as_str().unwrap().to_owned())
}

/// Starts a run whose agent runs a command, and waits until that has made the file `ready`.
pub(crate) fn started(bench: &Bench, command: &str, more: &[&str]) -> Child {
    let all = arguments(bench, &json!({"command": command}), more);
    let mut process = bench.command(&all.iter().map(AsRef::as_ref).collect::<Vec<&str>>());
    let mut child = process.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    while !bench.root().join("ready").exists() {
        assert_eq!(child.try_wait().unwrap(), None, "it ended before its command was ready");
        std::thread::yield_now();
    }
    child
}

/// The living processes with this word in their command line.
pub(crate) fn processes(word: &str) -> Vec<i32> {
    let entries = std::fs::read_dir("/proc").unwrap();
    let pids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let has_it = |pid: &i32| {
        let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        line.split(|&byte| byte == 0).any(|argument| argument == word.as_bytes())
    };
    pids.filter(has_it).collect()
}

/// A time to sleep that no other process of this machine sleeps.
pub(crate) fn unique() -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("90000.{}{:03}", std::process::id(), NEXT.fetch_add(1, Ordering::SeqCst))
}
