//! The questions that a pure rule may ask about the project's files.

use std::path::Path;

/// The files of a project, as they are now.
pub(crate) trait ProjectFiles {
    /// The text of a file; `None` if there is none, or it is too long to look into.
    fn text(&self, path: &Path) -> Option<String>;

    /// A file is there.
    fn has_file(&self, path: &Path) -> bool;

    /// A folder is there.
    fn has_folder(&self, path: &Path) -> bool;

    /// The names of the folders in a folder, in their order; not more than a person would make.
    fn folders(&self, path: &Path) -> Vec<String>;

    /// The names of the files in a folder, in their order; not more than a person would make.
    fn files(&self, path: &Path) -> Vec<String>;
}

/// Files and their texts, for tests: the folders are those in which files are.
#[cfg(test)]
pub(crate) struct MapFiles(std::collections::BTreeMap<std::path::PathBuf, String>);

#[cfg(test)]
impl MapFiles {
    /// Files below `root`.
    pub(crate) fn new(root: &Path, files: &[(&str, &str)]) -> Self {
        Self(files.iter().map(|(name, text)| (root.join(name), (*text).to_owned())).collect())
    }

    /// The path without `.` and `..`.
    fn plain(path: &Path) -> std::path::PathBuf {
        let mut plain = std::path::PathBuf::new();
        for component in path.components() {
            match component {
                std::path::Component::CurDir => {}
                std::path::Component::ParentDir => drop(plain.pop()),
                other => plain.push(other),
            }
        }
        plain
    }
}

#[cfg(test)]
impl ProjectFiles for MapFiles {
    fn text(&self, path: &Path) -> Option<String> {
        self.0.get(&Self::plain(path)).cloned()
    }

    fn has_file(&self, path: &Path) -> bool {
        self.0.contains_key(&Self::plain(path))
    }

    fn has_folder(&self, path: &Path) -> bool {
        let path = Self::plain(path);
        self.0.keys().any(|file| file.parent().is_some_and(|folder| folder.starts_with(&path)))
    }

    fn folders(&self, path: &Path) -> Vec<String> {
        let path = Self::plain(path);
        let below = self.0.keys().filter_map(|file| file.strip_prefix(&path).ok()?.parent()?.iter().next());
        let names: std::collections::BTreeSet<_> =
            below.map(|name| name.to_string_lossy().into_owned()).collect();
        names.into_iter().collect()
    }

    fn files(&self, path: &Path) -> Vec<String> {
        let path = Self::plain(path);
        let inside = self.0.keys().filter(|file| file.parent() == Some(&path));
        inside.filter_map(|file| Some(file.file_name()?.to_string_lossy().into_owned())).collect()
    }
}
