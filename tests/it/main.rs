//! The integration tests, one binary.

mod architecture;
mod crash;
mod dialects;
mod docs;
mod model;
mod resume;
mod support;
