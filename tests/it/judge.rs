//! Criteria in prose: a judge that can only read, and whose citations are looked up.

use serde_json::{Value, json};

use crate::support::bench::{Bench, Ran};
use crate::support::stable::stable;

const PLAN: &str = "\
# A greeting

## Implementation Steps

### Step 1: The greeting

**Tasks:**
- [ ] Write `greeting.txt`

**Validation Criteria:**
- [ ] `test -s greeting.txt` passes
- [ ] The greeting is friendly
- [ ] The greeting names the reader
";

/// A project whose agent writes this greeting, and whose judge makes these calls, a turn each.
fn bench(greeting: &str, calls: &[Value]) -> Bench {
    let bench = Bench::with_plan(PLAN.as_bytes());
    let line = |purpose: &str, name: &str, arguments: &Value| {
        let calls = json!([{"name": name, "arguments": arguments}]);
        json!({"step": "1", "purpose": purpose, "calls": calls}).to_string()
    };
    let mut replies = vec![
        json!({"schema": "agentrun.replies/1"}).to_string(),
        line("work", "write_file", &json!({"path": "greeting.txt", "content": greeting})),
        line("work", "finish_step", &json!({"status": "done", "summary": "all criteria hold"})),
    ];
    replies.extend(calls.iter().map(|call| {
        let name = call["tool"].as_str().unwrap_or("judge_criterion");
        line("judge", name, call)
    }));
    bench.file("replies.jsonl", replies.join("\n")).git();
    bench
}

fn execute(bench: &Bench) -> Ran {
    bench.run(&["execute", "plan.md", "--model", "scripted:replies.jsonl", "--max-attempts", "1"])
}

fn verdict(criterion: u32, verdict: &str, line: u32, quote: &str) -> Value {
    json!({"criterion": criterion, "verdict": verdict, "reason": "read it", "path": "greeting.txt", "line": line, "quote": quote})
}

/// The boxes of the plan, as marks.
fn marks(bench: &Bench) -> String {
    bench.read("plan.md").lines().filter_map(|line| line.strip_prefix("- [")?.chars().next()).collect()
}

/// What the judge said of the criteria, as the journal has it: ruling and where it was seen.
fn rulings(bench: &Bench) -> Vec<String> {
    let journal = bench.journal();
    let judged = journal.iter().rfind(|record| record["type"] == "judge.completed").unwrap();
    let say = |found: &Value| {
        let line = &found["citation"]["line"];
        format!("{} {line} {}", found["ruling"].as_str().unwrap(), found["reason"].as_str().unwrap())
    };
    let judgements = judged["judgements"].as_array().unwrap().iter();
    judgements.filter(|found| found["criterion"].is_u64()).map(say).collect()
}

