//! Conversations that become too long for a model's window, and agents that come to no end.

use serde_json::{Value, json};

use crate::support::bench::{Bench, ONE_STEP};
use crate::support::server::{Answer, Recorded, Server};
use crate::support::worker::{finish, messages};

/// What the model says when it is asked to sum up.
const SUMMARY: &str = "I have made many numbers and found that none of them is the right one.";

/// A server with a window, and how it counts.
#[derive(Debug, Clone, Copy)]
struct Limited {
    /// Tokens that fit.
    window: u64,
    /// What it says of a conversation that is too long.
    says: &'static str,
    /// Whether it tells how many tokens it has read.
    counts: bool,
}

const LIMITED: Limited = Limited {
    window: 32_000,
    says: "This model's maximum context length is 32000 tokens. Please reduce the length of the messages.",
    counts: true,
};

impl Limited {
    /// A server whose agent works for so many turns: commands that print 100 KB, and files that it
    /// writes itself.
    fn start(self, turns: usize) -> Server {
        let mut made = 0;
        Server::start(move |request| {
            let tokens = request.body.len() as u64 / 4;
            if tokens > self.window {
                return Answer::json(400, &json!({ "error": { "message": self.says } }));
            }
            let prompt = self.counts.then_some(tokens);
            if request.json()["tools"].is_null() {
                return Answer::counted(SUMMARY, &[], prompt);
            }
            assert_paired(request);
            made += 1;
            let noise = format!("seq {made}00000 {made}15000; echo done {made}");
            let call = match made {
                _ if made == turns => ("run_command", json!({ "command": "echo one > one.txt" })),
                _ if made > turns => ("finish_step", json!({ "status": "done", "summary": "made it" })),
                _ if made % 4 == 0 => {
                    let content = format!("{made}\n").repeat(1_200);
                    ("write_file", json!({ "path": format!("file-{made}.txt"), "content": content }))
                }
                _ => ("run_command", json!({ "command": noise })),
            };
            Answer::counted("", &[call], prompt)
        })
    }
}

/// Each call has exactly one result behind its reply, and the other way round.
fn assert_paired(request: &Recorded) {
    let mut open: Vec<Value> = Vec::new();
    for message in messages(request) {
        if message["role"] == "tool" {
            assert_eq!(open.first(), Some(&message["tool_call_id"]), "request {}", request.number);
            open.remove(0);
            continue;
        }
        assert!(open.is_empty(), "request {}: calls without a result", request.number);
        open =
            message["tool_calls"].as_array().into_iter().flatten().map(|call| call["id"].clone()).collect();
    }
    assert!(open.is_empty(), "request {}: calls without a result", request.number);
}

/// A project whose model has a window of so many tokens.
fn bench(window: Option<u64>) -> Bench {
    let bench = Bench::with_plan(ONE_STEP.as_bytes());
    if let Some(window) = window {
        bench.file("agentrun.toml", format!("[model]\ncontext_window = {window}\n"));
    }
    bench
}

/// How often the journal has this event.
fn count(bench: &Bench, kind: &str) -> usize {
    bench.events().iter().filter(|event| *event == kind).count()
}

/// The requests for the next turn, without those that the server refused.
fn turns(server: &Server, window: u64) -> Vec<Recorded> {
    let fits = |request: &Recorded| request.body.len() as u64 / 4 <= window;
    server
        .requests()
        .into_iter()
        .filter(|request| fits(request) && !request.json()["tools"].is_null())
        .collect()
}

/// The brief is the same in every request, byte for byte.
fn assert_same_brief(server: &Server) {
    let requests = turns(server, u64::MAX);
    let brief = |request: &Recorded| messages(request)[..2].to_vec();
    assert!(requests.iter().all(|request| brief(request) == brief(&requests[0])));
}

#[test]
fn sixty_turns_fit_a_small_window() {
    for counts in [true, false] {
        let bench = bench(Some(32_000));
        let server = Limited { counts, ..LIMITED }.start(58);
        let ran = bench.execute(&server, &[]).code(0).says(" old results out of the conversation: about ");
        let turns = turns(&server, LIMITED.window);
        assert_eq!(turns.len(), server.requests().len() - count(&bench, "conversation.compacted"), "{ran}");
        assert_eq!(turns.len(), 59, "nothing was refused, and nothing asked twice");
        assert_same_brief(&server);
        assert!((1..=2).contains(&count(&bench, "conversation.compacted")), "{ran}");
        let breaks = turns.windows(2).filter(|pair| !extends(&pair[0], &pair[1])).count();
        assert_eq!(breaks, count(&bench, "conversation.compacted") + count(&bench, "conversation.masked"));
        let transcript = bench.shell("cat .agentrun/runs/*/steps/*/attempt-1/transcript.jsonl");
        let lines = transcript.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        assert_eq!(lines.filter(|line| line["role"] == "tool").count(), 59);
        assert!(!transcript.contains("left out to make room"), "the transcript has all of it");
        assert!(
            bench.report().contains("- agentrun compacted the conversation: about "),
            "{}",
            bench.report()
        );
    }
}

