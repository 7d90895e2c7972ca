//! What the variables, parameters and aliases of a script stand for, as far as the script itself says so.

use std::collections::HashMap;

use super::super::parser::first_words;
use super::super::simple::assigned;
use super::super::tokens::closed;
use super::super::tree::ShellWord;

/// So many values of a name are followed.
const VALUES: usize = 8;

/// A value that grows longer is not followed.
const LENGTH: usize = 10_000;

/// Builtins whose arguments may be assignments.
const DECLARES: &[&str] = &["export", "readonly", "local", "declare", "typeset"];

/// Variables that people name a program with which the script does not set.
const PROGRAMS: &[(&str, &str)] = &[
    ("PYTHON", "python"),
    ("PYTHON3", "python3"),
    ("PYTHON_BIN", "python3"),
    ("PY", "python3"),
    ("CARGO", "cargo"),
    ("NODE", "node"),
    ("NPM", "npm"),
    ("PNPM", "pnpm"),
    ("YARN", "yarn"),
    ("GO", "go"),
    ("MAKE", "make"),
    ("CC", "cc"),
    ("CXX", "c++"),
    ("SHELL", "bash"),
    ("BASH", "bash"),
    ("PYTEST", "pytest"),
    ("UV", "uv"),
    ("RUBY", "ruby"),
    ("PHP", "php"),
    ("DOCKER", "docker"),
    ("KUBECTL", "kubectl"),
    ("GIT", "git"),
    ("CURL", "curl"),
];

/// What names stand for. A name that was given several values stands for each of them: which one it has when a
/// command runs is not followed.
#[derive(Debug, Clone, Default)]
pub(super) struct ShellValues {
    variables: HashMap<String, Vec<String>>,
    aliases: HashMap<String, Vec<ShellWord>>,
    /// What `$1` and its kin stand for; `None` outside of functions.
    parameters: Option<Vec<ShellWord>>,
}

impl ShellValues {
    /// In a function that is called with these words.
    pub(super) fn set_parameters(&mut self, words: Option<Vec<ShellWord>>) -> Option<Vec<ShellWord>> {
        std::mem::replace(&mut self.parameters, words)
    }

    /// Leaves what another shell knows of this one: its parameters. What was known before is the answer.
    pub(super) fn take_for_shell(&mut self) -> Self {
        let parameters = self.parameters.clone();
        std::mem::replace(self, Self { parameters, ..Self::default() })
    }

    /// Notes what a simple command says about names.
    pub(super) fn note(&mut self, words: &[ShellWord]) {
        let (assignments, rest) = assigned(words);
        let program = rest.first().map(|word| word.text.as_str());
        let declared = if program.is_some_and(|name| DECLARES.contains(&name)) { &rest[1..] } else { &[] };
        if rest.is_empty() || !declared.is_empty() {
            for word in assignments.iter().chain(declared) {
                self.assign(word);
            }
        }
        match (program, &mut self.parameters) {
            (Some("shift"), Some(parameters)) if !parameters.is_empty() => drop(parameters.remove(0)),
            (Some("set"), parameters) if rest.get(1).is_some_and(|word| word.text == "--") => {
                *parameters = Some(rest[2..].to_vec());
            }
            _ => {}
        }
        if program == Some("alias") {
            let named = rest[1..].iter().filter_map(|word| word.text.split_once('='));
            self.aliases.extend(named.map(|(name, text)| (name.to_owned(), first_words(text))));
        }
    }

    fn assign(&mut self, word: &ShellWord) {
        let Some((name, value)) = word.text.split_once('=') else { return };
        let value = ShellWord { text: value.to_owned(), ..word.clone() };
        match substituted(&value) {
            Some(text) => self.add(name, text),
            None if value.scripts.is_empty() => self.add(name, value.text),
            None => {}
        }
    }

