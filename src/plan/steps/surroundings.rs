//! Reads what stands around the steps: title, metadata, context, rollback, open questions, plan-level
//! validation.

use std::collections::HashSet;

use super::blueprint::{Cover, own_boxes};
use super::body::StepBody;
use super::boxes::Boxes;
use crate::plan::check_box::BoxRole;
use crate::plan::choice::ListChoice;
use crate::plan::criterion::Criterion;
use crate::plan::document::comment::Comment;
use crate::plan::document::{BlockKind, Document};
use crate::plan::names::{Role, lower};
use crate::plan::sections::{LABEL, Sections};
use crate::plan::step::{BriefSource, Field, Link, Passage, Plan, StatusComment, StepKind};
use crate::plan::{Line, SectionIndex, Span};

/// Files that briefs are made from.
const SOURCES: &[(&str, BriefSource)] = &[
    ("project_rules.md", BriefSource::Rules),
    ("rules.md", BriefSource::Rules),
    ("feature_request.md", BriefSource::Request),
    ("requirements.md", BriefSource::Request),
    ("spec.md", BriefSource::Request),
    ("prd.md", BriefSource::Request),
];

/// The first level-1 heading; where that is no more than the template's own name, the feature that
/// a heading below it names.
fn title(sections: &Sections<'_>) -> Option<String> {
    let first =
        sections.all.iter().find(|section| section.level == 1 && section.role != Some(Role::Progress));
    let title = first.map(|section| section.title.name()).filter(|title| !title.is_empty())?;
    let name = lower(&title);
    if name != "implementation plan" && name != "implementation plan template" {
        return Some(title.into_owned());
    }
    let feature = sections.all.iter().find_map(|section| {
        let name = (section.level == 2).then(|| section.title.name())?;
        let (word, feature) = name.split_once(':')?;
        word.trim().eq_ignore_ascii_case("feature").then(|| feature.trim().to_owned())
    });
    Some(feature.filter(|feature| !feature.is_empty()).unwrap_or_else(|| title.into_owned()))
}

/// Reads all of it into the plan.
pub(in crate::plan) fn read(sections: &Sections<'_>, cover: &Cover, boxes: &mut Boxes, plan: &mut Plan) {
    plan.title = title(sections);
    read_metadata(sections, plan);
    plan.links = links(sections);
    let mut index = SectionIndex::DOCUMENT.next();
    while let Some(section) = sections.all.get(index) {
        // A label belongs to the passage of its heading; one that holds steps is read part by part.
        let whole = section.level < LABEL && section.level != 1 && cover.is_free(index);
        let next = match section.role {
            // A validation of tests or documents that are a step is that step's alone.
            Some(Role::Validation) if is_in_a_closing_step(sections, cover, index) => index.next(),
            Some(Role::Validation) if !cover.is_step(index) => {
                read_validation(sections, index, cover, boxes, plan);
                if cover.is_free(index) { section.end } else { index.next() }
            }
            Some(Role::OpenQuestions) if cover.is_free(index) => {
                read_questions(sections, index, boxes, plan);
                section.end
            }
            // Tests to be written are a step of their own.
            Some(Role::Testing) if whole && own_boxes(sections, index) => index.next(),
            Some(Role::Rollback) if whole => {
                plan.rollback.push(passage(sections, index));
                section.end
            }
            None
            | Some(Role::Context | Role::SecondSteps | Role::Testing | Role::Dependencies | Role::Files)
                if whole =>
            {
                plan.context.extend(context(sections, index));
                index.next()
            }
            _ => index.next(),
        };
        index = next;
    }
}

/// Stands in a section that is a step after the last one, or before the first.
fn is_in_a_closing_step(sections: &Sections<'_>, cover: &Cover, section: SectionIndex) -> bool {
    let closes = |around: SectionIndex| {
        let role = sections.all[around].role;
        let closing =
            matches!(role, Some(Role::Testing | Role::Documentation | Role::Manual | Role::Prerequisites));
        closing && cover.is_free(around) && own_boxes(sections, around)
    };
    sections.ancestors(section).any(closes)
}

