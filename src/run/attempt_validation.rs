//! Validates what an attempt left, and decides how the attempt ended.

use std::path::Path;

use super::judging::{self, JudgedWork};
use super::made_files::MadeFiles;
use super::originals::{self, AttemptValidators, OriginalsWord, PassedCommands};
use super::talk::no_snapshot;
use super::validation::Ground;
use super::{Orders, Run, StepAtWork};
use crate::agent::builtin::session::AgentWork;
use crate::config::GuardMode;
use crate::digest::digest;
use crate::facts::{
    AttemptOutcome, AttemptRef, CriterionIndex, Event, Evidence, Limit, Reason, Unfixable, Usage,
};
use crate::failure::Failure;
use crate::plan::Step;
use crate::validate::applied::Applied;
use crate::validate::named::NamedFiles;
use crate::validate::verdict::{Circumstances, Verdict, judge};
use crate::validate::weakening::{Touched, compare};
use crate::validate::withheld::Withheld;
use crate::validate::{Validated, unfixable};
use crate::words::{counted, first_line};
use crate::workspace::disk_files::DiskFiles;
use crate::workspace::snapshot::{Changes, Snapshot};

#[derive(Debug, Clone, Copy)]
pub(super) struct AttemptLeft<'a> {
    pub agent: &'a AgentWork,
    pub after: &'a Snapshot,
    /// What changed since the step began.
    pub all: &'a Changes,
    /// And something that trees do not show.
    pub unseen_changed: bool,
}

/// How an attempt ended, and what its validation saw.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct AttemptValidation {
    pub outcome: AttemptOutcome,
    pub results: Vec<Validated>,
    /// The commands, by their place, that fail and may until the end.
    pub tolerated: Vec<usize>,
    /// What makes a pass worth less.
    pub marks: Vec<String>,
    pub judged: Vec<CriterionIndex>,
    /// Criteria whose files are not there.
    pub missing: Vec<CriterionIndex>,
    pub usage: Usage,
}

impl AttemptValidation {
    pub(super) fn of(outcome: AttemptOutcome, results: Vec<Validated>) -> Self {
        let (tolerated, marks) = (Vec::new(), Vec::new());
        let (judged, missing) = (Vec::new(), Vec::new());
        Self { outcome, results, tolerated, marks, judged, missing, usage: Usage::default() }
    }

    /// There was nothing to validate, or no time for it.
    fn without_results(reason: Reason) -> Self {
        Self::of(AttemptOutcome::NotPassed(reason), Vec::new())
    }

    /// A pass, once the commands ran with the validators that were there before the step.
    fn weigh(&mut self, word: OriginalsWord, orders: &Orders) {
        let OriginalsWord { strength, marks, refuted } = word;
        let weakened = !marks.is_empty() && orders.config.validation.guard == GuardMode::Fail;
        self.marks.extend(marks);
        self.outcome = match refuted {
            Some(reason) => AttemptOutcome::NotPassed(reason),
            None if weakened => AttemptOutcome::NotPassed(Reason::Weakened { marks: self.marks.clone() }),
            None if !orders.strong_enough(strength) => AttemptOutcome::NotPassed(Reason::TooWeak),
            None => AttemptOutcome::Passed { strength },
        };
    }

    pub(super) fn evidence(&self) -> Vec<Evidence> {
        self.results.iter().map(|result| result.evidence.clone()).collect()
    }
}

/// Validates what the agent left behind, unless it did not get to work or says it cannot.
pub(super) async fn validate_attempt(
    run: &mut Run<'_>,
    work: StepAtWork<'_>,
    left: AttemptLeft<'_>,
) -> Result<AttemptValidation, Failure> {
    if let Some(reason) = left.agent.end.without_work() {
        return Ok(AttemptValidation::without_results(reason));
    }
    let StepAtWork { step, applied, before } = work;
    let attempt = run.state(step).attempts;
    let baseline = run.baseline(step, applied).unwrap_or_default();
    let validators = AttemptValidators::of(run, work, left.all)?;
    let ground = Ground {
        watch: validators.watch(run),
        unseen_changed: left.unseen_changed,
        tree: Some(left.after.tree.clone()),
        diff_digest: Some(digest(left.all.diff.as_bytes())),
        usage: left.agent.usage,
        baseline: &baseline,
        ..run.ground(step, attempt)
    };
    let results = run.validate(applied, &ground).await?;
    if results.len() < applied.len() {
        return Ok(AttemptValidation::without_results(Reason::Interrupted));
    }
    let question = AttemptQuestion {
        baseline: &baseline,
        before,
        after: &results,
        changed: !left.all.is_empty() || left.unseen_changed,
        limit: left.agent.end.limit(),
        withheld: &run.site.withheld(),
    };
    let marks = weakening(run, &ground.at, applied, &question, left).await?;
    let mut validation = question.decide(marks, run.orders, run.site.root());
    let alone = question.is_for_the_judge(&validation.outcome);
    if let AttemptOutcome::Passed { strength } = validation.outcome {
        let passed =
            PassedCommands { ground: &ground, results: &results, strength, changed: question.changed };
        let said = originals::ask(run, work, &validators, passed).await?;
        validation.weigh(said, run.orders);
    }
    if alone || matches!(validation.outcome, AttemptOutcome::Passed { .. }) {
        let usage = left.agent.usage;
        let work = JudgedWork { attempt, results: &results, diff: &left.all.diff, usage, alone };
        hear(run, step, work, left.all, &mut validation).await?;
    }
    validation.results = results;
    Ok(validation)
}

