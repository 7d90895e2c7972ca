//! Lists what a script names in the project, itself and through the scripts it runs.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use super::ProjectFiles;
use super::applied::Applied;
use super::callee::{self, callee, is_check};
use crate::shell::simple::{SimpleCommand, path, plain};
use crate::shell::tree::ShellWord;
use crate::shell::walk::{CommandPlace, Descend, Visitor, walk};

/// Programs that compare the files they are given.
const COMPARERS: &[&str] = &["diff", "cmp", "comm", "sdiff"];

/// What commands name, relative to the project's root.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct NamedFiles {
    /// Files that are there to check something and that run.
    pub run: BTreeSet<String>,
    /// Files that are compared with others.
    pub compared: BTreeSet<String>,
}

impl NamedFiles {
    /// Adds what a script names that runs in `dir`, in the project at `root`.
    pub(crate) fn add(&mut self, files: &dyn ProjectFiles, root: &Path, command: &Applied) {
        visit(files, &root.join(&command.dir), &command.script, |found| {
            let file = callee::file(files, found.dir, &found.words).and_then(|file| inside(root, &file));
            self.run.extend(file.filter(|file| found.checks || is_check(file)));
            if let Some((_, arguments)) = found.words.split_first().filter(|(name, _)| is_comparer(name)) {
                let compared = arguments.iter().filter(|word| !word.text.starts_with('-'));
                self.compared.extend(compared.filter_map(|word| inside(root, &found.dir.join(&word.text))));
            }
        });
    }
}

fn is_comparer(program: &ShellWord) -> bool {
    COMPARERS.contains(&plain(&program.text))
}

/// Every word of the commands that a script runs, with the folder in which it says so.
pub(crate) fn words(files: &dyn ProjectFiles, dir: &Path, script: &str) -> BTreeSet<(PathBuf, String)> {
    let mut all = BTreeSet::new();
    visit(files, dir, script, |found| {
        all.extend(found.words.iter().map(|word| (found.dir.to_owned(), word.text.clone())));
    });
    all
}

/// Whether all that a script runs is Mocha, asked to list the tests and not to run them: what it
/// prints is the same.
pub(super) fn only_lists(files: &dyn ProjectFiles, dir: &Path, script: &str) -> bool {
    let (mut lists, mut other) = (false, false);
    visit(files, dir, script, |NamedCommand { words, leads, .. }| {
        let mocha = words.iter().any(|word| word.text.rsplit('/').next() == Some("mocha"));
        let listing = mocha && words.iter().any(|word| word.text == "--dry-run");
        lists |= listing;
        other |= !listing && !leads;
    });
    lists && !other
}

/// A simple command, without what only wraps it.
struct NamedCommand<'a> {
    dir: &'a Path,
    /// Its words, as paths.
    words: Vec<ShellWord>,
    /// It is part of a check.
    checks: bool,
    /// It stands for other commands, which are shown, too.
    leads: bool,
}

/// Shows each simple command that a script runs, and those that they run in turn.
fn visit(files: &dyn ProjectFiles, dir: &Path, script: &str, each: impl FnMut(&NamedCommand<'_>)) {
    walk(script, dir, &mut Names { files, each });
}

struct Names<'a, F> {
    files: &'a dyn ProjectFiles,
    each: F,
}

