//! Notices that a plan without evidence was carried out before under another name.

use super::open::{OpenPlan, Project, fold};
use crate::journal::reader;

/// What to tell if a plan of the same title was carried out here and its file is gone.
pub(crate) fn notice(project: &Project, plan: &OpenPlan) -> Option<String> {
    let title = plan.reading.plan.title.as_deref()?;
    if plan.dir.journal().exists() {
        return None;
    }
    let journals = project.state.plans().ok()?.into_iter();
    let runs = journals.filter_map(|dir| fold(&reader::read(&dir.journal()).ok()?).state.last_run().cloned());
    let before = runs.filter(|run| run.title == title).find(|run| !project.root.join(&run.plan).exists())?;
    Some(format!(
        "`{}` was never carried out; `{}`, with the same title, was, and its file is gone. If this is that plan, move \
         it back there to keep its evidence: under the new name, steps that are ticked count as done by hand",
        plan.path, before.plan
    ))
}
