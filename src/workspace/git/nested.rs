//! Adds the files of repositories inside of the project that are not the user's submodules: git would pass
//! them over, or keep no more than the name of their commit.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

use super::Git;
use super::disarm::disarm;
use crate::workspace::built::is_skipped;
use crate::workspace::entry;
use crate::workspace::ignore_lists::{has_trap, is_trap};
use crate::workspace::snapshot::SnapshotError;

/// A repository with more files than these, which was there before, is the person's own affair: its files would be
/// read at each snapshot.
const MANY: usize = 2_000;

/// The repositories inside of the project that were there before any agent worked.
#[derive(Debug)]
pub(super) struct NestedBefore {
    all: Vec<PathBuf>,
    /// Those whose files are in no snapshot.
    passed_over: Vec<PathBuf>,
}

/// Whether a path from the root lies in a repository of its own; gives that.
pub(super) fn repository_of(root: &Path, path: &Path) -> Option<PathBuf> {
    let folders = path.ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty());
    folders.map(Path::to_owned).find(|folder| root.join(folder).join(".git").symlink_metadata().is_ok())
}

impl Git {
    /// Puts such files into the private index, as they are on disk.
    pub(super) async fn add_nested(&self, mut nested: Vec<PathBuf>) -> Result<(), SnapshotError> {
        if nested.is_empty() {
            return Ok(());
        }
        let listed = self.call(["ls-files", "--stage", "-z"]).bytes().await?;
        let submodules: Vec<PathBuf> = entry::index(&listed)
            .into_iter()
            .filter(|(_, entry)| entry.is_repository())
            .map(|(path, _)| PathBuf::from(OsStr::from_bytes(&path)))
            .collect();
        let passed_over = self.nested_before.as_ref().map_or(&[][..], |before| &before.passed_over);
        nested.retain(|folder| !submodules.contains(folder) && !passed_over.contains(folder));
        nested.retain(|folder| self.files_of(folder).next().is_some());
        let files: Vec<PathBuf> = nested.iter().flat_map(|folder| self.files_of(folder)).collect();
        if files.is_empty() {
            return Ok(());
        }
        let paths: Vec<u8> = files
            .iter()
            .flat_map(|file| [self.root.join(file).as_os_str().as_bytes(), b"\n"].concat())
            .collect();
        let hashed = self.private(["hash-object", "-w", "--no-filters", "--stdin-paths"]).stdin(paths);
        let objects = String::from_utf8_lossy(&hashed.bytes().await?).into_owned();
        let objects: Vec<&str> = objects.lines().collect();
        let digits = objects.first().map_or(40, |object| object.len());
        let line = |facts: String, path: &Path| {
            [facts.as_bytes(), b"\t", &self.prefix, path.as_os_str().as_bytes(), b"\0"].concat()
        };
        let gone = nested.iter().map(|folder| line(format!("0 {}", "0".repeat(digits)), folder));
        let there = files.iter().zip(&objects).map(|(file, object)| {
            let runs =
                self.root.join(file).metadata().is_ok_and(|file| file.permissions().mode() & 0o100 != 0);
            line(format!("{} {object}", if runs { "100755" } else { "100644" }), file)
        });
        let info: Vec<u8> = gone.chain(there).flatten().collect();
        self.private(["update-index", "-z", "--index-info"]).stdin(info).bytes().await.map(drop)
    }

    pub(in crate::workspace) fn disarmed(&mut self) -> Vec<String> {
        std::mem::take(&mut self.disarmed)
    }

    /// Repositories that came since the first look start nothing in the person's next git command.
    pub(super) fn disarm_new(&mut self, nested: &[PathBuf]) -> Result<(), SnapshotError> {
        if self.nested_before.is_none() {
            let is_large = |folder: &&PathBuf| self.files_of(folder).nth(MANY).is_some();
            let passed_over = nested.iter().filter(is_large).cloned().collect();
            self.nested_before = Some(NestedBefore { all: nested.to_vec(), passed_over });
        }
        let before = self.nested_before.as_ref().map_or(&[][..], |before| &before.all);
        for folder in nested.iter().filter(|folder| !before.contains(folder)) {
            let repository = self.root.join(folder);
            let gone =
                disarm(&self.root, &repository).map_err(|error| SnapshotError::file(&repository, error))?;
            if !gone.is_empty() {
                self.disarmed.push(format!("`{}`: {}", folder.display(), gone.join(", ")));
            }
        }
        Ok(())
    }

    /// The outermost repositories inside of the project, from the root, without those that git ignores.
    pub(super) fn nested(&self) -> Vec<PathBuf> {
        let is_nested = |path: &Path| path != self.root && path.join(".git").symlink_metadata().is_ok();
        let root = self.root.clone();
        let found = self.walk(Path::new(""), move |path| {
            let outer = path.parent().filter(|outer| *outer != root);
            outer.is_none_or(|outer| outer.join(".git").symlink_metadata().is_err())
        });
        found.filter(|path| is_nested(&self.root.join(path))).collect()
    }

    fn files_of(&self, folder: &Path) -> impl Iterator<Item = PathBuf> {
        let root = self.root.clone();
        let is_file =
            move |path: &PathBuf| root.join(path).symlink_metadata().is_ok_and(|file| file.is_file());
        // A name that ends a line cannot be told to git in a list of lines.
        let is_one_line = |path: &PathBuf| !path.as_os_str().as_bytes().contains(&b'\n');
        self.walk(folder, |_| true).filter(is_file).filter(is_one_line)
    }

    /// What git does not ignore below a folder, from the root.
    fn walk(
        &self,
        folder: &Path,
        enters: impl Fn(&Path) -> bool + Send + Sync + 'static,
    ) -> impl Iterator<Item = PathBuf> {
        let left_out: Vec<PathBuf> = self.leave_out.iter().map(|path| self.root.join(path)).collect();
        let mut walk = WalkBuilder::new(self.root.join(folder));
        let lists = !has_trap(&self.root);
        let excludes = lists && !is_trap(&self.top.join(".git/info/exclude"));
        walk.standard_filters(false).git_ignore(lists).git_exclude(excludes).parents(lists);
        walk.filter_entry(move |entry| {
            let path = entry.path();
            let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
            let skipped = is_folder && (entry.depth() > 0 && is_skipped(path) || has_trap(path));
            !skipped && enters(path) && !left_out.iter().any(|left_out| path.starts_with(left_out))
        });
        let root = self.root.clone();
        let entries = walk.build().filter_map(Result::ok);
        entries.filter_map(move |entry| entry.path().strip_prefix(&root).ok().map(Path::to_owned))
    }
}
