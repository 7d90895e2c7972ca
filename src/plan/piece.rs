//! A piece of a plan's text with its place.

use crate::plan::Line;
use std::borrow::Cow;

/// A piece of text with its place.
#[derive(Debug, Clone)]
pub(super) struct Piece<'text> {
    /// On one line.
    pub(super) text: Cow<'text, str>,
    /// First byte.
    pub(super) at: usize,
    /// First line.
    pub(super) line: Line,
    /// One past the last byte.
    pub(super) end: usize,
}

impl Piece<'_> {
    /// The text without HTML comments.
    pub(super) fn without_comments(&self) -> String {
        let text = self.text.as_ref();
        let mut kept = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once("<!--") {
            kept.push_str(before);
            rest = behind.split_once("-->").map_or("", |(_, rest)| rest);
        }
        kept.push_str(rest);
        kept.trim().to_owned()
    }
}

/// A text up to the end of its first sentence.
pub(super) fn first_sentence(text: &str) -> &str {
    text.split_once(". ").map_or(text, |(first, _)| first)
}

/// The sentences of a text, each with its first byte; a full stop in code ends none.
pub(super) fn sentences(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_end = |at: &usize| text[..*at].matches('`').count().is_multiple_of(2);
    let ends = text.match_indices(". ").map(|(at, _)| at + 1).filter(is_end).chain([text.len()]);
    let mut from = 0;
    ends.map(move |end| {
        let sentence = text[from..end].trim_start();
        let at = end - sentence.len();
        from = end;
        (at, sentence.trim_end())
    })
}

/// Lines as one; it is a copy only where there are several.
pub(super) fn one_line<'text>(mut lines: impl Iterator<Item = &'text str>) -> Cow<'text, str> {
    let mut text = Cow::Borrowed(lines.next().unwrap_or_default());
    for line in lines {
        text.to_mut().extend([" ", line]);
    }
    text
}