    /// A `for` gives its variable one word after the other.
    pub(super) fn note_loop(&mut self, words: &[ShellWord]) {
        if let [name, among, values @ ..] = words
            && among.text == "in"
        {
            values
                .iter()
                .filter(|value| !value.expands)
                .for_each(|value| self.add(&name.text, value.text.clone()));
        }
    }

    fn add(&mut self, name: &str, value: String) {
        let values = self.variables.entry(name.to_owned()).or_default();
        if values.len() < VALUES && value.len() < LENGTH && !values.contains(&value) {
            values.push(value);
        }
    }

    /// The forms that a command takes with the values that are known; none if it stays as it is written.
    pub(super) fn forms(&self, words: &[ShellWord]) -> Vec<Vec<ShellWord>> {
        let first = assigned(words).1.first().filter(|word| !word.quoted);
        let alias = first.and_then(|word| self.aliases.get(&word.text));
        if alias.is_none() && !words.iter().any(|word| word.expands) {
            return Vec::new();
        }
        let longest = words.iter().filter(|word| word.expands).map(|word| self.choices(&word.text)).max();
        let mut forms: Vec<Vec<ShellWord>> = Vec::new();
        for choice in 0..longest.unwrap_or(1) {
            let mut form: Vec<ShellWord> = words.iter().flat_map(|word| self.form(word, choice)).collect();
            if let Some(alias) = alias {
                let at = assigned(&form).0.len();
                form.splice(at..=at, alias.iter().cloned());
            }
            if form.as_slice() != words && !forms.contains(&form) {
                forms.push(form);
            }
        }
        forms
    }

    /// How many values the name with most of them has, of those in a text.
    fn choices(&self, text: &str) -> usize {
        let names = text.split('$').skip(1).filter_map(name_at);
        names.filter_map(|name| self.variables.get(name.name)).map(Vec::len).max().unwrap_or(1)
    }

    /// A word with the values of its names.
    fn form(&self, word: &ShellWord, choice: usize) -> Vec<ShellWord> {
        if !word.expands {
            return vec![word.clone()];
        }
        if let ("$@" | "$*" | "${@}" | "${*}", Some(parameters)) = (word.text.as_str(), &self.parameters) {
            return parameters.clone();
        }
        let text = substituted(word).unwrap_or_else(|| self.text(&word.text, choice));
        if text == word.text || text.len() > LENGTH {
            return vec![word.clone()];
        }
        let open = text.contains(['$', '`', '*', '?', '[', '~']);
        if word.quoted || !text.contains(char::is_whitespace) || open {
            let scripts = if text.contains(['$', '`']) { word.scripts.clone() } else { Vec::new() };
            return vec![ShellWord { text, quoted: word.quoted, expands: open, scripts }];
        }
        let plain = |text: &str| ShellWord { text: text.to_owned(), ..ShellWord::default() };
        text.split_whitespace().map(plain).collect()
    }

    fn text(&self, text: &str, choice: usize) -> String {
        let mut parts = text.split('$');
        let mut told = parts.next().unwrap_or_default().to_owned();
        for rest in parts {
            let found = name_at(rest).and_then(|name| Some((self.value(&name, choice)?, name.length)));
            match found {
                Some((value, length)) => told.extend([value, &rest[length..]]),
                None => told.extend(["$", rest]),
            }
        }
        told
    }

    fn value<'a>(&'a self, name: &ValueName<'a>, choice: usize) -> Option<&'a str> {
        if let Ok(number) = name.name.parse::<usize>() {
            let parameter = self.parameters.as_ref()?.get(number.checked_sub(1)?)?;
            return Some(&parameter.text);
        }
        let values = self.variables.get(name.name);
        let given = values.and_then(|values| values.get(choice).or(values.last())).map(String::as_str);
        let usual = || PROGRAMS.iter().find(|(known, _)| *known == name.name).map(|(_, program)| *program);
        given.or(name.otherwise).or_else(usual)
    }
}

/// A name behind a `$`.
struct ValueName<'a> {
    name: &'a str,
    /// Its value if it has no other: `${NAME:-value}`.
    otherwise: Option<&'a str>,
    /// The length of what is written.
    length: usize,
}

