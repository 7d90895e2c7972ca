//! Makes one commit for a step that passed: its changes and its ticks.

use std::borrow::Cow;

use super::Run;
use super::tick::PassToTick;
use crate::facts::{CommitRefusal, Event, StepRef, Strength};
use crate::failure::Failure;
use crate::plan::Step;
use crate::redact::harmless;
use crate::state::{Base, Pass, Trees};
use crate::words::{first_line, plural};
use crate::workspace::git::commit::{CommitOrder, StepCommit};
use crate::workspace::own::{StepChanges, StepTrees};
use crate::workspace::snapshot::Snapshot;
use crate::workspace::snapshots::Snapshots;

/// Commits what a step changed, or says why not. The run goes on either way.
pub(crate) async fn commit(run: &mut Run<'_>, step: &Step) -> Result<(), Failure> {
    let event = match make(run, step).await {
        Ok(StepCommit { commit, paths, without_plan }) => {
            Event::StepCommitted { step: StepRef::from(step), commit, paths, without_plan }
        }
        Err(reason) => Event::CommitRefused { step: StepRef::from(step), reason },
    };
    run.recorder.record(event)
}

async fn make(run: &mut Run<'_>, step: &Step) -> Result<StepCommit, CommitRefusal> {
    let redact = &run.recorder.redact;
    let state = run.recorder.state.step(&step.key);
    let pass = state.status.pass().ok_or_else(|| CommitRefusal::impossible("the step has not passed"))?;
    if !run.orders.config.run.commit {
        let reason = "the run that ticked this step ended before the commit, and this run has no --commit";
        return Err(CommitRefusal::impossible(reason));
    }
    let own = own(&run.snapshots, &state.trees, pass).await?;
    let plan = run.plan.below(run.site.root());
    let ticked = !state.ticked.is_empty();
    let wanted_tick = PassToTick { step, pass, progress: run.orders.config.plan.progress };
    let tick = |text: &str| wanted_tick.in_text(text).ok_or("git has another version of the step".to_owned());
    let message = message(&run.plan.path, step, state.attempts, pass);
    let wanted = CommitOrder {
        changes: &own.changes,
        plan: plan.filter(|_| ticked).map(|plan| (plan, tick)),
        message: &redact.text(&message),
        author: &run.site.author,
        redact,
    };
    let made = run.snapshots.repository()?.commit(&wanted).await?;
    let outside = (ticked && plan.is_none()).then(|| "it is not in the project".to_owned());
    Ok(StepCommit { without_plan: made.without_plan.or(outside), ..made })
}

/// What the step changed. Before a validation without an agent only a person can have changed
/// something, and that is the person's to commit.
async fn own(snapshots: &Snapshots, trees: &Trees, pass: &Pass) -> Result<StepChanges, CommitRefusal> {
    if pass.attempt == 0 {
        return Ok(StepChanges::default());
    }
    let trees = step_trees(trees)
        .ok_or_else(|| CommitRefusal::impossible("the trees before and after the step are not known"))?;
    let own = snapshots.own(&trees).await?;
    if own.shared.is_empty() {
        return Ok(own);
    }
    Err(CommitRefusal::Shared { paths: own.shared.iter().map(|path| path.display().to_string()).collect() })
}

/// The trees of a step whose last attempt has ended.
pub(crate) fn step_trees(trees: &Trees) -> Option<StepTrees> {
    let snapshot = |base: &Base| Snapshot { tree: base.tree.clone(), reference: base.reference.clone() };
    Some(StepTrees {
        before: snapshot(trees.base.as_ref()?),
        after: snapshot(trees.left.as_ref()?),
        between: trees.between.iter().map(|(left, found)| (snapshot(left), snapshot(found))).collect(),
    })
}

/// What agentrun knows of the pass. Nothing that a model said is in it.
fn message(plan: &str, step: &Step, attempts: u32, pass: &Pass) -> String {
    let mut lines = vec![line(&step.name()), String::new()];
    lines.push(format!("Plan: {}", line(plan)));
    lines.push(format!("Attempts: {attempts}"));
    lines.push(format!("Validation: {}", pass.strength.map_or("none", say)));
    lines.extend(pass.commands.iter().map(|(command, exit)| format!("- {}: {}", line(command), exit.say())));
    lines.extend(pass.marks.iter().map(|mark| format!("Marked: {}", line(mark))));
    if !pass.judged.is_empty() {
        lines.push(format!("Judged: {}", plural(pass.judged.len(), "criterion", "criteria")));
    }
    if !pass.pending.is_empty() {
        lines.push(format!("Waits for a person: {}", plural(pass.pending.len(), "item", "items")));
    }
    lines.push(format!("agentrun {}", env!("CARGO_PKG_VERSION")));
    lines.join("\n") + "\n"
}

fn say(strength: Strength) -> &'static str {
    match strength {
        Strength::Proven => "proven",
        Strength::Weak => "weak",
        Strength::Unvalidated => "none, let through",
    }
}

/// The first line of a text, without what would command a terminal.
fn line(text: &str) -> String {
    harmless(Cow::Owned(first_line(text))).replace(char::is_control, " ")
}
