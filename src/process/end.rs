//! How a command ends: by itself, or by what ends one that does not.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::facts::Exit;
use crate::interrupt::Interrupt;

/// How a command ended: what a launcher reports, as one line of JSON.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct CommandEnd {
    pub(super) exit: Exit,
    /// The launcher was asked to stop before.
    pub(super) stopped: bool,
    /// How long it ran, if that is known better than by waiting for all of it.
    pub(super) ran: Option<Duration>,
    /// What it left behind.
    pub(super) left: Vec<String>,
}

impl CommandEnd {
    /// It left nothing that is known of.
    pub(super) fn of(exit: Exit) -> Self {
        Self { exit, stopped: false, ran: None, left: Vec::new() }
    }
}

/// What ends a command that does not end by itself.
pub(super) struct Stop<'a> {
    pub(super) after: Duration,
    pub(super) interrupt: &'a Interrupt,
}

impl Stop<'_> {
    /// Waits for it, and tells how the command then ended.
    pub(super) async fn wait(&self) -> Exit {
        tokio::select! {
            () = tokio::time::sleep(self.after) => Exit::TimedOut { after_seconds: seconds(self.after) },
            _ = self.interrupt.wait() => Exit::Interrupted,
        }
    }
}

/// Rounded up: a limit is never shown as zero.
fn seconds(duration: Duration) -> u64 {
    duration.as_secs() + u64::from(duration.subsec_nanos() > 0)
}

/// How a process ended, as the system tells it.
pub(super) fn exit_of(status: ExitStatus) -> Exit {
    match (status.code(), status.signal()) {
        (Some(code), _) => Exit::Code { code },
        (None, signal) => Exit::Signal { signal: signal.unwrap_or_default() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interrupt::{self, Signal};

    #[test]
    fn an_exit_is_a_code_or_a_signal() {
        for (status, exit) in
            [(0, Exit::Code { code: 0 }), (3 << 8, Exit::Code { code: 3 }), (9, Exit::Signal { signal: 9 })]
        {
            assert_eq!(exit_of(ExitStatus::from_raw(status)), exit);
        }
    }

    #[tokio::test]
    async fn the_time_or_a_person_stops_a_command() {
        let (raise, interrupt) = interrupt::pair();
        let stop = |after| Stop { after, interrupt: &interrupt };
        let soon = stop(Duration::from_millis(1));
        assert_eq!(soon.wait().await, Exit::TimedOut { after_seconds: 1 });
        let stop = stop(Duration::from_mins(1));
        raise.raise(Signal::Interrupt);
        assert_eq!(stop.wait().await, Exit::Interrupted);
    }
}
