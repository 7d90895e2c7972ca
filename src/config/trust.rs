//! Lists the settings that a project's own file may set only after a person has approved them.

use std::io;
use std::path::{Path, PathBuf};

use super::raw::RawConfig;
use crate::digest::digest;
use crate::process::sandbox::{Network, Wish};

/// A setting that decides where the key goes, or loosens what protects the machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Power {
    /// Its key: `model.base_url`.
    pub key: &'static str,
    /// What it does, in words.
    pub does: String,
}

/// Where the approval of one file's content in one project is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval(PathBuf);

/// Takes out of a project's file what needs approval, and says what that is.
pub fn withhold(raw: &mut RawConfig) -> Vec<Power> {
    let RawConfig { model, process, sandbox, .. } = raw;
    let base_url = model
        .base_url
        .take()
        .map(|url| ("model.base_url", format!("sends the model key and all that the agent reads to {url}")));
    let api_key_env = model.api_key_env.take().map(|name| {
        ("model.api_key_env", format!("sends the value of the variable {name} as the model key"))
    });
    let env_pass = process.env_pass.take().map(|names| {
        ("process.env_pass", format!("lets commands see these variables: {}", names.join(", ")))
    });
    let mode = sandbox
        .mode
        .take_if(|mode| *mode != Wish::Bubblewrap)
        .map(|mode| ("sandbox.mode", format!("lets commands run with the sandbox {}", mode.name())));
    let network = sandbox
        .network
        .take_if(|network| *network == Network::On)
        .map(|_| ("sandbox.network", "lets commands reach the network".to_owned()));
    let caches = sandbox.caches.take().map(|caches| {
        let caches: Vec<String> = caches.iter().map(|path| path.display().to_string()).collect();
        ("sandbox.caches", format!("lets commands write to {}", caches.join(", ")))
    });
    let powers = [base_url, api_key_env, env_pass, mode, network, caches].into_iter().flatten();
    powers.map(|(key, does)| Power { key, does }).collect()
}

impl Approval {
    /// The approval of this content for the project at `root`, in the user's state folder. Another
    /// content, or the same one in another project, needs its own.
    pub fn of(folder: &Path, root: &Path, content: &str) -> Self {
        let bound = [root.as_os_str().as_encoded_bytes(), b"\0", content.as_bytes()].concat();
        Self(folder.join("trusted").join(&digest(&bound)[..32]))
    }

    /// Somebody approved it.
    pub fn is_given(&self) -> bool {
        self.0.is_file()
    }

    /// Approves it. The file says to people what it is about.
    pub fn give(&self, root: &Path, powers: &[Power]) -> io::Result<()> {
        let dir = self.0.parent().unwrap_or(Path::new("."));
        crate::journal::keep::make_private(dir)?;
        let lines = powers.iter().map(|power| format!("{}: {}\n", power.key, power.does));
        std::fs::write(&self.0, format!("{}\n{}", root.display(), lines.collect::<String>()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::source::parse;

    #[test]
    fn an_approval_holds_for_one_content_in_one_project() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("state/agentrun");
        let text = "[model]\nbase_url = \"http://here\"\n[process]\nenv_pass = [\"DB_PASSWORD\"]\n";
        let powers = withhold(&mut parse(text, Path::new("agentrun.toml")).unwrap());
        let said: Vec<_> = powers.iter().map(|power| (power.key, power.does.as_str())).collect();
        assert_eq!(
            said,
            [
                ("model.base_url", "sends the model key and all that the agent reads to http://here"),
                ("process.env_pass", "lets commands see these variables: DB_PASSWORD"),
            ]
        );
        let approval = Approval::of(&folder, Path::new("/p"), text);
        assert!(!approval.is_given());
        approval.give(Path::new("/p"), &powers).unwrap();
        assert!(approval.is_given());
        assert!(!Approval::of(&folder, Path::new("/q"), text).is_given());
        assert!(!Approval::of(&folder, Path::new("/p"), &text.replace("here", "there")).is_given());
    }

    #[test]
    fn what_is_harmless_stays() {
        let text = "[model]\nname = \"m\"\n[validation]\ncommands = [\"make test\"]\n";
        let before = parse(text, Path::new("agentrun.toml")).unwrap();
        let mut after = before.clone();
        assert_eq!((withhold(&mut after), after), (Vec::new(), before));
    }
}
