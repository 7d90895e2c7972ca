//! Shows a run to the person who watches.

use super::heartbeat::Heartbeat;
use super::print::{BAD, FAINT, GOOD, NOTICE, STRONG, quoted, styled};
use super::story::{self, StepEnd, StepStory, Story, ran, took};
use crate::facts::{
    AgentEnd, AttemptRef, Event, Evidence, Judgement, Reason, RedCommand, ReopenReason, Ruling, RunCompleted,
    RunOutcome, RunStarted, StepOutcome, StepRef, Strength,
};
use crate::words;

/// How many lines of a failing command's output are shown when a step stops, and between attempts.
const OUTPUT_LINES: usize = 15;
const FEW_LINES: usize = 6;

#[derive(Debug)]
pub(crate) struct Terminal {
    heartbeat: Heartbeat,
    /// What the live line says, to which arriving bytes are added.
    doing: String,
}

impl Terminal {
    /// Standard error: live on a terminal, plain lines elsewhere.
    pub(crate) fn new() -> Self {
        Self { heartbeat: Heartbeat::new(), doing: String::new() }
    }

    pub(crate) fn replying(&mut self, bytes: usize) {
        self.heartbeat.progress(&format!("{} ({bytes} bytes)", self.doing));
    }

    pub(crate) fn tell(&mut self, event: &Event, story: &Story) {
        for line in lines(event, story) {
            self.heartbeat.line(&line);
        }
        match doing(event) {
            Doing::Same => {}
            Doing::Nothing => self.heartbeat.rest(),
            Doing::This(what) => {
                self.heartbeat.doing(&what);
                self.doing = what;
            }
        }
    }
}

enum Doing {
    Same,
    Nothing,
    This(String),
}

fn doing(event: &Event) -> Doing {
    match event {
        Event::AttemptStarted { at, .. } | Event::ToolCompleted { at, .. } => {
            Doing::This(format!("step {}: asking the model", at.step.id))
        }
        Event::ToolStarted { at, what } => Doing::This(format!("step {}: {what}", at.step.id)),
        Event::ModelWaited { at, reason, delay_ms, .. } => {
            Doing::This(format!("step {}: waiting {} ({reason})", at.step.id, words::millis(*delay_ms)))
        }
        Event::ValidationStarted { at, command } => {
            Doing::This(format!("step {}: validating with {}", at.step.id, words::first_line(command)))
        }
        Event::AgentFinished { .. }
        | Event::ValidationCompleted { .. }
        | Event::StepPassed { .. }
        | Event::StepStopped { .. }
        | Event::RunCompleted(_) => Doing::Nothing,
        _ => Doing::Same,
    }
}

