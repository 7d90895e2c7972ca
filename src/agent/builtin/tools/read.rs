//! `read_file`: shows lines with their numbers, and always says how many lines there are.

use std::fmt::Write;
use std::path::Path;

use super::arguments::CallArguments;
use super::outcome::{ToolEffect, ToolOutcome, Trouble};
use super::{Toolbox, walk};
use crate::words;
use crate::workspace::file::{self, TextProblem};

/// Lines shown at once.
const LINES: usize = 2_000;

/// Bytes shown at once.
const BYTES: usize = 50 * 1024;

/// A longer line is cut.
const LINE_CHARACTERS: usize = 2_000;

impl Toolbox {
    pub(super) fn read(&mut self, given: &CallArguments<'_>) -> Result<ToolOutcome, Trouble> {
        let asked = given.text("path")?;
        let count = |value: Option<u64>| value.map(|value| usize::try_from(value).unwrap_or(usize::MAX));
        let first = count(given.optional_count("start_line")?).unwrap_or(1).max(1);
        let limit = count(given.optional_count("limit")?).filter(|&limit| limit > 0).unwrap_or(LINES);
        let path = self.workspace().readable(asked)?;
        let name = self.shown(&path);
        let text = file::read_text(&path).map_err(|error| self.unreadable(&path, &error))?;
        // A page may begin inside a private key.
        let page = Page::of(&self.settings.redact.key_lines(&text), first, limit.min(LINES));
        if page.is_beyond() {
            return Err(given.wrong(&format!("`{name}` has only {} lines", page.of)));
        }
        self.seen.saw(&path, &text);
        let summary = format!("read {name} ({})", page.place());
        let text = page.text(&name, &text);
        let effect = ToolEffect::Read { path: name, first: page.first, last: page.last, of: page.of };
        Ok(ToolOutcome::done(text, summary, effect))
    }

    /// Why a file cannot be read or edited, and what can be done instead.
    pub(super) fn unreadable(&self, path: &Path, error: &TextProblem) -> Trouble {
        let name = self.shown(path);
        let more = match error {
            TextProblem::Missing => {
                walk::similar_names(path).map(|names| format!("; did you mean {names}?")).unwrap_or_default()
            }
            TextProblem::Directory => "; list_files shows what is in it".to_owned(),
            TextProblem::Binary { .. } | TextProblem::NotUtf8 { .. } | TextProblem::TooLarge { .. } => {
                "; use run_command with a program that can handle it".to_owned()
            }
            _ => String::new(),
        };
        Trouble::Mistake(format!("`{name}`: {error}{more}"))
    }
}

/// The lines of a file that are shown.
#[derive(Debug)]
pub(super) struct Page {
    /// Each with its number.
    pub(super) lines: String,
    first: usize,
    last: usize,
    of: usize,
}

impl Page {
    pub(super) fn of(text: &str, first: usize, limit: usize) -> Self {
        let mut page = Self { lines: String::new(), first, last: first - 1, of: text.lines().count() };
        for (at, line) in text.trim_start_matches('\u{feff}').lines().enumerate().skip(first - 1).take(limit)
        {
            let cut = words::head(line, LINE_CHARACTERS);
            if page.lines.len() + cut.len() > BYTES {
                break;
            }
            let more = if cut.len() < line.len() { "… [the line is longer]" } else { "" };
            // Writing to a string cannot fail.
            let _ = writeln!(page.lines, "{:>5}\t{cut}{more}", at + 1);
            page.last = at + 1;
        }
        page
    }

    fn is_beyond(&self) -> bool {
        self.first > self.of.max(1)
    }

    fn place(&self) -> String {
        if self.of == 0 {
            "empty".to_owned()
        } else {
            format!("lines {}-{} of {}", self.first, self.last, self.of)
        }
    }

    fn text(&self, name: &str, file: &str) -> String {
        let crlf = if file.contains("\r\n") { ", lines end in CR LF" } else { "" };
        let more = match self.last {
            last if last < self.of => format!("; go on with start_line {}", last + 1),
            _ => String::new(),
        };
        format!("{}[{name}: {}{crlf}{more}]", self.lines, self.place())
    }
}
