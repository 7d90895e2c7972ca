//! Finds where each line of a text starts; a line feed, a carriage return or both end a line.

use std::ops::Range;

/// The lines of one text. Lines are 1-based, as people and Markdown parsers count them.
#[derive(Debug, Clone)]
pub struct LineTable {
    starts: Vec<usize>,
    length: usize,
}

impl LineTable {
    /// Reads the line ends of a text.
    pub fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        let marks = memchr::memchr2_iter(b'\n', b'\r', bytes);
        let ends = marks.filter(|at| bytes[*at] == b'\n' || bytes.get(at + 1) != Some(&b'\n'));
        starts.extend(ends.map(|at| at + 1));
        Self { starts, length: text.len() }
    }

    /// How many lines there are.
    pub fn count(&self) -> usize {
        self.starts.len()
    }

    /// The line that a byte stands in.
    pub fn line_of(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset).max(1)
    }

    /// The first byte of a line; the end of the text for lines behind it.
    pub fn start(&self, line: usize) -> usize {
        self.starts.get(line.saturating_sub(1)).copied().unwrap_or(self.length)
    }

    /// One past the last byte of a line, its end mark included.
    pub fn end(&self, line: usize) -> usize {
        self.start(line + 1)
    }

    /// The bytes of a line, its end mark included.
    pub fn span(&self, line: usize) -> Range<usize> {
        self.start(line)..self.start(line + 1)
    }

    /// A line without its end mark.
    pub fn text<'text>(&self, text: &'text str, line: usize) -> &'text str {
        text.get(self.span(line)).unwrap_or_default().trim_end_matches(['\n', '\r'])
    }

    /// Line and column of a byte, both 1-based, the column in characters.
    pub fn position(&self, text: &str, offset: usize) -> (usize, usize) {
        let line = self.line_of(offset);
        let before = text.get(self.start(line)..offset).unwrap_or_default();
        (line, before.trim_start_matches('\u{feff}').chars().count() + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_line_end_ends_a_line() {
        let text = "a\nb\r\nc\rd";
        let line_table = LineTable::of(text);
        let lines: Vec<&str> = (1..=5).map(|line| line_table.text(text, line)).collect();
        assert_eq!(lines, ["a", "b", "c", "d", ""]);
        assert_eq!(line_table.line_of(2), 2);
        assert_eq!(LineTable::of("\u{feff}é [").position("\u{feff}é [", 6), (1, 3));
    }
}
