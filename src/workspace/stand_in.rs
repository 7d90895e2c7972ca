//! Puts other versions in the place of files for a while, and the files back afterwards, also after a kill.
//!
//! What stands in is listed on disk before the first file is touched. Whatever then happens, the list says
//! what has to be put back.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::file::{digest, free_name, leads_away, replace};
use super::validators::{RawFile, ValidatorStore};

const LIST: &str = "list.json";

/// What is in a place and what stands in for it; `None`: nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Swap {
    own: Option<RawFile>,
    other: Option<RawFile>,
}

/// Files that stand in for others.
#[derive(Debug)]
pub(crate) struct StandIn<'a> {
    store: &'a ValidatorStore,
    root: &'a Path,
    dir: PathBuf,
    swaps: BTreeMap<String, Swap>,
    list: String,
}

impl<'a> StandIn<'a> {
    /// Lists what is to stand in for what; `None`: nothing. No file is touched yet.
    pub(crate) fn prepare(
        store: &'a ValidatorStore,
        root: &'a Path,
        dir: PathBuf,
        others: BTreeMap<String, Option<RawFile>>,
    ) -> io::Result<Self> {
        let mut swaps = BTreeMap::new();
        for (path, other) in others {
            let own = store.raw(&root.join(&path))?;
            swaps.insert(path, Swap { own, other });
        }
        let list = serde_json::to_vec(&swaps).map_err(io::Error::other)?;
        replace(&dir.join(LIST), &list)?;
        Ok(Self { store, root, dir, swaps, list: digest(&list) })
    }

    /// The digest of the list.
    pub(crate) fn list(&self) -> &str {
        &self.list
    }

    /// Puts everything in its place, or leaves all as it is.
    pub(crate) fn begin(self) -> io::Result<Self> {
        match self.renew() {
            Ok(()) => Ok(self),
            Err(error) => {
                self.put_back(None)?;
                Err(error)
            }
        }
    }

    /// Sets back what a command changed of what stands in.
    pub(crate) fn renew(&self) -> io::Result<()> {
        self.swaps.iter().try_for_each(|(path, swap)| self.set(path, swap.other.as_ref()))
    }

    /// Puts the files back. What somebody changed meanwhile is kept in a folder, if there is one; gives those
    /// paths.
    pub(crate) fn put_back(self, kept: Option<&Path>) -> io::Result<Vec<String>> {
        let mut changed = Vec::new();
        for (path, swap) in &self.swaps {
            let place = self.root.join(path);
            let now = self.store.raw(&place)?;
            if now != swap.other && now != swap.own {
                if let (Some(dir), true) = (kept, place.symlink_metadata().is_ok_and(|found| found.is_file()))
                {
                    let name = Path::new(path).file_name().and_then(|name| name.to_str()).unwrap_or("file");
                    fs::create_dir_all(dir)?;
                    fs::copy(&place, free_name(dir, name))?;
                }
                changed.push(path.clone());
            }
            if now != swap.own {
                self.set(path, swap.own.as_ref())?;
            }
        }
        fs::remove_dir_all(&self.dir)?;
        Ok(changed)
    }

    fn set(&self, path: &str, file: Option<&RawFile>) -> io::Result<()> {
        let place = self.root.join(path);
        if leads_away(self.root, Path::new(path)) {
            return Err(io::Error::other("a link on its path may lead out of the project"));
        }
        if self.store.raw(&place)?.as_ref() == file {
            return Ok(());
        }
        match file {
            Some(file) => self.store.place(file, &place),
            None => fs::remove_file(place),
        }
    }
}

/// What was done about a list that a killed run left.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Recovery {
    /// There was none.
    Nothing,
    /// So many files are put back.
    PutBack(usize),
    /// The journal knows nothing of it: nothing was touched.
    Unknown,
}

