//! Finds the lists that a reader would take for the steps if a plan has none by the rules.

use std::collections::BTreeMap;

use crate::plan::candidates::{Candidate, ListShape, Standing, Unit, UnitPlace, top_items};
use crate::plan::document::BlockKind;
use crate::plan::document::entry::EntryKind;
use crate::plan::names::title::Title;
use crate::plan::names::{self, Keyword, Role};
use crate::plan::sections::{Section, Sections};
use crate::plan::{BlockIndex, SectionIndex};

/// Boxes of a checklist or a log of progress, headings with a number, rows of tables, lists with numbers, headings,
/// bullets: each where at least two stand together.
pub(in crate::plan) fn find(sections: &Sections<'_>) -> Vec<Candidate> {
    let mut candidates = headings(sections);
    candidates.extend(lists(sections));
    candidates.extend(rows(sections));
    candidates.push(progress(sections));
    candidates.push(later(sections));
    candidates.retain(|candidate| candidate.units.len() > 1);
    candidates
}

/// What stands here may be work.
fn may_hold_steps(role: Option<Role>) -> bool {
    matches!(role, None | Some(Role::Context | Role::Steps | Role::Tasks))
}

/// Headings of one level under one section whose names say nothing else about them.
fn headings(sections: &Sections<'_>) -> Vec<Candidate> {
    let mut families: BTreeMap<(SectionIndex, u8, bool), Candidate> = BTreeMap::new();
    for (index, section) in sections.named() {
        let Some(parent) = section.parent.filter(|_| (2..=6).contains(&section.level)) else { continue };
        let numbered = section.title.id.is_some();
        let named_otherwise = section.named.is_some() || !may_hold_steps(section.role);
        let is_work =
            numbered && (is_checklist(sections, parent) || is_part_of_work(sections, index, parent));
        if named_otherwise && !is_work {
            continue;
        }
        let shape = if numbered { ListShape::NumberedHeadings } else { ListShape::PlainHeadings };
        let list = families
            .entry((parent, section.level, numbered))
            .or_insert_with(|| Candidate::empty(shape, Standing::Guess, parent));
        list.add_unit(sections, index, None);
    }
    let mut found: Vec<Candidate> = Vec::new();
    for list in families.into_values().filter(|list| !is_outline(sections, list)) {
        match found.last_mut().filter(|before| goes_on(sections, before, &list)) {
            Some(before) => before.absorb(list),
            None => found.push(list),
        }
    }
    found
}

/// What stands here is to be gone through one after the other.
fn is_checklist(sections: &Sections<'_>, section: SectionIndex) -> bool {
    let Section { title, named, .. } = &sections.all[section];
    *named == Some(Role::Progress) && names::has_words(&names::words(&title.name()), "checklist")
}

/// `### 1. Dependencies` between `### 2.` and others below a heading is what is to be done about them.
fn is_part_of_work(sections: &Sections<'_>, section: SectionIndex, parent: SectionIndex) -> bool {
    let about = matches!(
        sections.all[section].named,
        Some(Role::Dependencies | Role::Files | Role::Documentation | Role::Testing)
    );
    about && sections.all[parent].level > 1 && may_hold_steps(sections.all[parent].role)
}

/// `### 1`, `### 2` in one section, `### 3` in the next.
fn goes_on(sections: &Sections<'_>, first: &Candidate, second: &Candidate) -> bool {
    let heading = |unit: Option<&Unit>| match unit.map(|unit| unit.place) {
        Some(UnitPlace::Section(section)) => Some(&sections.all[section]),
        _ => None,
    };
    let number = |unit: Option<&Unit>| heading(unit)?.title.id.as_deref()?.parse::<u32>().ok();
    let level = |unit: Option<&Unit>| heading(unit).map(|found| found.level);
    let (last, next) = (first.units.last(), second.units.first());
    let (Some(before), Some(behind)) = (number(last), number(next)) else { return false };
    level(last) == level(next) && before + 1 == behind
}

/// Chapters of a document: the headings of the same level beside them are about architecture or risks.
fn is_outline(sections: &Sections<'_>, list: &Candidate) -> bool {
    let Some(UnitPlace::Section(first)) = list.units.first().map(|unit| unit.place) else { return false };
    let (parent, level) = (sections.all[first].parent, sections.all[first].level);
    let beside = sections.all.iter().filter(|other| {
        other.parent == parent && other.level == level && other.title.id.is_some() && other.named.is_some()
    });
    list.shape == ListShape::NumberedHeadings && beside.count() * 2 > list.units.len()
}

