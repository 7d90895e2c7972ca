//! Tests of the shell whose answer is written in them: `[ 1 = 1 ]`.

use super::simple::{SimpleCommand, plain};
use super::tree::{CommandKind, CommandList, ShellCommand, ShellWord};

/// How commands end whatever is the matter: well or not; `None` if that depends on anything, or is not understood.
pub(crate) fn answer_of(list: &CommandList) -> Option<bool> {
    let [item] = list.0.as_slice() else { return None };
    let [pipeline] = item.pipelines.as_slice() else { return None };
    let [command] = pipeline.commands.as_slice() else { return None };
    answer_of_command(command).map(|answer| answer != pipeline.negated)
}

/// How one command ends whatever is the matter.
pub(crate) fn answer_of_command(command: &ShellCommand) -> Option<bool> {
    match &command.kind {
        CommandKind::Simple(words) => {
            let words = SimpleCommand::of(words, &command.redirections).words;
            match plain(&words.first()?.text) {
                "true" | ":" => Some(true),
                "false" => Some(false),
                "exit" | "return" if words.len() == 2 => {
                    words[1].text.parse::<u8>().ok().map(|code| code == 0)
                }
                _ => answer(words),
            }
        }
        CommandKind::Subshell(list) | CommandKind::Group(list) => answer_of(list),
        CommandKind::Test(words) => answer_of_test(words),
        _ => None,
    }
}

/// What `[[ ... ]]` or `(( ... ))` answers with these words.
fn answer_of_test(words: &[ShellWord]) -> Option<bool> {
    if let [word] = words
        && let Some(number) = word.text.strip_prefix("((").and_then(|text| text.strip_suffix("))"))
    {
        let mut sum = number.split('+').map(|part| part.trim().parse::<i64>().ok());
        return sum.try_fold(0_i64, |sum, part| sum.checked_add(part?)).map(|sum| sum != 0);
    }
    let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    let known = !words.iter().any(|word| word.expands) && !texts.iter().any(|text| ["<", ">"].contains(text));
    if known { of(&texts) } else { None }
}

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
