//! Running a step's criteria: which commands apply, what agentrun saw, and what it means.

pub mod applied;
pub mod judge;
pub mod verdict;

use std::path::PathBuf;
use std::time::Duration;

use applied::Applied;

use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::model::message::Usage;
use crate::plan::Fingerprint;
use crate::process::{self, Command, Exit, Policy};
use crate::run::event::{AttemptRef, Event, Evidence};
use crate::run::record::Recorder;

/// What a validation rests on, besides the commands.
#[derive(Debug)]
pub struct Ground<'a> {
    /// The attempt; 0 is the baseline.
    pub at: AttemptRef,
    /// What the step says.
    pub fingerprint: Fingerprint,
    /// The tree it runs on.
    pub tree: Option<String>,
    /// SHA-256 of the diff since the step began.
    pub diff_digest: Option<String>,
    /// Tokens of the attempt.
    pub usage: Usage,
    /// What the same commands did before the step, in the same order; empty in the baseline.
    pub baseline: &'a [Evidence],
    /// The project root.
    pub root: PathBuf,
    /// The run's folder, which log names are relative to.
    pub run_dir: PathBuf,
    /// Where the logs go.
    pub log_dir: PathBuf,
    /// Wall clock of a command.
    pub timeout: Duration,
    /// How children are started.
    pub policy: &'a Policy,
    /// The wish to stop.
    pub interrupt: &'a Interrupt,
}

/// One command that was run.
#[derive(Debug, Clone)]
pub struct Validated {
    /// What agentrun saw.
    pub evidence: Evidence,
    /// What it printed, tail-biased and bounded.
    pub output: String,
}

/// Runs every command that applies. An interrupted one is the last, and is not recorded as
/// evidence.
pub async fn run(
    applied: &[Applied],
    ground: &Ground<'_>,
    recorder: &mut Recorder,
) -> Result<Vec<Validated>, Failure> {
    let mut all = Vec::with_capacity(applied.len());
    for (index, command) in applied.iter().enumerate() {
        recorder
            .record(Event::ValidationStarted { at: ground.at.clone(), command: command.script.clone() })?;
        let log = ground.log_dir.join(format!("validation-{}.log", index + 1));
        let completed = run_one(command, ground, log.clone(), recorder).await?;
        if completed.exit == Exit::Interrupted {
            break;
        }
        if !completed.output.left.is_empty() {
            recorder.record(left_behind(&command.script, &completed.output.left))?;
        }
        let evidence = Evidence {
            origin: command.origin,
            command: command.script.clone(),
            dir: command.dir.clone(),
            exit: completed.exit,
            duration_ms: u64::try_from(completed.duration.as_millis()).unwrap_or(u64::MAX),
            tests: None,
            output_digest: completed.output.digest,
            log: log.strip_prefix(&ground.run_dir).unwrap_or(&log).display().to_string(),
            fingerprint: ground.fingerprint.clone(),
            tree: ground.tree.clone(),
            diff_digest: ground.diff_digest.clone(),
            usage: ground.usage,
            green_before: ground.baseline.get(index).map(|before| before.exit.success()),
        };
        recorder.record(Event::ValidationCompleted { at: ground.at.clone(), evidence: evidence.clone() })?;
        all.push(Validated { evidence, output: completed.output.text });
    }
    Ok(all)
}

async fn run_one(
    command: &Applied,
    ground: &Ground<'_>,
    log: PathBuf,
    recorder: &Recorder,
) -> Result<process::Completed, Failure> {
    let dir = ground.root.join(&command.dir);
    let inside = dir.canonicalize().is_ok_and(|dir| dir.starts_with(&ground.root));
    if !inside {
        let reason = format!("the directory `{}` does not exist in the project", command.dir);
        return Ok(process::Completed::without_output(Exit::NotStarted { reason }));
    }
    std::fs::create_dir_all(&ground.log_dir).map_err(no_log)?;
    let command = Command {
        script: command.script.clone(),
        strict: true,
        dir,
        timeout: ground.timeout,
        log: Some(log),
    };
    process::run(&command, ground.policy, ground.interrupt, &recorder.redact).await.map_err(no_log)
}

/// What a validation command did not end itself.
fn left_behind(command: &str, left: &[String]) -> Event {
    let message = format!("`{command}` left processes behind, which were ended: {}", left.join("; "));
    Event::Warning { code: "left-behind".to_owned(), message }
}

fn no_log(error: std::io::Error) -> Failure {
    Failure::internal("cannot keep the output of a validation command", error)
        .hint("nothing was ticked; make room and run agentrun again")
}