/// Puts back what stood in for files when a run was killed. A list counts only if the journal has its digest:
/// somebody else could have written it.
pub(crate) fn recover(
    store: &ValidatorStore,
    root: &Path,
    dir: &Path,
    known: Option<&str>,
) -> io::Result<Recovery> {
    let list = match fs::read(dir.join(LIST)) {
        Ok(list) => list,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Recovery::Nothing),
        Err(error) => return Err(error),
    };
    if known != Some(digest(&list).as_str()) {
        fs::remove_dir_all(dir)?;
        return Ok(Recovery::Unknown);
    }
    let swaps: BTreeMap<String, Swap> = serde_json::from_slice(&list).map_err(io::Error::other)?;
    // What a person has written in such a place since the kill is neither of the two.
    let is_ours = |path: &str, swap: &Swap| {
        !leads_away(root, Path::new(path)) && store.raw(&root.join(path)).is_ok_and(|now| now == swap.other)
    };
    let swaps: BTreeMap<String, Swap> =
        swaps.into_iter().filter(|(path, swap)| is_ours(path, swap)).collect();
    let count = swaps.len();
    StandIn { store, root, dir: dir.to_owned(), swaps, list: String::new() }.put_back(None)?;
    Ok(Recovery::PutBack(count))
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;
    use crate::validate::named::NamedFiles;
    use crate::workspace::modules::ModulePlaces;
    use crate::workspace::validators::Validators;

    struct Project {
        dir: tempfile::TempDir,
        root: PathBuf,
        store: ValidatorStore,
        others: BTreeMap<String, Option<RawFile>>,
    }

    /// A project whose test was weakened and whose `conftest.py` is new.
    fn project() -> Project {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("p");
        fs::create_dir_all(root.join("tests")).unwrap();
        fs::write(root.join("tests/a.py"), "assert 1\n").unwrap();
        let store = ValidatorStore::new(&root, dir.path().join("store"), &[], ModulePlaces::default());
        let before = store.take(&NamedFiles::default(), &Validators::default()).unwrap();
        fs::write(root.join("tests/a.py"), "pass\n").unwrap();
        fs::write(root.join("conftest.py"), "weak\n").unwrap();
        let mut others: BTreeMap<String, Option<RawFile>> =
            before.files.into_iter().map(|(path, file)| (path, Some(file))).collect();
        others.insert("conftest.py".to_owned(), None);
        Project { dir, root, store, others }
    }

    impl Project {
        fn root(&self) -> PathBuf {
            self.root.clone()
        }

        fn begin(&self, dir: &Path) -> io::Result<StandIn<'_>> {
            StandIn::prepare(&self.store, &self.root, dir.to_owned(), self.others.clone())?.begin()
        }

        /// The digest of the list that a run leaves which is killed now.
        fn kill_while_begun(&self, dir: &Path) -> String {
            let stand_in = self.begin(dir).unwrap();
            let list = stand_in.list().to_owned();
            std::mem::forget(stand_in);
            list
        }

        fn files(&self) -> [Option<String>; 2] {
            ["tests/a.py", "conftest.py"].map(|path| fs::read_to_string(self.root().join(path)).ok())
        }
    }

    fn texts(first: &str, second: Option<&str>) -> [Option<String>; 2] {
        [Some(first.to_owned()), second.map(str::to_owned)]
    }

    #[test]
    fn files_are_back_afterwards_and_what_came_between_is_kept() {
        let project = project();
        let (root, kept) = (project.root(), project.dir.path().join("kept"));
        let dir = project.dir.path().join("stand-in");
        let stand_in = project.begin(&dir).unwrap();
        assert_eq!(project.files(), texts("assert 1\n", None));
        fs::write(root.join("tests/a.py"), "swapped\n").unwrap();
        stand_in.renew().unwrap();
        assert_eq!(project.files(), texts("assert 1\n", None));
        fs::write(root.join("conftest.py"), "a person's\n").unwrap();
        assert_eq!(stand_in.put_back(Some(&kept)).unwrap(), ["conftest.py"]);
        assert_eq!(project.files(), texts("pass\n", Some("weak\n")));
        assert_eq!(fs::read_to_string(kept.join("conftest-1.py")).unwrap(), "a person's\n");
        assert!(!dir.exists());
    }

    #[test]
    fn after_a_kill_the_next_start_puts_the_files_back() {
        for killed_early in [false, true] {
            let project = project();
            let (root, dir) = (project.root(), project.dir.path().join("stand-in"));
            let list = project.kill_while_begun(&dir);
            if killed_early {
                fs::write(root.join("conftest.py"), "weak\n").unwrap();
            }
            let recover = || recover(&project.store, &root, &dir, Some(&list)).unwrap();
            assert_eq!(recover(), Recovery::PutBack(if killed_early { 1 } else { 2 }));
            assert_eq!(project.files(), texts("pass\n", Some("weak\n")));
            assert_eq!(recover(), Recovery::Nothing);
        }
    }

    #[test]
    fn a_list_that_the_journal_does_not_know_puts_nothing_anywhere() {
        let project = project();
        let (root, dir) = (project.root(), project.dir.path().join("stand-in"));
        let list = project.kill_while_begun(&dir);
        let before = project.files();
        let text = fs::read_to_string(dir.join(LIST)).unwrap();
        for (known, text) in [
            (None, text.clone()),
            (Some(list.as_str()), text.replace("conftest.py", "../outside.py")),
            (Some("another"), text.clone()),
        ] {
            fs::create_dir_all(&dir).unwrap();
            fs::write(dir.join(LIST), text).unwrap();
            assert_eq!(recover(&project.store, &root, &dir, known).unwrap(), Recovery::Unknown);
            assert_eq!((project.files(), dir.exists()), (before.clone(), false));
        }
    }

    #[test]
    fn nothing_is_written_through_a_link_and_all_is_as_it_was() {
        let project = project();
        let (root, outside) = (project.root(), project.dir.path().join("outside"));
        fs::rename(root.join("tests"), &outside).unwrap();
        std::os::unix::fs::symlink(&outside, root.join("tests")).unwrap();
        let dir = project.dir.path().join("stand-in");
        project.begin(&dir).unwrap_err();
        assert_eq!(project.files(), texts("pass\n", Some("weak\n")));
        assert!(!dir.exists());
    }

    #[test]
    fn what_a_person_wrote_after_a_kill_stays() {
        let project = project();
        let (root, dir) = (project.root(), project.dir.path().join("stand-in"));
        let list = project.kill_while_begun(&dir);
        fs::write(root.join("tests/a.py"), "a person's\n").unwrap();
        recover(&project.store, &root, &dir, Some(&list)).unwrap();
        assert_eq!(project.files(), texts("a person's\n", Some("weak\n")));
    }
}