pub(crate) fn lines(event: &Event, story: &Story) -> Vec<String> {
    match event {
        Event::RunStarted(run) => run_started(run, &story.run),
        Event::StepAdopted { step } => vec![format!("  step {} is done by hand: nothing runs", step.id)],
        Event::StepReopened { step, reason } => vec![reopened(step, *reason)],
        Event::StepRenamed { step, .. } => vec![renamed(step)],
        Event::StepStarted { step, .. } => vec![String::new(), step_line(step, story)],
        Event::AttemptStarted { at, fresh, .. } => attempt_started(at, *fresh, story),
        Event::ModelWaited { reason, delay_ms, retry, .. } => {
            let line = format!("    waiting {} before retry {retry}: {reason}", words::millis(*delay_ms));
            vec![styled(NOTICE, &line)]
        }
        // What it claims is told by the event that follows.
        Event::ToolCompleted { tool, failed: false, .. } if tool == "finish_step" => Vec::new(),
        Event::ToolCompleted { summary, failed, incidents, .. } => {
            let summary = if *failed { styled(NOTICE, summary) } else { summary.clone() };
            let told = incidents.iter().filter(|incident| !summary.contains(incident.as_str()));
            let told = told.map(|incident| styled(NOTICE, &format!("      {incident}")));
            std::iter::once(format!("    {summary}")).chain(told).collect()
        }
        Event::AgentFinished { end, .. } => vec![agent_finished(end)],
        Event::ValidationCompleted { at, evidence } => vec![validated(at.attempt, evidence)],
        Event::ValidationChanged { files, marks, .. } => changed(files, marks),
        Event::OriginalsValidated { red, .. } => vec![originals(red.as_ref())],
        Event::JudgeStarted { criteria, tasks, .. } => {
            let mut asked = Vec::new();
            asked.extend(
                (*criteria > 0)
                    .then(|| format!("{} in prose", words::plural(*criteria, "criterion", "criteria"))),
            );
            asked.extend((*tasks > 0).then(|| words::counted(*tasks, "task")));
            vec![format!("  judge      {}", asked.join(", "))]
        }
        Event::JudgeCompleted { judgements, .. } => heard(judgements),
        Event::StepPassed { at, .. } => passed(&at.step, story),
        Event::StepStopped { step, outcome } => stopped(step, outcome),
        Event::StepParked { step, items, .. } => vec![
            String::new(),
            styled(NOTICE, &format!("- Step {} waits for a person: {}", step.id, items.join("; "))),
        ],
        Event::TickIntended { targets, .. } => {
            targets.iter().map(|target| format!("  ticked {}", target.say())).collect()
        }
        Event::StepCommitted { commit, paths, without_plan, .. } => {
            vec![committed(commit, *paths, without_plan.as_deref())]
        }
        Event::RunCompleted(completed) => run_completed(completed, story),
        other => {
            let shortened = story::shortened(other).map(|said| styled(FAINT, &format!("    {said}")));
            let remark = story::remark(other).map(|said| format!("{} {said}", styled(NOTICE, "warning:")));
            shortened.into_iter().chain(remark).collect()
        }
    }
}

fn run_started(run: &RunStarted, id: &str) -> Vec<String> {
    let commits = if run.commits { " · commits: one a step" } else { "" };
    vec![
        format!(
            "{} {} · {} · {}",
            styled(STRONG, "agentrun"),
            run.version,
            run.plan,
            words::counted(run.steps.len(), "step")
        ),
        styled(
            FAINT,
            &format!(
                "model {} · sandbox: {} · snapshots: {}{commits}",
                run.model, run.sandbox, run.snapshots
            ),
        ),
        styled(FAINT, &format!("limits: {}", run.limits)),
        styled(FAINT, &format!("logs: .agentrun/runs/{id}/")),
    ]
}

fn step_line(step: &StepRef, story: &Story) -> String {
    let steps = story.started.as_ref().map_or(&[][..], |run| &run.steps);
    let place = steps.iter().position(|other| other.key == step.key).map_or(0, |place| place + 1);
    let name = styled(STRONG, &format!("Step {}: {}", step.id, step.title));
    format!("> {name} {}", styled(FAINT, &format!("[{place}/{}]", steps.len())))
}

fn committed(commit: &str, paths: usize, without_plan: Option<&str>) -> String {
    let plan = without_plan.map_or_else(String::new, |why| format!(", without the plan: {why}"));
    match paths {
        0 => format!("  nothing to commit{plan}"),
        _ => format!(
            "  committed {} ({}{plan})",
            &commit[..commit.len().min(12)],
            words::counted(paths, "file")
        ),
    }
}

fn attempt_started(at: &AttemptRef, fresh: bool, story: &Story) -> Vec<String> {
    let how = if fresh { "" } else { " (told what failed)" };
    let mut lines = failed_before(&at.step, story);
    lines.push(format!("  attempt {}{how}", at.attempt));
    lines
}

fn renamed(step: &StepRef) -> String {
    format!("  step {} is the same as before under another name, number or place", step.id)
}

