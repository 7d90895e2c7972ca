//! Makes a plan of the choice: steps with their parts, groups, and a role for every box.

pub(super) mod bare;
pub(super) mod blocks;
pub(super) mod blueprint;
pub(super) mod body;
pub(super) mod boxes;
pub(super) mod classify;
pub(super) mod command;
pub(super) mod entry_step;
pub(super) mod expected;
pub(super) mod files;
pub(super) mod item_part;
pub(super) mod items;
pub(super) mod mirror;
pub(crate) mod references;
pub(super) mod sentence;
pub(super) mod surroundings;
pub(super) mod task_files;

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use self::blueprint::{Blueprint, Cover, StepSource, own_parts};
use self::body::{Parts, StepBody};
use self::boxes::Boxes;
use super::candidates::UnitPlace;
use super::check_box::BoxRole;
use super::choice::ListChoice;
use super::diagnostic::Diagnostic;
use super::document::{BlockKind, Document};
use super::identity::{fingerprint, step_key, step_name};
use super::names::done::{is_done, says_done};
use super::names::{self, Role, person};
use super::sections::Sections;
use super::step::{Field, Plan, Step, StepGroup, StepKind};
use super::{BoxIndex, GroupIndex, StepIndex};
use crate::facts::StepKey;
use crate::plan::findings;
use crate::plan::names::title::Title;
use crate::plan::{BlockIndex, EntryIndex, Line, SectionIndex, Span};

/// Builds the plan, and says what was noticed on the way.
pub(crate) fn build(sections: &Sections<'_>, choice: &ListChoice) -> (Plan, Vec<Diagnostic>) {
    let (blueprints, cover) = blueprint::draw(sections, choice);
    let mut builder = PlanBuilder {
        sections,
        boxes: Boxes::of(&sections.document, &entries(choice)),
        plan: Plan::default(),
        occurrences: HashMap::with_capacity(blueprints.len()),
    };
    builder.plan.steps.reserve_exact(blueprints.len());
    builder.add_groups(choice);
    for blueprint in blueprints {
        builder.add_step(blueprint);
    }
    builder.add_group_parts(choice, &cover);
    surroundings::read(sections, &cover, &mut builder.boxes, &mut builder.plan);
    mirror::read(sections, &mut builder.boxes, &mut builder.plan);
    builder.leave_optional_boxes();
    surroundings::explain_rest(sections, choice, &mut builder.boxes);
    let PlanBuilder { mut plan, boxes, .. } = builder;
    for (index, check_box) in boxes.all.iter_enumerated() {
        if let Some(step) = check_box.step {
            plan.steps[step].boxes.push(index);
        }
    }
    plan.boxes = boxes.all;
    note_what_is_said_done(&sections.document, &mut plan);
    plan.name_by_author();
    let diagnostics = findings::find(sections, choice, &plan);
    (plan, diagnostics)
}

/// A step without a box is done when its first line or its status says so, or that of its group.
fn note_what_is_said_done(document: &Document<'_>, plan: &mut Plan) {
    let groups: Vec<bool> = plan.groups.iter().map(|group| says_done(document.line(group.line))).collect();
    for step in &mut plan.steps {
        let status = |field: &Field| names::names_a_state(&field.name) && is_done(&field.value);
        let in_group = step.group.is_some_and(|group| groups[usize::from(group)]);
        let work = matches!(step.kind, StepKind::Work | StepKind::Manual);
        step.said_done = work
            && step.boxes.is_empty()
            && (in_group || says_done(document.line(step.line)) || step.fields.iter().any(status));
    }
}

/// The entries that are steps.
fn entries(choice: &ListChoice) -> Vec<EntryIndex> {
    let units = choice.chosen.iter().flat_map(|candidate| &candidate.units);
    let entry =
        |place: UnitPlace| if let UnitPlace::Entry { entry, .. } = place { Some(entry) } else { None };
    units.filter_map(|unit| entry(unit.place)).collect()
}

