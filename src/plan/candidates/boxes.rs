//! Boxes that could be the list of steps.

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
    for section in sections.all.keys() {
        let Some(standing) = standing_of_boxes(sections, section) else { continue };
        let in_unit = unit_around(sections, section).is_some();
        let anchor = box_anchor(sections, section, standing);
        let anchor = shared.get(&anchor).copied().unwrap_or(anchor);
        let items = top_items(sections, section);
        for block in items.filter(|block| sections.document.blocks[*block].mark().is_some()) {
            let shape = shape_of(sections, block);
            if shape == ListShape::NamedBoxes || !in_unit {
                lists.list(shape, standing, anchor).add_item(sections, block, section);
            }
        }
    }
    join_few(&mut lists, sections);
    lists.finish().collect()
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
