//! The order in which steps can run: the first step that needs no other, again and again.

use std::collections::{BTreeSet, HashMap};

use typed_index_collections::{TiVec, ti_vec};

use crate::plan::StepIndex;
use crate::plan::diagnostic::{Diagnostic, Severity};
use crate::plan::graph::Edge;
use crate::plan::step::{Plan, StepKind};

/// The steps that have no place in the order yet.
pub(super) struct Sorting<'a> {
    plan: &'a Plan,
    /// What each step needs.
    pub(super) edges: TiVec<StepIndex, Vec<Edge>>,
    /// The steps that need each.
    needed_by: TiVec<StepIndex, Vec<StepIndex>>,
    /// How many of those that a step needs have no place yet.
    missing: TiVec<StepIndex, usize>,
    /// Those without a place, the first first.
    left: BTreeSet<Rank>,
    /// Those among them that need no other that is left.
    ready: BTreeSet<Rank>,
    last_work: Option<StepIndex>,
    /// The cycles that were found.
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// Where a step stands among those that could be next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    kind: u8,
    step: StepIndex,
}

impl<'a> Sorting<'a> {
    /// No step has a place yet.
    pub(super) fn of(plan: &'a Plan, edges: TiVec<StepIndex, Vec<Edge>>) -> Self {
        let mut needed_by: TiVec<StepIndex, Vec<StepIndex>> = ti_vec![Vec::new(); edges.len()];
        for (step, needs) in edges.iter_enumerated() {
            for edge in needs {
                needed_by[edge.step].push(step);
            }
        }
        let missing: TiVec<StepIndex, usize> = edges.iter().map(Vec::len).collect();
        let last_work = plan.steps.rposition(|step| step.kind == StepKind::Work);
        let (left, ready, diagnostics) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
        let mut sorting = Self { plan, edges, needed_by, missing, left, ready, last_work, diagnostics };
        sorting.left = sorting.edges.keys().map(|step| sorting.rank(step)).collect();
        let is_ready = |rank: &&Rank| sorting.missing[rank.step] == 0;
        sorting.ready = sorting.left.iter().filter(is_ready).copied().collect();
        sorting
    }

    /// Gives every step its place. A cycle is broken where the file is first.
    pub(super) fn run(&mut self) -> Vec<StepIndex> {
        let mut order = Vec::with_capacity(self.edges.len());
        while let Some(first) = self.left.first() {
            let next = match self.ready.first() {
                Some(ready) => ready.step,
                // Only steps of cycles, and what needs them, are left.
                None => self.break_cycle(first.step),
            };
            self.take(next);
            order.push(next);
        }
        order
    }

    fn take(&mut self, next: StepIndex) {
        let rank = self.rank(next);
        self.left.remove(&rank);
        self.ready.remove(&rank);
        for &step in &self.needed_by[next] {
            let rank = self.rank(step);
            self.missing[step] = self.missing[step].saturating_sub(1);
            if self.missing[step] == 0 && self.left.contains(&rank) {
                self.ready.insert(rank);
            }
        }
    }

    /// Takes out of a cycle that this step leads to what its first step still needs, and returns that step.
    fn break_cycle(&mut self, start: StepIndex) -> StepIndex {
        let cycle = self.cycle_from(start);
        let first = cycle.first().copied().unwrap_or(start);
        let mut needs = std::mem::take(&mut self.edges[first]);
        needs.retain(|edge| !self.is_left(edge.step));
        self.edges[first] = needs;
        self.diagnostics.extend(cycle.first().map(|_| cycle_found(self.plan, &cycle)));
        first
    }

    /// Follows open edges until a step comes up again; the steps between are a cycle.
    fn cycle_from(&self, start: StepIndex) -> Vec<StepIndex> {
        let mut seen: HashMap<StepIndex, usize> = HashMap::new();
        let mut path = Vec::new();
        let mut step = start;
        loop {
            if let Some(&from) = seen.get(&step) {
                let mut cycle = path.split_off(from);
                let first = cycle.iter().enumerate().min_by_key(|(_, step)| **step).map_or(0, |(at, _)| at);
                cycle.rotate_left(first);
                return cycle;
            }
            seen.insert(step, path.len());
            path.push(step);
            match self.edges[step].iter().find(|edge| self.is_left(edge.step)) {
                Some(edge) => step = edge.step,
                None => return Vec::new(),
            }
        }
    }

    fn is_left(&self, step: StepIndex) -> bool {
        self.left.contains(&self.rank(step))
    }

    /// Prerequisites, then work, then what closes it, then acceptance, wherever they stand in the file.
    fn rank(&self, step: StepIndex) -> Rank {
        let kind = match self.plan.steps[step].kind {
            StepKind::Prerequisite => 0,
            StepKind::Manual if Some(step) > self.last_work => 2,
            StepKind::Work | StepKind::Manual => 1,
            StepKind::Closing => 2,
            StepKind::Acceptance => 3,
        };
        Rank { kind, step }
    }
}

fn cycle_found(plan: &Plan, cycle: &[StepIndex]) -> Diagnostic {
    let name = |step: &StepIndex| format!("`{}`", plan.steps[*step].name());
    let mut names: Vec<String> = cycle.iter().take(8).map(name).collect();
    if cycle.len() > names.len() {
        names.push("…".to_owned());
    }
    names.extend(cycle.first().map(name));
    let span = cycle.first().map_or(0..0, |step| {
        let step = &plan.steps[*step];
        step.references.first().map_or(step.span.start..step.span.start, |reference| reference.span.clone())
    });
    Diagnostic {
        severity: Severity::Error,
        code: "dependency-cycle",
        span,
        message: format!("steps depend on each other: {}", names.join(" -> ")).into(),
        help: Some("remove one of these dependencies".into()),
    }
}
