//! What the columns of a table are about.

/// What a column of a table says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::plan) enum Column {
    /// What is to be done, by a name that only tasks have.
    Task,
    /// What is to be done, by a name that many things have.
    Name,
    /// How a task is called.
    Id,
    /// How far it is.
    State,
    /// Which come first.
    Needs,
    /// Which files.
    Files,
    /// Who does it.
    Owner,
    /// How it is seen to be done.
    Validation,
}
