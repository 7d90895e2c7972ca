//! A command as the table of effects sees it: its program, its positionals and its options.

use std::path::Path;

use super::super::simple::SimpleCommand;
use super::super::tree::{Redirection, ShellWord};
use super::super::walk::{CommandInput, CommandPlace};
use super::names::{known_as, one_of, own_name, valued_options};

/// A program that is called with words, at a place.
#[derive(Debug, Clone)]
pub(super) struct Call<'a> {
    /// The program's own name, without its folder and its version: `python`, `gradle`.
    pub(super) program: &'a str,
    /// The program as it is written, and its arguments.
    pub(super) words: Vec<&'a str>,
    /// The words as the shell has them.
    source: &'a [ShellWord],
    /// Subcommands and targets, up to `--`.
    pub(super) positionals: Vec<&'a str>,
    /// Where its input and output go.
    pub(super) redirections: &'a [Redirection],
    /// The folder that it runs in, from the project root; `None` if that is not known.
    pub(super) dir: Option<&'a Path>,
    /// What it reads from, if it is not redirected.
    pub(super) input: &'a CommandInput,
}

impl<'a> Call<'a> {
    /// A command at its place; `None` if it has no program.
    pub(super) fn of(command: &SimpleCommand<'a>, place: &'a CommandPlace) -> Option<Self> {
        let words = command.words.iter().map(|word| word.text.as_str()).collect();
        let call = Self::of_words(words)?;
        let (redirections, dir) = (command.redirections, place.dir.as_deref());
        Some(Self { source: command.words, redirections, dir, input: &place.input, ..call })
    }

    /// Words alone, which run in the project root.
    pub(super) fn of_words(mut words: Vec<&'a str>) -> Option<Self> {
        let mut program = own_name(words.first()?);
        if let Some(known) = known_as(program) {
            let mut names = known.split(' ');
            program = names.next()?;
            words.splice(1..1, names);
        }
        let positionals = positionals_of(program, &words);
        let (dir, input) = (Some(Path::new("")), &CommandInput::Inherited);
        Some(Self { program, words, source: &[], positionals, redirections: &[], dir, input })
    }

    /// What stands from one of its words on, as the shell has it.
    pub(super) fn from(&self, at: usize) -> Option<&'a [ShellWord]> {
        let known_by = self.words.len() - self.source.len();
        self.source.get(at.checked_sub(known_by)?..).filter(|words| !words.is_empty())
    }

    /// It hands a text to another shell, so its last words are not its own.
    pub(super) fn runs_text(&self) -> bool {
        one_of("ssh psql mysql mongosh", self.program)
    }

    /// The words up to `--`.
    pub(super) fn own_words(&self) -> &[&'a str] {
        let end = self.words.iter().skip(1).position(|word| *word == "--");
        &self.words[..end.map_or(self.words.len(), |at| at + 1)]
    }

    /// How the command reads if the words behind its first options are values of theirs: of `go -C app get`, `get`
    /// alone is left.
    pub(super) fn without_values(&self, may_be: &dyn Fn(&str) -> bool) -> impl Iterator<Item = Self> {
        let own = self.own_words();
        let is_value = |word: &&&str| {
            let at = own.iter().position(|own| own == *word).unwrap_or_default();
            may_be(word) && at > 0 && own[at - 1].starts_with('-') && !own[at - 1].contains('=')
        };
        let values = self.positionals.iter().take_while(is_value).count();
        let most = values.min(self.positionals.len().saturating_sub(1));
        (1..=most).map(|left| Self { positionals: self.positionals[left..].to_vec(), ..self.clone() })
    }

    /// It is given this option, in whatever form: `--all`, `--all=x`, `-a`, `-xa`.
    pub(super) fn has(&self, option: &str) -> bool {
        self.own_words().iter().skip(1).any(|word| is_option(word, option))
    }

    /// It gives this option to what it runs: `cargo fmt -- --check`.
    pub(super) fn passes_on(&self, option: &str) -> bool {
        self.words[self.own_words().len()..].iter().any(|word| is_option(word, option))
    }

    /// The value of the first of these options that it is given.
    pub(super) fn value(&self, options: &str) -> Option<&'a str> {
        self.values(options).next()
    }

    /// The values of these options.
    pub(super) fn values(&self, options: &str) -> impl Iterator<Item = &'a str> {
        let words = &self.words;
        words.iter().enumerate().skip(1).filter_map(move |(at, word)| {
            options.split(' ').find_map(|option| match word.strip_prefix(option)? {
                "" => words.get(at + 1).copied(),
                rest if option.starts_with("--") => rest.strip_prefix('='),
                rest if option.len() == 2 => Some(rest),
                _ => None,
            })
        })
    }

    /// The texts that it is known to read.
    pub(super) fn read(&self) -> Vec<&'a str> {
        let mut texts = Vec::new();
        for one in self.redirections {
            texts.extend(one.document.iter().map(|document| document.text.as_str()));
            texts.extend((one.operator == "<<<").then_some(one.target.text.as_str()));
        }
        if let CommandInput::Text(text) = self.input {
            texts.push(text.as_str());
        }
        texts
    }

    /// It reads what nobody can know.
    pub(super) fn reads_unknown(&self) -> bool {
        let from_file = self.redirections.iter().any(|one| one.operator == "<");
        from_file
            || self.redirections.iter().all(|one| !one.operator.starts_with('<'))
                && *self.input == CommandInput::Ends
    }

    /// Something else than the terminal is its input.
    pub(super) fn is_fed(&self) -> bool {
        *self.input != CommandInput::Inherited
            || self.redirections.iter().any(|one| one.operator.starts_with('<'))
    }
}

