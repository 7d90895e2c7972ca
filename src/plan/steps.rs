//! Makes a plan of the choice: steps with their parts, groups, and a role for every box.

pub(super) mod blueprint;
pub(super) mod body;
pub(super) mod boxes;
pub(super) mod claim;
pub(super) mod command;
pub(super) mod files;
pub(super) mod items;
pub(super) mod mirror;
pub mod references;
pub(super) mod surroundings;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::Range;
use std::sync::Arc;
use typed_index_collections::{TiVec, ti_vec};

use self::blueprint::{Blueprint, Cover, Source, own_parts};
use self::body::{Body, Parts};
use self::boxes::Boxes;
use super::candidates::Place;
use super::check_box::BoxRole;
use super::choice::Choice;
use super::diagnostic::Diagnostic;
use super::identity::{Said, step_key, step_name};
use super::names::{self, Role};
use super::sections::Sections;
use super::step::{Field, Group, Plan, Step, StepKind};
use super::{BoxIndex, GroupIndex, StepIndex};
use crate::facts::StepKey;
use crate::plan::findings;
use crate::plan::names::title::Title;

/// Builds the plan, and says what was noticed on the way.
pub fn build(sections: &Sections<'_>, choice: &Choice) -> (Plan, Vec<Diagnostic>) {
    let (blueprints, cover) = blueprint::draw(sections, choice);
    let mut builder = Builder {
        sections,
        boxes: Boxes::of(&sections.document, &entries(choice)),
        plan: Plan::default(),
        occurrences: HashMap::with_capacity(blueprints.len()),
        text: Arc::from(sections.document.text),
    };
    builder.plan.steps.reserve_exact(blueprints.len());
    builder.add_groups(choice);
    for blueprint in blueprints {
        builder.add_step(blueprint);
    }
    builder.add_group_parts(choice, &cover);
    surroundings::read(sections, &cover, &mut builder.boxes, &mut builder.plan);
    mirror::read(sections, &mut builder.boxes, &mut builder.plan);
    surroundings::explain_rest(sections, choice, &mut builder.boxes);
    let Builder { mut plan, boxes, .. } = builder;
    plan.boxes = boxes.all;
    plan.name_by_author();
    let diagnostics = findings::find(sections, choice, &plan);
    (plan, diagnostics)
}

/// The entries that are steps.
fn entries(choice: &Choice) -> Vec<usize> {
    let units = choice.chosen.iter().flat_map(|candidate| &candidate.units);
    let entry = |place: Place| if let Place::Entry { entry, .. } = place { Some(entry) } else { None };
    units.filter_map(|unit| entry(unit.place)).collect()
}

struct Builder<'a, 'text> {
    sections: &'a Sections<'text>,
    boxes: Boxes,
    plan: Plan,
    /// How often a step of this name was seen.
    occurrences: HashMap<String, usize>,
    /// The text, for whoever asks a step later what it says.
    text: Arc<str>,
}

/// Where a step stands.
struct Extent {
    span: Range<usize>,
    line: usize,
    end_line: usize,
    own_box: Option<BoxIndex>,
}

impl Builder<'_, '_> {
    fn add_groups(&mut self, choice: &Choice) {
        for &section in choice.chosen.iter().flat_map(|candidate| &candidate.groups) {
            let found = &self.sections.all[section];
            let mut group = Group {
                label: found.title.label.to_string(),
                title: found.title.title.to_string(),
                line: found.line,
                text: String::new(),
                own_box: None,
                references: Vec::new(),
                independent: false,
            };
            for part in own_parts(self.sections, section) {
                let part = &self.sections.all[part];
                if part.named != Some(Role::Dependencies) {
                    continue;
                }
                for (at, value) in &part.value {
                    let line = self.sections.document.lines.line_of(*at);
                    let read = references::read(value, *at, line);
                    group.references.extend(read.references);
                    group.independent |= read.independent;
                }
            }
            self.plan.groups.push(group);
        }
    }

    fn add_step(&mut self, blueprint: Blueprint<'_>) {
        let index = self.plan.steps.next_key();
        let extent = self.extent(&blueprint.source, index);
        let parts = self.parts(&blueprint, index);
        self.plan.open_questions.extend(parts.open_questions);
        let said = self.said(&blueprint.source, &extent);
        let title = blueprint.title;
        let key = self.key(blueprint.group, &title);
        let line = extent.line;
        let mut fields: Vec<Field> =
            title.fields.into_iter().map(|(name, value)| Field { name, value, line }).collect();
        fields.extend(parts.fields);
        self.plan.steps.push(Step {
            id: String::new(),
            position: 0,
            author_id: title.id.unwrap_or_default().into_owned(),
            key,
            said,
            label: title.label.into_owned(),
            title: title.title.into_owned(),
            line,
            end_line: extent.end_line,
            span: extent.span,
            group: blueprint.group,
            kind: blueprint.kind,
            references: parts.references,
            independent: parts.independent,
            files: parts.files,
            tasks: parts.tasks,
            criteria: parts.criteria.into(),
            own_box: extent.own_box,
            fields,
        });
    }

