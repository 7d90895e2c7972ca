//! Finds where each line of a text starts; a line feed, a carriage return or both end a line.

use crate::plan::{Line, Span};

/// The lines of one text.
#[derive(Debug, Clone)]
pub(crate) struct LineTable {
    starts: Vec<usize>,
    length: usize,
}

impl LineTable {
    /// Reads the line ends of a text.
    pub(crate) fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        let ends_line = |at: &usize| match bytes[*at] {
            b'\n' => true,
            b'\r' => bytes.get(at + 1) != Some(&b'\n'),
            _ => false,
        };
        starts.extend((0..bytes.len()).filter(ends_line).map(|at| at + 1));
        Self { starts, length: text.len() }
    }

    /// Every line of the text.
    pub(crate) fn all(&self) -> impl DoubleEndedIterator<Item = Line> {
        Line::from(1).until(Line::from(self.starts.len() + 1))
    }

    /// The line that a byte stands in.
    pub(crate) fn line_of(&self, offset: usize) -> Line {
        self.starts.partition_point(|start| *start <= offset).max(1).into()
    }

    /// The first byte of a line; the end of the text for lines behind it.
    pub(crate) fn start(&self, line: Line) -> usize {
        self.starts.get(usize::from(line.before())).copied().unwrap_or(self.length)
    }

    /// One past the last byte of a line, its end mark included.
    pub(crate) fn end(&self, line: Line) -> usize {
        self.start(line.next())
    }

    /// The bytes of a line, its end mark included.
    pub(crate) fn span(&self, line: Line) -> Span {
        self.start(line)..self.end(line)
    }

    /// A line without its end mark.
    pub(crate) fn text<'text>(&self, text: &'text str, line: Line) -> &'text str {
        text.get(self.span(line)).unwrap_or_default().trim_end_matches(['\n', '\r'])
    }

    /// Line and column of a byte, both 1-based, the column in characters.
    pub(crate) fn position(&self, text: &str, offset: usize) -> (Line, usize) {
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
        let lines: Vec<&str> =
            line_table.all().chain([5.into()]).map(|line| line_table.text(text, line)).collect();
        assert_eq!(lines, ["a", "b", "c", "d", ""]);
        assert_eq!(line_table.line_of(2), 2.into());
        assert_eq!(LineTable::of("\u{feff}é [").position("\u{feff}é [", 6), (1.into(), 3));
    }
}
