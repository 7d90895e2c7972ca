//! Carries out a plan: pure functions decide what happens next, and it is done here.

pub(crate) mod again;
pub(crate) mod attempt;
mod attempt_validation;
pub(crate) mod commit;
pub(crate) mod judging;
mod made_files;
pub(crate) mod orchestrator;
pub(crate) mod orders;
mod originals;
pub(crate) mod plan_at_hand;
pub(crate) mod settle;
pub(crate) mod site;
pub(crate) mod step;
pub(crate) mod talk;
pub(crate) mod tick;
pub(crate) mod validation;

pub(crate) use orders::Orders;
pub(crate) use plan_at_hand::{PlanAtHand, ReachRules};
pub(crate) use site::Site;

use std::path::PathBuf;

use crate::facts::{AttemptOutcome, AttemptRef, Event, Evidence, Programs, Reason, StepRef, Usage};
use crate::failure::Failure;
use crate::model::Model;
use crate::plan::Step;
use crate::record::Recorder;
use crate::state::StepState;
use crate::validate::Validated;
use crate::validate::applied::{Applied, all_applied, applied};
use crate::workspace::guard::Guard;
use crate::workspace::snapshots::Snapshots;
use validation::Ground;

/// One invocation of `execute`: what it was given, and everything it changes.
#[derive(Debug)]
pub(crate) struct Run<'a> {
    pub plan: &'a PlanAtHand,
    pub orders: &'a Orders,
    pub site: &'a Site,
    pub recorder: Recorder,
    pub model: Model,
    pub snapshots: Snapshots,
    /// Files that somebody had changed before the run and not committed.
    pub unsaved: Vec<PathBuf>,
    /// Watches the plan, and the files that briefs and configuration come from.
    pub guard: Guard,
}

/// A step that an agent works on.
#[derive(Debug, Clone, Copy)]
struct StepAtWork<'a> {
    pub step: &'a Step,
    /// The commands that decide about it.
    pub applied: &'a [Applied],
    /// What they did before its first attempt; without output where an earlier run had asked them.
    pub before: &'a [Validated],
}

