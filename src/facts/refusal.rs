//! Why agentrun did not commit what a step changed.

use serde::{Deserialize, Serialize};

/// How many paths or lines are named.
const NAMED: usize = 10;

/// Why what a step changed was not committed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CommitRefusal {
    /// When the step began, these already had changes that were not committed: somebody's work.
    Unsaved { paths: Vec<String> },
    /// These are staged with other content than the step left.
    Staged { paths: Vec<String> },
    /// While the step was open, somebody else changed these too.
    Shared { paths: Vec<String> },
    /// What looks like a secret would be in it.
    Secrets { found: Vec<Secret> },
    /// Git cannot, or must not now.
    Impossible { reason: String },
}

/// The place of what looks like a secret; never the secret itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Secret {
    pub path: String,
    /// Its line, from 1; absent if it is the file's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// What it looks like: `a GitHub token`.
    pub shape: String,
}

impl CommitRefusal {
    /// Git cannot, or must not now.
    pub fn impossible(reason: impl Into<String>) -> Self {
        Self::Impossible { reason: reason.into() }
    }

    pub fn say(&self) -> String {
        match self {
            Self::Unsaved { paths } => {
                format!("these files had uncommitted changes before the step: {}", named(paths))
            }
            Self::Staged { paths } => {
                format!("these files are staged with other content than the step left: {}", named(paths))
            }
            Self::Shared { paths } => {
                format!("somebody else changed these too while the step was open: {}", named(paths))
            }
            Self::Secrets { found } => {
                let found: Vec<String> = found.iter().map(Secret::say).collect();
                format!("the commit would contain what looks like a secret: {}", named(&found))
            }
            Self::Impossible { reason } => reason.clone(),
        }
    }

    pub fn hint(&self) -> &'static str {
        match self {
            Self::Secrets { .. } => {
                "take the secret out of the files, then commit them yourself; agentrun has pushed nothing"
            }
            Self::Unsaved { .. } | Self::Staged { .. } | Self::Shared { .. } | Self::Impossible { .. } => {
                "the changes are in the work tree: commit them yourself"
            }
        }
    }
}

impl Secret {
    fn say(&self) -> String {
        let line = self.line.map_or_else(String::new, |line| format!(":{line}"));
        format!("{}{line} ({})", self.path, self.shape)
    }
}

fn named(names: &[String]) -> String {
    let shown = names.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(NAMED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_commit_says_what_is_in_the_way_and_what_to_do() {
        let paths = || vec!["a.rs".to_owned(), "b.rs".to_owned()];
        let secret = |line| Secret { path: "a.env".to_owned(), line, shape: "a GitHub token".to_owned() };
        let many = (1..=12).map(|number| format!("{number}.rs")).collect();
        let refusals = [
            CommitRefusal::Unsaved { paths: paths() },
            CommitRefusal::Staged { paths: paths() },
            CommitRefusal::Shared { paths: many },
            CommitRefusal::Secrets { found: vec![secret(Some(3)), secret(None)] },
            CommitRefusal::impossible("a merge is going on"),
        ];
        let said = refusals.map(|refusal| format!("{}\n  {}", refusal.say(), refusal.hint()));
        insta::assert_snapshot!(said.join("\n"), @"
        these files had uncommitted changes before the step: a.rs, b.rs
          the changes are in the work tree: commit them yourself
        these files are staged with other content than the step left: a.rs, b.rs
          the changes are in the work tree: commit them yourself
        somebody else changed these too while the step was open: 1.rs, 2.rs, 3.rs, 4.rs, 5.rs, 6.rs, 7.rs, 8.rs, 9.rs, 10.rs and 2 more
          the changes are in the work tree: commit them yourself
        the commit would contain what looks like a secret: a.env:3 (a GitHub token), a.env (a GitHub token)
          take the secret out of the files, then commit them yourself; agentrun has pushed nothing
        a merge is going on
          the changes are in the work tree: commit them yourself
        ");
    }
}
