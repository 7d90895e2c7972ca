//! The limit that ended an agent's work.

use std::fmt;
use std::time::Duration;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// What stands before and behind why a conversation does not fit.
const WINDOW: (&str, &str) = ("the model's context window (", ")");

/// What stands before and behind what was repeated.
const REPETITION: (&str, &str) = ("repetition (", ")");

/// The limit that ended an agent's work. In the journal it is a text for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", from = "String")]
pub enum Limit {
    Turns(u32),
    Time(SignedDuration),
    Tokens(u64),
    /// The conversation does not fit into the model's window.
    Window {
        why: String,
    },
    Repetition {
        what: String,
    },
    /// One that a record names in words of its own.
    Other(String),
}

impl Limit {
    pub fn time(limit: Duration) -> Self {
        Self::Time(SignedDuration::try_from(limit).unwrap_or(SignedDuration::MAX))
    }

    /// The same conversation would reach it again at once.
    pub fn ends_conversation(&self) -> bool {
        matches!(self, Self::Window { .. })
    }
}

impl fmt::Display for Limit {
    /// In words: `60 turns`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Turns(turns) => write!(f, "{turns} turns"),
            Self::Time(time) => write!(f, "{time:#}"),
            Self::Tokens(tokens) => write!(f, "{tokens} tokens"),
            Self::Window { why } => write!(f, "{}{why}{}", WINDOW.0, WINDOW.1),
            Self::Repetition { what } => write!(f, "{}{what}{}", REPETITION.0, REPETITION.1),
            Self::Other(text) => f.write_str(text),
        }
    }
}

impl From<Limit> for String {
    fn from(limit: Limit) -> Self {
        limit.to_string()
    }
}

impl From<String> for Limit {
    /// Reads what was written; whatever else stands there is kept as it is.
    fn from(text: String) -> Self {
        let between = |(before, behind)| text.strip_prefix(before)?.strip_suffix(behind).map(str::to_owned);
        let number = |unit: &str| text.strip_suffix(unit)?.parse().ok();
        let read = (between(WINDOW).map(|why| Self::Window { why }))
            .or_else(|| between(REPETITION).map(|what| Self::Repetition { what }))
            .or_else(|| Some(Self::Turns(u32::try_from(number(" turns")?).ok()?)))
            .or_else(|| number(" tokens").map(Self::Tokens))
            .or_else(|| text.parse().ok().map(Self::Time));
        read.filter(|limit| limit.to_string() == text).unwrap_or(Self::Other(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_written_in_words_and_read_back() {
        let table = [
            (Limit::Turns(60), "60 turns"),
            (Limit::time(Duration::from_mins(90)), "1h 30m"),
            (Limit::time(Duration::from_millis(250)), "250ms"),
            (Limit::Tokens(2_000_000), "2000000 tokens"),
            (Limit::Window { why: "80 % (of it)".to_owned() }, "the model's context window (80 % (of it))"),
            (Limit::Repetition { what: "`read_file`".to_owned() }, "repetition (`read_file`)"),
            (Limit::Other("an hour".to_owned()), "an hour"),
            (Limit::Other("007 turns".to_owned()), "007 turns"),
            (Limit::Other("5000000000 turns".to_owned()), "5000000000 turns"),
            (Limit::Other(String::new()), ""),
        ];
        for (limit, text) in table {
            let json = serde_json::to_string(&limit).unwrap();
            assert_eq!(json, serde_json::to_string(text).unwrap());
            assert_eq!(serde_json::from_str::<Limit>(&json).unwrap(), limit);
        }
    }

    #[test]
    fn only_a_full_window_ends_the_conversation() {
        let ends = |limit: Limit| limit.ends_conversation();
        assert!(ends(Limit::Window { why: "it is full".to_owned() }));
        let others = [Limit::Turns(1), Limit::Tokens(1), Limit::time(Duration::ZERO)];
        assert!(!others.into_iter().any(ends));
        assert!(!ends(Limit::Repetition { what: "the model's context window".to_owned() }));
    }
}
