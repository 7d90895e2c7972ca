//! A tick changes one byte and can be taken back; a pass is written once or refused.

#![no_main]

use agentrun::plan::edit::apply;
use agentrun::plan::restore::restore_marks;
use agentrun::plan::{Change, TickTarget, read};
use agentrun::state::ticking::targets;
use libfuzzer_sys::fuzz_target;

/// Each box costs several readings, so only the first are tried.
const MOST: usize = 8;

fuzz_target!(|text: &str| {
    let plan = read(text).plan;
    let open = plan.boxes.iter_enumerated().filter(|(_, check_box)| check_box.mark == ' ');
    for (index, check_box) in open.take(MOST) {
        let target = [TickTarget::Box(index)];
        let ticked = apply(text, &plan, &target, Change::Tick);
        if let Some(word) = &check_box.word {
            // A word that changes may make a list of another kind of a table: that is refused.
            let Ok(ticked) = ticked else { continue };
            let (start, end) = (word.span.start, text.len() - word.span.end);
            assert_eq!(
                (&ticked[..start], &ticked[ticked.len() - end..]),
                (&text[..start], &text[word.span.end..])
            );
            assert_eq!(restore_marks(text, &ticked).as_deref(), Some(text));
            continue;
        }
        let ticked = ticked.expect("an open box can be ticked");
        let differ = |at: &usize| text.as_bytes()[*at] != ticked.as_bytes()[*at];
        assert_eq!(ticked.len(), text.len());
        assert!((0..text.len()).filter(differ).eq([check_box.mark_at]));
        let again = read(&ticked).plan;
        assert_eq!(apply(&ticked, &again, &target, Change::Untick).as_deref(), Ok(text));
        assert_eq!(restore_marks(text, &ticked).as_deref(), Some(text));
    }
    for step in plan.steps.keys().take(MOST) {
        let all: Vec<_> = plan.steps[step].criteria.keys().collect();
        let Ok(after) = apply(text, &plan, &targets(&plan, step, &all, true), Change::Tick) else { continue };
        let again = read(&after).plan;
        assert_eq!(plan.steps[step].key, again.steps[step].key);
        assert_eq!(apply(&after, &again, &targets(&again, step, &all, true), Change::Tick), Ok(after));
    }
});
