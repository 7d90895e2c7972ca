//! What is wrong in a plan, or worth knowing before it runs.

use super::choice::Choice;
use super::diagnostic::Diagnostic;
use super::sections::Sections;
use super::step::Plan;

/// All of it.
pub(super) fn find(_sections: &Sections<'_>, _choice: &Choice, _plan: &Plan) -> Vec<Diagnostic> {
    Vec::new()
}
