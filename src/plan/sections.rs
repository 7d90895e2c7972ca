//! The tree of sections: each heading or label, what stands under it, and the role that its name gives it.

pub(super) mod counted;
pub(super) mod details;
pub(super) mod leak;

use self::details::Details;
use super::document::{Block, BlockKind, Document};
use super::names::{self, Keyword, Role};
use crate::plan::names::label::Label;
use crate::plan::names::title::{self, Title};
use crate::plan::steps::references;

/// Start of the section that agentrun owns.
pub const PROGRESS_OPENS: &str = "<!-- agentrun:progress -->";
/// End of the section that agentrun owns.
pub const PROGRESS_CLOSES: &str = "<!-- /agentrun:progress -->";

/// The level of a bold line with a number, `**Step 1: Title**`: below every heading.
const NUMBERED_LABEL: u8 = 7;
/// The level of any other label.
pub const LABEL: u8 = 8;

/// All sections of a document, each before those it holds. The first is the whole document.
#[derive(Debug, Clone)]
pub struct Sections<'text> {
    /// The facts they are made of.
    pub document: Document<'text>,
    /// The sections.
    pub all: Vec<Section<'text>>,
    /// Bytes between the markers of the section that agentrun owns, and the whole of it.
    pub owned: Option<Owned>,
}

/// The place of the section that agentrun owns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owned {
    /// Bytes between the markers.
    pub inner: std::ops::Range<usize>,
    /// Bytes with the markers.
    pub outer: std::ops::Range<usize>,
}

/// A heading or label with what stands under it.
#[derive(Debug, Clone, Default)]
pub struct Section<'text> {
    /// 0 for the document, 1 to 6 for headings, then labels.
    pub level: u8,
    /// Heading or label, taken apart.
    pub title: Title<'text>,
    /// The role of its own name.
    pub named: Option<Role>,
    /// Its own role, or that of the section around it.
    pub role: Option<Role>,
    /// The section around it, an index into [`Sections::all`].
    pub parent: Option<usize>,
    /// One past the last section it holds.
    pub end: usize,
    /// What follows a label on its own line: offset and text of each line.
    pub value: Vec<(usize, &'text str)>,
    /// The block that it begins with.
    pub block: usize,
    /// First block of its own content.
    pub from: usize,
    /// One past the last block of its own content.
    pub to: usize,
    /// First byte.
    pub start: usize,
    /// First line.
    pub line: usize,
    /// Last line that is not blank, the sections it holds included.
    pub end_line: usize,
}

impl<'text> Sections<'text> {
    /// Makes the tree.
    pub fn of(document: Document<'text>) -> Self {
        let owned = owned(&document);
        let begins = |block: &&Block| matches!(block.kind, BlockKind::Heading { .. } | BlockKind::Paragraph);
        let top = document.blocks.iter().filter(|block| block.parent.is_none());
        let mut all = Vec::with_capacity(1 + top.filter(begins).count());
        all.push(Section::default());
        let mut builder = Builder {
            document: &document,
            all,
            open: vec![0],
            leak: 0,
            leaks_end: true,
            details: Vec::new(),
        };
        for block in document.siblings(0, document.blocks.len()) {
            builder.add(block, owned.as_ref());
        }
        let mut all = builder.finish();
        give_roles(&mut all, owned.as_ref());
        Self { document, all, owned }
    }

    /// The top-level blocks of a section's own content.
    pub fn content(&self, section: usize) -> impl Iterator<Item = usize> + '_ {
        let found = &self.all[section];
        self.document.siblings(found.from, found.to)
    }

    /// A section and the sections it holds.
    pub fn subtree(&self, section: usize) -> std::ops::Range<usize> {
        section..self.all[section].end
    }

    /// The sections around a section, nearest first.
    pub fn ancestors(&self, section: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(self.all[section].parent, |parent| self.all[*parent].parent)
    }

    /// The heading that a section is, or stands under.
    pub fn heading_of(&self, section: usize) -> usize {
        let is_heading = |index: &usize| (1..=6).contains(&self.all[*index].level);
        std::iter::once(section).chain(self.ancestors(section)).find(is_heading).unwrap_or(0)
    }

    /// One past the last byte of a section that is not blank.
    pub fn end_of(&self, section: usize) -> usize {
        let span = self.document.lines.span(self.all[section].end_line);
        let line = self.document.text.get(span.clone()).unwrap_or_default();
        span.start + line.trim_end().len()
    }
}

