//! One command from its start until nothing of its process group is left.

use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitOptions, kill_process_group, test_kill_process_group, waitpgid};
use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe::Receiver;
use tokio::process::Child;
use tokio::time::timeout;

use super::output::Collector;
use super::{Command, Completed, Exit, Output, Policy};
use crate::interrupt::Interrupt;
use crate::redact::Redact;

/// Bytes read at once.
const READ: usize = 64 * 1024;

/// How often a group that was told to end is looked at.
const POLL: Duration = Duration::from_millis(5);

/// Runs a command to its end, its timeout or the interrupt, and leaves no process of its group.
///
/// What the command does is a value; `Err` means that its log cannot be written.
pub async fn run(
    command: &Command,
    policy: &Policy,
    interrupt: &Interrupt,
    redact: &Redact,
) -> io::Result<Completed> {
    let started = Instant::now();
    let collector = Collector::new(command.log.as_deref(), redact)?;
    if interrupt.raised().is_some() {
        return Ok(Completed::without_output(Exit::Interrupted, started));
    }
    let mut running = match Running::start(command, policy, collector) {
        Ok(running) => running,
        Err(error) => {
            let reason = not_started(&command.dir, &error);
            return Ok(Completed::without_output(Exit::NotStarted { reason }, started));
        }
    };
    let exit = tokio::select! {
        status = running.until_exit() => exit_of(status?),
        () = tokio::time::sleep(command.timeout) => {
            running.stop(policy.grace).await?;
            Exit::TimedOut { after_seconds: seconds(command.timeout) }
        }
        _ = interrupt.wait() => {
            running.stop(policy.grace).await?;
            Exit::Interrupted
        }
    };
    let duration = started.elapsed();
    let left_open = running.drain(policy.drain).await?;
    running.end_group(policy.grace).await?;
    let output = running.finish(left_open, command)?;
    Ok(Completed { exit, duration, output })
}

impl Completed {
    fn without_output(exit: Exit, started: Instant) -> Self {
        let digest = crate::digest::digest(b"");
        Self { exit, duration: started.elapsed(), output: Output { digest, ..Output::default() } }
    }
}

/// The system says the same of a directory that is missing and of a program.
fn not_started(dir: &Path, error: &io::Error) -> String {
    if !dir.is_dir() {
        return format!("there is no directory `{}`", dir.display());
    }
    format!("`bash` cannot be started: {error}")
}

fn exit_of(status: ExitStatus) -> Exit {
    match (status.code(), status.signal()) {
        (Some(code), _) => Exit::Code { code },
        (None, signal) => Exit::Signal { signal: signal.unwrap_or_default() },
    }
}

/// Rounded up: a limit is never shown as zero.
fn seconds(duration: Duration) -> u64 {
    duration.as_secs() + u64::from(duration.subsec_nanos() > 0)
}

/// A started command. Dropping it kills the whole group.
struct Running<'a> {
    child: Child,
    group: Group,
    pipe: Receiver,
    buffer: Vec<u8>,
    closed: bool,
    collector: Option<Collector<'a>>,
}

impl<'a> Running<'a> {
    fn start(command: &Command, policy: &Policy, collector: Collector<'a>) -> io::Result<Self> {
        adopt_orphans();
        let (reader, writer) = io::pipe()?;
        let options = if command.strict { "-eo pipefail -c" } else { "-c" };
        // Both ends of the pipe that this process holds are closed with the builder: once the
        // children are gone, reading ends.
        let child = tokio::process::Command::new(&policy.shell)
            .args(options.split(' '))
            .arg(&command.script)
            .current_dir(&command.dir)
            .env_clear()
            .envs(&policy.environment)
            .stdin(Stdio::null())
            .stdout(writer.try_clone()?)
            .stderr(writer)
            .process_group(0)
            .kill_on_drop(true)
            .spawn()?;
        let group = Group::of(&child)?;
        let pipe = Receiver::from_owned_fd(reader.into())?;
        Ok(Self { child, group, pipe, buffer: vec![0; READ], closed: false, collector: Some(collector) })
    }

