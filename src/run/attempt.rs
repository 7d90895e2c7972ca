//! One attempt at a step: brief, agent, guard, validation, outcome.

use std::path::Path;

use super::attempt_validation::{AttemptLeft, AttemptValidation, validate_attempt};
use super::talk::{AttemptTrees, Talk, no_run_dir, no_snapshot, repair};
use super::{Run, StepAtWork};
use crate::agent::builtin::session::{AgentWork, Session};
use crate::agent::builtin::window::Window;
use crate::clock::Stopwatch;
use crate::facts::{AttemptRef, ChangeSummary, Event, StepRef};
use crate::failure::{ExitCode, Failure};
use crate::sources;
use crate::workspace::git::head::Head;
use crate::workspace::snapshot::{Changes, Snapshot, SnapshotError};

#[derive(Debug)]
pub(super) struct AttemptResult {
    pub number: u32,
    pub validation: AttemptValidation,
    /// The tree differs from the step's start.
    pub changed: bool,
    /// The tree that it left.
    pub tree: String,
    /// It worked where the tree shows nothing.
    pub hid_work: bool,
}

impl AttemptResult {
    /// The same command fails in the same way on the same tree as in the attempt before: what is
    /// tried again would fail again. A flaky command says nothing of the kind.
    pub(super) fn repeats(&self, before: &Self) -> bool {
        let reasons = (self.validation.outcome.reason(), before.validation.outcome.reason());
        let (Some(reason), Some(earlier)) = reasons else { return false };
        let flaky = self.validation.results.iter().any(|result| result.evidence.flaky);
        !flaky && !self.hid_work && self.tree == before.tree && reason.is_like(earlier)
    }
}

/// Tries a step once. `talk` is the conversation to go on with, and holds the one to go on with
/// next time.
pub(super) async fn run(
    run: &mut Run<'_>,
    work: StepAtWork<'_>,
    talk: &mut Option<Talk>,
) -> Result<AttemptResult, Failure> {
    let watch = Stopwatch::start();
    let step = work.step;
    let number = run.state(step).attempts + 1;
    let at = AttemptRef { step: StepRef::from(step), attempt: number };
    let unseen = run.site.unseen();
    let trees = start(run, &at, talk.is_none(), unseen.as_ref()).await?;
    let dir = run.attempt_dir(step, number);
    std::fs::create_dir_all(&dir).map_err(no_run_dir)?;
    run.guard.leave_to_agent(|file| step.asks_to_change(file));
    let mut open = Talk::open(run, work, &trees, talk.take()).await?;
    let head = run.snapshots.head().await;
    let agent = ask_the_agent(run, &at, &mut open, &dir).await?;
    tell_of_commits(run, &at, head.as_ref()).await?;

    let after = match run.snapshots.take(&run.site.snapshot_name(&at, "-after")).await {
        Ok(after) => after,
        Err(error) => retake(run, &at, &dir, error).await?,
    };
    tell_of_disarmed(run, &at)?;
    let unseen_after = run.site.unseen();
    let own = run.snapshots.changes(&trees.before, &after).await.map_err(no_snapshot)?;
    let all = run.snapshots.changes(&trees.base, &after).await.map_err(no_snapshot)?;
    let diff = run.recorder.redact.text(&own.diff);
    std::fs::write(dir.join("changes.diff"), diff.as_bytes()).map_err(no_run_dir)?;
    tell_of_sources(run, &at, &own)?;
    run.guard.leave_to_agent(|_| false);
    let unseen_changed = unseen_after != run.state(step).trees.unseen;
    let left = AttemptLeft { agent: &agent, after: &after, all: &all, unseen_changed };
    let mut validation = validate_attempt(run, work, left).await?;
    validation.outcome = run.unless_tampered(step, validation.outcome)?;

    let full = agent.end.limit().is_some_and(|limit| limit.ends_conversation());
    if let Some(reason) = validation.outcome.reason().filter(|reason| reason.goes_back() && !full) {
        let before = run.state(step).last_failure.clone();
        open.repair = repair(reason, &validation.results, before.as_ref(), &all);
        *talk = Some(open);
    }
    let mut usage = agent.usage;
    usage += validation.usage;
    run.recorder.record(Event::AttemptCompleted {
        at,
        outcome: validation.outcome.clone(),
        changes: summary(&own),
        usage,
        turns: agent.turns,
        duration_ms: watch.millis(),
        tree: Some(after.tree.clone()),
        reference: after.reference,
    })?;
    Ok(AttemptResult {
        number,
        validation,
        changed: !all.is_empty() || unseen_changed,
        tree: after.tree,
        hid_work: unseen != unseen_after,
    })
}

