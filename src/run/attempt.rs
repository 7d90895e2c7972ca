//! One try of one step: brief, agent, guard, validation, outcome.

use std::path::Path;

use super::Run;
use super::event::{
    AgentEnd, AttemptOutcome, AttemptRef, ChangeSummary, Event, Evidence, StepRef, Unfixable,
};
use super::talk::{Talk, Trees, no_run_dir, no_snapshot, repair};
use crate::agent::builtin::session::{Session, Worked};
use crate::clock::Stopwatch;
use crate::config::GuardMode;
use crate::digest::digest;
use crate::failure::Failure;
use crate::process::Exit;
use crate::sources::wrong_template;
use crate::validate::applied::Applied;
use crate::validate::verdict::{Circumstances, Verdict, judge};
use crate::validate::weakening::{Touched, compare};
use crate::validate::{self, Validated, callee, unfixable};
use crate::workspace::snapshot::{Changes, Snapshot};

/// An attempt that ended.
#[derive(Debug)]
pub struct Ended {
    /// Its number.
    pub number: u32,
    /// How.
    pub outcome: AttemptOutcome,
    /// What its validation saw.
    pub evidence: Vec<Evidence>,
    /// Indices of commands that are red and may be until the end.
    pub tolerated: Vec<usize>,
    /// The tree differs from the step's start.
    pub changed: bool,
    /// The tree that it left.
    pub tree: String,
    /// What makes a pass worth less.
    pub marks: Vec<String>,
}

impl Ended {
    /// A step that needed no agent, and what its validation saw.
    pub fn without_agent(evidence: Vec<Evidence>) -> Self {
        let outcome = AttemptOutcome::Unproven;
        let (tolerated, marks) = (Vec::new(), Vec::new());
        Self { number: 0, outcome, evidence, tolerated, changed: false, tree: String::new(), marks }
    }
}

/// What a validation came to.
struct Judged {
    outcome: AttemptOutcome,
    results: Vec<Validated>,
    tolerated: Vec<usize>,
    marks: Vec<String>,
}

/// The commands of a step, and what they did before its first attempt.
#[derive(Debug, Clone, Copy)]
pub struct Commands<'a> {
    /// The commands.
    pub applied: &'a [Applied],
    /// What they did; without output where an earlier run had asked them.
    pub before: &'a [Validated],
}

/// Tries a step once. `talk` is the conversation to go on with, and holds the one to go on with
/// next time.
pub async fn run(
    run: &mut Run<'_>,
    index: usize,
    commands: Commands<'_>,
    talk: &mut Option<Talk>,
) -> Result<Ended, Failure> {
    let watch = Stopwatch::start();
    let setting = run.setting;
    let step = setting.step(index);
    let number = run.recorder.state.step(&step.key).attempts + 1;
    let at = AttemptRef { step: StepRef::from(step), attempt: number };
    let trees = start(run, &at, talk.is_none()).await?;
    let dir = setting.attempt_dir(index, number);
    std::fs::create_dir_all(&dir).map_err(no_run_dir)?;
    let mut open = Talk::open(run, index, commands.applied, &trees, talk.take()).await?;
    let worked = work(run, &at, &mut open, &dir).await?;

    let after = run.snapshots.take(&setting.snapshot_name(&at, "-after")).await.map_err(no_snapshot)?;
    let own = run.snapshots.changes(&trees.before, &after).await.map_err(no_snapshot)?;
    let all = run.snapshots.changes(&trees.base, &after).await.map_err(no_snapshot)?;
    let diff = setting_redacted(run, &own.diff);
    std::fs::write(dir.join("changes.diff"), diff).map_err(no_run_dir)?;
    let judged = validate_attempt(run, index, commands, &worked, (&after, &all)).await?;

    if let AttemptOutcome::ValidationFailed { .. } | AttemptOutcome::Weakened { .. } = judged.outcome {
        let before = run.recorder.state.step(&step.key).last_failure.clone();
        open.repair = repair(&judged.outcome, &judged.results, before.as_ref(), &all);
        *talk = Some(open);
    }
    if matches!(&worked.end, AgentEnd::Limit { limit } if limit.contains("context window")) {
        *talk = None;
    }
    run.recorder.record(Event::AttemptCompleted {
        at,
        outcome: judged.outcome.clone(),
        changes: summary(&own),
        usage: worked.usage,
        turns: worked.turns,
        duration_ms: watch.millis(),
    })?;
    let evidence = judged.results.iter().map(|result| result.evidence.clone()).collect();
    let changed = !all.is_empty();
    let Judged { outcome, tolerated, marks, .. } = judged;
    Ok(Ended { number, outcome, evidence, tolerated, changed, tree: after.tree, marks })
}

