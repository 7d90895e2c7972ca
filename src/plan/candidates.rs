//! Finds every list of a plan that could be the list of its steps.

pub(super) mod beside;
mod boxes;
mod entries;
mod headings;
pub(super) mod last_resort;
mod named;

use std::collections::BTreeMap;

use typed_index_collections::TiVec;

use super::document::BlockKind;
use super::names::{Keyword, Role};
use super::sections::{Section, Sections};
use crate::plan::{BlockIndex, EntryIndex, GroupIndex, Line, SectionIndex};

/// A list that could be the list of steps.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    /// How its entries are written.
    pub shape: ListShape,
    /// Where it stands: the role of the section around.
    pub standing: Standing,
    /// The section around it.
    pub anchor: SectionIndex,
    /// Its entries, in the order of the file.
    pub units: Vec<Unit>,
    /// The sections that hold the entries.
    pub groups: TiVec<GroupIndex, SectionIndex>,
    /// How many lines its entries take.
    pub lines: usize,
}

/// One entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unit {
    /// What it is.
    pub place: UnitPlace,
    /// Its group, one of [`Candidate::groups`].
    pub group: Option<GroupIndex>,
}

/// What an entry is in the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum UnitPlace {
    /// A section.
    Section(SectionIndex),
    /// An item of a list, and the section that it stands in.
    Item {
        /// Index of the block.
        block: BlockIndex,
        /// Index of the section.
        section: SectionIndex,
    },
    /// An entry that is no item, and the section that it stands in.
    Entry {
        /// Index of the entry.
        entry: EntryIndex,
        /// Index of the section.
        section: SectionIndex,
    },
}

impl UnitPlace {
    /// The line on which it begins.
    pub(crate) fn line(self, sections: &Sections<'_>) -> Line {
        match self {
            Self::Section(section) => sections.all[section].line,
            Self::Item { block, .. } => sections.document.blocks[block].line,
            Self::Entry { entry, .. } => sections.document.entries[entry].line,
        }
    }
}

/// How the entries of a list are written, the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ListShape {
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
    /// `| T1 | Title | open |`
    Rows,
}

/// What the section around a list says about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Standing {
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
pub(crate) fn find(sections: &Sections<'_>) -> Vec<Candidate> {
    let mut candidates = headings::lists(sections);
    candidates.extend(boxes::lists(sections));
    candidates.extend(named::lists(sections));
    candidates.extend(entries::lists(sections));
    if candidates.is_empty() {
        return last_resort::find(sections);
    }
    // A log of boxes says what is open where the only other lists are lines of a text.
    let plain = |list: &Candidate| match list.shape {
        ListShape::Bullets | ListShape::PlainHeadings => true,
        ListShape::NumberedItems => list.standing != Standing::Named,
        _ => false,
    };
    if candidates.iter().all(plain) {
        candidates.extend(last_resort::log(sections));
    }
    candidates
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
pub(crate) fn keyword(sections: &Sections<'_>, section: SectionIndex) -> Option<Keyword> {
    sections.all[section].title.unit
}

/// All boxes of a neutral part of the file are one list; a named section has its own.
fn box_anchor(sections: &Sections<'_>, section: SectionIndex, standing: Standing) -> SectionIndex {
    if standing == Standing::Neutral {
        return SectionIndex::DOCUMENT;
    }
    let is_named = |index: &SectionIndex| {
        matches!(sections.all[*index].named, Some(Role::Steps | Role::SecondSteps | Role::Tasks))
    };
    sections.around(section).find(is_named).unwrap_or(section)
}

/// The nearest unit of work that a section is, or stands in.
fn unit_around(sections: &Sections<'_>, section: SectionIndex) -> Option<SectionIndex> {
    sections.around(section).find(|index| keyword(sections, *index).is_some())
}

/// A phase with validation of its own is one step, however its tasks are written.
fn validates_itself(sections: &Sections<'_>, unit: SectionIndex) -> bool {
    sections.inside(unit).map(|section| &sections.all[section]).any(|section| {
        let named = section.named;
        section.level <= 6
            && matches!(
                named,
                Some(Role::Criteria | Role::Validation | Role::Acceptance | Role::Deliverables)
            )
    })
}

/// The items of a section's lists that no other item holds.
pub(crate) fn top_items<'a>(
    sections: &'a Sections<'_>,
    section: SectionIndex,
) -> impl Iterator<Item = BlockIndex> + 'a {
    let document = &sections.document;
    let lists = sections.content(section).filter(|block| document.is_list(*block));
    lists.flat_map(|list| document.children(list))
}

fn holds_box(sections: &Sections<'_>, section: SectionIndex) -> bool {
    sections.document.holds_box(&sections.blocks(section))
}

impl Section<'_> {
    /// A unit may be named for anything, unless a section between it and the anchor says otherwise.
    fn role_allows_steps(&self, anchor: SectionIndex, sections: &Sections<'_>) -> bool {
        self.role == sections.all[anchor].role || standing(self.role).is_some() || self.title.id.is_some()
    }
}

impl Candidate {
    pub(super) fn empty(shape: ListShape, standing: Standing, anchor: SectionIndex) -> Self {
        Self { shape, standing, anchor, units: Vec::new(), groups: TiVec::new(), lines: 0 }
    }

    /// Adds a section that is an entry.
    pub(super) fn add_unit(
        &mut self,
        sections: &Sections<'_>,
        section: SectionIndex,
        group: Option<GroupIndex>,
    ) {
        self.units.push(Unit { place: UnitPlace::Section(section), group });
        self.lines += sections.all[section].lines();
    }

