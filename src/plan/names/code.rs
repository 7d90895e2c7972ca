//! Codes and ids that name a unit of work: `T001`, `TASK-3`, `SP9-T1`, `W1-GAP-001`, `t1`, `1.2`.

use std::ops::RangeInclusive;

use crate::plan::names;

/// How a code is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::plan) enum CodeForm {
    /// `S1-T14`, `M1-18`: capitals and digits before the dash, and behind it.
    Paired,
    /// `t1`
    Small,
    /// `W1-GAP-001`, `TASK-MCP-019-03`: parts of capitals and digits, a number at the end.
    Long,
    /// `T001`, `TASK-3b`: capitals, then a number; of two digits at least, if the letters say nothing.
    Short,
}

impl CodeForm {
    /// The form of a code; `None` if it is none.
    pub(in crate::plan) fn of(code: &str) -> Option<Self> {
        let forms = [
            (Self::Paired, is_paired as fn(&str) -> bool),
            (Self::Small, is_small),
            (Self::Long, is_long),
            (Self::Short, is_short),
        ];
        forms.into_iter().find(|(_, fits)| fits(code)).map(|(form, _)| form)
    }

    /// Its letters are those of units of work.
    pub(in crate::plan) fn names_a_step(self, code: &str) -> bool {
        let mut parts = code.split('-');
        match self {
            Self::Paired | Self::Small => parts
                .next_back()
                .is_some_and(|last| names::codes_a_step(last.trim_end_matches(|c: char| c.is_ascii_digit()))),
            Self::Long => names::codes_a_step(capitals(code)) || parts.any(names::codes_a_step),
            Self::Short => names::codes_a_step(capitals(code)),
        }
    }
}

fn is_paired(code: &str) -> bool {
    let is_part = |part: &str, letters: RangeInclusive<usize>, digits: usize| {
        let number = &part[capitals(part).len()..];
        letters.contains(&capitals(part).len()) && (1..=digits).contains(&number.len()) && is_number(number)
    };
    code.split_once('-').is_some_and(|(first, second)| is_part(first, 1..=4, 5) && is_part(second, 0..=4, 3))
}

fn is_small(code: &str) -> bool {
    let number = code.strip_prefix('t').unwrap_or_default();
    (1..=3).contains(&number.len()) && is_number(number)
}

fn is_long(code: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    };
    let last = code.rsplit('-').next().unwrap_or_default();
    !capitals(code).is_empty()
        && (2..=4).contains(&last.len())
        && is_number(last)
        && code.len() <= 24
        && code.matches('-').count() > 1
        && code.split('-').all(is_part)
}

fn is_short(code: &str) -> bool {
    let letters = capitals(code);
    let number = code[letters.len()..].trim_start_matches('-');
    let number = number.trim_end_matches(|c: char| c.is_ascii_lowercase());
    let shortest = if names::codes_a_step(letters) { 1 } else { 2 };
    (1..=8).contains(&letters.len())
        && number.len() >= shortest
        && number.starts_with(|c: char| c.is_ascii_digit())
        && number.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '-'))
}

/// The capitals that a code begins with.
fn capitals(code: &str) -> &str {
    &code[..code.bytes().take_while(u8::is_ascii_uppercase).count()]
}

fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `1.2`, `T001`, `TASK-3`: what can be the id of a step where nothing else is said.
pub(in crate::plan) fn is_id(part: &str) -> bool {
    let digits = part[capitals(part).len()..].trim_start_matches('-');
    let numbered = digits.starts_with(|c: char| c.is_ascii_digit())
        && part.len() <= 12
        && digits.chars().all(|c| c.is_ascii_alphanumeric() || c == '.');
    numbered || is_paired(part) || is_small(part)
}

