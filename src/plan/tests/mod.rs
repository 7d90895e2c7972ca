//! Whole plans through the reader.

mod dialects;
mod edits;
mod shapes;
