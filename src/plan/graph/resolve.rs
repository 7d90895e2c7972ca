//! Resolves references: to a step, every step of a group, a range, or everything before.

use std::collections::{HashMap, HashSet};
use typed_index_collections::{TiVec, ti_vec};

use crate::plan::diagnostic::{Diagnostic, Severity};
use crate::plan::graph::Edge;
use crate::plan::names::title::Title;
use crate::plan::names::{self};
use crate::plan::step::{Plan, Reference, ReferenceTo, StepKind};
use crate::plan::{GroupIndex, StepIndex};

/// More edges than this and a reference to many steps becomes one to the last of them, so that a plan of
/// a hundred thousand steps that all name the same group stays readable.
const MOST_EDGES: usize = 500_000;

/// Resolves references against the steps and groups of one plan.
pub(in crate::plan) struct Resolver<'a> {
    plan: &'a Plan,
    /// Steps and groups by keyword and id.
    named: HashMap<(String, String), Vec<Target>>,
    /// The keywords in use.
    keywords: HashSet<String>,
    /// Steps by id alone.
    by_id: HashMap<String, Vec<Target>>,
    /// The steps of each group, in the order of the file.
    members: TiVec<GroupIndex, Vec<StepIndex>>,
    /// Work steps in the order of the file.
    work: Vec<StepIndex>,
    edges: usize,
    diagnostics: Vec<Diagnostic>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Target {
    Step(StepIndex),
    Group(GroupIndex),
}

/// Whose reference it is.
#[derive(Clone, Copy)]
struct Whose {
    step: StepIndex,
    /// The group that says it for the step.
    group: Option<GroupIndex>,
}

impl<'a> Resolver<'a> {
    /// Knows the names of all steps and groups.
    pub(in crate::plan) fn of(plan: &'a Plan) -> Self {
        let mut resolver = Self {
            plan,
            named: HashMap::new(),
            keywords: HashSet::new(),
            by_id: HashMap::new(),
            members: ti_vec![Vec::new(); plan.groups.len()],
            work: Vec::new(),
            edges: 0,
            diagnostics: Vec::new(),
        };
        // Most plans name no step at all; the tables are for those that do.
        let refers = plan.steps.iter().any(|step| !step.references.is_empty())
            || plan.groups.iter().any(|group| !group.references.is_empty());
        if !refers {
            return resolver;
        }
        for (index, group) in plan.groups.iter_enumerated() {
            resolver.insert(&group.label, Target::Group(index));
        }
        for (index, step) in plan.steps.iter_enumerated() {
            if step.kind == StepKind::Work {
                resolver.insert_step(&step.label, &step.author_id, index);
                resolver.work.push(index);
            }
            if let Some(members) = step.group.and_then(|group| resolver.members.get_mut(group)) {
                members.push(index);
            }
        }
        resolver
    }

    fn insert(&mut self, label: &str, target: Target) {
        let title = Title::parse(label);
        if let (Some(keyword), Some(id)) = (title.keyword, title.id) {
            // `Tasks 3-5` is what `Task 4` means.
            if let Some((from, to)) = id.split_once('-').filter(|(from, _)| !from.is_empty()) {
                for one in range(from, to) {
                    self.named.entry((keyword.clone(), one)).or_default().push(target);
                }
            }
            self.keywords.insert(keyword.clone());
            self.named.entry((keyword, id.to_lowercase())).or_default().push(target);
        }
    }

    fn insert_step(&mut self, label: &str, id: &str, index: StepIndex) {
        self.insert(label, Target::Step(index));
        if !id.is_empty() {
            self.by_id.entry(id.to_lowercase()).or_default().push(Target::Step(index));
        }
    }

    /// The explicit edges of a step: its own references and those of its group.
    pub(in crate::plan) fn edges_of(&mut self, step: StepIndex) -> Vec<Edge> {
        let plan = self.plan;
        let found = &plan.steps[step];
        let group = found.group.and_then(|group| plan.groups.get(group).map(|found| (group, found)));
        let mut edges: Vec<Edge> = Vec::new();
        for reference in &found.references {
            edges.extend(self.edges_to(reference, Whose { step, group: None }));
        }
        if let Some((index, group)) = group {
            // Said once for the group, reported once.
            let known = self.diagnostics.len();
            for reference in &group.references {
                edges.extend(self.edges_to(reference, Whose { step, group: Some(index) }));
            }
            if self.members.get(index).and_then(|members| members.first()) != Some(&step) {
                self.diagnostics.truncate(known);
            }
        }
        edges.sort_by_key(|edge| edge.step);
        edges.dedup_by_key(|edge| edge.step);
        self.edges += edges.len();
        edges
    }

    /// What was wrong with the references.
    pub(in crate::plan) fn finish(self) -> Vec<Diagnostic> {
        self.diagnostics
    }

