//! The launcher: a process of agentrun that makes a session, confines itself, starts the shell, and ends all
//! that the shell leaves.
//!
//! Standard input is the connection to agentrun. Its end is the order to stop, so that a killed
//! agentrun ends its commands too. Standard error is where the command prints to.

use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, WaitOptions, pidfd_open, wait};
use serde::{Deserialize, Serialize};

use super::end::{CommandEnd, exit_of};
use super::sandbox::landlock::Rules;
use super::{adopt_orphans, keep_memory_private, sandbox, tree};
use crate::clock::{Deadline, Stopwatch};
use crate::facts::{Exit, StartObstacle};

/// How often background processes that may be nearly done are looked at.
const POLL: Timespec = Timespec { tv_sec: 0, tv_nsec: 5_000_000 };

/// What a launcher is to do: one line of JSON.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct LaunchOrder {
    pub(super) shell: PathBuf,
    /// What the shell is given: options and script.
    pub(super) arguments: Vec<String>,
    /// What Landlock lets through, if that is the sandbox.
    pub(super) landlock: Option<Rules>,
    /// From TERM to KILL.
    pub(super) grace: Duration,
    /// How long background processes may stay after the exit.
    pub(super) drain: Duration,
}

/// Carries out one order and reports. `Err` means that there is nobody to take it from.
pub fn launch() -> io::Result<()> {
    let agentrun = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
    let mut line = String::new();
    BufReader::new(&agentrun).read_line(&mut line)?;
    let order: LaunchOrder = serde_json::from_str(&line)?;
    let report = carry_out(&order, &agentrun).unwrap_or_else(CommandEnd::of);
    let mut json = serde_json::to_vec(&report)?;
    json.push(b'\n');
    // A killed agentrun does not listen any more.
    let _ = (&agentrun).write_all(&json);
    Ok(())
}

/// Confines this process and becomes another program.
pub fn confine(rules: &str, program: &[OsString]) -> io::Error {
    let rules = match serde_json::from_str(rules) {
        Ok(rules) => rules,
        Err(error) => return error.into(),
    };
    if let Err(error) = sandbox::landlock::restrict(&rules) {
        return io::Error::other(error);
    }
    let Some((name, arguments)) = program.split_first() else {
        return io::Error::other("no program is named");
    };
    Command::new(name).args(arguments).exec()
}

fn carry_out(order: &LaunchOrder, agentrun: &UnixStream) -> Result<CommandEnd, Exit> {
    // Within bubblewrap there is a session already.
    let _ = rustix::process::setsid();
    // The command has the same rights as this process, and may not tell its story for it.
    keep_memory_private();
    adopt_orphans();
    if let Some(rules) = &order.landlock {
        sandbox::landlock::restrict(rules)
            .map_err(|error| not_started(StartObstacle::Sandbox, format!("Landlock refuses: {error}")))?;
    }
    let watch = Stopwatch::start();
    let mut family = Family::start(order)
        .map_err(|error| format!("`{}` cannot be started: {error}", order.shell.display()))
        .map_err(|reason| not_started(StartObstacle::Shell, reason))?;
    let exited = family.until_exit(agentrun);
    let ran = watch.elapsed();
    let left = match exited {
        Ok(true) => family.end_rest(order, agentrun),
        Ok(false) | Err(_) => family.end(order.grace),
    };
    exited.map_err(|error| {
        not_started(StartObstacle::Other, format!("the command cannot be watched: {error}"))
    })?;
    let stopped = matches!(exited, Ok(false));
    let killed = Exit::Signal { signal: rustix::process::Signal::KILL.as_raw() };
    Ok(CommandEnd { exit: family.exit.unwrap_or(killed), stopped, ran: Some(ran), left })
}

fn not_started(obstacle: StartObstacle, reason: String) -> Exit {
    Exit::NotStarted { reason, obstacle }
}

/// The shell and everything below this process.
struct Family {
    shell: Pid,
    /// How the shell ended.
    exit: Option<Exit>,
    /// Something killed agentrun: nobody looks after what is left of the command.
    abandoned: bool,
}

impl Family {
    fn start(order: &LaunchOrder) -> io::Result<Self> {
        let prints_to = rustix::stdio::stderr().try_clone_to_owned()?;
        let child = Command::new(&order.shell)
            .args(&order.arguments)
            .stdin(Stdio::null())
            .stdout(prints_to)
            // A script that signals its own group does not mean this process.
            .process_group(0)
            .spawn()?;
        let shell = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        Ok(Self {
            shell: shell.ok_or_else(|| io::Error::other("it has no id"))?,
            exit: None,
            abandoned: false,
        })
    }

    /// Waits for the exit of the shell, whoever else goes on. `false` if agentrun wants it to stop.
    fn until_exit(&mut self, agentrun: &UnixStream) -> Result<bool, Errno> {
        let shell = pidfd_open(self.shell, PidfdFlags::empty())?;
        loop {
            let mut ends = [PollFd::new(&shell, PollFlags::IN), PollFd::new(agentrun, PollFlags::IN)];
            match poll(&mut ends, None) {
                Ok(_) | Err(Errno::INTR) => {}
                Err(error) => return Err(error),
            }
            let stop = !ends[1].revents().is_empty();
            self.abandoned = ends[1].revents().contains(PollFlags::HUP);
            self.reap();
            if self.exit.is_some() || stop {
                return Ok(self.exit.is_some());
            }
        }
    }

    /// After the exit, lets background processes that are nearly done be done, ends the others,
    /// and tells which these were.
    fn end_rest(&mut self, order: &LaunchOrder, agentrun: &UnixStream) -> Vec<String> {
        let deadline = Deadline::after(order.drain);
        while self.reap() && !deadline.passed() {
            let mut end = [PollFd::new(agentrun, PollFlags::IN)];
            if poll(&mut end, Some(&POLL)).is_ok_and(|ready| ready > 0) {
                self.abandoned = end[0].revents().contains(PollFlags::HUP);
                break;
            }
        }
        if self.reap() { self.end(order.grace) } else { Vec::new() }
    }

    /// Ends everything, and tells what there was. What is abandoned gets no time to do any more.
    fn end(&mut self, grace: Duration) -> Vec<String> {
        let names = tree::names(&tree::below());
        let abandoned = self.abandoned;
        // That nothing is left is known by the kernel: a look through all processes may miss one that forks
        // and exits meanwhile.
        let living = || self.reap().then(tree::below);
        if abandoned {
            tree::kill(living);
        } else {
            tree::end(living, grace);
        }
        self.reap();
        names
    }

    /// Takes note of all that ended, orphans included. Tells whether anything is left.
    fn reap(&mut self) -> bool {
        loop {
            match wait(WaitOptions::NOHANG) {
                Ok(Some((pid, status))) if pid == self.shell => {
                    self.exit = Some(exit_of(ExitStatus::from_raw(status.as_raw())));
                }
                Ok(Some(_)) | Err(Errno::INTR) => {}
                Ok(None) => return true,
                Err(_) => return false,
            }
        }
    }
}
