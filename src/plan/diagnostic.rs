//! A diagnostic: what is wrong or worth knowing in a plan, with its code, place, message and help.

use std::borrow::Cow;
use std::ops::Range;

use serde::Serialize;

/// One thing noticed in a plan.
#[derive(Debug, Clone)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// A stable name: `unknown-reference`.
    pub code: &'static str,
    /// Bytes it is about.
    pub span: Range<usize>,
    /// A lower-case fragment without full stop.
    pub message: Cow<'static, str>,
    /// What to do.
    pub help: Option<Cow<'static, str>>,
}

impl Diagnostic {
    /// The same with what to do.
    pub(super) fn help(self, help: impl Into<Cow<'static, str>>) -> Self {
        Self { help: Some(help.into()), ..self }
    }
}

/// How bad a diagnostic is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The plan cannot be executed.
    Error,
    /// It can, but perhaps not as meant.
    Warning,
    /// Worth knowing.
    Note,
}
