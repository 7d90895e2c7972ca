//! Finds secrets that are written in base64 or with percent signs, whole or in part.

use std::ops::Range;

use aho_corasick::AhoCorasick;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use base64::{Engine, engine::GeneralPurpose};

/// So many characters of an encoded secret are enough to know it by: what is shorter is in ordinary text, too.
const ENOUGH: usize = 12;

/// Whatever begins at one of these characters is found from there on.
const STRIDE: usize = 4;

/// What encoded secrets look like.
#[derive(Debug)]
pub(super) struct Encoded {
    /// Parts of the secrets in base64.
    base64: AhoCorasick,
    /// Parts of the secrets themselves, to be found in what percent signs stand for.
    plain: AhoCorasick,
}

impl Encoded {
    /// `None` if there is no secret.
    pub(super) fn of(secrets: &[String]) -> Option<Self> {
        let bytes = || secrets.iter().map(String::as_bytes);
        let base64 = bytes().flat_map(in_base64).flat_map(|text| parts(text.as_bytes()));
        let base64 = AhoCorasick::new(base64).ok()?;
        let plain = AhoCorasick::new(bytes().flat_map(parts)).ok()?;
        (!secrets.is_empty()).then_some(Self { base64, plain })
    }

    /// Where they stand in a text, in its order.
    pub(super) fn find(&self, text: &str) -> Vec<Range<usize>> {
        let mut found = self.in_base64(text);
        found.extend(self.percent_encoded(text));
        joined(found)
    }

    /// The whole run of characters around a part: the rest of it is of the secret or tells nothing.
    fn in_base64(&self, text: &str) -> Vec<Range<usize>> {
        let is_digit =
            |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_' | b'=');
        let bytes = text.as_bytes();
        let around = |part: Range<usize>| {
            let before = bytes[..part.start].iter().rev().take_while(|byte| is_digit(byte)).count();
            let behind = bytes[part.end..].iter().take_while(|byte| is_digit(byte)).count();
            part.start - before..part.end + behind
        };
        let mut found: Vec<Range<usize>> = Vec::new();
        for part in self.base64.find_iter(text).map(|part| part.range()) {
            if found.last().is_none_or(|run| run.end <= part.start) {
                found.push(around(part));
            }
        }
        found
    }

    fn percent_encoded(&self, text: &str) -> Vec<Range<usize>> {
        if !text.contains('%') {
            return Vec::new();
        }
        let decoded: Vec<Decoded> = decoded(text.as_bytes()).collect();
        let bytes: Vec<u8> = decoded.iter().map(|one| one.byte).collect();
        let parts = joined(self.plain.find_overlapping_iter(&bytes).map(|part| part.range()).collect());
        let encoded = parts.into_iter().filter(|part| decoded[part.clone()].iter().any(Decoded::is_encoded));
        let around = |part: Range<usize>| {
            let is_encoded = |one: &&Decoded| one.is_encoded();
            let before = decoded[..part.start].iter().rev().take_while(is_encoded).count();
            let behind = decoded[part.end..].iter().take_while(is_encoded).count();
            decoded[part.start - before].source.start..decoded[part.end + behind - 1].source.end
        };
        encoded.map(around).collect()
    }
}

/// Ranges in their order, those that overlap or touch as one.
fn joined(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| range.start);
    ranges.dedup_by(|next, before| {
        let touches = next.start <= before.end;
        before.end = if touches { before.end.max(next.end) } else { before.end };
        touches
    });
    ranges
}

/// A byte, and where it was written.
struct Decoded {
    byte: u8,
    source: Range<usize>,
}

impl Decoded {
    fn is_encoded(&self) -> bool {
        self.source.len() > 1
    }
}

/// `%2F` is one byte; what is no such sign stands for itself.
fn decoded(text: &[u8]) -> impl Iterator<Item = Decoded> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let first = *text.get(at)?;
        let digits = text.get(at + 1..at + 3).filter(|_| first == b'%');
        let coded = digits.and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        let start = at;
        at += if coded.is_some() { 3 } else { 1 };
        Some(Decoded { byte: coded.unwrap_or(first), source: start..at })
    })
}

/// A secret in base64, as it is behind no, one or two other bytes, in both alphabets; without the characters that other
/// bytes have a share in.
fn in_base64(secret: &[u8]) -> Vec<String> {
    let encoded = |engine: &GeneralPurpose, before: usize| {
        let text = engine.encode([vec![0; before], secret.to_vec()].concat());
        let first = (before * 8).div_ceil(6);
        let last = (before + secret.len()) * 8 / 6;
        text[first..last].to_owned()
    };
    (0..3)
        .flat_map(|before| [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD].map(|engine| encoded(engine, before)))
        .collect()
}

/// Parts that are enough to know the whole by; all of it, if it is short.
fn parts(whole: &[u8]) -> Vec<Vec<u8>> {
    let last = whole.len().saturating_sub(ENOUGH);
    let starts = (0..last).step_by(STRIDE).chain([last]);
    starts.map(|start| whole[start..whole.len().min(start + ENOUGH)].to_vec()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};
    use proptest::prelude::*;

    const SECRET: &str = "key-/+?~0123456789-abcdefghijklmnopqrstuvwxyz";

    fn masked(text: &str) -> String {
        let encoded = Encoded::of(&[SECRET.to_owned()]).unwrap();
        let mut masked = text.to_owned();
        for range in encoded.find(text).into_iter().rev() {
            masked.replace_range(range, "*");
        }
        masked
    }

    fn percent(text: &str) -> String {
        text.bytes().fold(String::new(), |text, byte| text + &format!("%{byte:02X}"))
    }

    #[test]
    fn encoded_secrets_are_found_and_ordinary_text_is_left() {
        let basic = STANDARD.encode(format!("user:{SECRET}"));
        let url = SECRET.replace('/', "%2F").replace('+', "%2b").replace('?', "%3F");
        for (text, expected) in [
            (format!("Basic {basic}, next"), "Basic *, next"),
            (format!("a {} b", percent(SECRET)), "a * b"),
            (format!("https://h/?k={url}&b=1"), "https://h/?k=*&b=1"),
            (format!("the rest {}", STANDARD.encode(&SECRET[9..])), "the rest *"),
            (percent(&SECRET[20..]), "*"),
            (
                "100 % of aGVsbG8gd29ybGQsIGhlbGxv and %20 %zz %".to_owned(),
                "100 % of aGVsbG8gd29ybGQsIGhlbGxv and %20 %zz %",
            ),
        ] {
            assert_eq!(masked(&text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_secret_is_found_wherever_it_stands_in_what_is_encoded(
            before in prop::collection::vec(any::<u8>(), 0..9),
            behind in prop::collection::vec(any::<u8>(), 0..9),
            from in 0..SECRET.len() - 16,
        ) {
            let all = [&before, &SECRET.as_bytes()[from..], &behind].concat();
            for text in [STANDARD.encode(&all), URL_SAFE.encode(&all)] {
                prop_assert_eq!(masked(&format!("({text})")), "(*)");
            }
        }

        #[test]
        fn any_text_is_looked_through(text in "(%|[0-9A-F]|\\PC){0,40}") {
            masked(&text);
        }
    }
}
