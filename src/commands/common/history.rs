//! Finds an earlier run: its id, its folder, and its records in the journal.

use std::collections::BTreeMap;
use std::path::Path;

use super::open::Project;
use crate::facts::{Event, Record, StepRef};
use crate::failure::Failure;
use crate::journal::lock::Lock;
use crate::journal::reader::GrowingJournal;
use crate::journal::{PlanDir, RunDir};

pub(crate) const FIRST: &str =
    "`agentrun execute PLAN` runs one; with --dry-run it only shows what it would do";

/// A run of the past, or one that is going on.
#[derive(Debug)]
pub(crate) struct PastRun {
    pub dir: RunDir,
    pub records: Vec<Record>,
    plan: PlanDir,
    journal: GrowingJournal,
}

/// The run with this id, or the last of this plan that worked on a step; without one the last of all.
pub(crate) fn find(project: &Project, name: Option<&str>) -> Result<PastRun, Failure> {
    let mut runs = project.state.runs().map_err(unreadable)?;
    let is_run = runs.iter().any(|run| name == Some(run.id.as_str()));
    let plan = name.filter(|_| !is_run).and_then(|name| plan_dir(project, name));
    let id = name.filter(|_| plan.is_none());
    runs.retain(|run| id.is_none_or(|id| run.id == id));
    if runs.is_empty() {
        return Err(match id {
            None => Failure::usage("no plan was run in this project yet").hint(FIRST),
            Some(id) => Failure::usage(format!("there is no run `{id}` in this project"))
                .hint("the runs are the folders in .agentrun/runs/"),
        });
    }
    let mut found: BTreeMap<String, PastRun> = BTreeMap::new();
    let all = project.state.plans().map_err(unreadable)?.into_iter();
    for plan in all.filter(|found| plan.as_ref().is_none_or(|wanted| wanted.path() == found.path())) {
        let mut journal = GrowingJournal::at(plan.journal());
        for record in journal.read_on().map_err(unreadable)? {
            let Some(dir) = runs.iter().find(|run| run.id == record.run) else { continue };
            let begin = || PastRun {
                dir: dir.clone(),
                records: Vec::new(),
                plan: plan.clone(),
                journal: journal.clone(),
            };
            found.entry(record.run.clone()).or_insert_with(begin).records.push(record);
        }
    }
    let worked = |run: &RunDir| {
        let records = found.get(&run.id).map_or(&[][..], |found| &found.records);
        records.iter().any(|record| matches!(record.event, Event::StepStarted { .. }))
    };
    let known = |run: &RunDir| found.contains_key(&run.id);
    let last =
        runs.iter().rposition(worked).or_else(|| runs.iter().rposition(known)).unwrap_or(runs.len() - 1);
    if let (Some(name), false) = (name.filter(|_| plan.is_some()), known(&runs[last])) {
        return Err(Failure::usage(format!("`{name}` was not run in this project yet")).hint(FIRST));
    }
    let id = &runs[last].id;
    found.remove(id).ok_or_else(|| {
        Failure::usage(format!("the run `{id}` has no records: it stopped before its first step"))
    })
}

/// What is kept of the plan of this name, if it is one.
fn plan_dir(project: &Project, name: &str) -> Option<PlanDir> {
    let path = Path::new(name).canonicalize().ok().filter(|path| path.is_file())?;
    let relative = path.strip_prefix(&project.root).unwrap_or(&path).display().to_string();
    Some(project.state.plan(&relative))
}

fn unreadable(error: std::io::Error) -> Failure {
    Failure::internal("cannot read the state folder", error)
}

/// A step, and its place in a run's order, from 1.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct PlacedStep {
    pub number: usize,
    pub step: StepRef,
}

impl PastRun {
    /// Takes the records in that came since. Tells whether the run may go on: its process is there.
    pub(crate) fn read_on(&mut self) -> Result<bool, Failure> {
        // Asked first: what it wrote before its end is read.
        let goes_on = Lock::is_held_by(&self.dir.id, &self.plan.lock()).map_err(unreadable)?;
        let new = self.journal.read_on().map_err(unreadable)?;
        self.records.extend(new.into_iter().filter(|record| record.run == self.dir.id));
        Ok(goes_on)
    }

