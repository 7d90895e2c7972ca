//! Reads Markdown into facts with byte positions: which block stands where, and where the marks of boxes are.
//!
//! This is the only file that names the Markdown parser. The parser decides *what* a line is (a heading,
//! an item, code); what the line *says* is read from the source again, because its inline positions are
//! not to be trusted. Boxes are looked for here as well: the parser turns `- [x] a` into a link when the
//! file has a definition `[x]: /url`, and a tick must not depend on that.

pub(crate) mod comment;
mod elements;
pub(super) mod entries;
pub(crate) mod entry;
pub(super) mod fenced;
pub(super) mod front_matter;
pub(crate) mod limits;
pub(crate) mod lines;
pub(crate) mod mark;
pub(super) mod table;

use std::borrow::Cow;
use std::ops::Range;

use comrak::nodes::{ListType, Node, NodeValue};
use comrak::{Arena, Options, parse_document};

use self::comment::Comment;
use self::entry::Entry;
use self::lines::LineTable;
use self::mark::{BoxMark, behind_marker};
use crate::plan::{BlockIndex, EntryIndex, Line, Span};
use typed_index_collections::TiVec;

/// The facts of one text.
#[derive(Debug, Clone)]
pub(crate) struct Document<'text> {
    /// The text that was read; every span is a range of its bytes.
    pub text: &'text str,
    /// Its lines.
    pub lines: LineTable,
    /// Its blocks, each before the blocks it holds.
    pub blocks: TiVec<BlockIndex, Block>,
    /// Its HTML comments outside code.
    pub comments: Vec<Comment>,
    /// Entries of lists that are written as something else than items.
    pub entries: TiVec<EntryIndex, Entry>,
}

/// One block of Markdown.
#[derive(Debug, Clone)]
pub(crate) struct Block {
    /// What it is.
    pub kind: BlockKind,
    /// The block that holds it.
    pub parent: Option<BlockIndex>,
    /// One past the last block it holds.
    pub end: BlockIndex,
    /// First byte, after the marks of the blocks that hold it.
    pub start: usize,
    /// First line.
    pub line: Line,
    /// Last line that is not blank, inclusive.
    pub end_line: Line,
}

/// What a block is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum BlockKind {
    /// A heading of either style.
    Heading {
        /// 1 to 6.
        level: u8,
        /// A box before its text: `## [x] Title`.
        mark: Option<BoxMark>,
    },
    /// A list.
    List {
        /// Its items are numbered.
        ordered: bool,
    },
    /// An item of a list.
    Item {
        /// Its box.
        mark: Option<BoxMark>,
        /// First byte of its text, behind marker and box.
        text_at: usize,
    },
    /// Text.
    Paragraph,
    /// Code, fenced or indented.
    Code(Box<Code>),
    /// A block of HTML.
    Html,
    /// A table.
    Table,
    /// A thematic break.
    Rule,
    /// A block quote.
    Quote,
    /// Metadata at the top of the file.
    FrontMatter,
    /// Anything else.
    Other,
}

/// A block of code. It is rare and large, and blocks are many and small.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Code {
    /// First word of the info string, lower case; `None` for indented code.
    pub info: Option<String>,
    /// The code, without fence and indentation.
    pub literal: String,
}

/// Where the own text of a block stands.
struct TextPlace {
    /// First byte, behind marker and box.
    at: usize,
    line: Line,
    end_line: Line,
}

