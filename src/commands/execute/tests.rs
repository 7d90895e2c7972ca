//! What is selected, refused and asked of an agent before a run begins.

use std::time::Duration;

use pretty_assertions::assert_eq;

use super::*;
use crate::facts::{Reason, ReopenReason};
use crate::process::sandbox::Network;
use crate::state::fixtures::{Past, done, only, state, ticked};

const PLAN: &str = "# P

## Prerequisites

- [ ] `docker info`

## Phase 1: Begin

### Step 1.1: A

- [ ] a

### Step 1.2: B

- [ ] b

## Manual Testing

- [ ] look at it
";

/// A plan in a project of its own.
fn open(text: &str) -> (tempfile::TempDir, OpenPlan) {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("plan.md"), text).unwrap();
    let project = Project::find(Some(dir.path())).unwrap();
    let plan = project.plan(&dir.path().join("plan.md")).unwrap();
    (dir, plan)
}

#[test]
fn an_agent_is_needed_while_work_is_open() {
    let reading = crate::plan::read(PLAN);
    let passed = [done(1), done(2)].concat();
    let stopped = [done(1).to_vec(), vec![Past::Started(2), Past::Stopped(2, Reason::Unproven)]].concat();
    let edited = [passed.clone(), vec![Past::Reopened(2, ReopenReason::Edited)]].concat();
    let by_hand = vec![Past::Adopted(1), Past::Adopted(2)];
    let all = Selection::default();
    let table = [
        ("nothing ran", Vec::new(), all.clone(), false, true),
        ("a prerequisite and a step for a person", Vec::new(), only(&[0, 3]), false, false),
        ("one of two passed", done(1).to_vec(), only(&[1]), false, false),
        ("both passed", passed.clone(), all.clone(), false, false),
        ("a box of it was unticked since", ticked(1).to_vec(), only(&[1]), false, true),
        ("one of two stopped", stopped, all.clone(), false, true),
        ("one was edited", edited, all.clone(), false, true),
        ("all start over", passed, all.clone(), true, true),
        ("only what a person does starts over", Vec::new(), only(&[3]), true, false),
        // The boxes are open: what was ticked by hand is not any more.
        ("unticked since", by_hand, all, false, true),
    ];
    for (name, past, selection, restart, expected) in table {
        let state = state(&reading, &past);
        assert_eq!(needs_agent(&reading, &selection, &state, restart), expected, "{name}");
    }
}

#[test]
fn steps_are_selected_by_id_label_place_and_group() {
    let (_dir, plan) = open(PLAN);
    let select = |names: &[&str]| {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        select(&plan, &names, true)
    };
    let steps = |places: &[usize]| Selection { keep_going: true, ..only(places) };
    let table: [(&[&str], Selection); 5] = [
        (&[], Selection { steps: None, keep_going: true }),
        (&["1.2"], steps(&[2])),
        (&["Step 1.1", "1.1"], steps(&[1])),
        (&["#4", "1.1"], steps(&[1, 3])),
        (&["Phase 1"], steps(&[1, 2])),
    ];
    for (names, expected) in table {
        assert_eq!(select(names).unwrap(), expected, "{names:?}");
    }
    let refused = |name: &str| {
        let failure = select(&["1.1", name]).unwrap_err();
        (failure.exit, failure.to_string(), failure.hints)
    };
    let lists = "agentrun execute plan.md --dry-run lists the steps".to_owned();
    assert_eq!(refused("9"), (ExitCode::Usage, "`plan.md` has no step `9`".to_owned(), vec![lists]));
    let near = (ExitCode::Usage, "`plan.md` has no step `step 1.12`".to_owned());
    assert_eq!(refused("step 1.12"), (near.0, near.1, vec!["did you mean `Step 1.2`?".to_owned()]));
}

#[test]
fn a_plan_with_errors_is_refused_and_its_warnings_are_told_with_their_place() {
    let allowing = |allow_placeholders| ExecuteArgs { allow_placeholders, ..ExecuteArgs::default() };
    let refused = |text: &str, placeholders| {
        let (_dir, plan) = open(text);
        let failure = examine(&plan, &allowing(placeholders), &Config::default()).unwrap_err();
        (failure.exit, failure.to_string(), failure.hints)
    };
    let none = "# P\n\nNothing to do.\n";
    let message = "`plan.md` has an error: nothing was run".to_owned();
    assert_eq!(refused(none, false), (ExitCode::PlanInvalid, message.clone(), Vec::new()));
    let template = "# P\n\n## Implementation Steps\n\n### Step 1: [Step name]\n\n**Validation:** `make`\n";
    let hint = "fill in the placeholders, or run with --allow-placeholders".to_owned();
    assert_eq!(refused(template, false), (ExitCode::PlanInvalid, message, vec![hint]));
    assert_eq!(
        examine(&open(template).1, &allowing(true), &Config::default()).map_err(|failure| failure.message),
        Ok(Vec::new())
    );
    let (_dir, plan) = open("# P\n\n## Implementation Steps\n\n### Step 1: A\n\n- [ ] a\n");
    let warned = |config: &Config| {
        let events = examine(&plan, &allowing(false), config).unwrap();
        let said = events.into_iter().map(|event| match event {
            Event::Warning { code, message } => format!("{code} {message}"),
            other => panic!("{other:?}"),
        });
        said.collect::<Vec<_>>()
    };
    let mut config = Config::default();
    let unvalidated = warned(&config);
    assert!(unvalidated[0].starts_with("no-command plan.md:5: "), "{unvalidated:?}");
    config.validation.commands.push("make test".to_owned());
    assert_eq!(warned(&config), unvalidated[1..]);
}

#[test]
fn flags_go_before_the_configuration() {
    let mut config = Config::default();
    config.model.name = "configured".to_owned();
    config.run.commit = true;
    let mut unchanged = config.clone();
    lay_flags_over(&mut unchanged, &ExecuteArgs::default());
    assert_eq!(unchanged, config);
    let args = ExecuteArgs {
        model: Some("typed".to_owned()),
        base_url: Some("http://localhost/v1".to_owned()),
        max_attempts: Some(7),
        max_turns: Some(8),
        max_time: Some(Duration::from_secs(9)),
        keep_going: true,
        network: Some(Network::On),
        ..ExecuteArgs::default()
    };
    let mut expected = config.clone();
    expected.model.name = "typed".to_owned();
    expected.model.base_url = "http://localhost/v1".to_owned();
    (expected.run.max_attempts, expected.run.keep_going) = (7, true);
    (expected.limits.turns, expected.limits.time) = (8, Duration::from_secs(9));
    expected.sandbox.network = Network::On;
    lay_flags_over(&mut config, &args);
    assert_eq!(config, expected);
}

#[test]
fn changes_that_are_not_committed_are_named_up_to_five() {
    for (count, said) in [(1, "f0"), (5, "f0, f1, f2, f3, f4"), (7, "f0, f1, f2, f3, f4 and 2 more")] {
        let dirty: Vec<String> = (0..count).map(|number| format!("f{number}")).collect();
        let whole = format!("the project has changes that are not committed: {said}; they are kept");
        assert_eq!(say_dirty(&dirty), whole);
    }
}
