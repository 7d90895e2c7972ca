//! Snapshots in the project's own repository, through a private index.
//!
//! The user's index, `HEAD`, stash, hooks and configuration are never touched: objects are added,
//! and references under `refs/agentrun/` keep them.

pub(crate) mod author;
mod call;
mod change;
pub(crate) mod commit;
mod disarm;
pub(crate) mod head;
mod index;
mod nested;
mod objects;
pub(crate) mod obstacle;
mod pipes;
mod programs;
mod secrets;

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use super::snapshot::{Changes, FileChange, Snapshot, SnapshotError};
use crate::process::Policy;
use call::trim_line;
pub(super) use call::{ENVIRONMENT, SETTINGS};
use obstacle::CommitStart;

/// A larger change is counted and kept in the snapshot, but not spelled out.
const DIFF_LINES: u64 = 200_000;

/// So is a change of a larger file, of which git holds all in memory; as a setting of git, and in
/// bytes.
const LARGE_FILES: (&str, u64) = ("core.bigFileThreshold=8m", 8 << 20);

/// Snapshots by git.
#[derive(Debug)]
pub struct Git {
    pub(super) root: PathBuf,
    /// The top of the work tree, which holds `.git`: what a configuration says of it is not asked.
    top: PathBuf,
    policy: Policy,
    /// The user's index, from which the private one is made.
    index: Option<PathBuf>,
    pub(super) private_index: PathBuf,
    seeded: bool,
    /// The root from the top level of the repository: empty, or with a slash at the end.
    pub(super) prefix: Vec<u8>,
    /// Known from the first snapshot on.
    nested_before: Option<nested::NestedBefore>,
    /// What was taken from others since, to be told.
    disarmed: Vec<String>,
    /// Known once a commit may be made.
    start: Option<CommitStart>,
    /// From the root.
    leave_out: Vec<PathBuf>,
}

impl Git {
    /// Opens the repository that holds `root`, or says why there is none.
    pub(super) async fn open(
        root: &Path,
        store: &Path,
        leave_out: &[PathBuf],
        policy: &Policy,
    ) -> Result<Self, String> {
        let Some(above) = top(root) else {
            return Err("not a git repository".to_owned());
        };
        // Only the folder of a work tree of its own has it, and there `.git` is a file.
        if above.join(".git/commondir").symlink_metadata().is_ok() {
            return Err("a file `.git/commondir` puts another repository in its place".to_owned());
        }
        std::fs::create_dir_all(store).map_err(|error| format!("`{}`: {error}", store.display()))?;
        let below = |path: &PathBuf| root.join(path).strip_prefix(root).map(Path::to_owned).ok();
        let mut git = Self {
            root: root.to_owned(),
            top: above.to_owned(),
            policy: policy.clone(),
            index: None,
            private_index: store.join("index"),
            seeded: false,
            prefix: Vec::new(),
            nested_before: None,
            disarmed: Vec::new(),
            start: None,
            leave_out: leave_out.iter().filter_map(below).chain([super::STATE_DIR.into()]).collect(),
        };
        let said = git.ask(&["rev-parse", "--is-inside-work-tree"]).await?;
        if said != b"true" {
            return Err("the project is in a repository without a work tree".to_owned());
        }
        git.prefix = git.ask(&["rev-parse", "--show-prefix"]).await?;
        if !git.prefix.is_empty() && git.ask(&["check-ignore", "-q", "."]).await.is_ok() {
            return Err("the project is ignored by the repository around it".to_owned());
        }
        let index = git.ask(&["rev-parse", "--path-format=absolute", "--git-path", "index"]).await?;
        git.index = Some(PathBuf::from(OsString::from_vec(index)));
        Ok(git)
    }

    /// A question about the repository, with the index that the user has.
    async fn ask(&self, args: &[&str]) -> Result<Vec<u8>, String> {
        let answer = self.call(args).bytes().await;
        answer.map(|line| trim_line(&line).to_vec()).map_err(|error| error.to_string())
    }

    pub(super) async fn take(&mut self, name: &str) -> Result<Snapshot, SnapshotError> {
        // A command may have cleared it away.
        if let Some(dir) = self.private_index.parent() {
            std::fs::create_dir_all(dir).map_err(|error| SnapshotError::file(dir, error))?;
        }
        self.prepare().await?;
        // Files that cannot be read, and embedded repositories without a commit, are passed over.
        let add = self.private(["add", "-A", "--ignore-errors", "--", "."]).args(self.excluded());
        let added = add.output().await?;
        if !matches!(added.code, Some(0 | 1)) {
            return Err(add.failed(&added));
        }
        if !added.stderr.is_empty() {
            tracing::warn!("git add: {}", added.stderr);
        }
        let nested = self.nested();
        self.disarm_new(&nested)?;
        self.add_nested(nested).await?;
        self.drop_left_out().await?;
        let tree = self.private(["write-tree"]).line().await?;
        let message = format!("agentrun: {name}");
        let commit = self.private(["commit-tree", "-m", &message, &tree]).line().await?;
        let reference = reference(name);
        self.private(["update-ref", &reference, &commit]).bytes().await?;
        Ok(Snapshot { tree, reference: Some(reference) })
    }

