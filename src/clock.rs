//! Tells the time of day for records, and measures how long something takes.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

/// Now, to the millisecond.
pub(crate) fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
}

/// An id for a run that starts at a moment. It sorts by time; `salt` tells runs of one second apart.
pub(crate) fn run_id(start: Timestamp, salt: u32) -> String {
    format!("{}-{:04x}", start.strftime("%Y%m%d-%H%M%S"), salt & 0xffff)
}

/// Measures how long something takes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts now.
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    /// Time since the start.
    pub(crate) fn elapsed(self) -> Duration {
        self.0.elapsed()
    }

    /// Whole milliseconds since the start.
    pub(crate) fn millis(self) -> u64 {
        u64::try_from(self.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// The moment so long after the start.
    pub(crate) fn deadline(self, after: Duration) -> Deadline {
        Deadline(self.0.checked_add(after).unwrap_or(self.0 + FAR))
    }
}

/// What no wait lasts until.
const FAR: Duration = Duration::from_hours(24 * 365);

/// The moment at which something has to be over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Deadline(Instant);

impl Deadline {
    /// So long from now.
    pub(crate) fn after(duration: Duration) -> Self {
        Stopwatch::start().deadline(duration)
    }

    /// It is over.
    pub(crate) fn passed(self) -> bool {
        Instant::now() >= self.0
    }

    /// The moment, for a timer.
    pub(crate) fn instant(self) -> Instant {
        self.0
    }

    /// What comes of this, if it comes in time.
    pub(crate) async fn limit<T>(self, work: impl Future<Output = T>) -> Option<T> {
        tokio::time::timeout_at(self.0, work).await.ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_named_by_its_start_and_its_salt() {
        let start = "2026-01-02T03:04:05Z".parse().unwrap();
        assert_eq!(run_id(start, 0x1_beef), "20260102-030405-beef");
    }

    #[tokio::test]
    async fn a_deadline_passes_and_the_farthest_does_not() {
        let (soon, never) = (Deadline::after(Duration::ZERO), Deadline::after(Duration::MAX));
        assert!(soon < never && soon.passed() && !never.passed());
        assert_eq!(soon.limit(std::future::pending::<()>()).await, None);
        assert_eq!(never.limit(async { 7 }).await, Some(7));
    }
}
