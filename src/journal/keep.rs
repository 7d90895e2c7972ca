//! Keeps the key of the seals and the end of each journal in the user's state folder, where agents cannot
//! reach them.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::PlanDir;
use super::seal::{Chain, JournalHead, Key, Seal};
use crate::digest::digest;

/// Where the journal of one plan is looked after.
#[derive(Debug, Clone)]
pub(crate) struct KeepPlace {
    folder: PathBuf,
    root: PathBuf,
    plan: String,
}

/// What is kept for one journal.
#[derive(Debug)]
pub(crate) struct HeadKeep {
    key: Key,
    place: KeepPlace,
}

impl KeepPlace {
    /// The place of a plan's journal in the user's state folder.
    pub(crate) fn of(folder: &Path, root: &Path, plan: &PlanDir) -> Self {
        Self { folder: folder.to_owned(), root: root.to_owned(), plan: plan.key() }
    }

    /// What is kept, if there is a key on this machine. Writes nothing.
    pub(crate) fn find(&self) -> io::Result<Option<HeadKeep>> {
        Ok(read_key(&self.key_file())?.map(|key| HeadKeep { key, place: self.clone() }))
    }

    /// What is kept; the key is made at its first use.
    pub(crate) fn make(&self) -> io::Result<HeadKeep> {
        if let Some(keep) = self.find()? {
            return Ok(keep);
        }
        make_private(&self.folder)?;
        let mut bytes = [0; 32];
        File::open("/dev/urandom")?.read_exact(&mut bytes)?;
        // The file is there with all of its bytes, or it is not there; who comes second takes what
        // the first one made.
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        file.write_all(&bytes)?;
        file.as_file().sync_all()?;
        match file.persist_noclobber(self.key_file()) {
            Ok(_) => {}
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error.error),
        }
        self.find()?.ok_or_else(|| io::Error::other("the key is gone right after it was made"))
    }

    fn key_file(&self) -> PathBuf {
        self.folder.join("key")
    }

    fn head_file(&self) -> PathBuf {
        let root = digest(self.root.as_os_str().as_encoded_bytes());
        self.folder.join("heads").join(format!("{}-{}", &root[..16], self.plan))
    }
}

impl HeadKeep {
    /// The beginning of the journal's seals.
    pub(crate) fn chain(&self) -> Chain {
        let root = self.place.root.as_os_str().as_encoded_bytes();
        Chain::begin(&self.key, &[root, b"\0", self.place.plan.as_bytes()].concat())
    }

