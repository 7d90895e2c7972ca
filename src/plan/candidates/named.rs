//! Lists under a section that is named as the place of the steps.

use super::{Gathered, ListShape, box_anchor, headings, standing, unit_around};
use crate::plan::SectionIndex;
use crate::plan::candidates::Candidate;
use crate::plan::document::BlockKind;
use crate::plan::names::Role;
use crate::plan::sections::Sections;

/// Items under such a section, and headings without a number there.
pub(super) fn lists(sections: &Sections<'_>) -> Vec<Candidate> {
    let mut lists = Gathered::default();
    let is_named = |role: Option<Role>| matches!(role, Some(Role::Steps | Role::SecondSteps));
    for (index, section) in sections.named() {
        if is_named(section.role) && unit_around(sections, index).is_none() {
            add(&mut lists, sections, index);
        }
    }
    lists.finish().filter(|list| !list.units.is_empty()).collect()
}

fn add(lists: &mut Gathered, sections: &Sections<'_>, index: SectionIndex) {
    let section = &sections.all[index];
    let Some(standing) = standing(section.role) else { return };
    let anchor = box_anchor(sections, index, standing);
    for block in sections.content(index) {
        let BlockKind::List { ordered } = sections.document.blocks[block].kind else { continue };
        let shape = if ordered { ListShape::NumberedItems } else { ListShape::Bullets };
        for item in sections.document.children(block) {
            lists.list(shape, standing, anchor).add_item(sections, item, index);
        }
    }
    let plain = section.level <= 6 && headings::shape_of(sections, index).is_none();
    if plain && section.parent == Some(anchor) && index != anchor {
        lists.list(ListShape::PlainHeadings, standing, anchor).add_unit(sections, index, None);
    }
}
