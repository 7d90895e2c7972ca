//! The judge: a fresh conversation that can only read, asked which prose criteria hold.
//!
//! It never saw the agent's work being done. What it says counts only if what it cites is there.

mod answer;

use std::path::Path;

use tokio::time::{Instant, timeout_at};

use answer::{Answer, Cited};

use crate::agent::builtin::conversation::Conversation;
use crate::agent::builtin::tools::{Toolbox, reading, reads};
use crate::clock::Stopwatch;
use crate::config::Limits;
use crate::facts::{AttemptRef, CriterionIndex, Event, Judgement, Ruling, Usage};
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::model::message::{Arguments, Message, Reply, ToolCall, ToolDefinition};
use crate::model::{Model, ModelError, Notice, Place, Purpose, Request};
use crate::record::Recorder;
use crate::validate::Validated;
use crate::workspace::{Workspace, file};

/// Turns of a judge, besides one for each criterion.
const TURNS: u32 = 12;

/// How often an answer about one criterion may be void.
const VOID: u32 = 2;

/// Who is asked, and what it may look at.
#[derive(Debug)]
pub struct Judge<'a> {
    /// The attempt that is judged.
    pub at: AttemptRef,
    /// The model.
    pub model: &'a mut Model,
    /// Of its tools, those that read.
    pub toolbox: Toolbox,
    /// The door for facts.
    pub recorder: &'a mut Recorder,
    /// Where cited files are.
    pub workspace: &'a Workspace,
    /// The plan, relative to the project root: what it says is no proof.
    pub plan_path: &'a str,
    /// The limits of the attempt, of its tokens what is left. The time of a judge is its own.
    pub limits: Limits,
    /// The wish to stop.
    pub interrupt: Interrupt,
    /// The attempt's folder.
    pub dir: &'a Path,
}

/// What a judge is asked.
#[derive(Debug)]
pub struct Question<'a> {
    /// The constant instructions.
    pub system: String,
    /// The step, the criteria by number, the commands by number, the diff.
    pub text: String,
    /// The criteria: their index in the step, and their text.
    pub criteria: &'a [(CriterionIndex, String)],
    /// The commands that were run.
    pub commands: &'a [Validated],
}

/// What came of a question.
#[derive(Debug)]
pub struct Heard {
    /// One for each criterion, in order; `None` if the run was interrupted.
    pub judgements: Option<Vec<Judgement>>,
    /// What it cost.
    pub usage: Usage,
}

/// The answers so far.
struct Hearing<'a> {
    question: &'a Question<'a>,
    answers: Vec<Option<Judgement>>,
    voids: Vec<u32>,
    usage: Usage,
    turns: u32,
    nudged: bool,
}

/// Why a hearing ends before every criterion is answered.
enum Ended {
    Interrupted,
    /// What is open cannot be told, for this reason.
    Because(String),
}

