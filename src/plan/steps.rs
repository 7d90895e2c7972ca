//! The choice becomes a plan: steps with their parts, groups, and a role for every box.

pub(super) mod blueprint;
pub(super) mod body;
pub(super) mod boxes;
pub(super) mod claim;
pub mod criteria;
pub(super) mod files;
pub(super) mod items;
pub(super) mod mirror;
pub mod references;
pub(super) mod surroundings;

use std::borrow::Cow;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use self::blueprint::{Blueprint, Cover, Source, own_parts};
use self::body::{Body, Parts};
use self::boxes::Boxes;
use super::candidates::Place;
use super::check_box::BoxRole;
use super::choice::Choice;
use super::diagnostic::Diagnostic;
use super::identity::{Said, StepKey, step_name};
use super::names::{self, Keyword, Role};
use super::sections::Sections;
use super::step::{Field, Group, Plan, Step, StepKind};
use crate::plan::findings;
use crate::plan::names::label;
use crate::plan::names::title::Title;

/// Builds the plan, and says what was noticed on the way.
pub fn build(sections: &Sections<'_>, choice: &Choice) -> (Plan, Vec<Diagnostic>) {
    let (blueprints, cover) = blueprint::draw(sections, choice);
    let mut builder = Builder {
        sections,
        boxes: Boxes::of(&sections.document, &entries(choice)),
        plan: Plan::default(),
        occurrences: HashMap::with_capacity(blueprints.len()),
        topics: topics(sections, choice),
        text: Arc::from(sections.document.text),
    };
    builder.plan.steps.reserve_exact(blueprints.len());
    builder.add_groups(choice);
    for blueprint in &blueprints {
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

/// `- [ ] Stage 4: Saw`, `- [ ] Stage 4: Nail`: the word for a group that several items begin with names none of them.
fn topics(sections: &Sections<'_>, choice: &Choice) -> HashSet<String> {
    let mut seen = HashSet::new();
    let units = choice.chosen.iter().flat_map(|candidate| &candidate.units);
    let title = |place: Place| match place {
        Place::Item { block, .. } => Some(Title::parse(sections.document.first_line(block).1)),
        _ => None,
    };
    let titles = units.filter_map(|unit| title(unit.place));
    let groups = titles.filter(|title| title.unit == Some(Keyword::Group));
    groups.map(|title| title.label.into_owned()).filter(|label| !seen.insert(label.clone())).collect()
}

struct Builder<'a, 'text> {
    sections: &'a Sections<'text>,
    boxes: Boxes,
    plan: Plan,
    /// How often a step of this name was seen.
    occurrences: HashMap<String, usize>,
    /// Labels that say what several items are about.
    topics: HashSet<String>,
    /// The text, for whoever asks a step later what it says.
    text: Arc<str>,
}

/// The name and place of a step.
struct Head<'text> {
    title: Title<'text>,
    start: usize,
    end: usize,
    line: usize,
    end_line: usize,
    own_box: Option<usize>,
}

impl<'text> Builder<'_, 'text> {
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

    fn add_step(&mut self, blueprint: &Blueprint) {
        let index = self.plan.steps.len();
        let head = self.head(blueprint, index);
        let parts = self.parts(blueprint, index, &head.title.title);
        self.plan.open_questions.extend(parts.open_questions);
        let said = self.said(blueprint, &head);
        let key = self.key(blueprint.group, &head.title);
        let line = head.line;
        let title = head.title;
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
            end_line: head.end_line,
            span: head.start..head.end,
            group: blueprint.group,
            kind: blueprint.kind,
            references: parts.references,
            independent: parts.independent,
            files: parts.files,
            tasks: parts.tasks,
            criteria: parts.criteria,
            own_box: head.own_box,
            fields,
        });
    }

    fn key(&mut self, group: Option<usize>, title: &Title<'_>) -> StepKey {
        let group = group.and_then(|group| self.plan.groups.get(group));
        let group = group.map_or(String::new(), |group| format!("{} {}", group.label, group.title));
        let name = step_name(&group, &title.label, &title.title);
        match self.occurrences.entry(name) {
            Entry::Occupied(mut known) => {
                *known.get_mut() += 1;
                StepKey::of_name(known.key(), *known.get())
            }
            Entry::Vacant(new) => {
                let key = StepKey::of_name(new.key(), 0);
                new.insert(0);
                key
            }
        }
    }

    fn head(&mut self, blueprint: &Blueprint, index: usize) -> Head<'text> {
        match &blueprint.source {
            Source::Unit(Place::Item { block, .. }) => self.item_head(*block, index),
            Source::Unit(Place::Entry { entry, .. }) => {
                let found = &self.sections.document.entries[*entry];
                Head {
                    title: found.title.clone(),
                    start: found.span.start,
                    end: found.span.end,
                    line: found.line,
                    end_line: found.end_line,
                    own_box: self.boxes.claim_entry(*entry, index),
                }
            }
            Source::Unit(Place::Section(section)) => {
                let block = self.sections.all[*section].block;
                let own_box = self.boxes.claim(block, (BoxRole::Step, Some(index)), "the box of the heading");
                let head = self.section_head(*section, self.sections.all[*section].title.clone());
                Head { own_box, ..head }
            }
            Source::Sections(parts) => {
                let first = parts.first().map_or(0, |(section, _)| *section);
                let mut title = Title::default();
                title.title = match (parts.len(), blueprint.kind) {
                    (1, _) | (_, StepKind::Work | StepKind::Closing | StepKind::Manual) => {
                        self.sections.all[first].title.title.clone()
                    }
                    (_, StepKind::Prerequisite) => Cow::Borrowed("Prerequisites"),
                    (_, StepKind::Acceptance) => Cow::Borrowed("Acceptance"),
                };
                self.section_head(first, title)
            }
        }
    }

    fn section_head(&self, section: usize, title: Title<'text>) -> Head<'text> {
        let found = &self.sections.all[section];
        let end = self.sections.end_of(section);
        Head { title, start: found.start, end, line: found.line, end_line: found.end_line, own_box: None }
    }

    fn item_head(&mut self, block: usize, index: usize) -> Head<'text> {
        let document = &self.sections.document;
        let found = &document.blocks[block];
        let (number, text) = (found.line, label::before_parts(document.first_line(block).1));
        let own_box = self.boxes.claim(block, (BoxRole::Step, Some(index)), "an entry of the list of steps");
        let last = document.lines.span(found.end_line);
        let end = last.start + document.lines.text(document.text, found.end_line).trim_end().len();
        let mut title = Title::parse(text);
        if self.topics.contains(&*title.label) {
            title =
                Title { title: title.name().into_owned().into(), fields: title.fields, ..Title::default() };
        }
        Head { title, start: found.start, end, line: number, end_line: found.end_line, own_box }
    }

    fn parts(&mut self, blueprint: &Blueprint, index: usize, title: &str) -> Parts {
        let mut body = Body::new(self.sections, &mut self.boxes, (index, blueprint.kind));
        match &blueprint.source {
            Source::Unit(Place::Item { block, .. }) => {
                body.read_item_step(*block, title);
                body.claim_rest(*block..self.sections.document.blocks[*block].end);
            }
            Source::Unit(Place::Entry { entry, .. }) => body.read_entry(*entry),
            Source::Unit(Place::Section(section)) => {
                // A step that is called `Verification` holds commands as well as work.
                let title = &self.sections.all[*section].title.title;
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
        let mut first_steps: Vec<Option<usize>> = vec![None; self.plan.groups.len()];
        let mut last_steps = first_steps.clone();
        for (index, step) in self.plan.steps.iter().enumerate() {
            if let Some(group) = step.group {
                first_steps[group].get_or_insert(index);
                last_steps[group] = Some(index);
            }
        }
        for (group, &section) in groups.enumerate() {
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
    fn group_text(&self, section: usize, first: Option<usize>) -> String {
        let from = self.sections.document.lines.start(self.sections.all[section].line + 1);
        let to = first.map_or(from, |step| self.plan.steps[step].span.start).max(from);
        self.sections.document.text.get(from..to).unwrap_or_default().trim().to_owned()
    }

    /// What a step says, without the words that agentrun keeps true.
    fn said(&self, blueprint: &Blueprint, head: &Head<'_>) -> Said {
        let document = &self.sections.document;
        let span = head.start..head.end;
        let words = match &blueprint.source {
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
