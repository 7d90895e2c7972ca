//! Turns a flood of bytes into a bounded, redacted text, a full log and a digest, in constant memory.

use std::io;
use std::path::Path;

use super::CommandOutput;
use super::excerpt::Excerpt;
use super::log::Log;
use super::plain::plain;
use crate::digest::Digest;
use crate::redact::{Redact, RedactStream};

/// An unfinished line longer than this is handed on in parts.
const LINE_IN_MEMORY: usize = 64 * 1024;

/// The longest secret that is found although it lies across two parts of a line.
const OVERLAP: usize = 4 * 1024;

/// Takes what a process prints, in pieces of any size.
///
/// Bytes are handed on in blocks of whole lines, so no secret is cut in two by the way the pipe
/// happened to be read.
#[derive(Debug)]
pub(super) struct Collector<'a> {
    redact: &'a Redact,
    shown: RedactStream<'a>,
    log: Option<Log>,
    pending: Vec<u8>,
    excerpt: Excerpt,
    digest: Digest,
    bytes: u64,
    newlines: u64,
    ended_in_line: bool,
}

impl<'a> Collector<'a> {
    /// Opens the log; that is the one thing that can fail here.
    pub(super) fn new(log: Option<&Path>, redact: &'a Redact) -> io::Result<Self> {
        Ok(Self {
            redact,
            shown: redact.stream(),
            log: log.map(Log::create).transpose()?,
            pending: Vec::new(),
            excerpt: Excerpt::default(),
            digest: Digest::default(),
            bytes: 0,
            newlines: 0,
            ended_in_line: false,
        })
    }

    pub(super) fn push(&mut self, bytes: &[u8]) -> io::Result<()> {
        let Some(&last) = bytes.last() else { return Ok(()) };
        self.digest.update(bytes);
        self.bytes += bytes.len() as u64;
        self.newlines += count_newlines(bytes);
        self.ended_in_line = last != b'\n';
        self.pending.extend_from_slice(bytes);
        if let Some(end) = self.pending.iter().rposition(|&byte| byte == b'\n') {
            let rest = self.pending.split_off(end + 1);
            let block = std::mem::replace(&mut self.pending, rest);
            self.hand_on(&block)?;
        }
        while self.pending.len() > LINE_IN_MEMORY {
            self.part_line()?;
        }
        Ok(())
    }

    /// Closes the log and sums up. `log` is how the log is called in the text.
    pub(super) fn finish(mut self, left: Vec<String>, log: Option<&Path>) -> io::Result<CommandOutput> {
        let rest = std::mem::take(&mut self.pending);
        self.hand_on(&rest)?;
        let shown = std::mem::replace(&mut self.shown, self.redact.stream()).finish();
        self.write(&shown)?;
        if let Some(log) = self.log {
            log.finish()?;
        }
        let lines = self.newlines + u64::from(self.ended_in_line);
        let (text, truncated) = self.excerpt.finish(lines, self.bytes, log);
        let digest = self.digest.finish();
        Ok(CommandOutput { text, bytes: self.bytes, lines, digest, truncated, left })
    }

    fn clean(&self, bytes: &[u8]) -> String {
        self.redact.text(&plain(&String::from_utf8_lossy(bytes))).into_owned()
    }

    fn hand_on(&mut self, bytes: &[u8]) -> io::Result<()> {
        let text = self.shown.push(&plain(&String::from_utf8_lossy(bytes)));
        self.write(&text)
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        if let Some(log) = &mut self.log {
            log.write(text)?;
        }
        self.excerpt.push(text);
        Ok(())
    }

    /// Hands on the first part of a line that is too long to be kept. The cut is where nothing
    /// that is redacted as a whole gets by in halves.
    fn part_line(&mut self) -> io::Result<()> {
        let whole = self.clean(&self.pending);
        let mut cut = boundary(&self.pending, self.pending.len() - OVERLAP);
        while cut > 0 {
            let first = self.clean(&self.pending[..cut]);
            if whole.strip_prefix(&first) == Some(&self.clean(&self.pending[cut..])) {
                let rest = self.pending.split_off(cut);
                let first = std::mem::replace(&mut self.pending, rest);
                return self.hand_on(&first);
            }
            cut = boundary(&self.pending, cut.saturating_sub(OVERLAP));
        }
        let pending = std::mem::take(&mut self.pending);
        self.hand_on(&pending)
    }
}

