//! The sandbox: what commands may write, what they may not see, and what enforces it.

mod bubblewrap;
mod denial;
mod git;
pub(super) mod landlock;
mod places;
mod probe;
mod sockets;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

pub(in crate::process) use denial::denied;
pub use git::{essentials, redirections};
pub use places::{caches, credentials, needed_caches};
pub use probe::{NoSandbox, Wish, open};

/// What confines a command.
#[derive(Debug, Clone)]
pub enum Sandbox {
    /// Nothing.
    Off,
    /// The kernel's Landlock: a list of what may be read and written.
    Landlock(Confinement),
    /// Namespaces of its own, made by bubblewrap.
    Bubblewrap {
        /// The program `bwrap`.
        program: PathBuf,
        /// What it lets through.
        confinement: Confinement,
    },
}

/// Where a command may write and what it may not see. Everything else can be read. All paths are
/// absolute and without symbolic links; they need not exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confinement {
    /// The project.
    pub root: PathBuf,
    /// Temporary folders.
    pub temporary: Vec<PathBuf>,
    /// Caches of toolchains.
    pub caches: Vec<PathBuf>,
    /// Where git keeps the repository, if that is outside the project: a work tree of its own.
    pub repository: Vec<PathBuf>,
    /// What may be read and not written, inside of what may be written.
    pub read_only: Vec<PathBuf>,
    /// What may not even be read.
    pub hidden: Vec<PathBuf>,
    /// The network.
    pub network: Network,
}

/// Whether commands reach the network.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Network {
    /// allowed
    #[default]
    On,
    /// blocked, except loopback inside the sandbox
    Off,
}

impl Sandbox {
    /// What is in force, in one sentence.
    pub fn describe(&self) -> String {
        match self {
            Self::Off => "none".to_owned(),
            // It cannot take a file out of a folder that may be written.
            Self::Landlock(confinement) => {
                format!("Landlock: {}", confinement.describe("the project with its protected files"))
            }
            Self::Bubblewrap { confinement, .. } => {
                format!("bubblewrap: {}", confinement.describe("the project"))
            }
        }
    }

    /// The same, but these may be written.
    pub(in crate::process) fn giving(mut self, paths: &[PathBuf]) -> Self {
        match &mut self {
            Self::Off => {}
            Self::Landlock(confinement) | Self::Bubblewrap { confinement, .. } => {
                confinement.read_only.retain(|path| !paths.contains(path));
            }
        }
        self
    }

    /// What it lets through; `None` if it lets everything.
    pub fn confinement(&self) -> Option<&Confinement> {
        match self {
            Self::Off => None,
            Self::Landlock(confinement) | Self::Bubblewrap { confinement, .. } => Some(confinement),
        }
    }
}

impl Confinement {
    /// Everything that may be written, the project first.
    pub fn writable(&self) -> impl Iterator<Item = &Path> {
        let rest = self.temporary.iter().chain(&self.caches).chain(&self.repository);
        std::iter::once(&self.root).chain(rest).map(PathBuf::as_path)
    }

    /// What `bwrap` is told of it, with what is there now.
    pub(super) fn bubblewrap(&self, dir: &Path) -> Vec<OsString> {
        let root = rustix::process::geteuid().is_root();
        let kind = |path: &Path| {
            let metadata = path.symlink_metadata().ok()?;
            Some(if metadata.is_dir() { bubblewrap::PlaceKind::Folder } else { bubblewrap::PlaceKind::File })
        };
        bubblewrap::arguments(self, dir, root, &kind)
    }

    /// What it comes to, in words.
    fn describe(&self, project: &str) -> String {
        let caches = match self.caches.len() {
            0 => String::new(),
            1 => " and 1 cache".to_owned(),
            many => format!(" and {many} caches"),
        };
        let comma = if caches.is_empty() { " and" } else { "," };
        let network = self.network.say();
        format!("writes to {project}{comma} the temporary folder{caches}; network {network}")
    }
}

impl Network {
    /// `on` or `off`.
    pub fn say(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Off => "off",
        }
    }
}
