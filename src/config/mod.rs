//! Combines flags, environment, files and defaults into one `Config`; no other room reads the environment.

pub mod raw;
pub mod source;
pub mod trust;

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::time::Duration;

use raw::RawConfig;
pub use raw::{GuardMode, Progress, ProseCriteria, RequiredStrength, parse_duration, say_duration};

use crate::failure::Failure;
use crate::process::sandbox::{Network, Wish};
use trust::{Approval, Power};

/// The project's file, at its root.
pub const PROJECT_FILE: &str = "agentrun.toml";

/// Everything that is configured, resolved once.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// The endpoint.
    pub model: ModelConfig,
    /// Limits of an attempt.
    pub limits: Limits,
    /// Attempts a step and run.
    pub max_attempts: u32,
    /// Go on with what does not depend on a step that did not pass.
    pub keep_going: bool,
    /// Commit each step that passes.
    pub commit: bool,
    /// Commands that apply to every step.
    pub commands: Vec<String>,
    /// Wall clock of a validation command.
    pub validation_timeout: Duration,
    /// The weakest pass that ticks.
    pub strength: RequiredStrength,
    /// What happens to prose criteria.
    pub criteria: ProseCriteria,
    /// What happens where what validates was weakened.
    pub guard: GuardMode,
    /// Where progress is written.
    pub progress: Progress,
    /// Files with rules; `None` looks in the usual places.
    pub rules: Option<Vec<PathBuf>>,
    /// Files with the request; `None` looks in the usual places.
    pub request: Option<Vec<PathBuf>>,
    /// A folder with templates.
    pub prompts: Option<PathBuf>,
    /// Environment variables that child processes get besides the usual ones.
    pub env_pass: Vec<String>,
    /// The confinement of commands.
    pub sandbox: SandboxConfig,
}

/// The confinement of commands.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SandboxConfig {
    /// What confines them.
    pub mode: Wish,
    /// Whether they reach the network.
    pub network: Network,
    /// Folders that they may write besides the usual caches; absolute, or below the home: `~/x`.
    pub caches: Vec<PathBuf>,
}

/// The endpoint.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelConfig {
    /// The model's name, or `scripted:FILE`.
    pub name: String,
    /// Where the OpenAI-compatible API is.
    pub base_url: String,
    /// The environment variable that holds the key.
    pub api_key_env: String,
    /// Ask for a stream.
    pub stream: bool,
    /// Sampling temperature; the server's default if `None`.
    pub temperature: Option<f64>,
    /// Upper bound of one reply, in tokens; the server's default if `None`.
    pub max_output_tokens: Option<u64>,
    /// Tokens that prompt and reply may have together; known from the server's errors only if `None`.
    pub context_window: Option<u64>,
    /// Wall clock of one request.
    pub request_timeout: Duration,
    /// How long a reply may be silent.
    pub silence_timeout: Duration,
    /// How long one request may be retried.
    pub retry_budget: Duration,
}

/// Limits of one attempt.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Turns.
    pub turns: u32,
    /// Time.
    pub time: Duration,
    /// Tokens; none if `None`.
    pub tokens: Option<u64>,
    /// Wall clock of a command of the agent.
    pub command: Duration,
}

/// What a project's file sets and a person has not approved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withheld {
    /// The settings.
    pub powers: Vec<Power>,
    /// Where the approval goes; `None` where the user has no state folder.
    pub approval: Option<Approval>,
}

/// The environment of this process, read once.
#[derive(Debug, Clone, Default)]
pub struct Environment(BTreeMap<OsString, OsString>);

impl Environment {
    /// Reads the environment of this process.
    pub fn read() -> Self {
        Self(std::env::vars_os().collect())
    }

    /// A variable, if it is set, not empty and text.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(&OsString::from(name)).and_then(|value| value.to_str()).filter(|value| !value.is_empty())
    }

    /// Where this very program is.
    pub fn program(&self) -> Option<PathBuf> {
        std::env::current_exe().ok()
    }

    /// The same as a path.
    pub fn path(&self, name: &str) -> Option<PathBuf> {
        self.0.get(OsStr::new(name)).filter(|value| !value.is_empty()).map(PathBuf::from)
    }

    /// The temporary folder of this process.
    pub fn temporary(&self) -> PathBuf {
        self.path("TMPDIR").unwrap_or_else(|| "/tmp".into())
    }

    /// The program that a name starts.
    pub fn on_path(&self, name: &str) -> Option<PathBuf> {
        self.all_on_path(name).next()
    }

    /// Every program of this name, the one that it starts first.
    pub fn all_on_path(&self, name: &str) -> impl Iterator<Item = PathBuf> {
        let dirs: Vec<PathBuf> =
            self.get("PATH").map(|path| std::env::split_paths(path).collect()).unwrap_or_default();
        dirs.into_iter().map(move |dir| dir.join(name)).filter(|place| place.is_file())
    }

    /// All variables.
    pub fn all(&self) -> impl Iterator<Item = (OsString, OsString)> {
        self.0.iter().map(|(name, value)| (name.clone(), value.clone()))
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            model: ModelConfig {
                name: String::new(),
                base_url: "https://api.openai.com/v1".to_owned(),
                api_key_env: "OPENAI_API_KEY".to_owned(),
                stream: true,
                temperature: None,
                max_output_tokens: None,
                context_window: None,
                request_timeout: Duration::from_mins(20),
                silence_timeout: Duration::from_mins(2),
                retry_budget: Duration::from_mins(10),
            },
            limits: Limits {
                turns: 60,
                time: Duration::from_mins(30),
                tokens: None,
                command: Duration::from_mins(2),
            },
            max_attempts: 3,
            keep_going: false,
            commit: false,
            commands: Vec::new(),
            validation_timeout: Duration::from_mins(10),
            strength: RequiredStrength::Weak,
            criteria: ProseCriteria::Judge,
            guard: GuardMode::Report,
            progress: Progress::Boxes,
            rules: None,
            request: None,
            prompts: None,
            env_pass: Vec::new(),
            sandbox: SandboxConfig::default(),
        }
    }
}

