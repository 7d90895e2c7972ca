//! Tells the time of day for records, and measures how long something takes.

use std::cell::Cell;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

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
}
