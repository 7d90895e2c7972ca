//! What does not change during a run, and what follows from it alone.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::validation::Ground;
use crate::brief::Templates;
use crate::config::{Config, ProseCriteria, RequiredStrength};
use crate::facts::{AttemptRef, Event, StepRef, Strength, Usage};
use crate::interrupt::Interrupt;
use crate::journal::RunDir;
use crate::plan::{Reading, Step, StepIndex};
use crate::process::Policy;
use crate::state::schedule::Selection;
use crate::validate::applied::{Applied, applied};
use crate::validate::vacuous::why_written_so;
use crate::workspace::Workspace;
use crate::workspace::git::author::Author;
use crate::workspace::plan_file::{PlanFile, PlanText, ReadError};
use crate::workspace::programs::Search;

/// What does not change during a run.
#[derive(Debug, Clone)]
pub struct Setting {
    /// The project root.
    pub root: PathBuf,
    /// The plan's file.
    pub plan_file: PlanFile,
    /// The plan's path, relative to the root.
    pub plan_path: String,
    /// The plan as it was at the start.
    pub text: PlanText,
    /// What was understood of it.
    pub reading: Reading,
    /// The configuration.
    pub config: Config,
    /// What was typed, to be typed again.
    pub command: String,
    /// What the run is about.
    pub selection: Selection,
    /// Validate only, without an agent.
    pub validate_only: bool,
    /// Steps without any command pass when something was changed.
    pub allow_unvalidated: bool,
    /// In whose name steps are committed.
    pub author: Author,
    /// The templates of the briefs.
    pub templates: Templates,
    /// The constant prefix of every conversation.
    pub system: String,
    /// How children are started.
    pub policy: Policy,
    /// Where the agent may work.
    pub workspace: Workspace,
    /// The wish to stop.
    pub interrupt: Interrupt,
    /// What people read.
    pub run_dir: RunDir,
    /// What snapshots leave out: the plan, and what agentrun keeps for itself.
    pub left_out: Vec<PathBuf>,
    /// Prefix of the private refs of this plan's snapshots.
    pub snapshot_prefix: String,
}

impl Setting {
    /// The same with the plan as it is on disk now.
    pub fn read_again(&self) -> Result<Self, ReadError> {
        let text = self.plan_file.read()?;
        let reading = crate::plan::read(&text.text);
        Ok(Self { text, reading, ..self.clone() })
    }

    /// A step of the plan.
    pub fn step(&self, index: StepIndex) -> &Step {
        &self.reading.plan.steps[index]
    }

    /// The place of a step in the order, from 1.
    pub fn number(&self, index: StepIndex) -> usize {
        self.reading.graph.order().iter().position(|&other| other == index).map_or(0, |place| place + 1)
    }

    /// The folder of an attempt; 0 is the baseline.
    pub fn attempt_dir(&self, index: StepIndex, attempt: u32) -> PathBuf {
        self.run_dir.attempt(self.number(index), &self.step(index).title, attempt)
    }

    /// Whether a prose criterion that nobody has seen to hold waits for a person.
    pub fn prose_waits(&self) -> bool {
        self.config.validation.criteria != ProseCriteria::Ignore
    }

    /// Whether a judge is asked about prose criteria.
    pub fn judges(&self) -> bool {
        self.config.validation.criteria == ProseCriteria::Judge && !self.validate_only
    }

    /// The commands that decide about a step.
    pub fn applied(&self, index: StepIndex) -> Vec<Applied> {
        applied(&self.reading.plan, self.step(index), &self.config.validation.commands)
    }

    /// The commands that decide about any step.
    pub fn all_applied(&self) -> Vec<Applied> {
        self.reading.plan.steps.keys().flat_map(|index| self.applied(index)).collect()
    }

    /// Where commands look for programs.
    pub fn search(&self) -> Search<'_> {
        Search::new(&self.root, self.policy.path())
    }

    /// A warning for each command of the selected steps that cannot fail as it is written.
    pub fn vacuous_commands(&self) -> Vec<Event> {
        let selected = self.reading.graph.order().iter().filter(|&&index| self.selection.contains(index));
        let mut scripts: Vec<String> =
            selected.flat_map(|&index| self.applied(index)).map(|command| command.script).collect();
        let mut seen = BTreeSet::new();
        scripts.retain(|script| seen.insert(script.clone()));
        let say = |script: String| {
            let message = format!("`{}` decides nothing: {}", script.trim(), why_written_so(&script)?);
            Some(Event::Warning { code: "vacuous".to_owned(), message })
        };
        scripts.into_iter().filter_map(say).collect()
    }

    /// The ground of a step's validation: the baseline's for 0, else that of an attempt.
    pub fn ground(&self, index: StepIndex, attempt: u32) -> Ground<'_> {
        let step = self.step(index);
        Ground {
            at: AttemptRef { step: StepRef::from(step), attempt },
            fingerprint: step.fingerprint(),
            tree: None,
            diff_digest: None,
            usage: Usage::default(),
            baseline: &[],
            root: self.root.clone(),
            run_dir: self.run_dir.path().to_owned(),
            log_dir: self.attempt_dir(index, attempt),
            timeout: self.config.validation.timeout,
            policy: &self.policy,
            interrupt: &self.interrupt,
        }
    }

    /// The name of a snapshot around an attempt, below the plan's own prefix.
    pub fn snapshot_name(&self, at: &AttemptRef, suffix: &str) -> String {
        let key = at.step.key.to_string();
        let key: String = key.chars().filter(char::is_ascii_alphanumeric).take(14).collect();
        format!("{}/{}/{key}-{}{suffix}", self.snapshot_prefix, self.run_dir.id, at.attempt)
    }

    /// Whether a pass of this strength ticks.
    pub fn strong_enough(&self, strength: Strength) -> bool {
        strength == Strength::Proven || self.config.validation.strength == RequiredStrength::Weak
    }
}
