//! Nothing of a plan is dropped: what stands where criteria stand has a fate, a series stays one list, and a box of a step
//! has a step.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::steps;
use crate::plan::names::Role;
use crate::plan::names::vocabulary::NAMES;
use crate::plan::{BoxRole, Criterion, read};

/// One thing that stands in a place of criteria; `#` is a word that nothing else has.
fn piece() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "- `make #`\n",
        "- `make #` passes and the page is red\n",
        "- The lamp # is lit\n",
        "- Lamp: `rg # src` finds nothing\n",
        "- npm run # is green\n",
        "- [ ] `cargo test #` succeeds\n",
        "- [ ] The lamp # is lit\n",
        "1. Look at the lamp #\n",
        "- A lamp\n  - `make #`\n  - lit by #\n",
        "- **Lamp #**: it is lit\n",
        "\nThe lamp # is lit, and it stays so.\n\n",
        "\nRun `make #`.\nExpected: PASS\n\n",
        "\n```sh\nmake #\n```\n\n",
        "\n```sh\nmake # # should fail\nmake lint\n```\n\n",
        "- [ ] Deploy # to production\n",
        "- `fly deploy #`\n",
        "- `cat <#>`\n",
    ])
}

/// A place of criteria, with what comes behind it.
fn place() -> impl Strategy<Value = (&'static str, &'static str)> {
    prop::sample::select(vec![
        ("**Validation:**\n\n", ""),
        ("**Success Criteria**:\n\n", ""),
        ("#### Verification\n\n", ""),
        ("#### Acceptance Criteria\n\n", ""),
        ("## Validation\n\n", "\n## Notes\n\nText.\n"),
        ("## Acceptance Criteria\n\n", "\n## Notes\n\nText.\n"),
        ("## Definition of Done\n\n", ""),
    ])
}

/// Everything that was said to become something.
fn fates(text: &str) -> String {
    let reading = read(text);
    let plan = &reading.plan;
    let mut said = String::new();
    let mut say = |text: &str| writeln!(said, "{text}").unwrap();
    let criterion = |found: &Criterion| {
        let script = found.command().map(|command| command.script.clone()).unwrap_or_default();
        format!("{} {script} {}", found.text, &text[found.span.clone()])
    };
    for step in &plan.steps {
        step.criteria.iter().for_each(|found| say(&criterion(found)));
        step.asides.iter().for_each(|aside| say(&aside.text));
        step.tasks.iter().for_each(|task| say(&task.text));
    }
    plan.criteria.iter().for_each(|found| say(&criterion(found)));
    plan.asides.iter().for_each(|aside| say(&aside.text));
    reading.diagnostics.iter().for_each(|found| say(&text[found.span.clone()]));
    said
}

/// Words of the vocabulary that say what stands under them. What takes a step back is none whatever it is called, and
/// what a person does is a person's.
fn name() -> impl Strategy<Value = &'static str> {
    let names = NAMES.iter().filter(|(role, ..)| !matches!(role, Role::Rollback | Role::Manual));
    let all: Vec<&str> = names.flat_map(|(_, _, phrases)| phrases.split(", ")).collect();
    prop::sample::select(all)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn what_stands_where_criteria_stand_has_a_fate(
        (place, behind) in place(),
        pieces in prop::collection::vec(piece(), 1..7),
    ) {
        let mut text = format!("# Lamp\n\n### Task 1: Light it\n\n- [ ] Light it\n\n{place}");
        let words: Vec<String> = (0..pieces.len()).map(|index| format!("word{index}x")).collect();
        for (piece, word) in pieces.iter().zip(&words) {
            // A list ends before a paragraph.
            if piece.starts_with("1.") != text.ends_with(".\n") {
                text.push_str("\n<!-- -->\n\n");
            }
            text.push_str(&piece.replace('#', word));
        }
        text.push_str(behind);
        let fates = fates(&text);
        for word in words {
            prop_assert!(fates.contains(&word), "{word} is lost of\n{text}\n{fates}");
        }
    }

    #[test]
    fn a_series_is_one_list_whatever_stands_above_and_between(
        names in prop::collection::vec(name(), 4),
        label in name(),
        sentence in prop::sample::select(vec!["It is blue.", "See below.", "`lamp.rs`"]),
    ) {
        let task = |number: usize| format!("### Task {number}: Light lamp {number}\n\n- [ ] Light it\n- [ ] Look at it\n\n");
        let mut text = "# Lamp\n\n".to_owned();
        for (index, name) in names.iter().enumerate() {
            write!(text, "## {name}\n\n**{label}**: {sentence}\n\n{}", task(index + 1)).unwrap();
        }
        let expected: Vec<String> = (1..=4).map(|number| format!("Work Task {number}: Light lamp {number}")).collect();
        let found: Vec<String> = steps(&text).into_iter().filter(|step| step.contains("Task ")).collect();
        prop_assert_eq!(found, expected, "{}", text);
        let plan = read(&text).plan;
        prop_assert!(plan.boxes.iter().all(|found| found.step.is_some() && found.role != BoxRole::Ignored), "{}", text);
    }
}
