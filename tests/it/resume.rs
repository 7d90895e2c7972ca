//! Going on where a run stopped, for whatever reason it stopped.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};

use serde_json::json;

use crate::support::bench::{Bench, ONE_STEP, TWO_STEPS};
use crate::support::server::{Answer, Server};
use crate::support::worker::{diligent, finish, messages, step_of};

const GOOD: &[(&str, &str)] = &[("Step 1", "echo one > one.txt"), ("Step 2", "echo two > two.txt")];
const BAD_SECOND: &[(&str, &str)] =
    &[("Step 1", "echo one > one.txt"), ("Step 2", "echo 'tow is printed' > two.txt")];

/// The ticked lines of the plan.
fn ticked(bench: &Bench) -> Vec<String> {
    bench.read("plan.md").lines().filter(|line| line.contains("[x]")).map(str::to_owned).collect()
}

const FIRST: [&str; 2] = ["- [x] Write `one.txt`", "- [x] `grep -q one one.txt` passes"];
const BOTH: [&str; 4] = [
    "- [x] Write `one.txt`",
    "- [x] `grep -q one one.txt` passes",
    "- [x] Write `two.txt`",
    "- [x] `cat two.txt && grep -q two two.txt` passes",
];

#[test]
fn a_failed_step_is_taken_up_with_its_failure_in_the_brief() {
    let bench = Bench::with_plan(TWO_STEPS.as_bytes());
    let bad = diligent(BAD_SECOND);
    let ran = bench.execute(&bad, &["--max-attempts", "2"]).code(1);
    assert_eq!(ticked(&bench), FIRST);
    let ran = ran.says("x Step 2 \"The second file\" did not pass after 2 attempts");
    ran.says("next: agentrun logs --step 2, then agentrun execute plan.md");

    let good = diligent(GOOD);
    bench.execute(&good, &[]).code(0);
    assert_eq!(ticked(&bench), BOTH);
    let first = &messages(&good.requests()[0]);
    assert_eq!(step_of(first), "Step 2: The second file", "no passed step is run again");
    let brief = first[1]["content"].as_str().unwrap();
    for part in ["The last attempt did not pass", "exit code 1", "tow is printed", "two.txt | +1 -0"] {
        assert!(brief.contains(part), "`{part}` is missing in\n{brief}");
    }
    let attempts: Vec<_> = bench
        .journal()
        .iter()
        .filter(|record| record["type"] == "attempt.started")
        .map(|record| {
            (record["step"]["id"].as_str().unwrap().to_owned(), record["attempt"].as_u64().unwrap())
        })
        .collect();
    let of = |step: &str, attempt| (step.to_owned(), attempt);
    assert_eq!(attempts, [of("1", 1), of("2", 1), of("2", 2), of("2", 3)], "numbering goes on");
}

#[test]
fn a_failure_goes_back_into_the_same_conversation_and_the_last_attempt_is_fresh() {
    let bench = Bench::with_plan(TWO_STEPS.as_bytes());
    // Each attempt changes something, so each gets its turn.
    let server =
        diligent(&[("Step 1", "echo one > one.txt"), ("Step 2", "echo 'tow is printed' >> two.txt")]);
    bench.execute(&server, &[]).code(1);
    let second: Vec<_> = server
        .requests()
        .iter()
        .map(messages)
        .filter(|messages| step_of(messages).contains("Step 2"))
        .collect();
    // Two requests an attempt; the second attempt goes on in the conversation of the first.
    let lengths: Vec<usize> = second.iter().map(Vec::len).collect();
    assert_eq!(lengths, [2, 4, 7, 9, 2, 4]);
}

#[test]
fn the_prefix_is_the_same_for_every_request_of_a_run() {
    let bench = Bench::with_plan(TWO_STEPS.as_bytes());
    let server = diligent(GOOD);
    bench.execute(&server, &[]).code(0);
    let systems: Vec<_> = server.bodies().iter().map(|body| body["messages"][0].to_string()).collect();
    assert!(systems.len() == 4 && systems.iter().all(|system| *system == systems[0]), "{systems:#?}");
}