/// Whether a request begins with the messages of the one before.
fn extends(before: &Recorded, after: &Recorded) -> bool {
    messages(after).starts_with(&messages(before))
}

#[test]
fn a_conversation_that_the_server_refuses_goes_on_from_a_ledger() {
    let bench = bench(None);
    let server =
        Limited { window: 20_000, says: "prompt too long; exceeded max context length", ..LIMITED }.start(8);
    bench
        .execute(&server, &[])
        .code(0)
        .says("compacted the conversation: about ")
        .says("(400 bad request: prompt too long");
    assert_eq!(count(&bench, "conversation.compacted"), 1);
    assert_same_brief(&server);
    let requests = server.bodies();
    let summary = requests.iter().find(|request| request["tools"].is_null()).unwrap();
    let [asked] = summary["messages"].as_array().unwrap().as_slice() else {
        panic!("one message: {summary}")
    };
    let asked = asked["content"].as_str().unwrap();
    assert!(asked.contains("# Your step: Step 1: The file") && asked.contains("CALL run_command"), "{asked}");
    let after = turns(&server, 20_000).into_iter().find(|request| request.body.contains(SUMMARY)).unwrap();
    let told = messages(&after)[2]["content"].as_str().unwrap().to_owned();
    insta::assert_snapshot!(told, @"
    Your conversation became too long for the model, so the harness shortened it. This message stands in place of what was left out. All of it has been done and is in the project: go on from here, and do not do it again. If you need to see something again, read it again.

    ## Files that you changed with the tools

    - `file-4.txt`: +1200 -0

    ## Commands that you ran

    - `seq 100000 115000; echo done 1`: exit code 0
    - `seq 200000 215000; echo done 2`: exit code 0
    - `seq 300000 315000; echo done 3`: exit code 0
    - `seq 500000 515000; echo done 5`: exit code 0

    ## Your own summary

    I have made many numbers and found that none of them is the right one.
    ");
    let transcript = bench.shell("cat .agentrun/runs/*/steps/*/attempt-1/transcript.jsonl");
    assert!(transcript.contains("\"role\":\"compacted\"") && transcript.contains(SUMMARY));
    let record =
        bench.journal().into_iter().find(|record| record["type"] == "conversation.compacted").unwrap();
    assert!(record["usage"]["input"].as_u64().unwrap() > 0, "the summary is counted: {record}");
}

#[test]
fn the_ledger_tells_what_the_last_validation_said() {
    let bench = bench(None);
    let server = Server::start(|request| {
        let (messages, tokens) = (messages(request), request.body.len() / 4);
        let told = messages.iter().filter(|message| message["role"] == "user").count();
        let is_compacted = request.body.contains("so the harness shortened it");
        match told {
            _ if tokens > 16_000 => Answer::status(400, &[], "prompt is too long"),
            1 if !is_compacted => finish("done, I think"),
            _ if is_compacted => Answer::reply(
                "",
                &[
                    ("run_command", json!({ "command": "echo one > one.txt" })),
                    ("finish_step", json!({ "status": "done", "summary": "now it is" })),
                ],
            ),
            _ => Answer::call("run_command", &json!({ "command": format!("seq {}0000", request.number) })),
        }
    });
    bench.execute(&server, &[]).code(0).says("compacted the conversation");
    let last = server.requests().pop().unwrap();
    let ledger = messages(&last)[2]["content"].as_str().unwrap().to_owned();
    let (_, told) = ledger.split_once("## The last validation that failed\n\n").unwrap();
    assert!(
        told.starts_with("The step did not pass. `grep -q one one.txt` ended with exit code 2:"),
        "{told}"
    );
}

#[test]
fn a_conversation_that_never_fits_ends_the_attempt_after_two_compactions() {
    let bench = bench(None);
    let mut full = false;
    let server = Server::start(move |request| {
        full |= request.body.len() > 160_000;
        if full {
            return Answer::json(400, &json!({ "error": { "message": "exceeds the context window" } }));
        }
        Answer::call("run_command", &json!({ "command": format!("seq {}0000", request.number) }))
    });
    let ran = bench.execute(&server, &["--max-attempts", "1"]).code(5);
    assert!(ran.stderr.contains("limit of the model's context window (it was compacted 2 times"), "{ran}");
    assert!(ran.stderr.contains("without a summary of the model"), "{ran}");
    assert_eq!(count(&bench, "conversation.compacted"), 2);
    let refused = server.requests().iter().filter(|request| request.body.len() > 160_000).count();
    assert_eq!(refused, 1, "what was refused is not sent again");
}

#[test]
fn a_server_that_seems_to_cut_the_conversation_off_is_told_of_once() {
    let bench = bench(None);
    let server = Server::start(|request| match messages(request).len() {
        ..12 => Answer::counted(
            "",
            &[("run_command", json!({ "command": format!("seq {}0000", request.number) }))],
            Some(2_048),
        ),
        _ => finish("done"),
    });
    let ran = bench.execute(&server, &["--max-attempts", "1"]).code(1).says("OLLAMA_CONTEXT_LENGTH");
    assert_eq!(
        ran.stderr.matches("the server has read 2048 tokens of a conversation of about").count(),
        1,
        "{ran}"
    );
}

#[test]
fn calls_that_can_never_be_read_end_the_attempt() {
    let bench = bench(None);
    let call = json!({ "tool_calls": [{ "index": 0, "id": "a", "function": { "name": "run_command", "arguments": "{\"comm" } }] });
    let chunk = json!({ "choices": [{ "index": 0, "delta": call, "finish_reason": "tool_calls" }] });
    let server = Server::start(move |_| Answer::chunks(std::slice::from_ref(&chunk)).and_done());
    bench
        .execute(&server, &["--max-attempts", "1"])
        .code(5)
        .says("stopped: calls that cannot be read again and again");
    assert_eq!(server.requests().len(), 3);
}

#[test]
fn a_reply_that_says_the_same_over_and_over_ends_the_attempt() {
    let bench = bench(None);
    let server = Server::start(|_| Answer::text(&"Let me look at the file once more. ".repeat(400)));
    let ran = bench.execute(&server, &["--max-attempts", "1"]).code(5);
    assert!(ran.stderr.contains("stopped: the same text, \""), "{ran}");
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn what_may_rest_on_an_edit_that_was_not_made_is_not_done() {
    let bench = bench(None);
    let server = Server::start(|request| {
        if messages(request).iter().any(|message| message["role"] == "tool") {
            return finish("done");
        }
        let edit = |path: &str| json!({ "path": path, "edits": [{ "old_string": "a", "new_string": "b" }] });
        let calls = [
            ("run_command", json!({ "command": "false" })),
            ("run_command", json!({ "command": "echo one > one.txt" })),
            ("edit_file", edit("none.txt")),
            ("read_file", json!({ "path": "one.txt" })),
            ("run_command", json!({ "command": "rm one.txt" })),
            ("finish_step", json!({ "status": "done", "summary": "removed it" })),
        ];
        Answer::reply("", &calls)
    });
    let ran = bench
        .execute(&server, &[])
        .code(0)
        .says("run rm one.txt: not executed: an earlier edit_file in this reply failed");
    let told: Vec<Value> =
        messages(&server.requests()[1]).iter().skip(3).map(|it| it["content"].clone()).collect();
    assert!(told[3].as_str().unwrap().starts_with("    1\tone\n"), "{ran}");
    assert_eq!(told[4], "not executed: an earlier edit_file in this reply failed");
    assert_eq!(told[5], told[4]);
}

#[test]
fn a_wrong_address_is_no_outage() {
    for (body, told) in [
        ("<!doctype html><title>Chat</title>", "/v1/chat/completions answers with a web page: Chat"),
        (
            "{\"status\":\"ok\"}",
            "/v1/chat/completions answers with something other than a chat completion: {\"status\":\"ok\"}",
        ),
    ] {
        let bench = bench(None);
        let server = Server::start(|_| Answer::status(200, &[], body));
        bench.execute(&server, &[]).code(6).says(told).says("check the base URL; it usually ends in `/v1`");
        assert_eq!(server.requests().len(), 1);
    }
}
