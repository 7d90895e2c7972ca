//! Takes the files that decide about a verdict as they are on disk: a digest of each, and a copy.
//!
//! What git ignores, encodes or filters makes no difference. The list and the copies are kept by their
//! digests; the digest of the list is in the journal.

use std::collections::BTreeMap;
use std::fs::{self, File, Permissions};
use std::io::{self, Read};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;
use serde::{Deserialize, Serialize};

use super::built::{BuiltFiles, is_skipped};
use super::file::{digest, keep};
use super::modules::ModulePlaces;
use crate::validate::named::NamedFiles;
use crate::validate::validators::{ValidatorChanges, is_validator};

/// Of a larger file the beginning and the size are compared.
const READ_BYTES: u64 = 16 << 20;

/// Of a larger file there is no copy.
const COPIED_BYTES: u64 = 1 << 20;

/// A pipe in the place of a file would be waited for without end.
const NONBLOCKING: i32 = OFlags::NONBLOCK.bits().cast_signed();

/// A file as it is on disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RawFile {
    kind: RawKind,
    /// Of its bytes, or of where the link leads.
    digest: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RawKind {
    Plain,
    Executable,
    Link,
    /// It is too large to be copied.
    Large,
}

/// The validators of a project at one moment, by path from the root; and what was built of it by then.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Validators {
    pub files: BTreeMap<String, RawFile>,
    pub built: BuiltFiles,
}

/// Where lists and copies are kept.
#[derive(Debug, Clone)]
pub(crate) struct ValidatorStore {
    root: PathBuf,
    store: PathBuf,
    /// The plan, and what agentrun keeps for itself.
    left_out: Vec<PathBuf>,
    modules: ModulePlaces,
}

impl ValidatorStore {
    pub(crate) fn new(root: &Path, store: PathBuf, left_out: &[PathBuf], modules: ModulePlaces) -> Self {
        Self { root: root.to_owned(), store, left_out: left_out.to_vec(), modules }
    }

    /// The validators as they are now, without what was built. `known` were validators before and count,
    /// whatever their names say.
    pub(crate) fn take(&self, named: &NamedFiles, known: &Validators) -> io::Result<Validators> {
        let mut found = Validators::default();
        for path in self.paths().chain(self.run_at_start()) {
            let Some(name) = path.strip_prefix(&self.root).ok().and_then(Path::to_str) else { continue };
            let counts = is_validator(name, named) || self.modules.hides(name) || is_path_file(&path);
            if counts || known.files.contains_key(name) {
                // What is gone or closed to us meanwhile is none.
                found.files.extend(self.raw(&path)?.map(|file| (name.to_owned(), file)));
            }
        }
        Ok(found)
    }

    /// What was done to the validators since `before`.
    pub(crate) fn changes(&self, before: &Validators, after: &Validators) -> ValidatorChanges {
        ValidatorChanges::between(&before.files, &after.files, |path| self.modules.hides(path))
    }

    /// Keeps a list; gives its digest.
    pub(crate) fn put(&self, validators: &Validators) -> io::Result<String> {
        let text = serde_json::to_vec(validators).map_err(io::Error::other)?;
        let name = digest(&text);
        keep(&self.path_of(&name), &text)?;
        Ok(name)
    }

    /// A list by its digest; `None` if it is gone or was changed.
    pub(crate) fn get(&self, name: &str) -> Option<Validators> {
        serde_json::from_slice(&self.bytes(name)?).ok()
    }

    /// The bytes of a file that was taken; `None` if there is no copy of it.
    pub(crate) fn content(&self, file: &RawFile) -> Option<Vec<u8>> {
        self.bytes(&file.digest)
    }