impl<'text> Document<'text> {
    /// The Markdown of a text, byte for byte in its places.
    pub(crate) fn as_markdown(text: &str) -> Cow<'_, str> {
        elements::as_markdown(text)
    }

    /// Reads a text. There is no text that is not Markdown.
    pub(crate) fn parse(text: &'text str) -> Self {
        let lines = LineTable::of(text);
        let arena = Arena::new();
        let mut options = Options::default();
        options.extension.table = true;
        options.extension.front_matter_delimiter = Some("---".to_owned());
        let root = parse_document(&arena, text, &options);
        let mut document =
            Self { text, lines, blocks: TiVec::new(), comments: Vec::new(), entries: TiVec::new() };
        document.collect(root);
        document.find_boxes();
        document.comments = comment::find(&document);
        document.entries = entries::find(&document).into();
        document
    }

    /// A block is a list.
    pub(crate) fn is_list(&self, block: BlockIndex) -> bool {
        matches!(self.blocks[block].kind, BlockKind::List { .. })
    }

    /// An item among these blocks has a box.
    pub(crate) fn holds_box(&self, blocks: &Range<BlockIndex>) -> bool {
        let mut blocks = blocks.start.until(blocks.end).filter_map(|block| self.blocks.get(block));
        blocks.any(|block| matches!(block.kind, BlockKind::Item { mark: Some(_), .. }))
    }

    /// The blocks directly under a block.
    pub(crate) fn children(&self, block: BlockIndex) -> impl Iterator<Item = BlockIndex> + '_ {
        self.siblings(block.next(), self.blocks.get(block).map_or(block, |block| block.end))
    }

    /// The blocks of a range that no other block of the range holds.
    pub(crate) fn siblings(&self, from: BlockIndex, to: BlockIndex) -> impl Iterator<Item = BlockIndex> + '_ {
        let mut next = from;
        std::iter::from_fn(move || {
            let current = next;
            let block = self.blocks.get(current).filter(|_| current < to)?;
            next = block.end.max(current.next());
            Some(current)
        })
    }

    /// The source lines of a heading, a paragraph or an item's own text: offset and text of each, without
    /// the marks of the blocks around.
    pub(crate) fn lines_of(&self, block: BlockIndex) -> impl Iterator<Item = (usize, &'text str)> + '_ {
        let place = self.text_place(block);
        place.into_iter().flat_map(move |place| {
            let rest = place.line.next().until(place.end_line.next()).map(|line| self.inner_line(line));
            std::iter::once(self.trimmed(place.at, self.lines.end(place.line))).chain(rest)
        })
    }

    /// A block's own text on one line, and its place: first byte and one past the last.
    pub(crate) fn text_of(&self, block: BlockIndex) -> (Cow<'text, str>, Span) {
        let mut lines = self.lines_of(block);
        let start = self.blocks.get(block).map_or(0, |block| block.start);
        let Some((at, first)) = lines.next() else { return (Cow::Borrowed(""), start..start) };
        let mut text = Cow::Borrowed(first);
        let mut end = at + first.len();
        for (at, line) in lines {
            text.to_mut().extend([" ", line]);
            end = at + line.len();
        }
        (text, at..end)
    }

    /// The first line of a block's own text.
    pub(crate) fn first_line(&self, block: BlockIndex) -> (usize, &'text str) {
        match self.text_place(block) {
            Some(place) => self.trimmed(place.at, self.lines.end(place.line)),
            None => (self.blocks.get(block).map_or(0, |block| block.start), ""),
        }
    }

    /// A line without its end mark.
    pub(crate) fn line(&self, line: Line) -> &'text str {
        self.lines.text(self.text, line)
    }

    /// A line without the marks of the blocks around.
    fn inner_line(&self, line: Line) -> (usize, &'text str) {
        let span = self.lines.span(line);
        let body = self.text.get(span.clone()).unwrap_or_default();
        let skipped = body.len() - body.trim_start_matches([' ', '\t', '>']).len();
        self.trimmed(span.start + skipped, span.end)
    }

    fn text_place(&self, block: BlockIndex) -> Option<TextPlace> {
        let found = self.blocks.get(block)?;
        let place = |at: usize, text: &Block| TextPlace { at, line: text.line, end_line: text.end_line };
        match &found.kind {
            BlockKind::Item { text_at, .. } => match self.own_text(block) {
                Some(own) => Some(place(*text_at, &self.blocks[own])),
                // `- [Metric]: value` is a link definition to the parser: an item without any block.
                None => (found.end == block.next())
                    .then(|| TextPlace { end_line: found.line, ..place(*text_at, found) }),
            },
            _ => Some(place(self.item_text_at(block).unwrap_or(found.start), found)),
        }
    }

    /// The marks of all boxes, in order.
    pub(crate) fn marks(&self) -> impl Iterator<Item = BoxMark> + '_ {
        self.blocks.iter().filter_map(Block::mark)
    }

    /// The comments that begin in these bytes.
    pub(crate) fn comments_in(&self, span: &Span) -> impl Iterator<Item = &Comment> {
        let first = self.comments.partition_point(|comment| comment.span.start < span.start);
        let end = span.end;
        self.comments[first..].iter().take_while(move |comment| comment.span.start < end)
    }

    /// Stands in a code block.
    pub(crate) fn in_code(&self, offset: usize) -> bool {
        let behind = self.blocks.raw.partition_point(|block| block.start <= offset);
        let last = behind.checked_sub(1).and_then(|last| self.blocks.raw.get(last));
        last.is_some_and(|block| {
            matches!(block.kind, BlockKind::Code(_)) && offset < self.lines.end(block.end_line)
        })
    }

    /// The paragraph or heading that is an item's own text.
    pub(crate) fn own_text(&self, item: BlockIndex) -> Option<BlockIndex> {
        let child = self.blocks.get(item.next()).filter(|child| child.parent == Some(item))?;
        matches!(child.kind, BlockKind::Paragraph | BlockKind::Heading { .. } | BlockKind::Table)
            .then_some(item.next())
    }

    /// The blocks of an item behind its own text.
    pub(crate) fn inner_blocks(&self, item: BlockIndex) -> impl Iterator<Item = BlockIndex> + '_ {
        let first = self.own_text(item).unwrap_or(item).next();
        self.siblings(first, self.blocks[item].end)
    }

    /// First byte of the text of the item whose own text this block is.
    fn item_text_at(&self, block: BlockIndex) -> Option<usize> {
        let parent = self.blocks.get(block)?.parent?;
        match self.blocks.get(parent)?.kind {
            BlockKind::Item { text_at, .. } if self.own_text(parent) == Some(block) => Some(text_at),
            _ => None,
        }
    }

    /// From here to the end of the line, without white space around.
    fn trimmed(&self, from: usize, to: usize) -> (usize, &'text str) {
        let text = self.text.get(from..to).unwrap_or_default();
        let body = text.trim_start();
        (from + text.len() - body.len(), body.trim_end())
    }

    /// Walks the parser's tree once, without recursion: nesting may be as deep as the file is long.
    fn collect(&mut self, root: Node<'_>) {
        let mut node = root.first_child();
        let mut open: Vec<BlockIndex> = Vec::new();
        while let Some(current) = node {
            let index = self.blocks.next_key();
            let block = self.block(current, open.last().copied());
            let nested = may_hold_blocks(&block.kind).then(|| current.first_child()).flatten();
            self.blocks.push(block);
            if nested.is_some() {
                open.push(index);
                node = nested;
                continue;
            }
            node = current.next_sibling();
            let mut last = current;
            while node.is_none() {
                let Some(closed) = open.pop() else { return };
                self.close(closed);
                let Some(parent) = last.parent() else { return };
                last = parent;
                node = parent.next_sibling();
            }
        }
    }

    /// An ended block ends where the last block that it holds ends: the parser's own end of a container
    /// may be on the blank line behind.
    fn close(&mut self, index: BlockIndex) {
        let last = self.blocks.last().map(|last| last.end_line);
        let end = self.blocks.next_key();
        let closed = &mut self.blocks[index];
        closed.end = end;
        closed.end_line = last.map_or(closed.line, |last| last.max(closed.line));
    }

    fn block(&self, node: Node<'_>, parent: Option<BlockIndex>) -> Block {
        let mut data = node.data_mut();
        let position = data.sourcepos;
        let line = Line::from(position.start.line.max(1));
        let start = (self.lines.start(line) + position.start.column.saturating_sub(1)).min(self.text.len());
        let start = self.text.floor_char_boundary(start);
        let end_line = Line::from(position.end.line);
        let end_line = if position.end.column == 0 { end_line.before() } else { end_line };
        let kind = kind_of(&mut data.value, start);
        let end_line = if may_hold_blocks(&kind) { line } else { end_line.max(line) };
        Block { kind, parent, end: self.blocks.next_key().next(), start, line, end_line }
    }

    /// The box of `## [x] Title`.
    fn heading_mark(&self, heading: BlockIndex) -> Option<BoxMark> {
        let start = self.blocks[heading].start;
        let text = self.text.get(start..self.lines.end(self.blocks[heading].line))?;
        let body = text.strip_prefix('#')?.trim_start_matches('#').trim_start();
        BoxMark::at(self.text, start + text.len() - body.len())
            .filter(|mark| mark.at + 2 < start + text.len())
    }

    /// The parser's positions of items are right; the box is where the text of the item starts.
    fn find_boxes(&mut self) {
        for index in self.blocks.keys() {
            if let BlockKind::Heading { level, .. } = self.blocks[index].kind {
                let mark = self.heading_mark(index);
                self.blocks[index].kind = BlockKind::Heading { level, mark };
            }
            if !matches!(self.blocks[index].kind, BlockKind::Item { .. }) {
                continue;
            }
            let own = self.own_text(index);
            let start = self.blocks[index].start;
            let first = own.map_or_else(|| behind_marker(self.text, start), |own| self.blocks[own].start);
            let mark = own.and_then(|_| BoxMark::at(self.text, first));
            let behind = match mark {
                Some(mark) => mark.at + mark.mark.len_utf8() + 1 + usize::from(mark.optional),
                None => first,
            };
            let rest = self.text.get(behind..).unwrap_or_default();
            let text_at = behind + rest.len() - rest.trim_start_matches([' ', '\t']).len();
            self.blocks[index].kind = BlockKind::Item { mark, text_at };
        }
    }
}

