//! Finds the evidence behind each tick: the boxes of the plan against the records of the journal.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Serialize;

use super::reconcile::reconcile;
use super::renames::renamed;
use super::{Pass, RunState, StepStatus, TickState};
use crate::facts::{
    AttemptRef, Event, Evidence, Exit, Expectation, Judgement, Record, ReopenReason, Ruling, StepKey,
    Strength, Vacuous,
};
use crate::plan::{BoxBacking, BoxIndex, BoxRole, CheckBox, CriterionKind, Plan, Reading, Step, StepIndex};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Backing {
    /// A command was red before and is green since.
    Proven,
    /// A command was red before and is green since, but only with tests that the step wrote.
    SelfTested,
    /// Something changed, and everything was green before and after.
    Weak,
    /// A judge says that it holds, and what it cites is there.
    Judged,
    Confirmed,
    /// No command applied; it was let through.
    Unvalidated,
    /// It had evidence, and its text or what it depends on changed since.
    Stale,
    /// Somebody else ticked it.
    ByHand,
    /// There is no journal here that could prove anything: another clone, another machine.
    Unrecorded,
    /// The journal was tampered with, or contradicts itself.
    Forged,
}

#[derive(Debug, Default, Serialize)]
pub(crate) struct Audit {
    /// Steps with a tick, in the order of the plan.
    pub steps: Vec<AuditedStep>,
    pub groups: Vec<AuditedBox>,
}

#[derive(Debug, Serialize)]
pub(crate) struct AuditedStep {
    /// As people name it.
    pub id: String,
    pub name: String,
    pub line: usize,
    #[serde(skip)]
    pub index: StepIndex,
    /// What it rests on.
    pub backing: Backing,
    /// Why, where the word alone does not say it.
    pub why: Option<String>,
    pub boxes: Vec<AuditedBox>,
    pub pass: Option<PassRecord>,
    /// What its commands did when they were run again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rerun: Option<Vec<Rerun>>,
}

#[derive(Debug, Serialize)]
pub(crate) struct AuditedBox {
    pub line: usize,
    pub text: String,
    /// What it rests on itself; `None` if nothing here can say.
    pub backing: Option<BoxBacking>,
    /// What that is worth.
    pub strength: Backing,
}

/// When and on what a step passed.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct PassRecord {
    pub run: String,
    pub ts: Timestamp,
    pub attempt: u32,
    pub sandbox: String,
    pub confirmed_by: Option<String>,
    pub evidence: Vec<Evidence>,
    /// What a judge said of sentences.
    pub judgements: Vec<Judgement>,
    /// What makes the pass worth less: weakened tests, a flaky command.
    pub marks: Vec<String>,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Rerun {
    pub command: String,
    /// Where, from the project root.
    pub dir: String,
    pub exit: Exit,
    /// What it is expected to do, where that is more than to succeed.
    #[serde(skip_serializing_if = "Expectation::is_success")]
    pub expectation: Expectation,
    /// What of that is not so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unmet: Option<String>,
    /// Why it says nothing, if it is green and cannot be anything else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vacuous: Option<Vacuous>,
    /// It was red when the step passed, and may be until the end of the plan.
    pub tolerated: bool,
}

/// What is known besides the plan.
#[derive(Debug)]
pub(crate) struct Known<'a> {
    pub records: &'a [Record],
    pub state: &'a RunState,
    /// Steps that pass by records which are not proven, in a journal that was tampered with.
    pub claims: &'a BTreeSet<StepKey>,
    /// The journal is this plan's and nothing of it is missing.
    pub whole: bool,
}

