//! Runs the commands that must hold for the whole plan, at its end.

use super::Run;
use super::step::name_tree;
use crate::facts::{Event, RunOutcome};
use crate::failure::Failure;
use crate::validate::Validated;
use crate::validate::applied::at_the_end;
use crate::words::first_line;

/// Runs the commands that the end of the plan waits for.
pub(crate) async fn settle(run: &mut Run<'_>) -> Result<RunOutcome, Failure> {
    let Some(last) = run.plan.in_order().next_back() else { return Ok(RunOutcome::Completed) };
    let applied = at_the_end(&run.plan.reading.plan, run.configured(), &run.recorder.state);
    if applied.is_empty() {
        return Ok(RunOutcome::Completed);
    }
    let mut ground = run.ground(last, 0);
    name_tree(run, &applied, &mut ground).await?;
    ground.log_dir = run.site.run_dir.path().join("at-the-end");
    // Not the baseline of the last step: that one is over.
    ground.at.attempt = run.state(last).attempts.max(1);
    let results = run.validate(&applied, &ground).await?;
    match refuted(&results) {
        None if results.len() == applied.len() => Ok(RunOutcome::Completed),
        None => Ok(run.interrupted()),
        Some((outcome, warning)) => run.recorder.record(warning).map(|()| outcome),
    }
}

/// What the first command that does not hold means for the run, and what people are told.
fn refuted(results: &[Validated]) -> Option<(RunOutcome, Event)> {
    let evidence = &results.iter().find(|result| !result.evidence.holds())?.evidence;
    let command = first_line(&evidence.command);
    let warning = |code: &str, message| Event::Warning { code: code.to_owned(), message };
    Some(if let Some(vacuous) = &evidence.vacuous {
        let message = format!("`{command}` proves nothing about the plan: {}", vacuous.why());
        (RunOutcome::NeedsPerson, warning("vacuous-at-the-end", message))
    } else {
        let message = format!("`{command}` fails at the end of the plan; it must pass");
        (RunOutcome::StepFailed, warning("red-at-the-end", message))
    })
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;
    use crate::facts::fixtures::evidence;
    use crate::facts::{Evidence, Vacuous};

    #[test]
    fn the_plan_ends_well_only_if_every_command_of_it_passes() {
        let seen = |command: &str, code, vacuous| {
            Validated::without_output(Evidence { vacuous, ..evidence(0, command, code) })
        };
        let warned = |outcome, code: &str, message: &str| {
            let (code, message) = (code.to_owned(), message.to_owned());
            Some((outcome, Event::Warning { code, message }))
        };
        let no_tests = || Some(Vacuous::Tests { why: "it ran no tests".to_owned() });
        let red = "`make lint ...` fails at the end of the plan; it must pass";
        let void = "`make test` proves nothing about the plan: it ran no tests";
        let table = [
            (Vec::new(), None),
            (vec![seen("make", 0, None)], None),
            (
                vec![
                    seen("make", 0, None),
                    seen("make lint\nmake", 2, None),
                    seen("make test", 0, no_tests()),
                ],
                warned(RunOutcome::StepFailed, "red-at-the-end", red),
            ),
            (
                vec![seen("make test", 0, no_tests()), seen("make lint", 2, None)],
                warned(RunOutcome::NeedsPerson, "vacuous-at-the-end", void),
            ),
        ];
        for (results, expected) in table {
            assert_eq!(refuted(&results), expected);
        }
    }
}
