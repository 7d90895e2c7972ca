//! What a tick rests on: what `verify` says of it, and what becomes of those who change it.

use std::path::PathBuf;

use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::support::bench::{Bench, Ran};
use crate::support::stable::stable;
use crate::support::worker::diligent;

const PLAN: &str = "\
# Two files

## Implementation Steps

### Step 1: The first file

- [ ] Write `one.txt`

**Validation Criteria:**
- [ ] `grep -q one one.txt` passes

### Step 2: The second file

- [ ] Write `two.txt`

**Validation Criteria:**
- [ ] `grep -q two two.txt` passes
";

const GOOD: &[(&str, &str)] = &[("Step 1", "echo one > one.txt"), ("Step 2", "echo two > two.txt")];
const LAZY: &[(&str, &str)] = &[("Step 1", "echo one > one.txt"), ("Step 2", "true")];

fn bench() -> Bench {
    Bench::with_plan(PLAN.as_bytes())
}

/// The same with a sentence that waits for a person.
fn bench_with_prose() -> Bench {
    let plan =
        PLAN.replace("`grep -q one one.txt` passes\n", "`grep -q one one.txt` passes\n- [ ] It reads well\n");
    let bench = Bench::with_plan(plan.as_bytes());
    bench.file("agentrun.toml", "[validation]\ncriteria = \"manual\"\n").git();
    bench
}

/// A plan that was carried out.
fn carried_out() -> Bench {
    let bench = bench();
    bench.execute(&diligent(GOOD), &[]).code(0);
    bench
}

fn journal(bench: &Bench) -> PathBuf {
    bench.root().join(bench.shell("ls .agentrun/plans/*/journal.jsonl").trim())
}

/// Changes the lines of the journal.
fn tamper(bench: &Bench, change: &dyn Fn(&mut Vec<String>)) {
    let path = journal(bench);
    let text = std::fs::read_to_string(&path).unwrap();
    let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    change(&mut lines);
    std::fs::write(path, lines.concat()).unwrap();
}

/// The place of the first record of this type.
fn place(lines: &[String], kind: &str) -> usize {
    lines.iter().position(|line| line.contains(&format!("\"type\":\"{kind}\""))).unwrap()
}

fn verify(bench: &Bench) -> Ran {
    bench.run(&["verify", "plan.md"])
}

/// The exit code, the state of the journal, and each step with what it rests on.
fn verdict(bench: &Bench, more: &[&str]) -> (i32, String, Vec<(String, String)>) {
    let ran = bench.run(&[&["verify", "plan.md", "--json"], more].concat());
    let audit: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran}"));
    assert_eq!(
        (&audit["schema"], &audit["exit_code"]),
        (&json!("agentrun.verify/1"), &json!(ran.code.unwrap()))
    );
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let steps = audit["steps"].as_array().unwrap().iter();
    let steps = steps.map(|step| (text(&step["id"]), text(&step["backing"]))).collect();
    (ran.code.unwrap(), text(&audit["journal"]["state"]), steps)
}

fn expect(code: i32, journal: &str, steps: &[(&str, &str)]) -> (i32, String, Vec<(String, String)>) {
    let steps = steps.iter().map(|(id, backing)| ((*id).to_owned(), (*backing).to_owned()));
    (code, journal.to_owned(), steps.collect())
}

fn ticked(bench: &Bench) -> Vec<String> {
    bench.read("plan.md").lines().filter(|line| line.contains("[x]")).map(str::to_owned).collect()
}

