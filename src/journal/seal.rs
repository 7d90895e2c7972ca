//! Seals the records: the seal of each covers the record and all records before it.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use sha2::Sha256;

/// What stands before the first seal; a new rule gets a new name.
const RULE: &[u8] = b"agentrun.seal/1";

/// How the seal follows the last field of a record.
const FIELD: &[u8] = b",\"seal\":\"";

/// What seals are made with. Who has it can make them.
#[derive(Clone)]
pub struct Key([u8; 32]);

/// A message authentication code (HMAC-SHA-256).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Seal([u8; 32]);

/// The seals of one journal, up to some record.
#[derive(Clone)]
pub struct Chain {
    mac: Hmac<Sha256>,
    /// How many records are sealed.
    pub records: u64,
    /// The seal of the last of them.
    pub last: Seal,
}

/// The last record that is known from outside of the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JournalHead {
    /// How many records there are up to it.
    pub records: u64,
    /// Its seal.
    pub seal: Seal,
}

/// What the seals of a journal prove.
#[derive(Debug, Clone)]
pub struct Proof {
    /// What is to be thought of the whole.
    pub verdict: JournalVerdict,
    /// The seals of what is proven.
    pub chain: Chain,
    /// How many bytes that is, from the beginning.
    pub bytes: usize,
}

/// What is to be thought of a journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JournalVerdict {
    /// Every record is what was written, and none is missing.
    Whole,
    /// It has no seals, and none were ever made for it.
    Unsealed,
    /// Its seals were made with another key, or for another place.
    Foreign,
    /// A record does not fit what comes before it.
    Broken {
        /// Its place, from 1.
        record: u64,
        /// What is wrong with it.
        fault: SealFault,
    },
    /// It is not there, and was: somebody cleaned up, or wants something forgotten.
    Gone {
        /// How many records there were at least.
        known: u64,
    },
    /// What there is fits, but there was more.
    Truncated {
        /// How many records there were at least.
        known: u64,
    },
}

/// What is wrong with a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealFault {
    /// Something else than agentrun wrote it.
    #[error("has no seal: agentrun did not write it")]
    Unsealed,
    /// By its own number, records before it are missing.
    #[error("calls itself {seq}: records before it are missing")]
    Gap {
        /// The number that it has.
        seq: u64,
    },
    /// By its own number, it belongs to an earlier place.
    #[error("calls itself {seq}: it is out of place, or from elsewhere")]
    Misplaced {
        /// The number that it has.
        seq: u64,
    },
    /// Its number fits, its seal does not.
    #[error("does not match its seal: it was changed or copied from elsewhere")]
    Changed,
}

impl Key {
    /// A key of these bytes, if they are as many as a key has.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

impl Chain {
    /// The beginning of a journal. `place` says whose it is: a record that was copied from the
    /// journal of another plan or another folder fits nowhere.
    pub fn begin(key: &Key, place: &[u8]) -> Self {
        // HMAC fills a key up with zeros to the block of its hash.
        let mut block = [0; 64];
        block[..key.0.len()].copy_from_slice(&key.0);
        let keyed = Hmac::<Sha256>::new(&block.into());
        let mut first = keyed.clone();
        first.update(RULE);
        first.update(place);
        Self { last: Seal(first.finalize().into_bytes().into()), mac: keyed, records: 0 }
    }

    /// Seals the next record, a JSON object on one line.
    pub fn seal(&mut self, record: &[u8]) -> Seal {
        let seal = self.expect(record.strip_suffix(b"}").unwrap_or(record));
        self.go_on(seal);
        seal
    }

    /// The line of the next record: with its seal as the last field, and a line end.
    pub fn line(&mut self, record: &[u8]) -> Vec<u8> {
        let seal = self.seal(record).to_string();
        let body = record.strip_suffix(b"}").unwrap_or(record);
        [body, FIELD, seal.as_bytes(), b"\"}\n"].concat()
    }

    /// The seal that a record would have, its last brace left out.
    fn expect(&self, body: &[u8]) -> Seal {
        let mut mac = self.mac.clone();
        mac.update(&self.last.0);
        mac.update(body);
        Seal(mac.finalize().into_bytes().into())
    }

