//! Snapshots of real directories, with real git and without.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::snapshot::{Changes, FileChange, Snapshot};
use super::snapshots::Snapshots;
use crate::process::Policy;

/// A project in a directory of its own, its store beside it.
struct Project {
    directory: TempDir,
    root: PathBuf,
}

impl Project {
    fn without_git() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().canonicalize().unwrap().join("project");
        fs::create_dir(&root).unwrap();
        Self { directory, root }
    }

    fn with_git() -> Self {
        let project = Self::without_git();
        project.git(&["init", "-q", "-b", "main"]);
        project.git(&["config", "user.name", "A"]);
        project.git(&["config", "user.email", "a@example.org"]);
        project
    }

    fn git_in(dir: &Path, args: &[&str]) -> String {
        let output = Command::new("git").args(args).current_dir(dir).output().unwrap();
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn git(&self, args: &[&str]) -> String {
        Self::git_in(&self.root, args)
    }

    fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn commit(&self) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", "state"]);
    }

    async fn snapshots(&self) -> Snapshots {
        self.snapshots_at(&self.root).await
    }

    async fn snapshots_at(&self, root: &Path) -> Snapshots {
        let policy = Policy::new(std::env::vars_os(), &[]);
        Snapshots::open(root, &self.directory.path().join("store"), &["plan.md".into()], &policy).await
    }

    /// All that is the user's in the repository.
    fn private(&self) -> [String; 5] {
        let index = fs::read(self.root.join(".git/index")).unwrap_or_default();
        let refs = ["for-each-ref", "refs/heads", "refs/tags", "refs/stash", "refs/remotes"];
        [
            crate::digest::digest(&index),
            fs::read_to_string(self.root.join(".git/HEAD")).unwrap(),
            fs::read_to_string(self.root.join(".git/config")).unwrap(),
            self.git(&refs),
            self.git(&["--no-optional-locks", "status", "--porcelain=v2", "-z"]),
        ]
    }
}

fn text(path: &str, added: u64, removed: u64) -> FileChange {
    FileChange { path: path.to_owned(), added, removed, binary: false }
}

fn binary(path: &str) -> FileChange {
    FileChange { path: path.to_owned(), added: 0, removed: 0, binary: true }
}

/// Changes of every kind, the same for both ways to keep snapshots.
async fn change_everything(project: &Project) -> (Snapshot, Snapshot, Changes) {
    project.write(".gitignore", "target/\n");
    project.write("kept.txt", "kept\n");
    project.write("changed.txt", "one\ntwo\nthree\n");
    project.write("crlf.txt", "one\r\ntwo\r\n");
    project.write("gone.txt", "bye\n");
    project.write("old name.txt", "moved\n");
    project.write("logo.png", b"\x89PNG\0\0");
    project.write("plan.md", "- [ ] step\n");
    let mut snapshots = project.snapshots().await;
    let before = snapshots.take("run-1/before").await.unwrap();
    project.write("changed.txt", "one\n2\nthree\n");
    project.write("crlf.txt", "one\r\n2\r\n");
    fs::remove_file(project.root.join("gone.txt")).unwrap();
    fs::rename(project.root.join("old name.txt"), project.root.join("new name.txt")).unwrap();
    project.write("logo.png", b"\x89PNG\0\x01");
    project.write("new/\u{fc}ml\u{e4}ut \u{1f980}.txt", "x\ny\n");
    project.write("line\nbreak.txt", "x\n");
    project.write("target/debug/out", "ignored");
    project.write("plan.md", "- [x] step\n");
    let after = snapshots.take("run-1/after").await.unwrap();
    let changes = snapshots.changes(&before, &after).await.unwrap();
    (before, after, changes)
}

fn expected_files() -> Vec<FileChange> {
    vec![
        text("changed.txt", 1, 1),
        text("crlf.txt", 1, 1),
        text("gone.txt", 0, 1),
        text("line\nbreak.txt", 1, 0),
        binary("logo.png"),
        text("new name.txt", 1, 0),
        text("new/\u{fc}ml\u{e4}ut \u{1f980}.txt", 2, 0),
        text("old name.txt", 0, 1),
    ]
}

#[tokio::test]
async fn git_sees_every_kind_of_change() {
    let project = Project::with_git();
    let (before, after, changes) = change_everything(&project).await;
    assert_eq!(changes.files, expected_files());
    assert!(changes.diff.contains("--- a/changed.txt\n+++ b/changed.txt\n"), "{}", changes.diff);
    assert!(changes.diff.contains("-two\r\n+2\r\n"));
    assert_eq!(before.reference.as_deref(), Some("refs/agentrun/run-1/before"));
    let kept = project.git(&["show", "refs/agentrun/run-1/after:changed.txt"]);
    assert_eq!((kept.as_str(), before == after), ("one\n2\nthree\n", false));
}

