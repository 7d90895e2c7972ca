//! Lists what a script names in the project, itself and through the scripts it runs.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use super::callee::{self, callee, is_check};
use crate::shell::inner::{self, Given, substituted};
use crate::shell::{self, Command, List, Word};

/// Scripts that run scripts are followed this deep.
const FOLLOWED: u32 = 4;

/// Of the commands of a script and of all that it runs, only so many are looked at.
const COMMANDS: u32 = 2000;

/// Programs that compare the files they are given.
const COMPARERS: &[&str] = &["diff", "cmp", "comm", "sdiff"];

/// What commands name, relative to the project's root.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Named {
    /// Files that are there to check something and that run.
    pub run: BTreeSet<String>,
    /// Files that are compared with others.
    pub compared: BTreeSet<String>,
}

impl Named {
    /// Adds what a script names that runs in `dir`, in the project at `root`.
    pub fn add(&mut self, root: &Path, dir: &Path, script: &str) {
        visit(dir, script, |found| {
            let file = callee::file(&found.dir, &found.words).and_then(|file| inside(root, &file));
            self.run.extend(file.filter(|file| found.checks || is_check(file)));
            if let Some((_, arguments)) = found.words.split_first().filter(|(name, _)| is_comparer(name)) {
                let files = arguments.iter().filter(|word| !word.starts_with('-'));
                self.compared.extend(files.filter_map(|file| inside(root, &found.dir.join(file))));
            }
        });
    }
}

fn is_comparer(program: &str) -> bool {
    COMPARERS.contains(&inner::plain(program))
}

/// Every word of the commands that a script runs, with the folder in which it says so.
pub fn words(dir: &Path, script: &str) -> BTreeSet<(PathBuf, String)> {
    let mut all = BTreeSet::new();
    visit(dir, script, |found| {
        all.extend(found.words.iter().map(|word| (found.dir.clone(), word.clone())));
    });
    all
}

/// Whether all that a script runs is Mocha, asked to list the tests and not to run them: what it
/// prints is the same.
pub fn only_lists(dir: &Path, script: &str) -> bool {
    let (mut lists, mut other) = (false, false);
    visit(dir, script, |Found { words, leads, .. }| {
        let mocha = words.iter().any(|word| word.rsplit('/').next() == Some("mocha"));
        let listing = mocha && words.iter().any(|word| word == "--dry-run");
        lists |= listing;
        other |= !listing && !leads;
    });
    lists && !other
}

/// A simple command, without what only wraps it.
struct Found {
    dir: PathBuf,
    words: Vec<String>,
    /// It is part of a check.
    checks: bool,
    /// It stands for other commands, which are shown, too.
    leads: bool,
}

/// Shows each simple command that a script runs, and those that they run in turn.
fn visit(dir: &Path, script: &str, each: impl FnMut(&Found)) {
    let see = &mut See { each, left: COMMANDS };
    let place = Place { dir: dir.to_owned(), depth: FOLLOWED, checks: false };
    place.script(script, see);
}

/// Who is shown the commands, and how many more there may be.
struct See<F> {
    each: F,
    left: u32,
}

/// Where a command stands.
#[derive(Clone)]
struct Place {
    dir: PathBuf,
    depth: u32,
    checks: bool,
}

impl Place {
    /// A script in a shell of its own.
    fn script(&self, script: &str, see: &mut See<impl FnMut(&Found)>) {
        let Some(depth) = self.depth.checked_sub(1) else { return };
        if let Some(list) = shell::parse(script) {
            Self { depth, ..self.clone() }.list(&list, see);
        }
    }

    fn list(&mut self, list: &List, see: &mut See<impl FnMut(&Found)>) {
        for (_, pipeline) in list.0.iter().flat_map(|item| &item.pipelines) {
            match pipeline.commands.as_slice() {
                [command] => self.command(command, see),
                // Each runs in a shell of its own.
                several => several.iter().for_each(|command| self.clone().command(command, see)),
            }
        }
    }

