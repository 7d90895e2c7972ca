//! The plan that was read: its steps in the order of the file, and what belongs to each.

use serde::Serialize;
use typed_index_collections::TiVec;

use super::steps::files;
use super::steps::task_files::changed;
use super::{BoxIndex, BoxRole, CheckBox, Criterion, GroupIndex, StepIndex};
use crate::facts::{CriterionIndex, Fingerprint, StepKey, StepRef, TaskIndex};
use crate::plan::{Line, Span};

/// The parsed document. Lines are 1-based; spans are byte ranges of the text that was read.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// The first level-1 heading, without decoration.
    pub title: Option<String>,
    /// Comment metadata, front matter and header fields, in order.
    pub metadata: Vec<Field>,
    /// Every step in the order of the file; [`super::StepGraph`] says in which order they run.
    pub steps: TiVec<StepIndex, Step>,
    /// Phases that hold steps of their own.
    pub groups: TiVec<GroupIndex, StepGroup>,
    /// Criteria of the plan's own Validation section: its commands apply to every work and closing step; the others
    /// are for the reader.
    pub criteria: Vec<Criterion>,
    /// What stands in that section, and is no criterion.
    pub asides: Vec<Aside>,
    /// Every box of the file outside code, once, in order.
    pub boxes: TiVec<BoxIndex, CheckBox>,
    /// What the brief may quote: overview, architecture, data models, risks, components.
    pub context: Vec<Passage>,
    /// Rollback text, quoted in the report of a failed run.
    pub rollback: Vec<Passage>,
    /// Links to rules, request and specification files.
    pub links: Vec<Link>,
    /// Questions that the plan says are still open.
    pub open_questions: Vec<Field>,
    /// The section between agentrun's own markers, if there is one.
    pub progress: Option<ProgressSection>,
    /// `<!-- STATUS: ... -->` comments that are kept true.
    pub status_comments: Vec<StatusComment>,
}

/// A phase that holds steps.
#[derive(Debug, Clone)]
pub struct StepGroup {
    /// As the author wrote it: `Phase 1`.
    pub label: String,
    /// The text behind the label.
    pub title: String,
    /// Line of its heading or item.
    pub line: Line,
    /// Its own text before the first step: objective, goal.
    pub text: String,
    /// The box of the group itself.
    pub own_box: Option<BoxIndex>,
    /// References of the group as written; they hold for each of its steps.
    pub references: Vec<Reference>,
    /// Its dependency field says that there are none.
    pub independent: bool,
}

impl StepGroup {
    /// Label and title as one name: `Phase 1: The parser`.
    pub fn name(&self) -> String {
        named(&self.label, &self.title)
    }
}

fn named(label: &str, title: &str) -> String {
    match (label.is_empty(), title.is_empty()) {
        (true, _) => title.to_owned(),
        (false, true) => label.to_owned(),
        (false, false) => format!("{label}: {title}"),
    }
}

/// One unit of work in order: what one brief is made of.
#[derive(Debug, Clone)]
pub struct Step {
    /// The author's id if it is unique in the plan (`1.1`, `T001`), else `#7`, its position.
    pub id: String,
    /// The id as the author wrote it, unique or not: `1.1`; empty if there is none.
    pub author_id: String,
    /// Its place in the order in which the steps run, 1-based.
    pub position: usize,
    /// Identity by content and place, stable when other steps change.
    pub key: StepKey,
    /// Digest of its normalised text without marks and status.
    pub(super) fingerprint: Fingerprint,
    /// As the author wrote it: `Step 1.1`, `Phase 2`; empty if there is none.
    pub label: String,
    /// The text behind the label, without decoration, priority or status.
    pub title: String,
    /// First line.
    pub line: Line,
    /// Last line, inclusive.
    pub end_line: Line,
    /// Bytes of the step in the text, heading included.
    pub span: Span,
    /// The phase that holds it.
    pub group: Option<GroupIndex>,
    /// Why it is a step.
    pub kind: StepKind,
    /// References to other steps as written; [`super::StepGraph`] resolves them.
    pub references: Vec<Reference>,
    /// Its dependency field says that there are none.
    pub independent: bool,
    /// Files it names.
    pub files: Vec<String>,
    /// Items of work.
    pub tasks: TiVec<TaskIndex, Task>,
    /// What must hold when it is done.
    pub criteria: TiVec<CriterionIndex, Criterion>,
    /// What stands where its criteria stand, and is none.
    pub asides: Vec<Aside>,
    /// Every box that belongs to it, in order.
    pub(super) boxes: Vec<BoxIndex>,
    /// The box of the step itself.
    pub own_box: Option<BoxIndex>,
    /// It has no box, and its title or its status says that it is done.
    pub said_done: bool,
    /// Other metadata: priority, timeline, objective.
    pub fields: Vec<Field>,
}

