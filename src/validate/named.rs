//! What a script names in the project, itself and through what it runs there.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use super::callee::{MAKEFILES, SCRIPT_RUNNERS, callee, is_check};
use super::shell;

/// Scripts that run scripts are followed this deep.
const FOLLOWED: u32 = 3;

/// Programs that are given a file to run.
const INTERPRETERS: &[&str] =
    &["sh", "bash", "dash", "zsh", "python", "python3", "node", "ruby", "perl", "source", "."];

/// What commands name, relative to the project's root.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Named {
    /// Files that are there to check something and that run.
    pub run: BTreeSet<String>,
    /// Files that are compared with others.
    pub compared: BTreeSet<String>,
}

/// The files that are there to check something and that a script runs, relative to the project's
/// `root`.
pub fn files(root: &Path, dir: &Path, script: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    visit(dir, script, (FOLLOWED, false), &mut |words, checks| {
        let file = file_of(dir, words).filter(|file| checks || is_check(file));
        found.extend(file.and_then(|file| inside(root, &dir.join(file))));
    });
    found
}

/// Every word of the commands that a script runs.
pub fn words(dir: &Path, script: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    visit(dir, script, (FOLLOWED, false), &mut |words, _| {
        found.extend(words.iter().map(|&word| word.to_owned()));
    });
    found
}

/// Shows each simple command, and whether it is part of a check.
fn visit(dir: &Path, script: &str, (depth, inside): (u32, bool), see: &mut impl FnMut(&[&str], bool)) {
    let Some(list) = shell::parse(script).filter(|_| depth > 0) else { return };
    for words in list.simple_commands() {
        let plain: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
        let callee = callee(dir, &plain.iter().map(|&word| word.to_owned()).collect::<Vec<_>>());
        let checks = inside || callee.as_ref().is_some_and(|callee| callee.checks);
        see(&plain, checks);
        for part in callee.map_or_else(Vec::new, |callee| callee.parts) {
            visit(dir, &part, (depth - 1, checks), see);
        }
    }
}

/// The file that decides what a command does.
fn file_of<'a>(dir: &Path, words: &[&'a str]) -> Option<&'a str> {
    let (&program, arguments) = words.split_first()?;
    match program {
        "make" | "gmake" => MAKEFILES.iter().find(|name| dir.join(name).is_file()).copied(),
        _ if SCRIPT_RUNNERS.contains(&program) => Some("package.json"),
        _ if INTERPRETERS.contains(&program) => file_argument(arguments),
        _ => program.contains('/').then_some(program),
    }
}

/// The file that an interpreter is given, if it is not given a module or a text.
fn file_argument<'a>(arguments: &[&'a str]) -> Option<&'a str> {
    let (options, rest) =
        arguments.split_at(arguments.iter().take_while(|word| word.starts_with('-')).count());
    let other =
        options.iter().any(|option| option.ends_with(['m', 'c']) || ["-e", "--test"].contains(option));
    rest.first().filter(|_| !other).copied()
}

/// The path of a file from the root, without `.` and `..`.
fn inside(root: &Path, path: &Path) -> Option<String> {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => drop(plain.pop()),
            other => plain.push(other),
        }
    }
    plain.strip_prefix(root).ok()?.to_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_command_names_is_found() {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in [
            ("Makefile", "test: ; ./check.sh && python3 -m unittest\n"),
            ("check.sh", "sh inner.sh\n"),
            ("inner.sh", "true\n"),
            ("package.json", r#"{"scripts":{"test":"node verify.js"}}"#),
            ("verify.js", "process.exit(1)\n"),
        ] {
            std::fs::write(dir.path().join(name), text).unwrap();
        }
        let root = dir.path().canonicalize().unwrap();
        let files = |script: &str| Vec::from_iter(files(&root, &root, script));
        assert_eq!(
            files("if make test; then npm test; fi"),
            ["Makefile", "check.sh", "inner.sh", "package.json", "verify.js"]
        );
        assert_eq!(files("cd . && ./check.sh 2>&1 | tee log"), ["check.sh", "inner.sh"]);
        assert_eq!(files("cargo test"), [""; 0]);
        let words = Vec::from_iter(words(&root, "make test || uv run pytest -q"));
        let expected = ["-m", "-q", "./check.sh", "inner.sh", "make", "pytest", "python3", "run", "sh"];
        assert_eq!(words, [&expected[..], &["test", "unittest", "uv"]].concat());
    }
}