/// Keeps the tree and records the start.
async fn start(run: &mut Run<'_>, at: &AttemptRef, fresh: bool) -> Result<Trees, Failure> {
    let before = run.snapshots.take(&run.setting.snapshot_name(at, "")).await.map_err(no_snapshot)?;
    run.recorder.record(Event::AttemptStarted {
        at: at.clone(),
        fresh,
        tree: before.tree.clone(),
        reference: before.reference.clone(),
    })?;
    let base = run.recorder.state.step(&at.step.key).base.clone();
    let Some(base) = base.map(|base| Snapshot { tree: base.tree, reference: base.reference }) else {
        return Ok(Trees { base: before.clone(), before });
    };
    if let Err(error) = run.snapshots.changes(&base, &before).await {
        let message =
            format!("the tree before step {} is lost, the one of now stands in: {error}", at.step.id);
        run.recorder.record(Event::Warning { code: "base-lost".to_owned(), message })?;
        return Ok(Trees { base: before.clone(), before });
    }
    Ok(Trees { base, before })
}

async fn work(run: &mut Run<'_>, at: &AttemptRef, talk: &mut Talk, dir: &Path) -> Result<Worked, Failure> {
    let setting = run.setting;
    let session = Session {
        at: at.clone(),
        model: &mut run.model,
        toolbox: &mut talk.toolbox,
        recorder: &mut run.recorder,
        guard: &mut run.guard,
        limits: setting.config.limits,
        interrupt: setting.interrupt.clone(),
        nudge: setting.templates.nudge().map_err(wrong_template)?,
        dir,
    };
    session.work(&mut talk.conversation).await
}

/// Validates what the agent left behind, unless it did not get to work or says it cannot.
async fn validate_attempt(
    run: &mut Run<'_>,
    index: usize,
    commands: Commands<'_>,
    worked: &Worked,
    (after, all): (&Snapshot, &Changes),
) -> Result<Judged, Failure> {
    let limit = match limit_of(&worked.end) {
        Ok(limit) => limit,
        Err(outcome) => return Ok(Judged::without_validation(outcome)),
    };
    let setting = run.setting;
    let state = run.recorder.state.step(&setting.step(index).key);
    let (number, baseline) = (state.attempts, state.baseline.clone());
    let mut ground = setting.ground(index, number);
    ground.tree = Some(after.tree.clone());
    ground.diff_digest = Some(digest(all.diff.as_bytes()));
    ground.usage = worked.usage;
    let ground = validate::Ground { baseline: &baseline, ..ground };
    let results = run.validate(commands.applied, &ground).await?;
    if results.len() < commands.applied.len() {
        return Ok(Judged::without_validation(AttemptOutcome::Interrupted));
    }
    let evidence: Vec<Evidence> = results.iter().map(|result| result.evidence.clone()).collect();
    let touched = touched(setting, commands.applied, &baseline, &evidence, all);
    if !touched.files.is_empty() || !touched.marks.is_empty() {
        let Touched { files, marks } = touched.clone();
        run.recorder.record(Event::ValidationChanged { at: ground.at.clone(), files, marks })?;
    }
    let weakened = !touched.marks.is_empty();
    let verdict = judge(&baseline, &evidence, Circumstances { changed: !all.is_empty(), weakened });
    let mut judged =
        Judged { results, tolerated: Vec::new(), ..Judged::without_validation(AttemptOutcome::Unproven) };
    judged.outcome = match verdict {
        Verdict::Passed { .. } if weakened && setting.config.guard == GuardMode::Fail => {
            AttemptOutcome::Weakened { marks: touched.marks }
        }
        Verdict::Passed { strength, tolerated } if setting.strong_enough(strength) => {
            judged.tolerated = tolerated;
            judged.marks = touched.marks;
            judged.marks.extend(evidence.iter().filter(|evidence| evidence.flaky).map(say_flaky));
            AttemptOutcome::Passed { strength }
        }
        Verdict::Passed { .. } => AttemptOutcome::TooWeak,
        Verdict::Unproven => AttemptOutcome::Unproven,
        Verdict::Unvalidated => AttemptOutcome::Unvalidated,
        Verdict::Vacuous(first) => vacuous(&evidence[first]),
        Verdict::Failed(failed) => {
            match beyond_repair(setting, commands.before, &judged.results, &failed, !all.is_empty()) {
                Some(found) => AttemptOutcome::Unfixable(found),
                None => failure(&judged.results, &failed, limit),
            }
        }
    };
    Ok(judged)
}