impl<F: FnMut(&NamedCommand<'_>)> Visitor for Names<'_, F> {
    fn command(&mut self, command: &SimpleCommand<'_>, place: &CommandPlace) -> Descend {
        let Some(dir) = &place.dir else { return Descend::Past };
        let as_path = |word: &ShellWord| ShellWord { text: path(word), ..word.clone() };
        let words: Vec<ShellWord> = command.words.iter().map(as_path).collect();
        let callee = callee(self.files, dir, &words);
        let checks = place.checks || callee.as_ref().is_some_and(|callee| callee.checks);
        (self.each)(&NamedCommand { dir, words, checks, leads: callee.is_some() });
        callee.map_or(Descend::Past, Descend::Into)
    }

    /// Into another folder, if it is there: any other is left to the shell.
    fn folder(&self, from: &Path, to: Option<&ShellWord>) -> Option<PathBuf> {
        let there = to.map(|to| from.join(path(to))).filter(|there| self.files.has_folder(there));
        Some(there.unwrap_or_else(|| from.to_owned()))
    }
}

/// The path of a file from the root, without `.` and `..`.
pub(crate) fn inside(root: &Path, path: &Path) -> Option<String> {
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
    use crate::facts::Origin;
    use crate::validate::MapFiles;

    const ROOT: &str = "/project";

    fn project(files: &[(&str, &str)]) -> MapFiles {
        MapFiles::new(Path::new(ROOT), files)
    }

    fn named(files: &MapFiles, script: &str) -> NamedFiles {
        let mut named = NamedFiles::default();
        let command = Applied::script(Origin::Plan, script, "");
        named.add(files, Path::new(ROOT), &command);
        named
    }

    #[test]
    fn what_a_command_names_is_found() {
        let files = project(&[
            ("Makefile", "test: ; ./check.sh && python3 -m unittest\n"),
            ("check.sh", "sh inner.sh\n"),
            ("inner.sh", ". \"$(dirname \"$0\")/lib.sh\"\n"),
            ("lib.sh", "true\n"),
            ("package.json", r#"{"scripts":{"test":"node verify.js"}}"#),
            ("verify.js", "process.exit(1)\n"),
        ]);
        let run = |script: &str| Vec::from_iter(named(&files, script).run);
        assert_eq!(
            run("if make test; then npm test; fi"),
            ["Makefile", "check.sh", "inner.sh", "lib.sh", "package.json", "verify.js"]
        );
        assert_eq!(run("cd . && ./check.sh 2>&1 | tee log"), ["check.sh", "inner.sh", "lib.sh"]);
        assert_eq!(run("cargo test"), [""; 0]);
        let words = words(&files, Path::new(ROOT), "make test || uv run pytest -q");
        let words: BTreeSet<&str> = words.iter().map(|(_, word)| word.as_str()).collect();
        let expected = [
            "$0",
            "-m",
            "-q",
            ".",
            "./check.sh",
            "./lib.sh",
            "dirname",
            "inner.sh",
            "make",
            "pytest",
            "python3",
            "run",
            "sh",
            "test",
            "true",
            "unittest",
            "uv",
        ];
        assert_eq!(words, BTreeSet::from(expected));
    }

    #[test]
    fn a_check_is_found_however_it_is_run() {
        let files = project(&[
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
            assert_eq!(Vec::from_iter(named(&files, script).run), expected, "{script}");
        }
    }

    #[test]
    fn what_runs_itself_again_and_again_comes_to_an_end() {
        let files = project(&[("check.sh", &"./check.sh\n".repeat(1000))]);
        assert_eq!(Vec::from_iter(named(&files, "./check.sh").run), ["check.sh"]);
    }

    #[test]
    fn a_runner_that_only_lists_is_found() {
        let files = project(&[("package.json", r#"{"scripts":{"test":"mocha --dry-run"}}"#)]);
        for script in
            ["npm test", "CI=1 npx mocha --dry-run test", "cd . && ./node_modules/.bin/mocha --dry-run"]
        {
            assert!(only_lists(&files, Path::new(ROOT), script), "{script}");
        }
        for script in ["mocha", "npm publish --dry-run", "mocha --dry-run && mocha", "cargo test; npm test"] {
            assert!(!only_lists(&files, Path::new(ROOT), script), "{script}");
        }
    }

    #[test]
    fn what_is_compared_is_found() {
        let files = project(&[("app/a", "")]);
        let compared = |script: &str| Vec::from_iter(named(&files, script).compared);
        assert_eq!(compared("diff -u expected.txt out.txt"), ["expected.txt", "out.txt"]);
        assert_eq!(compared("cd app && sh -c 'cmp golden/a.txt ../out'"), ["app/golden/a.txt", "out"]);
        assert_eq!(compared("grep -q one one.txt"), [""; 0]);
    }
}
