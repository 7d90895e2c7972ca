//! Tells whether a text can be a command at all, by how it is written. Nothing is looked up on the machine.

use std::path::Path;

use super::parser::{first_words, parse};
use super::simple::SimpleCommand;
use super::walk::{CommandPlace, Descend, Visitor, walk};

/// What a text can be to a shell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Plausible {
    /// A program with arguments, or several commands.
    Command,
    /// A name that can be that of a program.
    Name,
    /// A command with a gap that somebody has to fill in: `cat <file>`.
    Gap,
    /// No command.
    No,
}

/// Words of programming languages that begin a line of theirs. They say what the shape of a line can't:
/// `class Lamp` has the shape of `make lamp`.
const CODE_WORDS: &str = "const let var import return def fn func pub class struct enum interface async await else match \
    use package namespace new public private protected static void int string bool impl trait mod module require \
    include from with yield throw raise lambda except catch elif end do select insert";

/// Endings of files that are read and not run.
const DATA_ENDINGS: &str = "rs ts tsx js jsx mjs cjs go java kt swift c h cc cpp hpp cs rb php vue svelte css scss less html htm md mdx txt \
    json jsonc yaml yml toml lock ini cfg conf env xml csv tsv sql proto graphql png svg jpg jpeg gif pdf ipynb \
    snap log map wasm dart ex exs erl hs ml scala lua nix tf tfvars gradle kts properties plist rst adoc";

/// What a text can be.
pub(crate) fn plausible(text: &str) -> Plausible {
    let text = text.strip_prefix("$ ").unwrap_or(text).trim();
    let words: Vec<&str> = text.split_whitespace().collect();
    if text.is_empty() || is_code(text, &words) {
        return Plausible::No;
    }
    let gap = words.iter().any(|word| is_gap(word));
    if parse(&without_gaps(text)).is_none() {
        return Plausible::No;
    }
    let programs = programs(&without_gaps(text));
    let several = words.len() > 1;
    let capital = programs.first().is_some_and(|name| name.starts_with(|c: char| c.is_ascii_uppercase()));
    let is_argument = |word: &&str| word.starts_with('-') || word.contains(['/', '.']);
    let plausible = (!capital || words.iter().skip(1).any(is_argument))
        && !programs.is_empty()
        && programs.iter().all(|program| can_be_program(program, several));
    match (plausible, several, gap) {
        (false, ..) => Plausible::No,
        (true, _, true) => Plausible::Gap,
        (true, true, false) => Plausible::Command,
        (true, false, false) => Plausible::Name,
    }
}

/// It is written in another language than the shell's.
fn is_code(text: &str, words: &[&str]) -> bool {
    let is_word = |list: &str, word: &str| list.split_whitespace().any(|one| one == word);
    let begins = words.first().is_some_and(|first| is_word(CODE_WORDS, first));
    let exports = matches!(words, ["export", "default" | "const" | "function" | "class" | "type" | "{", ..]);
    let mut unquoted = first_words(text).into_iter().skip(1).filter(|word| !word.quoted);
    let operator = unquoted.any(|word| is_word("= := += == → ...", &word.text));
    let signs = ["()", "=>", "->", "→"];
    // `pytest a.py::test_b`, but no `Lamp::new`.
    let path = words.first().is_some_and(|first| first.contains("::"));
    let calls = (path || signs.iter().any(|sign| text.contains(sign))) && !text.contains(['\'', '"']);
    let url = words.len() == 1 && text.contains("://");
    let tests = matches!(words.first(), Some(&("[" | "[[" | "test")));
    let edges = text.starts_with(['<', '>', '"'])
        || text.ends_with(',')
        || (text.ends_with(':') && !text.ends_with("::"));
    begins || exports || (operator && !tests) || calls || url || edges
}

/// A name that is nothing else as often: no identifier, no file that is read.
fn is_plain_name(name: &str) -> bool {
    let rooted = name.starts_with(['.', '/', '~']);
    let lower = !name.bytes().any(|byte| byte.is_ascii_uppercase());
    let last = name.rsplit('/').next().unwrap_or(name);
    rooted || (lower && !name.contains('_') && matches!(last.rsplit_once('.'), None | Some((_, "sh"))))
}

