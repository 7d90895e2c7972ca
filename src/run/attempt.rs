//! One try of one step: brief, agent, guard, validation, outcome.

use std::path::Path;

use super::event::{AgentEnd, AttemptOutcome, AttemptRef, ChangeSummary, Event, Evidence, StepRef};
use super::orchestrator::Orchestrator;
use super::state::StepState;
use super::step::{ground, strong_enough};
use crate::agent::builtin::conversation::Conversation;
use crate::agent::builtin::session::{Session, Worked};
use crate::agent::builtin::tools::{Toolbox, ToolboxSettings};
use crate::brief::{CommandState, FailedCommand, Repair, Situation};
use crate::clock::Stopwatch;
use crate::digest::digest;
use crate::failure::Failure;
use crate::model::message::Message;
use crate::process::Exit;
use crate::sources::wrong_template;
use crate::validate::applied::Applied;
use crate::validate::verdict::{Verdict, judge};
use crate::validate::{self, Validated};
use crate::workspace::snapshot::{Changes, Snapshot, SnapshotError};

/// The longest a command of the agent may run, however long it asks for.
const LONGEST_COMMAND: std::time::Duration = std::time::Duration::from_secs(600);

/// A conversation that goes on from attempt to attempt, with what its tools know.
#[derive(Debug)]
pub struct Talk {
    conversation: Conversation,
    toolbox: Toolbox,
    /// What the next attempt starts with.
    repair: Repair,
}

/// An attempt that ended.
#[derive(Debug)]
pub struct Ended {
    /// Its number.
    pub number: u32,
    /// How.
    pub outcome: AttemptOutcome,
    /// What its validation saw.
    pub evidence: Vec<Evidence>,
    /// Indices of commands that are red and may be until the end.
    pub tolerated: Vec<usize>,
    /// The tree differs from the step's start.
    pub changed: bool,
}

/// What a validation came to.
struct Judged {
    outcome: AttemptOutcome,
    results: Vec<Validated>,
    tolerated: Vec<usize>,
}

/// The trees around an attempt.
struct Trees {
    /// Before the step's first attempt.
    base: Snapshot,
    /// Before this one.
    before: Snapshot,
}

/// Tries a step once. `talk` is the conversation to go on with, and holds the one to go on with
/// next time.
pub async fn run(
    run: &mut Orchestrator<'_>,
    index: usize,
    applied: &[Applied],
    talk: &mut Option<Talk>,
) -> Result<Ended, Failure> {
    let watch = Stopwatch::start();
    let setting = run.setting;
    let step = setting.step(index);
    let number = run.recorder.state.step(&step.key).attempts + 1;
    let at = AttemptRef { step: StepRef::from(step), attempt: number };
    let trees = start(run, &at, talk.is_none()).await?;
    let dir = setting.attempt_dir(index, number);
    std::fs::create_dir_all(&dir).map_err(no_run_dir)?;
    let mut open = open_talk(run, index, applied, &trees, talk.take()).await?;
    let worked = work(run, &at, &mut open, &dir).await?;

    let after = run.snapshots.take(&format!("{}-after", name(setting, &at))).await.map_err(no_snapshot)?;
    let own = run.snapshots.changes(&trees.before, &after).await.map_err(no_snapshot)?;
    let all = run.snapshots.changes(&trees.base, &after).await.map_err(no_snapshot)?;
    let diff = setting_redacted(run, &own.diff);
    std::fs::write(dir.join("changes.diff"), diff).map_err(no_run_dir)?;
    let judged = validate_attempt(run, index, applied, &worked, (&after, &all)).await?;

    if let AttemptOutcome::ValidationFailed { .. } = judged.outcome {
        let before = run.recorder.state.step(&step.key).last_failure.clone();
        open.repair = repair(&judged, before.as_ref(), &all);
        *talk = Some(open);
    }
    if matches!(&worked.end, AgentEnd::Limit { limit } if limit.contains("context window")) {
        *talk = None;
    }
    run.recorder.record(Event::AttemptCompleted {
        at,
        outcome: judged.outcome.clone(),
        changes: summary(&own),
        usage: worked.usage,
        turns: worked.turns,
        duration_ms: watch.millis(),
    })?;
    let evidence = judged.results.into_iter().map(|result| result.evidence).collect();
    let changed = !all.is_empty();
    Ok(Ended { number, outcome: judged.outcome, evidence, tolerated: judged.tolerated, changed })
}

