//! `report.md` of a run.

use super::*;
use crate::journal::StateDir;
use crate::report::markdown::render;

/// A run in which one step passed weakly, and one was beyond the agent.
fn events() -> Vec<Event> {
    let judgements = json!([{"criterion": 0, "text": "It is kind", "ruling": "pass", "reason": "it says hello",
        "citation": {"in": "file", "path": "a.txt", "line": 2, "quote": "hello"}}]);
    vec![
        run_started(),
        event("warning", "", json!({"code": "brief", "message": "there is no PROJECT_RULES.md"})),
        event("step.started", "1", json!({"fingerprint": "f"})),
        validated("1", 0, &json!({"exit": code(2), "log": "none.txt"})),
        attempt_started("1", 1),
        event(
            "conversation.masked",
            "1",
            json!({"attempt": 1, "results": 2, "before": 26_100, "after": 900}),
        ),
        event(
            "tool.completed",
            "1",
            json!({"attempt": 1, "tool": "run_command", "summary": "run x",
            "failed": true, "incidents": ["a write was denied"], "duration_ms": 3}),
        ),
        event(
            "agent.finished",
            "1",
            json!({"attempt": 1, "end": {"kind": "done", "summary": "all is\nwell"}}),
        ),
        validated("1", 1, &json!({})),
        event(
            "validation.changed",
            "1",
            json!({"attempt": 1, "files": ["tests/a.rs"], "marks": ["a.rs: a skip"]}),
        ),
        event(
            "judge.completed",
            "1",
            json!({"attempt": 1, "judgements": judgements, "usage": {"input": 500},
            "turns": 1, "duration_ms": 1}),
        ),
        completed("1", 1, &json!({"kind": "passed", "strength": "weak"})),
        passed("1", 1, &json!({"strength": "weak", "pending": ["It is short"], "marks": ["a.rs: a skip"]})),
        event(
            "tick.intended",
            "1",
            json!({"targets": [{"line": 7, "text": "Write it"}], "before": "", "after": ""}),
        ),
        event("step.committed", "1", json!({"commit": "0123456789abcdef", "paths": 2})),
        event("step.started", "2|3", json!({"fingerprint": "f"})),
        attempt_started("2|3", 1),
        failed("2|3", 1, "boom"),
        event(
            "step.stopped",
            "2|3",
            json!({"outcome": {"kind": "unfixable", "cause": "`go` is missing",
            "hint": "install it", "command": "go test", "output": "", "exit": code(127)}}),
        ),
        validated("1", 0, &json!({"reused": true})),
        run_completed("needs_person", &json!([{"step": "1", "text": "It is short"}]), 0),
    ]
}

/// Its report, with what its files hold.
fn report() -> String {
    let dir = tempfile::tempdir().unwrap();
    let run_dir = StateDir::of(dir.path()).run("R");
    let attempt = run_dir.attempt(1, "Title 1", 1);
    std::fs::create_dir_all(&attempt).unwrap();
    std::fs::write(run_dir.path().join("log.txt"), "1 test\n```\nok\n").unwrap();
    std::fs::write(attempt.join("changes.diff"), "+line\n".repeat(410)).unwrap();
    render(&story(&events()), &run_dir)
}

