//! Reads a journal: every line that can be read, and a complaint about each line that cannot.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use crate::facts::{Record, SCHEMA};

/// What a journal holds.
#[derive(Debug, Default)]
pub struct Journal {
    /// Every record that could be read, in order.
    pub records: Vec<Record>,
    /// Lines that could not.
    pub skipped: Vec<SkippedLines>,
    /// The last line has no end: a killed run was writing it.
    pub torn_tail: bool,
    /// Some line has a higher schema: a newer agentrun wrote it, and would miss what this one adds.
    pub newer: bool,
}

/// A journal that is read on while a run writes it.
#[derive(Debug, Clone)]
pub struct GrowingJournal {
    path: PathBuf,
    /// Bytes that were read.
    read: u64,
}

/// A line that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkippedLines {
    /// Its number, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub reason: String,
}

impl Journal {
    /// What is worth telling about the lines that could not be read.
    pub fn complaints(&self) -> Vec<String> {
        let mut complaints: Vec<String> = self
            .skipped
            .iter()
            .map(|skipped| format!("journal line {} is skipped: {}", skipped.line, skipped.reason))
            .collect();
        if self.torn_tail {
            complaints.push("the journal's last line was cut off by a killed run: it is dropped".to_owned());
        }
        complaints
    }
}

impl GrowingJournal {
    /// The journal at this path, from its beginning; it need not exist.
    pub fn at(path: PathBuf) -> Self {
        Self { path, read: 0 }
    }

    /// The records that came since the last time, whatever their seals say. A line without an end
    /// is left for the next time.
    pub fn read_on(&mut self) -> io::Result<Vec<Record>> {
        let mut file = match File::open(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            file => file?,
        };
        file.seek(SeekFrom::Start(self.read))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        bytes.truncate(whole(&bytes));
        self.read += bytes.len() as u64;
        Ok(parse(&bytes).records)
    }
}

/// Reads a journal, whatever its seals say; an absent one is empty.
pub fn read(path: &Path) -> io::Result<Journal> {
    Ok(parse(&bytes(path)?))
}

/// The bytes of a journal; an absent one has none.
pub fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    match std::fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        read => read,
    }
}

/// Reads the bytes of a journal. Never fails: one bad byte does not make the rest unreadable.
pub fn parse(bytes: &[u8]) -> Journal {
    let mut journal =
        Journal { torn_tail: !bytes.is_empty() && !bytes.ends_with(b"\n"), ..Journal::default() };
    for (index, line) in bytes[..whole(bytes)].split(|&byte| byte == b'\n').enumerate() {
        if line.is_empty() {
            continue;
        }
        match serde_json::from_slice::<Record>(line) {
            Ok(record) if record.schema > SCHEMA => journal.newer = true,
            Ok(record) => journal.records.push(record),
            Err(error) => journal.skipped.push(SkippedLines { line: index + 1, reason: error.to_string() }),
        }
    }
    journal
}

/// Up to where the lines have an end.
pub(super) fn whole(bytes: &[u8]) -> usize {
    bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_bad_line_does_not_hide_the_others() {
        let line = r#"{"schema":1,"seq":7,"ts":"1970-01-01T00:00:00Z","run":"r","type":"warning","code":"c","message":"m"}"#;
        let text = format!(
            "{line}\n\u{feff}oops\n{line}\n{}\n{{\"torn",
            line.replace("\"schema\":1", "\"schema\":9")
        );
        let journal = parse(text.as_bytes());
        assert_eq!(journal.records.len(), 2);
        assert!(journal.newer);
        assert_eq!(
            journal.complaints(),
            [
                "journal line 2 is skipped: expected value at line 1 column 1",
                "the journal's last line was cut off by a killed run: it is dropped",
            ]
        );
    }

    #[test]
    fn a_growing_journal_is_read_once() {
        let line = |seq: u64| {
            format!(
                "{{\"schema\":1,\"seq\":{seq},\"ts\":\"1970-01-01T00:00:00Z\",\"run\":\"r\",\"type\":\"warning\",\"code\":\"c\",\"message\":\"m\"}}\n"
            )
        };
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("journal.jsonl");
        let mut growing = GrowingJournal::at(path.clone());
        let mut came = |bytes: &str| {
            std::fs::write(&path, bytes).unwrap();
            let records = growing.read_on().unwrap();
            records.iter().map(|record| record.seq).collect::<Vec<u64>>()
        };
        let (one, two, three) = (line(1), line(2), line(3));
        assert_eq!(came(&one), [1]);
        assert_eq!(came(&format!("{one}{}", &two[..9])), Vec::<u64>::new());
        assert_eq!(came(&format!("{one}{two}{three}")), [2, 3]);
        std::fs::remove_file(&path).unwrap();
        assert_eq!(growing.read_on().unwrap(), []);
    }

    proptest! {
        #[test]
        fn any_bytes_can_be_read(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            parse(&bytes);
        }
    }
}
