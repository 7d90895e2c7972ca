//! The tree of sections: each heading or label, what stands under it, and the role that its name gives it.

mod builder;
pub(super) mod counted;
pub(super) mod details;
pub(super) mod leak;
mod letters;
mod looks;
mod roles;
mod series;

use std::ops::Range;

use typed_index_collections::TiVec;

use super::document::Document;
use super::names::Role;
use crate::plan::names::title::Title;
use crate::plan::{BlockIndex, Line, SectionIndex, Span};

/// Start of the section that agentrun owns.
pub(crate) const PROGRESS_OPENS: &str = "<!-- agentrun:progress -->";
/// End of the section that agentrun owns.
pub(crate) const PROGRESS_CLOSES: &str = "<!-- /agentrun:progress -->";

/// The level of a bold line with a number, `**Step 1: Title**`: below every heading.
const NUMBERED_LABEL: u8 = 7;
/// The level of any other label.
pub(crate) const LABEL: u8 = 8;

/// All sections of a document, each before those it holds. The first is the whole document.
#[derive(Debug, Clone)]
pub(crate) struct Sections<'text> {
    /// The facts they are made of.
    pub document: Document<'text>,
    /// The sections.
    pub all: TiVec<SectionIndex, Section<'text>>,
    /// Bytes between the markers of the section that agentrun owns, and the whole of it.
    pub owned: Option<Owned>,
}

/// The place of the section that agentrun owns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Owned {
    /// Bytes between the markers.
    pub inner: Span,
    /// Bytes with the markers.
    pub outer: Span,
}

/// A heading or label with what stands under it.
#[derive(Debug, Clone)]
pub(crate) struct Section<'text> {
    /// 0 for the document, 1 to 6 for headings, then labels.
    pub level: u8,
    /// Heading or label, taken apart.
    pub title: Title,
    /// The role of its own name.
    pub named: Option<Role>,
    /// Its own role, or that of the section around it.
    pub role: Option<Role>,
    /// One of a series of numbered units, which is one list whatever headings stand above it.
    pub in_series: bool,
    /// The section around it.
    pub parent: Option<SectionIndex>,
    /// One past the last section it holds.
    pub end: SectionIndex,
    /// What follows a label on its own line: offset and text of each line.
    pub value: Vec<(usize, &'text str)>,
    /// The block that it begins with.
    pub block: BlockIndex,
    /// First block of its own content.
    pub from: BlockIndex,
    /// One past the last block of its own content.
    pub to: BlockIndex,
    /// First byte.
    pub start: usize,
    /// First line.
    pub line: Line,
    /// Last line that is not blank, the sections it holds included.
    pub end_line: Line,
}

impl<'text> Sections<'text> {
    /// Makes the tree.
    pub(crate) fn of(document: Document<'text>) -> Self {
        let owned = Owned::of(&document);
        let mut all = builder::build(&document, owned.as_ref());
        looks::name(&document, &mut all);
        roles::give(&mut all, owned.as_ref());
        Self { document, all, owned }
    }

    /// The top-level blocks of a section's own content.
    pub(crate) fn content(&self, section: SectionIndex) -> impl Iterator<Item = BlockIndex> + '_ {
        let found = &self.all[section];
        self.document.siblings(found.from, found.to)
    }

    /// A section and the sections it holds.
    pub(crate) fn subtree(&self, section: SectionIndex) -> impl Iterator<Item = SectionIndex> + use<> {
        section.until(self.all[section].end)
    }

    /// The sections that a section holds.
    pub(crate) fn inside(&self, section: SectionIndex) -> impl Iterator<Item = SectionIndex> + use<> {
        section.next().until(self.all[section].end)
    }

    /// The sections around a section, nearest first.
    pub(crate) fn ancestors(&self, section: SectionIndex) -> impl Iterator<Item = SectionIndex> + '_ {
        std::iter::successors(self.all[section].parent, |parent| self.all[*parent].parent)
    }

    /// A section and those around it, nearest first.
    pub(crate) fn around(&self, section: SectionIndex) -> impl Iterator<Item = SectionIndex> + '_ {
        std::iter::once(section).chain(self.ancestors(section))
    }

    /// The heading that a section is, or stands under.
    pub(crate) fn heading_of(&self, section: SectionIndex) -> SectionIndex {
        let mut around = self.around(section);
        around.find(|index| self.all[*index].is_heading()).unwrap_or(SectionIndex::DOCUMENT)
    }

    /// The last section that begins before a byte, or with it.
    pub(crate) fn at(&self, byte: usize) -> SectionIndex {
        let behind = self.all.raw.partition_point(|section| section.start <= byte);
        behind.saturating_sub(1).into()
    }

    /// All sections but the whole document.
    pub(crate) fn named(&self) -> impl Iterator<Item = (SectionIndex, &Section<'text>)> {
        self.all.iter_enumerated().skip(1)
    }

    /// Stands in the section that agentrun owns.
    pub(crate) fn is_owned(&self, section: &Section<'_>) -> bool {
        self.owned.as_ref().is_some_and(|owned| owned.outer.contains(&section.start))
    }

    /// The blocks of a section and of those that it holds.
    pub(crate) fn blocks(&self, section: SectionIndex) -> Range<BlockIndex> {
        let last = self.subtree(section).last().unwrap_or(section);
        self.all[section].from..self.all[last].to
    }

    /// One past the last byte of a section that is not blank.
    pub(crate) fn end_of(&self, section: SectionIndex) -> usize {
        let last = self.all[section].end_line;
        self.document.lines.start(last) + self.document.line(last).trim_end().len()
    }
}

impl Section<'_> {
    /// A heading, and neither the document nor a label.
    pub(crate) fn is_heading(&self) -> bool {
        (1..=6).contains(&self.level)
    }

    /// How many lines it takes.
    pub(crate) fn lines(&self) -> usize {
        self.line.count_to(self.end_line)
    }
}

impl Owned {
    /// The marked section, if both of its markers are there.
    fn of(document: &Document<'_>) -> Option<Self> {
        let is = |span: &Span, marker: &str| &document.text[span.clone()] == marker;
        let mut spans = document.comments.iter().map(|comment| &comment.span);
        let opens = spans.find(|span| is(span, PROGRESS_OPENS))?;
        let closes = spans.find(|span| is(span, PROGRESS_CLOSES))?;
        Some(Self { inner: opens.end..closes.start, outer: opens.start..closes.end })
    }
}