#[test]
fn every_tick_of_an_honest_run_is_named_with_its_evidence() {
    let bench = carried_out();
    let ran = verify(&bench);
    insta::assert_snapshot!(stable(&bench, &ran.to_string()), @"
    exit Some(0)
    --- stdout
    plan.md
    journal: sealed, 40 records
    proven      [1] Step 1: The first file
                  [WHEN] · run [RUN] · attempt 1
                  grep -q one one.txt · exit code 0 · failed before · tree 5311597584af
                  by its own command: line 10
                  by its files: line 7
    proven      [2] Step 2: The second file
                  [WHEN] · run [RUN] · attempt 1
                  grep -q two two.txt · exit code 0 · failed before · tree a61862732425
                  by its own command: line 17
                  by its files: line 14
    --- stderr
    2 steps ticked: 2 proven
    the sandbox was off in [RUN]: an agent could read the key there and forge records. The seals show only that nothing was changed by accident
    ");
    assert_eq!(verdict(&bench, &[]), expect(0, "sealed", &[("1", "proven"), ("2", "proven")]));
    let bench = bench_with_prose();
    bench.execute(&diligent(GOOD), &[]).code(0);
    bench.run(&["confirm", "plan.md", "1"]).code(0);
    let ran = verify(&bench).code(0);
    assert!(
        ran.stdout.contains("confirmed by tester") && ran.stdout.contains("line 11 is confirmed"),
        "{ran}"
    );
}

#[test]
fn what_nobody_recorded_is_by_hand_here_and_unrecorded_elsewhere() {
    let bench = bench_with_prose();
    bench.execute(&diligent(LAZY), &[]).code(1);
    bench.file("plan.md", bench.read("plan.md").replace("[ ]", "[x]")).file("two.txt", "two\n");
    assert_eq!(verdict(&bench, &[]), expect(4, "sealed", &[("1", "proven"), ("2", "by_hand")]));
    assert!(verify(&bench).stdout.contains("line 11 is by hand: It reads well"));
    assert_eq!(verdict(&bench, &["--rerun"]), expect(0, "sealed", &[("1", "proven"), ("2", "by_hand")]));
    bench.shell("rm -r .agentrun");
    let mut elsewhere = bench;
    let other = elsewhere.state().join("other");
    elsewhere.env("XDG_STATE_HOME", other.to_str().unwrap());
    let unrecorded = [("1", "unrecorded"), ("2", "unrecorded")];
    assert_eq!(verdict(&elsewhere, &[]), expect(4, "absent", &unrecorded));
    assert_eq!(verdict(&elsewhere, &["--rerun"]), expect(0, "absent", &unrecorded));
    assert!(!other.exists(), "verify writes nothing");
}

#[test]
fn a_red_rerun_and_an_edited_step_are_told() {
    let bench = carried_out();
    bench.file(
        "plan.md",
        bench
            .read("plan.md")
            .replace("### Step 2: The second file\n", "### Step 2: The second file\n\nMore.\n"),
    );
    assert_eq!(verdict(&bench, &[]), expect(4, "sealed", &[("1", "proven"), ("2", "stale")]));
    assert_eq!(verdict(&bench, &["--rerun"]).0, 0);
    // Ignored files are no part of a clean copy.
    bench.file(".gitignore", "one.txt\n");
    let ran = bench.run(&["verify", "plan.md", "--rerun"]).code(1);
    assert!(ran.stdout.contains("again: grep -q one one.txt · failed, exit code 2"), "{ran}");
}

#[test]
fn each_way_to_change_a_journal_is_named() {
    type Change = &'static dyn Fn(&mut Vec<String>);
    let cases: [(&str, Change, &str); 7] = [
        (
            "deleted",
            &|lines| drop(lines.remove(place(lines, "validation.completed"))),
            "records before it are missing",
        ),
        (
            "edited",
            &|lines| {
                let at = place(lines, "step.passed");
                lines[at] = lines[at].replace("proven", "weak");
            },
            "it was changed or copied from elsewhere",
        ),
        ("swapped", &|lines| lines.swap(2, 3), "records before it are missing"),
        (
            "replayed",
            &|lines| lines.push(lines[place(lines, "step.passed")].clone()),
            "it is out of place, or from elsewhere",
        ),
        ("truncated", &|lines| lines.truncate(lines.len() - 2), "the journal is truncated"),
        ("emptied", &|lines| lines.clear(), "the journal is truncated"),
        (
            "forged",
            &|lines| {
                let at = place(lines, "step.passed");
                let seal = lines[at].find(",\"seal\"").unwrap();
                let forged = format!("{}}}\n", &lines[at][..seal]);
                lines.push(forged);
            },
            "has no seal: agentrun did not write it",
        ),
    ];
    let done = carried_out();
    let honest = std::fs::read(journal(&done)).unwrap();
    for (name, change, said) in cases {
        std::fs::write(journal(&done), &honest).unwrap();
        tamper(&done, change);
        let ran = verify(&done).code(1);
        assert!(ran.stdout.contains(said), "{name}: {ran}");
    }
    std::fs::write(journal(&done), &honest).unwrap();
    verify(&done).code(0);
    // Nobody forges a tick by cleaning up: what is left is a tick that nothing shows.
    done.shell("git clean -qfdx");
    let gone = verdict(&done, &[]);
    assert_eq!(gone, expect(4, "gone", &[("1", "unrecorded"), ("2", "unrecorded")]));
    assert!(verify(&done).stdout.contains("cleaned away with the ignored files"));
}

#[test]
fn records_from_another_plan_or_another_machine_prove_nothing_here() {
    let bench = carried_out();
    let honest = std::fs::read(journal(&bench)).unwrap();
    bench.file("other.md", bench.read("plan.md"));
    bench.execute(&diligent(GOOD), &[]).code(0);
    bench.shell("mkdir .agentrun/plans/other-md-aaaaaaaa");
    let other = bench.run(&["execute", "other.md", "--dry-run"]).code(0);
    assert!(other.stdout.contains("ticked by hand"), "{other}");
    // The journal of the plan beside it, in the place of its own.
    let dir = bench.shell("printf %s other.md | sha256sum | cut -c1-8");
    let dir = bench.root().join(format!(".agentrun/plans/other-md-{}", dir.trim()));
    std::fs::create_dir_all(&dir).unwrap();
    std::fs::write(dir.join("journal.jsonl"), &honest).unwrap();
    let ran = bench.run(&["verify", "other.md"]).code(4);
    assert!(ran.stdout.contains("sealed with another key or for another folder"), "{ran}");
    // The same journal with the key of another machine.
    let mut bench = carried_out();
    let other = bench.state().join("other");
    bench.env("XDG_STATE_HOME", other.to_str().unwrap());
    assert_eq!(verdict(&bench, &[]), expect(4, "unsealed", &[("1", "unrecorded"), ("2", "unrecorded")]));
    bench.file("new.md", PLAN);
    bench
        .run(&["execute", "new.md", "--model", "tiny", "--base-url", "http://127.0.0.1:9", "--validate-only"])
        .code(0);
    assert_eq!(verdict(&bench, &[]), expect(4, "foreign", &[("1", "unrecorded"), ("2", "unrecorded")]));
}

/// Lines that make step 2 pass, as somebody would write them who has seen the journal.
fn forged_pass(bench: &Bench) -> String {
    let records = bench.journal();
    let started = records.iter().rfind(|record| record["type"] == "step.started").unwrap();
    assert_eq!(started["step"]["id"], "2");
    let seq = records.len() as u64;
    let mut begin = started.clone();
    begin["seq"] = json!(seq + 1);
    let passed = json!({
        "schema": 1, "seq": seq + 2, "ts": started["ts"], "run": started["run"], "type": "step.passed",
        "step": started["step"], "attempt": 1, "fingerprint": started["fingerprint"], "strength": "proven",
        "passed": [0], "pending": [], "tolerated": [],
    });
    let mut stop = records.iter().rfind(|record| record["type"] == "run.started").unwrap().clone();
    stop["seq"] = json!(seq);
    format!("{stop}\n{begin}\n{passed}\n")
}

#[test]
fn a_forged_pass_is_not_believed_and_the_run_goes_on_from_what_is_proven() {
    let bench = bench();
    bench.execute(&diligent(LAZY), &["--max-attempts", "1"]).code(1);
    let honest = ticked(&bench);
    let forged = forged_pass(&bench);
    tamper(&bench, &|lines| lines.push(forged.clone()));
    let dry = bench.run(&["execute", "plan.md", "--dry-run"]).code(0);
    assert!(dry.stderr.contains("the journal is broken"), "{dry}");
    bench.run(&["status", "plan.md"]).code(0).says("the journal is broken");
    assert_eq!(verdict(&bench, &[]), expect(1, "broken", &[("1", "proven")]));
    bench.file("plan.md", bench.read("plan.md").replace("[ ] Write `two", "[x] Write `two"));
    assert_eq!(verdict(&bench, &[]), expect(1, "broken", &[("1", "proven"), ("2", "forged")]));
    bench.file("plan.md", bench.read("plan.md").replace("[x] Write `two", "[ ] Write `two"));

    let ran = bench
        .execute(&diligent(LAZY), &["--max-attempts", "1"])
        .code(1)
        .says("the journal is broken: record");
    assert_eq!(ticked(&bench), honest, "{ran}");
    assert!(bench.events().contains(&"journal.broken".to_owned()));
    let kept = bench.shell("cat .agentrun/plans/*/journal-not-believed-1.jsonl");
    assert!(kept.ends_with(&forged), "the forgery is kept as a copy");
    bench.execute(&diligent(GOOD), &[]).code(0);
    let ran = verify(&bench).code(0);
    assert!(ran.stdout.contains("agentrun did not trust it"), "{ran}");
}

/// A run whose agent does this in step 1, and nothing wrong in step 2.
fn run_with(bench: &Bench, script: &str, more: &[&str]) -> Ran {
    let call = |step: &str, command: &str| {
        let call =
            json!({"step": step, "calls": [{"name": "run_command", "arguments": {"command": command}}]});
        let finish = json!({"step": step, "calls": [{"name": "finish_step", "arguments": {"status": "done", "summary": "done"}}]});
        format!("{call}\n{finish}\n")
    };
    let honest = "echo two > two.txt";
    let replies =
        format!("{}\n{}{}", json!({"schema": "agentrun.replies/1"}), call("1", script), call("2", honest));
    bench.file("replies.jsonl", replies);
    let args = ["execute", "plan.md", "--model", "scripted:replies.jsonl", "--max-attempts", "1"];
    bench.run(&[&args, more].concat())
}

#[test]
fn what_an_agent_does_to_the_journal_is_set_back_and_fails_its_attempt() {
    for (script, said) in [
        ("rm .agentrun/plans/*/journal.jsonl", "it was deleted"),
        ("rm -r .agentrun/plans", "it was deleted"),
        (": > .agentrun/plans/*/journal.jsonl", "it was cut short"),
        (
            "sed -i 's/open/done/;s/run/ran/' .agentrun/plans/*/journal.jsonl",
            "something else was put in its place",
        ),
        (
            "for j in .agentrun/plans/*/journal.jsonl; do printf 'x' | dd of=$j conv=notrunc bs=1 seek=3 2>/dev/null; done",
            "it was changed",
        ),
        ("for j in .agentrun/plans/*/journal.jsonl; do tail -1 $j >> $j; done", "something was added to it"),
        (
            "for j in .agentrun/plans/*/journal.jsonl; do rm $j; mkdir $j; done",
            "something else was put in its place",
        ),
    ] {
        let bench = bench();
        let ran = run_with(&bench, &format!("echo one > one.txt; {script}"), &[]).code(1);
        assert_eq!(ticked(&bench), Vec::<String>::new(), "{script}: {ran}");
        let ran =
            ran.says("the agent changed files that it must not change (agentrun's journal: ").says(said);
        assert!(bench.report().contains(said), "{script}: {ran}");
        assert_eq!(verdict(&bench, &[]), expect(0, "sealed", &[]), "{script}: the journal is whole");
        run_with(&bench, "echo uno > one.txt; echo one >> one.txt", &[]).code(0);
        assert_eq!(
            verdict(&bench, &[]),
            expect(0, "sealed", &[("1", "proven"), ("2", "proven")]),
            "{script}"
        );
    }
}

#[test]
fn a_journal_that_an_agent_forged_before_it_killed_agentrun_is_not_believed() {
    for (script, code) in [
        (
            "for j in .agentrun/plans/*/journal.jsonl; do sed -i 's/,\"seal\".*/}/' $j; done; kill -9 $(sed -n 's/^PPid:.//p' /proc/$PPID/status)",
            1,
        ),
        (
            "for j in .agentrun/plans/*/journal.jsonl; do head -2 $j > j; mv j $j; done; kill -9 $(sed -n 's/^PPid:.//p' /proc/$PPID/status)",
            1,
        ),
        ("rm -r .agentrun/plans; kill -9 $(sed -n 's/^PPid:.//p' /proc/$PPID/status)", 4),
    ] {
        let bench = bench();
        let ran = run_with(&bench, script, &[]);
        assert_eq!(ran.code, None, "{script}: {ran}");
        verify(&bench).code(code);
        let ran = run_with(&bench, "echo one > one.txt", &[]).code(0);
        let ran = ran.says("the journal is ").says("; agentrun trusts the first ");
        assert_eq!(
            verdict(&bench, &[]),
            expect(0, "sealed", &[("1", "proven"), ("2", "proven")]),
            "{script}: {ran}"
        );
    }
}

#[test]
fn rules_request_and_configuration_are_not_the_agents_to_change() {
    for (script, said) in [
        (
            "echo 'Anything goes.' > PROJECT_RULES.md",
            "agentrun restored `PROJECT_RULES.md`: it was changed during run_command",
        ),
        (
            "rm FEATURE_REQUEST.md",
            "agentrun restored `FEATURE_REQUEST.md`: it was deleted during run_command",
        ),
        (
            "printf '[validation]\\nstrength = \"weak\"\\n' > agentrun.toml",
            "agentrun restored `agentrun.toml`: it was created during run_command",
        ),
        (
            "sed -i 's/grep -q two two.txt/true/' plan.md",
            "agentrun restored the plan: its steps were changed during run_command",
        ),
    ] {
        let bench = bench();
        let before = bench.files();
        let ran = run_with(&bench, &format!("echo one > one.txt; {script}"), &[]).code(1).says(said);
        assert_eq!(ticked(&bench), Vec::<String>::new(), "{script}: {ran}");
        assert!(
            bench.report().contains(said) && bench.report().contains("Does not count"),
            "{script}: {ran}"
        );
        let mut after = bench.files();
        after.retain(|name, _| !matches!(name.as_str(), "one.txt" | "replies.jsonl"));
        assert_eq!(after, before, "{script}");
        let copies = bench.shell("ls .agentrun/runs/*/steps/*/attempt-1/ | grep -c as-found || true");
        assert_eq!(copies.trim() == "1", !script.starts_with("rm"), "{script}: what was found is kept");
    }
}

#[test]
fn the_next_attempt_is_told_why_the_last_one_did_not_count() {
    let bench = bench();
    let script = "echo one > one.txt; test -f again || { touch again; echo x >> PROJECT_RULES.md; }";
    let server = diligent(&[
        ("Step 1", "echo one > one.txt; test -f again || { touch again; echo x >> PROJECT_RULES.md; }"),
        ("Step 2", "echo two > two.txt"),
    ]);
    let ran =
        bench.execute(&server, &[]).code(0).says("| `PROJECT_RULES.md`: it was changed during run_command");
    let brief = bench.shell("cat .agentrun/runs/*/steps/01-*/attempt-2/brief.md");
    assert!(brief.contains("## The last attempt did not count"), "{script}: {ran}");
    assert!(brief.contains("- `PROJECT_RULES.md`: it was changed during run_command"), "{brief}");
}

#[test]
fn without_a_state_folder_it_goes_on_and_says_what_that_is_worth() {
    let mut bench = bench();
    bench.file("state", "a file where a folder should be").git();
    let state = bench.root().join("state");
    bench.env("XDG_STATE_HOME", state.to_str().unwrap());
    let ran = bench.execute(&diligent(LAZY), &["--max-attempts", "1"]).code(1);
    let ran = ran.says("there is no key for the journal's seals");
    assert_eq!(ticked(&bench).len(), 2, "{ran}");
    bench.execute(&diligent(GOOD), &[]).code(0);
    assert_eq!(verdict(&bench, &[]), expect(4, "unsealed", &[("1", "unrecorded"), ("2", "unrecorded")]));
}

#[test]
fn what_a_project_may_not_set_waits_for_an_approval_of_that_very_content() {
    let bench = bench();
    let server = diligent(GOOD);
    let toml = format!(
        "[model]\nname = \"tiny\"\nbase_url = \"{}\"\n[process]\nenv_pass = [\"DB_PASSWORD\"]\n",
        server.base_url()
    );
    bench.file("agentrun.toml", &toml).git();
    let ran = bench.run(&["execute", "plan.md"]).code(2);
    insta::assert_snapshot!(stable(&bench, &ran.to_string()), @"
    exit Some(2)
    --- stdout
    --- stderr
    error: agentrun.toml sets what a project may not set without your approval: `model.base_url`, `process.env_pass`
    hint: `model.base_url` sends the model key and all that the agent reads to http://[SERVER]/v1
    hint: `process.env_pass` lets commands see these variables: DB_PASSWORD
    hint: approve them with `agentrun trust`; or remove them, and set them in your own file or with flags
    ");
    assert_eq!(server.requests().len(), 0);
    bench.run(&["execute", "plan.md", "--dry-run"]).code(0).says("without your approval");
    for other in [&["status"][..], &["check", "plan.md"], &["verify", "plan.md"]] {
        bench.run(other).code(0);
    }
    let ran = bench.run(&["trust"]).code(0);
    insta::assert_snapshot!(stable(&bench, &ran.to_string()), @"
    exit Some(0)
    --- stdout
    --- stderr
    [ROOT]/agentrun.toml now
      sends the model key and all that the agent reads to http://[SERVER]/v1 (model.base_url)
      lets commands see these variables: DB_PASSWORD (process.env_pass)
    approved for this project and this content of the file; after a change agentrun asks again
    ");
    bench.run(&["execute", "plan.md"]).code(0);
    bench.run(&["trust"]).code(0).says("nothing in agentrun.toml needs your approval");
    bench.file("agentrun.toml", toml.replace("DB_PASSWORD", "OTHER"));
    bench.run(&["execute", "plan.md"]).code(2).says("process.env_pass");
}
