//! Reads the body of a step: tasks, criteria, files, references and fields, each by the label above it.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::boxes::Boxes;
use super::classify::{self, classify, comment_command};
use super::command::Place;
use super::files;
use super::references;
use super::task_files::made;
use crate::facts::ExpectedExit;
use crate::plan::check_box::BoxRole;
use crate::plan::criterion::{Criterion, CriterionKind};
use crate::plan::document::{BlockKind, Document};
use crate::plan::names::label::Label;
use crate::plan::names::{self, Role};
use crate::plan::piece::{Piece, one_line};
use crate::plan::sections::{LABEL, Sections};
use crate::plan::step::{Aside, Field, Reference, StepKind, Task};
use crate::plan::{BlockIndex, BoxIndex, SectionIndex, Span, StepIndex};

/// Reads the parts of one step.
pub(in crate::plan) struct StepBody<'plan, 'text> {
    pub(in crate::plan) sections: &'plan Sections<'text>,
    pub(in crate::plan) document: &'plan Document<'text>,
    pub(in crate::plan) boxes: &'plan mut Boxes,
    pub(in crate::plan) step: Option<StepIndex>,
    pub(in crate::plan) kind: StepKind,
    pub(in crate::plan) parts: Parts,
}

/// A name and what stands behind it.
#[derive(Debug)]
pub(in crate::plan) struct FieldText<'a> {
    /// Without decoration.
    pub name: &'a str,
    /// What the name says about the text.
    pub role: Option<Role>,
    /// The text.
    pub piece: Piece<'a>,
    /// A list or another block goes on with it.
    pub followed: bool,
}

/// The parts of one step.
#[derive(Debug, Default)]
pub(in crate::plan) struct Parts {
    /// Items of work.
    pub tasks: Vec<Task>,
    /// What must hold.
    pub criteria: Vec<Criterion>,
    /// Files it names.
    pub files: Vec<String>,
    /// References to other steps.
    pub references: Vec<Reference>,
    /// Its dependency field says that there are none.
    pub independent: bool,
    /// Other fields.
    pub fields: Vec<Field>,
    /// Questions that stand in it.
    pub open_questions: Vec<Field>,
    /// What stands where criteria stand, and is none.
    pub asides: Vec<Aside>,
    /// Bullets that are tasks if nothing else is.
    pub(in crate::plan) bullets: Vec<Task>,
    /// Bullets that are a person's, if nothing else is work.
    pub(in crate::plan) bullets_by_hand: Vec<Criterion>,
    /// Where its commands run.
    pub(in crate::plan) dir: Option<String>,
    /// The first byte of each block of commands that an `Expected: …` follows.
    pub(in crate::plan) expected_below: Vec<usize>,
}

impl Parts {
    /// Every box of it is a person's, and there is no other work.
    pub(in crate::plan) fn are_all_by_hand(&self) -> bool {
        let by_hand = |found: &Criterion| found.kind == CriterionKind::Manual && found.check_box.is_some();
        self.tasks.is_empty() && !self.criteria.is_empty() && self.criteria.iter().all(by_hand)
    }
}

impl<'plan, 'text> StepBody<'plan, 'text> {
    /// A reader for a step, or for a part of the plan that is none.
    pub(in crate::plan) fn new(
        sections: &'plan Sections<'text>,
        boxes: &'plan mut Boxes,
        step: Option<StepIndex>,
        kind: StepKind,
    ) -> Self {
        Self { sections, document: &sections.document, boxes, step, kind, parts: Parts::default() }
    }

    /// What was read.
    pub(in crate::plan) fn finish(mut self) -> Parts {
        if self.parts.tasks.is_empty() && self.kind == StepKind::Work {
            self.parts.tasks = std::mem::take(&mut self.parts.bullets);
            self.parts.criteria.append(&mut self.parts.bullets_by_hand);
        }
        drop_repeated(&mut self.parts.files, |_| true, |file| Some(file));
        self.leave_stages_out();
        self.expect_made_files();
        // What somebody has to look at is said once more, whichever command it is about.
        let unboxed = |criterion: &Criterion| criterion.check_box.is_none() && !criterion.says_more;
        drop_repeated(&mut self.parts.criteria, unboxed, |criterion| Some(&criterion.command()?.script));
        let dir = self.parts.dir.take();
        for criterion in &mut self.parts.criteria {
            if let CriterionKind::Command(command) = &mut criterion.kind {
                command.dir = command.dir.take().or_else(|| dir.clone());
            }
        }
        self.parts
    }

