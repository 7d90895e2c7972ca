//! Tells a run as people would: for each step what was tried, what was seen, and how it ended.

use crate::facts::{
    AgentEnd, AttemptOutcome, AttemptRef, ChangeSummary, Event, Evidence, Judgement, Record, RunCompleted,
    RunStarted, StepOutcome, StepRef, Strength, Ticked, Usage,
};
use crate::words;

#[derive(Debug, Clone, Default)]
pub(crate) struct Story {
    pub run: String,
    pub started: Option<RunStarted>,
    /// Steps in the order in which they were worked on.
    pub steps: Vec<StepStory>,
    pub remarks: Vec<String>,
    /// What commands of the whole plan did at its end.
    pub at_the_end: Vec<Evidence>,
    pub uncommitted: Vec<StepRef>,
    pub completed: Option<RunCompleted>,
}

#[derive(Debug, Clone)]
pub(crate) struct StepStory {
    pub step: StepRef,
    /// The baseline and the attempts, in order.
    pub attempts: Vec<AttemptStory>,
    /// How it ended; `None` while it is going on.
    pub end: Option<StepEnd>,
    pub ticked: Vec<String>,
    pub pending: Vec<String>,
    pub committed: Option<String>,
    pub marks: Vec<String>,
}

/// An attempt in a run; number 0 is the baseline.
#[derive(Debug, Clone, Default)]
pub(crate) struct AttemptStory {
    pub number: u32,
    pub evidence: Vec<Evidence>,
    pub judgements: Vec<Judgement>,
    pub shortened: Vec<String>,
    /// What its tools were refused or denied, and which processes of theirs were ended.
    pub incidents: Vec<String>,
    /// How the agent's work ended, by its own word or another's.
    pub end: Option<AgentEnd>,
    pub outcome: Option<AttemptOutcome>,
    pub changes: ChangeSummary,
    /// What it changed of what validates it.
    pub touched: Vec<String>,
    /// What of that makes its green worth less.
    pub marks: Vec<String>,
    pub usage: Usage,
    pub turns: u32,
    pub duration_ms: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum StepEnd {
    Passed(Strength),
    Stopped(StepOutcome),
    Parked,
    Confirmed(String),
    /// It had passed in a run before, and was only ticked in this one.
    Before,
}

impl Story {
    pub(crate) fn apply(&mut self, record: &Record) {
        self.run.clone_from(&record.run);
        match &record.event {
            Event::RunStarted(started) => self.started = Some(started.clone()),
            Event::StepStarted { step, .. } => self.step(step).end = None,
            Event::ValidationCompleted { at, evidence } if !self.is_working(&at.step) => {
                self.at_the_end.push(evidence.clone());
            }
            Event::AttemptStarted { at, .. }
            | Event::ConversationMasked { at, .. }
            | Event::ConversationCompacted { at, .. }
            | Event::ToolCompleted { at, .. }
            | Event::AgentFinished { at, .. }
            | Event::ValidationCompleted { at, .. }
            | Event::ValidationChanged { at, .. }
            | Event::JudgeCompleted { at, .. }
            | Event::AttemptCompleted { at, .. } => self.attempt(at).apply(&record.event),
            Event::StepPassed { at, strength, pending, marks, .. } => {
                let step = self.step(&at.step);
                step.end = Some(StepEnd::Passed(*strength));
                step.pending.clone_from(pending);
                step.marks.clone_from(marks);
            }
            Event::StepStopped { step, outcome } => {
                self.step(step).end = Some(StepEnd::Stopped(outcome.clone()));
            }
            Event::StepParked { step, items, .. } => {
                let step = self.step(step);
                step.end = Some(StepEnd::Parked);
                step.pending.clone_from(items);
            }
            Event::StepConfirmed { step, by, .. } => {
                self.step(step).end = Some(StepEnd::Confirmed(by.clone()));
            }
            Event::TickIntended { step, targets, .. } => {
                let step = self.step(step);
                step.ticked = targets.iter().map(Ticked::say).collect();
                step.end.get_or_insert(StepEnd::Before);
            }
            Event::StepCommitted { step, commit, .. } => {
                if let Some(story) = self.steps.iter_mut().rfind(|story| story.step.key == step.key) {
                    story.committed = Some(commit.clone());
                }
            }
            Event::CommitRefused { step, .. } => self.uncommitted.push(step.clone()),
            Event::RunCompleted(completed) => self.completed = Some(completed.clone()),
            _ => {}
        }
        self.remarks.extend(remark(&record.event));
    }

    /// What the whole run cost, as far as servers say.
    pub(crate) fn usage(&self) -> Usage {
        self.steps.iter().map(StepStory::usage).sum()
    }

    /// A step of the story.
    pub(crate) fn find(&self, step: &StepRef) -> Option<&StepStory> {
        self.steps.iter().rev().find(|story| story.step.key == step.key)
    }

    fn is_working(&self, step: &StepRef) -> bool {
        self.find(step).is_some_and(|story| story.end.is_none())
    }

    fn step(&mut self, step: &StepRef) -> &mut StepStory {
        let place = self.steps.iter().rposition(|story| story.step.key == step.key).unwrap_or_else(|| {
            self.steps.push(StepStory::new(step));
            self.steps.len() - 1
        });
        &mut self.steps[place]
    }

