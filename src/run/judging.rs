//! Asks the judge about a step's prose criteria and tasks, once every command holds.

use super::Run;
use super::talk::{no_run_dir, toolbox};
use crate::brief::{FailedCommand, JudgeBrief};
use crate::config::Limits;
use crate::facts::{
    AttemptOutcome, AttemptRef, CriterionIndex, JudgedItem, Judgement, Reason, Ruling, StepRef, Strength,
    TaskIndex, Usage,
};
use crate::failure::Failure;
use crate::judge::{Judge, Question, QuestionItem};
use crate::plan::{BoxIndex, Criterion, CriterionKind, Plan, Step};
use crate::sources::wrong_template;
use crate::validate::Validated;

/// More of a diff is not shown: the judge can read the files.
const DIFF_BYTES: usize = 24 << 10;

/// What the judge looks at.
#[derive(Debug, Clone, Copy)]
pub(super) struct JudgedWork<'a> {
    /// 0 if no agent was needed.
    pub attempt: u32,
    pub results: &'a [Validated],
    pub diff: &'a str,
    /// What the attempt cost so far.
    pub usage: Usage,
    /// No command applies: the judge decides about everything.
    pub alone: bool,
}

/// What the judge says of all prose criteria and tasks together.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct JudgedItems {
    /// The criteria that hold.
    pub hold: Vec<CriterionIndex>,
    /// Why the step does not pass: the first criterion or task that is not so, or a signal.
    pub refuted: Option<Reason>,
    /// The criteria and tasks that the judge cannot tell of.
    pub undecided: Vec<String>,
    /// There was something to ask.
    pub asked: bool,
    pub usage: Usage,
}

impl JudgedItems {
    /// What follows from the judgements; there are none if a signal ended the hearing.
    fn of(judgements: Option<Vec<Judgement>>, usage: Usage) -> Self {
        let Some(judgements) = judgements else {
            return Self { refuted: Some(Reason::Interrupted), usage, asked: true, ..Self::default() };
        };
        let undecided = judgements.iter().filter(|found| found.ruling == Ruling::CannotTell);
        let undecided = undecided.map(|found| found.text.clone()).collect();
        let hold = judgements.iter().filter(|found| found.ruling == Ruling::Pass);
        let hold = hold.filter_map(Judgement::criterion).collect();
        let refuted = judgements.into_iter().find(|found| found.ruling == Ruling::Fail);
        let refuted = refuted.map(|judgement| Reason::CriterionFailed { judgement });
        Self { hold, refuted, undecided, asked: true, usage }
    }

    /// How a step ends that no command decides about.
    pub(super) fn alone(&self) -> AttemptOutcome {
        match &self.refuted {
            Some(reason) => AttemptOutcome::NotPassed(reason.clone()),
            None if !self.asked => AttemptOutcome::NotPassed(Reason::Unvalidated),
            None if self.undecided.is_empty() => AttemptOutcome::Passed { strength: Strength::Judged },
            None => AttemptOutcome::NotPassed(Reason::Undecided { items: self.undecided.clone() }),
        }
    }
}

/// Asks the judge, if there is something to ask and the configuration wants one.
pub(super) async fn judge(
    run: &mut Run<'_>,
    step: &Step,
    work: JudgedWork<'_>,
) -> Result<JudgedItems, Failure> {
    if !run.orders.judges() {
        return Ok(JudgedItems::default());
    }
    let mut items: Vec<QuestionItem> = criteria(step).collect();
    // Without an agent there is no work to hold a task against.
    if work.attempt > 0 && work.alone {
        items.extend(all_tasks(&run.plan.reading.plan, step));
    } else if run.orders.judges_tasks() && work.attempt > 0 {
        items.extend(tasks(&run.plan.reading.plan, step));
    }
    let unasked = if work.alone { not_run(step) } else { Vec::new() };
    if items.is_empty() {
        return Ok(JudgedItems { asked: !unasked.is_empty(), undecided: unasked, ..JudgedItems::default() });
    }
    let dir = run.attempt_dir(step, work.attempt);
    std::fs::create_dir_all(&dir).map_err(no_run_dir)?;
    let text = run.plan.text_of(step);
    let brief = brief(&items, &work);
    let question = Question {
        system: run.orders.templates.judge().map_err(wrong_template)?,
        text: run.orders.templates.judge_step(step, text, &brief).map_err(wrong_template)?,
        items: &items,
        commands: work.results,
    };
    let limits = run.orders.config.limits;
    let asked = run.guard.asked_files(|file| step.asks_to_change(file));
    let judge = Judge {
        at: AttemptRef { step: StepRef::from(step), attempt: work.attempt },
        toolbox: toolbox(run, dir.clone(), &[]),
        model: &mut run.model,
        recorder: &mut run.recorder,
        // A file that the step changed is work to cite.
        workspace: &run.site.workspace.clone().giving(&asked),
        plan_path: &run.plan.path,
        limits: Limits {
            tokens: limits.tokens.map(|tokens| tokens.saturating_sub(work.usage.total())),
            ..limits
        },
        interrupt: run.site.interrupt.clone(),
        dir: &dir,
        optional: items.iter().all(|item| matches!(item.about, JudgedItem::Task(_))),
    };
    let heard = judge.hear(&question).await?;
    let mut judged = JudgedItems::of(heard.judgements, heard.usage);
    judged.undecided.extend(unasked);
    Ok(judged)
}

