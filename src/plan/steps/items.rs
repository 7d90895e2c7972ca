//! Decides what each list item inside a step becomes, by the label above it.

use super::body::{FieldText, StepBody, task};
use super::classify::{
    CriterionClass, asks_for_a_command, classify, classify_block, comment_command, ends_with_any_case,
    of_comment,
};
use super::command::Place;
use super::files;
use super::item_part::{ItemFacts, ItemMarker, ItemPart};
use super::references;
use crate::plan::check_box::BoxRole;
use crate::plan::criterion::{Criterion, CriterionKind};
use crate::plan::document::BlockKind;
use crate::plan::names::Role;
use crate::plan::names::label::Label;
use crate::plan::names::person::{forbids_the_agent, is_for_a_person};
use crate::plan::piece::{Piece, first_sentence};
use crate::plan::step::{Field, StepKind, Task};
use crate::plan::{BlockIndex, BoxIndex, Line};

fn is_command(piece: &Piece<'_>) -> bool {
    classify(&piece.text, Place::Criterion, false).iter().any(CriterionClass::is_command)
}

/// What stands under this name must hold.
fn is_criteria(role: Option<Role>) -> bool {
    matches!(role, Some(Role::Criteria | Role::Validation | Role::Acceptance))
}

impl StepBody<'_, '_> {
    pub(in crate::plan) fn read_item(&mut self, item: BlockIndex, role: Option<Role>, ordered: bool) {
        let (at, line) = self.document.first_line(item);
        let boxed = self.boxes.of_block(item).is_some();
        let open = matches!(role, None | Some(Role::Context));
        let work = open || matches!(role, Some(Role::Tasks | Role::Steps));
        if let Some(label) = (work && !boxed).then(|| Label::metadata(line)).flatten() {
            return self.read_field_item(item, at, &label);
        }
        let label = (open || role == Some(Role::Files)).then(|| Label::of(line)).flatten();
        let label = label.filter(|label| open || label.role == Some(Role::Validation));
        match label.filter(|label| !is_work(label, line, ordered)) {
            Some(label) if !boxed && (label.role.is_some() || !ordered) => {
                self.read_field_item(item, at, &label);
            }
            Some(Label { role: named @ Some(Role::Criteria | Role::Validation | Role::Manual), .. }) => {
                self.read_plain_item(item, named, ordered);
            }
            _ => self.read_plain_item(item, role, ordered),
        }
    }

    /// An item whose first line begins at this byte, with a label.
    fn read_field_item(&mut self, item: BlockIndex, at: usize, label: &Label<'_>) {
        let mut nested = self.document.inner_blocks(item).peekable();
        let all = self.item_text(item);
        // The value may stand on the lines below the label.
        let below = self.document.lines_of(item).nth(1).filter(|_| label.value.is_empty());
        let (from, value) = below.unwrap_or((at + label.value_at, label.value));
        if !value.is_empty() {
            let rest = all.text.find(value).map_or(value, |from| &all.text[from..]);
            let piece = self.piece(from, rest, all.end);
            let followed = nested.peek().is_some();
            self.read_field(&FieldText { name: label.name, role: label.role, piece, followed });
        }
        for block in nested {
            self.read_block(block, label.role);
        }
    }

    fn read_plain_item(&mut self, item: BlockIndex, role: Option<Role>, ordered: bool) {
        let piece = self.item_text(item);
        let facts = ItemFacts {
            marker: match self.boxes.of_block(item) {
                Some(_) => ItemMarker::Box,
                None if ordered => ItemMarker::Number,
                None => ItemMarker::Bullet,
            },
            by_hand: is_for_a_person(first_sentence(&piece.text)) || forbids_the_agent(&piece.text),
            command: is_command(&piece),
            checks: self.kind == StepKind::Work && asks_for_a_command(&piece.text),
        };
        let part = ItemPart::of(self.part(role), facts);
        match part {
            ItemPart::Criterion => {
                self.add_criterion_item(item, &piece, Place::under(self.part(role)), false);
            }
            ItemPart::Manual => self.add_criterion_item(item, &piece, Place::Criterion, true),
            ItemPart::Deliverable => {
                self.add_task(item, &piece, "a deliverable of the step");
                if let Some(task) = self.parts.tasks.last_mut() {
                    task.deliverable = true;
                }
                let check_box = self.boxes.of_block(item);
                self.add_criteria(&piece, classify(&piece.text, Place::Criterion, false), check_box);
            }
            ItemPart::Task(reason) => self.add_task(item, &piece, reason),
            ItemPart::Bullet => self.parts.bullets.push(task(&piece, None)),
            ItemPart::ManualBullet => {
                let found = classify(&piece.text, Place::Work, true).into_iter();
                self.parts.bullets_by_hand.extend(found.map(|class| criterion(&piece, class, None)));
            }
            ItemPart::Files => self.parts.files.extend(files::in_field(&piece.text)),
            ItemPart::References => self.add_references(&piece),
            ItemPart::OpenQuestion => self.add_open_question(item, &piece),
            ItemPart::NeverWork => {
                self.boxes.claim(item, BoxRole::Ignored, self.step, "under a heading that is never work");
            }
            ItemPart::Text => {}
        }
        // What is held by something for a person is for that person.
        self.read_nested(item, if part == ItemPart::Manual { Some(Role::Manual) } else { role });
    }

