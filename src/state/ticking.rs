//! When a box may be ticked: which criteria of a step hold, which wait for a person, and which boxes a
//! pass ticks. Whether the step passes at all is said by the verdict on its commands.

use std::collections::{HashMap, HashSet};

use super::Pass;
use crate::facts::{CriterionIndex, Evidence, Origin};
use crate::plan::{BoxIndex, BoxRole, CheckBox, CriterionKind, Plan, Step, StepIndex, StepKind, TickTarget};

/// What was seen of the criteria of a step that passes.
#[derive(Debug, Clone, Copy)]
pub struct Grounds<'a> {
    /// What its commands did.
    pub evidence: &'a [Evidence],
    /// The criteria that hold by the judge's word.
    pub judged: &'a [CriterionIndex],
    /// A sentence that nobody has seen to hold waits for a person; else sentences are ignored.
    pub prose_waits: bool,
    /// The criteria whose files are not there.
    pub missing: &'a [CriterionIndex],
}

/// The criteria of a step that passes. What holds by the judge's word is in neither.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DecidedCriteria {
    /// They hold.
    pub passed: Vec<CriterionIndex>,
    /// A person has to look.
    pub waiting: Vec<CriterionIndex>,
}

/// Which criteria of a step that passes hold, and which wait for a person.
pub fn decide(step: &Step, grounds: &Grounds<'_>) -> DecidedCriteria {
    let mut decided = DecidedCriteria::default();
    for (index, criterion) in step.criteria.iter_enumerated() {
        let unseen = grounds.prose_waits && criterion.is_sentence() && !grounds.judged.contains(&index);
        let seen = grounds.of(index);
        let waits = match criterion.kind {
            // What cannot fail says nothing.
            CriterionKind::Command(_) => unseen || seen.is_some_and(Evidence::is_void),
            CriterionKind::Prose => unseen || criterion.names_unrun_command(),
            CriterionKind::Manual => true,
            CriterionKind::Files(_) => grounds.missing.contains(&index),
        };
        let holds = match criterion.kind {
            CriterionKind::Command(_) => seen.is_some_and(Evidence::holds),
            // Where sentences are ignored, a deliverable is a task like the others.
            CriterionKind::Prose => {
                !grounds.prose_waits && step.is_task(criterion) && !criterion.names_unrun_command()
            }
            CriterionKind::Manual => false,
            CriterionKind::Files(_) => true,
        };
        match (waits, holds) {
            (true, _) => decided.waiting.push(index),
            (false, true) => decided.passed.push(index),
            (false, false) => {}
        }
    }
    decided
}

impl Grounds<'_> {
    /// What the command of a criterion did.
    fn of(&self, criterion: CriterionIndex) -> Option<&Evidence> {
        self.evidence.iter().find(|evidence| evidence.origin == Origin::Step { criterion })
    }
}

impl Pass {
    /// The step's own criteria that hold: by commands, by the judge's word, or all by the word of a person.
    fn holding(&self, step: &Step) -> Vec<CriterionIndex> {
        if self.confirmed_by.is_some() && self.pending.is_empty() {
            return step.criteria.keys().collect();
        }
        self.criteria.iter().chain(&self.judged).copied().collect()
    }

    /// The boxes of the step itself that it ticks.
    pub(super) fn own_boxes(&self, step: &Step) -> Vec<BoxIndex> {
        own_boxes(step, &self.holding(step))
    }

    /// Everything that it ticks. Steps of criteria only get no line of their own under `## Progress`.
    pub fn targets(&self, plan: &Plan, step: StepIndex) -> Vec<TickTarget> {
        let found = &plan.steps[step];
        let has_line = matches!(found.kind, StepKind::Work | StepKind::Closing | StepKind::Manual);
        targets(plan, step, &self.holding(found), has_line)
    }
}

/// The boxes of a step that may be ticked when these criteria hold: tasks, its own box, and those of the
/// criteria. Optional tasks are left to their author. A deliverable is a task and a criterion: it waits
/// until it is among the given.
fn own_boxes(step: &Step, criteria: &[CriterionIndex]) -> Vec<BoxIndex> {
    let others = step.criteria.iter_enumerated().filter(|(index, _)| !criteria.contains(index));
    let waiting: Vec<BoxIndex> = others.filter_map(|(_, found)| found.check_box).collect();
    let tasks = step.tasks.iter().filter(|task| !task.optional).filter_map(|task| task.check_box);
    let tasks = tasks.filter(|task| !waiting.contains(task));
    let criteria = criteria.iter().filter_map(|&index| step.criteria.get(index)?.check_box);
    let mut boxes: Vec<BoxIndex> = tasks.chain(criteria).chain(step.own_box).collect();
    boxes.sort_unstable();
    boxes.dedup();
    boxes
}

/// What to change when these criteria of a step hold: its boxes, those that mirror it, the boxes that
/// hold them and are now complete; and where it has none of these, its line under `## Progress`.
pub fn targets(plan: &Plan, step: StepIndex, criteria: &[CriterionIndex], has_line: bool) -> Vec<TickTarget> {
    let Some(found) = plan.steps.get(step) else { return Vec::new() };
    let mut boxes = own_boxes(found, criteria);
    let is_mirror = |check_box: &CheckBox| check_box.role == BoxRole::Mirror && check_box.step == Some(step);
    boxes.extend(plan.boxes.keys().filter(|index| is_mirror(&plan.boxes[*index])));
    let visible = !boxes.is_empty();
    boxes.retain(|index| plan.boxes[*index].tickable());
    add_complete_parents(plan, &mut boxes);
    boxes.sort_unstable();
    boxes.dedup();
    let mut targets: Vec<TickTarget> = boxes.into_iter().map(TickTarget::Box).collect();
    if !visible && has_line {
        targets.push(TickTarget::Progress(step));
    }
    targets
}

/// A box that holds others is complete when all of them are that need to be done.
fn add_complete_parents(plan: &Plan, boxes: &mut Vec<BoxIndex>) {
    let mut open: HashMap<BoxIndex, usize> = HashMap::new();
    for check_box in plan.boxes.iter().filter(|check_box| !check_box.ticked()) {
        if let Some(parent) = check_box.parent.filter(|_| check_box.role != BoxRole::Optional) {
            *open.entry(parent).or_default() += 1;
        }
    }
    let mut known: HashSet<BoxIndex> = boxes.iter().copied().collect();
    let mut next = 0;
    while let Some(&index) = boxes.get(next) {
        next += 1;
        let Some(parent) = plan.boxes[index].parent else { continue };
        let Some(left) = open.get_mut(&parent) else { continue };
        *left = left.saturating_sub(1);
        let holds = matches!(
            plan.boxes[parent].role,
            BoxRole::Task | BoxRole::Step | BoxRole::Group | BoxRole::Mirror | BoxRole::Closing
        );
        if *left == 0 && holds && plan.boxes[parent].tickable() && known.insert(parent) {
            boxes.push(parent);
        }
    }
}

#[cfg(test)]
mod tests;
