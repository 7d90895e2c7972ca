//! Shows that something is still going on: a live line on a terminal, a line now and then elsewhere.

use std::io::IsTerminal;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::print;
use crate::words;

/// How often a run without a terminal says that it is still there.
const EVERY: Duration = Duration::from_secs(30);

#[derive(Debug)]
pub(crate) enum Heartbeat {
    /// A spinner with what is being done and for how long.
    Live(ProgressBar),
    /// A thread that speaks up when nothing else was said for a while.
    Lines(Sender<Option<String>>),
}

impl Heartbeat {
    /// Live on a terminal, lines elsewhere.
    pub(crate) fn new() -> Self {
        if !std::io::stderr().is_terminal() {
            return Self::Lines(spawn_lines());
        }
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg} {elapsed:>5}") {
            bar.set_style(style);
        }
        // What has finished is not drawn again below a line that is written.
        bar.finish_and_clear();
        Self::Live(bar)
    }

    pub(crate) fn doing(&self, what: &str) {
        match self {
            Self::Live(bar) => {
                bar.set_message(what.to_owned());
                bar.reset();
                bar.enable_steady_tick(Duration::from_millis(120));
            }
            Self::Lines(sender) => drop(sender.send(Some(what.to_owned()))),
        }
    }

    /// Changes what is said, without starting to count anew.
    pub(crate) fn progress(&self, what: &str) {
        if let Self::Live(bar) = self {
            bar.set_message(what.to_owned());
        }
    }

    /// Nothing is being done.
    pub(crate) fn rest(&self) {
        match self {
            Self::Live(bar) => {
                bar.disable_steady_tick();
                bar.finish_and_clear();
            }
            Self::Lines(sender) => drop(sender.send(None)),
        }
    }

    /// Writes a line above what is live.
    pub(crate) fn line(&self, line: &str) {
        match self {
            Self::Live(bar) => bar.suspend(|| print::talk(line)),
            Self::Lines(_) => print::talk(line),
        }
    }
}

/// The thread ends when the sender is gone.
fn spawn_lines() -> Sender<Option<String>> {
    let (sender, receiver) = mpsc::channel::<Option<String>>();
    std::thread::spawn(move || {
        let mut doing: Option<(String, Instant)> = None;
        loop {
            match receiver.recv_timeout(EVERY) {
                Ok(what) => doing = what.map(|what| (what, Instant::now())),
                Err(RecvTimeoutError::Timeout) => {
                    if let Some((what, since)) = &doing {
                        print::talk(&still(what, since.elapsed()));
                    }
                }
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    });
    sender
}

/// What is said when nothing else was said for a while.
fn still(what: &str, since: Duration) -> String {
    format!("  ... {what} ({})", words::time(since))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_long_is_told_with_how_long() {
        let said = [30, 200].map(|seconds| still("step 1: asking the model", Duration::from_secs(seconds)));
        assert_eq!(
            said,
            ["  ... step 1: asking the model (30 s)", "  ... step 1: asking the model (3 min 20 s)"]
        );
    }
}