#[test]
fn a_step_that_was_green_before_and_is_not_changed_is_unproven_until_a_person_confirms_it() {
    let bench = Bench::with_plan(TWO_STEPS.as_bytes());
    bench.file("one.txt", "one\n").git();
    let server = diligent(&[("Step 1", "true"), ("Step 2", "echo two > two.txt")]);
    let ran = bench.execute(&server, &[]).code(4).says("is unproven");
    ran.says("next: look at it, then agentrun confirm plan.md 1");
    assert_eq!(ticked(&bench), Vec::<String>::new());
    bench.run(&["confirm", "plan.md", "1"]).code(0).says("Step 1: The first file is confirmed by tester");
    assert_eq!(ticked(&bench), FIRST);
    bench.execute(&server, &[]).code(0);
    assert_eq!(ticked(&bench), BOTH);
    bench.run(&["confirm", "plan.md", "1"]).code(2).says("does not wait for a person");
}

#[test]
fn an_edited_step_is_validated_again_and_its_agent_runs_only_if_that_fails() {
    let bench = Bench::with_plan(TWO_STEPS.as_bytes());
    let server = diligent(GOOD);
    bench.execute(&server, &[]).code(0);
    let asked = server.requests().len();
    let edited = bench
        .read("plan.md")
        .replace("### Step 1: The first file\n", "### Step 1: The first file\n\nWith care.\n");
    bench.file("plan.md", &edited);
    bench.execute(&server, &[]).code(0).says("step 1 was edited since it passed");
    assert_eq!((bench.read("plan.md"), server.requests().len()), (edited, asked));
    bench.file("one.txt", "lost\n");
    let again = bench.read("plan.md").replace("With care.", "With more care.");
    bench.file("plan.md", again);
    bench.execute(&server, &[]).code(0);
    assert_eq!(bench.read("one.txt"), "one\n", "the agent ran, because validation failed");
}

#[test]
fn a_plan_that_is_half_done_is_ticked_by_validation_alone() {
    let bench = Bench::with_plan(TWO_STEPS.as_bytes());
    bench.file("one.txt", "one\n");
    let server = Server::start(|_| panic!("no agent is asked"));
    bench.execute(&server, &["--validate-only", "--keep-going"]).code(1);
    assert_eq!(ticked(&bench), FIRST);
}

#[test]
fn restart_takes_back_what_agentrun_ticked_and_no_more() {
    let bench =
        Bench::with_plan(TWO_STEPS.replace("- [ ] Write `one.txt`", "- [x] Write `one.txt`").as_bytes());
    let server = diligent(GOOD);
    bench.execute(&server, &[]).code(0);
    bench.file("one.txt", "eins\n");
    let stalled = Server::start(|_| Answer::status(401, &[], "no"));
    bench.execute(&stalled, &["--restart", "--step", "1"]).code(6);
    assert_eq!(ticked(&bench), ["- [x] Write `one.txt`", BOTH[2], BOTH[3]]);
    bench.execute(&server, &[]).code(0);
    assert_eq!(ticked(&bench), BOTH);
}

#[test]
fn what_a_person_writes_into_the_plan_during_a_run_is_kept() {
    let bench = Bench::with_plan(TWO_STEPS.as_bytes());
    let path = bench.root().join("plan.md");
    let server = Server::start(move |request| {
        let messages = messages(request);
        if messages.last().unwrap()["role"] == "tool" {
            let text = std::fs::read_to_string(&path).unwrap();
            std::fs::write(&path, text.replace("# Two files\n", "# Two files\n\nA remark of mine.\n"))
                .unwrap();
            return finish("done");
        }
        let name = if step_of(&messages).contains("Step 1") { "one" } else { "two" };
        Answer::call("run_command", &json!({ "command": format!("echo {name} > {name}.txt") }))
    });
    bench.execute(&server, &[]).code(0).says("the edit stays");
    assert!(bench.read("plan.md").contains("A remark of mine."));
    assert_eq!(ticked(&bench), BOTH);
}

