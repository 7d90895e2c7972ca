//! The turn loop of the built-in agent: ask the model, do what it calls for, until it says that
//! it is finished or a limit ends it.

use std::path::Path;

use tokio::time::Instant;

use super::conversation::Conversation;
use super::limits;
use super::repetition::{Repetition, Strike};
use super::tools::{Claim, ClaimStatus, Effect, ToolOutcome, Toolbox, definitions};
use crate::clock::Stopwatch;
use crate::config::Limits;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::model::message::{Message, Reply, ToolCall, Usage};
use crate::model::{Model, ModelError, Notice, Place, Purpose, Request};
use crate::run::event::{AgentEnd, AttemptRef, Event};
use crate::run::record::Recorder;
use crate::workspace::guard::{Found, PlanGuard};

/// What one attempt of the agent needs.
#[derive(Debug)]
pub struct Session<'a> {
    /// The attempt.
    pub at: AttemptRef,
    /// The model.
    pub model: &'a mut Model,
    /// The tools.
    pub toolbox: &'a mut Toolbox,
    /// The door for facts.
    pub recorder: &'a mut Recorder,
    /// Watches the plan.
    pub guard: &'a mut PlanGuard,
    /// Limits of the attempt.
    pub limits: Limits,
    /// The wish to stop.
    pub interrupt: Interrupt,
    /// What a reply without a tool call is answered with.
    pub nudge: String,
    /// The attempt's folder.
    pub dir: &'a Path,
}

/// What an attempt of the agent came to.
#[derive(Debug)]
pub struct Worked {
    /// Why it ended.
    pub end: AgentEnd,
    /// Tokens, as far as the server says.
    pub usage: Usage,
    /// Turns.
    pub turns: u32,
}

/// The counters of a session.
#[derive(Debug)]
struct Progress {
    turns: u32,
    usage: Usage,
    /// Tokens guessed for replies without usage: limits hold there too.
    guessed: u64,
    started: Stopwatch,
    deadline: Instant,
    nudged: bool,
    repetition: Repetition,
}