#[tokio::test]
async fn copies_see_every_kind_of_change() {
    let project = Project::without_git();
    let (before, _, changes) = change_everything(&project).await;
    assert_eq!(changes.files, expected_files());
    assert!(changes.diff.contains("--- a/changed.txt\n+++ b/changed.txt\n"), "{}", changes.diff);
    let mut later = project.snapshots().await;
    assert_eq!(later.describe(), "copies of the files (not a git repository)");
    let now = later.take("later").await.unwrap();
    assert_eq!(later.changes(&before, &now).await.unwrap(), changes);
    let unknown = Snapshot { tree: "0".to_owned(), reference: None };
    let error = later.changes(&unknown, &now).await.unwrap_err();
    assert_eq!(error.to_string(), "there is no snapshot `0` in the store");
}

#[tokio::test]
async fn a_large_file_is_named_and_not_spelled_out() {
    let project = Project::with_git();
    project.write("plain.txt", "one\n");
    let mut snapshots = project.snapshots().await;
    let before = snapshots.take("before").await.unwrap();
    project.write("plain.txt", "two\n");
    project.write("line.txt", "x".repeat(9 << 20));
    project.write("logo.png", b"\x89PNG\0\0");
    let after = snapshots.take("after").await.unwrap();
    let changes = snapshots.changes(&before, &after).await.unwrap();
    assert_eq!(changes.files, [binary("line.txt"), binary("logo.png"), text("plain.txt", 1, 1)]);
    assert!(changes.diff.contains("-one\n+two\n"), "{} bytes", changes.diff.len());
    let left_out = format!(
        "\n\"line.txt\" has more than 8 MiB, which is too much to show: git diff {} {} -- \"line.txt\"\n",
        before.tree, after.tree
    );
    assert!(changes.diff.ends_with(&left_out), "{} bytes", changes.diff.len());
    assert!(!changes.diff.contains("\"logo.png\""), "{}", changes.diff);
}

#[tokio::test]
async fn nothing_of_the_users_is_touched() {
    let project = Project::with_git();
    project.write("a.txt", "a\n");
    project.write("b.txt", "b\n");
    project.commit();
    project.write("a.txt", "stashed\n");
    project.git(&["stash", "-q"]);
    project.write("a.txt", "staged\n");
    project.git(&["add", "a.txt"]);
    project.write("a.txt", "worked on\n");
    project.write("untracked.txt", "new\n");
    project.git(&["config", "commit.gpgSign", "true"]);
    project.git(&["config", "core.hooksPath", "hooks"]);
    project.write("hooks/reference-transaction", "#!/bin/sh\ntouch hook-ran\n");
    let before = project.private();
    let mut snapshots = project.snapshots().await;
    let first = snapshots.take("one").await.unwrap();
    assert_eq!(project.private(), before);
    project.write("b.txt", "changed\n");
    let changed = project.private();
    let second = snapshots.take("two").await.unwrap();
    assert_eq!(snapshots.changes(&first, &second).await.unwrap().files, [text("b.txt", 1, 1)]);
    let dirty = snapshots.dirty().await.unwrap();
    assert_eq!(dirty, ["a.txt", "b.txt", "hooks/", "untracked.txt"]);
    assert_eq!(project.private(), changed);
}

#[tokio::test]
async fn a_part_of_a_repository_is_seen_alone() {
    let project = Project::with_git();
    project.write("apps/web/a.txt", "a\n");
    project.write("outside.txt", "a\n");
    project.commit();
    let root = project.root.join("apps/web");
    let mut snapshots = project.snapshots_at(&root).await;
    let before = snapshots.take("before").await.unwrap();
    project.write("apps/web/a.txt", "b\n");
    project.write("apps/web/plan.md", "left out\n");
    project.write("outside.txt", "b\n");
    let after = snapshots.take("after").await.unwrap();
    let changes = snapshots.changes(&before, &after).await.unwrap();
    assert_eq!(changes.files, [text("a.txt", 1, 1)]);
    assert!(changes.diff.contains("+++ b/a.txt"), "{}", changes.diff);
    assert_eq!(snapshots.dirty().await.unwrap(), ["a.txt"]);
}

