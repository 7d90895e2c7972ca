//! Everything that can happen to a plan: the one vocabulary of journal, state and report.
//!
//! A [`Record`] is one line of the journal and one line of `--json`. The format is documented in
//! `docs/events.md`; readers ignore fields that they do not know.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::message::Usage;
use crate::plan::{Fingerprint, Step, StepKey};
use crate::process::Exit;

/// Version of the records.
pub const SCHEMA: u32 = 1;

/// One fact with its place in the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Version of this record's format.
    pub schema: u32,
    /// Number in the journal, dense, from 1.
    pub seq: u64,
    /// When.
    pub ts: Timestamp,
    /// Which run.
    pub run: String,
    /// What.
    #[serde(flatten)]
    pub event: Event,
}

/// A step as events name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepRef {
    /// As people name it: `1.1`, `#7`.
    pub id: String,
    /// As agentrun knows it.
    pub key: StepKey,
    /// Its title.
    pub title: String,
}

impl From<&Step> for StepRef {
    fn from(step: &Step) -> Self {
        Self { id: step.id.clone(), key: step.key.clone(), title: step.title.clone() }
    }
}

/// One try of one step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptRef {
    /// The step.
    pub step: StepRef,
    /// Number of the attempt, from 1, going on across runs. 0 is before the first.
    pub attempt: u32,
}

