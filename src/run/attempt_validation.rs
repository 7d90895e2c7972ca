//! Validates what an attempt left, and decides how the attempt ended.

use std::path::Path;

use super::judging::{self, JudgedCriteria, JudgedWork};
use super::talk::no_snapshot;
use super::validation::Ground;
use super::{Orders, Run};
use crate::agent::builtin::session::AgentWork;
use crate::config::GuardMode;
use crate::digest::digest;
use crate::facts::{
    AttemptOutcome, AttemptRef, CriterionIndex, Event, Evidence, Limit, Reason, StepKey, Unfixable, Usage,
};
use crate::failure::Failure;
use crate::plan::StepIndex;
use crate::validate::applied::Applied;
use crate::validate::named::NamedFiles;
use crate::validate::verdict::{Circumstances, Verdict, judge};
use crate::validate::weakening::{Touched, compare};
use crate::validate::{Validated, unfixable};
use crate::workspace::disk_files::DiskFiles;
use crate::workspace::snapshot::{Changes, Snapshot};

/// The commands of a step, and what they did before its first attempt.
#[derive(Debug, Clone, Copy)]
pub(super) struct Commands<'a> {
    /// The commands.
    pub applied: &'a [Applied],
    /// What they did; without output where an earlier run had asked them.
    pub before: &'a [Validated],
}

/// What an attempt left behind.
#[derive(Debug, Clone, Copy)]
pub(super) struct AttemptWork<'a> {
    /// What the agent did.
    pub agent: &'a AgentWork,
    /// The tree that it left.
    pub after: &'a Snapshot,
    /// What changed since the step began.
    pub all: &'a Changes,
}

/// How an attempt ended, and what its validation saw.
#[derive(Debug)]
pub(super) struct AttemptValidation {
    /// How it ended.
    pub outcome: AttemptOutcome,
    /// What the commands did.
    pub results: Vec<Validated>,
    /// The commands, by their place, that fail and may until the end.
    pub tolerated: Vec<usize>,
    /// What makes a pass worth less.
    pub marks: Vec<String>,
    /// The criteria that hold by the judge's word.
    pub judged: Vec<CriterionIndex>,
    /// What the judge cost.
    pub usage: Usage,
}

impl AttemptValidation {
    /// It ended like this, after these results.
    pub(super) fn of(outcome: AttemptOutcome, results: Vec<Validated>) -> Self {
        let (tolerated, marks, judged) = (Vec::new(), Vec::new(), Vec::new());
        Self { outcome, results, tolerated, marks, judged, usage: Usage::default() }
    }

    /// There was nothing to validate, or no time for it.
    fn without_results(reason: Reason) -> Self {
        Self::of(AttemptOutcome::NotPassed(reason), Vec::new())
    }

    /// What agentrun saw, command by command.
    pub(super) fn evidence(&self) -> Vec<Evidence> {
        self.results.iter().map(|result| result.evidence.clone()).collect()
    }
}

/// Validates what the agent left behind, unless it did not get to work or says it cannot.
pub(super) async fn validate_attempt(
    run: &mut Run<'_>,
    index: StepIndex,
    commands: Commands<'_>,
    work: AttemptWork<'_>,
) -> Result<AttemptValidation, Failure> {
    if let Some(reason) = work.agent.end.without_work() {
        return Ok(AttemptValidation::without_results(reason));
    }
    let state = run.recorder.state.step(&run.plan.step(index).key);
    let number = state.attempts;
    let before = |command: &Applied| state.before(&command.script, &command.dir).cloned();
    let baseline: Vec<Evidence> =
        commands.applied.iter().map(before).collect::<Option<_>>().unwrap_or_default();
    let ground = Ground {
        tree: Some(work.after.tree.clone()),
        diff_digest: Some(digest(work.all.diff.as_bytes())),
        usage: work.agent.usage,
        baseline: &baseline,
        ..run.ground(index, number)
    };
    let results = run.validate(commands.applied, &ground).await?;
    if results.len() < commands.applied.len() {
        return Ok(AttemptValidation::without_results(Reason::Interrupted));
    }
    let compared = Compared { before: &baseline, after: &results };
    let marks = weakening(run, &ground.at, commands.applied, compared, work).await?;
    let question = AttemptQuestion {
        baseline: &baseline,
        before: commands.before,
        after: &results,
        weakened: &marks,
        changed: !work.all.is_empty(),
        limit: work.agent.end.limit(),
    };
    let mut validation = question.decide(run.orders, run.site.root());
    validation.results = results;
    if matches!(validation.outcome, AttemptOutcome::Passed { .. }) {
        ask_the_judge(run, index, work, &mut validation).await?;
    }
    Ok(validation)
}