fn reopened(step: &StepRef, reason: ReopenReason) -> String {
    let why = match reason {
        ReopenReason::Unticked => "was unticked: it runs again",
        ReopenReason::Edited => "was edited since it passed: it is validated again",
        ReopenReason::DependencyEdited => "depends on something that changed: it is validated again",
        ReopenReason::Restart => "starts over",
        ReopenReason::Restored => "was restored: it runs again",
    };
    styled(NOTICE, &format!("  step {} {why}", step.id))
}

fn agent_finished(end: &AgentEnd) -> String {
    match end {
        AgentEnd::Done { summary } => {
            format!("    the agent says that it is done: {}", words::first_line(summary))
        }
        AgentEnd::Blocked { reason } => {
            styled(NOTICE, &format!("    the agent is blocked: {}", words::first_line(reason)))
        }
        AgentEnd::Limit { limit } => styled(NOTICE, &format!("    limit reached: {limit}")),
        AgentEnd::Loop { what } => styled(NOTICE, &format!("    stopped: {what} again and again")),
        AgentEnd::Model { message, .. } => styled(BAD, &format!("    {message}")),
        AgentEnd::Interrupted => styled(NOTICE, "    interrupted"),
    }
}

fn validated(attempt: u32, evidence: &Evidence) -> String {
    let phase = if attempt == 0 { "before    " } else { "validation" };
    let said = evidence.say();
    let verdict = match (&evidence.vacuous, attempt) {
        _ if evidence.is_held_back() => said,
        _ if evidence.flaky => styled(NOTICE, &said),
        (Some(vacuous), _) => styled(NOTICE, &format!("passed, but {}", vacuous.why())),
        (None, 0) if evidence.holds() => "passed".to_owned(),
        (None, _) if evidence.holds() => styled(GOOD, "passed"),
        (None, 0) => format!("failed, {said}"),
        (None, _) => styled(BAD, &format!("failed, {said}")),
    };
    let command = words::first_line(&evidence.command);
    format!("  {phase} {command} · {verdict}{} · {}", ran(evidence), took(evidence))
}

fn changed(files: &[String], marks: &[String]) -> Vec<String> {
    let mut lines: Vec<String> =
        marks.iter().map(|mark| styled(NOTICE, &format!("  weakened: {mark}"))).collect();
    if !files.is_empty() {
        lines.push(styled(FAINT, &format!("  changed files that validation uses: {}", files.join(", "))));
    }
    lines
}

fn passed(step: &StepRef, story: &Story) -> Vec<String> {
    let Some(told) = story.find(step) else { return Vec::new() };
    let end = told.end.as_ref().map_or_else(String::new, StepEnd::say);
    let mut facts = vec![words::millis(told.duration_ms())];
    match told.tries().count() {
        0 => facts.push("no agent was needed".to_owned()),
        tries => facts.push(words::counted(tries, "attempt")),
    }
    if told.usage().total() > 0 {
        facts.push(format!("{} tokens", words::tokens(told.usage().total())));
    }
    let mut lines =
        vec![format!("{} {}", styled(GOOD, &format!("+ Step {} {end}", step.id)), facts.join(" · "))];
    lines.extend(told.pending.iter().map(|item| format!("  waits for a person: {item}")));
    lines.extend(told.marks.iter().map(|mark| styled(NOTICE, &format!("  look at it: {mark}"))));
    lines
}

fn stopped(step: &StepRef, outcome: &StepOutcome) -> Vec<String> {
    let mut lines = vec![styled(BAD, &format!("x Step {} \"{}\" {}", step.id, step.title, outcome.say()))];
    lines.extend(outcome.reason.red().into_iter().flat_map(last_words));
    if let Reason::CriterionFailed { judgement } = &outcome.reason {
        lines.push(judged(judgement));
    }
    lines.extend(outcome.reason.hint().map(|hint| format!("{} {hint}", styled(STRONG, "hint:"))));
    lines
}

