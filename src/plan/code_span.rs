//! Finds code spans in a line of Markdown.

/// The code spans of a line: place and content.
pub(in crate::plan) fn code_spans(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let start = at + text[at..].find('`')?;
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
        let start = at + text[at..].find('`')?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_found_with_their_places() {
        for (text, spans) in [
            ("no code", &[][..]),
            ("Run `a b`, then ``c ` d``.", &[(4, "a b"), (16, "c ` d")]),
            ("`` a `` passes", &[(0, "a")]),
            ("``` odd ` ticks", &[]),
            ("`a`", &[(0, "a")]),
        ] {
            assert_eq!(code_spans(text).collect::<Vec<_>>(), spans, "{text}");
        }
    }
}
