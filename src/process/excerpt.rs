//! Keeps the beginning and the end of a text of any length, and says how much is left out between.

use std::path::Path;

/// The most that an agent or a person is shown of one output.
const LIMIT: usize = 16 * 1024;

/// Kept free for the line that says what was left out.
const MARKER: usize = 512;

/// Errors stand at the end: a quarter for the beginning, the rest for the end.
const HEAD: usize = (LIMIT - MARKER) / 4;
const TAIL: usize = LIMIT - MARKER - HEAD;

/// A longer line is cut.
const LINE_CHARACTERS: usize = 500;

/// Of the latest lines at least so much is kept until it is known which are the last.
const RECENT: usize = 64 * 1024;

/// Kept free in a cut line for how much was cut.
const LINE_MARKER: usize = 40;

/// Head and tail of the lines pushed.
#[derive(Debug, Default)]
pub(super) struct Excerpt {
    head: Vec<String>,
    head_bytes: usize,
    head_full: bool,
    /// Whole lines, as they came.
    recent: String,
    /// The line that is not finished.
    line: ExcerptLine,
    line_cut: bool,
    left_out: bool,
}

impl Excerpt {
    /// Takes text; only its last line may be unfinished, to be continued by the next text.
    pub(super) fn push(&mut self, text: &str) {
        let (finished, unfinished) = text.rfind('\n').map_or(("", text), |end| text.split_at(end + 1));
        if let Some((first, rest)) = finished.split_once('\n') {
            self.line.append(first);
            self.end_line();
            self.push_lines(rest);
        }
        self.line.append(unfinished);
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        let line = self.finish_line(line);
        self.push_lines(&format!("{line}\n"));
    }

    fn finish_line(&mut self, line: ExcerptLine) -> String {
        self.line_cut |= line.cut > 0;
        line.finish()
    }

    /// Takes whole lines. Once the head is full they are only copied, so a flood costs little.
    fn push_lines(&mut self, mut text: &str) {
        while !self.head_full
            && let Some((line, rest)) = text.split_once('\n')
        {
            let line = self.finish_line(ExcerptLine::of(line));
            if self.head_bytes + line.len() + 1 > HEAD {
                self.head_full = true;
                break;
            }
            self.head_bytes += line.len() + 1;
            self.head.push(line);
            text = rest;
        }
        self.recent.push_str(text);
        if self.recent.len() > 2 * RECENT {
            let cut = self.recent.floor_char_boundary(self.recent.len() - RECENT);
            // Never within a line, and never all of them.
            let cut = self.recent[..cut].rfind('\n').map_or(0, |newline| newline + 1);
            self.left_out |= cut > 0;
            self.recent.drain(..cut);
        }
    }

    /// The last lines, as many as there is room for, and their size.
    fn tail(&mut self) -> (Vec<String>, usize) {
        let recent = std::mem::take(&mut self.recent);
        let (mut lines, mut bytes) = (Vec::new(), 0);
        for line in recent.split_terminator('\n').rev() {
            let line = self.finish_line(ExcerptLine::of(line));
            if bytes + line.len() + 1 > TAIL {
                self.left_out = true;
                break;
            }
            bytes += line.len() + 1;
            lines.push(line);
        }
        lines.reverse();
        (lines, bytes)
    }

    /// The text, and whether anything was left out of it.
    pub(super) fn finish(mut self, lines: u64, bytes: u64, log: Option<&Path>) -> (String, bool) {
        let newline_at_end = self.line.is_empty();
        if !newline_at_end {
            self.end_line();
        }
        let (tail, tail_bytes) = self.tail();
        let mut parts = self.head;
        if self.left_out {
            let shown_lines = (parts.len() + tail.len()) as u64;
            let shown_bytes = (self.head_bytes + tail_bytes) as u64;
            parts.push(marker(lines.saturating_sub(shown_lines), bytes.saturating_sub(shown_bytes), log));
        }
        parts.extend(tail);
        let mut text = parts.join("\n");
        if newline_at_end && !parts.is_empty() {
            text.push('\n');
        }
        (text, self.left_out || self.line_cut)
    }
}