impl Judge<'_> {
    /// Asks until every criterion is answered, or the judge has nothing more to say.
    pub async fn hear(mut self, question: &Question<'_>) -> Result<Heard, Failure> {
        let count = question.criteria.len();
        self.recorder.record(Event::JudgeStarted { at: self.at.clone(), criteria: count })?;
        let watch = Stopwatch::start();
        let mut hearing = Hearing {
            question,
            answers: vec![None; count],
            voids: vec![0; count],
            usage: Usage::default(),
            turns: 0,
            nudged: false,
        };
        let ended = self.ask(&mut hearing).await?;
        let usage = hearing.usage;
        let reason = match ended {
            Ended::Interrupted => return Ok(Heard { judgements: None, usage }),
            Ended::Because(reason) => reason,
        };
        let turns = hearing.turns;
        let judgements = hearing.close(&reason);
        self.recorder.record(Event::JudgeCompleted {
            at: self.at,
            judgements: judgements.clone(),
            usage,
            turns,
            duration_ms: watch.millis(),
        })?;
        Ok(Heard { judgements: Some(judgements), usage })
    }

    async fn ask(&mut self, hearing: &mut Hearing<'_>) -> Result<Ended, Failure> {
        let mut conversation = Conversation::default();
        conversation.write_to(&self.dir.join("judge.jsonl"), &self.recorder.redact).map_err(no_transcript)?;
        let Question { system, text, criteria, .. } = hearing.question;
        for message in [Message::System { text: system.clone() }, Message::User { text: text.clone() }] {
            conversation.push(message).map_err(no_transcript)?;
        }
        let tools: Vec<ToolDefinition> = reading().chain([answer::definition()]).collect();
        let deadline = Instant::now() + self.limits.time;
        let most = self.limits.turns.min(TURNS + u32::try_from(criteria.len()).unwrap_or(u32::MAX));
        while hearing.is_open() {
            let spent = self.limits.tokens.is_some_and(|most| hearing.usage.total() >= most);
            if hearing.turns >= most || spent || Instant::now() >= deadline {
                return Ok(Ended::Because("the judge reached its limit".to_owned()));
            }
            hearing.turns += 1;
            let reply = match self.reply(&conversation, &tools, hearing.turns, deadline).await? {
                Ok(reply) => reply,
                Err(ended) => return Ok(ended),
            };
            hearing.usage += reply.usage.unwrap_or_default();
            conversation.push(Message::Assistant(reply.clone())).map_err(no_transcript)?;
            if reply.calls.is_empty() {
                if std::mem::replace(&mut hearing.nudged, true) {
                    return Ok(Ended::Because("the judge did not answer".to_owned()));
                }
                let text = format!("Answer each open criterion with {}.", answer::NAME);
                conversation.push(Message::User { text }).map_err(no_transcript)?;
            }
            for call in &reply.calls {
                let text = self.perform(call, hearing).await?;
                let result = Message::Tool { call_id: call.id.clone(), name: call.name.clone(), text };
                conversation.push(result).map_err(no_transcript)?;
            }
        }
        Ok(Ended::Because(String::new()))
    }

    async fn reply(
        &mut self,
        conversation: &Conversation,
        tools: &[ToolDefinition],
        turn: u32,
        deadline: Instant,
    ) -> Result<Result<Reply, Ended>, Failure> {
        let place = Place { step: &self.at.step.id, attempt: self.at.attempt, turn };
        let messages = conversation.messages();
        let request = Request { place, purpose: Purpose::Judge, messages, tools };
        let (recorder, at) = (&mut *self.recorder, &self.at);
        let mut failure = None;
        let mut observe = |notice: Notice| {
            failure = failure.take().or(recorder.notice(at, notice).err());
        };
        let reply = self.model.reply(&request, &self.interrupt, &mut observe);
        let reply = timeout_at(deadline, reply).await;
        if let Some(failure) = failure {
            return Err(failure);
        }
        Ok(match reply {
            Ok(Ok(reply)) => Ok(reply),
            Ok(Err(ModelError::Interrupted)) => Err(Ended::Interrupted),
            Ok(Err(error)) => Err(Ended::Because(format!("the judge could not be asked: {error}"))),
            Err(_) => Err(Ended::Because("the judge took too long".to_owned())),
        })
    }

    async fn perform(&mut self, call: &ToolCall, hearing: &mut Hearing<'_>) -> Result<String, Failure> {
        if reads(&call.name) {
            let outcome = self.toolbox.execute(call).await;
            let outcome =
                outcome.map_err(|error| Failure::internal("cannot carry out a tool call", error))?;
            return Ok(outcome.text);
        }
        if call.name.trim() != answer::NAME {
            return Ok(format!(
                "there is no tool `{}`: you can read, and answer with {}",
                call.name,
                answer::NAME
            ));
        }
        let Arguments::Object(given) = &call.arguments else {
            return Ok("the arguments are no JSON object".to_owned());
        };
        Ok(match answer::read(given, hearing.answers.len()) {
            Ok(answer) => hearing.take(&answer, self.look(&answer, hearing.question)),
            Err(problem) => format!("not an answer: {problem}"),
        })
    }

    /// Whether what an answer cites is there. `Err` tells the judge that it is not.
    fn look(&self, answer: &Answer, question: &Question<'_>) -> Result<(), String> {
        match &answer.cited {
            None => Ok(()),
            Some(Cited::File { path, line, quote }) => {
                let place = self.workspace.readable(path).map_err(|refusal| refusal.to_string())?;
                let shown = self.workspace.relative(&place);
                let given = self.workspace.protected.iter().any(|path| place.starts_with(path));
                if given || shown == self.plan_path || shown.starts_with(".agentrun/") {
                    return Err(format!("`{shown}` is no proof: cite the work itself"));
                }
                let (_, criterion) = &question.criteria[answer.criterion];
                if answer::repeats(quote, criterion) {
                    return Err("the criterion itself is no proof of it: cite the work".to_owned());
                }
                let text = file::read_text(&place).map_err(|problem| format!("`{shown}`: {problem}"))?;
                let there = answer::stands_at(&text, *line, quote);
                there
                    .then_some(())
                    .ok_or_else(|| format!("the quote does not stand in `{shown}` at line {line}"))
            }
            Some(Cited::Output { command, quote }) => {
                let run = question.commands.get(*command);
                let run = run.ok_or_else(|| format!("there is no command {}", command + 1))?;
                let there = answer::stands_in(&run.output, quote);
                there.then_some(()).ok_or_else(|| {
                    format!("the quote does not stand in the output of `{}`", run.evidence.command)
                })
            }
        }
    }
}

impl Hearing<'_> {
    fn is_open(&self) -> bool {
        self.answers.iter().any(Option::is_none)
    }

    /// Keeps an answer whose citation was found. The first counts: a judge does not take it back.
    fn take(&mut self, answer: &Answer, looked: Result<(), String>) -> String {
        let place = answer.criterion;
        if self.answers[place].is_some() {
            return format!("criterion {} is answered already", place + 1);
        }
        let commands: Vec<&str> =
            self.question.commands.iter().map(|run| run.evidence.command.as_str()).collect();
        match looked {
            Ok(()) => {
                let citation = answer.cited.as_ref().map(|cited| answer::found(cited, &commands));
                self.answers[place] = Some(Judgement {
                    citation,
                    ..self.judgement(place, answer.ruling, answer.reason.clone())
                });
                "noted".to_owned()
            }
            Err(problem) => {
                self.voids[place] += 1;
                if self.voids[place] > VOID {
                    let reason = format!("what the judge cited is not there: {problem}");
                    self.answers[place] = Some(self.judgement(place, Ruling::CannotTell, reason));
                }
                format!("void: {problem}; read it and cite exactly, or answer cannot_tell")
            }
        }
    }

    fn judgement(&self, place: usize, ruling: Ruling, reason: String) -> Judgement {
        let (criterion, text) = self.question.criteria[place].clone();
        Judgement { criterion, text, ruling, reason, citation: None }
    }

    /// What is not answered cannot be told.
    fn close(mut self, reason: &str) -> Vec<Judgement> {
        let answers = std::mem::take(&mut self.answers).into_iter().enumerate();
        let open = |place| self.judgement(place, Ruling::CannotTell, reason.to_owned());
        answers.map(|(place, answer)| answer.unwrap_or_else(|| open(place))).collect()
    }
}

fn no_transcript(error: std::io::Error) -> Failure {
    Failure::internal("cannot write the transcript of the judge", error)
}
