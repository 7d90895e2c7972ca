//! Ctrl-C and a polite kill become the wish to stop.

use tokio::signal::unix::{SignalKind, signal};

use crate::failure::Failure;
use crate::interrupt::{self, Interrupt, Signal};
use crate::report::print;
use crate::run::outcome::RunOutcome;

/// Listens from now on. What is going on is ended in order; the run then says how it ended. A
/// second signal ends everything at once.
pub(super) fn listen() -> Result<Interrupt, Failure> {
    let deaf = |error| Failure::internal("cannot listen to signals", error);
    let mut interrupted = signal(SignalKind::interrupt()).map_err(deaf)?;
    let mut terminated = signal(SignalKind::terminate()).map_err(deaf)?;
    // A limit on file sizes then is an error of the write, and no silent death.
    drop(signal(SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw())).map_err(deaf)?);
    let (raise, interrupt) = interrupt::pair();
    tokio::spawn(async move {
        for patient in [true, false] {
            let signal = tokio::select! {
                _ = interrupted.recv() => Signal::Interrupt,
                _ = terminated.recv() => Signal::Terminate,
            };
            if patient {
                raise.raise(signal);
                print::talk("stopping: ending what runs and writing everything down ... (again: at once)");
            } else {
                crate::process::kill_all();
                end(signal);
            }
        }
    });
    Ok(interrupt)
}

/// Nothing that was recorded is lost by this: the next run goes on as after a kill.
#[expect(clippy::exit, reason = "somebody asked twice")]
fn end(signal: Signal) {
    std::process::exit(RunOutcome::of_signal(signal).exit_code().code().into())
}