/// Programs to whom `+nightly` is no argument.
const TOOLCHAINS: &str = "cargo rustc rustfmt rustdoc dig less vim";

/// The arguments that are no options and no values of known ones: subcommand and targets.
pub(crate) fn positionals<'a>(words: &[&'a str]) -> impl Iterator<Item = &'a str> {
    let program = words.first().map_or("", |program| own_name(program));
    positionals_of(program, words).into_iter()
}

fn positionals_of<'a>(program: &str, words: &[&'a str]) -> Vec<&'a str> {
    let valued = valued_options(program);
    let mut rest = words.iter().skip(1).copied();
    let mut found = Vec::new();
    while let Some(word) = rest.next().filter(|word| *word != "--") {
        if one_of(valued, word) {
            rest.next();
        } else if !(word.starts_with('-') || word.starts_with('+') && one_of(TOOLCHAINS, program)) {
            found.push(word);
        }
    }
    found
}

/// A word that is this option, or holds its letter: `-it` holds `-i`.
fn is_option(word: &str, option: &str) -> bool {
    if word == option {
        return true;
    }
    if let Some(rest) = word.strip_prefix(option) {
        let suffix = option.len() == 2 && rest.starts_with('.');
        if suffix || rest.starts_with('=') {
            return !["=false", "=no"].contains(&rest);
        }
    }
    let letters = word.strip_prefix('-').filter(|rest| !rest.starts_with('-')).unwrap_or_default();
    let cluster = letters.len() < 6 && letters.bytes().all(|letter| letter.is_ascii_alphabetic());
    option.len() == 2 && !option.starts_with("--") && cluster && letters.contains(&option[1..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(script: &str) -> Call<'_> {
        Call::of_words(script.split(' ').collect()).unwrap()
    }

    #[test]
    fn a_program_has_one_name() {
        for (written, name) in [
            ("kubectl", "kubectl"),
            ("/usr/bin/python3.12", "python"),
            (".venv/bin/pip3", "pip"),
            ("./gradlew", "gradle"),
            ("vercel@latest", "vercel"),
            ("@changesets/cli@2.1", "changeset"),
            ("@railway/cli", "railway"),
            ("md5sum.exe", "md5sum"),
            ("s3", "s3"),
        ] {
            assert_eq!(call(written).program, name, "{written}");
        }
        assert_eq!(call("docker-compose -f x.yml up").positionals, ["compose", "up"]);
    }

    #[test]
    fn an_option_is_known_in_every_form() {
        for (script, option, expected) in [
            ("a --all", "--all", true),
            ("a --all=x", "--all", true),
            ("a --all=false", "--all", false),
            ("a --all=x", "--all=x", true),
            ("a --allow", "--all", false),
            ("a -xyz", "-y", true),
            ("a -i.bak", "-i", true),
            ("a -MList::Util", "-i", false),
            ("a -- --all", "--all", false),
            ("a -auto-approve", "-auto-approve", true),
            ("a -auto-approve", "-a", false),
        ] {
            assert_eq!(call(script).has(option), expected, "{script} {option}");
        }
    }

    #[test]
    fn the_values_of_options_are_found() {
        let found: Vec<&str> = call("psql -hx -h y --host=z --host w -c -- u").values("-h --host").collect();
        assert_eq!(found, ["x", "y", "z", "w"]);
    }

    #[test]
    fn subcommands_and_targets_are_found_behind_options() {
        for (script, expected) in [
            ("git -C a -c b=c --no-pager log -p", &["log"][..]),
            ("make -C app -j4 test lint", &["test", "lint"]),
            ("docker compose -f a.yml --profile x up -d", &["compose", "up"]),
            ("cargo +nightly --color always test", &["test"]),
            ("npm --prefix web run dev", &["run", "dev"]),
            ("pytest -k deploy", &["deploy"]),
            ("npm test -- deploy", &["test"]),
            ("make", &[]),
        ] {
            let words: Vec<&str> = script.split(' ').collect();
            assert_eq!(positionals(&words).collect::<Vec<_>>(), expected, "{script}");
        }
    }
}
