//! What a command of a plan stands for in the project: a script file, a target of the Makefile, a
//! script of `package.json`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::vacuous::{Callee, Options};

/// Larger files are not looked into.
const READ_BYTES: u64 = 1 << 20;

/// Files that `make` reads, in its order.
pub(super) const MAKEFILES: &[&str] = &["GNUmakefile", "makefile", "Makefile"];

/// Programs that run the scripts of `package.json`.
pub(super) const SCRIPT_RUNNERS: &[&str] = &["npm", "yarn", "pnpm", "bun"];

/// What a command, run in `dir`, stands for; `None` if it is a program of its own, or what it runs
/// is not understood.
pub fn callee(dir: &Path, words: &[String]) -> Option<Callee> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (&program, arguments) = words.split_first()?;
    match program {
        "make" | "gmake" => make(dir, arguments),
        _ if SCRIPT_RUNNERS.contains(&program) => package_script(dir, program, arguments),
        "sh" | "bash" | "dash" | "zsh" => {
            let (options, file) =
                arguments.split_at(arguments.iter().take_while(|word| word.starts_with('-')).count());
            let options =
                Options { errexit: options.iter().any(|letters| letters.contains('e')), pipefail: false };
            script(dir, file.first()?, options)
        }
        "python" | "python3" | "node" | "ruby" | "perl" => empty_program(dir, arguments.first()?),
        _ if program.contains('/') => script(dir, program, Options::PLAIN),
        _ => None,
    }
}

fn read(path: PathBuf) -> Option<String> {
    let metadata = std::fs::metadata(&path).ok()?;
    if !metadata.is_file() || metadata.len() > READ_BYTES {
        return None;
    }
    std::fs::read_to_string(path).ok()
}

fn script(dir: &Path, name: &str, options: Options) -> Option<Callee> {
    let text = read(dir.join(name))?;
    let mut options = options;
    if let Some(shebang) = text.strip_prefix("#!").and_then(|rest| rest.lines().next()) {
        let mut words = shebang.split_whitespace().filter_map(|word| word.rsplit('/').next());
        if !words.clone().any(|word| matches!(word, "sh" | "bash" | "dash" | "zsh")) {
            return None;
        }
        options.errexit |= words.any(|word| word.starts_with('-') && word.contains('e'));
    }
    Some(Callee { name: format!("`{name}`"), checks: is_check(name), parts: vec![text], options })
}

/// A program without a statement, in a language that begins comments with `#` or `//`.
fn empty_program(dir: &Path, name: &str) -> Option<Callee> {
    let text = read(dir.join(name))?;
    let mut lines = text.lines().map(str::trim);
    let empty = lines
        .all(|line| line.is_empty() || line.starts_with('#') || line.starts_with("//") || line == "pass");
    empty.then(|| nothing(&format!("`{name}`"), is_check(name)))
}

fn package_script(dir: &Path, runner: &str, arguments: &[&str]) -> Option<Callee> {
    let if_present = arguments.contains(&"--if-present");
    let elsewhere = |word: &&str| {
        ["-w", "-C", "--dir", "--cwd"].contains(word)
            || ["--workspace", "--prefix", "--filter", "-r"].iter().any(|option| word.starts_with(option))
    };
    if arguments.iter().any(elsewhere) {
        return None;
    }
    let mut names = arguments.iter().filter(|word| !word.starts_with('-'));
    let name = match *names.next()? {
        "run" | "run-script" => names.next()?,
        "test" | "t" | "tst" => "test",
        "start" => "start",
        name if runner == "yarn" || runner == "pnpm" => name,
        _ => return None,
    };
    let package: serde_json::Value = serde_json::from_str(&read(dir.join("package.json"))?).ok()?;
    let part = |name: &str| package["scripts"][name].as_str().map(str::to_owned);
    let Some(script) = part(name) else {
        let missing = format!("the script `{name}`, which package.json does not have");
        return if_present.then(|| nothing(&missing, true));
    };
    let around = [part(&format!("pre{name}")), Some(script), part(&format!("post{name}"))];
    Some(Callee {
        name: format!("the script `{name}` of package.json"),
        checks: is_check(name),
        parts: around.into_iter().flatten().collect(),
        options: Options::PLAIN,
    })
}

