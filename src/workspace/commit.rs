//! One commit of what a step changed, made by plumbing: no hook runs, nothing of the user's is
//! swept in, and the branch moves only if it is still where it was.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::author::Author;
use super::change::{Change, index_info};
use super::entry::{self, Difference, Entry};
use super::git::{Call, Git, trim_line};
use super::snapshot::SnapshotError;
use crate::plan::edit::only_progress_differs;
use crate::redact::Redact;
use crate::run::refusal::CommitRefusal;

/// How often it is tried again when the branch moves at the same moment.
const TRIES: u32 = 3;

/// What git keeps while a merge, a rebase and the like is going on.
const UNFINISHED: &[&str] =
    &["MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "rebase-merge", "rebase-apply"];

/// Writes entries into an index.
const UPDATE: [&str; 3] = ["update-index", "-z", "--index-info"];

/// A commit that is wanted.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// What the step changed.
    pub changes: &'a [Difference],
    /// The plan, from the root of the project, if it belongs into it.
    pub plan: Option<&'a Path>,
    /// Its message; the first line is the subject.
    pub message: &'a str,
    /// In whose name.
    pub author: &'a Author,
    /// What no commit may hold.
    pub redact: &'a Redact,
}

/// A commit that holds what was wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// Its id.
    pub commit: String,
    /// How many paths of it were wanted.
    pub paths: usize,
    /// Why the plan is not in it.
    pub without_plan: Option<String>,
}

/// Why the plan is not committed with the step.
enum PlanStays {
    Ignored,
    Edited,
}

impl From<SnapshotError> for CommitRefusal {
    fn from(error: SnapshotError) -> Self {
        Self::impossible(error.to_string())
    }
}

impl Git {
    /// Whether a commit could be made now: on a branch, in somebody's name, and nothing else is
    /// going on.
    pub async fn can_commit(&self, author: &Author) -> Result<(), CommitRefusal> {
        if self.run(&["symbolic-ref", "-q", "HEAD"]).await.is_err() {
            return Err(CommitRefusal::impossible("HEAD is on no branch"));
        }
        let mut asked = vec!["rev-parse", "--path-format=absolute"];
        asked.extend(UNFINISHED.iter().flat_map(|name| ["--git-path", name]));
        let places = self.run(&asked).await?;
        let exists = |place: &[u8]| Path::new(OsStr::from_bytes(place)).exists();
        if let Some(found) = trim_line(&places).split(|&byte| byte == b'\n').position(exists) {
            let reason = format!("a merge or the like is going on in the repository ({})", UNFINISHED[found]);
            return Err(CommitRefusal::impossible(reason));
        }
        for name in ["GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT"] {
            let args = ["var", name].map(OsStr::new);
            let call = Call { args: &args, author: Some(author), ..Call::default() };
            if self.ask_for(call).await.is_err() {
                let reason = "git does not know who commits: user.name and user.email are not set";
                return Err(CommitRefusal::impossible(reason));
            }
        }
        Ok(())
    }

    /// Makes the commit. If the branch has exactly what is wanted already, that is the commit: a
    /// killed run had made it.
    pub async fn commit(&self, wanted: &Wanted<'_>) -> Result<Made, CommitRefusal> {
        self.can_commit(wanted.author).await?;
        for _ in 0..TRIES {
            if let Some(made) = self.try_commit(wanted).await? {
                return Ok(made);
            }
        }
        Err(CommitRefusal::impossible("the branch keeps moving"))
    }

    /// `None` if the branch moved meanwhile.
    async fn try_commit(&self, wanted: &Wanted<'_>) -> Result<Option<Made>, CommitRefusal> {
        let head = self.head().await;
        let (mut changes, without_plan) = self.changes_of(wanted, head.as_deref()).await?;
        let paths = changes.len();
        changes.retain(Change::is_open);
        if let (true, Some(commit)) = (changes.is_empty(), &head) {
            return Ok(Some(Made { commit: commit.clone(), paths, without_plan }));
        }
        if changes.is_empty() {
            return Err(CommitRefusal::impossible("there is nothing to commit, and no commit yet"));
        }
        let found = self.secrets(&changes, wanted.redact).await?;
        if !found.is_empty() {
            return Err(CommitRefusal::Secrets { found });
        }
        let commit = self.write(&changes, head.as_deref(), wanted).await?;
        let moved = self.publish(&changes, (head.as_deref(), &commit), wanted.message).await?;
        Ok(moved.then_some(Made { commit, paths, without_plan }))
    }

