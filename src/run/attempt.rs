//! One try of one step: brief, agent, guard, validation, outcome.

use std::path::Path;

use super::Run;
use super::event::{AgentEnd, AttemptOutcome, AttemptRef, ChangeSummary, Event, Evidence, StepRef};
use super::judging::{self, Judged, Work};
use super::talk::{Talk, Trees, no_run_dir, no_snapshot, repair};
use crate::agent::builtin::session::{Session, Worked};
use crate::agent::builtin::window::Window;
use crate::clock::Stopwatch;
use crate::digest::digest;
use crate::failure::Failure;
use crate::model::message::Usage;
use crate::process::Exit;
use crate::validate::applied::Applied;
use crate::validate::verdict::{Verdict, judge};
use crate::validate::{self, Validated};
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
    /// Indices of the criteria that hold by the judge's word.
    pub judged: Vec<usize>,
}

impl Ended {
    /// A step that needed no agent, and what its validation saw.
    pub fn without_agent(evidence: Vec<Evidence>) -> Self {
        let outcome = AttemptOutcome::Unproven;
        Self { number: 0, outcome, evidence, tolerated: Vec::new(), changed: false, judged: Vec::new() }
    }
}

/// What a validation came to.
#[derive(Default)]
struct Decided {
    results: Vec<Validated>,
    tolerated: Vec<usize>,
    judged: Vec<usize>,
    /// What the judge cost.
    usage: Usage,
}

/// Tries a step once. `talk` is the conversation to go on with, and holds the one to go on with
/// next time.
pub async fn run(
    run: &mut Run<'_>,
    index: usize,
    applied: &[Applied],
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
    let mut open = Talk::open(run, index, applied, &trees, talk.take()).await?;
    let worked = work(run, &at, &mut open, &dir).await?;

    let after = run.snapshots.take(&format!("{}-after", name(setting, &at))).await.map_err(no_snapshot)?;
    let own = run.snapshots.changes(&trees.before, &after).await.map_err(no_snapshot)?;
    let all = run.snapshots.changes(&trees.base, &after).await.map_err(no_snapshot)?;
    let diff = setting_redacted(run, &own.diff);
    std::fs::write(dir.join("changes.diff"), diff).map_err(no_run_dir)?;
    let (outcome, decided) = validate_attempt(run, index, applied, &worked, (&after, &all)).await?;

    if let AttemptOutcome::ValidationFailed { .. } | AttemptOutcome::CriterionFailed { .. } = outcome {
        let before = run.recorder.state.step(&step.key).last_failure.clone();
        open.repair = repair(&outcome, &decided.results, before.as_ref(), &all);
        *talk = Some(open);
    }
    if matches!(&worked.end, AgentEnd::Limit { limit } if limit.contains("context window")) {
        *talk = None;
    }
    let mut usage = worked.usage;
    usage += decided.usage;
    run.recorder.record(Event::AttemptCompleted {
        at,
        outcome: outcome.clone(),
        changes: summary(&own),
        usage,
        turns: worked.turns,
        duration_ms: watch.millis(),
    })?;
    let Decided { results, tolerated, judged, .. } = decided;
    let evidence = results.into_iter().map(|result| result.evidence).collect();
    Ok(Ended { number, outcome, evidence, tolerated, changed: !all.is_empty(), judged })
}

/// Keeps the tree and records the start.
async fn start(run: &mut Run<'_>, at: &AttemptRef, fresh: bool) -> Result<Trees, Failure> {
    let before = run.snapshots.take(&name(run.setting, at)).await.map_err(no_snapshot)?;
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
        window: setting.config.model.context_window.map(Window::of),
        longest_reply: setting.config.model.max_output_tokens.unwrap_or(0),
        templates: &setting.templates,
        dir,
    };
    session.work(&mut talk.conversation).await
}