    /// A step of the run: by its id, its label, or `#` and its place.
    pub(crate) fn step(&self, id: &str) -> Result<PlacedStep, Failure> {
        let steps = steps(&self.records);
        find_step(steps, id).ok_or_else(|| {
            let ids: Vec<&str> = steps.iter().map(|step| step.id.as_str()).collect();
            Failure::usage(format!("the run `{}` has no step `{id}`", self.dir.id))
                .hint(format!("its steps are {}", ids.join(", ")))
        })
    }

    /// Where the snapshots of the plan are kept.
    pub(crate) fn snapshots(&self) -> std::path::PathBuf {
        self.plan.snapshots()
    }

    /// The trees before the first and behind the last attempt of a step in this run.
    pub(crate) fn trees(&self, step: &StepRef) -> Option<(String, String)> {
        trees(&self.records, step)
    }

    /// The attempts of a step in this run, in order.
    pub(crate) fn attempts(&self, step: &StepRef) -> Vec<u32> {
        attempts(&self.records, step)
    }
}

/// The steps of a run, in their order.
fn steps(records: &[Record]) -> &[StepRef] {
    let steps = records.iter().find_map(|record| match &record.event {
        Event::RunStarted(run) => Some(&run.steps),
        _ => None,
    });
    steps.map_or(&[], Vec::as_slice)
}

fn find_step(steps: &[StepRef], id: &str) -> Option<PlacedStep> {
    let place: Option<usize> = id.strip_prefix('#').and_then(|place| place.parse().ok());
    let id = id.to_lowercase();
    let is_wanted = |index: usize, step: &StepRef| {
        let known = step.id.to_lowercase();
        known == id || place == Some(index + 1) || id.ends_with(&format!(" {known}"))
    };
    let index = steps.iter().enumerate().position(|(index, step)| is_wanted(index, step))?;
    Some(PlacedStep { number: index + 1, step: steps[index].clone() })
}

fn trees(records: &[Record], step: &StepRef) -> Option<(String, String)> {
    let is_name = |tree: &&String| tree.bytes().all(|byte| byte.is_ascii_hexdigit());
    let before = records.iter().find_map(|record| match &record.event {
        Event::AttemptStarted { at, tree, .. } if at.step.key == step.key => Some(tree),
        _ => None,
    });
    let after = records.iter().rev().find_map(|record| match &record.event {
        Event::AttemptCompleted { at, tree, .. } if at.step.key == step.key => tree.as_ref(),
        _ => None,
    });
    Some((before.filter(is_name)?.clone(), after.filter(is_name)?.clone()))
}

fn attempts(records: &[Record], step: &StepRef) -> Vec<u32> {
    let started = records.iter().filter_map(|record| match &record.event {
        Event::AttemptStarted { at, .. } if at.step.key == step.key => Some(at.attempt),
        _ => None,
    });
    started.collect()
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;
    use crate::report::tests::{attempt_started, records, run_started, step, validated};
    use serde_json::json;

    #[test]
    fn a_step_of_a_run_is_named_by_its_id_its_label_or_its_place() {
        let records = records(&[run_started()]);
        let placed = |number, id| Some(PlacedStep { number, step: step(id) });
        for (name, expected) in [
            ("1", placed(1, "1")),
            ("2", placed(2, "2")),
            ("#2", placed(2, "2")),
            ("Step 2", placed(2, "2")),
            ("#3", None),
            ("#", None),
            ("", None),
        ] {
            assert_eq!(find_step(steps(&records), name), expected, "{name}");
        }
        assert_eq!(find_step(steps(&[]), "1"), None);
    }

    #[test]
    fn attempts_are_those_that_began() {
        let begun = [attempt_started("1", 1), attempt_started("2", 3), attempt_started("1", 2)];
        let records = records(&[&[run_started(), validated("1", 0, &json!({}))], &begun[..]].concat());
        assert_eq!([attempts(&records, &step("1")), attempts(&records, &step("2"))], [vec![1, 2], vec![3]]);
    }
}