    /// Nested boxes are like the item that holds them; of the rest only what has a label counts.
    fn read_nested(&mut self, item: BlockIndex, role: Option<Role>) {
        for block in self.document.inner_blocks(item) {
            match self.document.blocks[block].kind {
                BlockKind::List { ordered } => {
                    for nested in self.document.children(block) {
                        if self.boxes.of_block(nested).is_some() {
                            self.read_plain_item(nested, role, ordered);
                            continue;
                        }
                        let piece = self.item_text(nested);
                        if is_criteria(self.part(role)) && is_command(&piece) {
                            self.add_criterion_item(nested, &piece, Place::under(self.part(role)), false);
                        } else {
                            self.read_labelled(nested);
                            self.read_nested(nested, role);
                        }
                    }
                }
                BlockKind::Code(_)
                    if !matches!(role, Some(Role::Criteria | Role::Validation))
                        && !self.is_asked_for(block) => {}
                BlockKind::Paragraph => self.read_paragraph(block, None, false),
                _ => self.read_block(block, role),
            }
        }
    }

    fn read_labelled(&mut self, item: BlockIndex) {
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
        if counts {
            self.read_label(at, &label);
        }
    }

    fn add_criterion_item(&mut self, item: BlockIndex, piece: &Piece<'_>, place: Place, manual: bool) {
        let manual = manual || self.kind == StepKind::Manual;
        let mut found = classify(&piece.text, place, manual);
        if found.iter().all(|class| class.kind == CriterionKind::Prose) {
            let nested = self.nested_commands(item);
            if !nested.is_empty() {
                found = nested;
            } else if is_for_a_person(&piece.text) {
                found = classify(&piece.text, place, true);
            }
        }
        let by_hand = found.iter().any(|class| class.kind == CriterionKind::Manual);
        let role = self.box_role(if by_hand { BoxRole::Manual } else { BoxRole::Criterion });
        let check_box = self.boxes.claim(item, role, self.step, "a criterion of the step");
        self.add_criteria(piece, found, check_box);
    }

    /// The commands that a `validate` comment or a shell block inside an item gives for it.
    fn nested_commands(&self, item: BlockIndex) -> Vec<CriterionClass> {
        let block = &self.document.blocks[item];
        let span = block.start..self.document.lines.end(block.end_line);
        let comment = self
            .document
            .comments_in(&span)
            .find_map(|comment| comment_command(&self.document.text[comment.inner.clone()]));
        if let Some(command) = comment {
            return vec![of_comment(command)];
        }
        let blocks =
            self.document.children(item).filter_map(|child| match &self.document.blocks[child].kind {
                BlockKind::Code(code) => Some(classify_block(code, None)),
                _ => None,
            });
        blocks.flatten().collect()
    }

    /// The criteria that one text is; those with a box are ticked together.
    pub(in crate::plan) fn add_criteria(
        &mut self,
        piece: &Piece<'_>,
        found: Vec<CriterionClass>,
        check_box: Option<BoxIndex>,
    ) {
        for class in found {
            self.add_criterion(piece, class, check_box);
        }
    }

    pub(in crate::plan) fn add_criterion(
        &mut self,
        piece: &Piece<'_>,
        class: CriterionClass,
        check_box: Option<BoxIndex>,
    ) {
        self.parts.criteria.push(criterion(piece, class, check_box));
    }

    pub(in crate::plan) fn add_task(&mut self, item: BlockIndex, piece: &Piece<'_>, reason: &'static str) {
        let optional = self.is_optional(item, &piece.text);
        let role = if optional { BoxRole::Optional } else { self.box_role(BoxRole::Task) };
        let reason = if self.kind == StepKind::Closing { "work after the last step" } else { reason };
        let check_box = self.boxes.claim(item, role, self.step, reason);
        self.parts.tasks.push(Task { optional, ..task(piece, check_box) });
    }

    fn is_optional(&self, item: BlockIndex, text: &str) -> bool {
        let starred = matches!(
            self.document.blocks[item].kind,
            BlockKind::Item { mark: Some(mark), .. } if mark.optional
        );
        let text = text.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '(' | ')'));
        let starts =
            |word: &str| text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
        starred || starts("optional:") || starts("(optional)") || ends_with_any_case(text, "(optional)")
    }

    fn add_open_question(&mut self, item: BlockIndex, piece: &Piece<'_>) {
        self.boxes.claim(item, BoxRole::OpenQuestion, self.step, "an open question");
        let value = piece.text.to_string();
        self.parts.open_questions.push(Field { name: String::new(), value, line: piece.line });
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

/// The criterion that a text is.
fn criterion(piece: &Piece<'_>, class: CriterionClass, check_box: Option<BoxIndex>) -> Criterion {
    Criterion {
        says_more: class.says_more,
        line: piece.line,
        span: piece.at..piece.end.max(piece.at),
        text: piece.without_comments(),
        check_box,
        kind: class.kind,
        why: class.why,
        effect: class.effect,
        unrun: class.unrun,
        refused: class.refused,
    }
}

/// `Add tests: one for each case` is work, `**Tests**: one for each case` a field.
fn is_work(label: &Label<'_>, line: &str, ordered: bool) -> bool {
    match label.role {
        Some(Role::Testing | Role::Documentation) => !line.starts_with(['*', '_']),
        // `1. **Dependencies:** add glue` names no step.
        Some(Role::Dependencies) if ordered => {
            let read = references::read(label.value, 0, Line::from(0));
            read.references.is_empty() && !read.independent
        }
        _ => false,
    }
}
