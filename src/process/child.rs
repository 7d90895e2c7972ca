//! One command from its start until nothing of it is left.

use std::io::{self, PipeWriter};
use std::path::Path;
use std::time::{Duration, Instant};

use super::output::Collector;
use super::printed::Printed;
use super::{Command, Completed, Output, Policy, Start, direct, launched, sandbox};
use crate::facts::{Exit, StartObstacle};
use crate::interrupt::Interrupt;
use crate::redact::Redact;

/// Runs a command to its end, its timeout or the interrupt, and leaves no process of it.
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
        return Ok(Completed::without_output(Exit::Interrupted));
    }
    let (mut printed, writer) = Printed::new(collector)?;
    let stop = Stop { after: command.timeout, interrupt };
    let ended = start(command, policy, (&mut printed, writer), &stop).await?;
    let duration = ended.ran.unwrap_or_else(|| started.elapsed());
    let left = ended.left.iter().map(|name| redact.text(name).into_owned()).collect();
    let log = command.log.as_deref();
    let output = printed.finish(left, log.map(|log| log.strip_prefix(&command.dir).unwrap_or(log)))?;
    let exit = with_reason(ended.exit, &output);
    let confinement = policy.start.sandbox().and_then(super::Sandbox::confinement);
    let denied = confinement
        .filter(|_| !exit.success())
        .and_then(|confinement| sandbox::denied(confinement, &command.dir, &output.text));
    Ok(Completed { exit, duration, output, denied })
}

async fn start(
    command: &Command,
    policy: &Policy,
    (printed, writer): (&mut Printed<'_>, PipeWriter),
    stop: &Stop<'_>,
) -> io::Result<Ended> {
    match &policy.start {
        Start::Direct => match direct::Running::start(command, policy, writer) {
            Ok(running) => running.run(printed, policy, stop).await,
            Err(error) => Ok(Ended::not_started(not_started(&command.dir, &error))),
        },
        Start::Launched(launcher) => match launched::Running::start(command, policy, launcher, writer) {
            Ok(running) => running.run(printed, policy, stop).await,
            Err(error) => Ok(Ended::not_started(not_started(&command.dir, &error))),
        },
    }
}

/// How a command ended.
pub(super) struct Ended {
    pub(super) exit: Exit,
    /// How long it ran, if that is known better than by waiting for all of it.
    pub(super) ran: Option<Duration>,
    /// What it left behind.
    pub(super) left: Vec<String>,
}

impl Ended {
    fn not_started(exit: Exit) -> Self {
        Self { exit, ran: None, left: Vec::new() }
    }
}

/// What ends a command that does not end by itself.
pub(super) struct Stop<'a> {
    after: Duration,
    interrupt: &'a Interrupt,
}

impl Stop<'_> {
    /// Waits for it, and tells how the command then ended.
    pub(super) async fn wait(&self) -> Exit {
        tokio::select! {
            () = tokio::time::sleep(self.after) => Exit::TimedOut { after_seconds: seconds(self.after) },
            _ = self.interrupt.wait() => Exit::Interrupted,
        }
    }
}

impl Completed {
    /// A command that printed nothing, because it was never started.
    pub fn without_output(exit: Exit) -> Self {
        let digest = crate::digest::digest(b"");
        let output = Output { digest, ..Output::default() };
        Self { exit, duration: Duration::ZERO, output, denied: None }
    }
}

/// The system says the same of a directory that is missing and of a program.
fn not_started(dir: &Path, error: &io::Error) -> Exit {
    if !dir.is_dir() {
        let reason = format!("there is no directory `{}`", dir.display());
        return Exit::NotStarted { reason, obstacle: StartObstacle::Folder };
    }
    let reason = format!("`bash` cannot be started: {error}");
    Exit::NotStarted { reason, obstacle: StartObstacle::Shell }
}

/// A sandbox that does not start says why where the command would print.
fn with_reason(exit: Exit, output: &Output) -> Exit {
    match (exit, output.text.lines().last()) {
        (Exit::NotStarted { reason, obstacle }, Some(last)) => {
            Exit::NotStarted { reason: format!("{reason}: {}", last.trim()), obstacle }
        }
        (exit, _) => exit,
    }
}

/// Rounded up: a limit is never shown as zero.
fn seconds(duration: Duration) -> u64 {
    duration.as_secs() + u64::from(duration.subsec_nanos() > 0)
}