impl Judged {
    fn without_validation(outcome: AttemptOutcome) -> Self {
        Self { outcome, results: Vec::new(), tolerated: Vec::new(), marks: Vec::new() }
    }
}

/// The limit that ended the agent's work, if one did; `Err` where there is nothing to validate.
fn limit_of(end: &AgentEnd) -> Result<Option<String>, AttemptOutcome> {
    match end {
        AgentEnd::Done { .. } => Ok(None),
        AgentEnd::Limit { limit } => Ok(Some(limit.clone())),
        AgentEnd::Loop { what } => Ok(Some(format!("repeating the same {what} call"))),
        AgentEnd::Blocked { reason } => Err(AttemptOutcome::Blocked { reason: reason.clone() }),
        AgentEnd::Model { message, hint, temporary } => {
            let (message, hint) = (message.clone(), hint.clone());
            Err(AttemptOutcome::ModelFailed { message, hint, temporary: *temporary })
        }
        AgentEnd::Interrupted => Err(AttemptOutcome::Interrupted),
    }
}

/// What the step changed of what validates it; fewer tests than before are a mark, too.
fn touched(
    setting: &super::Setting,
    applied: &[Applied],
    before: &[Evidence],
    after: &[Evidence],
    all: &Changes,
) -> Touched {
    if all.is_empty() {
        return Touched::default();
    }
    let files =
        |command: &Applied| callee::files(&setting.root, &setting.root.join(&command.dir), &command.script);
    let named: Vec<String> = applied.iter().flat_map(files).collect();
    let mut touched = compare(&all.diff, &named);
    for (before, after) in before.iter().zip(after) {
        let ran = |evidence: &Evidence| evidence.tests.map_or(0, |tests| tests.ran);
        if before.holds() && after.holds() && ran(after) < ran(before) {
            let (command, fewer, were) = (&after.command, ran(after), ran(before));
            touched.marks.push(format!("`{command}` ran {fewer} tests, and {were} before the step"));
        }
    }
    touched
}

fn say_flaky(evidence: &Evidence) -> String {
    format!("`{}` is flaky: on the same tree it was red before", evidence.command)
}

/// What the outcome is where nothing but commands that cannot fail decides.
pub(super) fn vacuous(evidence: &Evidence) -> AttemptOutcome {
    let why = evidence.vacuous.as_ref().map_or_else(String::new, |vacuous| vacuous.why().to_owned());
    AttemptOutcome::Vacuous { command: evidence.command.clone(), why }
}

/// Why no further attempt would help: every command that failed does so for a reason that no agent
/// can mend here.
fn beyond_repair(
    setting: &super::Setting,
    before: &[Validated],
    after: &[Validated],
    failed: &[usize],
    changed: bool,
) -> Option<Unfixable> {
    let found =
        |&index: &usize| unfixable::after_work(before.get(index)?, &after[index], &setting.root, changed);
    let all: Option<Vec<Unfixable>> = failed.iter().map(found).collect();
    all?.into_iter().next()
}

fn failure(results: &[Validated], failed: &[usize], limit: Option<String>) -> AttemptOutcome {
    let refuted = results[failed.first().copied().unwrap_or(0)].refuted();
    AttemptOutcome::ValidationFailed { refuted, limit }
}

fn summary(changes: &Changes) -> ChangeSummary {
    ChangeSummary {
        files: changes.files.len(),
        added: changes.files.iter().map(|file| file.added).sum(),
        removed: changes.files.iter().map(|file| file.removed).sum(),
    }
}

fn setting_redacted(run: &Run<'_>, diff: &str) -> String {
    run.recorder.redact.text(diff).into_owned()
}

impl Exit {
    /// How it ended, in words: `exit code 101`.
    pub fn say(&self) -> String {
        match self {
            Self::Code { code } => format!("exit code {code}"),
            Self::Signal { signal } => format!("signal {signal}"),
            Self::TimedOut { after_seconds } => format!("a timeout after {after_seconds} s"),
            Self::Interrupted => "an interruption".to_owned(),
            Self::NotStarted { reason } => format!("no start: {reason}"),
        }
    }
}
