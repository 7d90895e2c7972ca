//! Finds the program that a simple command runs in the end, behind assignments, wrappers and inner shells.

use super::Word;
use super::tokens::closed;

/// What a shell does when a command fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// It ends at the first failure: `-e`.
    pub errexit: bool,
    /// A pipeline fails if any of its commands does.
    pub pipefail: bool,
}

impl Options {
    /// How agentrun runs the commands of plans and configurations.
    pub const STRICT: Self = Self { errexit: true, pipefail: true };
    /// How `sh`, `make` and `npm` run theirs.
    pub const PLAIN: Self = Self { errexit: false, pipefail: false };
}

/// A program that runs the command it is given.
struct Wrapper {
    name: &'static str,
    /// Letters of options whose value is the next word.
    valued: &'static str,
    /// Letters of options with which it runs nothing, or nothing that is understood.
    other: &'static str,
    /// Words of its own before the command.
    before: usize,
}

const fn wrapper(name: &'static str, valued: &'static str, other: &'static str, before: usize) -> Wrapper {
    Wrapper { name, valued, other, before }
}

const WRAPPERS: &[Wrapper] = &[
    wrapper("command", "", "vV", 0),
    wrapper("builtin", "", "", 0),
    wrapper("exec", "a", "", 0),
    wrapper("time", "fo", "", 0),
    wrapper("nohup", "", "", 0),
    wrapper("setsid", "", "", 0),
    wrapper("nice", "n", "", 0),
    wrapper("ionice", "cn", "p", 0),
    wrapper("stdbuf", "ioe", "", 0),
    wrapper("sudo", "ugChp", "elv", 0),
    wrapper("env", "uC", "S", 0),
    wrapper("timeout", "ks", "", 1),
    wrapper("xargs", "nPILdsaE", "", 0),
];

/// Long options of these programs whose value is the next word.
const LONG_VALUED: &[&str] = &[
    "--adjustment",
    "--arg-file",
    "--chdir",
    "--delimiter",
    "--format",
    "--kill-after",
    "--max-args",
    "--max-procs",
    "--output",
    "--signal",
    "--unset",
    "--user",
];

/// The name of a program of the system, however it is written.
pub fn plain(program: &str) -> &str {
    ["/bin/", "/usr/bin/"].iter().find_map(|place| program.strip_prefix(place)).unwrap_or(program)
}

/// The assignments before a command, and the command.
pub fn assigned(words: &[Word]) -> (&[Word], &[Word]) {
    words.split_at(words.iter().take_while(|word| is_assignment(word)).count())
}

fn is_assignment(word: &Word) -> bool {
    let name = word.text.split_once('=').map_or("", |(name, _)| name);
    !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !name.starts_with(|c: char| c.is_ascii_digit())
}

/// The command that a program of the system is given to run; `None` if it is none that runs others.
pub fn wrapped(words: &[Word]) -> Option<&[Word]> {
    let (program, mut rest) = words.split_first()?;
    let wrapper = WRAPPERS.iter().find(|wrapper| wrapper.name == plain(&program.text))?;
    while let Some(option) = rest.first().map(|word| word.text.as_str()).filter(|text| text.starts_with('-'))
    {
        rest = &rest[1..];
        if option == "--" {
            break;
        }
        let long = option.starts_with("--");
        if !long && option.contains(|letter| wrapper.other.contains(letter)) {
            return None;
        }
        if LONG_VALUED.contains(&option) || !long && option.ends_with(|last| wrapper.valued.contains(last)) {
            rest = rest.get(1..)?;
        }
    }
    rest.get(wrapper.before..).filter(|rest| !rest.is_empty())
}

/// What a command runs, without assignments and without what only runs another one.
pub fn command(words: &[Word]) -> &[Word] {
    let mut words = assigned(words).1;
    while let Some(inner) = wrapped(words) {
        words = assigned(inner).1;
    }
    words
}

/// What a shell is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Given<'a> {
    /// `bash -c '...'`
    Script(&'a Word),
    /// A file.
    File(&'a Word),
}

/// What a shell runs, and how; `None` if the command starts no shell, or one that reads its input.
pub fn shell(words: &[Word]) -> Option<(Given<'_>, Options)> {
    let (program, arguments) = words.split_first()?;
    if !["bash", "sh", "dash", "zsh"].contains(&plain(&program.text)) {
        return None;
    }
    let mut options = Options::PLAIN;
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        let Some(letters) = argument.text.strip_prefix(['-', '+']) else {
            return Some((Given::File(argument), options));
        };
        if letters.starts_with('-') {
            continue;
        }
        options.errexit |= letters.contains('e');
        if letters.ends_with('o') {
            options.pipefail |= arguments.next()?.text == "pipefail";
        }
        if letters.contains('c') {
            let script = arguments.find(|word| !word.text.starts_with('-'))?;
            return Some((Given::Script(script), options));
        }
    }
    None
}

