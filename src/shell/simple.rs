//! Finds the program that a simple command runs in the end, behind assignments, wrappers and inner shells.

use super::tree::{Redirection, ShellWord};

/// What a shell does when a command fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ShellOptions {
    /// It ends at the first failure: `-e`.
    pub(crate) errexit: bool,
    /// A pipeline fails if any of its commands does.
    pub(crate) pipefail: bool,
}

impl ShellOptions {
    /// How agentrun runs the commands of plans and configurations.
    pub(crate) const STRICT: Self = Self { errexit: true, pipefail: true };
    /// How `sh`, `make` and `npm` run theirs.
    pub(crate) const PLAIN: Self = Self { errexit: false, pipefail: false };
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
    wrapper("sudo", "ugChprtTRDU", "elvV", 0),
    wrapper("doas", "uC", "Ls", 0),
    wrapper("env", "uC", "S", 0),
    wrapper("cross-env", "", "", 0),
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
    "--group",
    "--kill-after",
    "--max-args",
    "--max-procs",
    "--output",
    "--signal",
    "--unset",
    "--user",
];

const SHELLS: &[&str] = &["bash", "sh", "dash", "zsh", "ksh"];

/// The name of a program of the system, however it is written.
pub(crate) fn plain(program: &str) -> &str {
    let places = ["/bin/", "/usr/bin/", "/usr/local/bin/"];
    places.iter().find_map(|place| program.strip_prefix(place)).unwrap_or(program)
}

/// A command without what only runs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SimpleCommand<'a> {
    /// The programs that only run it, the outermost first: `sudo`, `timeout`.
    pub(crate) wrappers: Vec<&'a str>,
    /// The program and its arguments; empty if there are only assignments.
    pub(crate) words: &'a [ShellWord],
    /// Where its input and output go.
    pub(crate) redirections: &'a [Redirection],
}

/// What a command leads to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum CommandLead<'a> {
    /// To nothing: there is no program.
    Nothing,
    /// Into another folder, which these words name.
    Folder(&'a [ShellWord]),
    /// To a text that this shell runs: `eval`.
    Here(ShellText),
    /// To a text that this shell runs at its end, perhaps: `trap`.
    Later(ShellText),
    /// To a text that a shell of its own runs: `bash -c`.
    Shell(ShellText, ShellOptions),
    /// To a program.
    Program,
}

/// A script that stands in the words of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ShellText {
    pub(crate) text: String,
    /// It is not known as a whole before it runs.
    pub(crate) expands: bool,
}

impl ShellText {
    fn of(words: &[ShellWord]) -> Self {
        let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
        Self { text: texts.join(" "), expands: words.iter().any(|word| word.expands) }
    }
}

impl<'a> SimpleCommand<'a> {
    /// Sees through assignments and wrappers.
    pub(crate) fn of(words: &'a [ShellWord], redirections: &'a [Redirection]) -> Self {
        let (mut words, mut wrappers) = (assigned(words).1, Vec::new());
        while let Some(inner) = wrapped(words) {
            wrappers.extend(words.first().map(|word| plain(&word.text)));
            words = assigned(inner).1;
            // `env A=1 -- x`
            words =
                words.split_first().filter(|(first, _)| first.text == "--").map_or(words, |(_, rest)| rest);
        }
        Self { wrappers, words, redirections }
    }

    /// The name of its program, as far as it is known.
    pub(crate) fn program(&self) -> Option<&'a str> {
        let first = self.words.first().filter(|word| !word.expands || word.text == "[")?;
        Some(plain(&first.text))
    }

    /// What it leads to.
    pub(crate) fn lead(&self) -> CommandLead<'a> {
        let Some((_, arguments)) = self.words.split_first() else { return CommandLead::Nothing };
        match self.program() {
            Some("cd" | "pushd" | "popd") => CommandLead::Folder(arguments),
            Some("eval") => CommandLead::Here(ShellText::of(arguments)),
            Some("trap") if arguments.len() > 1 => CommandLead::Later(ShellText::of(&arguments[..1])),
            Some("su" | "runuser") => text_of(arguments, &["-c", "--command"]),
            Some("env") => text_of(arguments, &["-S", "--split-string"]),
            _ => match shell(self.words) {
                Some((ShellSource::Text(word), options)) => {
                    CommandLead::Shell(ShellText::of(std::slice::from_ref(word)), options)
                }
                Some((ShellSource::Input, options)) => match self.input() {
                    Some(word) => CommandLead::Shell(ShellText::of(std::slice::from_ref(word)), options),
                    None => CommandLead::Program,
                },
                Some((ShellSource::File(_), _)) | None => CommandLead::Program,
            },
        }
    }

    /// The text that it is given to read.
    fn input(&self) -> Option<&'a ShellWord> {
        let last = self.redirections.iter().rfind(|one| one.operator.starts_with('<'))?;
        if last.operator == "<<<" { Some(&last.target) } else { last.document.as_ref() }
    }

    /// The commands that `find` runs for what it finds.
    pub(crate) fn for_each_found(&self) -> Vec<&'a [ShellWord]> {
        if self.program() != Some("find") {
            return Vec::new();
        }
        let runs = |word: &ShellWord| ["-exec", "-execdir", "-ok", "-okdir"].contains(&word.text.as_str());
        let ends = |word: &ShellWord| [";", "+"].contains(&word.text.as_str());
        self.words.split(runs).skip(1).filter_map(|rest| rest.split(ends).next()).collect()
    }
}

