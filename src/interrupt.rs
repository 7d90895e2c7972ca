//! The wish to stop: a signal raises it once, and everything that waits sees it.

use tokio::sync::watch;

/// A signal that asks the run to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// Ctrl-C.
    Interrupt,
    /// A polite kill.
    Terminate,
}

/// The seeing end; cheap to clone.
#[derive(Debug, Clone)]
pub struct Interrupt(watch::Receiver<Option<Signal>>);

/// The raising end.
#[derive(Debug)]
pub struct Raise(watch::Sender<Option<Signal>>);

/// A pair of both ends.
pub fn pair() -> (Raise, Interrupt) {
    let (sender, receiver) = watch::channel(None);
    (Raise(sender), Interrupt(receiver))
}

impl Raise {
    /// Asks everything that waits to stop.
    pub fn raise(&self, signal: Signal) {
        self.0.send_replace(Some(signal));
    }
}

impl Interrupt {
    /// One that is never raised.
    pub fn never() -> Self {
        pair().1
    }

    /// The signal, if one was raised.
    pub fn raised(&self) -> Option<Signal> {
        *self.0.borrow()
    }

    /// Waits until a signal is raised; for ever if none can be any more.
    pub async fn wait(&self) -> Signal {
        let mut receiver = self.0.clone();
        loop {
            if let Some(signal) = *receiver.borrow_and_update() {
                return signal;
            }
            if receiver.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }
}
