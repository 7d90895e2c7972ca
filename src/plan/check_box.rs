//! A checkbox of the file: where its mark is, and what it stands for.

use std::borrow::Cow;
use std::ops::Range;

use serde::Serialize;

use super::{BoxIndex, StepIndex};

/// One box of the file.
#[derive(Debug, Clone)]
pub struct CheckBox {
    /// Byte offset of the mark, the character between the brackets.
    pub mark_at: usize,
    /// The mark: space, `x`, `X`, or another character that its author uses.
    pub mark: char,
    /// Its mark says that it is being worked on.
    pub in_progress: bool,
    /// The word that stands for the mark, where there are no brackets.
    pub word: Option<StateWord>,
    /// Line where it stands.
    pub line: usize,
    /// Text of the item, first line, without marker and box.
    pub text: String,
    /// What it stands for.
    pub role: BoxRole,
    /// The step it belongs to.
    pub step: Option<StepIndex>,
    /// The box of the item that holds this one.
    pub parent: Option<BoxIndex>,
    /// Why it has this role.
    pub reason: Cow<'static, str>,
}

/// A state that is written as a word: the status of a todo, a cell of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateWord {
    /// Its bytes.
    pub span: Range<usize>,
    /// As it was read.
    pub text: String,
    /// What its list says of what is done.
    pub done: String,
    /// What its list says of what is open.
    pub open: String,
}

/// What a box stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BoxRole {
    /// Work inside a step.
    Task,
    /// Something that must hold for a step.
    Criterion,
    /// A step.
    Step,
    /// A phase that holds steps.
    Group,
    /// A second list of the same steps.
    Mirror,
    /// Need not be done.
    Optional,
    /// Must hold before the first step.
    Prerequisite,
    /// Work after the last step.
    Closing,
    /// For a person.
    Manual,
    /// A criterion of the whole plan.
    Acceptance,
    /// A question to be answered.
    OpenQuestion,
    /// None of these; the reason says why.
    Ignored,
}

impl CheckBox {
    /// Ticked: `x` or `X`.
    pub fn ticked(&self) -> bool {
        matches!(self.mark, 'x' | 'X')
    }

    /// Open, or marked as being worked on: what a tick may overwrite.
    pub fn tickable(&self) -> bool {
        self.mark == ' ' || self.in_progress
    }
}
