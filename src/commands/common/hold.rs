//! Takes what a run needs on disk before it begins: the lock, the run folder, the journal.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Mutex;

use super::confine;
use super::open::{OpenPlan, Project};
use crate::brief::Sources;
use crate::clock;
use crate::config::{Config, Environment, PROJECT_FILE};
use crate::facts::Event;
use crate::failure::{ExitCode, Failure};
use crate::journal::keep::KeepPlace;
use crate::journal::lock::{Holder, Lock, LockAnswer};
use crate::journal::seal::Proof;
use crate::journal::tree_lock::{TreeLock, TreeLockAnswer};
use crate::journal::writer::{JournalWriter, Sealing};
use crate::journal::{RunDir, StateDir};
use crate::process;
use crate::process::sandbox::{essentials, redirections};
use crate::record::{CrashPoint, Recorder};
use crate::redact::Redact;
use crate::report::{Report, print};
use crate::sources::USUAL_SOURCES;
use crate::workspace::file::free_name;
use crate::workspace::guard::Guard;
use crate::workspace::guard::files::FileGuard;
use crate::workspace::guard::killed::JournalPosition;
use crate::workspace::guard::plan::{PlanGuard, PlanGuardFinding};
use crate::workspace::guard::repository::RepositoryGuard;

/// A plan that is watched from here on.
#[derive(Debug)]
pub(crate) struct GuardedPlan {
    pub plan: OpenPlan,
    pub guard: Guard,
    pub warnings: Vec<Event>,
}

/// A plan that nobody else carries out meanwhile, and the folder of the run.
#[derive(Debug)]
pub(crate) struct PlanHold {
    pub run_dir: RunDir,
    _lock: Lock,
    _tree: TreeLock,
}

impl PlanHold {
    /// Takes the locks of the tree and of the plan, and names the run.
    pub(crate) fn new(project: &Project, plan: &OpenPlan) -> Result<Self, Failure> {
        let tree = lock_tree(project, plan)?;
        let no_state = |error| Failure::internal("cannot create the state folder `.agentrun`", error);
        project.state.create().map_err(no_state)?;
        std::fs::create_dir_all(plan.dir.path()).map_err(no_state)?;
        let since = clock::now();
        let run = clock::run_id(since, std::process::id());
        let holder = Holder { pid: std::process::id(), run: run.clone(), since };
        let lock = match Lock::acquire(&plan.dir.lock(), &holder) {
            Ok(LockAnswer::Ours(lock)) => lock,
            Ok(LockAnswer::Held(holder)) => return Err(held(&carried_out(plan), holder.as_ref())),
            Err(error) => return Err(Failure::internal("cannot lock the plan", error)),
        };
        Ok(Self { run_dir: project.state.run(&run), _lock: lock, _tree: tree })
    }

    /// Creates the run's folder, with the log for agentrun's own developers in it.
    pub(crate) fn make_run_dir(&self, redact: &Redact) -> Result<(), Failure> {
        let no_run_dir = |error| Failure::internal("cannot create the run folder", error);
        std::fs::create_dir_all(self.run_dir.path()).map_err(no_run_dir)?;
        let log = std::fs::File::create(self.run_dir.path().join("debug.log")).map_err(no_run_dir)?;
        let redacted = RedactedLog { log, redact: redact.clone() };
        let subscriber = tracing_subscriber::fmt()
            .with_writer(Mutex::new(redacted))
            .with_ansi(false)
            .with_max_level(tracing::Level::DEBUG);
        // A second run in one process goes on with the first one's log.
        drop(tracing::subscriber::set_global_default(subscriber.finish()));
        Ok(())
    }

    /// Ends what a killed run left running. Nobody else can be carrying out this plan: it is locked.
    fn end_what_was_left(plan: &OpenPlan) -> Option<Event> {
        if !plan.dir.watched().exists() {
            return None;
        }
        let left = process::end_marked(&confine::mark(plan));
        let message = format!(
            "the last run was killed and left processes behind; agentrun ended them: {}",
            left.join("; ")
        );
        (!left.is_empty()).then(|| Event::Warning { code: "left-behind".to_owned(), message })
    }

