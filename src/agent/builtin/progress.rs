//! Counts what happens in an attempt, and decides whether the attempt may go on.

use std::time::Duration;

use super::repetition::{Repetition, Strike};
use super::tools::{ToolEffect, ToolOutcome};
use crate::clock::{Deadline, Stopwatch};
use crate::config::Limits;
use crate::facts::{AgentEnd, Limit, Usage};
use crate::interrupt::Interrupt;
use crate::model::message::{Arguments, Reply, ToolCall};

/// So many replies in a row whose calls cannot be read end an attempt.
const UNREADABLE: u32 = 3;

#[derive(Debug)]
pub(super) struct AttemptProgress {
    pub(super) turns: u32,
    /// Tokens that servers told of.
    pub(super) usage: Usage,
    /// Tokens guessed for replies without usage: limits hold there too.
    guessed: u64,
    started: Stopwatch,
    /// When the attempt's time is up.
    pub(super) deadline: Deadline,
    /// A reply without a call was answered once.
    pub(super) nudged: bool,
    pub(super) compactions: u32,
    /// Replies in a row without a call that could be read.
    unreadable: u32,
    repetition: Repetition,
}

impl AttemptProgress {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            turns: 0,
            usage: Usage::default(),
            guessed: 0,
            started: Stopwatch::start(),
            deadline: Deadline::after(limits.time),
            nudged: false,
            compactions: 0,
            unreadable: 0,
            repetition: Repetition::default(),
        }
    }

    /// The limit that is reached, if one is.
    pub(super) fn limit(&self, limits: &Limits) -> Option<AgentEnd> {
        let usage = Usage { input: self.usage.input + self.guessed, ..self.usage };
        let limit = reached(limits, self.turns, self.started.elapsed(), usage)?;
        Some(AgentEnd::Limit { limit })
    }

    /// Counts a reply to a request of about so many tokens.
    pub(super) fn count(&mut self, reply: &Reply, tokens: u64) {
        match reply.usage {
            Some(usage) => self.usage += usage,
            None => self.guessed += tokens,
        }
    }

    /// What a reply's calls that cannot be read mean for the attempt.
    pub(super) fn read(&mut self, reply: &Reply) -> Option<AgentEnd> {
        let unreadable = |call: &ToolCall| matches!(call.arguments, Arguments::Unreadable { .. });
        let all = !reply.calls.is_empty() && reply.calls.iter().all(unreadable);
        self.unreadable = if all { self.unreadable + 1 } else { 0 };
        (self.unreadable >= UNREADABLE)
            .then(|| AgentEnd::Loop { what: "calls that cannot be read".to_owned() })
    }

    /// What a tool's outcome means for the attempt, and what the model is told.
    pub(super) fn weigh(
        &mut self,
        call: &ToolCall,
        outcome: ToolOutcome,
        interrupt: &Interrupt,
        limits: &Limits,
    ) -> (String, Option<AgentEnd>) {
        let ToolOutcome { text, effect, signature, .. } = outcome;
        if interrupt.raised().is_some() {
            return (text, Some(AgentEnd::Interrupted));
        }
        if let ToolEffect::Finished(end) = effect {
            return (text, Some(end));
        }
        if self.deadline.passed() {
            return (text, Some(AgentEnd::Limit { limit: Limit::time(limits.time) }));
        }
        match self.repetition.after(call, &effect, &signature) {
            Strike::None => (text, None),
            Strike::Warn(what) => {
                let warning =
                    format!("You repeat {what}, with the same result each time. Do something else.");
                (format!("{text}\n\n{warning}"), None)
            }
            Strike::Stop(what) => (text, Some(AgentEnd::Loop { what })),
        }
    }
}

fn reached(limits: &Limits, turns: u32, elapsed: Duration, usage: Usage) -> Option<Limit> {
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
