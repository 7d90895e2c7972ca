//! Bad input: what is wrong is said, with the documented exit code, and nothing is done.

use serde_json::json;

use crate::support::bench::{Bench, ONE_STEP};
use crate::support::server::{Answer, Server};
use crate::support::stable::stable;

/// What the program says to a plan file with these bytes.
fn refused(bytes: &[u8]) -> String {
    let bench = Bench::new();
    bench.file("plan.md", bytes);
    let ran = bench.run(&["execute", "plan.md", "--model", "tiny"]);
    assert!(!bench.root().join(".agentrun").exists(), "nothing is written");
    stable(&bench, &format!("exit {}\n{}", ran.code.unwrap(), ran.stderr))
}

#[test]
fn a_file_that_is_no_plan() {
    insta::assert_snapshot!(refused(b""), @"
    exit 3
    error: `[ROOT]/plan.md` is empty
    hint: a plan is a Markdown file with steps: headings such as `### Step 1: ...`, or boxes `- [ ] ...`
    ");
    insta::assert_snapshot!(refused(b"\x7fELF\0\0"), @"
    exit 3
    error: `[ROOT]/plan.md` is a binary file, not Markdown
    hint: a plan is a Markdown file with steps: headings such as `### Step 1: ...`, or boxes `- [ ] ...`
    ");
    insta::assert_snapshot!(refused(b"# caf\xe9\n"), @r"
    exit 3
    error: `[ROOT]/plan.md` is not UTF-8: line 1 has the byte 0xe9
    hint: it may be in an encoding of one byte a letter, such as Latin-1 or Windows-1252
    hint: save it as UTF-8: iconv -f WINDOWS-1252 -t UTF-8 [ROOT]/plan.md > new.md
    ");
    insta::assert_snapshot!(refused(b"# Notes\n\nJust prose.\n"), @"
    exit 3
    error[no-steps]: no steps found
     --> plan.md:1:1
      |
    1 | # Notes
      | ^
      |
      = help: write the steps as headings `### Step 1: Title`, or as a list of boxes `- [ ] Title`
    error: `plan.md` has an error: nothing was run
    ");
    let bench = Bench::new();
    let ran = bench.run(&["execute", "."]);
    insta::assert_snapshot!(stable(&bench, &ran.to_string()), @"
    exit Some(2)
    --- stdout
    --- stderr
    error: `[ROOT]` is a directory, not a plan
    hint: there is no Markdown file: `agentrun new NAME` writes a plan to be filled in
    ");
    let ran = bench.run(&["execute", "gone.md"]);
    insta::assert_snapshot!(stable(&bench, &ran.to_string()), @"
    exit Some(2)
    --- stdout
    --- stderr
    error: there is no file `gone.md`
    hint: looked in `[ROOT]`; there is no Markdown file: `agentrun new NAME` writes a plan to be filled in
    ");
}

#[test]
fn all_errors_of_a_plan_are_shown_at_once_with_line_and_caret() {
    let plan = ONE_STEP.replace("**Tasks:**", "**Dependencies:** Step 7\n\n**Tasks:**\n- [ ] [Task name]")
        + "\n### Step 2: A\n\n**Dependencies:** Step 3\n\n- [ ] a\n\n### Step 3: B\n\n**Dependencies:** Step 2\n\n- [ ] b\n";
    insta::assert_snapshot!(refused(plan.as_bytes()), @"
    exit 3
    error[unknown-reference]: no step is called `Step 7`
     --> plan.md:7:19
      |
    7 | **Dependencies:** Step 7
      |                   ^^^^^^
      |
      = help: did you mean `Step 3`?

    error[placeholder]: `[Task name]` is a placeholder and nothing else
      --> plan.md:10:7
       |
    10 | - [ ] [Task name]
       |       ^^^^^^^^^^^
       |
       = help: fill it in, or take the line out

    error[dependency-cycle]: steps depend on each other: `Step 2: A` -> `Step 3: B` -> `Step 2: A`
      --> plan.md:18:19
       |
    18 | **Dependencies:** Step 3
       |                   ^^^^^^
       |
       = help: remove one of these dependencies
    error: `plan.md` has errors: nothing was run
    ");
}

#[test]
fn wrong_configuration_and_arguments() {
    let bench = Bench::with_plan(ONE_STEP.as_bytes());
    bench.file("agentrun.toml", "[run]\nmax_atempts = 3\n");
    let ran = bench.run(&["execute", "plan.md"]);
    insta::assert_snapshot!(stable(&bench, &ran.to_string()), @"
    exit Some(2)
    --- stdout
    --- stderr
    error: [ROOT]/agentrun.toml:2: there is no key `run.max_atempts`, only max_attempts, keep_going, commit
    hint: did you mean `max_attempts`?
    ");
    bench.file("agentrun.toml", "[model]\nbase_url = \"http://elsewhere\"\n");
    let ran = bench.run(&["execute", "plan.md"]);
    insta::assert_snapshot!(stable(&bench, &ran.to_string()), @"
    exit Some(2)
    --- stdout
    --- stderr
    error: agentrun.toml sets what a project may not set without your approval: `model.base_url`
    hint: `model.base_url` sends the model key and all that the agent reads to http://elsewhere
    hint: approve them with `agentrun trust`; or remove them, and set them in your own file or with flags
    ");
    bench.file("agentrun.toml", "");
    let ran = bench.run(&["execute", "plan.md", "--step", "Step 11"]);
    insta::assert_snapshot!(stable(&bench, &ran.to_string()), @"
    exit Some(2)
    --- stdout
    --- stderr
    error: `plan.md` has no step `Step 11`
    hint: did you mean `Step 1`?
    ");
    let ran = bench.run(&["execute", "plan.md"]);
    insta::assert_snapshot!(stable(&bench, &ran.to_string()), @r#"
    exit Some(2)
    --- stdout
    --- stderr
    error: no model is configured
    hint: name it with --model NAME, or in agentrun.toml: [model] name = "..."
    hint: add --base-url URL if the server is not OpenAI's
    "#);
    let ran = bench.run(&["execute", "plan.md", "--model", "gpt-5"]);
    insta::assert_snapshot!(stable(&bench, &ran.to_string()), @"
    exit Some(6)
    --- stdout
    --- stderr
    error: https://api.openai.com/v1 needs a key, and the variable OPENAI_API_KEY is not set
    hint: export OPENAI_API_KEY=..., or name another server with --base-url
    ");
    bench.run(&["execute", "plan.md", "--max-attempts", "0"]).code(2);
    bench.run(&["execute", "plan.md", "--max-time", "soon"]).code(2).says("write `90s`");
    assert!(bench.events().is_empty());
}

#[test]
fn a_server_that_refuses_ends_the_run_at_once_and_ticks_nothing() {
    let bench = Bench::with_plan(ONE_STEP.as_bytes());
    let refusing = Server::start(|_| Answer::json(401, &json!({"error": {"message": "bad key"}})));
    bench.execute(&refusing, &[]).code(6).says("OPENAI_API_KEY");
    assert_eq!(refusing.requests().len(), 1);
    let unknown = Server::start(|request| match request.path.as_str() {
        "/v1/models" => Answer::json(200, &json!({"data": [{"id": "tiny-2"}]})),
        _ => Answer::json(404, &json!({"error": {"message": "model not found", "code": "model_not_found"}})),
    });
    bench.execute(&unknown, &[]).code(6).says("tiny-2");
    let ran = bench.run(&["execute", "plan.md", "--model", "tiny", "--base-url", "http://127.0.0.1:9/v1"]);
    ran.code(6).says("http://127.0.0.1:9/v1");
    assert_eq!(bench.read("plan.md"), ONE_STEP);
}

#[test]
fn an_outage_ends_with_run_again_later_and_spends_no_attempt() {
    let bench = Bench::with_plan(ONE_STEP.as_bytes());
    let waiting = Server::start(|_| Answer::status(429, &[("retry-after", "3600")], "{}"));
    bench.execute(&waiting, &["--max-attempts", "1"]).code(75).says("run the same command again later");
    let cut = Server::start(|_| {
        let delta = json!({"choices": [{"index": 0, "delta": {"content": "half a rep"}}]});
        Answer::chunks(&[delta]).then_cut()
    });
    bench.settings("[model]\nretry_budget = \"1ms\"\n[sandbox]\nmode = \"off\"\n");
    bench.execute(&cut, &["--max-attempts", "1"]).code(75);
    assert_eq!(bench.read("plan.md"), ONE_STEP);
    let good = crate::support::worker::diligent(&[("Step 1", "echo one > one.txt")]);
    bench.execute(&good, &["--max-attempts", "1"]).code(0);
}

#[test]
fn arguments_that_are_not_json_are_never_executed() {
    let bench = Bench::with_plan(ONE_STEP.as_bytes());
    let server = Server::start(|request| {
        let answered = crate::support::worker::messages(request).len() > 2;
        let chunk =
            |delta, finish| json!({"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]});
        let cut = "{\"command\": \"touch executed";
        let call = json!({"tool_calls": [{"index": 0, "id": "a", "function": {"name": "run_command", "arguments": cut}}]});
        if answered {
            return crate::support::worker::finish("done");
        }
        Answer::chunks(&[chunk(call, json!(null)), chunk(json!({}), json!("tool_calls"))]).and_done()
    });
    bench.execute(&server, &["--max-attempts", "1"]).code(1);
    assert!(!bench.root().join("executed").exists());
    let told = server.bodies()[1]["messages"].as_array().unwrap().last().unwrap()["content"].to_string();
    assert!(told.contains("EOF") && told.contains("command"), "the model is told what is wrong: {told}");
}

#[test]
fn limits_and_loops_end_an_attempt() {
    let bench = Bench::with_plan(ONE_STEP.as_bytes());
    let looping = Server::start(|_| Answer::call("run_command", &json!({"command": "true"})));
    bench
        .execute(&looping, &["--max-attempts", "1"])
        .code(5)
        .says("stopped: the same run_command call again and again");
    assert_eq!(looping.requests().len(), 5);
    let warned = looping.bodies()[3].to_string();
    assert!(warned.contains("You repeat the same run_command call, with the same result"), "{warned}");
    let busy = Server::start(|request| {
        Answer::call("run_command", &json!({"command": format!("echo {}", request.number)}))
    });
    bench.execute(&busy, &["--max-attempts", "1", "--max-turns", "4"]).code(5).says("limit of 4 turns");
    assert_eq!(busy.requests().len(), 4);
    assert_eq!(bench.read("plan.md"), ONE_STEP);
}

#[test]
fn a_dry_run_starts_nothing_writes_nothing_and_asks_nobody() {
    let bench = Bench::with_plan(ONE_STEP.as_bytes());
    let before = bench.shell("find . -not -path './.git/*' | sort; stat -c '%Y %n' plan.md");
    let server = Server::start(|_| panic!("nobody is asked"));
    let traced = bench
        .command(&["execute", "plan.md", "--dry-run", "--base-url", &server.base_url()])
        // Neither a shell nor git can be found.
        .env("PATH", "/nowhere")
        .output()
        .unwrap();
    assert_eq!(traced.status.code(), Some(0));
    insta::assert_snapshot!(stable(&bench, &String::from_utf8(traced.stdout).unwrap()), @"
    One file  (1 step)

      1. [1] Step 1: The file (line 5) open
           [ ] Write `one.txt`
           $ grep -q one one.txt

    rules: PROJECT_RULES.md (36 bytes, about 9 tokens)
    request: FEATURE_REQUEST.md (43 bytes, about 11 tokens)
    constant part of every request: 1264 bytes, about 316 tokens
    model: none configured
    sandbox: none
    limits: attempts a step: 3; an attempt: 60 turns, 30m; a validation command: 10m
    ");
    assert_eq!(bench.shell("find . -not -path './.git/*' | sort; stat -c '%Y %n' plan.md"), before);
    assert!(server.requests().is_empty());
}

#[test]
fn what_is_refused_leaves_nothing_that_looks_like_a_killed_run() {
    let bench = Bench::new();
    bench.file("plan.md", ONE_STEP);
    let by_hand = ONE_STEP.replace("[ ]", "[x]");
    for refused in [
        &["confirm", "plan.md", "1", "--by", "Ada"][..],
        &["restore", "plan.md", "--step", "1"],
        &["execute", "plan.md", "--model", "tiny", "--base-url", "http://127.0.0.1:9", "--commit"],
    ] {
        bench.file("plan.md", ONE_STEP);
        bench.run(refused).code(2);
        bench.file("plan.md", &by_hand);
        bench.run(&["execute", "plan.md"]).code(0).says("step 1 is done by hand");
        assert_eq!(bench.read("plan.md"), by_hand, "{refused:?}");
        bench.shell("rm -rf .agentrun");
    }
}

#[test]
fn what_a_killed_run_left_is_set_back_before_a_person_confirms() {
    let plan = format!("{ONE_STEP}\n## Manual Testing\n\n- [ ] Look at it\n");
    let server = Server::start(|_| Answer::status(401, &[], "no"));
    let undisturbed = Bench::with_plan(plan.as_bytes());
    undisturbed.execute(&server, &[]).code(6);
    let begun = undisturbed.events().iter().position(|event| event == "attempt.started").unwrap() + 1;
    let mut bench = Bench::with_plan(plan.as_bytes());
    bench.env("AGENTRUN_TEST_KILL", &format!("after:{begun}"));
    assert_eq!(bench.execute(&server, &[]).code, None);
    bench.env("AGENTRUN_TEST_KILL", "");
    bench.file("plan.md", plan.replace("- [ ] Write", "- [x] Write"));
    let ran = bench.run(&["confirm", "plan.md", "#2", "--by", "Ada"]).code(0);
    ran.says("boxes were ticked during the run before, which was killed; agentrun restored them");
    assert_eq!(bench.read("plan.md"), plan.replace("- [ ] Look", "- [x] Look"));
}
