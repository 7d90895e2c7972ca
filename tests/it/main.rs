//! The integration tests, one binary.

mod crash;
mod dialects;
mod model;
mod resume;
mod support;