/// Keeps the tree and records the start.
async fn start(run: &mut Orchestrator<'_>, at: &AttemptRef, fresh: bool) -> Result<Trees, Failure> {
    let before = run.snapshots.take(&name(run.setting, at)).await.map_err(no_snapshot)?;
    run.recorder.record(Event::AttemptStarted {
        at: at.clone(),
        fresh,
        tree: before.tree.clone(),
        reference: before.reference.clone(),
    })?;
    let base = run.recorder.state.step(&at.step.key).base.clone();
    let base =
        base.map_or_else(|| before.clone(), |base| Snapshot { tree: base.tree, reference: base.reference });
    Ok(Trees { base, before })
}

/// The conversation for this attempt: the one that goes on, with the failure as its next message,
/// or a fresh one with the whole brief.
async fn open_talk(
    run: &mut Orchestrator<'_>,
    index: usize,
    applied: &[Applied],
    trees: &Trees,
    talk: Option<Talk>,
) -> Result<Talk, Failure> {
    let setting = run.setting;
    let number = run.recorder.state.step(&setting.step(index).key).attempts;
    let dir = setting.attempt_dir(index, number);
    let redact = run.recorder.redact.clone();
    let (mut talk, messages) = match talk {
        Some(mut talk) => {
            talk.toolbox.log_to(dir.clone());
            let text = setting.templates.repair(&talk.repair).map_err(wrong_template)?;
            (talk, vec![Message::User { text }])
        }
        None => {
            let state = run.recorder.state.step(&setting.step(index).key);
            let changes = if trees.base.tree == trees.before.tree {
                String::new()
            } else {
                run.snapshots.changes(&trees.base, &trees.before).await.map_err(no_snapshot)?.stat()
            };
            let situation = situation(state, applied, changes);
            let text = &setting.text.text[setting.step(index).span.clone()];
            let plan = &setting.reading.plan;
            let text = setting
                .templates
                .step(plan, &setting.plan_path, index, text, &situation)
                .map_err(wrong_template)?;
            let toolbox = toolbox(run, dir.clone());
            let talk = Talk { conversation: Conversation::default(), toolbox, repair: Repair::default() };
            (talk, vec![Message::System { text: setting.system.clone() }, Message::User { text }])
        }
    };
    let brief: Vec<&str> = messages.iter().filter_map(text_of).collect();
    let brief = redact.text(&brief.join("\n\n---\n\n")).into_owned();
    std::fs::write(dir.join("brief.md"), brief).map_err(no_run_dir)?;
    talk.conversation.write_to(&dir.join("transcript.jsonl"), &redact).map_err(no_run_dir)?;
    for message in messages {
        talk.conversation.push(message).map_err(no_run_dir)?;
    }
    Ok(talk)
}

fn toolbox(run: &Orchestrator<'_>, log_dir: std::path::PathBuf) -> Toolbox {
    let setting = run.setting;
    Toolbox::new(ToolboxSettings {
        workspace: setting.workspace.clone(),
        policy: setting.policy.clone(),
        interrupt: setting.interrupt.clone(),
        redact: run.recorder.redact.clone(),
        command_timeout: setting.config.limits.command,
        command_timeout_max: LONGEST_COMMAND.max(setting.config.limits.command),
        log_dir,
    })
}

