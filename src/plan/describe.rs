//! Describes the plan as one JSON object, schema `agentrun.plan/1`.

use serde::Serialize;

use super::backing::BoxBacking;
use super::check_box::BoxRole;
use super::criterion::{Criterion, CriterionKind};
use super::diagnostic::{Diagnostic, Severity};
use super::step::{Aside, Plan, Step, StepKind};
use super::{BoxIndex, Reading, StepIndex};
use crate::facts::Expectation;
use crate::plan::Line;
use crate::plan::document::lines::LineTable;
use crate::shell::effect::CommandEffect;

/// The name of the schema.
pub(crate) const SCHEMA: &str = "agentrun.plan/1";

/// A plan as other programs see it.
#[derive(Debug, Clone, Serialize)]
pub struct Description {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// Title of the plan.
    pub title: Option<String>,
    /// Steps in the order in which they run.
    pub steps: Vec<StepDescription>,
    /// Criteria that hold for every step.
    pub criteria: Vec<CriterionDescription>,
    /// What stands where they stand, and is none.
    pub asides: Vec<Aside>,
    /// Every box of the file.
    pub boxes: Vec<BoxDescription>,
    /// What was noticed.
    pub diagnostics: Vec<DiagnosticDescription>,
}

/// One step.
#[derive(Debug, Clone, Serialize)]
pub struct StepDescription {
    /// Its id in this plan.
    pub id: String,
    /// As the author wrote it.
    pub label: String,
    /// The text behind the label.
    pub title: String,
    /// First line.
    pub line: Line,
    /// Last line.
    pub end_line: Line,
    /// Label and title of its group.
    pub group: Option<String>,
    /// Why it is a step.
    pub kind: StepKind,
    /// How far it is.
    pub status: String,
    /// What it needs.
    pub depends_on: Vec<DependencyDescription>,
    /// Files it names.
    pub files: Vec<String>,
    /// Items of work.
    pub tasks: Vec<TaskDescription>,
    /// What must hold.
    pub criteria: Vec<CriterionDescription>,
    /// What stands where criteria stand, and is none.
    pub asides: Vec<Aside>,
}

/// One dependency.
#[derive(Debug, Clone, Serialize)]
pub struct DependencyDescription {
    /// Id of the step that comes first.
    pub id: String,
    /// The plan says so.
    pub explicit: bool,
    /// Where.
    pub line: Line,
}

/// One item of work.
#[derive(Debug, Clone, Serialize)]
pub struct TaskDescription {
    /// Its line.
    pub line: Line,
    /// Its text.
    pub text: String,
    /// The mark of its box.
    pub mark: Option<char>,
}

/// One criterion.
#[derive(Debug, Clone, Serialize)]
pub struct CriterionDescription {
    /// Its line.
    pub line: Line,
    /// Its text.
    pub text: String,
    /// The mark of its box.
    pub mark: Option<char>,
    /// `command`, `prose` or `manual`.
    pub kind: &'static str,
    /// What is run.
    pub command: Option<String>,
    /// Where it is run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dir: Option<String>,
    /// What the command does besides telling: `checks`, `installs`, `changes`, `reaches`, `serves`.
    pub effect: Option<CommandEffect>,
    /// What the command is expected to do; null: exit with code 0.
    pub expectation: Option<Expectation>,
    /// What the sentence says besides, and who decides that.
    pub besides: Option<BesidesDescription>,
    /// The rule that made it so.
    pub why: &'static str,
}

/// What a sentence says that its command does not decide.
#[derive(Debug, Clone, Serialize)]
pub struct BesidesDescription {
    /// The sentence.
    pub text: String,
    /// `judge`: a judge, or a person where the configuration says so.
    pub decided_by: &'static str,
}

/// One box.
#[derive(Debug, Clone, Serialize)]
pub struct BoxDescription {
    /// Its line.
    pub line: Line,
    /// Its mark.
    pub mark: char,
    /// What it stands for.
    pub role: BoxRole,
    /// Id of its step.
    pub step: Option<String>,
    /// Why.
    pub reason: String,
    /// What its tick would rest on; null: agentrun never ticks it.
    pub backing: Option<BoxBacking>,
}

