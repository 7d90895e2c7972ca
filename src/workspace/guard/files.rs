//! Sets back what an agent does to rules, request, templates and configuration; a person's edits stay.

use std::io;
use std::path::{Path, PathBuf};

use super::place::{clear_the_way, keep_copy, make_parents, read_if_regular, replace_or_write};
use crate::facts::{AttemptRef, Event};
use crate::workspace::file;

/// A file as it has to be.
#[derive(Debug)]
pub(crate) struct FileGuard {
    /// Where it is, from the project root.
    pub(super) name: String,
    path: PathBuf,
    kept: GuardedContent,
    /// What a plan may call it, if briefs hold its text: its path, and links that lead there.
    pub(super) sent_as: Vec<String>,
    /// The step at work asks the agent to change it.
    pub(super) is_agents: bool,
}

#[derive(Debug, PartialEq, Eq)]
enum GuardedContent {
    /// Nothing that could be read.
    Nothing,
    File(Vec<u8>),
    /// A link that leads there. What it leads to is guarded under its own name.
    Link(PathBuf),
}

/// What the agent did to a file, which is set back.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct RestoredFile {
    name: String,
    what: &'static str,
    /// The file as it was found; `None` if it was gone.
    copy: Option<PathBuf>,
}

impl FileGuard {
    /// Takes the file as it is now for what it has to be; it need not exist.
    pub(crate) fn open(root: &Path, name: &str) -> io::Result<Self> {
        let path = root.join(name);
        let kept = GuardedContent::at(&path)?;
        Ok(Self { kept, path, name: name.to_owned(), sent_as: Vec::new(), is_agents: false })
    }

    /// The same for a file that is sent with briefs. `links` lead to it.
    pub(crate) fn open_sent(root: &Path, name: &str, links: Vec<String>) -> io::Result<Self> {
        let sent_as = links.into_iter().chain([name.to_owned()]).collect();
        Ok(Self { sent_as, ..Self::open(root, name)? })
    }

    pub(super) fn path(&self) -> PathBuf {
        self.path.clone()
    }

    /// Takes the file as it is now for what it has to be. Gives its name if it changed.
    pub(crate) fn accept(&mut self) -> io::Result<Option<String>> {
        let now = GuardedContent::at(&self.path)?;
        let changed = now != self.kept;
        self.kept = now;
        Ok(changed.then(|| self.name.clone()))
    }

    /// Looks at the file after a tool of the agent, or a command that it may have had a hand in,
    /// and sets it back. What the step asks the agent to change may change, but stays a file.
    pub(crate) fn check(&mut self, copies: &Path) -> io::Result<Option<RestoredFile>> {
        let now = GuardedContent::at(&self.path)?;
        if self.is_agents && matches!((&self.kept, &now), (GuardedContent::File(_), GuardedContent::File(_)))
        {
            self.kept = now;
            return Ok(None);
        }
        let is_empty = now == GuardedContent::Nothing && self.path.symlink_metadata().is_err();
        if now == self.kept && (now != GuardedContent::Nothing || is_empty) {
            return Ok(None);
        }
        let what = match (&self.kept, &now) {
            (GuardedContent::Nothing, _) => "it was created",
            (_, GuardedContent::Nothing) => "it was deleted",
            _ => "it was changed",
        };
        let as_found = format!("{}-as-found.{}", self.part(Path::file_stem), self.part(Path::extension));
        let copy = match now {
            GuardedContent::File(bytes) => Some(keep_copy(copies, &as_found, &bytes)?),
            GuardedContent::Nothing | GuardedContent::Link(_) => None,
        };
        clear_the_way(&self.path, copies, &as_found)?;
        match &self.kept {
            GuardedContent::File(bytes) => {
                make_parents(&self.path)?;
                replace_or_write(|| file::replace(&self.path, bytes), &self.path, bytes)?;
            }
            GuardedContent::Link(target) => {
                remove(&self.path)?;
                make_parents(&self.path)?;
                std::os::unix::fs::symlink(target, &self.path)?;
            }
            GuardedContent::Nothing => remove(&self.path)?,
        }
        Ok(Some(RestoredFile { name: self.name.clone(), what, copy }))
    }

    fn part(&self, of: fn(&Path) -> Option<&std::ffi::OsStr>) -> String {
        of(&self.path).unwrap_or_default().to_string_lossy().into_owned()
    }
}

