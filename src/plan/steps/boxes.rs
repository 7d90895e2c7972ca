//! Lists every box of the file once, with the part of the plan that claims it first.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use typed_index_collections::TiVec;

use crate::plan::check_box::{BoxRole, CheckBox};
use crate::plan::document::entry::EntryState;
use crate::plan::document::{BlockKind, Document};
use crate::plan::names;
use crate::plan::{BlockIndex, BoxIndex, EntryIndex, StepIndex};

/// The boxes of a document, in order.
#[derive(Debug, Clone, Default)]
pub(in crate::plan) struct Boxes {
    /// The boxes.
    pub all: TiVec<BoxIndex, CheckBox>,
    /// The block of each box, ascending.
    blocks: TiVec<BoxIndex, BlockIndex>,
    /// The boxes of entries that are steps.
    entries: HashMap<EntryIndex, BoxIndex>,
    claimed: TiVec<BoxIndex, bool>,
}

impl Boxes {
    /// Finds them, and the states of those entries that are steps; none is claimed yet.
    pub(in crate::plan) fn of(document: &Document<'_>, steps: &[EntryIndex]) -> Self {
        let mut steps = steps.iter().copied().peekable();
        let mut boxes = Self::default();
        // The blocks with a box around the current block, innermost last.
        let mut around: Vec<BoxIndex> = Vec::new();
        for (index, block) in document.blocks.iter_enumerated() {
            while let Some(entry) = steps.next_if(|entry| document.entries[*entry].block == index) {
                boxes.add_entry(document, entry);
            }
            let Some(mark) = block.mark() else { continue };
            while around.last().is_some_and(|holder| document.blocks[boxes.blocks[*holder]].end <= index) {
                around.pop();
            }
            let parent = around.last().copied();
            around.push(boxes.all.next_key());
            boxes.add(
                index,
                CheckBox {
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
                },
            );
        }
        boxes.understand_dashes(document);
        boxes
    }

    fn add(&mut self, block: BlockIndex, check_box: CheckBox) {
        self.blocks.push(block);
        self.claimed.push(false);
        self.all.push(check_box);
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
            let dashes = self.all.iter_mut().filter(|check_box| is_dash(check_box));
            dashes.for_each(|dash| dash.in_progress = true);
        }
    }

    /// The state of an entry is its box.
    fn add_entry(&mut self, document: &Document<'_>, entry: EntryIndex) {
        let found = &document.entries[entry];
        let Some(EntryState { word, mark }) = &found.state else { return };
        self.entries.insert(entry, self.all.next_key());
        self.add(
            found.block,
            CheckBox {
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
            },
        );
    }

    /// Gives the box of an entry to the step that the entry is.
    pub(in crate::plan) fn claim_entry(&mut self, entry: EntryIndex, step: StepIndex) -> Option<BoxIndex> {
        let index = *self.entries.get(&entry)?;
        self.give(index, BoxRole::Step, Some(step), "the state of an entry of the list of steps");
        Some(index)
    }

    /// The box of an item.
    pub(in crate::plan) fn of_block(&self, block: BlockIndex) -> Option<BoxIndex> {
        let first = self.first_from(block);
        (self.blocks.get(first) == Some(&block)).then_some(first)
    }

    /// The first box that stands in this block or behind it.
    fn first_from(&self, block: BlockIndex) -> BoxIndex {
        self.blocks.raw.partition_point(|known| *known < block).into()
    }

    /// Gives the box of an item its role. The first claim counts.
    pub(in crate::plan) fn claim(
        &mut self,
        block: BlockIndex,
        role: BoxRole,
        step: Option<StepIndex>,
        reason: impl Into<Cow<'static, str>>,
    ) -> Option<BoxIndex> {
        let index = self.of_block(block)?;
        self.give(index, role, step, reason);
        Some(index)
    }

    fn give(
        &mut self,
        index: BoxIndex,
        role: BoxRole,
        step: Option<StepIndex>,
        reason: impl Into<Cow<'static, str>>,
    ) {
        if !std::mem::replace(&mut self.claimed[index], true) {
            let check_box = &mut self.all[index];
            check_box.role = role;
            check_box.step = step;
            check_box.reason = reason.into();
        }
    }

    /// Nobody has claimed the box of this item.
    pub(in crate::plan) fn is_unclaimed(&self, block: BlockIndex) -> bool {
        self.of_block(block).is_some_and(|index| !self.claimed[index])
    }

    /// Every box is claimed.
    pub(in crate::plan) fn all_claimed(&self) -> bool {
        self.claimed.iter().all(|claimed| *claimed)
    }

    /// The blocks of a range whose boxes nobody has claimed.
    pub(in crate::plan) fn unclaimed(&self, blocks: &Range<BlockIndex>) -> Vec<BlockIndex> {
        let from = self.first_from(blocks.start);
        let to = self.first_from(blocks.end).max(from);
        let claimed = self.claimed[from..to].iter().zip(&self.blocks[from..to]);
        claimed.filter(|(claimed, _)| !**claimed).map(|(_, block)| *block).collect()
    }
}

/// What stands behind the box.
fn said<'text>(document: &Document<'text>, block: BlockIndex) -> &'text str {
    let text = document.first_line(block).1;
    let is_heading = matches!(document.blocks[block].kind, BlockKind::Heading { .. });
    let behind = is_heading.then(|| text.split_once("] ")).flatten();
    behind.map_or(text, |(_, behind)| behind.trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn the_first_claim_of_a_box_counts() {
        let document = Document::parse("- [ ] a\n  - [x] b\n- c\n- [ ] d\n");
        let mut boxes = Boxes::of(&document, &[]);
        let blocks: Vec<BlockIndex> = boxes.blocks.raw.clone();
        let parents: Vec<Option<BoxIndex>> = boxes.all.iter().map(|found| found.parent).collect();
        assert_eq!(parents, [None, Some(0.into()), None]);
        let everything = BlockIndex::FIRST..document.blocks.next_key();
        assert_eq!(boxes.unclaimed(&everything), blocks);
        let step = Some(StepIndex::from(7));
        assert_eq!(boxes.claim(blocks[1], BoxRole::Task, step, "first"), Some(1.into()));
        assert_eq!(boxes.claim(blocks[1], BoxRole::Criterion, None, "second"), Some(1.into()));
        let claimed = &boxes.all.raw[1];
        assert_eq!((claimed.role, claimed.step, claimed.reason.as_ref()), (BoxRole::Task, step, "first"));
        assert_eq!(boxes.unclaimed(&everything), [blocks[0], blocks[2]]);
        assert_eq!(boxes.unclaimed(&(blocks[1]..blocks[2])), []);
        assert_eq!(boxes.claim(BlockIndex::FIRST, BoxRole::Task, step, "no box"), None);
        assert_eq!((boxes.is_unclaimed(blocks[0]), boxes.is_unclaimed(blocks[1])), (true, false));
    }

    #[test]
    fn a_dash_around_boxes_is_in_progress_unless_a_line_leaves_something_out() {
        let begun = |text: &str| -> Vec<bool> {
            Boxes::of(&Document::parse(text), &[]).all.iter().map(|found| found.in_progress).collect()
        };
        assert_eq!(begun("- [-] a\n  - [ ] b\n- [-] c\n- [~] d\n"), [true, false, true, true]);
        assert_eq!(begun("- [-] a\n  - [ ] b\n- [-] c (cancelled)\n"), [false, false, false]);
        assert_eq!(begun("- [-] a\n- [ ] b\n"), [false, false]);
    }
}
