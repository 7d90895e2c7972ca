//! Runs the commands of a step again with the validators that were there before it, and decides what the pass
//! is worth.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use super::validation::{self, Ground, ValidatorWatch};
use super::{Run, StepAtWork};
use crate::facts::{Event, Evidence, Reason, RedCommand, Strength};
use crate::failure::Failure;
use crate::plan::Step;
use crate::validate::Validated;
use crate::validate::applied::Applied;
use crate::validate::given::gives;
use crate::validate::inline_tests::with_tests_of;
use crate::validate::manifest::checks_alike;
use crate::validate::named::NamedFiles;
use crate::validate::originals::{OriginalsRun, worth};
use crate::validate::validators::ValidatorChanges;
use crate::validate::verdict::{Circumstances, judge};
use crate::validate::weakening::new_files;
use crate::words::first_line;
use crate::workspace::built;
use crate::workspace::disk_files::DiskFiles;
use crate::workspace::snapshot::Changes;
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
    pub(super) fn of(run: &Run<'_>, work: StepAtWork<'_>, changes: &Changes) -> Result<Self, Failure> {
        let store = &run.site.validators;
        let list = run.state(work.step).trees.validators.as_ref();
        let before = list.and_then(|list| store.get(list));
        if let Some(before) = &before {
            built::forget(run.site.root(), &before.built);
        }
        // What commands name now and did not before may have been there: it is none of the step's.
        let mut named = named(run, work.applied);
        let new = new_files(&changes.diff);
        named.run.retain(|path| new.contains(path));
        named.compared.clear();
        let known = before.clone().unwrap_or_default();
        let after = store.take(&named, &known).map_err(no_copy)?;
        Ok(Self { lost: list.is_some() && before.is_none(), named, before, after })
    }

    pub(super) fn watch<'a>(&'a self, run: &Run<'a>) -> Option<ValidatorWatch<'a>> {
        let before = self.before.as_ref()?;
        Some(ValidatorWatch { store: &run.site.validators, named: &self.named, before, after: &self.after })
    }

    /// What the step did to validators, without what decides nothing and what the plan itself gives.
    fn changes(&self, run: &Run<'_>, step: &Step, before: &Validators) -> io::Result<StepChanges> {
        let store = &run.site.validators;
        let bytes = |list: &Validators, path: &str| store.content(list.files.get(path)?);
        let text = |list: &Validators, path: &str| String::from_utf8(bytes(list, path)?).ok();
        let asked = run.plan.text_of(step);
        let is_given = |path: &String| {
            let was = text(before, path).unwrap_or_default();
            text(&self.after, path).is_some_and(|is| gives(asked, &was, &is))
        };
        let is_alike = |path: &String| {
            let versions = bytes(before, path).zip(bytes(&self.after, path));
            versions.is_some_and(|(was, is)| checks_alike(path, &was, &is))
        };
        let mut changes = store.changes(before, &self.after);
        changes.changed.retain(|path| !is_alike(path) && !is_given(path));
        changes.shadows.retain(|path| !is_given(path));
        changes.written.retain(|path| !is_given(path));
        let mut inline = BTreeMap::new();
        for path in &changes.sources {
            let Some((was, is)) = text(before, path).zip(text(&self.after, path)) else { continue };
            let Some(made) = with_tests_of(&was, &is).filter(|made| !gives(asked, made, &is)) else {
                continue;
            };
            let Some(file) = self.after.files.get(path) else { continue };
            inline.insert(path.clone(), store.like(file, &made)?);
        }
        Ok(StepChanges { files: changes, inline })
    }
}

/// What a step did to the files that decide.
#[derive(Debug)]
struct StepChanges {
    files: ValidatorChanges,
    /// Code with the tests that it held before, where the step changed these.
    inline: BTreeMap<String, RawFile>,
}

impl StepChanges {
    /// What was there before has another say now.
    fn alters(&self) -> bool {
        self.files.alters() || !self.inline.is_empty()
    }

    fn altered(&self) -> impl Iterator<Item = &String> {
        self.files.changed.iter().chain(&self.files.shadows).chain(self.inline.keys())
    }
}

