//! The integration tests, one binary.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on panics")]

mod crash;
mod demo;
mod dialects;
mod model;
mod resume;
mod support;