/// Holds the ticks of a plan against what is known.
pub(crate) fn audit(reading: &Reading, known: &Known<'_>) -> Audit {
    let plan = &reading.plan;
    let (state, renames) = renamed(plan, known.state);
    let known = &Known { state: &state, ..*known };
    let mut passes = passes(known.records, &renames);
    let reopened = reopened(reading, known.state);
    let mut audit = Audit::default();
    for &index in reading.graph.order() {
        let step = &plan.steps[index];
        let counts = |found: &&CheckBox| !matches!(found.role, BoxRole::Ignored | BoxRole::OpenQuestion);
        let boxes = plan.boxes.iter_enumerated();
        let ticked: Vec<BoxIndex> = boxes
            .filter(|(_, found)| found.step == Some(index) && found.ticked() && counts(found))
            .map(|(place, _)| place)
            .collect();
        let status = &known.state.step(&step.key).status;
        let by_journal = rests_on_journal_alone(status) && !reopened.contains_key(&step.key);
        if ticked.is_empty() && !by_journal {
            continue;
        }
        let record = passes.remove(&step.key);
        let (backing, why) = backing(step, known, record.as_ref(), reopened.get(&step.key));
        let is_own = |place| is_ticked_by_agentrun(plan, known.state, index, place);
        let boxes = ticked.iter().map(|&place| {
            let strength = strength_of_box(step, place, backing, status);
            AuditedBox {
                line: plan.boxes[place].line.into(),
                text: plan.boxes[place].text.clone(),
                backing: if record.is_some() && strength.holds() && !is_own(place) {
                    Some(BoxBacking::ByHand)
                } else {
                    backing_of_box(plan, place, strength, record.as_ref())
                },
                strength,
            }
        });
        audit.steps.push(AuditedStep {
            id: step.id.clone(),
            name: step.name(),
            line: step.line.into(),
            index,
            backing,
            why,
            boxes: boxes.collect(),
            pass: record.filter(|_| matches!(status, StepStatus::Passed(_))),
            rerun: None,
        });
    }
    audit.groups = groups(reading, known, &audit);
    audit
}

/// Passed, and there is no box that would say so.
fn rests_on_journal_alone(status: &StepStatus) -> bool {
    matches!(status, StepStatus::Passed(pass) if pass.tick == TickState::Written)
}

/// What a step rests on, and why if the word alone does not say it.
fn backing(
    step: &Step,
    known: &Known<'_>,
    record: Option<&PassRecord>,
    reopened: Option<&ReopenReason>,
) -> (Backing, Option<String>) {
    let because = |backing, why: &str| (backing, Some(why.to_owned()));
    match &known.state.step(&step.key).status {
        StepStatus::Passed(pass) => match (contradiction(pass, record), reopened) {
            (Some(why), _) => because(Backing::Forged, why),
            (None, Some(ReopenReason::Edited)) => because(Backing::Stale, "its text changed since"),
            (None, Some(ReopenReason::DependencyEdited)) => {
                because(Backing::Stale, "what it depends on changed since")
            }
            (None, Some(_)) => because(Backing::Stale, "a box of it was unticked since"),
            (None, None) => (of_pass(pass), None),
        },
        StepStatus::Revalidate => {
            because(Backing::Stale, "it had to be validated again, and this was not done")
        }
        _ if known.claims.contains(&step.key) => {
            because(Backing::Forged, "the record of its pass was changed, or agentrun did not write it")
        }
        _ if known.whole => (Backing::ByHand, None),
        _ => (Backing::Unrecorded, None),
    }
}

fn of_pass(pass: &Pass) -> Backing {
    match pass.strength {
        Some(Strength::Proven) => Backing::Proven,
        Some(Strength::SelfTested) => Backing::SelfTested,
        Some(Strength::Weak) => Backing::Weak,
        None => Backing::Confirmed,
        Some(Strength::Judged) => Backing::Judged,
        Some(Strength::Unvalidated) if pass.confirmed_by.is_some() => Backing::Confirmed,
        Some(Strength::Unvalidated) => Backing::Unvalidated,
    }
}

/// A pass on commands needs a green one of the same text of the step.
fn contradiction(pass: &Pass, record: Option<&PassRecord>) -> Option<&'static str> {
    if !matches!(pass.strength, Some(Strength::Proven | Strength::SelfTested | Strength::Weak)) {
        return None;
    }
    let evidence = record.map_or(&[][..], |record| &record.evidence);
    if !evidence.iter().any(Evidence::holds) {
        return Some("it passed, but none of its commands did");
    }
    let same = |evidence: &Evidence| evidence.fingerprint == pass.fingerprint;
    (!evidence.iter().all(same)).then_some("its evidence is for another text of the step")
}