    /// The file at a path as it is now, with a copy of it; `None` if there is none.
    pub(crate) fn raw(&self, path: &Path) -> io::Result<Option<RawFile>> {
        let Ok(metadata) = path.symlink_metadata() else { return Ok(None) };
        let (kind, bytes) = if metadata.is_symlink() {
            (RawKind::Link, path.read_link()?.into_os_string().into_vec())
        } else if metadata.is_file() {
            let Ok(file) = File::options().read(true).custom_flags(NONBLOCKING).open(path) else {
                return Ok(None);
            };
            let mut bytes = Vec::new();
            file.take(READ_BYTES).read_to_end(&mut bytes)?;
            let executable = metadata.permissions().mode() & 0o100 != 0;
            (if executable { RawKind::Executable } else { RawKind::Plain }, bytes)
        } else {
            return Ok(None);
        };
        if metadata.len() > COPIED_BYTES {
            let seen = [&bytes[..], &metadata.len().to_le_bytes()].concat();
            return Ok(Some(RawFile { kind: RawKind::Large, digest: digest(&seen) }));
        }
        let name = digest(&bytes);
        keep(&self.path_of(&name), &bytes)?;
        Ok(Some(RawFile { kind, digest: name }))
    }

    /// A file like another, with this text.
    pub(crate) fn like(&self, file: &RawFile, text: &str) -> io::Result<RawFile> {
        let name = digest(text.as_bytes());
        keep(&self.path_of(&name), text.as_bytes())?;
        Ok(RawFile { digest: name, ..file.clone() })
    }

    /// Puts a file that was taken in a place, as a new file: what was built of another is out of date then.
    pub(crate) fn place(&self, file: &RawFile, path: &Path) -> io::Result<()> {
        let bytes = self.content(file).ok_or_else(|| io::Error::other("there is no copy of it"))?;
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        if path.symlink_metadata().is_ok() {
            fs::remove_file(path)?;
        }
        if file.kind == RawKind::Link {
            return symlink(Path::new(std::ffi::OsStr::from_bytes(&bytes)), path);
        }
        fs::write(path, &bytes)?;
        let mode = if file.kind == RawKind::Executable { 0o755 } else { 0o644 };
        fs::set_permissions(path, Permissions::from_mode(mode))
    }

    fn bytes(&self, name: &str) -> Option<Vec<u8>> {
        fs::read(self.path_of(name)).ok().filter(|bytes| digest(bytes) == name)
    }

    fn path_of(&self, name: &str) -> PathBuf {
        let (fan, rest) = name.split_at(name.len().min(2));
        self.store.join(fan).join(rest)
    }

    /// What every Python of the project's virtual environments runs when it starts.
    fn run_at_start(&self) -> impl Iterator<Item = PathBuf> {
        let inside =
            |folder: PathBuf| fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
        let environments = inside(self.root.clone()).filter(|folder| folder.join("pyvenv.cfg").exists());
        let packages = environments
            .flat_map(move |folder| inside(folder.join("lib")))
            .map(|lib| lib.join("site-packages"));
        let starts = |path: &PathBuf| {
            let name = path.file_name().unwrap_or_default();
            name == "sitecustomize.py" || name == "usercustomize.py" || is_path_file(path)
        };
        packages.flat_map(inside).filter(starts)
    }

    /// Everything that may be a validator, ignored files included.
    fn paths(&self) -> impl Iterator<Item = PathBuf> {
        let left_out: Vec<PathBuf> = self.left_out.iter().map(|path| self.root.join(path)).collect();
        let wanted = move |entry: &ignore::DirEntry| {
            let skipped = entry.depth() > 0
                && entry.file_type().is_some_and(|kind| kind.is_dir())
                && is_skipped(entry.path());
            !skipped && !left_out.iter().any(|path| entry.path().starts_with(path))
        };
        let mut walk = ignore::WalkBuilder::new(&self.root);
        walk.standard_filters(false).filter_entry(wanted);
        let is_file = |entry: &ignore::DirEntry| entry.file_type().is_some_and(|kind| !kind.is_dir());
        walk.build().filter_map(Result::ok).filter(is_file).map(ignore::DirEntry::into_path)
    }
}