/// How a command ended, and the end of what it printed.
fn last_words(red: &RedCommand) -> Vec<String> {
    let mut lines = vec![format!("  validation: {} ({})", words::first_line(&red.command), red.say())];
    lines.extend(last_lines(&red.output, OUTPUT_LINES));
    lines
}

/// How the commands did with the checks that were there before the step.
fn originals(red: Option<&RedCommand>) -> String {
    let how = red.map_or_else(
        || "passed".to_owned(),
        |red| format!("{} ended with {}", words::first_line(&red.command), red.say()),
    );
    format!("  again      with the checks of before the step · {how}")
}

/// What a judge says. Tasks that it cannot tell of are only counted: their boxes rest on the step.
fn heard(judgements: &[Judgement]) -> Vec<String> {
    let (undecided, decided): (Vec<_>, Vec<_>) =
        judgements.iter().partition(|found| found.task().is_some() && found.ruling == Ruling::CannotTell);
    let mut lines: Vec<String> = decided.into_iter().map(judged).collect();
    lines.extend(undecided.first().map(|first| {
        let tasks = words::counted(undecided.len(), "task");
        format!("    cannot tell of {tasks}: {}", words::first_line(&first.reason))
    }));
    lines
}

/// What a judge says of a criterion or a task, and where it saw that.
fn judged(judgement: &Judgement) -> String {
    let style = match judgement.ruling {
        Ruling::Pass => GOOD,
        Ruling::Fail => BAD,
        Ruling::CannotTell => NOTICE,
    };
    let place = judgement.citation.as_ref().map_or_else(String::new, |cited| format!(" ({})", cited.place()));
    let reason =
        if judgement.ruling == Ruling::Pass { String::new() } else { format!(": {}", judgement.reason) };
    let word = styled(style, judgement.say());
    format!("    {word} {}{place}{reason}", words::first_line(&judgement.text))
}

/// Why the attempt before did not pass.
fn failed_before(step: &StepRef, story: &Story) -> Vec<String> {
    let last =
        story.find(step).and_then(|told| told.tries().filter(|attempt| attempt.outcome.is_some()).last());
    match last.and_then(|attempt| attempt.outcome.as_ref()?.reason()) {
        Some(Reason::ValidationFailed { red, .. }) => last_lines(&red.output, FEW_LINES),
        Some(Reason::Tampered { what }) => what.iter().map(|what| format!("  | {what}")).collect(),
        _ => Vec::new(),
    }
}

/// The end of an output that has anything to say.
fn last_lines(output: &str, most: usize) -> Vec<String> {
    let lines: Vec<&str> = output.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(most)..].iter().map(|line| format!("  | {line}")).collect()
}

fn run_completed(completed: &RunCompleted, story: &Story) -> Vec<String> {
    let headline = match completed.outcome {
        RunOutcome::Completed if completed.open > 0 => {
            let steps = words::counted(completed.open, "step");
            styled(GOOD, &format!("The selected steps are done; {steps} of the plan are still open."))
        }
        RunOutcome::Completed if completed.pending.is_empty() => styled(GOOD, "The plan is carried out."),
        RunOutcome::Completed => {
            styled(GOOD, "The plan is carried out. A person still has to look at some of it.")
        }
        RunOutcome::StepFailed => styled(BAD, "Stopped: a step did not pass."),
        RunOutcome::NeedsPerson => styled(NOTICE, "Stopped: a person is needed."),
        RunOutcome::LimitReached => styled(NOTICE, "Stopped: a limit was reached."),
        RunOutcome::ModelRefused => styled(BAD, "Stopped: the model could not be used."),
        RunOutcome::Temporary => styled(NOTICE, "Stopped for now: the model is out of reach."),
        RunOutcome::Interrupted | RunOutcome::Terminated => {
            styled(NOTICE, "Interrupted. The same command goes on from here.")
        }
    };
    let mut lines = vec![String::new(), headline, format!("  {}", summary(story, completed))];
    if !completed.pending.is_empty() {
        lines.push("  What waits for a person:".to_owned());
        lines.extend(
            completed.pending.iter().map(|pending| format!("    step {}: {}", pending.step, pending.text)),
        );
    }
    if !story.uncommitted.is_empty() {
        let steps: Vec<&str> = story.uncommitted.iter().map(|step| step.id.as_str()).collect();
        lines.push(format!("  Not committed (see the warnings above): step {}", steps.join(", ")));
    }
    lines.push(format!("  report: .agentrun/runs/{}/report.md", story.run));
    if let Some(next) = next_command(completed, story) {
        lines.push(format!("{} {next}", styled(STRONG, "next:")));
    }
    lines
}