/// A command that runs nothing.
fn nothing(name: &str, checks: bool) -> Callee {
    Callee { name: name.to_owned(), checks, parts: Vec::new(), options: Options::PLAIN }
}

/// Words by which people name what is there to check something.
const CHECKS: &[&str] = &[
    "test",
    "tests",
    "testing",
    "unittest",
    "check",
    "checks",
    "verify",
    "validate",
    "validation",
    "lint",
    "spec",
    "specs",
    "ci",
    "smoke",
    "e2e",
    "qa",
    "acceptance",
    "typecheck",
    "assert",
    "assertions",
];

/// Whether the name of a script or target says that it checks something.
pub(super) fn is_check(name: &str) -> bool {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric());
    words.map(str::to_ascii_lowercase).any(|word| CHECKS.contains(&word.as_str()))
}

fn make(dir: &Path, arguments: &[&str]) -> Option<Callee> {
    let letters =
        |argument: &str| argument.strip_prefix('-').filter(|rest| !rest.starts_with('-')).map(str::to_owned);
    let has = |letter: char, long: &str| {
        arguments.iter().any(|argument| {
            *argument == long || letters(argument).is_some_and(|found| found.contains(letter))
        })
    };
    if has('f', "--file") || has('C', "--directory") {
        return None;
    }
    if has('n', "--dry-run") || has('t', "--touch") {
        return Some(nothing("`make` without its commands", true));
    }
    if has('i', "--ignore-errors") {
        return Some(nothing("`make` without regard to errors", true));
    }
    let (file, text) = MAKEFILES.iter().find_map(|name| read(dir.join(name)).map(|text| (*name, text)))?;
    let makefile = Makefile::read(&text)?;
    let mut targets: Vec<&str> =
        arguments.iter().filter(|word| !word.starts_with('-') && !word.contains('=')).copied().collect();
    if targets.is_empty() {
        targets.push(makefile.first?);
    }
    let (mut parts, mut made) = (Vec::new(), BTreeSet::new());
    for target in &targets {
        makefile.recipe(target, &mut parts, &mut made)?;
    }
    let names: Vec<String> = targets.iter().map(|target| format!("`{target}`")).collect();
    let name = format!("the target {} of {file}", names.join(", "));
    let checks = targets.iter().any(|target| is_check(target));
    Some(Callee { name, checks, parts, options: Options::PLAIN })
}

/// The rules of a makefile, as far as they are plain.
struct Makefile<'a> {
    first: Option<&'a str>,
    rules: Vec<Rule<'a>>,
    /// `.IGNORE:`
    ignores: bool,
}

struct Rule<'a> {
    targets: Vec<&'a str>,
    prerequisites: Vec<&'a str>,
    recipe: Vec<String>,
}

impl<'a> Makefile<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let mut rules: Vec<Rule<'a>> = Vec::new();
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
        let ignores = |rule: &Rule<'_>| rule.targets == [".IGNORE"] && rule.prerequisites.is_empty();
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
                self.recipe(prerequisite, parts, made)?;
            }
        }
        for line in rules().flat_map(|rule| &rule.recipe) {
            let command = line.trim_start_matches(['@', '-', '+', ' ']);
            let prefix = &line[..line.len() - command.len()];
            // In a makefile, `$$` is the shell's `$`; a make variable may be anything.
            let command = command.replace("$(MAKE)", "make").replace("$$", "$");
            parts.push(if self.ignores || prefix.contains('-') { ":".to_owned() } else { command });
        }
        Some(())
    }
}

/// `targets: prerequisites`, and no assignment.
fn rule_of(line: &str) -> Option<Rule<'_>> {
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
    Some(Rule { targets: targets.split_whitespace().collect(), prerequisites, recipe })
}

#[cfg(test)]
mod tests {
    use super::super::vacuous::why_vacuous;
    use super::*;

    fn project(files: &[(&str, &str)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(dir.path().join(name), text).unwrap();
        }
        dir
    }

    fn why(files: &[(&str, &str)], command: &str) -> Option<String> {
        let dir = project(files);
        why_vacuous(command, Options::STRICT, &|words| callee(dir.path(), words))
    }

