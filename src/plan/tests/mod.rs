//! Whole plans through the reader.

mod dialects;
mod edits;
mod families;
mod habits;
mod shapes;
mod trackers;
