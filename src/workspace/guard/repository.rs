//! Watches the files without which git finds no repository, and puts right what an agent broke of them.

use std::io;
use std::path::{Path, PathBuf};

use super::files::{FileGuard, RestoredFile};

/// The files of the repository of the project.
#[derive(Debug, Default)]
pub(crate) struct RepositoryGuard(Vec<Kept>);

/// One of them, as it was when it was last known to be good.
#[derive(Debug)]
struct Kept {
    file: FileGuard,
    path: PathBuf,
}

impl RepositoryGuard {
    /// Takes them as they are now.
    pub(crate) fn open(root: &Path, files: Vec<PathBuf>) -> io::Result<Self> {
        let kept = |path: PathBuf| {
            let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
            Ok(Kept { file: FileGuard::open(root, &name)?, path })
        };
        files.into_iter().map(kept).collect::<io::Result<_>>().map(Self)
    }

    /// Looks after a command of the agent. Git moves `HEAD`, and changes its index and its references; it never puts a
    /// pipe or a folder in their place.
    pub(super) fn check(&mut self, copies: &Path) -> io::Result<Vec<RestoredFile>> {
        let mut restored = Vec::new();
        for kept in &mut self.0 {
            if kept.is_broken() {
                restored.extend(kept.file.check(copies)?);
            } else if kept.is_head() {
                kept.file.accept()?;
            }
        }
        Ok(restored)
    }

    /// Git cannot read the repository: all of it is as it was last known to be good.
    pub(crate) fn put_back(&mut self, copies: &Path) -> io::Result<Vec<RestoredFile>> {
        let index = |kept: &&mut Kept| kept.path.file_name().is_some_and(|name| name != "index");
        let files = self.0.iter_mut().filter(index);
        files.filter_map(|kept| kept.file.check(copies).transpose()).collect()
    }
}

impl Kept {
    fn is_head(&self) -> bool {
        self.path.file_name().is_some_and(|name| name == "HEAD")
    }

    fn is_broken(&self) -> bool {
        let found = match self.path.symlink_metadata() {
            Ok(found) => found,
            // `packed-refs` and `index` come and go.
            Err(error) => return error.kind() == io::ErrorKind::NotFound && self.is_head(),
        };
        let special = !found.is_file() && !found.is_symlink();
        special || (self.is_head() && found.is_file() && !names_a_commit(&self.path))
    }
}

/// `ref: refs/heads/main`, or the name of a commit.
fn names_a_commit(head: &Path) -> bool {
    let Ok(text) = std::fs::read_to_string(head) else { return false };
    let text = text.trim_end();
    let name = text.len() >= 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    name || text.strip_prefix("ref:").is_some_and(|reference| reference.trim().starts_with("refs/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;
    use std::fs;

    #[test]
    fn what_git_cannot_read_is_put_right_and_what_git_does_is_left() {
        let dir = tempfile::tempdir().unwrap();
        let (root, copies) = (dir.path().join("p"), dir.path().join("copies"));
        let git = root.join(".git");
        fs::create_dir_all(&git).unwrap();
        let paths = ["HEAD", "config", "index", "packed-refs"].map(|name| git.join(name));
        fs::write(&paths[0], "ref: refs/heads/main\n").unwrap();
        fs::write(&paths[1], "[core]\n").unwrap();
        fs::write(&paths[2], "DIRC").unwrap();
        let mut guard = RepositoryGuard::open(&root, paths.to_vec()).unwrap();
        let mut after = |change: &dyn Fn(), all: bool| {
            change();
            let restored = if all { guard.put_back(&copies) } else { guard.check(&copies) }.unwrap();
            let texts = [0, 1].map(|index| fs::read_to_string(&paths[index]).unwrap());
            (restored.len(), texts.concat())
        };
        let detach = || fs::write(&paths[0], format!("{}\n", "a".repeat(40))).unwrap();
        let detached = format!("{}\n[core]\n", "a".repeat(40));
        assert_eq!(after(&detach, false), (0, detached.clone()));
        assert_eq!(after(&|| fs::write(&paths[0], "nowhere\n").unwrap(), false), (1, detached.clone()));
        assert_eq!(after(&|| fs::remove_file(&paths[0]).unwrap(), false), (1, detached.clone()));
        let folder = || {
            fs::remove_file(&paths[1]).unwrap();
            fs::create_dir(&paths[1]).unwrap();
        };
        assert_eq!(after(&folder, false), (1, detached.clone()));
        assert_eq!(after(&|| fs::create_dir(&paths[3]).unwrap(), false), (1, detached.clone()));
        assert!(!paths[3].exists());
        let setting = || fs::write(&paths[1], "[core\n").unwrap();
        assert_eq!(after(&setting, false), (0, detached.replace("[core]", "[core")));
        assert_eq!(after(&|| (), true), (1, detached));
    }
}
