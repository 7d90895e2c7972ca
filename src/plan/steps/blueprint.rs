//! Decides which parts of the file become steps, before any of them is read.

use std::collections::HashSet;
use std::ops::Range;

use typed_index_collections::{TiVec, ti_vec};

use crate::plan::candidates::{Unit, UnitPlace, top_items};
use crate::plan::choice::ListChoice;
use crate::plan::document::{BlockKind, Document};
use crate::plan::names::label;
use crate::plan::names::person::{forbids_the_agent, is_for_a_person, is_named_for_a_person};
use crate::plan::names::title::Title;
use crate::plan::names::{self, Keyword, Role, lower};
use crate::plan::piece::first_sentence;
use crate::plan::sections::{LABEL, Sections};
use crate::plan::step::StepKind;
use crate::plan::{BlockIndex, GroupIndex, SectionIndex};

/// A step to be read.
#[derive(Debug, Clone)]
pub(in crate::plan) struct Blueprint {
    /// Why it is a step.
    pub kind: StepKind,
    /// Where it stands.
    pub source: StepSource,
    /// Its group, an index into the groups of the choice.
    pub group: Option<GroupIndex>,
    /// First byte.
    pub start: usize,
    /// What it is called.
    pub title: Title,
}

/// Where a step stands.
#[derive(Debug, Clone)]
pub(in crate::plan) enum StepSource {
    /// One entry of the list of steps.
    Unit(UnitPlace),
    /// Sections that are one step together, each with the role it is read with.
    Sections(Vec<SectionPart>),
}

/// A section that is a step, or a part of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::plan) struct SectionPart {
    /// The section.
    pub section: SectionIndex,
    /// The role that it is read with.
    pub role: Role,
}

/// What each section of the file is for the plan, by its index.
#[derive(Debug, Clone, Default)]
pub(in crate::plan) struct Cover {
    /// It is a step or stands in one.
    steps: TiVec<SectionIndex, bool>,
    /// It holds steps.
    holders: TiVec<SectionIndex, bool>,
}

/// All steps of the plan, in the order of the file.
pub(in crate::plan) fn draw(sections: &Sections<'_>, choice: &ListChoice) -> (Vec<Blueprint>, Cover) {
    let mut blueprints = units(sections, choice);
    let cover = cover(sections, choice);
    if !blueprints.is_empty() {
        let groups = choice.chosen.iter().flat_map(|candidate| &candidate.groups).copied();
        let names = blueprints.iter().map(|unit| lower(&unit.title.text).into_owned()).collect();
        blueprints.extend(around(sections, &cover, &Steps { groups: groups.collect(), names }));
    }
    blueprints.sort_by_key(|blueprint| blueprint.start);
    (blueprints, cover)
}

fn units(sections: &Sections<'_>, choice: &ListChoice) -> Vec<Blueprint> {
    let units = choice.chosen.as_ref().map_or(&[][..], |candidate| &candidate.units);
    let blueprint = |unit: &Unit| {
        let (start, title) = match unit.place {
            UnitPlace::Section(section) => {
                let found = &sections.all[section];
                (found.start, found.title.clone())
            }
            UnitPlace::Item { block, .. } => {
                let text = label::before_parts(sections.document.first_line(block).1);
                (sections.document.blocks[block].start, Title::parse(text))
            }
            UnitPlace::Entry { entry, .. } => {
                let found = &sections.document.entries[entry];
                (found.span.start, found.title.clone())
            }
        };
        Blueprint {
            kind: if is_manual(sections, unit.place, &title) { StepKind::Manual } else { StepKind::Work },
            source: StepSource::Unit(unit.place),
            group: unit.group,
            start,
            title,
        }
    };
    let mut found: Vec<Blueprint> = units.iter().map(blueprint).collect();
    drop_topics(&mut found);
    found
}

