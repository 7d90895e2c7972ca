//! Finds the git repository of a project, and the parts of it that decide what the next git command does.

use std::path::{Path, PathBuf};

/// The repository of a project.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Repository {
    /// Its folders outside of the project, if the project is a work tree of its own or a submodule.
    pub(super) outside: Vec<PathBuf>,
    /// Settings and hooks, which are programs to be run later, and agentrun's own references.
    pub(super) read_only: Vec<PathBuf>,
}

impl Repository {
    /// Looks at `.git` in the project.
    pub(super) fn of(root: &Path) -> Self {
        let place = root.join(".git");
        let folder = if place.is_dir() { Some(place.clone()) } else { pointed_at(&place, root) };
        let Some(folder) = folder.and_then(|folder| folder.canonicalize().ok()) else {
            return Self::default();
        };
        let shared = read(&folder.join("commondir"))
            .and_then(|text| folder.join(text.trim()).canonicalize().ok())
            .unwrap_or_else(|| folder.clone());
        let mut outside: Vec<PathBuf> = vec![shared.clone(), folder.clone()];
        outside.retain(|path| !path.starts_with(root));
        outside.dedup();
        let mut read_only: Vec<PathBuf> =
            ["config", "hooks", "refs/agentrun"].map(|name| shared.join(name)).to_vec();
        read_only.push(folder.join("config.worktree"));
        read_only.extend(hooks_elsewhere(&shared.join("config"), root));
        modules(&shared.join("modules"), &mut read_only);
        if !folder.starts_with(root) {
            read_only.push(place);
        }
        Self { outside, read_only }
    }

    /// Makes the folders that can only be protected if they are there.
    pub(super) fn prepare(&self) {
        let folders =
            self.read_only.iter().filter(|path| path.ends_with("hooks") || path.ends_with("agentrun"));
        for folder in folders.filter(|folder| folder.parent().is_some_and(Path::is_dir)) {
            // Where it cannot be made, nobody else can make it either.
            let _ = std::fs::create_dir(folder);
        }
    }
}

/// Files that put another repository or other settings in the place of those of the project or of
/// its other work trees, for the next git command that a person types. Those that are not there
/// cannot be protected.
pub fn redirections(root: &Path) -> Vec<PathBuf> {
    let repository = Repository::of(root);
    let Some(folder) =
        repository.read_only.iter().find_map(|path| path.ends_with("config").then(|| path.parent()))
    else {
        return Vec::new();
    };
    let folder = folder.unwrap_or(root);
    let own = std::iter::once(folder.to_owned());
    let trees = std::fs::read_dir(folder.join("worktrees")).into_iter().flatten().flatten();
    let folders = own.chain(trees.map(|entry| entry.path()));
    folders.flat_map(|folder| ["commondir", "config.worktree"].map(|name| folder.join(name))).collect()
}

/// The files without which git finds no repository, or cannot read it.
pub fn essentials(root: &Path) -> Vec<PathBuf> {
    let place = root.join(".git");
    let folder = if place.is_dir() { Some(place.clone()) } else { pointed_at(&place, root) };
    let Some(folder) = folder else { return Vec::new() };
    let repository = Repository::of(root);
    let shared = repository.read_only.iter().find(|path| path.ends_with("config"));
    let shared = shared.and_then(|config| config.parent()).unwrap_or(&folder).to_owned();
    vec![folder.join("HEAD"), folder.join("index"), shared.join("config"), shared.join("packed-refs")]
}

/// Settings and hooks of the submodules below a folder of such, which may hold submodules too.
fn modules(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let module = entry.path();
        if !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            continue;
        }
        if module.join("HEAD").is_file() {
            found.extend(["config", "hooks"].map(|name| module.join(name)));
            modules(&module.join("modules"), found);
        } else {
            // The name of a submodule may be a path.
            modules(&module, found);
        }
    }
}

/// The folder of hooks in the project that the settings name in the place of the usual one.
fn hooks_elsewhere(config: &Path, root: &Path) -> Option<PathBuf> {
    let text = read(config)?;
    let mut settings = text.lines().filter_map(|line| line.trim().split_once('='));
    let (_, folder) = settings.find(|(key, _)| key.trim().eq_ignore_ascii_case("hooksPath"))?;
    let folder = root.join(folder.trim().trim_matches('"')).canonicalize().ok()?;
    (folder.starts_with(root) && folder != root).then_some(folder)
}

/// The text of a file; a pipe in its place would be waited for without end.
fn read(path: &Path) -> Option<String> {
    path.metadata().is_ok_and(|found| found.is_file()).then(|| std::fs::read_to_string(path).ok()).flatten()
}

/// What a file `.git` names: `gitdir: ../main/.git/worktrees/one`.
fn pointed_at(file: &Path, root: &Path) -> Option<PathBuf> {
    let text = read(file)?;
    text.strip_prefix("gitdir:").map(|path| root.join(path.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hooks_in_the_project_are_read_only_too() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().canonicalize().unwrap();
        std::fs::create_dir_all(root.join(".git")).unwrap();
        std::fs::create_dir_all(root.join(".husky/_")).unwrap();
        for (setting, expected) in [
            ("hooksPath = .husky/_", Some(root.join(".husky/_"))),
            ("HOOKSPATH=\".husky\"", Some(root.join(".husky"))),
            ("hooksPath = /usr/share", None),
            ("hooksPath = .", None),
            ("editor = vi", None),
        ] {
            std::fs::write(root.join(".git/config"), format!("[core]\n\t{setting}\n")).unwrap();
            assert_eq!(hooks_elsewhere(&root.join(".git/config"), &root), expected, "{setting}");
        }
    }

    #[test]
    fn a_work_tree_of_its_own_names_the_folders_of_the_repository() {
        let directory = tempfile::tempdir().unwrap();
        let top = directory.path().canonicalize().unwrap();
        let (git, one) = (top.join("main/.git"), top.join("main/.git/worktrees/one"));
        std::fs::create_dir_all(&one).unwrap();
        std::fs::create_dir(top.join("one")).unwrap();
        std::fs::write(one.join("commondir"), "../..\n").unwrap();
        std::fs::write(top.join("one/.git"), "gitdir: ../main/.git/worktrees/one\n").unwrap();
        let repository = Repository::of(&top.join("one"));
        assert_eq!(repository.outside, [git.clone(), one.clone()]);
        let read_only = [
            git.join("config"),
            git.join("hooks"),
            git.join("refs/agentrun"),
            one.join("config.worktree"),
            top.join("one/.git"),
        ];
        assert_eq!(repository.read_only, read_only);
        assert_eq!(Repository::of(&top.join("main")).outside, Vec::<PathBuf>::new());
        assert_eq!(Repository::of(&top), Repository::default());
    }
}
