//! Compares the boxes with the journal at the start of a run, and decides what follows.

use std::collections::BTreeSet;

use super::renames::renamed;
use super::{Pass, RunState, StepStatus, TickState};
use crate::facts::{Event, ReopenReason, StepRef, Strength};
use crate::plan::{BoxIndex, BoxRole, CheckBox, Plan, Step, StepGraph, StepIndex, StepKind};

/// The events that bring the state in line with the plan as it is now.
pub(crate) fn reconcile(plan: &Plan, graph: &StepGraph, state: &RunState) -> Vec<Event> {
    let (state, mut events) = renamed(plan, state);
    let mut outdated = BTreeSet::new();
    let mut work_is_open = false;
    for &index in graph.order() {
        let step = &plan.steps[index];
        let known = state.step(&step.key);
        let status = &known.status;
        let rests_on_it =
            graph.dependencies(index).iter().any(|edge| edge.explicit && outdated.contains(&edge.step))
                || (step.kind == StepKind::Acceptance && work_is_open);
        let found = match status {
            StepStatus::Passed(pass) if pass.fingerprint != step.fingerprint() || never_ran(step, pass) => {
                Some(ReopenReason::Edited)
            }
            // Where progress is kept in the journal only, an open box says nothing.
            StepStatus::Passed(pass)
                if pass.tick == TickState::Written
                    && !known.ticked.is_empty()
                    && unticked(plan, index, pass) =>
            {
                Some(ReopenReason::Unticked)
            }
            StepStatus::Passed(_) if rests_on_it => Some(ReopenReason::DependencyEdited),
            StepStatus::ByHand if !ticked_by_hand(plan, index) => Some(ReopenReason::Unticked),
            StepStatus::Parked { worked_on: Some(text), .. } if *text != step.fingerprint() => {
                Some(ReopenReason::Edited)
            }
            _ => None,
        };
        match found {
            Some(reason) => {
                if reason != ReopenReason::Unticked {
                    outdated.insert(index);
                }
                work_is_open |= step.kind == StepKind::Work;
                events.push(Event::StepReopened { step: StepRef::from(step), reason });
            }
            // What agentrun itself ticked says no more than its evidence, which is stale.
            None if !status.is_done() && known.ticked.is_empty() && ticked_by_hand(plan, index) => {
                events.push(Event::StepAdopted { step: StepRef::from(step) });
            }
            None => work_is_open |= step.kind == StepKind::Work && !status.is_done(),
        }
    }
    events
}

/// A pass on commands that are not those of the step: what makes a difference to a shell may make
/// none to its text.
fn never_ran(step: &Step, pass: &Pass) -> bool {
    let own = step.criteria.iter().filter_map(|criterion| criterion.command());
    let on_commands = matches!(pass.strength, Some(Strength::Proven | Strength::SelfTested | Strength::Weak));
    on_commands && own.into_iter().any(|command| pass.ran().all(|ran| ran != command.script))
}

/// A person unticked something that agentrun had ticked.
fn unticked(plan: &Plan, index: StepIndex, pass: &Pass) -> bool {
    let own = pass.own_boxes(&plan.steps[index]);
    own.into_iter().chain(mirrors(plan, index)).any(|check_box| plan.boxes[check_box].tickable())
}

/// The step has boxes, and all of them are ticked; or it has none, and says that it is done.
fn ticked_by_hand(plan: &Plan, index: StepIndex) -> bool {
    let mut boxes = plan.boxes_of(index).filter(|check_box| check_box.role != BoxRole::Mirror);
    if let Some(first) = boxes.next() {
        first.ticked() && boxes.all(CheckBox::ticked)
    } else {
        let mut mirrors = mirrors(plan, index).peekable();
        match mirrors.peek() {
            Some(_) => mirrors.all(|check_box| plan.boxes[check_box].ticked()),
            None => plan.steps[index].said_done,
        }
    }
}

/// Boxes elsewhere that stand for the step.
fn mirrors(plan: &Plan, index: StepIndex) -> impl Iterator<Item = BoxIndex> {
    plan.progress
        .iter()
        .flat_map(|progress| &progress.entries)
        .filter(move |entry| entry.step == index)
        .map(|entry| entry.check_box)
}

#[cfg(test)]
mod tests;