/// Asks the judge, and looks whether the files are there that the step's tasks name.
async fn hear(
    run: &mut Run<'_>,
    step: &Step,
    work: JudgedWork<'_>,
    changes: &Changes,
    validation: &mut AttemptValidation,
) -> Result<(), Failure> {
    let alone = work.alone;
    let judged = judging::judge(run, step, work).await?;
    if alone {
        validation.outcome = run.orders.if_strong_enough(judged.alone());
    }
    (validation.judged, validation.usage) = (judged.hold, judged.usage);
    let unmade = MadeFiles::of(run, step, changes);
    validation.missing.clone_from(&unmade.missing);
    let passes = validation.outcome.reason().is_none();
    if let Some(reason) = judged.refuted {
        validation.outcome = AttemptOutcome::NotPassed(reason);
    } else if let Some(reason) = unmade.goes_back(run, step).filter(|_| passes) {
        let message = format!("{}; the agent is told once", reason.say_of_attempt());
        run.recorder.record(Event::Warning { code: "files-missing".to_owned(), message })?;
        validation.outcome = AttemptOutcome::NotPassed(reason);
    }
    Ok(())
}

/// What is asked of the results of the commands.
struct AttemptQuestion<'a> {
    baseline: &'a [Evidence],
    before: &'a [Validated],
    after: &'a [Validated],
    /// The tree differs from the step's start.
    changed: bool,
    limit: Option<Limit>,
    /// What commands do not get.
    withheld: &'a Withheld,
}

impl AttemptQuestion<'_> {
    /// No command applies, and the agent says that it is done.
    fn is_for_the_judge(&self, outcome: &AttemptOutcome) -> bool {
        self.limit.is_none() && outcome.reason() == Some(&Reason::Unvalidated)
    }

    /// How the attempt ended, as far as commands tell. The marks say what was weakened of what validates.
    fn decide(&self, marks: Vec<String>, orders: &Orders, root: &Path) -> AttemptValidation {
        let evidence: Vec<Evidence> = self.after.iter().map(|result| result.evidence.clone()).collect();
        let weakened = !marks.is_empty();
        let verdict = judge(self.baseline, &evidence, Circumstances { changed: self.changed, weakened });
        let mut decided = AttemptValidation::without_results(self.reason(&verdict, root));
        decided.marks.clone_from(&marks);
        match verdict {
            Verdict::Passed { .. } if weakened && orders.config.validation.guard == GuardMode::Fail => {
                decided.outcome = AttemptOutcome::NotPassed(Reason::Weakened { marks });
            }
            Verdict::Passed { strength, tolerated } if orders.strong_enough(strength) => {
                decided.outcome = AttemptOutcome::Passed { strength };
                decided.tolerated = tolerated;
                decided.marks.extend(evidence.iter().filter(|evidence| evidence.flaky).map(say_flaky));
            }
            _ => {}
        }
        decided
    }

    /// Why it does not pass, if it does not.
    fn reason(&self, verdict: &Verdict, root: &Path) -> Reason {
        if let Verdict::Failed(failed) = verdict
            && let Some(found) = self.beyond_repair(failed, root)
        {
            return Reason::Unfixable(found);
        }
        match verdict.reason(self.after) {
            Reason::ValidationFailed { red, .. } => {
                Reason::ValidationFailed { red, limit: self.limit.clone() }
            }
            reason => reason,
        }
    }

    /// Why no further attempt would help: every command that failed does so for a reason that no agent
    /// can mend here.
    fn beyond_repair(&self, failed: &[usize], root: &Path) -> Option<Unfixable> {
        if let Some(missed) =
            failed.iter().find_map(|&index| unfixable::missed(&self.after[index], self.withheld))
        {
            return Some(missed);
        }
        let found = |&index: &usize| {
            unfixable::after_work(self.before.get(index)?, &self.after[index], root, self.changed)
        };
        let all: Option<Vec<Unfixable>> = failed.iter().map(found).collect();
        all?.into_iter().next()
    }

    /// A mark for each command that passes with fewer tests than before a step that changed something.
    fn fewer_tests(&self) -> impl Iterator<Item = String> {
        let pairs = self.baseline.iter().zip(self.after).filter(|_| self.changed);
        pairs.filter(|(_, after)| after.evidence.holds()).filter_map(|(before, after)| {
            let [were, ran] = [before, &after.evidence].map(|seen| seen.tests.map_or(0, |tests| tests.ran));
            let command = first_line(&after.evidence.command);
            (ran < were)
                .then(|| format!("`{command}` ran {}; before the step it ran {were}", counted(ran, "test")))
        })
    }
}

