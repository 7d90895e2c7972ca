//! Turns Ctrl-C and `TERM` into the wish to stop.

use std::io;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{self, SignalKind, signal};

use crate::clock::Stopwatch;
use crate::facts::RunOutcome;
use crate::failure::Failure;
use crate::interrupt::{self, Interrupt, Raise, Signal};
use crate::report::print;

/// Two polite kills within this time are one.
const TOGETHER: Duration = Duration::from_secs(1);

struct Ears {
    interrupted: unix::Signal,
    terminated: unix::Signal,
}

/// Listens from now on, on a thread of its own: the runtime's may be busy for minutes. What is going
/// on in the runtime is ended in order; the run then says how it ended. A second signal ends
/// everything at once.
pub(crate) fn listen() -> Result<(Runtime, Interrupt), Failure> {
    let gate = Arc::new(Mutex::new(()));
    let (raise, interrupt) = interrupt::pair();
    let runtime = runtime(Arc::clone(&gate)).and_then(|runtime| spawn(raise, gate).map(|()| runtime));
    let runtime = runtime.map_err(|error| Failure::internal("cannot listen for signals", error))?;
    Ok((runtime, interrupt))
}

/// Once the gate is held everything is about to end: what wakes up then does nothing more.
fn runtime(gate: Arc<Mutex<()>>) -> io::Result<Runtime> {
    Builder::new_current_thread().enable_all().on_thread_unpark(move || drop(gate.lock())).build()
}

fn spawn(raise: Raise, gate: Arc<Mutex<()>>) -> io::Result<()> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let ears = {
        let _within = runtime.enter();
        // A limit on file sizes then is an error of the write, and no silent death.
        drop(signal(SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw()))?);
        Ears { interrupted: signal(SignalKind::interrupt())?, terminated: signal(SignalKind::terminate())? }
    };
    let listen = move || runtime.block_on(hear(ears, &raise, &gate));
    thread::Builder::new().name("signals".to_owned()).spawn(listen).map(drop)
}

async fn hear(mut ears: Ears, raise: &Raise, gate: &Mutex<()>) {
    let first = ears.next().await;
    raise.raise(first);
    let since = Stopwatch::start();
    print::talk("stopping: agentrun ends what runs and saves its state ... (press again to stop at once)");
    let mut signal = ears.next().await;
    // A service manager sends one wish to end twice: to the process and to its group.
    while (first, signal) == (Signal::Terminate, Signal::Terminate) && since.elapsed() < TOGETHER {
        signal = ears.next().await;
    }
    let _shut = gate.lock();
    crate::process::kill_all();
    end(signal);
}

impl Ears {
    async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.interrupted.recv() => Signal::Interrupt,
            _ = self.terminated.recv() => Signal::Terminate,
        }
    }
}

/// Nothing that was recorded is lost by this: the next run goes on as after a kill.
#[expect(clippy::exit, reason = "somebody asked twice")]
fn end(signal: Signal) {
    std::process::exit(RunOutcome::of_signal(signal).exit_code().code().into())
}
