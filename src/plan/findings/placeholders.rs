//! Finds template text that nobody filled in: `[Name]`, `{{feature_id}}`.

use std::collections::HashSet;

use crate::plan::Line;
use crate::plan::Span;
use crate::plan::diagnostic::{Diagnostic, Severity};
use crate::plan::document::BlockKind;
use crate::plan::names::title::plain;
use crate::plan::sections::Sections;
use crate::plan::step::Plan;
use crate::plan::steps::classify::GAP;

/// Every placeholder outside code: an error where there is nothing else to work on, else a warning.
pub(in crate::plan) fn find(sections: &Sections<'_>, plan: &Plan) -> Vec<Diagnostic> {
    let document = &sections.document;
    let mut places = Vec::new();
    for (index, block) in document.blocks.iter_enumerated() {
        // An item whose text is a link definition to the parser has no block of its own.
        let bare = matches!(block.kind, BlockKind::Item { .. }) && block.end == index.next();
        let has_text =
            matches!(block.kind, BlockKind::Paragraph | BlockKind::Heading { .. } | BlockKind::Table);
        if bare || has_text {
            let first = |(at, text): (usize, &str)| Some((at, placeholders(text).into_iter().next()?));
            places.extend(document.lines_of(index).filter_map(first));
        }
    }
    let mut found: Vec<Diagnostic> = gaps(plan).collect();
    if places.is_empty() {
        return found;
    }
    let empty = lines_of_nothing_else(plan);
    let about = |(at, place): (usize, Span)| {
        let span = at + place.start..at + place.end;
        diagnostic(&document.text[span.clone()], span, empty.contains(&document.lines.line_of(at)))
    };
    found.extend(places.into_iter().map(about));
    found
}

/// Commands that somebody has to complete before they can be run.
fn gaps(plan: &Plan) -> impl Iterator<Item = Diagnostic> {
    let criteria = plan.steps.iter().flat_map(|step| &step.criteria).chain(&plan.criteria);
    let gaps = criteria.filter(|criterion| criterion.why == GAP);
    gaps.map(|criterion| Diagnostic {
        severity: Severity::Error,
        code: "placeholder",
        span: criterion.span.clone(),
        message: "this command has a placeholder in it, so it cannot be run".into(),
        help: Some("fill it in, or say in words what must hold".into()),
    })
}

fn diagnostic(text: &str, span: Span, nothing_else: bool) -> Diagnostic {
    let (severity, message) = if nothing_else {
        (Severity::Error, format!("`{text}` is a placeholder and nothing else"))
    } else {
        (Severity::Warning, format!("`{text}` looks like a placeholder"))
    };
    let help = if nothing_else {
        "fill it in, or take the line out"
    } else {
        "fill it in; if it is meant literally, put it in backticks"
    };
    let help = Some(help.into());
    Diagnostic { severity, code: "placeholder", span, message: message.into(), help }
}

/// The lines of step titles, tasks and criteria that say nothing but a placeholder.
fn lines_of_nothing_else(plan: &Plan) -> HashSet<Line> {
    let mut lines = HashSet::new();
    for step in &plan.steps {
        let title = std::iter::once((step.line, step.title.as_str()));
        let tasks = step.tasks.iter().map(|task| (task.line, task.text.as_str()));
        let criteria = step.criteria.iter().map(|criterion| (criterion.line, criterion.text.as_str()));
        let empty = title.chain(tasks).chain(criteria).filter(|(_, text)| is_placeholder(text));
        lines.extend(empty.map(|(line, _)| line));
    }
    lines
}

/// Nothing but one placeholder, decoration left out.
pub(in crate::plan) fn is_placeholder(text: &str) -> bool {
    let plain = plain(text);
    let text = plain.trim_end_matches(['.', ' ']);
    let covered = |place: &Span| place.start == 0 && place.end == text.len();
    placeholders(text).first().is_some_and(covered)
}

/// `{{…}}` and `[Words]` outside code spans. A link, a footnote, a box and a tag like `[P]` are none.
fn placeholders(text: &str) -> Vec<Span> {
    let mut found: Vec<Span> = Vec::new();
    let mut at = 0;
    let mut in_code = false;
    while let Some(next) = text[at..].find(['`', '[', '{']) {
        let start = at + next;
        let (before, rest) = text.split_at(start);
        let behind_other = before.ends_with(|c: char| c.is_alphanumeric() || c == ']')
            || found.last().is_some_and(|last| last.end == start);
        let length = match rest.as_bytes()[0] {
            b'`' => {
                in_code = !in_code;
                None
            }
            _ if in_code => None,
            b'{' => curly(rest),
            _ if behind_other => None,
            _ => square(rest),
        };
        at = start + length.unwrap_or(1);
        found.extend(length.map(|length| start..start + length));
    }
    found
}

fn curly(text: &str) -> Option<usize> {
    let body = text.strip_prefix("{{")?;
    let end = body.find("}}")?;
    (end > 0 && end < 80).then_some(end + 4)
}

fn square(text: &str) -> Option<usize> {
    let end = text.find(']')?;
    let inner = &text[1..end];
    let link = text[end + 1..].starts_with(['(', '[', ':']) && !text[end + 1..].starts_with(": ");
    let words = inner.split_whitespace().count();
    let first = inner.chars().next()?;
    let starts = first.is_uppercase() || (first.is_alphabetic() && words > 1);
    let name = words > 1 || (inner.len() >= 4 && inner.chars().skip(1).all(char::is_lowercase));
    // One word with others around is a legend or a label: `[Story] names the story`.
    let alone = words > 1 || text[end + 1..].trim_matches(['*', '_', '.', ' ']).is_empty();
    let field = inner.contains(": ") || inner.contains('`') || inner.contains('[');
    (!link && starts && name && alone && !field && inner.len() < 160).then_some(end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn templates_are_told_from_text() {
        let cases = [
            ("[Name]", vec!["[Name]"]),
            ("Fill in {{feature_id}} and [the name of it]", vec!["{{feature_id}}", "[the name of it]"]),
            ("- `[Name]` and [a link](b.md), a [footnote][1], [P] [US1] [^1], a[Some thing]", vec![]),
            ("Foundation [Priority: HIGH]", vec![]),
            ("**[Story]**: which story it belongs to", vec![]),
            ("**Owner**: [Name].", vec!["[Name]"]),
            ("[Metric 1]: [Target/expectation here]", vec!["[Metric 1]", "[Target/expectation here]"]),
        ];
        for (text, expected) in cases {
            let found: Vec<&str> = placeholders(text).into_iter().map(|place| &text[place]).collect();
            assert_eq!(found, expected, "{text}");
        }
        assert!(is_placeholder("**[Task Name]**"));
        assert!(!is_placeholder("[Task 1] and more"));
    }
}
