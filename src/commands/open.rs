//! What every command needs first: the project root, its configuration, the plan, its state.

use std::path::{Path, PathBuf};

use crate::brief::Sources;
use crate::config::{Config, Environment};
use crate::failure::{ExitCode, Failure};
use crate::journal::reader::{self, Journal};
use crate::journal::{PlanDir, StateDir};
use crate::model::openai::Settings;
use crate::plan::{self, Reading};
use crate::plan_file::{PlanFile, PlanText, ReadError};
use crate::run::renames::renames;
use crate::run::state::RunState;
use crate::workspace::Workspace;

/// A project.
#[derive(Debug)]
pub(super) struct Project {
    /// Its root, without links.
    pub root: PathBuf,
    /// Where agentrun keeps its state.
    pub state: StateDir,
    /// The environment of this process.
    pub environment: Environment,
}

/// A plan of a project, read.
#[derive(Debug)]
pub(super) struct OpenPlan {
    /// Its file.
    pub file: PlanFile,
    /// Its path, relative to the root where it is inside.
    pub path: String,
    /// Its text.
    pub text: PlanText,
    /// What was understood of it.
    pub reading: Reading,
    /// Its state.
    pub dir: PlanDir,
}

/// What earlier runs left.
#[derive(Debug)]
pub(super) struct Past {
    /// The fold over it.
    pub state: RunState,
    /// The number that the next record gets.
    pub next_seq: u64,
    /// Lines that cannot be read or contradict the others.
    pub complaints: Vec<String>,
}

impl Project {
    /// The project at `root`, else the git top level around the working directory, else the
    /// working directory. Starts no process.
    pub(super) fn find(root: Option<&Path>) -> Result<Self, Failure> {
        let start = root.unwrap_or(Path::new("."));
        let start = start.canonicalize().map_err(|error| {
            Failure::usage(format!("there is no directory `{}`", start.display())).caused_by(error)
        })?;
        if !start.is_dir() {
            return Err(Failure::usage(format!("`{}` is not a directory", start.display())));
        }
        let top = start.ancestors().find(|dir| dir.join(".git").exists()).filter(|_| root.is_none());
        let root = top.unwrap_or(&start).to_owned();
        Ok(Self { state: StateDir::of(&root), root, environment: Environment::read() })
    }

    /// The project's configuration, without flags.
    pub(super) fn config(&self) -> Result<Config, Failure> {
        Config::load(&self.root, &self.environment)
    }

    /// The key, which no child process and no file gets to see.
    pub(super) fn secret(&self, config: &Config) -> Option<String> {
        self.environment.get(&config.model.api_key_env).map(str::to_owned)
    }

    /// The endpoint as the model layer wants it.
    pub(super) fn model_settings(&self, config: &Config) -> Settings {
        let model = &config.model;
        Settings {
            api_key: self.secret(config),
            key_variable: model.api_key_env.clone(),
            stream: model.stream,
            request_timeout: model.request_timeout,
            silence_timeout: model.silence_timeout,
            retry_budget: model.retry_budget,
            max_output_tokens: model.max_output_tokens,
            temperature: model.temperature,
            ..Settings::new(model.base_url.clone(), model.name.clone())
        }
    }

    /// Where the agent may work: the project, less what decides about it.
    pub(super) fn workspace(&self, plan: &OpenPlan, sources: &Sources) -> Result<Workspace, Failure> {
        let sources = sources.rules.iter().chain(&sources.request).chain(&sources.agents);
        let mut protected: Vec<PathBuf> = sources.map(|source| self.root.join(&source.path)).collect();
        protected.push(plan.file.path().to_owned());
        protected.push(self.root.join("agentrun.toml"));
        protected.push(self.root.join(".git"));
        Workspace::open(&self.root, &protected)
            .map_err(|error| Failure::internal("cannot open the project", error))
    }

    /// Reads a plan.
    pub(super) fn plan(&self, path: &Path) -> Result<OpenPlan, Failure> {
        let file = PlanFile::at(path).map_err(|error| unreadable(&error))?;
        let text = file.read().map_err(|error| unreadable(&error))?;
        let relative = file.path().strip_prefix(&self.root).unwrap_or(file.path()).display().to_string();
        let reading = plan::read(&text.text);
        Ok(OpenPlan { dir: self.state.plan(&relative), path: relative, file, text, reading })
    }
}

impl OpenPlan {
    /// Everything that earlier runs recorded. Changes nothing on disk.
    pub(super) fn past(&self) -> Result<Past, Failure> {
        let journal = reader::read(&self.dir.journal())
            .map_err(|error| Failure::internal("cannot read the journal", error))?;
        if journal.newer {
            let path = self.dir.journal();
            let message = format!("`{}` was written by a newer agentrun", path.display());
            return Err(
                Failure::usage(message).hint("update agentrun; nothing was run, and nothing was changed")
            );
        }
        Ok(fold(&journal))
    }

    /// The same as the plan's steps are called now. The next run records it.
    pub(super) fn standing(&self) -> Result<Past, Failure> {
        let mut past = self.past()?;
        for event in renames(&self.reading.plan, &past.state) {
            // A step that a run is working on stays what it is.
            past.state.apply(&event).ok();
        }
        Ok(past)
    }
}

/// The state that a journal adds up to; what contradicts it is reported and left out.
pub(super) fn fold(journal: &Journal) -> Past {
    let mut state = RunState::default();
    let mut complaints = journal.complaints();
    for record in &journal.records {
        if let Err(error) = state.apply(&record.event) {
            complaints.push(format!("journal record {} is skipped: {error}", record.seq));
        }
    }
    Past { state, next_seq: journal.next_seq(), complaints }
}

/// A plan that cannot be read: a wrong path is the user's, a wrong content the plan's.
fn unreadable(error: &ReadError) -> Failure {
    let exit = match error {
        ReadError::Missing(_) | ReadError::Directory(_) | ReadError::Io { .. } => ExitCode::Usage,
        ReadError::Empty(_)
        | ReadError::Binary(_)
        | ReadError::NotUtf8 { .. }
        | ReadError::TooLarge { .. } => ExitCode::PlanInvalid,
    };
    let mut failure = Failure::new(exit, error.to_string());
    failure.source = std::error::Error::source(error).map(|source| source.to_string().into());
    failure.hint(
        "a plan is a Markdown file with steps: headings such as `### Step 1: ...`, or boxes `- [ ] ...`",
    )
}
