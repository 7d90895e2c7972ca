//! Answers from the disk what a rule asks about the project's files.

use std::fs::FileType;
use std::path::Path;

use crate::validate::ProjectFiles;

/// Larger files are not looked into.
const READ_BYTES: u64 = 1 << 20;

/// Of the names in a folder only so many are told.
const NAMES: usize = 200;

#[derive(Debug, Clone, Copy)]
pub(crate) struct DiskFiles;

impl ProjectFiles for DiskFiles {
    fn text(&self, path: &Path) -> Option<String> {
        let metadata = std::fs::metadata(path).ok()?;
        if !metadata.is_file() || metadata.len() > READ_BYTES {
            return None;
        }
        std::fs::read_to_string(path).ok()
    }

    fn has_file(&self, path: &Path) -> bool {
        path.is_file()
    }

    fn has_folder(&self, path: &Path) -> bool {
        path.is_dir()
    }

    fn folders(&self, path: &Path) -> Vec<String> {
        names(path, FileType::is_dir)
    }

    fn files(&self, path: &Path) -> Vec<String> {
        names(path, FileType::is_file)
    }
}

/// The names of what is so in a folder.
fn names(folder: &Path, is_wanted: impl Fn(&FileType) -> bool) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let wanted = entries.filter(|entry| entry.file_type().is_ok_and(|kind| is_wanted(&kind)));
    let mut names: Vec<String> =
        wanted.filter_map(|entry| entry.file_name().into_string().ok()).take(NAMES).collect();
    names.sort_unstable();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_and_folders_are_told_apart_and_only_texts_are_read() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("text"), "a\n").unwrap();
        std::fs::write(dir.path().join("bytes"), [0xff]).unwrap();
        std::fs::File::create(dir.path().join("long")).unwrap().set_len(READ_BYTES + 1).unwrap();
        for (name, text, file, folder) in [
            ("text", Some("a\n"), true, false),
            ("bytes", None, true, false),
            ("long", None, true, false),
            ("gone", None, false, false),
            (".", None, false, true),
        ] {
            let path = dir.path().join(name);
            let found = (DiskFiles.text(&path), DiskFiles.has_file(&path), DiskFiles.has_folder(&path));
            assert_eq!(found, (text.map(str::to_owned), file, folder), "{name}");
        }
        std::fs::create_dir_all(dir.path().join("b/in")).unwrap();
        std::fs::create_dir(dir.path().join("a")).unwrap();
        assert_eq!(DiskFiles.folders(dir.path()), ["a", "b"]);
    }
}
