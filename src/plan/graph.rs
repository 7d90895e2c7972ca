//! Puts the steps in order: references become edges, and a step without any follows the step before it.

pub(super) mod resolve;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use typed_index_collections::{TiSlice, TiVec, ti_vec};

use self::resolve::Resolver;
use super::StepIndex;
use super::diagnostic::{Diagnostic, Severity};
use super::step::{Plan, StepKind};
use crate::plan::GroupIndex;

/// Steps and dependencies, resolved.
#[derive(Debug, Clone, Default)]
pub struct StepGraph {
    order: Vec<StepIndex>,
    edges: TiVec<StepIndex, Vec<Edge>>,
}

/// One step needs another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    /// The step that comes first, an index into [`Plan::steps`].
    pub step: StepIndex,
    /// The plan says so; otherwise it follows from the order of the file.
    pub explicit: bool,
    /// Line of the reference, or of the step itself.
    pub line: usize,
}

impl StepGraph {
    /// Resolves every reference of a plan. A cycle is reported, and broken where the file is first.
    pub fn resolve(plan: &Plan) -> (Self, Vec<Diagnostic>) {
        let mut resolver = Resolver::of(plan);
        let edges: TiVec<StepIndex, Vec<Edge>> =
            plan.steps.keys().map(|step| resolver.edges_of(step)).collect();
        let mut diagnostics = resolver.finish();
        let mut graph = Self { order: Vec::new(), edges };
        graph.sort(plan, &mut diagnostics);
        graph.add_implicit(plan);
        (graph, diagnostics)
    }

    /// The steps in the order in which they run: prerequisites first, acceptance last, else as in the file
    /// as far as the references allow.
    pub fn order(&self) -> &[StepIndex] {
        &self.order
    }

    /// What a step needs.
    pub fn dependencies(&self, step: StepIndex) -> &[Edge] {
        self.edges.get(step).map_or(&[], Vec::as_slice)
    }

    /// Takes the first step that needs no other, again and again.
    fn sort(&mut self, plan: &Plan, diagnostics: &mut Vec<Diagnostic>) {
        let last_work =
            plan.steps.rposition(|step| step.kind == StepKind::Work).unwrap_or_else(|| StepIndex::from(0));
        let rank = |step: StepIndex| Reverse((rank(plan, step, last_work), step));
        if self.edges.iter().all(Vec::is_empty) {
            self.order = self.edges.keys().collect();
            self.order.sort_by_key(|step| Reverse(rank(*step)));
            return;
        }
        let mut waiting: TiVec<StepIndex, usize> = self.edges.iter().map(Vec::len).collect();
        let mut needed_by: TiVec<StepIndex, Vec<StepIndex>> = ti_vec![Vec::new(); self.edges.len()];
        for (step, edges) in self.edges.iter_enumerated() {
            for edge in edges {
                needed_by[edge.step].push(step);
            }
        }
        let mut done: TiVec<StepIndex, bool> = ti_vec![false; self.edges.len()];
        let mut ready: BinaryHeap<_> =
            self.edges.keys().filter(|step| waiting[*step] == 0).map(rank).collect();
        let mut rest: Option<BinaryHeap<_>> = None;
        while self.order.len() < self.edges.len() {
            let next = match ready.pop() {
                Some(Reverse((_, step))) => step,
                // Only steps of cycles, and what needs them, are left.
                None => match rest.get_or_insert_with(|| done.keys().map(rank).collect()).pop() {
                    Some(Reverse((_, step))) if !done[step] => {
                        let cycle = self.cycle_from(step, &done);
                        diagnostics.extend(cycle.first().map(|_| cycle_found(plan, &cycle)));
                        let broken = cycle.first().copied().unwrap_or(step);
                        self.edges[broken].retain(|edge| done[edge.step]);
                        rest.get_or_insert_default().push(rank(step));
                        broken
                    }
                    Some(_) => continue,
                    None => break,
                },
            };
            if std::mem::replace(&mut done[next], true) {
                continue;
            }
            self.order.push(next);
            for &step in &needed_by[next] {
                waiting[step] = waiting[step].saturating_sub(1);
                if waiting[step] == 0 && !done[step] {
                    ready.push(rank(step));
                }
            }
        }
    }

