//! How outcomes are written, read, said, and what code they end with.

use super::*;
use crate::facts::fixtures::{judgement, reasons, red};
use crate::facts::{Limit, Ruling};

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap()
}

#[test]
fn the_journal_holds_outcomes_as_flat_objects_and_they_are_read_back() {
    let attempts: Vec<AttemptOutcome> = std::iter::once(AttemptOutcome::Passed { strength: Strength::Weak })
        .chain(reasons().into_iter().map(AttemptOutcome::NotPassed))
        .collect();
    let steps: Vec<StepOutcome> =
        reasons().into_iter().map(|reason| StepOutcome::after(reason, 2, false)).collect();
    for outcome in &attempts {
        assert_eq!(&serde_json::from_str::<AttemptOutcome>(&json(outcome)).unwrap(), outcome);
    }
    for outcome in &steps {
        assert_eq!(&serde_json::from_str::<StepOutcome>(&json(outcome)).unwrap(), outcome);
    }
    let of_attempts: Vec<String> = attempts.iter().map(json).collect();
    insta::assert_snapshot!(of_attempts.join("\n"), @r#"
    {"kind":"passed","strength":"weak"}
    {"kind":"validation_failed","command":"cargo test","exit":{"kind":"code","code":101},"output":"1 failed"}
    {"kind":"validation_failed","command":"cargo test","exit":{"kind":"code","code":101},"output":"1 failed","limit":"3 turns"}
    {"kind":"limit_reached","limit":"3 turns"}
    {"kind":"tampered","what":["the plan: a box","`agentrun.toml`: its text"]}
    {"kind":"weakened","marks":["`a.rs`: a test is gone"]}
    {"kind":"criterion_failed","judgement":{"criterion":1,"text":"It is friendly","ruling":"fail","reason":"it shouts","citation":{"in":"file","path":"a.rs","line":3,"quote":"HELLO"}}}
    {"kind":"unfixable","command":"cargo test","exit":{"kind":"code","code":101},"output":"1 failed","cause":"no cargo","hint":"install it"}
    {"kind":"prerequisite_failed","command":"cargo test","exit":{"kind":"code","code":101},"output":"1 failed"}
    {"kind":"unproven"}
    {"kind":"too_weak"}
    {"kind":"unvalidated"}
    {"kind":"undecided","items":["It is friendly"]}
    {"kind":"vacuous","command":"true","why":"it cannot fail"}
    {"kind":"blocked","reason":"no key"}
    {"kind":"model_failed","message":"no model","hint":"wait","temporary":true}
    {"kind":"model_failed","message":"no model","hint":"wait","temporary":false}
    {"kind":"interrupted"}
    "#);
    let of_steps: Vec<String> = steps.iter().map(json).collect();
    insta::assert_snapshot!(of_steps.join("\n"), @r#"
    {"kind":"failed","attempts":2,"command":"cargo test","exit":{"kind":"code","code":101},"output":"1 failed"}
    {"kind":"limit_reached","limit":"3 turns"}
    {"kind":"limit_reached","limit":"3 turns"}
    {"kind":"tampered","what":["the plan: a box","`agentrun.toml`: its text"]}
    {"kind":"weakened","marks":["`a.rs`: a test is gone"]}
    {"kind":"criterion_failed","attempts":2,"judgement":{"criterion":1,"text":"It is friendly","ruling":"fail","reason":"it shouts","citation":{"in":"file","path":"a.rs","line":3,"quote":"HELLO"}}}
    {"kind":"unfixable","command":"cargo test","exit":{"kind":"code","code":101},"output":"1 failed","cause":"no cargo","hint":"install it"}
    {"kind":"prerequisite_failed","command":"cargo test","exit":{"kind":"code","code":101},"output":"1 failed"}
    {"kind":"unproven"}
    {"kind":"too_weak"}
    {"kind":"unvalidated"}
    {"kind":"undecided","items":["It is friendly"]}
    {"kind":"vacuous","command":"true","why":"it cannot fail"}
    {"kind":"blocked","reason":"no key"}
    {"kind":"model_failed","message":"no model","hint":"wait","temporary":true}
    {"kind":"model_failed","message":"no model","hint":"wait","temporary":false}
    {"kind":"interrupted"}
    "#);
}

#[test]
fn records_of_earlier_versions_are_read() {
    let attempt = r#"{"kind":"validation_failed","command":"cargo test","exit":{"kind":"code","code":101},"output":"1 failed","limit":"an hour"}"#;
    let limit = Some(Limit::Other("an hour".to_owned()));
    assert_eq!(
        serde_json::from_str::<AttemptOutcome>(attempt).unwrap(),
        AttemptOutcome::NotPassed(Reason::ValidationFailed { red: red(), limit })
    );
    let step = r#"{"kind":"failed","attempts":3,"command":"cargo test","exit":{"kind":"code","code":101},"output":"1 failed","unchanged":true,"later":1}"#;
    assert_eq!(
        serde_json::from_str::<StepOutcome>(step).unwrap(),
        StepOutcome::after(Reason::ValidationFailed { red: red(), limit: None }, 3, true)
    );
    assert!(serde_json::from_str::<AttemptOutcome>(r#"{"kind":"mended"}"#).is_err());
}

#[test]
fn a_step_ends_with_the_reason_of_its_last_attempt() {
    let failed = |limit| Reason::ValidationFailed { red: red(), limit };
    let refuted = || Reason::CriterionFailed { judgement: judgement(0, Ruling::Fail) };
    let ended = |reason, attempts, unchanged| StepOutcome { reason, attempts, unchanged };
    let table = [
        (failed(None), false, ended(failed(None), 2, false)),
        (failed(None), true, ended(failed(None), 2, true)),
        (refuted(), true, ended(refuted(), 2, false)),
        (
            failed(Some(Limit::Turns(3))),
            false,
            ended(Reason::LimitReached { limit: Limit::Turns(3) }, 0, false),
        ),
        (Reason::Unproven, false, ended(Reason::Unproven, 0, false)),
    ];
    for (reason, unchanged, outcome) in table {
        assert_eq!(StepOutcome::after(reason, 2, unchanged), outcome);
    }
}

#[test]
fn a_step_that_repeats_itself_says_so() {
    let outcome = StepOutcome::after(Reason::ValidationFailed { red: red(), limit: None }, 2, true);
    let said = "did not pass after 2 attempts: the last one changed nothing and failed like the one before";
    assert_eq!(outcome.say(), said);
    assert_eq!(AttemptOutcome::Passed { strength: Strength::Weak }.say(), "Passed");
}

#[test]
fn a_run_ends_with_the_code_of_its_outcome() {
    let table = [
        (RunOutcome::Completed, 0, false),
        (RunOutcome::StepFailed, 1, false),
        (RunOutcome::NeedsPerson, 4, false),
        (RunOutcome::LimitReached, 5, false),
        (RunOutcome::ModelRefused, 6, true),
        (RunOutcome::Temporary, 75, true),
        (RunOutcome::of_signal(Signal::Interrupt), 130, true),
        (RunOutcome::of_signal(Signal::Terminate), 143, true),
    ];
    for (outcome, code, ends_every_run) in table {
        assert_eq!((outcome.exit_code().code(), outcome.ends_every_run()), (code, ends_every_run));
    }
}