/// The line that stands for what is not shown.
fn marker(lines: u64, bytes: u64, log: Option<&Path>) -> String {
    let place =
        log.map(|log| format!("; all of it: {}", log.display())).filter(|place| place.len() < MARKER / 2);
    format!("[… {} lines ({}) left out{} …]", thousands(lines), size(bytes), place.unwrap_or_default())
}

/// `1234567` as `1,234,567`.
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Bytes, rounded to a unit that is easily read.
fn size(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} bytes"),
        1024..1_048_576 => format!("{} KiB", thousands(bytes / 1024)),
        _ => format!("{} MiB", thousands(bytes / 1_048_576)),
    }
}

/// One line as a terminal would end up showing it, cut if it is long.
#[derive(Debug, Default)]
struct ExcerptLine {
    text: String,
    characters: usize,
    cut: usize,
    /// A carriage return was seen: what comes next overwrites the line.
    returned: bool,
}

impl ExcerptLine {
    fn of(text: &str) -> Self {
        let mut line = Self::default();
        line.append(text);
        line
    }

    fn is_empty(&self) -> bool {
        self.text.is_empty() && self.cut == 0
    }

    fn append(&mut self, text: &str) {
        for (at, state) in text.split('\r').enumerate() {
            self.returned |= at > 0;
            if state.is_empty() {
                continue;
            }
            if self.returned {
                *self = Self::default();
            }
            let room = LINE_CHARACTERS - self.characters;
            let end = state.char_indices().nth(room).map_or(state.len(), |(end, _)| end);
            self.text.push_str(&state[..end]);
            self.characters += state[..end].chars().count();
            self.cut += state[end..].chars().count();
        }
    }

    /// The line with what was cut said inside its limit, so that it is not cut again.
    fn finish(mut self) -> String {
        if self.cut > 0 {
            let kept = self.text.char_indices().nth(LINE_CHARACTERS - LINE_MARKER).map_or(0, |(end, _)| end);
            self.text.truncate(kept);
            let cut = thousands((self.cut + LINE_MARKER) as u64);
            self.text.extend(["… [", &cut, " more characters]"]);
        }
        self.text
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;

    fn excerpt(texts: &[&str], log: Option<&Path>) -> (String, bool) {
        let all: String = texts.concat();
        let mut excerpt = Excerpt::default();
        for text in texts {
            excerpt.push(text);
        }
        let lines = all.split_terminator('\n').count() as u64;
        excerpt.finish(lines, all.len() as u64, log)
    }

    #[test]
    fn nothing_stays_nothing_and_empty_lines_stay() {
        assert_eq!(excerpt(&[], None), (String::new(), false));
        assert_eq!(excerpt(&["\n\na\n\n"], None), ("\n\na\n\n".to_owned(), false));
    }

    #[test]
    fn the_middle_is_left_out_on_line_boundaries_and_counted() {
        let mut all = String::new();
        for number in 0..5_000 {
            let _ = writeln!(all, "line {number}");
        }
        let (text, truncated) = excerpt(&[&all[..40_001], &all[40_001..]], Some(Path::new("logs/run-1.log")));
        assert!(truncated && text.len() <= LIMIT && text.len() > LIMIT - 600, "{}", text.len());
        assert!(text.starts_with("line 0\nline 1\n") && text.ends_with("line 4998\nline 4999\n"));
        let marker = text.lines().find(|line| line.starts_with('[')).unwrap();
        assert_eq!(marker, "[… 3,357 lines (32 KiB) left out; all of it: logs/run-1.log …]");
        let whole_lines = |line: &str| line.starts_with("line ") && all.contains(&format!("{line}\n"));
        assert!(text.lines().filter(|line| !line.starts_with('[')).all(whole_lines));
    }

    #[test]
    fn a_line_continued_over_several_texts_is_one_line() {
        let (text, truncated) = excerpt(&["ab", "cd\r", "ef", "gh\nnext", "\r"], None);
        assert_eq!((text.as_str(), truncated), ("efgh\nnext", false));
    }

    #[test]
    fn a_long_line_is_cut_and_says_so() {
        let (text, truncated) = excerpt(&[&"x".repeat(1_734)], None);
        assert_eq!(text, format!("{}… [1,274 more characters]", "x".repeat(460)));
        assert!(truncated);
    }
}
