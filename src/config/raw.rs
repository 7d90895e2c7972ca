//! The keys that a configuration file may hold: each is optional, and an unknown key is refused.

use std::path::PathBuf;

use jiff::SignedDuration;
use serde::{Deserialize, Deserializer};

use crate::process::sandbox::{Network, Wish};

/// One configuration file.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RawConfig {
    /// The endpoint.
    pub model: RawModel,
    /// Limits of an attempt.
    pub agent: RawAgent,
    /// Limits of a run.
    pub run: RawRun,
    /// Commands of the project.
    pub validation: RawValidation,
    /// The plan.
    pub plan: RawPlan,
    /// What the agent is told.
    pub brief: RawBrief,
    /// Child processes.
    pub process: RawProcess,
    /// The confinement of commands.
    pub sandbox: RawSandbox,
}

/// `[model]`
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RawModel {
    /// The model's name, or `scripted:FILE`.
    pub name: Option<String>,
    /// Where the OpenAI-compatible API is.
    pub base_url: Option<String>,
    /// The environment variable that holds the key.
    pub api_key_env: Option<String>,
    /// Ask for a stream.
    pub stream: Option<bool>,
    /// Sampling temperature.
    pub temperature: Option<f64>,
    /// Upper bound of one reply, in tokens.
    pub max_output_tokens: Option<u64>,
    /// Tokens that prompt and reply may have together.
    pub context_window: Option<u64>,
    /// Wall clock of one request.
    #[serde(deserialize_with = "duration")]
    pub request_timeout: Option<std::time::Duration>,
    /// How long a reply may be silent.
    #[serde(deserialize_with = "duration")]
    pub silence_timeout: Option<std::time::Duration>,
    /// How long one request may be retried.
    #[serde(deserialize_with = "duration")]
    pub retry_budget: Option<std::time::Duration>,
}

/// `[agent]`
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RawAgent {
    /// Turns an attempt.
    pub max_turns: Option<u32>,
    /// Time an attempt.
    #[serde(deserialize_with = "duration")]
    pub max_time: Option<std::time::Duration>,
    /// Tokens an attempt.
    pub max_tokens: Option<u64>,
    /// Wall clock of a command of the agent.
    #[serde(deserialize_with = "duration")]
    pub command_timeout: Option<std::time::Duration>,
}

/// `[run]`
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RawRun {
    /// Attempts a step and run.
    pub max_attempts: Option<u32>,
    /// Go on with what does not depend on a step that did not pass.
    pub keep_going: Option<bool>,
    /// Commit each step that passes.
    pub commit: Option<bool>,
}

/// `[validation]`
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RawValidation {
    /// Commands that apply to every step.
    pub commands: Option<Vec<String>>,
    /// Wall clock of a command.
    #[serde(deserialize_with = "duration")]
    pub timeout: Option<std::time::Duration>,
    /// The weakest pass that ticks.
    pub strength: Option<RequiredStrength>,
    /// What happens to prose criteria.
    pub criteria: Option<ProseCriteria>,
    /// What happens where what validates was weakened.
    pub guard: Option<GuardMode>,
}

/// `[plan]`
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RawPlan {
    /// Where progress is written.
    pub progress: Option<Progress>,
}

/// `[brief]`
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RawBrief {
    /// Files with rules, relative to the project root.
    pub rules: Option<Vec<PathBuf>>,
    /// Files with the request.
    pub request: Option<Vec<PathBuf>>,
    /// A folder with templates of one's own.
    pub prompts: Option<PathBuf>,
}

/// `[process]`
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RawProcess {
    /// Environment variables that child processes get besides the usual ones.
    pub env_pass: Option<Vec<String>>,
}

/// `[sandbox]`
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RawSandbox {
    /// What confines commands.
    pub mode: Option<Wish>,
    /// Whether they reach the network.
    pub network: Option<Network>,
    /// Folders that they may write besides the usual caches.
    pub caches: Option<Vec<PathBuf>>,
}

/// The weakest pass that ticks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequiredStrength {
    /// Something changed and everything is green.
    #[default]
    Weak,
    /// A command went from red to green.
    Proven,
}

/// What happens to prose criteria.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProseCriteria {
    /// A judge looks at them; what it cannot tell waits for a person.
    #[default]
    Judge,
    /// They wait for a person.
    Manual,
    /// They are left alone.
    Ignore,
}

/// What happens where what validates was weakened: an assertion is gone, a skip is new.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GuardMode {
    /// The pass is marked, and is worth less.
    #[default]
    Report,
    /// The attempt fails.
    Fail,
}

/// Where progress is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// In the plan's boxes, or in a marked section where a step has none.
    #[default]
    Boxes,
    /// In the journal only.
    Off,
}

/// A positive time as people write it: `90s`, `10m`, `1h 30m`.
fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<std::time::Duration>, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse_duration(&text).map(Some).map_err(serde::de::Error::custom)
}

/// A positive time as people write it. A number without a unit is refused: it could mean anything.
pub fn parse_duration(text: &str) -> Result<std::time::Duration, String> {
    let problem = || format!("`{text}` is not a time; write `90s`, `10m` or `1h 30m`");
    let duration: SignedDuration = text.parse().map_err(|_| problem())?;
    match std::time::Duration::try_from(duration) {
        Ok(duration) if !duration.is_zero() => Ok(duration),
        _ => Err(problem()),
    }
}

/// Says a time the way it can be written: `10m`, `1h 30m`, `250ms`.
pub fn say_duration(duration: std::time::Duration) -> String {
    SignedDuration::try_from(duration)
        .map_or_else(|_| format!("{duration:?}"), |duration| format!("{duration:#}"))
}