#[test]
fn what_the_judge_saw_is_ticked_as_judged_and_what_it_cannot_tell_waits() {
    let doubt = json!({"criterion": 2, "verdict": "cannot_tell", "reason": "who is the reader?"});
    let read = json!({"tool": "read_file", "path": "greeting.txt"});
    let bench = bench("Dear guest,\nwelcome!\n", &[read, verdict(1, "pass", 2, "welcome!"), doubt]);
    let ran = execute(&bench).code(0);
    assert_eq!(marks(&bench), "xxx ");
    assert_eq!(rulings(&bench), ["pass 2 read it", "cannot_tell null who is the reader?"]);
    insta::assert_snapshot!(stable(&bench, &ran.stderr), @"
    agentrun 0.1.0 · plan.md · 1 step
    model scripted:replies.jsonl · sandbox: none · snapshots: git, under refs/agentrun/
    limits: attempts a step: 1; an attempt: 60 turns, 30m; a validation command: 10m
    logs: .agentrun/runs/[RUN]/

    > Step 1: The greeting [1/1]
      before     test -s greeting.txt · failed, exit code 1 · [TIME]
      attempt 1
        write greeting.txt (+2 -0)
        the agent says that it is done: all criteria hold
      validation test -s greeting.txt · passed · [TIME]
      judge      2 criteria in prose, 1 task
        holds The greeting is friendly (greeting.txt:2)
        cannot be decided The greeting names the reader: who is the reader?
        cannot tell of 1 task: the judge could not be asked: the script has no reply for step 1, attempt 1, turn 4
    + Step 1 passed [TIME] · 1 attempt
      waits for a person: The greeting names the reader
      ticked line 8: Write `greeting.txt`
      ticked line 11: `test -s greeting.txt` passes
      ticked line 12: The greeting is friendly (judged)

    The plan is carried out. A person still has to look at some of it.
      1 step passed in this run, checked by commands that agentrun ran · [TIME]
      What waits for a person:
        step 1: The greeting names the reader
      report: .agentrun/runs/[RUN]/report.md
    next: look at it, then agentrun confirm plan.md 1
    ");
    let run = ran.stderr.lines().find_map(|line| line.strip_prefix("logs: ")).unwrap().to_owned();
    let report = bench.read(&format!("{run}report.md"));
    assert!(report.contains("| commands, a judge |"), "{report}");
    let audit = bench.run(&["verify", "plan.md"]).code(0).stdout;
    assert!(audit.contains("line 12 is judged: The greeting is friendly"), "{audit}");
    assert!(audit.contains("judged: The greeting is friendly · greeting.txt:2"), "{audit}");
}

#[test]
fn a_criterion_that_does_not_hold_fails_the_attempt_and_ticks_nothing() {
    let bench = bench("Go away.\n", &[verdict(1, "fail", 1, "Go away"), verdict(2, "fail", 1, "Go away")]);
    execute(&bench).code(1).says("does not hold The greeting is friendly (greeting.txt:1)");
    assert_eq!(marks(&bench), "    ");
}

#[test]
fn a_citation_that_is_not_there_makes_an_answer_void() {
    let lie = || verdict(1, "pass", 1, "the friendliest of greetings");
    let plan = json!({"criterion": 2, "verdict": "pass", "reason": "it says so", "path": "plan.md", "line": 12, "quote": "The greeting names the reader"});
    let bench = bench("Go away.\n", &[lie(), lie(), lie(), plan.clone(), plan.clone(), plan]);
    execute(&bench).code(0);
    assert_eq!(marks(&bench), "xx  ");
    assert_eq!(
        rulings(&bench),
        [
            "cannot_tell null what the judge cited is not there: the quote does not stand in `greeting.txt` at line 1",
            "cannot_tell null what the judge cited is not there: `plan.md` is no proof: cite the work itself",
        ]
    );
}

#[test]
fn a_file_of_the_briefs_is_proof_only_where_the_step_asks_for_its_change() {
    for (task, ruling) in [
        ("Add the greeting to `AGENTS.md`", "pass 2 read it"),
        (
            "Follow `AGENTS.md`",
            "cannot_tell null what the judge cited is not there: `AGENTS.md` is no proof: cite the work itself",
        ),
    ] {
        let cited = json!({"criterion": 1, "verdict": "pass", "reason": "read it", "path": "AGENTS.md", "line": 2, "quote": "Dear guest"});
        let bench = bench("Dear guest\n", &[cited.clone(), cited.clone(), cited]);
        let plan = PLAN.replace("- [ ] Write `greeting.txt`", &format!("- [ ] {task}"));
        let plan = plan.replace("- [ ] The greeting names the reader\n", "");
        bench.file("plan.md", plan).file("AGENTS.md", "# Notes\nDear guest\n").git();
        execute(&bench).code(0);
        assert_eq!(rulings(&bench), [ruling], "{task}");
    }
}

#[test]
fn a_judge_changes_nothing_and_a_silent_one_decides_nothing() {
    let write = json!({"tool": "write_file", "path": "greeting.txt", "content": "Dear reader"});
    let run = json!({"tool": "run_command", "command": "echo friendly > greeting.txt"});
    let bench = bench("Go away.\n", &[write, run]);
    execute(&bench).code(0);
    assert_eq!((bench.read("greeting.txt").as_str(), marks(&bench).as_str()), ("Go away.\n", "xx  "));
    let rulings = rulings(&bench);
    assert!(
        rulings[0].starts_with("cannot_tell null the judge could not be asked: the script has no reply"),
        "{rulings:?}"
    );
}

#[test]
fn a_judge_is_not_asked_where_the_configuration_wants_people() {
    let bench = bench("Dear guest\n", &[]);
    bench.file("agentrun.toml", "[validation]\ncriteria = \"manual\"\n");
    execute(&bench).code(0);
    assert!(bench.journal().iter().all(|record| record["type"] != "judge.started"));
    assert_eq!(marks(&bench), "xx  ");
}

/// A plan whose second criterion is this one.
fn with_criterion(criterion: &str) -> String {
    let plan = PLAN.replace("The greeting is friendly", criterion);
    plan.replace("- [ ] The greeting names the reader\n", "")
}

#[test]
fn what_a_command_is_to_print_is_compared() {
    let with = |greeting: &str, code| {
        let bench = bench(greeting, &[]);
        bench.file("plan.md", with_criterion("`cat greeting.txt` prints `welcome`")).git();
        (execute(&bench).code(code), bench)
    };
    let (ran, friendly) = with("go away\nwelcome!\n", 0);
    assert_eq!(marks(&friendly), "xxx", "{ran}");
    let (ran, rude) = with("go away\n", 1);
    assert_eq!(marks(&rude), "   ", "{ran}");
    ran.says("cat greeting.txt · failed, exit code 0, but it should print \"welcome\"");
    let evidence =
        friendly.journal().into_iter().rfind(|record| record["type"] == "validation.completed").unwrap();
    let expected = json!({"exit": {"kind": "success"}, "output": [{"kind": "holds", "text": "welcome"}]});
    assert_eq!(evidence["evidence"]["expectation"], expected);
}

#[test]
fn what_a_sentence_says_besides_its_command_is_judged_too() {
    let with = |calls: &[Value]| {
        let bench = bench("go away\nwelcome!\n", calls);
        bench.file("plan.md", with_criterion("`cat greeting.txt` greets the reader by name")).git();
        (execute(&bench).code(0), bench)
    };
    let sentence = "`cat greeting.txt` works and the reader feels welcome";
    let with_both = |calls: &[Value]| {
        let bench = bench("go away\nwelcome!\n", calls);
        bench.file("plan.md", with_criterion(sentence)).git();
        (execute(&bench).code(0), bench)
    };
    let (ran, plain) = with(&[]);
    assert_eq!(marks(&plain), "xxx", "{ran}");

    let (ran, unjudged) = with_both(&[]);
    assert_eq!(marks(&unjudged), "xx ", "{ran}");
    ran.says(&format!("waits for a person: {sentence}"));

    let (ran, judged) = with_both(&[verdict(1, "pass", 2, "welcome!")]);
    assert_eq!(marks(&judged), "xxx", "{ran}");
    let audit = judged.run(&["verify", "plan.md"]).code(0).stdout;
    assert!(audit.contains(&format!("line 12 is judged: {sentence}")), "{audit}");

    let (ran, confirmed) = with_both(&[]);
    confirmed.run(&["confirm", "plan.md", "1", "--by", "Ada"]).code(0);
    assert_eq!(marks(&confirmed), "xxx", "{ran}");
    let audit = confirmed.run(&["verify", "plan.md"]).code(0).stdout;
    assert!(audit.contains("line 12 is confirmed"), "{audit}");
}

#[test]
fn a_sentence_whose_command_is_not_run_is_never_judged() {
    let bench = bench("go away\nwelcome!\n", &[verdict(1, "pass", 2, "welcome!")]);
    bench.file("plan.md", with_criterion("`npm run dev` shows the greeting")).git();
    execute(&bench)
        .code(0)
        .says("waits for a person: `npm run dev` shows the greeting (its command was not run");
    assert_eq!(marks(&bench), "xx ");
}

#[test]
fn a_deliverable_in_words_waits_like_any_other_sentence() {
    let bench = bench("go away\n", &[]);
    let plan = PLAN.replace("- [ ] The greeting is friendly\n- [ ] The greeting names the reader\n", "");
    let plan = plan + "\n**Deliverables:**\n- [ ] `cat greeting.txt` prints `go away`\n- [ ] A greeting\n";
    bench.file("plan.md", &plan).git();
    execute(&bench).code(0).says("waits for a person: A greeting");
    assert_eq!(marks(&bench), "xxx ");
    bench.run(&["confirm", "plan.md", "1", "--by", "Ada"]).code(0);
    assert_eq!(marks(&bench), "xxxx");
    // A person's word may be taken back, too.
    bench.file("plan.md", bench.read("plan.md").replace("- [x] A greeting", "- [ ] A greeting"));
    execute(&bench).says("step 1 was unticked");
}

#[test]
fn a_deliverable_is_ticked_with_the_tasks_where_sentences_are_ignored() {
    let bench = bench("go away\n", &[]);
    bench.file("agentrun.toml", "[validation]\ncriteria = \"ignore\"\n");
    let plan = PLAN.replace("- [ ] The greeting is friendly\n- [ ] The greeting names the reader\n", "");
    bench.file("plan.md", plan + "\n**Deliverables:**\n- [ ] A greeting\n").git();
    execute(&bench).code(0);
    assert_eq!(marks(&bench), "xxx");
}

#[test]
fn boxes_of_the_whole_plan_are_ticked_at_its_end() {
    let bench = bench("go away\n", &[]);
    let plan = PLAN.replace("- [ ] The greeting is friendly\n- [ ] The greeting names the reader\n", "");
    let plan =
        plan + "\n## Validation\n\n- [ ] `test -e greeting.txt` passes\n- [ ] The greeting is friendly\n";
    bench.file("plan.md", &plan).git();
    execute(&bench).code(0).says("waits for a person: The greeting is friendly");
    assert_eq!(marks(&bench), "xxx ");
}

#[test]
fn a_command_that_is_to_fail_has_to_fail() {
    for (criterion, code, ticks) in [
        ("`ls greeting.txt` exits non-zero", 1, "   "),
        ("`ls farewell.txt` exits non-zero", 0, "xxx"),
        ("`ls farewell.txt` exits 2", 0, "xxx"),
        ("`no-such-program-here x` must fail", 4, "   "),
    ] {
        let bench = bench("go away\n", &[]);
        bench.file("plan.md", with_criterion(criterion)).git();
        let ran = execute(&bench).code(code);
        assert_eq!(marks(&bench), ticks, "{criterion}: {ran}");
    }
}

/// What the judge is asked about with this configuration, as its journal has it: criteria and tasks.
fn asked(bench: &Bench) -> Vec<(u64, u64)> {
    let journal = bench.journal();
    let started = journal.iter().filter(|record| record["type"] == "judge.started");
    let number = |found: &Value| found.as_u64().unwrap_or_default();
    started.map(|record| (number(&record["criteria"]), number(&record["tasks"]))).collect()
}

/// A plan of tasks and one command.
const TASKS: &str = "\
# A greeting

### Step 1: The greeting

- [ ] Write `greeting.txt`
- [ ] Greet the reader by name
- [x] Think of a name
- [ ] (optional) Add a picture

**Validation:** `test -s greeting.txt`
";

#[test]
fn a_task_that_the_judge_shows_not_to_be_done_goes_back_to_the_agent() {
    let bench = bench("Hello!\n", &[]);
    let call = |name: &str, purpose: &str, attempt: u32, arguments: Value| {
        let calls = json!([{"name": name, "arguments": arguments}]);
        json!({"step": "1", "purpose": purpose, "attempt": attempt, "calls": calls}).to_string()
    };
    let done = json!({"status": "done", "summary": "greeted"});
    let write = |text: &str| json!({"path": "greeting.txt", "content": text});
    let replies = [
        json!({"schema": "agentrun.replies/1"}).to_string(),
        call("write_file", "work", 1, write("Hello!\n")),
        call("finish_step", "work", 1, done.clone()),
        call("judge_criterion", "judge", 1, verdict(1, "pass", 1, "Hello")),
        call("judge_criterion", "judge", 1, verdict(2, "fail", 1, "Hello!")),
        call("write_file", "work", 2, write("Hello Ada!\n")),
        call("finish_step", "work", 2, done),
        call("judge_criterion", "judge", 2, verdict(2, "pass", 1, "Hello Ada!")),
    ];
    bench.file("replies.jsonl", replies.join("\n")).file("plan.md", TASKS).git();
    let ran = bench.run(&["execute", "plan.md", "--model", "scripted:replies.jsonl"]).code(0);
    assert_eq!(marks(&bench), "xxx ", "{ran}");
    assert_eq!(asked(&bench), [(0, 2), (0, 2)]);
    ran.says("is not done Greet the reader by name (greeting.txt:1)")
        .says("cannot tell of 1 task: the judge could not be asked");
    let transcript = bench.shell("cat .agentrun/runs/*/steps/*/attempt-2/transcript.jsonl");
    assert!(
        transcript.contains("found that this task is not done:") && transcript.contains("> Greet the reader"),
        "{transcript}"
    );
    let audit = bench.run(&["verify", "plan.md"]).code(0).stdout;
    let told: Vec<&str> = audit.lines().map(str::trim).filter(|line| line.contains("line")).collect();
    assert_eq!(told, ["by its files: line 5", "by the judge: line 6", "by hand: line 7"]);
}

#[test]
fn tasks_that_the_judge_cannot_tell_of_rest_on_their_step() {
    for (settings, questions) in [
        ("", vec![(0, 2)]),
        ("[validation]\ntasks = \"step\"\n", vec![]),
        ("[validation]\ncriteria = \"manual\"\n", vec![]),
    ] {
        let bench = bench("Hello!\n", &[]);
        bench
            .file("agentrun.toml", settings)
            .file("plan.md", TASKS.replace("- [x] Think of a name\n", ""))
            .git();
        execute(&bench).code(0);
        assert_eq!((marks(&bench).as_str(), asked(&bench)), ("xx ", questions), "{settings}");
        let audit: Value =
            serde_json::from_str(&bench.run(&["verify", "plan.md", "--json"]).code(0).stdout).unwrap();
        let boxes = audit["steps"][0]["boxes"].as_array().unwrap();
        let told: Vec<_> = boxes.iter().map(|found| (&found["line"], &found["backing"])).collect();
        assert_eq!(told, [(&json!(5), &json!("file")), (&json!(6), &json!("step"))]);
    }
}

/// Two steps that no command applies to; the second stands on its own.
const NO_COMMAND: &str = "\
# A greeting

## Implementation Steps

### Step 1: The greeting

**Tasks:**
- [ ] Greet somebody

**Validation Criteria:**
- [ ] The greeting is friendly

### Step 2: The end

- [ ] Say goodbye

## Acceptance Criteria

- [ ] Nobody is shouted at
";

/// A run of that plan, whose judge makes these calls about each step.
fn run_without_commands(first: &[Value], second: &[Value], last: &[Value], settings: &str) -> (Bench, Ran) {
    run_of(NO_COMMAND, first, second, last, settings)
}

fn run_of(plan: &str, first: &[Value], second: &[Value], last: &[Value], settings: &str) -> (Bench, Ran) {
    let bench = Bench::with_plan(plan.as_bytes());
    let line = |step: &str, purpose: &str, calls: Value| {
        json!({"step": step, "purpose": purpose, "calls": calls}).to_string()
    };
    let mut replies = vec![json!({"schema": "agentrun.replies/1"}).to_string()];
    for (step, text, judged) in [("1", "Dear guest\n", first), ("2", "Dear guest\nGoodbye\n", second)] {
        let write = json!({"path": "greeting.txt", "content": text});
        replies.push(line(step, "work", json!([{"name": "write_file", "arguments": write}])));
        let done = json!({"status": "done", "summary": "it is there"});
        replies.push(line(step, "work", json!([{"name": "finish_step", "arguments": done}])));
        let calls: Vec<Value> =
            judged.iter().map(|call| json!({"name": "judge_criterion", "arguments": call})).collect();
        replies.push(line(step, "judge", calls.into()));
    }
    let calls: Vec<Value> =
        last.iter().map(|call| json!({"name": "judge_criterion", "arguments": call})).collect();
    replies.push(line("#3", "judge", calls.into()));
    bench.file("replies.jsonl", replies.join("\n")).file("agentrun.toml", settings).git();
    let ran = execute(&bench);
    (bench, ran)
}

#[test]
fn where_no_command_applies_a_judge_who_is_sure_of_everything_decides() {
    let sure = |number| verdict(number, "pass", 1, "Dear guest");
    let (bench, ran) = run_without_commands(&[sure(1), sure(2)], &[sure(1)], &[sure(1)], "");
    assert_eq!((marks(&bench), ran.code), ("xxxx".to_owned(), Some(0)), "{ran}");
    assert!(ran.stderr.contains("+ Step 1 passed (judged: no command applies)"), "{ran}");
    assert!(ran.stderr.contains("3 steps passed in this run, by the judge's word alone"), "{ran}");
    let audit = bench.run(&["verify", "plan.md"]).code(0).stdout;
    assert!(audit.contains("judged"), "{audit}");
    // `weak` wants a command.
    let settings = "[validation]\nstrength = \"weak\"\n";
    let (bench, ran) = run_without_commands(&[sure(1), sure(2)], &[sure(1)], &[sure(1)], settings);
    assert_eq!((marks(&bench), ran.code), ("    ".to_owned(), Some(4)));
}

#[test]
fn what_the_judge_cannot_tell_without_a_command_waits_and_the_run_goes_on() {
    let sure = |number| verdict(number, "pass", 1, "Dear guest");
    let doubt = json!({"criterion": 1, "verdict": "cannot_tell", "reason": "who knows?"});
    let (bench, ran) = run_without_commands(&[doubt, sure(2)], &[sure(1)], &[sure(1)], "");
    assert_eq!((marks(&bench), ran.code), ("  xx".to_owned(), Some(4)), "{ran}");
    assert!(ran.stderr.contains("step 1: The greeting is friendly"), "{ran}");
    // It is not carried out again.
    let again = execute(&bench).code(4);
    assert!(!again.stderr.contains("> Step 1"), "{again}");
    bench.run(&["confirm", "plan.md", "1", "--by", "Ada"]).code(0);
    assert_eq!(marks(&bench), "xxxx");
    execute(&bench).code(0);
}

#[test]
fn what_the_judge_refutes_without_a_command_goes_back_and_without_a_judge_all_of_it_waits() {
    let sure = |number| verdict(number, "pass", 1, "Dear guest");
    let refuted = verdict(1, "fail", 1, "Dear guest");
    let (bench, ran) = run_without_commands(&[refuted, sure(2)], &[sure(1)], &[sure(1)], "");
    assert_eq!((marks(&bench), ran.code), ("    ".to_owned(), Some(1)), "{ran}");
    let settings = "[validation]\ncriteria = \"manual\"\n";
    let (bench, ran) = run_without_commands(&[], &[], &[], settings);
    assert_eq!((marks(&bench), ran.code), ("    ".to_owned(), Some(4)), "{ran}");
    assert!(ran.stderr.contains("step 2: Say goodbye"), "{ran}");
}

#[test]
fn a_judge_does_not_stand_in_for_a_command_that_is_not_run() {
    let sure = |number| verdict(number, "pass", 1, "Dear guest");
    let plan = NO_COMMAND.replace("- [ ] The greeting is friendly", "- [ ] `git push origin main` succeeds");
    let (bench, ran) = run_of(&plan, &[sure(1)], &[sure(1)], &[sure(1)], "");
    assert_eq!((marks(&bench), ran.code), ("  xx".to_owned(), Some(4)), "{ran}");
    assert!(ran.stderr.contains("Step 1 waits for a person: `git push origin main` succeeds"), "{ran}");
}
