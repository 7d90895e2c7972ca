//! Writes `report.md`: a run for a reviewer, with diffs and output.

use std::fmt::Write;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use super::story::{AttemptStory, StepEnd, StepStory, Story, ran, took};
use crate::facts::{
    AgentEnd, AttemptOutcome, Evidence, Judgement, Reason, RunOutcome, StepOutcome, Strength, Unfixable,
};
use crate::journal::RunDir;
use crate::words;

/// Lines of a diff, and of a command's output, that the report quotes; the files have the rest.
const DIFF_LINES: usize = 400;
const OUTPUT_LINES: usize = 40;

/// Writes the report of a run, whole each time.
pub(crate) fn write(story: &Story, run_dir: &RunDir) -> io::Result<()> {
    crate::workspace::file::replace(&run_dir.path().join("report.md"), render(story, run_dir).as_bytes())
}

pub(crate) fn render(story: &Story, run_dir: &RunDir) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    head(&mut text, story).ok();
    let numbers = story.started.as_ref().map_or(&[][..], |run| &run.steps);
    for step in &story.steps {
        let number = numbers.iter().position(|other| other.key == step.step.key).map_or(0, |place| place + 1);
        section(&mut text, step, number, run_dir).ok();
    }
    if !story.at_the_end.is_empty() {
        text.push_str("\n## At the end of the plan\n\n");
        validation(&mut text, &story.at_the_end, run_dir).ok();
    }
    text
}

fn head(text: &mut String, story: &Story) -> std::fmt::Result {
    let Some(run) = &story.started else { return Ok(()) };
    let title = if run.title.is_empty() { &run.plan } else { &run.title };
    writeln!(text, "# Run {} of {title}\n", story.run)?;
    let end = story.completed.as_ref().map_or_else(
        || "not finished: killed, or still running".to_owned(),
        |end| {
            format!(
                "{} (exit code {}) after {}",
                outcome(end.outcome),
                end.exit_code,
                words::millis(end.duration_ms)
            )
        },
    );
    writeln!(text, "- Outcome: {end}")?;
    writeln!(text, "- Plan: `{}`, digest `{}`", run.plan, &run.digest[..run.digest.len().min(16)])?;
    writeln!(text, "- Model: {}; sandbox: {}; snapshots: {}", run.model, run.sandbox, run.snapshots)?;
    writeln!(text, "- Limits: {}", run.limits)?;
    writeln!(text, "- Evidence: `agentrun verify {}` shows the evidence behind every tick", run.plan)?;
    let usage = story.usage();
    writeln!(
        text,
        "- Tokens: {} in ({} of them cached), {} out",
        words::tokens(usage.input),
        words::tokens(usage.cached),
        words::tokens(usage.output)
    )?;
    let pending = story.completed.iter().flat_map(|end| &end.pending);
    for (index, item) in pending.enumerate() {
        if index == 0 {
            writeln!(text, "- Waits for a person:")?;
        }
        writeln!(text, "  - step {}: {}", item.step, item.text)?;
    }
    for remark in &story.remarks {
        writeln!(text, "- Note: {remark}")?;
    }
    table(text, story)
}

fn table(text: &mut String, story: &Story) -> std::fmt::Result {
    if story.steps.is_empty() {
        return writeln!(text, "\nNo step was worked on in this run.");
    }
    writeln!(text, "\n| Step | Outcome | Rests on | Attempts | Time | Tokens |\n|---|---|---|---|---|---|")?;
    for step in &story.steps {
        writeln!(
            text,
            "| {} {} | {} | {} | {} | {} | {} |",
            cell(&step.step.id),
            cell(&step.step.title),
            cell(&step.end.as_ref().map_or_else(|| "not finished".to_owned(), StepEnd::say)),
            rests_on(step),
            step.tries().count(),
            words::millis(step.duration_ms()),
            words::tokens(step.usage().total()),
        )?;
    }
    Ok(())
}

/// What the reader may believe the outcome for.
fn rests_on(step: &StepStory) -> &'static str {
    let judged = step.attempts.iter().rev().find_map(|attempt| attempt.judgements.first());
    match step.end {
        Some(StepEnd::Passed(Strength::Proven | Strength::SelfTested | Strength::Weak))
            if judged.is_some() =>
        {
            "commands, a judge"
        }
        Some(StepEnd::Passed(Strength::Proven | Strength::SelfTested | Strength::Weak)) => "commands",
        Some(StepEnd::Passed(Strength::Judged)) => "a judge",
        Some(StepEnd::Passed(Strength::Unvalidated)) => "nothing",
        Some(StepEnd::Confirmed(_)) => "a person",
        _ => "-",
    }
}

fn section(text: &mut String, step: &StepStory, number: usize, run_dir: &RunDir) -> std::fmt::Result {
    writeln!(text, "\n## Step {}: {}\n", step.step.id, step.step.title)?;
    let end = step.end.as_ref().map_or_else(|| "not finished".to_owned(), StepEnd::say);
    writeln!(text, "{end}.")?;
    for target in &step.ticked {
        writeln!(text, "- ticked {target}")?;
    }
    if let Some(commit) = &step.committed {
        writeln!(text, "- committed as `{commit}`")?;
    }
    for item in &step.pending {
        writeln!(text, "- waits for a person: {item}")?;
    }
    for mark in &step.marks {
        writeln!(text, "- **look at it:** {mark}")?;
    }
    for attempt in &step.attempts {
        attempt_section(text, attempt, &run_dir.attempt(number, &step.step.title, attempt.number), run_dir)?;
    }
    match &step.end {
        Some(StepEnd::Stopped(StepOutcome { reason: Reason::Unfixable(Unfixable { hint, .. }), .. })) => {
            writeln!(text, "\nWhat to do: {hint}.")
        }
        _ => Ok(()),
    }
}

