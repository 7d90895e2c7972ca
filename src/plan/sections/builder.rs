//! The tree of sections is built from the blocks, one after the other.

use typed_index_collections::{TiVec, ti_vec};

use super::details::Details;
use super::{LABEL, NUMBERED_LABEL, Owned, Section, leak};
use crate::plan::document::{Block, BlockKind, Document};
use crate::plan::names::label::Label;
use crate::plan::names::title::{self, Title};
use crate::plan::names::{self, Role};
use crate::plan::steps::references;
use crate::plan::{BlockIndex, Line, SectionIndex};

/// All sections of a document, each before those it holds; none has a role yet that another gives it.
pub(super) fn build<'text>(
    document: &Document<'text>,
    owned: Option<&Owned>,
) -> TiVec<SectionIndex, Section<'text>> {
    let whole = Section {
        level: 0,
        title: Title::default(),
        named: None,
        role: None,
        in_series: false,
        parent: None,
        end: SectionIndex::DOCUMENT,
        value: Vec::new(),
        block: BlockIndex::FIRST,
        from: BlockIndex::FIRST,
        to: BlockIndex::FIRST,
        start: 0,
        line: Line::from(0),
        end_line: Line::from(0),
    };
    let mut builder = SectionBuilder {
        document,
        all: ti_vec![whole],
        open: vec![SectionIndex::DOCUMENT],
        leak: BlockIndex::FIRST,
        leaks_end: true,
        details: Vec::new(),
    };
    for block in document.siblings(BlockIndex::FIRST, document.blocks.next_key()) {
        builder.add(block, owned);
    }
    builder.finish()
}

struct SectionBuilder<'a, 'text> {
    document: &'a Document<'text>,
    all: TiVec<SectionIndex, Section<'text>>,
    /// The sections that are open, outermost first.
    open: Vec<SectionIndex>,
    /// One past the last block of an embedded document that leaked into the plan.
    leak: BlockIndex,
    /// There may be an end of such a document further on.
    leaks_end: bool,
    /// Levels of the summaries that are open.
    details: Vec<u8>,
}

/// Where a section begins.
#[derive(Clone, Copy)]
struct Start {
    block: BlockIndex,
    byte: usize,
    line: Line,
}

impl Start {
    /// With the whole of a block.
    fn of(index: BlockIndex, block: &Block) -> Self {
        Self { block: index, byte: block.start, line: block.line }
    }
}