#[test]
fn a_plan_that_a_person_takes_away_is_not_ticked_and_nothing_is_lost() {
    let bench = Bench::with_plan(TWO_STEPS.as_bytes());
    let path = bench.root().join("plan.md");
    let gone = Arc::new(AtomicBool::new(false));
    let server = Server::start(move |request| {
        if messages(request).last().unwrap()["role"] == "tool" && !gone.swap(true, Ordering::SeqCst) {
            std::fs::remove_file(&path).unwrap();
        }
        match messages(request).last().unwrap()["role"].as_str() {
            Some("tool") => finish("done"),
            _ => Answer::call("run_command", &json!({ "command": "echo one > one.txt; echo two > two.txt" })),
        }
    });
    bench.execute(&server, &[]).code(4).says("could not be ticked");
    bench.file("plan.md", TWO_STEPS);
    let asked = server.requests().len();
    bench.execute(&server, &["--step", "1"]).code(0);
    assert_eq!((ticked(&bench), server.requests().len()), (FIRST.map(str::to_owned).to_vec(), asked));
}

#[test]
fn a_read_only_plan_is_not_ticked_until_it_can_be_written() {
    let bench = Bench::with_plan(TWO_STEPS.as_bytes());
    let server = diligent(GOOD);
    bench.shell("chmod a-w plan.md");
    bench.execute(&server, &[]).code(4).says("the file is read-only");
    assert_eq!(bench.read("plan.md"), TWO_STEPS);
    bench.shell("chmod u+w plan.md");
    bench.execute(&server, &[]).code(0);
    assert_eq!(ticked(&bench), BOTH);
}

#[test]
fn a_signal_stops_the_run_in_order_and_the_next_one_goes_on() {
    let bench = Bench::with_plan(TWO_STEPS.as_bytes());
    let (sender, receiver) = mpsc::channel();
    let stalling = Server::start(move |_| {
        sender.send(()).unwrap();
        Answer::text("half a rep").then_stall()
    });
    let url = stalling.base_url();
    let child = bench.command(&["execute", "plan.md", "--model", "tiny", "--base-url", &url]);
    let child = { child }.stderr(std::process::Stdio::piped()).spawn().unwrap();
    receiver.recv().unwrap();
    bench.shell(&format!("kill -INT {}", child.id()));
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));
    let journal = bench.journal();
    let last = journal.last().unwrap();
    assert_eq!((last["type"].as_str(), last["exit_code"].as_u64()), (Some("run.completed"), Some(130)));
    bench.execute(&diligent(GOOD), &[]).code(0);
    assert_eq!(ticked(&bench), BOTH);
}

#[test]
fn a_signal_during_a_command_leaves_no_child_behind() {
    let bench = Bench::with_plan(TWO_STEPS.as_bytes());
    let server = Server::start(|_| {
        Answer::call(
            "run_command",
            &json!({ "command": "echo $$ > pid; mkfifo gate; touch ready; cat gate" }),
        )
    });
    let url = server.base_url();
    let mut child =
        bench.command(&["execute", "plan.md", "--model", "tiny", "--base-url", &url]).spawn().unwrap();
    bench.shell("until test -e ready; do :; done");
    bench.shell(&format!("kill -TERM {}", child.id()));
    assert_eq!(child.wait().unwrap().code(), Some(143));
    let pid = bench.read("pid");
    let alive = bench.shell(&format!("kill -0 {} 2>/dev/null && echo alive || echo gone", pid.trim()));
    assert_eq!(alive, "gone\n");
}

#[test]
fn two_runs_of_one_plan_do_not_get_in_each_others_way() {
    let bench = Bench::with_plan(TWO_STEPS.as_bytes());
    let (sender, receiver) = mpsc::channel();
    let stalling = Server::start(move |_| {
        sender.send(()).unwrap();
        Answer::text("").then_stall()
    });
    let url = stalling.base_url();
    let mut first =
        bench.command(&["execute", "plan.md", "--model", "tiny", "--base-url", &url]).spawn().unwrap();
    receiver.recv().unwrap();
    let ran = bench.execute(&stalling, &[]).code(7);
    ran.says(&format!("process {} runs it since", first.id()));
    first.kill().unwrap();
    first.wait().unwrap();
    bench.execute(&diligent(GOOD), &[]).code(0);
}

