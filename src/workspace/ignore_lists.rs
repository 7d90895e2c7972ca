//! The lists of what to ignore, which a walk reads in every folder: some are none, or too long to be read.

use std::path::Path;

const LISTS: [&str; 2] = [".gitignore", ".ignore"];

/// A longer list is not written by people. Each of its patterns is compared with every file.
const LONGEST: u64 = 256 << 10;

/// A list of this folder is not to be read.
pub(crate) fn has_trap(folder: &Path) -> bool {
    LISTS.iter().any(|name| is_trap(&folder.join(name)))
}

/// A pipe or a device, which would be waited for without end, or a list that is too long.
pub(crate) fn is_trap(path: &Path) -> bool {
    let is_trap = |found: std::fs::Metadata| !found.is_dir() && (!found.is_file() || found.len() > LONGEST);
    path.metadata().is_ok_and(is_trap)
}
