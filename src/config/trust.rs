//! Lists the settings that a project's own file may set only after a person has approved them.

use std::io;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::Config;
use crate::digest::digest;
use crate::process::sandbox::{Network, Wish};

/// A setting that decides where the key goes, or loosens what protects the machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Power {
    /// Its key: `model.base_url`.
    pub key: &'static str,
    /// What it does, in words.
    pub does: String,
}

/// Where the approval of one file's content in one project is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Approval(PathBuf);

/// A key that a project's file may not set by itself.
struct GuardedKey {
    key: &'static str,
    /// What a file that sets it does; nothing where its value is harmless.
    does: fn(&Config) -> Option<String>,
}

const GUARDED: [GuardedKey; 9] = [
    GuardedKey {
        key: "model.base_url",
        does: |config| {
            let url = &config.model.base_url;
            Some(format!("sends the model key and all that the agent reads to {url}"))
        },
    },
    GuardedKey {
        key: "model.api_key_env",
        does: |config| {
            Some(format!("sends the value of the variable {} as the model key", config.model.api_key_env))
        },
    },
    GuardedKey {
        key: "process.env_pass",
        does: |config| {
            Some(format!("lets commands see these variables: {}", config.process.env_pass.join(", ")))
        },
    },
    GuardedKey {
        key: "process.env",
        does: |config| {
            let names: Vec<&str> = config.process.env.keys().map(String::as_str).collect();
            (!names.is_empty()).then(|| format!("sets these variables for commands: {}", names.join(", ")))
        },
    },
    GuardedKey {
        key: "validation.reach",
        does: |config| {
            let reach = &config.validation.reach;
            (!reach.is_empty())
                .then(|| format!("runs what reaches outside of the project: {}", reach.join(", ")))
        },
    },
    GuardedKey {
        key: "sandbox.mode",
        does: |config| {
            let mode = config.sandbox.mode;
            let looser = mode != Wish::Bubblewrap;
            looser.then(|| format!("lets commands run with the sandbox {}", mode.name()))
        },
    },
    GuardedKey {
        key: "sandbox.network",
        does: |config| {
            let open = config.sandbox.network == Network::On;
            open.then(|| "lets commands reach the network".to_owned())
        },
    },
    GuardedKey {
        key: "sandbox.show",
        does: |config| {
            let show: Vec<String> =
                config.sandbox.show.iter().map(|path| path.display().to_string()).collect();
            (!show.is_empty()).then(|| format!("lets commands read {}", show.join(", ")))
        },
    },
    GuardedKey {
        key: "sandbox.caches",
        does: |config| {
            let caches = config.sandbox.caches.iter().map(|path| path.display().to_string());
            Some(format!("lets commands write to {}", caches.collect::<Vec<_>>().join(", ")))
        },
    },
];

/// Takes out of a project's file what needs approval, and says what that is. `own` is what the file
/// alone says.
pub(super) fn withhold(file: &mut Table, own: &Config) -> Vec<Power> {
    let mut powers = Vec::new();
    for GuardedKey { key, does } in GUARDED {
        let (table, name) = key.split_once('.').unwrap_or((key, ""));
        let Some(table) = file.get_mut(table).and_then(Value::as_table_mut) else { continue };
        let power = does(own).filter(|_| table.contains_key(name));
        if let Some(does) = power {
            table.remove(name);
            powers.push(Power { key, does });
        }
    }
    powers
}

impl Approval {
    /// The approval of this content for the project at `root`, in the user's state folder. Another
    /// content, or the same one in another project, needs its own.
    pub(super) fn of(folder: &Path, root: &Path, content: &str) -> Self {
        let bound = [root.as_os_str().as_encoded_bytes(), b"\0", content.as_bytes()].concat();
        Self(folder.join("trusted").join(&digest(&bound)[..32]))
    }

    /// Somebody approved it.
    pub(super) fn is_given(&self) -> bool {
        self.0.is_file()
    }

    /// Approves it. The file says to people what it is about.
    pub(crate) fn give(&self, root: &Path, powers: &[Power]) -> io::Result<()> {
        let dir = self.0.parent().unwrap_or(Path::new("."));
        crate::journal::keep::make_private(dir)?;
        let lines = powers.iter().map(|power| format!("{}: {}\n", power.key, power.does));
        std::fs::write(&self.0, format!("{}\n{}", root.display(), lines.collect::<String>()))
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;
    use crate::config::layers::parse;

    /// What a file would be allowed, and what is left of it without.
    fn withheld(text: &str) -> (Vec<(&'static str, String)>, String) {
        let mut file = parse(text, Path::new("agentrun.toml")).unwrap();
        let powers = withhold(&mut file, &toml::from_str(text).unwrap());
        (powers.into_iter().map(|power| (power.key, power.does)).collect(), file.to_string())
    }

    #[test]
    fn every_power_of_a_project_is_withheld_and_told() {
        let text = r#"
            [model]
            name = "tiny"
            base_url = "http://here"
            api_key_env = "TOKEN"
            [process]
            env_pass = ["DB_PASSWORD", "B"]
            env = { CI = "" }
            [sandbox]
            mode = "off"
            network = "on"
            caches = ["/a", "~/b"]
            show = ["~/.npmrc"]
        "#;
        let told = [
            ("model.base_url", "sends the model key and all that the agent reads to http://here"),
            ("model.api_key_env", "sends the value of the variable TOKEN as the model key"),
            ("process.env_pass", "lets commands see these variables: DB_PASSWORD, B"),
            ("process.env", "sets these variables for commands: CI"),
            ("sandbox.mode", "lets commands run with the sandbox off"),
            ("sandbox.network", "lets commands reach the network"),
            ("sandbox.show", "lets commands read ~/.npmrc"),
            ("sandbox.caches", "lets commands write to /a, ~/b"),
        ];
        let told = told.map(|(key, does)| (key, does.to_owned())).to_vec();
        let rest = "[model]\nname = \"tiny\"\n\n[process]\n\n[sandbox]\n";
        assert_eq!(withheld(text), (told, rest.to_owned()));
    }

    #[test]
    fn what_is_harmless_stays() {
        for text in [
            "[model]\nname = \"m\"\n\n[validation]\ncommands = [\"make test\"]\n",
            "[sandbox]\nmode = \"bubblewrap\"\nnetwork = \"off\"\n",
        ] {
            assert_eq!(withheld(text), (Vec::new(), text.to_owned()));
        }
    }

    #[test]
    fn an_approval_holds_for_one_content_in_one_project() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("state/agentrun");
        let text = "[model]\nbase_url = \"http://here\"\n";
        let powers = [Power { key: "model.base_url", does: "sends the key to http://here".to_owned() }];
        let approval = Approval::of(&folder, Path::new("/p"), text);
        assert!(!approval.is_given());
        approval.give(Path::new("/p"), &powers).unwrap();
        assert!(approval.is_given());
        assert_eq!(
            std::fs::read_to_string(&approval.0).unwrap(),
            "/p\nmodel.base_url: sends the key to http://here\n"
        );
        assert!(!Approval::of(&folder, Path::new("/q"), text).is_given());
        assert!(!Approval::of(&folder, Path::new("/p"), &text.replace("here", "there")).is_given());
    }
}
