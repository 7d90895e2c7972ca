//! The integration tests, one binary.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on panics")]

mod demo;
mod model;
mod support;
