//! Knows what was compiled of the project's own sources, and takes away what came since: nobody can say
//! whether a compiler wrote it. It is made anew by whoever needs it.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::STATE_DIR;
use super::file::is_real_folder;

/// Compiled files of the project's own, by path from the root, with what tells one version from another.
/// The time of the last change of an inode cannot be set.
pub(crate) type BuiltFiles = BTreeMap<String, String>;

/// Files and folders in which tools keep what they found, so as not to look again.
const CACHES: &[&str] = &[".mypy_cache", ".ruff_cache", ".eslintcache", ".stylelintcache"];

/// Folders with nothing of the project's own: what was installed, what was compiled, what is agentrun's.
const SKIPPED: &[&str] = &[
    ".git",
    STATE_DIR,
    "node_modules",
    "__pycache__",
    ".tox",
    ".nox",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
];

/// What is compiled of the project now.
pub(crate) fn built(root: &Path) -> BuiltFiles {
    let mut found = BuiltFiles::new();
    for path in paths(root) {
        let Ok(metadata) = path.symlink_metadata() else { continue };
        let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
        let version = [
            metadata.ino(),
            metadata.size(),
            metadata.ctime().cast_unsigned(),
            metadata.ctime_nsec().cast_unsigned(),
        ];
        found.insert(name, version.map(|number| number.to_string()).join(" "));
    }
    found
}

/// Takes away what is not as it was before.
pub(crate) fn forget(root: &Path, before: &BuiltFiles) {
    for (name, version) in built(root) {
        if before.get(&name) != Some(&version) {
            // What cannot be taken away is used as it is; nothing else would help.
            let _ = fs::remove_file(root.join(name));
        }
    }
}

fn paths(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let wanted = |entry: &ignore::DirEntry| {
        let in_skipped = entry.path().parent().is_some_and(|folder| entry.depth() > 1 && is_skipped(folder));
        !in_skipped && entry.file_name() != ".git"
    };
    let mut walk = ignore::WalkBuilder::new(root);
    walk.standard_filters(false).filter_entry(wanted);
    for entry in walk.build().filter_map(Result::ok) {
        // A link is never followed: what it leads to is not the project's, and is not taken away.
        let (path, name) = (entry.path(), entry.file_name().to_str().unwrap_or_default());
        let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
        let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
        if !is_folder {
            found.extend((is_file && CACHES.contains(&name)).then(|| path.to_owned()));
        } else if name == "__pycache__" {
            found.extend(files(path).filter(|file| file.extension().is_some_and(|end| end == "pyc")));
        } else if CACHES.contains(&name) {
            found.extend(tree(path));
        } else if is_cargo_target(path) {
            found.extend(
                folders(path)
                    .map(|profile| profile.join("deps"))
                    .filter(|deps| is_real_folder(deps))
                    .flat_map(|deps| units(&deps)),
            );
        }
    }
    found
}

/// The outputs of cargo that were made of the project's own sources: those of packages from elsewhere name
/// absolute paths in the list of what they were made of.
fn units(deps: &Path) -> Vec<PathBuf> {
    let all: Vec<PathBuf> = files(deps).collect();
    let is_list = |path: &&PathBuf| path.extension().is_some_and(|extension| extension == "d");
    let own =
        all.iter().filter(is_list).filter(|list| is_own(list)).filter_map(|list| list.file_stem()?.to_str());
    let own: std::collections::HashSet<&str> = own.collect();
    let unit = |path: &Path| {
        let name = path.file_name()?.to_str()?;
        let stem = name.split_once('.').map_or(name, |(stem, _)| stem);
        Some(own.contains(stem) || stem.strip_prefix("lib").is_some_and(|stem| own.contains(stem)))
    };
    let is_output = |path: &PathBuf| {
        let kept = path.extension().is_some_and(|extension| extension == "d" || extension == "o");
        !kept && unit(path).unwrap_or(false)
    };
    all.iter().filter(|path| is_output(path)).cloned().collect()
}

fn is_own(list: &Path) -> bool {
    let text = fs::read_to_string(list).unwrap_or_default();
    let sources = text.lines().next().and_then(|line| line.split_once(": "));
    sources.is_some_and(|(_, sources)| !sources.trim_start().starts_with('/'))
}