/// A sentence is not decided by the commands of its step.
fn strength_of_box(step: &Step, place: BoxIndex, backing: Backing, status: &StepStatus) -> Backing {
    let StepStatus::Passed(pass) = status else { return backing };
    let mut criteria = step.criteria.iter_enumerated();
    let Some((index, criterion)) = criteria.find(|(_, criterion)| criterion.check_box == Some(place)) else {
        return backing;
    };
    match criterion.kind {
        CriterionKind::Command(_) if !criterion.says_more => backing,
        CriterionKind::Files(_) => backing,
        _ if !matches!(backing, Backing::Proven | Backing::SelfTested | Backing::Weak) => backing,
        _ if pass.judged.contains(&index) => Backing::Judged,
        _ if pass.confirmed_by.is_some() && !pass.pending.contains(&criterion.asked()) => Backing::Confirmed,
        _ if pass.criteria.contains(&index) => backing,
        _ => Backing::ByHand,
    }
}

/// agentrun ticked this box together with this step.
fn is_ticked_by_agentrun(plan: &Plan, state: &RunState, step: StepIndex, place: BoxIndex) -> bool {
    let ticked = &state.step(&plan.steps[step].key).ticked;
    ticked.iter().any(|name| plan.find_box(step, name) == Some(place))
}

/// What a ticked box of this strength rests on itself.
fn backing_of_box(
    plan: &Plan,
    place: BoxIndex,
    strength: Backing,
    record: Option<&PassRecord>,
) -> Option<BoxBacking> {
    match strength {
        Backing::Unrecorded | Backing::Forged => None,
        Backing::ByHand => Some(BoxBacking::ByHand),
        Backing::Confirmed => Some(BoxBacking::Person),
        Backing::Judged => Some(BoxBacking::Judge),
        _ if record.is_some_and(|record| record.saw_done(plan, place)) => Some(BoxBacking::Judge),
        _ => plan.backing(place).or(Some(BoxBacking::Step)),
    }
}

impl PassRecord {
    /// A judge saw that the task of this box is done.
    fn saw_done(&self, plan: &Plan, place: BoxIndex) -> bool {
        let Some(step) = plan.boxes[place].step.map(|step| &plan.steps[step]) else { return false };
        let done = self.judgements.iter().filter(|said| said.ruling == Ruling::Pass);
        let mut tasks = done.filter_map(|said| Some((step.tasks.get(said.task()?)?, said)));
        tasks.any(|(task, said)| task.check_box == Some(place) && task.text == said.text)
    }
}

/// The ticked boxes of groups: agentrun ticks one together with the last of its steps.
fn groups(reading: &Reading, known: &Known<'_>, audit: &Audit) -> Vec<AuditedBox> {
    let plan = &reading.plan;
    let own = plan.groups.iter().filter_map(|group| group.own_box);
    let ticked = own.map(|place| (place, &plan.boxes[place])).filter(|(_, found)| found.ticked());
    ticked
        .map(|(place, found)| {
            let ticked_it = |step: &&AuditedStep| is_ticked_by_agentrun(plan, known.state, step.index, place);
            let otherwise = if known.whole { Backing::ByHand } else { Backing::Unrecorded };
            let strength = audit.steps.iter().find(ticked_it).map_or(otherwise, |step| step.backing);
            AuditedBox {
                line: found.line.into(),
                text: found.text.clone(),
                backing: backing_of_box(plan, place, strength, None),
                strength,
            }
        })
        .collect()
}

/// The steps whose evidence does not count for the plan as it is now.
fn reopened(reading: &Reading, state: &RunState) -> BTreeMap<StepKey, ReopenReason> {
    let events = reconcile(&reading.plan, &reading.graph, state).into_iter();
    events
        .filter_map(|event| match event {
            Event::StepReopened { step, reason } => Some((step.key, reason)),
            _ => None,
        })
        .collect()
}

/// The last pass of each step, with its evidence, under the name that the step has now.
fn passes(records: &[Record], renames: &[Event]) -> BTreeMap<StepKey, PassRecord> {
    let mut passes: BTreeMap<StepKey, PassRecord> = BTreeMap::new();
    let mut evidence: BTreeMap<StepKey, Vec<(u32, &Evidence)>> = BTreeMap::new();
    let mut judgements: BTreeMap<StepKey, &Vec<Judgement>> = BTreeMap::new();
    let mut sandbox = "";
    for record in records {
        match &record.event {
            Event::RunStarted(run) => sandbox = &run.sandbox,
            Event::StepStarted { step, .. } => {
                evidence.remove(&step.key);
                judgements.remove(&step.key);
            }
            Event::ValidationCompleted { at, evidence: seen } => {
                evidence.entry(at.step.key.clone()).or_default().push((at.attempt, seen));
            }
            Event::JudgeCompleted { at, judgements: said, .. } => {
                judgements.insert(at.step.key.clone(), said);
            }
            Event::StepPassed { at, marks, .. } => {
                let seen = evidence.get(&at.step.key).map_or(&[][..], Vec::as_slice);
                let mut pass = pass(record, at, seen, sandbox);
                pass.judgements.extend(judgements.remove(&at.step.key).into_iter().flatten().cloned());
                pass.marks.clone_from(marks);
                passes.insert(at.step.key.clone(), pass);
            }
            Event::StepConfirmed { step, by, .. } => {
                let at = AttemptRef { step: step.clone(), attempt: 0 };
                let known = passes.entry(step.key.clone());
                known.or_insert_with(|| pass(record, &at, &[], sandbox)).confirmed_by = Some(by.clone());
            }
            event => rename(&mut passes, event),
        }
    }
    for event in renames {
        rename(&mut passes, event);
    }
    passes
}