impl Config {
    /// Reads the user's file, the project's file and the environment, in this order; flags come
    /// on top of it. What the project's file sets beyond its rights is left out until a person
    /// approves it, and is given back beside the configuration.
    pub fn load(root: &Path, environment: &Environment) -> Result<(Self, Option<Withheld>), Failure> {
        let mut config = Self::default();
        if let Some(path) = source::user_file(environment) {
            config.take(source::read(&path)?.unwrap_or_default());
        }
        let withheld = config.take_project(root, environment)?;
        config.take_environment(environment)?;
        Ok((config, withheld))
    }

    fn take_project(&mut self, root: &Path, environment: &Environment) -> Result<Option<Withheld>, Failure> {
        let path = root.join(PROJECT_FILE);
        let Some(text) = source::text(&path)? else { return Ok(None) };
        let raw = source::parse(&text, &path)?;
        let mut harmless = raw.clone();
        let powers = trust::withhold(&mut harmless);
        let folder = source::state_folder(environment);
        let approval = folder.map(|folder| Approval::of(&folder, root, &text));
        if powers.is_empty() || approval.as_ref().is_some_and(Approval::is_given) {
            self.take(raw);
            return Ok(None);
        }
        self.take(harmless);
        Ok(Some(Withheld { powers, approval }))
    }

    /// The limits in force, in words.
    pub fn say_limits(&self) -> String {
        let Limits { turns, time, tokens, .. } = self.limits;
        let tokens = tokens.map_or_else(String::new, |tokens| format!(", {tokens} tokens"));
        format!(
            "attempts a step: {}; an attempt: {turns} turns, {}{tokens}; a validation command: {}",
            self.max_attempts,
            say_duration(time),
            say_duration(self.validation_timeout),
        )
    }

    /// Lays one file over what is known so far.
    pub fn take(&mut self, raw: RawConfig) {
        let RawConfig { model, agent, run, validation, plan, brief, process, sandbox } = raw;
        set(&mut self.model.name, model.name);
        set(&mut self.model.base_url, model.base_url);
        set(&mut self.model.api_key_env, model.api_key_env);
        set(&mut self.model.stream, model.stream);
        self.model.temperature = model.temperature.or(self.model.temperature);
        self.model.max_output_tokens = model.max_output_tokens.or(self.model.max_output_tokens);
        self.model.context_window = model.context_window.or(self.model.context_window);
        set(&mut self.model.request_timeout, model.request_timeout);
        set(&mut self.model.silence_timeout, model.silence_timeout);
        set(&mut self.model.retry_budget, model.retry_budget);
        set(&mut self.limits.turns, agent.max_turns);
        set(&mut self.limits.time, agent.max_time);
        self.limits.tokens = agent.max_tokens.or(self.limits.tokens);
        set(&mut self.limits.command, agent.command_timeout);
        set(&mut self.max_attempts, run.max_attempts);
        set(&mut self.keep_going, run.keep_going);
        set(&mut self.commit, run.commit);
        set(&mut self.commands, validation.commands);
        set(&mut self.validation_timeout, validation.timeout);
        set(&mut self.strength, validation.strength);
        set(&mut self.criteria, validation.criteria);
        set(&mut self.guard, validation.guard);
        set(&mut self.progress, plan.progress);
        self.rules = brief.rules.or(self.rules.take());
        self.request = brief.request.or(self.request.take());
        self.prompts = brief.prompts.or(self.prompts.take());
        set(&mut self.env_pass, process.env_pass);
        set(&mut self.sandbox.mode, sandbox.mode);
        set(&mut self.sandbox.network, sandbox.network);
        set(&mut self.sandbox.caches, sandbox.caches);
    }

    fn take_environment(&mut self, environment: &Environment) -> Result<(), Failure> {
        let text = |name: &str| environment.get(name).map(str::to_owned);
        set(&mut self.model.name, text("AGENTRUN_MODEL"));
        set(&mut self.model.base_url, text("AGENTRUN_BASE_URL"));
        set(&mut self.max_attempts, number(environment, "AGENTRUN_MAX_ATTEMPTS")?);
        set(&mut self.limits.turns, number(environment, "AGENTRUN_MAX_TURNS")?);
        if let Some(text) = environment.get("AGENTRUN_MAX_TIME") {
            self.limits.time = parse_duration(text)
                .map_err(|problem| Failure::usage(format!("the variable AGENTRUN_MAX_TIME: {problem}")))?;
        }
        Ok(())
    }
}

fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

/// A positive number of the environment.
fn number(environment: &Environment, name: &str) -> Result<Option<u32>, Failure> {
    let Some(text) = environment.get(name) else { return Ok(None) };
    match text.parse::<u32>() {
        Ok(number) if number > 0 => Ok(Some(number)),
        _ => Err(Failure::usage(format!("the variable {name} is `{text}`: it must be a positive number"))),
    }
}

#[cfg(test)]
mod tests;