/// What was weakened of what validates: by the agent, in the programs that commands name, and by the
/// commands themselves meanwhile.
async fn weakening(
    run: &mut Run<'_>,
    at: &AttemptRef,
    applied: &[Applied],
    question: &AttemptQuestion<'_>,
    left: AttemptLeft<'_>,
) -> Result<Vec<String>, Failure> {
    let mut touched = touched(run.site.root(), applied, left.all);
    touched.marks.extend(question.fewer_tests());
    let in_diff = |path: &str| left.all.files.iter().any(|file| file.path == path);
    let programs = &run.recorder.state.step(&at.step.key).trees.programs;
    touched += run.site.search().compare(programs, &run.programs(), in_diff);
    if question.after.iter().all(|result| result.evidence.holds()) {
        touched += meanwhile(run, at, applied, left.after).await?;
    }
    let Touched { files, marks } = touched;
    if !files.is_empty() || !marks.is_empty() {
        run.recorder.record(Event::ValidationChanged { at: at.clone(), files, marks: marks.clone() })?;
    }
    Ok(marks)
}

/// What was changed of what these commands validate with.
fn touched(root: &Path, applied: &[Applied], changes: &Changes) -> Touched {
    if changes.is_empty() {
        return Touched::default();
    }
    let mut named = NamedFiles::default();
    for command in applied {
        named.add(&DiskFiles, root, command);
    }
    compare(&changes.diff, &named, |path| root.join(path).is_file())
}

/// What the commands themselves changed of what validates: one may rewrite what the next one runs.
async fn meanwhile(
    run: &mut Run<'_>,
    at: &AttemptRef,
    applied: &[Applied],
    before: &Snapshot,
) -> Result<Touched, Failure> {
    let after = run.snapshots.take(&run.site.snapshot_name(at, "-validated")).await.map_err(no_snapshot)?;
    let changes = run.snapshots.changes(before, &after).await.map_err(no_snapshot)?;
    Ok(touched(run.site.root(), applied, &changes))
}

