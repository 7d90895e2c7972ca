//! Joins lists that stand side by side, such as `Server tasks` and `Client tasks`, into one list of steps.

use std::collections::{HashMap, HashSet};

use crate::plan::candidates::top_items;
use crate::plan::document::BlockKind;
use crate::plan::names::Role;
use crate::plan::sections::Sections;
use crate::plan::{BlockIndex, SectionIndex};

/// The heading around each two of them, unless the second says again what the first says.
pub(in crate::plan) fn shared_anchors(sections: &Sections<'_>) -> HashMap<SectionIndex, SectionIndex> {
    let mut shared = HashMap::new();
    let mut last: Option<(SectionIndex, HashSet<String>)> = None;
    for (index, section) in sections.named() {
        if section.named != Some(Role::Steps) || section.level > 6 || section.level < 2 {
            continue;
        }
        let said = said_under(sections, index);
        let beside = |other: &SectionIndex| {
            sections.all[*other].parent == section.parent && sections.all[*other].level == section.level
        };
        if let Some((other, before)) = last.take().filter(|(other, _)| beside(other)) {
            let same = said.intersection(&before).count();
            if let Some(parent) =
                section.parent.filter(|_| same == 0 && !said.is_empty() && !before.is_empty())
            {
                shared.extend([(other, parent), (index, parent)]);
            }
        }
        last = Some((index, said));
    }
    shared
}

/// The first lines of the boxes and rows under a heading.
fn said_under(sections: &Sections<'_>, section: SectionIndex) -> HashSet<String> {
    let document = &sections.document;
    let found = &sections.all[section];
    let is_box =
        |item: &BlockIndex| matches!(document.blocks[*item].kind, BlockKind::Item { mark: Some(_), .. });
    let boxes = sections.subtree(section).flat_map(|inner| top_items(sections, inner));
    let boxes = boxes.filter(is_box).map(|item| document.first_line(item).1.to_lowercase());
    let rows = document.entries.iter().filter(|entry| (found.line..=found.end_line).contains(&entry.line));
    boxes.chain(rows.map(|entry| entry.title.text.to_lowercase())).collect()
}
