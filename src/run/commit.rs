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
        step: run.plan.text_of(step),
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
        Strength::SelfTested => "self-tested",
        Strength::Weak => "weak",
        Strength::Judged => "judged, no command applies",
        Strength::Unvalidated => "none, let through",
    }
}

/// The first line of a text, without what would command a terminal.
fn line(text: &str) -> String {
    harmless(Cow::Owned(first_line(text))).replace(char::is_control, " ")
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;
    use crate::facts::CriterionIndex;
    use crate::facts::fixtures::evidence;
    use crate::plan::{self, StepIndex};
    use crate::state::fixtures::{Past, state};

    const PLAN: &str = "# P\n\n## Implementation Steps\n\n### Step 1: A\n\n- [ ] a\n";

    /// The only step, and its pass after these events.
    fn passed(past: &[Past]) -> (Step, Pass) {
        let reading = plan::read(PLAN);
        let step = reading.plan.steps[StepIndex::from(0)].clone();
        let state = state(&reading, past);
        (step.clone(), state.step(&step.key).status.pass().cloned().unwrap())
    }

    fn said(plan: &str, step: &Step, attempts: u32, pass: &Pass) -> String {
        message(plan, step, attempts, pass).replace(env!("CARGO_PKG_VERSION"), "[VERSION]")
    }

    #[test]
    fn a_commit_says_what_agentrun_saw_and_nothing_that_a_model_said() {
        let seen = Past::Validated(0, evidence(0, "cargo test\ncargo fmt", 0));
        let (step, pass) = passed(&[Past::Started(0), seen, Past::Passed(0, Strength::Weak)]);
        insta::assert_snapshot!(said("docs/plan.md", &step, 2, &pass), @"
        Step 1: A

        Plan: docs/plan.md
        Attempts: 2
        Validation: weak
        - cargo test ...: exit code 0
        agentrun [VERSION]
        ");
        let pass = Pass {
            strength: None,
            judged: vec![CriterionIndex::from(1)],
            pending: vec!["It is kind".to_owned(), "It is short".to_owned()],
            marks: vec!["a.rs: a test\u{1b}[31m is gone".to_owned()],
            ..pass
        };
        insta::assert_snapshot!(said("plan.md", &step, 0, &pass), @"
        Step 1: A

        Plan: plan.md
        Attempts: 0
        Validation: none
        - cargo test ...: exit code 0
        Marked: a.rs: a test�[31m is gone
        Judged: 1 criterion
        Waits for a person: 2 items
        agentrun [VERSION]
        ");
    }

    #[test]
    fn a_step_has_trees_once_its_last_attempt_has_ended() {
        let failed = |attempt| {
            let reason = crate::facts::Reason::Unproven;
            Past::Ended(0, attempt, crate::facts::AttemptOutcome::NotPassed(reason))
        };
        let began = [Past::Started(0), Past::Began(0, 1)];
        let ended = [Past::Started(0), Past::Began(0, 1), failed(1)];
        let twice = [&ended[..], &[Past::Began(0, 2), failed(2)]].concat();
        let two_runs = [&ended[..], &[Past::Run { commits: false }, Past::Started(0)], &twice[3..]].concat();
        let kept = |tree: &str| Snapshot { tree: tree.to_owned(), reference: None };
        let trees =
            |after: &str, between| StepTrees { before: kept("before-1"), after: kept(after), between };
        let found = vec![(kept("left-1"), kept("before-2"))];
        let table = [
            (&began[..1], None),
            (&began[..], None),
            (&ended[..], Some(trees("left-1", Vec::new()))),
            (&twice[..], Some(trees("left-2", Vec::new()))),
            (&two_runs[..], Some(trees("left-2", found))),
        ];
        for (past, expected) in table {
            let reading = plan::read(PLAN);
            let state = state(&reading, past);
            let trees = &state.step(&reading.plan.steps[StepIndex::from(0)].key).trees;
            assert_eq!(step_trees(trees), expected, "{past:?}");
        }
    }
}
