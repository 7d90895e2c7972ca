//! Each reason: what follows from it, and how it is said.

use super::*;
use crate::facts::fixtures::{evidence, reasons, red};

/// The kind of a reason in the journal.
fn kind(reason: &Reason) -> String {
    serde_json::to_value(reason).unwrap()["kind"].as_str().unwrap().to_owned()
}

/// Which questions a reason says yes to.
fn yes(reason: &Reason) -> Vec<&'static str> {
    let answers = [
        ("back", reason.goes_back()),
        ("again", reason.may_be_tried_again()),
        ("spent", reason.spends_attempt()),
        ("stands", reason.outweighs_tampering()),
        ("confirm", reason.may_be_confirmed()),
        ("let through", reason.lacks_validation()),
    ];
    answers.into_iter().filter_map(|(question, yes)| yes.then_some(question)).collect()
}

#[test]
fn a_reason_decides_what_comes_next() {
    let table: Vec<String> = (reasons().iter())
        .map(|reason| format!("{:20} {:?} {}", kind(reason), reason.ends_run(), yes(reason).join(", ")))
        .collect();
    insta::assert_snapshot!(table.join("\n"), @r"
    validation_failed    StepFailed back, again, spent
    validation_failed    StepFailed back, again, spent
    limit_reached        LimitReached spent
    tampered             StepFailed again, spent
    weakened             StepFailed back, again, spent
    criterion_failed     StepFailed back, again, spent
    unfixable            NeedsPerson 
    prerequisite_failed  NeedsPerson spent
    unproven             NeedsPerson spent, confirm
    too_weak             NeedsPerson spent, confirm
    unvalidated          NeedsPerson spent, confirm, let through
    undecided            NeedsPerson spent, confirm, let through
    vacuous              NeedsPerson spent, confirm, let through
    blocked              NeedsPerson spent, stands
    model_failed         Temporary stands
    model_failed         ModelRefused stands
    interrupted          Interrupted stands
    ");
}

#[test]
fn only_the_same_command_failing_in_the_same_way_is_like_before() {
    let failed = Reason::ValidationFailed { red: red(), limit: None };
    let alike: Vec<String> = reasons().iter().filter(|reason| failed.is_like(reason)).map(kind).collect();
    assert_eq!(alike, ["validation_failed", "validation_failed"]);
    assert!(!Reason::Unproven.is_like(&Reason::Unproven));
    let other = RedCommand { command: "cargo build".to_owned(), ..red() };
    assert!(!failed.is_like(&Reason::ValidationFailed { red: other, limit: None }));
}

#[test]
fn a_reason_is_said_of_an_attempt_and_of_a_step() {
    let said: Vec<String> = (reasons().iter())
        .map(|reason| {
            let hint = reason.hint().map_or_else(String::new, |hint| format!("\n  hint: {hint}"));
            let command = reason.red().map_or_else(String::new, |red| format!("\n  red: {}", red.command));
            let (attempt, step) = (reason.say_of_attempt(), reason.say_of_step(2));
            format!("{attempt}\n  step 1 {step}{command}{hint}")
        })
        .collect();
    insta::assert_snapshot!(said.join("\n"), @r#"
    Validation failed: `cargo test` ended with exit code 101
      step 1 did not pass after 2 attempts
      red: cargo test
    Validation failed: `cargo test` ended with exit code 101, after the limit of 3 turns
      step 1 did not pass after 2 attempts
      red: cargo test
    Validation failed, after the limit of 3 turns
      step 1 did not pass: the agent reached its limit of 3 turns
    Does not count: the agent changed files that it must not change (the plan: a box; `agentrun.toml`: its text)
      step 1 did not pass: the agent changed files that it must not change (the plan: a box; `agentrun.toml`: its text)
    Every command passed, but tests or checks were weakened
      step 1 passes its commands, but its tests or checks were weakened: `a.rs`: a test is gone
    The judge: "It is friendly" does not hold
      step 1 did not pass after 2 attempts
    No agent can fix this: no cargo
      step 1 needs a person: no agent can fix this: no cargo
      red: cargo test
      hint: install it
    The prerequisite `cargo test` ended with exit code 101
      step 1 is a prerequisite that failed
      red: cargo test
    Unproven: every command passed before, and nothing was changed
      step 1 is unproven: every command passed before, and the agent changed nothing
    Passed only weakly, and a proven pass is asked for
      step 1 passed only weakly, and `validation.strength` asks for a proven pass
    No command applies
      step 1 cannot be validated: no command applies to it
    No command applies, and the judge cannot tell of 1 item
      step 1 waits for a person: no command applies, and the judge cannot tell
    `true` proves nothing: it cannot fail
      step 1 cannot be validated: `true` proves nothing: it cannot fail
      hint: write a command into the plan that fails while the step is not done
    Blocked: no key
      step 1 is blocked: no key
    The model could not be used: no model
      step 1 stopped: no model
      hint: wait
    The model could not be used: no model
      step 1 stopped: no model
      hint: wait
    Interrupted
      step 1 was interrupted
    "#);
}

#[test]
fn attempts_are_counted_where_validation_failed() {
    let failed = Reason::ValidationFailed { red: red(), limit: None };
    let said = [0, 1, 2].map(|attempts| failed.say_of_step(attempts));
    let expected =
        ["did not pass validation", "did not pass after 1 attempt", "did not pass after 2 attempts"];
    assert_eq!(said, expected.map(str::to_owned));
}

#[test]
fn a_command_that_cannot_fail_is_named_with_the_reason() {
    let vacuous = Some(crate::facts::Vacuous::Command { why: "nothing in it can fail".to_owned() });
    let seen = Evidence { vacuous, ..evidence(0, "true", 0) };
    let expected = Reason::Vacuous { command: "true".to_owned(), why: "nothing in it can fail".to_owned() };
    assert_eq!(Reason::vacuous(&seen), expected);
}
