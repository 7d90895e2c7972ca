//! A command as a child of this very process, in a group of its own: where there is no program to
//! launch it, as in tests of this library. What leaves the group is not found.

use std::io::{self, PipeWriter};
use std::os::unix::process::ExitStatusExt;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, WaitOptions, kill_process_group, test_kill_process_group, waitpgid};
use tokio::process::Child;
use tokio::time::timeout;

use super::child::{Ended, Stop};
use super::printed::Printed;
use super::{Command, Policy, adopt_orphans};
use crate::facts::Exit;

/// How often a group that was told to end is looked at.
const POLL: Duration = Duration::from_millis(5);

/// A started command. Dropping it kills the whole group.
pub(super) struct Running {
    child: Child,
    group: Group,
}

impl Running {
    pub(super) fn start(command: &Command, policy: &Policy, writer: PipeWriter) -> io::Result<Self> {
        adopt_orphans();
        // Both ends of the pipe that this process holds are closed with the builder: once the
        // children are gone, reading ends.
        let child = tokio::process::Command::new(policy.program("bash"))
            .args(command.arguments())
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
        Ok(Self { child, group })
    }

    pub(super) async fn run(
        mut self,
        printed: &mut Printed<'_>,
        policy: &Policy,
        stop: &Stop<'_>,
    ) -> io::Result<Ended> {
        let exit = tokio::select! {
            status = printed.until_exit(&mut self.child) => exit_of(status?),
            exit = stop.wait() => {
                self.stop(printed, policy.grace).await?;
                exit
            }
        };
        let left = self.drain(printed, policy.drain).await?;
        self.end_group(printed, policy.grace).await?;
        let left = if left { vec!["a process of its group".to_owned()] } else { Vec::new() };
        Ok(Ended { exit, ran: None, left })
    }

    /// After the exit, lets what is still in the pipe arrive and what is nearly done be done.
    /// Tells whether something was left behind.
    async fn drain(&mut self, printed: &mut Printed<'_>, patience: Duration) -> io::Result<bool> {
        let done = async {
            printed.until_closed().await?;
            self.group.until_empty().await;
            Ok(())
        };
        timeout(patience, done).await.map_or(Ok(true), |drained| drained.map(|()| false))
    }

    /// Asks the whole group to end, and ends it if it has not ended in time.
    async fn stop(&mut self, printed: &mut Printed<'_>, grace: Duration) -> io::Result<()> {
        self.group.signal(Signal::TERM);
        let ended = async {
            printed.until_exit(&mut self.child).await?;
            self.group.until_empty().await;
            Ok(())
        };
        if let Ok(ended) = timeout(grace, ended).await {
            return ended;
        }
        self.group.signal(Signal::KILL);
        printed.until_exit(&mut self.child).await.map(drop)
    }

    /// Ends what the child left behind in its group, and keeps what that still prints.
    async fn end_group(&mut self, printed: &mut Printed<'_>, grace: Duration) -> io::Result<()> {
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
        printed.rest(POLL).await
    }
}

/// How a process ended, as the system tells it.
pub(super) fn exit_of(status: ExitStatus) -> Exit {
    match (status.code(), status.signal()) {
        (Some(code), _) => Exit::Code { code },
        (None, signal) => Exit::Signal { signal: signal.unwrap_or_default() },
    }
}

/// The process group of a child, killed when dropped before it was ended.
pub(super) struct Group {
    id: Pid,
    /// Its id may belong to others by now.
    ended: bool,
}

impl Group {
    pub(super) fn of(child: &Child) -> io::Result<Self> {
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

    /// The child was waited for, and it has no others.
    pub(super) fn done(&mut self) {
        self.ended = true;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if !self.ended {
            self.signal(Signal::KILL);
        }
    }
}
