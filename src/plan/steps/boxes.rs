//! Lists every box of the file once, with the part of the plan that claims it first.

use std::borrow::Cow;
use typed_index_collections::{TiVec, ti_vec};

use crate::plan::check_box::{BoxRole, CheckBox};
use crate::plan::document::{BlockKind, Document};
use crate::plan::{BoxIndex, StepIndex, names};

/// The boxes of a document, in order.
#[derive(Debug, Clone)]
pub(in crate::plan) struct Boxes {
    /// The boxes.
    pub all: TiVec<BoxIndex, CheckBox>,
    /// Index of the block of each box, ascending.
    blocks: TiVec<BoxIndex, usize>,
    /// The boxes of entries that are steps: (entry, box), ascending.
    entries: Vec<(usize, BoxIndex)>,
    /// How many boxes stand before each block; the last entry is for the end.
    before: Vec<BoxIndex>,
    claimed: TiVec<BoxIndex, bool>,
    /// How many nobody has claimed.
    unclaimed: usize,
}

impl Boxes {
    /// Finds them, and the states of those entries that are steps; none is claimed yet.
    pub(in crate::plan) fn of(document: &Document<'_>, steps: &[usize]) -> Self {
        let mut steps = steps.iter().copied().peekable();
        let count = document.marks().count() + steps.len();
        let mut boxes = Self {
            all: TiVec::with_capacity(count),
            blocks: TiVec::with_capacity(count),
            before: Vec::with_capacity(document.blocks.len() + 1),
            entries: Vec::new(),
            claimed: ti_vec![false; count],
            unclaimed: count,
        };
        // The items around the current block, innermost last: (box, end of the item).
        let mut around: Vec<(BoxIndex, usize)> = Vec::new();
        for (index, block) in document.blocks.iter().enumerate() {
            boxes.before.push(boxes.all.next_key());
            while let Some(entry) = steps.next_if(|entry| document.entries[*entry].block == index) {
                boxes.add_entry(document, entry);
            }
            let Some(mark) = block.mark() else { continue };
            while around.last().is_some_and(|(_, end)| *end <= index) {
                around.pop();
            }
            let parent = around.last().map(|(parent, _)| *parent);
            around.push((boxes.all.next_key(), block.end));
            boxes.all.push(CheckBox {
                mark_at: mark.at,
                mark: mark.mark,
                in_progress: mark.mark == '~',
                word: None,
                line: document.own_text(index).map_or(block.line, |own| document.blocks[own].line),
                text: said(document, index).to_owned(),
                role: BoxRole::Ignored,
                step: None,
                parent,
                reason: Cow::Borrowed(""),
            });
            boxes.blocks.push(index);
        }
        boxes.before.push(boxes.all.next_key());
        boxes.understand_dashes(document);
        boxes.claimed.truncate(boxes.all.len());
        boxes.unclaimed = boxes.all.len();
        boxes
    }

    /// `[-]` means in progress in some plans and left out in others. Where one of them holds boxes, and no line with
    /// it says that something is left out, it is in progress. Ticks change nothing of that.
    fn understand_dashes(&mut self, document: &Document<'_>) {
        let is_dash = |check_box: &CheckBox| check_box.mark == '-' && check_box.word.is_none();
        let holder = |check_box: &CheckBox| check_box.parent.filter(|parent| is_dash(&self.all[*parent]));
        if !self.all.iter().any(|check_box| holder(check_box).is_some()) {
            return;
        }
        let mut lines = document.text.lines().filter(|line| line.contains("[-]"));
        if !lines.any(names::leaves_out) {
            self.all
                .iter_mut()
                .filter(|check_box| is_dash(check_box))
                .for_each(|dash| dash.in_progress = true);
        }
    }

    /// The state of an entry is its box.
    fn add_entry(&mut self, document: &Document<'_>, entry: usize) {
        let found = &document.entries[entry];
        let Some((word, mark)) = &found.state else { return };
        self.entries.push((entry, self.all.next_key()));
        self.blocks.push(found.block);
        self.all.push(CheckBox {
            mark_at: word.span.start,
            mark: *mark,
            in_progress: *mark == '~',
            word: Some(word.clone()),
            line: document.lines.line_of(word.span.start),
            text: found.title.name().into_owned(),
            role: BoxRole::Ignored,
            step: None,
            parent: None,
            reason: Cow::Borrowed(""),
        });
    }

    /// Gives the box of an entry to the step that the entry is.
    pub(in crate::plan) fn claim_entry(&mut self, entry: usize, step: StepIndex) -> Option<BoxIndex> {
        let at = self.entries.binary_search_by_key(&entry, |(entry, _)| *entry).ok()?;
        let index = self.entries[at].1;
        self.give(index, (BoxRole::Step, Some(step)), "the state of an entry of the list of steps");
        Some(index)
    }

    /// The box of an item.
    pub(in crate::plan) fn of_block(&self, block: usize) -> Option<BoxIndex> {
        let (before, behind) = (*self.before.get(block)?, *self.before.get(block + 1)?);
        (before < behind).then_some(before)
    }

    /// Gives the box of an item its role. The first claim counts.
    pub(in crate::plan) fn claim(
        &mut self,
        block: usize,
        (role, step): (BoxRole, Option<StepIndex>),
        reason: impl Into<Cow<'static, str>>,
    ) -> Option<BoxIndex> {
        let index = self.of_block(block)?;
        self.give(index, (role, step), reason);
        Some(index)
    }

    fn give(
        &mut self,
        index: BoxIndex,
        (role, step): (BoxRole, Option<StepIndex>),
        reason: impl Into<Cow<'static, str>>,
    ) {
        if !std::mem::replace(&mut self.claimed[index], true) {
            let check_box = &mut self.all[index];
            check_box.role = role;
            check_box.step = step;
            check_box.reason = reason.into();
            self.unclaimed -= 1;
        }
    }

    /// Nobody has claimed the box of this item.
    pub(in crate::plan) fn is_unclaimed(&self, block: usize) -> bool {
        self.of_block(block).is_some_and(|index| !self.claimed[index])
    }

    /// Every box is claimed.
    pub(in crate::plan) fn all_claimed(&self) -> bool {
        self.unclaimed == 0
    }

    /// The blocks of a range whose boxes nobody has claimed.
    pub(in crate::plan) fn unclaimed(&self, blocks: std::ops::Range<usize>) -> Vec<usize> {
        if self.all_claimed() {
            return Vec::new();
        }
        let before = |block: usize| self.before.get(block).copied().unwrap_or(self.all.next_key());
        let boxes = before(blocks.start)..before(blocks.end);
        let open =
            self.claimed[boxes.clone()].iter().zip(&self.blocks[boxes]).filter(|(claimed, _)| !**claimed);
        open.map(|(_, block)| *block).collect()
    }
}

/// What stands behind the box.
fn said<'text>(document: &Document<'text>, block: usize) -> &'text str {
    let text = document.first_line(block).1;
    let is_heading = matches!(document.blocks[block].kind, BlockKind::Heading { .. });
    let behind = is_heading.then(|| text.split_once("] ")).flatten();
    behind.map_or(text, |(_, behind)| behind.trim())
}
