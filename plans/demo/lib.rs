//! Spans of time as people write them: `1h 30m`.

/// The units that people write, with their seconds, largest first.
pub const UNITS: [(&str, u64); 4] = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)];

// To come: reading a span, and saying one.
