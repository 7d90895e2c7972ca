//! The tokens that a reply cost.

use serde::{Deserialize, Serialize};

/// Tokens of one reply.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Tokens read, cached ones included.
    #[serde(default)]
    pub input: u64,
    /// Of these, the ones that came from a cache.
    #[serde(default)]
    pub cached: u64,
    /// Tokens written, reasoning included.
    #[serde(default)]
    pub output: u64,
}

impl Usage {
    /// Tokens in all.
    pub fn total(self) -> u64 {
        self.input + self.output
    }
}

impl std::ops::AddAssign for Usage {
    fn add_assign(&mut self, other: Self) {
        self.input += other.input;
        self.cached += other.cached;
        self.output += other.output;
    }
}

impl std::iter::Sum for Usage {
    fn sum<I: Iterator<Item = Self>>(usages: I) -> Self {
        usages.fold(Self::default(), |mut sum, usage| {
            sum += usage;
            sum
        })
    }
}

impl std::ops::Sub for Usage {
    type Output = Self;

    /// What was used since.
    fn sub(self, earlier: Self) -> Self {
        Self {
            input: self.input.saturating_sub(earlier.input),
            cached: self.cached.saturating_sub(earlier.cached),
            output: self.output.saturating_sub(earlier.output),
        }
    }
}