struct PlanBuilder<'a, 'text> {
    sections: &'a Sections<'text>,
    boxes: Boxes,
    plan: Plan,
    /// How often a step of this name was seen.
    occurrences: HashMap<String, usize>,
}

/// Where a step stands.
struct Extent {
    span: Span,
    line: Line,
    end_line: Line,
    own_box: Option<BoxIndex>,
}

impl PlanBuilder<'_, '_> {
    fn add_groups(&mut self, choice: &ListChoice) {
        for &section in choice.chosen.iter().flat_map(|candidate| &candidate.groups) {
            let found = &self.sections.all[section];
            let mut group = StepGroup {
                label: found.title.label.clone(),
                title: found.title.text.clone(),
                line: found.line,
                text: String::new(),
                own_box: None,
                references: Vec::new(),
                independent: false,
            };
            let parts = own_parts(self.sections, section).map(|part| &self.sections.all[part]);
            for part in parts.filter(|part| part.named == Some(Role::Dependencies)) {
                for (at, value) in &part.value {
                    let read = references::read(value, *at, self.sections.document.lines.line_of(*at));
                    group.references.extend(read.references);
                    group.independent |= read.independent;
                }
            }
            let own = self
                .sections
                .content(section)
                .filter(|block| self.sections.document.blocks[*block].kind == BlockKind::Paragraph);
            for (at, line) in own.flat_map(|block| self.sections.document.lines_of(block)) {
                let Some((from, said)) = references::said(line) else { continue };
                let read = references::read(said, at + from, self.sections.document.lines.line_of(at));
                group.references.extend(read.references);
            }
            self.plan.groups.push(group);
        }
    }

    /// `- [ ]* Title` beside the steps is left to its author, with the step before it.
    fn leave_optional_boxes(&mut self) {
        let document = &self.sections.document;
        for block in self.boxes.unclaimed(&(BlockIndex::FIRST..document.blocks.next_key())) {
            let found = &document.blocks[block];
            if found.mark().is_some_and(|mark| mark.optional) {
                let before =
                    self.plan.steps.iter_enumerated().filter(|(_, step)| step.span.start < found.start);
                let step = before.max_by_key(|(_, step)| step.span.start).map(|(index, _)| index);
                self.boxes.claim(block, BoxRole::Optional, step, "marked as optional");
            }
        }
    }

    fn add_step(&mut self, blueprint: Blueprint) {
        let index = self.plan.steps.next_key();
        let extent = self.extent(&blueprint.source, index);
        let parts = self.parts(&blueprint, index);
        let kind = self.kind(&blueprint, &parts);
        self.plan.open_questions.extend(parts.open_questions);
        let said = self.said(&blueprint.source, &extent.span);
        let title = blueprint.title;
        let author_id = title.id.clone().unwrap_or_default();
        let label = if title.label.is_empty() { author_id.as_str() } else { title.label.as_ref() };
        let fingerprint = fingerprint(&said, label);
        let key = self.key(blueprint.group, &title);
        let line = extent.line;
        let mut fields: Vec<Field> =
            title.fields.into_iter().map(|(name, value)| Field { name, value, line }).collect();
        fields.extend(parts.fields);
        self.plan.steps.push(Step {
            id: String::new(),
            position: 0,
            author_id,
            key,
            fingerprint,
            label: title.label,
            title: title.text,
            line,
            end_line: extent.end_line,
            span: extent.span,
            group: blueprint.group,
            kind,
            references: parts.references,
            independent: parts.independent,
            files: parts.files,
            tasks: parts.tasks.into(),
            criteria: parts.criteria.into(),
            asides: parts.asides,
            boxes: Vec::new(),
            own_box: extent.own_box,
            said_done: false,
            fields,
        });
    }

