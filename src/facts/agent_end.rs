//! Why the agent stopped working.

use serde::{Deserialize, Serialize};

use super::{Limit, Reason};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum AgentEnd {
    Done {
        summary: String,
    },
    Blocked {
        reason: String,
    },
    Limit {
        limit: Limit,
    },
    Loop {
        what: String,
    },
    Model {
        message: String,
        hint: String,
        /// Worth trying again later.
        temporary: bool,
    },
    Interrupted,
}

impl AgentEnd {
    pub fn limit(&self) -> Option<Limit> {
        match self {
            Self::Limit { limit } => Some(limit.clone()),
            Self::Loop { what } => Some(Limit::Repetition { what: what.clone() }),
            _ => None,
        }
    }

    /// Why there is nothing to validate, if there is not.
    pub fn without_work(&self) -> Option<Reason> {
        match self {
            Self::Done { .. } | Self::Limit { .. } | Self::Loop { .. } => None,
            Self::Blocked { reason } => Some(Reason::Blocked { reason: reason.clone() }),
            Self::Model { message, hint, temporary } => Some(Reason::ModelFailed {
                message: message.clone(),
                hint: hint.clone(),
                temporary: *temporary,
            }),
            Self::Interrupted => Some(Reason::Interrupted),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_the_agent_says_what_is_left_to_validate_and_which_limit_it_was() {
        let text = |text: &str| text.to_owned();
        let again = Limit::Repetition { what: text("`ls`") };
        let failed = Reason::ModelFailed { message: text("gone"), hint: text("wait"), temporary: true };
        let table = [
            (AgentEnd::Done { summary: text("did it") }, None, None),
            (AgentEnd::Limit { limit: Limit::Turns(3) }, Some(Limit::Turns(3)), None),
            (AgentEnd::Loop { what: text("`ls`") }, Some(again), None),
            (
                AgentEnd::Blocked { reason: text("no key") },
                None,
                Some(Reason::Blocked { reason: text("no key") }),
            ),
            (
                AgentEnd::Model { message: text("gone"), hint: text("wait"), temporary: true },
                None,
                Some(failed),
            ),
            (AgentEnd::Interrupted, None, Some(Reason::Interrupted)),
        ];
        for (end, limit, reason) in table {
            assert_eq!((end.limit(), end.without_work()), (limit, reason), "{end:?}");
        }
    }
}
