//! Finds every list of a plan that could be the list of its steps.

pub(super) mod beside;
mod headings;
pub(super) mod last_resort;

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use super::document::BlockKind;
use super::names::{Keyword, Role};
use super::sections::Sections;
use crate::plan::document::entry::{Entry, EntryKind};
use crate::plan::names::title::Title;

/// A list that could be the list of steps.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// How its entries are written.
    pub shape: Shape,
    /// Where it stands: the role of the section around.
    pub standing: Standing,
    /// The section around it.
    pub anchor: usize,
    /// Its entries, in the order of the file.
    pub units: Vec<Unit>,
    /// The sections that hold the entries.
    pub groups: Vec<usize>,
    /// How many lines its entries take.
    pub lines: usize,
}

/// One entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unit {
    /// What it is.
    pub place: Place,
    /// Its group, an index into [`Candidate::groups`].
    pub group: Option<usize>,
}

/// What an entry is in the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// A section.
    Section(usize),
    /// An item of a list, and the section that it stands in.
    Item {
        /// Index of the block.
        block: usize,
        /// Index of the section.
        section: usize,
    },
    /// An entry that is no item, and the section that it stands in.
    Entry {
        /// Index of the entry.
        entry: usize,
        /// Index of the section.
        section: usize,
    },
}

impl Place {
    /// The line on which it begins.
    pub fn line(self, sections: &Sections<'_>) -> usize {
        match self {
            Self::Section(section) => sections.all[section].line,
            Self::Item { block, .. } => sections.document.blocks[block].line,
            Self::Entry { entry, .. } => sections.document.entries[entry].line,
        }
    }
}

/// How the entries of a list are written, the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shape {
    /// `todos:` in front matter
    Todos,
    /// `- [ ] T001 Title`
    NamedBoxes,
    /// `| T1 | Title | open |` in a phase
    NamedRows,
    /// `### Step 1: Title`
    NamedHeadings,
    /// `### 1. Title`
    NumberedHeadings,
    /// `- [ ] Title`
    Boxes,
    /// `**Step 1: Title**`
    NamedLines,
    /// `1. Title`
    NumberedItems,
    /// `### Title`
    PlainHeadings,
    /// `- Title`
    Bullets,
    /// `Task 1:` in a block of YAML
    FencedTasks,
    /// `<task>` with a name
    Elements,
    /// `| T1 | Title | open |`
    Rows,
}

/// What the section around a list says about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// It is named as the place of the steps.
    Named,
    /// It says nothing.
    Neutral,
    /// It speaks of something else, but steps do stand in such places.
    Doubtful,
    /// It holds work that is the steps only where nothing else is.
    Second,
    /// It says nothing, and neither does the list: nothing else is there.
    Guess,
}

/// Finds them all.
pub fn find(sections: &Sections<'_>) -> Vec<Candidate> {
    let mut candidates = headings::lists(sections);
    candidates.extend(boxes(sections));
    candidates.extend(lists_of_steps(sections));
    candidates.extend(entries(sections));
    if candidates.is_empty() { last_resort::find(sections) } else { candidates }
}

/// Where the steps may stand; `None` where they never do.
fn standing(role: Option<Role>) -> Option<Standing> {
    match role {
        Some(Role::Steps | Role::Tasks) => Some(Standing::Named),
        None => Some(Standing::Neutral),
        Some(Role::Context | Role::Validation | Role::Criteria | Role::Acceptance) => {
            Some(Standing::Doubtful)
        }
        Some(Role::SecondSteps) => Some(Standing::Second),
        Some(_) => None,
    }
}

/// What a section is by the word before its number.
pub fn keyword(sections: &Sections<'_>, section: usize) -> Option<Keyword> {
    sections.all[section].title.unit
}