async fn work(
    run: &mut Orchestrator<'_>,
    at: &AttemptRef,
    talk: &mut Talk,
    dir: &Path,
) -> Result<Worked, Failure> {
    let setting = run.setting;
    let session = Session {
        at: at.clone(),
        model: &mut run.model,
        toolbox: &mut talk.toolbox,
        recorder: &mut run.recorder,
        guard: &mut run.guard,
        limits: setting.config.limits,
        interrupt: setting.interrupt.clone(),
        nudge: setting.templates.nudge().map_err(wrong_template)?,
        dir,
    };
    session.work(&mut talk.conversation).await
}

/// Validates what the agent left behind, unless it did not get to work or says it cannot.
async fn validate_attempt(
    run: &mut Orchestrator<'_>,
    index: usize,
    applied: &[Applied],
    worked: &Worked,
    (after, all): (&Snapshot, &Changes),
) -> Result<Judged, Failure> {
    let nothing = |outcome| Ok(Judged { outcome, results: Vec::new(), tolerated: Vec::new() });
    let limit = match &worked.end {
        AgentEnd::Done { .. } => None,
        AgentEnd::Limit { limit } => Some(limit.clone()),
        AgentEnd::Loop { what } => Some(format!("repeating the same {what} call")),
        AgentEnd::Blocked { reason } => return nothing(AttemptOutcome::Blocked { reason: reason.clone() }),
        AgentEnd::Model { message, hint, temporary } => {
            let (message, hint) = (message.clone(), hint.clone());
            return nothing(AttemptOutcome::ModelFailed { message, hint, temporary: *temporary });
        }
        AgentEnd::Interrupted => return nothing(AttemptOutcome::Interrupted),
    };
    let setting = run.setting;
    let state = run.recorder.state.step(&setting.step(index).key);
    let (number, baseline) = (state.attempts, state.baseline.clone());
    let mut ground = ground(run, index, number);
    ground.tree = Some(after.tree.clone());
    ground.diff_digest = Some(digest(all.diff.as_bytes()));
    ground.usage = worked.usage;
    let ground = validate::Ground { baseline: &baseline, ..ground };
    let results =
        validate::run(applied, &ground, &setting.policy, &setting.interrupt, &mut run.recorder).await?;
    if results.len() < applied.len() {
        return nothing(AttemptOutcome::Interrupted);
    }
    run.guard
        .check(&ground.log_dir)
        .map_err(|error| Failure::internal("cannot look after the plan", error))?;
    let evidence: Vec<Evidence> = results.iter().map(|result| result.evidence.clone()).collect();
    let (outcome, tolerated) = match judge(&baseline, &evidence, !all.is_empty()) {
        Verdict::Passed { strength, tolerated } if strong_enough(run, strength) => {
            (AttemptOutcome::Passed { strength }, tolerated)
        }
        Verdict::Passed { .. } | Verdict::Unproven => (AttemptOutcome::Unproven, Vec::new()),
        Verdict::Unvalidated => (AttemptOutcome::Unvalidated, Vec::new()),
        Verdict::Failed(failed) => (failure(&results, &failed, limit), Vec::new()),
    };
    Ok(Judged { outcome, results, tolerated })
}

fn failure(results: &[Validated], failed: &[usize], limit: Option<String>) -> AttemptOutcome {
    let first = &results[failed.first().copied().unwrap_or(0)];
    AttemptOutcome::ValidationFailed {
        command: first.evidence.command.clone(),
        exit: first.evidence.exit.clone(),
        output: first.output.clone(),
        limit,
    }
}

/// What a fresh conversation is told besides the step itself.
fn situation(state: &StepState, applied: &[Applied], changes: String) -> Situation {
    let before =
        |index: usize| state.baseline.get(index).map_or_else(String::new, |evidence| evidence.exit.say());
    let commands = applied.iter().enumerate().map(|(index, command)| CommandState {
        script: command.script.clone(),
        dir: Some(command.dir.clone()).filter(|dir| !dir.is_empty()),
        before: before(index),
    });
    let failure = match &state.last_failure {
        Some(AttemptOutcome::ValidationFailed { command, exit, output, .. }) => {
            Some(FailedCommand { command: command.clone(), exit: exit.say(), output: output.clone() })
        }
        _ => None,
    };
    Situation { commands: commands.collect(), notes: state.notes.clone(), changes, failure }
}

