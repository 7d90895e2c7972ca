//! Makers of facts for tests.

use super::{
    BoxRef, Citation, Evidence, Exit, Fingerprint, JudgedItem, Judgement, Limit, Occurrence, Origin, Reason,
    RedCommand, Ruling, StepKey, StepRef, Unfixable, Usage,
};

/// A step that is called and known by this.
pub(crate) fn step(id: &str) -> StepRef {
    StepRef { id: id.to_owned(), key: StepKey::new(id.to_owned()), title: format!("Title {id}") }
}

/// The only box with this text.
pub(crate) fn check_box(text: &str) -> BoxRef {
    BoxRef { text: text.to_owned(), occurrence: Occurrence::default() }
}

/// What a step says.
pub(crate) fn said(text: &str) -> Fingerprint {
    Fingerprint::new(text.to_owned(), None)
}

/// What came of a criterion's command in the root.
pub(crate) fn evidence(criterion: usize, command: &str, code: i32) -> Evidence {
    Evidence {
        origin: Origin::Step { criterion: criterion.into() },
        command: command.to_owned(),
        dir: String::new(),
        exit: Exit::Code { code },
        expectation: crate::facts::Expectation::default(),
        unmet: None,
        duration_ms: 1,
        tests: None,
        vacuous: None,
        flaky: false,
        reused: false,
        output_digest: "o".to_owned(),
        log: "l".to_owned(),
        fingerprint: said("it"),
        tree: None,
        diff_digest: None,
        usage: Usage::default(),
        green_before: None,
    }
}

/// `cargo test`, which ended with 101.
pub(crate) fn red() -> RedCommand {
    let (command, output) = ("cargo test".to_owned(), "1 failed".to_owned());
    RedCommand { command, exit: Exit::Code { code: 101 }, output, why: None }
}

/// What a judge says of a criterion, with a citation.
pub(crate) fn judgement(criterion: usize, ruling: Ruling) -> Judgement {
    Judgement {
        item: JudgedItem::Criterion(criterion.into()),
        text: "It is friendly".to_owned(),
        ruling,
        reason: "it shouts".to_owned(),
        citation: Some(Citation::File { path: "a.rs".to_owned(), line: 3, quote: "HELLO".to_owned() }),
    }
}

/// One of every reason, and of those that come in two kinds both.
pub(crate) fn reasons() -> Vec<Reason> {
    let text = |text: &str| text.to_owned();
    let model = |temporary| Reason::ModelFailed { message: text("no model"), hint: text("wait"), temporary };
    vec![
        Reason::ValidationFailed { red: red(), limit: None },
        Reason::ValidationFailed { red: red(), limit: Some(Limit::Turns(3)) },
        Reason::LimitReached { limit: Limit::Turns(3) },
        Reason::Tampered { what: vec![text("the plan: a box"), text("`agentrun.toml`: its text")] },
        Reason::Weakened { marks: vec![text("`a.rs`: a test is gone")] },
        Reason::CriterionFailed { judgement: judgement(1, Ruling::Fail) },
        Reason::Unfixable(Unfixable { red: red(), cause: text("no cargo"), hint: text("install it") }),
        Reason::PrerequisiteFailed { red: red() },
        Reason::Unproven,
        Reason::TooWeak,
        Reason::Unvalidated,
        Reason::Undecided { items: vec!["It is friendly".to_owned()] },
        Reason::Vacuous { command: text("true"), why: text("it cannot fail") },
        Reason::Blocked { reason: text("no key") },
        model(true),
        model(false),
        Reason::Interrupted,
    ]
}