    /// The commit that the branch is at; `None` before its first.
    async fn head(&self) -> Option<String> {
        self.line(&["rev-parse", "-q", "--verify", "HEAD^{commit}"]).await.ok()
    }

    /// The paths of the commit, or whose work is in the way; and why the plan is not among them.
    async fn changes_of(
        &self,
        wanted: &Wanted<'_>,
        head: Option<&str>,
    ) -> Result<(Vec<Change>, Option<String>), CommitRefusal> {
        let committed = match head {
            Some(head) => entry::tree(&self.run(&["ls-tree", "-r", "-z", "--full-tree", head]).await?),
            None => HashMap::new(),
        };
        let args = ["ls-files", "--stage", "-z", "--full-name", "--", ":/"].map(OsStr::new);
        let staged = entry::index(&self.ask_for(Call { args: &args, ..Call::default() }).await?);
        let known = |path: &Path, before: Option<&Entry>, after: Option<&Entry>| {
            let path = [&self.prefix, path.as_os_str().as_bytes()].concat();
            let (head, staged) = (committed.get(&path).cloned(), staged.get(&path).cloned());
            Change { path, before: before.cloned(), after: after.cloned(), head, staged }
        };
        let own = wanted.changes.iter();
        let mut changes: Vec<Change> =
            own.map(|own| known(&own.path, own.before.as_ref(), own.after.as_ref())).collect();
        self.refuse_foreign(&changes)?;
        let Some(plan) = wanted.plan else { return Ok((changes, None)) };
        match self.with_plan(plan, known(plan, None, None)).await? {
            Ok(change) => changes.push(change),
            Err(stays) => return Ok((changes, Some(stays.say().to_owned()))),
        }
        Ok((changes, None))
    }

    /// Refuses what would sweep in somebody's work.
    fn refuse_foreign(&self, changes: &[Change]) -> Result<(), CommitRefusal> {
        let named = |is: fn(&Change) -> bool| -> Vec<String> {
            changes.iter().filter(|change| is(change)).map(|change| self.say(&change.path)).collect()
        };
        let unsaved = named(Change::was_unsaved);
        if !unsaved.is_empty() {
            return Err(CommitRefusal::Unsaved { paths: unsaved });
        }
        let staged = named(Change::is_staged_otherwise);
        if !staged.is_empty() {
            return Err(CommitRefusal::Staged { paths: staged });
        }
        match named(Change::is_repository).first() {
            Some(path) => Err(CommitRefusal::impossible(format!("`{path}` is a git repository of its own"))),
            None => Ok(()),
        }
    }

    /// The plan as a path of the commit, unless it stays: a person's text is not committed.
    async fn with_plan(
        &self,
        plan: &Path,
        known: Change,
    ) -> Result<Result<Change, PlanStays>, SnapshotError> {
        let of_plan = |args: [&'static str; 2]| {
            args.map(OsStr::new).into_iter().chain([OsStr::new("--"), plan.as_os_str()])
        };
        let ask = async |args: [&'static str; 2]| {
            let args: Vec<&OsStr> = of_plan(args).collect();
            self.ask_for(Call { args: &args, ..Call::default() }).await
        };
        let is_new = known.head.is_none() && known.staged.is_none();
        if is_new && ask(["check-ignore", "-q"]).await.is_ok() {
            return Ok(Err(PlanStays::Ignored));
        }
        let object = ask(["hash-object", "-w"]).await?;
        let object = String::from_utf8_lossy(trim_line(&object)).into_owned();
        let others = known.head.iter().chain(&known.staged).map(|entry| entry.object.as_str());
        let objects: Vec<&str> = others.chain([object.as_str()]).collect();
        let contents = self.contents(&objects).await?;
        let text = |object: &str| contents.get(object).map(|bytes| String::from_utf8_lossy(bytes));
        let now = text(&object);
        if !objects.iter().all(|object| only_progress_differs_in(text(object).as_deref(), now.as_deref())) {
            return Ok(Err(PlanStays::Edited));
        }
        let mode = known.head.as_ref().or(known.staged.as_ref());
        let mode = mode.map_or_else(|| "100644".to_owned(), |entry| entry.mode.clone());
        let (before, after) = (known.head.clone(), Some(Entry { mode, object }));
        Ok(Ok(Change { before, after, ..known }))
    }

