//! Lists of headings: units of work with a word or a number, one below the other.

use std::collections::BTreeMap;

use super::{Candidate, Place, Shape, Standing, Unit, holds_box, keyword, standing};
use crate::plan::names::{Keyword, Role};
use crate::plan::sections::Sections;

/// Lists of headings or bold lines with a keyword, or with a number, one per section around and keyword.
pub(super) fn lists(sections: &Sections<'_>) -> Vec<Candidate> {
    let mut families: BTreeMap<(usize, Shape, &str), Vec<usize>> = BTreeMap::new();
    for section in 1..sections.all.len() {
        let Some(shape) = shape_of(sections, section) else { continue };
        let (anchor, top) = anchor_of(sections, section);
        if shape == Shape::NumberedHeadings && top != section {
            continue;
        }
        let word = sections.all[top].title.keyword.as_deref().unwrap_or_default();
        families.entry((anchor, shape, word)).or_default().push(section);
    }
    let mut found: Vec<Candidate> = Vec::new();
    for ((anchor, shape, _), members) in families {
        let Some(candidate) = heading_list(sections, (anchor, shape), &members) else { continue };
        match found.iter_mut().rev().take(8).find(|other| continues(sections, other, &candidate)) {
            Some(other) => other.absorb(candidate),
            None => found.push(candidate),
        }
    }
    found
}

pub(super) fn shape_of(sections: &Sections<'_>, section: usize) -> Option<Shape> {
    let found = &sections.all[section];
    match (keyword(sections, section), found.level) {
        (Some(_), 1..=6) => Some(Shape::NamedHeadings),
        (Some(_), _) => Some(Shape::NamedLines),
        (None, 1..=6) if found.title.id.is_some() && found.title.keyword.is_none() => {
            Some(Shape::NumberedHeadings)
        }
        _ => None,
    }
}

/// The nearest section around that is no unit of work itself, and the outermost unit below it.
fn anchor_of(sections: &Sections<'_>, section: usize) -> (usize, usize) {
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
    (0, top)
}

/// Units of a group may stand under a heading between: one for its tasks, or one that says nothing.
pub(super) fn lets_through(sections: &Sections<'_>, between: usize, unit: usize) -> bool {
    let named = sections.all[between].named;
    let is_step = keyword(sections, unit) == Some(Keyword::Step) && sections.all[unit].level <= 6;
    matches!(named, Some(Role::Tasks | Role::Steps)) || (is_step && named.is_none())
}

fn heading_list(
    sections: &Sections<'_>,
    (anchor, shape): (usize, Shape),
    members: &[usize],
) -> Option<Candidate> {
    let standing = standing(sections.all[anchor].role)?;
    if shape == Shape::NumberedHeadings && standing != Standing::Named {
        let with_boxes = members.iter().filter(|section| holds_box(sections, **section)).count();
        if members.len() < 2 || with_boxes * 2 <= members.len() {
            return None;
        }
    }
    let mut list = Candidate::empty(shape, standing, anchor);
    let mut after = 0;
    for &section in
        members.iter().filter(|section| sections.all[**section].role_allows_steps(anchor, sections))
    {
        if section >= after {
            after = list.add_section(sections, section, None);
        }
    }
    (!list.units.is_empty()).then_some(list)
}

/// The same list, interrupted by another heading: `## Server`, tasks 1 to 3, `## Client`, tasks 4 to 6.
fn continues(sections: &Sections<'_>, first: &Candidate, second: &Candidate) -> bool {
    let section = |unit: Option<&Unit>| match unit.map(|unit| unit.place) {
        Some(Place::Section(section)) => Some(&sections.all[section]),
        _ => None,
    };
    let (Some(last), Some(next)) = (section(first.units.last()), section(second.units.first())) else {
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
        && (first.standing == second.standing || second.standing == Standing::Doubtful)
        && one < two
}
