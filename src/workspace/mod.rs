//! The project's files under one root: what may be read, what may be written, what changed.

pub(crate) mod built;
pub(crate) mod clean;
pub(crate) mod diff;
pub(crate) mod disk_files;
pub(crate) mod encoding;
mod entry;
pub(crate) mod file;
mod files;
pub(crate) mod git;
pub(crate) mod guard;
pub(crate) mod ignore_lists;
pub(crate) mod modules;
pub(crate) mod own;
pub(crate) mod plan_file;
pub(crate) mod programs;
pub(crate) mod put_back;
pub(crate) mod snapshot;
#[cfg(test)]
mod snapshot_tests;
pub mod snapshots;
pub(crate) mod stand_in;
pub(crate) mod unseen;
pub(crate) mod validators;

use std::io;
use std::path::{Component, Path, PathBuf};

pub(crate) const STATE_DIR: &str = ".agentrun";

/// The project, as far as an agent reaches.
#[derive(Debug, Clone)]
pub struct Workspace {
    /// The root, without symbolic links.
    pub root: PathBuf,
    /// Files and directories that an agent may read and never write.
    pub protected: Vec<PathBuf>,
}

/// Why a path may not be used; the text is for the model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    /// It is not under the root, or a symbolic link leads out.
    #[error("`{path}` is outside the project; only files inside the project can be used")]
    Outside { path: String },
    /// agentrun keeps it, or the user does.
    #[error("`{path}` is protected: it can be read but not changed; agentrun ticks the plan itself")]
    Protected { path: String },
    #[error("`{path}` is agentrun's own state; only the `.log` files there can be read")]
    State { path: String },
    /// A link that leads nowhere, a file used as a directory.
    #[error("`{path}` cannot be resolved: {problem}")]
    Unresolvable { path: String, problem: String },
}

impl Workspace {
    /// A workspace at `root`. Protected paths need not exist; relative ones are the root's.
    pub(crate) fn open(root: &Path, protected: &[PathBuf]) -> io::Result<Self> {
        let root = root.canonicalize()?;
        let resolve = |path: &PathBuf| resolve(&root, path).unwrap_or_else(|_| root.join(path));
        let protected = protected.iter().map(resolve).collect();
        Ok(Self { root, protected })
    }

    /// The same, but these may be written.
    pub(crate) fn giving(mut self, paths: &[PathBuf]) -> Self {
        self.protected.retain(|path| !paths.contains(path));
        self
    }

    /// The file that a model means by `path`, if it may be read.
    pub(crate) fn readable(&self, path: &str) -> Result<PathBuf, Refusal> {
        let found = self.inside(path)?;
        if self.is_state(&found) && found.extension().is_none_or(|extension| extension != "log") {
            return Err(Refusal::State { path: path.to_owned() });
        }
        Ok(found)
    }

    /// The file that a model means by `path`, if it may be written; it need not exist.
    pub(crate) fn writable(&self, path: &str) -> Result<PathBuf, Refusal> {
        let found = self.inside(path)?;
        let kept = self.protected.iter().any(|protected| found.starts_with(protected));
        if kept || self.is_state(&found) || is_git(self.below_root(&found)) {
            return Err(Refusal::Protected { path: path.to_owned() });
        }
        Ok(found)
    }

    /// The path as people and models see it: from the root, with `.` for the root itself.
    pub(crate) fn relative(&self, path: &Path) -> String {
        let below = self.below_root(path);
        if below.as_os_str().is_empty() { ".".to_owned() } else { below.display().to_string() }
    }

    fn below_root<'a>(&self, path: &'a Path) -> &'a Path {
        path.strip_prefix(&self.root).unwrap_or(path)
    }

    fn inside(&self, path: &str) -> Result<PathBuf, Refusal> {
        let found = resolve(&self.root, Path::new(path))
            .map_err(|error| Refusal::Unresolvable { path: path.to_owned(), problem: error.to_string() })?;
        if !found.starts_with(&self.root) {
            return Err(Refusal::Outside { path: path.to_owned() });
        }
        Ok(found)
    }

    fn is_state(&self, path: &Path) -> bool {
        self.below_root(path).components().next().is_some_and(|first| is_named(first, STATE_DIR))
    }
}

