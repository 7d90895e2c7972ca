//! Finds the sections that validate by what stands in them: `Post-plan verification` with commands under it.

use typed_index_collections::TiSlice;

use super::Section;
use crate::plan::code_span::code_spans;
use crate::plan::document::{BlockKind, Document};
use crate::plan::names::{Role, may_validate};
use crate::plan::steps::command::is_known_program;
use crate::plan::{BlockIndex, SectionIndex};

/// Names them so. `Input validation` alone is a part of the product; with commands under it, it is a look at that.
pub(super) fn name(document: &Document<'_>, all: &mut TiSlice<SectionIndex, Section<'_>>) {
    for section in all.iter_mut() {
        let open = matches!(section.named, None | Some(Role::Context));
        let title = &section.title;
        if open
            && title.id.is_none()
            && title.unit.is_none()
            && may_validate(&title.name())
            && runs(document, section)
        {
            section.named = Some(Role::Validation);
        }
    }
}

/// A command stands in it where commands stand: behind its label, in a block, at the start of each item of a list.
fn runs(document: &Document<'_>, section: &Section<'_>) -> bool {
    let first_span = |line: &str| code_spans(line).next().map(|(_, span)| span.to_owned());
    let is_command = |line: &str| {
        let begins = line.trim_start_matches(['*', '_', ' ']).starts_with('`');
        begins && first_span(line).is_some_and(|span| is_command(&span))
    };
    let labelled = section.value.iter().any(|(_, line)| is_command(line));
    let holds = |block: BlockIndex| match &document.blocks[block].kind {
        BlockKind::Code(code) => {
            let shell = matches!(code.info.as_deref(), Some("sh" | "bash" | "shell" | "console" | "zsh"));
            let mut lines = code.literal.lines().map(|line| line.trim_start_matches(['$', ' ']));
            shell && lines.any(is_known_program)
        }
        BlockKind::List { .. } => {
            let mut items = document.children(block).peekable();
            items.peek().is_some() && items.all(|item| is_command(document.first_line(item).1))
        }
        _ => false,
    };
    labelled || document.siblings(section.from, section.to).any(holds)
}

/// A known program with arguments.
fn is_command(span: &str) -> bool {
    is_known_program(span) && span.contains(' ')
}
