//! `search`: finds lines that match a pattern, without any installed program, so that it works the same
//! everywhere.

use std::borrow::Cow;
use std::fmt::Write;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use grep_regex::{RegexMatcher, RegexMatcherBuilder};
use grep_searcher::{BinaryDetection, Searcher, SearcherBuilder, Sink, SinkContext, SinkMatch};
use ignore::DirEntry;

use super::arguments::CallArguments;
use super::outcome::{ToolEffect, ToolOutcome, Trouble};
use super::walk::{Filter, walk};
use super::{PATIENCE, Toolbox};
use crate::clock::Deadline;
use crate::redact::Redact;
use crate::words;
use crate::workspace::file::{self, TextProblem};

/// Matches shown.
const MATCHES: usize = 200;

/// Bytes shown.
const BYTES: usize = 16 * 1024;

/// A longer line is cut.
const LINE_CHARACTERS: usize = 500;

const CONTEXT: u64 = 10;

pub(super) const TOO_LONG: &str = "the search took too long; narrow it with path or glob";

/// A longer line is no text, and would have to be held in memory.
const LONGEST_LINE: usize = 16 << 20;

impl Toolbox {
    pub(super) fn search(&self, given: &CallArguments<'_>) -> Result<ToolOutcome, Trouble> {
        let pattern = given.text("pattern")?;
        if pattern.is_empty() {
            return Err(given.wrong("`pattern` is empty"));
        }
        let path = self.workspace().readable(given.optional_text("path")?.unwrap_or("."))?;
        if !path.exists() {
            return Err(self.unreadable(&path, &TextProblem::Missing));
        }
        let filter = Filter::new(given, &self.workspace().root, &path)?;
        let context = given.optional_count("context")?.unwrap_or(0).min(CONTEXT);
        let (matcher, note) = matcher(pattern).map_err(|problem| given.wrong(&problem))?;
        let mut hits = Hits::default();
        let is_file = |entry: &DirEntry| entry.file_type().is_some_and(|kind| kind.is_file());
        let files = walk(&self.workspace().root, &path, None);
        let files = files.filter(|entry| is_file(entry) && filter.admits(entry.path()));
        self.search_files(files, context, &matcher, &mut hits);
        let (count, files) =
            (words::plural(hits.matches, "match", "matches"), words::counted(hits.files, "file"));
        let end = match hits.ended {
            Some(why) => format!("[{count} in {files}, and there may be more: {why}]"),
            None => format!("[{count} in {files} searched]"),
        };
        let text = format!("{note}{}{end}", hits.text);
        Ok(ToolOutcome::done(text, format!("search {pattern} ({count})"), ToolEffect::None))
    }

    fn search_files(
        &self,
        files: impl Iterator<Item = DirEntry>,
        context: u64,
        matcher: &RegexMatcher,
        hits: &mut Hits,
    ) {
        let end = Deadline::after(PATIENCE);
        let mut searcher = searcher(context);
        for entry in files {
            if self.is_over(end) {
                hits.ended = Some(TOO_LONG);
            }
            if hits.ended.is_some() {
                return;
            }
            hits.files += 1;
            let redact = &self.settings.redact;
            let name = self.shown(entry.path());
            let file = SearchedFile { name, path: entry.path(), redact, masked: None, hits };
            let opened = File::open(entry.path()).map(|file| UntilOver { file, toolbox: self, end });
            let found = opened.and_then(|opened| searcher.search_reader(matcher, opened, file));
            if let Err(error) = found {
                let _ = writeln!(hits.text, "{}: not searched: {error}", self.shown(entry.path()));
            }
        }
    }
}

/// A regular expression; text that is none is searched as it is, with a note that says so.
fn matcher(pattern: &str) -> Result<(RegexMatcher, String), String> {
    let build = |literal: bool| {
        RegexMatcherBuilder::new().line_terminator(Some(b'\n')).fixed_strings(literal).build(pattern)
    };
    let error = match build(false) {
        Ok(matcher) => return Ok((matcher, String::new())),
        Err(error) => error.to_string(),
    };
    let reason = error.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
    let note = format!("[no valid regular expression ({reason}): searched as literal text]\n");
    build(true).map(|matcher| (matcher, note)).map_err(|_| format!("`pattern`: {reason}"))
}

fn searcher(context: u64) -> Searcher {
    let context = usize::try_from(context).unwrap_or(0);
    SearcherBuilder::new()
        .line_number(true)
        .before_context(context)
        .after_context(context)
        .binary_detection(BinaryDetection::quit(0))
        .heap_limit(Some(LONGEST_LINE))
        .build()
}

/// A file that ends when the search has to.
struct UntilOver<'a> {
    file: File,
    toolbox: &'a Toolbox,
    end: Deadline,
}

impl Read for UntilOver<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.toolbox.is_over(self.end) {
            return Err(io::Error::new(io::ErrorKind::TimedOut, TOO_LONG));
        }
        self.file.read(buffer)
    }
}

#[derive(Debug, Default)]
struct Hits {
    text: String,
    matches: usize,
    files: usize,
    /// Why there may be more.
    ended: Option<&'static str>,
}

/// What is found in one file.
struct SearchedFile<'a> {
    name: String,
    path: &'a Path,
    redact: &'a Redact,
    /// Its lines, if it holds a private key; known from the first match on.
    masked: Option<Vec<String>>,
    hits: &'a mut Hits,
}

impl SearchedFile<'_> {
    fn add(&mut self, number: Option<u64>, mark: char, bytes: &[u8]) {
        let number = number.unwrap_or(0);
        // A line alone does not say that it is part of a private key.
        let masked = self.masked.get_or_insert_with(|| masked(self.path, self.redact));
        let masked = usize::try_from(number).ok().and_then(|number| masked.get(number.checked_sub(1)?));
        let line = masked.map_or_else(|| String::from_utf8_lossy(bytes), Into::into);
        let line = words::shortened(line.trim_end(), LINE_CHARACTERS);
        let name = &self.name;
        // Writing to a string cannot fail.
        let _ = writeln!(self.hits.text, "{name}{mark}{number}{mark}{line}");
    }
}

/// The lines of a file that holds a private key; none of another.
fn masked(path: &Path, redact: &Redact) -> Vec<String> {
    let text = file::read_text(path).unwrap_or_default();
    match redact.key_lines(&text) {
        Cow::Borrowed(_) => Vec::new(),
        Cow::Owned(text) => text.lines().map(str::to_owned).collect(),
    }
}

impl Sink for SearchedFile<'_> {
    type Error = io::Error;

    fn matched(&mut self, _: &Searcher, found: &SinkMatch<'_>) -> Result<bool, io::Error> {
        if self.hits.matches >= MATCHES || self.hits.text.len() >= BYTES {
            self.hits.ended = Some("only so many are shown; narrow it with path, glob or pattern");
            return Ok(false);
        }
        self.hits.matches += 1;
        self.add(found.line_number(), ':', found.bytes());
        Ok(true)
    }

    fn context(&mut self, _: &Searcher, line: &SinkContext<'_>) -> Result<bool, io::Error> {
        self.add(line.line_number(), '-', line.bytes());
        Ok(self.hits.text.len() < BYTES + BYTES / 4)
    }

    fn context_break(&mut self, _: &Searcher) -> Result<bool, io::Error> {
        self.hits.text.push_str("--\n");
        Ok(true)
    }
}
