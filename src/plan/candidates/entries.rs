//! Todos of front matter, rows of tables and tasks in blocks of YAML that could be the list of steps.

use std::collections::HashMap;

use super::{
    Gathered, ListShape, Standing, beside, box_anchor, keyword, standing, unit_around, validates_itself,
};
use crate::plan::SectionIndex;
use crate::plan::candidates::Candidate;
use crate::plan::document::entry::{Entry, EntryKind};
use crate::plan::names::{Keyword, Role};
use crate::plan::sections::Sections;

/// Finds them all.
pub(super) fn lists(sections: &Sections<'_>) -> Vec<Candidate> {
    let entries = &sections.document.entries;
    let shared = if entries.is_empty() { HashMap::new() } else { beside::shared_anchors(sections) };
    let mut lists = Gathered::default();
    for (index, entry) in entries.iter_enumerated() {
        // The last section that begins before: its own content goes to the next.
        let section = sections.at(entry.span.start);
        let Some((shape, standing)) = shape_of(sections, section, entry) else { continue };
        let anchor = box_anchor(sections, section, standing);
        let anchor = shared.get(&anchor).copied().unwrap_or(anchor);
        lists.list(shape, standing, anchor).add_entry(sections, index, section);
    }
    lists.finish().collect()
}

/// The list that an entry is of; `None` if it is no step.
fn shape_of(sections: &Sections<'_>, section: SectionIndex, entry: &Entry) -> Option<(ListShape, Standing)> {
    let role = match entry.kind {
        EntryKind::Row { named: true } => role_around_tests(sections, section),
        _ => sections.all[section].role,
    };
    let standing = standing(role).filter(|standing| *standing != Standing::Doubtful)?;
    let unit = unit_around(sections, section);
    match (entry.kind, unit) {
        (EntryKind::Todo, _) => Some((ListShape::Todos, Standing::Named)),
        (EntryKind::Row { named: true }, Some(unit)) => {
            holds_rows(sections, unit, entry).then_some((ListShape::NamedRows, standing))
        }
        (_, Some(_)) => None,
        (EntryKind::Row { named }, None) => {
            (named || standing == Standing::Named).then_some((ListShape::Rows, standing))
        }
        (EntryKind::Task, None) => Some((ListShape::FencedTasks, standing)),
    }
}

/// A phase without validation of its own is a group of the rows that have a state.
fn holds_rows(sections: &Sections<'_>, unit: SectionIndex, row: &Entry) -> bool {
    row.state.is_some()
        && keyword(sections, unit) == Some(Keyword::Group)
        && !validates_itself(sections, unit)
}

/// The tests and documents that a table of tasks asks for are tasks like the others.
fn role_around_tests(sections: &Sections<'_>, section: SectionIndex) -> Option<Role> {
    let mut roles = sections.around(section).map(|index| sections.all[index].role);
    roles.find(|role| !matches!(role, Some(Role::Testing | Role::Documentation))).flatten()
}
