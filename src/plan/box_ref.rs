//! A reference to a box: its text, and its number among the boxes of the step with the same text.

use super::{BoxIndex, BoxRole, CheckBox, Plan, StepIndex};
use crate::facts::{BoxRef, Occurrence};

impl Plan {
    /// How events name a box that is ticked for a step.
    pub fn box_ref(&self, step: StepIndex, check_box: BoxIndex) -> BoxRef {
        let text = &self.boxes[check_box].text;
        let alike = self.boxes_like(step, text);
        let before = alike.iter().position(|index| *index == check_box);
        let occurrence = before.map(|before| Occurrence { number: before + 1, of: alike.len() });
        BoxRef { text: text.clone(), occurrence: occurrence.unwrap_or_default() }
    }

    /// The box that was ticked for a step under this name. `None` if it is gone, or if boxes with its
    /// text came or went: nobody knows then which of them it is.
    pub fn find_box(&self, step: StepIndex, name: &BoxRef) -> Option<BoxIndex> {
        let alike = self.boxes_like(step, &name.text);
        let Occurrence { number, of } = name.occurrence;
        alike.get(number.checked_sub(1)?).copied().filter(|_| alike.len() == of)
    }

    /// The boxes with this text among those that a pass of the step may tick.
    fn boxes_like(&self, step: StepIndex, text: &str) -> Vec<BoxIndex> {
        let may_be_ticked = |check_box: &CheckBox| {
            check_box.step == Some(step) || matches!(check_box.role, BoxRole::Group | BoxRole::Mirror)
        };
        let alike = |check_box: &CheckBox| check_box.text == text && may_be_ticked(check_box);
        self.boxes.iter_enumerated().filter(|(_, found)| alike(found)).map(|(index, _)| index).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::read;

    const PLAN: &str =
        "# T\n\n## Steps\n\n### Step 1: A\n- [ ] a\n- [ ] b\n- [ ] a\n\n### Step 2: B\n- [ ] a\n";

    fn name(text: &str, number: usize, of: usize) -> BoxRef {
        BoxRef { text: text.to_owned(), occurrence: Occurrence { number, of } }
    }

    #[test]
    fn a_box_is_named_by_its_text_and_its_place_among_those_of_its_step() {
        let plan = read(PLAN).plan;
        let names =
            plan.boxes.iter_enumerated().map(|(index, found)| plan.box_ref(found.step.unwrap(), index));
        let expected = [name("a", 1, 2), name("b", 1, 1), name("a", 2, 2), name("a", 1, 1)];
        assert_eq!(names.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_box_is_found_by_its_name_unless_others_like_it_came_or_went() {
        let first = StepIndex::from(0);
        let found = |text: &str, name: &BoxRef| read(text).plan.find_box(first, name).map(usize::from);
        assert_eq!(found(PLAN, &name("a", 2, 2)), Some(2));
        let moved = PLAN.replace("- [ ] a\n- [ ] b\n", "- [ ] c\n- [x] a\n- [ ] b\n");
        assert_eq!(found(&moved, &name("a", 2, 2)), Some(3));
        let more = PLAN.replace("- [ ] b\n", "- [ ] b\n- [ ] a\n");
        assert_eq!(found(&more, &name("a", 2, 2)), None);
        assert_eq!(found(PLAN, &name("a", 1, 1)), None);
        assert_eq!(found(PLAN, &name("d", 1, 1)), None);
        assert_eq!(found(PLAN, &name("a", 0, 2)), None);
    }
}
