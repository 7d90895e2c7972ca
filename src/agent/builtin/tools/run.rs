//! `run_command`: runs a command in the project, and shows its output and how it ended.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Toolbox;
use super::arguments::CallArguments;
use super::destructive::{self, ScriptPlace};
use super::outcome::{ToolEffect, ToolOutcome, Trouble};
use crate::digest::digest;
use crate::facts::{Denial, Exit};
use crate::failure::Failure;
use crate::process::{self, Command, CommandOutcome};
use crate::words;

impl Toolbox {
    pub(super) async fn run(&mut self, given: &CallArguments<'_>) -> Result<ToolOutcome, Trouble> {
        let script = given.text("command")?;
        if script.trim().is_empty() {
            return Err(given.wrong("`command` is empty"));
        }
        let dir = self.workspace().readable(given.optional_text("workdir")?.unwrap_or("."))?;
        if !dir.is_dir() {
            return Err(given.wrong(&format!("`workdir`: `{}` is no directory", self.shown(&dir))));
        }
        let root = self.workspace().root.as_path();
        let home = self.settings.policy.environment.get(OsStr::new("HOME")).map(Path::new);
        if let Some(refusal) = destructive::refusal(
            script,
            ScriptPlace { root, home, dir: &dir, unsaved: &self.settings.unsaved },
        ) {
            return Err(Trouble::Refused(refusal));
        }
        let timeout = self.timeout(given.optional_count("timeout_s")?);
        let log = self.free_log();
        let command =
            Command { script: script.to_owned(), strict: false, dir, timeout, log: Some(log.clone()) };
        let (policy, interrupt) = (&self.settings.policy, &self.settings.interrupt);
        let completed = process::run(&command, policy, interrupt, &self.settings.redact).await;
        let completed = completed.map_err(unrecorded)?;
        let footer = footer(&completed, &self.shown(&log), self.settings.timeouts.longest);
        let incidents = incidents(&completed);
        let ended = ended(&completed.exit);
        let signature = digest(format!("{ended}\n{}", completed.output.digest).as_bytes());
        let mut text = completed.output.text;
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        text.push_str(&footer);
        let summary =
            format!("run {} ({ended}, {})", super::one_line(script), words::time(completed.duration));
        let failed = !completed.exit.success();
        let effect = ToolEffect::Ran { exit: completed.exit };
        Ok(ToolOutcome { failed, incidents, signature, ..ToolOutcome::done(text, summary, effect) })
    }

    /// The next name that is not taken: logs of an earlier conversation are kept.
    fn free_log(&mut self) -> PathBuf {
        loop {
            self.logs += 1;
            let path = self.settings.log_dir.join(format!("command-{:03}.log", self.logs));
            if !path.exists() {
                return path;
            }
        }
    }

    /// What was asked for, within what is allowed.
    fn timeout(&self, asked: Option<u64>) -> Duration {
        let asked = asked.filter(|&seconds| seconds > 0).map(Duration::from_secs);
        asked.unwrap_or(self.settings.timeouts.usual).min(self.settings.timeouts.longest)
    }
}

/// Commands whose output cannot be recorded are not run.
fn unrecorded(error: io::Error) -> Trouble {
    let message = "cannot carry out a tool call: the output of a command cannot be recorded";
    Trouble::Own(Failure::internal(message, error))
}

fn ended(exit: &Exit) -> String {
    match exit {
        Exit::Code { code } => format!("exit {code}"),
        Exit::Signal { signal } => format!("ended by signal {signal}"),
        Exit::TimedOut { after_seconds } => format!("timed out after {after_seconds} s"),
        Exit::Interrupted => "interrupted".to_owned(),
        Exit::NotStarted { .. } => "not started".to_owned(),
    }
}

/// What people should know of how a command went.
fn incidents(completed: &CommandOutcome) -> Vec<String> {
    let left = &completed.output.left;
    let left = (!left.is_empty())
        .then(|| format!("left processes running; agentrun ended them: {}", left.join("; ")));
    completed.denied.iter().map(Denial::what).chain(left).collect()
}

/// The facts in one line, and advice where something can be done about it.
fn footer(completed: &CommandOutcome, log: &str, timeout_max: Duration) -> String {
    let CommandOutcome { exit, duration, output, denied } = completed;
    let lines = words::counted(output.lines, "line");
    let mut footer = format!("{} · {} · {lines} · full log: {log}", ended(exit), words::time(*duration));
    let advice = match exit {
        Exit::TimedOut { .. } => format!(
            "\nThe command and all its processes were ended. Run less of it, or without watching or serving; \
             timeout_s can be up to {}.",
            timeout_max.as_secs()
        ),
        Exit::Signal { signal: 9 } => "\nSomething killed it; perhaps it used too much memory.".to_owned(),
        Exit::NotStarted { reason, .. } => format!("\n{reason}"),
        Exit::Code { code: 127 } => "\nExit 127: a program was not found.".to_owned(),
        _ => String::new(),
    };
    footer.push_str(&advice);
    if !output.left.is_empty() {
        footer.push_str(
            "\nBackground processes were ended with the command; start and use a server in one command. Ended: ",
        );
        footer.push_str(&output.left.join("; "));
    }
    if let Some(denial) = denied {
        footer.push('\n');
        footer.push_str(&denial.say());
    }
    footer
}
