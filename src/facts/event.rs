//! The events: everything that can happen to a plan.
//!
//! A [`Record`] is one line of the journal and one line of `--json`. The format is documented in
//! `docs/events.md`; readers ignore fields that they do not know.

#![expect(missing_docs, reason = "`docs/events.md` describes every event; here is only what it does not say")]

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    AgentEnd, AttemptOutcome, AttemptRef, ChangeSummary, CommitRefusal, CriterionIndex, Evidence,
    Fingerprint, Judgement, Programs, RedCommand, ReopenReason, RunCompleted, RunStarted, StepKey,
    StepOutcome, StepRef, Strength, Ticked, Usage,
};

/// Version of the records.
pub const SCHEMA: u32 = 1;

/// One fact with its place in the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Version of this record's format.
    pub schema: u32,
    /// Number in the journal, dense, from 1.
    pub seq: u64,
    pub ts: Timestamp,
    pub run: String,
    #[serde(flatten)]
    pub event: Event,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum Event {
    /// A run began: what it was given.
    #[serde(rename = "run.started")]
    RunStarted(RunStarted),
    /// A step is done by hand: all its boxes are ticked, and no evidence of ours is behind it.
    #[serde(rename = "step.adopted")]
    StepAdopted { step: StepRef },
    /// What was known of a step does not count any more.
    #[serde(rename = "step.reopened")]
    StepReopened { step: StepRef, reason: ReopenReason },
    /// A step is one that was known under another name or number, or in another place.
    #[serde(rename = "step.renamed")]
    StepRenamed { step: StepRef, from: StepKey },
    /// A step waits for a person and blocks only what names it.
    #[serde(rename = "step.parked")]
    StepParked {
        step: StepRef,
        items: Vec<String>,
        /// The text of the step that was worked on; none where no agent may.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fingerprint: Option<Fingerprint>,
    },
    #[serde(rename = "step.started")]
    StepStarted {
        step: StepRef,
        fingerprint: Fingerprint,
        /// The digest of the list of files that decide about it, as they were before anything ran.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        validators: Option<String>,
    },
    #[serde(rename = "attempt.started")]
    AttemptStarted {
        #[serde(flatten)]
        at: AttemptRef,
        /// A new conversation, or the one of the attempt before.
        fresh: bool,
        tree: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reference: Option<String>,
        /// The programs in the project that the plan's commands name.
        #[serde(default, skip_serializing_if = "Programs::is_empty")]
        programs: Programs,
        /// A digest of what the tree does not show: ignored files, repositories inside of the project.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        unseen: Option<String>,
    },
    #[serde(rename = "model.replied")]
    ModelReplied {
        #[serde(flatten)]
        at: AttemptRef,
        /// Number of the turn in the attempt, from 1.
        turn: u32,
        text: String,
        calls: usize,
        /// What it cost; absent if the server does not say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        usage: Option<Usage>,
        duration_ms: u64,
    },
    /// A request failed for now and is sent again after a wait.
    #[serde(rename = "model.waited")]
    ModelWaited {
        #[serde(flatten)]
        at: AttemptRef,
        reason: String,
        delay_ms: u64,
        /// Number of the retry of this request, from 1.
        retry: u32,
    },
    #[serde(rename = "tool.started")]
    ToolStarted {
        #[serde(flatten)]
        at: AttemptRef,
        /// What it is about to do: `run cargo test`.
        what: String,
    },
    #[serde(rename = "tool.completed")]
    ToolCompleted {
        #[serde(flatten)]
        at: AttemptRef,
        tool: String,
        /// What it did, one line: `edit src/lib.rs (+3 -1)`.
        summary: String,
        failed: bool,
        /// What was refused or denied, and which processes were ended, in words.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        incidents: Vec<String>,
        duration_ms: u64,
    },
    /// The agent wrote a note for later attempts.
    #[serde(rename = "note.taken")]
    NoteTaken {
        #[serde(flatten)]
        at: AttemptRef,
        text: String,
    },
    /// Old results of tools were left out of the conversation, to make room in the model's window.
    #[serde(rename = "conversation.masked")]
    ConversationMasked {
        #[serde(flatten)]
        at: AttemptRef,
        results: usize,
        before: u64,
        after: u64,
    },
    /// All of the conversation but the brief and the newest messages gave way to a ledger.
    #[serde(rename = "conversation.compacted")]
    ConversationCompacted {
        #[serde(flatten)]
        at: AttemptRef,
        /// What made it necessary: the size, or what the server said.
        why: String,
        before: u64,
        after: u64,
        /// How many of the newest messages were kept.
        kept: usize,
        /// The model summed up what was left out; else the ledger alone stands for it.
        summary: bool,
        /// What the summary cost, as far as the server says.
        usage: Usage,
    },
    #[serde(rename = "agent.finished")]
    AgentFinished {
        #[serde(flatten)]
        at: AttemptRef,
        /// Why. A claim of being done is no more than that.
        end: AgentEnd,
    },
    /// Boxes that changed while the agent worked were set back.
    #[serde(rename = "plan.restored")]
    PlanRestored {
        #[serde(flatten)]
        at: AttemptRef,
        what: String,
        /// Where a copy of the plan as it was found is kept.
        copy: String,
        /// A tool or a command was running: it is the agent's doing, and its attempt fails.
        #[serde(default)]
        by_agent: bool,
    },
    /// Rules, request, templates or configuration were changed by the agent and set back; its attempt fails.
    #[serde(rename = "file.restored")]
    FileRestored {
        #[serde(flatten)]
        at: AttemptRef,
        path: String,
        what: String,
        /// Where a copy of what was found is kept.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        copy: Option<String>,
    },
    /// The journal was changed while agentrun wrote it, and set back; the attempt that was going on
    /// fails.
    #[serde(rename = "journal.restored")]
    JournalRestored {
        what: String,
        /// Where a copy of what was found is kept.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        copy: Option<String>,
    },
    /// The journal did not prove to be what agentrun had written: what is not proven is not
    /// believed.
    #[serde(rename = "journal.broken")]
    JournalBroken {
        what: String,
        believed: u64,
        /// Where a copy of all of it is kept.
        copy: String,
    },
    /// The plan's text changed during the run; the edit is kept and counts from the next run on.
    #[serde(rename = "plan.edited")]
    PlanEdited {
        digest: String,
        /// When it was noticed: `during run_command`, `between steps`.
        noticed: String,
    },
    /// A criterion's command starts.
    #[serde(rename = "validation.started")]
    ValidationStarted {
        #[serde(flatten)]
        at: AttemptRef,
        command: String,
    },
    /// A criterion's command ended: the evidence.
    #[serde(rename = "validation.completed")]
    ValidationCompleted {
        #[serde(flatten)]
        at: AttemptRef,
        evidence: Evidence,
    },
    /// Of what was there before the step and validates it, something was changed.
    #[serde(rename = "validation.changed")]
    ValidationChanged {
        #[serde(flatten)]
        at: AttemptRef,
        /// Tests, build files, and what the commands run.
        files: Vec<String>,
        /// What makes the green worth less: `tests/a.rs: 1 assertion is gone, and none came`.
        marks: Vec<String>,
    },
    /// Other versions are about to stand in for files of the project. A list on disk says for which, to put them
    /// back after a kill; this vouches for it.
    #[serde(rename = "originals.started")]
    OriginalsStarted {
        #[serde(flatten)]
        at: AttemptRef,
        /// Its digest.
        list: String,
    },
    /// The commands ran again with the validators that were there before the step.
    #[serde(rename = "originals.validated")]
    OriginalsValidated {
        #[serde(flatten)]
        at: AttemptRef,
        /// What was put back for it.
        placed: Vec<String>,
        /// What was taken away for it.
        hidden: Vec<String>,
        /// The first command that did not hold then.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        red: Option<RedCommand>,
    },
    #[serde(rename = "judge.started")]
    JudgeStarted {
        #[serde(flatten)]
        at: AttemptRef,
        criteria: usize,
        #[serde(default, skip_serializing_if = "super::bounds::is_zero")]
        tasks: usize,
    },
    /// The judge has answered. What it cites was looked up and is there.
    #[serde(rename = "judge.completed")]
    JudgeCompleted {
        #[serde(flatten)]
        at: AttemptRef,
        judgements: Vec<Judgement>,
        usage: Usage,
        turns: u32,
        duration_ms: u64,
    },
    #[serde(rename = "attempt.completed")]
    AttemptCompleted {
        #[serde(flatten)]
        at: AttemptRef,
        outcome: AttemptOutcome,
        changes: ChangeSummary,
        /// Tokens of this attempt, as far as the server says.
        usage: Usage,
        turns: u32,
        duration_ms: u64,
        /// The tree that it left, the plan left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tree: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reference: Option<String>,
    },
    /// A step passed: every command that applies was run by agentrun and holds.
    #[serde(rename = "step.passed")]
    StepPassed {
        #[serde(flatten)]
        at: AttemptRef,
        fingerprint: Fingerprint,
        strength: Strength,
        /// Indices of the step's own criteria that passed.
        passed: Vec<CriterionIndex>,
        /// Indices of the step's own criteria that hold by the judge's word.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        judged: Vec<CriterionIndex>,
        pending: Vec<String>,
        /// Plan- and config-level commands that were red before and still are: they must be green
        /// at the end.
        tolerated: Vec<String>,
        /// What makes the pass worth less: weakened tests, a flaky command.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        marks: Vec<String>,
    },
    /// A step ended without a pass.
    #[serde(rename = "step.stopped")]
    StepStopped { step: StepRef, outcome: StepOutcome },
    /// The plan is about to be changed.
    #[serde(rename = "tick.intended")]
    TickIntended { step: StepRef, targets: Vec<Ticked>, before: String, after: String },
    /// The plan was changed, or already was as intended.
    #[serde(rename = "tick.written")]
    TickWritten { step: StepRef, digest: String },
    /// The plan could not be changed; nothing was written, and the next run tries again.
    #[serde(rename = "tick.refused")]
    TickRefused { step: StepRef, reason: String },
    /// What a step changed, and its tick, are in the history of the branch.
    #[serde(rename = "step.committed")]
    StepCommitted {
        step: StepRef,
        commit: String,
        /// How many paths of it are the step's, the plan included.
        paths: usize,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        without_plan: Option<String>,
    },
    /// What a step changed was not committed, and is in the work tree as before.
    #[serde(rename = "commit.refused")]
    CommitRefused { step: StepRef, reason: CommitRefusal },
    /// A person vouched for what no command can show.
    #[serde(rename = "step.confirmed")]
    StepConfirmed {
        step: StepRef,
        fingerprint: Fingerprint,
        by: String,
        /// What: the texts of the criteria or tasks.
        items: Vec<String>,
    },
    /// Something worth knowing that stops nothing.
    #[serde(rename = "warning")]
    Warning { code: String, message: String },
    #[serde(rename = "run.completed")]
    RunCompleted(RunCompleted),
}