#[tokio::test]
async fn an_ignored_project_is_kept_by_copies() {
    let project = Project::with_git();
    project.write(".gitignore", "scratch/\n");
    project.write("scratch/a.txt", "a\n");
    let snapshots = project.snapshots_at(&project.root.join("scratch")).await;
    let expected = "copies of the files (the project is ignored by the repository around it)";
    assert_eq!(snapshots.describe(), expected);
}

#[tokio::test]
async fn embedded_repositories_do_not_break_it() {
    let project = Project::with_git();
    for inner in ["with-commit", "without-commit"] {
        project.write(&format!("{inner}/file"), "x\n");
        Project::git_in(&project.root.join(inner), &["init", "-q"]);
    }
    let identity = ["-c", "user.name=A", "-c", "user.email=a@example.org"];
    let inner = project.root.join("with-commit");
    Project::git_in(&inner, &["add", "-A"]);
    Project::git_in(&inner, &[&identity[..], &["commit", "-q", "-m", "x"]].concat());
    let mut snapshots = project.snapshots().await;
    let before = snapshots.take("before").await.unwrap();
    project.write("outer.txt", "x\n");
    let after = snapshots.take("after").await.unwrap();
    assert_eq!(snapshots.changes(&before, &after).await.unwrap().files, [text("outer.txt", 1, 0)]);
}

#[tokio::test]
async fn a_large_repository_of_the_persons_is_passed_over_and_one_that_came_is_seen() {
    let project = Project::with_git();
    project.write("a.txt", "a\n");
    project.commit();
    project.git(&["init", "-q", "large"]);
    (0..2_001).for_each(|file| project.write(&format!("large/{file}"), "1"));
    let mut snapshots = project.snapshots().await;
    let before = snapshots.take("before").await.unwrap();
    project.write("large/1", "2");
    project.git(&["init", "-q", "came"]);
    project.write("came/one.txt", "1\n");
    let after = snapshots.take("after").await.unwrap();
    let files = snapshots.changes(&before, &after).await.unwrap().files;
    assert_eq!(files, [text("came/one.txt", 1, 0)]);
}

#[tokio::test]
async fn what_a_killed_run_left_is_no_obstacle() {
    let project = Project::with_git();
    let store = project.directory.path().join("store");
    fs::create_dir(&store).unwrap();
    fs::write(store.join("index"), "torn").unwrap();
    fs::write(store.join("index.lock"), "").unwrap();
    project.write("a.txt", "a\n");
    let taken = project.snapshots().await.take("again/../odd name.lock").await.unwrap();
    assert_eq!(taken.reference.as_deref(), Some("refs/agentrun/again/--/odd-name-lock"));
}

#[tokio::test]
async fn an_empty_project_has_a_snapshot_too() {
    let project = Project::with_git();
    let mut snapshots = project.snapshots().await;
    let (one, two) = (snapshots.take("1").await.unwrap(), snapshots.take("2").await.unwrap());
    assert_eq!(one.tree, two.tree);
    assert!(snapshots.changes(&one, &two).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_file_that_changed_right_after_it_was_staged_is_seen() {
    let project = Project::with_git();
    project.git(&["config", "core.trustctime", "false"]);
    let then = std::time::SystemTime::now() - std::time::Duration::from_hours(1);
    let touch = |path: &str| {
        let file = fs::File::options().append(true).open(project.root.join(path)).unwrap();
        file.set_modified(then).unwrap();
    };
    project.write("a", "one\n");
    touch("a");
    project.commit();
    touch(".git/index");
    project.write("a", "two\n");
    touch("a");
    let tree = project.snapshots().await.take("racy").await.unwrap().tree;
    assert_eq!(project.git(&["show", &format!("{tree}:a")]), "two\n");
}

#[tokio::test]
async fn without_git_a_list_of_what_to_ignore_that_nobody_wrote_hides_nothing() {
    for folder in ["", "deep/"] {
        let project = Project::without_git();
        project.write("kept.txt", "kept\n");
        project.write("deep/kept.txt", "kept\n");
        let mut snapshots = project.snapshots().await;
        let before = snapshots.take("before").await.unwrap();
        project.write(&format!("{folder}.gitignore"), "*.txt\n".repeat(60_000));
        project.write("deep/new.txt", "new\n");
        let after = snapshots.take("after").await.unwrap();
        let changes = snapshots.changes(&before, &after).await.unwrap();
        let mut named: Vec<&str> = changes.files.iter().map(|file| file.path.as_str()).collect();
        named.sort_unstable();
        let list = format!("{folder}.gitignore");
        let mut expected = vec![list.as_str(), "deep/new.txt"];
        expected.sort_unstable();
        assert_eq!(named, expected);
    }
}