/// Asks the judge about the sentences of a step whose commands all hold.
async fn ask_the_judge(
    run: &mut Run<'_>,
    index: StepIndex,
    work: AttemptWork<'_>,
    validation: &mut AttemptValidation,
) -> Result<(), Failure> {
    let attempt = run.recorder.state.step(&run.plan.step(index).key).attempts;
    let (results, diff, usage) = (&validation.results, &work.all.diff, work.agent.usage);
    let judged = judging::judge(run, index, JudgedWork { attempt, results, diff, usage }).await?;
    let JudgedCriteria { hold, refuted, interrupted, usage } = judged;
    validation.judged = hold;
    validation.usage = usage;
    if interrupted {
        validation.outcome = AttemptOutcome::NotPassed(Reason::Interrupted);
    } else if let Some(judgement) = refuted {
        validation.outcome = AttemptOutcome::NotPassed(Reason::CriterionFailed { judgement });
    }
    Ok(())
}

/// What is asked of the results of the commands.
struct AttemptQuestion<'a> {
    baseline: &'a [Evidence],
    before: &'a [Validated],
    after: &'a [Validated],
    /// What was weakened of what validates.
    weakened: &'a [String],
    /// The tree differs from the step's start.
    changed: bool,
    /// The limit that ended the agent, if one did.
    limit: Option<Limit>,
}

impl AttemptQuestion<'_> {
    /// How the attempt ended, as far as commands tell.
    fn decide(&self, orders: &Orders, root: &Path) -> AttemptValidation {
        let evidence: Vec<Evidence> = self.after.iter().map(|result| result.evidence.clone()).collect();
        let circumstances = Circumstances { changed: self.changed, weakened: !self.weakened.is_empty() };
        let verdict = judge(self.baseline, &evidence, circumstances);
        let mut decided = AttemptValidation::without_results(self.reason(&verdict, root));
        decided.marks = self.weakened.to_vec();
        match verdict {
            Verdict::Passed { .. }
                if !self.weakened.is_empty() && orders.config.validation.guard == GuardMode::Fail =>
            {
                let marks = decided.marks.clone();
                decided.outcome = AttemptOutcome::NotPassed(Reason::Weakened { marks });
            }
            Verdict::Passed { strength, tolerated } if orders.strong_enough(strength) => {
                decided.outcome = AttemptOutcome::Passed { strength };
                decided.tolerated = tolerated;
                decided.marks.extend(evidence.iter().filter(|evidence| evidence.flaky).map(say_flaky));
            }
            _ => {}
        }
        decided
    }

    /// Why it does not pass, if it does not.
    fn reason(&self, verdict: &Verdict, root: &Path) -> Reason {
        if let Verdict::Failed(failed) = verdict
            && let Some(found) = self.beyond_repair(failed, root)
        {
            return Reason::Unfixable(found);
        }
        match verdict.reason(self.after) {
            Reason::ValidationFailed { red, .. } => {
                Reason::ValidationFailed { red, limit: self.limit.clone() }
            }
            reason => reason,
        }
    }

    /// Why no further attempt would help: every command that failed does so for a reason that no agent
    /// can mend here.
    fn beyond_repair(&self, failed: &[usize], root: &Path) -> Option<Unfixable> {
        let found = |&index: &usize| {
            unfixable::after_work(self.before.get(index)?, &self.after[index], root, self.changed)
        };
        let all: Option<Vec<Unfixable>> = failed.iter().map(found).collect();
        all?.into_iter().next()
    }
}

/// What the same commands did before and after.
#[derive(Clone, Copy)]
struct Compared<'a> {
    before: &'a [Evidence],
    after: &'a [Validated],
}

impl Compared<'_> {
    const NOTHING: Self = Self { before: &[], after: &[] };
}

/// What was weakened of what validates: by the agent, in the programs that commands name, and by the
/// commands themselves meanwhile.
async fn weakening(
    run: &mut Run<'_>,
    at: &AttemptRef,
    applied: &[Applied],
    compared: Compared<'_>,
    work: AttemptWork<'_>,
) -> Result<Vec<String>, Failure> {
    let mut touched = touched(run.site.root(), applied, compared, work.all);
    touched += programs(run, &at.step.key, work.all);
    touched += meanwhile(run, at, applied, compared.after, work.after).await?;
    let Touched { files, marks } = touched;
    if !files.is_empty() || !marks.is_empty() {
        run.recorder.record(Event::ValidationChanged { at: at.clone(), files, marks: marks.clone() })?;
    }
    Ok(marks)
}

