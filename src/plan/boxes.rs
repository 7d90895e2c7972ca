//! Every box of the file, once, and the first part of the plan that claims it.

use super::check_box::{BoxRole, CheckBox};
use super::document::{BlockKind, Document};

/// The boxes of a document, in order.
#[derive(Debug, Clone)]
pub(super) struct Boxes {
    /// The boxes.
    pub all: Vec<CheckBox>,
    /// Index of the block of each box, ascending.
    blocks: Vec<usize>,
    claimed: Vec<bool>,
}

impl Boxes {
    /// Finds them; none is claimed yet.
    pub(super) fn of(document: &Document<'_>) -> Self {
        let mut boxes = Self { all: Vec::new(), blocks: Vec::new(), claimed: Vec::new() };
        // The items around the current block, innermost last: (box, end of the item).
        let mut around: Vec<(usize, usize)> = Vec::new();
        for (index, block) in document.blocks.iter().enumerate() {
            let BlockKind::Item { mark: Some(mark), .. } = block.kind else { continue };
            while around.last().is_some_and(|(_, end)| *end <= index) {
                around.pop();
            }
            let parent = around.last().map(|(parent, _)| *parent);
            around.push((boxes.all.len(), block.end));
            boxes.all.push(CheckBox {
                mark_at: mark.at,
                mark: mark.mark,
                line: document.lines.line_of(mark.at),
                text: document.first_line(index).1.to_owned(),
                role: BoxRole::Ignored,
                step: None,
                parent,
                reason: String::new(),
            });
            boxes.blocks.push(index);
            boxes.claimed.push(false);
        }
        boxes
    }

    /// The box of an item.
    pub(super) fn of_block(&self, block: usize) -> Option<usize> {
        self.blocks.binary_search(&block).ok()
    }

    /// Gives the box of an item its role. The first claim counts.
    pub(super) fn claim(
        &mut self,
        block: usize,
        (role, step): (BoxRole, Option<usize>),
        reason: &str,
    ) -> Option<usize> {
        let index = self.of_block(block)?;
        if !self.claimed[index] {
            self.claimed[index] = true;
            let check_box = &mut self.all[index];
            check_box.role = role;
            check_box.step = step;
            reason.clone_into(&mut check_box.reason);
        }
        Some(index)
    }

    /// The blocks of a range whose boxes nobody has claimed.
    pub(super) fn unclaimed(&self, blocks: std::ops::Range<usize>) -> Vec<usize> {
        let from = self.blocks.partition_point(|block| *block < blocks.start);
        let to = self.blocks.partition_point(|block| *block < blocks.end);
        (from..to.max(from)).filter(|index| !self.claimed[*index]).map(|index| self.blocks[index]).collect()
    }
}