/// What the same conversation goes on with.
fn repair(judged: &Judged, before: Option<&AttemptOutcome>, all: &Changes) -> Repair {
    let AttemptOutcome::ValidationFailed { command, exit, output, limit } = &judged.outcome else {
        return Repair::default();
    };
    let red = judged.results.iter().filter(|result| !result.evidence.exit.success());
    let others = red.skip(1).map(|result| FailedCommand {
        command: result.evidence.command.clone(),
        exit: result.evidence.exit.say(),
        output: String::new(),
    });
    let difference = match before {
        Some(AttemptOutcome::ValidationFailed { command: earlier, output: printed, .. })
            if earlier == command =>
        {
            Some(difference(printed, output))
        }
        _ => None,
    };
    Repair {
        failure: Some(FailedCommand { command: command.clone(), exit: exit.say(), output: output.clone() }),
        others: others.collect(),
        difference,
        limit: limit.clone(),
        changes: if all.is_empty() { "nothing".to_owned() } else { all.stat() },
    }
}

/// How two outputs of one command differ, at most this many lines of it.
fn difference(before: &str, after: &str) -> String {
    const MOST: usize = 30;
    if before == after {
        return "it is the same to the letter.".to_owned();
    }
    let diff = similar::TextDiff::from_lines(before, after);
    let lines: Vec<String> = diff
        .iter_all_changes()
        .filter(|change| change.tag() != similar::ChangeTag::Equal)
        .map(|change| format!("{}{}", change.tag(), change.value().trim_end()))
        .collect();
    let cut = lines.len().saturating_sub(MOST);
    let note = if cut > 0 { format!("\n({cut} more lines differ)") } else { String::new() };
    format!("\n\n```diff\n{}\n```{note}", lines[..lines.len() - cut].join("\n"))
}

fn summary(changes: &Changes) -> ChangeSummary {
    ChangeSummary {
        files: changes.files.len(),
        added: changes.files.iter().map(|file| file.added).sum(),
        removed: changes.files.iter().map(|file| file.removed).sum(),
    }
}

fn text_of(message: &Message) -> Option<&str> {
    match message {
        Message::System { text } | Message::User { text } => Some(text),
        Message::Assistant(_) | Message::Tool { .. } => None,
    }
}

/// The name of an attempt's snapshot, below the plan's own prefix.
fn name(setting: &super::Setting, at: &AttemptRef) -> String {
    format!("{}/{}/{}-{}", setting.snapshot_prefix, setting.run_dir.id, short(&at.step.key), at.attempt)
}

/// A step's key as part of a ref name.
fn short(key: &crate::plan::StepKey) -> String {
    key.to_string().chars().filter(char::is_ascii_alphanumeric).take(14).collect()
}

fn setting_redacted(run: &Orchestrator<'_>, diff: &str) -> String {
    run.recorder.redact.text(diff).into_owned()
}

fn no_run_dir(error: std::io::Error) -> Failure {
    Failure::internal("cannot write the run folder", error)
        .hint("nothing is lost; make room and run agentrun again")
}

fn no_snapshot(error: SnapshotError) -> Failure {
    Failure::internal("cannot keep the tree as it was", error)
}

impl Exit {
    /// How it ended, in words: `exit code 101`.
    pub fn say(&self) -> String {
        match self {
            Self::Code { code } => format!("exit code {code}"),
            Self::Signal { signal } => format!("signal {signal}"),
            Self::TimedOut { after_seconds } => format!("a timeout after {after_seconds} s"),
            Self::Interrupted => "an interruption".to_owned(),
            Self::NotStarted { reason } => format!("no start: {reason}"),
        }
    }
}
