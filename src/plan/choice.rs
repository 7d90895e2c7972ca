//! Chooses one candidate as the list of steps; the others are named and never added.

use std::cmp::Reverse;
use std::collections::HashSet;

use super::candidates::{Candidate, ListShape, Standing, UnitPlace};
use super::names::lower;
use super::sections::Sections;
use crate::plan::Line;
use crate::plan::names::title::Title;

/// The list of steps, and those that are not.
#[derive(Debug, Clone, Default)]
pub(crate) struct ListChoice {
    /// The list of steps; `None` if the plan has no list at all.
    pub chosen: Option<Candidate>,
    /// Why it was chosen.
    pub reason: String,
    /// The others that could have been.
    pub others: Vec<Candidate>,
}

/// A list that could be the list of steps, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepList {
    /// How its entries are written.
    pub what: &'static str,
    /// Line of its first entry.
    pub line: Line,
    /// How many entries it has.
    pub entries: usize,
    /// How many lines they take.
    pub lines: usize,
    /// The name of the section around, if it has one.
    pub place: String,
    /// What the place is worth.
    pub place_points: i32,
    /// What the way of writing is worth, less what speaks against the list.
    pub shape_points: i32,
}

impl ListChoice {
    /// All lists, the chosen one first, then in the order in which they would have been taken.
    pub(crate) fn lists(&self, sections: &Sections<'_>) -> Vec<StepList> {
        let all = || self.chosen.iter().chain(&self.others);
        let most = all().map(|candidate| candidate.lines).max().unwrap_or(0);
        let list = |candidate: &Candidate| {
            let (place_points, shape_points) = points(candidate, most);
            let line = candidate.units.first().map_or(Line::from(0), |unit| unit.place.line(sections));
            StepList {
                what: described(candidate.shape),
                line,
                entries: candidate.units.len(),
                lines: candidate.lines,
                place: sections.all[candidate.anchor].title.name().into_owned(),
                place_points,
                shape_points,
            }
        };
        all().map(list).collect()
    }
}

/// Chooses by where a list stands and how it is written; between equals the one with more detail.
pub(crate) fn choose(sections: &Sections<'_>, mut candidates: Vec<Candidate>) -> ListChoice {
    let most = candidates.iter().map(|candidate| candidate.lines).max().unwrap_or(0);
    let (detailed, outlines) = outlines(sections, candidates);
    candidates = detailed;
    candidates.sort_by_key(|candidate| {
        let (place, shape) = points(candidate, most);
        (Reverse(place + shape), Reverse(candidate.lines), candidate.anchor)
    });
    let mut candidates = candidates.into_iter().chain(outlines);
    let Some(chosen) = candidates.next() else { return ListChoice::default() };
    let name = sections.all[chosen.anchor].title.name();
    let place = match chosen.standing {
        _ if chosen.shape == ListShape::Todos => String::new(),
        Standing::Named | Standing::Second => format!("under `{name}`"),
        Standing::Neutral | Standing::Doubtful | Standing::Guess => "of the file".to_owned(),
    };
    let reason = format!("{} {place}", described(chosen.shape)).trim_end().to_owned();
    ListChoice { chosen: Some(chosen), reason, others: candidates.collect() }
}

/// Parts from the others the lists of boxes that only name what headings with more text are about: a place to
/// tick, and no steps.
fn outlines(sections: &Sections<'_>, candidates: Vec<Candidate>) -> (Vec<Candidate>, Vec<Candidate>) {
    let is_boxes =
        |candidate: &Candidate| matches!(candidate.shape, ListShape::NamedBoxes | ListShape::Boxes);
    if !candidates.iter().any(is_boxes) {
        return (candidates, Vec::new());
    }
    let headings = candidates.iter().filter(|candidate| candidate.shape == ListShape::NamedHeadings);
    let headings: Vec<(usize, HashSet<String>)> = headings
        .filter(|candidate| candidate.units.len() > 1)
        .map(|candidate| (candidate.lines, names_of(sections, candidate).collect()))
        .collect();
    let is_detailed = |candidate: &Candidate| {
        let repeats = |(lines, names): &(usize, HashSet<String>)| {
            let same = names_of(sections, candidate).filter(|name| names.contains(name)).count();
            *lines > candidate.lines && same * 2 > candidate.units.len()
        };
        !is_boxes(candidate) || !headings.iter().any(repeats)
    };
    candidates.into_iter().partition(is_detailed)
}

/// The names of the entries, as they are compared.
fn names_of<'a>(sections: &'a Sections<'_>, candidate: &'a Candidate) -> impl Iterator<Item = String> + 'a {
    candidate.units.iter().map(|unit| match unit.place {
        UnitPlace::Section(section) => lower(&sections.all[section].title.name()).into_owned(),
        UnitPlace::Item { block, .. } => {
            lower(&Title::parse(sections.document.first_line(block).1).name()).into_owned()
        }
        UnitPlace::Entry { entry, .. } => lower(&sections.document.entries[entry].title.name()).into_owned(),
    })
}

/// What entries of a shape are called in messages.
pub(crate) fn described(shape: ListShape) -> &'static str {
    match shape {
        ListShape::NamedBoxes => "the boxes with an id",
        ListShape::NamedHeadings => "the headings with a keyword and a number",
        ListShape::NumberedHeadings => "the numbered headings",
        ListShape::Boxes => "the boxes",
        ListShape::NamedLines => "the bold lines with a keyword and a number",
        ListShape::NumberedItems => "the numbered items",
        ListShape::PlainHeadings => "the headings",
        ListShape::Bullets => "the bullets",
        ListShape::Todos => "the todos of the front matter",
        ListShape::FencedTasks => "the tasks in a block of YAML",
        ListShape::Rows | ListShape::NamedRows => "the rows of a table",
    }
}

/// Structure and place both count; a list with clear structure in a neutral place comes before a list
/// without any in a well-named one.
fn points(candidate: &Candidate, most: usize) -> (i32, i32) {
    let place = match candidate.standing {
        Standing::Named => 30,
        Standing::Neutral => 15,
        Standing::Doubtful => 5,
        // Phases of a migration are its steps, unless something else is surer.
        Standing::Second if candidate.shape == ListShape::NamedHeadings && candidate.units.len() > 1 => 0,
        Standing::Second => -20,
        Standing::Guess => 0,
    };
    let shape = match candidate.shape {
        ListShape::Todos => 60,
        ListShape::NamedBoxes | ListShape::NamedRows => 34,
        ListShape::NamedHeadings => 30,
        ListShape::NumberedHeadings => 15,
        ListShape::Boxes => 12,
        ListShape::NamedLines => 8,
        ListShape::NumberedItems => 6,
        ListShape::PlainHeadings => 5,
        ListShape::Bullets => 1,
        ListShape::FencedTasks => 20,
        ListShape::Rows => 10,
    };
    let plain = candidate.shape == ListShape::PlainHeadings;
    let alone = candidate.units.len() == 1 && (candidate.standing != Standing::Named || plain);
    // A few lines beside a list that fills the file are an afterthought of it.
    let afterthought = candidate.shape == ListShape::NamedHeadings && candidate.lines * 8 < most;
    (place, shape - if alone { 12 } else { 0 } - if afterthought { 20 } else { 0 })
}
