//! How a command ended.

#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Exit {
    /// It exited by itself.
    Code {
        /// 0 is success.
        code: i32,
    },
    Signal {
        signal: i32,
    },
    /// It ran longer than it may.
    TimedOut {
        after_seconds: u64,
    },
    Interrupted,
    NotStarted {
        reason: String,
        /// What was in the way; older journals do not say it.
        #[serde(default)]
        obstacle: StartObstacle,
    },
}

/// What was in the way of a command that could not be started.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StartObstacle {
    /// There is no shell that could run it.
    Shell,
    /// The folder in which it is to run is not there.
    Folder,
    /// The sandbox did not let it start.
    Sandbox,
    /// It changes the project, so it is not run before the step.
    HeldBack,
    /// Something else, or it is not known.
    #[default]
    Other,
}

impl Exit {
    /// Exit code 0.
    pub fn success(&self) -> bool {
        matches!(self, Self::Code { code: 0 })
    }

    /// How it ended, in words: `exit code 101`.
    pub fn say(&self) -> String {
        match self {
            Self::Code { code } => format!("exit code {code}"),
            Self::Signal { signal } => format!("signal {signal}"),
            Self::TimedOut { after_seconds } => format!("a timeout after {after_seconds} s"),
            Self::Interrupted => "an interruption".to_owned(),
            Self::NotStarted { reason, .. } => format!("no start: {reason}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_in_the_way_is_written_down_and_older_journals_are_read() {
        let reason = "no bash".to_owned();
        let exit = Exit::NotStarted { reason: reason.clone(), obstacle: StartObstacle::Shell };
        let json = r#"{"kind":"not_started","reason":"no bash","obstacle":"shell"}"#;
        assert_eq!(serde_json::to_string(&exit).unwrap(), json);
        assert_eq!(serde_json::from_str::<Exit>(json).unwrap(), exit);
        let older = r#"{"kind":"not_started","reason":"no bash"}"#;
        let exit = Exit::NotStarted { reason, obstacle: StartObstacle::Other };
        assert_eq!(serde_json::from_str::<Exit>(older).unwrap(), exit);
    }
}
