//! A path to commit: what it was before, and what the branch and the user's index have.

use crate::workspace::entry::{Name, TreeEntry};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PathChange {
    /// From the top of the repository.
    pub(super) path: Name,
    pub(super) before: Option<TreeEntry>,
    pub(super) after: Option<TreeEntry>,
    pub(super) head: Option<TreeEntry>,
    /// What the user's index has.
    pub(super) staged: Option<TreeEntry>,
    /// It was staged when the run began: what the index has is the user's choice.
    pub(super) chosen: bool,
    /// What the user's index gets.
    pub(super) restaged: Option<TreeEntry>,
}

impl PathChange {
    /// The branch has something else.
    pub(super) fn is_open(&self) -> bool {
        self.head != self.after
    }

    /// A commit would sweep in what was there before the step and not committed.
    pub(super) fn was_unsaved(&self) -> bool {
        self.is_open() && self.head != self.before
    }

    /// The user's index has what the step neither found nor left.
    pub(super) fn is_staged_otherwise(&self) -> bool {
        self.is_open() && self.chosen && self.staged != self.before && self.staged != self.after
    }

    /// A repository inside the repository, whose commits are somebody else's.
    pub(super) fn is_repository(&self) -> bool {
        self.is_open() && self.after.as_ref().is_some_and(TreeEntry::is_repository)
    }

    pub(super) fn object(&self) -> Option<&str> {
        self.after.as_ref().map(|entry| entry.object.as_str())
    }

    /// How long this repository's object names are.
    fn digits(&self) -> usize {
        let any = [&self.before, &self.after, &self.head].into_iter().flatten().next();
        any.map_or(40, |entry| entry.object.len())
    }
}

/// Entries of an index as `update-index -z --index-info` reads them. What goes comes first, for a
/// folder may take its place.
pub(super) fn index_info(
    changes: &[PathChange],
    entry: impl Fn(&PathChange) -> Option<&TreeEntry>,
) -> Vec<u8> {
    let line = |change: &PathChange| {
        let gone = || format!("0 {}", "0".repeat(change.digits()));
        let entry = entry(change).map_or_else(gone, |entry| format!("{} {}", entry.mode, entry.object));
        [entry.as_bytes(), b"\t", &change.path, b"\0"].concat()
    };
    let (there, gone): (Vec<_>, Vec<_>) = changes.iter().partition(|change| entry(change).is_some());
    gone.into_iter().chain(there).flat_map(line).collect()
}
