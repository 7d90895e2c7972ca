//! Ctrl-C and a polite kill become the wish to stop.

use tokio::signal::unix::{SignalKind, signal};

use crate::failure::Failure;
use crate::interrupt::{self, Interrupt, Signal};
use crate::report::print;

/// Listens from now on. What is going on is ended in order; the run then says how it ended.
pub(super) fn listen() -> Result<Interrupt, Failure> {
    let deaf = |error| Failure::internal("cannot listen to signals", error);
    let mut interrupted = signal(SignalKind::interrupt()).map_err(deaf)?;
    let mut terminated = signal(SignalKind::terminate()).map_err(deaf)?;
    // A limit on file sizes then is an error of the write, and no silent death.
    drop(signal(SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw())).map_err(deaf)?);
    let (raise, interrupt) = interrupt::pair();
    tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = interrupted.recv() => raise.raise(Signal::Interrupt),
                _ = terminated.recv() => raise.raise(Signal::Terminate),
            }
            print::talk("stopping: ending what runs and writing everything down ...");
        }
    });
    Ok(interrupt)
}
