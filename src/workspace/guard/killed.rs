//! Decides which ticks the commands of a killed run set: those that no record and no later change explains.

use std::time::{Duration, SystemTime};

use super::copy::{FoundCopy, PlanCopy};
use crate::facts::{Event, Record};
use crate::plan::restore::take_ticks_back;

/// A run that lives is seen at least so often while a command runs, the business of the machine included.
const WITHIN: Duration = Duration::from_secs(1);

/// How far the journal goes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct JournalPosition {
    /// The number of the last record; 0 if there is none.
    pub last: u64,
    /// The number of the last record of a tick.
    pub last_tick: u64,
    /// Nothing came after the start of a command of an agent.
    pub in_command: bool,
}

impl JournalPosition {
    /// The end of a journal with these records.
    pub(crate) fn of(records: &[Record]) -> Self {
        let mut position = Self::default();
        for record in records {
            position.take(record.seq, &record.event);
        }
        position
    }

    /// Goes on to the next record.
    pub(crate) fn take(&mut self, seq: u64, event: &Event) {
        self.last = seq;
        self.in_command = matches!(event, Event::ToolStarted { .. });
        if matches!(event, Event::TickIntended { .. } | Event::TickWritten { .. }) {
            self.last_tick = seq;
        }
    }
}

/// The plan as it is found.
#[derive(Debug, Clone, Copy)]
pub(super) struct FoundPlan<'a> {
    pub text: &'a str,
    /// When anything about its file changed last, which nobody can set.
    pub changed: SystemTime,
    /// The time of day.
    pub now: SystemTime,
}

/// What is to be done about the ticks that came since a copy was kept.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum LeftTicks {
    None,
    /// The text without those of the killed run's commands.
    Taken(String),
    /// They stay, and this is said of them.
    Kept(&'static str),
}

/// What the commands of a killed run ticked, by the copies that it kept: of the plan as it had to be, and
/// as a command was seen to change it.
pub(super) fn left_ticks(
    kept: &FoundCopy,
    seen: &FoundCopy,
    plan: FoundPlan<'_>,
    journal: JournalPosition,
) -> LeftTicks {
    let copy = match kept {
        FoundCopy::Missing if journal.in_command => {
            return LeftTicks::Kept(
                "the run before was killed while a command ran, and its copy of the plan is gone: every tick stays; look at those that you did not set",
            );
        }
        FoundCopy::Missing => return LeftTicks::None,
        FoundCopy::Torn => {
            return LeftTicks::Kept(
                "the copy of the plan that the run before kept is not whole: every tick stays; look at those that you did not set",
            );
        }
        FoundCopy::Whole(copy) => copy,
    };
    let Ok(before) = std::str::from_utf8(&copy.text) else { return LeftTicks::None };
    if take_ticks_back(before, plan.text, plan.text).is_none() {
        return LeftTicks::None;
    }
    if !(journal.last_tick..=journal.last).contains(&copy.record) {
        return LeftTicks::Kept(
            "the copy of the plan that the run before kept does not belong to the end of the journal: every tick stays; look at those that you did not set",
        );
    }
    let clock_is_behind = plan.now + WITHIN < copy.lived;
    let by_commands = seen
        .of(copy)
        .into_iter()
        .chain((!clock_is_behind && plan.changed <= copy.lived + WITHIN).then_some(plan.text));
    let text = by_commands
        .fold(plan.text.to_owned(), |text, after| take_ticks_back(before, after, &text).unwrap_or(text));
    match text {
        text if text != plan.text => LeftTicks::Taken(text),
        _ if clock_is_behind => LeftTicks::Kept(
            "the clock was set back since the run before was killed, so nobody can tell who ticked boxes then: every tick stays; look at those that you did not set",
        ),
        _ => {
            LeftTicks::Kept("boxes were ticked after the run before had ended: they count as ticked by hand")
        }
    }
}

