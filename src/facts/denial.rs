//! What the sandbox denied to a command.

use std::path::PathBuf;

/// A command failed, it seems, because the sandbox denied something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Denial {
    /// Writing.
    Write {
        /// Where, as the output says it.
        path: Option<PathBuf>,
        /// What may be written, in words.
        instead: String,
    },
    /// Reading or writing: the output does not say which.
    Access {
        /// What, as the output says it.
        path: PathBuf,
        /// What may be written, in words.
        instead: String,
    },
    /// Writing to what only agentrun and people change.
    Protected {
        path: PathBuf,
    },
    /// Reading what is hidden.
    Read {
        path: PathBuf,
    },
    Network,
}

impl Denial {
    /// For people: what was denied.
    pub fn what(&self) -> String {
        match self {
            Self::Write { path: Some(path), .. } => {
                format!("the sandbox does not allow writing to `{}`", path.display())
            }
            Self::Write { path: None, .. } => {
                "the sandbox does not allow writing outside of the project".to_owned()
            }
            Self::Access { path, .. } => format!("the sandbox denies access to `{}`", path.display()),
            Self::Protected { path } => format!("the sandbox protects `{}`", path.display()),
            Self::Read { path } => format!("the sandbox hides `{}`", path.display()),
            Self::Network => "the network is off, and the command asks for it".to_owned(),
        }
    }

    /// For the agent: what was denied, and what to do instead.
    pub fn say(&self) -> String {
        match self {
            Self::Write { path, instead } => {
                let what = path.as_ref().map_or_else(
                    || "a write outside of the project".to_owned(),
                    |path| format!("writing `{}`", path.display()),
                );
                format!("The sandbox does not allow {what}. Write to one of these instead: {instead}.")
            }
            Self::Access { path, instead } => {
                format!(
                    "The sandbox denies access to `{}`. Commands can write to: {instead}.",
                    path.display()
                )
            }
            Self::Protected { path } => {
                format!("`{}` is protected: commands can read it and not change it.", path.display())
            }
            Self::Read { path } => {
                format!("`{}` is hidden from commands; do without it.", path.display())
            }
            Self::Network => {
                "The network is off: a command reaches only servers that it has started itself. If \
                              the step needs the network, finish as blocked."
                    .to_owned()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_denial_is_said_to_people_and_to_the_agent() {
        let path = || PathBuf::from("/etc/x");
        let denials = [
            Denial::Write { path: Some(path()), instead: "the project".to_owned() },
            Denial::Write { path: None, instead: "the project".to_owned() },
            Denial::Protected { path: path() },
            Denial::Read { path: path() },
            Denial::Network,
        ];
        let said = denials.map(|denial| format!("{}\n  {}", denial.what(), denial.say()));
        insta::assert_snapshot!(said.join("\n"), @"
        the sandbox does not allow writing to `/etc/x`
          The sandbox does not allow writing `/etc/x`. Write to one of these instead: the project.
        the sandbox does not allow writing outside of the project
          The sandbox does not allow a write outside of the project. Write to one of these instead: the project.
        the sandbox protects `/etc/x`
          `/etc/x` is protected: commands can read it and not change it.
        the sandbox hides `/etc/x`
          `/etc/x` is hidden from commands; do without it.
        the network is off, and the command asks for it
          The network is off: a command reaches only servers that it has started itself. If the step needs the network, finish as blocked.
        ");
    }
}