/// A `.pth` file runs the lines in it that begin with `import`; the others only name folders.
fn is_path_file(path: &Path) -> bool {
    let named = path.extension().is_some_and(|extension| extension == "pth");
    named
        && path.is_file()
        && fs::read_to_string(path).is_ok_and(|text| text.lines().any(|line| line.starts_with("import")))
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    fn project(files: &[(&str, &str)]) -> (tempfile::TempDir, ValidatorStore) {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("p");
        for (path, text) in files {
            fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
            fs::write(root.join(path), text).unwrap();
        }
        let store = ValidatorStore::new(
            &root,
            dir.path().join("store"),
            &[PathBuf::from("plan.md")],
            ModulePlaces::default(),
        );
        (dir, store)
    }

    #[test]
    fn validators_are_found_whatever_git_ignores_and_what_was_installed_is_not() {
        let (_dir, store) = project(&[
            (".gitignore", "tests/\nconftest.py\n"),
            ("tests/test_a.py", "1"),
            ("conftest.py", "2"),
            ("src/a.py", "3"),
            ("plan.md", "4"),
            ("node_modules/x/test.js", "5"),
            ("env/pyvenv.cfg", ""),
            ("env/bin/test_it.py", "6"),
            ("env/lib/python3/site-packages/sitecustomize.py", "9"),
            ("env/lib/python3/site-packages/x.pth", "import x\n"),
            ("env/lib/python3/site-packages/y.pth", "/folder\n"),
            ("env/lib/python3/site-packages/test_z.py", "10"),
            ("target/CACHEDIR.TAG", ""),
            ("target/tests/a.rs", "7"),
            ("fake/CACHEDIR.TAG", ""),
            ("fake/tests/a.rs", "8"),
        ]);
        let found = store.take(&NamedFiles::default(), &Validators::default()).unwrap();
        let paths: Vec<&str> = found.files.keys().map(String::as_str).collect();
        let packages = "env/lib/python3/site-packages";
        let started = ["sitecustomize.py", "x.pth"].map(|name| format!("{packages}/{name}"));
        assert_eq!(paths, ["conftest.py", &started[0], &started[1], "fake/tests/a.rs", "tests/test_a.py"]);
    }

    #[test]
    fn what_was_taken_is_kept_and_can_be_placed_again() {
        let (_dir, store) = project(&[("tests/a.sh", "echo 1\n"), ("b.txt", "b")]);
        let at = |path: &str| store.root.join(path);
        fs::set_permissions(at("tests/a.sh"), Permissions::from_mode(0o755)).unwrap();
        symlink("../b.txt", at("tests/link.py")).unwrap();
        let before = store.take(&NamedFiles::default(), &Validators::default()).unwrap();
        let name = store.put(&before).unwrap();
        fs::write(at("tests/a.sh"), "true\n").unwrap();
        fs::remove_file(at("tests/link.py")).unwrap();
        fs::write(at("tests/link.py"), "pass\n").unwrap();
        assert_eq!(store.get(&name).as_ref(), Some(&before));
        for (path, file) in &before.files {
            store.place(file, &at(path)).unwrap();
        }
        assert_eq!(store.take(&NamedFiles::default(), &Validators::default()).unwrap(), before);
        assert_eq!(fs::read_link(at("tests/link.py")).unwrap(), Path::new("../b.txt"));
        // A list that somebody changed is none.
        fs::write(store.path_of(&name), "{}").unwrap();
        assert_eq!(store.get(&name), None);
    }

    #[test]
    fn a_validator_stays_one_under_any_name_and_a_pipe_is_none() {
        use rustix::fs::{CWD, FileType, Mode, mknodat};
        let (_dir, store) = project(&[("run-all", "1")]);
        let named = NamedFiles { run: ["run-all".to_owned()].into(), ..NamedFiles::default() };
        let before = store.take(&named, &Validators::default()).unwrap();
        let after = store.take(&NamedFiles::default(), &before).unwrap();
        assert_eq!(before, after);
        fs::create_dir(store.root.join("tests")).unwrap();
        mknodat(CWD, store.root.join("tests/a.py"), FileType::Fifo, Mode::RWXU, 0).unwrap();
        assert_eq!(store.take(&named, &before).unwrap(), before);
    }
}