    fn key(&mut self, group: Option<GroupIndex>, title: &Title<'_>) -> StepKey {
        let group = group.and_then(|group| self.plan.groups.get(group));
        let group = group.map_or(String::new(), |group| format!("{} {}", group.label, group.title));
        let name = step_name(&group, &title.label, &title.title);
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

    fn extent(&mut self, source: &Source, index: StepIndex) -> Extent {
        match source {
            Source::Unit(Place::Item { block, .. }) => self.item_extent(*block, index),
            Source::Unit(Place::Entry { entry, .. }) => {
                let found = &self.sections.document.entries[*entry];
                let own_box = self.boxes.claim_entry(*entry, index);
                Extent { span: found.span.clone(), line: found.line, end_line: found.end_line, own_box }
            }
            Source::Unit(Place::Section(section)) => {
                let block = self.sections.all[*section].block;
                let own_box = self.boxes.claim(block, (BoxRole::Step, Some(index)), "the box of the heading");
                Extent { own_box, ..self.section_extent(*section) }
            }
            Source::Sections(parts) => self.section_extent(parts.first().map_or(0, |(section, _)| *section)),
        }
    }

    fn section_extent(&self, section: usize) -> Extent {
        let found = &self.sections.all[section];
        let span = found.start..self.sections.end_of(section);
        Extent { span, line: found.line, end_line: found.end_line, own_box: None }
    }

    fn item_extent(&mut self, block: usize, index: StepIndex) -> Extent {
        let document = &self.sections.document;
        let found = &document.blocks[block];
        let own_box = self.boxes.claim(block, (BoxRole::Step, Some(index)), "an entry of the list of steps");
        let last = document.lines.span(found.end_line);
        let end = last.start + document.lines.text(document.text, found.end_line).trim_end().len();
        Extent { span: found.start..end, line: found.line, end_line: found.end_line, own_box }
    }

    fn parts(&mut self, blueprint: &Blueprint<'_>, index: StepIndex) -> Parts {
        let mut body = Body::new(self.sections, &mut self.boxes, (index, blueprint.kind));
        match &blueprint.source {
            Source::Unit(Place::Item { block, .. }) => {
                body.read_item_step(*block, &blueprint.title.title);
                body.claim_rest(*block..self.sections.document.blocks[*block].end);
            }
            Source::Unit(Place::Entry { entry, .. }) => body.read_entry(*entry),
            Source::Unit(Place::Section(section)) => {
                // A step that is called `Verification` holds commands as well as work.
                let title = &blueprint.title.title;
                let verifies = matches!(names::role(title), Some(Role::Validation | Role::Acceptance))
                    || names::verifies(title);
                body.read_subtree(*section, verifies.then_some(Role::Testing), &|_| false);
                let last = self.sections.all[*section].end - 1;
                body.claim_rest(self.sections.all[*section].from..self.sections.all[last].to);
            }
            Source::Sections(parts) => {
                for (section, role) in parts {
                    // What stands under headings of its own is another step.
                    let alone = blueprint.kind == StepKind::Closing || blueprint.kind == StepKind::Manual;
                    let sections = self.sections;
                    let left_out = |inner: usize| alone && sections.all[inner].level < 7;
                    body.read_subtree(*section, Some(*role), &left_out);
                }
            }
        }
        body.finish()
    }

    /// The parts of a group that stand in none of its steps belong to the last one: they hold when the
    /// group is done.
    fn add_group_parts(&mut self, choice: &Choice, cover: &Cover) {
        let groups = choice.chosen.iter().flat_map(|candidate| &candidate.groups);
        let mut first_steps: TiVec<GroupIndex, Option<StepIndex>> = ti_vec![None; self.plan.groups.len()];
        let mut last_steps = first_steps.clone();
        for (index, step) in self.plan.steps.iter_enumerated() {
            if let Some(group) = step.group {
                first_steps[group].get_or_insert(index);
                last_steps[group] = Some(index);
            }
        }
        for (group, &section) in self.plan.groups.keys().zip(groups) {
            let Some(index) = last_steps[group] else { continue };
            self.plan.groups[group].text = self.group_text(section, first_steps[group]);
            let mut body = Body::new(self.sections, &mut self.boxes, (index, StepKind::Work));
            let held = |inner: usize| cover.is_step(inner);
            for inner in self.sections.subtree(section).skip(1) {
                let named = self.sections.all[inner].named;
                let counts = matches!(
                    named,
                    Some(Role::Criteria | Role::Validation | Role::Acceptance | Role::Manual)
                );
                if counts
                    && !held(inner)
                    && cover.is_free(inner)
                    && self.sections.all[inner].parent == Some(section)
                {
                    body.read_subtree(inner, named, &held);
                }
            }
            let parts = body.finish();
            self.plan.steps[index].criteria.extend(parts.criteria);
        }
    }

    /// A group's own text, before the first step.
    fn group_text(&self, section: usize, first: Option<StepIndex>) -> String {
        let from = self.sections.document.lines.start(self.sections.all[section].line + 1);
        let to = first.map_or(from, |step| self.plan.steps[step].span.start).max(from);
        self.sections.document.text.get(from..to).unwrap_or_default().trim().to_owned()
    }

    /// What a step says, without the words that agentrun keeps true.
    fn said(&self, source: &Source, extent: &Extent) -> Said {
        let document = &self.sections.document;
        let span = extent.span.clone();
        let words = match source {
            Source::Sections(parts) if parts.len() > 1 => {
                let part = |section: usize| self.sections.all[section].start..self.sections.end_of(section);
                let parts = parts.iter().map(|(section, _)| part(*section)).collect();
                return Said::Parts(Arc::clone(&self.text), parts);
            }
            Source::Unit(Place::Entry { entry, .. }) => {
                let state = document.entries[*entry].state.as_ref();
                state.map(|(word, _)| word.span.clone()).into_iter().collect()
            }
            _ => {
                let whole = document.comments_in(&span).filter(|comment| comment.span.end <= span.end);
                whole.filter_map(|comment| surroundings::status_value(document, comment)).collect()
            }
        };
        Said::Without(Arc::clone(&self.text), span, words)
    }
}
