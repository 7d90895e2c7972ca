//! The integration tests, one binary.

mod dialects;
mod model;
mod support;
