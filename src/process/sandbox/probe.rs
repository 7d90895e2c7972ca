//! Which sandbox there is: tried once, with the very arguments of later commands.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::git::Repository;
use super::{Confinement, Network, Sandbox};
use crate::facts::Exit;
use crate::interrupt::Interrupt;
use crate::process::{Command, Policy, run};
use crate::redact::Redact;

/// It takes some milliseconds.
const TIMEOUT: Duration = Duration::from_secs(20);

/// Which sandbox a person wants.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Wish {
    /// Bubblewrap where it works, else Landlock, else the run is refused
    #[default]
    Auto,
    /// Bubblewrap or nothing.
    Bubblewrap,
    /// Landlock or nothing.
    Landlock,
    /// None.
    Off,
}

/// Confinement that was asked for and cannot be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no sandbox to run commands in: {reasons}")]
pub struct Refused {
    /// What was tried, and why it does not work.
    pub reasons: String,
}

/// The sandbox in force: the first that is wanted and works. `bwrap` is where bubblewrap is.
pub async fn open(
    wish: Wish,
    confinement: Confinement,
    bwrap: Option<PathBuf>,
    policy: &Policy,
    interrupt: &Interrupt,
) -> Result<Sandbox, Refused> {
    if wish == Wish::Off {
        return Ok(Sandbox::Off);
    }
    let mut reasons = Vec::new();
    let confinement = complete(confinement);
    if wish != Wish::Landlock {
        match bwrap {
            Some(program) => {
                let sandbox = Sandbox::Bubblewrap { program, confinement: confinement.clone() };
                match try_out(&sandbox, policy, interrupt).await {
                    Ok(()) => return Ok(sandbox),
                    Err(reason) => reasons.push(format!("bubblewrap does not work here ({reason})")),
                }
            }
            None => reasons.push("bubblewrap (`bwrap`) is not installed".to_owned()),
        }
    }
    if wish != Wish::Bubblewrap {
        if confinement.network == Network::Off {
            reasons.push("Landlock cannot turn the network off".to_owned());
        } else {
            let sandbox = Sandbox::Landlock(confinement);
            match try_out(&sandbox, policy, interrupt).await {
                Ok(()) => return Ok(sandbox),
                Err(reason) => reasons.push(format!("Landlock does not work here ({reason})")),
            }
        }
    }
    Err(Refused { reasons: reasons.join("; ") })
}

/// What would be tried, for those who start no process.
impl Wish {
    /// As it is typed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Bubblewrap => "bubblewrap",
            Self::Landlock => "landlock",
            Self::Off => "off",
        }
    }

    /// In words.
    pub fn describe(self, network: Network) -> String {
        let network = network.say();
        match self {
            Self::Auto if network == "off" => {
                format!("bubblewrap if it works here, else the run is refused; network {network}")
            }
            Self::Auto => format!("bubblewrap if it works here, else Landlock; network {network}"),
            Self::Bubblewrap => format!("bubblewrap; network {network}"),
            Self::Landlock => format!("Landlock; network {network}"),
            Self::Off => "none".to_owned(),
        }
    }
}

/// With what only the disk knows.
fn complete(mut confinement: Confinement) -> Confinement {
    let repository = Repository::of(&confinement.root);
    repository.prepare();
    confinement.repository = repository.outside;
    confinement.read_only.extend(repository.read_only);
    for places in [&mut confinement.temporary, &mut confinement.caches, &mut confinement.hidden] {
        // A hidden folder may come into being during the run.
        let real = |path: &PathBuf| path.canonicalize().unwrap_or_else(|_| path.clone());
        *places = places.iter().map(real).collect();
        places.sort();
        places.dedup();
    }
    let root = confinement.root.clone();
    confinement.temporary.retain(|path| path.is_dir());
    confinement.caches.retain(|path| path.exists() && !root.starts_with(path));
    let caches = confinement.caches.clone();
    let inside = |path: &Path| caches.iter().any(|other| path != other && path.starts_with(other));
    confinement.caches.retain(|path| !inside(path));
    confinement
}

async fn try_out(sandbox: &Sandbox, policy: &Policy, interrupt: &Interrupt) -> Result<(), String> {
    let Some(confinement) = sandbox.confinement() else { return Ok(()) };
    let command = Command {
        script: "true".to_owned(),
        strict: false,
        dir: confinement.root.clone(),
        timeout: TIMEOUT,
        log: None,
    };
    let policy = policy.clone().confined_by(sandbox.clone());
    let completed = run(&command, &policy, interrupt, &Redact::new([])).await;
    let completed = completed.map_err(|error| error.to_string())?;
    match completed.exit {
        Exit::Code { code: 0 } | Exit::Interrupted => Ok(()),
        Exit::NotStarted { reason } => Err(reason),
        exit => Err(exit.say()),
    }
}
