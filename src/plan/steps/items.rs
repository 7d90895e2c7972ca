//! Decides what each list item inside a step becomes, by the label above it.

use super::body::Body;
use super::command::{self, CriterionClass, ends_with_any_case};
use super::files;
use super::references;
use crate::plan::BoxIndex;
use crate::plan::check_box::BoxRole;
use crate::plan::criterion::{Criterion, CriterionKind};
use crate::plan::document::BlockKind;
use crate::plan::names::label::Label;
use crate::plan::names::{self, Role};
use crate::plan::piece::Piece;
use crate::plan::step::{Field, StepKind, Task};

fn is_command(piece: &Piece<'_>) -> bool {
    matches!(command::classify(&piece.text, false).kind, CriterionKind::Command(_))
}

/// What stands under this name must hold.
fn is_criteria(role: Option<Role>) -> bool {
    matches!(role, Some(Role::Criteria | Role::Validation | Role::Acceptance))
}

impl Body<'_, '_> {
    pub(in crate::plan) fn read_item(&mut self, item: usize, role: Option<Role>, ordered: bool) {
        let (at, line) = self.document.first_line(item);
        let boxed = self.boxes.of_block(item).is_some();
        let open = matches!(role, None | Some(Role::Context));
        let work = open || matches!(role, Some(Role::Tasks | Role::Steps));
        if let Some(label) = (work && !boxed).then(|| Label::metadata(line)).flatten() {
            self.read_field_item(item, (label.name, label.role), (at + label.value_at, label.value));
            return;
        }
        // `Add tests: one for each case` is work, `**Tests**: one for each case` a field.
        let is_work = |label: &Label<'_>| {
            let about_work = matches!(label.role, Some(Role::Testing | Role::Documentation));
            // `1. **Dependencies:** add glue` names no step.
            let names_none = || {
                let read = references::read(label.value, at, 0);
                read.references.is_empty() && !read.independent
            };
            (about_work && !line.starts_with(['*', '_']))
                || (ordered && label.role == Some(Role::Dependencies) && names_none())
        };
        if let Some(label) = open.then(|| Label::of(line)).flatten().filter(|label| !is_work(label)) {
            let named = label.role;
            if !boxed && (named.is_some() || !ordered) {
                let value_at = at + label.value_at;
                self.read_field_item(item, (label.name, named), (value_at, label.value));
                return;
            }
            if matches!(named, Some(Role::Criteria | Role::Validation | Role::Manual)) {
                self.read_plain_item(item, named, ordered);
                return;
            }
        }
        self.read_plain_item(item, role, ordered);
    }

    fn read_field_item(
        &mut self,
        item: usize,
        (name, role): (&str, Option<Role>),
        (at, value): (usize, &str),
    ) {
        let first = item + 1 + usize::from(self.document.own_text(item).is_some());
        let document = self.document;
        let mut nested = document.siblings(first, document.blocks[item].end).peekable();
        if !value.is_empty() {
            let all = self.item_text(item);
            let rest = all.text.find(value).map_or(value, |from| &all.text[from..]);
            let piece = self.piece(at, rest, all.end);
            self.read_field(name, &piece, (role, nested.peek().is_some()));
        }
        for block in nested {
            self.read_block(block, role);
        }
    }

    fn read_plain_item(&mut self, item: usize, role: Option<Role>, ordered: bool) {
        let boxed = self.boxes.of_block(item).is_some();
        let piece = self.item_text(item);
        match self.part(role) {
            None | Some(Role::Tasks | Role::Steps | Role::Testing)
                if boxed && names::by_hand(self.document.first_line(item).1) =>
            {
                self.add_criterion_item((item, &piece), true);
            }
            Some(Role::Criteria | Role::Validation | Role::Acceptance) => {
                self.add_criterion_item((item, &piece), false);
            }
            Some(Role::Manual) => self.add_criterion_item((item, &piece), true),
            Some(Role::Deliverables) => {
                self.add_task((item, &piece), true, "a deliverable of the step");
                let check_box = self.boxes.of_block(item);
                self.add_criterion(&piece, command::classify(&piece.text, false), check_box);
            }
            Some(Role::Testing) if is_command(&piece) => self.add_criterion_item((item, &piece), false),
            None | Some(Role::Tasks | Role::Steps | Role::Testing)
                if self.kind == StepKind::Work && command::checks(&piece.text) =>
            {
                self.add_criterion_item((item, &piece), false);
            }
            Some(Role::Tasks | Role::Steps) => self.add_task((item, &piece), false, "a task of the step"),
            Some(Role::Files) if !boxed => self.add_files(files::in_field(&piece.text)),
            Some(Role::Dependencies | Role::Prerequisites) if !boxed => self.add_references(&piece),
            Some(Role::OpenQuestions) => self.add_open_question((item, &piece)),
            Some(Role::Rollback | Role::Rollout | Role::Timeline | Role::History) => {
                self.boxes.claim(item, (BoxRole::Ignored, self.step), "under a heading that is never work");
            }
            Some(Role::Context) | None if boxed => {
                self.add_task((item, &piece), false, "a box inside the step");
            }
            None if ordered => self.add_task((item, &piece), false, "a numbered item of the step"),
            Some(Role::Context) => {}
            Some(_) if boxed => self.add_task((item, &piece), false, "a box inside the step"),
            None | Some(_) => self.add_bullet(&piece),
        }
        self.read_nested(item, role);
    }

    /// Nested boxes are like the item that holds them; of the rest only what has a label counts.
    fn read_nested(&mut self, item: usize, role: Option<Role>) {
        let first = item + 1 + usize::from(self.document.own_text(item).is_some());
        for block in self.document.siblings(first, self.document.blocks[item].end) {
            match self.document.blocks[block].kind {
                BlockKind::List { ordered } => {
                    for nested in self.document.children(block) {
                        if self.boxes.of_block(nested).is_some() {
                            self.read_plain_item(nested, role, ordered);
                            continue;
                        }
                        let piece = self.item_text(nested);
                        if is_criteria(self.part(role)) && is_command(&piece) {
                            self.add_criterion_item((nested, &piece), false);
                        } else {
                            self.read_labelled(nested);
                            self.read_nested(nested, role);
                        }
                    }
                }
                BlockKind::Code(_) if !matches!(role, Some(Role::Criteria | Role::Validation)) => {}
                BlockKind::Paragraph => self.read_paragraph(block, None, false),
                _ => self.read_block(block, role),
            }
        }
    }

    fn read_labelled(&mut self, item: usize) {
        let (at, line) = self.document.first_line(item);
        let Some(label) = Label::of(line) else { return };
        let role = label.role;
        let counts = matches!(
            role,
            Some(
                Role::Criteria
                    | Role::Validation
                    | Role::Acceptance
                    | Role::Files
                    | Role::Dependencies
                    | Role::Manual
            )
        );
        if counts && !label.value.is_empty() {
            let value_at = at + label.value_at;
            let piece = self.piece(value_at, label.value, value_at + label.value.len());
            self.read_field(label.name, &piece, (role, false));
        }
    }

    fn add_criterion_item(&mut self, (item, piece): (usize, &Piece<'_>), manual: bool) {
        let manual = manual || self.kind == StepKind::Manual;
        let mut verdict = command::classify(&piece.text, manual);
        if verdict.kind == CriterionKind::Prose {
            verdict = match self.nested_command(item) {
                None => command::classify(&piece.text, names::by_hand(&piece.text)),
                Some(nested) => nested,
            };
        }
        let by_hand = verdict.kind == CriterionKind::Manual;
        let role = self.box_role(if by_hand { BoxRole::Manual } else { BoxRole::Criterion });
        let check_box = self.boxes.claim(item, (role, self.step), "a criterion of the step");
        self.add_criterion(piece, verdict, check_box);
    }

    /// The command that a `validate` comment or a shell block inside an item gives for it.
    fn nested_command(&self, item: usize) -> Option<CriterionClass> {
        let block = &self.document.blocks[item];
        let span = block.start..self.document.lines.end(block.end_line);
        let comment = self
            .document
            .comments_in(&span)
            .find_map(|comment| command::comment_command(&self.document.text[comment.inner.clone()]));
        if let Some(command) = comment {
            return Some(command::command_or_prose(command.to_owned(), command::COMMENT, None));
        }
        self.document.children(item).find_map(|child| match &self.document.blocks[child].kind {
            BlockKind::Code(code) => command::classify_block(code, None),
            _ => None,
        })
    }

    pub(in crate::plan) fn add_criterion(
        &mut self,
        piece: &Piece<'_>,
        verdict: CriterionClass,
        check_box: Option<BoxIndex>,
    ) {
        let text = piece.without_comments();
        self.parts.criteria.push(Criterion {
            says_more: verdict.says_more,
            line: piece.line,
            span: piece.at..piece.end.max(piece.at),
            text,
            check_box,
            kind: verdict.kind,
            why: verdict.why,
        });
    }

    pub(in crate::plan) fn add_task(
        &mut self,
        (item, piece): (usize, &Piece<'_>),
        deliverable: bool,
        reason: &'static str,
    ) {
        let check_box = self.boxes.of_block(item);
        let optional = self.is_optional(item, &piece.text);
        let role = if optional { BoxRole::Optional } else { self.box_role(BoxRole::Task) };
        let reason = if self.kind == StepKind::Closing { "work after the last step" } else { reason };
        self.boxes.claim(item, (role, self.step), reason);
        let mut task = Self::task(piece, check_box, deliverable);
        task.optional = optional;
        self.parts.tasks.push(task);
    }

    fn add_bullet(&mut self, piece: &Piece<'_>) {
        let task = Self::task(piece, None, false);
        self.parts.bullets.push(task);
    }

    pub(in crate::plan) fn push_task(
        &mut self,
        piece: &Piece<'_>,
        check_box: Option<BoxIndex>,
        deliverable: bool,
    ) {
        let task = Self::task(piece, check_box, deliverable);
        self.parts.tasks.push(task);
    }

    fn task(piece: &Piece<'_>, check_box: Option<BoxIndex>, deliverable: bool) -> Task {
        let text = piece.without_comments();
        Task { line: piece.line, text, check_box, optional: false, deliverable }
    }

    fn is_optional(&self, item: usize, text: &str) -> bool {
        let starred = matches!(
            self.document.blocks[item].kind,
            BlockKind::Item { mark: Some(mark), .. } if mark.optional
        );
        let text = text.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '(' | ')'));
        let starts =
            |word: &str| text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
        starred || starts("optional:") || starts("(optional)") || ends_with_any_case(text, "(optional)")
    }

    fn add_open_question(&mut self, (item, piece): (usize, &Piece<'_>)) {
        self.boxes.claim(item, (BoxRole::OpenQuestion, self.step), "an open question");
        self.parts.open_questions.push(Field {
            name: String::new(),
            value: piece.text.to_string(),
            line: piece.line,
        });
    }

    /// The role of a box in a step of this kind.
    fn box_role(&self, role: BoxRole) -> BoxRole {
        match self.kind {
            StepKind::Work => role,
            StepKind::Prerequisite => BoxRole::Prerequisite,
            StepKind::Closing => BoxRole::Closing,
            StepKind::Manual => BoxRole::Manual,
            StepKind::Acceptance => BoxRole::Acceptance,
        }
    }
}
