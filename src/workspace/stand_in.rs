//! Puts other versions in the place of files for a while, and the files back afterwards, also after a kill.
//!
//! What stands in is listed on disk before the first file is touched. Whatever then happens, the list says
//! what has to be put back.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::file::{free_name, leads_away, replace};
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
}

impl<'a> StandIn<'a> {
    /// Puts these in the place of what is there; `None` takes it away.
    pub(crate) fn begin(
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
        let stand_in = Self { store, root, dir, swaps };
        match stand_in.renew() {
            Ok(()) => Ok(stand_in),
            Err(error) => {
                stand_in.put_back(None)?;
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

/// Puts back what stood in for files when a run was killed; gives how many files that were.
pub(crate) fn recover(store: &ValidatorStore, root: &Path, dir: &Path) -> io::Result<usize> {
    let list = match fs::read(dir.join(LIST)) {
        Ok(list) => list,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        Err(error) => return Err(error),
    };
    let swaps: BTreeMap<String, Swap> = serde_json::from_slice(&list).map_err(io::Error::other)?;
    let count = swaps.len();
    // What a person has written in such a place since the kill is neither of the two.
    let swaps: BTreeMap<String, Swap> = swaps
        .into_iter()
        .filter(|(path, swap)| store.raw(&root.join(path)).is_ok_and(|now| now == swap.other))
        .collect();
    StandIn { store, root, dir: dir.to_owned(), swaps }.put_back(None)?;
    Ok(count)
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
        Project { dir, store, others }
    }

    impl Project {
        fn root(&self) -> PathBuf {
            self.dir.path().join("p")
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
        let stand_in = StandIn::begin(&project.store, &root, dir.clone(), project.others.clone()).unwrap();
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
            let stand_in =
                StandIn::begin(&project.store, &root, dir.clone(), project.others.clone()).unwrap();
            std::mem::forget(stand_in);
            if killed_early {
                fs::write(root.join("conftest.py"), "weak\n").unwrap();
            }
            assert_eq!(recover(&project.store, &root, &dir).unwrap(), 2);
            assert_eq!(project.files(), texts("pass\n", Some("weak\n")));
            assert_eq!(recover(&project.store, &root, &dir).unwrap(), 0);
        }
    }

    #[test]
    fn nothing_is_written_through_a_link_and_all_is_as_it_was() {
        let project = project();
        let (root, outside) = (project.root(), project.dir.path().join("outside"));
        fs::rename(root.join("tests"), &outside).unwrap();
        std::os::unix::fs::symlink(&outside, root.join("tests")).unwrap();
        let dir = project.dir.path().join("stand-in");
        StandIn::begin(&project.store, &root, dir.clone(), project.others.clone()).unwrap_err();
        assert_eq!(project.files(), texts("pass\n", Some("weak\n")));
        assert!(!dir.exists());
    }

    #[test]
    fn what_a_person_wrote_after_a_kill_stays() {
        let project = project();
        let (root, dir) = (project.root(), project.dir.path().join("stand-in"));
        std::mem::forget(StandIn::begin(&project.store, &root, dir.clone(), project.others.clone()).unwrap());
        fs::write(root.join("tests/a.py"), "a person's\n").unwrap();
        recover(&project.store, &root, &dir).unwrap();
        assert_eq!(project.files(), texts("a person's\n", Some("weak\n")));
    }
}
