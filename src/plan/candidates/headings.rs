//! Finds lists of headings: units of work with a word or a number, one after the other.

use std::collections::{BTreeMap, HashSet};

use super::{Candidate, ListShape, Standing, Unit, UnitPlace, holds_box, keyword, standing};
use crate::plan::SectionIndex;
use crate::plan::names::vocabulary::INSTRUCTION_KEYWORDS;
use crate::plan::names::{self, Keyword, Role};
use crate::plan::sections::{Section, Sections};

/// Lists of headings or bold lines with a keyword, or with a number, one per section around and keyword.
pub(super) fn lists(sections: &Sections<'_>) -> Vec<Candidate> {
    let mut families: BTreeMap<(SectionIndex, ListShape, &str), Vec<SectionIndex>> = BTreeMap::new();
    for (section, _) in sections.named() {
        let Some(shape) = shape_of(sections, section) else { continue };
        let (anchor, top) = anchor_of(sections, section);
        if shape == ListShape::NumberedHeadings && top != section {
            continue;
        }
        let word = sections.all[top].title.keyword.as_deref().unwrap_or_default();
        families.entry((anchor, shape, word)).or_default().push(section);
    }
    let mut found: Vec<Candidate> = Vec::new();
    for ((anchor, shape, _), members) in families {
        let Some(candidate) = heading_list(sections, shape, anchor, &members) else { continue };
        if let Some(other) =
            found.iter_mut().rev().take(8).find(|other| continues(sections, other, &candidate))
        {
            other.absorb(candidate);
        } else if let Some(other) = found.last_mut().filter(|other| starts_again(sections, other, &candidate))
        {
            join(sections, other, candidate);
        } else {
            found.push(candidate);
        }
    }
    found
}

pub(super) fn shape_of(sections: &Sections<'_>, section: SectionIndex) -> Option<ListShape> {
    let found = &sections.all[section];
    match (keyword(sections, section), found.level) {
        (Some(_), 1..=6) => Some(ListShape::NamedHeadings),
        (Some(_), _) => Some(ListShape::NamedLines),
        (None, 1..=6) if found.title.id.is_some() && found.title.keyword.is_none() => {
            Some(ListShape::NumberedHeadings)
        }
        _ => None,
    }
}

/// The nearest section around that is no unit of work itself, and the outermost unit below it.
fn anchor_of(sections: &Sections<'_>, section: SectionIndex) -> (SectionIndex, SectionIndex) {
    let mut top = section;
    for ancestor in sections.ancestors(section) {
        let transparent = lets_through(sections, ancestor, section)
            && sections.ancestors(ancestor).any(|above| keyword(sections, above).is_some());
        if keyword(sections, ancestor).is_some() {
            top = ancestor;
        } else if !transparent {
            return (ancestor, top);
        }
    }
    (SectionIndex::DOCUMENT, top)
}

/// Units of a group may stand under a heading between: one for its tasks, or one that says nothing.
pub(super) fn lets_through(sections: &Sections<'_>, between: SectionIndex, unit: SectionIndex) -> bool {
    let named = sections.all[between].named;
    let is_step = keyword(sections, unit) == Some(Keyword::Step) && sections.all[unit].level <= 6;
    matches!(named, Some(Role::Tasks | Role::Steps)) || (is_step && named.is_none())
}

fn heading_list(
    sections: &Sections<'_>,
    shape: ListShape,
    anchor: SectionIndex,
    members: &[SectionIndex],
) -> Option<Candidate> {
    let role = sections.all[anchor].role;
    let in_series = members.iter().any(|member| sections.all[*member].in_series);
    let standing = match standing(role) {
        // What a series stands under says nothing of it.
        None | Some(Standing::Doubtful) if in_series && role != Some(Role::Rollback) => Standing::Neutral,
        standing => standing?,
    };
    if shape == ListShape::NumberedHeadings && standing != Standing::Named {
        let with_boxes = members.iter().filter(|section| holds_box(sections, **section)).count();
        if members.len() < 2 || with_boxes * 2 <= members.len() {
            return None;
        }
    }
    let mut list = Candidate::empty(shape, standing, anchor);
    let mut after = SectionIndex::DOCUMENT;
    for &section in members {
        if section >= after && sections.all[section].role_allows_steps(anchor, sections) {
            after = list.add_section(sections, section, None);
        }
    }
    list.leave_empty_groups_out(sections);
    (!list.units.is_empty()).then_some(list)
}