/// Front matter, comments with a key, and the fields before the first section.
fn read_metadata(sections: &Sections<'_>, plan: &mut Plan) {
    let document = &sections.document;
    if let Some(block) = document.blocks.first().filter(|block| block.kind == BlockKind::FrontMatter) {
        for line in block.line.next().until(block.end_line) {
            let pair = document.line(line).split_once(':');
            let pair = pair.filter(|(name, _)| !name.starts_with([' ', '\t', '-', '#']));
            plan.metadata.extend(pair.map(|(name, value)| field(name, value, line)));
        }
    }
    for comment in &document.comments {
        let inner = &document.text[comment.inner.clone()];
        if let Some(span) = status_value(document, comment) {
            plan.status_comments.push(StatusComment { span, line: comment.line });
        }
        if let Some((name, value)) = inner.split_once(':').filter(|(name, _)| is_key(name)) {
            plan.metadata.push(field(name, value, comment.line));
        }
    }
    let header =
        sections.all.iter().skip(1).take_while(|section| section.level <= 1 || section.level >= LABEL);
    for section in header.filter(|section| section.level >= LABEL) {
        let value = section.value.iter().map(|(_, line)| *line).collect::<Vec<_>>().join(" ");
        plan.metadata.push(field(&section.title.name(), &value, section.line));
    }
}

/// `FEATURE_ID`
fn is_key(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_uppercase() || matches!(c, '_' | '-'))
}

/// The bytes of `pending` in `<!-- STATUS: pending -->`.
pub(in crate::plan) fn status_value(document: &Document<'_>, comment: &Comment) -> Option<Span> {
    let inner = &document.text[comment.inner.clone()];
    let value = inner.strip_prefix("STATUS:")?;
    Some(comment.inner.end - value.trim_start().len()..comment.inner.end)
}

fn field(name: &str, value: &str, line: Line) -> Field {
    Field { name: name.trim().to_owned(), value: value.trim().to_owned(), line }
}

/// Commands of a plan-level validation section hold for every step. What else it says is said again, unless a step
/// has it as its own.
fn read_validation(
    sections: &Sections<'_>,
    section: SectionIndex,
    cover: &Cover,
    boxes: &mut Boxes,
    plan: &mut Plan,
) {
    let mut body = StepBody::new(sections, boxes, None, StepKind::Acceptance);
    // Some plans have their tasks right under the commands.
    let holder = !cover.is_free(section);
    let left_out = |inner: SectionIndex| holder && sections.all[inner].level < LABEL;
    body.read_subtree(section, Some(Role::Validation), &left_out);
    let parts = body.finish();
    let own: HashSet<usize> =
        plan.steps.iter().flat_map(|step| &step.criteria).map(|criterion| criterion.span.start).collect();
    let in_step = |line: Line| {
        let before = plan.steps.raw.partition_point(|step| step.line <= line);
        let step = before.checked_sub(1).map(|step| &plan.steps.raw[step]);
        step.is_some_and(|step| step.kind == StepKind::Work && line <= step.end_line)
    };
    let is_new = |criterion: &Criterion| {
        let known = own.contains(&criterion.span.start);
        !known || (criterion.command().is_some() && !in_step(criterion.line))
    };
    plan.criteria.extend(parts.criteria.into_iter().filter(is_new));
    plan.asides.extend(parts.asides.into_iter().filter(|aside| !in_step(aside.line)));
}

fn read_questions(sections: &Sections<'_>, section: SectionIndex, boxes: &mut Boxes, plan: &mut Plan) {
    let mut body = StepBody::new(sections, boxes, None, StepKind::Work);
    body.read_subtree(section, Some(Role::OpenQuestions), &|_| false);
    let title = sections.all[section].title.name();
    let questions = body.finish().open_questions;
    plan.open_questions.extend(questions.into_iter().map(|field| Field { name: title.to_string(), ..field }));
}