struct Builder<'a, 'text> {
    document: &'a Document<'text>,
    all: Vec<Section<'text>>,
    /// The sections that are open, outermost first.
    open: Vec<usize>,
    /// One past the last block of an embedded document that leaked into the plan.
    leak: usize,
    /// There may be an end of such a document further on.
    leaks_end: bool,
    /// Levels of the summaries that are open.
    details: Vec<u8>,
}

impl<'text> Builder<'_, 'text> {
    fn add(&mut self, index: usize, owned: Option<&Owned>) {
        let block = &self.document.blocks[index];
        match &block.kind {
            BlockKind::Heading { level, .. } => {
                let title = self.heading_title(index);
                if index < self.leak && !self.goes_on_with(*level, &title) {
                    return self.add_content(index);
                }
                let later = is_later(&title);
                let level = self.level_among_its_like(*level, &title);
                self.open(level, title, (index, block.start, block.line));
                let current = self.current();
                self.all[current].named = role_of(&self.all[current].title);
                if later {
                    self.all[current].title.unit = None;
                    self.all[current].title.id = None;
                    self.all[current].named = Some(Role::Context);
                }
            }
            BlockKind::Paragraph if index >= self.leak => self.add_paragraph(index),
            BlockKind::Code(_) if index >= self.leak && leak::is_cut_short(self.document, index) => {
                self.leak = if self.leaks_end { leak::end_of(self.document, index).unwrap_or(0) } else { 0 };
                // Where one has no end, none behind it has: nobody looks twice.
                self.leaks_end = self.leak > 0;
            }
            // What follows a thematic break belongs to the heading, no longer to the label before it.
            BlockKind::Rule if self.all[self.current()].level >= NUMBERED_LABEL => {
                self.open(NUMBERED_LABEL, Title::default(), (index, block.start, block.line));
            }
            BlockKind::Html if owned.is_some_and(|owned| owned.outer.start == block.start) => {
                self.open(1, Title::default(), (index, block.start, block.line));
            }
            BlockKind::Html => self.add_html(index),
            _ => {}
        }
        self.add_content(index);
    }

    /// `<details><summary>Title</summary>` without a heading inside is a heading itself.
    fn add_html(&mut self, index: usize) {
        let Some(html) = Details::of(self.document, index) else { return };
        if html.closes
            && let Some(level) = self.details.pop()
        {
            self.close(level, index);
            // What follows belongs to the heading around again.
            let block = &self.document.blocks[index];
            self.open(NUMBERED_LABEL, Title::default(), (index, block.start, block.line));
        }
        let Some(summary) = html.summary else { return };
        let last = self.open.iter().rev().map(|open| self.all[*open].level).find(|level| *level <= 6);
        let level = last.map_or(2, |level| level + 1).clamp(2, 6);
        let title = Title::parse(&summary).into_owned();
        self.open(level, title, (index, html.start, html.line));
        self.details.push(level);
        let current = self.current();
        self.all[current].named = role_of(&self.all[current].title);
    }

    fn add_content(&mut self, index: usize) {
        let block = &self.document.blocks[index];
        let current = self.current();
        // A thematic break is no content: it must not stretch the step before it.
        if !matches!(block.kind, BlockKind::Rule) {
            self.all[current].end_line = self.all[current].end_line.max(block.end_line);
        }
        self.all[current].to = block.end;
    }

    /// The heading is of the kind that the embedded document stands in: it is the plan's.
    fn goes_on_with(&self, level: u8, title: &Title<'_>) -> bool {
        let same = |open: &usize| {
            let open = &self.all[*open];
            open.level == level && open.title.unit.is_some() && open.title.keyword == title.keyword
        };
        self.open.iter().any(same)
    }

    /// `### Phase 2` behind `## Phase 1` is no part of it.
    fn level_among_its_like(&self, level: u8, title: &Title<'_>) -> u8 {
        let number = |title: &Title<'_>| title.id.as_deref().and_then(|id| id.parse::<u32>().ok());
        let Some(next) = number(title).filter(|_| title.unit.is_some()) else { return level };
        let is_before = |open: &&Section<'_>| {
            (2..level).contains(&open.level)
                && open.title.keyword == title.keyword
                && number(&open.title).is_some_and(|number| number < next)
        };
        self.open.iter().map(|open| &self.all[*open]).find(is_before).map_or(level, |open| open.level)
    }

    fn heading_title(&self, index: usize) -> Title<'text> {
        let (_, first) = self.document.first_line(index);
        if first.starts_with('#') {
            let text = match self.document.blocks[index].mark() {
                Some(_) => first.split_once("] ").map_or(first, |(_, behind)| behind),
                None => first,
            };
            return Title::parse(text.trim_matches('#').trim());
        }
        // The last line is the one that underlines the others.
        let lines: Vec<&str> = self.document.lines_of(index).map(|(_, line)| line).collect();
        let kept = lines.len().max(2) - 1;
        let text = names::joined(lines.into_iter().take(kept));
        Title::parse(text.trim_matches('#').trim()).into_owned()
    }

    /// A paragraph may be several fields, one a line, or end with the label of the list behind it.
    fn add_paragraph(&mut self, index: usize) {
        let document = self.document;
        let mut first = false;
        let block = &document.blocks[index];
        for (number, (at, line)) in (block.line..).zip(document.lines_of(index)) {
            let label = match number == block.line {
                true => Label::of(line).or_else(|| Label::unit(line)),
                false if first || number == block.end_line => Label::of(line),
                false => None,
            };
            first |= number == block.line && label.is_some();
            match label {
                Some(label) if first || label.value.is_empty() => {
                    if !first {
                        let current = self.current();
                        self.all[current].to = block.end;
                    }
                    self.open_label(label, at, (index, number));
                }
                _ if first && !line.is_empty() => {
                    let current = self.current();
                    self.all[current].value.push((at, line));
                    self.all[current].end_line = number;
                }
                _ => {}
            }
        }
        // `**Goal:** text` and then a list: the list is the heading's, not the goal's.
        let current = self.current();
        let section = &self.all[current];
        if first && section.level == LABEL && !section.value.is_empty() && is_aside(section) {
            self.open(LABEL, Title::default(), (index, block.start, block.end_line));
        }
    }

    fn open_label(&mut self, label: Label<'text>, at: usize, (index, line): (usize, usize)) {
        let mut title = Title::parse(label.name);
        let mut level = LABEL;
        let numbered = title.id.is_some() && (title.keyword.is_some() || title.label.is_empty());
        if numbered {
            level = NUMBERED_LABEL;
            if title.title.is_empty() {
                title.title = title::plain(label.value);
            }
        }
        self.open(level, title, (index, at, line));
        let current = self.current();
        self.all[current].end_line = line;
        self.all[current].named = label.role;
        if !label.value.is_empty() {
            self.all[current].value.push((at + label.value_at, label.value));
        }
    }

    /// Opens a section whose content starts behind the block.
    fn open(&mut self, level: u8, title: Title<'text>, (index, start, line): (usize, usize, usize)) {
        self.close(level, index);
        let parent = self.open.last().copied();
        let from = self.document.blocks[index].end;
        let section = Section {
            level,
            title,
            parent,
            block: index,
            from,
            to: from,
            start,
            line,
            end_line: line,
            ..Section::default()
        };
        self.open.push(self.all.len());
        self.all.push(section);
    }

    /// Closes every open section of this level or below.
    fn close(&mut self, level: u8, index: usize) {
        while let Some(&last) = self.open.last().filter(|last| self.all[**last].level >= level.max(1)) {
            self.open.pop();
            self.all[last].end = self.all.len();
            self.all[last].to = self.all[last].to.min(index);
            let end_line = self.all[last].end_line;
            if let Some(&parent) = self.open.last() {
                self.all[parent].end_line = self.all[parent].end_line.max(end_line);
            }
        }
    }

    fn finish(mut self) -> Vec<Section<'text>> {
        self.close(1, self.document.blocks.len());
        let end = self.all.len();
        self.all[0].end = end;
        let first = self.all.get(1).map_or(self.document.blocks.len(), |section| section.from);
        self.all[0].to = self.all[0].to.min(first);
        self.all
    }

    fn current(&self) -> usize {
        self.open.last().copied().unwrap_or(0)
    }
}

