//! Every box of the file, once, and the first part of the plan that claims it.

use std::borrow::Cow;

use super::check_box::{BoxRole, CheckBox};
use super::document::{BlockKind, Document};

/// The boxes of a document, in order.
#[derive(Debug, Clone)]
pub(super) struct Boxes {
    /// The boxes.
    pub all: Vec<CheckBox>,
    /// Index of the block of each box, ascending.
    blocks: Vec<usize>,
    /// How many boxes stand before each block; the last entry is for the end.
    before: Vec<usize>,
    claimed: Vec<bool>,
    /// How many nobody has claimed.
    unclaimed: usize,
}

impl Boxes {
    /// Finds them; none is claimed yet.
    pub(super) fn of(document: &Document<'_>) -> Self {
        let count = document.marks().count();
        let mut boxes = Self {
            all: Vec::with_capacity(count),
            blocks: Vec::with_capacity(count),
            before: Vec::with_capacity(document.blocks.len() + 1),
            claimed: vec![false; count],
            unclaimed: count,
        };
        // The items around the current block, innermost last: (box, end of the item).
        let mut around: Vec<(usize, usize)> = Vec::new();
        for (index, block) in document.blocks.iter().enumerate() {
            boxes.before.push(boxes.all.len());
            let BlockKind::Item { mark: Some(mark), .. } = block.kind else { continue };
            while around.last().is_some_and(|(_, end)| *end <= index) {
                around.pop();
            }
            let parent = around.last().map(|(parent, _)| *parent);
            around.push((boxes.all.len(), block.end));
            boxes.all.push(CheckBox {
                mark_at: mark.at,
                mark: mark.mark,
                line: document.own_text(index).map_or(block.line, |own| document.blocks[own].line),
                text: document.first_line(index).1.to_owned(),
                role: BoxRole::Ignored,
                step: None,
                parent,
                reason: Cow::Borrowed(""),
            });
            boxes.blocks.push(index);
        }
        boxes.before.push(boxes.all.len());
        boxes
    }

    /// The box of an item.
    pub(super) fn of_block(&self, block: usize) -> Option<usize> {
        let (before, behind) = (*self.before.get(block)?, *self.before.get(block + 1)?);
        (before < behind).then_some(before)
    }

    /// Gives the box of an item its role. The first claim counts.
    pub(super) fn claim(
        &mut self,
        block: usize,
        (role, step): (BoxRole, Option<usize>),
        reason: impl Into<Cow<'static, str>>,
    ) -> Option<usize> {
        let index = self.of_block(block)?;
        if !std::mem::replace(&mut self.claimed[index], true) {
            let check_box = &mut self.all[index];
            check_box.role = role;
            check_box.step = step;
            check_box.reason = reason.into();
            self.unclaimed -= 1;
        }
        Some(index)
    }

    /// Nobody has claimed the box of this item.
    pub(super) fn is_unclaimed(&self, block: usize) -> bool {
        self.of_block(block).is_some_and(|index| !self.claimed[index])
    }

    /// Every box is claimed.
    pub(super) fn all_claimed(&self) -> bool {
        self.unclaimed == 0
    }

    /// The blocks of a range whose boxes nobody has claimed.
    pub(super) fn unclaimed(&self, blocks: std::ops::Range<usize>) -> Vec<usize> {
        if self.all_claimed() {
            return Vec::new();
        }
        let before = |block: usize| self.before.get(block).copied().unwrap_or(self.all.len());
        let open = (before(blocks.start)..before(blocks.end)).filter(|index| !self.claimed[*index]);
        open.map(|index| self.blocks[index]).collect()
    }
}