    /// Writes the commit, which no branch has yet.
    async fn write(
        &self,
        changes: &[Change],
        head: Option<&str>,
        wanted: &Wanted<'_>,
    ) -> Result<String, SnapshotError> {
        let fresh = self.fresh_index("commit-index");
        let (read, update) =
            (["read-tree", head.unwrap_or("--empty")].map(OsStr::new), UPDATE.map(OsStr::new));
        let within = Call { args: &read, index: Some(fresh.path()), ..Call::default() };
        self.ask_for(within).await?;
        let stdin = index_info(changes, |change| change.after.as_ref());
        self.ask_for(Call { stdin: &stdin, args: &update, ..within }).await?;
        let tree = self.ask_for(Call { args: &["write-tree"].map(OsStr::new), ..within }).await?;
        let mut args = vec![OsStr::new("commit-tree"), OsStr::from_bytes(trim_line(&tree))];
        args.extend(head.into_iter().flat_map(|head| ["-p", head]).chain(["-F", "-"]).map(OsStr::new));
        let stdin = wanted.message.as_bytes();
        let call = Call { args: &args, stdin, author: Some(wanted.author), ..Call::default() };
        let commit = self.ask_for(call).await?;
        Ok(String::from_utf8_lossy(trim_line(&commit)).into_owned())
    }

    /// Makes the commit the branch's. The user's index comes first: should the process die in
    /// between, the step is staged and not undone. Says whether the branch was where it was.
    async fn publish(
        &self,
        changes: &[Change],
        (head, commit): (Option<&str>, &str),
        message: &str,
    ) -> Result<bool, CommitRefusal> {
        let behind: Vec<Change> =
            changes.iter().filter(|change| change.staged != change.after).cloned().collect();
        self.stage(&index_info(&behind, |change| change.after.as_ref())).await?;
        let subject = message.lines().next().unwrap_or_default();
        let reason = format!("commit (agentrun): {subject}");
        let nothing = "0".repeat(commit.len());
        let old = head.unwrap_or(&nothing);
        let Err(error) = self.run(&["update-ref", "-m", &reason, "HEAD", commit, old]).await else {
            return Ok(true);
        };
        self.stage(&index_info(&behind, |change| change.staged.as_ref())).await?;
        if self.head().await.as_deref() == head { Err(error.into()) } else { Ok(false) }
    }

    /// Writes entries into the user's index.
    async fn stage(&self, entries: &[u8]) -> Result<(), SnapshotError> {
        if entries.is_empty() {
            return Ok(());
        }
        let args = UPDATE.map(OsStr::new);
        self.ask_for(Call { args: &args, stdin: entries, ..Call::default() }).await.map(drop)
    }

    /// A path for people: from the root of the project.
    pub(super) fn say(&self, path: &[u8]) -> String {
        let below = path.strip_prefix(self.prefix.as_slice()).unwrap_or(path);
        String::from_utf8_lossy(below).into_owned()
    }
}

/// An object that cannot be read is no plan that was ticked.
fn only_progress_differs_in(one: Option<&str>, two: Option<&str>) -> bool {
    one.zip(two).is_some_and(|(one, two)| only_progress_differs(one, two))
}

impl PlanStays {
    fn say(&self) -> &'static str {
        match self {
            Self::Ignored => "the repository ignores it",
            Self::Edited => "its text has changes that are not committed",
        }
    }
}