/// The lists of the file, all with numbers together, and all with bullets; those under headings that speak of something
/// else only if there are no others.
fn lists(sections: &Sections<'_>) -> Vec<Candidate> {
    let surer = lists_where(sections, |role| role != Some(Role::Context));
    let all = lists_where(sections, |_| true);
    let lists = surer.into_iter().zip(all);
    lists.map(|(surer, all)| if surer.units.len() > 1 { surer } else { all }).collect()
}

fn lists_where(sections: &Sections<'_>, fits: impl Fn(Option<Role>) -> bool) -> [Candidate; 2] {
    let mut found = [ListShape::NumberedItems, ListShape::Bullets]
        .map(|shape| Candidate::empty(shape, Standing::Guess, SectionIndex::DOCUMENT));
    for (index, section) in sections.all.iter_enumerated() {
        if !may_hold_steps(section.role) || section.level > 6 || !fits(section.role) {
            continue;
        }
        for block in sections.content(index) {
            let BlockKind::List { ordered } = sections.document.blocks[block].kind else { continue };
            for item in sections.document.children(block) {
                found[usize::from(!ordered)].add_item(sections, item, index);
            }
        }
    }
    found
}

/// The boxes of a log of what is done and what is left.
pub(super) fn log(sections: &Sections<'_>) -> Option<Candidate> {
    let mut log = boxes_of_progress(sections, |section| {
        !is_checklist(sections, section) && sections.all[section].level <= 6
    });
    log.standing = Standing::Named;
    if let [group] = log.groups.raw.as_slice() {
        log.anchor = *group;
    }
    Some(log).filter(|log| log.units.len() > 1)
}

/// The boxes of a checklist: where nothing else says what is to be done, it does.
fn progress(sections: &Sections<'_>) -> Candidate {
    boxes_of_progress(sections, |_| true)
}

fn boxes_of_progress(sections: &Sections<'_>, fits: impl Fn(SectionIndex) -> bool) -> Candidate {
    let mut list = Candidate::empty(ListShape::Boxes, Standing::Guess, SectionIndex::DOCUMENT);
    for (index, section) in sections.all.iter_enumerated() {
        if section.role != Some(Role::Progress) || sections.is_owned(section) || !fits(index) {
            continue;
        }
        for item in top_items(sections, index) {
            if sections.document.blocks[item].mark().is_some() {
                list.add_item(sections, item, index);
            }
        }
    }
    // `- [ ] Task 1.1: Title`
    let is_task = |unit: &Unit| match unit.place {
        UnitPlace::Item { block, .. } => {
            Title::parse(sections.document.first_line(block).1).unit == Some(Keyword::Step)
        }
        _ => false,
    };
    if list.units.iter().all(is_task) {
        list.shape = ListShape::NamedBoxes;
    }
    list
}

/// Boxes under names for what comes later, or for something else: where no other box is, they are what is open.
fn later(sections: &Sections<'_>) -> Candidate {
    let mut list = Candidate::empty(ListShape::Boxes, Standing::Guess, SectionIndex::DOCUMENT);
    for (index, section) in sections.all.iter_enumerated() {
        if section.role != Some(Role::Context) {
            continue;
        }
        let boxed = |item: &BlockIndex| sections.document.blocks[*item].mark().is_some();
        top_items(sections, index).filter(boxed).for_each(|item| list.add_item(sections, item, index));
    }
    list
}

/// The rows of tables that say how far each is.
fn rows(sections: &Sections<'_>) -> Vec<Candidate> {
    let mut list = Candidate::empty(ListShape::Rows, Standing::Guess, SectionIndex::DOCUMENT);
    for (index, entry) in sections.document.entries.iter_enumerated() {
        let section = sections.at(entry.span.start);
        let is_row = matches!(entry.kind, EntryKind::Row { .. }) && entry.state.is_some();
        if is_row && may_hold_steps(sections.all[section].role) {
            list.add_entry(sections, index, section);
        }
    }
    vec![list]
}
