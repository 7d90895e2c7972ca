//! A text as lines that end in `\n`, and the way back to its own bytes.

const BOM: char = '\u{feff}';

/// What a file's text looks like apart from its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FileShape {
    pub bom: bool,
    /// Most of its lines end in CR LF.
    pub crlf: bool,
}

impl FileShape {
    pub(crate) fn of(text: &str) -> Self {
        let crlf = text.matches("\r\n").count();
        let newlines = text.matches('\n').count();
        Self { bom: text.starts_with(BOM), crlf: crlf > newlines - crlf }
    }

    /// A text whose lines end in `\n`, with the line ends of this shape.
    pub(crate) fn line_ends(self, text: &str) -> String {
        if self.crlf { text.replace('\n', "\r\n") } else { text.to_owned() }
    }

    /// A whole new text in the shape of the old one.
    pub(crate) fn dress(self, text: &str) -> String {
        let text = text.trim_start_matches(BOM).replace("\r\n", "\n");
        let bom = if self.bom { "\u{feff}" } else { "" };
        format!("{bom}{}", self.line_ends(&text))
    }
}

/// A text without byte order mark and with `\n` at every line's end.
#[derive(Debug)]
pub(super) struct Flat {
    pub(super) text: String,
    pub(super) shape: FileShape,
    /// The places in `text` of the newlines that had a carriage return before them.
    returns: Vec<usize>,
    starts: Vec<usize>,
}

impl Flat {
    pub(super) fn of(original: &str) -> Self {
        let shape = FileShape::of(original);
        let rest = if shape.bom { &original[BOM.len_utf8()..] } else { original };
        let newlines = rest.match_indices("\r\n").map(|(at, _)| at);
        // Each one before has made the text one byte shorter.
        let returns = newlines.enumerate().map(|(before, at)| at - before).collect();
        let text = rest.replace("\r\n", "\n");
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { text, shape, returns, starts }
    }

    /// The place in the original of a place in the text.
    pub(super) fn original(&self, at: usize) -> usize {
        let bom = if self.shape.bom { BOM.len_utf8() } else { 0 };
        bom + at + self.returns.partition_point(|&newline| newline < at)
    }

    /// The number, from 1, of the line that holds this place.
    pub(super) fn line_of(&self, at: usize) -> usize {
        self.starts.partition_point(|&start| start <= at)
    }

    /// How many lines there are; an empty one after the last newline is none.
    pub(super) fn line_count(&self) -> usize {
        self.starts.len() - usize::from(self.text.is_empty() || self.text.ends_with('\n'))
    }

    /// Begin and end, without newline, of a line, counted from 0.
    pub(super) fn span(&self, line: usize) -> (usize, usize) {
        let end = self.starts.get(line + 1).map_or(self.text.len(), |next| next - 1);
        (self.starts[line], end)
    }

    /// A line without its newline, counted from 0.
    pub(super) fn line(&self, line: usize) -> &str {
        let (start, end) = self.span(line);
        &self.text[start..end]
    }
}
