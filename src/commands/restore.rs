//! `agentrun restore PLAN --step ID`: undoes the file changes of a step.

use std::path::{Path, PathBuf};

use super::common::confine;
use super::common::hold::{self, HeldPlan};
use super::common::open::Project;
use crate::cli::RestoreArgs;
use crate::facts::{Event, ReopenReason, StepRef};
use crate::failure::{ExitCode, Failure};
use crate::plan::Step;
use crate::process::Policy;
use crate::record::Recorder;
use crate::report::print;
use crate::run::{PlanAtHand, commit, tick};
use crate::state::StepState;
use crate::workspace::own::StepTrees;
use crate::workspace::put_back::{InTheWay, PutBack};
use crate::workspace::snapshot::{Snapshot, SnapshotError};
use crate::workspace::snapshots::Snapshots;

/// The files that have to be brought back, and what is kept.
struct Restoration {
    snapshots: Snapshots,
    trees: StepTrees,
    now: Snapshot,
    back: PutBack,
}

/// Brings the files that a step changed back to what they were before its first attempt, in the
/// work tree alone, and opens the step again.
pub(super) fn run(root: Option<&Path>, args: &RestoreArgs) -> Result<ExitCode, Failure> {
    let project = Project::find(root)?;
    let config = project.config()?;
    let plan = project.plan(&args.plan)?;
    let index = plan.find_one(&args.step, "restore")?;
    let HeldPlan { plan, mut guard, mut recorder, hold } = HeldPlan::new(&project, &config, plan)?;
    let policy = project.own_policy(&config).known_by(&confine::mark(&plan));
    let store = Store {
        root: &project.root,
        folder: plan.dir.snapshots(),
        name: format!("{}/{}/before-restore", plan.dir.key(), hold.run_dir.id),
        left_out: project.left_out(&plan),
        policy: &policy,
    };
    let plan = plan.at_hand();
    let step = plan.step(index);

    let runtime = hold::runtime()?;
    let state = recorder.state.step(&step.key);
    let found = runtime.block_on(store.look(&plan, step, state));
    let found = found.inspect_err(|_| guard.end())?;
    reopen(&plan, step, &mut recorder)?;
    guard
        .wrote(recorder.position.last)
        .map_err(|error| Failure::internal("cannot look after the plan", error))?;
    let done = runtime.block_on(found.snapshots.put_back(&found.trees.before, &project.root, &found.back));
    guard.end();
    done.map_err(|error| {
        Failure::internal("cannot restore every file", error)
            .hint(format!("the files as they were are kept: {}", kept(&found.now)))
            .hint("run the same command again to continue")
    })?;
    say(&plan, step, &found, &recorder);
    Ok(ExitCode::Passed)
}

/// Where the trees of the plan's steps are kept.
struct Store<'a> {
    root: &'a Path,
    folder: PathBuf,
    /// The name of the tree of now.
    name: String,
    left_out: Vec<PathBuf>,
    policy: &'a Policy,
}

impl Store<'_> {
    /// Keeps the state of now and looks for what would be undone besides the step.
    async fn look(&self, plan: &PlanAtHand, step: &Step, state: &StepState) -> Result<Restoration, Failure> {
        let refuse = |why: &str| Failure::usage(format!("step {} {why}", step.id));
        if state.trees.base.is_none() {
            return Err(refuse("was never attempted, so there is nothing to restore"));
        }
        let Some(trees) = commit::step_trees(&state.trees) else {
            return Err(refuse(
                "was killed in its last attempt, so agentrun does not know what the attempt changed",
            )
            .hint(format!("carry it out first: agentrun execute {}", plan.path)));
        };
        let mut snapshots = Snapshots::open(self.root, &self.folder, &self.left_out, self.policy).await;
        let now = snapshots.take(&self.name).await.map_err(no_snapshot)?;
        match snapshots.plan_back(&trees, &now, self.root).await {
            Ok(back) => Ok(Restoration { snapshots, trees, now, back }),
            Err(InTheWay::Snapshot(error)) => {
                Err(Failure::usage(format!("cannot read the kept trees of step {}", step.id))
                    .caused_by(error))
            }
            Err(changed @ (InTheWay::Changed(_) | InTheWay::Shared(_))) => Err(refuse("cannot be restored").caused_by(changed).hint(
                "restoring would overwrite later work: save these files elsewhere, or restore the later step first",
            )),
            Err(error) => Err(refuse("cannot be restored").caused_by(error)),
        }
    }
}

/// The step is to be done again. What is not in the journal has not happened: this comes before
/// the files.
fn reopen(plan: &PlanAtHand, step: &Step, recorder: &mut Recorder) -> Result<(), Failure> {
    tick::take_back(plan, step, &recorder.state.step(&step.key).ticked)?;
    recorder.record(Event::StepReopened { step: StepRef::from(step), reason: ReopenReason::Restored })
}

fn say(plan: &PlanAtHand, step: &Step, found: &Restoration, recorder: &Recorder) {
    let PutBack { written, removed } = &found.back;
    let good = print::styled(print::GOOD, "+");
    if written.is_empty() && removed.is_empty() {
        print::talk(&format!("{good} {} had changed no files; it is open again", step.name()));
    } else {
        print::talk(&format!("{good} the changes of {} are undone; it is open again", step.name()));
    }
    let written = written.iter().map(|path| ("as before", path));
    let removed = removed.iter().map(|path| ("removed  ", path));
    for (what, path) in written.chain(removed) {
        print::talk(&format!(
            "  {what}  {}",
            path.display().to_string().replace(char::is_control, "\u{fffd}")
        ));
    }
    print::talk(&format!("  the files as they were are kept: {}", kept(&found.now)));
    let last = recorder.state.last_run().map(|run| run.command.clone()).filter(|typed| !typed.is_empty());
    let again = last.unwrap_or_else(|| format!("agentrun execute {}", plan.path));
    print::talk(&format!("{} {again}", print::styled(print::STRONG, "next:")));
}

/// Where a snapshot is.
fn kept(snapshot: &Snapshot) -> String {
    snapshot.reference.clone().unwrap_or_else(|| format!("as copies, manifest {}.json", snapshot.tree))
}

fn no_snapshot(error: SnapshotError) -> Failure {
    Failure::internal("cannot save the present state of the files", error)
}
