//! Commits what a step changed, without running hooks, and moves the branch only if it is still where it was.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::time::Duration;

use super::Git;
use super::author::Author;
use super::change::{PathChange, index_info};
use super::nested::repository_of;
use super::obstacle::Obstacle;
use crate::clock::Deadline;
use crate::facts::CommitRefusal;
use crate::redact::Redact;
use crate::workspace::entry::{self, Difference, Name, TreeEntry};
use crate::workspace::snapshot::SnapshotError;

/// How often it is tried again when the branch moves at the same moment.
const TRIES: u32 = 3;

/// How long a lock of the index is waited for, and between two looks.
const LOCK_PATIENCE: Duration = Duration::from_secs(10);
const LOCK_PAUSE: Duration = Duration::from_millis(50);

/// Bytes of paths that git is asked about by name.
const MOST_ARGUMENTS: usize = 100_000;

const UPDATE: [&str; 3] = ["update-index", "-z", "--index-info"];

/// A commit that is wanted. `T` ticks the step in a text of the plan, or says why it cannot.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CommitOrder<'a, T> {
    pub changes: &'a [Difference],
    /// The plan, from the root of the project, if it belongs into it.
    pub plan: Option<(&'a Path, T)>,
    /// Its message; the first line is the subject.
    pub message: &'a str,
    pub author: &'a Author,
    pub redact: &'a Redact,
    /// The text of the step: it may ask for another branch.
    pub step: &'a str,
}

/// A commit that holds what was wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StepCommit {
    pub commit: String,
    pub paths: usize,
    /// Why the plan is not in it.
    pub without_plan: Option<String>,
}

impl From<SnapshotError> for CommitRefusal {
    fn from(error: SnapshotError) -> Self {
        Self::impossible(error.to_string())
    }
}

impl From<Obstacle> for CommitRefusal {
    fn from(obstacle: Obstacle) -> Self {
        Self::impossible(obstacle.to_string())
    }
}

impl Git {
    /// Makes the commit. If the branch has exactly what is wanted already, that is the commit: a
    /// killed run had made it.
    pub(crate) async fn commit<T: Fn(&str) -> Result<String, String>>(
        &mut self,
        wanted: &CommitOrder<'_, T>,
    ) -> Result<StepCommit, CommitRefusal> {
        self.can_commit(wanted.author, wanted.step).await?;
        for _ in 0..TRIES {
            if let Some(made) = self.try_commit(wanted).await? {
                return Ok(made);
            }
        }
        Err(CommitRefusal::impossible("the branch keeps moving"))
    }

    /// `None` if the branch moved meanwhile.
    async fn try_commit<T: Fn(&str) -> Result<String, String>>(
        &self,
        wanted: &CommitOrder<'_, T>,
    ) -> Result<Option<StepCommit>, CommitRefusal> {
        let head = self.head().await;
        let (mut changes, without_plan) = self.changes_of(wanted, head.as_deref()).await?;
        let paths = changes.len();
        changes.retain(PathChange::is_open);
        if let (true, Some(commit)) = (changes.is_empty(), &head) {
            return Ok(Some(StepCommit { commit: commit.clone(), paths, without_plan }));
        }
        if changes.is_empty() {
            return Err(CommitRefusal::impossible("there is nothing to commit, and no commit yet"));
        }
        let found = self.secrets(&changes, wanted.redact).await?;
        if !found.is_empty() {
            return Err(CommitRefusal::Secrets { found });
        }
        let commit = self.write(&changes, head.as_deref(), wanted).await?;
        let moved = self.publish(&changes, head.as_deref(), &commit, wanted.message).await?;
        Ok(moved.then_some(StepCommit { commit, paths, without_plan }))
    }

    /// The commit that the branch is at; `None` before its first.
    pub(super) async fn head(&self) -> Option<String> {
        self.private(["rev-parse", "-q", "--verify", "HEAD^{commit}"]).line().await.ok()
    }

