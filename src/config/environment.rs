//! The environment of this process, read once.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

#[derive(Debug, Clone, Default)]
pub(crate) struct Environment(BTreeMap<OsString, OsString>);

impl Environment {
    pub(crate) fn read() -> Self {
        Self(std::env::vars_os().collect())
    }

    /// A variable, if it is set, not empty and text.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(OsStr::new(name)).and_then(|value| value.to_str()).filter(|value| !value.is_empty())
    }

    pub(crate) fn path(&self, name: &str) -> Option<PathBuf> {
        self.0.get(OsStr::new(name)).filter(|value| !value.is_empty()).map(PathBuf::from)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = (OsString, OsString)> {
        self.0.iter().map(|(name, value)| (name.clone(), value.clone()))
    }

    pub(crate) fn temporary(&self) -> PathBuf {
        self.path("TMPDIR").unwrap_or_else(|| "/tmp".into())
    }

    pub(crate) fn on_path(&self, name: &str) -> Option<PathBuf> {
        self.all_on_path(name).next()
    }

    /// Every program of this name, the one that it starts first.
    pub(crate) fn all_on_path(&self, name: &str) -> impl Iterator<Item = PathBuf> {
        let dirs: Vec<PathBuf> =
            self.get("PATH").map(|path| std::env::split_paths(path).collect()).unwrap_or_default();
        dirs.into_iter().map(move |dir| dir.join(name)).filter(|place| place.is_file())
    }

    /// The user's file: `$XDG_CONFIG_HOME/agentrun/config.toml`, by default under `~/.config`.
    pub(crate) fn user_file(&self) -> Option<PathBuf> {
        let base = match self.get("XDG_CONFIG_HOME") {
            Some(dir) => PathBuf::from(dir),
            None => PathBuf::from(self.get("HOME")?).join(".config"),
        };
        Some(base.join("agentrun").join("config.toml"))
    }

    /// The user's state folder: `$XDG_STATE_HOME/agentrun`, by default under `~/.local/state`. It
    /// holds what agents must not reach: the key of the seals, and approvals.
    pub(crate) fn state_folder(&self) -> Option<PathBuf> {
        let base = match self.get("XDG_STATE_HOME").map(Path::new).filter(|dir| dir.is_absolute()) {
            Some(dir) => dir.to_owned(),
            None => Path::new(self.get("HOME")?).join(".local/state"),
        };
        Some(base.join("agentrun"))
    }
}

/// Where this very program is.
pub(crate) fn own_program() -> Option<PathBuf> {
    std::env::current_exe().ok()
}

#[cfg(test)]
impl FromIterator<(String, String)> for Environment {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(variables: I) -> Self {
        Self(variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}
