//! Each template once, filled in.

use insta::assert_snapshot;

use super::*;
use crate::facts::fixtures::{judgement, red};
use crate::facts::{Reason, Ruling};
use crate::plan::{self, Reading};

const PLAN: &str = "# Greeter

## Context

The greeting is printed by `src/main.rs`.

## Implementation Steps

### Phase 1: Words

**Goal:** it is polite.

#### Step 1: Greet

**Files:** `src/main.rs`

- [x] Read it
- [ ] Print a greeting

**Validation:**
- [ ] `cargo test`
";

fn templates() -> Templates {
    Templates::new([]).unwrap()
}

fn source(path: &str, text: &str) -> SourceFile {
    SourceFile { path: path.to_owned(), text: text.to_owned() }
}

fn step(reading: &Reading, situation: &Situation) -> String {
    let (plan, step) = (&reading.plan, &reading.plan.steps[StepIndex::from(0)]);
    let text = &PLAN[step.span.clone()];
    templates().step(&Subject { plan, plan_path: "plan.md", step, text }, situation).unwrap()
}

fn told(reason: &Reason) -> Setback {
    Setback::of(reason)
}

/// What is in one text and not in the other, which is before it.
fn more<'a>(text: &'a str, than: &str) -> &'a str {
    text.strip_prefix(than.trim_end()).unwrap_or(text).trim()
}

#[test]
fn the_templates_that_are_built_in_can_be_filled_in() {
    templates().check().unwrap();
}

#[test]
fn a_variable_that_does_not_exist_is_found_before_the_run() {
    let wrong = ("nudge.md".to_owned(), "Go on, {{ name }}.".to_owned());
    let error = Templates::new([wrong]).unwrap().check().unwrap_err();
    assert_eq!(error.to_string(), "the template `nudge.md` is wrong");
    assert!(Templates::new([("nudge.md".to_owned(), "{% if %}".to_owned())]).is_err());
}