/// What stands under this label ends with it.
fn is_aside(section: &Section<'_>) -> bool {
    let name = &section.title.title;
    match section.named {
        Some(Role::Timeline | Role::Progress | Role::Prerequisites) => true,
        None | Some(Role::Context | Role::Validation) => names::introduces(name) || names::runs(name),
        // A field that is complete needs no list.
        Some(Role::Dependencies) => section.value.iter().any(|(at, value)| {
            let read = references::read(value, *at, section.line);
            read.independent || !read.references.is_empty()
        }),
        _ => false,
    }
}

/// `Phase 9 (Future): Title` is named only to be left for another plan.
fn is_later(title: &Title<'_>) -> bool {
    let name = names::lower(&title.title);
    title.unit.is_some() && (name.contains("(future)") || name.contains("[future]"))
}

/// What the name of a heading says; a unit of work may be named for anything.
fn role_of(title: &Title<'_>) -> Option<Role> {
    if title.unit.is_some() { None } else { names::role(&title.name()) }
}

/// The marked section, if both of its markers are there.
fn owned(document: &Document<'_>) -> Option<Owned> {
    let is = |span: &std::ops::Range<usize>, marker: &str| &document.text[span.clone()] == marker;
    let opens = document.comments.iter().find(|comment| is(&comment.span, PROGRESS_OPENS))?;
    let closes = document
        .comments
        .iter()
        .find(|comment| comment.span.start > opens.span.end && is(&comment.span, PROGRESS_CLOSES))?;
    Some(Owned { inner: opens.span.end..closes.span.start, outer: opens.span.start..closes.span.end })
}

