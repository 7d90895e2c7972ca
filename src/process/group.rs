//! The process group of a child, ended with what is left in it.

use std::io;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::Child;

/// A process group, killed when dropped before its end was seen.
pub(super) struct ProcessGroup {
    id: Pid,
    /// Its id may belong to others by now.
    ended: bool,
}

impl ProcessGroup {
    pub(super) fn of(child: &Child) -> io::Result<Self> {
        let id = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        id.map(|id| Self { id, ended: false }).ok_or_else(|| io::Error::other("the process has no id"))
    }

    /// The child was waited for, and it has no others.
    pub(super) fn done(&mut self) {
        self.ended = true;
    }
}

impl Drop for ProcessGroup {
    fn drop(&mut self) {
        if !self.ended {
            // A group that is gone already is what was wanted.
            let _ = kill_process_group(self.id, Signal::KILL);
        }
    }
}
