//! The verdict on a step: what the results of its commands mean together.

use super::Validated;
use crate::facts::{Evidence, Exit, Origin, Reason, Strength};

/// What the results mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Everything that applies holds.
    Passed {
        /// What the pass is worth.
        strength: Strength,
        /// Indices of plan- and config-level commands that did not hold before and are no worse.
        tolerated: Vec<usize>,
    },
    /// These commands, by index, do not hold.
    Failed(Vec<usize>),
    /// All was green before, and nothing was changed.
    Unproven,
    /// Every command that applies cannot fail; the index of the first.
    Vacuous(usize),
    /// No command applies.
    Unvalidated,
}

impl Verdict {
    /// Why a step with these results does not pass. A pass that is asked for its reason was too weak.
    pub(crate) fn reason(&self, results: &[Validated]) -> Reason {
        match self {
            Self::Passed { .. } => Reason::TooWeak,
            Self::Failed(failed) => {
                let first = failed.first().copied().unwrap_or(0);
                Reason::ValidationFailed { red: results[first].red(), limit: None }
            }
            Self::Unproven => Reason::Unproven,
            Self::Vacuous(first) => Reason::vacuous(&results[*first].evidence),
            Self::Unvalidated => Reason::Unvalidated,
        }
    }
}

/// What is known of a step besides what its commands did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Circumstances {
    /// The tree differs from the step's start.
    pub changed: bool,
    /// What validates was weakened.
    pub weakened: bool,
}

/// Judges the results of a step's commands. `before` holds the baseline in the same order, and
/// may be empty where there is none. Commands that cannot fail as they are written count for
/// nothing.
pub(crate) fn judge(before: &[Evidence], after: &[Evidence], circumstances: Circumstances) -> Verdict {
    let Some(first) = (0..after.len()).next() else { return Verdict::Unvalidated };
    let counted: Vec<usize> = (0..after.len()).filter(|&index| !after[index].is_void()).collect();
    if counted.is_empty() {
        return Verdict::Vacuous(first);
    }
    let tolerated = |&index: &usize| {
        !matches!(after[index].origin, Origin::Step { .. })
            && before.get(index).is_some_and(|before| no_worse(before, &after[index]))
    };
    let red = counted.iter().copied().filter(|&index| !after[index].holds());
    let (tolerated, failed): (Vec<usize>, Vec<usize>) = red.partition(tolerated);
    if !failed.is_empty() {
        return Verdict::Failed(failed);
    }
    if tolerated.len() == counted.len() {
        // Nothing that could have been green is: no evidence at all.
        return Verdict::Failed(tolerated);
    }
    let proves = |&index: &usize| before.get(index).is_some_and(|before| turned(before, &after[index]));
    let turned_green = counted.iter().any(proves) && !circumstances.weakened;
    // What was red before and is green on the same tree shows no work, but no lack of it either.
    let flaky = counted.iter().any(|&index| after[index].flaky);
    match (turned_green, circumstances.changed || circumstances.weakened || flaky) {
        (true, _) => Verdict::Passed { strength: Strength::Proven, tolerated },
        (false, true) => Verdict::Passed { strength: Strength::Weak, tolerated },
        (false, false) => Verdict::Unproven,
    }
}

/// A green that was none before, or that rests on more tests than before.
fn turned(before: &Evidence, after: &Evidence) -> bool {
    let held_back = before.is_held_back();
    let ran = |evidence: &Evidence| evidence.tests.map(|tests| tests.ran);
    let more = ran(before).zip(ran(after)).is_some_and(|(before, after)| after > before);
    after.holds() && !after.flaky && !held_back && (!before.holds() || more)
}

