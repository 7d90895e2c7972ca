//! The loop of a run: ask what comes next and do it, until nothing is left to do.

use std::collections::BTreeSet;

use super::{Run, commit, settle, step, tick};
use crate::clock::Stopwatch;
use crate::facts::{Event, Pending, ReopenReason, RunCompleted, RunOutcome, RunStarted, StepRef};
use crate::failure::Failure;
use crate::plan::{Plan, Reading, Step, StepIndex};
use crate::process::Sandbox;
use crate::state::reconcile::reconcile;
use crate::state::schedule::{self, Decision};
use crate::state::{RunState, StepStatus};
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
        self.say_left_out()?;
        self.recorder.record(Event::RunCompleted(RunCompleted {
            outcome,
            exit_code: outcome.exit_code().code(),
            pending: pending(&self.plan.reading, &self.recorder.state),
            open: open(&self.plan.reading, &self.recorder.state),
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
                Decision::Park(index) => self.park(plan.step(index), false)?,
                Decision::Stop(RunOutcome::Interrupted) => return Ok(self.interrupted()),
                Decision::Stop(outcome) => return Ok(outcome),
            }
        }
    }

    /// A warning for each step that was left out for another.
    fn say_left_out(&mut self) -> Result<(), Failure> {
        let Reading { plan, graph, .. } = &self.plan.reading;
        for (step, other) in schedule::left_out(plan, graph, &self.recorder.state, &self.orders.selection) {
            let (step, other) = (&plan.steps[step].id, &plan.steps[other].id);
            let message =
                format!("step {step} is left out: it depends on step {other}, which has not passed");
            self.recorder.record(Event::Warning { code: "left-out".to_owned(), message })?;
        }
        Ok(())
    }

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
        if let Some(value) = status_comment(outcome, self.all_done()) {
            self.set_status(value)?;
        }
        Ok(outcome)
    }

    /// A person may have written more into the plan while it was carried out.
    fn look_again(&mut self) -> Result<RunOutcome, Failure> {
        let Ok(now) = self.plan.read_again() else { return Ok(RunOutcome::Completed) };
        let Some(warning) = new_steps(&self.plan.reading.plan, &now.reading.plan) else {
            return Ok(RunOutcome::Completed);
        };
        self.recorder.record(warning)?;
        Ok(RunOutcome::NeedsPerson)
    }

    fn all_done(&self) -> bool {
        self.plan.in_order().all(|step| self.state(step).status.is_done())
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
            command: self.orders.command.clone(),
            commits: self.orders.config.run.commit,
            limits: self.orders.config.say_limits(),
        }
    }
}

/// What the plan's status comment says at the end of a run, if it is to say something else.
fn status_comment(outcome: RunOutcome, all_done: bool) -> Option<&'static str> {
    match outcome {
        RunOutcome::Completed if all_done => Some("completed"),
        RunOutcome::StepFailed | RunOutcome::LimitReached => Some("failed"),
        _ => None,
    }
}

/// A warning of the steps that are in the plan now and were not before.
fn new_steps(before: &Plan, now: &Plan) -> Option<Event> {
    let new = now.steps.iter().filter(|step| before.steps.iter().all(|known| known.key != step.key));
    let new: Vec<&str> = new.map(|step| step.id.as_str()).collect();
    let message = format!(
        "somebody added steps during the run: {}; run agentrun again to carry them out",
        new.join(", ")
    );
    (!new.is_empty()).then(|| Event::Warning { code: "new-steps".to_owned(), message })
}

fn steps<'a>(reading: &'a Reading, state: &'a RunState) -> impl Iterator<Item = (&'a Step, &'a StepStatus)> {
    let steps = reading.graph.order().iter().map(|&index| &reading.plan.steps[index]);
    steps.map(|step| (step, &state.step(&step.key).status))
}

/// How many steps are still to be done, and wait for nobody.
fn open(reading: &Reading, state: &RunState) -> usize {
    let is_open = |status: &StepStatus| !status.is_done() && !matches!(status, StepStatus::Parked { .. });
    steps(reading, state).filter(|(_, status)| is_open(status)).count()
}

/// Everything that waits for a person.
fn pending(reading: &Reading, state: &RunState) -> Vec<Pending> {
    let items = steps(reading, state).flat_map(|(step, status)| {
        let items: &[String] = match status {
            StepStatus::Passed(pass) => &pass.pending,
            StepStatus::Parked { items, .. } => items,
            _ => &[],
        };
        items.iter().map(|text| Pending { step: step.id.clone(), text: text.clone() })
    });
    items.collect()
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;
    use crate::facts::Reason;
    use crate::plan;
    use crate::state::fixtures::{Past, done, state, ticked};

    const PLAN: &str = "# P

## Implementation Steps

### Step 1: A

- [ ] a

### Step 2: B

- [ ] b

## Manual Testing

- [ ] c
";

    #[test]
    fn a_run_ends_with_what_is_open_and_what_waits_for_a_person() {
        let reading = plan::read(PLAN);
        let judged = vec![Past::Started(0), Past::PassedOn(0, &[], &[], &["It is kind", "It is short"])];
        let stopped = vec![Past::Started(1), Past::Stopped(1, Reason::Unproven)];
        let waits = |step: &str, text: &str| Pending { step: step.to_owned(), text: text.to_owned() };
        let table = [
            (Vec::new(), 3, Vec::new()),
            (done(0).to_vec(), 2, Vec::new()),
            ([done(0).to_vec(), stopped].concat(), 2, Vec::new()),
            (
                [ticked(0).to_vec(), vec![Past::Adopted(1), Past::Parked(2)]].concat(),
                0,
                vec![waits("#3", "look")],
            ),
            (
                [judged, vec![Past::Parked(2)]].concat(),
                1,
                vec![waits("1", "It is kind"), waits("1", "It is short"), waits("#3", "look")],
            ),
        ];
        for (past, still_open, waiting) in table {
            let state = state(&reading, &past);
            assert_eq!(
                (open(&reading, &state), pending(&reading, &state)),
                (still_open, waiting),
                "{past:?}"
            );
        }
    }

    #[test]
    fn the_status_comment_says_completed_only_of_a_whole_plan() {
        let table = [
            (RunOutcome::Completed, true, Some("completed")),
            (RunOutcome::Completed, false, None),
            (RunOutcome::StepFailed, false, Some("failed")),
            (RunOutcome::LimitReached, false, Some("failed")),
            (RunOutcome::NeedsPerson, false, None),
            (RunOutcome::ModelRefused, false, None),
            (RunOutcome::Temporary, false, None),
            (RunOutcome::Interrupted, false, None),
            (RunOutcome::Terminated, false, None),
        ];
        for (outcome, all_done, expected) in table {
            assert_eq!(status_comment(outcome, all_done), expected, "{outcome:?} {all_done}");
        }
    }

    #[test]
    fn steps_that_came_during_a_run_are_named() {
        let before = plan::read(PLAN).plan;
        assert_eq!(new_steps(&before, &before), None);
        let with_more =
            PLAN.replace("## Manual", "### Step 3: C\n\n- [ ] c\n\n### Step 4: D\n\n- [ ] d\n\n## Manual");
        let message =
            "somebody added steps during the run: 3, 4; run agentrun again to carry them out".to_owned();
        let warning = Event::Warning { code: "new-steps".to_owned(), message };
        assert_eq!(new_steps(&before, &plan::read(&with_more).plan), Some(warning));
        let fewer = PLAN.replace("### Step 2: B\n\n- [ ] b\n\n", "");
        assert_eq!(new_steps(&before, &plan::read(&fewer).plan), None);
    }
}