fn count_newlines(bytes: &[u8]) -> u64 {
    bytes.iter().map(|&byte| u64::from(byte == b'\n')).sum()
}

/// The last place at or before `at` where no UTF-8 character is cut.
fn boundary(bytes: &[u8], at: usize) -> usize {
    let inside = |&at: &usize| bytes.get(at).is_none_or(|byte| byte & 0xC0 != 0x80);
    (at.saturating_sub(3)..=at).rev().find(inside).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::*;

    const SECRET: &str = "hunter2-hunter2-hunter2";

    static REDACT: LazyLock<Redact> = LazyLock::new(|| Redact::new([SECRET.to_owned()]));

    fn collect(pieces: &[&[u8]]) -> CommandOutput {
        let mut collector = Collector::new(None, &REDACT).unwrap();
        for piece in pieces {
            collector.push(piece).unwrap();
        }
        collector.finish(Vec::new(), None).unwrap()
    }

    #[test]
    fn a_little_output_is_given_as_it_is() {
        let output = collect(&[b"one\n", b"two"]);
        assert_eq!(output.text, "one\ntwo");
        assert_eq!((output.bytes, output.lines, output.truncated), (7, 2, false));
        assert_eq!(output.digest, crate::digest::digest(b"one\ntwo"));
    }

    #[test]
    fn progress_colours_and_bad_bytes_become_plain_text() {
        let output = collect(&[b"10%\r50%\r100%\r\n\x1b[31mred\x1b[0m \xff\n"]);
        assert_eq!(output.text, "100%\nred \u{fffd}\n");
    }

    #[test]
    fn a_secret_is_masked_wherever_the_reads_cut_it() {
        let text = format!("a {SECRET} b\n");
        for cut in 0..text.len() {
            let (first, second) = text.as_bytes().split_at(cut);
            assert_eq!(collect(&[first, second]).text, "a [redacted] b\n", "cut at {cut}");
        }
    }

    #[test]
    fn a_private_key_is_masked_wherever_the_reads_cut_it() {
        let data = "MIIEow/+".repeat(8);
        let key = format!("-----BEGIN PRIVATE KEY-----\n{data}\n{data}\nQw==\n-----END PRIVATE KEY-----");
        for text in [format!("a\n{key}\nb\n"), format!("{{\"key\": {}}}\n", serde_json::json!(key))] {
            let expected =
                if text.starts_with('a') { "a\n[redacted]\nb\n" } else { "{\"key\": \"[redacted]\"}\n" };
            for cut in 0..text.len() {
                let (first, second) = text.as_bytes().split_at(cut);
                assert_eq!(collect(&[first, second]).text, expected, "cut at {cut}");
            }
        }
    }

    #[test]
    fn a_secret_in_an_endless_line_is_masked_and_the_line_is_cut() {
        let directory = tempfile::tempdir().unwrap();
        let log = directory.path().join("log");
        let mut collector = Collector::new(Some(&log), &REDACT).unwrap();
        let line = format!("{}{SECRET}", "é".repeat(2_030)).repeat(200);
        for piece in line.as_bytes().chunks(7_001) {
            collector.push(piece).unwrap();
        }
        let output = collector.finish(Vec::new(), None).unwrap();
        assert_eq!(std::fs::read_to_string(log).unwrap(), line.replace(SECRET, "[redacted]"));
        assert!(output.text.starts_with("éé") && output.text.len() < 1_100, "{}", output.text);
        assert!(output.truncated);
        assert_eq!(output.lines, 1);
    }

    proptest! {
        #[test]
        fn the_last_line_is_never_lost(
            lengths in prop::collection::vec(0_usize..200, 0..400),
            last in 1_usize..400,
            newline in any::<bool>(),
            size in 1_usize..9_000,
        ) {
            let end = if newline { "\n" } else { "" };
            let lines: Vec<String> = lengths.iter().map(|&length| "é".repeat(length)).collect();
            let last = "z".repeat(last);
            let text = format!("{}\n{last}{end}", lines.join("\n"));
            let pieces: Vec<&[u8]> = text.as_bytes().chunks(size).collect();
            let output = collect(&pieces);
            let last_line = format!("\n{last}{end}");
            prop_assert!(output.text.len() <= 16 * 1024);
            prop_assert!(output.text.ends_with(&last_line));
            prop_assert_eq!(output.truncated, output.text != text);
            prop_assert_eq!(output.bytes, text.len() as u64);
        }
    }
}