    /// The box of a task that makes files waits for them. They come last, so that the others keep their places.
    fn expect_made_files(&mut self) {
        let boxed = self.parts.tasks.iter().filter(|task| task.check_box.is_some() && !task.optional);
        let made = boxed.map(|task| (task, made(&task.text))).filter(|(_, files)| !files.is_empty());
        let criteria = made.map(|(task, files)| Criterion {
            line: task.line,
            span: self.document.lines.start(task.line)..self.document.lines.end(task.line),
            text: task.text.clone(),
            check_box: task.check_box,
            kind: CriterionKind::Files(files),
            says_more: false,
            why: "a task that says which files it makes",
            effect: None,
            unrun: false,
            refused: None,
        });
        let criteria: Vec<Criterion> = criteria.collect();
        self.parts.criteria.extend(criteria);
    }

    /// A command that is to fail, in front of the same one that is to pass, is a stage on the way: it does not hold
    /// in the end. So is `Expected: FAIL` in front of any command that is to pass.
    fn leave_stages_out(&mut self) {
        let criteria = std::mem::take(&mut self.parts.criteria);
        let stages: Vec<bool> =
            criteria.iter().map(|criterion| self.is_stage(criterion, &criteria)).collect();
        for (criterion, is_stage) in criteria.into_iter().zip(stages) {
            match criterion.check_box {
                _ if !is_stage => self.parts.criteria.push(criterion),
                Some(check_box) => {
                    self.boxes.all[check_box].role = BoxRole::Task;
                    let Criterion { line, text, .. } = criterion;
                    let check_box = Some(check_box);
                    self.parts.tasks.push(Task {
                        line,
                        text,
                        check_box,
                        optional: false,
                        deliverable: false,
                    });
                }
                None => {
                    let why = "a stage on the way: a command behind it is to pass";
                    self.parts.asides.push(Aside { line: criterion.line, text: criterion.text, why });
                }
            }
        }
        self.parts.tasks.sort_by_key(|task| task.line);
    }

    fn is_stage(&self, criterion: &Criterion, all: &[Criterion]) -> bool {
        let Some(command) = criterion.command() else { return false };
        let fails = matches!(command.expectation.exit, ExpectedExit::Failure | ExpectedExit::Code { .. });
        let expected = names::has_words(&names::spoken(&criterion.text), "expected")
            || self.parts.expected_below.contains(&criterion.span.start);
        let passes = |later: &Criterion| {
            later.span.start > criterion.span.start
                && later.command().is_some_and(|later| {
                    let passes = later.expectation.exit == ExpectedExit::Success;
                    passes && (later.script == command.script || (expected && criterion.check_box.is_none()))
                })
        };
        fails && all.iter().any(passes)
    }

    /// Reads a section and those that it holds, down to the ones that are left out.
    pub(in crate::plan) fn read_subtree(
        &mut self,
        section: SectionIndex,
        role: Option<Role>,
        left_out: &dyn Fn(SectionIndex) -> bool,
    ) {
        self.read_section(section, role);
        let mut roles = HashMap::from([(section, role)]);
        let mut next = section;
        for index in self.sections.inside(section) {
            let found = &self.sections.all[index];
            let around = found.parent.and_then(|parent| *roles.get(&parent)?);
            let own = role_inside(around, found.named);
            roles.insert(index, own);
            if left_out(index) {
                next = next.max(found.end);
            }
            if index >= next {
                self.read_section(index, own);
            }
        }
        self.read_comments_in(&(self.sections.all[section].start..self.sections.end_of(section)));
    }

    /// Claims the boxes that no rule has, so that none in the step is left behind.
    pub(in crate::plan) fn claim_rest(&mut self, blocks: &Range<BlockIndex>) {
        for block in self.boxes.unclaimed(blocks) {
            let piece = self.item_text(block);
            self.add_task(block, &piece, "a box inside the step");
        }
    }

