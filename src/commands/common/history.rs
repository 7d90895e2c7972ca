//! Finds an earlier run: its id, its folder, and its records in the journal.

use std::collections::BTreeMap;

use super::open::Project;
use crate::facts::{Event, Record, StepRef};
use crate::failure::Failure;
use crate::journal::lock::Lock;
use crate::journal::reader::GrowingJournal;
use crate::journal::{PlanDir, RunDir};

/// What comes before the first run.
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

/// The run with this id; without one the last that worked on a step, or else the last.
pub(crate) fn find(project: &Project, id: Option<&str>) -> Result<PastRun, Failure> {
    let mut runs = project.state.runs().map_err(unreadable)?;
    runs.retain(|run| id.is_none_or(|id| run.id == id));
    if runs.is_empty() {
        return Err(match id {
            None => Failure::usage("no plan was run in this project yet").hint(FIRST),
            Some(id) => Failure::usage(format!("there is no run `{id}` in this project"))
                .hint("the runs are the folders in .agentrun/runs/"),
        });
    }
    let mut found: BTreeMap<String, PastRun> = BTreeMap::new();
    for plan in project.state.plans().map_err(unreadable)? {
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
    let last = runs.iter().rposition(worked).unwrap_or(runs.len() - 1);
    let id = &runs[last].id;
    found.remove(id).ok_or_else(|| {
        Failure::usage(format!("the run `{id}` has no records: it stopped before its first step"))
    })
}

fn unreadable(error: std::io::Error) -> Failure {
    Failure::internal("cannot read the state folder", error)
}

/// A step, and its place in a run's order, from 1.
#[derive(Debug)]
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
        let steps = self.records.iter().find_map(|record| match &record.event {
            Event::RunStarted(run) => Some(&run.steps),
            _ => None,
        });
        let steps = steps.map_or(&[][..], Vec::as_slice);
        let wanted = id.trim_start_matches('#').parse::<usize>().ok().filter(|_| id.starts_with('#'));
        let found = steps.iter().enumerate().find(|(place, step)| {
            step.id.eq_ignore_ascii_case(id)
                || wanted == Some(place + 1)
                || id.to_lowercase().ends_with(&format!(" {}", step.id.to_lowercase()))
        });
        if let Some((place, step)) = found {
            Ok(PlacedStep { number: place + 1, step: step.clone() })
        } else {
            let ids: Vec<&str> = steps.iter().map(|step| step.id.as_str()).collect();
            Err(Failure::usage(format!("the run `{}` has no step `{id}`", self.dir.id))
                .hint(format!("its steps are {}", ids.join(", "))))
        }
    }

    /// The attempts of a step in this run, in order.
    pub(crate) fn attempts(&self, step: &StepRef) -> Vec<u32> {
        let started = self.records.iter().filter_map(|record| match &record.event {
            Event::AttemptStarted { at, .. } if at.step.key == step.key => Some(at.attempt),
            _ => None,
        });
        started.collect()
    }
}