    /// The paths of the commit, or whose work is in the way; and why the plan is not among them.
    async fn changes_of<T: Fn(&str) -> Result<String, String>>(
        &self,
        wanted: &CommitOrder<'_, T>,
        head: Option<&str>,
    ) -> Result<(Vec<PathChange>, Option<String>), CommitRefusal> {
        let plan = wanted.plan.as_ref().map(|(plan, _)| *plan);
        let paths = wanted.changes.iter().map(|own| own.path.as_path()).chain(plan);
        let (committed, staged) = self.recorded(head, &paths.collect::<Vec<_>>()).await?;
        let known = |path: &Path, before: Option<&TreeEntry>, after: Option<&TreeEntry>| {
            let path = [&self.prefix, path.as_os_str().as_bytes()].concat();
            let (head, staged) = (committed.get(&path).cloned(), staged.get(&path).cloned());
            let (before, after) = (before.cloned(), after.cloned());
            let chosen = self.start.as_ref().is_some_and(|start| start.staged.contains(&path));
            PathChange { path, before, restaged: after.clone(), after, head, staged, chosen }
        };
        let own = wanted.changes.iter();
        let mut changes: Vec<PathChange> =
            own.map(|own| known(&own.path, own.before.as_ref(), own.after.as_ref())).collect();
        self.refuse_filtered(wanted.changes).await?;
        self.refuse_foreign(&changes)?;
        let Some((plan, tick)) = &wanted.plan else { return Ok((changes, None)) };
        match self.with_tick(plan, known(plan, None, None), tick).await? {
            Ok(change) => changes.push(change),
            Err(reason) => return Ok((changes, Some(reason))),
        }
        Ok((changes, None))
    }

    /// What the branch and the user's index have at least at these paths.
    async fn recorded(
        &self,
        head: Option<&str>,
        paths: &[&Path],
    ) -> Result<(HashMap<Name, TreeEntry>, HashMap<Name, TreeEntry>), SnapshotError> {
        let length: usize = paths.iter().map(|path| path.as_os_str().len()).sum();
        // All of a large repository takes a while; more paths than fit are as good as all.
        let paths = if length < MOST_ARGUMENTS { paths } else { &[] };
        let list = async |args: &[&str]| {
            self.call(["--literal-pathspecs"]).args(args).args(["--"]).args(paths).bytes().await
        };
        let committed = match head {
            Some(head) => entry::tree(&list(&["ls-tree", "-r", "-z", "--full-name", head]).await?),
            None => HashMap::new(),
        };
        let staged = entry::index(&list(&["ls-files", "--stage", "-z", "--full-name"]).await?);
        Ok((committed, staged))
    }

    /// Refuses files that git would not keep as they are: a filter is a program, and none is started,
    /// not even to tell whether the file was committed before the step.
    async fn refuse_filtered(&self, changes: &[Difference]) -> Result<(), CommitRefusal> {
        let is_file = |change: &&Difference| {
            change.before.iter().chain(&change.after).any(|entry| entry.mode.starts_with("100"))
        };
        let files = changes.iter().filter(is_file).map(|change| change.path.as_os_str().as_bytes());
        let Some((path, driver)) = self.filtered(files).await?.pop_first() else { return Ok(()) };
        let path = String::from_utf8_lossy(&path);
        Err(CommitRefusal::impossible(format!(
            "`{path}` goes through the filter `{driver}`, a program that agentrun does not start"
        )))
    }

    /// Refuses what would sweep in somebody's work.
    fn refuse_foreign(&self, changes: &[PathChange]) -> Result<(), CommitRefusal> {
        let named = |is: fn(&PathChange) -> bool| -> Vec<String> {
            changes.iter().filter(|change| is(change)).map(|change| self.say(&change.path)).collect()
        };
        let unsaved = named(PathChange::was_unsaved);
        if !unsaved.is_empty() {
            return Err(CommitRefusal::Unsaved { paths: unsaved });
        }
        let staged = named(PathChange::is_staged_otherwise);
        if !staged.is_empty() {
            return Err(CommitRefusal::Staged { paths: staged });
        }
        let own = changes.iter().filter(|change| change.is_open()).find_map(|change| {
            let below = change.path.strip_prefix(self.prefix.as_slice()).unwrap_or(&change.path);
            repository_of(&self.root, Path::new(OsStr::from_bytes(below)))
        });
        let own = own.map(|folder| folder.display().to_string());
        match own.as_ref().or(named(PathChange::is_repository).first()) {
            Some(path) => Err(CommitRefusal::impossible(format!("`{path}` is a git repository of its own"))),
            None => Ok(()),
        }
    }