impl<'a> Run<'a> {
    /// The same run with the plan as it is now.
    pub(crate) fn with_plan<'b>(self, plan: &'b PlanAtHand) -> Run<'b>
    where
        'a: 'b,
    {
        Run { plan, ..self }
    }

    fn configured(&self) -> &'a [String] {
        &self.orders.config.validation.commands
    }

    fn applied(&self, step: &Step) -> Vec<Applied> {
        applied(&self.plan.reading.plan, step, self.configured())
    }

    fn state(&self, step: &Step) -> &StepState {
        self.recorder.state.step(&step.key)
    }

    /// What these commands of a step did before its first attempt, in their order; `None` if one did not run.
    fn baseline(&self, step: &Step, applied: &[Applied]) -> Option<Vec<Evidence>> {
        let state = self.state(step);
        applied.iter().map(|command| state.before(|seen| command.is_of(seen)).cloned()).collect()
    }

    /// The digests of the programs that the plan's commands name.
    fn programs(&self) -> Programs {
        self.site.search().programs(&all_applied(&self.plan.reading.plan, self.configured()))
    }

    /// The folder of an attempt; 0 is the baseline.
    fn attempt_dir(&self, step: &Step, attempt: u32) -> PathBuf {
        self.site.run_dir.attempt(step.position, &step.title, attempt)
    }

    /// The ground of a step's validation: the baseline's for 0, else that of an attempt.
    fn ground(&self, step: &Step, attempt: u32) -> Ground<'a> {
        Ground {
            at: AttemptRef { step: StepRef::from(step), attempt },
            fingerprint: step.fingerprint(),
            tree: None,
            diff_digest: None,
            usage: Usage::default(),
            baseline: &[],
            before_work: false,
            watch: None,
            unseen_changed: false,
            root: self.site.root().to_owned(),
            run_dir: self.site.run_dir.path().to_owned(),
            log_dir: self.attempt_dir(step, attempt),
            timeout: self.orders.config.validation.timeout,
            policy: &self.site.policy,
            interrupt: &self.site.interrupt,
        }
    }

    /// Runs the commands that apply, with the plan looked at before and after: a command of the
    /// project may not tick either.
    async fn validate(
        &mut self,
        applied: &[Applied],
        ground: &Ground<'_>,
    ) -> Result<Vec<Validated>, Failure> {
        self.notice_edits("before a validation")?;
        let results = self.guard.beside(validation::run(applied, ground, &mut self.recorder)).await?;
        self.look_after_plan(ground)?;
        Ok(results)
    }

    /// Sets back what commands of a validation changed of the plan and the files beside it.
    fn look_after_plan(&mut self, ground: &Ground<'_>) -> Result<(), Failure> {
        let found = self.guard.check(&ground.log_dir).map_err(no_plan)?;
        let events = found.events(&ground.at, &self.guard, "during a validation");
        events.into_iter().try_for_each(|event| self.recorder.record(event))
    }

    /// The outcome of an attempt, if its agent left alone what decides about it. A last look at
    /// the journal compares every byte.
    fn unless_tampered(&mut self, step: &Step, outcome: AttemptOutcome) -> Result<AttemptOutcome, Failure> {
        self.recorder.look_after_journal(true)?;
        Ok(unless_set_back(outcome, &self.state(step).set_back))
    }

    /// What changed meanwhile in the plan and the files beside it is a person's, and is kept.
    fn notice_edits(&mut self, noticed: &str) -> Result<(), Failure> {
        let edits = self.guard.accept().map_err(no_plan)?.edits(&self.guard, noticed);
        edits.into_iter().try_for_each(|event| self.recorder.record(event))
    }

    fn set_status(&mut self, value: &str) -> Result<(), Failure> {
        let progress = self.orders.config.plan.progress;
        tick::set_status(self.plan, progress, value, &mut self.recorder)?;
        self.accept_plan()
    }

    /// agentrun itself wrote the plan: what it is now is what it has to be.
    fn accept_plan(&mut self) -> Result<(), Failure> {
        self.guard.wrote(self.recorder.position.last).map_err(no_plan)
    }

    /// Parks a step that only a person can do, or can say of whether it is done.
    fn park(&mut self, step: &Step, worked_on: bool) -> Result<(), Failure> {
        let tasks = step.tasks.iter().map(|task| task.text.clone());
        let items = tasks.chain(step.criteria.iter().map(|criterion| criterion.text.clone())).collect();
        let fingerprint = worked_on.then(|| step.fingerprint());
        self.recorder.record(Event::StepParked { step: StepRef::from(step), items, fingerprint })
    }
}

/// The outcome of an attempt after which these things had to be set back.
fn unless_set_back(outcome: AttemptOutcome, what: &[String]) -> AttemptOutcome {
    if what.is_empty() || outcome.reason().is_some_and(Reason::outweighs_tampering) {
        return outcome;
    }
    AttemptOutcome::NotPassed(Reason::Tampered { what: what.to_vec() })
}

fn no_plan(error: std::io::Error) -> Failure {
    Failure::internal("cannot look after the plan and its files", error)
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;
    use crate::facts::Strength;
    use crate::facts::fixtures::reasons;

    #[test]
    fn an_attempt_that_changed_what_decides_about_it_does_not_count_whatever_its_commands_say() {
        let what = vec!["the plan: a box".to_owned()];
        let tampered = || AttemptOutcome::NotPassed(Reason::Tampered { what: what.clone() });
        let passed = || AttemptOutcome::Passed { strength: Strength::Proven };
        assert_eq!(unless_set_back(passed(), &[]), passed());
        assert_eq!(unless_set_back(passed(), &what), tampered());
        for reason in reasons() {
            let outcome = || AttemptOutcome::NotPassed(reason.clone());
            assert_eq!(unless_set_back(outcome(), &[]), outcome());
            let expected = if reason.outweighs_tampering() { outcome() } else { tampered() };
            assert_eq!(unless_set_back(outcome(), &what), expected, "{reason:?}");
        }
    }
}
