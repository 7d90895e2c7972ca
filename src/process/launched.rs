//! Runs a command through a launcher: the order, the wait, the report.

use std::fs::File;
use std::io::{self, PipeWriter};
use std::os::unix::net::UnixStream;
use std::process::ExitStatus;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command as Process};
use tokio::time::timeout;

use super::end::{CommandEnd, Stop, exit_of};
use super::launch::LaunchOrder;
use super::pipe::OutputPipe;
use super::sandbox::landlock::Rules;
use super::{Command, Policy, Sandbox, adopt_orphans, tree};
use crate::facts::{Exit, StartObstacle};

/// The hidden subcommand that makes a launcher of this program.
pub const LAUNCH: &str = "__launch";

/// This program as its child finds it: its standard output. A path could lead to another program
/// by then, for what a command has written.
const PROGRAM: &str = "/proc/self/fd/1";

/// How long a launcher may take beyond what it was told.
const PATIENCE: Duration = Duration::from_secs(8);

/// What has ended prints nothing more; what is in the pipe is there at once.
const REST: Duration = Duration::from_millis(50);

/// How commands are launched.
#[derive(Debug, Clone)]
pub struct Launcher {
    /// This program, as it was when it was started.
    program: Arc<File>,
    /// What confines a command.
    pub(super) sandbox: Arc<Sandbox>,
}

impl Launcher {
    /// A launcher without confinement. One command at a time: whatever is left below this process
    /// after one is ended.
    pub fn new() -> io::Result<Self> {
        adopt_orphans();
        Ok(Self { program: Arc::new(File::open("/proc/self/exe")?), sandbox: Arc::new(Sandbox::Off) })
    }

    fn process(&self, command: &Command) -> Process {
        match &*self.sandbox {
            Sandbox::Bubblewrap { program, confinement } => {
                let mut process = Process::new(program);
                process.args(confinement.bubblewrap(&command.dir)).args([PROGRAM, LAUNCH]);
                process
            }
            Sandbox::Off | Sandbox::Landlock(_) => {
                let mut process = Process::new(PROGRAM);
                process.arg0("agentrun").arg(LAUNCH);
                process
            }
        }
    }

    fn order(&self, command: &Command, policy: &Policy) -> io::Result<LaunchOrder> {
        let landlock = match &*self.sandbox {
            Sandbox::Landlock(confinement) => Some(Rules::of(confinement)),
            Sandbox::Off | Sandbox::Bubblewrap { .. } => None,
        };
        Ok(LaunchOrder {
            shell: policy.program("bash"),
            arguments: command.arguments()?,
            landlock,
            grace: policy.grace,
            drain: policy.drain,
        })
    }
}

/// A started launcher. Dropping it kills everything below this process.
pub(super) struct LaunchedCommand {
    child: Child,
    launcher: tokio::net::UnixStream,
    order: Vec<u8>,
    ended: bool,
}

impl LaunchedCommand {
    pub(super) fn start(command: &Command, policy: &Policy, writer: PipeWriter) -> io::Result<Self> {
        let no_launcher = || io::Error::other("nothing is there to launch it");
        let launcher = policy.launcher.as_ref().ok_or_else(no_launcher)?;
        let mut order = serde_json::to_vec(&launcher.order(command, policy)?)?;
        order.push(b'\n');
        let (ours, theirs) = UnixStream::pair()?;
        ours.set_nonblocking(true)?;
        let child = launcher
            .process(command)
            .current_dir(&command.dir)
            .env_clear()
            .envs(&policy.environment)
            .stdin(std::os::fd::OwnedFd::from(theirs))
            .stdout(launcher.program.try_clone()?)
            .stderr(writer)
            .process_group(0)
            .kill_on_drop(true)
            .spawn()?;
        Ok(Self { child, launcher: tokio::net::UnixStream::from_std(ours)?, order, ended: false })
    }

