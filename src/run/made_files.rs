//! Looks for the files that the tasks of a step say to make.

use super::Run;
use crate::facts::{CriterionIndex, JudgedItem, Judgement, Reason, Ruling};
use crate::plan::{CriterionKind, Step};
use crate::workspace::snapshot::Changes;

/// What is there of them.
pub(super) struct MadeFiles {
    /// The criteria whose files are not all there.
    pub missing: Vec<CriterionIndex>,
}

impl MadeFiles {
    /// Looks for them. A step may make them in a folder of its own: what changed counts by how its path ends.
    pub(super) fn of(run: &Run<'_>, step: &Step, changes: &Changes) -> Self {
        let is_made = |path: &str| {
            changes.files.iter().any(|file| {
                let before = file.path.strip_suffix(path);
                before.is_some_and(|before| before.is_empty() || before.ends_with('/'))
            })
        };
        let is_there =
            |path: &String| run.site.root().join(path).exists() || is_made(path.trim_start_matches("./"));
        let lacks = |kind: &CriterionKind| match kind {
            CriterionKind::Files(files) => !files.iter().all(is_there),
            _ => false,
        };
        let missing = step.criteria.iter_enumerated().filter(|(_, found)| lacks(&found.kind));
        Self { missing: missing.map(|(index, _)| index).collect() }
    }

    /// The agent is told once of the first task whose files are not there; then it may have had its reason.
    pub(super) fn goes_back(&self, run: &Run<'_>, step: &Step) -> Option<Reason> {
        let index = *self.missing.first()?;
        let criterion = &step.criteria[index];
        let CriterionKind::Files(files) = &criterion.kind else { return None };
        let state = run.state(step);
        let attempts_left = state.spent + 1 < run.orders.config.run.max_attempts;
        let told = state.last_failure.as_ref().is_some_and(is_about_files);
        let files = files.join("`, `");
        let judgement = Judgement {
            item: JudgedItem::Criterion(index),
            text: criterion.text.clone(),
            ruling: Ruling::Fail,
            reason: format!("not all of it is there: `{files}`"),
            citation: None,
        };
        (attempts_left && !told).then_some(Reason::CriterionFailed { judgement })
    }
}

/// The agent was told that files are not there.
fn is_about_files(reason: &Reason) -> bool {
    matches!(reason, Reason::CriterionFailed { judgement } if judgement.citation.is_none())
}