impl Session<'_> {
    /// Works until the agent says that it is finished, or something ends it.
    pub async fn work(mut self, conversation: &mut Conversation) -> Result<Worked, Failure> {
        let mut progress = Progress {
            turns: 0,
            usage: Usage::default(),
            guessed: 0,
            started: Stopwatch::start(),
            deadline: Instant::now() + self.limits.time,
            nudged: false,
            repetition: Repetition::default(),
        };
        let end = loop {
            if let Some(end) = self.turn(conversation, &mut progress).await? {
                break end;
            }
        };
        self.recorder.record(Event::AgentFinished { at: self.at.clone(), end: end.clone() })?;
        Ok(Worked { end, usage: progress.usage, turns: progress.turns })
    }

    /// One reply of the model and its tool results.
    async fn turn(
        &mut self,
        conversation: &mut Conversation,
        progress: &mut Progress,
    ) -> Result<Option<AgentEnd>, Failure> {
        if let Some(limit) = progress.limit(&self.limits) {
            return Ok(Some(AgentEnd::Limit { limit }));
        }
        progress.turns += 1;
        let watch = Stopwatch::start();
        let reply = match self.ask(conversation, progress).await? {
            Ok(reply) => reply,
            Err(end) => return Ok(Some(end)),
        };
        progress.count(&reply, conversation);
        self.recorder.record(Event::ModelReplied {
            at: self.at.clone(),
            turn: progress.turns,
            text: first_line(&reply.text),
            calls: reply.calls.len(),
            usage: reply.usage,
            duration_ms: watch.millis(),
        })?;
        conversation.push(Message::Assistant(reply.clone())).map_err(no_transcript)?;
        if reply.calls.is_empty() {
            return self.answer_without_calls(&reply, conversation, progress);
        }
        self.perform(&reply.calls, conversation, progress).await
    }

    async fn ask(
        &mut self,
        conversation: &Conversation,
        progress: &Progress,
    ) -> Result<Result<Reply, AgentEnd>, Failure> {
        let place = Place { step: &self.at.step.id, attempt: self.at.attempt, turn: progress.turns };
        let request = Request {
            place,
            purpose: Purpose::Work,
            messages: conversation.messages(),
            tools: definitions(),
        };
        let (recorder, at) = (&mut *self.recorder, &self.at);
        let mut failure = None;
        let mut observe = |notice: Notice| {
            let told = match notice {
                Notice::Progress { bytes } => {
                    recorder.report.replying(bytes);
                    Ok(())
                }
                Notice::Retry { reason, delay, number } => recorder.record(Event::ModelWaited {
                    at: at.clone(),
                    reason,
                    delay_ms: u64::try_from(delay.as_millis()).unwrap_or(u64::MAX),
                    retry: number,
                }),
                Notice::Adapted { what } => {
                    recorder.record(Event::Warning { code: "model-adapted".to_owned(), message: what })
                }
            };
            failure = failure.take().or(told.err());
        };
        let reply = self.model.reply(&request, &self.interrupt, &mut observe);
        let reply = tokio::time::timeout_at(progress.deadline, reply).await;
        match failure {
            Some(failure) => Err(failure),
            None => Ok(reply.unwrap_or(Err(ModelError::Interrupted)).map_err(|error| self.end_of(error))),
        }
    }

    /// What a missing reply means for the attempt.
    fn end_of(&self, error: ModelError) -> AgentEnd {
        match error {
            ModelError::Refused { message, hint } => AgentEnd::Model { message, hint, temporary: false },
            ModelError::Temporary { message } => AgentEnd::Model {
                message,
                hint: "run the same command again later; it goes on where it stopped".to_owned(),
                temporary: true,
            },
            ModelError::Overflow { message, .. } => {
                AgentEnd::Limit { limit: format!("the model's context window ({message})") }
            }
            ModelError::Chant { what } => AgentEnd::Loop { what: format!("the same text, \"{what}\"") },
            ModelError::Interrupted if self.interrupt.raised().is_some() => AgentEnd::Interrupted,
            ModelError::Interrupted => {
                AgentEnd::Limit { limit: crate::config::say_duration(self.limits.time) }
            }
        }
    }

    /// A reply without a call is asked once what it means; the second time it counts as a claim.
    fn answer_without_calls(
        &self,
        reply: &Reply,
        conversation: &mut Conversation,
        progress: &mut Progress,
    ) -> Result<Option<AgentEnd>, Failure> {
        if progress.nudged {
            return Ok(Some(AgentEnd::Done { summary: first_line(&reply.text) }));
        }
        progress.nudged = true;
        conversation.push(Message::User { text: self.nudge.clone() }).map_err(no_transcript)?;
        Ok(None)
    }

    /// Does what the model calls for, in order. Every call gets exactly one result.
    async fn perform(
        &mut self,
        calls: &[ToolCall],
        conversation: &mut Conversation,
        progress: &mut Progress,
    ) -> Result<Option<AgentEnd>, Failure> {
        let mut end = None;
        for call in calls {
            let text = if end.is_some() {
                "not executed: the attempt had ended".to_owned()
            } else {
                let outcome = self.perform_one(call, progress.deadline).await?;
                let (text, ended) = progress.weigh(call, outcome, &self.interrupt, &self.limits);
                end = ended;
                text
            };
            let message = Message::Tool { call_id: call.id.clone(), name: call.name.clone(), text };
            conversation.push(message).map_err(no_transcript)?;
        }
        Ok(end)
    }

    /// One tool call, with the plan looked at before and after it: what changes in between is the
    /// agent's doing.
    async fn perform_one(&mut self, call: &ToolCall, deadline: Instant) -> Result<ToolOutcome, Failure> {
        let found = self.guard.look(self.dir).map_err(no_plan)?;
        self.report_found(found, "between two tool calls")?;
        let what = self.toolbox.describe(call);
        self.recorder.record(Event::ToolStarted { at: self.at.clone(), what })?;
        let watch = Stopwatch::start();
        let outcome = match tokio::time::timeout_at(deadline, self.toolbox.execute(call)).await {
            Ok(outcome) => {
                outcome.map_err(|error| Failure::internal("cannot carry out a tool call", error))?
            }
            Err(_) => ToolOutcome::out_of_time(&call.name),
        };
        self.recorder.record(Event::ToolCompleted {
            at: self.at.clone(),
            tool: call.name.clone(),
            summary: outcome.summary.clone(),
            failed: outcome.failed,
            duration_ms: watch.millis(),
        })?;
        let found = self.guard.check(self.dir).map_err(no_plan)?;
        self.report_found(found, &format!("during {}", call.name))?;
        if let Effect::Noted(text) = &outcome.effect {
            self.recorder.record(Event::NoteTaken { at: self.at.clone(), text: text.clone() })?;
        }
        Ok(outcome)
    }

    fn report_found(&mut self, found: Found, noticed: &str) -> Result<(), Failure> {
        for event in found.events(&self.at, self.guard, noticed) {
            self.recorder.record(event)?;
        }
        Ok(())
    }
}

