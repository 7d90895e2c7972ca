//! Takes digests of the programs in the project that validation commands name, because git may ignore them.
//!
//! What packages in such folders hold beside their programs is not looked at; `verify --rerun` runs
//! the commands without any of it.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

use crate::digest::digest;
use crate::facts::Programs;
use crate::validate::applied::Applied;
use crate::validate::named::{NamedFiles, inside, words};
use crate::validate::weakening::Touched;
use crate::workspace::disk_files::DiskFiles;

/// Where toolchains keep the programs of a project, whether the path of commands names it or not.
const PLACES: &[&str] = &[".venv/bin", "venv/bin", "node_modules/.bin", "vendor/bin"];

/// Of larger programs only so many bytes are compared.
const READ_BYTES: u64 = 16 << 20;

/// A pipe in the place of a program would be waited for without end.
const NONBLOCKING: i32 = OFlags::NONBLOCK.bits().cast_signed();

/// Where commands are looked for.
#[derive(Debug, Clone)]
pub(crate) struct ProgramSearch<'a> {
    root: &'a Path,
    /// The folders of the path of commands, those in the project made relative to its root.
    path: Vec<PathBuf>,
}

/// It lies where toolchains keep the programs of a project.
fn is_placed(path: &Path) -> bool {
    path.parent().is_some_and(|folder| PLACES.iter().any(|place| folder.ends_with(place)))
}

impl<'a> ProgramSearch<'a> {
    /// Looks where commands look: in the folders of their `path`.
    pub(crate) fn new(root: &'a Path, path: Vec<PathBuf>) -> Self {
        let relative = |dir: PathBuf| dir.strip_prefix(root).map(Path::to_owned).unwrap_or(dir);
        Self { root, path: path.into_iter().map(relative).collect() }
    }

    /// The programs in the project that these commands name, as they are now.
    pub(crate) fn programs(&self, commands: &[Applied]) -> Programs {
        let (mut said, mut checks) = (BTreeSet::new(), NamedFiles::default());
        for command in commands {
            said.extend(words(&DiskFiles, &self.root.join(&command.dir), &command.script));
            checks.add(&DiskFiles, self.root, command);
        }
        let places = self.places(said.iter().map(|(dir, _)| dir.as_path()).collect());
        let (by_path, by_name): (Vec<_>, Vec<_>) = said.iter().partition(|(_, word)| word.contains('/'));
        let words: BTreeSet<&String> =
            by_name.into_iter().map(|(_, word)| word).filter(|word| !word.starts_with('-')).collect();
        let found = words.iter().flat_map(|word| places.iter().map(move |place| place.join(word)));
        let direct = by_path.into_iter().filter_map(|(dir, word)| inside(self.root, &dir.join(word)));
        let direct = direct.map(PathBuf::from).filter(|path| is_placed(path));
        let checks = checks.run.into_iter().map(PathBuf::from);
        let paths: BTreeSet<PathBuf> = found.chain(direct).chain(checks).collect();
        paths.iter().filter_map(|path| Some((path.to_str()?.to_owned(), self.digest_of(path)?))).collect()
    }

    /// The folders of programs in the project, seen from the folders in which commands run.
    fn places(&self, dirs: BTreeSet<&Path>) -> Vec<PathBuf> {
        let dirs = dirs.into_iter().filter_map(|dir| inside(self.root, dir)).map(PathBuf::from);
        let below = dirs.chain([PathBuf::new()]);
        let below = below.flat_map(|dir| PLACES.iter().map(move |place| dir.join(place)));
        let own = self.path.iter().filter(|dir| dir.is_relative()).cloned();
        let all: BTreeSet<PathBuf> = own.chain(below).collect();
        all.into_iter().filter(|place| self.root.join(place).is_dir()).collect()
    }

    /// What a step did to programs, unless a diff shows it.
    pub(crate) fn compare(
        &self,
        before: &Programs,
        after: &Programs,
        in_diff: impl Fn(&str) -> bool,
    ) -> Touched {
        let mut touched = Touched::default();
        let paths: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        for path in paths.into_iter().filter(|path| !in_diff(path)) {
            let what = match (before.get(path), after.get(path)) {
                (before, after) if before == after => continue,
                (Some(_), Some(_)) => Some("was changed".to_owned()),
                (Some(_), None) => Some("is gone".to_owned()),
                (None, _) => self.replaced_by(path).map(|other| format!("takes the place of `{other}`")),
            };
            touched.files.push(path.clone());
            touched.marks.extend(what.map(|what| format!("{path}: the program {what}; no diff shows this")));
        }
        touched
    }

    /// The program of the same name that a new one hides.
    fn replaced_by(&self, path: &str) -> Option<String> {
        let name = Path::new(path).file_name()?;
        let others = self.path.iter().filter(|dir| dir.is_absolute()).map(|dir| dir.join(name));
        others.filter(|other| other.is_file()).map(|other| other.display().to_string()).next()
    }