fn name_at(rest: &str) -> Option<ValueName<'_>> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let Some(inner) = rest.strip_prefix('{') else {
        let length = rest.find(|c: char| !is_part(c)).unwrap_or(rest.len());
        let length = if rest.starts_with(|c: char| c.is_ascii_digit()) { 1 } else { length };
        return (length > 0).then_some(ValueName { name: &rest[..length], otherwise: None, length });
    };
    let inner = &inner[..inner.find('}')?];
    let (name, behind) = inner.split_at(inner.find(|c: char| !is_part(c)).unwrap_or(inner.len()));
    let otherwise = [":-", "-", ":=", "="].iter().find_map(|sign| behind.strip_prefix(sign));
    let known = !name.is_empty() && (behind.is_empty() || otherwise.is_some());
    known.then_some(ValueName { name, otherwise, length: inner.len() + 2 })
}

/// What a word that is one substitution and nothing else comes to, where its script says so.
fn substituted(word: &ShellWord) -> Option<String> {
    let [script] = word.scripts.as_slice() else { return None };
    let text = word.text.as_str();
    let alone = match text.as_bytes() {
        [b'$' | b'<', b'(', ..] => closed(&text[1..], '(', ')') == Some(text.len() - 1),
        [b'`', .., b'`'] => !text[1..text.len() - 1].contains('`'),
        _ => false,
    };
    if alone { printed(&first_words(script), script) } else { None }
}

/// What a command prints that is known beforehand; `None` if it is not.
pub(super) fn printed(words: &[ShellWord], script: &str) -> Option<String> {
    if words.iter().any(|word| word.expands) || script.contains(['|', ';', '&', '\n']) {
        return None;
    }
    let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    match texts.as_slice() {
        ["command", "-v", program] | ["which", program] | ["type", "-p" | "-P", program] => {
            Some((*program).to_owned())
        }
        ["echo", "-n" | "-e" | "-ne", rest @ ..] | ["echo", rest @ ..] => Some(rest.join(" ")),
        ["printf", "%s" | "%s\\n" | "%b" | "--", rest @ ..] => Some(rest.join("\n")),
        ["printf", format] => Some(format.replace("\\n", "\n")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    /// The forms of the last of some commands.
    fn forms(scripts: &[&str]) -> Vec<String> {
        let mut values = ShellValues::default();
        let (last, before) = scripts.split_last().unwrap();
        for script in before {
            values.note(&first_words(script));
        }
        let texts =
            |form: Vec<ShellWord>| form.into_iter().map(|word| word.text).collect::<Vec<_>>().join("|");
        values.forms(&first_words(last)).into_iter().map(texts).collect()
    }

    #[test]
    fn a_name_stands_for_each_value_that_the_script_gives_it() {
        for (scripts, expected) in [
            (&["git push"][..], &[][..]),
            (&["$X push"], &[]),
            (&["X=git", "$X push"], &["git|push"]),
            (&["X='git push'", "$X -f"], &["git|push|-f"]),
            (&["X='git push'", "\"$X\" -f"], &["git push|-f"]),
            (&["X=a", "X=b", "${X}1 $X"], &["a1|a", "b1|b"]),
            (&["export X=a Y=b", "$Y/$X"], &["b/a"]),
            (&["X=a", "echo '$X'"], &[]),
            (&["${X:-a} b"], &["a|b"]),
            (&["X=$(date)", "$X"], &[]),
            (&["X=$(command -v a)", "$X b"], &["a|b"]),
            (&["$(echo a b) c"], &["a|b|c"]),
            (&["`which a` c"], &["a|c"]),
            (&["$(cat x) c"], &[]),
            (&["alias x='a b'", "x c"], &["a|b|c"]),
            (&["X=1 a", "$X"], &[]),
        ] {
            assert_eq!(forms(scripts), expected, "{scripts:?}");
        }
    }
}
