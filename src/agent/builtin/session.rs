//! The turn loop of the built-in agent: ask the model, do what it calls for, until it is finished or a limit
//! ends it.

use std::path::Path;

use super::conversation::{Conversation, no_transcript};
use super::progress::{AttemptProgress, too_long};
use super::tools::{Tool, ToolEffect, ToolOutcome, Toolbox};
use super::window::Window;
use crate::brief::Templates;
use crate::clock::{Deadline, Stopwatch};
use crate::config::Limits;
use crate::facts::{AgentEnd, AttemptRef, Event, Limit, Usage};
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::model::message::{Message, Reply, ToolCall};
use crate::model::{Model, ModelError, Notice, Purpose, Request, TurnPlace};
use crate::record::Recorder;
use crate::sources::wrong_template;
use crate::workspace::guard::{Guard, GuardFindings};

/// What one attempt of the agent needs.
#[derive(Debug)]
pub(crate) struct Session<'a> {
    pub at: AttemptRef,
    pub model: &'a mut Model,
    pub toolbox: &'a mut Toolbox,
    pub recorder: &'a mut Recorder,
    pub guard: &'a mut Guard,
    pub limits: Limits,
    pub interrupt: Interrupt,
    /// The model's context window, if it is configured.
    pub window: Option<Window>,
    /// Tokens that a server keeps free for the reply, which have to fit the window, too.
    pub longest_reply: u64,
    pub templates: &'a Templates,
    pub dir: &'a Path,
}

/// What an attempt of the agent came to.
#[derive(Debug)]
pub(crate) struct AgentWork {
    pub end: AgentEnd,
    /// Tokens, as far as the server says.
    pub usage: Usage,
    pub turns: u32,
}

