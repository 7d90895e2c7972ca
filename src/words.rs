//! Says numbers of things, times, tokens, first lines and reasons the same way everywhere.

use std::error::Error;
use std::fmt::Display;
use std::time::Duration;

/// A number of things: `1 step`, `2 steps`.
pub(crate) fn counted<N: Copy + Display + PartialEq + From<u8>>(number: N, thing: &str) -> String {
    plural(number, thing, &format!("{thing}s"))
}

/// The same where an `s` is not enough: `1 match`, `2 matches`.
pub(crate) fn plural<N: Copy + Display + PartialEq + From<u8>>(number: N, one: &str, many: &str) -> String {
    let thing = if number == N::from(1) { one } else { many };
    format!("{number} {thing}")
}

/// A time that was measured: `0.4 s`, `12 s`, `3 min 20 s`.
pub(crate) fn time(duration: Duration) -> String {
    millis(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
}

/// The same, from milliseconds.
pub(crate) fn millis(millis: u64) -> String {
    match millis {
        0..100 => "< 0.1 s".to_owned(),
        100..10_000 => format!("{}.{} s", millis / 1000, millis % 1000 / 100),
        10_000..60_000 => format!("{} s", millis / 1000),
        _ => match millis / 1000 % 60 {
            0 => format!("{} min", millis / 60_000),
            seconds => format!("{} min {seconds} s", millis / 60_000),
        },
    }
}

/// Tokens: `950`, `12.3k`, `4.1M`.
pub(crate) fn tokens(tokens: u64) -> String {
    match tokens {
        0..1_000 => tokens.to_string(),
        1_000..1_000_000 => format!("{}.{}k", tokens / 1000, tokens % 1000 / 100),
        _ => format!("{}.{}M", tokens / 1_000_000, tokens % 1_000_000 / 100_000),
    }
}

/// The first line of a command or a sentence, as one names it in another.
pub(crate) fn first_line(text: &str) -> String {
    let mut lines = text.trim().lines();
    let first = lines.next().unwrap_or_default().to_owned();
    if lines.next().is_some() { first + " ..." } else { first }
}

/// At most so many characters of a text.
pub(crate) fn head(text: &str, characters: usize) -> &str {
    text.char_indices().nth(characters).map_or(text, |(end, _)| &text[..end])
}

/// The same, with a mark where something is cut off.
pub(crate) fn shortened(text: &str, characters: usize) -> String {
    let head = head(text, characters);
    if head.len() < text.len() { format!("{head}…") } else { text.to_owned() }
}

/// An error and each one behind it.
pub(crate) fn reasons<'a>(
    error: &'a (dyn Error + 'static),
) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

/// An error with what is behind it, on one line: `cannot read x: permission denied`.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut chain = String::new();
    for reason in reasons(error).map(ToString::to_string) {
        if chain.is_empty() {
            chain = reason;
        } else if !chain.ends_with(&reason) {
            // Some say themselves what is behind them.
            chain.extend([": ", &reason]);
        }
    }
    chain
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!(["ä", "äö", "äöü"].map(|text| shortened(text, 2)), ["ä", "äö", "äö…"]);
    }

    #[derive(Debug, thiserror::Error)]
    #[error("cannot read `x`")]
    struct Unreadable(#[source] std::io::Error);

    #[test]
    fn one_thing_and_several() {
        let said = [counted(0, "step"), counted(1_u64, "step"), counted(2_usize, "step")];
        assert_eq!(said, ["0 steps", "1 step", "2 steps"]);
        assert_eq!([plural(1, "match", "matches"), plural(2, "match", "matches")], ["1 match", "2 matches"]);
    }

    #[test]
    fn times_and_tokens_are_as_exact_as_people_need_them() {
        let times = [0, 99, 100, 9_999, 10_000, 59_999, 60_000, 3_601_000];
        let said = ["< 0.1 s", "< 0.1 s", "0.1 s", "9.9 s", "10 s", "59 s", "1 min", "60 min 1 s"];
        assert_eq!(times.map(millis), said);
        assert_eq!(times.map(|millis| time(Duration::from_millis(millis))), said);
        assert_eq!([0, 999, 12_345, 4_150_000].map(tokens), ["0", "999", "12.3k", "4.1M"]);
    }

    #[test]
    fn a_text_is_named_by_its_first_line() {
        for (text, first) in [("", ""), ("\n one\n", "one"), ("one\ntwo", "one ...")] {
            assert_eq!(first_line(text), first);
        }
    }

    #[test]
    fn an_error_is_told_with_all_that_is_behind_it() {
        let error = Unreadable(std::io::Error::other("permission denied"));
        assert_eq!(chain(&error), "cannot read `x`: permission denied");
    }
}