    /// A step that holds nothing but boxes of a person is that person's, unless its title says that something is made.
    fn kind(&self, blueprint: &Blueprint, parts: &Parts) -> StepKind {
        let document = &self.sections.document;
        let title = &blueprint.title.text;
        let looks = || {
            let role = names::role(title);
            names::verifies(title)
                || matches!(role, Some(Role::Testing | Role::Validation | Role::Manual | Role::Rollout))
        };
        let only_boxes = match blueprint.source {
            StepSource::Unit(UnitPlace::Section(section)) => {
                let mut all = self.sections.subtree(section).flat_map(|inner| self.sections.content(inner));
                all.all(|block| document.is_list(block))
            }
            StepSource::Unit(UnitPlace::Item { .. }) => looks(),
            _ => false,
        };
        let work = blueprint.kind == StepKind::Work;
        let by_hand = work && parts.are_all_by_hand() && only_boxes && !person::writes(title);
        let named = |field: &Field| names::is_metadata(&field.name) && person::names_a_person(&field.value);
        if by_hand || (work && parts.fields.iter().any(named)) { StepKind::Manual } else { blueprint.kind }
    }

    fn key(&mut self, group: Option<GroupIndex>, title: &Title) -> StepKey {
        let group = group.and_then(|group| self.plan.groups.get(group));
        let group = group.map_or(String::new(), |group| format!("{} {}", group.label, group.title));
        let name = step_name(&group, &title.label, &title.text);
        match self.occurrences.entry(name) {
            Entry::Occupied(mut known) => {
                *known.get_mut() += 1;
                step_key(known.key(), *known.get())
            }
            Entry::Vacant(new) => {
                let key = step_key(new.key(), 0);
                new.insert(0);
                key
            }
        }
    }

    fn extent(&mut self, source: &StepSource, index: StepIndex) -> Extent {
        match source {
            StepSource::Unit(UnitPlace::Item { block, .. }) => self.item_extent(*block, index),
            StepSource::Unit(UnitPlace::Entry { entry, .. }) => {
                let found = &self.sections.document.entries[*entry];
                let own_box = self.boxes.claim_entry(*entry, index);
                Extent { span: found.span.clone(), line: found.line, end_line: found.end_line, own_box }
            }
            StepSource::Unit(UnitPlace::Section(section)) => {
                let block = self.sections.all[*section].block;
                let own_box = self.boxes.claim(block, BoxRole::Step, Some(index), "the box of the heading");
                Extent { own_box, ..self.section_extent(*section) }
            }
            StepSource::Sections(parts) => {
                self.section_extent(parts.first().map_or(SectionIndex::DOCUMENT, |part| part.section))
            }
        }
    }

    fn section_extent(&self, section: SectionIndex) -> Extent {
        let found = &self.sections.all[section];
        let span = found.start..self.sections.end_of(section);
        Extent { span, line: found.line, end_line: found.end_line, own_box: None }
    }

    fn item_extent(&mut self, block: BlockIndex, index: StepIndex) -> Extent {
        let document = &self.sections.document;
        let found = &document.blocks[block];
        let own_box = self.boxes.claim(block, BoxRole::Step, Some(index), "an entry of the list of steps");
        let end = document.lines.start(found.end_line) + document.line(found.end_line).trim_end().len();
        Extent { span: found.start..end, line: found.line, end_line: found.end_line, own_box }
    }

