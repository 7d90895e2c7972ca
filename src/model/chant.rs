//! Notices a reply that repeats itself while it is still arriving.
//!
//! Code, tables and rules may repeat a line as often as they like; a model that is stuck repeats a
//! sentence, word for word, until something stops it.

use crate::words;

/// So many repeats in a row are no style any more.
const TIMES: usize = 10;

/// Shorter repeats count once they fill this many bytes: ten times fifty.
const LEAST: usize = 500;

/// How much of the end of a text is looked at; a tenth of it is the longest chunk that is found.
const TAIL: usize = 16 * 1024;

/// How much has to come before it is looked at again: looking costs as much as the tail is long.
const STEP: usize = 2 * 1024;

/// The most of a chunk that is shown.
const SHOWN: usize = 60;

/// The text so far, as far as it matters.
#[derive(Debug, Default)]
pub(crate) struct Chant {
    tail: Vec<u8>,
    /// Bytes that came since it was looked at.
    fresh: usize,
    line: ChantLine,
    in_code: bool,
}

/// The line that is arriving: what it is shows in its first characters.
#[derive(Debug)]
enum ChantLine {
    Begins(String),
    Counts,
    Skipped,
}

impl Default for ChantLine {
    fn default() -> Self {
        Self::Begins(String::new())
    }
}

impl Chant {
    /// Takes the next piece; the chunk that is repeated, if there is one.
    pub(crate) fn hear(&mut self, text: &str) -> Option<String> {
        for piece in text.split_inclusive('\n') {
            self.take(piece);
        }
        if self.fresh < STEP {
            return None;
        }
        self.fresh = 0;
        let excess = self.tail.len().saturating_sub(TAIL);
        self.tail.drain(..excess);
        repeated(&self.tail).map(shown)
    }

    /// Takes a piece of one line.
    fn take(&mut self, piece: &str) {
        let ends = piece.ends_with('\n');
        match &mut self.line {
            ChantLine::Begins(begun) => {
                begun.push_str(piece);
                if ends
                    || begun.len() > LEAST
                    || begun.chars().filter(|c| !c.is_whitespace()).nth(2).is_some()
                {
                    let begun = std::mem::take(begun);
                    self.decide(&begun);
                }
            }
            ChantLine::Counts => self.count(piece),
            ChantLine::Skipped => {}
        }
        if ends {
            self.line = ChantLine::default();
        }
    }

    fn decide(&mut self, begun: &str) {
        let start = begun.trim_start();
        let is_fence = start.starts_with("```") || start.starts_with("~~~");
        if is_fence {
            self.in_code = !self.in_code;
        }
        if self.in_code || is_fence || start.starts_with('|') || is_rule(start) {
            self.line = ChantLine::Skipped;
        } else {
            self.line = ChantLine::Counts;
            self.count(begun);
        }
    }

    fn count(&mut self, piece: &str) {
        self.fresh += piece.len();
        self.tail.extend_from_slice(piece.as_bytes());
    }
}

/// `-----`, `=====`, `* * *` and what else divides a text.
fn is_rule(start: &str) -> bool {
    let mut marks = start.chars().filter(|c| !c.is_whitespace()).take(3);
    let Some(first) = marks.next() else { return false };
    "-=*_~#+".contains(first) && marks.clone().count() == 2 && marks.all(|mark| mark == first)
}

/// The chunk that the text ends with, often enough in a row.
fn repeated(text: &[u8]) -> Option<&[u8]> {
    // The prefix function of the reversed text tells the shortest period of each of its ends.
    let backwards: Vec<u8> = text.iter().rev().copied().collect();
    let mut border = vec![0; backwards.len()];
    for end in 1..backwards.len() {
        let mut length: usize = border[end - 1];
        while length > 0 && backwards[end] != backwards[length] {
            length = border[length - 1];
        }
        border[end] = length + usize::from(backwards[end] == backwards[length]);
        let (all, period) = (end + 1, end + 1 - border[end]);
        if all >= LEAST && all >= TIMES * period {
            return text.get(text.len() - period..);
        }
    }
    None
}

fn shown(chunk: &[u8]) -> String {
    let text = String::from_utf8_lossy(chunk);
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    words::shortened(&line, SHOWN)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Heard in pieces of this size.
    fn heard(text: &str, size: usize) -> Option<String> {
        let mut chant = Chant::default();
        let characters: Vec<char> = text.chars().collect();
        characters.chunks(size).find_map(|piece| chant.hear(&piece.iter().collect::<String>()))
    }

    #[test]
    fn the_same_sentence_over_and_over_is_heard_however_it_is_cut() {
        let sentence = "Now I will run the tests again to see whether they pass. ";
        for size in [3, 4_000] {
            let chunk = heard(&sentence.repeat(100), size).unwrap();
            assert!(sentence.repeat(2).contains(&chunk), "{chunk}");
            assert!(heard(&format!("Let me think.\n\n{}", "Wait.\n".repeat(700)), size).is_some());
            assert!(heard(&"\n".repeat(3_000), size).is_some());
        }
        assert_eq!(repeated(sentence.repeat(9).as_bytes()), None);
        assert_eq!(repeated(sentence.repeat(10).as_bytes()), Some(sentence.as_bytes()));
        let paragraph = "A paragraph of several lines.\nIt goes on here.\n\n".repeat(6);
        assert!(heard(&paragraph.repeat(60), 80).is_some());
    }

    #[test]
    fn what_repeats_for_a_reason_is_no_chant() {
        let row = "| test_of_the_parser_with_a_long_name | passed | 0.00 s |\n";
        let code = format!(
            "Here is the file:\n```\n{}```\nDone.\n",
            "    assert_eq!(parse(\"\"), None);\n".repeat(120)
        );
        let rules = "-".repeat(3_000) + "\n";
        let numbered: Vec<String> =
            (0..200).map(|n| format!("{n}. the test case number {n} passes\n")).collect();
        for text in [row.repeat(120), code, rules, numbered.concat(), "= = = = = = = = = =\n".repeat(120)] {
            for size in [1, 10_000] {
                assert_eq!(heard(&text, size), None, "{}", &text[..40]);
            }
        }
    }

    proptest! {
        #[test]
        fn any_text_can_be_heard_and_words_that_differ_are_no_chant(words in prop::collection::vec("[a-z]{1,9}", 0..300)) {
            let words = words.iter().enumerate().map(|(n, word)| format!("{word}{n} "));
            prop_assert_eq!(heard(&words.collect::<Vec<_>>().concat(), 11), None);
        }

        #[test]
        fn no_text_panics(text in "(\\PC|\n|`|-){0,300}") {
            let _ = heard(&text, 17);
        }
    }
}
