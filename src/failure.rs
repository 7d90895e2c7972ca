//! Why agentrun cannot go on, what to do about it, and the exit codes.

use std::error::Error;
use std::fmt;

use crate::words;

/// How the process ends. The numbers are documented in `docs/exit-codes.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitCode {
    /// Every selected step is validated; manual and prose items may be pending.
    Passed = 0,
    /// A step did not pass.
    StepFailed = 1,
    /// A flag, an argument or the configuration is wrong.
    Usage = 2,
    /// The plan is invalid.
    PlanInvalid = 3,
    /// A person is needed: blocked, unproven, a prerequisite that does not hold.
    NeedsPerson = 4,
    /// A limit was reached.
    LimitReached = 5,
    /// The model was never reached, or refused.
    ModelRefused = 6,
    /// Another run holds the plan, or there is no sandbox.
    CannotBegin = 7,
    /// agentrun itself failed.
    Internal = 70,
    /// An outage: run again later.
    Temporary = 75,
    /// Ctrl-C.
    Interrupted = 130,
    /// A polite kill.
    Terminated = 143,
}

impl ExitCode {
    /// The number.
    pub fn code(self) -> u8 {
        self as u8
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code.code())
    }
}

/// agentrun cannot go on. A failing validation, a refusing model and a timeout are no failures:
/// they are outcomes.
#[derive(Debug)]
pub struct Failure {
    /// How the process ends.
    pub exit: ExitCode,
    /// What happened and where: a lower-case fragment without full stop.
    pub message: String,
    /// What is behind it.
    pub source: Option<Box<dyn Error + Send + Sync>>,
    /// What to do.
    pub hints: Vec<String>,
}

impl Failure {
    /// A failure that ends the process with this code.
    pub fn new(exit: ExitCode, message: impl Into<String>) -> Self {
        Self { exit, message: message.into(), source: None, hints: Vec::new() }
    }

    /// A wrong flag, argument or configuration.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(ExitCode::Usage, message)
    }

    /// agentrun could not do what it has to: a full disk, a missing permission.
    pub fn internal(message: impl Into<String>, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let source = source.into();
        let full = no_room(&*source);
        let failure = Self::new(ExitCode::Internal, message).caused_by(source);
        if full {
            return failure.hint("there is no room left: make some, then run the same command again");
        }
        failure
    }

    /// Adds what is behind it.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Adds what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}

/// Whether a full disk, a quota or a limit on file sizes is behind an error.
fn no_room(error: &(dyn Error + 'static)) -> bool {
    use std::io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    words::reasons(error).any(|error| {
        let kind = error.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
        kind.is_some_and(|kind| matches!(kind, StorageFull | QuotaExceeded | FileTooLarge))
    })
}

impl fmt::Display for Failure {
    /// The message and the chain of what is behind it, on one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        let behind = self.source.as_deref().map(|source| words::chain(source));
        behind.map_or(Ok(()), |behind| write!(f, ": {behind}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

    #[derive(Debug, thiserror::Error)]
    #[error("cannot write")]
    struct Behind(#[source] io::Error);

    #[test]
    fn the_codes_are_those_of_the_documents() {
        use ExitCode::{
            CannotBegin, Internal, Interrupted, LimitReached, ModelRefused, NeedsPerson, Passed, PlanInvalid,
            StepFailed, Temporary, Terminated, Usage,
        };
        let codes = [
            Passed,
            StepFailed,
            Usage,
            PlanInvalid,
            NeedsPerson,
            LimitReached,
            ModelRefused,
            CannotBegin,
            Internal,
            Temporary,
            Interrupted,
            Terminated,
        ];
        assert_eq!(codes.map(ExitCode::code), [0, 1, 2, 3, 4, 5, 6, 7, 70, 75, 130, 143]);
    }

    #[test]
    fn a_failure_says_what_is_behind_it_on_one_line() {
        let denied = io::Error::new(io::ErrorKind::PermissionDenied, "permission denied");
        let failure = Failure::internal("cannot begin", Behind(denied)).hint("look");
        assert_eq!(failure.to_string(), "cannot begin: cannot write: permission denied");
        assert_eq!((failure.exit, failure.hints), (ExitCode::Internal, vec!["look".to_owned()]));
    }

    #[test]
    fn a_full_disk_is_told_with_what_to_do_wherever_it_is_behind() {
        let hints = |kind: io::ErrorKind| {
            let direct = Failure::internal("cannot go on", io::Error::from(kind));
            let behind = Failure::internal("cannot go on", Behind(io::Error::from(kind)));
            [direct.hints, behind.hints]
        };
        let room = "there is no room left: make some, then run the same command again";
        for kind in [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded, io::ErrorKind::FileTooLarge] {
            assert_eq!(hints(kind), [[room], [room]], "{kind:?}");
        }
        assert_eq!(hints(io::ErrorKind::NotFound), [[""; 0], [""; 0]]);
    }
}