/// Some file systems do not tell `.git` from `.GIT`.
fn is_named(component: Component<'_>, name: &str) -> bool {
    component.as_os_str().eq_ignore_ascii_case(name)
}

fn is_git(below: &Path) -> bool {
    below.components().any(|component| is_named(component, ".git"))
}

/// Follows a path component by component, the way the system would: what exists is resolved
/// through its symbolic links, so `..` means the real parent; what does not exist is kept as it is.
fn resolve(root: &Path, path: &Path) -> io::Result<PathBuf> {
    let mut found = root.to_owned();
    for component in path.components() {
        match component {
            Component::Prefix(_) | Component::RootDir => found = PathBuf::from("/"),
            Component::CurDir => {}
            Component::ParentDir => {
                found.pop();
            }
            Component::Normal(name) => {
                found.push(name);
                if found.symlink_metadata().is_ok() {
                    found = found.canonicalize()?;
                }
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use tempfile::TempDir;

    use super::*;

    fn project() -> (TempDir, Workspace) {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().join("project");
        for folder in ["project/src", "project/.git", "project/.agentrun/runs", "outside"] {
            std::fs::create_dir_all(directory.path().join(folder)).unwrap();
        }
        for file in ["project/plan.md", "project/src/lib.rs", "outside/secret"] {
            std::fs::write(directory.path().join(file), "text").unwrap();
        }
        symlink("../outside", root.join("out")).unwrap();
        symlink("../outside/new", root.join("dangling")).unwrap();
        symlink("plan.md", root.join("alias.md")).unwrap();
        symlink("src", root.join("code")).unwrap();
        let workspace = Workspace::open(&root, &["plan.md".into(), "rules".into()]).unwrap();
        (directory, workspace)
    }

    #[test]
    fn paths_inside_are_found_however_they_are_written() {
        let (_directory, workspace) = project();
        let absolute = workspace.root.join("src/lib.rs");
        let lib = absolute.to_str().unwrap().to_owned();
        for path in
            ["src/lib.rs", "./src//lib.rs", "src/../src/lib.rs", "code/lib.rs", "new/../src/lib.rs", &lib]
        {
            assert_eq!(workspace.writable(path).as_deref(), Ok(absolute.as_path()), "{path}");
        }
        assert_eq!(workspace.writable("new/file.rs"), Ok(workspace.root.join("new/file.rs")));
        assert_eq!(workspace.relative(&absolute), "src/lib.rs");
        assert_eq!(workspace.readable("."), Ok(workspace.root.clone()));
        assert_eq!(workspace.relative(&workspace.root), ".");
    }

    #[test]
    fn nothing_leads_out() {
        let (_directory, workspace) = project();
        for path in
            ["../outside/secret", "out/secret", "out", "/etc/passwd", "src/../../outside", "out/../x", "/"]
        {
            let refusal = Refusal::Outside { path: path.to_owned() };
            assert_eq!(workspace.readable(path), Err(refusal.clone()), "{path}");
            assert_eq!(workspace.writable(path), Err(refusal), "{path}");
        }
        assert!(matches!(workspace.writable("dangling"), Err(Refusal::Unresolvable { .. })));
    }

    #[test]
    fn protected_files_are_read_and_never_written() {
        let (_directory, workspace) = project();
        for path in ["plan.md", "alias.md", "rules", "rules/more.md", ".git/config", "src/.GIT/hooks"] {
            assert!(workspace.readable(path).is_ok(), "{path}");
            assert_eq!(workspace.writable(path), Err(Refusal::Protected { path: path.to_owned() }));
        }
        assert!(workspace.writable(".gitignore").is_ok());
    }

    #[test]
    fn of_the_state_only_logs_are_read() {
        let (_directory, workspace) = project();
        assert!(workspace.readable(".agentrun/runs/1/tool-3.log").is_ok());
        let path = ".agentrun/runs/journal.jsonl".to_owned();
        assert_eq!(workspace.readable(&path), Err(Refusal::State { path }));
        assert!(workspace.writable(".agentrun/runs/1/tool-3.log").is_err());
    }
}