impl<'text> SectionBuilder<'_, 'text> {
    fn add(&mut self, index: BlockIndex, owned: Option<&Owned>) {
        let block = &self.document.blocks[index];
        match &block.kind {
            BlockKind::Heading { level, .. } => {
                let title = self.heading_title(index);
                if index >= self.leak || self.goes_on_with(*level, &title) {
                    self.open_heading(*level, title, Start::of(index, block));
                }
            }
            BlockKind::Paragraph if index >= self.leak => self.add_paragraph(index),
            BlockKind::Code(_) if index >= self.leak && leak::is_cut_short(self.document, index) => {
                let end = if self.leaks_end { leak::end_of(self.document, index) } else { None };
                // Where one has no end, none behind it has: nobody looks twice.
                self.leaks_end = end.is_some();
                self.leak = end.unwrap_or(BlockIndex::FIRST);
            }
            // What follows a thematic break belongs to the heading, no longer to the label before it.
            BlockKind::Rule if self.all[self.current()].level >= NUMBERED_LABEL => {
                self.open(NUMBERED_LABEL, Title::default(), Start::of(index, block));
            }
            BlockKind::Html if owned.is_some_and(|owned| owned.outer.start == block.start) => {
                self.open(1, Title::default(), Start::of(index, block));
            }
            BlockKind::Html => self.add_html(index),
            // `**Note**: It is blue.` owns no list of work behind a blank line.
            BlockKind::List { ordered } if self.is_behind_a_sentence(index, *ordered) => {
                self.open(LABEL, Title::default(), Start::of(index, block)).from = index;
            }
            _ => {}
        }
        self.add_content(index);
    }

    /// Opens the section of a heading.
    fn open_heading(&mut self, level: u8, title: Title, start: Start) {
        let later = is_later(&title);
        let level = self.level_among_its_like(level, &title);
        let opened = self.open(level, title, start);
        opened.named = role_of(&opened.title);
        if later {
            opened.title.unit = None;
            opened.title.id = None;
            opened.named = Some(Role::Context);
        }
    }

    /// `<details><summary>Title</summary>` without a heading inside is a heading itself.
    fn add_html(&mut self, index: BlockIndex) {
        let Some(html) = Details::of(self.document, index) else { return };
        if html.closes
            && let Some(level) = self.details.pop()
        {
            self.close(level, index);
            // What follows belongs to the heading around again.
            self.open(NUMBERED_LABEL, Title::default(), Start::of(index, &self.document.blocks[index]));
        }
        let Some(summary) = html.summary else { return };
        let last = self.open.iter().rev().map(|open| self.all[*open].level).find(|level| *level <= 6);
        let level = last.map_or(2, |level| level + 1).clamp(2, 6);
        let title = Title::parse(&summary);
        let opened = self.open(level, title, Start { block: index, byte: html.start, line: html.line });
        opened.named = role_of(&opened.title);
        self.details.push(level);
    }

    fn add_content(&mut self, index: BlockIndex) {
        let block = &self.document.blocks[index];
        let current = self.current();
        let section = &mut self.all[current];
        // A thematic break is no content: it must not stretch the step before it.
        if !matches!(block.kind, BlockKind::Rule) {
            section.end_line = section.end_line.max(block.end_line);
        }
        section.to = block.end;
    }

    /// The heading is of the kind that the embedded document stands in: it is the plan's.
    fn goes_on_with(&self, level: u8, title: &Title) -> bool {
        let same = |open: &SectionIndex| {
            let open = &self.all[*open];
            open.level == level && open.title.unit.is_some() && open.title.keyword == title.keyword
        };
        self.open.iter().any(same)
    }

    /// `### Phase 2` behind `## Phase 1` is no part of it.
    fn level_among_its_like(&self, level: u8, title: &Title) -> u8 {
        let number = |title: &Title| title.id.as_deref().and_then(|id| id.parse::<u32>().ok());
        let Some(next) = number(title).filter(|_| title.unit.is_some()) else { return level };
        let is_before = |open: &&Section<'_>| {
            (2..level).contains(&open.level)
                && open.title.keyword == title.keyword
                && number(&open.title).is_some_and(|number| number < next)
        };
        self.open.iter().map(|open| &self.all[*open]).find(is_before).map_or(level, |open| open.level)
    }

    fn heading_title(&self, index: BlockIndex) -> Title {
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
        Title::parse(text.trim_matches('#').trim())
    }

    /// A paragraph may be several fields, one a line, or end with the label of the list behind it.
    fn add_paragraph(&mut self, index: BlockIndex) {
        let document = self.document;
        let block = &document.blocks[index];
        let mut has_field = false;
        for (line, (at, text)) in block.line.until(block.end_line.next()).zip(document.lines_of(index)) {
            let is_first = line == block.line;
            let label = match is_first {
                true => Label::of(text).or_else(|| Label::unit(text)),
                false if has_field || line == block.end_line => Label::of(text),
                false => None,
            };
            has_field |= is_first && label.is_some();
            match label {
                Some(label) if has_field || label.value.is_empty() => {
                    if !has_field {
                        let current = self.current();
                        self.all[current].to = block.end;
                    }
                    self.open_label(label, Start { block: index, byte: at, line });
                }
                _ if has_field && !text.is_empty() => {
                    let current = self.current();
                    self.all[current].value.push((at, text));
                    self.all[current].end_line = line;
                }
                _ => {}
            }
        }
        // `**Goal:** text` and then a list: the list is the heading's, not the goal's.
        let section = &self.all[self.current()];
        if has_field && section.level == LABEL && !section.value.is_empty() && is_aside(section) {
            let start = Start { block: index, byte: block.start, line: block.end_line };
            self.open(LABEL, Title::default(), start);
        }
    }

    /// The label before this list has said all it has to say: boxes and numbers behind it are the heading's.
    fn is_behind_a_sentence(&self, list: BlockIndex, ordered: bool) -> bool {
        let label = &self.all[self.current()];
        let Some((_, said)) = label.value.last().filter(|_| label.level == LABEL) else { return false };
        let ends = said.trim_end_matches(['*', '_', '`', ' ']).ends_with(['.', '!', '?', '。', '！', '？']);
        let leads = said.trim_end_matches(['*', '_', ' ']).ends_with([':', '：']);
        let owns = matches!(
            label.named,
            Some(
                Role::Tasks
                    | Role::Steps
                    | Role::Criteria
                    | Role::Validation
                    | Role::Acceptance
                    | Role::Deliverables
            )
        );
        let apart = label.end_line.next() < self.document.blocks[list].line;
        let items = || self.document.children(list).map(|item| self.document.blocks[item].mark().is_some());
        let is_work = ordered || items().any(|boxed| boxed);
        apart && is_work && !leads && (ends || !owns) && label.from == list
    }

    fn open_label(&mut self, label: Label<'text>, start: Start) {
        let mut title = Title::parse(label.name);
        let numbered = title.id.is_some() && (title.keyword.is_some() || title.label.is_empty());
        if numbered && title.text.is_empty() {
            title.text = title::plain(label.value).into_owned();
        }
        let opened = self.open(if numbered { NUMBERED_LABEL } else { LABEL }, title, start);
        opened.named = label.role;
        if !label.value.is_empty() {
            opened.value.push((start.byte + label.value_at, label.value));
        }
    }

    /// Opens a section whose content starts behind the block.
    fn open(&mut self, level: u8, title: Title, start: Start) -> &mut Section<'text> {
        self.close(level, start.block);
        let parent = self.open.last().copied();
        let from = self.document.blocks[start.block].end;
        let index = self.all.push_and_get_key(Section {
            level,
            title,
            parent,
            named: None,
            role: None,
            value: Vec::new(),
            in_series: false,
            end: SectionIndex::DOCUMENT,
            block: start.block,
            from,
            to: from,
            start: start.byte,
            line: start.line,
            end_line: start.line,
        });
        self.open.push(index);
        &mut self.all[index]
    }

    /// Closes every open section of this level or below.
    fn close(&mut self, level: u8, behind: BlockIndex) {
        while let Some(&last) = self.open.last().filter(|last| self.all[**last].level >= level.max(1)) {
            self.open.pop();
            let end = self.all.next_key();
            let closed = &mut self.all[last];
            closed.end = end;
            closed.to = closed.to.min(behind);
            let end_line = closed.end_line;
            if let Some(&parent) = self.open.last() {
                self.all[parent].end_line = self.all[parent].end_line.max(end_line);
            }
        }
    }

    fn finish(mut self) -> TiVec<SectionIndex, Section<'text>> {
        let behind = self.document.blocks.next_key();
        self.close(1, behind);
        let first = self.all.iter().nth(1).map_or(behind, |section| section.from);
        let end = self.all.next_key();
        let whole = &mut self.all[SectionIndex::DOCUMENT];
        whole.end = end;
        whole.to = whole.to.min(first);
        self.all
    }

    fn current(&self) -> SectionIndex {
        self.open.last().copied().unwrap_or(SectionIndex::DOCUMENT)
    }
}

/// What stands under this label ends with it.
fn is_aside(section: &Section<'_>) -> bool {
    let name = &section.title.text;
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
fn is_later(title: &Title) -> bool {
    let name = names::lower(&title.text);
    title.unit.is_some() && (name.contains("(future)") || name.contains("[future]"))
}

/// What the name of a heading says; a unit of work may be named for anything.
fn role_of(title: &Title) -> Option<Role> {
    if title.unit.is_some() { None } else { names::role(&title.name()) }
}
