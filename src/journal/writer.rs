//! Appends records to the journal, one line each, and syncs them to disk at step edges.

use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::keep::HeadFile;
use super::reader::whole;
use super::seal::{Chain, JournalHead};
use super::twin::Twin;
use crate::facts::{Event, Record};

/// The writing end of a journal. There is one per plan: the lock sees to it.
#[derive(Debug)]
pub(crate) struct JournalWriter {
    path: PathBuf,
    file: File,
    /// Whole lines only; a failed write is cut back to its end.
    twin: Twin,
    sealing: Option<Sealing>,
}

/// What a journal's records are sealed with, as they are written.
#[derive(Debug)]
pub(crate) struct Sealing {
    pub chain: Chain,
    /// Where it is told how far the journal goes; `None` if that cannot be written.
    pub head: Option<HeadFile>,
}

/// What somebody else did to the journal, which is set back.
#[derive(Debug)]
pub(crate) struct JournalRestoration {
    pub what: &'static str,
    pub copy: Option<PathBuf>,
}

impl JournalWriter {
    /// Opens a journal for appending. A last line without an end is what a killed run leaves: it
    /// is cut off, and the reader has reported it.
    pub(crate) fn open(path: &Path, sealing: Option<Sealing>) -> io::Result<Self> {
        let mut file = OpenOptions::new().write(true).create(true).truncate(false).open(path)?;
        let mut bytes = std::fs::read(path)?;
        bytes.truncate(whole(&bytes));
        file.set_len(bytes.len() as u64)?;
        file.seek(SeekFrom::End(0))?;
        let twin = Twin::of(bytes, &file)?;
        Ok(Self { path: path.to_owned(), file, twin, sealing })
    }

    /// Appends a record. Either the whole line is there afterwards, or nothing of it.
    pub(crate) fn append(&mut self, record: &serde_json::Value, event: &Event) -> io::Result<()> {
        let record = serde_json::to_vec(record)?;
        let mut chain = self.sealing.as_ref().map(|sealing| sealing.chain.clone());
        let line = match &mut chain {
            Some(chain) => chain.line(&record),
            None => [&record[..], b"\n"].concat(),
        };
        if let Err(error) = self.file.write_all(&line) {
            // A full disk may have taken half a line.
            self.file.set_len(self.twin.end())?;
            self.file.seek(SeekFrom::Start(self.twin.end()))?;
            return Err(error);
        }
        self.twin.append(&line);
        self.twin.note(&self.file)?;
        if let (Some(sealing), Some(chain)) = (&mut self.sealing, chain) {
            sealing.chain = chain;
        }
        if is_edge(event) { self.settle() } else { Ok(()) }
    }

    /// What somebody else did to the journal since the last record, set back. `copies` is where a
    /// copy of what was found goes; a thorough look compares every byte.
    pub(crate) fn look(&mut self, thorough: bool, copies: &Path) -> io::Result<Option<JournalRestoration>> {
        let Some(what) = self.twin.look(&self.path, thorough)? else { return Ok(None) };
        let (mut file, copy) = self.twin.restore(&self.path, copies)?;
        file.seek(SeekFrom::End(0))?;
        self.file = file;
        Ok(Some(JournalRestoration { what, copy }))
    }

    /// Makes durable what was written, and only then tells how far it goes: a head that is behind
    /// its journal is what a kill leaves, one that is ahead is a truncated journal.
    fn settle(&mut self) -> io::Result<()> {
        self.file.sync_data()?;
        let Some(Sealing { chain, head: Some(head) }) = &mut self.sealing else { return Ok(()) };
        head.write(JournalHead { records: chain.records, seal: chain.last })
    }
}

/// Facts that must not be lost before what follows them: starts before effects, passes before
/// ticks, ticks before the next step.
fn is_edge(event: &Event) -> bool {
    matches!(
        event,
        Event::RunStarted(_)
            | Event::StepStarted { .. }
            | Event::AttemptStarted { .. }
            | Event::AttemptCompleted { .. }
            | Event::StepPassed { .. }
            | Event::StepStopped { .. }
            | Event::StepConfirmed { .. }
            | Event::TickIntended { .. }
            | Event::TickWritten { .. }
            | Event::JournalBroken { .. }
            | Event::RunCompleted(_)
    )
}

/// A record as JSON, for the journal and for `--json`.
pub(crate) fn to_json(record: &Record) -> serde_json::Result<serde_json::Value> {
    serde_json::to_value(record)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::reader;

    fn warning(text: &str) -> (serde_json::Value, Event) {
        let event = Event::Warning { code: "test".into(), message: text.into() };
        let record = Record {
            schema: 1,
            seq: 1,
            ts: jiff::Timestamp::UNIX_EPOCH,
            run: "r".into(),
            event: event.clone(),
        };
        (to_json(&record).unwrap(), event)
    }

    #[test]
    fn a_torn_tail_is_cut_and_the_rest_is_kept() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("journal.jsonl");
        let (record, event) = warning("whole");
        JournalWriter::open(&path, None).unwrap().append(&record, &event).unwrap();
        let whole = std::fs::read(&path).unwrap();
        for cut in 0..whole.len() {
            let mut torn = whole.clone();
            torn.extend_from_slice(&whole[..cut]);
            std::fs::write(&path, &torn).unwrap();
            let mut writer = JournalWriter::open(&path, None).unwrap();
            assert_eq!(std::fs::read(&path).unwrap(), whole);
            writer.append(&record, &event).unwrap();
            assert_eq!(reader::read(&path).unwrap().records.len(), 2);
        }
    }
}
