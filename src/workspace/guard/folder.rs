//! Guards the folders that agentrun writes to in an attempt, so that no link leads its logs elsewhere.

use std::fs::{create_dir, remove_file};
use std::io;
use std::path::Path;

use super::files::RestoredFile;
use super::place::as_name;
use crate::workspace::STATE_DIR;

/// Makes every folder from the project's state folder down to `dir` a folder again. A link is taken
/// away, what it leads to stays; nothing is done to what lies above.
pub(crate) fn set_back(dir: &Path) -> io::Result<Option<RestoredFile>> {
    let own: Vec<&Path> = dir.ancestors().collect();
    let Some(top) = own.iter().position(|path| path.file_name().is_some_and(|name| name == STATE_DIR)) else {
        return Ok(None);
    };
    let mut restored = None;
    for path in own[..=top].iter().rev() {
        let what = match path.symlink_metadata() {
            Ok(metadata) if metadata.is_dir() => continue,
            Ok(_) => {
                remove_file(path)?;
                "something else was put in its place"
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => "it was deleted",
            Err(error) => return Err(error),
        };
        create_dir(path)?;
        restored.get_or_insert_with(|| RestoredFile::without_copy(as_name(own[top], path), what));
    }
    Ok(restored)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_a_folder_again_and_what_a_link_led_to_stays() {
        let top = tempfile::tempdir().unwrap();
        let (elsewhere, runs) = (top.path().join("elsewhere"), top.path().join("project/.agentrun/runs"));
        let dir = runs.join("one/attempt-1");
        std::fs::create_dir_all(&dir).unwrap();
        std::fs::create_dir_all(elsewhere.join("attempt-1")).unwrap();
        assert_eq!(set_back(&dir).unwrap(), None);

        std::fs::remove_dir_all(runs.join("one")).unwrap();
        std::os::unix::fs::symlink(&elsewhere, runs.join("one")).unwrap();
        let restored = |name: &str, what| Some(RestoredFile::without_copy(name.to_owned(), what));
        assert_eq!(
            set_back(&dir).unwrap(),
            restored(".agentrun/runs/one", "something else was put in its place")
        );
        assert_eq!(set_back(&dir).unwrap(), None);
        assert!(elsewhere.join("attempt-1").is_dir() && dir.is_dir());

        std::fs::remove_dir_all(&runs).unwrap();
        assert_eq!(set_back(&dir).unwrap(), restored(".agentrun/runs", "it was deleted"));
        assert_eq!(set_back(&elsewhere).unwrap(), None, "not agentrun's");
    }
}
