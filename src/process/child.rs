//! Runs one command, from its start until all that it started has ended.

use std::io;
use std::path::Path;
use std::time::Duration;

use super::end::{CommandEnd, Stop};
use super::launched::LaunchedCommand;
use super::output::Collector;
use super::pipe::OutputPipe;
use super::{Command, CommandOutcome, CommandOutput, Policy, sandbox};
use crate::clock::Stopwatch;
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
) -> io::Result<CommandOutcome> {
    let watch = Stopwatch::start();
    let collector = Collector::new(command.log.as_deref(), redact)?;
    if interrupt.raised().is_some() {
        return Ok(CommandOutcome::without_output(Exit::Interrupted));
    }
    let (mut pipe, writer) = OutputPipe::new(collector)?;
    let stop = Stop { after: command.timeout, interrupt };
    let ended = match LaunchedCommand::start(command, policy, writer) {
        Ok(started) => started.run(&mut pipe, policy.grace, &stop).await?,
        Err(error) => CommandEnd::of(not_started(&command.dir, &error)),
    };
    let duration = ended.ran.unwrap_or_else(|| watch.elapsed());
    let left = ended.left.iter().map(|name| redact.text(name).into_owned()).collect();
    let log = command.log.as_deref();
    let log = log.map(|log| log.strip_prefix(&command.dir).unwrap_or(log));
    let output = pipe.collector.finish(left, log)?;
    let exit = with_reason(ended.exit, &output);
    let confinement = policy.sandbox().and_then(super::Sandbox::confinement);
    let denied = confinement
        .filter(|_| !exit.success())
        .and_then(|confinement| sandbox::denied(confinement, command, &output.text));
    Ok(CommandOutcome { exit, duration, output, denied })
}

impl CommandOutcome {
    /// A command that printed nothing, because it was never started.
    pub fn without_output(exit: Exit) -> Self {
        let digest = crate::digest::digest(b"");
        let output = CommandOutput { digest, ..CommandOutput::default() };
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
fn with_reason(exit: Exit, output: &CommandOutput) -> Exit {
    match (exit, output.text.lines().last()) {
        (Exit::NotStarted { reason, obstacle }, Some(last)) => {
            Exit::NotStarted { reason: format!("{reason}: {}", last.trim()), obstacle }
        }
        (exit, _) => exit,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_not_be_started_says_why() {
        let missing = io::Error::from(io::ErrorKind::NotFound);
        let nowhere = Path::new("/no/such/directory");
        let exit = |reason: &str, obstacle| Exit::NotStarted { reason: reason.to_owned(), obstacle };
        let folder = exit("there is no directory `/no/such/directory`", StartObstacle::Folder);
        assert_eq!(not_started(nowhere, &missing), folder);
        let shell = exit("`bash` cannot be started: entity not found", StartObstacle::Shell);
        assert_eq!(not_started(Path::new("/"), &missing), shell);
        let refused = || exit("the sandbox did not start", StartObstacle::Sandbox);
        let told =
            CommandOutput { text: "one\nbwrap: no permission \n".to_owned(), ..CommandOutput::default() };
        let expected = exit("the sandbox did not start: bwrap: no permission", StartObstacle::Sandbox);
        assert_eq!(with_reason(refused(), &told), expected);
        assert_eq!(with_reason(refused(), &CommandOutput::default()), refused());
        assert_eq!(with_reason(Exit::Code { code: 1 }, &told), Exit::Code { code: 1 });
    }

    #[tokio::test]
    async fn a_log_that_cannot_be_written_is_agentruns_own_failure() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("file"), "").unwrap();
        let command = Command {
            script: "true".to_owned(),
            strict: false,
            dir: directory.path().to_owned(),
            timeout: Duration::from_mins(1),
            log: Some(directory.path().join("file/log")),
        };
        let policy = Policy::new(std::iter::empty(), &[]);
        let error = run(&command, &policy, &Interrupt::never(), &Redact::new([])).await.unwrap_err();
        assert!(error.to_string().contains("file/log"), "{error}");
    }
}
