//! How a command ended.

/// How a command ended.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Exit {
    /// It exited by itself.
    Code {
        /// 0 is success.
        code: i32,
    },
    /// A signal ended it.
    Signal {
        /// Its number.
        signal: i32,
    },
    /// It ran longer than it may.
    TimedOut {
        /// The limit, in seconds.
        after_seconds: u64,
    },
    /// The run was interrupted.
    Interrupted,
    /// It could not be started.
    NotStarted {
        /// Why.
        reason: String,
    },
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
            Self::NotStarted { reason } => format!("no start: {reason}"),
        }
    }
}
