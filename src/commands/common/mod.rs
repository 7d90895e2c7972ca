//! What several subcommands need: the project and its plan, a hold on it, who is asking.

pub(crate) mod confine;
pub(crate) mod history;
pub(crate) mod hold;
pub(crate) mod open;
pub(crate) mod person;
pub(crate) mod renamed;
pub(crate) mod signals;
pub(crate) mod typed;
pub(crate) mod unreadable;
pub(crate) mod unresolved;