/// The scripts in `$( ... )` and backticks of a word.
pub fn substituted(text: &str) -> Vec<&str> {
    let (mut found, mut rest) = (Vec::new(), text);
    while let Some(at) = rest.find(['`', '$']) {
        let from = &rest[at..];
        let length = match from.as_bytes() {
            [b'`', ..] => from[1..].find('`').map(|length| (1, length + 2)),
            [b'$', b'(', ..] => closed(&from[1..], '(', ')').map(|length| (2, length + 1)),
            _ => None,
        };
        rest = &from[length.map_or(1, |(_, length)| length)..];
        found.extend(length.map(|(begin, length)| &from[begin..length - 1]));
    }
    found
}

/// A path as it is written, with `.` in the place of the folder that an expansion at its beginning
/// stands for: `"$PWD"/check.sh`.
pub fn path(word: &Word) -> String {
    let rest = match word.text.as_bytes() {
        _ if !word.expands => None,
        [b'$', b'(', ..] => closed(&word.text[1..], '(', ')').map(|length| &word.text[1 + length..]),
        [b'$', b'{', ..] => closed(&word.text[1..], '{', '}').map(|length| &word.text[1 + length..]),
        [b'$', ..] => {
            Some(word.text[1..].trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_'))
        }
        _ => None,
    };
    let rest = rest.filter(|rest| rest.starts_with('/') && !rest.contains(['$', '*', '?', '[', '`']));
    rest.map_or_else(|| word.text.clone(), |rest| format!(".{rest}"))
}

#[cfg(test)]
mod tests {
    use super::super::{Command, parse};
    use super::*;

    fn words(script: &str) -> Vec<Word> {
        let list = parse(script).unwrap();
        let Command::Simple(words) = &list.0[0].pipelines[0].1.commands[0] else { panic!("{script}") };
        words.clone()
    }

    #[test]
    fn what_only_wraps_a_command_is_seen_through() {
        for wrapped in [
            "./check.sh -a",
            "CI=1 B= ./check.sh -a",
            "timeout 60 ./check.sh -a",
            "timeout -k 1 --signal KILL --foreground 60 ./check.sh -a",
            "/usr/bin/env -i -u X A=1 ./check.sh -a",
            "time -p nice -n 5 nohup ./check.sh -a",
            "nice -5 command -- ./check.sh -a",
            "exec -a name ./check.sh -a",
            "xargs -n1 -P 4 ./check.sh -a",
            "A=1 stdbuf -oL env B=2 timeout -k5 9 ./check.sh -a",
        ] {
            let words = words(wrapped);
            let inner: Vec<&str> = command(&words).iter().map(|word| word.text.as_str()).collect();
            assert_eq!(inner, ["./check.sh", "-a"], "{wrapped}");
        }
        for whole in ["command -v sh", "env -S 'a b'", "env", "timeout 5", "check.sh time"] {
            assert_eq!(command(&words(whole)), words(whole), "{whole}");
        }
    }

    #[test]
    fn what_a_shell_is_given_is_seen() {
        for (script, given, errexit, pipefail) in [
            ("bash check.sh -e", "check.sh", false, false),
            ("bash -o pipefail check.sh", "check.sh", false, true),
            ("/bin/sh -eux check.sh", "check.sh", true, false),
            ("bash --norc -euo pipefail -c 'a b' c", "a b", true, true),
            ("sh -ce 'a b'", "a b", true, false),
        ] {
            let words = words(script);
            let (found, options) = shell(&words).unwrap();
            let (Given::Script(word) | Given::File(word)) = found;
            assert_eq!((word.text.as_str(), options), (given, Options { errexit, pipefail }), "{script}");
        }
        for script in ["bash", "bash -s", "python3 check.py", "bash -c"] {
            assert_eq!(shell(&words(script)), None, "{script}");
        }
    }

    #[test]
    fn substitutions_and_paths_are_found_in_words() {
        let scripts = ["./a.sh; echo $(b)", "c"];
        assert_eq!(substituted("x$(./a.sh; echo $(b))$y`c`$(open"), scripts);
        for (script, expected) in [
            ("./check.sh", "./check.sh"),
            ("$PWD/check.sh", "./check.sh"),
            ("\"$(dirname \"$0\")/lib.sh\"", "./lib.sh"),
            ("${ROOT:-.}/a/b.sh", "./a/b.sh"),
            ("$DIR/*.sh", "$DIR/*.sh"),
            ("$PROGRAM", "$PROGRAM"),
        ] {
            assert_eq!(path(&words(script)[0]), expected, "{script}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_command_is_looked_into(text in "\\PC{0,20}", script in "[a-z =$(){}`/-]{0,40}") {
            substituted(&text);
            path(&Word { text, expands: true, ..Word::default() });
            if let Some(list) = parse(&script) {
                for words in list.simple_commands() {
                    command(words);
                    shell(words);
                }
            }
        }
    }
}
