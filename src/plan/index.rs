//! What the parts of a plan and of its text are numbered with.

use std::fmt;
use std::ops::Range;

use crate::facts::index_type;

/// Bytes of the text that was read.
pub type Span = Range<usize>;

index_type! {
    /// A step, by its place in the file.
    StepIndex
}

index_type! {
    /// A phase that holds steps, by its place in the file.
    GroupIndex
}

index_type! {
    /// A box, by its place among all boxes of the file.
    BoxIndex
}

index_type! {
    /// A block of Markdown, by its place in the file.
    BlockIndex
}

index_type! {
    /// An entry of a list that is not written in items of Markdown, by its place in the file.
    EntryIndex
}

index_type! {
    /// A heading or label with what stands under it, by its place in the file.
    SectionIndex
}

index_type! {
    /// A line of the file; the first is 1.
    Line
}

/// Gives an index its neighbours.
macro_rules! neighbours {
    ($name:ident) => {
        impl $name {
            /// The one behind it.
            pub(crate) fn next(self) -> Self {
                Self(self.0 + 1)
            }

            /// From this one to the one before `end`.
            pub(crate) fn until(self, end: Self) -> impl DoubleEndedIterator<Item = Self> {
                (self.0..end.0).map(Self)
            }
        }
    };
}

neighbours!(BlockIndex);
neighbours!(SectionIndex);
neighbours!(Line);

impl BlockIndex {
    /// The first block.
    pub(crate) const FIRST: Self = Self(0);

    /// Those before it, the nearest first.
    pub(crate) fn all_before(self) -> impl Iterator<Item = Self> {
        (0..self.0).rev().map(Self)
    }
}

impl SectionIndex {
    /// The section that is the whole document.
    pub(crate) const DOCUMENT: Self = Self(0);
}

impl Line {
    /// The one before it.
    pub(crate) fn before(self) -> Self {
        Self(self.0.saturating_sub(1))
    }

    /// How many lines there are from this one to another, both included.
    pub(crate) fn count_to(self, last: Self) -> usize {
        (last.0 + 1).saturating_sub(self.0)
    }
}

impl fmt::Display for Line {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}