/// Boxes that are no part of a unit with a heading, or that carry an id of their own.
fn boxes(sections: &Sections<'_>) -> Vec<Candidate> {
    let shared = beside::shared_anchors(sections);
    let mut lists: BTreeMap<(usize, Shape), Candidate> = BTreeMap::new();
    for section in 0..sections.all.len() {
        let unit = unit_around(sections, section);
        let mut role = sections.all[section].role;
        if let (Some(unit), Some(Role::Testing | Role::Documentation)) = (unit, role) {
            // Tests that a phase asks for are its work.
            role = sections.all[unit].role;
        }
        let Some(standing) = standing(role) else { continue };
        let in_step = unit.is_some_and(|unit| keyword(sections, unit) == Some(Keyword::Step));
        let owner = unit.is_some_and(|unit| validates_itself(sections, unit));
        if in_step || owner || matches!(standing, Standing::Doubtful) {
            continue;
        }
        let anchor = box_anchor(sections, section, standing);
        let anchor = shared.get(&anchor).copied().unwrap_or(anchor);
        for block in top_items(sections, section) {
            let BlockKind::Item { mark: Some(_), .. } = sections.document.blocks[block].kind else {
                continue;
            };
            let title = Title::parse(sections.document.first_line(block).1);
            let step_word = title.unit == Some(Keyword::Step);
            let coded = title.keyword.is_none() && !title.label.is_empty();
            let shape = if coded || step_word { Shape::NamedBoxes } else { Shape::Boxes };
            if shape == Shape::Boxes && unit.is_some() {
                continue;
            }
            let empty = || Candidate::empty(shape, standing, anchor);
            let list = lists.entry((anchor, shape)).or_insert_with(empty);
            list.add_item(sections, block, section);
        }
    }
    join_few(&mut lists, sections);
    lists.into_values().collect()
}

/// A few boxes with an id among many without are boxes of one list.
fn join_few(lists: &mut BTreeMap<(usize, Shape), Candidate>, sections: &Sections<'_>) {
    let few = |(&(anchor, shape), list): (&(usize, Shape), &Candidate)| {
        let others = lists.get(&(anchor, Shape::Boxes)).map_or(0, |others| others.units.len());
        (shape == Shape::NamedBoxes && list.units.len() * 2 < others).then_some(anchor)
    };
    let anchors: Vec<usize> = lists.iter().filter_map(few).collect();
    for anchor in anchors {
        let Some(named) = lists.remove(&(anchor, Shape::NamedBoxes)) else { continue };
        if let Some(boxes) = lists.get_mut(&(anchor, Shape::Boxes)) {
            boxes.absorb(named);
            boxes.units.sort_by_key(|unit| unit.place.line(sections));
        }
    }
}

/// Items under a section that is named as the place of the steps, and headings without a number there.
fn lists_of_steps(sections: &Sections<'_>) -> Vec<Candidate> {
    let mut lists: BTreeMap<(usize, Shape), Candidate> = BTreeMap::new();
    for section in 1..sections.all.len() {
        let role = sections.all[section].role;
        if !matches!(role, Some(Role::Steps | Role::SecondSteps)) || unit_around(sections, section).is_some()
        {
            continue;
        }
        let Some(standing) = standing(role) else { continue };
        let anchor = box_anchor(sections, section, standing);
        for block in sections.content(section) {
            let BlockKind::List { ordered } = sections.document.blocks[block].kind else { continue };
            let shape = if ordered { Shape::NumberedItems } else { Shape::Bullets };
            let list =
                lists.entry((anchor, shape)).or_insert_with(|| Candidate::empty(shape, standing, anchor));
            for item in sections.document.children(block) {
                list.add_item(sections, item, section);
            }
        }
        let plain = sections.all[section].level <= 6 && headings::shape_of(sections, section).is_none();
        if plain && sections.all[section].parent == Some(anchor) && section != anchor {
            let key = (anchor, Shape::PlainHeadings);
            let list = lists.entry(key).or_insert_with(|| Candidate::empty(key.1, standing, anchor));
            list.units.push(Unit { place: Place::Section(section), group: None });
            list.lines += lines_of(sections, section);
        }
    }
    lists.into_values().filter(|list| !list.units.is_empty()).collect()
}

