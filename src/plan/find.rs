//! Finds a step by its id, its label or its position, and the steps of a group.

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use typed_index_collections::{TiVec, ti_vec};

use super::step::Plan;
use super::{StepIndex, names};

/// What a name stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// One step, an index into [`Plan::steps`].
    One(StepIndex),
    /// The steps of a group that was named by its label.
    Group(Vec<StepIndex>),
    /// No step has this name.
    None {
        /// The name that was probably meant.
        suggestion: Option<String>,
    },
    /// Several steps have this name.
    Ambiguous(Vec<StepIndex>),
}

impl Plan {
    /// Gives the steps whose id no other step has, in whatever case, that id.
    pub(super) fn name_by_author(&mut self) {
        let mut unique: TiVec<StepIndex, bool> = ti_vec![false; self.steps.len()];
        let mut first: HashMap<Cow<'_, str>, StepIndex> = HashMap::with_capacity(self.steps.len());
        for (index, step) in self.steps.iter_enumerated().filter(|(_, step)| !step.author_id.is_empty()) {
            match first.entry(names::lower(&step.author_id)) {
                Entry::Occupied(known) => unique[*known.get()] = false,
                Entry::Vacant(place) => {
                    place.insert(index);
                    unique[index] = true;
                }
            }
        }
        for (step, _) in self.steps.iter_mut().zip(unique).filter(|(_, unique)| *unique) {
            step.id.clone_from(&step.author_id);
        }
    }

    /// Gives every other step `#` and its position in the order in which the steps run.
    pub(super) fn name_by_position(&mut self, order: &[StepIndex]) {
        for (position, &index) in order.iter().enumerate() {
            let step = &mut self.steps[index];
            step.position = position + 1;
            if step.id.is_empty() {
                step.id = format!("#{}", step.position);
            }
        }
    }

    /// The step that a person means by an id (`1.1`), a label (`step 1.1`), a position (`#7`), or the steps
    /// of the group that has this label (`Phase 1`).
    pub fn find(&self, name: &str) -> Found {
        let wanted = name.trim().to_lowercase();
        if let Some(position) = wanted.strip_prefix('#').and_then(|number| number.parse::<usize>().ok()) {
            let found = self.steps.position(|step| step.position == position);
            return found.map_or(Found::None { suggestion: None }, Found::One);
        }
        let is = |text: &str| !text.is_empty() && text.to_lowercase() == wanted;
        let all = |fits: &dyn Fn(StepIndex) -> bool| self.steps.keys().filter(|step| fits(*step)).collect();
        let by_id: Vec<StepIndex> = all(&|step| is(&self.steps[step].author_id));
        let by_label: Vec<StepIndex> =
            all(&|step| is(&self.steps[step].label) || is(&self.steps[step].name()));
        let found = if by_id.is_empty() { by_label } else { by_id };
        let group =
            |step: &StepIndex| self.steps[*step].group.is_some_and(|group| is(&self.groups[group].label));
        match found.as_slice() {
            [] => {
                let in_group: Vec<StepIndex> = self.steps.keys().filter(group).collect();
                if in_group.is_empty() {
                    Found::None { suggestion: self.suggestion(name) }
                } else {
                    Found::Group(in_group)
                }
            }
            [one] => Found::One(*one),
            _ => Found::Ambiguous(found),
        }
    }

    fn suggestion(&self, name: &str) -> Option<String> {
        let ids = self.steps.iter().map(|step| step.id.as_str());
        let labels = self.steps.iter().map(|step| step.label.as_str());
        let groups = self.groups.iter().map(|group| group.label.as_str());
        names::nearest(name, ids.chain(labels).chain(groups)).map(str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::read;

    #[test]
    fn a_step_has_several_names() {
        let plan = read(
            "# T\n\n## Phase 1: A\n\n### Step 1: a\n\n### Step 2: b\n\n## Phase 2: B\n\n### Step 1: c\n\n### Step 3: d\n",
        )
        .plan;
        assert_eq!(
            plan.steps.iter().map(|step| step.id.as_str()).collect::<Vec<_>>(),
            ["#1", "2", "#3", "3"]
        );
        assert_eq!(plan.find("2"), Found::One(StepIndex::from(1)));
        assert_eq!(plan.find("STEP 3"), Found::One(StepIndex::from(3)));
        assert_eq!(plan.find("#3"), Found::One(StepIndex::from(2)));
        assert_eq!(plan.find("1"), Found::Ambiguous([0, 2].map(StepIndex::from).to_vec()));
        assert_eq!(plan.find("phase 2"), Found::Group([2, 3].map(StepIndex::from).to_vec()));
        assert_eq!(plan.find("Stepp 2"), Found::None { suggestion: Some("Step 2".to_owned()) });
    }
}