/// A fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum Event {
    /// A run began: what it was given.
    #[serde(rename = "run.started")]
    RunStarted(RunStarted),
    /// A step is done by hand: all its boxes are ticked, and no evidence of ours is behind it.
    #[serde(rename = "step.adopted")]
    StepAdopted {
        /// The step.
        step: StepRef,
    },
    /// What was known of a step does not count any more.
    #[serde(rename = "step.reopened")]
    StepReopened {
        /// The step.
        step: StepRef,
        /// Why.
        reason: Reopened,
    },
    /// A step waits for a person and blocks only what names it.
    #[serde(rename = "step.parked")]
    StepParked {
        /// The step.
        step: StepRef,
        /// What the person is asked for.
        items: Vec<String>,
    },
    /// Work on a step began.
    #[serde(rename = "step.started")]
    StepStarted {
        /// The step.
        step: StepRef,
        /// What it said then.
        fingerprint: Fingerprint,
    },
    /// An attempt began.
    #[serde(rename = "attempt.started")]
    AttemptStarted {
        /// The attempt.
        #[serde(flatten)]
        at: AttemptRef,
        /// A new conversation, or the one of the attempt before.
        fresh: bool,
        /// The tree before it, the plan left out.
        tree: String,
        /// Where that tree is kept.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reference: Option<String>,
    },
    /// The model replied.
    #[serde(rename = "model.replied")]
    ModelReplied {
        /// The attempt.
        #[serde(flatten)]
        at: AttemptRef,
        /// Number of the turn in the attempt, from 1.
        turn: u32,
        /// First line of what it said.
        text: String,
        /// Number of tool calls.
        calls: usize,
        /// What it cost; absent if the server does not say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        usage: Option<Usage>,
        /// How long it took.
        duration_ms: u64,
    },
    /// A request failed for now and is sent again after a wait.
    #[serde(rename = "model.waited")]
    ModelWaited {
        /// The attempt.
        #[serde(flatten)]
        at: AttemptRef,
        /// What failed.
        reason: String,
        /// How long the wait is.
        delay_ms: u64,
        /// Number of the retry of this request, from 1.
        retry: u32,
    },
    /// A tool starts.
    #[serde(rename = "tool.started")]
    ToolStarted {
        /// The attempt.
        #[serde(flatten)]
        at: AttemptRef,
        /// What it is about to do: `run cargo test`.
        what: String,
    },
    /// A tool ended.
    #[serde(rename = "tool.completed")]
    ToolCompleted {
        /// The attempt.
        #[serde(flatten)]
        at: AttemptRef,
        /// The tool's name.
        tool: String,
        /// What it did, one line: `edit src/lib.rs (+3 -1)`.
        summary: String,
        /// The model was told that it failed.
        failed: bool,
        /// How long it took.
        duration_ms: u64,
    },
    /// The agent wrote a note for later attempts.
    #[serde(rename = "note.taken")]
    NoteTaken {
        /// The attempt.
        #[serde(flatten)]
        at: AttemptRef,
        /// The note.
        text: String,
    },
    /// The agent stopped working.
    #[serde(rename = "agent.finished")]
    AgentFinished {
        /// The attempt.
        #[serde(flatten)]
        at: AttemptRef,
        /// Why. A claim of being done is no more than that.
        end: AgentEnd,
    },
    /// Boxes that changed while the agent worked were set back.
    #[serde(rename = "plan.restored")]
    PlanRestored {
        /// The attempt.
        #[serde(flatten)]
        at: AttemptRef,
        /// What had happened to the plan.
        what: String,
        /// Where a copy of the plan as it was found is kept.
        copy: String,
    },
    /// The plan's text changed during the run; the edit is kept and counts from the next run on.
    #[serde(rename = "plan.edited")]
    PlanEdited {
        /// Digest of the plan as found.
        digest: String,
        /// When it was noticed: `during run_command`, `between steps`.
        noticed: String,
    },
    /// A criterion's command starts.
    #[serde(rename = "validation.started")]
    ValidationStarted {
        /// The attempt; 0 is the baseline.
        #[serde(flatten)]
        at: AttemptRef,
        /// The command.
        command: String,
    },
    /// A criterion's command ended: the evidence.
    #[serde(rename = "validation.completed")]
    ValidationCompleted {
        /// The attempt; 0 is the baseline.
        #[serde(flatten)]
        at: AttemptRef,
        /// What agentrun saw.
        evidence: Evidence,
    },
    /// An attempt ended.
    #[serde(rename = "attempt.completed")]
    AttemptCompleted {
        /// The attempt.
        #[serde(flatten)]
        at: AttemptRef,
        /// How.
        outcome: AttemptOutcome,
        /// What the agent changed in this attempt.
        changes: ChangeSummary,
        /// Tokens of this attempt, as far as the server says.
        usage: Usage,
        /// Turns of this attempt.
        turns: u32,
        /// How long it took, validation included.
        duration_ms: u64,
    },
    /// A step passed: every command that applies was run by agentrun and holds.
    #[serde(rename = "step.passed")]
    StepPassed {
        /// The attempt; 0 if no agent was needed.
        #[serde(flatten)]
        at: AttemptRef,
        /// What the step said when it passed.
        fingerprint: Fingerprint,
        /// What the pass is worth.
        strength: Strength,
        /// Indices of the step's own criteria that passed.
        passed: Vec<usize>,
        /// Criteria that a person has to look at.
        pending: Vec<String>,
        /// Plan- and config-level commands that were red before and still are: they must be green
        /// at the end.
        tolerated: Vec<String>,
    },
    /// A step ended without a pass.
    #[serde(rename = "step.stopped")]
    StepStopped {
        /// The step.
        step: StepRef,
        /// How.
        outcome: StepOutcome,
    },
    /// The plan is about to be changed.
    #[serde(rename = "tick.intended")]
    TickIntended {
        /// The step.
        step: StepRef,
        /// What is ticked.
        targets: Vec<Ticked>,
        /// Digest of the plan before.
        before: String,
        /// Digest of the plan after.
        after: String,
    },
    /// The plan was changed, or already was as intended.
    #[serde(rename = "tick.written")]
    TickWritten {
        /// The step.
        step: StepRef,
        /// Digest of the plan now.
        digest: String,
    },
    /// The plan could not be changed; nothing was written, and the next run tries again.
    #[serde(rename = "tick.refused")]
    TickRefused {
        /// The step.
        step: StepRef,
        /// Why.
        reason: String,
    },
    /// A person vouched for what no command can show.
    #[serde(rename = "step.confirmed")]
    StepConfirmed {
        /// The step.
        step: StepRef,
        /// What the step said then.
        fingerprint: Fingerprint,
        /// Who.
        by: String,
        /// What: the texts of the criteria or tasks.
        items: Vec<String>,
    },
    /// Something worth knowing that stops nothing.
    #[serde(rename = "warning")]
    Warning {
        /// A stable name.
        code: String,
        /// What.
        message: String,
    },
    /// A run ended.
    #[serde(rename = "run.completed")]
    RunCompleted(RunCompleted),
}

