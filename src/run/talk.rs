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
            let text = run.orders.templates.repair(&talk.repair).map_err(wrong_template)?;
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
            let text = run.orders.templates.step(&subject, &situation).map_err(wrong_template)?;
            let asked = run.guard.asked_files(|file| step.asks_to_change(file));
            let toolbox = toolbox(run, dir.clone(), &asked);
            let talk = Talk { conversation: Conversation::default(), toolbox, repair: Repair::default() };
            (talk, vec![Message::System { text: run.orders.system.clone() }, Message::User { text }])
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

/// Tools that reach the project; of its protected files they may write these.
pub(super) fn toolbox(run: &Run<'_>, log_dir: PathBuf, asked: &[PathBuf]) -> Toolbox {
    Toolbox::new(ToolboxSettings {
        workspace: run.site.workspace.clone().giving(asked),
        policy: run.site.policy.clone().giving(asked),
        interrupt: run.site.interrupt.clone(),
        redact: run.recorder.redact.clone(),
        timeouts: Timeouts::of(run.orders.config.limits.command),
        log_dir,
        unsaved: run.unsaved.clone(),
    })
}

/// What a fresh conversation is told besides the step itself.
fn situation(state: &StepState, applied: &[Applied], changes: String) -> Situation {
    let commands = applied.iter().map(|command| CommandState {
        script: command.script.clone(),
        dir: Some(command.dir.clone()).filter(|dir| !dir.is_empty()),
        expected: if command.expectation.is_success() { String::new() } else { command.expectation.say() },
        before: state.before(|seen| command.is_of(seen)).map_or_else(String::new, Evidence::say),
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

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;
    use crate::facts::fixtures::{evidence, judgement, red};
    use crate::facts::{Origin, RedCommand, Ruling, Vacuous};
    use crate::plan;
    use crate::state::fixtures::{Past, state};
    use crate::workspace::snapshot::FileChange;

    fn no_changes() -> Changes {
        Changes { files: Vec::new(), diff: String::new() }
    }

    fn failed(command: &str, output: &str) -> Reason {
        let red = RedCommand { command: command.to_owned(), output: output.to_owned(), ..red() };
        Reason::ValidationFailed { red, limit: None }
    }

    #[test]
    fn a_retry_is_told_what_failed_what_else_did_and_what_ended_the_agent() {
        let void = Some(Vacuous::Command { why: "it cannot fail".to_owned() });
        let no_tests = Some(Vacuous::Tests { why: "it ran no tests".to_owned() });
        let results = [
            evidence(0, "cargo test", 101),
            evidence(1, "cargo fmt", 0),
            evidence(2, "cargo clippy", 1),
            Evidence { vacuous: void, ..evidence(3, "true", 0) },
            Evidence { vacuous: no_tests, ..evidence(4, "cargo test x", 0) },
        ]
        .map(Validated::without_output);
        let reason = Reason::ValidationFailed { red: red(), limit: Some(Limit::Turns(3)) };
        let other = |command: &str, exit: &str| FailedCommand {
            command: command.to_owned(),
            exit: exit.to_owned(),
            output: String::new(),
        };
        let expected = Repair {
            setback: Setback { failure: Some(FailedCommand::of(&red())), ..Setback::default() },
            others: vec![
                other("cargo clippy", "exit code 1"),
                other("cargo test x", "exit code 0, but it ran no tests"),
            ],
            difference: None,
            limit: Some("3 turns".to_owned()),
            changes: "nothing".to_owned(),
        };
        assert_eq!(repair(&reason, &results, None, &no_changes()), expected);
    }

    #[test]
    fn a_retry_is_told_how_the_same_failure_changed() {
        let difference =
            |before: &Reason, now: &Reason| repair(now, &[], Some(before), &no_changes()).difference;
        let now = failed("make", "1 passed\n2 failed\n");
        let table = [
            (failed("make", "1 passed\n2 failed\n"), Some("the output is exactly the same.")),
            (failed("make", "0 passed\n2 failed\n"), Some("\n\n```diff\n-0 passed\n+1 passed\n```")),
            (failed("make test", "1 passed\n2 failed\n"), None),
            (Reason::Weakened { marks: Vec::new() }, None),
        ];
        for (before, expected) in table {
            assert_eq!(difference(&before, &now).as_deref(), expected, "{before:?}");
        }
        let lines = |word: &str| (1..=20).map(|line| format!("{word} {line}\n")).collect::<Vec<_>>().concat();
        let long = difference(&failed("make", &lines("old")), &failed("make", &lines("new"))).unwrap();
        assert!(long.ends_with("+new 10\n```\n(10 more lines differ)"), "{long}");
    }

    #[test]
    fn what_is_no_failed_command_is_told_alone() {
        let results = [Validated::without_output(evidence(0, "make", 1))];
        let refuted = Reason::CriterionFailed { judgement: judgement(1, Ruling::Fail) };
        for reason in [Reason::Weakened { marks: vec!["a test is gone".to_owned()] }, refuted] {
            let files = vec![FileChange { path: "a.rs".to_owned(), added: 2, removed: 1, binary: false }];
            let all = Changes { files, diff: "+a".to_owned() };
            let expected = Repair { setback: Setback::of(&reason), changes: all.stat(), ..Repair::default() };
            assert_eq!(repair(&reason, &results, Some(&failed("make", "")), &all), expected);
        }
    }

    #[test]
    fn a_fresh_conversation_knows_each_command_the_notes_and_the_last_failure() {
        let reading = plan::read("# P\n\n## Implementation Steps\n\n### Step 1: A\n\n- [ ] a\n");
        let step = &reading.plan.steps[plan::StepIndex::from(0)];
        let applied = |script: &str, dir: &str| Applied::script(Origin::Plan, script, dir);
        let applied = [applied("make", ""), applied("make", "web")];
        let command = |dir: Option<&str>, before: &str| CommandState {
            script: "make".to_owned(),
            dir: dir.map(str::to_owned),
            expected: String::new(),
            before: before.to_owned(),
        };
        let failed = failed("make", "1 failed");
        let past = [
            Past::Started(0),
            Past::Baseline(0, evidence(0, "make", 2)),
            Past::Began(0, 1),
            Past::Noted(0, "bash is needed"),
            Past::Ended(0, 1, crate::facts::AttemptOutcome::NotPassed(failed.clone())),
        ];
        let expected = Situation {
            commands: vec![command(None, "exit code 2"), command(Some("web"), "")],
            notes: vec!["bash is needed".to_owned()],
            changes: "1 file".to_owned(),
            setback: Setback::of(&failed),
        };
        let state = state(&reading, &past);
        assert_eq!(situation(state.step(&step.key), &applied, "1 file".to_owned()), expected);
    }
}
