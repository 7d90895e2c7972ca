//! Boxes that could be the list of steps.

use std::collections::HashSet;

use super::{
    Gathered, ListShape, Standing, beside, box_anchor, keyword, standing, top_items, unit_around,
    validates_itself,
};
use crate::plan::candidates::Candidate;
use crate::plan::names::title::Title;
use crate::plan::names::{Keyword, Role};
use crate::plan::sections::Sections;
use crate::plan::{BlockIndex, SectionIndex};

/// Boxes that are no part of a unit with a heading, or that carry an id of their own.
pub(super) fn lists(sections: &Sections<'_>) -> Vec<Candidate> {
    let shared = beside::shared_anchors(sections);
    let mut lists = Gathered::default();
    let series: HashSet<BlockIndex> = series(sections).into_iter().collect();
    for section in sections.all.keys() {
        let Some(standing) = standing_of_boxes(sections, section) else { continue };
        let in_unit = unit_around(sections, section).is_some();
        let anchor = box_anchor(sections, section, standing);
        let anchor = shared.get(&anchor).copied().unwrap_or(anchor);
        let items = top_items(sections, section);
        for block in items.filter(|block| is_required_box(sections, *block)) {
            let shape = shape_of(sections, block);
            if series.contains(&block) {
                continue;
            }
            if shape == ListShape::NamedBoxes || !in_unit {
                lists.list(shape, standing, anchor).add_item(sections, block, section);
            }
        }
    }
    join_few(&mut lists, sections);
    lists.finish().chain(list_of(sections, &series)).collect()
}

/// A box that has to be done: `- [ ]* Title` need not.
fn is_required_box(sections: &Sections<'_>, item: BlockIndex) -> bool {
    sections.document.blocks[item].mark().is_some_and(|mark| !mark.optional)
}

/// The boxes whose ids are one series, `T001`, `T002`, …, where headings of several kinds stand above them: they are
/// one list all the same.
fn series(sections: &Sections<'_>) -> Vec<BlockIndex> {
    let mut ids = HashSet::new();
    let mut boxes = Vec::new();
    let mut places = HashSet::new();
    let mut outside = false;
    for section in sections.all.keys() {
        for block in top_items(sections, section).filter(|block| is_required_box(sections, *block)) {
            let Some(id) = code_of(sections, block) else { continue };
            if id.starts_with(|c: char| c.is_ascii_digit()) {
                let heading = &sections.all[sections.heading_of(section)];
                // `1.1` under `## 1. Lamp` is a part of that.
                if heading.title.id.is_some() {
                    return Vec::new();
                }
                if matches!(heading.role, Some(Role::Acceptance | Role::Criteria)) {
                    continue;
                }
            }
            if !ids.insert(id) {
                return Vec::new();
            }
            boxes.push(block);
            let role = sections.all[section].role;
            let in_step = unit_around(sections, section)
                .is_some_and(|unit| keyword(sections, unit) == Some(Keyword::Step));
            outside |= !in_step && matches!(role, None | Some(Role::Steps | Role::Tasks | Role::SecondSteps));
            places.insert((in_step, standing_of_boxes(sections, section)));
        }
    }
    if outside && places.len() > 1 && boxes.len() > 2 { boxes } else { Vec::new() }
}

/// `T001` of `- [ ] T001 Title`, `4.1` of `- [ ] 4.1 Title`.
fn code_of(sections: &Sections<'_>, item: BlockIndex) -> Option<String> {
    let title = Title::parse(sections.document.first_line(item).1);
    let id = Some(title.label).filter(|label| !label.is_empty()).or(title.id)?;
    let numbered = id.ends_with(|c: char| c.is_ascii_digit());
    (title.keyword.is_none() && numbered).then_some(id)
}

/// The list of a series.
fn list_of(sections: &Sections<'_>, series: &HashSet<BlockIndex>) -> Option<Candidate> {
    let mut list = Candidate::empty(ListShape::NamedBoxes, Standing::Named, SectionIndex::DOCUMENT);
    for section in sections.all.keys() {
        for block in top_items(sections, section).filter(|block| series.contains(block)) {
            list.add_item(sections, block, section);
        }
    }
    (!series.is_empty()).then_some(list)
}

/// What a section says about boxes in it; `None` where they are parts of steps.
fn standing_of_boxes(sections: &Sections<'_>, section: SectionIndex) -> Option<Standing> {
    let unit = unit_around(sections, section);
    let role = match (unit, sections.all[section].role) {
        // Tests that a phase asks for are its work.
        (Some(unit), Some(Role::Testing | Role::Documentation)) => sections.all[unit].role,
        (_, role) => role,
    };
    let in_step = unit.is_some_and(|unit| {
        keyword(sections, unit) == Some(Keyword::Step) || validates_itself(sections, unit)
    });
    standing(role).filter(|standing| !in_step && *standing != Standing::Doubtful)
}

fn shape_of(sections: &Sections<'_>, item: BlockIndex) -> ListShape {
    let title = Title::parse(sections.document.first_line(item).1);
    let coded = title.keyword.is_none() && !title.label.is_empty();
    let named = coded || title.unit == Some(Keyword::Step);
    if named { ListShape::NamedBoxes } else { ListShape::Boxes }
}

/// A few boxes with an id among many without are boxes of one list.
fn join_few(lists: &mut Gathered, sections: &Sections<'_>) {
    let count = |anchor, shape| lists.0.get(&(anchor, shape)).map_or(0, |list| list.units.len());
    let is_few =
        |anchor: &SectionIndex| count(*anchor, ListShape::NamedBoxes) * 2 < count(*anchor, ListShape::Boxes);
    let anchors: Vec<SectionIndex> = lists.0.keys().map(|(anchor, _)| *anchor).filter(is_few).collect();
    for anchor in anchors {
        let Some(named) = lists.0.remove(&(anchor, ListShape::NamedBoxes)) else { continue };
        if let Some(boxes) = lists.0.get_mut(&(anchor, ListShape::Boxes)) {
            boxes.absorb(named);
            boxes.units.sort_by_key(|unit| unit.place.line(sections));
        }
    }
}
