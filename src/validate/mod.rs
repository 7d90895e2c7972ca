//! Decides what the results of a step's commands mean.

pub mod applied;
pub(crate) mod callee;
pub mod named;
mod project_files;
pub mod runners;
pub mod unfixable;
pub mod vacuous;
mod validated;
pub mod verdict;
pub mod weakening;

#[cfg(test)]
pub(crate) use project_files::MapFiles;
pub use project_files::ProjectFiles;
pub use validated::Validated;
