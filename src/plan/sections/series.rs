//! Finds the series of numbered units: `### Task 1`, `### Task 2`, … are one list, whatever headings stand above.

use std::collections::HashMap;

use typed_index_collections::TiSlice;

use super::{Section, letters};
use crate::plan::SectionIndex;
use crate::plan::names::vocabulary::INSTRUCTION_KEYWORDS;
use crate::plan::names::{self, Keyword, Role};

type All<'text> = TiSlice<SectionIndex, Section<'text>>;

/// Marks the headings of each series; `Tasks 2-4` around tasks of it is a group, and `Step 3: Implementation steps`
/// around steps is the place of them.
pub(super) fn mark(all: &mut All<'_>) {
    for index in SectionIndex::DOCUMENT.next().until(all.next_key()) {
        if is_range(all, index) {
            all[index].title.unit = Some(Keyword::Group);
        } else if is_place_of_steps(all, index) {
            all[index].title.unit = None;
            all[index].named = Some(Role::Steps);
        }
    }
    if !all.iter().any(|section| section.is_heading() && section.title.unit.is_some()) {
        letters::take(all);
    }
    let phases = counted_once(all);
    let mut series: HashMap<(u8, String), Vec<SectionIndex>> = HashMap::new();
    let belongs = |section: &Section<'_>| is_member(section) || (phases && is_phase(section));
    for (index, section) in all.iter_enumerated().filter(|(_, section)| belongs(section)) {
        let word = section.title.keyword.clone().unwrap_or_default();
        series.entry((section.level, word)).or_default().push(index);
    }
    series.retain(|_, members| is_series(all, members));
    for member in series.into_values().flatten() {
        all[member].in_series = true;
    }
}

/// The role of the section around a unit, as far as it says something of the unit: nothing of one in a series.
pub(super) fn role_around(all: &All<'_>, index: SectionIndex) -> Option<Role> {
    let parent = all[index].parent.and_then(|parent| all[parent].role);
    let never = parent == Some(Role::Rollback);
    let says = |role: &Role| *role == Role::Steps || never || !all[index].in_series;
    parent.filter(says)
}

/// The plan has no steps by their names, and all of its phases stand under one calendar: they are a series as well.
fn counted_once(all: &All<'_>) -> bool {
    let mut phases =
        all.iter().filter(|section| is_phase(section)).map(|section| (section.parent, section.level));
    let first = phases.next();
    let parent = first.and_then(|(parent, _)| all[parent?].named);
    !all.iter().any(is_member) && parent == Some(Role::Timeline) && phases.all(|phase| Some(phase) == first)
}

fn is_phase(section: &Section<'_>) -> bool {
    section.is_heading() && section.title.unit == Some(Keyword::Group) && number(section).is_some()
}

fn is_member(section: &Section<'_>) -> bool {
    let title = &section.title;
    section.is_heading()
        && title.unit == Some(Keyword::Step)
        && title.keyword.is_some()
        && number(section).is_some()
}

/// `3.1` as numbers.
fn number(section: &Section<'_>) -> Option<Vec<u32>> {
    section.title.id.as_deref()?.split('.').map(|part| part.parse().ok()).collect()
}

/// At least two, counted upwards from the first. Steps are those of a manual as often: they have to begin where
/// nothing speaks of something else.
fn is_series(all: &All<'_>, members: &[SectionIndex]) -> bool {
    let numbers: Vec<_> = members.iter().filter_map(|member| number(&all[*member])).collect();
    let upwards = numbers.is_sorted_by(|one, two| one < two);
    let from_start = numbers.first().and_then(|first| first.first()).is_some_and(|first| *first <= 1);
    let instructs = |word: &str| INSTRUCTION_KEYWORDS.split(", ").any(|known| known == word);
    let first = members.first().map(|first| &all[*first]);
    let word = first.and_then(|first| first.title.keyword.as_deref()).unwrap_or_default();
    let around = first.and_then(|first| first.parent).and_then(|parent| all[parent].named);
    let begins =
        !instructs(word) || matches!(around, None | Some(Role::Steps | Role::Tasks | Role::SecondSteps));
    numbers.len() > 1 && upwards && from_start && begins
}

/// `Tasks 2-4` that holds `Task 2`.
fn is_range(all: &All<'_>, index: SectionIndex) -> bool {
    let title = &all[index].title;
    let ends = title.id.as_deref().and_then(|id| id.split_once(['-', '–']));
    let Some((from, to)) = ends.and_then(|(from, to)| Some((from.parse().ok()?, to.parse().ok()?))) else {
        return false;
    };
    inside(all, index).any(|inner| {
        let inner = &inner.title;
        let number = inner.id.as_deref().and_then(|id| id.parse::<u32>().ok());
        inner.keyword == title.keyword && number.is_some_and(|number| (from..=to).contains(&number))
    })
}

/// A unit that is called by a name for steps and holds some.
fn is_place_of_steps(all: &All<'_>, index: SectionIndex) -> bool {
    let section = &all[index];
    section.is_heading()
        && section.title.unit.is_some()
        && names::role(&section.title.text) == Some(Role::Steps)
        && inside(all, index).filter(|inner| inner.title.unit == Some(Keyword::Step)).nth(1).is_some()
}

/// The headings inside a section.
fn inside<'a, 'text>(all: &'a All<'text>, index: SectionIndex) -> impl Iterator<Item = &'a Section<'text>> {
    all[index.next()..all[index].end].iter().filter(|inner| inner.is_heading())
}