/// Todos of front matter, rows of tables, tasks in blocks of YAML.
fn entries(sections: &Sections<'_>) -> Vec<Candidate> {
    let shared =
        if sections.document.entries.is_empty() { HashMap::new() } else { beside::shared_anchors(sections) };
    let mut lists: BTreeMap<(usize, Shape), Candidate> = BTreeMap::new();
    for (index, entry) in sections.document.entries.iter().enumerate() {
        // The last section that begins before: its own content goes to the next.
        let section = sections.all.partition_point(|section| section.start <= entry.span.start) - 1;
        let role = match entry.kind {
            EntryKind::Row { named: true } => role_around_tests(sections, section),
            _ => sections.all[section].role,
        };
        let Some(standing) = standing(role).filter(|standing| *standing != Standing::Doubtful) else {
            continue;
        };
        let unit = unit_around(sections, section).filter(|_| entry.kind != EntryKind::Todo);
        let (shape, standing) = match entry.kind {
            EntryKind::Row { named: true } if unit.is_some_and(|unit| holds_rows(sections, unit, entry)) => {
                (Shape::NamedRows, standing)
            }
            _ if unit.is_some() => continue,
            EntryKind::Todo => (Shape::Todos, Standing::Named),
            EntryKind::Row { named } if named || standing == Standing::Named => (Shape::Rows, standing),
            EntryKind::Row { .. } => continue,
            EntryKind::Task => (Shape::FencedTasks, standing),
            EntryKind::Element => (Shape::Elements, standing),
        };
        let anchor = box_anchor(sections, section, standing);
        let anchor = shared.get(&anchor).copied().unwrap_or(anchor);
        let list = lists.entry((anchor, shape)).or_insert_with(|| Candidate::empty(shape, standing, anchor));
        list.add_entry(sections, index, section);
    }
    lists.into_values().collect()
}

/// A phase without validation of its own is a group of the rows that have a state.
fn holds_rows(sections: &Sections<'_>, unit: usize, row: &Entry) -> bool {
    row.state.is_some()
        && keyword(sections, unit) == Some(Keyword::Group)
        && !validates_itself(sections, unit)
}

/// The tests and documents that a table of tasks asks for are tasks like the others.
fn role_around_tests(sections: &Sections<'_>, section: usize) -> Option<Role> {
    let roles =
        std::iter::once(section).chain(sections.ancestors(section)).map(|index| sections.all[index].role);
    roles.into_iter().find(|role| !matches!(role, Some(Role::Testing | Role::Documentation))).flatten()
}

/// All boxes of a neutral part of the file are one list; a named section has its own.
fn box_anchor(sections: &Sections<'_>, section: usize, standing: Standing) -> usize {
    let named = |index: &usize| {
        matches!(sections.all[*index].named, Some(Role::Steps | Role::SecondSteps | Role::Tasks))
    };
    if standing == Standing::Neutral {
        return 0;
    }
    std::iter::once(section).chain(sections.ancestors(section)).find(named).unwrap_or(section)
}

/// The nearest unit of work that a section is, or stands in.
fn unit_around(sections: &Sections<'_>, section: usize) -> Option<usize> {
    std::iter::once(section)
        .chain(sections.ancestors(section))
        .find(|index| keyword(sections, *index).is_some())
}

/// A phase with validation of its own is one step, however its tasks are written.
fn validates_itself(sections: &Sections<'_>, unit: usize) -> bool {
    sections.subtree(unit).skip(1).any(|section| {
        matches!(
            sections.all[section].named,
            Some(Role::Criteria | Role::Validation | Role::Acceptance | Role::Deliverables)
        ) && sections.all[section].level <= 6
    })
}

/// The items of a section's lists that no other item holds.
pub fn top_items<'a>(sections: &'a Sections<'_>, section: usize) -> impl Iterator<Item = usize> + 'a {
    sections
        .content(section)
        .filter(|block| matches!(sections.document.blocks[*block].kind, BlockKind::List { .. }))
        .flat_map(|list| sections.document.children(list))
}

fn holds_box(sections: &Sections<'_>, section: usize) -> bool {
    let blocks: Range<usize> = sections.all[section].from..sections.all[sections.all[section].end - 1].to;
    blocks.into_iter().any(|block| {
        matches!(
            sections.document.blocks.get(block).map(|b| &b.kind),
            Some(BlockKind::Item { mark: Some(_), .. })
        )
    })
}

pub(super) fn lines_of(sections: &Sections<'_>, section: usize) -> usize {
    sections.all[section].end_line + 1 - sections.all[section].line
}