/// Asks what a pass is worth. Nothing runs where no validator was touched.
pub(super) async fn ask(
    run: &mut Run<'_>,
    work: StepAtWork<'_>,
    validators: &AttemptValidators,
    passed: PassedCommands<'_>,
) -> Result<OriginalsWord, Failure> {
    let usual = OriginalsWord { strength: passed.strength, marks: Vec::new(), refuted: None };
    if validators.lost {
        let mark = "the list of the files that decided before the step is lost".to_owned();
        return Ok(OriginalsWord { strength: Strength::Weak, marks: vec![mark], ..usual });
    }
    let Some(before) = &validators.before else { return Ok(usual) };
    let changes = validators.changes(run, work.step, before).map_err(no_copy)?;
    let disturbed: BTreeSet<String> =
        passed.results.iter().flat_map(|result| &result.disturbed).cloned().collect();
    let again = RunAgain { work, validators, before, changes: &changes, disturbed: &disturbed, passed };
    let is_proven = passed.strength == Strength::Proven;
    let alters = changes.alters() || !disturbed.is_empty();
    if !(alters || is_proven && !changes.files.written.is_empty()) {
        return Ok(usual);
    }
    let strict = if is_proven { Some(again.run(run, NewFiles::Hidden).await?) } else { None };
    if let Some(strict) = &strict
        && (strict.how == OriginalsRun::Proves || strict.interrupted)
    {
        return Ok(again.word(usual, strict, None));
    }
    let with_new = match strict {
        _ if !alters => None,
        Some(_) if changes.files.written.is_empty() => None,
        _ => Some(again.run(run, NewFiles::Left).await?),
    };
    Ok(match (&strict, &with_new) {
        (Some(strict), with_new) => again.word(usual, strict, with_new.as_ref()),
        (None, Some(with_new)) => again.word(usual, with_new, Some(with_new)),
        (None, None) => usual,
    })
}

/// What becomes of the files that the step wrote, while the commands run again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NewFiles {
    Hidden,
    Left,
}

/// How the commands did the second time.
struct SecondLook {
    how: OriginalsRun,
    red: Option<RedCommand>,
    interrupted: bool,
}

/// The commands of a pass, to be run again.
struct RunAgain<'a> {
    work: StepAtWork<'a>,
    validators: &'a AttemptValidators,
    before: &'a Validators,
    changes: &'a StepChanges,
    /// What the commands themselves changed the first time.
    disturbed: &'a BTreeSet<String>,
    passed: PassedCommands<'a>,
}

