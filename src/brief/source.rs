//! The files that a brief is made of.

use serde::Serialize;

/// A file that the brief is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct SourceFile {
    pub path: String,
    pub text: String,
}

/// The files that the brief is made of, as they were at the start of the run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Sources {
    /// `PROJECT_RULES.md` and what else is configured or linked.
    pub rules: Vec<SourceFile>,
    /// `FEATURE_REQUEST.md` and what else is configured or linked.
    pub request: Vec<SourceFile>,
    /// `AGENTS.md` of the root.
    pub agents: Vec<SourceFile>,
    /// Where the project's own templates are or would be, relative to the root.
    pub templates: Vec<String>,
}

impl Sources {
    /// The path of every file that is sent with a brief, relative to the project root.
    pub(crate) fn sent(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().chain(&self.request).chain(&self.agents).map(|source| source.path.as_str())
    }
}