    /// Reads once what was printed. May be dropped at any time without loss.
    async fn read(&mut self) -> io::Result<()> {
        // Memory beyond the pipe's own is only touched where a lot is printed at once.
        let count = self.pipe.read(&mut self.buffer).await?;
        self.closed = count == 0;
        match &mut self.collector {
            Some(collector) => collector.push(&self.buffer[..count]),
            None => Ok(()),
        }
    }

    /// Reads until the child itself has exited, whoever else still holds the pipe.
    async fn until_exit(&mut self) -> io::Result<ExitStatus> {
        loop {
            if self.closed {
                return self.child.wait().await;
            }
            let exited = {
                let Self { child, pipe, .. } = self;
                tokio::select! {
                    status = child.wait() => Some(status?),
                    ready = pipe.readable() => ready.map(|()| None)?,
                }
            };
            match exited {
                Some(status) => return Ok(status),
                None => self.read().await?,
            }
        }
    }

    /// Reads until nobody holds the pipe any more.
    async fn until_closed(&mut self) -> io::Result<()> {
        while !self.closed {
            self.read().await?;
        }
        Ok(())
    }

    /// After the exit, lets what is still in the pipe arrive and what is nearly done be done.
    /// Tells whether something was left behind.
    async fn drain(&mut self, patience: Duration) -> io::Result<bool> {
        let done = async {
            self.until_closed().await?;
            self.group.until_empty().await;
            Ok(())
        };
        timeout(patience, done).await.map_or(Ok(true), |drained| drained.map(|()| false))
    }

    /// Asks the whole group to end, and ends it if it has not ended in time.
    async fn stop(&mut self, grace: Duration) -> io::Result<()> {
        self.group.signal(Signal::TERM);
        let ended = async {
            self.until_exit().await?;
            self.group.until_empty().await;
            Ok(())
        };
        if let Ok(ended) = timeout(grace, ended).await {
            return ended;
        }
        self.group.signal(Signal::KILL);
        self.until_exit().await.map(drop)
    }

    /// Ends what the child left behind in its group, and keeps what that still prints.
    async fn end_group(&mut self, grace: Duration) -> io::Result<()> {
        if self.group.is_empty() {
            self.group.ended = true;
            return Ok(());
        }
        self.group.signal(Signal::TERM);
        if timeout(grace, self.group.until_empty()).await.is_err() {
            self.group.signal(Signal::KILL);
        }
        self.group.ended = true;
        // What is in the pipe is there at once; a process outside the group may hold it for ever.
        timeout(POLL, self.until_closed()).await.unwrap_or(Ok(()))
    }

    fn finish(mut self, left_open: bool, command: &Command) -> io::Result<Output> {
        let log = command.log.as_deref();
        let called = log.map(|log| log.strip_prefix(&command.dir).unwrap_or(log));
        match self.collector.take() {
            Some(collector) => collector.finish(left_open, called),
            None => Ok(Output::default()),
        }
    }
}

/// Makes orphans children of this process, which then knows when they are dead. In many
/// containers nobody else would ever wait for them.
#[cfg(target_os = "linux")]
fn adopt_orphans() {
    // Without it an orphan is only noticed later.
    let _ = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
}

#[cfg(not(target_os = "linux"))]
fn adopt_orphans() {}

/// The process group of a child, killed when dropped before it was ended.
struct Group {
    id: Pid,
    /// Its id may belong to others by now.
    ended: bool,
}

impl Group {
    fn of(child: &Child) -> io::Result<Self> {
        let id = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        id.map(|id| Self { id, ended: false }).ok_or_else(|| io::Error::other("the process has no id"))
    }

    /// A group that is gone already is what was wanted.
    fn signal(&self, signal: Signal) {
        let _ = kill_process_group(self.id, signal);
    }

    /// Only to be asked once the child itself has been waited for: orphans that are dead are
    /// waited for here.
    fn is_empty(&self) -> bool {
        while let Ok(Some(_)) = waitpgid(self.id, WaitOptions::NOHANG) {}
        test_kill_process_group(self.id).is_err()
    }

    async fn until_empty(&self) {
        while !self.is_empty() {
            tokio::time::sleep(POLL).await;
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if !self.ended {
            self.signal(Signal::KILL);
        }
    }
}
