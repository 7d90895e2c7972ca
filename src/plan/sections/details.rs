//! Reads `<details>` with a summary as a section.

use crate::plan::document::{BlockKind, Document};

/// What a block of HTML says of such parts.
pub(in crate::plan) struct Details {
    /// It ends one.
    pub closes: bool,
    /// The text of the summary that it begins one with, if no heading inside says the same.
    pub summary: Option<String>,
    /// First byte of the part that it begins.
    pub start: usize,
    /// The line of that byte.
    pub line: usize,
}

impl Details {
    /// Reads a block; `None` if it is about something else.
    pub(in crate::plan) fn of(document: &Document<'_>, block: usize) -> Option<Self> {
        let found = &document.blocks[block];
        let end = document.lines.end(found.end_line);
        let text = document.text.get(found.start..end)?;
        let opens = text.rfind("<details");
        let closes = text.find("</details").is_some_and(|at| opens.is_none_or(|opens| at < opens));
        let at = opens.unwrap_or(0);
        let start = found.start + at;
        let summary = summary(&text[at..]).filter(|summary| !summary.is_empty());
        let summary = summary.filter(|_| opens.is_some() && !holds_heading(document, block));
        let line = document.lines.line_of(start);
        (closes || summary.is_some()).then_some(Self { closes, summary, start, line })
    }
}

/// The text between the tags, without those inside.
fn summary(html: &str) -> Option<String> {
    let (_, rest) = html.split_once("<summary")?;
    let (_, rest) = rest.split_once('>')?;
    let (inner, _) = rest.split_once("</summary")?;
    let mut text = String::with_capacity(inner.len());
    let mut in_tag = false;
    for c in inner.chars() {
        match c {
            '<' => in_tag = true,
            '>' if in_tag => in_tag = false,
            '\n' | '\r' => text.push(' '),
            c if !in_tag => text.push(c),
            _ => {}
        }
    }
    Some(text.replace("&nbsp;", " ").replace("&amp;", "&").trim().to_owned())
}

/// A heading stands between this block and the next of its kind.
fn holds_heading(document: &Document<'_>, block: usize) -> bool {
    let found = &document.blocks[block];
    let behind = found.parent.map_or(document.blocks.len(), |parent| document.blocks[parent].end);
    let ends = |next: &usize| {
        let next = &document.blocks[*next];
        let text = document.text.get(next.start..document.lines.end(next.end_line)).unwrap_or_default();
        matches!(next.kind, BlockKind::Html) && text.contains("details")
    };
    document
        .siblings(found.end, behind)
        .take_while(|next| !ends(next))
        .any(|next| matches!(document.blocks[next].kind, BlockKind::Heading { .. }))
}
