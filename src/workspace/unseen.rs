//! A digest of what a snapshot by git does not show: the files that git ignores, and the repositories inside
//! of the project. It only tells whether something was done there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use ignore::{DirEntry, WalkBuilder};

use super::built::is_skipped;
use super::file::digest;
use super::ignore_lists::{has_trap, is_trap};

/// Of a larger file its size and the time of its last change stand for its bytes.
const READ_BYTES: u64 = 1 << 20;

/// What is there besides what git shows; `None` if there is nothing.
pub(crate) fn unseen(root: &Path, left_out: &[PathBuf]) -> Option<String> {
    let left_out: Vec<PathBuf> = left_out.iter().map(|path| root.join(path)).collect();
    let shown: BTreeSet<PathBuf> = files(root, &left_out, true).collect();
    let unseen = files(root, &left_out, false).filter(|path| !shown.contains(path));
    let facts: BTreeMap<PathBuf, String> = unseen.map(|path| (path.clone(), facts(&path))).collect();
    let say = |(path, facts): (&PathBuf, &String)| {
        [path.as_os_str().as_bytes(), b"\0", facts.as_bytes(), b"\0"].concat()
    };
    (!facts.is_empty()).then(|| digest(&facts.iter().flat_map(say).collect::<Vec<u8>>()))
}

/// The files below a folder: all, or only those that git shows. Of what was installed the first names stand
/// for the rest, and what was compiled says nothing.
fn files(root: &Path, left_out: &[PathBuf], shown: bool) -> impl Iterator<Item = PathBuf> {
    let left_out = left_out.to_vec();
    let wanted = move |entry: &DirEntry| {
        let path = entry.path();
        let in_skipped = path.parent().is_some_and(|folder| entry.depth() > 1 && is_skipped(folder));
        let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
        let is_git = entry.file_name() == ".git" || is_folder && has_trap(path);
        let is_repository = shown && entry.depth() > 0 && path.join(".git").exists();
        !in_skipped
            && !is_git
            && !is_repository
            && !left_out.iter().any(|left_out| path.starts_with(left_out))
    };
    let mut walk = WalkBuilder::new(root);
    let lists = shown && !has_trap(root);
    let excludes = lists && !is_trap(&root.join(".git/info/exclude"));
    walk.standard_filters(false).git_ignore(lists).git_exclude(excludes).parents(lists);
    walk.require_git(false).filter_entry(wanted);
    walk.build().filter_map(Result::ok).filter(counts).map(DirEntry::into_path)
}

/// A file; or a folder of what was installed.
fn counts(entry: &DirEntry) -> bool {
    let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
    !is_folder || entry.depth() > 0 && is_skipped(entry.path()) && entry.file_name() == "node_modules"
}

fn facts(path: &Path) -> String {
    let Ok(metadata) = path.symlink_metadata() else { return "closed".to_owned() };
    if metadata.is_dir() {
        let names = fs::read_dir(path).into_iter().flatten().filter_map(Result::ok);
        let names: BTreeSet<String> =
            names.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        return names.into_iter().collect::<Vec<_>>().join("/");
    }
    if metadata.is_symlink() {
        return fs::read_link(path)
            .map_or_else(|_| "closed".to_owned(), |target| target.display().to_string());
    }
    if metadata.is_file() && metadata.len() <= READ_BYTES {
        return fs::read(path).map_or_else(|_| "closed".to_owned(), |bytes| digest(&bytes));
    }
    format!("{} {} {}", metadata.len(), metadata.mtime(), metadata.mtime_nsec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_git_ignores_or_takes_for_another_repository_makes_a_difference() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        let write = |path: &str, text: &str| {
            fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
            fs::write(root.join(path), text).unwrap();
        };
        let now = || unseen(root, &[PathBuf::from(".agentrun")]);
        fs::create_dir(root.join(".git")).unwrap();
        write(".gitignore", "dist/\nnode_modules/\ntarget/\n");
        write("src/a.rs", "1");
        write(".agentrun/x", "1");
        assert_eq!(now(), None);
        let mut seen = BTreeSet::new();
        let mut differs = |what: &str, expected: bool| assert_eq!(seen.insert(now()), expected, "{what}");
        differs("nothing", true);
        write("dist/app.js", "1");
        differs("an ignored file", true);
        write("dist/app.js", "2");
        differs("its change", true);
        write("dist/app.js", "1");
        differs("the same as before", false);
        write("src/a.rs", "2");
        differs("what git shows", false);
        write("node_modules/x/index.js", "1");
        differs("a package", true);
        write("node_modules/x/index.js", "2");
        differs("inside of a package", false);
        write("target/CACHEDIR.TAG", "");
        differs("a folder of cargo", false);
        write("app/.git/HEAD", "");
        write("app/main.rs", "1");
        differs("a repository inside", true);
        write("app/main.rs", "2");
        differs("a file of it", true);
    }
}
