//! The name under which commits are made.

use std::ffi::{OsStr, OsString};

const VARIABLES: &[&str] = &[
    "GIT_AUTHOR_NAME",
    "GIT_AUTHOR_EMAIL",
    "GIT_AUTHOR_DATE",
    "GIT_COMMITTER_NAME",
    "GIT_COMMITTER_EMAIL",
    "GIT_COMMITTER_DATE",
];

/// The author and committer of the environment, over what git is configured with.
#[derive(Debug, Clone, Default)]
pub(crate) struct Author(Vec<(&'static str, OsString)>);

impl Author {
    /// The author that an environment names, wholly, in part or not at all.
    pub(crate) fn of(environment: impl Iterator<Item = (OsString, OsString)>) -> Self {
        let known = |name: &OsStr| VARIABLES.iter().copied().find(|known| name == *known);
        Self(environment.filter_map(|(name, value)| Some((known(&name)?, value))).collect())
    }

    pub(super) fn variables(&self) -> impl Iterator<Item = (&'static str, OsString)> {
        self.0.iter().cloned()
    }
}
