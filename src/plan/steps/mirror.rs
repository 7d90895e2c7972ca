//! Finds second lists of the same steps: the section that agentrun owns, and checklists of the plan.

use std::collections::HashMap;

use typed_index_collections::TiVec;

use super::boxes::Boxes;
use crate::plan::StepIndex;
use crate::plan::candidates::top_items;
use crate::plan::check_box::BoxRole;
use crate::plan::names::title::{Title, plain};
use crate::plan::names::{Role, joined, lower, words};
use crate::plan::sections::{Owned, Sections};
use crate::plan::step::{Plan, ProgressEntry, ProgressSection};

/// A list that may say the steps again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum MirrorList {
    /// The section that agentrun owns.
    Owned,
    /// A list of progress, where a short name is enough.
    Progress,
    /// Any other.
    Other,
}

/// Claims the boxes that stand for a step.
pub(in crate::plan) fn read(sections: &Sections<'_>, boxes: &mut Boxes, plan: &mut Plan) {
    let progress = |owned: &Owned| ProgressSection { span: owned.inner.clone(), entries: Vec::new() };
    plan.progress = sections.owned.as_ref().map(progress);
    if boxes.all_claimed() {
        return;
    }
    let names = Names::of(plan);
    for (index, section) in sections.all.iter_enumerated().filter(|(_, section)| may_mirror(section.role)) {
        let list = match section.role {
            _ if sections.is_owned(section) => MirrorList::Owned,
            Some(Role::Progress) => MirrorList::Progress,
            _ => MirrorList::Other,
        };
        for item in top_items(sections, index).filter(|item| boxes.is_unclaimed(*item)).collect::<Vec<_>>() {
            let text = sections.document.first_line(item).1;
            let Some(step) = names.find(text, list) else { continue };
            let owned = list == MirrorList::Owned;
            let reason = if owned { "agentrun's own progress list" } else { "a second list of the steps" };
            let claimed = boxes.claim(item, BoxRole::Mirror, Some(step), reason);
            if let (Some(progress), Some(check_box), true) = (&mut plan.progress, claimed, owned) {
                progress.entries.push(ProgressEntry { check_box, step });
            }
        }
    }
}

fn may_mirror(role: Option<Role>) -> bool {
    matches!(role, None | Some(Role::Progress | Role::Steps | Role::Context | Role::Tasks))
}

/// The name of each step in the section that agentrun owns: no two are the same.
pub(in crate::plan) fn entry_names(plan: &Plan) -> TiVec<StepIndex, String> {
    let mut uses: HashMap<String, usize> = HashMap::new();
    let names = plan.steps.iter_enumerated().map(|(index, step)| {
        let name = step.name();
        let name = if key(&name).is_empty() { format!("Entry {}", usize::from(index) + 1) } else { name };
        let count = uses.entry(key(&name)).or_default();
        *count += 1;
        if *count == 1 { name } else { format!("{name} ({count})") }
    });
    names.collect()
}

impl Plan {
    /// The name of a step in the section that agentrun owns.
    pub fn entry_name(&self, step: StepIndex) -> String {
        entry_names(self).get(step).cloned().unwrap_or_default()
    }
}

/// The steps by their names; a name that several have stands for none of them.
#[derive(Default)]
struct Names {
    /// As agentrun writes them.
    entries: HashMap<String, Option<StepIndex>>,
    /// Label and title together.
    full: HashMap<String, Option<StepIndex>>,
    /// Label, id or title alone.
    short: HashMap<String, Option<StepIndex>>,
}

impl Names {
    fn of(plan: &Plan) -> Self {
        let mut names = Self::default();
        for (index, name) in entry_names(plan).iter_enumerated() {
            insert(&mut names.entries, name, index);
        }
        for (index, step) in plan.steps.iter_enumerated() {
            insert(&mut names.full, &step.name(), index);
            for name in [&step.label, &step.author_id, &step.title] {
                insert(&mut names.short, name, index);
            }
        }
        names
    }

    /// The step that an entry of a list stands for.
    fn find(&self, text: &str, list: MirrorList) -> Option<StepIndex> {
        let key = key(text);
        let known = |names: &HashMap<String, Option<StepIndex>>| names.get(&key).copied().flatten();
        match list {
            MirrorList::Owned => known(&self.entries),
            MirrorList::Progress => {
                let behind_number =
                    || self.short.get(&self::key(&Title::parse(text).text)).copied().flatten();
                known(&self.full).or_else(|| known(&self.short)).or_else(behind_number)
            }
            MirrorList::Other => known(&self.full),
        }
    }
}

/// Two steps of one name: the name stands for neither.
fn insert(names: &mut HashMap<String, Option<StepIndex>>, name: &str, index: StepIndex) {
    let key = key(name);
    if !key.is_empty() {
        names
            .entry(key)
            .and_modify(|known| *known = known.filter(|known| *known == index))
            .or_insert(Some(index));
    }
}

/// Numbers count here: `Step 1` and `Step 2` are two names.
fn key(text: &str) -> String {
    let plain = plain(text);
    let lower = lower(&plain);
    let parts = lower.split(|c: char| !c.is_alphanumeric() && c != '.').filter(|part| !part.is_empty());
    Some(joined(parts)).filter(|key| !key.is_empty()).unwrap_or_else(|| words(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::read;
    use pretty_assertions::assert_eq;

    /// The text of each box that stands for a step, and the id of that step.
    fn mirrored(list: &str) -> Vec<(String, String)> {
        let steps = "# Plan\n\n### Step 1: Saw\n\n### Step 2: Nail\n\n### Step 3: Nail\n\n";
        let plan = read(&format!("{steps}{list}")).plan;
        let boxes = plan.boxes.iter().filter(|found| found.role == BoxRole::Mirror);
        let id = |step: Option<StepIndex>| step.map_or(String::new(), |step| plan.steps[step].id.clone());
        boxes.map(|found| (found.text.clone(), id(found.step))).collect()
    }

    #[test]
    fn boxes_stand_for_the_step_that_they_name() {
        let pair = |text: &str, id: &str| (text.to_owned(), id.to_owned());
        let full = "## Notes\n\n- [ ] Step 1: Saw\n- [ ] step 2 - nail\n- [ ] Saw\n- [ ] Paint\n";
        assert_eq!(mirrored(full), [pair("Step 1: Saw", "1"), pair("step 2 - nail", "2")]);
        let short = "## Progress\n\n- [ ] Saw\n- [ ] Step 3\n- [ ] Nail\n";
        assert_eq!(mirrored(short), [pair("Saw", "1"), pair("Step 3", "3")]);
        let owned = "<!-- agentrun:progress -->\n## Progress\n\n- [ ] Step 1: Saw\n- [ ] Saw\n\
            <!-- /agentrun:progress -->\n";
        assert_eq!(mirrored(owned), [pair("Step 1: Saw", "1")]);
    }

    #[test]
    fn names_of_entries_are_told_apart() {
        let names = |text: &str| entry_names(&read(text).plan).raw;
        assert_eq!(names("# P\n\n- [ ] Saw\n- [ ] Saw\n- [ ] saw!\n"), ["Saw", "Saw (2)", "saw! (3)"]);
        assert_eq!(names("# P\n\n- [ ] ++\n- [ ] Saw\n"), ["Entry 1", "Saw"]);
    }
}