impl Progress {
    fn limit(&self, limits: &Limits) -> Option<String> {
        let usage = Usage { input: self.usage.input + self.guessed, ..self.usage };
        limits::reached(limits, self.turns, self.started.elapsed(), usage)
    }

    /// Servers that do not say what a reply cost are counted by four bytes a token.
    fn count(&mut self, reply: &Reply, conversation: &Conversation) {
        match reply.usage {
            Some(usage) => self.usage += usage,
            None => self.guessed += conversation.messages().iter().map(size).sum::<u64>() / 4,
        }
    }

    /// What a tool's outcome means for the attempt, and what the model is told.
    fn weigh(
        &mut self,
        call: &ToolCall,
        outcome: ToolOutcome,
        interrupt: &Interrupt,
        limits: &Limits,
    ) -> (String, Option<AgentEnd>) {
        let ToolOutcome { text, effect, signature, .. } = outcome;
        if interrupt.raised().is_some() {
            return (text, Some(AgentEnd::Interrupted));
        }
        if let Effect::Finished(claim) = effect {
            return (text, Some(end_of_claim(claim)));
        }
        if Instant::now() >= self.deadline {
            return (text, Some(AgentEnd::Limit { limit: crate::config::say_duration(limits.time) }));
        }
        match self.repetition.after(call, &signature) {
            Strike::None => (text, None),
            Strike::Warn => {
                let warning =
                    "You have made this same call with this same result three times. Do something else.";
                (format!("{text}\n\n{warning}"), None)
            }
            Strike::Stop => (text, Some(AgentEnd::Loop { what: call.name.clone() })),
        }
    }
}

fn end_of_claim(claim: Claim) -> AgentEnd {
    match claim.status {
        ClaimStatus::Done => AgentEnd::Done { summary: claim.summary },
        ClaimStatus::Blocked => AgentEnd::Blocked { reason: claim.reason.unwrap_or(claim.summary) },
    }
}

fn size(message: &Message) -> u64 {
    let bytes = match message {
        Message::System { text } | Message::User { text } | Message::Tool { text, .. } => text.len(),
        Message::Assistant(reply) => reply.text.len(),
    };
    bytes as u64
}

fn first_line(text: &str) -> String {
    text.trim().lines().next().unwrap_or_default().chars().take(200).collect()
}

fn no_transcript(error: std::io::Error) -> Failure {
    Failure::internal("cannot write the transcript", error)
}

fn no_plan(error: std::io::Error) -> Failure {
    Failure::internal("cannot look after the plan", error)
}
