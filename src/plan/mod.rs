//! The plan: text becomes values; only [`document`] knows the Markdown parser.
//!
//! Reading happens in five visible stages, so that a wrong answer can be traced to one rule:
//!
//! 1. [`document`]: text -> Markdown facts with byte positions (headings, items, boxes, fences);
//! 2. [`sections`]: facts -> a tree of sections, each with the role that its name gives it;
//! 3. [`candidates`]: sections -> every list that could be the list of steps;
//! 4. [`choice`]: candidates -> the one that is, with the reason, and the others named;
//! 5. [`steps`]: the choice -> steps, tasks, criteria, dependencies, and a role for every box.

mod backing;
mod box_ref;
pub(crate) mod candidates;
pub(crate) mod check_box;
pub(crate) mod choice;
mod code_span;
pub(crate) mod criterion;
pub(crate) mod describe;
pub(crate) mod diagnostic;
pub(crate) mod document;
pub mod edit;
pub(crate) mod find;
mod findings;
pub(crate) mod graph;
mod identity;
mod index;
pub(crate) mod names;
pub(crate) mod outline;
mod piece;
pub mod restore;
pub(crate) mod sections;
pub(crate) mod step;
pub(crate) mod steps;

pub use backing::BoxBacking;
pub use check_box::{BoxRole, CheckBox, StateWord};
pub use choice::StepList;
pub use criterion::{Criterion, CriterionKind};
pub use describe::Description;
pub use diagnostic::{Diagnostic, Severity};
pub use document::limits::is_reading;
pub use edit::{EditError, MarkChange, TickTarget};
pub use find::FoundSteps;
pub use graph::{Edge, StepGraph};
pub use index::{BlockIndex, BoxIndex, EntryIndex, GroupIndex, Line, SectionIndex, Span, StepIndex};
pub use step::{Plan, Step, StepKind, Task};

/// A plan and everything that was noticed while it was read.
#[derive(Debug, Clone)]
pub struct Reading {
    /// What was understood; empty of steps when nothing was.
    pub plan: Plan,
    /// The order in which the steps go.
    pub graph: StepGraph,
    /// Every list that could have been the steps; the first is the one that is.
    pub lists: Vec<StepList>,
    /// All diagnostics at once, in the order of the file.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads a plan. Never fails: what is wrong is in the diagnostics, what is unknown is context.
pub fn read(text: &str) -> Reading {
    let refused = |found: Diagnostic| Reading { diagnostics: vec![found], ..understand("") };
    match document::limits::too_deep(text) {
        Some(found) => refused(found),
        None => document::limits::catch(|| understand(text))
            .unwrap_or_else(|| refused(document::limits::unreadable(text))),
    }
}

fn understand(text: &str) -> Reading {
    let markdown = document::Document::as_markdown(text);
    let document = document::Document::parse(&markdown);
    let sections = sections::Sections::of(document);
    let candidates = candidates::find(&sections);
    let choice = choice::choose(&sections, candidates);
    let (mut plan, mut diagnostics) = steps::build(&sections, &choice);
    let (graph, more) = StepGraph::resolve(&plan);
    plan.name_by_position(graph.order());
    diagnostics.extend(more);
    diagnostics.sort_by_key(|diagnostic| diagnostic.span.start);
    Reading { plan, graph, lists: choice.lists(&sections), diagnostics }
}

#[cfg(test)]
mod tests;
