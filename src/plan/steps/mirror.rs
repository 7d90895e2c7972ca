//! Finds second lists of the same steps: the section that agentrun owns, and checklists of the plan.

use std::collections::HashMap;

use typed_index_collections::TiVec;

use super::boxes::Boxes;
use crate::plan::StepIndex;
use crate::plan::candidates::top_items;
use crate::plan::check_box::BoxRole;
use crate::plan::names::title::plain;
use crate::plan::names::{Role, joined, lower, words};
use crate::plan::sections::Sections;
use crate::plan::step::{Plan, Progress, ProgressEntry};

/// Claims the boxes that stand for a step.
pub(in crate::plan) fn read(sections: &Sections<'_>, boxes: &mut Boxes, plan: &mut Plan) {
    plan.progress =
        sections.owned.as_ref().map(|owned| Progress { span: owned.inner.clone(), entries: Vec::new() });
    if boxes.all_claimed() {
        return;
    }
    let listed = sections.all.iter().any(|section| section.role == Some(Role::Progress));
    let by_name = Names::of(plan, sections.owned.is_some(), listed);
    let mut entries = Vec::new();
    for (index, section) in sections.all.iter().enumerate() {
        let owned = sections.owned.as_ref().is_some_and(|owned| owned.outer.contains(&section.start));
        if !may_mirror(section.role) {
            continue;
        }
        for item in top_items(sections, index) {
            if !boxes.is_unclaimed(item) {
                continue;
            }
            let text = sections.document.first_line(item).1;
            let listed = section.role == Some(Role::Progress);
            let Some(step) = by_name.find(text, (owned, listed)) else { continue };
            let reason = if owned { "agentrun's own progress list" } else { "a second list of the steps" };
            let claimed = boxes.claim(item, (BoxRole::Mirror, Some(step)), reason);
            entries.extend(claimed.filter(|_| owned).map(|check_box| ProgressEntry { check_box, step }));
        }
    }
    if let Some(progress) = &mut plan.progress {
        progress.entries = entries;
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

struct Names {
    /// As agentrun writes them.
    entries: HashMap<String, Option<StepIndex>>,
    /// Label and title together.
    full: HashMap<String, Option<StepIndex>>,
    /// Label, id or title alone.
    short: HashMap<String, Option<StepIndex>>,
}

impl Names {
    /// The names that the lists of the plan need: those of `owned` and of `listed` only where there is one.
    fn of(plan: &Plan, owned: bool, listed: bool) -> Self {
        let mut names = Self { entries: HashMap::new(), full: HashMap::new(), short: HashMap::new() };
        let entries = if owned { entry_names(plan) } else { TiVec::new() };
        for (index, name) in entries.iter_enumerated() {
            insert(&mut names.entries, name, index);
        }
        for (index, step) in plan.steps.iter_enumerated() {
            insert(&mut names.full, &step.name(), index);
            for name in [&step.label, &step.author_id, &step.title].into_iter().filter(|_| listed) {
                insert(&mut names.short, name, index);
            }
        }
        names
    }

    /// The step that an entry stands for; by a short name only in a list of progress.
    fn find(&self, text: &str, (owned, listed): (bool, bool)) -> Option<StepIndex> {
        let key = key(text);
        if owned {
            return self.entries.get(&key).copied().flatten();
        }
        let full = self.full.get(&key).copied().flatten();
        full.or_else(|| listed.then(|| self.short.get(&key).copied().flatten()).flatten())
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