impl Block {
    /// The box of an item or a heading.
    pub(crate) fn mark(&self) -> Option<BoxMark> {
        match self.kind {
            BlockKind::Item { mark, .. } | BlockKind::Heading { mark, .. } => mark,
            _ => None,
        }
    }
}

/// Only these can hold boxes, headings or code; the rest of the tree is inline text.
fn may_hold_blocks(kind: &BlockKind) -> bool {
    matches!(kind, BlockKind::List { .. } | BlockKind::Item { .. } | BlockKind::Quote)
}

fn kind_of(value: &mut NodeValue, start: usize) -> BlockKind {
    match value {
        NodeValue::Heading(heading) => BlockKind::Heading { level: heading.level, mark: None },
        NodeValue::List(list) => BlockKind::List { ordered: list.list_type == ListType::Ordered },
        NodeValue::Item(_) => BlockKind::Item { mark: None, text_at: start },
        NodeValue::Paragraph => BlockKind::Paragraph,
        NodeValue::CodeBlock(code) => BlockKind::Code(Box::new(Code {
            info: code.fenced.then(|| code.info.split_whitespace().next().unwrap_or_default().to_lowercase()),
            literal: std::mem::take(&mut code.literal),
        })),
        NodeValue::HtmlBlock(_) => BlockKind::Html,
        NodeValue::Table(_) => BlockKind::Table,
        NodeValue::ThematicBreak => BlockKind::Rule,
        NodeValue::BlockQuote => BlockKind::Quote,
        NodeValue::FrontMatter(_) => BlockKind::FrontMatter,
        _ => BlockKind::Other,
    }
}