impl super::sections::Section<'_> {
    /// A unit may be named for anything, unless a section between it and the anchor says otherwise.
    fn role_allows_steps(&self, anchor: usize, sections: &Sections<'_>) -> bool {
        self.role == sections.all[anchor].role || standing(self.role).is_some() || self.title.id.is_some()
    }
}

impl Candidate {
    pub(super) fn empty(shape: Shape, standing: Standing, anchor: usize) -> Self {
        Self { shape, standing, anchor, units: Vec::new(), groups: Vec::new(), lines: 0 }
    }

    /// Adds a section: itself, or as a group the units that it holds. Returns the first section behind it.
    fn add_section(&mut self, sections: &Sections<'_>, section: usize, group: Option<usize>) -> usize {
        let end = sections.all[section].end;
        let inner = inner_units(sections, section);
        if inner.is_empty() {
            self.units.push(Unit { place: Place::Section(section), group });
            self.lines += lines_of(sections, section);
            return end;
        }
        let own = self.groups.len();
        self.groups.push(section);
        let mut after = 0;
        for unit in inner {
            if unit >= after {
                after = self.add_section(sections, unit, Some(own));
            }
        }
        end
    }

    pub(super) fn add_item(&mut self, sections: &Sections<'_>, block: usize, section: usize) {
        let group = self.group_of(sections, section);
        self.units.push(Unit { place: Place::Item { block, section }, group });
        let item = &sections.document.blocks[block];
        self.lines += item.end_line + 1 - item.line;
    }

    pub(super) fn add_entry(&mut self, sections: &Sections<'_>, entry: usize, section: usize) {
        let group = self.group_of(sections, section);
        self.units.push(Unit { place: Place::Entry { entry, section }, group });
        let found = &sections.document.entries[entry];
        self.lines += found.end_line + 1 - found.line;
    }

    /// The phase around an entry, or the heading above it, is its group, unless it is the one around the whole
    /// list.
    fn group_of(&mut self, sections: &Sections<'_>, section: usize) -> Option<usize> {
        let unit = unit_around(sections, section).filter(|unit| sections.all[*unit].level <= 6);
        let heading = unit.unwrap_or_else(|| sections.heading_of(section));
        let own = heading != self.anchor && sections.all[heading].level > 1;
        if own && self.groups.last() != Some(&heading) {
            self.groups.push(heading);
        }
        own.then(|| self.groups.len() - 1)
    }

    /// The section around it is the group of its units.
    pub(super) fn group_units(&mut self) {
        let own = self.groups.len();
        self.groups.push(self.anchor);
        self.units.iter_mut().filter(|unit| unit.group.is_none()).for_each(|unit| unit.group = Some(own));
    }

    pub(super) fn absorb(&mut self, other: Self) {
        let offset = self.groups.len();
        self.groups.extend(other.groups);
        let moved = |unit: Unit| Unit { group: unit.group.map(|group| group + offset), ..unit };
        self.units.extend(other.units.into_iter().map(moved));
        self.lines += other.lines;
    }
}

/// The units that make a group of a section. What stands in a step is never a step.
fn inner_units(sections: &Sections<'_>, section: usize) -> Vec<usize> {
    if keyword(sections, section) != Some(Keyword::Group) {
        return Vec::new();
    }
    let level = sections.all[section].level;
    let id = sections.all[section].title.id.as_deref().unwrap_or_default();
    let belongs = |inner: &usize| {
        let title = &sections.all[*inner].title;
        let same_kind = (sections.all[*inner].level <= 6) == (level <= 6);
        let through_names = sections.ancestors(*inner).take_while(|above| *above != section).all(|above| {
            keyword(sections, above).is_some() || headings::lets_through(sections, above, *inner)
        });
        let dotted = title.keyword.is_none()
            && title
                .id
                .as_deref()
                .and_then(|inner| inner.strip_prefix(id))
                .is_some_and(|s| s.starts_with('.'));
        let coded = title.keyword.is_none() && !title.label.is_empty() && title.id.is_some();
        same_kind && through_names && (keyword(sections, *inner).is_some() || dotted || coded)
    };
    sections.subtree(section).skip(1).filter(belongs).collect()
}