    /// The plan as a path of the commit: what the branch has, with the step ticked, and so in the
    /// index. What a person has written there since stays the person's to commit. Or why it is none.
    async fn with_tick(
        &self,
        plan: &Path,
        known: PathChange,
        tick: impl Fn(&str) -> Result<String, String>,
    ) -> Result<Result<PathChange, String>, SnapshotError> {
        if known.head.is_none() && known.staged.is_none() {
            return self.new_plan(plan, known).await;
        }
        let mut ticked = Vec::new();
        for entry in [known.head.as_ref().or(known.staged.as_ref()), known.staged.as_ref()] {
            ticked.push(match entry {
                Some(entry) => match tick(&self.text(&entry.object).await?) {
                    Ok(text) => Some(TreeEntry { object: self.keep(&text).await?, mode: entry.mode.clone() }),
                    Err(reason) => return Ok(Err(reason)),
                },
                None => None,
            });
        }
        let restaged = ticked.pop().flatten();
        Ok(Ok(PathChange { before: known.head.clone(), after: ticked.pop().flatten(), restaged, ..known }))
    }

    /// A plan that git does not know yet is committed as it is, unless it is not git's to know.
    async fn new_plan(
        &self,
        plan: &Path,
        known: PathChange,
    ) -> Result<Result<PathChange, String>, SnapshotError> {
        let inner = |dir: &Path| dir != Path::new("") && self.root.join(dir).join(".git").exists();
        if plan.ancestors().skip(1).any(inner) {
            return Ok(Err("it is in a repository of its own".to_owned()));
        }
        if self.call(["check-ignore", "-q", "--"]).args([plan]).bytes().await.is_ok() {
            return Ok(Err("the repository ignores it".to_owned()));
        }
        let filtered = self.filtered(std::iter::once(plan.as_os_str().as_bytes())).await?;
        if let Some(driver) = filtered.values().next() {
            return Ok(Err(format!("it goes through the filter `{driver}`")));
        }
        let object = self.call(["hash-object", "-w", "--"]).args([plan]).line().await?;
        let entry = Some(TreeEntry { mode: "100644".to_owned(), object });
        Ok(Ok(PathChange { after: entry.clone(), restaged: entry, ..known }))
    }

    /// Writes the commit, which no branch has yet.
    async fn write<T>(
        &self,
        changes: &[PathChange],
        head: Option<&str>,
        wanted: &CommitOrder<'_, T>,
    ) -> Result<String, SnapshotError> {
        let fresh = self.fresh_index("commit-index")?;
        let read = self.call(["read-tree", head.unwrap_or("--empty")]);
        read.index(&fresh).bytes().await?;
        let entries = index_info(changes, |change| change.after.as_ref());
        self.call(UPDATE).index(&fresh).stdin(entries).bytes().await?;
        let tree = self.call(["write-tree"]).index(&fresh).line().await?;
        let parent = head.into_iter().flat_map(|head| ["-p", head]);
        let commit = self.call(["commit-tree", &tree]).args(parent).args(["-F", "-"]);
        commit.stdin(wanted.message).author(wanted.author).line().await
    }

    /// Makes the commit the branch's. The user's index comes first: should the process die in
    /// between, the step is staged and not undone. Says whether the branch was where it was.
    async fn publish(
        &self,
        changes: &[PathChange],
        head: Option<&str>,
        commit: &str,
        message: &str,
    ) -> Result<bool, CommitRefusal> {
        let behind: Vec<PathChange> =
            changes.iter().filter(|change| change.staged != change.restaged).cloned().collect();
        self.stage(index_info(&behind, |change| change.restaged.as_ref())).await?;
        let subject = message.lines().next().unwrap_or_default();
        let reason = format!("commit (agentrun): {subject}");
        let nothing = "0".repeat(commit.len());
        let old = head.unwrap_or(&nothing);
        let update = self.private(["update-ref", "-m", &reason, "HEAD", commit, old]);
        let Err(error) = update.bytes().await else {
            return Ok(true);
        };
        self.stage(index_info(&behind, |change| change.staged.as_ref())).await?;
        if self.head().await.as_deref() == head { Err(error.into()) } else { Ok(false) }
    }

    async fn stage(&self, entries: Vec<u8>) -> Result<(), SnapshotError> {
        if entries.is_empty() {
            return Ok(());
        }
        // An editor that looks at the repository holds the lock for a moment.
        let patience = Deadline::after(LOCK_PATIENCE);
        loop {
            let staged = self.call(UPDATE).stdin(entries.clone()).bytes().await.map(drop);
            let is_locked = |error: &SnapshotError| error.to_string().contains("index.lock");
            if !staged.as_ref().is_err_and(is_locked) || patience.passed() {
                return staged;
            }
            tokio::time::sleep(LOCK_PAUSE).await;
        }
    }

    /// A path for people: from the root of the project.
    pub(super) fn say(&self, path: &[u8]) -> String {
        let below = path.strip_prefix(self.prefix.as_slice()).unwrap_or(path);
        String::from_utf8_lossy(below).into_owned()
    }
}