fn say_flaky(evidence: &Evidence) -> String {
    let command = first_line(&evidence.command);
    format!("`{command}` is flaky: it ended differently before, on the same tree")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::brief::Templates;
    use crate::config::{Config, RequiredStrength};
    use crate::facts::fixtures::evidence;
    use crate::facts::{Exit, Origin, RedCommand, Strength, Tests};
    use crate::state::schedule::Selection;

    fn orders(guard: GuardMode, strength: RequiredStrength) -> Orders {
        let mut config = Config::default();
        config.validation.guard = guard;
        config.validation.strength = strength;
        Orders {
            config,
            selection: Selection::default(),
            validate_only: false,
            allow_unvalidated: false,
            templates: Templates::new([]).unwrap(),
            system: String::new(),
            command: String::new(),
        }
    }

    /// How an attempt ends whose command had this exit code before and has that one after it.
    fn outcome(orders: &Orders, codes: [i32; 2], weakened: &[&str], changed: bool) -> AttemptOutcome {
        let results = |code| vec![Validated::without_output(evidence(0, "make test", code))];
        let (before, after) = (results(codes[0]), results(codes[1]));
        let baseline: Vec<Evidence> = before.iter().map(|result| result.evidence.clone()).collect();
        let marks: Vec<String> = weakened.iter().map(|&mark| mark.to_owned()).collect();
        let limit = Some(Limit::Turns(3));
        let question = AttemptQuestion {
            baseline: &baseline,
            before: &before,
            after: &after,
            changed,
            limit,
            withheld: &Withheld::default(),
        };
        question.decide(marks, orders, Path::new("/p")).outcome
    }

    /// A command of the plan that ran so many tests.
    fn ran(command: &str, code: i32, tests: u64) -> Validated {
        let tests = Some(Tests { ran: tests, ..Tests::default() });
        let origin = Origin::Plan;
        Validated::without_output(Evidence { origin, tests, ..evidence(0, command, code) })
    }

    #[test]
    fn a_pass_with_fewer_tests_than_before_is_marked() {
        let list = |tests: [(i32, u64); 2]| {
            let commands = ["make a", "make b"].into_iter().zip(tests);
            commands.map(|(command, (code, tests))| ran(command, code, tests)).collect::<Vec<_>>()
        };
        let mark = |text: &str| vec![text.to_owned()];
        let before = list([(0, 4), (0, 0)]);
        let baseline: Vec<Evidence> = before.iter().map(|result| result.evidence.clone()).collect();
        for (after, changed, expected) in [
            (list([(0, 4), (0, 2)]), true, Vec::new()),
            (list([(0, 1), (0, 0)]), true, mark("`make a` ran 1 test; before the step it ran 4")),
            (list([(0, 0), (0, 0)]), true, mark("`make a` ran 0 tests; before the step it ran 4")),
            (list([(1, 1), (0, 0)]), true, Vec::new()),
            (list([(0, 1), (0, 0)]), false, Vec::new()),
        ] {
            let question = AttemptQuestion {
                baseline: &baseline,
                before: &before,
                after: &after,
                changed,
                limit: None,
                withheld: &Withheld::default(),
            };
            assert_eq!(question.fewer_tests().collect::<Vec<_>>(), expected, "{after:?}");
        }
    }

    #[test]
    fn a_pass_names_what_may_still_fail_and_what_is_flaky() {
        let own = |code| Validated::without_output(evidence(0, "test -f a", code));
        let flaky = |mut result: Validated| {
            result.evidence.flaky = true;
            result
        };
        let before = [own(1), ran("make lint", 2, 0)];
        let after = [flaky(own(0)), ran("make lint", 2, 0)];
        let baseline: Vec<Evidence> = before.iter().map(|result| result.evidence.clone()).collect();
        let question = AttemptQuestion {
            baseline: &baseline,
            before: &before,
            after: &after,
            changed: true,
            limit: None,
            withheld: &Withheld::default(),
        };
        let usual = orders(GuardMode::Report, RequiredStrength::Weak);
        let mark = |text: &str| text.to_owned();
        let expected = AttemptValidation {
            tolerated: vec![1],
            marks: vec![
                mark("a skip is new"),
                mark("`test -f a` is flaky: it ended differently before, on the same tree"),
            ],
            ..AttemptValidation::of(AttemptOutcome::Passed { strength: Strength::Weak }, Vec::new())
        };
        assert_eq!(question.decide(vec![mark("a skip is new")], &usual, Path::new("/p")), expected);
    }

    fn not_passed(reason: Reason) -> AttemptOutcome {
        AttemptOutcome::NotPassed(reason)
    }

    #[test]
    fn an_attempt_ends_by_its_commands_and_by_what_the_configuration_asks() {
        let usual = orders(GuardMode::Report, RequiredStrength::Weak);
        let strict = orders(GuardMode::Fail, RequiredStrength::Proven);
        let passed = |strength| AttemptOutcome::Passed { strength };
        let red = RedCommand {
            command: "make test".to_owned(),
            exit: Exit::Code { code: 2 },
            output: String::new(),
            why: None,
        };
        let failed = Reason::ValidationFailed { red, limit: Some(Limit::Turns(3)) };
        let gone = vec!["a test is gone".to_owned()];
        for (orders, codes, weakened, changed, expected) in [
            (&usual, [1, 0], &[][..], true, passed(Strength::Proven)),
            (&strict, [1, 0], &[], true, passed(Strength::Proven)),
            (&usual, [0, 0], &[], true, passed(Strength::Weak)),
            (&strict, [0, 0], &[], true, not_passed(Reason::TooWeak)),
            (&usual, [0, 0], &[], false, not_passed(Reason::Unproven)),
            (&usual, [1, 0], &["a test is gone"], true, passed(Strength::Weak)),
            (&strict, [1, 0], &["a test is gone"], true, not_passed(Reason::Weakened { marks: gone })),
            (&usual, [1, 2], &[], true, not_passed(failed)),
        ] {
            assert_eq!(
                outcome(orders, codes, weakened, changed),
                expected,
                "{codes:?} {weakened:?} {changed}"
            );
        }
    }
}
