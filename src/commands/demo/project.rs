//! Makes the small project of the demo: bundled files in a folder of its own, under git.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::commands::common::hold;
use crate::config::Environment;
use crate::failure::Failure;
use crate::journal::StateDir;
use crate::process::{Invocation, Policy, ProgramOutput, capture};

pub(super) const PLAN: &str = include_str!("../../../plans/demo/plan.md");

/// The replies of the scripted model, from the project's root. Not committed: a copy of the
/// project for a real model must not hold the answers.
pub(super) const REPLIES: &str = ".agentrun/demo-replies.jsonl";

const FILES: &[(&str, &str)] = &[
    ("Cargo.toml", include_str!("../../../plans/demo/manifest.toml")),
    ("Cargo.lock", include_str!("../../../plans/demo/lock.toml")),
    (".gitignore", include_str!("../../../plans/demo/gitignore")),
    ("src/lib.rs", include_str!("../../../plans/demo/lib.rs")),
    ("PROJECT_RULES.md", include_str!("../../../plans/demo/PROJECT_RULES.md")),
    ("FEATURE_REQUEST.md", include_str!("../../../plans/demo/FEATURE_REQUEST.md")),
    ("plan.md", PLAN),
];

/// Programs without which there is no demo, and where they are to be had.
const PROGRAMS: &[(&str, &str)] = &[("git", "https://git-scm.com"), ("cargo", "https://rustup.rs")];

/// Whoever commits in the demo, and nothing of the user's settings that could get in the way.
const IDENTITY: &[(&str, &str)] = &[
    ("GIT_AUTHOR_NAME", "agentrun demo"),
    ("GIT_AUTHOR_EMAIL", "demo@localhost"),
    ("GIT_COMMITTER_NAME", "agentrun demo"),
    ("GIT_COMMITTER_EMAIL", "demo@localhost"),
];

const SETTINGS: &[&str] = &["init.defaultBranch=main", "core.hooksPath=/dev/null", "commit.gpgSign=false"];

/// None of these programs takes a second.
const TIMEOUT: Duration = Duration::from_mins(1);

/// Makes the project in `dir`, which must be new or empty; else in a new folder below the
/// temporary one, which is kept.
pub(super) fn make(dir: Option<&Path>, environment: &Environment) -> Result<PathBuf, Failure> {
    let policy = Policy::new(environment.all(), &[]);
    hold::runtime()?.block_on(async {
        for &(program, source) in PROGRAMS {
            require(program, source, &policy).await?;
        }
        let root = folder(dir)?;
        write(&root)?;
        git(&["init", "-q"], &root, &policy).await?;
        git(&["add", "-A"], &root, &policy).await?;
        git(&["commit", "-q", "-m", "lapse: begin with a table of units"], &root, &policy).await?;
        write_replies(&root)?;
        Ok(root)
    })
}

/// Refuses to begin where a program is missing.
async fn require(program: &str, source: &str, policy: &Policy) -> Result<(), Failure> {
    let args = ["--version"].map(OsStr::new);
    let asked = Invocation {
        program,
        args: &args,
        dir: Path::new("."),
        environment: &[],
        stdin: &[],
        timeout: TIMEOUT,
    };
    let failure = match capture(&asked, policy).await {
        Ok(ProgramOutput { code: Some(0), .. }) => return Ok(()),
        Ok(ProgramOutput { stderr, .. }) => {
            // What follows an empty line is a backtrace, if anything.
            let why = stderr.split("\n\n").next().unwrap_or_default();
            Failure::usage(format!("`{program} --version` does not work")).caused_by(why)
        }
        Err(error) => {
            Failure::usage(format!("the demo needs `{program}`, which cannot be started")).caused_by(error)
        }
    };
    Err(failure.hint(format!("install it ({source}) or put it on the PATH, then run the demo again")))
}

/// A folder that holds nothing yet.
fn folder(dir: Option<&Path>) -> Result<PathBuf, Failure> {
    let Some(dir) = dir else {
        let new = tempfile::Builder::new().prefix("agentrun-demo-").tempdir();
        let new = new.map_err(|error| Failure::usage("cannot make a temporary folder").caused_by(error));
        return canonical(&new?.keep());
    };
    let shown = dir.display();
    let elsewhere = |failure: Failure| failure.hint("name a new folder, or leave it out: agentrun demo");
    std::fs::create_dir_all(dir)
        .map_err(|error| elsewhere(Failure::usage(format!("cannot make `{shown}`")).caused_by(error)))?;
    let mut entries = std::fs::read_dir(dir)
        .map_err(|error| elsewhere(Failure::usage(format!("cannot read `{shown}`")).caused_by(error)))?;
    match entries.next() {
        Some(_) => Err(elsewhere(Failure::usage(format!("`{shown}` is not empty, so nothing was written")))),
        None => canonical(dir),
    }
}

fn canonical(dir: &Path) -> Result<PathBuf, Failure> {
    dir.canonicalize().map_err(|error| not_written(dir, error))
}

fn write(root: &Path) -> Result<(), Failure> {
    FILES.iter().try_for_each(|(name, text)| {
        let path = root.join(name);
        let made = path.parent().map_or(Ok(()), std::fs::create_dir_all);
        made.and_then(|()| std::fs::write(&path, text)).map_err(|error| not_written(&path, error))
    })
}

fn write_replies(root: &Path) -> Result<(), Failure> {
    let path = root.join(REPLIES);
    let replies = include_str!("../../../plans/demo/replies.jsonl");
    let made = StateDir::of(root).create().and_then(|()| std::fs::write(&path, replies));
    made.map_err(|error| not_written(&path, error))
}

fn not_written(path: &Path, error: std::io::Error) -> Failure {
    Failure::usage(format!("cannot write `{}`", path.display())).caused_by(error)
}

async fn git(args: &[&str], root: &Path, policy: &Policy) -> Result<(), Failure> {
    let settings = SETTINGS.iter().flat_map(|setting| ["-c", setting]);
    let all: Vec<&OsStr> = settings.chain(args.iter().copied()).map(OsStr::new).collect();
    let identity: Vec<_> = IDENTITY.iter().map(|&(name, value)| (name, OsString::from(value))).collect();
    let asked = Invocation {
        program: "git",
        args: &all,
        dir: root,
        environment: &identity,
        stdin: &[],
        timeout: TIMEOUT,
    };
    let failed = || Failure::usage(format!("`git {}` failed in `{}`", args[0], root.display()));
    match capture(&asked, policy).await {
        Ok(ProgramOutput { code: Some(0), .. }) => Ok(()),
        Ok(captured) => Err(failed().caused_by(captured.stderr)),
        Err(error) => Err(failed().caused_by(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::scripted::Script;

    #[test]
    fn the_bundled_replies_are_a_script_and_the_bundled_plan_has_no_flaw() {
        let script = include_str!("../../../plans/demo/replies.jsonl");
        assert!(Script::parse(Path::new(REPLIES), script).is_ok());
        let reading = crate::plan::read(PLAN);
        assert!(reading.diagnostics.is_empty(), "{:?}", reading.diagnostics);
        let ids: Vec<&str> = reading.plan.steps.iter().map(|step| step.id.as_str()).collect();
        assert_eq!(ids, ["1", "2", "3"]);
    }
}
