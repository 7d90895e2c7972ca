//! Puts the steps in order: references become edges, and a step without any follows the step before it.

mod order;
pub(super) mod resolve;

use typed_index_collections::{TiVec, ti_vec};

use self::order::Sorting;
use self::resolve::Resolver;
use super::diagnostic::Diagnostic;
use super::step::{Plan, StepKind};
use crate::plan::{GroupIndex, Line, StepIndex};

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
    pub line: Line,
}

impl StepGraph {
    /// Resolves every reference of a plan. A cycle is reported, and broken where the file is first.
    pub fn resolve(plan: &Plan) -> (Self, Vec<Diagnostic>) {
        let mut resolver = Resolver::of(plan);
        let edges: TiVec<StepIndex, Vec<Edge>> =
            plan.steps.keys().map(|step| resolver.edges_of(step)).collect();
        let mut diagnostics = resolver.finish();
        let mut sorting = Sorting::of(plan, edges);
        let order = sorting.run();
        diagnostics.append(&mut sorting.diagnostics);
        let mut graph = Self { order, edges: sorting.edges };
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
                "dependency-cycle: steps depend on each other: `Phase 1: P1` -> `Phase 2: P2` -> `Phase 3: P3` -> `Phase 1: P1`"
            ]
        );
    }

    #[test]
    fn two_cycles_are_two_errors_and_what_needs_them_follows() {
        let (lines, errors) =
            shown(&phases(&["Phase 2", "Phase 1", "Phase 2", "Phase 5", "Phase 4", "None"]));
        assert_eq!(lines, ["6 <- ", "1 <- ~6", "2 <- 1", "3 <- 2", "4 <- ~3", "5 <- 4"]);
        assert_eq!(
            errors,
            [
                "dependency-cycle: steps depend on each other: `Phase 1: P1` -> `Phase 2: P2` -> `Phase 1: P1`",
                "dependency-cycle: steps depend on each other: `Phase 4: P4` -> `Phase 5: P5` -> `Phase 4: P4`"
            ]
        );
    }

    #[test]
    fn steps_run_by_their_kind_and_then_as_in_the_file() {
        let text = "# T\n\n## Definition of Done\n\n- [ ] It is liked\n\n## Testing Strategy\n\n- [ ] Write tests\n\n\
            ## Phase 1: A\n\n## Phase 2: B\n\n**Dependencies:** None\n\n## Manual Testing\n\n- [ ] Look at it\n\n\
            ## Prerequisites\n\n- [ ] git is there\n";
        let plan = read(text).plan;
        let names: Vec<String> =
            read(text).graph.order().iter().map(|step| plan.steps[*step].name()).collect();
        assert_eq!(
            names,
            [
                "Prerequisites",
                "Phase 1: A",
                "Phase 2: B",
                "Testing Strategy",
                "Manual Testing",
                "Definition of Done"
            ]
        );
        assert_eq!(shown(text).1, Vec::<String>::new());
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
