//! The judge: a fresh conversation that can only read decides about prose criteria and tasks.
//!
//! It never saw the agent's work being done. What it says counts only if what it cites is there.

mod answer;
mod hearing;

use std::path::Path;

use answer::{CitedPlace, JudgeAnswer};
use hearing::Hearing;

use crate::agent::builtin::conversation::Conversation;
use crate::agent::builtin::tools::{Toolbox, reading, reads};
use crate::clock::{Deadline, Stopwatch};
use crate::config::Limits;
use crate::facts::{AttemptRef, Event, JudgedItem, Judgement, Usage};
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::model::message::{Arguments, Message, Reply, ToolCall, ToolDefinition};
use crate::model::{Model, ModelError, Notice, Purpose, Request, TurnPlace};
use crate::record::Recorder;
use crate::validate::Validated;
use crate::workspace::{Workspace, file};

/// Turns of a judge, besides one for each item.
const TURNS: u32 = 12;

/// Who is asked, and what it may look at.
#[derive(Debug)]
pub(crate) struct Judge<'a> {
    pub at: AttemptRef,
    pub model: &'a mut Model,
    /// Of its tools, those that read.
    pub toolbox: Toolbox,
    pub recorder: &'a mut Recorder,
    /// Where cited files are.
    pub workspace: &'a Workspace,
    /// The plan, relative to the project root: what it says is no proof.
    pub plan_path: &'a str,
    /// The limits of the attempt, of its tokens what is left. The time of a judge is its own.
    pub limits: Limits,
    pub interrupt: Interrupt,
    pub dir: &'a Path,
    /// Nothing waits for the answers: a server that fails is not asked again.
    pub optional: bool,
}

#[derive(Debug)]
pub(crate) struct Question<'a> {
    pub system: String,
    /// The step, the criteria and tasks by number, the commands by number, the diff.
    pub text: String,
    /// The criteria, then the tasks.
    pub items: &'a [QuestionItem],
    pub commands: &'a [Validated],
}

/// One thing that a judge is asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct QuestionItem {
    pub about: JudgedItem,
    pub text: String,
}

/// What came of a question.
#[derive(Debug)]
pub(crate) struct HearingOutcome {
    /// One for each item, in order; `None` if the run was interrupted.
    pub judgements: Option<Vec<Judgement>>,
    pub usage: Usage,
}

#[derive(Default)]
struct Spent {
    usage: Usage,
    turns: u32,
    nudged: bool,
}

/// Why a hearing ends before every item is answered.
enum HearingEnd {
    Interrupted,
    /// What is open cannot be decided, for this reason.
    Because(String),
}

