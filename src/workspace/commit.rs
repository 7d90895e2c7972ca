//! One commit of what a step changed, made by plumbing: no hook runs, nothing of the user's is
//! swept in, and the branch moves only if it is still where it was.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::entry::{self, Entry, Name};
use super::git::{Call, Git, trim_line};
use super::secrets;
use super::snapshot::SnapshotError;
use crate::plan::edit::only_progress_differs;
use crate::redact::Redact;
use crate::run::refusal::{CommitRefusal, Secret};

/// How often it is tried again when the branch moves at the same moment.
const TRIES: u32 = 3;

/// A larger file is not looked through for secrets, and so not committed.
const MOST_BYTES: u64 = 10 << 20;

/// What git keeps while a merge, a rebase and the like is going on.
const UNFINISHED: &[&str] =
    &["MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "rebase-merge", "rebase-apply"];

/// The variables that say in whose name a commit is made.
const AUTHOR: &[&str] = &[
    "GIT_AUTHOR_NAME",
    "GIT_AUTHOR_EMAIL",
    "GIT_AUTHOR_DATE",
    "GIT_COMMITTER_NAME",
    "GIT_COMMITTER_EMAIL",
    "GIT_COMMITTER_DATE",
];

/// In whose name commits are made: the environment's, over what git is configured with.
#[derive(Debug, Clone, Default)]
pub struct Author(Vec<(&'static str, OsString)>);

impl Author {
    /// The author that an environment names, wholly, in part or not at all.
    pub fn of(environment: impl Iterator<Item = (OsString, OsString)>) -> Self {
        let known = |name: &OsStr| AUTHOR.iter().copied().find(|known| name == *known);
        Self(environment.filter_map(|(name, value)| Some((known(&name)?, value))).collect())
    }

    pub(super) fn variables(&self) -> impl Iterator<Item = (&'static str, OsString)> {
        self.0.iter().cloned()
    }
}

/// A commit that is wanted.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The trees before the step and behind it; `None` if no agent changed anything.
    pub trees: Option<(&'a str, &'a str)>,
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

/// A path of a commit.
#[derive(Debug)]
struct Change {
    path: Name,
    before: Option<Entry>,
    after: Option<Entry>,
    /// What the branch has.
    head: Option<Entry>,
    /// What the user's index has.
    staged: Option<Entry>,
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
    /// killed run had made it, or the agent itself.
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
        let head = self.run(&["rev-parse", "-q", "--verify", "HEAD^{commit}"]).await.ok();
        let head = head.map(|line| String::from_utf8_lossy(trim_line(&line)).into_owned());
        let (mut changes, without_plan) = self.changes_of(wanted, head.as_deref()).await?;
        let paths = changes.len();
        changes.retain(|change| change.head != change.after);
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

    /// The paths of the commit, or whose work is in the way; and why the plan is not among them.
    async fn changes_of(
        &self,
        wanted: &Wanted<'_>,
        head: Option<&str>,
    ) -> Result<(Vec<Change>, Option<String>), CommitRefusal> {
        let committed = match head {
            Some(head) => entry::tree(&self.run(&["ls-tree", "-r", "-z", "--full-name", head]).await?),
            None => HashMap::new(),
        };
        let args = ["ls-files", "--stage", "-z", "--full-name"].map(OsStr::new);
        let staged = entry::index(&self.ask_for(Call { args: &args, ..Call::default() }).await?);
        let known = |path: Name, before, after| {
            let (head, staged) = (committed.get(&path).cloned(), staged.get(&path).cloned());
            Change { path, before, after, head, staged }
        };
        let mut changes = Vec::new();
        if let Some((before, after)) = wanted.trees {
            let raw = ["diff-tree", "-r", "--no-renames", "--raw", "-z", "--no-abbrev", before, after];
            let differing = entry::differences(&self.run(&raw).await?).into_iter();
            let own = differing.filter(|found| found.path.starts_with(&self.prefix));
            changes.extend(own.map(|own| known(own.path, own.before, own.after)));
        }
        self.refuse_foreign(&changes)?;
        let mut without_plan = None;
        if let Some(plan) = wanted.plan {
            let path = [&self.prefix, plan.as_os_str().as_bytes()].concat();
            match self.plan_entry(plan, known(path, None, None)).await? {
                Ok(change) => changes.push(change),
                Err(reason) => without_plan = Some(reason),
            }
        }
        Ok((changes, without_plan))
    }

    /// Refuses what would sweep in somebody's work.
    fn refuse_foreign(&self, changes: &[Change]) -> Result<(), CommitRefusal> {
        let open = || changes.iter().filter(|change| change.head != change.after);
        let named = |found: Vec<&Change>| found.iter().map(|change| self.say(&change.path)).collect();
        let unsaved: Vec<_> = open().filter(|change| change.head != change.before).collect();
        if !unsaved.is_empty() {
            return Err(CommitRefusal::Unsaved { paths: named(unsaved) });
        }
        let other = |change: &&Change| change.staged != change.before && change.staged != change.after;
        let staged: Vec<_> = open().filter(other).collect();
        if !staged.is_empty() {
            return Err(CommitRefusal::Staged { paths: named(staged) });
        }
        let repository = |change: &&Change| change.after.as_ref().is_some_and(Entry::is_repository);
        match open().find(repository) {
            Some(found) => Err(CommitRefusal::impossible(format!(
                "`{}` is a git repository of its own",
                self.say(&found.path)
            ))),
            None => Ok(()),
        }
    }

    /// The plan as a path of the commit, or why it is none: a person's text is not committed.
    async fn plan_entry(&self, plan: &Path, known: Change) -> Result<Result<Change, String>, SnapshotError> {
        let of = |args: &[&str]| args.iter().map(OsString::from).collect::<Vec<_>>();
        let with_plan = |args: &[&str]| [of(args), vec![plan.as_os_str().to_owned()]].concat();
        let ignored = with_plan(&["check-ignore", "-q", "--"]);
        let is_new = known.head.is_none() && known.staged.is_none();
        if is_new && self.run_owned(&ignored).await.is_ok() {
            return Ok(Err("the repository ignores it".to_owned()));
        }
        let object = self.run_owned(&with_plan(&["hash-object", "-w", "--"])).await?;
        let object = String::from_utf8_lossy(trim_line(&object)).into_owned();
        let now = self.content(&object).await?;
        for other in known.head.iter().chain(&known.staged).filter(|other| other.object != object) {
            let other = self.content(&other.object).await.unwrap_or_default();
            let (other, now) = (String::from_utf8_lossy(&other), String::from_utf8_lossy(&now));
            if !only_progress_differs(&other, &now) {
                return Ok(Err("its text has changes that are not committed".to_owned()));
            }
        }
        let mode = known.head.as_ref().or(known.staged.as_ref());
        let mode = mode.map_or_else(|| "100644".to_owned(), |entry| entry.mode.clone());
        let (before, after) = (known.head.clone(), Some(Entry { mode, object }));
        Ok(Ok(Change { before, after, ..known }))
    }

    /// What looks like a secret in what is added.
    async fn secrets(&self, changes: &[Change], redact: &Redact) -> Result<Vec<Secret>, CommitRefusal> {
        let objects: Vec<&str> = changes.iter().filter_map(Change::object).collect();
        let sizes = self.sizes(&objects).await?;
        for change in changes {
            let size = change.object().and_then(|object| sizes.get(object)).copied().unwrap_or_default();
            if size > MOST_BYTES {
                let path = self.say(&change.path);
                let reason = format!("`{path}` has {size} bytes, too many to be looked through for secrets");
                return Err(CommitRefusal::impossible(reason));
            }
        }
        let mut found = Vec::new();
        // At most 320 MiB at once.
        for some in changes.chunks(16) {
            let after = some.iter().filter_map(Change::object);
            let head = some.iter().filter_map(|change| Some(change.head.as_ref()?.object.as_str()));
            let contents = self.contents(&after.chain(head).collect::<Vec<_>>()).await?;
            for change in some {
                let Some(new) = change.object().and_then(|object| contents.get(object)) else { continue };
                let old = change.head.as_ref().map(|head| contents.get(&head.object).map(Vec::as_slice));
                let old = old.map(Option::unwrap_or_default);
                found.extend(secrets::find(&self.say(&change.path), old, new, redact));
            }
        }
        Ok(found)
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
        let entries = changes.iter().map(|change| (change, change.after.as_ref()));
        self.ask_for(Call { stdin: &index_info(entries), args: &update, ..within }).await?;
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
        let update = UPDATE.map(OsStr::new);
        let users = |stdin| Call { args: &update, stdin, ..Call::default() };
        let behind = changes.iter().filter(|change| change.staged != change.after);
        let staged = index_info(behind.clone().map(|change| (change, change.after.as_ref())));
        if !staged.is_empty() {
            self.ask_for(users(&staged)).await?;
        }
        let subject = message.lines().next().unwrap_or_default();
        let reason = format!("commit (agentrun): {subject}");
        let nothing = "0".repeat(commit.len());
        let old = head.unwrap_or(&nothing);
        let args = ["update-ref", "-m", &reason, "HEAD", commit, old].map(OsStr::new);
        let call = Call { args: &args, ..Call::default() };
        let Err(error) = self.ask_for(call).await else { return Ok(true) };
        let unstaged = index_info(behind.map(|change| (change, change.staged.as_ref())));
        if !unstaged.is_empty() {
            self.ask_for(users(&unstaged)).await?;
        }
        let now = self.run(&["rev-parse", "-q", "--verify", "HEAD^{commit}"]).await.ok();
        let stayed = now.as_deref().map(trim_line) == head.map(str::as_bytes);
        if stayed { Err(error.into()) } else { Ok(false) }
    }

    async fn run_owned(&self, args: &[OsString]) -> Result<Vec<u8>, SnapshotError> {
        let args: Vec<&OsStr> = args.iter().map(OsString::as_os_str).collect();
        self.ask_for(Call { args: &args, index: Some(&self.private_index), ..Call::default() }).await
    }

    async fn content(&self, object: &str) -> Result<Vec<u8>, SnapshotError> {
        self.run(&["cat-file", "blob", object]).await
    }

    /// A path for people: from the root of the project.
    fn say(&self, path: &[u8]) -> String {
        let below = path.strip_prefix(self.prefix.as_slice()).unwrap_or(path);
        String::from_utf8_lossy(below).into_owned()
    }
}

const UPDATE: [&str; 3] = ["update-index", "-z", "--index-info"];

impl Change {
    /// The object that is committed.
    fn object(&self) -> Option<&str> {
        self.after.as_ref().map(|entry| entry.object.as_str())
    }
}

/// What `update-index --index-info` reads; what goes comes first, for a folder may take its place.
fn index_info<'a>(entries: impl Iterator<Item = (&'a Change, Option<&'a Entry>)> + Clone) -> Vec<u8> {
    let line = |(change, entry): (&Change, Option<&Entry>)| {
        let any = [&change.before, &change.after, &change.head].into_iter().flatten().next();
        let gone = || format!("0 {}", "0".repeat(any.map_or(40, |entry| entry.object.len())));
        let entry = entry.map_or_else(gone, |entry| format!("{} {}", entry.mode, entry.object));
        [entry.as_bytes(), b"\t", &change.path, b"\0"].concat()
    };
    let gone = entries.clone().filter(|(_, entry)| entry.is_none());
    let there = entries.filter(|(_, entry)| entry.is_some());
    gone.chain(there).flat_map(line).collect()
}