    /// Watches the plan from here on, and the files that briefs and configuration come from. If
    /// the run before was killed, its agent's ticks are set back.
    fn guard(
        &self,
        project: &Project,
        plan: &OpenPlan,
        sources: &Sources,
        journal: JournalPosition,
    ) -> Result<(Guard, PlanGuardFinding), Failure> {
        let unwatched = |error| Failure::internal("cannot watch the plan and the files beside it", error);
        plan.file.sweep();
        let opened = PlanGuard::open(plan.file.clone(), plan.dir.watched(), journal, self.run_dir.path());
        let own_path = plan.path.clone();
        let link = plan.file.link().map(|link| link.display().to_string());
        let (plan, found) = opened.map_err(unwatched)?;
        let own = sources.templates.iter().cloned().chain([PROJECT_FILE.to_owned()]);
        let mut names: BTreeSet<String> = own.collect();
        let targets: Vec<String> = names.iter().filter_map(|name| target(&project.root, name)).collect();
        names.extend(targets);
        names.extend(link);
        names.extend(redirections(&project.root).iter().map(|path| path.display().to_string()));
        let sent: BTreeSet<&str> =
            sources.sent().filter(|name| *name != own_path && !names.contains(*name)).collect();
        let links = |name: &str| {
            let usual =
                USUAL_SOURCES.iter().filter(|link| target(&project.root, link).is_some_and(|to| to == name));
            usual.map(|link| (*link).to_owned()).collect()
        };
        let sent = sent.into_iter().map(|name| FileGuard::open_sent(&project.root, name, links(name)));
        let others = names.iter().map(|name| FileGuard::open(&project.root, name));
        let files: std::io::Result<Vec<FileGuard>> = sent.chain(others).collect();
        let repository =
            RepositoryGuard::open(&project.root, essentials(&project.root)).map_err(unwatched)?;
        Ok((Guard { plan, files: files.map_err(unwatched)?, repository }, found))
    }

    /// The plan with a guard around it: what a killed run left is ended and set back.
    pub(crate) fn take_over(
        &self,
        project: &Project,
        plan: OpenPlan,
        sources: &Sources,
        journal: JournalPosition,
    ) -> Result<GuardedPlan, Failure> {
        let left = Self::end_what_was_left(&plan);
        let (guard, found) = self.guard(project, &plan, sources, journal)?;
        let restored = say_left(&found);
        let is_restored = matches!(found, PlanGuardFinding::Restored { .. });
        let plan = if is_restored { project.plan(plan.file.path())? } else { plan };
        Ok(GuardedPlan { plan, guard, warnings: left.into_iter().chain(restored).collect() })
    }

    /// The door for facts, and what is to be warned of. The journal is read again under the lock:
    /// another run may have written since it was looked at. What it does not prove is not
    /// believed: it is kept as a copy beside it, and the journal goes on from what is proven.
    pub(crate) fn recorder(
        &self,
        plan: &OpenPlan,
        redact: Redact,
        environment: &Environment,
        report: Report,
    ) -> Result<(Recorder, Option<Event>), Failure> {
        let no_journal = |error| Failure::internal("cannot open the journal", error);
        let keep = unless_full(plan.place.as_ref().ok_or_else(no_home).and_then(KeepPlace::make))?;
        let past = plan.past()?;
        let broken =
            past.proof.as_ref().map_or(Ok(None), |proof| set_aside(plan, proof)).map_err(no_journal)?;
        let head = unless_full(keep.as_ref().map_or(Ok(None), |keep| keep.open_head().map(Some)))?;
        let unsealed = keep.as_ref().err().map(unsealed).or(head.as_ref().err().map(endless));
        let sealing = past.proof.map(|proof| Sealing { chain: proof.chain, head: head.ok().flatten() });
        let journal = JournalWriter::open(&plan.dir.journal(), sealing).map_err(no_journal)?;
        let mut recorder = Recorder {
            journal,
            state: past.state,
            report,
            redact,
            run: self.run_dir.id.clone(),
            copies: self.run_dir.path().to_owned(),
            position: past.position,
            latest: past.latest,
            crash: crash_point(environment),
        };
        if let Some(broken) = broken {
            recorder.record(broken)?;
        }
        Ok((recorder, unsealed))
    }
}

/// What a killed run's agent did to the plan, and what became of it.
fn say_left(found: &PlanGuardFinding) -> Option<Event> {
    let warning = |code: &str, message| Some(Event::Warning { code: code.to_owned(), message });
    match found {
        PlanGuardFinding::Restored { what, copy, .. } => {
            let copy = copy.display();
            warning(
                "plan-restored",
                format!("{what}; agentrun restored them (a copy of the changed plan: {copy})"),
            )
        }
        PlanGuardFinding::LeftTicked(said) => warning("ticks-left", (*said).to_owned()),
        _ => None,
    }
}

/// A plan that is held for a person's command, which no agent takes part in.
#[derive(Debug)]
pub(crate) struct HeldPlan {
    pub plan: OpenPlan,
    pub guard: Guard,
    pub recorder: Recorder,
    pub hold: PlanHold,
}

impl HeldPlan {
    /// Takes hold of a plan. Shows and records what is to be warned of.
    pub(crate) fn new(project: &Project, config: &Config, plan: OpenPlan) -> Result<Self, Failure> {
        let hold = PlanHold::new(project, &plan)?;
        let redact = Redact::new(project.secrets(config));
        let (mut recorder, unsealed) =
            hold.recorder(&plan, redact, &project.environment, Report::silent())?;
        let GuardedPlan { plan, guard, warnings } =
            hold.take_over(project, plan, &Sources::default(), recorder.position)?;
        for warning in unsealed.into_iter().chain(warnings) {
            if let Event::Warning { message, .. } = &warning {
                print::warning(message);
            }
            recorder.record(warning)?;
        }
        Ok(Self { plan, guard, recorder, hold })
    }
}