impl Judge<'_> {
    /// Asks until every item is answered, or the judge has nothing more to say.
    pub(crate) async fn hear(mut self, question: &Question<'_>) -> Result<HearingOutcome, Failure> {
        let is_task = |item: &&QuestionItem| matches!(item.about, JudgedItem::Task(_));
        let tasks = question.items.iter().filter(is_task).count();
        let criteria = question.items.len() - tasks;
        self.recorder.record(Event::JudgeStarted { at: self.at.clone(), criteria, tasks })?;
        let watch = Stopwatch::start();
        let commands = question.commands.iter().map(|run| run.evidence.command.as_str()).collect();
        let mut hearing = Hearing::new(question.items, commands);
        let mut spent = Spent::default();
        let ended = self.ask(question, &mut hearing, &mut spent).await?;
        let Spent { usage, turns, .. } = spent;
        let reason = match ended {
            HearingEnd::Interrupted => return Ok(HearingOutcome { judgements: None, usage }),
            HearingEnd::Because(reason) => reason,
        };
        let judgements = hearing.close(&reason);
        self.recorder.record(Event::JudgeCompleted {
            at: self.at,
            judgements: judgements.clone(),
            usage,
            turns,
            duration_ms: watch.millis(),
        })?;
        Ok(HearingOutcome { judgements: Some(judgements), usage })
    }

    async fn ask(
        &mut self,
        question: &Question<'_>,
        hearing: &mut Hearing<'_>,
        spent: &mut Spent,
    ) -> Result<HearingEnd, Failure> {
        let mut conversation = Conversation::default();
        conversation.write_to(&self.dir.join("judge.jsonl"), &self.recorder.redact).map_err(no_transcript)?;
        let Question { system, text, items, .. } = question;
        for message in [Message::System { text: system.clone() }, Message::User { text: text.clone() }] {
            conversation.push(message).map_err(no_transcript)?;
        }
        let tools: Vec<ToolDefinition> = reading().chain([answer::definition()]).collect();
        let deadline = Deadline::after(self.limits.time);
        let most = self.limits.turns.min(TURNS + u32::try_from(items.len()).unwrap_or(u32::MAX));
        while hearing.is_open() {
            let no_tokens = self.limits.tokens.is_some_and(|most| spent.usage.total() >= most);
            if spent.turns >= most || no_tokens || deadline.passed() {
                return Ok(HearingEnd::Because("the judge reached its limit".to_owned()));
            }
            spent.turns += 1;
            let reply = match self.reply(&conversation, &tools, spent.turns, deadline).await? {
                Ok(reply) => reply,
                Err(ended) => return Ok(ended),
            };
            spent.usage += reply.usage.unwrap_or_default();
            conversation.push(Message::Assistant(reply.clone())).map_err(no_transcript)?;
            if reply.calls.is_empty() {
                if std::mem::replace(&mut spent.nudged, true) {
                    return Ok(HearingEnd::Because("the judge did not answer".to_owned()));
                }
                let text = format!("Answer each open number with {}.", answer::NAME);
                conversation.push(Message::User { text }).map_err(no_transcript)?;
            }
            for call in &reply.calls {
                let text = self.perform(call, question, hearing).await?;
                let result = Message::Tool { call_id: call.id.clone(), name: call.name.clone(), text };
                conversation.push(result).map_err(no_transcript)?;
            }
        }
        Ok(HearingEnd::Because(String::new()))
    }

    async fn reply(
        &mut self,
        conversation: &Conversation,
        tools: &[ToolDefinition],
        turn: u32,
        deadline: Deadline,
    ) -> Result<Result<Reply, HearingEnd>, Failure> {
        let place = TurnPlace { step: &self.at.step.id, attempt: self.at.attempt, turn };
        let messages = conversation.messages();
        let request = Request { place, purpose: Purpose::Judge, messages, tools, once: self.optional };
        let (recorder, at) = (&mut *self.recorder, &self.at);
        let mut failure = None;
        let mut observe = |notice: Notice| {
            failure = failure.take().or(recorder.notice(at, notice).err());
        };
        let reply = self.model.reply(&request, &self.interrupt, &mut observe);
        let reply = deadline.limit(reply).await;
        if let Some(failure) = failure {
            return Err(failure);
        }
        Ok(match reply {
            Some(Ok(reply)) => Ok(reply),
            Some(Err(ModelError::Interrupted)) => Err(HearingEnd::Interrupted),
            Some(Err(error)) => Err(HearingEnd::Because(format!("the judge could not be asked: {error}"))),
            None => Err(HearingEnd::Because("the judge took too long".to_owned())),
        })
    }

    async fn perform(
        &mut self,
        call: &ToolCall,
        question: &Question<'_>,
        hearing: &mut Hearing<'_>,
    ) -> Result<String, Failure> {
        if reads(&call.name) {
            return Ok(self.toolbox.execute(call).await?.text);
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
        Ok(match answer::read(given, question.items.len()) {
            Ok(answer) => hearing.take(&answer, self.look(&answer, question)),
            Err(problem) => format!("not an answer: {problem}"),
        })
    }

    /// Whether what an answer cites is there. `Err` tells the judge that it is not.
    fn look(&self, answer: &JudgeAnswer, question: &Question<'_>) -> Result<(), String> {
        match &answer.cited {
            None => Ok(()),
            Some(CitedPlace::File { path, line, quote }) => {
                let place = self.workspace.readable(path).map_err(|refusal| refusal.to_string())?;
                let shown = self.workspace.relative(&place);
                let given = self.workspace.protected.iter().any(|path| place.starts_with(path));
                if given || shown == self.plan_path || shown.starts_with(".agentrun/") {
                    return Err(format!("`{shown}` is no proof: cite the work itself"));
                }
                let item = &question.items[answer.item];
                if answer::repeats(quote, &item.text) {
                    return Err(format!("a {} does not prove itself: cite the work", item.about.say()));
                }
                let text = file::read_text(&place).map_err(|problem| format!("`{shown}`: {problem}"))?;
                let there = answer::stands_at(&text, *line, quote);
                there
                    .then_some(())
                    .ok_or_else(|| format!("the quote does not stand in `{shown}` at line {line}"))
            }
            Some(CitedPlace::Output { command, quote }) => {
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

fn no_transcript(error: std::io::Error) -> Failure {
    Failure::internal("cannot write the transcript of the judge", error)
}