    /// Folders that are left out are not even read: what git has read stays in its store.
    fn excluded(&self) -> Vec<OsString> {
        let folders = self.leave_out.iter().filter(|path| *path != Path::new(super::STATE_DIR));
        let folders = folders.filter(|path| self.root.join(path).is_dir());
        let pathspec = |path: &PathBuf| [b":(exclude,literal)", path.as_os_str().as_bytes()].concat();
        folders.map(|path| OsString::from_vec(pathspec(path))).collect()
    }

    async fn drop_left_out(&self) -> Result<(), SnapshotError> {
        let args = ["--literal-pathspecs", "rm", "-r", "-q", "-f", "--cached", "--ignore-unmatch", "--"];
        self.private(args).args(&self.leave_out).bytes().await.map(drop)
    }

    pub(super) async fn changes(&self, from: &Snapshot, to: &Snapshot) -> Result<Changes, SnapshotError> {
        let trees = [from.tree.as_str(), to.tree.as_str()];
        let common = ["-c", LARGE_FILES.0, "diff-tree", "-r", "--no-renames", "--relative"];
        let call = |options: &[&str]| {
            self.private(common).args(["--no-ext-diff", "--no-textconv"]).args(options).args(trees)
        };
        let differences = self.differences(from, to).await?;
        let counted = call(&["--numstat", "-z"]).bytes().await?;
        let files = parse_counts(&counted);
        let lines: u64 = files.iter().map(|file| file.added + file.removed).sum();
        if lines > DIFF_LINES {
            let diff = format!(
                "{lines} lines changed, which is too much to show: git diff {} {}\n",
                from.tree, to.tree
            );
            return Ok(Changes { files, diff });
        }
        let plain = ["-p", "--submodule=short", "--no-color", "--src-prefix=a/", "--dst-prefix=b/"];
        let diff = call(&plain).bytes().await?;
        let mut diff = String::from_utf8_lossy(&diff).into_owned();
        let opaque = files.iter().filter(|file| file.binary).map(|file| file.path.as_str()).collect();
        let [from, to] = trees;
        let say = |path: String| {
            format!(
                "{path:?} has more than 8 MiB, which is too much to show: git diff {from} {to} -- {path:?}\n"
            )
        };
        diff.extend(self.large(&differences, &opaque).await?.into_iter().map(say));
        Ok(Changes { files, diff })
    }

    /// What makes the one tree from the other, byte for byte, as `git apply` takes it.
    pub(super) async fn patch(&self, from: &str, to: &str) -> Result<Vec<u8>, SnapshotError> {
        let whole = ["-r", "-p", "--binary", "--full-index", "--no-renames", "--relative", "--no-ext-diff"];
        let plain =
            ["--no-textconv", "--submodule=short", "--no-color", "--src-prefix=a/", "--dst-prefix=b/"];
        self.private(["diff-tree"]).args(whole).args(plain).args([from, to]).bytes().await
    }

    pub(super) async fn dirty(&self) -> Result<Vec<String>, SnapshotError> {
        // What is inside of another repository is not looked at: git would start a git there.
        let asked = ["status", "--porcelain=v1", "-z", "--no-renames", "--ignore-submodules=dirty"];
        let asked = self.call(asked).args(["--untracked-files=normal", "--", "."]);
        let status = asked.bytes().await?;
        let paths = status.split(|&byte| byte == 0).filter_map(|entry| entry.get(3..));
        let paths = paths.map(|path| path.strip_prefix(self.prefix.as_slice()).unwrap_or(path));
        let left_out = |path: &&[u8]| {
            self.leave_out.iter().any(|left_out| Path::new(OsStr::from_bytes(path)).starts_with(left_out))
        };
        Ok(paths
            .filter(|path| !left_out(path))
            .map(|path| String::from_utf8_lossy(path).into_owned())
            .collect())
    }
}

/// The top of the work tree that holds `root`.
pub(super) fn top(root: &Path) -> Option<&Path> {
    root.ancestors().find(|directory| directory.join(".git").exists())
}

/// Where the repository is and what it is of, whatever its configuration says (`core.worktree`,
/// `core.bare`).
pub(super) fn places(top: &Path) -> [(&'static str, OsString); 2] {
    [("GIT_DIR", top.join(".git").into_os_string()), ("GIT_WORK_TREE", top.as_os_str().to_owned())]
}

/// A name as part of a reference: what git forbids there becomes a dash.
fn reference(name: &str) -> String {
    let allowed = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_');
    let clean = |part: &str| part.chars().map(|c| if allowed(c) { c } else { '-' }).collect::<String>();
    let parts: Vec<String> = name.split('/').filter(|part| !part.is_empty()).map(clean).collect();
    format!("refs/agentrun/{}", parts.join("/"))
}

/// Reads `added TAB removed TAB path NUL`; a binary file has dashes for numbers.
fn parse_counts(bytes: &[u8]) -> Vec<FileChange> {
    let text = String::from_utf8_lossy(bytes);
    let entry = |entry: &str| {
        let mut fields = entry.splitn(3, '\t');
        let (added, removed, path) = (fields.next()?, fields.next()?, fields.next()?);
        let number = |field: &str| field.parse().unwrap_or(0);
        let binary = added == "-";
        Some(FileChange { path: path.to_owned(), added: number(added), removed: number(removed), binary })
    };
    text.split('\0').filter_map(entry).collect()
}
