//! The journal: the append-only file of facts of one plan, and the folders where agentrun keeps its state.
//!
//! `.agentrun/` lies at the project root, with an ignore file of its own. `plans/<key>/` holds the
//! journal and the lock of one plan; `runs/<id>/` is for people. What the journal's seals rest on
//! is kept in the user's state folder.

pub(crate) mod keep;
pub(crate) mod lock;
pub mod reader;
pub mod seal;
pub(crate) mod tree_lock;
pub(crate) mod twin;
pub(crate) mod writer;

use std::io;
use std::path::{Path, PathBuf};

use crate::digest::digest;

/// Where agentrun keeps the state of one project.
#[derive(Debug, Clone)]
pub struct StateDir(PathBuf);

/// Where agentrun keeps the state of one plan.
#[derive(Debug, Clone)]
pub struct PlanDir(PathBuf);

/// Where one run leaves what people read.
#[derive(Debug, Clone)]
pub struct RunDir {
    path: PathBuf,
    /// Its id.
    pub id: String,
}

impl StateDir {
    /// The state folder of a project; nothing is created yet.
    pub fn of(root: &Path) -> Self {
        Self(root.join(".agentrun"))
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Creates the folder, ignored by git from within.
    pub fn create(&self) -> io::Result<()> {
        for dir in [self.0.clone(), self.0.join("plans"), self.0.join("runs")] {
            std::fs::create_dir_all(&dir)?;
            if dir.symlink_metadata()?.is_symlink() {
                let problem = format!(
                    "`{}` is a link, so agentrun's state would be written elsewhere: remove the link",
                    dir.display()
                );
                return Err(io::Error::other(problem));
            }
        }
        let ignore = self.0.join(".gitignore");
        if std::fs::read(&ignore).is_ok_and(|text| !text.is_empty()) {
            return Ok(());
        }
        crate::workspace::file::replace(&ignore, b"*\n")
    }

    /// The folder of a plan, by its path relative to the project root.
    pub fn plan(&self, relative: &str) -> PlanDir {
        let name: String =
            relative.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).take(48).collect();
        let name = name.trim_matches('-').to_lowercase();
        PlanDir(self.0.join("plans").join(format!("{name}-{}", &digest(relative.as_bytes())[..8])))
    }

    /// The folder of a run.
    pub fn run(&self, id: &str) -> RunDir {
        RunDir { path: self.0.join("runs").join(id), id: id.to_owned() }
    }

    /// All runs, oldest first.
    pub fn runs(&self) -> io::Result<Vec<RunDir>> {
        let mut ids: Vec<_> = folders(&self.0.join("runs"))?.iter().map(|folder| name(folder)).collect();
        ids.sort();
        Ok(ids.iter().map(|id| self.run(id)).collect())
    }

    /// The folders of all plans that were ever run.
    pub fn plans(&self) -> io::Result<Vec<PlanDir>> {
        Ok(folders(&self.0.join("plans"))?.into_iter().map(PlanDir).collect())
    }
}

impl PlanDir {
    /// The folder.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Its name, also the name of its private git refs.
    pub fn key(&self) -> String {
        name(&self.0)
    }

    /// The journal.
    pub fn journal(&self) -> PathBuf {
        self.0.join("journal.jsonl")
    }

    /// The lock.
    pub fn lock(&self) -> PathBuf {
        self.0.join("lock.json")
    }

    /// The plan as it has to be, while a run is going on: a killed run leaves it.
    pub fn watched(&self) -> PathBuf {
        self.0.join("plan-while-running.md")
    }

    /// Private data of snapshots.
    pub fn snapshots(&self) -> PathBuf {
        self.0.join("snapshots")
    }

    /// Copies of the files that decide about verdicts.
    pub fn validators(&self) -> PathBuf {
        self.0.join("validators")
    }

    /// What stands in for the files of an attempt while its commands run with the originals.
    pub fn stand_in(&self) -> PathBuf {
        self.0.join("stand-in")
    }
}

impl RunDir {
    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The folder of a step: its place in the order and its title, for people.
    pub fn step(&self, number: usize, title: &str) -> PathBuf {
        self.path.join("steps").join(format!("{number:02}-{}", slug(title)))
    }

    /// The folder of an attempt; 0 is the baseline.
    pub fn attempt(&self, number: usize, title: &str, attempt: u32) -> PathBuf {
        let name = if attempt == 0 { "baseline".to_owned() } else { format!("attempt-{attempt}") };
        self.step(number, title).join(name)
    }
}

/// The folders in a folder, if it is there: other things there are somebody else's.
fn folders(dir: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match std::fs::read_dir(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?.filter_map(Result::ok),
    };
    let is_folder = |entry: &std::fs::DirEntry| entry.file_type().is_ok_and(|kind| kind.is_dir());
    Ok(entries.filter(is_folder).map(|entry| entry.path()).collect())
}

fn name(folder: &Path) -> String {
    folder.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// A title as a file name: lower case, words joined by dashes, at most 40 characters.
fn slug(title: &str) -> String {
    let words: Vec<String> = title
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let mut slug = String::new();
    for word in words {
        if slug.chars().count() + word.chars().count() > 40 {
            break;
        }
        if !slug.is_empty() {
            slug.push('-');
        }
        slug.push_str(&word);
    }
    if slug.is_empty() { "step".to_owned() } else { slug }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_named_for_people_and_never_collide() {
        let state = StateDir::of(Path::new("/p"));
        assert_eq!(slug("Write the *parser*, then: test/it!"), "write-the-parser-then-test-it");
        assert_eq!(slug("???"), "step");
        assert_eq!(slug("Этап первый"), "этап-первый");
        assert_ne!(state.plan("a/b.md").path(), state.plan("a-b.md").path());
        assert!(state.plan("docs/Plan One.md").key().starts_with("docs-plan-one-md-"));
    }
}