    fn attempt(&mut self, at: &AttemptRef) -> &mut AttemptStory {
        let attempts = &mut self.step(&at.step).attempts;
        let place = attempts.iter().position(|attempt| attempt.number == at.attempt).unwrap_or_else(|| {
            attempts.push(AttemptStory { number: at.attempt, ..AttemptStory::default() });
            attempts.len() - 1
        });
        &mut attempts[place]
    }
}

impl AttemptStory {
    fn apply(&mut self, event: &Event) {
        match event {
            Event::ToolCompleted { incidents, .. } => self.incidents.extend(incidents.iter().cloned()),
            Event::AgentFinished { end, .. } => self.end = Some(end.clone()),
            Event::ValidationCompleted { evidence, .. } => self.evidence.push(evidence.clone()),
            Event::ValidationChanged { files, marks, .. } => {
                (self.touched, self.marks) = (files.clone(), marks.clone());
            }
            Event::JudgeCompleted { judgements, usage, .. } => {
                self.judgements.clone_from(judgements);
                self.usage += *usage;
            }
            Event::AttemptCompleted { outcome, changes, usage, turns, duration_ms, .. } => {
                self.outcome = Some(outcome.clone());
                self.changes = changes.clone();
                (self.usage, self.turns, self.duration_ms) = (*usage, *turns, *duration_ms);
            }
            other => self.shortened.extend(shortened(other)),
        }
    }
}

impl StepStory {
    fn new(step: &StepRef) -> Self {
        Self {
            step: step.clone(),
            attempts: Vec::new(),
            end: None,
            ticked: Vec::new(),
            pending: Vec::new(),
            committed: None,
            marks: Vec::new(),
        }
    }

    /// Attempts of an agent; the baseline is none.
    pub(crate) fn tries(&self) -> impl Iterator<Item = &AttemptStory> {
        self.attempts.iter().filter(|attempt| attempt.number > 0)
    }

    /// What the step cost in this run.
    pub(crate) fn usage(&self) -> Usage {
        self.attempts.iter().map(|attempt| attempt.usage).sum()
    }

    /// How long its attempts took.
    pub(crate) fn duration_ms(&self) -> u64 {
        let validation =
            self.attempts.iter().filter(|attempt| attempt.number == 0).flat_map(|attempt| &attempt.evidence);
        let validation: u64 = validation.map(|evidence| evidence.duration_ms).sum();
        validation + self.attempts.iter().map(|attempt| attempt.duration_ms).sum::<u64>()
    }
}

impl StepEnd {
    /// One word or a few.
    pub(crate) fn say(&self) -> String {
        match self {
            Self::Passed(Strength::Proven) => "passed".to_owned(),
            Self::Passed(Strength::SelfTested) => {
                "passed (self-tested: only with tests that the step wrote)".to_owned()
            }
            Self::Passed(Strength::Weak) => "passed (weak)".to_owned(),
            Self::Passed(Strength::Judged) => "passed (judged: no command applies)".to_owned(),
            Self::Passed(Strength::Unvalidated) => "passed without validation".to_owned(),
            Self::Stopped(outcome) => outcome.say(),
            Self::Parked => "waits for a person".to_owned(),
            Self::Confirmed(by) => format!("confirmed by {by}"),
            Self::Before => "passed in an earlier run".to_owned(),
        }
    }
}

/// What was left out of a conversation by this event.
pub(super) fn shortened(event: &Event) -> Option<String> {
    let from_to =
        |before, after| format!("about {} tokens became {}", words::tokens(before), words::tokens(after));
    match event {
        Event::ConversationMasked { results, before, after, .. } => {
            let said = format!("left {} out of the conversation", words::counted(*results, "old result"));
            Some(format!("{said}: {}", from_to(*before, *after)))
        }
        Event::ConversationCompacted { before, after, why, summary, .. } => {
            let with = if *summary { "" } else { ", without a summary of the model" };
            Some(format!("compacted the conversation: {}{with} ({why})", from_to(*before, *after)))
        }
        _ => None,
    }
}

/// What people should know of this event, whichever step it belongs to.
pub(super) fn remark(event: &Event) -> Option<String> {
    let text = match event {
        Event::CommitRefused { step, reason } => {
            format!("step {} is not committed: {}; {}", step.id, reason.say(), reason.hint())
        }
        Event::TickRefused { step, reason } => {
            format!("step {} passed, but the plan could not be ticked: {reason}", step.id)
        }
        Event::PlanRestored { what, copy, .. } => {
            format!("agentrun restored the plan: {what}{}", say_copy(Some(copy)))
        }
        Event::FileRestored { path, what, copy, .. } => {
            format!("agentrun restored `{path}`: {what}{}", say_copy(copy.as_deref()))
        }
        Event::JournalRestored { what, copy } => {
            format!("agentrun restored the journal: {what}{}", say_copy(copy.as_deref()))
        }
        Event::JournalBroken { what, believed, copy } => format!(
            "{what}; agentrun trusts the first {} and goes on from there (all of it is kept in {copy})",
            words::counted(*believed, "record")
        ),
        Event::PlanEdited { noticed, .. } => {
            format!("the plan was edited {noticed}: the edit stays and counts from the next run on")
        }
        Event::Warning { message, .. } => message.clone(),
        _ => return None,
    };
    Some(text)
}

fn say_copy(copy: Option<&str>) -> String {
    copy.map_or_else(String::new, |copy| format!(" (the changed version is in {copy})"))
}

/// How many tests a command ran, to be put behind how it ended: `, 12 tests`.
pub(crate) fn ran(evidence: &Evidence) -> String {
    let ran = evidence.tests.and_then(|tests| usize::try_from(tests.ran).ok()).filter(|&ran| ran > 0);
    ran.map_or_else(String::new, |ran| format!(", {}", words::counted(ran, "test")))
}

/// How long a command took, unless it did not run again.
pub(super) fn took(evidence: &Evidence) -> String {
    if evidence.reused {
        return "not run again: same tree".to_owned();
    }
    words::millis(evidence.duration_ms)
}