#[test]
fn a_reviewer_reads_first_what_the_outcome_rests_on() {
    let report = report();
    let (head, _) = report.split_once("\n## Step 1").unwrap();
    insta::assert_snapshot!(head, @r#"
    # Run R of A plan

    - Outcome: needs a person (exit code 0) after 12 min 34 s
    - Plan: `plan.md`, digest `0123456789abcdef`
    - Model: tiny; sandbox: off; snapshots: git
    - Limits: few
    - Evidence: `agentrun verify plan.md` shows the evidence behind every tick
    - Tokens: 24.0k in (18.0k of them cached), 690 out
    - Waits for a person:
      - step 1: It is short
    - Note: there is no PROJECT_RULES.md

    | Step | Outcome | Rests on | Attempts | Time | Tokens |
    |---|---|---|---|---|---|
    | 1 Title 1 | passed (weak) | commands, a judge | 1 | 1 min 2 s | 12.3k |
    | 2\|3 Title 2\|3 | needs a person: no agent can fix this: `go` is missing | - | 1 | 1 min 1 s | 12.3k |
    "#);
}

#[test]
fn a_reviewer_reads_then_what_was_tried() {
    let report = report();
    assert_eq!(report.matches("+line\n").count(), 400, "the rest of a diff is in its file");
    let (_, steps) = report.split_once("\n## Step 1").unwrap();
    insta::assert_snapshot!(steps.replace("+line\n", ""), @r#"
    : Title 1

    passed (weak).
    - ticked line 7: Write it
    - committed as `0123456789abcdef`
    - waits for a person: It is short
    - **look at it:** a.rs: a skip

    ### Before the step

    - `make test`: exit code 2, 1.2 s, log `none.txt`

    ### Attempt 1

    Passed; 4 turns, 12.3k tokens, 1 min 1 s; files changed: 2 (+10 -3). Brief and transcript: `steps/01-title-1/attempt-1/`.

    - agentrun left 2 old results out of the conversation: about 26.1k tokens became 900
    - the agent: a write was denied
    - the agent said that it is done: all is ...
    - `make test`: exit code 0, 1.2 s, log `log.txt`

    ````
    1 test
    ```
    ok
    ````
    - **weakened:** a.rs: a skip
    - changed files that validation uses: tests/a.rs
    - the judge: "It is kind" holds (a.txt:2): it says hello

    Changes (`steps/01-title-1/attempt-1/changes.diff`):

    ```diff
    ```

    (10 more lines in the file)

    ## Step 2|3: Title 2|3

    needs a person: no agent can fix this: `go` is missing.

    ### Attempt 1

    Validation failed: `make test` ended with exit code 1; 4 turns, 12.3k tokens, 1 min 1 s; files changed: 2 (+10 -3). Brief and transcript: `steps/00-title-2-3/attempt-1/`.


    What to do: install it.

    ## At the end of the plan

    - `make test`: exit code 0, not run again: same tree, log `log.txt`
    "#);
}

#[test]
fn how_an_attempt_ended_is_said_in_a_sentence() {
    let red = json!({"kind": "validation_failed", "command": "make\ntest", "output": "", "exit": code(1), "limit": "60 turns"});
    let citation = json!({"in": "file", "path": "a.rs", "line": 3, "quote": "no"});
    let judgement =
        json!({"criterion": 0, "text": "It is kind", "ruling": "fail", "reason": "no", "citation": citation});
    let outcomes = [
        red,
        json!({"kind": "weakened", "marks": []}),
        json!({"kind": "unfixable", "cause": "`go` is missing", "hint": "", "command": "go", "output": "", "exit": code(127)}),
        json!({"kind": "too_weak"}),
        json!({"kind": "vacuous", "command": "echo", "why": "it is an echo"}),
        json!({"kind": "criterion_failed", "judgement": judgement}),
        json!({"kind": "tampered", "what": ["the plan", "the rules"]}),
        json!({"kind": "unproven"}),
        json!({"kind": "unvalidated"}),
        json!({"kind": "blocked", "reason": "no key"}),
        json!({"kind": "model_failed", "message": "401", "hint": "", "temporary": false}),
        json!({"kind": "interrupted"}),
    ];
    let run_dir = StateDir::of(std::path::Path::new("/nowhere")).run("R");
    let said = outcomes.iter().map(|outcome| {
        let text = render(&story(&[attempt_started("1", 1), completed("1", 1, outcome)]), &run_dir);
        text.lines().find_map(|line| line.split_once("; 4 turns")).unwrap().0.to_owned() + "\n"
    });
    insta::assert_snapshot!(said.collect::<String>(), @r#"
    Validation failed: `make ...` ended with exit code 1, after the limit of 60 turns
    Every command passed, but tests or checks were weakened
    No agent can fix this: `go` is missing
    Passed only weakly, and a proven pass is asked for
    `echo` proves nothing: it is an echo
    The judge: "It is kind" does not hold
    Does not count: the agent changed files that it must not change (the plan; the rules)
    Unproven: every command passed before, and nothing was changed
    No command applies
    Blocked: no key
    The model could not be used: 401
    Interrupted
    "#);
}
