//! One step: the baseline, then attempts until one passes or no other could.

use super::attempt::{self, AttemptResult};
use super::attempt_validation::AttemptValidation;
use super::judging::{self, JudgedWork};
use super::made_files::MadeFiles;
use super::talk::{Talk, no_snapshot};
use super::validation::Ground;
use super::{Run, StepAtWork, originals};
use crate::facts::{
    AttemptOutcome, AttemptRef, Event, Evidence, Reason, StepOutcome, StepRef, Strength, Usage,
};
use crate::failure::Failure;
use crate::plan::{Criterion, Step, StepKind};
use crate::state::StepStatus;
use crate::state::ticking::{self, DecidedCriteria, Grounds};
use crate::validate::applied::Applied;
use crate::validate::verdict::{Circumstances, Verdict, judge};
use crate::validate::{Validated, unfixable};
use crate::workspace::snapshot::Changes;

pub(crate) async fn run(run: &mut Run<'_>, step: &Step) -> Result<(), Failure> {
    let applied = run.applied(step);
    let stale = run.state(step).status == StepStatus::Revalidate;
    let decidable = !applied.is_empty() || is_for_the_judge(step, run.orders.judges());
    let beginning = Beginning::of(step, stale, decidable, run.orders.validate_only);
    if beginning == Beginning::Park {
        return run.park(step, false);
    }
    let validators = if applied.is_empty() { None } else { Some(originals::take(run, &applied)?) };
    run.recorder.record(Event::StepStarted {
        step: StepRef::from(step),
        fingerprint: step.fingerprint(),
        validators,
    })?;
    let Some(results) = baseline(run, step, &applied, beginning == Beginning::Work).await? else {
        return stop(run, step, Reason::Interrupted.into());
    };
    if let Beginning::Validate { any_strength, then_work } = beginning {
        match validate_first(run, step, &results, any_strength).await? {
            None => return Ok(()),
            Some(reason) if then_work && reason != Reason::Interrupted => {}
            Some(Reason::Undecided { items }) => return park(run, step, items),
            Some(reason) => return stop(run, step, reason.into()),
        }
    }
    let text = run.plan.text_of(step);
    let withheld = run.site.withheld();
    if let Some(found) = results.iter().find_map(|result| unfixable::at_once(result, text, &withheld)) {
        return stop(run, step, Reason::Unfixable(found).into());
    }
    attempts(run, StepAtWork { step, applied: &applied, before: &results }).await
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Beginning {
    /// It is for a person: no agent may try, and neither a command nor a judge can decide.
    Park,
    /// Its commands are asked before any agent.
    Validate {
        /// A weak pass counts, whatever the configuration asks of an agent's work.
        any_strength: bool,
        /// An agent works if the commands say no.
        then_work: bool,
    },
    Work,
}

impl Beginning {
    fn of(step: &Step, stale: bool, decidable: bool, validate_only: bool) -> Self {
        let for_the_agent = matches!(step.kind, StepKind::Work | StepKind::Closing);
        // A closing step without tasks is a question and no work.
        let is_question = step.kind == StepKind::Closing && step.tasks.is_empty();
        let any_strength = stale || is_question || !for_the_agent;
        match (for_the_agent, any_strength || validate_only) {
            (false, _) if !decidable => Self::Park,
            (_, true) => Self::Validate { any_strength, then_work: for_the_agent && !validate_only },
            (_, false) => Self::Work,
        }
    }
}

/// Decides about a step by what is there. Records the pass, or tells why there is none.
async fn validate_first(
    run: &mut Run<'_>,
    step: &Step,
    results: &[Validated],
    any_strength: bool,
) -> Result<Option<Reason>, Failure> {
    let evidence: Vec<Evidence> = results.iter().map(|result| result.evidence.clone()).collect();
    if results.is_empty() {
        return judge_first(run, step).await;
    }
    let strength = match judge(&[], &evidence, Circumstances { changed: true, weakened: false }) {
        Verdict::Passed { strength, .. } if any_strength || run.orders.strong_enough(strength) => strength,
        verdict => return Ok(Some(refuted(step.kind, &verdict, results))),
    };
    let work = JudgedWork { attempt: 0, results, diff: "", usage: Usage::default(), alone: false };
    let judged = judging::judge(run, step, work).await?;
    if judged.refuted.is_some() {
        return Ok(judged.refuted);
    }
    let mut validation = AttemptValidation::of(AttemptOutcome::Passed { strength }, results.to_vec());
    validation.judged = judged.hold;
    validation.missing = MadeFiles::of(run, step, &Changes::default()).missing;
    pass(run, step, strength, 0, &validation).map(|()| None)
}

/// Decides by the judge alone about a step without commands, before any agent.
async fn judge_first(run: &mut Run<'_>, step: &Step) -> Result<Option<Reason>, Failure> {
    let work = JudgedWork { attempt: 0, results: &[], diff: "", usage: Usage::default(), alone: true };
    let judged = judging::judge(run, step, work).await?;
    match run.orders.if_strong_enough(judged.alone()) {
        AttemptOutcome::Passed { strength } => {
            let mut validation = AttemptValidation::of(AttemptOutcome::Passed { strength }, Vec::new());
            validation.judged = judged.hold;
            pass(run, step, strength, 0, &validation).map(|()| None)
        }
        AttemptOutcome::NotPassed(reason) => Ok(Some(reason)),
    }
}

/// What the plan as a whole has to be may be decided by a judge, where it says so in sentences.
fn is_for_the_judge(step: &Step, judges: bool) -> bool {
    judges && step.kind == StepKind::Acceptance && step.criteria.iter().any(Criterion::is_sentence)
}

/// Why a step that was validated without an agent did not pass.
fn refuted(kind: StepKind, verdict: &Verdict, results: &[Validated]) -> Reason {
    match (kind, verdict.reason(results)) {
        (StepKind::Prerequisite, Reason::ValidationFailed { red, .. }) => Reason::PrerequisiteFailed { red },
        (_, reason) => reason,
    }
}

/// What the step's commands do before its agent begins. With `reuse`, a baseline that an earlier
/// run made and whose agent had begun still stands; a verdict never rests on it. `None` if it was
/// interrupted.
async fn baseline(
    run: &mut Run<'_>,
    step: &Step,
    applied: &[Applied],
    reuse: bool,
) -> Result<Option<Vec<Validated>>, Failure> {
    if let Some(known) = run.baseline(step, applied).filter(|_| reuse) {
        return Ok(Some(known.into_iter().map(Validated::without_output).collect()));
    }
    let mut ground = run.ground(step, 0);
    ground.before_work = reuse;
    name_tree(run, applied, &mut ground).await?;
    let results = run.validate(applied, &ground).await?;
    Ok((results.len() == applied.len()).then_some(results))
}

/// Names the tree that a validation runs on, if that can save a command: what passed on it shortly
/// before need not run again.
pub(super) async fn name_tree(
    run: &mut Run<'_>,
    applied: &[Applied],
    ground: &mut Ground<'_>,
) -> Result<(), Failure> {
    let state = &run.recorder.state;
    if applied.iter().any(|command| state.green(|seen| command.is_of(seen)).is_some()) {
        let name = run.site.snapshot_name(&ground.at, "-baseline");
        ground.tree = Some(run.snapshots.take(&name).await.map_err(no_snapshot)?.tree);
    }
    Ok(())
}

/// Attempts until one passes, or something says that no other will.
async fn attempts(run: &mut Run<'_>, work: StepAtWork<'_>) -> Result<(), Failure> {
    run.set_status("in_progress")?;
    let step = work.step;
    let max = run.orders.config.run.max_attempts;
    let mut talk: Option<Talk> = None;
    let mut last: Option<AttemptResult> = None;
    loop {
        if is_last_of_several(run.state(step).spent, max) {
            // It looks at the step with fresh eyes.
            talk = None;
        }
        let result = attempt::run(run, work, &mut talk).await?;
        let after = AfterAttempt {
            spent: run.state(step).spent,
            max,
            repeats: last.as_ref().is_some_and(|last| result.repeats(last)),
            let_through: run.orders.allow_unvalidated && result.changed,
        };
        match after.next(&result.validation.outcome) {
            Next::Pass(strength) => return pass(run, step, strength, result.number, &result.validation),
            Next::TryAgain => last = Some(result),
            Next::Stop(StepOutcome { reason: Reason::Undecided { items }, .. }) => {
                return park(run, step, items);
            }
            Next::Stop(StepOutcome { reason: Reason::Unvalidated, .. }) => return run.park(step, true),
            Next::Stop(outcome) => return stop(run, step, outcome),
        }
    }
}

/// Only one attempt is left of several.
fn is_last_of_several(spent: u32, max: u32) -> bool {
    spent > 0 && spent + 1 == max
}

/// What is known after an attempt, besides how it ended.
struct AfterAttempt {
    spent: u32,
    max: u32,
    /// It failed like the one before, on the same tree.
    repeats: bool,
    /// What no command can decide may pass.
    let_through: bool,
}

#[derive(Debug, PartialEq, Eq)]
enum Next {
    Pass(Strength),
    TryAgain,
    Stop(StepOutcome),
}

impl AfterAttempt {
    fn next(&self, outcome: &AttemptOutcome) -> Next {
        let left = self.spent < self.max;
        match outcome {
            AttemptOutcome::Passed { strength } => Next::Pass(*strength),
            AttemptOutcome::NotPassed(reason) if reason.may_be_tried_again() && left && !self.repeats => {
                Next::TryAgain
            }
            AttemptOutcome::NotPassed(reason) if reason.lacks_validation() && self.let_through => {
                Next::Pass(Strength::Unvalidated)
            }
            AttemptOutcome::NotPassed(reason) => {
                Next::Stop(StepOutcome::after(reason.clone(), self.spent, self.repeats && left))
            }
        }
    }
}

/// Records a pass. The schedule then asks for the tick.
fn pass(
    run: &mut Run<'_>,
    step: &Step,
    strength: Strength,
    attempt: u32,
    validation: &AttemptValidation,
) -> Result<(), Failure> {
    let evidence = validation.evidence();
    let AttemptValidation { tolerated, marks, judged, missing, .. } = validation;
    let grounds = Grounds { evidence: &evidence, judged, prose_waits: run.orders.prose_waits(), missing };
    let DecidedCriteria { passed, waiting } = ticking::decide(step, &grounds);
    run.recorder.record(Event::StepPassed {
        at: AttemptRef { step: StepRef::from(step), attempt },
        fingerprint: step.fingerprint(),
        strength,
        passed,
        judged: judged.clone(),
        pending: waiting.iter().map(|&index| step.criteria[index].asked()).collect(),
        tolerated: tolerated.iter().map(|&index| evidence[index].command.clone()).collect(),
        marks: marks.clone(),
    })
}

/// What the judge cannot tell waits for a person; the run goes on.
fn park(run: &mut Run<'_>, step: &Step, items: Vec<String>) -> Result<(), Failure> {
    let fingerprint = Some(step.fingerprint());
    run.recorder.record(Event::StepParked { step: StepRef::from(step), items, fingerprint })
}

fn stop(run: &mut Run<'_>, step: &Step, outcome: StepOutcome) -> Result<(), Failure> {
    run.recorder.record(Event::StepStopped { step: StepRef::from(step), outcome })
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;
    use crate::facts::Limit;
    use crate::facts::fixtures::{evidence, judgement, reasons, red};
    use crate::facts::{Exit, RedCommand, Ruling};
    use crate::plan;

    const PLAN: &str = "# P

## Prerequisites

- [ ] `docker info`

## Implementation Steps

### Step 1: A

- [ ] a

## Manual Testing

- [ ] look at it

## Definition of Done

- [ ] `make lint` passes

## Acceptance Criteria

- [ ] `make smoke`
";

    fn step(kind: StepKind) -> Step {
        let steps = plan::read(PLAN).plan.steps;
        steps.into_iter().find(|step| step.kind == kind).unwrap_or_else(|| panic!("{kind:?}"))
    }

    #[test]
    fn a_question_is_asked_before_any_agent_works() {
        use Beginning::{Park, Validate, Work};
        let asked = Validate { any_strength: true, then_work: false };
        let stale = Validate { any_strength: true, then_work: true };
        let only_validated = Validate { any_strength: false, then_work: false };
        let (work, person) = (step(StepKind::Work), step(StepKind::Manual));
        let (before, after) = (step(StepKind::Prerequisite), step(StepKind::Acceptance));
        // Its step, stale, has commands, validate only.
        let table = [
            (&work, false, true, false, Work),
            (&work, false, false, false, Work),
            (&work, true, true, false, stale),
            (&work, false, true, true, only_validated),
            (&work, true, true, true, asked),
            (&before, false, true, false, asked),
            (&before, false, false, false, Park),
            (&after, false, true, false, asked),
            (&after, true, true, true, asked),
            (&person, false, false, false, Park),
        ];
        for (step, is_stale, has_commands, validate_only, expected) in table {
            let found = Beginning::of(step, is_stale, has_commands, validate_only);
            assert_eq!(found, expected, "{:?} {is_stale} {has_commands} {validate_only}", step.kind);
        }
    }

    #[test]
    fn a_closing_step_is_a_question_until_it_has_tasks() {
        let mut closing = step(StepKind::Work);
        closing.kind = StepKind::Closing;
        assert_eq!(Beginning::of(&closing, false, true, false), Beginning::Work);
        closing.tasks.clear();
        let expected = Beginning::Validate { any_strength: true, then_work: true };
        assert_eq!(Beginning::of(&closing, false, true, false), expected);
    }

    #[test]
    fn a_prerequisite_that_fails_is_named_as_one() {
        let results = [Validated::without_output(evidence(0, "docker info", 1))];
        let red = RedCommand {
            command: "docker info".to_owned(),
            exit: Exit::Code { code: 1 },
            output: String::new(),
            why: None,
        };
        let failed = Verdict::Failed(vec![0]);
        let of_work = Reason::ValidationFailed { red: red.clone(), limit: None };
        assert_eq!(refuted(StepKind::Prerequisite, &failed, &results), Reason::PrerequisiteFailed { red });
        assert_eq!(refuted(StepKind::Work, &failed, &results), of_work);
        assert_eq!(refuted(StepKind::Prerequisite, &Verdict::Unvalidated, &[]), Reason::Unvalidated);
    }

    fn after(spent: u32, repeats: bool, let_through: bool) -> AfterAttempt {
        AfterAttempt { spent, max: 3, repeats, let_through }
    }

    #[test]
    fn a_step_goes_round_again_until_it_passes_or_nothing_would_change() {
        let failed = || Reason::ValidationFailed { red: red(), limit: None };
        let at_its_limit = Reason::ValidationFailed { red: red(), limit: Some(Limit::Turns(3)) };
        let refuted = Reason::CriterionFailed { judgement: judgement(1, Ruling::Fail) };
        let ended =
            |reason: Reason, attempts, unchanged| Next::Stop(StepOutcome { reason, attempts, unchanged });
        let limit_reached = Reason::LimitReached { limit: Limit::Turns(3) };
        let table = [
            (failed(), after(1, false, false), Next::TryAgain),
            (failed(), after(2, true, false), ended(failed(), 2, true)),
            (failed(), after(3, false, false), ended(failed(), 3, false)),
            (failed(), after(3, true, false), ended(failed(), 3, false)),
            (at_its_limit.clone(), after(1, false, false), Next::TryAgain),
            (at_its_limit, after(3, false, false), ended(limit_reached, 0, false)),
            (refuted.clone(), after(3, false, false), ended(refuted, 3, false)),
            (Reason::Unproven, after(1, false, true), ended(Reason::Unproven, 0, false)),
            (Reason::Unvalidated, after(1, false, false), ended(Reason::Unvalidated, 0, false)),
            (Reason::Unvalidated, after(1, false, true), Next::Pass(Strength::Unvalidated)),
            (Reason::Interrupted, after(0, false, true), ended(Reason::Interrupted, 0, false)),
        ];
        for (reason, after, expected) in table {
            assert_eq!(after.next(&AttemptOutcome::NotPassed(reason.clone())), expected, "{reason:?}");
        }
        let passed = AttemptOutcome::Passed { strength: Strength::Weak };
        assert_eq!(after(3, false, false).next(&passed), Next::Pass(Strength::Weak));
    }

    #[test]
    fn only_what_an_agent_can_mend_is_tried_again() {
        for reason in reasons() {
            let again = after(1, false, false).next(&AttemptOutcome::NotPassed(reason.clone()));
            assert_eq!(again == Next::TryAgain, reason.may_be_tried_again(), "{reason:?}");
        }
    }

    #[test]
    fn the_last_of_several_attempts_begins_a_new_conversation() {
        let fresh: Vec<(u32, u32)> = (1..=3)
            .flat_map(|max| (0..max).map(move |spent| (spent, max)))
            .filter(|&(spent, max)| is_last_of_several(spent, max))
            .collect();
        assert_eq!(fresh, [(1, 2), (2, 3)]);
    }
}