/// The id at the start of a text: `1.2`, `-1`, `3b`, `3-20`; behind a known keyword also `A`.
pub(in crate::plan) fn split_id(text: &str, letters: bool) -> Option<(&str, &str)> {
    let sign = usize::from(text.starts_with('-'));
    let mut end = sign;
    let bytes = text.as_bytes();
    while let Some(byte) = bytes.get(end) {
        let digit_follows = bytes.get(end + 1).is_some_and(u8::is_ascii_digit);
        let inside = end > sign && matches!(byte, b'.' | b'-') && digit_follows;
        if !byte.is_ascii_digit() && !inside {
            break;
        }
        end += 1;
    }
    if end > sign {
        let suffix = bytes.get(end).is_some_and(u8::is_ascii_alphabetic)
            && !bytes.get(end + 1).is_some_and(u8::is_ascii_alphanumeric);
        return Some(text.split_at(end + usize::from(suffix)));
    }
    if let Some(end) = code_end(text).filter(|_| letters) {
        return Some(text.split_at(end));
    }
    let letter = bytes.first().is_some_and(u8::is_ascii_uppercase);
    let alone = !text.chars().nth(1).is_some_and(char::is_alphanumeric);
    (letters && letter && alone).then(|| text.split_at(1))
}

/// Where a code of capitals and digits ends: `INF1`, `P0-2`.
fn code_end(text: &str) -> Option<usize> {
    let letters = capitals(text).len();
    let is_code = |c: char| c.is_ascii_digit() || matches!(c, '-' | '.');
    let rest = text.get(letters..).filter(|_| (1..=4).contains(&letters))?;
    let rest = rest.strip_prefix('-').unwrap_or(rest);
    let numbered = rest.starts_with(|c: char| c.is_ascii_digit());
    let behind = rest.trim_start_matches(is_code);
    let end = text[..text.len() - behind.len()].trim_end_matches(['-', '.']).len();
    (numbered && !behind.starts_with(char::is_alphanumeric)).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_four_forms_and_their_letters_say_whether_they_name_steps() {
        let cases = [
            ("T001", Some((CodeForm::Short, true))),
            ("T1", Some((CodeForm::Short, true))),
            ("TASK-3b", Some((CodeForm::Short, true))),
            ("ADR-12", Some((CodeForm::Short, false))),
            ("RFC2119", Some((CodeForm::Short, false))),
            ("X1", None),
            ("S1-T14", Some((CodeForm::Paired, true))),
            ("M1-18", Some((CodeForm::Paired, false))),
            ("W1-GAP-001", Some((CodeForm::Long, false))),
            ("TASK-MCP-019-03", Some((CodeForm::Long, true))),
            ("t1", Some((CodeForm::Small, true))),
            ("t1000", None),
            ("SHA-1", None),
            ("2-3", None),
            ("", None),
        ];
        let read = |code: &str| CodeForm::of(code).map(|form| (form, form.names_a_step(code)));
        assert_eq!(cases.map(|(code, _)| (code, read(code))), cases);
    }

    #[test]
    fn ids_end_where_the_title_begins() {
        let cases = [
            ("1.2 Saw", false, Some(("1.2", " Saw"))),
            ("1. Saw", false, Some(("1", ". Saw"))),
            ("3b: Saw", false, Some(("3b", ": Saw"))),
            ("3-20", false, Some(("3-20", ""))),
            ("-1: Saw", false, Some(("-1", ": Saw"))),
            ("3bits", false, Some(("3", "bits"))),
            ("A: Saw", true, Some(("A", ": Saw"))),
            ("A: Saw", false, None),
            ("As it is", true, None),
            ("INF1: Saw", true, Some(("INF1", ": Saw"))),
            ("P0-2. Saw", true, Some(("P0-2", ". Saw"))),
            ("P0-2. Saw", false, None),
            ("", true, None),
        ];
        assert_eq!(cases.map(|(text, letters, _)| (text, letters, split_id(text, letters))), cases);
    }

    #[test]
    fn a_bare_id_is_told_from_a_word() {
        let ids = ["1.2", "T001", "TASK-3", "SP9-T1", "t2", "3b"];
        let words = ["", "and", "tokio", "v1.2", "T", "1234567890123", "3-4"];
        assert_eq!(ids.map(is_id), [true; 6]);
        assert_eq!(words.map(is_id), [false; 7]);
    }
}
