//! The loop of a run: ask what comes next and do it, until nothing is left to do.

use std::collections::BTreeSet;

use super::{Run, commit, settle, step, tick};
use crate::clock::Stopwatch;
use crate::facts::{Event, Pending, ReopenReason, RunCompleted, RunOutcome, RunStarted, StepKey, StepRef};
use crate::failure::Failure;
use crate::plan::{Reading, Step, StepIndex};
use crate::process::Sandbox;
use crate::state::StepStatus;
use crate::state::reconcile::reconcile;
use crate::state::schedule::{self, Decision};
use crate::validate::vacuous::why_written_so;

impl Run<'_> {
    /// Records what the run was given.
    pub(crate) fn begin(&mut self, warnings: Vec<Event>) -> Result<(), Failure> {
        self.recorder.record(Event::RunStarted(self.started()))?;
        let mut warnings = warnings.into_iter().chain(self.vacuous_commands());
        warnings.try_for_each(|warning| self.recorder.record(warning))
    }

    /// A warning for each command of the selected steps that cannot fail as it is written.
    fn vacuous_commands(&self) -> Vec<Event> {
        let selection = &self.orders.selection;
        let selected = self.plan.reading.graph.order().iter().filter(|&&index| selection.contains(index));
        let applied = selected.flat_map(|&index| self.applied(self.plan.step(index)));
        let mut seen = BTreeSet::new();
        let scripts = applied.map(|command| command.script).filter(|script| seen.insert(script.clone()));
        let say = |script: String| {
            let message = format!("`{}` proves nothing: {}", script.trim(), why_written_so(&script)?);
            Some(Event::Warning { code: "vacuous".to_owned(), message })
        };
        scripts.filter_map(say).collect()
    }

    /// Carries out the plan.
    pub(crate) async fn execute(&mut self) -> Result<RunOutcome, Failure> {
        let watch = Stopwatch::start();
        let reading = &self.plan.reading;
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
            let plan = self.plan;
            let Reading { plan: read, graph, .. } = &plan.reading;
            match schedule::next(read, graph, &self.recorder.state, &self.orders.selection) {
                Decision::Tick(index) => self.tick(plan.step(index))?,
                Decision::Commit(index) => commit::commit(self, plan.step(index)).await?,
                Decision::Run(index) => {
                    if let Some(signal) = self.site.interrupt.raised() {
                        return Ok(RunOutcome::of_signal(signal));
                    }
                    self.notice_edits("between two steps")?;
                    step::run(self, plan.step(index)).await?;
                }
                Decision::Park(index) => self.park(plan.step(index))?,
                Decision::Stop(RunOutcome::Interrupted) => return Ok(self.interrupted()),
                Decision::Stop(outcome) => return Ok(outcome),
            }
        }
    }

    /// A run that a signal ended.
    pub(super) fn interrupted(&self) -> RunOutcome {
        self.site.interrupt.raised().map_or(RunOutcome::Interrupted, RunOutcome::of_signal)
    }

    /// Writes a step's pass into the plan.
    fn tick(&mut self, step: &Step) -> Result<(), Failure> {
        tick::write(self.plan, self.orders.config.plan.progress, step, &mut self.recorder, &mut self.guard)?;
        self.accept_plan()
    }

    /// Forgets the evidence of the given steps and unticks what agentrun had ticked.
    pub(crate) fn restart(&mut self, steps: &[StepIndex]) -> Result<(), Failure> {
        for &index in steps {
            let step = self.plan.step(index);
            tick::take_back(self.plan, step, &self.state(step).ticked)?;
            let reopened = Event::StepReopened { step: StepRef::from(step), reason: ReopenReason::Restart };
            self.recorder.record(reopened)?;
        }
        self.accept_plan()
    }

    /// What remains when nothing is left to do: commands of the whole plan must pass, and its status comment is
    /// kept true.
    async fn end(&mut self, outcome: RunOutcome) -> Result<RunOutcome, Failure> {
        let outcome = match outcome {
            RunOutcome::Completed if self.orders.selection.steps.is_none() || self.all_done() => {
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
        let Ok(now) = self.plan.read_again() else { return Ok(RunOutcome::Completed) };
        let known = |key: &StepKey| self.plan.reading.plan.steps.iter().any(|step| step.key == *key);
        let new = now.reading.plan.steps.iter().filter(|step| !known(&step.key));
        let new: Vec<&str> = new.map(|step| step.id.as_str()).collect();
        if new.is_empty() {
            return Ok(RunOutcome::Completed);
        }
        let message = format!(
            "somebody added steps during the run: {}; run agentrun again to carry them out",
            new.join(", ")
        );
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
        self.plan.in_order().map(|step| &self.state(step).status)
    }

    fn pending(&self) -> Vec<Pending> {
        let mut pending = Vec::new();
        for step in self.plan.in_order() {
            let items = match &self.state(step).status {
                StepStatus::Passed(pass) => &pass.pending,
                StepStatus::Parked { items } => items,
                _ => continue,
            };
            pending.extend(items.iter().map(|text| Pending { step: step.id.clone(), text: text.clone() }));
        }
        pending
    }

    fn started(&self) -> RunStarted {
        let plan = &self.plan.reading.plan;
        RunStarted {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            plan: self.plan.path.clone(),
            title: plan.title.clone().unwrap_or_default(),
            digest: self.plan.text.digest.clone(),
            steps: self.plan.in_order().map(StepRef::from).collect(),
            model: self.orders.config.model.name.clone(),
            sandbox: self.site.policy.sandbox().map_or_else(|| "none".to_owned(), Sandbox::describe),
            snapshots: self.snapshots.describe(),
            command: self.words.command.clone(),
            commits: self.orders.config.run.commit,
            limits: self.orders.config.say_limits(),
        }
    }
}
