//! Finds headings that are units of work because of how they stand together, without a word for it.

use std::collections::HashMap;

use crate::plan::names::{self, Keyword, Role};
use crate::plan::sections::Section;

/// Numbered headings of one level, most of which have tasks of their own, are units of work.
pub(in crate::plan) fn numbered_units(all: &[Section<'_>]) -> Vec<usize> {
    let is_part = |inner: &usize| matches!(all[*inner].named, Some(Role::Steps | Role::Tasks));
    let has_tasks = |section: &usize| {
        let parts = section + 1..all[*section].end;
        parts.filter(|inner| all[*inner].parent == Some(*section)).any(|inner| is_part(&inner))
    };
    let numbered = |index: &usize| {
        let Section { title, named, .. } = &all[*index];
        named.is_none() && title.id.is_some() && title.keyword.is_none() && title.label.is_empty()
    };
    let mut units = Vec::new();
    for level in 2..=6 {
        let found: Vec<usize> =
            (1..all.len()).filter(|index| all[*index].level == level).filter(numbered).collect();
        let with_tasks = found.iter().filter(|section| has_tasks(section)).count();
        if with_tasks > 1 && with_tasks * 2 > found.len() {
            units.extend(found);
        }
    }
    units
}

/// `Task: Saw`, `Task: Nail`: headings with a word for steps and no number.
pub(in crate::plan) fn unnumbered_units(all: &[Section<'_>]) -> Vec<usize> {
    let is_unit = |section: &usize| {
        let Section { title, level, .. } = &all[*section];
        let begins = || title.title.split_once(": ").and_then(|(word, _)| names::keyword(word));
        (2..=6).contains(level) && title.id.is_none() && begins() == Some(Keyword::Step)
    };
    let found: Vec<usize> = (1..all.len()).filter(is_unit).collect();
    if found.len() > 1 { found } else { Vec::new() }
}

/// How many headings of a section have this word before their number.
pub(in crate::plan) fn counts(all: &[Section<'_>]) -> HashMap<(Option<usize>, String), usize> {
    let mut counts = HashMap::new();
    for section in all.iter().filter(|section| may_be_counted(section)) {
        let word = section.title.keyword.as_deref().unwrap_or_default();
        *counts.entry((section.parent, word.to_owned())).or_default() += 1;
    }
    counts
}

/// `Fix 1`, `Fix 2`: what is counted with a word that nobody knows.
fn may_be_counted(section: &Section<'_>) -> bool {
    let title = &section.title;
    let word = title.keyword.as_deref().filter(|word| !names::counts_no_work(word));
    (1..=6).contains(&section.level) && word.is_some() && title.unit.is_none() && title.id.is_some()
}

pub(in crate::plan) fn is_counted(
    section: &Section<'_>,
    counts: &HashMap<(Option<usize>, String), usize>,
) -> bool {
    let word = || section.title.keyword.as_deref().unwrap_or_default().to_owned();
    may_be_counted(section) && counts.get(&(section.parent, word())).is_some_and(|count| *count > 1)
}