    fn parts(&mut self, blueprint: &Blueprint, index: StepIndex) -> Parts {
        let sections = self.sections;
        let mut body = StepBody::new(sections, &mut self.boxes, Some(index), blueprint.kind);
        match &blueprint.source {
            StepSource::Unit(UnitPlace::Item { block, .. }) => {
                body.read_item_step(*block, &blueprint.title.text);
                body.claim_rest(&(*block..sections.document.blocks[*block].end));
            }
            StepSource::Unit(UnitPlace::Entry { entry, .. }) => body.read_entry(*entry),
            StepSource::Unit(UnitPlace::Section(section)) => {
                // A step that is called `Verification` holds commands as well as work.
                let title = &blueprint.title.text;
                let role = match names::role(title) {
                    Some(Role::Acceptance | Role::Criteria) => Some(Role::Acceptance),
                    Some(Role::Validation) => Some(Role::Testing),
                    _ => names::verifies(title).then_some(Role::Testing),
                };
                body.read_subtree(*section, role, &|_| false);
                body.claim_rest(&sections.blocks(*section));
            }
            StepSource::Sections(parts) => {
                // What stands under headings of its own is another step.
                let alone = matches!(blueprint.kind, StepKind::Closing | StepKind::Manual);
                let left_out = |inner: SectionIndex| alone && sections.all[inner].level <= 6;
                for part in parts {
                    body.read_subtree(part.section, Some(part.role), &left_out);
                }
            }
        }
        body.finish()
    }

    /// The parts of a group that stand in none of its steps belong to the last one: they hold when the
    /// group is done.
    fn add_group_parts(&mut self, choice: &ListChoice, cover: &Cover) {
        let groups = choice.chosen.iter().flat_map(|candidate| candidate.groups.iter_enumerated());
        let mut ends: HashMap<GroupIndex, (StepIndex, StepIndex)> = HashMap::new();
        for (index, step) in self.plan.steps.iter_enumerated() {
            if let Some(group) = step.group {
                ends.entry(group).or_insert((index, index)).1 = index;
            }
        }
        for (group, &section) in groups {
            let Some(&(first, last)) = ends.get(&group) else { continue };
            self.plan.groups[group].text = self.group_text(section, first);
            let mut body = StepBody::new(self.sections, &mut self.boxes, Some(last), StepKind::Work);
            for inner in self.sections.inside(section) {
                let found = &self.sections.all[inner];
                let counts = matches!(
                    found.named,
                    Some(Role::Criteria | Role::Validation | Role::Acceptance | Role::Manual)
                );
                if counts && found.parent == Some(section) && cover.is_free(inner) {
                    body.read_subtree(inner, found.named, &|inner| cover.is_step(inner));
                }
            }
            let parts = body.finish();
            self.plan.steps[last].criteria.extend(parts.criteria);
        }
    }

    /// A group's own text, before the first step.
    fn group_text(&self, section: SectionIndex, first: StepIndex) -> String {
        let document = &self.sections.document;
        let from = document.lines.end(self.sections.all[section].line);
        let to = self.plan.steps[first].span.start.max(from);
        document.text.get(from..to).unwrap_or_default().trim().to_owned()
    }

    /// What a step says, without the words that agentrun keeps true.
    fn said(&self, source: &StepSource, span: &Span) -> String {
        let document = &self.sections.document;
        match source {
            StepSource::Sections(parts) if parts.len() > 1 => {
                let part =
                    |section: SectionIndex| self.sections.all[section].start..self.sections.end_of(section);
                let texts = parts.iter().filter_map(|found| document.text.get(part(found.section)));
                texts.collect::<Vec<_>>().join("\n")
            }
            StepSource::Unit(UnitPlace::Entry { entry, .. }) => {
                let state = document.entries[*entry].state.as_ref();
                without(document.text, span, state.map(|state| state.word.span.clone()))
            }
            _ => {
                let whole = document.comments_in(span).filter(|comment| comment.span.end <= span.end);
                let words = whole.filter_map(|comment| surroundings::status_value(document, comment));
                without(document.text, span, words)
            }
        }
    }
}

/// The text of a span without some words of it, which are in order.
fn without(text: &str, span: &Span, words: impl IntoIterator<Item = Span>) -> String {
    let mut kept = String::new();
    let mut from = span.start;
    for word in words {
        kept.push_str(text.get(from..word.start).unwrap_or_default());
        from = word.end;
    }
    kept + text.get(from..span.end).unwrap_or_default()
}
