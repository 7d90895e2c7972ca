//! The integration tests, one binary.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod architecture;
mod check;
mod code_map;
mod crash;
mod demo;
mod dialects;
mod docs;
mod evidence;
mod families;
mod faults;
mod git;
mod git_hostile;
mod hostile;
mod identity;
mod judge;
mod killed;
mod long;
mod model;
mod one_tree;
mod ordinary;
mod originals;
mod output;
mod processes;
mod refusals;
mod restore;
mod resume;
mod sandbox;
mod stale;
mod strength;
mod support;
mod traps;
mod zoo;
