//! Carrying out a plan: what happens next is decided by pure functions, and done here.

pub mod again;
pub mod attempt;
pub mod commit;
pub mod judging;
pub mod orchestrator;
pub mod setting;
pub mod settle;
pub mod step;
pub mod talk;
pub mod tick;
pub mod validating;
pub mod validation;

pub use setting::Setting;

use crate::facts::{AttemptOutcome, Event, StepKey, StepRef};
use crate::failure::Failure;
use crate::model::Model;
use crate::plan::StepIndex;
use crate::record::Recorder;
use crate::validate::Validated;
use crate::validate::applied::Applied;
use crate::workspace::guard::Guard;
use crate::workspace::snapshot::Snapshots;
use validation::Ground;

/// One invocation of `execute`: what it was given, and everything it changes.
#[derive(Debug)]
pub struct Run<'a> {
    /// What does not change.
    pub setting: &'a Setting,
    /// The door for facts.
    pub recorder: Recorder,
    /// The model.
    pub model: Model,
    /// Kept trees.
    pub snapshots: Snapshots,
    /// Watches the plan, and the files that briefs and configuration come from.
    pub guard: Guard,
}

impl Run<'_> {
    /// The same run with the plan as it is now.
    pub fn in_setting(self, setting: &Setting) -> Run<'_> {
        let Self { recorder, model, snapshots, guard, .. } = self;
        Run { setting, recorder, model, snapshots, guard }
    }

    /// Runs the commands that apply, with the plan looked at before and after: a command of the
    /// project may not tick either.
    async fn validate(
        &mut self,
        applied: &[Applied],
        ground: &Ground<'_>,
    ) -> Result<Vec<Validated>, Failure> {
        self.notice_edits("before a validation")?;
        let results = validation::run(applied, ground, &mut self.recorder).await?;
        let found = self.guard.check(&ground.log_dir).map_err(no_plan)?;
        for event in found.events(&ground.at, &self.guard, "during a validation") {
            self.recorder.record(event)?;
        }
        Ok(results)
    }

    /// The outcome of an attempt, if its agent left alone what decides about it. A last look at
    /// the journal compares every byte.
    fn unless_tampered(&mut self, key: &StepKey, outcome: AttemptOutcome) -> Result<AttemptOutcome, Failure> {
        self.recorder.look_after_journal(true)?;
        let what = self.recorder.state.step(key).set_back.clone();
        Ok(match outcome {
            // These are no fault of the agent, or end the step in any case.
            AttemptOutcome::Interrupted
            | AttemptOutcome::ModelFailed { .. }
            | AttemptOutcome::Blocked { .. } => outcome,
            _ if !what.is_empty() => AttemptOutcome::Tampered { what },
            _ => outcome,
        })
    }

    /// What changed meanwhile in the plan and the files beside it is a person's, and is kept.
    fn notice_edits(&mut self, noticed: &str) -> Result<(), Failure> {
        let edits = self.guard.accept().map_err(no_plan)?.edits(&self.guard, noticed);
        edits.into_iter().try_for_each(|event| self.recorder.record(event))
    }

    /// Keeps the plan's status comments true.
    fn set_status(&mut self, value: &str) -> Result<(), Failure> {
        tick::set_status(self.setting, value, &mut self.recorder)?;
        self.accept_plan()
    }

    /// agentrun itself wrote the plan: what it is now is what it has to be.
    fn accept_plan(&mut self) -> Result<(), Failure> {
        self.guard.accept().map(drop).map_err(no_plan)
    }

    /// Parks a step that only a person can do.
    fn park(&mut self, index: StepIndex) -> Result<(), Failure> {
        let step = self.setting.step(index);
        let tasks = step.tasks.iter().map(|task| task.text.clone());
        let items = tasks.chain(step.criteria.iter().map(|criterion| criterion.text.clone())).collect();
        self.recorder.record(Event::StepParked { step: StepRef::from(step), items })
    }
}

fn no_plan(error: std::io::Error) -> Failure {
    Failure::internal("cannot look after the plan and its files", error)
}