    /// Where the journal ends at least; `None` if nothing was ever sealed for it here.
    pub(crate) fn head(&self) -> io::Result<Option<JournalHead>> {
        match fs::read(self.place.head_file()) {
            Ok(bytes) => Ok(latest(&bytes).map(|found| found.head)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The file of the head, to be written.
    pub(crate) fn open_head(&self) -> io::Result<HeadFile> {
        let path = self.place.head_file();
        make_private(path.parent().unwrap_or(&self.place.folder))?;
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(&path)?;
        let turn = latest(&fs::read(path)?).map_or(0, |found| found.turn);
        Ok(HeadFile { file, turn })
    }
}

/// The file that tells where a journal ends: two places, which are written in turn. Whatever happens to a
/// write, the place that was written before it is whole.
#[derive(Debug)]
pub(crate) struct HeadFile {
    file: File,
    turn: u64,
}

/// What one place of the file says.
struct WrittenHead {
    turn: u64,
    head: JournalHead,
}

/// How long each of them is.
const PLACE: usize = 116;

impl HeadFile {
    /// Writes where the journal ends now.
    pub(super) fn write(&mut self, head: JournalHead) -> io::Result<()> {
        self.turn += 1;
        let text = format!("{:>20} {:>20} {}", self.turn, head.records, head.seal);
        let place = (self.turn % 2) * PLACE as u64;
        self.file.write_all_at(format!("{text} {}\n", check(&text)).as_bytes(), place)
    }
}

fn check(text: &str) -> String {
    digest(text.as_bytes())[..8].to_owned()
}

/// What was written last, as a whole.
fn latest(bytes: &[u8]) -> Option<WrittenHead> {
    bytes.chunks(PLACE).filter_map(parse_head).max_by_key(|found| found.turn)
}

fn parse_head(bytes: &[u8]) -> Option<WrittenHead> {
    let text = std::str::from_utf8(bytes).ok()?.strip_suffix('\n')?;
    let (text, found) = text.rsplit_once(' ')?;
    let fields: Vec<&str> = text.split_whitespace().collect();
    let [turn, records, seal] = fields[..] else { return None };
    let head = JournalHead { records: records.parse().ok()?, seal: Seal::parse(seal.as_bytes())? };
    (found == check(text)).then_some(WrittenHead { turn: turn.parse().ok()?, head })
}

/// The key; `None` if there is none yet.
fn read_key(path: &Path) -> io::Result<Option<Key>> {
    match fs::read(path) {
        Ok(bytes) => Key::of(&bytes).map(Some).ok_or_else(|| {
            let problem = format!("`{}` has {} bytes and is no key", path.display(), bytes.len());
            io::Error::new(io::ErrorKind::InvalidData, problem)
        }),
        // Where a folder cannot be, there is no key; making one says why.
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Makes a folder that nobody else looks into.
pub(crate) fn make_private(dir: &Path) -> io::Result<()> {
    if !dir.is_dir() {
        fs::create_dir_all(dir)?;
        fs::set_permissions(dir, fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::StateDir;

    fn place(dir: &tempfile::TempDir, plan: &str) -> KeepPlace {
        let root = dir.path().join("project");
        KeepPlace::of(&dir.path().join("state/agentrun"), &root, &StateDir::of(&root).plan(plan))
    }

    #[test]
    fn the_key_is_made_once_and_is_nobody_elses() {
        let dir = tempfile::tempdir().unwrap();
        let place = place(&dir, "plan.md");
        assert!(place.find().unwrap().is_none());
        let first = place.make().unwrap().chain().last;
        assert_eq!(place.make().unwrap().chain().last, first);
        let mode = |path: PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(place.key_file()), mode(place.folder.clone())), (0o600, 0o700));
        fs::write(place.key_file(), "short").unwrap();
        assert!(place.make().unwrap_err().to_string().ends_with("has 5 bytes and is no key"));
    }

    #[test]
    fn a_head_is_read_back_and_half_of_one_is_none() {
        let dir = tempfile::tempdir().unwrap();
        let (place, other) = (place(&dir, "plan.md"), place(&dir, "other.md"));
        let keep = place.make().unwrap();
        assert_ne!(keep.chain().last, other.make().unwrap().chain().last, "each plan has its own beginning");
        let mut file = keep.open_head().unwrap();
        assert_eq!(keep.head().unwrap(), None);
        let head = |records| JournalHead { records, seal: keep.chain().last };
        for records in [9, 10, 3] {
            file.write(head(records)).unwrap();
            assert_eq!(keep.head().unwrap(), Some(head(records)));
        }
        let before = fs::read(place.head_file()).unwrap();
        file.write(head(4)).unwrap();
        let after = fs::read(place.head_file()).unwrap();
        for cut in 0..after.len() {
            fs::write(place.head_file(), [&after[..cut], &before[cut..]].concat()).unwrap();
            let found = keep.head().unwrap();
            assert!(found == Some(head(3)) || found == Some(head(4)), "{cut}: {found:?}");
        }
        fs::write(place.head_file(), &after).unwrap();
        keep.open_head().unwrap().write(head(5)).unwrap();
        assert_eq!(keep.head().unwrap(), Some(head(5)));
        assert_eq!(other.find().unwrap().unwrap().head().unwrap(), None);
        fs::write(place.head_file(), "        10 ab").unwrap();
        assert_eq!(keep.head().unwrap(), None);
    }
}