    fn read_section(&mut self, index: SectionIndex, role: Option<Role>) {
        self.read_value(index, role);
        let sections = self.sections;
        let only = sections.content(index).nth(1).is_none();
        for block in sections.content(index) {
            match &self.document.blocks[block].kind {
                BlockKind::Paragraph => self.read_paragraph(block, role, only),
                BlockKind::List { ordered: true }
                    if role == Some(Role::Context) && self.introduces_tasks(index) =>
                {
                    self.read_block(block, Some(Role::Tasks));
                }
                _ => self.read_block(block, role),
            }
        }
    }

    /// `**Goal:** …` with a numbered list behind it: the list is the work.
    fn introduces_tasks(&self, index: SectionIndex) -> bool {
        let section = &self.sections.all[index];
        section.level == LABEL && names::introduces(&section.title.name())
    }

    /// What stands behind a label on its own lines.
    fn read_value(&mut self, index: SectionIndex, role: Option<Role>) {
        let section = &self.sections.all[index];
        let Some(&(at, _)) = section.value.first() else { return };
        let text = one_line(section.value.iter().map(|(_, line)| *line));
        let end = section.value.last().map_or(at, |(at, line)| at + line.len());
        // A remark under a name for what a person does is nothing to be done.
        let remark = role == Some(Role::Manual) && section.named == Some(Role::Context);
        self.read_field(&FieldText {
            name: &section.title.name(),
            role: if remark { section.named } else { role },
            piece: Piece { text, at, line: self.document.lines.line_of(at), end },
            followed: self.sections.content(index).next().is_some(),
        });
    }

    /// A name and a value: what the name makes of the value.
    pub(in crate::plan) fn read_field(&mut self, field: &FieldText<'_>) {
        let FieldText { name, role, piece, followed } = field;
        match self.part(*role) {
            Some(Role::Criteria | Role::Validation | Role::Acceptance | Role::Manual) => {
                let manual = *role == Some(Role::Manual) || self.kind == StepKind::Manual;
                let found = if names::runs(name) && !piece.text.contains('`') {
                    classify(&format!("Run: {}", piece.text), Place::Validation, manual)
                } else {
                    classify(&piece.text, Place::under(self.part(*role)), manual)
                };
                if *followed && found.iter().all(|class| class.kind == CriterionKind::Prose) {
                    self.add_aside(piece, "it introduces what follows");
                } else {
                    self.add_criteria(piece, found, None);
                }
            }
            Some(Role::Deliverables) => {
                self.parts.tasks.push(Task { deliverable: true, ..task(piece, None) });
                self.add_criteria(piece, classify(&piece.text, Place::Criterion, false), None);
            }
            Some(Role::Files) => self.parts.files.extend(files::in_field(&piece.text)),
            Some(Role::Dependencies | Role::Prerequisites) => self.add_references(piece),
            Some(Role::Tasks | Role::Steps) => self.parts.tasks.push(task(piece, None)),
            _ => self.parts.fields.push(Field {
                name: (*name).to_owned(),
                value: piece.text.to_string(),
                line: piece.line,
            }),
        }
    }

    /// A label on a line that begins at this byte, if something follows it there.
    pub(in crate::plan) fn read_label(&mut self, at: usize, label: &Label<'_>) {
        if label.value.is_empty() {
            return;
        }
        let at = at + label.value_at;
        let piece = self.piece(at, label.value, at + label.value.len());
        self.read_field(&FieldText { name: label.name, role: label.role, piece, followed: false });
    }

    /// Prerequisites are the criteria of the step that they are.
    pub(in crate::plan) fn part(&self, role: Option<Role>) -> Option<Role> {
        match (self.kind, role) {
            (StepKind::Prerequisite, Some(Role::Prerequisites | Role::Dependencies) | None) => {
                Some(Role::Criteria)
            }
            _ => role,
        }
    }

    pub(in crate::plan) fn read_block(&mut self, block: BlockIndex, role: Option<Role>) {
        match &self.document.blocks[block].kind {
            BlockKind::List { ordered } => {
                for item in self.document.children(block) {
                    self.read_item(item, role, *ordered);
                }
            }
            BlockKind::Code(_) => self.read_code(block, role),
            BlockKind::Paragraph => self.read_paragraph(block, role, false),
            BlockKind::Quote => {
                for child in self.document.children(block) {
                    self.read_block(child, role);
                }
            }
            _ => {}
        }
    }