/// Only a person can do this step: its title says so, its own text, or a heading around it.
fn is_manual(sections: &Sections<'_>, place: UnitPlace, title: &Title) -> bool {
    let document = &sections.document;
    let section = match place {
        UnitPlace::Section(section) | UnitPlace::Item { section, .. } | UnitPlace::Entry { section, .. } => {
            section
        }
    };
    let marked = title.fields.iter().any(|(name, tag)| name == "tag" && is_for_a_person(&format!("[{tag}]")));
    // What holds work of its own is not the act that its title names among other things.
    let own = match place {
        UnitPlace::Item { block, .. }
            if holds_work(document, &(block.next()..document.blocks[block].end)) =>
        {
            is_named_for_a_person(document.first_line(block).1)
        }
        UnitPlace::Item { block, .. } => is_for_a_person(first_sentence(&document.text_of(block).0)),
        UnitPlace::Section(section) if holds_work(document, &sections.blocks(section)) => {
            is_named_for_a_person(&title.text)
        }
        _ => is_for_a_person(&title.text),
    };
    let said = || match place {
        UnitPlace::Section(section) => sections.content(section).any(|block| {
            document.blocks[block].kind == BlockKind::Paragraph
                && forbids_the_agent(&document.text_of(block).0)
        }),
        _ => false,
    };
    let mut around =
        sections.ancestors(section).chain([section]).filter(|above| *above != SectionIndex::DOCUMENT);
    let under = match place {
        UnitPlace::Section(unit) => around.any(|above| above != unit && gives_to_a_person(sections, above)),
        _ => around.any(|above| gives_to_a_person(sections, above)),
    };
    marked || own || said() || under
}

/// Boxes or numbers stand inside it.
fn holds_work(document: &Document<'_>, blocks: &Range<BlockIndex>) -> bool {
    let is_numbered = |block: BlockIndex| document.blocks[block].kind == BlockKind::List { ordered: true };
    document.holds_box(blocks) || blocks.start.until(blocks.end).any(is_numbered)
}

/// A heading below the title of the file that is for a person.
fn gives_to_a_person(sections: &Sections<'_>, section: SectionIndex) -> bool {
    let found = &sections.all[section];
    found.level > 1 && (found.named == Some(Role::Manual) || is_named_for_a_person(&found.title.text))
}

/// `- [ ] Stage 4: Saw`, `- [ ] Stage 4: Nail`: the word for a group that several items begin with names
/// none of them.
fn drop_topics(units: &mut [Blueprint]) {
    let is_item = |unit: &Blueprint| matches!(unit.source, StepSource::Unit(UnitPlace::Item { .. }));
    let of_group = |unit: &&Blueprint| is_item(unit) && unit.title.unit == Some(Keyword::Group);
    let labels = units.iter().filter(of_group).map(|unit| unit.title.label.clone());
    let mut seen = HashSet::new();
    let topics: HashSet<String> = labels.filter(|label| !seen.insert(label.clone())).collect();
    for unit in units.iter_mut().filter(|unit| is_item(unit) && topics.contains(&unit.title.label)) {
        let title = unit.title.name().into_owned();
        unit.title =
            Title { text: title, fields: std::mem::take(&mut unit.title.fields), ..Title::default() };
    }
}