/// A place of the plan that is ticked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticked {
    /// Its line at that time.
    pub line: usize,
    /// Its text, by which it is found again.
    pub text: String,
}

/// What a run was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunStarted {
    /// agentrun's version.
    pub version: String,
    /// The plan, relative to the project root.
    pub plan: String,
    /// The plan's title.
    pub title: String,
    /// Digest of the plan's bytes.
    pub digest: String,
    /// Every step in the order of execution.
    pub steps: Vec<StepRef>,
    /// The model.
    pub model: String,
    /// The confinement in force.
    pub sandbox: String,
    /// How trees are kept: `git` or `files`.
    pub snapshots: String,
    /// Limits in words: `3 attempts a step, 60 turns and 30 m an attempt`.
    pub limits: String,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunCompleted {
    /// How.
    pub outcome: RunOutcome,
    /// The exit code of the process.
    pub exit_code: u8,
    /// What waits for a person.
    pub pending: Vec<Pending>,
    /// How long the run took.
    pub duration_ms: u64,
}

/// Something that waits for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// The step.
    pub step: String,
    /// What.
    pub text: String,
}

/// Why what was known of a step does not count any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reopened {
    /// A person unticked one of its boxes: it runs again.
    Unticked,
    /// Its text changed since its evidence: it is validated first, and runs only if that fails.
    Edited,
    /// Something it explicitly depends on changed: it is validated first.
    DependencyEdited,
    /// `--restart`.
    Restart,
}

/// Why the agent stopped working.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum AgentEnd {
    /// It says that it is done.
    Done {
        /// What it says it did.
        summary: String,
    },
    /// It says that it cannot go on.
    Blocked {
        /// Why.
        reason: String,
    },
    /// A limit ended it.
    Limit {
        /// Which, in words: `60 turns`.
        limit: String,
    },
    /// It repeated itself without effect.
    Loop {
        /// What it repeated.
        what: String,
    },
    /// The model could not be reached or refused.
    Model {
        /// What happened.
        message: String,
        /// What to do.
        hint: String,
        /// Worth trying again later.
        temporary: bool,
    },
    /// A signal ended it.
    Interrupted,
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum AttemptOutcome {
    /// Everything that applies holds.
    Passed {
        /// What the pass is worth.
        strength: Strength,
    },
    /// At least one command that applies does not hold.
    ValidationFailed {
        /// The first that does not: its command.
        command: String,
        /// How it ended.
        exit: Exit,
        /// The end of what it printed.
        output: String,
        /// The limit that had ended the agent, if one had.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        limit: Option<String>,
    },
    /// All was green before and nothing was changed.
    Unproven,
    /// No command applies.
    Unvalidated,
    /// The agent says that it cannot go on.
    Blocked {
        /// Why.
        reason: String,
    },
    /// The model could not be reached or refused. No attempt is spent.
    ModelFailed {
        /// What happened.
        message: String,
        /// What to do.
        hint: String,
        /// Worth trying again later.
        temporary: bool,
    },
    /// A signal ended it. No attempt is spent.
    Interrupted,
}