    /// Follows open edges until a step comes up again; the steps between are a cycle.
    fn cycle_from(&self, start: StepIndex, done: &TiSlice<StepIndex, bool>) -> Vec<StepIndex> {
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
            match self.edges[step].iter().find(|edge| !done[edge.step]) {
                Some(edge) => step = edge.step,
                None => return Vec::new(),
            }
        }
    }

    /// A step that names none follows the one before it. Manual steps are parked: nothing waits for them
    /// unless it names them.
    fn add_implicit(&mut self, plan: &Plan) {
        let mut previous: Option<StepIndex> = None;
        let mut started: TiVec<GroupIndex, bool> = ti_vec![false; plan.groups.len()];
        for &index in &self.order {
            let step = &plan.steps[index];
            let group = step.group.and_then(|group| plan.groups.get(group).map(|found| (group, found)));
            // What a group says about its beginning, its first step says.
            let first = group.is_some_and(|(group, _)| !std::mem::replace(&mut started[group], true));
            let group_says =
                group.is_some_and(|(_, group)| group.independent || !group.references.is_empty());
            let own = !step.references.is_empty() && !self.edges[index].is_empty();
            let says = own || step.independent || (first && group_says);
            let known = |before: &StepIndex| self.edges[index].iter().any(|edge| edge.step == *before);
            if let Some(before) = previous.filter(|before| !says && !known(before)) {
                self.edges[index].reserve_exact(1);
                self.edges[index].push(Edge { step: before, explicit: false, line: step.line });
            }
            if step.kind != StepKind::Manual {
                previous = Some(index);
            }
        }
    }
}

/// Prerequisites, then work, then what closes it, then acceptance, wherever they stand in the file.
fn rank(plan: &Plan, step: StepIndex, last_work: StepIndex) -> u8 {
    match plan.steps[step].kind {
        StepKind::Prerequisite => 0,
        StepKind::Manual if step > last_work => 2,
        StepKind::Work | StepKind::Manual => 1,
        StepKind::Closing => 2,
        StepKind::Acceptance => 3,
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
        message: format!("steps need each other: {}", names.join(" -> ")).into(),
        help: Some("take out one of these dependencies".into()),
    }
}

#[cfg(test)]
mod tests {
    use crate::plan::{StepIndex, read};

    fn shown(text: &str) -> (Vec<String>, Vec<String>) {
        let reading = read(text);
        let name = |step: StepIndex| reading.plan.steps[step].id.clone();
        let lines = reading.graph.order().iter().map(|&step| {
            let edges = reading.graph.dependencies(step).iter();
            let edges: Vec<String> = edges
                .map(|edge| format!("{}{}", if edge.explicit { "" } else { "~" }, name(edge.step)))
                .collect();
            format!("{} <- {}", name(step), edges.join(" "))
        });
        let errors =
            reading.diagnostics.iter().filter(|found| found.severity == crate::plan::Severity::Error);
        (lines.collect(), errors.map(|found| format!("{}: {}", found.code, found.message)).collect())
    }

    fn phases(dependencies: &[&str]) -> String {
        let phase = |(index, text): (usize, &&str)| {
            format!("### Phase {0}: P{0}\n**Dependencies**: {text}\n\n1. do it\n\n", index + 1)
        };
        format!(
            "# T\n\n## Implementation Phases\n\n{}",
            dependencies.iter().enumerate().map(phase).collect::<String>()
        )
    }

    #[test]
    fn explicit_references_decide_the_order() {
        let (lines, errors) = shown(&phases(&["Phase 3", "None", "Phases 2", "what must be done first"]));
        assert_eq!(lines, ["2 <- ", "3 <- 2", "1 <- 3", "4 <- ~1"]);
        assert_eq!(errors, Vec::<String>::new());
    }

    #[test]
    fn ranges_lists_and_all_previous() {
        let (lines, errors) = shown(&phases(&[
            "None",
            "None",
            "Phases 1-2",
            "Phase 1 and Phase 3",
            "All previous phases complete",
        ]));
        assert_eq!(lines, ["1 <- ", "2 <- ", "3 <- 1 2", "4 <- 1 3", "5 <- 1 2 3 4"]);
        assert_eq!(errors, Vec::<String>::new());
    }

    #[test]
    fn a_cycle_is_named_and_broken() {
        let (lines, errors) = shown(&phases(&["Phase 2", "Phase 3", "Phase 1", "Phase 1"]));
        assert_eq!(lines.len(), 4);
        assert_eq!(
            errors,
            [
                "dependency-cycle: steps need each other: `Phase 1: P1` -> `Phase 2: P2` -> `Phase 3: P3` -> `Phase 1: P1`"
            ]
        );
    }

    #[test]
    fn an_unknown_reference_is_an_error_with_a_suggestion() {
        let (_, errors) = shown(&phases(&["None", "Phase 11"]));
        assert_eq!(errors, ["unknown-reference: no step is called `Phase 11`"]);
    }

    #[test]
    fn a_group_passes_its_dependencies_on() {
        let text = "# T\n\n## Phase 1: A\n\n### Step 1.1: a\n\n### Step 1.2: b\n\n## Phase 2: B\n\
            **Dependencies**: Phase 1 complete\n\n### Step 2.1: c\n\n### Step 2.2: d\n";
        let (lines, errors) = shown(text);
        assert_eq!(lines, ["1.1 <- ", "1.2 <- ~1.1", "2.1 <- 1.1 1.2", "2.2 <- 1.1 1.2 ~2.1"]);
        assert_eq!(errors, Vec::<String>::new());
    }
}
