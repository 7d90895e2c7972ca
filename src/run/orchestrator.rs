//! The loop of a run: ask what comes next, do it, until nothing is left that can be done.

use super::{Run, commit, settle, step, tick};
use crate::clock::Stopwatch;
use crate::facts::{Event, Pending, Reopened, RunCompleted, RunOutcome, RunStarted, StepRef};
use crate::failure::Failure;
use crate::plan::StepIndex;
use crate::process::Sandbox;
use crate::state::StepStatus;
use crate::state::reconcile::reconcile;
use crate::state::schedule::{self, Decision};

impl Run<'_> {
    /// Records what the run was given.
    pub fn begin(&mut self, warnings: Vec<Event>) -> Result<(), Failure> {
        self.recorder.record(Event::RunStarted(self.started()))?;
        let mut warnings = warnings.into_iter().chain(self.setting.vacuous_commands());
        warnings.try_for_each(|warning| self.recorder.record(warning))
    }

    /// Carries out the plan.
    pub async fn execute(&mut self) -> Result<RunOutcome, Failure> {
        let watch = Stopwatch::start();
        let reading = &self.setting.reading;
        for event in reconcile(&reading.plan, &reading.graph, &self.recorder.state) {
            self.recorder.record(event)?;
        }
        let outcome = self.carry_on().await?;
        let outcome = self.end(outcome).await?;
        self.recorder.record(Event::RunCompleted(RunCompleted {
            outcome,
            exit_code: outcome.exit_code().code(),
            pending: self.pending(),
            open: self.open(),
            duration_ms: watch.millis(),
        }))?;
        Ok(outcome)
    }

    async fn carry_on(&mut self) -> Result<RunOutcome, Failure> {
        loop {
            let reading = &self.setting.reading;
            let state = &self.recorder.state;
            match schedule::next(&reading.plan, &reading.graph, state, &self.setting.selection) {
                Decision::Tick(index) => self.tick(index)?,
                Decision::Commit(index) => commit::commit(self, index).await?,
                Decision::Run(index) => {
                    if let Some(signal) = self.setting.interrupt.raised() {
                        return Ok(RunOutcome::of_signal(signal));
                    }
                    self.notice_edits("between two steps")?;
                    step::run(self, index).await?;
                }
                Decision::Park(index) => self.park(index)?,
                Decision::Stop(RunOutcome::Interrupted) => return Ok(self.interrupted()),
                Decision::Stop(outcome) => return Ok(outcome),
            }
        }
    }

    /// A run that a signal ended.
    pub(super) fn interrupted(&self) -> RunOutcome {
        self.setting.interrupt.raised().map_or(RunOutcome::Interrupted, RunOutcome::of_signal)
    }

    /// Writes a step's pass into the plan.
    fn tick(&mut self, index: StepIndex) -> Result<(), Failure> {
        tick::write(self.setting, index, &mut self.recorder, &mut self.guard)?;
        self.accept_plan()
    }

    /// Forgets the evidence of the given steps and unticks what agentrun had ticked.
    pub fn restart(&mut self, steps: &[StepIndex]) -> Result<(), Failure> {
        for &index in steps {
            let step = self.setting.step(index);
            tick::take_back(self.setting, index, &self.recorder.state.step(&step.key).ticked)?;
            let reopened = Event::StepReopened { step: StepRef::from(step), reason: Reopened::Restart };
            self.recorder.record(reopened)?;
        }
        self.accept_plan()
    }

    /// What remains when nothing is left to do: commands of the whole plan must be green, and its status comment is kept true.
    async fn end(&mut self, outcome: RunOutcome) -> Result<RunOutcome, Failure> {
        let outcome = match outcome {
            RunOutcome::Completed if self.setting.selection.steps.is_none() || self.all_done() => {
                match settle::settle(self).await? {
                    RunOutcome::Completed => self.look_again()?,
                    other => other,
                }
            }
            other => other,
        };
        let value = match outcome {
            RunOutcome::Completed if self.all_done() => "completed",
            RunOutcome::StepFailed | RunOutcome::LimitReached => "failed",
            _ => return Ok(outcome),
        };
        self.set_status(value)?;
        Ok(outcome)
    }

    /// A person may have written more into the plan while it was carried out.
    fn look_again(&mut self) -> Result<RunOutcome, Failure> {
        let Ok(now) = self.setting.read_again() else { return Ok(RunOutcome::Completed) };
        let known = |key| self.setting.reading.plan.steps.iter().any(|step| step.key == key);
        let new = now.reading.plan.steps.iter().filter(|step| !known(step.key.clone()));
        let new: Vec<&str> = new.map(|step| step.id.as_str()).collect();
        if new.is_empty() {
            return Ok(RunOutcome::Completed);
        }
        let message = format!("the plan got new steps during the run: {}; run again", new.join(", "));
        self.recorder.record(Event::Warning { code: "new-steps".to_owned(), message })?;
        Ok(RunOutcome::NeedsPerson)
    }

    fn all_done(&self) -> bool {
        self.steps().all(StepStatus::is_done)
    }

    /// How many steps are still to be done, and wait for nobody.
    fn open(&self) -> usize {
        let parked = |status: &StepStatus| matches!(status, StepStatus::Parked { .. });
        self.steps().filter(|status| !status.is_done() && !parked(status)).count()
    }

    fn steps(&self) -> impl Iterator<Item = &StepStatus> {
        let steps = self.setting.reading.plan.steps.iter();
        steps.map(|step| &self.recorder.state.step(&step.key).status)
    }

    /// Everything that waits for a person.
    fn pending(&self) -> Vec<Pending> {
        let mut pending = Vec::new();
        for &index in self.setting.reading.graph.order() {
            let step = self.setting.step(index);
            let items = match &self.recorder.state.step(&step.key).status {
                StepStatus::Passed(pass) => &pass.pending,
                StepStatus::Parked { items } => items,
                _ => continue,
            };
            pending.extend(items.iter().map(|text| Pending { step: step.id.clone(), text: text.clone() }));
        }
        pending
    }

    fn started(&self) -> RunStarted {
        let setting = self.setting;
        let plan = &setting.reading.plan;
        RunStarted {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            plan: setting.plan_path.clone(),
            title: plan.title.clone().unwrap_or_default(),
            digest: setting.text.digest.clone(),
            steps: setting
                .reading
                .graph
                .order()
                .iter()
                .map(|&index| StepRef::from(&plan.steps[index]))
                .collect(),
            model: setting.config.model.name.clone(),
            sandbox: setting.policy.start.sandbox().map_or_else(|| "none".to_owned(), Sandbox::describe),
            snapshots: self.snapshots.describe(),
            command: setting.command.clone(),
            commits: setting.config.run.commit,
            limits: setting.config.say_limits(),
        }
    }
}
