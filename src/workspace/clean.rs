//! Makes a clean copy of the project: what git would commit now, without anything built or installed.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{STATE_DIR, git};
use crate::process::{Invocation, Policy, capture};

const TIMEOUT: Duration = Duration::from_mins(5);

/// Copies the project at `root` into a temporary folder: with git the files that are tracked or
/// not ignored, else all of them. Neither `.git` nor agentrun's state is in it, nor `left_out`.
pub(crate) async fn copy(
    root: &Path,
    left_out: &[PathBuf],
    policy: &Policy,
) -> io::Result<tempfile::TempDir> {
    let files = match listed_by_git(root, policy).await {
        Some(files) => files,
        None => everything(root)?,
    };
    let copy = tempfile::Builder::new().prefix("agentrun-clean-").tempdir()?;
    for file in files {
        let first = file.components().next().map(|first| first.as_os_str().to_owned());
        let (from, to) = (root.join(&file), copy.path().join(&file));
        let is_left_out = left_out.iter().any(|folder| from.starts_with(folder));
        if first.as_deref() != Some(OsStr::new(STATE_DIR)) && !is_left_out {
            copy_one(&from, &to)?;
        }
    }
    Ok(copy)
}

/// What git tracks, and what it does not ignore; `None` where there is no git.
async fn listed_by_git(root: &Path, policy: &Policy) -> Option<Vec<PathBuf>> {
    // No setting of the user or the repository starts a program here: nothing is filtered or written.
    let settings = git::SETTINGS.iter().flat_map(|setting| ["-c", setting]);
    let list = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    let args: Vec<&OsStr> = settings.chain(list).map(OsStr::new).collect();
    let fixed = git::ENVIRONMENT.iter().map(|&(name, value)| (name, OsString::from(value)));
    let environment: Vec<_> = fixed.chain(git::places(git::top(root)?)).collect();
    let invocation = Invocation {
        program: "git",
        args: &args,
        dir: root,
        environment: &environment,
        stdin: &[],
        timeout: TIMEOUT,
    };
    let captured = capture(&invocation, policy).await.ok().filter(|captured| captured.code == Some(0))?;
    let mut files: Vec<PathBuf> = captured
        .stdout
        .split(|&byte| byte == 0)
        .filter(|path| !path.is_empty())
        .map(|path| PathBuf::from(OsStr::from_bytes(path)))
        .collect();
    // A file in conflict is listed once for each of its versions.
    files.sort_unstable();
    files.dedup();
    Some(files)
}

fn everything(root: &Path) -> io::Result<Vec<PathBuf>> {
    let walk = ignore::WalkBuilder::new(root).standard_filters(false).build();
    let mut files = Vec::new();
    for entry in walk {
        let entry = entry.map_err(io::Error::other)?;
        let below = entry.path().strip_prefix(root).unwrap_or(entry.path());
        if entry.file_type().is_some_and(|kind| !kind.is_dir()) && !below.starts_with(".git") {
            files.push(below.to_owned());
        }
    }
    Ok(files)
}

/// Copies a file with its permissions, or a link as a link. What is gone, and folders of other
/// repositories, are passed over.
fn copy_one(from: &Path, to: &Path) -> io::Result<()> {
    let Ok(metadata) = from.symlink_metadata() else { return Ok(()) };
    if let Some(parent) = to.parent() {
        std::fs::create_dir_all(parent)?;
    }
    if metadata.is_symlink() {
        symlink(std::fs::read_link(from)?, to)
    } else if metadata.is_file() {
        std::fs::copy(from, to).map(drop)
    } else {
        Ok(())
    }
}
