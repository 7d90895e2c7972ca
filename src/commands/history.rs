//! Finds a run again: its id, its folder, its records in the journal of its plan.

use std::collections::BTreeMap;

use super::open::Project;
use crate::failure::Failure;
use crate::journal::RunDir;
use crate::journal::reader;
use crate::run::event::{Event, Record, StepRef};

/// A run of the past, or one that is going on.
#[derive(Debug)]
pub(super) struct PastRun {
    /// Its folder.
    pub dir: RunDir,
    /// Its records.
    pub records: Vec<Record>,
}

/// The run with this id; without one the last that worked on a step, or else the last.
pub(super) fn find(project: &Project, id: Option<&str>) -> Result<PastRun, Failure> {
    let unreadable = |error| Failure::internal("cannot read the state folder", error);
    let mut runs = project.state.runs().map_err(unreadable)?;
    runs.retain(|run| id.is_none_or(|id| run.id == id));
    if runs.is_empty() {
        let message = id.map_or_else(
            || "no plan was run in this project yet".to_owned(),
            |id| format!("there is no run `{id}` in this project"),
        );
        return Err(Failure::usage(message).hint("the runs are the folders in .agentrun/runs/"));
    }
    let mut records: BTreeMap<String, Vec<Record>> = BTreeMap::new();
    for plan in project.state.plans().map_err(unreadable)? {
        for record in reader::read(&plan.journal()).map_err(unreadable)?.records {
            if runs.iter().any(|run| run.id == record.run) {
                records.entry(record.run.clone()).or_default().push(record);
            }
        }
    }
    let worked = |run: &RunDir| {
        let records = records.get(&run.id).map(Vec::as_slice).unwrap_or_default();
        records.iter().any(|record| matches!(record.event, Event::StepStarted { .. }))
    };
    let last = runs.iter().rposition(worked).unwrap_or(runs.len() - 1);
    let dir = runs.swap_remove(last);
    match records.remove(&dir.id) {
        Some(records) => Ok(PastRun { dir, records }),
        None => Err(Failure::usage(format!("the run `{}` has no records: it ended before it began", dir.id))),
    }
}

impl PastRun {
    /// The place of a step in the run's order, from 1, and the step: by its id, its label, or `#` and
    /// its place.
    pub(super) fn step(&self, id: &str) -> Result<(usize, StepRef), Failure> {
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
            Ok((place + 1, step.clone()))
        } else {
            let ids: Vec<&str> = steps.iter().map(|step| step.id.as_str()).collect();
            Err(Failure::usage(format!("the run `{}` has no step `{id}`", self.dir.id))
                .hint(format!("its steps are {}", ids.join(", "))))
        }
    }

    /// The attempts of a step in this run, in order.
    pub(super) fn attempts(&self, step: &StepRef) -> Vec<u32> {
        let started = self.records.iter().filter_map(|record| match &record.event {
            Event::AttemptStarted { at, .. } if at.step.key == step.key => Some(at.attempt),
            _ => None,
        });
        started.collect()
    }
}