impl FoundCopy {
    /// The text of a copy that was kept beside this one.
    fn of(&self, copy: &PlanCopy) -> Option<&str> {
        match self {
            Self::Whole(seen) if seen.record == copy.record => std::str::from_utf8(&seen.text).ok(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    const OPEN: &str = "# P\n\n### Step 1: A\n\n- [ ] one\n- [ ] two\n";

    fn ticked(texts: &[&str]) -> String {
        let tick = |text: String, item: &&str| text.replace(&format!("[ ] {item}"), &format!("[x] {item}"));
        texts.iter().fold(OPEN.to_owned(), tick)
    }

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    fn copy(record: u64, text: &str) -> FoundCopy {
        FoundCopy::Whole(PlanCopy { record, text: text.as_bytes().to_vec(), lived: at(100) })
    }

    #[test]
    fn only_what_nothing_else_explains_was_a_command_of_the_killed_run() {
        let (one, both) = (ticked(&["one"]), ticked(&["one", "two"]));
        let taken = |text: &str| LeftTicks::Taken(text.to_owned());
        let by_hand =
            LeftTicks::Kept("boxes were ticked after the run before had ended: they count as ticked by hand");
        let edited = both.replace("# P", "# Better");
        let during = 100;
        let later = 102;
        let missing = FoundCopy::Missing;
        for (kept, seen, now, changed, expected) in [
            // No run was killed, or nothing was ticked.
            (missing, FoundCopy::Missing, &both, during, LeftTicks::None),
            (copy(7, &both), FoundCopy::Missing, &both, during, LeftTicks::None),
            (copy(7, &both), FoundCopy::Missing, &one, during, LeftTicks::None),
            // A command ticked, as far as anybody can tell.
            (copy(7, &one), FoundCopy::Missing, &both, during, taken(&one)),
            (copy(9, &one), FoundCopy::Missing, &both, during, taken(&one)),
            (copy(7, OPEN), copy(7, &one), &both, later, taken(&ticked(&["two"]))),
            (
                copy(7, OPEN),
                copy(7, &one),
                &edited,
                later,
                taken(&ticked(&["two"]).replace("# P", "# Better")),
            ),
            // A person ticked.
            (copy(7, &one), FoundCopy::Missing, &both, later, by_hand),
            // What a command ticked before the copy was written has been dealt with.
            (
                copy(8, &one),
                copy(7, &both),
                &both,
                later,
                LeftTicks::Kept(
                    "boxes were ticked after the run before had ended: they count as ticked by hand",
                ),
            ),
        ] {
            let plan = FoundPlan { text: now, changed: at(changed), now: at(200) };
            let journal = JournalPosition { last: 9, last_tick: 7, in_command: false };
            assert_eq!(
                left_ticks(&kept, &seen, plan, journal),
                expected,
                "{kept:?} {seen:?} {now} {changed}"
            );
        }
    }

    #[test]
    fn a_copy_that_tells_nothing_takes_nothing() {
        let one = ticked(&["one"]);
        let said = |kept: &FoundCopy, now| {
            let plan = FoundPlan { text: &one, changed: at(100), now: at(now) };
            match left_ticks(
                kept,
                &FoundCopy::Missing,
                plan,
                JournalPosition { last: 9, last_tick: 7, in_command: false },
            ) {
                LeftTicks::Kept(said) => said.split(':').next().unwrap_or_default(),
                other => panic!("{other:?}"),
            }
        };
        let strange =
            "the copy of the plan that the run before kept does not belong to the end of the journal";
        assert_eq!(said(&FoundCopy::Torn, 200), "the copy of the plan that the run before kept is not whole");
        assert_eq!([said(&copy(6, OPEN), 200), said(&copy(10, OPEN), 200)], [strange, strange]);
        let back = "the clock was set back since the run before was killed, so nobody can tell who ticked boxes then";
        assert_eq!(said(&copy(7, OPEN), 50), back);
    }
}