/// The criteria whose commands were not run: where no other command applies, no judge stands in for them.
fn not_run(step: &Step) -> Vec<String> {
    let is_not_run = |found: &&Criterion| found.names_unrun_command() || found.refused.is_some();
    step.criteria.iter().filter(is_not_run).map(Criterion::asked).collect()
}

/// The sentences that no command decides.
fn criteria(step: &Step) -> impl Iterator<Item = QuestionItem> {
    let asked = |found: &Criterion| found.is_sentence() && !found.names_unrun_command();
    let prose = step.criteria.iter_enumerated().filter(move |(_, found)| asked(found));
    prose.map(|(at, found)| QuestionItem { about: JudgedItem::Criterion(at), text: found.text.clone() })
}

/// The tasks whose boxes a pass would tick. What is a criterion too is asked or decided as one.
fn tasks(plan: &Plan, step: &Step) -> impl Iterator<Item = QuestionItem> {
    let is_criterion = |place: BoxIndex| {
        let mut criteria = step.criteria.iter();
        criteria.any(|found| found.check_box == Some(place) && !matches!(found.kind, CriterionKind::Files(_)))
    };
    let is_asked = move |place: BoxIndex| plan.boxes[place].tickable() && !is_criterion(place);
    let open = step
        .tasks
        .iter_enumerated()
        .filter(move |(_, task)| !task.optional && task.check_box.is_some_and(is_asked));
    open.map(|(at, task)| QuestionItem { about: JudgedItem::Task(at), text: task.text.clone() })
}

/// Every task that is not optional, with a box or without; where there is nothing else, the step itself is one.
fn all_tasks(plan: &Plan, step: &Step) -> Vec<QuestionItem> {
    let is_criterion = |place: BoxIndex| step.criteria.iter().any(|found| found.check_box == Some(place));
    let is_asked = |place: BoxIndex| plan.boxes[place].tickable() && !is_criterion(place);
    let open = step
        .tasks
        .iter_enumerated()
        .filter(|(_, task)| !task.optional && task.check_box.is_none_or(is_asked));
    let item = |at, text: &str| QuestionItem { about: JudgedItem::Task(at), text: text.to_owned() };
    let all: Vec<QuestionItem> = open.map(|(at, task)| item(at, &task.text)).collect();
    let is_bare = step.tasks.is_empty() && step.criteria.is_empty();
    if is_bare { vec![item(TaskIndex::from(0), &step.title)] } else { all }
}