impl Session<'_> {
    /// Works until the agent says that it is finished, or something ends it.
    pub(crate) async fn work(mut self, conversation: &mut Conversation) -> Result<AgentWork, Failure> {
        let mut progress = AttemptProgress::new(&self.limits);
        conversation.fit_into(self.window.map(|window| window.beside(self.longest_reply)));
        if let Some(failure) = conversation.failure().map(str::to_owned) {
            conversation.ledger.failed(&failure);
        }
        let end = loop {
            if let Some(end) = self.turn(conversation, &mut progress).await? {
                break end;
            }
        };
        self.recorder.record(Event::AgentFinished { at: self.at.clone(), end: end.clone() })?;
        Ok(AgentWork { end, usage: progress.usage, turns: progress.turns })
    }

    /// One reply of the model and its tool results.
    async fn turn(
        &mut self,
        conversation: &mut Conversation,
        progress: &mut AttemptProgress,
    ) -> Result<Option<AgentEnd>, Failure> {
        if let Some(end) = progress.limit(&self.limits) {
            return Ok(Some(end));
        }
        if let Some(end) = self.make_room(conversation, progress).await? {
            return Ok(Some(end));
        }
        progress.turns += 1;
        let watch = Stopwatch::start();
        let reply = match self.reply(conversation, progress).await? {
            Ok(reply) => reply,
            Err(end) => return Ok(Some(end)),
        };
        self.count(&reply, conversation, progress)?;
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
        let end = self.perform(&reply.calls, conversation, progress).await?;
        Ok(end.or_else(|| progress.read(&reply)))
    }

    /// The reply to a conversation. If it is too long for the model, room is made.
    async fn reply(
        &mut self,
        conversation: &mut Conversation,
        progress: &mut AttemptProgress,
    ) -> Result<Result<Reply, AgentEnd>, Failure> {
        loop {
            match self.ask(Purpose::Work, conversation.messages(), progress).await? {
                Ok(reply) => return Ok(Ok(reply)),
                Err(ModelError::Overflow { message, window }) => {
                    let window = window.map(|tokens| Window::of(tokens).beside(self.longest_reply));
                    conversation.overflowed(window);
                    if let Some(end) = self.make_room_after(&message, conversation, progress).await? {
                        return Ok(Err(end));
                    }
                }
                Err(error) => return Ok(Err(self.end_of(error))),
            }
        }
    }

    /// Asks the model. Only for the next turn of the work it has tools.
    pub(super) async fn ask(
        &mut self,
        purpose: Purpose,
        messages: &[Message],
        progress: &AttemptProgress,
    ) -> Result<Result<Reply, ModelError>, Failure> {
        let place = TurnPlace { step: &self.at.step.id, attempt: self.at.attempt, turn: progress.turns };
        let tools = if purpose == Purpose::Work { self.toolbox.definitions() } else { Vec::new() };
        let request = Request { place, purpose, messages, tools: &tools, once: false };
        let (recorder, at) = (&mut *self.recorder, &self.at);
        let mut failure = None;
        let mut observe = |notice: Notice| {
            failure = failure.take().or(recorder.notice(at, notice).err());
        };
        let reply = self.model.reply(&request, &self.interrupt, &mut observe);
        let reply = progress.deadline.limit(reply).await;
        match failure {
            Some(failure) => Err(failure),
            None => Ok(reply.unwrap_or(Err(ModelError::Interrupted))),
        }
    }

    /// What a missing reply means for the attempt.
    pub(super) fn end_of(&self, error: ModelError) -> AgentEnd {
        match error {
            ModelError::Refused { message, hint } => AgentEnd::Model { message, hint, temporary: false },
            ModelError::Temporary { message } => AgentEnd::Model {
                message,
                hint: "run the same command again later; it goes on where it stopped".to_owned(),
                temporary: true,
            },
            ModelError::Overflow { message, .. } => too_long(&message),
            ModelError::Chant { what } => AgentEnd::Loop { what: format!("the same text, \"{what}\"") },
            ModelError::Interrupted if self.interrupt.raised().is_some() => AgentEnd::Interrupted,
            ModelError::Interrupted => AgentEnd::Limit { limit: Limit::time(self.limits.time) },
        }
    }

    /// Counts a reply, and what the server read for it.
    fn count(
        &mut self,
        reply: &Reply,
        conversation: &mut Conversation,
        progress: &mut AttemptProgress,
    ) -> Result<(), Failure> {
        progress.count(reply, conversation.tokens());
        let read = reply.usage.map_or(0, |usage| usage.input);
        match if read > 0 { conversation.count(read) } else { None } {
            Some(guess) => self.recorder.record(truncated(read, guess)),
            None => Ok(()),
        }
    }

    /// A reply without a call is asked once what it means; the second time it counts as a claim.
    fn answer_without_calls(
        &self,
        reply: &Reply,
        conversation: &mut Conversation,
        progress: &mut AttemptProgress,
    ) -> Result<Option<AgentEnd>, Failure> {
        if progress.nudged {
            return Ok(Some(AgentEnd::Done { summary: first_line(&reply.text) }));
        }
        progress.nudged = true;
        let text = self.templates.nudge().map_err(wrong_template)?;
        conversation.push(Message::User { text }).map_err(no_transcript)?;
        Ok(None)
    }

    /// Does what the model calls for, in order. Every call gets exactly one result. Where one could
    /// not be carried out, nothing is done that may rest on it.
    async fn perform(
        &mut self,
        calls: &[ToolCall],
        conversation: &mut Conversation,
        progress: &mut AttemptProgress,
    ) -> Result<Option<AgentEnd>, Failure> {
        let (mut end, mut failed) = (None, None);
        for call in calls {
            let acts = Tool::named(&call.name).is_some_and(Tool::acts);
            if end.is_some() {
                let text = "not executed: the attempt had ended".to_owned();
                conversation.push_result(call, text.clone(), text).map_err(no_transcript)?;
            } else if let Some(tool) = failed.filter(|_| acts) {
                let text = self.skip(call, tool)?;
                conversation.push_result(call, text.clone(), text).map_err(no_transcript)?;
            } else {
                let outcome = self.perform_one(call, progress.deadline).await?;
                // A command that ends red has run: that is an answer.
                if acts && outcome.failed && !matches!(outcome.effect, ToolEffect::Ran { .. }) {
                    failed = Some(call.name.as_str());
                }
                conversation.ledger.take(call, &outcome);
                let gist = outcome.summary.clone();
                let (text, ended) = progress.weigh(call, outcome, &self.interrupt, &self.limits);
                end = ended;
                conversation.push_result(call, text, gist).map_err(no_transcript)?;
            }
        }
        Ok(end)
    }

    /// Tells that a call is not carried out because an earlier one failed.
    fn skip(&mut self, call: &ToolCall, failed: &str) -> Result<String, Failure> {
        let what = self.toolbox.describe(call);
        let outcome = ToolOutcome::skipped(&what, &format!("an earlier {failed} in this reply failed"));
        self.completed(call, &outcome, 0)?;
        Ok(outcome.text)
    }

    /// One tool call, with the plan looked at before and after it: what changes in between is the
    /// agent's doing.
    async fn perform_one(&mut self, call: &ToolCall, deadline: Deadline) -> Result<ToolOutcome, Failure> {
        let found = self.guard.look(self.dir).map_err(no_plan)?;
        self.report_found(found, "between two tool calls")?;
        let what = self.toolbox.describe(call);
        self.recorder.record(Event::ToolStarted { at: self.at.clone(), what })?;
        let watch = Stopwatch::start();
        self.toolbox.end_by(deadline);
        let outcome = match self.guard.beside(deadline.limit(self.toolbox.execute(call))).await {
            Some(outcome) => outcome?,
            None => ToolOutcome::out_of_time(&call.name),
        };
        self.completed(call, &outcome, watch.millis())?;
        let found = self.guard.check(self.dir).map_err(no_plan)?;
        self.report_found(found, &format!("during {}", call.name))?;
        if let ToolEffect::Noted(text) = &outcome.effect {
            self.recorder.record(Event::NoteTaken { at: self.at.clone(), text: text.clone() })?;
        }
        Ok(outcome)
    }

    fn completed(&mut self, call: &ToolCall, outcome: &ToolOutcome, duration_ms: u64) -> Result<(), Failure> {
        self.recorder.record(Event::ToolCompleted {
            at: self.at.clone(),
            tool: call.name.clone(),
            summary: outcome.summary.clone(),
            failed: outcome.failed,
            incidents: outcome.incidents.clone(),
            duration_ms,
        })
    }

    fn report_found(&mut self, found: GuardFindings, noticed: &str) -> Result<(), Failure> {
        for event in found.events(&self.at, self.guard, noticed) {
            self.recorder.record(event)?;
        }
        Ok(())
    }
}

fn first_line(text: &str) -> String {
    text.trim().lines().next().unwrap_or_default().chars().take(200).collect()
}

/// The server has read far less than it was sent.
fn truncated(read: u64, guess: u64) -> Event {
    let message = format!(
        "the server has read {read} tokens of a conversation of about {guess}: it seems to cut off what its context \
         length has no room for. Raise that (Ollama: OLLAMA_CONTEXT_LENGTH or num_ctx; llama-server: --ctx-size), or \
         set model.context_window to it"
    );
    Event::Warning { code: "context-truncated".to_owned(), message }
}

fn no_plan(error: std::io::Error) -> Failure {
    Failure::internal("cannot look after the plan", error)
}