/// How a step ended without a pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum StepOutcome {
    /// Validation failed in every attempt.
    Failed {
        /// Attempts of this run.
        attempts: u32,
        /// The first command that does not hold.
        command: String,
        /// How it ended.
        exit: Exit,
        /// The end of what it printed.
        output: String,
    },
    /// The last attempt was ended by a limit, and validation failed.
    LimitReached {
        /// Which.
        limit: String,
    },
    /// All was green before and nothing was changed.
    Unproven,
    /// No command applies.
    Unvalidated,
    /// The agent says that it cannot go on.
    Blocked {
        /// Why.
        reason: String,
    },
    /// A prerequisite command does not hold.
    PrerequisiteFailed {
        /// The command.
        command: String,
        /// How it ended.
        exit: Exit,
        /// The end of what it printed.
        output: String,
    },
    /// The model could not be reached or refused.
    ModelFailed {
        /// What happened.
        message: String,
        /// What to do.
        hint: String,
        /// Worth trying again later.
        temporary: bool,
    },
    /// A signal ended it.
    Interrupted,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunOutcome {
    /// Every selected step is validated.
    Completed,
    /// A step did not pass.
    StepFailed,
    /// A person is needed.
    NeedsPerson,
    /// A limit was reached.
    LimitReached,
    /// The model was never reached, or refused.
    ModelRefused,
    /// An outage.
    Temporary,
    /// Ctrl-C.
    Interrupted,
    /// A polite kill.
    Terminated,
}

/// What a pass is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    /// A command was red before and is green now.
    Proven,
    /// Something changed, and everything was green before and after.
    Weak,
    /// No command applies; let through by `--allow-unvalidated`.
    Unvalidated,
}

/// What agentrun saw when it ran a command: what a tick rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Where the command comes from.
    pub origin: Origin,
    /// The command.
    pub command: String,
    /// Where it ran, relative to the project root.
    pub dir: String,
    /// How it ended.
    pub exit: Exit,
    /// How long it took.
    pub duration_ms: u64,
    /// Tests it ran, where its output says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tests: Option<u64>,
    /// SHA-256 of everything it printed.
    pub output_digest: String,
    /// The log of everything it printed, relative to the run folder.
    pub log: String,
    /// What the step said.
    pub fingerprint: Fingerprint,
    /// The tree it ran on, the plan left out; absent in a baseline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tree: Option<String>,
    /// SHA-256 of the diff since the step began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub diff_digest: Option<String>,
    /// Tokens of the attempt so far.
    pub usage: Usage,
    /// Whether it was green before the step; absent in the baseline itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub green_before: Option<bool>,
}

/// Where a command comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// A criterion of the step: its index.
    Step {
        /// Index into the step's criteria.
        criterion: usize,
    },
    /// The plan's Validation section: applies to every step.
    Plan,
    /// `[validation] commands` of the configuration: applies to every step.
    Config,
}

/// What an attempt changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeSummary {
    /// Number of files.
    pub files: usize,
    /// Lines added.
    pub added: u64,
    /// Lines removed.
    pub removed: u64,
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
            | Self::AgentFinished { at, .. }
            | Self::PlanRestored { at, .. }
            | Self::ValidationStarted { at, .. }
            | Self::ValidationCompleted { at, .. }
            | Self::AttemptCompleted { at, .. }
            | Self::StepPassed { at, .. } => (Some(&at.step), Some(at.attempt)),
            Self::StepAdopted { step }
            | Self::StepReopened { step, .. }
            | Self::StepParked { step, .. }
            | Self::StepStarted { step, .. }
            | Self::StepStopped { step, .. }
            | Self::TickIntended { step, .. }
            | Self::TickWritten { step, .. }
            | Self::TickRefused { step, .. }
            | Self::StepConfirmed { step, .. } => (Some(step), None),
            Self::RunStarted(_) | Self::PlanEdited { .. } | Self::Warning { .. } | Self::RunCompleted(_) => {
                (None, None)
            }
        }
    }
}
