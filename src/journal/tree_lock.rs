//! The lock that lets one run at a time work in a tree, by whatever path the tree is named.
//!
//! Folders themselves are locked: through links and mounts they stay the same. A run holds its root
//! for itself, and shares the folders above that and above its plan, so that no run begins around it.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use crate::workspace::file::is_held;

/// A held lock; released when dropped.
#[derive(Debug)]
pub(crate) struct TreeLock {
    _folders: Vec<File>,
}

#[derive(Debug)]
pub(crate) enum TreeLockAnswer {
    Ours(TreeLock),
    /// Another run works in this folder, or in one that holds it, or below it.
    Held(PathBuf),
}

impl TreeLock {
    /// Asks for the tree below `root`, for a plan that may lie outside. A run that a command of another
    /// run starts is a part of that: `within` shares with it what lies above its own root.
    pub(crate) fn acquire(root: &Path, plan: &Path, within: bool) -> io::Result<TreeLockAnswer> {
        let own = File::open(root)?;
        if is_held(own.try_lock()) {
            return Ok(TreeLockAnswer::Held(root.to_owned()));
        }
        let mut folders = vec![own];
        let above = root.ancestors().skip(1);
        let around_plan = plan.ancestors().skip(1).filter(|folder| !folder.starts_with(root));
        for folder in above.chain(around_plan.filter(|folder| !root.starts_with(folder))) {
            // Nobody who cannot look into a folder has a run there.
            let Ok(file) = File::open(folder) else { continue };
            if is_held(file.try_lock_shared()) && !within {
                return Ok(TreeLockAnswer::Held(folder.to_owned()));
            }
            folders.push(file);
        }
        Ok(TreeLockAnswer::Ours(Self { _folders: folders }))
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    /// What a run in the folder `second` is told while one in `first` goes on.
    fn held(first: [&str; 2], second: [&str; 2], within: bool) -> Option<String> {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        std::fs::create_dir_all(at("a/sub/deep")).unwrap();
        std::fs::create_dir_all(at("b")).unwrap();
        std::os::unix::fs::symlink("a", at("link")).unwrap();
        let ask = |[root, plan]: [&str; 2], within| {
            let root = at(root).canonicalize().unwrap();
            TreeLock::acquire(&root, &at(plan), within).unwrap()
        };
        let TreeLockAnswer::Ours(_first) = ask(first, false) else { panic!("free at first") };
        match ask(second, within) {
            TreeLockAnswer::Ours(_) => None,
            TreeLockAnswer::Held(folder) => {
                let top = dir.path().canonicalize().unwrap();
                Some(
                    folder
                        .strip_prefix(top)
                        .or(folder.strip_prefix(dir.path()))
                        .unwrap()
                        .display()
                        .to_string(),
                )
            }
        }
    }

    #[test]
    fn one_run_works_in_a_tree_whatever_it_is_called() {
        let some = |folder: &str| Some(folder.to_owned());
        for (first, second, within, expected) in [
            (["a", "a/plan.md"], ["a", "a/other.md"], false, some("a")),
            (["a", "a/plan.md"], ["link", "a/other.md"], false, some("a")),
            (["a", "a/plan.md"], ["a", "a/other.md"], true, some("a")),
            // One tree in the other.
            (["a", "a/plan.md"], ["a/sub", "a/sub/plan.md"], false, some("a")),
            (["a/sub", "a/sub/plan.md"], ["a", "a/plan.md"], false, some("a")),
            (["a/sub/deep", "a/sub/deep/plan.md"], ["a", "a/plan.md"], false, some("a")),
            // A command of the first run starts a run in a folder of its own.
            (["a", "a/plan.md"], ["a/sub", "a/sub/plan.md"], true, None),
            // The plan of the second run lies where the first one works.
            (["a", "a/plan.md"], ["b", "a/sub/plan.md"], false, some("a")),
            (["b", "a/sub/plan.md"], ["a", "a/plan.md"], false, some("a")),
            // Side by side.
            (["a", "a/plan.md"], ["b", "b/plan.md"], false, None),
            (["a/sub", "a/sub/plan.md"], ["b", "b/plan.md"], false, None),
        ] {
            assert_eq!(held(first, second, within), expected, "{first:?} {second:?}");
        }
    }
}
