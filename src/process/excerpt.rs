//! The beginning and the end of a text of any length, with what was left out said in between.

use std::collections::VecDeque;
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

/// Head and tail of the lines pushed.
#[derive(Debug, Default)]
pub(super) struct Excerpt {
    head: Vec<String>,
    head_bytes: usize,
    head_full: bool,
    tail: VecDeque<String>,
    tail_bytes: usize,
    /// The line that is not finished.
    line: Line,
    line_cut: bool,
    left_out: bool,
}

impl Excerpt {
    /// Takes text; only its last line may be unfinished, to be continued by the next text.
    pub(super) fn push(&mut self, text: &str) {
        let (finished, unfinished) = text.rfind('\n').map_or(("", text), |end| text.split_at(end + 1));
        if let Some((first, rest)) = finished.split_once('\n') {
            self.line.append(first);
            let line = std::mem::take(&mut self.line);
            self.add(line);
            self.push_lines(rest);
        }
        self.line.append(unfinished);
    }

    /// Takes whole lines. Of many lines only the last can matter once the head is full, so the
    /// cost of a flood is bounded.
    fn push_lines(&mut self, mut text: &str) {
        while !self.head_full
            && let Some((line, rest)) = text.split_once('\n')
        {
            self.add(Line::of(line));
            text = rest;
        }
        let mut start = text.len();
        let mut size = 0;
        while start > 0 && size <= TAIL {
            let line_start = text[..start - 1].rfind('\n').map_or(0, |newline| newline + 1);
            size += (start - line_start).min(LINE_CHARACTERS);
            start = line_start;
        }
        if start > 0 {
            self.left_out = true;
            self.tail.clear();
            self.tail_bytes = 0;
        }
        text[start..].split_terminator('\n').for_each(|line| self.add(Line::of(line)));
    }

    fn add(&mut self, line: Line) {
        self.line_cut |= line.cut > 0;
        let text = line.finish();
        let size = text.len() + 1;
        if !self.head_full && self.head_bytes + size <= HEAD {
            self.head_bytes += size;
            return self.head.push(text);
        }
        self.head_full = true;
        self.tail_bytes += size;
        self.tail.push_back(text);
        while self.tail_bytes > TAIL
            && let Some(dropped) = self.tail.pop_front()
        {
            self.tail_bytes -= dropped.len() + 1;
            self.left_out = true;
        }
    }

    /// The text, and whether anything was left out of it.
    pub(super) fn finish(mut self, lines: u64, bytes: u64, log: Option<&Path>) -> (String, bool) {
        let newline_at_end = self.line.is_empty();
        if !newline_at_end {
            let line = std::mem::take(&mut self.line);
            self.add(line);
        }
        let mut parts = self.head;
        if self.left_out {
            let shown_lines = (parts.len() + self.tail.len()) as u64;
            let shown_bytes = (self.head_bytes + self.tail_bytes) as u64;
            let (lines, bytes) = (lines.saturating_sub(shown_lines), bytes.saturating_sub(shown_bytes));
            parts.push(marker(lines, bytes, log));
        }
        parts.extend(self.tail);
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
struct Line {
    text: String,
    characters: usize,
    cut: usize,
    /// A carriage return was seen: what comes next overwrites the line.
    returned: bool,
}

impl Line {
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

    fn finish(mut self) -> String {
        if self.cut > 0 {
            self.text.extend(["… [", &thousands(self.cut as u64), " more characters]"]);
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
        assert_eq!(text, format!("{}… [1,234 more characters]", "x".repeat(500)));
        assert!(truncated);
    }
}
