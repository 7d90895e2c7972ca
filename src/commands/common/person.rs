//! Whether it is a person who asks.

use crate::config::Environment;
use crate::failure::Failure;
use crate::process;

/// A command of an agent is no person, whatever name it gives. A seat belt: what confines commands
/// is the sandbox.
pub(crate) fn by_a_person(environment: &Environment) -> Result<(), Failure> {
    if environment.get(process::WITHIN).is_none() {
        return Ok(());
    }
    Err(Failure::usage("only a person can do this, and this command was started by agentrun"))
}
