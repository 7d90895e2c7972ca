//! Validates what an attempt left, and decides how the attempt ended.

use super::Run;
use super::judging::{self, Judged, Work};
use super::talk::no_snapshot;
use super::validation::Ground;
use std::path::Path;

use crate::agent::builtin::session::AgentWork;
use crate::config::GuardMode;
use crate::digest::digest;
use crate::facts::{
    AttemptOutcome, AttemptRef, CriterionIndex, Event, Evidence, Limit, Reason, Unfixable, Usage,
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
pub struct Commands<'a> {
    /// The commands.
    pub applied: &'a [Applied],
    /// What they did; without output where an earlier run had asked them.
    pub before: &'a [Validated],
}

/// What a validation came to, besides the outcome.
#[derive(Debug, Default)]
pub(super) struct Decided {
    /// What its commands did.
    pub results: Vec<Validated>,
    /// Indices of commands that are red and may be until the end.
    pub tolerated: Vec<usize>,
    /// What makes a pass worth less.
    pub marks: Vec<String>,
    /// Indices of the criteria that hold by the judge's word.
    pub judged: Vec<CriterionIndex>,
    /// What the judge cost.
    pub usage: Usage,
}

/// Validates what the agent left behind, unless it did not get to work or says it cannot.
pub(super) async fn validate_attempt(
    run: &mut Run<'_>,
    index: StepIndex,
    commands: Commands<'_>,
    worked: &AgentWork,
    (after, all): (&Snapshot, &Changes),
) -> Result<(AttemptOutcome, Decided), Failure> {
    if let Some(reason) = worked.end.without_work() {
        return Ok((AttemptOutcome::NotPassed(reason), Decided::default()));
    }
    let state = run.recorder.state.step(&run.plan.step(index).key);
    let number = state.attempts;
    let before = |command: &Applied| state.before(&command.script, &command.dir).cloned();
    let baseline: Vec<Evidence> =
        commands.applied.iter().map(before).collect::<Option<_>>().unwrap_or_default();
    let mut ground = run.ground(index, number);
    ground.tree = Some(after.tree.clone());
    ground.diff_digest = Some(digest(all.diff.as_bytes()));
    ground.usage = worked.usage;
    let ground = Ground { baseline: &baseline, ..ground };
    let results = run.validate(commands.applied, &ground).await?;
    if results.len() < commands.applied.len() {
        return Ok((AttemptOutcome::NotPassed(Reason::Interrupted), Decided::default()));
    }
    let mut touched =
        touched(run.site.root(), commands.applied, Compared { before: &baseline, after: &results }, all);
    touched += programs(run, index, all);
    touched += meanwhile(run, &ground.at, commands.applied, &results, after).await?;
    if !touched.files.is_empty() || !touched.marks.is_empty() {
        let Touched { files, marks } = touched.clone();
        run.recorder.record(Event::ValidationChanged { at: ground.at.clone(), files, marks })?;
    }
    let mut decided = Decided { results, marks: touched.marks, ..Decided::default() };
    let outcome = decide(run, commands, &baseline, &mut decided, (!all.is_empty(), worked.end.limit()));
    if !matches!(outcome, AttemptOutcome::Passed { .. }) {
        return Ok((outcome, decided));
    }
    let work = Work { attempt: number, results: &decided.results, diff: &all.diff, usage: worked.usage };
    let Judged { hold, refuted, interrupted, usage } = judging::judge(run, index, work).await?;
    let outcome = match refuted {
        _ if interrupted => AttemptOutcome::NotPassed(Reason::Interrupted),
        Some(judgement) => AttemptOutcome::NotPassed(Reason::CriterionFailed { judgement }),
        None => outcome,
    };
    Ok((outcome, Decided { judged: hold, usage, ..decided }))
}

/// What the results of the commands come to.
fn decide(
    run: &Run<'_>,
    commands: Commands<'_>,
    baseline: &[Evidence],
    decided: &mut Decided,
    (changed, limit): (bool, Option<Limit>),
) -> AttemptOutcome {
    let evidence: Vec<Evidence> = decided.results.iter().map(|result| result.evidence.clone()).collect();
    let weakened = !decided.marks.is_empty();
    AttemptOutcome::NotPassed(match judge(baseline, &evidence, Circumstances { changed, weakened }) {
        Verdict::Passed { .. } if weakened && run.orders.config.validation.guard == GuardMode::Fail => {
            Reason::Weakened { marks: decided.marks.clone() }
        }
        Verdict::Passed { strength, tolerated } if run.orders.strong_enough(strength) => {
            decided.tolerated = tolerated;
            decided.marks.extend(evidence.iter().filter(|evidence| evidence.flaky).map(say_flaky));
            return AttemptOutcome::Passed { strength };
        }
        Verdict::Passed { .. } => Reason::TooWeak,
        Verdict::Unproven => Reason::Unproven,
        Verdict::Unvalidated => Reason::Unvalidated,
        Verdict::Vacuous(first) => Reason::vacuous(&evidence[first]),
        Verdict::Failed(failed) => {
            let found = beyond_repair(run.site.root(), commands.before, &decided.results, &failed, changed);
            let first = failed.first().copied().unwrap_or(0);
            let red = || decided.results[first].red();
            found.map_or_else(|| Reason::ValidationFailed { red: red(), limit }, Reason::Unfixable)
        }
    })
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
fn programs(run: &Run<'_>, index: StepIndex, all: &Changes) -> Touched {
    let search = run.site.search();
    let before = &run.recorder.state.step(&run.plan.step(index).key).trees.programs;
    let in_diff = |path: &str| all.files.iter().any(|file| file.path == path);
    search.compare(before, &search.programs(&run.all_applied()), in_diff)
}

fn say_flaky(evidence: &Evidence) -> String {
    format!("`{}` is flaky: on the same tree it was red before", evidence.command)
}

/// Why no further attempt would help: every command that failed does so for a reason that no agent
/// can mend here.
fn beyond_repair(
    root: &Path,
    before: &[Validated],
    after: &[Validated],
    failed: &[usize],
    changed: bool,
) -> Option<Unfixable> {
    let found = |&index: &usize| unfixable::after_work(before.get(index)?, &after[index], root, changed);
    let all: Option<Vec<Unfixable>> = failed.iter().map(found).collect();
    all?.into_iter().next()
}
