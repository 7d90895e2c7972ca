//! Why an attempt did not pass, as the next one is told.

use serde::Serialize;

use crate::facts::{Citation, Judgement, Reason, RedCommand};

/// Why an attempt did not pass, as the next one is told. At most one of its parts is there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Setback {
    pub failure: Option<FailedCommand>,
    /// What the attempt changed that is not the agent's, and was set back.
    pub tampered: Vec<String>,
    /// What the attempt weakened of what validates, with everything green.
    pub weakened: Vec<String>,
    pub refuted: Option<Refuted>,
}

/// A criterion that does not hold, or a task that is not done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Refuted {
    /// `criterion does not hold`, `task is not done`.
    pub what: String,
    /// As the plan says it.
    pub criterion: String,
    pub reason: String,
    /// Where the judge saw that.
    pub place: String,
}

/// A command that did not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct FailedCommand {
    pub command: String,
    pub exit: String,
    pub output: String,
}

impl Setback {
    /// What the next attempt is told of this reason.
    pub(crate) fn of(reason: &Reason) -> Self {
        match reason {
            Reason::ValidationFailed { red, .. } => {
                Self { failure: Some(FailedCommand::of(red)), ..Self::default() }
            }
            Reason::Tampered { what } => Self { tampered: what.clone(), ..Self::default() },
            Reason::Weakened { marks } => Self { weakened: marks.clone(), ..Self::default() },
            Reason::CriterionFailed { judgement } => {
                Self { refuted: Some(Refuted::of(judgement)), ..Self::default() }
            }
            _ => Self::default(),
        }
    }
}

impl Refuted {
    fn of(judgement: &Judgement) -> Self {
        Self {
            what: format!("{} {}", judgement.item.say(), judgement.say()),
            criterion: judgement.text.clone(),
            reason: judgement.reason.clone(),
            place: judgement.citation.as_ref().map_or_else(String::new, Citation::place),
        }
    }
}

impl FailedCommand {
    /// As a command that does not hold is told.
    pub(crate) fn of(red: &RedCommand) -> Self {
        Self { command: red.command.clone(), exit: red.say(), output: red.output.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixtures::{reasons, red};

    #[test]
    fn the_next_attempt_is_told_of_what_it_can_mend() {
        let failure = FailedCommand {
            command: "cargo test".to_owned(),
            exit: "exit code 101".to_owned(),
            output: "1 failed".to_owned(),
        };
        assert_eq!(FailedCommand::of(&red()), failure);
        let refuted = Refuted {
            what: "criterion does not hold".to_owned(),
            criterion: "It is friendly".to_owned(),
            reason: "it shouts".to_owned(),
            place: "a.rs:3".to_owned(),
        };
        for reason in reasons() {
            let expected = match &reason {
                Reason::ValidationFailed { .. } => {
                    Setback { failure: Some(failure.clone()), ..Setback::default() }
                }
                Reason::Tampered { what } => Setback { tampered: what.clone(), ..Setback::default() },
                Reason::Weakened { marks } => Setback { weakened: marks.clone(), ..Setback::default() },
                Reason::CriterionFailed { .. } => {
                    Setback { refuted: Some(refuted.clone()), ..Setback::default() }
                }
                _ => Setback::default(),
            };
            let told = Setback::of(&reason);
            assert_eq!(told, expected);
            assert_eq!(told != Setback::default(), reason.may_be_tried_again(), "{reason:?}");
        }
    }
}
