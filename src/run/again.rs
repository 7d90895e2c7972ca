//! Runs the commands of ticked steps again, in a clean copy of the project.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::validation::{count, unmet, vacuous};
use crate::facts::{Exit, StartObstacle, Vacuous};
use crate::interrupt::Interrupt;
use crate::process::{self, Command, Policy};
use crate::redact::Redact;
use crate::validate::applied::Applied;
use crate::workspace::disk_files::DiskFiles;

#[derive(Debug)]
pub(crate) struct CommandReruns<'a> {
    pub root: &'a Path,
    pub timeout: Duration,
    pub policy: &'a Policy,
    pub interrupt: &'a Interrupt,
    /// How commands ended that ran already: each runs once.
    ran: Vec<(Applied, RerunResult)>,
}

#[derive(Debug, Clone)]
pub(crate) struct RerunResult {
    pub exit: Exit,
    /// What of the expectation is not so.
    pub unmet: Option<String>,
    /// Why its green says nothing.
    pub vacuous: Option<Vacuous>,
}

impl<'a> CommandReruns<'a> {
    pub(crate) fn new(
        root: &'a Path,
        timeout: Duration,
        policy: &'a Policy,
        interrupt: &'a Interrupt,
    ) -> Self {
        Self { root, timeout, policy, interrupt, ran: Vec::new() }
    }

    /// How a command ends now.
    pub(crate) async fn run(&mut self, applied: &Applied) -> io::Result<RerunResult> {
        if let Some((_, looked)) = self.ran.iter().find(|(known, _)| known.is_same(applied)) {
            return Ok(looked.clone());
        }
        let dir = self.root.join(&applied.dir);
        let looked = if dir.is_dir() {
            self.look(applied, dir).await?
        } else {
            let reason = format!("the directory `{}` does not exist in the project", applied.dir);
            RerunResult {
                exit: Exit::NotStarted { reason, obstacle: StartObstacle::Folder },
                unmet: None,
                vacuous: None,
            }
        };
        self.ran.push((applied.clone(), looked.clone()));
        Ok(looked)
    }

    async fn look(&self, applied: &Applied, dir: PathBuf) -> io::Result<RerunResult> {
        let log = tempfile::NamedTempFile::new()?;
        let command = Command {
            script: applied.script.clone(),
            strict: true,
            dir,
            timeout: self.timeout,
            log: Some(log.path().to_owned()),
        };
        let completed = process::run(&command, self.policy, self.interrupt, &Redact::new(None)).await?;
        let told = count(log.path(), &completed.output)?.of(applied, self.root, &DiskFiles);
        let vacuous = vacuous(applied, &completed.exit, self.root, told, None);
        let unmet = unmet(applied, &completed, log.path(), self.root);
        Ok(RerunResult { exit: completed.exit, unmet, vacuous })
    }
}
