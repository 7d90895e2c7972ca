//! Looks up phrases as whole words, with as many look-ups as the text has words.

use std::collections::HashMap;

/// Phrases by their first word, each with what it stands for.
pub(in crate::plan) struct Phrases<T> {
    by_word: HashMap<&'static str, Vec<(&'static str, T)>>,
}

impl Phrases<()> {
    /// The phrases of a list with commas between them.
    pub(in crate::plan) fn listed(list: &'static str) -> Self {
        Self::of(list.split(", ").map(|phrase| (phrase, ())))
    }
}

impl<T: Copy> Phrases<T> {
    /// A table of phrases.
    pub(in crate::plan) fn of(rows: impl IntoIterator<Item = (&'static str, T)>) -> Self {
        let mut by_word: HashMap<_, Vec<_>> = HashMap::new();
        for (phrase, meaning) in rows {
            by_word.entry(first_word(phrase)).or_default().push((phrase, meaning));
        }
        Self { by_word }
    }

    /// Every phrase that stands in a text, whose words have one space between them.
    pub(in crate::plan) fn within<'a>(
        &'a self,
        text: &'a str,
    ) -> impl Iterator<Item = (&'static str, T)> + 'a {
        let starts = std::iter::once(0).chain(text.match_indices(' ').map(|(at, _)| at + 1));
        starts.flat_map(move |at| {
            let rest = &text[at..];
            self.starting(rest).iter().filter(move |(phrase, _)| begins_with(rest, phrase)).copied()
        })
    }

    /// The phrase that a text is.
    pub(in crate::plan) fn get(&self, text: &str) -> Option<(&'static str, T)> {
        self.starting(text).iter().find(|(phrase, _)| *phrase == text).copied()
    }

    /// A text holds one of them.
    pub(in crate::plan) fn any_within(&self, text: &str) -> bool {
        self.within(text).next().is_some()
    }

    /// A text is one of them.
    pub(in crate::plan) fn contains(&self, text: &str) -> bool {
        self.get(text).is_some()
    }

    /// The phrases with the first word of a text.
    fn starting(&self, text: &str) -> &[(&'static str, T)] {
        self.by_word.get(first_word(text)).map_or(&[], Vec::as_slice)
    }
}

fn first_word(text: &str) -> &str {
    text.split(' ').next().unwrap_or(text)
}

/// A text begins with these words.
pub(in crate::plan) fn begins_with(text: &str, words: &str) -> bool {
    text.strip_prefix(words).is_some_and(|behind| behind.is_empty() || behind.starts_with(' '))
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

    #[test]
    fn phrases_are_found_wherever_they_stand_and_as_often() {
        let phrases = Phrases::listed("sign off, signoff, über uns");
        let found = |text| phrases.within(text).map(|(phrase, ())| phrase).collect::<Vec<_>>();
        for (text, expected) in [
            ("", vec![]),
            ("sign", vec![]),
            ("sign off", vec!["sign off"]),
            ("then sign off and signoff", vec!["sign off", "signoff"]),
            ("sign off sign off", vec!["sign off", "sign off"]),
            ("design off", vec![]),
            ("alles über uns", vec!["über uns"]),
            ("sign  off", vec![]),
        ] {
            assert_eq!(found(text), expected, "{text}");
            assert_eq!(phrases.any_within(text), !expected.is_empty(), "{text}");
        }
    }
}
