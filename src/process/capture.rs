//! Runs a program for agentrun itself, such as `git`: arguments in, bytes out.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::AsyncWriteExt;
use tokio::process::{Child, Command as Process};

use super::sandbox::landlock::Rules;
use super::{LAUNCH, Policy, Sandbox};

/// What is to be run.
#[derive(Debug, Clone, Copy)]
pub struct Invocation<'a> {
    /// The program, looked for where the policy looks for programs of agentrun's own.
    pub program: &'a str,
    /// Its arguments.
    pub args: &'a [&'a OsStr],
    /// Where.
    pub dir: &'a Path,
    /// Variables besides those of the policy.
    pub environment: &'a [(&'a str, OsString)],
    /// What it reads; nothing if empty.
    pub stdin: &'a [u8],
    /// It is killed, and the capture fails, after this.
    pub timeout: Duration,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgramOutput {
    /// Its exit code; `None` if a signal ended it.
    pub code: Option<i32>,
    /// All that it printed.
    pub stdout: Vec<u8>,
    /// What it complained about.
    pub stderr: String,
}

/// Runs a program and keeps all of its output. `Err` if it cannot be started or takes too long;
/// then nothing of its group is left.
pub async fn capture(invocation: &Invocation<'_>, policy: &Policy) -> io::Result<ProgramOutput> {
    let mut child = process(invocation, policy)?
        .current_dir(invocation.dir)
        .env_clear()
        .envs(&policy.environment)
        .envs(invocation.environment.iter().map(|(name, value)| (name, value)))
        .stdin(if invocation.stdin.is_empty() { Stdio::null() } else { Stdio::piped() })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()?;
    let mut group = ProcessGroup::of(&child)?;
    let stdin = child.stdin.take();
    let fed = async {
        if let Some(mut stdin) = stdin {
            // A program that stops reading says why by its exit code.
            let _ = stdin.write_all(invocation.stdin).await;
        }
    };
    let ended = async { tokio::join!(fed, child.wait_with_output()).1 };
    let output = tokio::time::timeout(invocation.timeout, ended).await.map_err(|_| {
        let message = format!("`{}` took more than {} s", invocation.program, invocation.timeout.as_secs());
        io::Error::new(io::ErrorKind::TimedOut, message)
    })??;
    group.done();
    let stderr = String::from_utf8_lossy(&output.stderr).trim_end().to_owned();
    Ok(ProgramOutput { code: output.status.code(), stdout: output.stdout, stderr })
}

/// What a command could write in the project may make git start programs. Where that could not be
/// kept from it, git is confined like a command.
fn process(invocation: &Invocation<'_>, policy: &Policy) -> io::Result<Process> {
    let Some(Sandbox::Landlock(confinement)) = policy.sandbox() else {
        let mut process = Process::new(policy.program(invocation.program));
        process.args(invocation.args);
        return Ok(process);
    };
    let rules = serde_json::to_string(&Rules::with_repository(confinement))?;
    let mut process = Process::new("/proc/self/exe");
    process.args([LAUNCH, &rules, "--"]).arg(policy.program(invocation.program)).args(invocation.args);
    Ok(process)
}

/// A process group, killed when dropped before its end was seen.
struct ProcessGroup {
    id: Pid,
    /// Its id may belong to others by now.
    ended: bool,
}

impl ProcessGroup {
    fn of(child: &Child) -> io::Result<Self> {
        let id = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        id.map(|id| Self { id, ended: false }).ok_or_else(|| io::Error::other("the process has no id"))
    }

    /// The child was waited for, and it has no others.
    fn done(&mut self) {
        self.ended = true;
    }
}

impl Drop for ProcessGroup {
    fn drop(&mut self) {
        if !self.ended {
            // A group that is gone already is what was wanted.
            let _ = kill_process_group(self.id, Signal::KILL);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn bash(script: &str, stdin: &[u8], timeout: Duration) -> io::Result<ProgramOutput> {
        let policy = Policy::new(std::env::vars_os(), &[]);
        let args = ["-c", script].map(OsStr::new);
        let environment = [("ANSWER", OsString::from("42"))];
        let dir = Path::new("/");
        let invocation =
            Invocation { program: "bash", args: &args, dir, environment: &environment, stdin, timeout };
        capture(&invocation, &policy).await
    }

    #[tokio::test]
    async fn both_streams_and_the_code_come_back() {
        let captured =
            bash("cat; echo $ANSWER; echo no >&2; exit 3", b"in\0put\n", Duration::from_mins(1)).await;
        let expected =
            ProgramOutput { code: Some(3), stdout: b"in\0put\n42\n".to_vec(), stderr: "no".to_owned() };
        assert_eq!(captured.unwrap(), expected);
    }

    #[tokio::test]
    async fn input_that_nobody_reads_and_a_timeout_are_no_hangs() {
        let megabyte = vec![b'x'; 1_000_000];
        assert_eq!(bash("exit 0", &megabyte, Duration::from_mins(1)).await.unwrap().code, Some(0));
        let error = bash("sleep 1000", b"", Duration::from_millis(100)).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }
}
