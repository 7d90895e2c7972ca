//! Finds the recipe of a makefile's target.

use std::cell::Cell;
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use super::{is_check, moved, nothing};
use crate::shell::simple::ShellOptions;
use crate::shell::walk::Callee;
use crate::validate::ProjectFiles;

/// Files that `make` reads, in its order.
const MAKEFILES: &[&str] = &["GNUmakefile", "makefile", "Makefile"];

/// In one command, so many variables are looked up.
const EXPANSIONS: u32 = 40;

/// What `make` is asked for.
struct MakeRequest<'a> {
    dir: PathBuf,
    /// The file that it is given, if it is.
    file: Option<&'a str>,
    arguments: Vec<&'a str>,
}

fn request<'a>(dir: &Path, arguments: &[&'a str]) -> MakeRequest<'a> {
    let (folder, rest) = moved(arguments, &["-C", "--directory"]);
    let (file, arguments) = moved(&rest, &["-f", "--file", "--makefile"]);
    let dir = folder.map_or_else(|| dir.to_owned(), |folder| dir.join(folder));
    MakeRequest { dir, file, arguments }
}

/// The file that a command of `make` reads.
pub(super) fn file(files: &dyn ProjectFiles, dir: &Path, arguments: &[&str]) -> Option<PathBuf> {
    let MakeRequest { dir, file, .. } = request(dir, arguments);
    match file {
        Some(file) => Some(dir.join(file)),
        None => MAKEFILES.iter().map(|name| dir.join(name)).find(|path| files.has_file(path)),
    }
}

/// What a command of `make` stands for.
pub(super) fn make(files: &dyn ProjectFiles, dir: &Path, arguments: &[&str]) -> Option<Callee> {
    let path = file(files, dir, arguments);
    let MakeRequest { dir, arguments, .. } = request(dir, arguments);
    let letters =
        |argument: &str| argument.strip_prefix('-').filter(|rest| !rest.starts_with('-')).map(str::to_owned);
    let has = |letter: char, long: &str| {
        arguments.iter().any(|argument| {
            *argument == long || letters(argument).is_some_and(|found| found.contains(letter))
        })
    };
    if has('n', "--dry-run") || has('t', "--touch") {
        return Some(nothing("`make` without its commands", true, dir));
    }
    let path = path?;
    let text = with_included(files, &dir, files.text(&path)?, 0);
    let file = path.file_name()?.to_str()?;
    let mut makefile = Makefile::read(&text)?;
    let ignores = has('i', "--ignore-errors");
    makefile.ignores |= ignores;
    // A number is how many jobs there may be.
    let target = |word: &&&str| !word.starts_with('-') && !word.contains('=') && word.parse::<u32>().is_err();
    let mut targets: Vec<&str> = arguments.iter().filter(target).copied().collect();
    if targets.is_empty() {
        targets.push(makefile.first?);
    }
    let variables = MakeVariables::read(&text);
    let (mut parts, mut made) = (Vec::new(), BTreeSet::new());
    for target in &targets {
        makefile.recipe(target, &mut parts, &mut made)?;
    }
    let told = parts.iter().map(|part| variables.expand(part, &Cell::new(EXPANSIONS)));
    let parts = variables.run_when_read().chain(told).collect();
    let names: Vec<String> = targets.iter().map(|target| format!("`{target}`")).collect();
    let name = format!("the target {} of {file}", names.join(", "));
    // Whoever asks to go on after errors never learns of one.
    let checks = ignores || targets.iter().any(|target| is_check(target));
    Some(Callee { name, checks, parts, options: ShellOptions::PLAIN, dir })
}

/// A makefile with those that it includes.
fn with_included(files: &dyn ProjectFiles, dir: &Path, text: String, depth: u32) -> String {
    let included =
        text.lines().filter_map(|line| line.trim_start_matches(['-', 's']).strip_prefix("include "));
    let names = included.flat_map(str::split_whitespace).take(10);
    let texts: Vec<String> = names
        .filter(|_| depth < 2)
        .filter_map(|name| Some(with_included(files, dir, files.text(&dir.join(name))?, depth + 1)))
        .collect();
    let texts = std::iter::once(text).chain(texts);
    texts.collect::<Vec<_>>().join("\n")
}

/// The variables of a makefile that have one plain value.
struct MakeVariables<'a>(HashMap<&'a str, String>);

impl<'a> MakeVariables<'a> {
    fn read(text: &'a str) -> Self {
        let mut all = HashMap::new();
        let mut lines = text.lines().filter(|line| !line.starts_with(['\t', '#']));
        while let Some(line) = lines.next() {
            if let Some(name) = line.strip_prefix("define ") {
                let body: Vec<&str> = lines.by_ref().take_while(|line| line.trim() != "endef").collect();
                all.insert(name.trim().trim_end_matches([' ', '=', ':']), body.join("\n"));
            } else if let Some((name, value)) = line.split_once('=') {
                let name = name.trim_start_matches("export ").trim_end_matches(['?', ':', '!', '+']).trim();
                all.insert(name, value.trim().to_owned());
            }
        }
        all.retain(|name, _| !name.is_empty() && !name.contains([' ', ':', '$', '(']));
        Self(all)
    }

