//! Reads shell scripts: one lexer, one tree, one walker for whoever asks what a script runs.

pub(crate) mod constant;
pub(crate) mod effect;
pub(crate) mod parser;
pub(crate) mod plausible;
pub(crate) mod simple;
mod tokens;
pub(crate) mod tree;
pub(crate) mod walk;