    #[test]
    fn a_target_is_what_its_recipe_is() {
        let makefile = "\
CARGO ?= cargo
.PHONY: all test lint check
all: test

test: ## runs the tests
\t@echo testing
\t@true

lint:
\t-cargo clippy
check: test lint
real: test
\tcargo test
test-piped:
\t@cargo test | tee log
test-hidden:
\tcargo test; \\
\techo done
test-shown:
\tcargo test && \\
\techo done
test-again: ; @$(MAKE) test
variable:
\t$(CARGO) test
test-empty:
needs: src/lib.rs
";
        let why = |command: &str| why(&[("Makefile", makefile)], command);
        let vacuous =
            |targets: &str| Some(format!("it runs the target {targets} of Makefile, which cannot fail"));
        assert_eq!(why("make"), None, "what only builds may always succeed");
        assert_eq!(why("make test"), vacuous("`test`"));
        assert_eq!(why("make lint"), vacuous("`lint`"));
        assert_eq!(why("make -s check CARGO=x"), vacuous("`check`"));
        assert_eq!(why("make test-piped"), vacuous("`test-piped`"));
        assert_eq!(why("make test-hidden"), vacuous("`test-hidden`"));
        assert_eq!(why("make test-empty"), vacuous("`test-empty`"));
        assert_eq!(why("make test-again"), vacuous("`test-again`"));
        for command in
            ["make real", "make test real", "make test-shown", "make variable", "make needs", "make gone"]
        {
            assert_eq!(why(command), None, "{command}");
        }
        assert_eq!(
            why("make -n real"),
            Some("it runs `make` without its commands, which cannot fail".to_owned())
        );
        assert!(why("make -ki real").is_some());
        assert_eq!(why("make -k real"), None);
    }

    #[test]
    fn a_package_script_is_what_it_says() {
        let package =
            r#"{"scripts":{"test":"jest || true","build":"tsc","lint":"echo none","prelint":"eslint ."}}"#;
        let why = |command: &str| why(&[("package.json", package)], command);
        let test = Some("it runs the script `test` of package.json, which cannot fail".to_owned());
        for command in
            ["npm test", "npm run test -- --watch=false", "yarn test", "pnpm run test", "npm run -s test"]
        {
            assert_eq!(why(command), test, "{command}");
        }
        for command in
            ["npm run build", "npm run lint", "npm run gone", "npm ci", "npm run test --workspace a"]
        {
            assert_eq!(why(command), None, "{command}");
        }
        let missing = "it runs the script `gone`, which package.json does not have, which cannot fail";
        assert_eq!(why("npm run gone --if-present").as_deref(), Some(missing));
    }

    #[test]
    fn a_script_file_is_what_it_holds() {
        let files = [
            ("empty-test.sh", ""),
            ("hello.sh", "echo hello\n"),
            ("check.sh", "#!/bin/sh\ncargo test\nexit 0\n"),
            ("strict.sh", "#!/usr/bin/env bash\nset -euo pipefail\ncargo test | tee log\nexit 0\n"),
            ("shebang.sh", "#!/bin/bash -e\ncargo test\nexit 0\n"),
            ("outer-test.sh", "./hello.sh\n"),
            ("check.py", "# nothing yet\n"),
            ("real.py", "assert 1 == 2\n"),
        ];
        let why = |command: &str| why(&files, command);
        for command in
            ["sh empty-test.sh", "./check.sh", "bash check.sh", "bash outer-test.sh", "python3 check.py"]
        {
            assert!(why(command).is_some(), "{command}");
        }
        for command in [
            "./strict.sh",
            "./shebang.sh",
            "sh -e check.sh",
            "python3 real.py",
            "./gone.sh",
            "sh real.py",
            "sh hello.sh",
        ] {
            assert_eq!(why(command), None, "{command}");
        }
        assert_eq!(why("./outer-test.sh").as_deref(), Some("it runs `./outer-test.sh`, which cannot fail"));
    }

    proptest::proptest! {
        #[test]
        fn any_makefile_is_read(text in "[a-z:;=$%@ \t\n\\\\#.-]{0,80}") {
            if let Some(makefile) = Makefile::read(&text) {
                makefile.recipe("a", &mut Vec::new(), &mut BTreeSet::new());
            }
        }
    }
}
