//! The conversation of a step: how it begins, and how it continues after a validation that failed.

use std::path::PathBuf;

use super::{Run, StepAtWork};
use crate::agent::builtin::conversation::Conversation;
use crate::agent::builtin::tools::{Timeouts, Toolbox, ToolboxSettings};
use crate::brief::{CommandState, FailedCommand, Repair, Setback, Situation, Subject};
use crate::facts::{Evidence, Limit, Reason};
use crate::failure::Failure;
use crate::model::message::Message;
use crate::sources::wrong_template;
use crate::state::StepState;
use crate::validate::Validated;
use crate::validate::applied::Applied;
use crate::workspace::snapshot::{Changes, Snapshot, SnapshotError};

/// The trees before an attempt.
pub(super) struct AttemptTrees {
    /// Before the step's first attempt.
    pub base: Snapshot,
    /// Before this one.
    pub before: Snapshot,
}

/// A conversation that goes on from attempt to attempt, with what its tools know.
#[derive(Debug)]
pub(crate) struct Talk {
    pub conversation: Conversation,
    /// The tools, which know what the model has seen.
    pub toolbox: Toolbox,
    /// What the next attempt starts with.
    pub repair: Repair,
}

impl Talk {
    /// The conversation for this attempt: the one that goes on, with the failure as its next message,
    /// or a fresh one with the whole brief.
    pub(super) async fn open(
        run: &mut Run<'_>,
        work: StepAtWork<'_>,
        trees: &AttemptTrees,
        talk: Option<Talk>,
    ) -> Result<Talk, Failure> {
        let StepAtWork { step, applied, .. } = work;
        let dir = run.attempt_dir(step, run.state(step).attempts);
        let redact = run.recorder.redact.clone();
        let (mut talk, messages) = if let Some(mut talk) = talk {
            talk.toolbox.log_to(dir.clone());
            let text = run.words.templates.repair(&talk.repair).map_err(wrong_template)?;
            (talk, vec![Message::User { text }])
        } else {
            let changes = if trees.base.tree == trees.before.tree {
                String::new()
            } else {
                run.snapshots.changes(&trees.base, &trees.before).await.map_err(no_snapshot)?.stat()
            };
            let situation = situation(run.state(step), applied, changes);
            let text = run.plan.text_of(step);
            let plan = &run.plan.reading.plan;
            let subject = Subject { plan, plan_path: &run.plan.path, step, text };
            let text = run.words.templates.step(&subject, &situation).map_err(wrong_template)?;
            let toolbox = toolbox(run, dir.clone());
            let talk = Talk { conversation: Conversation::default(), toolbox, repair: Repair::default() };
            (talk, vec![Message::System { text: run.words.system.clone() }, Message::User { text }])
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
}

pub(super) fn toolbox(run: &Run<'_>, log_dir: PathBuf) -> Toolbox {
    Toolbox::new(ToolboxSettings {
        workspace: run.site.workspace.clone(),
        policy: run.site.policy.clone(),
        interrupt: run.site.interrupt.clone(),
        redact: run.recorder.redact.clone(),
        timeouts: Timeouts::of(run.orders.config.limits.command),
        log_dir,
    })
}

/// What a fresh conversation is told besides the step itself.
fn situation(state: &StepState, applied: &[Applied], changes: String) -> Situation {
    let commands = applied.iter().map(|command| CommandState {
        script: command.script.clone(),
        dir: Some(command.dir.clone()).filter(|dir| !dir.is_empty()),
        before: state.before(&command.script, &command.dir).map_or_else(String::new, Evidence::say),
    });
    Situation {
        commands: commands.collect(),
        notes: state.notes.clone(),
        changes,
        setback: state.last_failure.as_ref().map_or_else(Setback::default, Setback::of),
    }
}

/// What the same conversation goes on with.
pub(super) fn repair(
    reason: &Reason,
    results: &[Validated],
    before: Option<&Reason>,
    all: &Changes,
) -> Repair {
    let changes = if all.is_empty() { "nothing".to_owned() } else { all.stat() };
    let repair = Repair { setback: Setback::of(reason), changes, ..Repair::default() };
    let Reason::ValidationFailed { red, limit } = reason else { return repair };
    let all_red = results.iter().filter(|result| !result.evidence.holds() && !result.evidence.is_void());
    let others = all_red.filter(|result| result.evidence.command != red.command).map(|result| {
        let Evidence { command, .. } = &result.evidence;
        FailedCommand { command: command.clone(), exit: result.evidence.say(), output: String::new() }
    });
    let difference = match before {
        Some(Reason::ValidationFailed { red: earlier, .. }) if earlier.command == red.command => {
            Some(difference(&earlier.output, &red.output))
        }
        _ => None,
    };
    Repair { others: others.collect(), difference, limit: limit.as_ref().map(Limit::to_string), ..repair }
}

/// How two outputs of one command differ, at most this many lines of it.
fn difference(before: &str, after: &str) -> String {
    const MOST: usize = 30;
    if before == after {
        return "the output is exactly the same.".to_owned();
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

fn text_of(message: &Message) -> Option<&str> {
    match message {
        Message::System { text } | Message::User { text } => Some(text),
        Message::Assistant(_) | Message::Tool { .. } => None,
    }
}

pub(super) fn no_run_dir(error: std::io::Error) -> Failure {
    Failure::internal("cannot write the run folder", error)
        .hint("nothing is lost: free some disk space, then run the same command again")
}

pub(super) fn no_snapshot(error: SnapshotError) -> Failure {
    Failure::internal("cannot save a snapshot of the project", error)
}
