//! Finds code spans in a line of Markdown, and what is said around them.

use memchr::memchr;

use super::names;

/// The code spans of a line: place and content.
pub(in crate::plan) fn code_spans(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let start = at + memchr(b'`', &text.as_bytes()[at..])?;
            let ticks = ticks_at(text, start);
            at = start + ticks;
            if let Some(length) = closing(&text[at..], ticks) {
                let span = text[at..at + length].trim();
                at += length + ticks;
                return Some((start, span));
            }
        }
    })
}

/// One past the last byte of what stands in a code span: it is a slice of the text, so its place is the distance of
/// the two.
pub(in crate::plan) fn end_of(text: &str, span: &str) -> usize {
    (span.as_ptr().addr() + span.len()).saturating_sub(text.as_ptr().addr()).min(text.len())
}

/// Where a run of exactly so many ticks stands.
fn closing(text: &str, ticks: usize) -> Option<usize> {
    let mut at = 0;
    loop {
        let start = at + memchr(b'`', &text.as_bytes()[at..])?;
        let found = ticks_at(text, start);
        if found == ticks {
            return Some(start);
        }
        at = start + found;
    }
}

fn ticks_at(text: &str, start: usize) -> usize {
    text.as_bytes()[start..].iter().take_while(|byte| **byte == b'`').count()
}

/// What a text says outside its code spans, as words in lower case.
pub(in crate::plan) fn spoken(text: &str) -> String {
    if memchr(b'`', text.as_bytes()).is_none() {
        return names::spoken(text);
    }
    let mut outside = String::with_capacity(text.len());
    let mut at = 0;
    for (start, span) in code_spans(text) {
        outside.push_str(&text[at..start]);
        outside.push(' ');
        at = end_of(text, span);
    }
    outside.push_str(&text[at..]);
    names::spoken(&outside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_found_with_their_places_and_what_is_said_around_them() {
        for (text, spans, said) in [
            ("no code", &[][..], "no code"),
            ("Run `a b`, then ``c ` d``.", &[(4, "a b"), (16, "c ` d")], "run then"),
            ("`` a `` passes", &[(0, "a")], "passes"),
            ("``` odd ` ticks", &[], "odd ticks"),
            ("`a`", &[(0, "a")], ""),
        ] {
            assert_eq!(code_spans(text).collect::<Vec<_>>(), spans, "{text}");
            assert_eq!(spoken(text), said, "{text}");
        }
    }
}