/// What the step changed of what validates it; fewer tests than before are a mark, too.
fn touched(root: &Path, applied: &[Applied], results: Compared<'_>, all: &Changes) -> Touched {
    if all.is_empty() {
        return Touched::default();
    }
    let mut named = NamedFiles::default();
    for command in applied {
        named.add(&DiskFiles, root, command);
    }
    let mut touched = compare(&all.diff, &named, |path| root.join(path).is_file());
    for (before, after) in results.before.iter().zip(results.after.iter().map(|result| &result.evidence)) {
        let ran = |evidence: &Evidence| evidence.tests.map_or(0, |tests| tests.ran);
        if after.holds() && ran(after) < ran(before) {
            let (command, fewer, were) = (&after.command, ran(after), ran(before));
            touched.marks.push(format!("`{command}` ran {fewer} tests, and {were} before the step"));
        }
    }
    touched
}

/// What the commands themselves changed of what validates: one may rewrite what the next one runs.
async fn meanwhile(
    run: &mut Run<'_>,
    at: &AttemptRef,
    applied: &[Applied],
    results: &[Validated],
    before: &Snapshot,
) -> Result<Touched, Failure> {
    if !results.iter().all(|result| result.evidence.holds()) {
        return Ok(Touched::default());
    }
    let after = run.snapshots.take(&run.site.snapshot_name(at, "-validated")).await.map_err(no_snapshot)?;
    let changes = run.snapshots.changes(before, &after).await.map_err(no_snapshot)?;
    Ok(touched(run.site.root(), applied, Compared::NOTHING, &changes))
}

/// What the step did to programs in the project that a command of the plan names.
fn programs(run: &Run<'_>, key: &StepKey, all: &Changes) -> Touched {
    let search = run.site.search();
    let before = &run.recorder.state.step(key).trees.programs;
    let in_diff = |path: &str| all.files.iter().any(|file| file.path == path);
    search.compare(before, &search.programs(&run.all_applied()), in_diff)
}

fn say_flaky(evidence: &Evidence) -> String {
    format!("`{}` is flaky: it failed before on the same tree", evidence.command)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, RequiredStrength};
    use crate::facts::fixtures::evidence;
    use crate::facts::{Exit, RedCommand, Strength};
    use crate::state::schedule::Selection;

    fn orders(guard: GuardMode, strength: RequiredStrength) -> Orders {
        let mut config = Config::default();
        config.validation.guard = guard;
        config.validation.strength = strength;
        Orders { config, selection: Selection::default(), validate_only: false, allow_unvalidated: false }
    }

    /// How an attempt ends whose command had this exit code before and has that one after it.
    fn outcome(orders: &Orders, codes: [i32; 2], weakened: &[&str], changed: bool) -> AttemptOutcome {
        let results = |code| vec![Validated::without_output(evidence(0, "make test", code))];
        let (before, after) = (results(codes[0]), results(codes[1]));
        let baseline: Vec<Evidence> = before.iter().map(|result| result.evidence.clone()).collect();
        let weakened: Vec<String> = weakened.iter().map(|&mark| mark.to_owned()).collect();
        let question = AttemptQuestion {
            baseline: &baseline,
            before: &before,
            after: &after,
            weakened: &weakened,
            changed,
            limit: Some(Limit::Turns(3)),
        };
        question.decide(orders, Path::new("/p")).outcome
    }

    fn not_passed(reason: Reason) -> AttemptOutcome {
        AttemptOutcome::NotPassed(reason)
    }

    #[test]
    fn an_attempt_ends_by_its_commands_and_by_what_the_configuration_asks() {
        let usual = orders(GuardMode::Report, RequiredStrength::Weak);
        let strict = orders(GuardMode::Fail, RequiredStrength::Proven);
        let passed = |strength| AttemptOutcome::Passed { strength };
        let red = RedCommand {
            command: "make test".to_owned(),
            exit: Exit::Code { code: 2 },
            output: String::new(),
            why: None,
        };
        let failed = Reason::ValidationFailed { red, limit: Some(Limit::Turns(3)) };
        let gone = vec!["a test is gone".to_owned()];
        for (orders, codes, weakened, changed, expected) in [
            (&usual, [1, 0], &[][..], true, passed(Strength::Proven)),
            (&strict, [1, 0], &[], true, passed(Strength::Proven)),
            (&usual, [0, 0], &[], true, passed(Strength::Weak)),
            (&strict, [0, 0], &[], true, not_passed(Reason::TooWeak)),
            (&usual, [0, 0], &[], false, not_passed(Reason::Unproven)),
            (&usual, [1, 0], &["a test is gone"], true, passed(Strength::Weak)),
            (&strict, [1, 0], &["a test is gone"], true, not_passed(Reason::Weakened { marks: gone })),
            (&usual, [1, 2], &[], true, not_passed(failed)),
        ] {
            assert_eq!(
                outcome(orders, codes, weakened, changed),
                expected,
                "{codes:?} {weakened:?} {changed}"
            );
        }
    }
}