fn brief(items: &[QuestionItem], work: &JudgedWork<'_>) -> JudgeBrief {
    let commands = work.results.iter().map(|result| FailedCommand {
        command: result.evidence.command.clone(),
        exit: result.evidence.exit.say(),
        output: result.output.clone(),
    });
    let texts = |of_tasks| {
        let items = items.iter().filter(|item| matches!(item.about, JudgedItem::Task(_)) == of_tasks);
        items.map(|item| item.text.clone()).collect()
    };
    let shown = work.diff.floor_char_boundary(DIFF_BYTES.min(work.diff.len()));
    JudgeBrief {
        criteria: texts(false),
        tasks: texts(true),
        commands: commands.collect(),
        diff: work.diff[..shown].to_owned(),
        left_out: work.diff.len() - shown,
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;
    use crate::facts::fixtures::{evidence, judgement};

    #[test]
    fn the_first_criterion_that_does_not_hold_refutes_and_a_doubt_does_not() {
        let usage = Usage { input: 5, cached: 0, output: 2 };
        let judged = |hold: &[usize], refuted| JudgedItems {
            hold: hold.iter().copied().map(CriterionIndex::from).collect(),
            refuted,
            usage,
            undecided: Vec::new(),
            asked: true,
        };
        let doubted = |hold: &[usize]| JudgedItems {
            undecided: vec!["It is friendly".to_owned()],
            ..judged(hold, None)
        };
        let refuted = |criterion| Reason::CriterionFailed { judgement: judgement(criterion, Ruling::Fail) };
        let table = [
            (None, judged(&[], Some(Reason::Interrupted))),
            (Some(vec![(0, Ruling::Pass), (2, Ruling::Pass)]), judged(&[0, 2], None)),
            (Some(vec![(0, Ruling::CannotTell), (2, Ruling::Pass)]), doubted(&[2])),
            (
                Some(vec![(0, Ruling::Pass), (1, Ruling::Fail), (2, Ruling::Fail)]),
                judged(&[0], Some(refuted(1))),
            ),
        ];
        for (rulings, expected) in table {
            let heard = rulings.map(|rulings| rulings.into_iter().map(|(at, ruling)| judgement(at, ruling)));
            assert_eq!(JudgedItems::of(heard.map(Iterator::collect), usage), expected);
        }
    }

    #[test]
    fn where_no_command_applies_a_judge_has_to_be_sure_of_everything() {
        let passed = AttemptOutcome::Passed { strength: Strength::Judged };
        let refuted = Reason::CriterionFailed { judgement: judgement(1, Ruling::Fail) };
        let doubt = Reason::Undecided { items: vec!["It is friendly".to_owned()] };
        let not = AttemptOutcome::NotPassed;
        let table = [
            (vec![Ruling::Pass, Ruling::Pass], passed),
            (vec![Ruling::Pass, Ruling::CannotTell], not(doubt)),
            (vec![Ruling::CannotTell, Ruling::Fail], not(refuted)),
        ];
        for (rulings, expected) in table {
            let heard = rulings.iter().enumerate().map(|(at, ruling)| judgement(at, *ruling)).collect();
            assert_eq!(JudgedItems::of(Some(heard), Usage::default()).alone(), expected, "{rulings:?}");
        }
        assert_eq!(JudgedItems::default().alone(), not(Reason::Unvalidated));
        assert_eq!(JudgedItems::of(None, Usage::default()).alone(), not(Reason::Interrupted));
    }

    #[test]
    fn a_judge_sees_the_beginning_of_a_long_diff_and_learns_how_much_is_left_out() {
        let item = |about, text: &str| QuestionItem { about, text: text.to_owned() };
        let items = [
            item(JudgedItem::Criterion(1.into()), "It is friendly"),
            item(JudgedItem::Task(0.into()), "Write it"),
        ];
        let results = [Validated {
            output: "3 passed".to_owned(),
            ..Validated::without_output(evidence(0, "make", 0))
        }];
        // The last character that would fit is cut in two.
        let diff = format!("{}\u{e4}{}", "x".repeat(DIFF_BYTES - 1), "y".repeat(10));
        for (diff, shown, left_out) in [("+a\n", "+a\n", 0), (&diff, &diff[..DIFF_BYTES - 1], 12)] {
            let work =
                JudgedWork { attempt: 1, results: &results, diff, usage: Usage::default(), alone: false };
            let JudgeBrief { criteria, tasks, commands, diff, left_out: left } = brief(&items, &work);
            let command = FailedCommand {
                command: "make".to_owned(),
                exit: "exit code 0".to_owned(),
                output: "3 passed".to_owned(),
            };
            let asked = (vec!["It is friendly".to_owned()], vec!["Write it".to_owned()]);
            assert_eq!(((criteria, tasks), commands), (asked, vec![command]));
            assert_eq!((diff.as_str(), left), (shown, left_out));
        }
    }
}
