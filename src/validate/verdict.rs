//! What the results of the commands mean for a step. Pure.

use crate::process::Exit;
use crate::run::event::{Evidence, Origin, Strength};

/// What the results mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Everything that applies holds.
    Passed {
        /// What the pass is worth.
        strength: Strength,
        /// Indices of plan- and config-level commands that were red before and are no worse.
        tolerated: Vec<usize>,
    },
    /// These commands, by index, do not hold.
    Failed(Vec<usize>),
    /// All was green before, and nothing was changed.
    Unproven,
    /// No command applies.
    Unvalidated,
}

/// Judges the results of a step's commands. `before` holds the baseline in the same order, and
/// may be empty where there is none; `changed` says whether the tree differs from the step's start.
pub fn judge(before: &[Evidence], after: &[Evidence], changed: bool) -> Verdict {
    if after.is_empty() {
        return Verdict::Unvalidated;
    }
    let red: Vec<usize> = (0..after.len()).filter(|&index| !after[index].exit.success()).collect();
    let tolerated = |&index: &usize| {
        let before = before.get(index).map(|evidence| &evidence.exit);
        !matches!(after[index].origin, Origin::Step { .. })
            && before.is_some_and(|before| no_worse(before, &after[index].exit))
    };
    let (tolerated, failed): (Vec<usize>, Vec<usize>) = red.into_iter().partition(tolerated);
    if !failed.is_empty() {
        return Verdict::Failed(failed);
    }
    if tolerated.len() == after.len() {
        // Nothing that could have been green is: no evidence at all.
        return Verdict::Failed(tolerated);
    }
    let turned = |index: usize| before.get(index).is_some_and(|evidence| !evidence.exit.success());
    let proven = (0..after.len()).any(|index| after[index].exit.success() && turned(index));
    match (proven, changed) {
        (true, _) => Verdict::Passed { strength: Strength::Proven, tolerated },
        (false, true) => Verdict::Passed { strength: Strength::Weak, tolerated },
        (false, false) => Verdict::Unproven,
    }
}

/// A red command that ends as it ended before got no worse; one that now hangs or dies did.
fn no_worse(before: &Exit, after: &Exit) -> bool {
    match (before, after) {
        (before, _) if before.success() => false,
        (Exit::Code { .. }, Exit::Code { .. }) => true,
        (before, after) => before == after,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::message::Usage;
    use crate::plan::Fingerprint;

    fn evidence(origin: Origin, code: i32) -> Evidence {
        Evidence {
            origin,
            command: "true".into(),
            dir: String::new(),
            exit: if code < 0 { Exit::TimedOut { after_seconds: 1 } } else { Exit::Code { code } },
            duration_ms: 0,
            tests: None,
            output_digest: String::new(),
            log: String::new(),
            fingerprint: Fingerprint::of("", ""),
            tree: None,
            diff_digest: None,
            usage: Usage::default(),
            green_before: None,
        }
    }

    fn own(codes: &[i32]) -> Vec<Evidence> {
        codes.iter().map(|&code| evidence(Origin::Step { criterion: 0 }, code)).collect()
    }

    /// The step's own command is green; the plan's has these exits before and after.
    fn with_plan(before: i32, after: i32) -> Verdict {
        let list = |own_code, plan| {
            vec![evidence(Origin::Step { criterion: 0 }, own_code), evidence(Origin::Plan, plan)]
        };
        judge(&list(1, before), &list(0, after), true)
    }

    #[test]
    fn an_empty_set_is_never_a_pass() {
        assert_eq!(judge(&[], &[], true), Verdict::Unvalidated);
    }

    #[test]
    fn red_to_green_is_proven_and_green_to_green_needs_a_change() {
        let passed = |strength| Verdict::Passed { strength, tolerated: vec![] };
        assert_eq!(judge(&own(&[1, 0]), &own(&[0, 0]), true), passed(Strength::Proven));
        assert_eq!(judge(&own(&[0, 0]), &own(&[0, 0]), true), passed(Strength::Weak));
        assert_eq!(judge(&own(&[0, 0]), &own(&[0, 0]), false), Verdict::Unproven);
        assert_eq!(judge(&[], &own(&[0]), true), passed(Strength::Weak));
    }

    #[test]
    fn a_steps_own_red_is_a_failure_whatever_it_was_before() {
        assert_eq!(judge(&own(&[1, 1]), &own(&[0, 1]), true), Verdict::Failed(vec![1]));
    }

    #[test]
    fn a_plan_level_command_that_was_red_may_stay_red_but_get_no_worse() {
        let tolerated = Verdict::Passed { strength: Strength::Proven, tolerated: vec![1] };
        assert_eq!(with_plan(101, 1), tolerated);
        assert_eq!(with_plan(0, 1), Verdict::Failed(vec![1]));
        assert_eq!(with_plan(1, -1), Verdict::Failed(vec![1]));
        let plan_only = vec![evidence(Origin::Plan, 1)];
        assert_eq!(judge(&plan_only, &plan_only, true), Verdict::Failed(vec![0]));
    }
}