    /// The edges that one reference stands for.
    fn edges_to(&mut self, reference: &Reference, whose: Whose) -> Vec<Edge> {
        let mut steps = match &reference.to {
            ReferenceTo::AllPrevious => self.all_before(whose),
            ReferenceTo::One { keyword, id } => self.one(reference, whose, keyword, id),
            ReferenceTo::Range { keyword, from, to } => {
                let ids = range(from, to).into_iter();
                ids.flat_map(|id| self.one(reference, whose, keyword, &id)).collect()
            }
        };
        if self.edges > MOST_EDGES {
            steps.drain(..steps.len().saturating_sub(1));
        }
        let needed = steps.into_iter().filter(|needed| *needed != whose.step);
        needed.map(|step| Edge { step, explicit: true, line: reference.line }).collect()
    }

    /// Every work step before this one; for a group, before its first.
    fn all_before(&self, whose: Whose) -> Vec<StepIndex> {
        let first = whose.group.and_then(|group| self.members.get(group)).and_then(|members| members.first());
        let limit = first.copied().unwrap_or(whose.step);
        let count = self.work.partition_point(|index| *index < limit);
        let from = if self.edges > MOST_EDGES { count.saturating_sub(1) } else { 0 };
        self.work[from..count].to_vec()
    }

    fn one(&mut self, reference: &Reference, whose: Whose, keyword: &str, id: &str) -> Vec<StepIndex> {
        let targets = self.targets(keyword, id);
        let own_group = whose.group.or(self.plan.steps[whose.step].group);
        // Numbers that start again in each group mean the step of the own group.
        let near = targets.iter().find(|target| match target {
            Target::Step(other) => self.plan.steps[*other].group == own_group && *other != whose.step,
            Target::Group(_) => false,
        });
        let chosen = match (targets.as_slice(), near) {
            ([_, _, ..], Some(near)) => Some(*near),
            (targets, _) => targets.first().copied(),
        };
        match chosen {
            Some(Target::Step(step)) => vec![step],
            Some(Target::Group(other)) if Some(other) == own_group => Vec::new(),
            Some(Target::Group(other)) if self.edges > MOST_EDGES => {
                self.members[other].last().copied().into_iter().collect()
            }
            Some(Target::Group(other)) => self.members[other].clone(),
            None => {
                let holder = self.holder(keyword, id);
                if holder.is_none() {
                    self.unknown(reference, keyword, id);
                }
                holder.into_iter().collect()
            }
        }
    }

    /// By keyword and id; by id alone where the plan uses another keyword, or none.
    fn targets(&self, keyword: &str, id: &str) -> Vec<Target> {
        let name = (keyword.to_owned(), id.to_lowercase());
        if let Some(found) = self.named.get(&name) {
            return found.clone();
        }
        let foreign = !self.keywords.contains(keyword);
        let by_id = self.by_id.get(&name.1).filter(|found| foreign && found.len() == 1);
        by_id.cloned().unwrap_or_default()
    }

    /// `2.3` is a task of the step `2`: that step is meant.
    fn holder(&self, keyword: &str, id: &str) -> Option<StepIndex> {
        let (around, _) = id.rsplit_once('.')?;
        let is_named = |text: &str| {
            let behind = text.trim_start_matches(['*', '`', '[']).strip_prefix(id);
            behind.is_some_and(|behind| !behind.starts_with(|c: char| c.is_alphanumeric()))
        };
        let holds = |step: &StepIndex| self.plan.steps[*step].tasks.iter().any(|task| is_named(&task.text));
        let steps = self.targets(keyword, around).into_iter().filter_map(|target| match target {
            Target::Step(step) => Some(step),
            Target::Group(_) => None,
        });
        steps.into_iter().find(holds)
    }

    fn unknown(&mut self, reference: &Reference, keyword: &str, id: &str) {
        let name = if keyword.is_empty() { id.to_owned() } else { format!("{} {id}", capitalised(keyword)) };
        let steps = self.plan.steps.iter().map(|step| step.label.as_str());
        let labels = steps.chain(self.plan.groups.iter().map(|group| group.label.as_str()));
        // A suggestion looks at every label; whoever has many unknown references needs no more of them.
        let first = self.diagnostics.len() < 20;
        let nearest = first.then(|| names::nearest(&name, labels)).flatten();
        let guess = nearest.map(|label| format!("did you mean `{label}`?").into());
        let help = guess.or(Some("name a step by its label or its id: `Step 1.2`, `1.2`".into()));
        self.diagnostics.push(Diagnostic {
            severity: Severity::Error,
            code: "unknown-reference",
            span: reference.span.clone(),
            message: format!("no step is called `{name}`").into(),
            help,
        });
    }
}

/// `2.1` to `2.4`, counted by the last number; both ends only if they cannot be counted.
fn range(from: &str, to: &str) -> Vec<String> {
    let (stem, first) = from.rsplit_once('.').map_or(("", from), |(stem, last)| (stem, last));
    let last = to.rsplit_once('.').map_or(to, |(_, last)| last);
    match (first.parse::<usize>(), last.parse::<usize>()) {
        (Ok(first), Ok(last)) if first <= last && last - first < 1000 => (first..=last)
            .map(|number| if stem.is_empty() { number.to_string() } else { format!("{stem}.{number}") })
            .collect(),
        _ => vec![from.to_owned(), to.to_owned()],
    }
}

fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
}