fn rename(passes: &mut BTreeMap<StepKey, PassRecord>, event: &Event) {
    if let Event::StepRenamed { step, from } = event {
        let pass = passes.remove(from);
        passes.extend(pass.map(|pass| (step.key.clone(), pass)));
    }
}

/// A pass with what its own attempt saw; where nothing was run anew, with all that was seen.
fn pass(record: &Record, at: &AttemptRef, seen: &[(u32, &Evidence)], sandbox: &str) -> PassRecord {
    let own: Vec<Evidence> =
        seen.iter().filter(|(attempt, _)| *attempt == at.attempt).map(|(_, seen)| (*seen).clone()).collect();
    let evidence = if own.is_empty() { seen.iter().map(|(_, seen)| (*seen).clone()).collect() } else { own };
    PassRecord {
        run: record.run.clone(),
        ts: record.ts,
        attempt: at.attempt,
        sandbox: sandbox.to_owned(),
        confirmed_by: None,
        evidence,
        judgements: Vec::new(),
        marks: Vec::new(),
    }
}

impl Backing {
    pub(crate) fn say(self) -> &'static str {
        match self {
            Self::Proven => "proven",
            Self::SelfTested => "self-tested",
            Self::Weak => "weak",
            Self::Judged => "judged",
            Self::Confirmed => "confirmed",
            Self::Unvalidated => "unvalidated",
            Self::Stale => "stale",
            Self::ByHand => "by hand",
            Self::Unrecorded => "unrecorded",
            Self::Forged => "forged",
        }
    }

    /// agentrun, a judge or a person answers for it.
    pub(crate) fn holds(self) -> bool {
        matches!(self, Self::Proven | Self::SelfTested | Self::Weak | Self::Judged | Self::Confirmed)
    }
}

impl Rerun {
    /// It did what is expected, and that says something.
    pub(crate) fn holds(&self) -> bool {
        self.unmet.is_none() && self.expectation.exit.is_met(&self.exit) && self.vacuous.is_none()
    }

    /// How it ended, with what was expected and is not so.
    pub(crate) fn say(&self) -> String {
        let unmet = self.unmet.as_ref().map_or(String::new(), |unmet| format!(", but {unmet}"));
        format!("{}{unmet}", self.exit.say())
    }
}

impl AuditedStep {
    /// A command that was run again does not hold any more.
    pub(crate) fn is_refuted(&self) -> bool {
        self.rerun.iter().flatten().any(|rerun| !rerun.holds() && !rerun.tolerated)
    }

    /// Every command of it was run again, and at least one was green.
    pub(crate) fn is_backed_by_rerun(&self) -> bool {
        !self.is_refuted() && self.rerun.iter().flatten().any(Rerun::holds)
    }

    /// What the step and its boxes rest on.
    pub(crate) fn backings(&self) -> impl Iterator<Item = Backing> {
        std::iter::once(self.backing).chain(self.boxes.iter().map(|found| found.strength))
    }
}

impl Audit {
    pub(crate) fn has_forgery(&self) -> bool {
        self.steps.iter().any(|step| step.backing == Backing::Forged)
    }

    /// Some tick is backed by nothing, not even by commands that were run again.
    pub(crate) fn has_unbacked(&self) -> bool {
        let unbacked =
            |step: &AuditedStep| !step.is_backed_by_rerun() && !step.backings().all(Backing::holds);
        // A group is as good as its steps, which are listed too.
        self.steps.iter().any(unbacked)
    }
}

#[cfg(test)]
mod tests;
