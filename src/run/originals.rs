//! Runs the commands of a step again with the validators that were there before it, and decides what the pass
//! is worth.

use std::collections::{BTreeMap, BTreeSet};

use super::validation::{self, Ground, ValidatorWatch};
use super::{Run, StepAtWork, no_plan};
use crate::facts::{AttemptRef, Event, Evidence, Reason, Strength};
use crate::failure::Failure;
use crate::plan::Step;
use crate::validate::Validated;
use crate::validate::applied::Applied;
use crate::validate::given::gives;
use crate::validate::manifest::checks_alike;
use crate::validate::named::NamedFiles;
use crate::validate::originals::{OriginalsRun, worth};
use crate::validate::validators::ValidatorChanges;
use crate::validate::verdict::{Circumstances, judge};
use crate::workspace::built;
use crate::workspace::disk_files::DiskFiles;
use crate::workspace::stand_in::StandIn;
use crate::workspace::validators::{RawFile, Validators};

/// The validators around an attempt.
#[derive(Debug)]
pub(super) struct AttemptValidators {
    named: NamedFiles,
    /// Before the step; `None` if they were not taken or the list is lost.
    before: Option<Validators>,
    lost: bool,
    /// What the agent left.
    after: Validators,
}

/// What the originals say of a pass.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct OriginalsWord {
    pub strength: Strength,
    /// It is green only with validators that the step changed.
    pub marks: Vec<String>,
    /// A command changed validators meanwhile, and without that the pass is none; or a signal.
    pub refuted: Option<Reason>,
}

/// The commands of an attempt that passed.
#[derive(Debug, Clone, Copy)]
pub(super) struct PassedCommands<'a> {
    pub ground: &'a Ground<'a>,
    pub results: &'a [Validated],
    pub strength: Strength,
    pub changed: bool,
}

/// Takes the validators of a step before anything of it runs; gives the digest of their list.
pub(super) fn take(run: &Run<'_>, applied: &[Applied]) -> Result<String, Failure> {
    let store = &run.site.validators;
    let mut found = store.take(&named(run, applied), &Validators::default()).map_err(no_copy)?;
    found.built = built::built(run.site.root());
    store.put(&found).map_err(no_copy)
}

fn named(run: &Run<'_>, applied: &[Applied]) -> NamedFiles {
    let mut named = NamedFiles::default();
    for command in applied {
        named.add(&DiskFiles, run.site.root(), command);
    }
    named
}

impl AttemptValidators {
    /// Looks at what an agent left, and takes away what was compiled meanwhile.
    pub(super) fn of(run: &Run<'_>, work: StepAtWork<'_>) -> Result<Self, Failure> {
        let store = &run.site.validators;
        let list = run.state(work.step).trees.validators.as_ref();
        let before = list.and_then(|list| store.get(list));
        if let Some(before) = &before {
            built::forget(run.site.root(), &before.built);
        }
        let named = named(run, work.applied);
        let known = before.clone().unwrap_or_default();
        let after = store.take(&named, &known).map_err(no_copy)?;
        Ok(Self { lost: list.is_some() && before.is_none(), named, before, after })
    }

    pub(super) fn watch<'a>(&'a self, run: &Run<'a>) -> Option<ValidatorWatch<'a>> {
        let before = self.before.as_ref()?;
        Some(ValidatorWatch { store: &run.site.validators, named: &self.named, before, after: &self.after })
    }

    /// What the step did to validators, without what decides nothing and what the plan itself gives.
    fn changes(&self, run: &Run<'_>, step: &Step, before: &Validators) -> ValidatorChanges {
        let store = &run.site.validators;
        let bytes = |list: &Validators, path: &String| list.files.get(path).and_then(|file| store.content(file));
        let text = |bytes: Option<Vec<u8>>| bytes.and_then(|bytes| String::from_utf8(bytes).ok());
        let is_given = |path: &String| {
            let before = text(bytes(before, path)).unwrap_or_default();
            text(bytes(&self.after, path)).is_some_and(|after| gives(run.plan.text_of(step), &before, &after))
        };
        let is_alike = |path: &String| {
            let versions = bytes(before, path).zip(bytes(&self.after, path));
            versions.is_some_and(|(before, after)| checks_alike(path, &before, &after))
        };
        let mut changes = store.changes(before, &self.after);
        changes.changed.retain(|path| !is_alike(path) && !is_given(path));
        changes.shadows.retain(|path| !is_given(path));
        changes.written.retain(|path| !is_given(path));
        changes
    }
}

/// Asks what a pass is worth. Nothing runs where no validator was touched.
pub(super) async fn ask(
    run: &mut Run<'_>,
    work: StepAtWork<'_>,
    validators: &AttemptValidators,
    passed: PassedCommands<'_>,
) -> Result<OriginalsWord, Failure> {
    let mut word = OriginalsWord { strength: passed.strength, marks: Vec::new(), refuted: None };
    if validators.lost {
        word.strength = Strength::Weak;
        word.marks.push("the list of the files that decided before the step is lost".to_owned());
    }
    let Some(before) = &validators.before else { return Ok(word) };
    let changes = validators.changes(run, work.step, before);
    let disturbed: BTreeSet<&String> = passed.results.iter().flat_map(|result| &result.disturbed).collect();
    let is_proven = passed.strength == Strength::Proven;
    if !(changes.alters() || !disturbed.is_empty() || is_proven && !changes.written.is_empty()) {
        return Ok(word);
    }
    let mut again = RunAgain { run, work, validators, before, changes: &changes, disturbed: &disturbed, passed };
    let strict = if is_proven { Some(again.with(NewFiles::Hidden).await?) } else { None };
    let is_settled = matches!(strict, Some(Ok(OriginalsRun::Proves)));
    let matters = changes.alters() || !disturbed.is_empty();
    let with_new = match strict {
        Some(Err(_)) => None,
        _ if is_settled || !matters => None,
        Some(strict) if changes.written.is_empty() => Some(strict),
        _ => Some(again.with(NewFiles::Left).await?),
    };
    word.judge(&changes, !disturbed.is_empty(), [strict, with_new]);
    Ok(word)
}

impl OriginalsWord {
    fn judge(
        &mut self,
        changes: &ValidatorChanges,
        disturbed: bool,
        [strict, with_new]: [Option<Result<OriginalsRun, Reason>>; 2],
    ) {
        let with_new = match with_new {
            Some(Err(reason)) => { self.refuted = Some(reason); return }
            Some(Ok(how)) => Some(how),
            None => None,
        };
        let _ = (changes, disturbed, strict, with_new);
    }
}