    /// Adds a section: itself, or as a group the units that it holds. Returns the first section behind it.
    fn add_section(
        &mut self,
        sections: &Sections<'_>,
        section: SectionIndex,
        group: Option<GroupIndex>,
    ) -> SectionIndex {
        let end = sections.all[section].end;
        let inner = inner_units(sections, section);
        if inner.is_empty() {
            self.add_unit(sections, section, group);
            return end;
        }
        let own = self.groups.push_and_get_key(section);
        let mut after = SectionIndex::DOCUMENT;
        for unit in inner {
            if unit >= after {
                after = self.add_section(sections, unit, Some(own));
            }
        }
        end
    }

    /// `Month 2: Nothing yet.` beside months that hold steps is none.
    fn leave_empty_groups_out(&mut self, sections: &Sections<'_>) {
        let is_empty = |unit: &Unit| match unit.place {
            UnitPlace::Section(section) if keyword(sections, section) == Some(Keyword::Group) => {
                let mut blocks = sections.blocks(section).start.until(sections.blocks(section).end);
                let said: usize = sections
                    .subtree(section)
                    .flat_map(|inner| sections.content(inner))
                    .map(|block| sections.document.text_of(block).0.split_whitespace().count())
                    .sum();
                let holds =
                    blocks.any(|block| !matches!(sections.document.blocks[block].kind, BlockKind::Paragraph));
                !holds && said <= 3
            }
            _ => false,
        };
        if !self.groups.is_empty() {
            self.units.retain(|unit| !is_empty(unit));
        }
    }

    pub(super) fn add_item(&mut self, sections: &Sections<'_>, block: BlockIndex, section: SectionIndex) {
        let group = self.group_of(sections, section);
        self.units.push(Unit { place: UnitPlace::Item { block, section }, group });
        let item = &sections.document.blocks[block];
        self.lines += item.line.count_to(item.end_line);
    }

    pub(super) fn add_entry(&mut self, sections: &Sections<'_>, entry: EntryIndex, section: SectionIndex) {
        let group = self.group_of(sections, section);
        self.units.push(Unit { place: UnitPlace::Entry { entry, section }, group });
        let found = &sections.document.entries[entry];
        self.lines += found.line.count_to(found.end_line);
    }

    /// The phase around an entry, or the heading above it, is its group, unless it is the one around the whole
    /// list.
    fn group_of(&mut self, sections: &Sections<'_>, section: SectionIndex) -> Option<GroupIndex> {
        let unit = unit_around(sections, section).filter(|unit| sections.all[*unit].level <= 6);
        let heading = unit.unwrap_or_else(|| sections.heading_of(section));
        if heading == self.anchor || sections.all[heading].level <= 1 {
            return None;
        }
        if self.groups.last() != Some(&heading) {
            self.groups.push(heading);
        }
        self.groups.last_key()
    }

    /// The section around it is the group of its units.
    pub(super) fn group_units(&mut self) {
        let own = self.groups.push_and_get_key(self.anchor);
        for unit in &mut self.units {
            unit.group.get_or_insert(own);
        }
    }

    pub(super) fn absorb(&mut self, other: Self) {
        let behind = self.groups.len();
        self.groups.extend(other.groups);
        let moved = |group: GroupIndex| GroupIndex::from(usize::from(group) + behind);
        let units = other.units.into_iter();
        self.units.extend(units.map(|unit| Unit { group: unit.group.map(moved), ..unit }));
        self.lines += other.lines;
    }
}

/// Lists that are being gathered, one for each place and way of writing.
#[derive(Default)]
struct Gathered(BTreeMap<(SectionIndex, ListShape), Candidate>);

impl Gathered {
    /// The list of this shape at this place.
    fn list(&mut self, shape: ListShape, standing: Standing, anchor: SectionIndex) -> &mut Candidate {
        self.0.entry((anchor, shape)).or_insert_with(|| Candidate::empty(shape, standing, anchor))
    }

    fn finish(self) -> impl Iterator<Item = Candidate> {
        self.0.into_values()
    }
}

/// The units that make a group of a section. What stands in a step is never a step.
fn inner_units(sections: &Sections<'_>, section: SectionIndex) -> Vec<SectionIndex> {
    if keyword(sections, section) != Some(Keyword::Group) {
        return Vec::new();
    }
    let id = sections.all[section].title.id.as_deref().unwrap_or_default();
    let is_heading = sections.all[section].level <= 6;
    let belongs = |inner: &SectionIndex| {
        let mut between = sections.ancestors(*inner).take_while(|above| *above != section);
        (sections.all[*inner].level <= 6) == is_heading
            && between.all(|above| {
                keyword(sections, above).is_some() || headings::lets_through(sections, above, *inner)
            })
            && is_unit_of(&sections.all[*inner], id)
    };
    sections.inside(section).filter(belongs).collect()
}

/// A section has a word for units of work, a code, or a number that goes on with that of its group.
fn is_unit_of(section: &Section<'_>, group_id: &str) -> bool {
    let title = &section.title;
    let id = title.id.as_deref();
    let dotted = || id.and_then(|id| id.strip_prefix(group_id)).is_some_and(|rest| rest.starts_with('.'));
    let coded = !title.label.is_empty() && id.is_some();
    title.unit.is_some() || (title.keyword.is_none() && (dotted() || coded))
}
