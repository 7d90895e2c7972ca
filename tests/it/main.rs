//! The integration tests, one binary.

mod architecture;
mod crash;
mod dialects;
mod model;
mod resume;
mod support;
