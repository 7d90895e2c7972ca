//! Says what the tick of a box rests on: its own command, its files, a judge, its step or a person.

use serde::Serialize;

use super::{BoxIndex, BoxRole, CriterionKind, Plan, StepKind};

/// What answers for a ticked box.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BoxBacking {
    /// Its own command.
    Command,
    /// The files that it says to make: they are there.
    File,
    /// A judge, whose citation agentrun looked up.
    Judge,
    /// The step that it belongs to: all of its commands.
    Step,
    /// A named person.
    Person,
    /// Somebody ticked it, and agentrun knows no more.
    ByHand,
}

impl BoxBacking {
    /// Every kind, in the order in which they are told.
    pub(crate) const ALL: [Self; 6] =
        [Self::Command, Self::File, Self::Judge, Self::Step, Self::Person, Self::ByHand];

    /// In words, behind "by".
    pub(crate) fn say(self) -> &'static str {
        match self {
            Self::Command => "its own command",
            Self::File => "its files",
            Self::Judge => "the judge",
            Self::Step => "the step",
            Self::Person => "a person",
            Self::ByHand => "hand",
        }
    }
}

impl Plan {
    /// What a tick of this box by agentrun would rest on; `None` if agentrun never ticks it.
    pub(crate) fn backing(&self, place: BoxIndex) -> Option<BoxBacking> {
        let found = &self.boxes[place];
        let step = found.step.and_then(|step| self.steps.get(step));
        if matches!(found.role, BoxRole::Optional | BoxRole::OpenQuestion | BoxRole::Ignored) {
            return None;
        }
        if found.role == BoxRole::Manual || step.is_some_and(|step| step.kind == StepKind::Manual) {
            return Some(BoxBacking::Person);
        }
        let mut criteria = step.into_iter().flat_map(|step| &step.criteria);
        let criterion = criteria.find(|criterion| criterion.check_box == Some(place));
        Some(criterion.map_or(BoxBacking::Step, |criterion| match criterion.kind {
            CriterionKind::Command(_) if criterion.says_more => BoxBacking::Judge,
            CriterionKind::Command(_) => BoxBacking::Command,
            // What is not run is not judged either.
            CriterionKind::Prose if criterion.names_unrun_command() => BoxBacking::Person,
            CriterionKind::Prose => BoxBacking::Judge,
            CriterionKind::Manual => BoxBacking::Person,
            CriterionKind::Files(_) => BoxBacking::File,
        }))
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    #[test]
    fn a_box_rests_on_what_decides_about_it() {
        let text = "\
# P

## Steps

### Step 1: A

- [ ] Write `a.txt`
- [ ] Make it friendly
- [ ]* Draw a picture

**Validation:**
- [ ] `make test` passes
- [ ] `make bench` passes, and the page is fast
- [ ] It is friendly
- [ ] `git push` works

**Manual testing:**
- [ ] Look at it

### Step 2: [HUMAN] B

- [ ] Sign it
";
        let plan = crate::plan::read(text).plan;
        let told =
            plan.boxes.iter_enumerated().map(|(place, found)| (found.text.as_str(), plan.backing(place)));
        let told: Vec<_> = told.collect();
        let expected = [
            ("Write `a.txt`", Some(BoxBacking::File)),
            ("Make it friendly", Some(BoxBacking::Step)),
            ("Draw a picture", None),
            ("`make test` passes", Some(BoxBacking::Command)),
            ("`make bench` passes, and the page is fast", Some(BoxBacking::Judge)),
            ("It is friendly", Some(BoxBacking::Judge)),
            ("`git push` works", Some(BoxBacking::Person)),
            ("Look at it", Some(BoxBacking::Person)),
            ("Sign it", Some(BoxBacking::Person)),
        ];
        assert_eq!(told, expected);
    }
}
