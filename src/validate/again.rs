//! Runs the commands of ticked steps again, in a clean copy of the project.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use super::applied::Applied;
use crate::interrupt::Interrupt;
use crate::process::{self, Command, Exit, Policy};
use crate::redact::Redact;

/// What running again rests on.
#[derive(Debug)]
pub struct Again<'a> {
    /// The clean copy.
    pub root: &'a Path,
    /// Wall clock of a command.
    pub timeout: Duration,
    /// How children are started.
    pub policy: &'a Policy,
    /// The wish to stop.
    pub interrupt: &'a Interrupt,
    /// How commands ended that ran already, by script and folder: each runs once.
    ran: BTreeMap<(String, String), Exit>,
}

impl<'a> Again<'a> {
    /// Nothing has run yet.
    pub fn new(root: &'a Path, timeout: Duration, policy: &'a Policy, interrupt: &'a Interrupt) -> Self {
        Self { root, timeout, policy, interrupt, ran: BTreeMap::new() }
    }

    /// How a command ends now.
    pub async fn run(&mut self, applied: &Applied) -> std::io::Result<Exit> {
        let key = (applied.script.clone(), applied.dir.clone());
        if let Some(exit) = self.ran.get(&key) {
            return Ok(exit.clone());
        }
        let dir = self.root.join(&applied.dir);
        let exit = if dir.is_dir() {
            let command = Command {
                script: applied.script.clone(),
                strict: true,
                dir,
                timeout: self.timeout,
                log: None,
            };
            process::run(&command, self.policy, self.interrupt, &Redact::new(None)).await?.exit
        } else {
            let reason = format!("the directory `{}` does not exist in the project", applied.dir);
            Exit::NotStarted { reason }
        };
        self.ran.insert(key, exit.clone());
        Ok(exit)
    }
}
