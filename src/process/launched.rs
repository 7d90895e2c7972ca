//! A command by way of a launcher, from agentrun's side: the order, the wait, the report.

use std::fs::File;
use std::io::{self, PipeWriter};
use std::os::unix::net::UnixStream;
use std::process::ExitStatus;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command as Process};
use tokio::time::timeout;

use super::child::{Ended, Stop};
use super::direct::exit_of;
use super::order::{Order, Report};
use super::printed::Printed;
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

    fn order(&self, command: &Command, policy: &Policy) -> Order {
        let landlock = match &*self.sandbox {
            Sandbox::Landlock(confinement) => Some(Rules::of(confinement)),
            Sandbox::Off | Sandbox::Bubblewrap { .. } => None,
        };
        Order {
            shell: policy.program("bash"),
            arguments: command.arguments().map(str::to_owned).collect(),
            landlock,
            grace: policy.grace,
            drain: policy.drain,
        }
    }
}

/// A started launcher. Dropping it kills everything below this process.
pub(super) struct Running {
    child: Child,
    launcher: tokio::net::UnixStream,
    order: Vec<u8>,
    ended: bool,
}

impl Running {
    pub(super) fn start(
        command: &Command,
        policy: &Policy,
        launcher: &Launcher,
        writer: PipeWriter,
    ) -> io::Result<Self> {
        let mut order = serde_json::to_vec(&launcher.order(command, policy))?;
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
        printed: &mut Printed<'_>,
        policy: &Policy,
        stop: &Stop<'_>,
    ) -> io::Result<Ended> {
        let (mut status, mut stopped) = (None, None);
        tokio::select! {
            ended = self.until_exit(printed) => status = Some(ended?),
            exit = stop.wait() => stopped = Some(exit),
        }
        if status.is_none() {
            // The end of the connection is the order to stop.
            let _ = self.launcher.shutdown().await;
            let patience = policy.grace + PATIENCE;
            status = timeout(patience, printed.until_exit(&mut self.child)).await.ok().transpose()?;
        }
        let report = match status {
            Some(_) => self.report().await,
            None => None,
        };
        if report.is_none() {
            self.kill().await;
        }
        self.ended = true;
        printed.rest(REST).await?;
        Ok(ended(report, status, stopped))
    }

    /// Gives the order, and reads what is printed until the launcher is done.
    async fn until_exit(&mut self, printed: &mut Printed<'_>) -> io::Result<ExitStatus> {
        let Self { child, launcher, order, .. } = self;
        // A sandbox that does not start takes no order, and tells why by its exit.
        let given = async { drop(launcher.write_all(order).await) };
        tokio::join!(given, printed.until_exit(child)).1
    }

    /// What the launcher saw; `None` if something ended it before it could tell.
    async fn report(&mut self) -> Option<Report> {
        let mut json = Vec::new();
        timeout(REST, self.launcher.read_to_end(&mut json)).await.ok()?.ok()?;
        serde_json::from_slice(&json).ok()
    }

    /// Ends the launcher and everything below it, which has come to this process.
    async fn kill(&mut self) {
        let _ = self.child.start_kill();
        let _ = timeout(PATIENCE, self.child.wait()).await;
        tree::kill(tree::below);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.ended {
            let _ = self.child.start_kill();
            tree::kill(tree::below);
        }
    }
}

/// What report, exit of the launcher and reason to stop come to.
fn ended(report: Option<Report>, status: Option<ExitStatus>, stopped: Option<Exit>) -> Ended {
    let nothing = |exit| Ended { exit, ran: None, left: Vec::new() };
    match (report, stopped, status.map(exit_of)) {
        (Some(report), Some(exit), _) if report.stopped => nothing(exit),
        (Some(report), ..) => Ended { exit: report.exit, ran: Some(report.ran), left: report.left },
        (None, Some(exit), _) | (None, None, Some(exit @ Exit::Signal { .. })) => nothing(exit),
        (None, None, _) => {
            let reason = "the sandbox did not start".to_owned();
            nothing(Exit::NotStarted { reason, obstacle: StartObstacle::Sandbox })
        }
    }
}