    fn go_on(&mut self, seal: Seal) {
        self.last = seal;
        self.records += 1;
    }

    fn is_at(&self, head: JournalHead) -> bool {
        self.records == head.records && self.last == head.seal
    }
}

/// Examines the bytes of a journal. A last line without an end is what a killed run leaves: it is
/// neither proven nor an offence. A journal that has more records than its head is none either,
/// for the head is written after them.
pub fn examine(bytes: &[u8], mut chain: Chain, head: Option<JournalHead>) -> Proof {
    let mut met = head.is_none_or(|head| chain.is_at(head));
    let mut proven = 0;
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        let Some(line) = line.strip_suffix(b"\n") else { break };
        match split(line) {
            Some((body, seal)) if chain.expect(body) == seal => chain.go_on(seal),
            found => {
                let verdict = verdict_on(line, found.is_some(), chain.records + 1, head.is_some());
                return Proof { verdict, chain, bytes: proven };
            }
        }
        proven += line.len() + 1;
        met |= head.is_some_and(|head| chain.is_at(head));
    }
    let verdict = match head {
        Some(head) if !met => JournalVerdict::Truncated { known: head.records },
        _ => JournalVerdict::Whole,
    };
    Proof { verdict, chain, bytes: proven }
}

/// What a line means that does not fit.
fn verdict_on(line: &[u8], sealed: bool, record: u64, headed: bool) -> JournalVerdict {
    let fault = match number(line) {
        _ if !sealed => SealFault::Unsealed,
        Some(seq) if seq > record => SealFault::Gap { seq },
        Some(seq) if seq < record => SealFault::Misplaced { seq },
        _ => SealFault::Changed,
    };
    match (record, headed, sealed) {
        (1, false, false) => JournalVerdict::Unsealed,
        (1, false, true) => JournalVerdict::Foreign,
        _ => JournalVerdict::Broken { record, fault },
    }
}

/// The number that a record gives itself.
fn number(line: &[u8]) -> Option<u64> {
    #[derive(Deserialize)]
    struct Numbered {
        seq: u64,
    }
    serde_json::from_slice::<Numbered>(line).ok().map(|record| record.seq)
}

/// A line without its seal and its last brace, and the seal.
fn split(line: &[u8]) -> Option<(&[u8], Seal)> {
    let rest = line.strip_suffix(b"\"}")?;
    let (rest, seal) = rest.split_at_checked(rest.len().checked_sub(64)?)?;
    Some((rest.strip_suffix(FIELD)?, Seal::parse(seal)?))
}

impl Seal {
    /// Reads a seal as it is written: lower-case hexadecimal.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let mut bytes = [0; 32];
        if text.len() != 2 * bytes.len() {
            return None;
        }
        for (byte, pair) in bytes.iter_mut().zip(text.chunks_exact(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        Some(Self(bytes)).filter(|seal| seal.to_string().as_bytes() == text)
    }
}

impl JournalVerdict {
    /// What is wrong, in words; nothing if all is well.
    pub fn complaint(&self) -> Option<String> {
        let text = match self {
            Self::Whole => return None,
            Self::Unsealed => "the journal has no seals: an older agentrun or another program wrote it".to_owned(),
            Self::Foreign => {
                "the journal was sealed with another key or for another folder: on another machine, in another clone"
                    .to_owned()
            }
            Self::Broken { record, fault } => format!("the journal is broken: record {record} {fault}"),
            Self::Gone { known } => format!(
                "the journal is gone, with {known} records at least: deleted, or cleaned away with the ignored files"
            ),
            Self::Truncated { known } => format!("the journal is truncated: it had {known} records at least"),
        };
        Some(text)
    }

    /// Somebody changed what had been sealed here.
    pub fn is_forgery(&self) -> bool {
        matches!(self, Self::Broken { .. } | Self::Truncated { .. })
    }
}

impl fmt::Display for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Seal({self})")
    }
}

impl fmt::Debug for Key {
    /// A key is never shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(..)")
    }
}

impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Chain({} records, {})", self.records, self.last)
    }
}

#[cfg(test)]
#[path = "seal_tests.rs"]
mod tests;
