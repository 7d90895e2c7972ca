//! The project's files under one root.

pub mod file;