impl RunAgain<'_> {
    async fn run(&self, run: &mut Run<'_>, new: NewFiles) -> Result<SecondLook, Failure> {
        let ground = self.passed.ground;
        let others = self.others(new);
        let list = |is_placed: bool| {
            let paths = others.iter().filter(|(_, other)| other.is_some() == is_placed);
            paths.map(|(path, _)| path.clone()).collect::<Vec<_>>()
        };
        let (placed, hidden) = (list(true), list(false));
        let (store, dir) = (&run.site.validators, run.site.stand_in.clone());
        built::forget(run.site.root(), &self.before.built);
        let stand_in = StandIn::prepare(store, run.site.root(), dir, others).map_err(no_copy)?;
        let list = stand_in.list().to_owned();
        run.recorder.record(Event::OriginalsStarted { at: ground.at.clone(), list })?;
        let stand_in = match stand_in.begin() {
            Ok(stand_in) => stand_in,
            Err(error) => return unplaced(run, &error),
        };
        let results = run
            .guard
            .beside(validation::run_again(self.work.applied, ground, &stand_in, &mut run.recorder))
            .await;
        let kept = ground.log_dir.join("changed-meanwhile");
        let changed = stand_in.put_back(Some(&kept)).map_err(no_copy)?;
        run.look_after_plan(ground)?;
        let results = results?;
        if let Some(first) = changed.first() {
            let message = format!(
                "`{first}` was changed while commands ran with another version of it; that change is kept in {}",
                kept.display()
            );
            run.recorder.record(Event::Warning { code: "changed-meanwhile".to_owned(), message })?;
        }
        let interrupted = results.len() < self.work.applied.len();
        let evidence: Vec<Evidence> = results.iter().map(|result| result.evidence.clone()).collect();
        let circumstances = Circumstances { changed: self.passed.changed, weakened: false };
        let verdict = judge(ground.baseline, &evidence, circumstances);
        let red = results.iter().find(|result| !result.evidence.holds()).map(Validated::red);
        let how = OriginalsRun::of(&verdict);
        let red = red.filter(|_| how == OriginalsRun::Fails);
        let at = ground.at.clone();
        run.recorder.record(Event::OriginalsValidated { at, placed, hidden, red: red.clone() })?;
        Ok(SecondLook { how, red, interrupted })
    }

    /// What stands in for the files of the step. What a command changed is held as it was before the step,
    /// or where the step wrote it, as the agent left it.
    fn others(&self, new: NewFiles) -> BTreeMap<String, Option<RawFile>> {
        let mut others = BTreeMap::new();
        for path in self.disturbed {
            others.insert(path.clone(), self.validators.after.files.get(path).cloned());
        }
        others.extend(self.changes.inline.iter().map(|(path, file)| (path.clone(), Some(file.clone()))));
        let ValidatorChanges { changed, shadows, written, .. } = &self.changes.files;
        for path in changed {
            others.insert(path.clone(), self.before.files.get(path).cloned());
        }
        let hidden = match new {
            NewFiles::Hidden => [&shadows[..], written],
            NewFiles::Left => [&shadows[..], &[]],
        };
        others.extend(hidden.into_iter().flatten().map(|path| (path.clone(), None)));
        others
    }

    fn word(
        &self,
        usual: OriginalsWord,
        strict: &SecondLook,
        with_new: Option<&SecondLook>,
    ) -> OriginalsWord {
        let last = with_new.unwrap_or(strict);
        if strict.interrupted || last.interrupted {
            return OriginalsWord { refuted: Some(Reason::Interrupted), ..usual };
        }
        let alters = self.changes.alters() || !self.disturbed.is_empty();
        if !self.disturbed.is_empty() && last.how == OriginalsRun::Fails {
            // A command swapped what the next one ran: the pass was none.
            let swapped =
                || Reason::Weakened { marks: vec!["a command changed what the next one runs".to_owned()] };
            let failed = |red| Reason::ValidationFailed { red, limit: None };
            return OriginalsWord { refuted: Some(last.red.clone().map_or_else(swapped, failed)), ..usual };
        }
        let worth = worth(strict.how, alters.then_some(last.how));
        let marks = match worth {
            Strength::Weak => vec![self.mark(last)],
            _ => Vec::new(),
        };
        // What was weak for another reason stays so.
        let strength = if usual.strength == Strength::Proven { worth } else { usual.strength };
        OriginalsWord { strength, marks, refuted: None }
    }

    /// `passes only with changed checks: tests/a.py (make test ended with exit code 1 without that)`.
    fn mark(&self, last: &SecondLook) -> String {
        let files: Vec<&str> = self.changes.altered().map(String::as_str).collect();
        let red = last.red.as_ref().map_or_else(String::new, |red| {
            format!(": without that `{}` ended with {}", first_line(&red.command), red.say())
        });
        format!("passes only with changed checks ({}){red}", listed(&files))
    }
}

/// They cannot be put in their places: nobody can say what the pass is worth.
fn unplaced(run: &mut Run<'_>, error: &io::Error) -> Result<SecondLook, Failure> {
    let message = format!("the checks of before the step cannot be put back to try them: {error}");
    run.recorder.record(Event::Warning { code: "originals".to_owned(), message })?;
    Ok(SecondLook { how: OriginalsRun::Fails, red: None, interrupted: false })
}

/// The first of many, and how many more.
fn listed(files: &[&str]) -> String {
    const SHOWN: usize = 5;
    let shown = files.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
    if files.len() > SHOWN { format!("{shown} and {} more", files.len() - SHOWN) } else { shown }
}

fn no_copy(error: io::Error) -> Failure {
    Failure::internal("cannot keep or replace the files that decide about a step", error)
        .hint("nothing was ticked; make room and run agentrun again")
}