#[test]
fn every_conversation_begins_with_the_sources_and_the_outline() {
    let reading = plan::read(PLAN);
    let sources = Sources {
        rules: vec![source("PROJECT_RULES.md", "No unsafe.")],
        request: vec![source("FEATURE_REQUEST.md", "Be kind.")],
        agents: vec![source("AGENTS.md", "Use cargo.")],
        templates: vec![".agentrun/prompts/step.md".to_owned()],
    };
    let paths: Vec<&str> = sources.sent().collect();
    assert_eq!(paths, ["PROJECT_RULES.md", "FEATURE_REQUEST.md", "AGENTS.md"]);
    let system = templates().system(&reading.plan, &reading.graph, &sources).unwrap();
    let behind = system.find("# Project rules").unwrap();
    assert_snapshot!(&system[behind..], @"
    # Project rules (PROJECT_RULES.md)

    No unsafe.

    # Feature request (FEATURE_REQUEST.md)

    Be kind.

    # Notes for agents (AGENTS.md)

    Use cargo.

    # The plan: Greeter

    Phase 1: Words
      - Step 1: Greet
    ");
}

#[test]
fn a_step_is_told_with_its_group_its_context_and_its_commands() {
    let reading = plan::read(PLAN);
    let command = |dir: Option<&str>, before: &str| CommandState {
        script: "cargo test".to_owned(),
        dir: dir.map(str::to_owned),
        expected: dir.map_or(String::new(), |_| "it should fail".to_owned()),
        before: before.to_owned(),
    };
    let situation = Situation {
        commands: vec![command(None, "exit code 101"), command(Some("web"), "")],
        notes: vec!["the tests need bash".to_owned()],
        changes: "src/main.rs +3 -1".to_owned(),
        setback: Setback::default(),
    };
    assert_snapshot!(step(&reading, &situation), @"
    # Your step: Step 1: Greet

    #### Step 1: Greet

    **Files:** `src/main.rs`

    - [x] Read it
    - [ ] Print a greeting

    **Validation:**
    - [ ] `cargo test`

    ## It belongs to Phase 1: Words

    **Goal:** it is polite.

    ## From the plan: Context

    The greeting is printed by `src/main.rs`.

    ## Validation

    These commands decide. The harness runs them from the project's root unless a directory is given:

    - `cargo test` (before you began: exit code 101)
    - `cargo test` in `web`: it should fail

    ## Already done and ticked in the plan

    - Read it

    ## Notes of earlier attempts

    - the tests need bash

    ## What earlier attempts changed (it is still in the files)

    src/main.rs +3 -1
    ");
}

#[test]
fn the_next_attempt_is_told_why_the_last_one_did_not_pass() {
    let reading = plan::read(PLAN);
    let alone = step(&reading, &Situation::default());
    let reasons = [
        Reason::ValidationFailed { red: red(), limit: None },
        Reason::Tampered { what: vec!["the plan: a box".to_owned()] },
        Reason::Weakened { marks: vec!["`a.rs`: a test is gone".to_owned()] },
        Reason::CriterionFailed { judgement: judgement(0, Ruling::Fail) },
    ];
    let said = reasons.map(|reason| {
        let text = step(&reading, &Situation { setback: told(&reason), ..Situation::default() });
        more(&text, &alone).to_owned()
    });
    assert_snapshot!(said.join("\n\n----\n\n"), @"
    ## The last attempt did not pass

    `cargo test` ended with exit code 101:

    ```
    1 failed
    ```

    ----

    ## The last attempt did not count

    It changed files that are not yours to change: the plan, the rules, the request, the configuration and the harness's
    own files decide about the step. The harness restored them, and will do so again. Leave them alone:

    - the plan: a box

    ----

    ## The last attempt did not pass

    Its commands passed, but it weakened tests or checks that validate the step:

    - `a.rs`: a test is gone

    Restore what is named there, and make the commands pass by the work that the step asks for.

    ----

    ## The last attempt did not pass

    Every command passes, but a reviewer looked at the project and found that this criterion does not hold:

    > It is friendly

    it shouts (seen in a.rs:3)
    ");
}

#[test]
fn a_conversation_goes_on_with_what_did_not_hold() {
    let repair = |repair: Repair| templates().repair(&repair).unwrap();
    let other =
        FailedCommand { command: "make".to_owned(), exit: "exit code 2".to_owned(), output: "x".to_owned() };
    let failed = repair(Repair {
        setback: told(&Reason::ValidationFailed { red: red(), limit: None }),
        others: vec![other],
        difference: Some("it is the same to the letter.".to_owned()),
        limit: Some("60 turns".to_owned()),
        changes: "src/main.rs +3 -1".to_owned(),
    });
    assert_snapshot!(failed, @"
    The step did not pass. `cargo test` ended with exit code 101:

    ```
    1 failed
    ```

    - `make`: exit code 2

    Compared with the failure before: it is the same to the letter.

    A limit ended your last attempt: 60 turns.

    What you have changed in this step so far:

    src/main.rs +3 -1

    Find the cause, fix it, run the command yourself, and call finish_step again.
    ");
    let of = |reason: Reason| {
        let text =
            repair(Repair { setback: told(&reason), changes: "nothing".to_owned(), ..Repair::default() });
        text.trim().to_owned()
    };
    let weakened = of(Reason::Weakened { marks: vec!["`a.rs`: a test is gone".to_owned()] });
    let refuted = of(Reason::CriterionFailed { judgement: judgement(0, Ruling::Fail) });
    assert_snapshot!(format!("{weakened}\n\n----\n\n{refuted}"), @"
    The step did not pass. Its commands pass, but you weakened tests or checks that validate it:

    - `a.rs`: a test is gone

    Restore what is named there, and make the commands pass by the work that the step asks for.

    What you have changed in this step so far:

    nothing

    Find the cause, fix it, run the command yourself, and call finish_step again.

    ----

    The step did not pass. Every command passes, but a reviewer looked at the project and found that this criterion does not hold:

    > It is friendly

    it shouts (seen in a.rs:3)

    What you have changed in this step so far:

    nothing

    Find the cause, fix it, run the command yourself, and call finish_step again.
    ");
}

#[test]
fn a_judge_is_shown_criteria_outputs_and_the_diff() {
    let reading = plan::read(PLAN);
    let found = &reading.plan.steps.raw[0];
    let output = FailedCommand::of(&red());
    let brief = JudgeBrief {
        criteria: vec!["It is friendly".to_owned(), "It is short".to_owned()],
        tasks: vec!["Greet".to_owned()],
        commands: vec![output],
        diff: "+hello".to_owned(),
        left_out: 12,
    };
    let all = templates().judge_step(found, "Greet.", &brief).unwrap();
    assert_snapshot!(all, @"
    # The step: Step 1: Greet

    Greet.

    ## The criteria

    1. It is friendly
    2. It is short

    ## The tasks

    3. Greet

    ## What the validation commands printed

    ### Command 1: `cargo test`, exit code 101

    ```
    1 failed
    ```

    ## What the step changed

    ```diff
    +hello
    ```

    (12 more bytes of the diff are left out. Read the files.)
    ");
    let nothing = templates().judge_step(found, "Greet.", &JudgeBrief::default()).unwrap();
    assert!(nothing.ends_with("## What the step changed\n\nNothing.\n"), "{nothing}");
}

#[test]
fn a_shortened_conversation_goes_on_with_a_ledger() {
    let lines = |text: &str| vec![text.to_owned()];
    let ledger = LedgerLines {
        changed: lines("src/main.rs"),
        read: lines("Cargo.toml"),
        commands: lines("cargo test: exit code 101"),
        notes: lines("bash is needed"),
        failure: "1 failed".to_owned(),
    };
    let full = templates().compacted(&ledger, "I looked.").unwrap();
    let (_, behind) = full.split_once('\n').unwrap();
    assert_snapshot!(behind, @"
    ## Files that you changed with the tools

    - src/main.rs

    ## Files that you read

    - Cargo.toml

    ## Commands that you ran

    - cargo test: exit code 101

    ## Notes that you took

    - bash is needed

    ## The last validation that failed

    1 failed

    ## Your own summary

    I looked.
    ");
    let empty = templates().compacted(&LedgerLines::default(), "").unwrap();
    assert_eq!(empty.trim(), full.lines().next().unwrap());
    let summary = templates().summary("the step", "the talk", 200).unwrap();
    assert!(summary.contains("<step>\nthe step\n</step>") && summary.contains("in at most 200 words"));
}

#[test]
fn passages_about_the_files_of_a_step_go_first_and_the_rest_is_named() {
    let long = "word ".repeat(CONTEXT_BYTES / 5);
    let text = format!(
        "# P\n\n## Background\n\n{long}\n\n## Layout\n\nAll is in `src/main.rs`.\n\n## Implementation Steps\n\n\
         ### Step 1: A\n\n**Files:** `src/main.rs`\n\n- [ ] a\n"
    );
    let reading = plan::read(&text);
    let (inside, outside) = context_of(&reading.plan, &reading.plan.steps.raw[0]);
    let titles = |list: &[Quoted<'_>]| list.iter().map(|found| found.title.to_owned()).collect::<Vec<_>>();
    assert_eq!(
        (titles(&inside), titles(&outside)),
        (vec!["Layout".to_owned()], vec!["Background".to_owned()])
    );
}

#[test]
fn a_template_that_works_without_end_is_wrong() {
    let loops = "{% for a in range(9999) %}".repeat(4);
    let ends = "{% endfor %}".repeat(4);
    for (text, why) in [
        (format!("{loops}x{ends}"), "ran out of fuel"),
        ("{% for a in range(9999) %}{{ 'x' * 9999 }}{% endfor %}".to_owned(), "longer than"),
    ] {
        let error =
            Templates::new([("nudge.md".to_owned(), text.clone())]).and_then(|own| own.nudge()).unwrap_err();
        let said = crate::words::chain(&error);
        assert!(said.contains(why), "{text}: {said}");
    }
}
