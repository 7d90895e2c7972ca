//! The pass of a step: why it is done, and whether the plan and the git history say so too.

use crate::facts::{CriterionIndex, Exit, Fingerprint, Strength};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pass {
    /// What the step said when it passed.
    pub fingerprint: Fingerprint,
    /// What the pass is worth; `None` if a person alone vouches for it.
    pub strength: Option<Strength>,
    pub confirmed_by: Option<String>,
    /// Indices of its own criteria that hold.
    pub criteria: Vec<CriterionIndex>,
    /// Indices of its own criteria that hold by the judge's word.
    pub judged: Vec<CriterionIndex>,
    pub pending: Vec<String>,
    /// Commands that are red and must be green at the end.
    pub tolerated: Vec<String>,
    pub marks: Vec<String>,
    /// Whether the plan says so too.
    pub tick: TickState,
    /// The attempt that passed; 0 if no agent was needed.
    pub attempt: u32,
    pub commands: Vec<(String, Exit)>,
    /// Whether the history of the branch says it too.
    pub commit: CommitState,
}

/// Whether a pass is in the history of the branch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CommitState {
    /// The run that recorded the pass was not asked to commit.
    #[default]
    Unasked,
    Due,
    Done,
    /// No, and it is not tried again.
    Refused,
}

/// Whether the plan says what the journal says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TickState {
    Due,
    /// Perhaps: the plan was about to be replaced.
    Intended {
        /// Digest of the plan after the replacement.
        after: String,
    },
    Written,
    /// Not in this run: the plan could not be changed.
    Refused,
}

impl Pass {
    /// A pass that nothing is known of yet but what the step said.
    pub(super) fn new(fingerprint: Fingerprint) -> Self {
        Self {
            fingerprint,
            strength: None,
            confirmed_by: None,
            criteria: Vec::new(),
            judged: Vec::new(),
            pending: Vec::new(),
            tolerated: Vec::new(),
            marks: Vec::new(),
            tick: TickState::Due,
            attempt: 0,
            commands: Vec::new(),
            commit: CommitState::Unasked,
        }
    }

    /// The commands that it rests on, and those that may still fail.
    pub fn ran(&self) -> impl Iterator<Item = &str> {
        self.commands.iter().map(|(command, _)| command.as_str())
    }
}
