//! Decides which parts of the file become steps, before any of them is read.

use std::borrow::Cow;
use std::collections::HashSet;

use crate::plan::GroupIndex;
use crate::plan::candidates::{Place, Unit, top_items};
use crate::plan::choice::Choice;
use crate::plan::names::label;
use crate::plan::names::title::Title;
use crate::plan::names::{Keyword, Role};
use crate::plan::sections::{LABEL, Sections};
use crate::plan::step::StepKind;

/// A step to be read.
#[derive(Debug, Clone)]
pub(in crate::plan) struct Blueprint<'text> {
    /// Why it is a step.
    pub kind: StepKind,
    /// Where it stands.
    pub source: Source,
    /// Its group, an index into the groups of the choice.
    pub group: Option<GroupIndex>,
    /// First byte.
    pub start: usize,
    /// What it is called.
    pub title: Title<'text>,
}

/// Where a step stands.
#[derive(Debug, Clone)]
pub(in crate::plan) enum Source {
    /// One entry of the list of steps.
    Unit(Place),
    /// Sections that are one step together, each with the role it is read with.
    Sections(Vec<(usize, Role)>),
}

/// What each section of the file is for the plan, by its index.
#[derive(Debug, Clone, Default)]
pub(in crate::plan) struct Cover {
    /// It is a step or stands in one.
    steps: Vec<bool>,
    /// It holds steps.
    holders: Vec<bool>,
}

/// All steps of the plan, in the order of the file.
pub(in crate::plan) fn draw<'text>(
    sections: &Sections<'text>,
    choice: &Choice,
) -> (Vec<Blueprint<'text>>, Cover) {
    let mut blueprints = units(sections, choice);
    let cover = cover(sections, choice);
    if !blueprints.is_empty() {
        let groups = choice.chosen.iter().flat_map(|candidate| &candidate.groups).copied();
        blueprints.extend(around(sections, &cover, &groups.collect()));
    }
    blueprints.sort_by_key(|blueprint| blueprint.start);
    (blueprints, cover)
}

fn units<'text>(sections: &Sections<'text>, choice: &Choice) -> Vec<Blueprint<'text>> {
    let units = choice.chosen.as_ref().map_or(&[][..], |candidate| &candidate.units);
    let blueprint = |unit: &Unit| {
        let (start, title) = match unit.place {
            Place::Section(section) => {
                let found = &sections.all[section];
                (found.start, found.title.clone())
            }
            Place::Item { block, .. } => {
                let text = label::before_parts(sections.document.first_line(block).1);
                (sections.document.blocks[block].start, Title::parse(text))
            }
            Place::Entry { entry, .. } => {
                let found = &sections.document.entries[entry];
                (found.span.start, found.title.clone())
            }
        };
        Blueprint {
            kind: StepKind::Work,
            source: Source::Unit(unit.place),
            group: unit.group.map(GroupIndex::from),
            start,
            title,
        }
    };
    let mut found: Vec<Blueprint<'text>> = units.iter().map(blueprint).collect();
    drop_topics(&mut found);
    found
}