/// What came of the run, in numbers.
fn summary(story: &Story, completed: &RunCompleted) -> String {
    let passed = story.steps.iter().filter(|step| matches!(step.end, Some(StepEnd::Passed(_)))).count();
    let worked_on = story.steps.iter().filter(|step| step.end != Some(StepEnd::Before)).count();
    let judged = passed_as(story, |strength| strength == Strength::Judged);
    let let_through = passed_as(story, |strength| strength == Strength::Unvalidated);
    let steps = words::counted(passed, "step");
    let mut facts = match (worked_on, judged, let_through) {
        (0, ..) if completed.outcome == RunOutcome::Completed => vec!["nothing was left to do".to_owned()],
        _ if passed == 0 => vec!["no step passed in this run".to_owned()],
        (_, 0, 0) => vec![format!("{steps} passed in this run, checked by commands that agentrun ran")],
        (_, judged, 0) if judged == passed => {
            vec![format!("{steps} passed in this run, by the judge's word alone")]
        }
        (_, judged, 0) => {
            vec![format!("{steps} passed in this run, {judged} of them by the judge's word alone")]
        }
        (_, _, let_through) => {
            vec![format!("{steps} passed in this run, {let_through} of them without validation")]
        }
    };
    facts.push(words::millis(completed.duration_ms));
    let tokens = story.usage().total();
    facts.extend((tokens > 0).then(|| format!("{} tokens", words::tokens(tokens))));
    facts.join(" · ")
}

/// How many steps passed with a strength of this kind.
fn passed_as(story: &Story, is_wanted: impl Fn(Strength) -> bool) -> usize {
    let wanted =
        |step: &&StepStory| matches!(step.end, Some(StepEnd::Passed(strength)) if is_wanted(strength));
    story.steps.iter().filter(wanted).count()
}

fn next_command(completed: &RunCompleted, story: &Story) -> Option<String> {
    let started = story.started.as_ref()?;
    let again = started.command.clone();
    let confirm = |id: &str| format!("look at it, then {} {}", started.on_plan("confirm"), quoted(id));
    let waiting = {
        let mut steps: Vec<String> = completed.pending.iter().map(|pending| quoted(&pending.step)).collect();
        steps.dedup();
        (!steps.is_empty())
            .then(|| format!("look at it, then {} {}", started.on_plan("confirm"), steps.join(" ")))
    };
    let stopped = story.steps.iter().rev().find(|step| matches!(step.end, Some(StepEnd::Stopped(_))));
    match completed.outcome {
        RunOutcome::Completed => waiting,
        RunOutcome::StepFailed | RunOutcome::LimitReached => match stopped {
            Some(step) => {
                let logs = started.in_project("logs --step");
                Some(format!("{logs} {}, then {again}", quoted(&step.step.id)))
            }
            None => Some(again),
        },
        RunOutcome::NeedsPerson => match stopped {
            Some(StepStory { step, end: Some(StepEnd::Stopped(outcome)), .. })
                if outcome.reason.may_be_confirmed() =>
            {
                Some(confirm(&step.id))
            }
            None if waiting.is_some() => waiting,
            _ => Some(format!("see above, then {again}")),
        },
        _ => Some(again),
    }
}