/// What children and connections are waited for with.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::internal("cannot start the runtime", error))
}

/// Where a link leads, from the root if that is inside.
fn target(root: &Path, name: &str) -> Option<String> {
    let path = root.join(name);
    let target = path.is_symlink().then(|| path.canonicalize().ok()).flatten()?;
    Some(target.strip_prefix(root).unwrap_or(&target).display().to_string())
}

/// Keeps a journal that is not believed as a copy, and cuts it back to what is proven. Until this
/// is written down, the head still says that something is missing.
fn set_aside(plan: &OpenPlan, proof: &Proof) -> std::io::Result<Option<Event>> {
    let Some(what) = proof.verdict.complaint() else { return Ok(None) };
    let journal = plan.dir.journal();
    let copy = free_name(plan.dir.path(), "journal-not-believed.jsonl");
    if journal.exists() {
        std::fs::copy(&journal, &copy)?;
    } else {
        std::fs::File::create_new(&copy)?;
    }
    let file = std::fs::File::options().write(true).create(true).truncate(false).open(&journal)?;
    file.set_len(proof.bytes as u64)?;
    let copy = copy.display().to_string();
    Ok(Some(Event::JournalBroken { what, believed: proof.chain.records, copy }))
}

/// Where there is no room for a moment, there is no run: what it records without seals would not be believed
/// later. A state folder that can never be written is another matter.
fn unless_full<T>(made: std::io::Result<T>) -> Result<std::io::Result<T>, Failure> {
    use std::io::ErrorKind::{QuotaExceeded, StorageFull};
    match made {
        Err(error) if matches!(error.kind(), StorageFull | QuotaExceeded) => {
            Err(Failure::internal("cannot keep what the journal's seals rest on", error))
        }
        made => Ok(made),
    }
}

/// Nobody says where the user's state is.
fn no_home() -> std::io::Error {
    std::io::Error::new(std::io::ErrorKind::NotFound, "neither XDG_STATE_HOME nor HOME is set")
}

fn unsealed(error: &std::io::Error) -> Event {
    let message = format!(
        "there is no key for the journal's seals ({error}): whoever can write the journal can forge it, and \
         `agentrun verify` cannot tell"
    );
    Event::Warning { code: "unsealed".to_owned(), message }
}

fn endless(error: &std::io::Error) -> Event {
    let message = format!(
        "cannot save where the journal ends ({error}): if its last records are deleted, `agentrun verify` cannot notice"
    );
    Event::Warning { code: "unsealed".to_owned(), message }
}

/// Where a test of this program wants it to die; nothing outside of debug builds.
fn crash_point(environment: &Environment) -> Option<CrashPoint> {
    let wish = cfg!(debug_assertions).then(|| environment.get("AGENTRUN_TEST_KILL")).flatten();
    wish.and_then(|text| text.parse().ok())
}

/// The tree, and the plan's own file, which may lie outside of it, for this run alone.
fn lock_tree(project: &Project, plan: &OpenPlan) -> Result<TreeLock, Failure> {
    let unlocked = |error| Failure::internal("cannot lock the project", error);
    let within = project.environment.get(process::WITHIN).is_some();
    let tree = TreeLock::acquire(&project.root, plan.file.path(), within).map_err(unlocked)?;
    let holder = |state: &StateDir| {
        let plans = state.plans().unwrap_or_default();
        plans.iter().find_map(|plan| Lock::holder(&plan.lock()))
    };
    match tree {
        TreeLockAnswer::Ours(tree) if plan.file.hold().map_err(unlocked)? => Ok(tree),
        TreeLockAnswer::Ours(_) => Err(held(&carried_out(plan), None)),
        TreeLockAnswer::Held(folder) => {
            let what = match Lock::holder(&plan.dir.lock()) {
                Some(_) => carried_out(plan),
                None => format!("is at work in `{}`", folder.display()),
            };
            Err(held(&what, holder(&StateDir::of(&folder)).as_ref()))
        }
    }
}

fn carried_out(plan: &OpenPlan) -> String {
    format!("is carrying out `{}`", plan.path)
}

fn held(what: &str, holder: Option<&Holder>) -> Failure {
    let who = holder.map_or_else(String::new, |holder| {
        format!(": process {} runs it since {} (run {})", holder.pid, holder.since, holder.run)
    });
    Failure::new(ExitCode::CannotBegin, format!("another run {what}{who}"))
        .hint("`agentrun logs --follow` shows what that run does; wait for it, or stop it with Ctrl-C")
}

struct RedactedLog {
    log: std::fs::File,
    redact: Redact,
}

impl std::io::Write for RedactedLog {
    /// The subscriber hands over one whole event at a time.
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        self.log.write_all(self.redact.text(&text).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.log.flush()
    }
}