/// The agent left a repository that git cannot read: it is put right, and the attempt fails for that.
async fn retake(
    run: &mut Run<'_>,
    at: &AttemptRef,
    dir: &Path,
    error: SnapshotError,
) -> Result<Snapshot, Failure> {
    let found = run.guard.put_repository_right(dir).map_err(no_run_dir)?;
    let events = found.events(at, &run.guard, "after the agent worked");
    if events.is_empty() {
        return Err(broken(error));
    }
    events.into_iter().try_for_each(|event| run.recorder.record(event))?;
    run.snapshots.take(&run.site.snapshot_name(at, "-after")).await.map_err(broken)
}

/// What is lost of a repository, such as its objects, nobody but a person has elsewhere.
fn broken(error: SnapshotError) -> Failure {
    Failure::new(ExitCode::NeedsPerson, "the agent left a repository that git cannot read")
        .caused_by(error)
        .hint("bring `.git` back from a clone or a copy, then run the same command again")
}

/// Keeps the tree and records the start.
async fn start(
    run: &mut Run<'_>,
    at: &AttemptRef,
    fresh: bool,
    unseen: Option<&String>,
) -> Result<AttemptTrees, Failure> {
    let before = run.snapshots.take(&run.site.snapshot_name(at, "")).await.map_err(no_snapshot)?;
    run.recorder.record(Event::AttemptStarted {
        at: at.clone(),
        fresh,
        tree: before.tree.clone(),
        reference: before.reference.clone(),
        programs: run.programs(),
        unseen: unseen.cloned(),
    })?;
    let base = run.recorder.state.step(&at.step.key).trees.base.clone();
    let Some(base) = base.map(|base| Snapshot { tree: base.tree, reference: base.reference }) else {
        return Ok(AttemptTrees { base: before.clone(), before });
    };
    if let Err(error) = run.snapshots.changes(&base, &before).await {
        let message = format!(
            "the kept tree from before step {} is lost, so the present tree is used: {error}",
            at.step.id
        );
        run.recorder.record(Event::Warning { code: "base-lost".to_owned(), message })?;
        return Ok(AttemptTrees { base: before.clone(), before });
    }
    Ok(AttemptTrees { base, before })
}

async fn ask_the_agent(
    run: &mut Run<'_>,
    at: &AttemptRef,
    talk: &mut Talk,
    dir: &Path,
) -> Result<AgentWork, Failure> {
    let session = Session {
        at: at.clone(),
        model: &mut run.model,
        toolbox: &mut talk.toolbox,
        recorder: &mut run.recorder,
        guard: &mut run.guard,
        limits: run.orders.config.limits,
        interrupt: run.site.interrupt.clone(),
        window: run.orders.config.model.context_window.map(Window::of),
        longest_reply: run.orders.config.model.max_output_tokens.unwrap_or(0),
        templates: &run.orders.templates,
        dir,
    };
    session.work(&mut talk.conversation).await
}

/// The agent may commit. What is in its commits that a person had not committed yet is not lost,
/// but has to be known.
async fn tell_of_commits(run: &mut Run<'_>, at: &AttemptRef, before: Option<&Head>) -> Result<(), Failure> {
    let Some(moved) = Head::moved(before, run.snapshots.head().await.as_ref()) else { return Ok(()) };
    let message = format!(
        "during attempt {} of step {} {moved}, which was not agentrun: changes of yours that were not committed \
         may be in it",
        at.attempt, at.step.id
    );
    run.recorder.record(Event::Warning { code: "head-moved".to_owned(), message })
}

