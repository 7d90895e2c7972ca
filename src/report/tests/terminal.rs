//! The lines of each event.

use serde_json::json;

use super::*;
use crate::report::terminal::lines;

/// The lines of each event after those before it, with what event it is in front.
fn told(events: &[Event]) -> String {
    let mut text = String::new();
    for end in 1..=events.len() {
        let event = &events[end - 1];
        let kind = serde_json::to_value(event).unwrap()["type"].as_str().unwrap().to_owned();
        for line in lines(event, &story(&events[..end])) {
            text += plain(&format!("{kind:<22}|{line}\n")).as_str();
        }
    }
    text
}

/// The attempt that fails.
fn first_attempt() -> Vec<Event> {
    vec![
        run_started(),
        event("step.adopted", "0", json!({})),
        event("step.started", "1", json!({"fingerprint": "f"})),
        validated("1", 0, &json!({"exit": code(2), "duration_ms": 20})),
        attempt_started("1", 1),
        event("model.waited", "1", json!({"attempt": 1, "reason": "503", "delay_ms": 2_500, "retry": 1})),
        event(
            "model.replied",
            "1",
            json!({"attempt": 1, "turn": 1, "text": "", "calls": 1, "duration_ms": 1}),
        ),
        event("tool.started", "1", json!({"attempt": 1, "what": "edit a.txt"})),
        event(
            "tool.completed",
            "1",
            json!({"attempt": 1, "tool": "edit_file", "summary": "edit a.txt (+1 -0)",
            "failed": false, "incidents": ["a process was ended"], "duration_ms": 3}),
        ),
        event(
            "conversation.masked",
            "1",
            json!({"attempt": 1, "results": 1, "before": 26_100, "after": 900}),
        ),
        event(
            "conversation.compacted",
            "1",
            json!({"attempt": 1, "why": "it was full", "before": 26_100,
            "after": 9_300, "kept": 2, "summary": false, "usage": {}}),
        ),
        event(
            "tool.completed",
            "1",
            json!({"attempt": 1, "tool": "finish_step", "summary": "done",
            "failed": false, "duration_ms": 3}),
        ),
        event(
            "agent.finished",
            "1",
            json!({"attempt": 1, "end": {"kind": "done", "summary": "all is well"}}),
        ),
        validated("1", 1, &json!({"exit": code(1), "tests": {"ran": 1, "skipped": 0, "filtered": 0}})),
        failed("1", 1, "first\n\nassertion failed\n"),
    ]
}

/// The attempt that passes, and the end of the run.
fn second_attempt() -> Vec<Event> {
    let judged = json!([
        {"criterion": 0, "text": "It is kind", "ruling": "pass", "reason": "it says hello",
         "citation": {"in": "file", "path": "a.txt", "line": 2, "quote": "hello"}},
        {"criterion": 1, "text": "It is short\nand clear", "ruling": "cannot_tell", "reason": "nobody knows"},
    ]);
    let ticked = json!([{"line": 7, "text": "Write it"}, {"line": 9, "text": "It is kind", "judged": true}]);
    vec![
        attempt_started("1", 2),
        validated("1", 2, &json!({"tests": {"ran": 12, "skipped": 0, "filtered": 0}})),
        event(
            "validation.changed",
            "1",
            json!({"attempt": 2, "files": ["tests/a.rs"], "marks": ["a.rs: a skip"]}),
        ),
        event("judge.started", "1", json!({"attempt": 2, "criteria": 2})),
        event(
            "judge.completed",
            "1",
            json!({"attempt": 2, "judgements": judged, "usage": {}, "turns": 1,
            "duration_ms": 1}),
        ),
        completed("1", 2, &json!({"kind": "passed", "strength": "proven"})),
        passed("1", 2, &json!({"pending": ["It is short"], "marks": ["a.rs: a skip"]})),
        event("tick.intended", "1", json!({"targets": ticked, "before": "", "after": ""})),
        event("tick.written", "1", json!({"digest": ""})),
        event("step.committed", "1", json!({"commit": "0123456789abcdef", "paths": 2})),
        event("step.parked", "2", json!({"items": ["Look", "Ask"]})),
        run_completed("completed", &json!([{"step": "1", "text": "It is short"}]), 0),
    ]
}