/// The same list, interrupted by another heading: `## Server`, tasks 1 to 3, `## Client`, tasks 4 to 6.
fn continues(sections: &Sections<'_>, first: &Candidate, second: &Candidate) -> bool {
    let (Some(last), Some(next)) =
        (section_of(sections, first.units.last()), section_of(sections, second.units.first()))
    else {
        return false;
    };
    let digits =
        |id: &str| id.trim_start_matches(|c: char| c.is_ascii_uppercase()).trim_start_matches('-').to_owned();
    let number = |id: Option<&str>| id.and_then(|id| digits(id).split('.').next()?.parse::<u32>().ok());
    let (one, two) = (last.title.id.as_deref(), next.title.id.as_deref());
    let (Some(one), Some(two)) = (number(one), number(two)) else { return false };
    last.level == next.level
        && last.title.keyword == next.title.keyword
        && first.shape == second.shape
        && (first.standing == second.standing
            || second.standing == Standing::Doubtful
            || (last.in_series && next.in_series))
        && one < two
}

/// `## Server`, tasks 1 and 2, `## Client`, tasks 1 and 2 of other names: the numbers start again, and it is one list.
fn starts_again(sections: &Sections<'_>, first: &Candidate, second: &Candidate) -> bool {
    let (Some(last), Some(next)) =
        (section_of(sections, first.units.last()), section_of(sections, second.units.first()))
    else {
        return false;
    };
    let parent = sections.all[second.anchor].parent;
    let joined = Some(first.anchor) == parent;
    let beside = joined || (parent.is_some() && sections.all[first.anchor].parent == parent);
    // Steps of a neutral place may be those of a manual; tasks are work wherever they stand.
    let instructs = |word: &str| INSTRUCTION_KEYWORDS.split(", ").any(|known| known == word);
    let is_task = first.shape == ListShape::NamedHeadings
        && next.title.unit == Some(Keyword::Step)
        && !next.title.keyword.as_deref().is_some_and(instructs);
    let fits = match second.standing {
        Standing::Named => parent.is_some_and(|parent| sections.all[parent].role == Some(Role::Steps)),
        Standing::Neutral => is_task,
        _ => false,
    };
    fits && beside
        && (first.shape, first.standing) == (second.shape, second.standing)
        && (last.level, &last.title.keyword) == (next.level, &next.title.keyword)
        && names_a_list(&sections.all[second.anchor])
        && (joined || names_a_list(&sections.all[first.anchor]))
        && !say_the_same(sections, first, second)
}

/// Both are one list, each in a group of its own.
fn join(sections: &Sections<'_>, first: &mut Candidate, mut second: Candidate) {
    let parent = sections.all[second.anchor].parent.unwrap_or(SectionIndex::DOCUMENT);
    if first.anchor != parent {
        first.group_units();
        first.anchor = parent;
    }
    second.group_units();
    first.absorb(second);
}

/// The name of a heading is about its list, and no alternative to another.
fn names_a_list(section: &Section<'_>) -> bool {
    let word = section.title.text.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let is_alternative = section.title.keyword.is_some() || names::counts_no_work(&names::lower(word));
    (1..=6).contains(&section.level) && section.named.is_none() && !is_alternative
}

/// A step of the second list has the name of one of the last group of the first.
fn say_the_same(sections: &Sections<'_>, first: &Candidate, second: &Candidate) -> bool {
    let name = |unit: &Unit| section_of(sections, Some(unit)).map(|found| names::lower(&found.title.text));
    let group = first.units.last().and_then(|unit| unit.group);
    let last = first.units.iter().rev().take_while(|unit| unit.group == group);
    let known: HashSet<_> = last.filter_map(name).collect();
    second.units.iter().filter_map(name).any(|name| known.contains(&name))
}

fn section_of<'a, 'text>(sections: &'a Sections<'text>, unit: Option<&Unit>) -> Option<&'a Section<'text>> {
    match unit?.place {
        UnitPlace::Section(section) => Some(&sections.all[section]),
        _ => None,
    }
}