/// `<file>`, `{id}`, `https://your-host`, `YOUR_KEY`.
pub(crate) fn is_gap(word: &str) -> bool {
    let name = |text: &str| {
        !text.is_empty()
            && text.starts_with(|c: char| c.is_alphabetic())
            && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | ' ' | '.' | '/' | '|'))
    };
    let enclosed = |open: char, close: char| {
        word.match_indices(open).any(|(at, _)| {
            let rest = &word[at + open.len_utf8()..];
            let shell = word[..at].ends_with(['$', '\'', '"', open]);
            !shell && rest.find(close).is_some_and(|end| name(&rest[..end]) && !rest[..end].contains(','))
        })
    };
    let lower = word.to_ascii_lowercase();
    let yours = lower.match_indices("your").any(|(at, _)| {
        let before = lower[..at].chars().next_back();
        let edge = before.is_none_or(|c| matches!(c, '/' | '=' | '.' | '@' | ':' | '"' | '\'' | '-' | '_'));
        edge && lower[at + 4..].starts_with(['-', '_'])
    });
    enclosed('<', '>') || enclosed('{', '}') || yours || word.contains('…')
}

/// The same text with a word in the place of each gap: `<file>` is no redirection.
fn without_gaps(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let (before, behind) = rest.split_at(at);
        plain.push_str(before);
        let end = behind.find('>').filter(|end| is_gap(&behind[..=*end]));
        if let Some(end) = end {
            plain.push_str("gap");
            rest = &behind[end + 1..];
        } else {
            plain.push('<');
            rest = &behind[1..];
        }
    }
    plain + rest
}

/// The names of all programs that a script runs, in their order.
fn programs(script: &str) -> Vec<String> {
    struct Programs(Vec<String>);
    impl Visitor for Programs {
        fn command(&mut self, command: &SimpleCommand<'_>, _: &CommandPlace) -> Descend {
            self.0.extend(command.words.first().map(|word| word.text.clone()));
            Descend::Past
        }
    }
    let mut all = Programs(Vec::new());
    walk(script, Path::new(""), &mut all);
    if all.0.is_empty() {
        // `[[ -f x ]]` and `cd x` run no program and are commands.
        all.0.extend(first_words(script).first().map(|word| word.text.clone()));
    }
    all.0
}

/// A name that can be that of a program; with arguments a path may have any ending.
fn can_be_program(name: &str, with_arguments: bool) -> bool {
    if matches!(name, "[" | "[[" | "." | ":" | "!") || name.starts_with("$(") || name.starts_with("((") {
        return true;
    }
    if let Some(variable) = name.strip_prefix('$') {
        return with_arguments && !variable.is_empty();
    }
    let path = name.contains('/');
    let last = name.rsplit('/').next().unwrap_or(name);
    let fits = |c: char| {
        c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '+' | '/' | '~' | '@' | '$' | '{' | '}')
    };
    let starts = name.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '/' | '~'));
    let digits = last.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '-'));
    let ending = last.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()).map(|(_, ending)| ending);
    let data = ending.is_some_and(|ending| DATA_ENDINGS.split_whitespace().any(|known| known == ending));
    let hidden = last.starts_with('.') && !path;
    let shouts = last.len() > 1 && !last.bytes().any(|byte| byte.is_ascii_lowercase());
    let capital = name.starts_with(|c: char| c.is_ascii_uppercase());
    // `/review` is a word of a chat: no program lies at the root of the machine.
    let at_root = name.starts_with('/') && name.matches('/').count() == 1;
    name.chars().all(fits)
        && starts
        && !at_root
        && !digits
        && !last.is_empty()
        && !hidden
        && (!shouts || path)
        && (!capital || with_arguments)
        && (!data || (with_arguments && (name.starts_with("./") || name.starts_with('/'))))
        && (with_arguments || is_plain_name(name))
}

#[cfg(test)]
mod tests;
