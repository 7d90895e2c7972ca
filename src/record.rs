//! The one door for facts: redacts an event, appends it to the journal, updates the state, tells the report.

use std::path::PathBuf;

use jiff::{SignedDuration, Timestamp};

use crate::clock;
use crate::failure::Failure;
use crate::journal::writer::{JournalRestoration, JournalWriter, to_json};
use crate::model::Notice;
use crate::redact::Redact;
use crate::report::Report;
use crate::words;

use crate::facts::{AttemptRef, Event, Record, SCHEMA};
use crate::state::RunState;
use crate::workspace::guard::killed::JournalPosition;

/// Clocks are put right by less while nobody notices.
const CLOCK_SLACK: SignedDuration = SignedDuration::from_secs(2);

#[derive(Debug)]
pub(crate) struct Recorder {
    pub journal: JournalWriter,
    pub state: RunState,
    pub report: Report,
    pub redact: Redact,
    pub run: String,
    /// Where a copy goes of what was found in the journal's place.
    pub copies: PathBuf,
    pub position: JournalPosition,
    /// The time of the latest record.
    pub latest: Timestamp,
    /// Where a test wants the process to die.
    pub crash: Option<CrashPoint>,
}

/// A moment around a record at which the process kills itself, so that tests can prove that
/// nothing is lost. It exists in debug builds only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CrashPoint {
    pub seq: u64,
    /// After it is in the journal, or before.
    pub after: bool,
}

impl Recorder {
    /// Records a fact. What is not in the journal has not happened: if it cannot be written, the
    /// run ends. If somebody else changed the journal since the last fact, that is one too, and
    /// comes first.
    pub(crate) fn record(&mut self, event: Event) -> Result<(), Failure> {
        self.look_after_journal(false)?;
        self.write(event)
    }

    /// Sets back what somebody else did to the journal. A look is cheap; a thorough one compares
    /// every byte.
    pub(crate) fn look_after_journal(&mut self, thorough: bool) -> Result<(), Failure> {
        let found = self.journal.look(thorough, &self.copies);
        match found.map_err(|error| Failure::internal("cannot restore the journal", error))? {
            None => Ok(()),
            Some(JournalRestoration { what, copy }) => self.write(Event::JournalRestored {
                what: what.to_owned(),
                copy: copy.map(|copy| copy.display().to_string()),
            }),
        }
    }

    fn write(&mut self, event: Event) -> Result<(), Failure> {
        let now = clock::now();
        if let Some(set_back) = set_back(self.latest, now) {
            self.latest = now;
            self.write(set_back)?;
        }
        self.latest = self.latest.max(now);
        self.append(event, now)
    }

    fn append(&mut self, event: Event, ts: Timestamp) -> Result<(), Failure> {
        let mut record = Record { schema: SCHEMA, seq: self.next(), ts, run: self.run.clone(), event };
        let unwritable = |error| Failure::internal("cannot record an event", error);
        let mut json = to_json(&record).map_err(unwritable)?;
        if self.redact.json(&mut json) {
            // State and report know what the journal knows, and no more.
            record = serde_json::from_value(json.clone()).map_err(unwritable)?;
        }
        self.die_if_asked(false);
        self.state
            .apply(&record.event)
            .map_err(|error| Failure::internal("an event contradicts the state; this is a bug", error))?;
        self.journal.append(&json, &record.event).map_err(|error| {
            Failure::internal("cannot write the journal", error)
                .hint("every tick is recorded; free some disk space, then run the same command again")
        })?;
        tracing::debug!(seq = record.seq, event = %json["type"], "recorded");
        self.position.take(record.seq, &record.event);
        self.die_if_asked(true);
        self.report.tell(&record, &json);
        Ok(())
    }

    /// The number that the next record gets.
    fn next(&self) -> u64 {
        self.position.last.saturating_add(1)
    }

    /// Passes on what is worth telling while a reply is awaited.
    pub(crate) fn notice(&mut self, at: &AttemptRef, notice: Notice) -> Result<(), Failure> {
        match notice {
            Notice::Progress { bytes } => {
                self.report.replying(bytes);
                Ok(())
            }
            Notice::Retry { reason, delay, number } => self.record(Event::ModelWaited {
                at: at.clone(),
                reason,
                delay_ms: u64::try_from(delay.as_millis()).unwrap_or(u64::MAX),
                retry: number,
            }),
            Notice::Adapted { what } => {
                self.record(Event::Warning { code: "model-adapted".to_owned(), message: what })
            }
        }
    }

    fn die_if_asked(&self, after: bool) {
        let seq = if after { self.position.last } else { self.next() };
        if cfg!(debug_assertions) && self.crash == Some(CrashPoint { seq, after }) {
            rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL).ok();
        }
    }
}

/// A word on a clock that is behind the last record. What came first is told by the numbers of records.
fn set_back(latest: Timestamp, now: Timestamp) -> Option<Event> {
    let by = latest.duration_since(now);
    let message = format!(
        "the clock was set back by {} since the last record: times and durations in the journal are no order, \
         the numbers of its records are",
        words::time(by.unsigned_abs())
    );
    (by > CLOCK_SLACK).then(|| Event::Warning { code: "clock".to_owned(), message })
}

impl std::str::FromStr for CrashPoint {
    type Err = std::num::ParseIntError;

    /// `before:12` or `after:12`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (when, seq) = text.split_once(':').unwrap_or(("after", text));
        Ok(Self { seq: seq.parse()?, after: when == "after" })
    }
}
