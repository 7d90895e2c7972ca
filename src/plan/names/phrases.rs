//! Looks up phrases as whole words, with as many look-ups as the text has words.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// Phrases by their first word, each with what it stands for.
pub(in crate::plan) struct Phrases<T> {
    by_word: HashMap<&'static str, Vec<(&'static str, T)>, BuildHasherDefault<WordHasher>>,
    /// The lengths of these words by their first byte, a bit for each: most words are none of them.
    lengths: [u64; 256],
}

impl<T: Copy> Phrases<T> {
    /// A table of phrases.
    pub(in crate::plan) fn of(rows: impl IntoIterator<Item = (&'static str, T)>) -> Self {
        let mut phrases = Self { by_word: HashMap::default(), lengths: [0; 256] };
        for (phrase, meaning) in rows {
            let word = phrase.split(' ').next().unwrap_or(phrase);
            phrases.lengths[first_byte(word)] |= length_bit(word);
            phrases.by_word.entry(word).or_default().push((phrase, meaning));
        }
        phrases
    }

    /// Every phrase that stands in a text, whose words have one space between them.
    pub(in crate::plan) fn within<'a>(
        &'a self,
        text: &'a str,
    ) -> impl Iterator<Item = (&'static str, T)> + 'a {
        let mut at = 0;
        text.as_bytes().split(|byte| *byte == b' ').flat_map(move |word| {
            let rest = &text[at..];
            let word = &rest[..word.len()];
            at += word.len() + 1;
            let begins = move |phrase: &str| {
                rest.strip_prefix(phrase).is_some_and(|behind| behind.is_empty() || behind.starts_with(' '))
            };
            self.starting(word).iter().filter(move |(phrase, _)| begins(phrase)).copied()
        })
    }

    /// The phrase that a text is.
    pub(in crate::plan) fn get(&self, text: &str) -> Option<(&'static str, T)> {
        let word = text.split(' ').next().unwrap_or(text);
        self.starting(word).iter().find(|(phrase, _)| *phrase == text).copied()
    }

    /// A text holds one of them.
    pub(in crate::plan) fn any_within(&self, text: &str) -> bool {
        self.within(text).next().is_some()
    }

    /// A text is one of them.
    pub(in crate::plan) fn contains(&self, text: &str) -> bool {
        self.get(text).is_some()
    }

    fn starting(&self, word: &str) -> &[(&'static str, T)] {
        if self.lengths[first_byte(word)] & length_bit(word) == 0 {
            return &[];
        }
        self.by_word.get(word).map_or(&[], Vec::as_slice)
    }
}

fn first_byte(word: &str) -> usize {
    word.bytes().next().map_or(0, usize::from)
}

fn length_bit(word: &str) -> u64 {
    1 << word.len().min(63)
}

/// FNV-1a: quick for words. What is put into the tables is this program's own, so nobody can choose words
/// that collide.
#[derive(Debug, Clone)]
struct WordHasher(u64);

impl Default for WordHasher {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for WordHasher {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_are_whole_words() {
        let phrases = Phrases::of([("roll back", 1), ("roll", 2), ("back", 3)]);
        let found = |text| phrases.within(text).map(|(_, meaning)| meaning).collect::<Vec<_>>();
        assert_eq!(found("how to roll back"), [1, 2, 3]);
        assert_eq!(found("roll backwards"), [2]);
        assert_eq!(found("rolling"), [0; 0]);
        assert_eq!(phrases.get("roll back"), Some(("roll back", 1)));
        assert!(!phrases.contains("roll it"));
    }
}
