//! Which parts of the file become steps, in the order of the file, before any of them is read.

use std::collections::HashSet;

use crate::plan::candidates::{Place, top_items};
use crate::plan::choice::Choice;
use crate::plan::names::Role;
use crate::plan::sections::{LABEL, Sections};
use crate::plan::step::StepKind;

/// A step to be read.
#[derive(Debug, Clone)]
pub(in crate::plan) struct Blueprint {
    /// Why it is a step.
    pub kind: StepKind,
    /// Where it stands.
    pub source: Source,
    /// Its group, an index into the groups of the choice.
    pub group: Option<usize>,
    /// First byte.
    pub start: usize,
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
pub(in crate::plan) fn draw(sections: &Sections<'_>, choice: &Choice) -> (Vec<Blueprint>, Cover) {
    let mut blueprints = units(sections, choice);
    let cover = cover(sections, choice);
    if !blueprints.is_empty() {
        let groups = choice.chosen.iter().flat_map(|candidate| &candidate.groups).copied();
        blueprints.extend(around(sections, &cover, &groups.collect()));
    }
    blueprints.sort_by_key(|blueprint| blueprint.start);
    (blueprints, cover)
}

fn units(sections: &Sections<'_>, choice: &Choice) -> Vec<Blueprint> {
    let units = choice.chosen.as_ref().map_or(&[][..], |candidate| &candidate.units);
    units
        .iter()
        .map(|unit| {
            let start = match unit.place {
                Place::Section(section) => sections.all[section].start,
                Place::Item { block, .. } => sections.document.blocks[block].start,
                Place::Entry { entry, .. } => sections.document.entries[entry].span.start,
            };
            let source = Source::Unit(unit.place);
            Blueprint { kind: StepKind::Work, source, group: unit.group, start }
        })
        .collect()
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
fn around(sections: &Sections<'_>, cover: &Cover, groups: &HashSet<usize>) -> Vec<Blueprint> {
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
                    let source = Source::Sections(vec![(place, role)]);
                    found.push(Blueprint { kind, source, group: None, start: section.start });
                }
            }
            _ => {}
        }
    }
    found.extend(merged(sections, StepKind::Prerequisite, prerequisites));
    found.extend(merged(sections, StepKind::Acceptance, acceptance));
    found
}

fn merged(sections: &Sections<'_>, kind: StepKind, parts: Vec<(usize, Role)>) -> Option<Blueprint> {
    let start = sections.all[parts.first()?.0].start;
    Some(Blueprint { kind, source: Source::Sections(parts), group: None, start })
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
