//! Finds headings that are units of work because of how they stand together, without a word for it.

use std::collections::HashMap;

use typed_index_collections::TiSlice;

use crate::plan::SectionIndex;
use crate::plan::names::{self, Keyword, Role};
use crate::plan::sections::Section;

/// How many headings of a section have the same word before their number.
pub(super) type Counts = HashMap<(Option<SectionIndex>, String), usize>;

type All<'text> = TiSlice<SectionIndex, Section<'text>>;

/// Marks the headings that are units of work by those beside them.
pub(super) fn mark_units(all: &mut All<'_>) {
    for unit in numbered_units(all) {
        all[unit].title.unit = Some(Keyword::Step);
    }
    for unit in unnumbered_units(all) {
        all[unit].title.unit = Some(Keyword::Step);
    }
}

/// Numbered headings of one level, most of which have tasks of their own.
fn numbered_units(all: &All<'_>) -> Vec<SectionIndex> {
    let mut units = Vec::new();
    for level in 2..=6 {
        let on_level = all.iter_enumerated().filter(|(_, section)| section.level == level);
        let numbered = on_level.filter(|(_, section)| is_only_numbered(section));
        let found: Vec<SectionIndex> = numbered.map(|(index, _)| index).collect();
        let with_tasks = found.iter().filter(|section| has_tasks(all, **section)).count();
        if with_tasks > 1 && with_tasks * 2 > found.len() {
            units.extend(found);
        }
    }
    units
}

fn is_only_numbered(section: &Section<'_>) -> bool {
    let Section { title, named, .. } = section;
    named.is_none() && title.id.is_some() && title.keyword.is_none() && title.label.is_empty()
}

fn has_tasks(all: &All<'_>, section: SectionIndex) -> bool {
    let mut parts = all[section.next()..all[section].end].iter();
    parts.any(|part| part.parent == Some(section) && matches!(part.named, Some(Role::Steps | Role::Tasks)))
}

/// `Task: Saw`, `Task: Nail`: headings with a word for steps and no number.
fn unnumbered_units(all: &All<'_>) -> Vec<SectionIndex> {
    let is_unit = |section: &Section<'_>| {
        let begins = || section.title.text.split_once(": ").and_then(|(word, _)| names::keyword(word));
        (2..=6).contains(&section.level) && section.title.id.is_none() && begins() == Some(Keyword::Step)
    };
    let units = all.iter_enumerated().filter(|(_, section)| is_unit(section));
    let found: Vec<SectionIndex> = units.map(|(index, _)| index).collect();
    if found.len() > 1 { found } else { Vec::new() }
}

/// Counts them.
pub(super) fn counts(all: &All<'_>) -> Counts {
    let mut counts = HashMap::new();
    for section in all.iter().filter(|section| may_be_counted(section)) {
        *counts.entry(counted_as(section)).or_default() += 1;
    }
    counts
}

/// The heading is not the only one of its word.
pub(super) fn is_counted(section: &Section<'_>, counts: &Counts) -> bool {
    may_be_counted(section) && counts.get(&counted_as(section)).is_some_and(|count| *count > 1)
}

/// `Fix 1`, `Fix 2`: what is counted with a word that nobody knows.
fn may_be_counted(section: &Section<'_>) -> bool {
    let title = &section.title;
    let word = title.keyword.as_deref().filter(|word| !names::counts_no_work(word));
    section.is_heading() && word.is_some() && title.unit.is_none() && title.id.is_some()
}

fn counted_as(section: &Section<'_>) -> (Option<SectionIndex>, String) {
    (section.parent, section.title.keyword.as_deref().unwrap_or_default().to_owned())
}
