//! Whole plans through the reader.

mod dialects;