fn files(folder: &Path) -> impl Iterator<Item = PathBuf> {
    entries(folder)
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()))
        .map(|entry| entry.path())
}

fn folders(folder: &Path) -> impl Iterator<Item = PathBuf> {
    entries(folder)
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .map(|entry| entry.path())
}

fn entries(folder: &Path) -> impl Iterator<Item = fs::DirEntry> {
    fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok)
}

/// All files below a folder.
fn tree(path: &Path) -> Vec<PathBuf> {
    let walk = ignore::WalkBuilder::new(path).standard_filters(false).build().filter_map(Result::ok);
    let is_file = |entry: &ignore::DirEntry| entry.file_type().is_some_and(|kind| kind.is_file());
    walk.filter(is_file).map(ignore::DirEntry::into_path).collect()
}

/// A folder of what was installed, compiled or kept by a tool.
pub(super) fn is_skipped(folder: &Path) -> bool {
    let Some(name) = folder.file_name().and_then(|name| name.to_str()) else { return false };
    SKIPPED.contains(&name)
        || is_cargo_target(folder)
        || folder.join("pyvenv.cfg").is_file() && folder.join("bin").is_dir()
}

/// Where cargo builds.
fn is_cargo_target(folder: &Path) -> bool {
    folder.ends_with("target") && folder.join("CACHEDIR.TAG").is_file()
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    #[test]
    fn what_was_compiled_of_the_project_since_is_taken_away_and_the_rest_stays() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        let write = |path: &str, text: &str| {
            fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
            fs::write(root.join(path), text).unwrap();
        };
        write("__pycache__/old.cpython-312.pyc", "old");
        write("target/CACHEDIR.TAG", "");
        write("target/debug/deps/sum-1.d", "target/debug/deps/sum-1: tests/sum.rs\n\ntests/sum.rs:\n");
        write("target/debug/deps/serde-2.d", "deps/libserde-2.rlib: /registry/serde/src/lib.rs\n");
        let before = built(root);
        assert_eq!(before.keys().collect::<Vec<_>>(), ["__pycache__/old.cpython-312.pyc"]);
        write("pkg/__pycache__/new.cpython-312.pyc", "new");
        write("target/debug/deps/sum-1", "\u{7f}ELF");
        write("target/debug/deps/libserde-2.rlib", "rlib");
        write("env/pyvenv.cfg", "");
        write("env/bin/python", "");
        write("env/lib/__pycache__/x.pyc", "installed");
        write(".mypy_cache/3.12/a.json", "{}");
        forget(root, &before);
        let left = |path: &str| root.join(path).exists();
        let expected = [
            ("__pycache__/old.cpython-312.pyc", true),
            ("pkg/__pycache__/new.cpython-312.pyc", false),
            ("target/debug/deps/sum-1", false),
            ("target/debug/deps/sum-1.d", true),
            ("target/debug/deps/libserde-2.rlib", true),
            ("env/lib/__pycache__/x.pyc", true),
            (".mypy_cache/3.12/a.json", false),
        ];
        assert_eq!(expected.map(|(path, _)| (path, left(path))), expected);
    }

    #[test]
    fn nothing_is_taken_away_through_a_link() {
        let dir = tempfile::tempdir().unwrap();
        let (root, outside) = (dir.path().join("p"), dir.path().join("outside"));
        for folder in ["pkg", "target/debug"] {
            fs::create_dir_all(root.join(folder)).unwrap();
        }
        fs::create_dir_all(outside.join("deep")).unwrap();
        for file in ["a.pyc", "deep/b", "sum-1", "sum-1.d", "CACHEDIR.TAG"] {
            fs::write(outside.join(file), "sum-1: tests/sum.rs\n").unwrap();
        }
        fs::write(root.join("target/CACHEDIR.TAG"), "").unwrap();
        let links = [".mypy_cache", "pkg/__pycache__", "pkg/target", "target/debug/deps", ".eslintcache"];
        for link in links {
            std::os::unix::fs::symlink(&outside, root.join(link)).unwrap();
        }
        forget(&root, &BuiltFiles::new());
        let left = ["a.pyc", "deep/b", "sum-1", "sum-1.d"].map(|file| outside.join(file).exists());
        assert_eq!(left, [true; 4]);
    }
}