fn passage(sections: &Sections<'_>, section: SectionIndex) -> Passage {
    let found = &sections.all[section];
    passage_until(sections, section, sections.end_of(section), found.end_line)
}

/// A heading's own text, its labels included; headings that it holds have their own passage.
fn context(sections: &Sections<'_>, section: SectionIndex) -> Option<Passage> {
    let next = sections.inside(section).find(|inner| sections.all[*inner].level < LABEL);
    let passage = match next {
        Some(next) => {
            let line = sections.all[next].line.before();
            passage_until(sections, section, sections.all[next].start, line)
        }
        None => passage(sections, section),
    };
    (!passage.text.is_empty()).then_some(passage)
}

fn passage_until(sections: &Sections<'_>, section: SectionIndex, end: usize, end_line: Line) -> Passage {
    let found = &sections.all[section];
    let from = sections.document.lines.end(found.line).min(end);
    let text = sections.document.text.get(from..end).unwrap_or_default();
    Passage {
        title: found.title.name().into_owned(),
        text: text.trim().to_owned(),
        line: found.line,
        end_line,
    }
}

/// Links and mentions of the files that briefs are made from.
fn links(sections: &Sections<'_>) -> Vec<Link> {
    let document = &sections.document;
    let mut links: Vec<Link> = Vec::new();
    for (at, _) in document.text.match_indices(".md") {
        let end = at + 3;
        let start = path_start(document.text, at);
        let target = &document.text[start..end];
        let name = lower(target.rsplit('/').next().unwrap_or(target));
        let Some((_, source)) = SOURCES.iter().find(|(known, _)| *known == name) else { continue };
        let continues = document.text[end..].starts_with(|c: char| c.is_alphanumeric());
        if continues || target.contains("://") {
            continue;
        }
        // `[REQUIREMENTS.md](./REQUIREMENTS.md)` is one link: its target is what counts.
        let is_text_of_link = document.text[end..].starts_with("](");
        let known = links.iter().any(|link| link.target == target);
        if !is_text_of_link && !known {
            let line = document.lines.line_of(start);
            links.push(Link { source: *source, target: target.to_owned(), line, span: start..end });
        }
    }
    links
}

fn path_start(text: &str, end: usize) -> usize {
    let is_path = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | ':' | '~');
    let mut start = end;
    for (at, c) in text[..end].char_indices().rev().take(200) {
        if !is_path(c) {
            break;
        }
        start = at;
    }
    start
}

/// Every box that no part of the plan claimed gets the reason why it is none of its steps.
pub(in crate::plan) fn explain_rest(sections: &Sections<'_>, choice: &ListChoice, boxes: &mut Boxes) {
    for (index, section) in sections.all.iter_enumerated() {
        let mut unclaimed = boxes.unclaimed(&(section.from..section.to));
        if section.is_heading() {
            unclaimed.extend(boxes.unclaimed(&(section.block..section.block.next())));
        }
        if unclaimed.is_empty() {
            continue;
        }
        let name = sections.all[sections.heading_of(index)].title.name();
        let reason = match section.role {
            Some(Role::Rollout | Role::Rollback | Role::Timeline | Role::History) => {
                format!("under `{name}`, which is never a step")
            }
            Some(Role::Progress) if sections.is_owned(section) => {
                "agentrun's own progress list: no step has this name any more".to_owned()
            }
            Some(Role::Progress) => "in a progress list, but like no step".to_owned(),
            Some(Role::Steps | Role::Tasks | Role::SecondSteps) => {
                format!("under `{name}`; the steps are {}", choice.reason)
            }
            _ if name.is_empty() => "before the first heading".to_owned(),
            _ => format!("under `{name}`, which is read as context"),
        };
        for block in unclaimed {
            boxes.claim(block, BoxRole::Ignored, None, reason.clone());
        }
    }
}
