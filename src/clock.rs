//! Tells the time of day for records, and measures how long something takes.

use std::cell::Cell;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

/// Where the time comes from.
#[derive(Debug)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// Starts at a moment and moves on by one second each time it is asked.
    Fixed(Cell<Timestamp>),
}

impl Clock {
    /// Now, to the millisecond.
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => {
                let now = Timestamp::now();
                Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
            }
            Self::Fixed(next) => {
                let now = next.get();
                next.set(now + SignedDuration::from_secs(1));
                now
            }
        }
    }

    /// An id for a run that starts now. It sorts by time; `salt` tells runs of one second apart.
    pub fn run_id(&self, salt: u32) -> String {
        format!("{}-{:04x}", self.now().strftime("%Y%m%d-%H%M%S"), salt & 0xffff)
    }
}

/// Measures how long something takes.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts now.
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Time since the start.
    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }

    /// Whole milliseconds since the start.
    pub fn millis(self) -> u64 {
        u64::try_from(self.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// The moment so long after the start.
    pub fn deadline(self, after: Duration) -> Deadline {
        Deadline(self.0.checked_add(after).unwrap_or(self.0 + FAR))
    }
}

/// What no wait lasts until.
const FAR: Duration = Duration::from_hours(24 * 365);

/// The moment at which something has to be over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deadline(Instant);

impl Deadline {
    /// So long from now.
    pub fn after(duration: Duration) -> Self {
        Stopwatch::start().deadline(duration)
    }

    /// It is over.
    pub fn passed(self) -> bool {
        Instant::now() >= self.0
    }

    /// The moment, for a timer.
    pub fn instant(self) -> Instant {
        self.0
    }

    /// What comes of this, if it comes in time.
    pub async fn limit<T>(self, work: impl Future<Output = T>) -> Option<T> {
        tokio::time::timeout_at(self.0, work).await.ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fixed_clock_moves_by_a_second_and_names_runs() {
        let clock = Clock::Fixed(Cell::new("2026-01-02T03:04:05Z".parse().unwrap()));
        assert_eq!(clock.run_id(0x1_beef), "20260102-030405-beef");
        assert_eq!(clock.now(), "2026-01-02T03:04:06Z".parse().unwrap());
    }

    #[tokio::test]
    async fn a_deadline_passes_and_the_farthest_does_not() {
        let (soon, never) = (Deadline::after(Duration::ZERO), Deadline::after(Duration::MAX));
        assert!(soon < never && soon.passed() && !never.passed());
        assert_eq!(soon.limit(std::future::pending::<()>()).await, None);
        assert_eq!(never.limit(async { 7 }).await, Some(7));
    }
}
