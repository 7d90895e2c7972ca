//! Prepares how commands are started: by a launcher, in a sandbox that was tried first.

use std::path::{Path, PathBuf};

use super::open::{OpenPlan, Project};
use crate::config::{Config, Environment};
use crate::digest::digest;
use crate::failure::{ExitCode, Failure};
use crate::interrupt::Interrupt;
use crate::process::sandbox::{self, Confinement};
use crate::process::{Launcher, Policy};
use crate::workspace::{STATE_DIR, Workspace};

/// The policy for every command of a run. Without the confinement that is wanted there is no run.
pub(crate) async fn policy(
    project: &Project,
    config: &Config,
    plan: &OpenPlan,
    workspace: &Workspace,
    interrupt: &Interrupt,
) -> Result<Policy, Failure> {
    let launcher = Launcher::new().map_err(|error| {
        Failure::internal("agentrun cannot find its own program, which starts the commands", error)
    })?;
    let mut policy = Policy::new(project.for_commands(config), &config.process.env_pass)
        .setting(&config.process.env)
        .launched_by(launcher, &mark(plan));
    policy.patience = policy.patience.min(config.limits.time);
    let confinement = confinement(&project.environment, config, workspace)?;
    // A rerun works in a copy; what an agent wrote into the project itself starts nothing either.
    let writable: Vec<PathBuf> =
        confinement.writable().map(Path::to_owned).chain([project.root.clone()]).collect();
    let policy = policy.without_programs_below(&writable);
    let bwrap = project.environment.all_on_path("bwrap").find(|path| outside(path, &writable));
    make_caches(&project.environment);
    let sandbox = sandbox::open(config.sandbox.mode, confinement, bwrap, &policy, interrupt).await;
    let sandbox = sandbox.map_err(|refused| {
        Failure::new(ExitCode::CannotBegin, refused.to_string())
            .hint("install bubblewrap; docs/sandbox.md says why it may not work")
            .hint("or turn the sandbox off: --sandbox off, or in your own file `[sandbox] mode = \"off\"`; commands then have all your rights")
    })?;
    Ok(policy.confined_by(sandbox))
}

/// What the commands of a plan carry in their environment.
pub(crate) fn mark(plan: &OpenPlan) -> String {
    digest(plan.dir.path().as_os_str().as_encoded_bytes())[..16].to_owned()
}

fn confinement(
    environment: &Environment,
    config: &Config,
    workspace: &Workspace,
) -> Result<Confinement, Failure> {
    let variable = |name: &str| environment.path(name);
    let mut caches = sandbox::caches(&variable);
    for cache in &config.sandbox.caches {
        caches.push(below_home(cache, variable("HOME"), "sandbox.caches")?);
    }
    let show = config.sandbox.show.iter().map(|path| below_home(path, variable("HOME"), "sandbox.show"));
    let show = show.collect::<Result<Vec<PathBuf>, Failure>>()?;
    let mut hidden = sandbox::credentials(&variable);
    hidden.retain(|path| !show.contains(path));
    let is_git = |path: &&PathBuf| path.ends_with(".git");
    let mut read_only: Vec<PathBuf> =
        workspace.protected.iter().filter(|path| !is_git(path)).cloned().collect();
    read_only.push(workspace.root.join(STATE_DIR));
    Ok(Confinement {
        root: workspace.root.clone(),
        temporary: vec![environment.temporary(), "/tmp".into(), "/var/tmp".into()],
        caches,
        repository: Vec::new(),
        read_only,
        hidden,
        network: config.sandbox.network,
    })
}

/// Makes the caches that installed tools cannot do without: in a fresh home a command could not make them.
fn make_caches(environment: &Environment) {
    for (path, program) in sandbox::needed_caches(&|name| environment.path(name)) {
        if environment.all_on_path(program).next().is_some() {
            // A tool whose cache cannot be made says so itself.
            let _ = std::fs::create_dir_all(path);
        }
    }
}

/// A path as people write it: absolute, or `~/x`.
fn below_home(path: &Path, home: Option<PathBuf>, key: &str) -> Result<PathBuf, Failure> {
    match (path.strip_prefix("~"), home) {
        (Ok(rest), Some(home)) => Ok(home.join(rest)),
        _ if path.is_absolute() => Ok(path.to_owned()),
        _ => Err(Failure::usage(format!("`{key}`: `{}` is not an absolute path", path.display()))),
    }
}

/// A program that commands could replace confines nobody.
fn outside(program: &Path, writable: &[PathBuf]) -> bool {
    let real = program.canonicalize().unwrap_or_else(|_| program.to_owned());
    let replaceable = |path: &Path| writable.iter().any(|place| path.starts_with(place));
    program.is_absolute() && !replaceable(program) && !replaceable(&real)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cache_is_absolute_or_below_the_home() {
        let home = || Some(PathBuf::from("/home/ada"));
        for (path, home, real) in [
            ("~/x", home(), Ok("/home/ada/x")),
            ("/x", home(), Ok("/x")),
            ("/x", None, Ok("/x")),
            ("x", home(), Err("`sandbox.caches`: `x` is not an absolute path")),
            ("~/x", None, Err("`sandbox.caches`: `~/x` is not an absolute path")),
        ] {
            let found =
                below_home(Path::new(path), home, "sandbox.caches").map_err(|failure| failure.to_string());
            assert_eq!(found, real.map(PathBuf::from).map_err(str::to_owned), "{path}");
        }
    }
}
