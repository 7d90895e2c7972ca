//! Decides what the results of a step's commands mean.

pub(crate) mod applied;
pub(crate) mod callee;
pub(crate) mod given;
pub(crate) mod inline_tests;
pub(crate) mod manifest;
pub(crate) mod named;
pub(crate) mod originals;
pub(crate) mod own_commands;
mod project_files;
pub(crate) mod reach;
pub(crate) mod runners;
pub(crate) mod unfixable;
pub(crate) mod vacuous;
mod validated;
pub(crate) mod validators;
pub(crate) mod verdict;
pub(crate) mod weakening;
pub(crate) mod withheld;

#[cfg(test)]
pub(crate) use project_files::MapFiles;
pub(crate) use project_files::ProjectFiles;
pub(crate) use validated::Validated;
