//! Combines flags, environment, files and defaults into one `Config`; no other room reads the environment.

mod complaint;
mod environment;
mod layers;
pub(crate) mod trust;
mod value;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::ValueEnum;
use serde::Deserialize;

pub(crate) use environment::{Environment, own_program};
pub(crate) use value::{parse_duration, written};

use crate::failure::Failure;
use crate::process::sandbox::{Network, Wish};
use trust::{Approval, Power};

/// The project's file, at its root.
pub(crate) const PROJECT_FILE: &str = "agentrun.toml";

/// Everything that is configured, as the files spell it. Each key stands here and nowhere else.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Config {
    #[serde(deserialize_with = "value::table")]
    pub model: ModelConfig,
    #[serde(rename = "agent", deserialize_with = "value::table")]
    pub limits: Limits,
    #[serde(deserialize_with = "value::table")]
    pub run: RunConfig,
    #[serde(deserialize_with = "value::table")]
    pub validation: ValidationConfig,
    #[serde(deserialize_with = "value::table")]
    pub plan: PlanConfig,
    #[serde(deserialize_with = "value::table")]
    pub brief: BriefConfig,
    #[serde(deserialize_with = "value::table")]
    pub process: ProcessConfig,
    #[serde(deserialize_with = "value::table")]
    pub sandbox: SandboxConfig,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ModelConfig {
    /// The model's name, or `scripted:FILE`.
    pub name: String,
    pub base_url: String,
    pub api_key_env: String,
    pub stream: bool,
    /// Sampling temperature; the server's default if `None`.
    pub temperature: Option<f64>,
    /// Upper bound of one reply, in tokens; the server's default if `None`.
    #[serde(deserialize_with = "value::any_positive")]
    pub max_output_tokens: Option<u64>,
    /// Tokens that prompt and reply may have together; known from the server's errors only if `None`.
    #[serde(deserialize_with = "value::any_positive")]
    pub context_window: Option<u64>,
    #[serde(deserialize_with = "value::time")]
    pub request_timeout: Duration,
    #[serde(deserialize_with = "value::time")]
    pub silence_timeout: Duration,
    #[serde(deserialize_with = "value::time")]
    pub retry_budget: Duration,
}