/// A command that does not hold and ends as it ended before got no worse; one that now hangs or
/// dies did, and so did one that ran tests and runs none.
fn no_worse(before: &Evidence, after: &Evidence) -> bool {
    match (&before.exit, &after.exit) {
        _ if before.holds() => false,
        (Exit::Code { .. }, Exit::Code { .. }) => true,
        (before, after) => before == after,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::slice;

    use super::*;
    use crate::facts::{Expectation, Fingerprint, Tests, Usage, Vacuous};

    /// A command of that origin that ended with this exit code; one below 0 is out of time.
    pub(in crate::validate) fn evidence(origin: Origin, code: i32) -> Evidence {
        Evidence {
            origin,
            command: "true".into(),
            dir: String::new(),
            exit: if code < 0 { Exit::TimedOut { after_seconds: 1 } } else { Exit::Code { code } },
            expectation: Expectation::default(),
            unmet: None,
            duration_ms: 0,
            tests: None,
            vacuous: None,
            flaky: false,
            reused: false,
            output_digest: String::new(),
            log: String::new(),
            fingerprint: Fingerprint::new(String::new(), None),
            tree: None,
            diff_digest: None,
            usage: Usage::default(),
            green_before: None,
        }
    }

    const CHANGED: Circumstances = Circumstances { changed: true, weakened: false };
    const UNCHANGED: Circumstances = Circumstances { changed: false, weakened: false };

    fn passed(strength: Strength) -> Verdict {
        Verdict::Passed { strength, tolerated: vec![] }
    }

    fn own(codes: &[i32]) -> Vec<Evidence> {
        codes.iter().map(|&code| evidence(Origin::Step { criterion: 0.into() }, code)).collect()
    }

    /// The step's own command is green; the plan's has these exits before and after.
    fn with_plan(before: i32, after: i32) -> Verdict {
        let list = |own_code, plan| {
            vec![evidence(Origin::Step { criterion: 0.into() }, own_code), evidence(Origin::Plan, plan)]
        };
        judge(&list(1, before), &list(0, after), CHANGED)
    }

    #[test]
    fn an_empty_set_is_never_a_pass() {
        assert_eq!(judge(&[], &[], CHANGED), Verdict::Unvalidated);
    }

    #[test]
    fn red_to_green_is_proven_and_green_to_green_needs_a_change() {
        assert_eq!(judge(&own(&[1, 0]), &own(&[0, 0]), CHANGED), passed(Strength::Proven));
        assert_eq!(judge(&own(&[0, 0]), &own(&[0, 0]), CHANGED), passed(Strength::Weak));
        assert_eq!(judge(&own(&[0, 0]), &own(&[0, 0]), UNCHANGED), Verdict::Unproven);
        assert_eq!(judge(&[], &own(&[0]), CHANGED), passed(Strength::Weak));
    }

    #[test]
    fn a_steps_own_red_is_a_failure_whatever_it_was_before() {
        assert_eq!(judge(&own(&[1, 1]), &own(&[0, 1]), CHANGED), Verdict::Failed(vec![1]));
    }

    #[test]
    fn a_plan_level_command_that_was_red_may_stay_red_but_get_no_worse() {
        let tolerated = Verdict::Passed { strength: Strength::Proven, tolerated: vec![1] };
        assert_eq!(with_plan(101, 1), tolerated);
        assert_eq!(with_plan(0, 1), Verdict::Failed(vec![1]));
        assert_eq!(with_plan(1, -1), Verdict::Failed(vec![1]));
        let plan_only = vec![evidence(Origin::Plan, 1)];
        assert_eq!(judge(&plan_only, &plan_only, CHANGED), Verdict::Failed(vec![0]));
    }

    /// A green command of the step, after which a runner had run this many tests.
    fn ran(tests: u64) -> Evidence {
        let tests = Tests { ran: tests, ..Tests::default() };
        let vacuous = tests.why_vacuous().map(|why| Vacuous::Tests { why });
        Evidence { tests: Some(tests), vacuous, ..evidence(Origin::Step { criterion: 0.into() }, 0) }
    }

    #[test]
    fn more_tests_than_before_are_a_proof_and_none_are_no_green() {
        let judge = |before, after| judge(&[ran(before)], &[ran(after)], CHANGED);
        assert_eq!(judge(3, 4), passed(Strength::Proven));
        assert_eq!(judge(0, 1), passed(Strength::Proven));
        assert_eq!(judge(4, 4), passed(Strength::Weak));
        assert_eq!(judge(4, 3), passed(Strength::Weak));
        assert_eq!(judge(0, 0), Verdict::Failed(vec![0]));
        assert_eq!(judge(3, 0), Verdict::Failed(vec![0]));
    }

    #[test]
    fn a_plan_level_command_without_tests_is_borne_only_where_there_never_were_any() {
        let list = |code, tests| {
            vec![
                evidence(Origin::Step { criterion: 0.into() }, code),
                Evidence { origin: Origin::Plan, ..ran(tests) },
            ]
        };
        let borne = Verdict::Passed { strength: Strength::Proven, tolerated: vec![1] };
        assert_eq!(judge(&list(1, 0), &list(0, 0), CHANGED), borne);
        assert_eq!(judge(&list(1, 5), &list(0, 0), CHANGED), Verdict::Failed(vec![1]));
    }

    #[test]
    fn what_cannot_fail_counts_for_nothing() {
        let void = Evidence {
            vacuous: Some(Vacuous::Command { why: "nothing in it can fail".to_owned() }),
            ..evidence(Origin::Step { criterion: 0.into() }, 0)
        };
        let with = |code| vec![void.clone(), evidence(Origin::Step { criterion: 1.into() }, code)];
        assert_eq!(judge(&with(1), &with(0), CHANGED), passed(Strength::Proven));
        assert_eq!(judge(&with(1), &with(1), CHANGED), Verdict::Failed(vec![1]));
        assert_eq!(judge(slice::from_ref(&void), slice::from_ref(&void), CHANGED), Verdict::Vacuous(0));
    }

    #[test]
    fn weakened_tests_and_flaky_commands_prove_nothing() {
        let weakened = Circumstances { weakened: true, ..CHANGED };
        assert_eq!(judge(&own(&[1]), &own(&[0]), weakened), passed(Strength::Weak));
        let flaky = vec![Evidence { flaky: true, ..own(&[0]).remove(0) }];
        assert_eq!(judge(&own(&[1]), &flaky, CHANGED), passed(Strength::Weak));
        assert_eq!(judge(&own(&[1]), &flaky, UNCHANGED), passed(Strength::Weak));
    }
}
