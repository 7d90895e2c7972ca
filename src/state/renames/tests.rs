//! Which step of today is which step of the run before.

use super::*;
use crate::plan;
use crate::state::fixtures::{state, ticked};

fn steps(steps: &[(&str, &str)]) -> String {
    let steps = steps
        .iter()
        .enumerate()
        .map(|(index, (title, body))| format!("### Step {}: {title}\n\n- [ ] {body}\n\n", index + 1));
    format!("# P\n\n## Implementation Steps\n\n{}", steps.collect::<String>())
}

/// The titles of today of steps that were known by other keys, where every step had passed.
fn renamed_titles(before: &[(&str, &str)], now: &[(&str, &str)]) -> Vec<(String, String)> {
    let reading = plan::read(&steps(before));
    let past: Vec<_> = (0..before.len()).flat_map(ticked).collect();
    let now = plan::read(&steps(now));
    let events = renames(&now.plan, &state(&reading, &past));
    let title_of = |key: &StepKey| {
        reading.plan.steps.iter().find(|step| step.key == *key).map_or("nobody", |step| &step.title)
    };
    let pair = |event: Event| match event {
        Event::StepRenamed { step, from } => (title_of(&from).to_owned(), step.title),
        other => panic!("{other:?}"),
    };
    events.into_iter().map(pair).collect()
}

#[test]
fn a_step_is_known_by_its_text_or_by_its_heading_where_only_one_can_be_meant() {
    let none: &[(&str, &str)] = &[];
    let ab = [("A", "do a"), ("B", "do b")];
    let table = [
        ("nothing changed", ab.to_vec(), none),
        ("it got another name", vec![("Z", "do a"), ("B", "do b")], &[("A", "Z")]),
        ("both got other names", vec![("Y", "do a"), ("Z", "do b")], &[("A", "Y"), ("B", "Z")]),
        ("it is another step", vec![("Z", "do z"), ("B", "do b")], none),
        ("it got another number", vec![("B", "do b")], &[("B", "B")]),
        ("two could be meant", vec![("Y", "do a"), ("B", "do b"), ("Z", "do a")], none),
    ];
    for (what, now, expected) in table {
        let expected: Vec<(String, String)> =
            expected.iter().map(|(from, to)| ((*from).to_owned(), (*to).to_owned())).collect();
        assert_eq!(renamed_titles(&ab, &now), expected, "{what}");
    }
}

#[test]
fn what_is_known_goes_with_the_name() {
    let before = plan::read(&steps(&[("A", "do a")]));
    let known = state(&before, &ticked(0));
    let now = plan::read(&steps(&[("Z", "do a")]));
    let (moved, events) = renamed(&now.plan, &known);
    let [old, new] = [&before, &now].map(|reading| &reading.plan.steps.raw[0].key);
    assert_eq!((moved.step(new), events.len()), (known.step(old), 1));
}