#[test]
fn a_run_from_its_beginning_to_its_end() {
    let events = [first_attempt(), second_attempt()].concat();
    insta::assert_snapshot!(told(&events), @"
    run.started           |agentrun 0.1.0 · plan.md · 2 steps
    run.started           |model tiny · sandbox: off · snapshots: git
    run.started           |limits: few
    run.started           |logs: .agentrun/runs/R/
    step.adopted          |  step 0 is done by hand: nothing runs
    step.started          |
    step.started          |> Step 1: Title 1 [1/2]
    validation.completed  |  before     make test · failed, exit code 2 · < 0.1 s
    attempt.started       |  attempt 1
    model.waited          |    waiting 2.5 s before retry 1: 503
    tool.completed        |    edit a.txt (+1 -0)
    tool.completed        |      a process was ended
    conversation.masked   |    left 1 old result out of the conversation: about 26.1k tokens became 900
    conversation.compacted|    compacted the conversation: about 26.1k tokens became 9.3k, without a summary of the model (it was full)
    agent.finished        |    the agent says that it is done: all is well
    validation.completed  |  validation make test · failed, exit code 1, 1 test · 1.2 s
    attempt.started       |  | first
    attempt.started       |  | assertion failed
    attempt.started       |  attempt 2 (told what failed)
    validation.completed  |  validation make test · passed, 12 tests · 1.2 s
    validation.changed    |  weakened: a.rs: a skip
    validation.changed    |  changed files that validation uses: tests/a.rs
    judge.started         |  judge      2 criteria in prose
    judge.completed       |    holds It is kind (a.txt:2)
    judge.completed       |    cannot be decided It is short ...: nobody knows
    step.passed           |+ Step 1 passed 2 min 2 s · 2 attempts · 24.6k tokens
    step.passed           |  waits for a person: It is short
    step.passed           |  look at it: a.rs: a skip
    tick.intended         |  ticked line 7: Write it
    tick.intended         |  ticked line 9: It is kind (judged)
    step.committed        |  committed 0123456789ab (2 files)
    step.parked           |
    step.parked           |- Step 2 waits for a person: Look; Ask
    run.completed         |
    run.completed         |The plan is carried out. A person still has to look at some of it.
    run.completed         |  1 step passed in this run, checked by commands that agentrun ran · 12 min 34 s · 24.6k tokens
    run.completed         |  What waits for a person:
    run.completed         |    step 1: It is short
    run.completed         |  report: .agentrun/runs/R/report.md
    run.completed         |next: look at it, then agentrun confirm plan.md 1
    ");
}

#[test]
fn what_is_out_of_the_ordinary_is_a_warning() {
    let secret =
        json!({"kind": "secrets", "found": [{"path": "a.txt", "line": 3, "shape": "a GitHub token"}]});
    let events = [
        event("step.reopened", "1", json!({"reason": "unticked"})),
        event("step.reopened", "1", json!({"reason": "edited"})),
        event("step.reopened", "1", json!({"reason": "dependency_edited"})),
        event("step.reopened", "1", json!({"reason": "restart"})),
        event("step.reopened", "1", json!({"reason": "restored"})),
        event("step.renamed", "1", json!({"from": "key-0"})),
        event("warning", "", json!({"code": "brief", "message": "there is no PROJECT_RULES.md"})),
        event("tick.refused", "1", json!({"reason": "the plan is gone"})),
        event("plan.restored", "1", json!({"attempt": 1, "what": "a box was ticked", "copy": "c.md"})),
        event("file.restored", "1", json!({"attempt": 1, "path": "R.md", "what": "it was changed"})),
        event("journal.restored", "", json!({"what": "it was cut", "copy": "c.jsonl"})),
        event("journal.broken", "", json!({"what": "a seal is wrong", "believed": 3, "copy": "c.jsonl"})),
        event("plan.edited", "", json!({"digest": "", "noticed": "between steps"})),
        event("commit.refused", "1", json!({"reason": {"kind": "impossible", "reason": "a merge goes on"}})),
        event("commit.refused", "1", json!({"reason": secret})),
        event("step.committed", "1", json!({"commit": "", "paths": 0, "without_plan": "it is ignored"})),
        event(
            "tool.completed",
            "1",
            json!({"attempt": 1, "tool": "finish_step", "summary": "finish: no summary",
            "failed": true, "duration_ms": 3}),
        ),
        run_completed("interrupted", &json!([]), 0),
    ];
    insta::assert_snapshot!(told(&events), @"
    step.reopened         |  step 1 was unticked: it runs again
    step.reopened         |  step 1 was edited since it passed: it is validated again
    step.reopened         |  step 1 depends on something that changed: it is validated again
    step.reopened         |  step 1 starts over
    step.reopened         |  step 1 was restored: it runs again
    step.renamed          |  step 1 is the same as before under another name, number or place
    warning               |warning: there is no PROJECT_RULES.md
    tick.refused          |warning: step 1 passed, but the plan could not be ticked: the plan is gone
    plan.restored         |warning: agentrun restored the plan: a box was ticked (the changed version is in c.md)
    file.restored         |warning: agentrun restored `R.md`: it was changed
    journal.restored      |warning: agentrun restored the journal: it was cut (the changed version is in c.jsonl)
    journal.broken        |warning: a seal is wrong; agentrun trusts the first 3 records and goes on from there (all of it is kept in c.jsonl)
    plan.edited           |warning: the plan was edited between steps: the edit stays and counts from the next run on
    commit.refused        |warning: step 1 is not committed: a merge goes on; the changes are in the work tree: commit them yourself
    commit.refused        |warning: step 1 is not committed: the commit would contain what looks like a secret: a.txt:3 (a GitHub token); take the secret out of the files, then commit them yourself; agentrun has pushed nothing
    step.committed        |  nothing to commit, without the plan: it is ignored
    tool.completed        |    finish: no summary
    run.completed         |
    run.completed         |Interrupted. The same command goes on from here.
    run.completed         |  no step passed in this run · 12 min 34 s
    run.completed         |  Not committed (see the warnings above): step 1, 1
    run.completed         |  report: .agentrun/runs/R/report.md
    ");
}

#[test]
fn how_agents_and_commands_end() {
    let finished = |end: Value| event("agent.finished", "1", json!({"attempt": 1, "end": end}));
    let vacuous = json!({"vacuous": {"kind": "command", "why": "it is an echo"}});
    let events = [
        finished(json!({"kind": "blocked", "reason": "no key\nat all"})),
        finished(json!({"kind": "limit", "limit": "60 turns"})),
        finished(json!({"kind": "loop", "what": "the same call"})),
        finished(json!({"kind": "model", "message": "refused", "hint": "", "temporary": false})),
        finished(json!({"kind": "interrupted"})),
        validated("1", 0, &json!({})),
        validated("1", 1, &vacuous),
        validated("1", 1, &json!({"reused": true})),
        validated("1", 1, &json!({"flaky": true})),
        validated("1", 1, &json!({"exit": {"kind": "timed_out", "after_seconds": 600}})),
    ];
    insta::assert_snapshot!(told(&events), @"
    agent.finished        |    the agent is blocked: no key ...
    agent.finished        |    limit reached: 60 turns
    agent.finished        |    stopped: the same call again and again
    agent.finished        |    refused
    agent.finished        |    interrupted
    validation.completed  |  before     make test · passed · 1.2 s
    validation.completed  |  validation make test · passed, but it is an echo · 1.2 s
    validation.completed  |  validation make test · passed · not run again: same tree
    validation.completed  |  validation make test · exit code 0 (flaky: it ended differently on the same tree) · 1.2 s
    validation.completed  |  validation make test · failed, a timeout after 600 s · 1.2 s
    ");
}

/// The end of a run that stopped at a step, without the numbers.
fn stopped(outcome: &Value, run: &str) -> String {
    let mut events = vec![run_started(), event("step.started", "1", json!({"fingerprint": "f"}))];
    let mut text = String::new();
    for end in [event("step.stopped", "1", json!({"outcome": outcome})), run_completed(run, &json!([]), 0)] {
        events.push(end.clone());
        let lines = lines(&end, &story(&events));
        let telling = lines.iter().filter(|line| !line.is_empty() && !line.starts_with("  report"));
        text.extend(telling.map(|line| plain(line) + "\n"));
    }
    text
}

#[test]
fn how_steps_and_runs_stop() {
    let with_command = |mut fields: Value| {
        let red = json!({"command": "make test", "output": "boom\n", "exit": code(1)});
        fields.as_object_mut().unwrap().extend(red.as_object().unwrap().clone());
        fields
    };
    let judgement = json!({"criterion": 0, "text": "It is kind", "ruling": "fail", "reason": "it is not"});
    let stops = [
        stopped(&with_command(json!({"kind": "failed", "attempts": 3})), "step_failed"),
        stopped(
            &with_command(json!({"kind": "unfixable", "cause": "`go` is missing", "hint": "install it"})),
            "needs_person",
        ),
        stopped(&json!({"kind": "vacuous", "command": "echo", "why": "it is an echo"}), "needs_person"),
        stopped(&json!({"kind": "criterion_failed", "attempts": 1, "judgement": judgement}), "step_failed"),
        stopped(&json!({"kind": "limit_reached", "limit": "60 turns"}), "limit_reached"),
        stopped(&json!({"kind": "unproven"}), "needs_person"),
        stopped(&json!({"kind": "blocked", "reason": "no key"}), "needs_person"),
    ];
    insta::assert_snapshot!(stops.join("\n"), @r#"
    x Step 1 "Title 1" did not pass after 3 attempts
      validation: make test (exit code 1)
      | boom
    Stopped: a step did not pass.
      no step passed in this run · 12 min 34 s
    next: agentrun logs --step 1, then agentrun execute plan.md

    x Step 1 "Title 1" needs a person: no agent can fix this: `go` is missing
      validation: make test (exit code 1)
      | boom
    hint: install it
    Stopped: a person is needed.
      no step passed in this run · 12 min 34 s
    next: see above, then agentrun execute plan.md

    x Step 1 "Title 1" cannot be validated: `echo` proves nothing: it is an echo
    hint: write a command into the plan that fails while the step is not done
    Stopped: a person is needed.
      no step passed in this run · 12 min 34 s
    next: look at it, then agentrun confirm plan.md 1

    x Step 1 "Title 1" did not pass after 1 attempt
        does not hold It is kind: it is not
    Stopped: a step did not pass.
      no step passed in this run · 12 min 34 s
    next: agentrun logs --step 1, then agentrun execute plan.md

    x Step 1 "Title 1" did not pass: the agent reached its limit of 60 turns
    Stopped: a limit was reached.
      no step passed in this run · 12 min 34 s
    next: agentrun logs --step 1, then agentrun execute plan.md

    x Step 1 "Title 1" is unproven: every command passed before, and the agent changed nothing
    Stopped: a person is needed.
      no step passed in this run · 12 min 34 s
    next: look at it, then agentrun confirm plan.md 1

    x Step 1 "Title 1" is blocked: no key
    Stopped: a person is needed.
      no step passed in this run · 12 min 34 s
    next: see above, then agentrun execute plan.md
    "#);
}

#[test]
fn a_model_that_refuses_and_one_that_is_out_of_reach() {
    let failed = |message: &str, hint: &str, temporary: bool| json!({"kind": "model_failed", "message": message, "hint": hint, "temporary": temporary});
    let stops = [
        stopped(&failed("401", "set the key", false), "model_refused"),
        stopped(&failed("503", "run it again later", true), "temporary"),
    ];
    insta::assert_snapshot!(stops.join("\n"), @r#"
    x Step 1 "Title 1" stopped: 401
    hint: set the key
    Stopped: the model could not be used.
      no step passed in this run · 12 min 34 s
    next: agentrun execute plan.md

    x Step 1 "Title 1" stopped: 503
    hint: run it again later
    Stopped for now: the model is out of reach.
      no step passed in this run · 12 min 34 s
    next: agentrun execute plan.md
    "#);
}

#[test]
fn a_run_says_what_came_of_it_and_what_to_type_next() {
    let summary = |events: &[Event], end: &Event| {
        let all = [&[run_started()], events, std::slice::from_ref(end)].concat();
        lines(end, &story(&all)).iter().map(|line| plain(line) + "\n").collect::<String>()
    };
    let started = event("step.started", "1", json!({"fingerprint": "f"}));
    let refused =
        event("commit.refused", "1", json!({"reason": {"kind": "impossible", "reason": "a merge"}}));
    let through = passed("1", 1, &json!({"strength": "unvalidated"}));
    let done = run_completed("completed", &json!([]), 0);
    let all = [
        summary(&[], &done),
        summary(&[started.clone(), passed("1", 0, &json!({})), refused], &done),
        summary(&[started, through], &run_completed("completed", &json!([]), 3)),
        summary(&[], &run_completed("terminated", &json!([]), 0)),
    ];
    insta::assert_snapshot!(all.join("---\n"), @"

    The plan is carried out.
      nothing was left to do · 12 min 34 s
      report: .agentrun/runs/R/report.md
    ---

    The plan is carried out.
      1 step passed in this run, checked by commands that agentrun ran · 12 min 34 s
      Not committed (see the warnings above): step 1
      report: .agentrun/runs/R/report.md
    ---

    The selected steps are done; 3 steps of the plan are still open.
      1 step passed in this run, 1 of them without validation · 12 min 34 s
      report: .agentrun/runs/R/report.md
    ---

    Interrupted. The same command goes on from here.
      no step passed in this run · 12 min 34 s
      report: .agentrun/runs/R/report.md
    next: agentrun execute plan.md
    ");
}