fn cover(sections: &Sections<'_>, choice: &ListChoice) -> Cover {
    let none: TiVec<SectionIndex, bool> = ti_vec![false; sections.all.len()];
    let mut cover = Cover { steps: none.clone(), holders: none };
    let Some(candidate) = &choice.chosen else { return cover };
    for unit in &candidate.units {
        let holder = match unit.place {
            UnitPlace::Section(section) => {
                cover.steps[section..sections.all[section].end].fill(true);
                section
            }
            UnitPlace::Item { section, .. } | UnitPlace::Entry { section, .. } => {
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
    pub(in crate::plan) fn is_free(&self, section: SectionIndex) -> bool {
        !self.steps[section] && !self.holders[section]
    }

    /// A step, or inside one.
    pub(in crate::plan) fn is_step(&self, section: SectionIndex) -> bool {
        self.steps[section]
    }
}

/// What is known of the steps of the list.
struct Steps {
    groups: HashSet<SectionIndex>,
    /// Their titles, as they are compared.
    names: HashSet<String>,
}

/// A checklist beside the steps that repeats none of them: what must hold in the end.
fn is_checklist(sections: &Sections<'_>, section: SectionIndex, steps: &Steps) -> bool {
    let found = &sections.all[section];
    let is_named = found.is_heading()
        && found.named == Some(Role::Progress)
        && names::has_words(&names::words(&found.title.name()), "checklist");
    let repeats = |item: BlockIndex| {
        let title = Title::parse(sections.document.first_line(item).1);
        steps.names.contains(lower(&title.text).as_ref())
    };
    let mut items = sections.subtree(section).flat_map(|inner| top_items(sections, inner));
    is_named && !sections.is_owned(found) && holds_boxes(sections, section) && !items.any(repeats)
}

/// A box stands somewhere in it.
fn holds_boxes(sections: &Sections<'_>, section: SectionIndex) -> bool {
    sections.document.holds_box(&sections.blocks(section))
}

/// The steps that the rest of the plan asks for: prerequisites, tests, documents, acceptance.
fn around(sections: &Sections<'_>, cover: &Cover, steps: &Steps) -> Vec<Blueprint> {
    let mut found = Vec::new();
    let mut prerequisites = Vec::new();
    let mut acceptance = Vec::new();
    let mut next = SectionIndex::DOCUMENT.next();
    while let Some(section) = sections.all.get(next) {
        let place = next;
        next = place.next();
        let Some(role) = section.role.filter(|_| section.level <= LABEL && cover.is_free(place)) else {
            continue;
        };
        let below_heading = section.level == LABEL;
        match role {
            Role::Prerequisites => {
                if has_items(sections, place) {
                    prerequisites.push(SectionPart { section: place, role });
                }
                next = section.end;
            }
            Role::Acceptance | Role::Criteria => {
                // What must hold for a group is of its last step.
                let of_group = section.parent.is_some_and(|parent| steps.groups.contains(&parent));
                if !of_group && (has_items(sections, place) || says_something(sections, place)) {
                    acceptance.push(SectionPart { section: place, role: Role::Acceptance });
                }
                next = section.end;
            }
            Role::Progress if is_checklist(sections, place, steps) => {
                acceptance.push(SectionPart { section: place, role: Role::Acceptance });
                next = section.end;
            }
            // Its commands hold for every step, and its boxes are ticked at the end.
            Role::Validation if !below_heading && own_boxes(sections, place) => {
                acceptance.push(SectionPart { section: place, role: Role::Acceptance });
                next = section.end;
            }
            Role::Testing | Role::Documentation | Role::Manual
                if !below_heading && own_boxes(sections, place) =>
            {
                let kind = if role == Role::Manual { StepKind::Manual } else { StepKind::Closing };
                found.extend(merged(sections, kind, vec![SectionPart { section: place, role }]));
            }
            _ => {}
        }
    }
    found.extend(merged(sections, StepKind::Prerequisite, prerequisites));
    found.extend(merged(sections, StepKind::Acceptance, acceptance));
    found
}

fn merged(sections: &Sections<'_>, kind: StepKind, parts: Vec<SectionPart>) -> Option<Blueprint> {
    let first = &sections.all[parts.first()?.section];
    let title = match (parts.len(), kind) {
        (2.., StepKind::Prerequisite) => "Prerequisites".to_owned(),
        (2.., StepKind::Acceptance) => "Acceptance".to_owned(),
        _ => first.title.text.clone(),
    };
    let title = Title { text: title, ..Title::default() };
    Some(Blueprint { kind, source: StepSource::Sections(parts), group: None, start: first.start, title })
}

/// Holds a list.
fn has_items(sections: &Sections<'_>, section: SectionIndex) -> bool {
    sections.subtree(section).any(|inner| top_items(sections, inner).next().is_some())
}

/// Holds a sentence or a block of code.
fn says_something(sections: &Sections<'_>, section: SectionIndex) -> bool {
    let blocks = sections.subtree(section).flat_map(|inner| sections.content(inner));
    let mut kinds = blocks.map(|block| &sections.document.blocks[block].kind);
    let labelled = sections.subtree(section).any(|inner| !sections.all[inner].value.is_empty());
    labelled || kinds.any(|kind| matches!(kind, BlockKind::Paragraph | BlockKind::Code(_)))
}

/// Has boxes of its own or under one of its labels, not only under the headings that it holds.
pub(in crate::plan) fn own_boxes(sections: &Sections<'_>, section: SectionIndex) -> bool {
    own_parts(sections, section).any(|inner| top_items(sections, inner).any(|item| holds_box(sections, item)))
}

/// A section and its labels, without the headings that it holds.
pub(in crate::plan) fn own_parts<'a>(
    sections: &'a Sections<'_>,
    section: SectionIndex,
) -> impl Iterator<Item = SectionIndex> + 'a {
    let labels = sections.inside(section).take_while(|inner| sections.all[*inner].level > 6);
    std::iter::once(section).chain(labels)
}

/// An item, or one inside it, has a box.
fn holds_box(sections: &Sections<'_>, item: BlockIndex) -> bool {
    sections.document.holds_box(&(item..sections.document.blocks[item].end))
}