    fn command(&mut self, command: &Command, see: &mut See<impl FnMut(&Found)>) {
        match command {
            Command::Simple(words) => self.simple(words, see),
            Command::Subshell(list) => self.clone().list(list, see),
            Command::Group(list) => self.list(list, see),
            Command::If { conditions, bodies } => {
                conditions.iter().chain(bodies).for_each(|list| self.list(list, see));
            }
            Command::Loop { condition, body } => {
                self.list(condition, see);
                self.list(body, see);
            }
            Command::Function { body, .. } => self.clone().command(body, see),
            Command::Opaque(words) => self.substituted(words, see),
        }
    }

    fn simple(&mut self, words: &[Word], see: &mut See<impl FnMut(&Found)>) {
        self.substituted(words, see);
        let words = inner::command(words);
        let plain: Vec<String> = words.iter().map(inner::path).collect();
        let Some((program, arguments)) = plain.split_first() else { return };
        match program.as_str() {
            "cd" | "pushd" => self.go(arguments),
            "eval" => self.script(&arguments.join(" "), see),
            _ => match inner::shell(words) {
                Some((Given::Script(script), _)) => self.script(&script.text, see),
                _ => self.program(plain, see),
            },
        }
    }

    /// What stands in `$( ... )`.
    fn substituted(&self, words: &[Word], see: &mut See<impl FnMut(&Found)>) {
        let scripts = words.iter().filter(|word| word.substitutes).flat_map(|word| substituted(&word.text));
        scripts.for_each(|script| self.script(script, see));
    }

    fn program(&self, words: Vec<String>, see: &mut See<impl FnMut(&Found)>) {
        let Some(left) = see.left.checked_sub(1) else { return };
        see.left = left;
        let callee = callee(&self.dir, &words);
        let checks = self.checks || callee.as_ref().is_some_and(|callee| callee.checks);
        (see.each)(&Found { dir: self.dir.clone(), words, checks, leads: callee.is_some() });
        if let Some(callee) = callee {
            let there = Self { dir: callee.dir, depth: self.depth, checks };
            callee.parts.iter().for_each(|part| there.script(part, see));
        }
    }

    /// Into another folder, if it is there: any other is left to the shell.
    fn go(&mut self, arguments: &[String]) {
        let to = arguments.iter().find(|word| !word.starts_with('-')).map(|folder| self.dir.join(folder));
        if let Some(dir) = to.filter(|dir| dir.is_dir()) {
            self.dir = dir;
        }
    }
}

