//! Finds and reads configuration files, and says exactly what is wrong in one.

use std::io;
use std::path::{Path, PathBuf};

use super::Environment;
use super::raw::RawConfig;
use crate::failure::Failure;
use crate::workspace::file::read_regular;

/// The user's file: `$XDG_CONFIG_HOME/agentrun/config.toml`, by default under `~/.config`.
pub fn user_file(environment: &Environment) -> Option<PathBuf> {
    let base = match environment.get("XDG_CONFIG_HOME") {
        Some(dir) => PathBuf::from(dir),
        None => PathBuf::from(environment.get("HOME")?).join(".config"),
    };
    Some(base.join("agentrun").join("config.toml"))
}

/// The user's state folder: `$XDG_STATE_HOME/agentrun`, by default under `~/.local/state`. It holds
/// what agents must not reach: the key of the seals, and approvals.
pub fn state_folder(environment: &Environment) -> Option<PathBuf> {
    let base = match environment.get("XDG_STATE_HOME").map(Path::new).filter(|dir| dir.is_absolute()) {
        Some(dir) => dir.to_owned(),
        None => Path::new(environment.get("HOME")?).join(".local/state"),
    };
    Some(base.join("agentrun"))
}

/// Reads a file; `None` if there is none.
pub fn read(path: &Path) -> Result<Option<RawConfig>, Failure> {
    text(path)?.map(|text| parse(&text, path)).transpose()
}

/// The text of a file; `None` if there is none.
pub fn text(path: &Path) -> Result<Option<String>, Failure> {
    match read_regular(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::usage(format!("cannot read `{}`", path.display())).caused_by(error)),
    }
}

/// Reads the text of a file.
pub fn parse(text: &str, path: &Path) -> Result<RawConfig, Failure> {
    let raw: RawConfig = toml::from_str(text).map_err(|error| explain(&error, text, path))?;
    check(&raw).map_err(|problem| Failure::usage(format!("{}: {problem}", path.display())))?;
    Ok(raw)
}

/// Numbers that make no sense are refused: a limit of 0 is never meant as "no limit".
fn check(raw: &RawConfig) -> Result<(), String> {
    let zero = |value: Option<u64>| value == Some(0);
    for (key, bad) in [
        ("agent.max_turns", zero(raw.agent.max_turns.map(u64::from))),
        ("agent.max_tokens", zero(raw.agent.max_tokens)),
        ("run.max_attempts", zero(raw.run.max_attempts.map(u64::from))),
        ("model.max_output_tokens", zero(raw.model.max_output_tokens)),
        ("model.context_window", zero(raw.model.context_window)),
    ] {
        if bad {
            return Err(format!("`{key}` is 0: it must be a positive number"));
        }
    }
    Ok(())
}

/// Turns the parser's error into file, line, reason and suggestion.
fn explain(error: &toml::de::Error, text: &str, path: &Path) -> Failure {
    let place = error.span().map_or_else(String::new, |span| {
        let before = &text[..span.start.min(text.len())];
        format!(":{}", 1 + before.matches('\n').count())
    });
    let message = error.message();
    let failure = Failure::usage(format!("{}{place}: {message}", path.display()));
    match suggestion(message) {
        Some(name) => failure.hint(format!("did you mean `{name}`?")),
        None => failure.hint("config.example.toml lists every key with its default"),
    }
}

/// The known key nearest to an unknown one, from the parser's "unknown field `x`, expected ...".
fn suggestion(message: &str) -> Option<String> {
    let mut names = message.split('`').skip(1).step_by(2);
    let unknown = message.starts_with("unknown").then(|| names.next()).flatten()?;
    names
        .map(|name| (strsim::jaro_winkler(unknown, name), name))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name.to_owned())
}
