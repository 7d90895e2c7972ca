//! Two digests of a step, made by `plan`: who it is, and what it says.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Identity of a step by content and place. It survives other steps coming, going and moving.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct StepKey(String);

/// What a step says: digests of its heading and of the text below, without number, marks and status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint(String);

/// Stands between the digest of the heading and the digest of the text below it, if there is any.
const BODY: char = '-';

impl StepKey {
    /// A key with this digest.
    pub fn new(digest: String) -> Self {
        Self(digest)
    }
}

impl Fingerprint {
    /// The digests of a step's heading and of the text below it, if there is any.
    pub fn new(heading: String, body: Option<String>) -> Self {
        match body {
            Some(body) => Self(format!("{heading}{BODY}{body}")),
            None => Self(heading),
        }
    }

    /// All of it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part about the text below the heading; `None` if there is none.
    pub fn body(&self) -> Option<&str> {
        self.0.split_once(BODY).map(|(_, body)| body)
    }

    /// The part about the heading.
    pub fn heading(&self) -> &str {
        self.0.split_once(BODY).map_or(&self.0, |(heading, _)| heading)
    }
}

impl fmt::Display for StepKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