/// The text that the word behind one of these options is.
fn text_of<'a>(arguments: &'a [ShellWord], options: &[&str]) -> CommandLead<'a> {
    let at = arguments.iter().position(|word| options.contains(&word.text.as_str()));
    match at.and_then(|at| arguments.get(at + 1..at + 2)) {
        Some(word) => CommandLead::Shell(ShellText::of(word), ShellOptions::PLAIN),
        None => CommandLead::Program,
    }
}

/// The assignments before a command, and the command.
pub(crate) fn assigned(words: &[ShellWord]) -> (&[ShellWord], &[ShellWord]) {
    words.split_at(words.iter().take_while(|word| is_assignment(word)).count())
}

fn is_assignment(word: &ShellWord) -> bool {
    let name = word.text.split_once('=').map_or("", |(name, _)| name);
    !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !name.starts_with(|c: char| c.is_ascii_digit())
}

/// The command that a program of the system is given to run; `None` if it is none that runs others.
fn wrapped(words: &[ShellWord]) -> Option<&[ShellWord]> {
    let (program, mut rest) = words.split_first()?;
    let wrapper = WRAPPERS.iter().find(|wrapper| wrapper.name == plain(&program.text))?;
    while let Some(option) = rest.first().map(|word| word.text.as_str()).filter(|text| text.starts_with('-'))
    {
        rest = &rest[1..];
        if option == "--" {
            break;
        }
        if option.starts_with("--") {
            rest = rest.get(usize::from(LONG_VALUED.contains(&option))..)?;
            continue;
        }
        // The first letter with a value takes the rest of the word, or else the next one.
        let valued = option.find(|letter| wrapper.valued.contains(letter)).unwrap_or(option.len());
        if option[..valued].contains(|letter| wrapper.other.contains(letter)) {
            return None;
        }
        rest = rest.get(usize::from(valued + 1 == option.len())..)?;
    }
    rest.get(wrapper.before..).filter(|rest| !rest.is_empty())
}

/// Where a shell finds what it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ShellSource<'a> {
    /// `bash -c '...'`
    Text(&'a ShellWord),
    /// A file.
    File(&'a ShellWord),
    /// What it reads.
    Input,
}

/// What a shell runs, and how; `None` if the command starts no shell, or one that runs nothing.
pub(crate) fn shell(words: &[ShellWord]) -> Option<(ShellSource<'_>, ShellOptions)> {
    let (program, arguments) = words.split_first()?;
    if !SHELLS.contains(&plain(&program.text)) {
        return None;
    }
    let mut options = ShellOptions::PLAIN;
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        let Some(letters) = argument.text.strip_prefix(['-', '+']) else {
            return Some((ShellSource::File(argument), options));
        };
        if letters.starts_with('-') {
            if ["-rcfile", "-init-file"].contains(&letters) {
                arguments.next()?;
            }
            continue;
        }
        options.errexit |= letters.contains('e');
        if letters.ends_with(['o', 'O']) {
            options.pipefail |= arguments.next()?.text == "pipefail";
        }
        if letters.contains('c') {
            let script = arguments.find(|word| !word.text.starts_with('-'))?;
            return Some((ShellSource::Text(script), options));
        }
    }
    Some((ShellSource::Input, options))
}