    /// A command with the values of its variables, of which so many more are looked up.
    fn expand(&self, command: &str, left: &Cell<u32>) -> String {
        let mut told = String::new();
        let mut rest = command;
        while let Some(at) = rest.find('$') {
            let end = rest[at..].find([')', '}']).filter(|_| rest[at + 1..].starts_with(['(', '{']));
            let value = end.and_then(|length| self.0.get(&rest[at + 2..at + length]));
            told.push_str(&rest[..at]);
            if let (Some(value), Some(length), Some(fewer)) = (value, end, left.get().checked_sub(1)) {
                left.set(fewer);
                told.push_str(&self.expand(value, left));
                rest = &rest[at + length + 1..];
            } else {
                told.push('$');
                rest = &rest[at + 1..];
            }
        }
        told + rest
    }

    /// What runs when the makefile is read; whether it fails is no matter.
    fn run_when_read(&self) -> impl Iterator<Item = String> {
        let mut scripts: Vec<&str> =
            self.0.values().filter_map(|value| value.strip_prefix("$(shell ")).collect();
        scripts.sort_unstable();
        scripts.into_iter().map(|script| format!("{{ {}\n}} || :", script.trim_end_matches(')')))
    }
}

/// The rules of a makefile, as far as they are plain.
struct Makefile<'a> {
    first: Option<&'a str>,
    rules: Vec<MakeRule<'a>>,
    /// `.IGNORE:`
    ignores: bool,
}

struct MakeRule<'a> {
    targets: Vec<&'a str>,
    prerequisites: Vec<&'a str>,
    recipe: Vec<String>,
}

impl<'a> Makefile<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let mut rules: Vec<MakeRule<'a>> = Vec::new();
        let mut open = false;
        let mut continued = false;
        for line in text.lines() {
            let goes_on = line.ends_with('\\');
            let body = line.strip_suffix('\\').unwrap_or(line);
            if let Some(command) = line.strip_prefix('\t').filter(|_| open && !continued) {
                rules.last_mut()?.recipe.push(command.to_owned());
            } else if continued && open {
                if let Some(last) = rules.last_mut().and_then(|rule| rule.recipe.last_mut()) {
                    last.push('\n');
                    last.push_str(line.trim_start_matches('\t'));
                }
            } else if let Some(rule) = rule_of(body).filter(|_| !continued) {
                if goes_on || rule.targets.iter().any(|target| target.starts_with(".ONESHELL")) {
                    return None;
                }
                rules.push(rule);
                open = true;
            } else if !line.trim().is_empty() && !line.trim_start().starts_with('#') {
                open = false;
            }
            continued = goes_on;
        }
        let ignores = |rule: &MakeRule<'_>| rule.targets == [".IGNORE"] && rule.prerequisites.is_empty();
        let first = rules.iter().flat_map(|rule| &rule.targets).find(|target| !target.starts_with('.'));
        Some(Self { first: first.copied(), ignores: rules.iter().any(ignores), rules })
    }

    /// Adds what runs for a target, prerequisites first; each is made once.
    fn recipe(&self, target: &'a str, parts: &mut Vec<String>, made: &mut BTreeSet<&'a str>) -> Option<()> {
        let rules = || self.rules.iter().filter(|rule| rule.targets.contains(&target));
        if made.len() > 100 || rules().next().is_none() {
            return None;
        }
        if !made.insert(target) {
            return Some(());
        }
        for rule in rules() {
            for prerequisite in &rule.prerequisites {
                // A file, or what a rule of another kind makes: that may fail, and hides nothing of the rest.
                if self.rules.iter().any(|rule| rule.targets.contains(prerequisite)) {
                    self.recipe(prerequisite, parts, made)?;
                } else {
                    parts.push(format!("make {prerequisite}"));
                }
            }
        }
        for line in rules().flat_map(|rule| &rule.recipe) {
            let command = line.trim_start_matches(['@', '-', '+', ' ']);
            let prefix = &line[..line.len() - command.len()];
            // In a makefile, `$$` is the shell's `$`; a make variable may be anything.
            let command = command.replace("$(MAKE)", "make").replace("$$", "$");
            let ignored = self.ignores || prefix.contains('-');
            parts.push(if ignored { format!("{{ {command}\n}} || :") } else { command });
        }
        Some(())
    }
}

/// `targets: prerequisites`, and no assignment.
fn rule_of(line: &str) -> Option<MakeRule<'_>> {
    if line.starts_with(['\t', ' ', '#']) {
        return None;
    }
    let line = line.split(" #").next().unwrap_or(line);
    let (targets, rest) = line.split_once(':')?;
    if targets.contains(['=', '$', '%']) || rest.starts_with('=') || rest.starts_with(":=") {
        return None;
    }
    let rest = rest.trim_start_matches(':');
    let (prerequisites, recipe) =
        rest.split_once(';').map_or((rest, None), |(before, after)| (before, Some(after)));
    let recipe = recipe.map(|command| command.trim().to_owned()).into_iter().collect();
    if prerequisites.contains('=') {
        return None;
    }
    let prerequisites = prerequisites.split_whitespace().filter(|word| *word != "|").collect();
    Some(MakeRule { targets: targets.split_whitespace().collect(), prerequisites, recipe })
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn any_makefile_is_read(text in "[a-z:;=$%@ \t\n\\\\#.-]{0,80}") {
            if let Some(makefile) = Makefile::read(&text) {
                makefile.recipe("a", &mut Vec::new(), &mut BTreeSet::new());
            }
        }
    }
}