impl GuardedContent {
    fn at(path: &Path) -> io::Result<Self> {
        if let Ok(target) = path.read_link() {
            return Ok(Self::Link(target));
        }
        Ok(read_if_regular(path)?.map_or(Self::Nothing, Self::File))
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

impl RestoredFile {
    /// Of something that there is nothing to keep of.
    pub(super) fn without_copy(name: String, what: &'static str) -> Self {
        Self { name, what, copy: None }
    }

    pub(crate) fn event(self, at: &AttemptRef, noticed: &str) -> Event {
        Event::FileRestored {
            at: at.clone(),
            path: self.name,
            what: format!("{} {noticed}", self.what),
            copy: self.copy.map(|copy| copy.display().to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of a file with these bytes after this was done to it, and its bytes then.
    fn after(before: Option<&str>, what: impl Fn(&Path)) -> (Option<&'static str>, Option<String>) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("rules/RULES.md");
        std::fs::create_dir(path.parent().unwrap()).unwrap();
        if let Some(text) = before {
            std::fs::write(&path, text).unwrap();
        }
        let mut guard = FileGuard::open(dir.path(), "rules/RULES.md").unwrap();
        what(&path);
        let copies = dir.path().join("copies");
        let found = guard.check(&copies).unwrap();
        assert_eq!(guard.check(&copies).unwrap(), None);
        assert_eq!(guard.accept().unwrap(), None, "it is as it was");
        (found.map(|found| found.what), std::fs::read_to_string(path).ok())
    }

    #[test]
    fn a_link_leads_where_it_led_and_nothing_is_copied_from_elsewhere() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        std::fs::write(at("secret"), "a key").unwrap();
        std::fs::write(at("real.md"), "Be kind.\n").unwrap();
        std::os::unix::fs::symlink("real.md", at("RULES.md")).unwrap();
        let mut link = FileGuard::open(dir.path(), "RULES.md").unwrap();
        let mut absent = FileGuard::open(dir.path(), "agentrun.toml").unwrap();
        std::fs::remove_file(at("RULES.md")).unwrap();
        for name in ["RULES.md", "agentrun.toml"] {
            std::os::unix::fs::symlink("secret", at(name)).unwrap();
        }
        let restored = |what, name: &str| Some(RestoredFile { name: name.to_owned(), what, copy: None });
        assert_eq!(link.check(&at("copies")).unwrap(), restored("it was changed", "RULES.md"));
        assert_eq!(absent.check(&at("copies")).unwrap(), restored("it was created", "agentrun.toml"));
        assert_eq!(at("RULES.md").read_link().unwrap(), Path::new("real.md"));
        assert!(at("agentrun.toml").symlink_metadata().is_err());
        let copies = std::fs::read_dir(at("copies")).unwrap();
        assert!(copies.map(|copy| copy.unwrap().path()).all(|copy| copy.is_symlink()), "links alone");
    }

    #[test]
    fn a_file_is_set_back_whatever_is_done_to_it() {
        let be_kind = || Some("Be kind.\n".to_owned());
        let write = |path: &Path| std::fs::write(path, "Be quick.\n").unwrap();
        assert_eq!(after(Some("Be kind.\n"), |_| {}), (None, be_kind()));
        assert_eq!(after(Some("Be kind.\n"), write), (Some("it was changed"), be_kind()));
        assert_eq!(after(None, |_| {}), (None, None));
        assert_eq!(after(None, write), (Some("it was created"), None));
        let dangle = |path: &Path| std::os::unix::fs::symlink("nowhere", path).unwrap();
        assert_eq!(after(None, dangle), (Some("it was created"), None));
        let lead = |path: &Path| {
            std::fs::remove_file(path).unwrap();
            std::os::unix::fs::symlink("/etc/hostname", path).unwrap();
        };
        assert_eq!(after(Some("Be kind.\n"), lead), (Some("it was changed"), be_kind()));
        for gone in [
            |path: &Path| std::fs::remove_file(path).unwrap(),
            |path: &Path| {
                std::fs::remove_dir_all(path.parent().unwrap()).unwrap();
            },
        ] {
            assert_eq!(after(Some("Be kind.\n"), gone), (Some("it was deleted"), be_kind()));
        }
        let replace = |path: &Path| {
            std::fs::remove_file(path).unwrap();
            std::fs::create_dir(path).unwrap();
        };
        assert_eq!(after(Some("Be kind.\n"), replace), (Some("it was deleted"), be_kind()));
    }
}