fn give_roles(all: &mut [Section<'_>], owned: Option<&Owned>) {
    // The section that agentrun owns comes and goes, and says nothing about the others.
    let is_owned = |section: &Section<'_>| owned.is_some_and(|owned| owned.outer.contains(&section.start));
    let is_top = |section: &&Section<'_>| section.level == 1 && !is_owned(section);
    let title = all.iter().position(|section| is_top(&section));
    let alone = all.iter().filter(is_top).count() == 1;
    if let Some(title) = title.filter(|title| alone && all[*title].end > title + 1) {
        // `# Story 1.3: Title` around everything names the file, not a step of it.
        all[title].title.keyword = None;
        all[title].title.unit = None;
        all[title].title.id = None;
    }
    for unit in counted::numbered_units(all) {
        all[unit].title.unit = Some(Keyword::Step);
    }
    for unit in counted::unnumbered_units(all) {
        all[unit].title.unit = Some(Keyword::Step);
    }
    let counts = counted::counts(all);
    let topics = title.filter(|title| names::titles_a_list(&all[*title].title.name()));
    for index in 1..all.len() {
        let parent = all[index].parent.and_then(|parent| all[parent].role);
        if parent == Some(Role::Steps) && counted::is_counted(&all[index], &counts) {
            all[index].title.unit = Some(Keyword::Step);
        }
        let section = &all[index];
        let unit = section.title.unit.is_some();
        let item_of_steps = section.title.id.is_some() && parent == Some(Role::Steps);
        let is_title = title == Some(index) && section.end > index + 1;
        let is_list = is_title && names::titles_a_list(&section.title.name());
        let named = match () {
            () if is_owned(section) => Some(Role::Progress),
            () if is_list => Some(Role::Steps),
            () if unit || item_of_steps || is_title => None,
            () if topics.is_some() && section.parent == topics && is_topic(section) => None,
            () if parent == Some(Role::Steps) && is_topic(section) && holds_units(all, index) => None,
            () if parent == Some(Role::Steps) && is_part(section) => None,
            () => section.named,
        };
        all[index].named = named;
        all[index].role = inherited(parent, named);
    }
}

/// In a list of what is to be done, `Deployment` and `Testing` are what the items are about.
fn is_topic(section: &Section<'_>) -> bool {
    let role = section.named;
    matches!(role, Some(Role::Rollout | Role::Testing | Role::Documentation | Role::Files))
        && section.level <= 6
}

/// `API` under a name for steps.
fn is_part(section: &Section<'_>) -> bool {
    section.level <= 6 && section.named.is_some() && names::names_a_part(&section.title.name())
}

fn holds_units(all: &[Section<'_>], section: usize) -> bool {
    all[section + 1..all[section].end].iter().any(|inner| inner.level <= 6 && inner.title.unit.is_some())
}

/// The section around decides: nothing inside a rollout is a step, whatever its name.
fn inherited(parent: Option<Role>, named: Option<Role>) -> Option<Role> {
    match (parent, named) {
        (Some(Role::Rollout), Some(Role::Rollback)) => Some(Role::Rollback),
        (
            Some(
                Role::Rollout
                | Role::Rollback
                | Role::Timeline
                | Role::History
                | Role::OpenQuestions
                | Role::Progress,
            ),
            _,
        ) => parent,
        _ => named.or(parent),
    }
}