/// `- [ ] Stage 4: Saw`, `- [ ] Stage 4: Nail`: the word for a group that several items begin with names
/// none of them.
fn drop_topics(units: &mut [Blueprint<'_>]) {
    let is_item = |unit: &Blueprint<'_>| matches!(unit.source, Source::Unit(Place::Item { .. }));
    let of_group = |unit: &&Blueprint<'_>| is_item(unit) && unit.title.unit == Some(Keyword::Group);
    let labels = units.iter().filter(of_group).map(|unit| unit.title.label.to_string());
    let mut seen = HashSet::new();
    let topics: HashSet<String> = labels.filter(|label| !seen.insert(label.clone())).collect();
    for unit in units.iter_mut().filter(|unit| is_item(unit) && topics.contains(&*unit.title.label)) {
        let title = Cow::Owned(unit.title.name().into_owned());
        unit.title = Title { title, fields: std::mem::take(&mut unit.title.fields), ..Title::default() };
    }
}

fn cover(sections: &Sections<'_>, choice: &Choice) -> Cover {
    let none = vec![false; sections.all.len()];
    let mut cover = Cover { steps: none.clone(), holders: none };
    let Some(candidate) = &choice.chosen else { return cover };
    for unit in &candidate.units {
        let holder = match unit.place {
            Place::Section(section) => {
                cover.steps[sections.subtree(section)].fill(true);
                section
            }
            Place::Item { section, .. } | Place::Entry { section, .. } => {
                cover.holders[section] = true;
                section
            }
        };
        for ancestor in sections.ancestors(holder) {
            if std::mem::replace(&mut cover.holders[ancestor], true) {
                break;
            }
        }
    }
    cover
}

impl Cover {
    /// Neither a step nor inside one, nor around one.
    pub(in crate::plan) fn is_free(&self, section: usize) -> bool {
        !self.steps[section] && !self.holders[section]
    }

    /// A step, or inside one.
    pub(in crate::plan) fn is_step(&self, section: usize) -> bool {
        self.steps[section]
    }
}

/// The steps that the rest of the plan asks for: prerequisites, tests, documents, acceptance.
fn around<'text>(
    sections: &Sections<'text>,
    cover: &Cover,
    groups: &HashSet<usize>,
) -> Vec<Blueprint<'text>> {
    let mut found = Vec::new();
    let mut prerequisites = Vec::new();
    let mut acceptance = Vec::new();
    let mut index = 1;
    while index < sections.all.len() {
        let section = &sections.all[index];
        let role = section.role.filter(|_| section.level <= LABEL && cover.is_free(index));
        let end = section.end;
        index += 1;
        let place = index - 1;
        match role {
            Some(Role::Prerequisites) => {
                if has_items(sections, place) {
                    prerequisites.push((place, Role::Prerequisites));
                }
                index = end;
            }
            Some(Role::Acceptance | Role::Criteria) => {
                // What must hold for a group is of its last step.
                let of_group = section.parent.is_some_and(|parent| groups.contains(&parent));
                if !of_group && has_items(sections, place) {
                    acceptance.push((place, Role::Acceptance));
                }
                index = end;
            }
            // Its commands hold for every step, and its boxes are ticked at the end.
            Some(Role::Validation) if section.level < LABEL && own_boxes(sections, place) => {
                acceptance.push((place, Role::Acceptance));
                index = end;
            }
            Some(role @ (Role::Testing | Role::Documentation | Role::Manual)) if section.level < LABEL => {
                let kind = if role == Role::Manual { StepKind::Manual } else { StepKind::Closing };
                if own_boxes(sections, place) {
                    found.extend(merged(sections, kind, vec![(place, role)]));
                }
            }
            _ => {}
        }
    }
    found.extend(merged(sections, StepKind::Prerequisite, prerequisites));
    found.extend(merged(sections, StepKind::Acceptance, acceptance));
    found
}

fn merged<'text>(
    sections: &Sections<'text>,
    kind: StepKind,
    parts: Vec<(usize, Role)>,
) -> Option<Blueprint<'text>> {
    let first = &sections.all[parts.first()?.0];
    let title = match (parts.len(), kind) {
        (2.., StepKind::Prerequisite) => Cow::Borrowed("Prerequisites"),
        (2.., StepKind::Acceptance) => Cow::Borrowed("Acceptance"),
        _ => first.title.title.clone(),
    };
    let title = Title { title, ..Title::default() };
    Some(Blueprint { kind, source: Source::Sections(parts), group: None, start: first.start, title })
}

/// Holds a list.
fn has_items(sections: &Sections<'_>, section: usize) -> bool {
    sections.subtree(section).any(|inner| top_items(sections, inner).next().is_some())
}

/// Has boxes of its own or under one of its labels, not only under the headings that it holds.
pub(in crate::plan) fn own_boxes(sections: &Sections<'_>, section: usize) -> bool {
    own_parts(sections, section).any(|inner| top_items(sections, inner).any(|item| is_box(sections, item)))
}

/// A section and its labels, without the headings that it holds.
pub(in crate::plan) fn own_parts<'a>(
    sections: &'a Sections<'_>,
    section: usize,
) -> impl Iterator<Item = usize> + 'a {
    let own = std::iter::once(section);
    own.chain((section + 1..sections.all[section].end).take_while(|inner| sections.all[*inner].level >= 7))
}

fn is_box(sections: &Sections<'_>, item: usize) -> bool {
    use crate::plan::document::BlockKind;
    let end = sections.document.blocks[item].end;
    (item..end)
        .any(|block| matches!(sections.document.blocks[block].kind, BlockKind::Item { mark: Some(_), .. }))
}
