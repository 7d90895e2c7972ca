//! The mode and the object that git has for a path in a tree or an index.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

/// A path as git keeps it: bytes, from the top of the repository.
pub(super) type Name = Vec<u8>;

/// What stands at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TreeEntry {
    /// In octal: `100644`, `100755`, `120000` (a link), `160000` (a repository).
    pub mode: String,
    pub object: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Difference {
    /// From the root of the project.
    pub path: PathBuf,
    pub before: Option<TreeEntry>,
    pub after: Option<TreeEntry>,
}

impl TreeEntry {
    /// A repository inside the repository.
    pub(super) fn is_repository(&self) -> bool {
        self.mode == "160000"
    }
}

impl Difference {
    /// What stands there in either tree.
    pub(super) fn entries(&self) -> impl Iterator<Item = &TreeEntry> {
        self.before.iter().chain(&self.after)
    }
}

/// Reads what `diff-tree --raw -z` prints: `:mode mode object object status NUL path NUL`.
pub(super) fn differences(bytes: &[u8]) -> Vec<Difference> {
    let mut fields = bytes.split(|&byte| byte == 0);
    let mut found = Vec::new();
    while let (Some(facts), Some(path)) = (fields.next(), fields.next()) {
        let facts = String::from_utf8_lossy(facts);
        let facts: Vec<&str> = facts.trim_start_matches(':').split(' ').collect();
        let &[old_mode, new_mode, old, new, ..] = facts.as_slice() else { continue };
        found.push(Difference {
            path: OsStr::from_bytes(path).into(),
            before: entry(old_mode, old),
            after: entry(new_mode, new),
        });
    }
    found
}

/// Reads what `ls-tree -z` prints: `mode type object TAB path NUL`.
pub(super) fn tree(bytes: &[u8]) -> HashMap<Name, TreeEntry> {
    listed(bytes, |facts| match *facts {
        [mode, _, object] => entry(mode, object),
        _ => None,
    })
}

/// Reads what `ls-files --stage -z` prints: `mode object stage TAB path NUL`. A path that waits for
/// a merge is none of the versions that it has.
pub(super) fn index(bytes: &[u8]) -> HashMap<Name, TreeEntry> {
    listed(bytes, |facts| match *facts {
        [mode, object, "0"] => entry(mode, object),
        [mode, _, stage] => Some(TreeEntry { mode: mode.to_owned(), object: format!("unmerged {stage}") }),
        _ => None,
    })
}

/// Reads what `ls-files -v --stage -z` prints: `tag mode object stage TAB path NUL`, without paths
/// that wait for a merge.
pub(super) fn tagged(bytes: &[u8]) -> impl Iterator<Item = (u8, Name, TreeEntry)> {
    bytes.split(|&byte| byte == 0).filter_map(|line| {
        let tab = line.iter().position(|&byte| byte == b'\t')?;
        let facts = std::str::from_utf8(&line[..tab]).ok()?;
        let &[tag, mode, object, "0"] = facts.split(' ').collect::<Vec<_>>().as_slice() else { return None };
        Some((*tag.as_bytes().first()?, line[tab + 1..].to_vec(), entry(mode, object)?))
    })
}

fn listed(bytes: &[u8], read: impl Fn(&[&str]) -> Option<TreeEntry>) -> HashMap<Name, TreeEntry> {
    let lines = bytes.split(|&byte| byte == 0);
    let entry = |line: &[u8]| {
        let tab = line.iter().position(|&byte| byte == b'\t')?;
        let facts = String::from_utf8_lossy(&line[..tab]);
        let facts: Vec<&str> = facts.split(' ').filter(|fact| !fact.is_empty()).collect();
        Some((line[tab + 1..].to_owned(), read(&facts)?))
    };
    lines.filter_map(entry).collect()
}

/// Nothing stands at a path of mode 0.
fn entry(mode: &str, object: &str) -> Option<TreeEntry> {
    let there = mode.bytes().any(|digit| digit != b'0');
    there.then(|| TreeEntry { mode: mode.to_owned(), object: object.to_owned() })
}