/// The path of a file from the root, without `.` and `..`.
pub fn inside(root: &Path, path: &Path) -> Option<String> {
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

    fn project(files: &[(&str, &str)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = dir.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        dir
    }

    fn named(root: &Path, script: &str) -> Named {
        let mut named = Named::default();
        named.add(root, root, script);
        named
    }

    #[test]
    fn what_a_command_names_is_found() {
        let dir = project(&[
            ("Makefile", "test: ; ./check.sh && python3 -m unittest\n"),
            ("check.sh", "sh inner.sh\n"),
            ("inner.sh", ". \"$(dirname \"$0\")/lib.sh\"\n"),
            ("lib.sh", "true\n"),
            ("package.json", r#"{"scripts":{"test":"node verify.js"}}"#),
            ("verify.js", "process.exit(1)\n"),
        ]);
        let root = dir.path();
        let files = |script: &str| Vec::from_iter(named(root, script).run);
        assert_eq!(
            files("if make test; then npm test; fi"),
            ["Makefile", "check.sh", "inner.sh", "lib.sh", "package.json", "verify.js"]
        );
        assert_eq!(files("cd . && ./check.sh 2>&1 | tee log"), ["check.sh", "inner.sh", "lib.sh"]);
        assert_eq!(files("cargo test"), [""; 0]);
        let words = words(root, "make test || uv run pytest -q");
        let words: BTreeSet<&str> = words.iter().map(|(_, word)| word.as_str()).collect();
        let expected = [".", "./lib.sh", "-m", "-q", "./check.sh", "inner.sh", "make", "pytest", "python3"];
        assert_eq!(
            words,
            BTreeSet::from_iter([&expected[..], &["run", "sh", "test", "unittest", "uv"]].concat())
        );
    }

    #[test]
    fn a_check_is_found_however_it_is_run() {
        let dir = project(&[
            ("check.sh", "true\n"),
            ("tools/verify.py", "pass\n"),
            ("suite/tests/__main__.py", "pass\n"),
            ("verify.py", "pass\n"),
            ("app/check.sh", "true\n"),
            ("app/Makefile", "test: ; ./check.sh\n"),
            ("app/package.json", r#"{"scripts":{"test":"sh check.sh"}}"#),
            ("ci.mk", "test: ; sh check.sh\n"),
        ]);
        let makefile = &["app/Makefile", "app/check.sh"][..];
        let package = &["app/check.sh", "app/package.json"][..];
        for (script, expected) in [
            ("CI=1 ./check.sh", &["check.sh"][..]),
            ("timeout -k 1 60 ./check.sh", &["check.sh"]),
            ("env A=1 time nice nohup ./check.sh", &["check.sh"]),
            ("exec command sh -x check.sh", &["check.sh"]),
            ("bash -c './check.sh'", &["check.sh"]),
            ("timeout 9 bash -euo pipefail -c 'CI=1 ./check.sh'", &["check.sh"]),
            ("bash -o pipefail check.sh", &["check.sh"]),
            ("echo a | xargs -n1 sh check.sh", &["check.sh"]),
            ("eval ./check.sh", &["check.sh"]),
            (". ./check.sh", &["check.sh"]),
            ("\"$PWD\"/check.sh", &["check.sh"]),
            ("test -z \"$(./check.sh || echo bad)\"", &["check.sh"]),
            ("X=$(sh check.sh) || exit 1", &["check.sh"]),
            ("[[ $(./check.sh && echo ok) == *ok ]]", &["check.sh"]),
            ("case $(./check.sh) in x) ;; esac", &["check.sh"]),
            ("python3 -m tools.verify", &["tools/verify.py"]),
            ("python3 -m suite.tests", &["suite/tests/__main__.py"]),
            ("python3 -X dev -W error verify.py", &["verify.py"]),
            ("python3 -c 'verify.py'", &[]),
            ("cd app && ./check.sh", &["app/check.sh"]),
            ("(cd app; sh check.sh); ./check.sh", &["app/check.sh", "check.sh"]),
            ("pushd app; cd ..; sh check.sh", &["check.sh"]),
            ("cd app | cat; sh check.sh", &["check.sh"]),
            ("make -C app test", makefile),
            ("cd app && make -j2 test", makefile),
            ("make -f ci.mk test", &["check.sh", "ci.mk"]),
            ("npm --prefix app test", package),
            ("npm run --prefix=app test", package),
            ("cd app; npm test", package),
        ] {
            assert_eq!(Vec::from_iter(named(dir.path(), script).run), expected, "{script}");
        }
    }

    #[test]
    fn what_runs_itself_again_and_again_comes_to_an_end() {
        let dir = project(&[("check.sh", &"./check.sh\n".repeat(1000))]);
        assert_eq!(Vec::from_iter(named(dir.path(), "./check.sh").run), ["check.sh"]);
    }

    #[test]
    fn a_runner_that_only_lists_is_found() {
        let dir = project(&[("package.json", r#"{"scripts":{"test":"mocha --dry-run"}}"#)]);
        for script in
            ["npm test", "CI=1 npx mocha --dry-run test", "cd . && ./node_modules/.bin/mocha --dry-run"]
        {
            assert!(only_lists(dir.path(), script), "{script}");
        }
        for script in ["mocha", "npm publish --dry-run", "mocha --dry-run && mocha", "cargo test; npm test"] {
            assert!(!only_lists(dir.path(), script), "{script}");
        }
    }

    #[test]
    fn what_is_compared_is_found() {
        let dir = project(&[("app/a", "")]);
        let compared = |script: &str| Vec::from_iter(named(dir.path(), script).compared);
        assert_eq!(compared("diff -u expected.txt out.txt"), ["expected.txt", "out.txt"]);
        assert_eq!(compared("cd app && sh -c 'cmp golden/a.txt ../out'"), ["app/golden/a.txt", "out"]);
        assert_eq!(compared("grep -q one one.txt"), [""; 0]);
    }
}