    /// Something that is said where criteria stand, and is none.
    pub(in crate::plan) fn add_aside(&mut self, piece: &Piece<'_>, why: &'static str) {
        let text = piece.without_comments();
        self.parts.asides.push(Aside { line: piece.line, text, why });
    }

    /// `Depends on Phase 1.` at the start of a line, `(depends on T010)` inside it.
    pub(in crate::plan) fn add_said_references(&mut self, at: usize, line: &str) {
        if let Some((from, said)) = references::said(line) {
            let piece = self.piece(at + from, said, at + from + said.len());
            self.add_references(&piece);
        }
    }

    pub(in crate::plan) fn add_references(&mut self, piece: &Piece<'_>) {
        let read = references::read(&piece.text, piece.at, piece.line);
        self.parts.references.extend(read.references);
        self.parts.independent |= read.independent;
    }

    /// `<!-- validate: … -->` and `<!-- dir: … -->` on lines of their own.
    pub(in crate::plan) fn read_comments_in(&mut self, span: &Span) {
        let document = self.document;
        for comment in document.comments_in(span) {
            let inner = &document.text[comment.inner.clone()];
            if let Some(dir) = inner.strip_prefix("dir:") {
                self.parts.dir = Some(dir.trim().to_owned()).filter(|dir| !dir.is_empty());
            }
            if let Some(command) = comment_command(inner) {
                let piece = self.piece(comment.inner.start, command, comment.inner.end);
                self.add_criterion(&piece, classify::of_comment(command), None);
            }
        }
    }

    pub(in crate::plan) fn piece<'a>(
        &self,
        at: usize,
        text: impl Into<Cow<'a, str>>,
        end: usize,
    ) -> Piece<'a> {
        Piece { text: text.into(), at, line: self.document.lines.line_of(at), end }
    }

    pub(in crate::plan) fn item_text(&self, item: BlockIndex) -> Piece<'text> {
        let (text, span) = self.document.text_of(item);
        let text = match text {
            Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
            Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
        };
        Piece { text, at: span.start, line: self.document.blocks[item].line, end: span.end }
    }
}

/// An item of work that is no deliverable.
pub(in crate::plan) fn task(piece: &Piece<'_>, check_box: Option<BoxIndex>) -> Task {
    let text = piece.without_comments();
    Task { line: piece.line, text, check_box, optional: false, deliverable: false }
}

/// Keeps of what says the same only the first, and what may not be dropped.
fn drop_repeated<T>(all: &mut Vec<T>, may_drop: impl Fn(&T) -> bool, said: impl Fn(&T) -> Option<&String>) {
    if all.len() < 2 || !all.iter().any(&may_drop) {
        return;
    }
    let mut seen = HashSet::new();
    let mut kept: Vec<bool> = Vec::with_capacity(all.len());
    for one in all.iter() {
        let is_new = said(one).is_none_or(|said| seen.insert(said));
        kept.push(is_new || !may_drop(one));
    }
    let mut kept = kept.into_iter();
    all.retain(|_| kept.next().unwrap_or(true));
}

/// The role of a section inside another one.
fn role_inside(around: Option<Role>, named: Option<Role>) -> Option<Role> {
    match (around, named) {
        (
            Some(Role::Acceptance | Role::Criteria),
            Some(Role::Validation | Role::Manual | Role::OpenQuestions | Role::Rollback | Role::Files),
        )
        | (Some(Role::Manual), Some(Role::OpenQuestions | Role::Rollback | Role::Files)) => named,
        // Under these nothing is work, whatever it is called; `Level 2: Unit tests` of a validation section is
        // validation; and what must hold is no work, whatever part of the product its heading speaks of.
        (
            Some(
                Role::Rollback
                | Role::Rollout
                | Role::Timeline
                | Role::History
                | Role::Acceptance
                | Role::Criteria
                | Role::Manual,
            ),
            _,
        )
        | (Some(Role::Validation), Some(Role::Testing)) => around,
        _ => named.or(around),
    }
}
