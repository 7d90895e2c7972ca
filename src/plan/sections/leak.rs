//! Finds documents inside a fence that is too short for them, so that the rest leaks out.

use crate::plan::document::{BlockKind, Document};

/// A block of Markdown holds the beginning of a block of code, and was ended by the end of that.
pub(in crate::plan) fn is_cut_short(document: &Document<'_>, block: usize) -> bool {
    let BlockKind::Code(code) = &document.blocks[block].kind else { return false };
    let opens = |line: &str| {
        let info = line.trim_start().strip_prefix("```").unwrap_or_default();
        info.starts_with(|c: char| c.is_ascii_alphabetic())
    };
    matches!(code.info.as_deref(), Some("markdown" | "md")) && code.literal.lines().any(opens)
}

/// One past the last block of a document that was cut short, if it leaks: the fence that was to close it opens a block
/// without a language.
pub(in crate::plan) fn end_of(document: &Document<'_>, block: usize) -> Option<usize> {
    let found = &document.blocks[block];
    let behind = found.parent.map_or(document.blocks.len(), |parent| document.blocks[parent].end);
    document.siblings(found.end, behind).find(|next| match &document.blocks[*next].kind {
        BlockKind::Code(code) => code.info.as_deref() == Some(""),
        _ => false,
    })
}