    /// The digest of a program and of where a link leads. Out of the project, where that is says
    /// enough: no command can write there.
    fn digest_of(&self, path: &Path) -> Option<String> {
        let real = self.root.join(path).canonicalize().ok()?;
        let mut bytes = real.as_os_str().as_encoded_bytes().to_vec();
        if real.starts_with(self.root) {
            let file = File::options().read(true).custom_flags(NONBLOCKING).open(&real).ok()?;
            let metadata = file.metadata().ok().filter(std::fs::Metadata::is_file)?;
            bytes.extend(metadata.len().to_le_bytes());
            file.take(READ_BYTES).read_to_end(&mut bytes).ok()?;
        }
        Some(digest(&bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Origin;

    fn write(path: &Path, text: &str) {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    #[test]
    fn programs_that_no_diff_shows_are_compared() {
        let dir = tempfile::tempdir().unwrap();
        let top = dir.path().canonicalize().unwrap();
        let (root, system) = (top.join("project"), top.join("system"));
        let at = |name: &str| root.join(name);
        write(&system.join("pytest"), "the system's\n");
        write(&system.join("python"), "the system's\n");
        write(&at("package.json"), r#"{"scripts":{"test":"jest"}}"#);
        write(&at("app/node_modules/.bin/jest"), "tests\n");
        write(&at(".venv/bin/mypy"), "types\n");
        write(&at(".venv/bin/ruff"), "nobody names it\n");
        write(&at("tools/lint"), "kept by git\n");
        std::os::unix::fs::symlink(system.join("python"), at(".venv/bin/python")).unwrap();
        let search = ProgramSearch::new(&root, vec![at(".venv/bin"), at("tools"), system]);
        let command = |dir: &str, script: &str| Applied::script(Origin::Config, script, dir);
        let commands = [
            command("", "uv run pytest -q && python -m mypy src; mypy src; lint; npx eslint ."),
            command("app", "npx jest"),
        ];
        let before = search.programs(&commands);
        let found = [".venv/bin/mypy", ".venv/bin/python", "app/node_modules/.bin/jest", "tools/lint"];
        assert_eq!(before.keys().collect::<Vec<_>>(), found);
        assert_eq!(search.compare(&before, &before, |_| false), Touched::default());

        write(&at(".venv/bin/mypy"), "exit 0\n");
        write(&at(".venv/bin/pytest"), "echo 5 passed\n");
        write(&at("node_modules/.bin/eslint"), "installed\n");
        write(&at("tools/lint"), "changed, and git knows it\n");
        std::fs::remove_file(at("app/node_modules/.bin/jest")).unwrap();
        std::fs::remove_file(at(".venv/bin/python")).unwrap();
        write(&at(".venv/bin/python"), "exit 0\n");
        let touched = search.compare(&before, &search.programs(&commands), |path| path == "tools/lint");
        let pytest = top.join("system/pytest");
        let marks = [
            ".venv/bin/mypy: the program was changed; no diff shows this".to_owned(),
            format!(
                ".venv/bin/pytest: the program takes the place of `{}`; no diff shows this",
                pytest.display()
            ),
            ".venv/bin/python: the program was changed; no diff shows this".to_owned(),
            "app/node_modules/.bin/jest: the program is gone; no diff shows this".to_owned(),
        ];
        assert_eq!(touched.marks, marks);
        let files = [".venv/bin/mypy", ".venv/bin/pytest", ".venv/bin/python", "app/node_modules/.bin/jest"];
        assert_eq!(touched.files, [&files[..], &["node_modules/.bin/eslint"]].concat());
    }

    #[test]
    fn programs_are_found_by_their_path_and_behind_a_change_of_folder() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        let at = |name: &str| root.join(name);
        for name in [".venv/bin/checker", "app/node_modules/.bin/jest", "app/venv/bin/mypy", "other/bin/x"] {
            write(&at(name), "tests\n");
        }
        write(&at("app/package.json"), r#"{"scripts":{"test":"jest"}}"#);
        write(&at("check.sh"), "nothing shows that it changed, if git ignores it\n");
        for (script, expected) in [
            (".venv/bin/checker work.txt", &[".venv/bin/checker"][..]),
            ("cd app && CI=1 ../.venv/bin/checker", &[".venv/bin/checker"]),
            ("timeout 9 \"$PWD\"/.venv/bin/checker", &[".venv/bin/checker"]),
            ("./app/node_modules/.bin/jest", &["app/node_modules/.bin/jest"]),
            ("cd app && mypy src", &["app/venv/bin/mypy"]),
            ("npm --prefix app test", &["app/node_modules/.bin/jest", "app/package.json"]),
            ("./check.sh", &["check.sh"]),
            ("other/bin/x", &[]),
        ] {
            let applied = Applied::script(Origin::Plan, script, "");
            let programs = ProgramSearch::new(&root, Vec::new()).programs(&[applied]);
            assert_eq!(programs.into_keys().collect::<Vec<_>>(), expected, "{script}");
        }
    }

    #[test]
    fn a_pipe_is_no_program_and_nobody_waits_for_it() {
        use rustix::fs::{CWD, FileType, Mode, mknodat};
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        std::fs::create_dir_all(root.join("venv/bin")).unwrap();
        mknodat(CWD, root.join("venv/bin/pytest"), FileType::Fifo, Mode::RWXU, 0).unwrap();
        let applied = Applied::script(Origin::Plan, "pytest", "");
        assert!(ProgramSearch::new(&root, Vec::new()).programs(&[applied]).is_empty());
    }
}