/// Validates what the agent left behind, unless it did not get to work or says it cannot.
async fn validate_attempt(
    run: &mut Run<'_>,
    index: usize,
    applied: &[Applied],
    worked: &Worked,
    (after, all): (&Snapshot, &Changes),
) -> Result<(AttemptOutcome, Decided), Failure> {
    let nothing = |outcome| Ok((outcome, Decided::default()));
    let limit = match &worked.end {
        AgentEnd::Done { .. } => None,
        AgentEnd::Limit { limit } => Some(limit.clone()),
        AgentEnd::Loop { what } => Some(format!("repetition ({what})")),
        AgentEnd::Blocked { reason } => return nothing(AttemptOutcome::Blocked { reason: reason.clone() }),
        AgentEnd::Model { message, hint, temporary } => {
            let (message, hint) = (message.clone(), hint.clone());
            return nothing(AttemptOutcome::ModelFailed { message, hint, temporary: *temporary });
        }
        AgentEnd::Interrupted => return nothing(AttemptOutcome::Interrupted),
    };
    let setting = run.setting;
    let state = run.recorder.state.step(&setting.step(index).key);
    let (number, baseline) = (state.attempts, state.baseline.clone());
    let mut ground = setting.ground(index, number);
    ground.tree = Some(after.tree.clone());
    ground.diff_digest = Some(digest(all.diff.as_bytes()));
    ground.usage = worked.usage;
    let ground = validate::Ground { baseline: &baseline, ..ground };
    let results = run.validate(applied, &ground).await?;
    if results.len() < applied.len() {
        return nothing(AttemptOutcome::Interrupted);
    }
    let evidence: Vec<Evidence> = results.iter().map(|result| result.evidence.clone()).collect();
    let (outcome, tolerated) = match judge(&baseline, &evidence, !all.is_empty()) {
        Verdict::Passed { strength, tolerated } if setting.strong_enough(strength) => {
            (AttemptOutcome::Passed { strength }, tolerated)
        }
        Verdict::Passed { .. } | Verdict::Unproven => (AttemptOutcome::Unproven, Vec::new()),
        Verdict::Unvalidated => (AttemptOutcome::Unvalidated, Vec::new()),
        Verdict::Failed(failed) => (failure(&results, &failed, limit), Vec::new()),
    };
    let decided = Decided { results, tolerated, ..Decided::default() };
    if !matches!(outcome, AttemptOutcome::Passed { .. }) {
        return Ok((outcome, decided));
    }
    let work = Work { attempt: number, results: &decided.results, diff: &all.diff, usage: worked.usage };
    let Judged { hold, refuted, interrupted, usage } = judging::judge(run, index, work).await?;
    let outcome = match refuted {
        _ if interrupted => AttemptOutcome::Interrupted,
        Some(judgement) => AttemptOutcome::CriterionFailed { judgement },
        None => outcome,
    };
    Ok((outcome, Decided { judged: hold, usage, ..decided }))
}

fn failure(results: &[Validated], failed: &[usize], limit: Option<String>) -> AttemptOutcome {
    let first = &results[failed.first().copied().unwrap_or(0)];
    AttemptOutcome::ValidationFailed {
        command: first.evidence.command.clone(),
        exit: first.evidence.exit.clone(),
        output: first.output.clone(),
        limit,
    }
}

fn summary(changes: &Changes) -> ChangeSummary {
    ChangeSummary {
        files: changes.files.len(),
        added: changes.files.iter().map(|file| file.added).sum(),
        removed: changes.files.iter().map(|file| file.removed).sum(),
    }
}

/// The name of an attempt's snapshot, below the plan's own prefix.
fn name(setting: &super::Setting, at: &AttemptRef) -> String {
    format!("{}/{}/{}-{}", setting.snapshot_prefix, setting.run_dir.id, short(&at.step.key), at.attempt)
}

/// A step's key as part of a ref name.
fn short(key: &crate::plan::StepKey) -> String {
    key.to_string().chars().filter(char::is_ascii_alphanumeric).take(14).collect()
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
