//! Where a run works: the tree of the project, the folder of the run, and how commands are started there.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::facts::AttemptRef;
use crate::interrupt::Interrupt;
use crate::journal::RunDir;
use crate::process::{Policy, Sandbox};
use crate::validate::withheld::{Withheld, may_be_asked_for};
use crate::workspace::Workspace;
use crate::workspace::git::author::Author;
use crate::workspace::programs::ProgramSearch;
use crate::workspace::unseen::unseen;
use crate::workspace::validators::ValidatorStore;

#[derive(Debug, Clone)]
pub(crate) struct Site {
    /// The project, as far as the agent reaches.
    pub workspace: Workspace,
    /// What snapshots leave out: the plan, and what agentrun keeps for itself.
    pub left_out: Vec<PathBuf>,
    /// Prefix of the private refs of this plan's snapshots.
    pub snapshot_prefix: String,
    /// The folder for what people read of this run.
    pub run_dir: RunDir,
    pub policy: Policy,
    /// Copies of the files that decide about verdicts.
    pub validators: ValidatorStore,
    /// The folder of what stands in for them.
    pub stand_in: PathBuf,
    pub author: Author,
    pub interrupt: Interrupt,
}

impl Site {
    pub(crate) fn root(&self) -> &Path {
        &self.workspace.root
    }

    /// A digest of what snapshots do not show.
    pub(crate) fn unseen(&self) -> Option<String> {
        unseen(self.root(), &self.left_out)
    }

    /// What commands miss of what the person has.
    pub(crate) fn withheld(&self) -> Withheld {
        let variables = self.policy.withheld.iter().filter(|name| may_be_asked_for(name)).cloned().collect();
        let confinement = self.policy.sandbox().and_then(Sandbox::confinement);
        let hidden = confinement.map_or(&[][..], |confinement| &confinement.hidden);
        let hidden = hidden.iter().filter(|path| path.exists()).cloned().collect();
        let home = self.policy.environment.get(OsStr::new("HOME")).map(PathBuf::from);
        Withheld { variables, hidden, home }
    }

    pub(crate) fn search(&self) -> ProgramSearch<'_> {
        ProgramSearch::new(self.root(), self.policy.path())
    }

    /// The name of a snapshot around an attempt, below the plan's own prefix.
    pub(crate) fn snapshot_name(&self, at: &AttemptRef, suffix: &str) -> String {
        let key = at.step.key.to_string();
        let key: String = key.chars().filter(char::is_ascii_alphanumeric).take(14).collect();
        format!("{}/{}/{key}-{}{suffix}", self.snapshot_prefix, self.run_dir.id, at.attempt)
    }
}
