//! Decides what comes next, from the plan, the order and the state.

use std::collections::BTreeSet;

use super::{CommitState, RunState, StepStatus, TickState};
use crate::facts::RunOutcome;
use crate::plan::{Criterion, Plan, Step, StepGraph, StepIndex, StepKind};

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Selection {
    /// The steps asked for; all if `None`.
    pub steps: Option<BTreeSet<StepIndex>>,
    /// Go on with what does not depend on a step that did not pass.
    pub keep_going: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decision {
    /// The journal says that it passed, the plan does not yet.
    Tick(StepIndex),
    /// The plan says that it passed, the history of the branch does not yet.
    Commit(StepIndex),
    /// Work on it.
    Run(StepIndex),
    /// Only a person can do it.
    Park(StepIndex),
    Stop(RunOutcome),
}

impl Selection {
    /// Whether the run is about this step.
    pub(crate) fn contains(&self, step: StepIndex) -> bool {
        self.steps.as_ref().is_none_or(|steps| steps.contains(&step))
    }
}

pub(crate) fn next(plan: &Plan, graph: &StepGraph, state: &RunState, selection: &Selection) -> Decision {
    // Before anything else changes, and whatever was asked for: it holds this step and no other.
    if let Some(&index) = graph.order().iter().find(|&&index| commit_is_due(plan, state, index)) {
        return Decision::Commit(index);
    }
    let mut stopped: Option<RunOutcome> = None;
    let mut waits: Option<RunOutcome> = None;
    let mut blocked = BTreeSet::new();
    let mut parked = BTreeSet::new();
    for &index in graph.order().iter().filter(|&&index| selection.contains(index)) {
        let status = &state.step(&plan.steps[index].key).status;
        match status {
            StepStatus::Passed(pass) => match pass.tick {
                TickState::Due | TickState::Intended { .. } => return Decision::Tick(index),
                TickState::Refused => return Decision::Stop(RunOutcome::NeedsPerson),
                TickState::Written => {}
            },
            StepStatus::ByHand => {}
            StepStatus::Parked { .. } => {
                parked.insert(index);
                if is_work(&plan.steps[index]) {
                    waits = Some(RunOutcome::NeedsPerson);
                }
            }
            StepStatus::Stopped(outcome) => {
                let outcome = outcome.reason.ends_run();
                if !selection.keep_going || outcome.ends_every_run() {
                    return Decision::Stop(outcome);
                }
                stopped.get_or_insert(outcome);
                blocked.insert(index);
            }
            StepStatus::Open | StepStatus::Revalidate | StepStatus::Running => {
                let is_last = plan.steps[index].kind == StepKind::Acceptance && stopped.is_some();
                if is_last || is_blocked(graph, index, &blocked, &parked) {
                    blocked.insert(index);
                    stopped.get_or_insert(RunOutcome::NeedsPerson);
                } else if plan.steps[index].kind == StepKind::Manual {
                    return Decision::Park(index);
                } else {
                    return Decision::Run(index);
                }
            }
        }
    }
    Decision::Stop(stopped.or(waits).unwrap_or(RunOutcome::Completed))
}

/// It was for the agent, and nobody could tell whether it is done; or it is about the plan, and a sentence.
fn is_work(step: &Step) -> bool {
    match step.kind {
        StepKind::Work | StepKind::Closing => true,
        StepKind::Acceptance => step.criteria.iter().any(Criterion::is_sentence),
        StepKind::Manual | StepKind::Prerequisite => false,
    }
}

fn commit_is_due(plan: &Plan, state: &RunState, index: StepIndex) -> bool {
    matches!(&state.step(&plan.steps[index].key).status, StepStatus::Passed(pass)
        if pass.tick == TickState::Written && pass.commit == CommitState::Due)
}

/// The steps that a run leaves out, each with the one that it names and that did not pass or waits.
pub(crate) fn left_out(
    plan: &Plan,
    graph: &StepGraph,
    state: &RunState,
    selection: &Selection,
) -> Vec<(StepIndex, StepIndex)> {
    let status = |index: StepIndex| &state.step(&plan.steps[index].key).status;
    let is_open = |index: StepIndex| matches!(status(index), StepStatus::Open | StepStatus::Revalidate);
    let mut left: Vec<(StepIndex, StepIndex)> = Vec::new();
    for &index in graph.order().iter().filter(|&&index| selection.contains(index) && is_open(index)) {
        let holds_up = |step: StepIndex| {
            matches!(status(step), StepStatus::Stopped(_) | StepStatus::Parked { .. })
                || left.iter().any(|(known, _)| *known == step)
        };
        let named = graph.dependencies(index).iter().find(|edge| edge.explicit && holds_up(edge.step));
        left.extend(named.map(|edge| (index, edge.step)));
    }
    left
}

/// A step that waits or did not pass blocks what names it.
fn is_blocked(
    graph: &StepGraph,
    index: StepIndex,
    blocked: &BTreeSet<StepIndex>,
    parked: &BTreeSet<StepIndex>,
) -> bool {
    let mut edges = graph.dependencies(index).iter();
    edges.any(|edge| edge.explicit && (blocked.contains(&edge.step) || parked.contains(&edge.step)))
}

#[cfg(test)]
mod tests;
