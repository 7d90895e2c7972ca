//! The plan in a few lines for briefs: groups and steps in order, without their state.

use std::fmt::Write;

use super::graph::StepGraph;
use super::step::Plan;

impl Plan {
    /// A list of the steps under their groups. It is the same for every step, whatever is done already.
    pub fn outline(&self, graph: &StepGraph) -> String {
        let mut outline = String::new();
        let mut current = None;
        for &index in graph.order() {
            let step = &self.steps[index];
            if step.group != current {
                current = step.group;
                if let Some(group) = current.and_then(|group| self.groups.get(group)) {
                    let name = [group.label.as_str(), group.title.as_str()];
                    let name: Vec<&str> = name.into_iter().filter(|part| !part.is_empty()).collect();
                    // Writing to a string cannot fail.
                    let _ = writeln!(outline, "{}", name.join(": "));
                }
            }
            let indent = if step.group.is_some() { "  " } else { "" };
            // A label says the id already.
            let id = if step.label.is_empty() { format!(" ({})", step.id) } else { String::new() };
            let _ = writeln!(outline, "{indent}- {}{id}", step.name());
        }
        outline
    }
}

#[cfg(test)]
mod tests {
    use crate::plan::read;

    #[test]
    fn groups_and_steps_without_state() {
        let reading = read(
            "# T\n\n## Prerequisites\n\n- [x] git\n\n## Phase 1: A\n\n### Step 1.1: a\n\n- [x] b\n\n### Step 1.2: c\n",
        );
        assert_eq!(
            reading.plan.outline(&reading.graph),
            "- Prerequisites (#1)\nPhase 1: A\n  - Step 1.1: a\n  - Step 1.2: c\n"
        );
    }
}
