//! `agentrun logs [RUN]`: shows what happened in a run.

use std::path::Path;
use std::time::Duration;

use super::common::history::{self, PastRun, PlacedStep};
use super::common::open::Project;
use crate::cli::LogsArgs;
use crate::facts::{Event, Record, StepKey};
use crate::failure::{ExitCode, Failure};
use crate::report::story::Story;
use crate::report::{print, terminal};

/// How often a followed journal is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// Which records are printed.
#[derive(Debug, Default)]
struct RecordFilter {
    step: Option<StepKey>,
    attempt: Option<u32>,
    /// The attempt of the step that is going on, or was last.
    at_hand: Option<u32>,
}

impl RecordFilter {
    /// Whether the next event is printed. What names no attempt, as a tick does, belongs to the one at
    /// hand; what comes before the first attempt belongs to all.
    fn admits(&mut self, event: &Event) -> bool {
        let Some(wanted) = &self.step else { return true };
        let (step, number) = event.place();
        if step.is_none_or(|step| step.key != *wanted) {
            return false;
        }
        if let Event::AttemptStarted { at, .. } = event {
            self.at_hand = Some(at.attempt);
        }
        let belongs = number.or(self.at_hand);
        self.attempt.is_none_or(|wanted| belongs.is_none_or(|attempt| attempt == wanted))
    }
}

/// Prints what happened in a run: all of it, or one step with the output of its validation.
pub(super) fn run(root: Option<&Path>, args: &LogsArgs) -> Result<ExitCode, Failure> {
    let project = Project::find(root)?;
    let mut run = history::find(&project, args.run.as_deref())?;
    let step = args.step.as_deref().map(|id| run.step(id)).transpose()?;
    if let (Some(PlacedStep { step, .. }), Some(attempt)) = (&step, args.attempt)
        && !run.attempts(step).contains(&attempt)
    {
        return Err(Failure::usage(format!(
            "step {} has no attempt {attempt} in run {}",
            step.id, run.dir.id
        )));
    }
    let key = step.as_ref().map(|placed| placed.step.key.clone());
    let mut filter = RecordFilter { step: key, attempt: args.attempt, at_hand: None };
    let mut story = Story::default();
    let (mut told, mut goes_on) = (0, true);
    loop {
        for record in &run.records[told..] {
            story.apply(record);
            if filter.admits(&record.event) {
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
            print::talk(&format!("the run `{id}` wrote no end: it was killed or crashed"));
            break;
        }
        std::thread::sleep(LOOK_EVERY);
        goes_on = run.read_on()?;
    }
    if let (Some(placed), false) = (&step, args.json) {
        outputs(&run, placed, args.attempt);
    }
    Ok(ExitCode::Passed)
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
fn outputs(run: &PastRun, placed: &PlacedStep, attempt: Option<u32>) {
    let PlacedStep { number, step } = placed;
    let Some(attempt) = attempt.or(run.attempts(step).last().copied()) else { return };
    for record in &run.records {
        let Event::ValidationCompleted { at, evidence } = &record.event else { continue };
        if at.step.key != step.key || at.attempt != attempt {
            continue;
        }
        print::data(&format!("\n$ {}\n", evidence.command));
        if let Ok(log) = std::fs::File::open(run.dir.path().join(&evidence.log)) {
            print::data_from(log);
            print::data("\n");
        }
    }
    let dir = run.dir.attempt(*number, &step.title, attempt);
    print::talk(&format!("brief, transcript and diff: {}", dir.display()));
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;
    use serde_json::json;

    use super::*;
    use crate::report::tests::{attempt_started, event, step as sample_step, validated};

    #[test]
    fn an_attempt_is_shown_with_what_follows_from_it_and_nothing_of_another() {
        let events = [
            ("started", event("step.started", "2", json!({"fingerprint": ""}))),
            ("before", validated("2", 0, &json!({}))),
            ("attempt 1", attempt_started("2", 1)),
            ("validated 1", validated("2", 1, &json!({}))),
            ("another step", attempt_started("1", 1)),
            ("attempt 2", attempt_started("2", 2)),
            ("stopped", event("step.stopped", "2", json!({"outcome": {"kind": "unproven"}}))),
            ("ticked", event("tick.intended", "2", json!({"targets": [], "before": "", "after": ""}))),
            ("warning", event("warning", "", json!({"code": "c", "message": "m"}))),
        ];
        let shown = |step: Option<&str>, attempt| -> Vec<&str> {
            let key = step.map(|id| sample_step(id).key);
            let mut filter = RecordFilter { step: key, attempt, at_hand: None };
            events.iter().filter(|(_, event)| filter.admits(event)).map(|(name, _)| *name).collect()
        };
        assert_eq!(shown(None, None).len(), events.len());
        assert_eq!(
            shown(Some("2"), None),
            ["started", "before", "attempt 1", "validated 1", "attempt 2", "stopped", "ticked"]
        );
        assert_eq!(shown(Some("2"), Some(1)), ["started", "attempt 1", "validated 1"]);
        assert_eq!(shown(Some("2"), Some(2)), ["started", "attempt 2", "stopped", "ticked"]);
        assert_eq!(shown(Some("1"), Some(1)), ["another step"]);
    }
}