    pub(super) async fn run(
        mut self,
        pipe: &mut OutputPipe<'_>,
        grace: Duration,
        stop: &Stop<'_>,
    ) -> io::Result<CommandEnd> {
        let (mut status, mut stopped) = (None, None);
        tokio::select! {
            ended = self.until_exit(pipe) => status = Some(ended?),
            exit = stop.wait() => stopped = Some(exit),
        }
        if status.is_none() {
            // The end of the connection is the order to stop.
            let _ = self.launcher.shutdown().await;
            let patience = grace + PATIENCE;
            status = timeout(patience, pipe.until_exit(&mut self.child)).await.ok().transpose()?;
        }
        let report = match status {
            Some(_) => self.report().await,
            None => None,
        };
        if report.is_none() {
            self.kill().await;
        }
        self.ended = true;
        pipe.rest(REST).await?;
        Ok(ended(report, status, stopped))
    }

    /// Gives the order, and reads what is printed until the launcher is done.
    async fn until_exit(&mut self, pipe: &mut OutputPipe<'_>) -> io::Result<ExitStatus> {
        let Self { child, launcher, order, .. } = self;
        // A sandbox that does not start takes no order, and tells why by its exit.
        let given = async { drop(launcher.write_all(order).await) };
        tokio::join!(given, pipe.until_exit(child)).1
    }

    /// What the launcher saw; `None` if something ended it before it could tell.
    async fn report(&mut self) -> Option<CommandEnd> {
        let mut json = Vec::new();
        timeout(REST, self.launcher.read_to_end(&mut json)).await.ok()?.ok()?;
        serde_json::from_slice(&json).ok()
    }

    /// Ends the launcher and everything below it, which has come to this process.
    async fn kill(&mut self) {
        let _ = self.child.start_kill();
        let _ = timeout(PATIENCE, self.child.wait()).await;
        tree::kill(|| tree::some(tree::below()));
    }
}

impl Drop for LaunchedCommand {
    fn drop(&mut self) {
        if !self.ended {
            let _ = self.child.start_kill();
            tree::kill(|| tree::some(tree::below()));
        }
    }
}

/// What report, exit of the launcher and reason to stop come to.
fn ended(report: Option<CommandEnd>, status: Option<ExitStatus>, stopped: Option<Exit>) -> CommandEnd {
    match (report, stopped, status.map(exit_of)) {
        (Some(report), Some(exit), _) if report.stopped => CommandEnd::of(exit),
        (Some(report), ..) => report,
        (None, Some(exit), _) | (None, None, Some(exit @ Exit::Signal { .. })) => CommandEnd::of(exit),
        (None, None, _) => {
            let reason = "the sandbox did not start".to_owned();
            CommandEnd::of(Exit::NotStarted { reason, obstacle: StartObstacle::Sandbox })
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;

    use super::*;

    #[test]
    fn the_report_counts_before_the_exit_of_the_launcher() {
        let report = |stopped| CommandEnd {
            exit: Exit::Code { code: 3 },
            stopped,
            ran: Some(Duration::from_secs(2)),
            left: vec!["7 sleep".to_owned()],
        };
        let (done, killed) = (ExitStatus::from_raw(0), ExitStatus::from_raw(9));
        let late = Exit::TimedOut { after_seconds: 1 };
        let of = |report, status, stopped| {
            let end = ended(report, status, stopped);
            (end.exit, end.ran, end.left.len())
        };
        let told = (Exit::Code { code: 3 }, Some(Duration::from_secs(2)), 1);
        assert_eq!(of(Some(report(false)), Some(done), None), told);
        // It ended by itself while it was told to stop.
        assert_eq!(of(Some(report(false)), Some(done), Some(late.clone())), told);
        assert_eq!(of(Some(report(true)), Some(done), Some(late.clone())), (late.clone(), None, 0));
        assert_eq!(of(None, None, Some(late.clone())), (late, None, 0));
        assert_eq!(of(None, Some(killed), None), (Exit::Signal { signal: 9 }, None, 0));
        let reason = "the sandbox did not start".to_owned();
        let nothing = Exit::NotStarted { reason, obstacle: StartObstacle::Sandbox };
        assert_eq!(of(None, Some(done), None), (nothing, None, 0));
    }
}
