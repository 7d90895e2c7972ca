//! Tests of the shell whose answer is written in them: `[ 1 = 1 ]`.

use super::tree::ShellWord;

/// What `test` or `[` with these words answers whatever is the matter; `None` if that depends on
/// anything, or is not understood.
pub(crate) fn answer(words: &[ShellWord]) -> Option<bool> {
    let (program, arguments) = words.split_first()?;
    let arguments = match program.text.as_str() {
        "test" => arguments,
        "[" => arguments.split_last().filter(|(last, _)| last.text == "]")?.1,
        _ => return None,
    };
    if arguments.iter().any(|word| word.expands) {
        return None;
    }
    let words: Vec<&str> = arguments.iter().map(|word| word.text.as_str()).collect();
    match words.as_slice() {
        ["!", rest @ ..] => of(rest).map(|answer| !answer),
        words => of(words),
    }
}

fn of(words: &[&str]) -> Option<bool> {
    match *words {
        [] => Some(false),
        [text] | ["-n", text] => Some(!text.is_empty()),
        ["-z", text] => Some(text.is_empty()),
        [one, "=" | "==", other] => Some(one == other),
        [one, "!=", other] => Some(one != other),
        [one, operator, other] => compare(one.parse().ok()?, operator, other.parse().ok()?),
        _ => None,
    }
}

fn compare(one: i64, operator: &str, other: i64) -> Option<bool> {
    match operator {
        "-eq" => Some(one == other),
        "-ne" => Some(one != other),
        "-lt" => Some(one < other),
        "-le" => Some(one <= other),
        "-gt" => Some(one > other),
        "-ge" => Some(one >= other),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::parser::first_words;
    use super::*;

    #[test]
    fn only_what_depends_on_nothing_is_answered() {
        for (script, expected) in [
            ("[ 1 = 1 ]", Some(true)),
            ("test 1 -eq 01", Some(true)),
            ("[ 2 -lt 1 ]", Some(false)),
            ("test a != b", Some(true)),
            ("[ ! 1 = 2 ]", Some(true)),
            ("test -n x", Some(true)),
            ("[ -z x ]", Some(false)),
            ("test ok", Some(true)),
            ("test", Some(false)),
            ("[ 1 = 1", None),
            ("test -f x", None),
            ("test \"$a\" = 1", None),
            ("[ a -nt b ]", None),
            ("[ 1 = 1 -a -f x ]", None),
        ] {
            assert_eq!(answer(&first_words(script)), expected, "{script}");
        }
    }
}