#[test]
fn a_plan_that_seems_to_be_renamed_is_told_where_its_evidence_is() {
    let bench = Bench::with_plan(ONE_STEP.as_bytes());
    let server = diligent(&[("Step 1", "echo one > one.txt")]);
    bench.execute(&server, &[]).code(0);
    bench.shell("mv plan.md other.md");
    let told = "`other.md` was never carried out; `plan.md`, with the same title, was, and its file is gone.";
    bench.run(&["execute", "other.md", "--dry-run"]).code(0).says(told);
    bench.file("plan.md", "# Another\n");
    let ran = bench.run(&["execute", "other.md", "--dry-run"]).code(0);
    assert!(!ran.stderr.contains("never carried out"), "{ran}");
}

#[test]
fn what_is_left_to_do_is_said_when_some_steps_were_selected() {
    let bench = Bench::with_plan(TWO_STEPS.as_bytes());
    let ran = bench.execute(&diligent(GOOD), &["--step", "1"]).code(0);
    ran.says("The selected steps are done; 1 step of the plan are still open.");
    let ran = bench.execute(&diligent(GOOD), &["--step", "2"]).code(0);
    ran.says("The plan is carried out.");
}

#[test]
fn a_command_for_all_that_came_later_runs_at_the_end() {
    let bench = Bench::with_plan(TWO_STEPS.as_bytes());
    bench.execute(&diligent(GOOD), &[]).code(0);
    let more = "\n## Validation\n\n- `test -f three.txt` exits 0\n";
    bench.file("plan.md", bench.read("plan.md") + more);
    let ran = bench.execute(&diligent(GOOD), &[]).code(1);
    ran.says("`test -f three.txt` fails at the end of the plan; it must pass");
    bench.file("three.txt", "");
    bench.execute(&diligent(GOOD), &[]).code(0).says("The plan is carried out.");
}

#[test]
fn another_command_is_another_command_even_if_only_its_spaces_differ() {
    let plan = ONE_STEP.replace("`grep -q one one.txt`", "`printf 'a  b' | cmp - one.txt`");
    let bench = Bench::with_plan(plan.as_bytes());
    bench.execute(&diligent(&[("Step 1", "printf 'a  b' > one.txt")]), &[]).code(0);
    bench.file("plan.md", bench.read("plan.md").replace("a  b", "a b"));
    assert!(bench.run(&["verify", "plan.md"]).code(4).stdout.contains("stale"));
    bench.execute(&diligent(&[("Step 1", "printf 'a b' > one.txt")]), &[]).code(0);
    assert_eq!(bench.read("one.txt"), "a b");
    bench.run(&["verify", "plan.md"]).code(0);
}

#[test]
fn a_command_of_an_agent_is_no_person() {
    let mut bench = Bench::with_plan(TWO_STEPS.as_bytes());
    bench.env("AGENTRUN", "1");
    let ran = bench.run(&["confirm", "plan.md", "1", "--by", "Ada"]).code(2);
    ran.says("only a person can do this, and this command was started by agentrun");
    bench.run(&["trust"]).code(2);
}

#[test]
fn a_password_in_the_address_of_the_model_is_shown_nowhere() {
    let bench = Bench::with_plan(TWO_STEPS.as_bytes());
    let address = "http://ada:secret-word@127.0.0.1:9/v1";
    let ran = bench.run(&["execute", "plan.md", "--model", "tiny", "--base-url", address]);
    let kept = bench.shell("grep -rl secret-word .agentrun || true");
    assert_eq!(
        (ran.stdout.contains("secret-word"), ran.stderr.contains("secret-word"), kept.as_str()),
        (false, false, ""),
        "{ran}"
    );
}
