//! What benchmarks share.

pub(crate) mod plans;
pub(crate) mod table;
