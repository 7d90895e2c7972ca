//! Shows the diagnostics of a plan as a compiler does: place, excerpt, caret, help.

use std::io::IsTerminal;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use crate::plan::{Diagnostic, Severity};

/// The diagnostics of a plan, worst last so that errors end up next to the prompt.
pub(crate) fn render(path: &str, text: &str, diagnostics: &[Diagnostic]) -> String {
    let plain = !std::io::stderr().is_terminal();
    let renderer = if plain { Renderer::plain() } else { Renderer::styled() };
    let mut sorted: Vec<&Diagnostic> = diagnostics.iter().collect();
    sorted.sort_by_key(|diagnostic| std::cmp::Reverse(diagnostic.severity));
    let shown = sorted.into_iter().map(|diagnostic| render_one(&renderer, path, text, diagnostic));
    shown.fold(String::new(), |all, one| all + &one + "\n\n")
}

fn render_one(renderer: &Renderer, path: &str, text: &str, diagnostic: &Diagnostic) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let (excerpt, start, span) = excerpt(text, diagnostic);
    let returns = |to: usize| excerpt[..to].matches('\r').count();
    let span = span.start - returns(span.start)..span.end - returns(span.end);
    let excerpt = excerpt.replace('\r', "");
    let snippet =
        Snippet::source(&excerpt).path(path).line_start(start).annotation(AnnotationKind::Primary.span(span));
    let mut group = level.primary_title(&*diagnostic.message).id(diagnostic.code).element(snippet);
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(&**help));
    }
    renderer.render(&[group])
}

/// The lines that a diagnostic is about, at most three, the number of the first, and the span
/// inside them. Only these are given to the renderer: plans can be large.
fn excerpt<'a>(text: &'a str, diagnostic: &Diagnostic) -> (&'a str, usize, std::ops::Range<usize>) {
    let floor = |at: usize| (0..=at.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    let (from, to) = (floor(diagnostic.span.start), floor(diagnostic.span.end));
    let first = text[..from].rfind('\n').map_or(0, |at| at + 1);
    let last = text[from..]
        .match_indices('\n')
        .map(|(at, _)| from + at)
        .take(3)
        .find(|&at| at >= to)
        .or_else(|| text[from..].match_indices('\n').map(|(at, _)| from + at).nth(2))
        .unwrap_or(text.len());
    let line = 1 + text[..first].bytes().filter(|&byte| byte == b'\n').count();
    let span = from - first..to.min(last).max(from) - first;
    (&text[first..last], line, span)
}