/// Why something is a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    /// Work for the agent.
    Work,
    /// Criteria that must hold before the first step.
    Prerequisite,
    /// Work after the last step: tests, documentation.
    Closing,
    /// Only a person can do or confirm it.
    Manual,
    /// Criteria of the whole plan, validated once at the end.
    Acceptance,
}

/// One item of work inside a step.
#[derive(Debug, Clone)]
pub struct Task {
    /// Line of the item.
    pub line: Line,
    /// Its text without marker and box.
    pub text: String,
    /// Its box.
    pub check_box: Option<BoxIndex>,
    /// Need not be done.
    pub optional: bool,
    /// A deliverable: what the step leaves behind.
    pub deliverable: bool,
}

/// A text in a place of criteria that is none of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Aside {
    /// Line where it stands.
    pub line: Line,
    /// As written.
    pub text: String,
    /// Why it is none.
    pub why: &'static str,
}

/// A reference to another step or group as the author wrote it.
#[derive(Debug, Clone)]
pub struct Reference {
    /// What it names.
    pub to: ReferenceTo,
    /// Line of the text.
    pub line: Line,
    /// Its bytes.
    pub span: Span,
}

/// What a reference names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReferenceTo {
    /// A keyword and an id: `Step 1.2`, `Phase 1`. The keyword is lower case.
    One {
        /// `step`, `phase`, `task`...
        keyword: String,
        /// `1.2`
        id: String,
    },
    /// A range of ids, both ends included: `Steps 2.1-2.4`.
    Range {
        /// `step`, `phase`, `task`...
        keyword: String,
        /// First id.
        from: String,
        /// Last id.
        to: String,
    },
    /// Everything before: `All previous phases complete`.
    AllPrevious,
}

/// A name and its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Field {
    /// As written, without decoration.
    pub name: String,
    /// As written.
    pub value: String,
    /// Line where it stands.
    pub line: Line,
}

/// A section of the plan that is no step.
#[derive(Debug, Clone)]
pub struct Passage {
    /// Its heading.
    pub title: String,
    /// Its source text, heading left out.
    pub text: String,
    /// First line.
    pub line: Line,
    /// Last line, inclusive.
    pub end_line: Line,
}

/// A link to a file that the brief is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// What the file is.
    pub source: BriefSource,
    /// The path as written.
    pub target: String,
    /// Line of the link.
    pub line: Line,
    /// Bytes of the link.
    pub span: Span,
}

/// What a linked file is to the brief.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BriefSource {
    /// `PROJECT_RULES.md`
    Rules,
    /// `FEATURE_REQUEST.md`, `REQUIREMENTS.md`, `SPEC.md`, `PRD.md`
    Request,
}

/// The section that agentrun owns, or a checklist of the plan's own that mirrors its steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgressSection {
    /// Bytes between the markers.
    pub span: Span,
    /// Its boxes.
    pub entries: Vec<ProgressEntry>,
}

/// A box that stands for a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProgressEntry {
    /// The box.
    pub check_box: BoxIndex,
    /// The step that it stands for.
    pub step: StepIndex,
}

/// A comment whose value agentrun keeps true.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusComment {
    /// Bytes of the value: `pending`.
    pub span: Span,
    /// Line of the comment.
    pub line: Line,
}

impl Step {
    /// Digest of its normalised text without marks and status.
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint.clone()
    }

    /// Label and title as one name: `Step 1.1: Write the lexer`.
    pub fn name(&self) -> String {
        named(&self.label, &self.title)
    }

    /// Whether the plan wants this file changed in this step: `Update AGENTS.md`. `file` is a path from the
    /// project root; the plan may name its end.
    pub(crate) fn asks_to_change(&self, file: &str) -> bool {
        let is_named = |named: &String| {
            let named = named.trim_start_matches("./");
            file.strip_suffix(named).is_some_and(|folder| folder.is_empty() || folder.ends_with('/'))
        };
        let texts = self.tasks.iter().map(|task| &task.text).chain([&self.title]);
        let in_list = self.files.iter().any(is_named) && !files::in_field(&self.title).iter().any(is_named);
        in_list || texts.flat_map(|text| changed(text)).any(|named| is_named(&named))
    }

    /// Whether this is a deliverable with a box, which is ticked with the tasks.
    pub fn is_task(&self, criterion: &Criterion) -> bool {
        criterion.check_box.is_some() && self.tasks.iter().any(|task| task.check_box == criterion.check_box)
    }
}

impl Plan {
    /// Every box of a step that must be ticked for it to count as done by hand.
    pub fn boxes_of(&self, step: StepIndex) -> impl Iterator<Item = &CheckBox> {
        let own = self.steps[step].boxes.iter().map(|check_box| &self.boxes[*check_box]);
        own.filter(|check_box| !matches!(check_box.role, BoxRole::Optional | BoxRole::Ignored))
    }
}

impl From<&Step> for StepRef {
    fn from(step: &Step) -> Self {
        Self { id: step.id.clone(), key: step.key.clone(), title: step.title.clone() }
    }
}