fn attempt_section(
    text: &mut String,
    attempt: &AttemptStory,
    dir: &Path,
    run_dir: &RunDir,
) -> std::fmt::Result {
    let relative = dir.strip_prefix(run_dir.path()).unwrap_or(dir).display();
    match &attempt.outcome {
        _ if attempt.number == 0 => writeln!(text, "\n### Before the step\n")?,
        found => {
            writeln!(text, "\n### Attempt {}\n", attempt.number)?;
            writeln!(
                text,
                "{}; {} turns, {} tokens, {}; files changed: {} (+{} -{}). Brief and transcript: `{relative}/`.\n",
                found.as_ref().map_or_else(|| "not finished".to_owned(), AttemptOutcome::say),
                attempt.turns,
                words::tokens(attempt.usage.total()),
                words::millis(attempt.duration_ms),
                attempt.changes.files,
                attempt.changes.added,
                attempt.changes.removed,
            )?;
        }
    }
    for said in &attempt.shortened {
        writeln!(text, "- agentrun {}", words::first_line(said))?;
    }
    for incident in &attempt.incidents {
        writeln!(text, "- the agent: {}", words::first_line(incident))?;
    }
    if let Some(AgentEnd::Done { summary }) = &attempt.end {
        writeln!(text, "- the agent said that it is done: {}", words::first_line(summary))?;
    }
    validation(text, &attempt.evidence, run_dir)?;
    for mark in &attempt.marks {
        writeln!(text, "- **weakened:** {mark}")?;
    }
    if !attempt.touched.is_empty() {
        writeln!(text, "- changed files that validation uses: {}", attempt.touched.join(", "))?;
    }
    judgements(text, attempt)?;
    changes(text, &dir.join("changes.diff"), &relative.to_string())
}

/// What commands did, each with the end of what it printed.
fn validation(text: &mut String, evidence: &[Evidence], run_dir: &RunDir) -> std::fmt::Result {
    for evidence in evidence {
        let command = words::first_line(&evidence.command);
        writeln!(text, "- `{command}`: {}, log `{}`", facts(evidence), evidence.log)?;
        if evidence.reused {
            continue;
        }
        let log = tail(&end_of(&run_dir.path().join(&evidence.log)), OUTPUT_LINES);
        if !log.trim().is_empty() {
            writeln!(text)?;
            fenced(text, "", &log)?;
        }
    }
    Ok(())
}

fn judgements(text: &mut String, attempt: &AttemptStory) -> std::fmt::Result {
    for judgement in &attempt.judgements {
        let Judgement { text: item, reason, citation, .. } = judgement;
        let word = judgement.say();
        let place = citation
            .as_ref()
            .map_or_else(String::new, |cited| format!(" ({})", words::first_line(&cited.place())));
        writeln!(
            text,
            "- the judge: \"{}\" {word}{place}: {}",
            words::first_line(item),
            words::first_line(reason)
        )?;
    }
    Ok(())
}

fn changes(text: &mut String, file: &Path, relative: &str) -> std::fmt::Result {
    let diff = start_of(file);
    if diff.trim().is_empty() {
        return Ok(());
    }
    let lines = diff.lines().count();
    writeln!(text, "\nChanges (`{relative}/changes.diff`):\n")?;
    let shown: Vec<&str> = diff.lines().take(DIFF_LINES).collect();
    fenced(text, "diff", &shown.join("\n"))?;
    match lines.checked_sub(DIFF_LINES) {
        Some(more) if more > 0 => writeln!(text, "\n({more} more lines in the file)"),
        _ => Ok(()),
    }
}

/// How a command ended, what ran, how long it took.
fn facts(evidence: &Evidence) -> String {
    format!("{}{}, {}", evidence.say(), ran(evidence), took(evidence))
}

fn outcome(outcome: RunOutcome) -> &'static str {
    match outcome {
        RunOutcome::Completed => "carried out",
        RunOutcome::StepFailed => "a step did not pass",
        RunOutcome::NeedsPerson => "needs a person",
        RunOutcome::LimitReached => "a limit was reached",
        RunOutcome::ModelRefused => "the model could not be used",
        RunOutcome::Temporary => "the model is out of reach for now",
        RunOutcome::Interrupted | RunOutcome::Terminated => "interrupted",
    }
}

/// A fenced block whose fence is longer than any inside it.
fn fenced(text: &mut String, info: &str, content: &str) -> std::fmt::Result {
    let longest = content.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    writeln!(text, "{fence}{info}\n{}\n{fence}", content.trim_end().trim_start_matches('\n'))
}

/// The most bytes of one file that the report quotes.
const QUOTED_BYTES: u64 = 64 << 10;

fn start_of(path: &Path) -> String {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(QUOTED_BYTES).read_to_end(&mut bytes));
    read.map_or_else(|_| String::new(), |_| String::from_utf8_lossy(&bytes).into_owned())
}

fn end_of(path: &Path) -> String {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|mut file| {
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(QUOTED_BYTES)))?;
        file.take(QUOTED_BYTES).read_to_end(&mut bytes)
    });
    read.map_or_else(|_| String::new(), |_| String::from_utf8_lossy(&bytes).into_owned())
}

fn tail(text: &str, lines: usize) -> String {
    let all: Vec<&str> = text.lines().collect();
    all[all.len().saturating_sub(lines)..].join("\n")
}

/// Text that cannot break a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