/// One thing noticed.
#[derive(Debug, Clone, Serialize)]
pub struct DiagnosticDescription {
    /// How bad it is.
    pub severity: Severity,
    /// Its stable name.
    pub code: &'static str,
    /// Line.
    pub line: Line,
    /// Column, in characters.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl Description {
    /// Describes what was read from a text; the status of a step is what its caller knows about it.
    pub fn of(text: &str, reading: &Reading, status: &dyn Fn(StepIndex) -> String) -> Self {
        let plan = &reading.plan;
        let lines = LineTable::of(text);
        let steps = reading.graph.order().iter().map(|&index| StepDescription {
            status: status(index),
            depends_on: dependencies(reading, index),
            ..StepDescription::of(plan, &plan.steps[index])
        });
        Self {
            schema: SCHEMA,
            title: plan.title.clone(),
            steps: steps.collect(),
            asides: plan.asides.clone(),
            criteria: plan
                .criteria
                .iter()
                .map(|criterion| CriterionDescription::of(plan, criterion))
                .collect(),
            boxes: plan
                .boxes
                .iter_enumerated()
                .filter(|(_, check_box)| check_box.word.is_none())
                .map(|(place, _)| BoxDescription::of(plan, place))
                .collect(),
            diagnostics: reading
                .diagnostics
                .iter()
                .map(|diagnostic| DiagnosticDescription::of(text, &lines, diagnostic))
                .collect(),
        }
    }
}

fn dependencies(reading: &Reading, index: StepIndex) -> Vec<DependencyDescription> {
    let edges = reading.graph.dependencies(index).iter();
    edges
        .map(|edge| DependencyDescription {
            id: reading.plan.steps[edge.step].id.clone(),
            explicit: edge.explicit,
            line: edge.line,
        })
        .collect()
}

impl StepDescription {
    fn of(plan: &Plan, step: &Step) -> Self {
        let group = step.group.and_then(|group| plan.groups.get(group));
        let task = |task: &super::Task| TaskDescription {
            line: task.line,
            text: task.text.clone(),
            mark: mark(plan, task.check_box),
        };
        Self {
            id: step.id.clone(),
            label: step.label.clone(),
            title: step.title.clone(),
            line: step.line,
            end_line: step.end_line,
            group: group.map(|group| format!("{} {}", group.label, group.title).trim().to_owned()),
            kind: step.kind,
            status: String::new(),
            depends_on: Vec::new(),
            files: step.files.clone(),
            tasks: step.tasks.iter().map(task).collect(),
            criteria: step
                .criteria
                .iter()
                .map(|criterion| CriterionDescription::of(plan, criterion))
                .collect(),
            asides: step.asides.clone(),
        }
    }
}

impl CriterionDescription {
    fn of(plan: &Plan, criterion: &Criterion) -> Self {
        Self {
            line: criterion.line,
            text: criterion.text.clone(),
            mark: mark(plan, criterion.check_box),
            kind: match criterion.kind {
                CriterionKind::Command(_) => "command",
                CriterionKind::Prose => "prose",
                CriterionKind::Manual => "manual",
                CriterionKind::Files(_) => "files",
            },
            command: criterion.command().map(|command| command.script.clone()),
            dir: criterion.command().and_then(|command| command.dir.clone()),
            effect: criterion.effect,
            expectation: criterion
                .command()
                .map(|command| command.expectation.clone())
                .filter(|expectation| !expectation.is_success()),
            besides: criterion
                .says_more
                .then(|| BesidesDescription { text: criterion.text.clone(), decided_by: "judge" }),
            why: criterion.why,
        }
    }
}

impl BoxDescription {
    fn of(plan: &Plan, place: BoxIndex) -> Self {
        let check_box = &plan.boxes[place];
        Self {
            line: check_box.line,
            mark: check_box.mark,
            role: check_box.role,
            step: check_box.step.and_then(|step| plan.steps.get(step)).map(|step| step.id.clone()),
            reason: check_box.reason.to_string(),
            backing: plan.backing(place),
        }
    }
}

impl DiagnosticDescription {
    fn of(text: &str, lines: &LineTable, diagnostic: &Diagnostic) -> Self {
        let (line, column) = lines.position(text, diagnostic.span.start);
        Self {
            severity: diagnostic.severity,
            code: diagnostic.code,
            line,
            column,
            message: diagnostic.message.to_string(),
            help: diagnostic.help.as_deref().map(str::to_owned),
        }
    }
}

fn mark(plan: &Plan, check_box: Option<BoxIndex>) -> Option<char> {
    check_box.and_then(|index| plan.boxes.get(index)).map(|check_box| check_box.mark)
}
