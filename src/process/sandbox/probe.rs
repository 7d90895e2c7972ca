//! Finds a sandbox that works, by trying it once with the arguments of later commands.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::git::Repository;
use super::sockets::sockets;
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
    /// bubblewrap if it works, else Landlock; refuse to run if neither works
    #[default]
    Auto,
    /// use bubblewrap; refuse to run without it
    Bubblewrap,
    /// use Landlock; refuse to run without it
    Landlock,
    /// no sandbox
    Off,
}

/// Confinement that was asked for and cannot be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no sandbox works here: {reasons}")]
pub struct NoSandbox {
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
) -> Result<Sandbox, NoSandbox> {
    if wish == Wish::Off {
        return Ok(Sandbox::Off);
    }
    let confinement = complete(confinement);
    let mut candidates = Vec::new();
    if wish != Wish::Landlock {
        let sandbox = bwrap.map(|program| Sandbox::Bubblewrap { program, confinement: confinement.clone() });
        candidates.push(("bubblewrap", sandbox.ok_or("bubblewrap (`bwrap`) is not installed")));
    }
    if wish != Wish::Bubblewrap {
        let can = confinement.network == Network::On;
        let sandbox = can.then_some(Sandbox::Landlock(confinement));
        candidates.push(("Landlock", sandbox.ok_or("Landlock cannot turn the network off")));
    }
    let mut reasons = Vec::new();
    for (name, sandbox) in candidates {
        match sandbox {
            Ok(sandbox) => match try_out(&sandbox, policy, interrupt).await {
                Ok(()) => return Ok(sandbox),
                Err(reason) => reasons.push(format!("{name} does not work here ({reason})")),
            },
            Err(reason) => reasons.push(reason.to_owned()),
        }
    }
    Err(NoSandbox { reasons: reasons.join("; ") })
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
    if confinement.network == Network::Off {
        confinement.hidden.extend(sockets(&confinement.root));
    }
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
        Exit::NotStarted { reason, .. } => Err(reason),
        exit => Err(exit.say()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nowhere(network: Network) -> Confinement {
        Confinement {
            root: "/nowhere".into(),
            temporary: Vec::new(),
            caches: Vec::new(),
            repository: Vec::new(),
            read_only: Vec::new(),
            hidden: Vec::new(),
            network,
        }
    }

    #[tokio::test]
    async fn what_cannot_be_had_says_why() {
        let policy = Policy::new(std::iter::empty(), &[]);
        let refused = async |wish, network| {
            let opened = open(wish, nowhere(network), None, &policy, &Interrupt::never()).await;
            opened.map(|sandbox| sandbox.describe()).map_err(|refused| refused.to_string())
        };
        let none = "no sandbox works here: ";
        let missing = "bubblewrap (`bwrap`) is not installed";
        assert_eq!(refused(Wish::Off, Network::Off).await, Ok("none".to_owned()));
        assert_eq!(refused(Wish::Bubblewrap, Network::On).await, Err(format!("{none}{missing}")));
        let both = format!("{none}{missing}; Landlock cannot turn the network off");
        assert_eq!(refused(Wish::Auto, Network::Off).await, Err(both));
    }

    #[test]
    fn what_would_be_tried_is_said_in_words() {
        for (wish, network, expected) in [
            (Wish::Auto, Network::On, "auto: bubblewrap if it works here, else Landlock; network on"),
            (
                Wish::Auto,
                Network::Off,
                "auto: bubblewrap if it works here, else the run is refused; network off",
            ),
            (Wish::Bubblewrap, Network::Off, "bubblewrap: bubblewrap; network off"),
            (Wish::Landlock, Network::On, "landlock: Landlock; network on"),
            (Wish::Off, Network::On, "off: none"),
        ] {
            assert_eq!(format!("{}: {}", wish.name(), wish.describe(network)), expected);
        }
    }

    #[test]
    fn what_is_in_force_is_said_in_a_sentence() {
        let mut confinement = nowhere(Network::On);
        assert_eq!(
            Sandbox::Landlock(confinement.clone()).describe(),
            "Landlock: writes to the project with its protected files and the temporary folder; network on"
        );
        confinement.caches = vec!["/a".into(), "/b".into()];
        let sandbox = Sandbox::Bubblewrap { program: "/usr/bin/bwrap".into(), confinement };
        assert_eq!(
            sandbox.describe(),
            "bubblewrap: writes to the project, the temporary folder and 2 caches; network on"
        );
    }
}
