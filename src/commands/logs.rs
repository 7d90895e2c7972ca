//! `agentrun logs [RUN]`: shows what happened in a run.

use std::path::Path;
use std::time::Duration;

use super::history::{self, PastRun};
use super::open::Project;
use crate::cli::Logs;
use crate::facts::{Event, Record, StepRef};
use crate::failure::{ExitCode, Failure};
use crate::report::story::Story;
use crate::report::{print, terminal};

/// How often a followed journal is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// Prints what happened in a run: all of it, or one step with the output of its validation.
pub(super) fn run(root: Option<&Path>, args: &Logs) -> Result<ExitCode, Failure> {
    let project = Project::find(root)?;
    let mut run = history::find(&project, args.run.as_deref())?;
    let step = args.step.as_deref().map(|id| run.step(id)).transpose()?;
    if let (Some((_, step)), Some(attempt)) = (&step, args.attempt)
        && !run.attempts(step).contains(&attempt)
    {
        return Err(Failure::usage(format!(
            "step {} has no attempt {attempt} in run {}",
            step.id, run.dir.id
        )));
    }
    let mut story = Story::default();
    let (mut told, mut goes_on) = (0, true);
    loop {
        for record in &run.records[told..] {
            story.apply(record);
            if wanted(record, step.as_ref().map(|(_, step)| step), args.attempt) {
                tell(record, &story, args.json)?;
            }
        }
        told = run.records.len();
        let ended = run.records.iter().any(|record| matches!(record.event, Event::RunCompleted(_)));
        if !args.follow || ended {
            break;
        }
        if !goes_on {
            let id = &run.dir.id;
            print::talk(&format!("the run `{id}` ended without a word: it was killed, or could not go on"));
            break;
        }
        std::thread::sleep(LOOK_EVERY);
        goes_on = run.read_on()?;
    }
    if let (Some((number, step)), false) = (&step, args.json) {
        outputs(&run, *number, step, args.attempt);
    }
    Ok(ExitCode::Passed)
}

fn wanted(record: &Record, step: Option<&StepRef>, attempt: Option<u32>) -> bool {
    let Some(step) = step else { return true };
    let (found, number) = record.event.place();
    found.is_some_and(|found| found.key == step.key)
        && attempt.is_none_or(|wanted| number.is_none_or(|number| number == wanted))
}

fn tell(record: &Record, story: &Story, json: bool) -> Result<(), Failure> {
    if json {
        let line = serde_json::to_string(record)
            .map_err(|error| Failure::internal("cannot write a record", error))?;
        print::data_line(&line);
    } else {
        for line in terminal::lines(&record.event, story) {
            print::data(&format!("{line}\n"));
        }
    }
    Ok(())
}

/// The output of the validation commands of the asked attempt, or the last one.
fn outputs(run: &PastRun, number: usize, step: &StepRef, attempt: Option<u32>) {
    let Some(attempt) = attempt.or(run.attempts(step).last().copied()) else { return };
    for record in &run.records {
        let Event::ValidationCompleted { at, evidence } = &record.event else { continue };
        if at.step.key != step.key || at.attempt != attempt {
            continue;
        }
        print::data(&format!("\n$ {}\n", evidence.command));
        if let Ok(log) = std::fs::File::open(run.dir.path().join(&evidence.log)) {
            print::data_from(log);
        }
    }
    let dir = run.dir.attempt(number, &step.title, attempt);
    print::talk(&format!("brief, transcript and diff: {}", dir.display()));
}