impl Event {
    /// The step and the attempt that an event is about.
    pub fn place(&self) -> (Option<&StepRef>, Option<u32>) {
        match self {
            Self::AttemptStarted { at, .. }
            | Self::ModelReplied { at, .. }
            | Self::ModelWaited { at, .. }
            | Self::ToolStarted { at, .. }
            | Self::ToolCompleted { at, .. }
            | Self::NoteTaken { at, .. }
            | Self::ConversationMasked { at, .. }
            | Self::ConversationCompacted { at, .. }
            | Self::AgentFinished { at, .. }
            | Self::PlanRestored { at, .. }
            | Self::FileRestored { at, .. }
            | Self::ValidationStarted { at, .. }
            | Self::ValidationCompleted { at, .. }
            | Self::ValidationChanged { at, .. }
            | Self::OriginalsStarted { at, .. }
            | Self::OriginalsValidated { at, .. }
            | Self::JudgeStarted { at, .. }
            | Self::JudgeCompleted { at, .. }
            | Self::AttemptCompleted { at, .. }
            | Self::StepPassed { at, .. } => (Some(&at.step), Some(at.attempt)),
            Self::StepAdopted { step }
            | Self::StepReopened { step, .. }
            | Self::StepRenamed { step, .. }
            | Self::StepParked { step, .. }
            | Self::StepStarted { step, .. }
            | Self::StepStopped { step, .. }
            | Self::TickIntended { step, .. }
            | Self::TickWritten { step, .. }
            | Self::TickRefused { step, .. }
            | Self::StepCommitted { step, .. }
            | Self::CommitRefused { step, .. }
            | Self::StepConfirmed { step, .. } => (Some(step), None),
            Self::RunStarted(_)
            | Self::PlanEdited { .. }
            | Self::JournalRestored { .. }
            | Self::JournalBroken { .. }
            | Self::Warning { .. }
            | Self::RunCompleted(_) => (None, None),
        }
    }
}

#[cfg(test)]
mod tests;
