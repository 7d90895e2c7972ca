//! Decides what a pass is worth once its commands ran again with the validators that were there before.

use super::verdict::Verdict;
use crate::facts::Strength;

/// The same commands, with other validators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OriginalsRun {
    /// A command went from red to green.
    Proves,
    /// Everything holds, and held before.
    Holds,
    /// A command does not hold.
    Fails,
}

impl OriginalsRun {
    pub(crate) fn of(verdict: &Verdict) -> Self {
        match verdict {
            Verdict::Passed { strength: Strength::Proven, .. } => Self::Proves,
            Verdict::Passed { .. } | Verdict::Unproven => Self::Holds,
            Verdict::Failed(_) | Verdict::Vacuous(_) | Verdict::Unvalidated => Self::Fails,
        }
    }
}

/// What a proven pass is worth. `strict`: with the validators that were there before and no others;
/// `with_new`: with those and the ones that the step wrote, if the step changed any that were there.
pub(crate) fn worth(strict: OriginalsRun, with_new: Option<OriginalsRun>) -> Strength {
    match (strict, with_new) {
        (OriginalsRun::Proves, _) => Strength::Proven,
        (_, Some(OriginalsRun::Fails)) => Strength::Weak,
        (OriginalsRun::Holds | OriginalsRun::Fails, _) => Strength::SelfTested,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pass_is_proven_only_with_the_validators_that_were_there() {
        use OriginalsRun::{Fails, Holds, Proves};
        for (strict, with_new, expected) in [
            (Proves, None, Strength::Proven),
            (Proves, Some(Fails), Strength::Proven),
            (Holds, None, Strength::SelfTested),
            (Fails, None, Strength::SelfTested),
            (Fails, Some(Proves), Strength::SelfTested),
            (Fails, Some(Holds), Strength::SelfTested),
            (Fails, Some(Fails), Strength::Weak),
            (Holds, Some(Fails), Strength::Weak),
        ] {
            assert_eq!(worth(strict, with_new), expected, "{strict:?} {with_new:?}");
        }
    }

    #[test]
    fn a_verdict_says_how_the_commands_did() {
        let passed = |strength| Verdict::Passed { strength, tolerated: Vec::new() };
        for (verdict, expected) in [
            (passed(Strength::Proven), OriginalsRun::Proves),
            (passed(Strength::Weak), OriginalsRun::Holds),
            (Verdict::Unproven, OriginalsRun::Holds),
            (Verdict::Failed(vec![0]), OriginalsRun::Fails),
            (Verdict::Vacuous(0), OriginalsRun::Fails),
            (Verdict::Unvalidated, OriginalsRun::Fails),
        ] {
            assert_eq!(OriginalsRun::of(&verdict), expected, "{verdict:?}");
        }
    }
}
