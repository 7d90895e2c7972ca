//! Reads the HTML comments that tell agentrun something.

use crate::plan::document::{BlockKind, Document};
use crate::plan::{Line, Span};

/// An HTML comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Comment {
    /// All its bytes.
    pub span: Span,
    /// What stands between the marks, trimmed.
    pub inner: Span,
    /// First line.
    pub line: Line,
}

/// Every `<!-- … -->` that is not inside code.
pub(in crate::plan) fn find(document: &Document<'_>) -> Vec<Comment> {
    let Document { text, lines, blocks, .. } = document;
    let mut code = blocks
        .iter()
        .filter(|block| matches!(block.kind, BlockKind::Code(_)))
        .map(|block| block.start..lines.span(block.end_line).end)
        .peekable();
    let mut comments = Vec::new();
    let mut from = 0;
    while let Some(found) = text[from..].find('<') {
        let start = from + found;
        from = start + 1;
        if !text[from..].starts_with("!--") {
            continue;
        }
        from += 3;
        while code.next_if(|span| span.end <= start).is_some() {}
        let line = lines.line_of(start);
        let quoted = text[lines.start(line)..start].matches('`').count() % 2 == 1;
        if quoted || code.peek().is_some_and(|span| span.contains(&start)) {
            continue;
        }
        let Some(length) = text[from..].find("-->") else { break };
        let body = &text[from..from + length];
        let inner = from + body.len() - body.trim_start().len();
        from += length + 3;
        comments.push(Comment { span: start..from, inner: inner..inner + body.trim().len(), line });
    }
    comments
}
