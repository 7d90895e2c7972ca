//! Decides whether an attempt has to end, before it spends anything.

use std::time::Duration;

use crate::config::Limits;
use crate::facts::{AgentEnd, Limit, Usage};

/// The first limit that is reached.
pub(crate) fn reached(limits: &Limits, turns: u32, elapsed: Duration, usage: Usage) -> Option<Limit> {
    if turns >= limits.turns {
        return Some(Limit::Turns(limits.turns));
    }
    if elapsed >= limits.time {
        return Some(Limit::time(limits.time));
    }
    limits.tokens.filter(|&tokens| usage.total() >= tokens).map(Limit::Tokens)
}

/// The attempt ends because the conversation does not fit.
pub(super) fn too_long(why: &str) -> AgentEnd {
    AgentEnd::Limit { limit: Limit::Window { why: why.to_owned() } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_limit_that_is_reached_is_named() {
        let limits = Limits {
            turns: 3,
            time: Duration::from_mins(1),
            tokens: Some(100),
            command: Duration::from_secs(1),
        };
        let usage = |input| Usage { input, cached: 0, output: 0 };
        assert_eq!(reached(&limits, 2, Duration::from_secs(59), usage(99)), None);
        assert_eq!(reached(&limits, 3, Duration::ZERO, usage(0)), Some(Limit::Turns(3)));
        assert_eq!(
            reached(&limits, 0, Duration::from_mins(1), usage(0)),
            Some(Limit::time(Duration::from_mins(1)))
        );
        assert_eq!(reached(&limits, 0, Duration::ZERO, usage(100)), Some(Limit::Tokens(100)));
    }
}
