//! Keeping the tree of a large project, against git's own look at it: `cargo bench --bench snapshots`.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
#![expect(clippy::expect_used, reason = "a benchmark that cannot measure has nothing to say")]

#[path = "support/table.rs"]
mod table;

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use agentrun::process::Policy;
use agentrun::workspace::snapshots::Snapshots;

const FILES: usize = 50_000;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    table::head(&[&format!("{FILES} files"), "measured", "`git status`", "ratio"]);
    let project = repository();
    let root = project.path();
    let store = tempfile::tempdir().expect("a temporary folder");
    let policy = Policy::new(std::env::vars_os(), &[]);
    let mut snapshots = Snapshots::open(root, store.path(), &[], &policy).await;
    let mut take = async |what: &str, name: &str, git: Duration| {
        let started = Instant::now();
        snapshots.take(name).await.expect("a snapshot");
        row(what, started.elapsed(), git);
    };
    let status =
        || timed(Command::new("git").args(["status", "--porcelain"]).current_dir(root).stdout(Stdio::null()));
    status();
    take("first snapshot", "first", status()).await;
    take("snapshot of no change", "same", status()).await;
    for number in 0..10 {
        std::fs::write(root.join(format!("{number}/{number}.txt")), "changed\n").expect("a file");
    }
    take("snapshot of ten changes", "changed", status()).await;
}

/// A project in git, with a hundred files in each folder.
fn repository() -> tempfile::TempDir {
    let project = tempfile::tempdir().expect("a temporary folder");
    for number in 0..FILES {
        let path = project.path().join(format!("{}/{number}.txt", number / 100));
        if number % 100 == 0 {
            std::fs::create_dir(path.parent().expect("a folder")).expect("a folder");
        }
        std::fs::write(path, format!("file {number}\n")).expect("a file");
    }
    let git = |arguments: &[&str]| {
        let name = ["-c", "user.name=b", "-c", "user.email=b@b"];
        timed(Command::new("git").args(name).args(arguments).current_dir(project.path()));
    };
    git(&["init", "-q"]);
    git(&["add", "-A"]);
    git(&["commit", "-q", "-m", "start"]);
    project
}

fn timed(command: &mut Command) -> Duration {
    let started = Instant::now();
    let status = command.status().expect("it starts");
    assert!(status.success(), "{command:?}: {status}");
    started.elapsed()
}

fn row(name: &str, measured: Duration, git: Duration) {
    let ratio = format!("{:.2}", measured.as_secs_f64() / git.as_secs_f64());
    let [measured, git] = [measured, git].map(|time| format!("{:.0} ms", time.as_secs_f64() * 1e3));
    table::row(&[name, &measured, &git, &ratio]);
}