/// Settings and hooks that would run in the next git command of a person.
fn tell_of_disarmed(run: &mut Run<'_>, at: &AttemptRef) -> Result<(), Failure> {
    for what in run.snapshots.disarmed() {
        let (attempt, step) = (at.attempt, &at.step.id);
        let message = format!(
            "attempt {attempt} of step {step} left a repository that would start programs; agentrun took that away: {what}"
        );
        run.recorder.record(Event::Warning { code: "disarmed".to_owned(), message })?;
    }
    Ok(())
}

/// Files that were there are guarded unless the step asks for the change; what the agent wrote in one speaks
/// to the agents of later runs.
fn tell_of_sources(run: &mut Run<'_>, at: &AttemptRef, own: &Changes) -> Result<(), Failure> {
    for file in &own.files {
        let path = &file.path;
        let asked = run.guard.is_agents(path);
        if !asked && !sources::would_be_read(path, &run.plan.reading.plan, &run.plan.path) {
            continue;
        }
        let asked = if asked { ", as the plan asks" } else { "" };
        let message = format!(
            "attempt {} of step {} wrote `{path}`{asked}, which later briefs will contain: read it before the next run",
            at.attempt, at.step.id
        );
        run.recorder.record(Event::Warning { code: "brief-source".to_owned(), message })?;
    }
    Ok(())
}

fn summary(changes: &Changes) -> ChangeSummary {
    ChangeSummary {
        files: changes.files.len(),
        added: changes.files.iter().map(|file| file.added).sum(),
        removed: changes.files.iter().map(|file| file.removed).sum(),
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;
    use crate::facts::fixtures::{evidence, red};
    use crate::facts::{AttemptOutcome, Reason, RedCommand};
    use crate::validate::Validated;
    use crate::workspace::snapshot::FileChange;

    fn attempt(reason: Option<Reason>, tree: &str, flaky: bool) -> AttemptResult {
        let mut result = Validated::without_output(evidence(0, "cargo test", 101));
        result.evidence.flaky = flaky;
        let passed = AttemptOutcome::Passed { strength: crate::facts::Strength::Weak };
        let validation =
            AttemptValidation::of(reason.map_or(passed, AttemptOutcome::NotPassed), vec![result]);
        AttemptResult { number: 1, validation, changed: true, tree: tree.to_owned(), hid_work: false }
    }

    #[test]
    fn an_attempt_repeats_the_one_before_if_the_same_command_fails_on_the_same_tree() {
        let failed = |red| Some(Reason::ValidationFailed { red, limit: None });
        let same = || failed(RedCommand { output: "took 2 s".to_owned(), ..red() });
        let other = || failed(RedCommand { command: "make".to_owned(), ..red() });
        let before = attempt(failed(red()), "t", false);
        let table = [
            (attempt(same(), "t", false), true),
            (attempt(same(), "t", true), false),
            (attempt(same(), "u", false), false),
            (attempt(other(), "t", false), false),
            (attempt(Some(Reason::Unproven), "t", false), false),
            (attempt(None, "t", false), false),
        ];
        for (now, expected) in table {
            assert_eq!(now.repeats(&before), expected, "{now:?}");
        }
        let tampered = || attempt(Some(Reason::Tampered { what: Vec::new() }), "t", false);
        assert!(!tampered().repeats(&tampered()));
    }

    #[test]
    fn changes_are_summed_up() {
        let file =
            |path: &str, added, removed| FileChange { path: path.to_owned(), added, removed, binary: false };
        let changes = Changes { files: vec![file("a", 2, 1), file("b", 3, 0)], diff: "d".to_owned() };
        assert_eq!(summary(&changes), ChangeSummary { files: 2, added: 5, removed: 1 });
        assert_eq!(summary(&Changes::default()), ChangeSummary::default());
    }
}