impl Default for ModelConfig {
    fn default() -> Self {
        Self {
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
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Limits {
    #[serde(rename = "max_turns", deserialize_with = "value::positive")]
    pub turns: u32,
    #[serde(rename = "max_time", deserialize_with = "value::time")]
    pub time: Duration,
    #[serde(rename = "max_tokens", deserialize_with = "value::any_positive")]
    pub tokens: Option<u64>,
    /// Wall clock of a command of the agent.
    #[serde(rename = "command_timeout", deserialize_with = "value::time")]
    pub command: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { turns: 60, time: Duration::from_mins(30), tokens: None, command: Duration::from_mins(2) }
    }
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RunConfig {
    #[serde(deserialize_with = "value::positive")]
    pub max_attempts: u32,
    /// Go on with what does not depend on a step that did not pass.
    pub keep_going: bool,
    pub commit: bool,
}

impl Default for RunConfig {
    fn default() -> Self {
        Self { max_attempts: 3, keep_going: false, commit: false }
    }
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ValidationConfig {
    pub commands: Vec<String>,
    /// Commands of the plan that agentrun runs although they reach outside of the project.
    pub reach: Vec<String>,
    #[serde(deserialize_with = "value::time")]
    pub timeout: Duration,
    #[serde(deserialize_with = "value::choice")]
    pub strength: RequiredStrength,
    #[serde(deserialize_with = "value::choice")]
    pub criteria: ProseCriteria,
    /// Who looks at the tasks of a step whose commands hold.
    #[serde(deserialize_with = "value::choice")]
    pub tasks: TaskDecision,
    /// What happens where what validates was weakened.
    #[serde(deserialize_with = "value::choice")]
    pub guard: GuardMode,
}

impl Default for ValidationConfig {
    fn default() -> Self {
        Self {
            commands: Vec::new(),
            reach: Vec::new(),
            timeout: Duration::from_mins(10),
            strength: RequiredStrength::Judged,
            criteria: ProseCriteria::Judge,
            tasks: TaskDecision::Judge,
            guard: GuardMode::Report,
        }
    }
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct PlanConfig {
    #[serde(deserialize_with = "value::choice")]
    pub progress: ProgressMode,
}

/// What the agent is told. Files are relative to the project root.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct BriefConfig {
    /// Files with rules; `None` looks in the usual places.
    pub rules: Option<Vec<PathBuf>>,
    /// Files with the request; `None` looks in the usual places.
    pub request: Option<Vec<PathBuf>>,
    /// A folder with templates of one's own.
    pub prompts: Option<PathBuf>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ProcessConfig {
    /// Environment variables that child processes get besides the usual ones.
    pub env_pass: Vec<String>,
    /// Variables with the values that child processes get, whatever agentrun would set.
    pub env: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct SandboxConfig {
    #[serde(deserialize_with = "value::choice")]
    pub mode: Wish,
    #[serde(deserialize_with = "value::choice")]
    pub network: Network,
    /// Folders that they may write besides the usual caches; absolute, or below the home: `~/x`.
    pub caches: Vec<PathBuf>,
    /// Files of credentials that they may read all the same; absolute, or below the home: `~/.npmrc`.
    pub show: Vec<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RequiredStrength {
    /// No command applies, and a judge has seen that it is done.
    Judged,
    /// Something changed and everything is green.
    Weak,
    /// A command went from red to green, if only with tests that the step wrote.
    SelfTested,
    /// A command went from red to green, with the validators that were there before.
    Proven,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProseCriteria {
    /// A judge looks at them; what it cannot tell waits for a person.
    Judge,
    Manual,
    Ignore,
}

/// Who decides about the boxes of a step's tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TaskDecision {
    /// A judge reads each with the diff; what it shows not to be done sends the step back.
    Judge,
    /// The step's commands alone.
    Step,
}

/// What happens where what validates was weakened: an assertion is gone, a skip is new.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum GuardMode {
    /// The pass is marked, and is worth less.
    Report,
    Fail,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProgressMode {
    /// In the plan's boxes, or in a marked section where a step has none.
    #[default]
    Boxes,
    Off,
}

/// What a project's file sets and a person has not approved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WithheldPowers {
    pub powers: Vec<Power>,
    /// Where the approval goes; `None` where the user has no state folder.
    pub approval: Option<Approval>,
}

impl Config {
    /// Reads the user's file, the project's file and the environment, in this order; flags come
    /// on top of it. What the project's file sets beyond its rights is left out until a person
    /// approves it, and is given back beside the configuration.
    pub(crate) fn load(
        root: &Path,
        environment: &Environment,
    ) -> Result<(Self, Option<WithheldPowers>), Failure> {
        let mut tables = toml::Table::new();
        if let Some(path) = environment.user_file()
            && let Some(text) = layers::text(&path)?
        {
            layers::lay(&mut tables, layers::parse(&text, &path)?);
        }
        let path = root.join(PROJECT_FILE);
        let mut withheld = None;
        if let Some(text) = layers::text(&path)? {
            let mut file = layers::parse(&text, &path)?;
            withheld = withhold(&mut file, &text, root, environment);
            layers::lay(&mut tables, file);
        }
        layers::lay(&mut tables, layers::of_environment(environment)?);
        let config = tables.try_into();
        let config =
            config.map_err(|error| Failure::internal("cannot put the configuration together", error))?;
        Ok((config, withheld))
    }

    /// The limits in force, in words.
    pub(crate) fn say_limits(&self) -> String {
        let Limits { turns, time, tokens, .. } = self.limits;
        let tokens = tokens.map_or_else(String::new, |tokens| format!(", {tokens} tokens"));
        format!(
            "attempts a step: {}; an attempt: {turns} turns, {}{tokens}; a validation command: {}",
            self.run.max_attempts,
            written(time),
            written(self.validation.timeout),
        )
    }
}

/// Takes out of the project's file what nobody has approved.
fn withhold(
    file: &mut toml::Table,
    text: &str,
    root: &Path,
    environment: &Environment,
) -> Option<WithheldPowers> {
    let approval = environment.state_folder().map(|folder| Approval::of(&folder, root, text));
    if approval.as_ref().is_some_and(Approval::is_given) {
        return None;
    }
    let own = file.clone().try_into().unwrap_or_default();
    let powers = trust::withhold(file, &own);
    (!powers.is_empty()).then_some(WithheldPowers { powers, approval })
}

#[cfg(test)]
mod tests;