/// A path as it is written, with `.` in the place of the folder that an expansion at its beginning
/// stands for: `"$PWD"/check.sh`.
pub(crate) fn path(word: &ShellWord) -> String {
    let text = &word.text;
    let behind =
        |open, close| super::tokens::closed(&text[1..], open, close).map(|length| &text[1 + length..]);
    let rest = match text.as_bytes() {
        _ if !word.expands => None,
        [b'$', b'(', ..] => behind('(', ')'),
        [b'$', b'{', ..] => behind('{', '}'),
        [b'$', ..] => Some(text[1..].trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_')),
        _ => None,
    };
    let rest = rest.filter(|rest| rest.starts_with('/') && !rest.contains(['$', '*', '?', '[', '`']));
    rest.map_or_else(|| text.clone(), |rest| format!(".{rest}"))
}

#[cfg(test)]
mod tests {
    use super::super::parser::first_words;
    use super::*;

    fn texts(words: &[ShellWord]) -> Vec<&str> {
        words.iter().map(|word| word.text.as_str()).collect()
    }

    #[test]
    fn what_only_wraps_a_command_is_seen_through() {
        for (script, wrappers) in [
            ("./check.sh -a", &[][..]),
            ("CI=1 B= ./check.sh -a", &[]),
            ("timeout 60 ./check.sh -a", &["timeout"]),
            ("timeout -k 1 --signal KILL --foreground 60 ./check.sh -a", &["timeout"]),
            ("/usr/bin/env -i -u X A=1 ./check.sh -a", &["env"]),
            ("time -p nice -n 5 nohup ./check.sh -a", &["time", "nice", "nohup"]),
            ("nice -5 command -- ./check.sh -a", &["nice", "command"]),
            ("exec -a name ./check.sh -a", &["exec"]),
            ("xargs -n1 -P 4 ./check.sh -a", &["xargs"]),
            ("A=1 stdbuf -oL env B=2 timeout -k5 9 ./check.sh -a", &["stdbuf", "env", "timeout"]),
            ("sudo -u me -E -gelv ./check.sh -a", &["sudo"]),
        ] {
            let words = first_words(script);
            let command = SimpleCommand::of(&words, &[]);
            assert_eq!((texts(command.words), &command.wrappers[..]), (vec!["./check.sh", "-a"], wrappers));
        }
        for whole in ["command -v sh", "env -S 'a b'", "env", "timeout 5", "check.sh time", "sudo -l"] {
            let words = first_words(whole);
            assert_eq!(SimpleCommand::of(&words, &[]).words, words, "{whole}");
        }
    }

    #[test]
    fn what_a_command_leads_to() {
        let text = |text: &str, expands| ShellText { text: text.to_owned(), expands };
        let shell = |found: &str, expands, errexit, pipefail| {
            CommandLead::Shell(text(found, expands), ShellOptions { errexit, pipefail })
        };
        for (script, expected) in [
            ("A=1", CommandLead::Nothing),
            ("bash check.sh -e", CommandLead::Program),
            ("bash", CommandLead::Program),
            ("bash -s", CommandLead::Program),
            ("bash -c", CommandLead::Program),
            ("$SHELL -c a", CommandLead::Program),
            ("bash --norc -euo pipefail -c 'a b' c", shell("a b", false, true, true)),
            ("sh -ce 'a b'", shell("a b", false, true, false)),
            ("env A=1 bash -lc \"a $B\"", shell("a $B", true, false, false)),
            ("su me -c 'a b'", shell("a b", false, false, false)),
            ("env -S 'a b'", shell("a b", false, false, false)),
            ("eval a 'b c'", CommandLead::Here(text("a b c", false))),
            ("trap 'a b' EXIT", CommandLead::Later(text("a b", false))),
            ("trap", CommandLead::Program),
        ] {
            let words = first_words(script);
            assert_eq!(SimpleCommand::of(&words, &[]).lead(), expected, "{script}");
        }
    }

    #[test]
    fn where_a_shell_finds_what_it_runs() {
        for (script, file, errexit, pipefail) in [
            ("bash check.sh -e", "check.sh", false, false),
            ("bash -o pipefail check.sh", "check.sh", false, true),
            ("/bin/sh -eux check.sh", "check.sh", true, false),
            ("bash --rcfile x check.sh", "check.sh", false, false),
        ] {
            let words = first_words(script);
            let options = ShellOptions { errexit, pipefail };
            let Some((ShellSource::File(found), with)) = shell(&words) else { panic!("{script}") };
            assert_eq!((found.text.as_str(), with), (file, options), "{script}");
        }
        let input = Some((ShellSource::Input, ShellOptions::PLAIN));
        assert_eq!(shell(&first_words("bash -s")), input);
        assert_eq!(shell(&first_words("python3 check.py")), None);
    }

    #[test]
    fn paths_are_found_in_words() {
        for (script, expected) in [
            ("./check.sh", "./check.sh"),
            ("$PWD/check.sh", "./check.sh"),
            ("\"$(dirname \"$0\")/lib.sh\"", "./lib.sh"),
            ("${ROOT:-.}/a/b.sh", "./a/b.sh"),
            ("$DIR/*.sh", "$DIR/*.sh"),
            ("$PROGRAM", "$PROGRAM"),
        ] {
            assert_eq!(path(&first_words(script)[0]), expected, "{script}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_command_is_looked_into(text in "\\PC{0,20}", script in "[a-z =$(){}`/-]{0,40}") {
            path(&ShellWord { text, expands: true, ..ShellWord::default() });
            let words = first_words(&script);
            SimpleCommand::of(&words, &[]).lead();
        }
    }
}
