//! Every known oddity of servers, and what is understood of it.

use agentrun::model::ModelError;
use agentrun::model::message::{Arguments, Reply, ToolCall, Usage};
use agentrun::model::openai::{CUT_OFF, Settings};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::{Asker, call, hasty, hello};
use crate::support::server::{Answer, Server};

async fn ask_once(answer: Answer) -> Result<Reply, ModelError> {
    let server = Server::script([answer]);
    Asker::of(Settings { max_tries: 1, ..hasty(server.base_url()) }).ask(&hello()).await
}

fn said(text: &str, finish: &str) -> Reply {
    Reply { text: text.to_owned(), finish: finish.to_owned(), ..Reply::default() }
}

fn called(calls: Vec<ToolCall>, finish: &str) -> Reply {
    Reply { calls, finish: finish.to_owned(), ..Reply::default() }
}

/// A stream of deltas, the last with a finish reason.
fn deltas(deltas: &[Value], finish: &str) -> Answer {
    let (last, others) = deltas.split_last().expect("there is a delta");
    let mut chunks: Vec<Value> =
        others.iter().map(|delta| json!({ "choices": [{ "index": 0, "delta": delta }] })).collect();
    chunks.push(json!({ "choices": [{ "index": 0, "delta": last, "finish_reason": finish }] }));
    Answer::chunks(&chunks).and_done()
}

/// A piece of a call.
fn piece(index: Value, id: Value, name: Value, arguments: Value) -> Value {
    let all = [("index", index), ("id", id)];
    let mut call: serde_json::Map<String, Value> = all
        .into_iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(key, value)| (key.into(), value))
        .collect();
    call.insert("function".to_owned(), json!({ "name": name, "arguments": arguments }));
    Value::Object(call)
}

fn calls(pieces: &[Value]) -> Value {
    json!({ "content": null, "tool_calls": pieces })
}

#[tokio::test]
async fn odd_tool_calls_are_understood() {
    let null = || Value::Null;
    let both = || {
        vec![call("a", "read_file", json!({ "path": "1" })), call("b", "read_file", json!({ "path": "2" }))]
    };
    let first = r#"{"path":"1"}"#;
    let second = r#"{"path":"2"}"#;
    let cases: Vec<(&str, Answer, Vec<ToolCall>)> = vec![
        (
            "in pieces, id and name once",
            deltas(
                &[
                    calls(&[piece(json!(0), json!("a"), json!("read_file"), json!(""))]),
                    calls(&[piece(json!(0), null(), null(), json!("{\"path\""))]),
                    calls(&[piece(json!(1), json!("b"), json!("read_file"), json!(""))]),
                    calls(&[piece(json!(0), json!(""), json!(""), json!(":\"1\"}"))]),
                    calls(&[piece(json!(1), null(), null(), json!(second))]),
                ],
                "tool_calls",
            ),
            both(),
        ),
        (
            "no index",
            deltas(
                &[
                    calls(&[piece(null(), json!("a"), json!("read_file"), json!("{\"path\":"))]),
                    calls(&[piece(null(), null(), null(), json!("\"1\"}"))]),
                    calls(&[piece(null(), json!("b"), json!("read_file"), json!(second))]),
                ],
                "tool_calls",
            ),
            both(),
        ),
        (
            "every index 0, whole calls",
            deltas(
                &[
                    calls(&[piece(json!(0), json!("a"), json!("read_file"), json!(first))]),
                    calls(&[piece(json!(0), json!("b"), json!("read_file"), json!(second))]),
                ],
                "stop",
            ),
            both(),
        ),
        (
            "several in one delta, with the finish reason, index as text",
            deltas(
                &[calls(&[
                    piece(json!("0"), json!("a"), json!("read_file"), json!(first)),
                    piece(json!("1"), json!("b"), json!("read_file"), json!(second)),
                ])],
                "stop",
            ),
            both(),
        ),
        (
            "id and name in every piece",
            deltas(
                &[
                    calls(&[piece(json!(0), json!("a"), json!("read_file"), json!("{\"path\":"))]),
                    calls(&[piece(json!(0), json!("a"), json!("read_file"), json!("\"1\"}"))]),
                    calls(&[piece(json!(1), json!("b"), json!("read_file"), json!(second))]),
                    calls(&[piece(json!(1), json!("b"), json!("read_file"), json!(""))]),
                ],
                "eos",
            ),
            both(),
        ),
        (
            "neither index nor id",
            deltas(
                &[
                    calls(&[piece(null(), null(), json!("read_file"), json!({ "path": "1" }))]),
                    calls(&[piece(null(), null(), json!("read_file"), json!({ "path": "2" }))]),
                ],
                "",
            ),
            vec![
                call("call00001", "read_file", json!({ "path": "1" })),
                call("call00002", "read_file", json!({ "path": "2" })),
            ],
        ),
        (
            "the same id twice at two places, and unfit ids",
            deltas(
                &[calls(&[
                    piece(json!(0), json!("functions.read:0"), json!("read_file"), json!(first)),
                    piece(json!(1), json!(7), json!("read_file"), null()),
                ])],
                "tool_calls",
            ),
            vec![call("call00001", "read_file", json!({ "path": "1" })), call("7", "read_file", json!({}))],
        ),
        (
            "arguments null, empty, and encoded twice",
            deltas(
                &[calls(&[
                    piece(json!(0), json!("a"), json!("list"), null()),
                    piece(json!(1), json!("b"), json!("list"), json!("")),
                    piece(json!(2), json!("c"), json!("list"), json!(json!(first).to_string())),
                ])],
                "end_turn",
            ),
            vec![
                call("a", "list", json!({})),
                call("b", "list", json!({})),
                call("c", "list", json!({ "path": "1" })),
            ],
        ),
        (
            "the name of old",
            deltas(
                &[
                    json!({ "function_call": { "name": "read_file", "arguments": "{\"path\":" } }),
                    json!({ "function_call": { "name": "read_file", "arguments": "\"1\"}" } }),
                ],
                "function_call",
            ),
            vec![call("call00001", "read_file", json!({ "path": "1" }))],
        ),
        (
            "the name of old beside the new one",
            deltas(
                &[json!({
                    "function_call": { "name": "read_file", "arguments": first },
                    "tool_calls": [piece(json!(0), json!("a"), json!("read_file"), json!(first))],
                })],
                "tool_calls",
            ),
            vec![call("a", "read_file", json!({ "path": "1" }))],
        ),
        (
            "not arrays, not objects",
            deltas(&[json!({ "tool_calls": "none" }), json!({ "tool_calls": [null, 1, {}] })], "stop"),
            vec![],
        ),
    ];
    for (case, answer, expected) in cases {
        let reply = ask_once(answer).await.unwrap_or_else(|error| panic!("{case}: {error}"));
        assert_eq!(reply.calls, expected, "{case}");
    }
}

#[tokio::test]
async fn odd_chunks_are_understood() {
    let content = |text: &str| json!({ "choices": [{ "delta": { "content": text } }] });
    let end = json!({ "choices": [{ "delta": {}, "finish_reason": "stop" }] });
    let usage = Usage { input: 20, cached: 5, output: 3 };
    let cases: Vec<(&str, Answer, Reply)> = vec![
        ("one piece, no [DONE]", Answer::chunks(&[content("hi"), end.clone()]), said("hi", "stop")),
        ("[DONE] and no reason", Answer::chunks(&[content("hi")]).and_done(), said("hi", "")),
        ("an empty reason is none", deltas(&[json!({ "content": "hi" })], ""), said("hi", "")),
        (
            "comments, other event types, a mark at the start, CRLF",
            Answer::events([
                "\u{feff}: hello\r\n\r\n:\r\n\r\nevent: message\r\nid: 7\r\n".to_owned(),
                format!(
                    "data:{}\r\n\r\n: ping\r\n\r\ndata: {end}\r\n\r\ndata: [DONE]\r\n\r\n",
                    content("hi")
                ),
            ]),
            said("hi", "stop"),
        ),
        (
            "no empty lines between events",
            Answer::events([format!("data: {}\ndata: {end}\ndata: [DONE]\n", content("hi"))]),
            said("hi", "stop"),
        ),
        (
            "no empty line after the last event",
            Answer::events([format!("data: {}\n\ndata: {end}", content("hi"))]),
            said("hi", "stop"),
        ),
        (
            "odd fields around it",
            Answer::chunks(&[
                json!({ "prompt_progress": { "total": 9 }, "choices": null }),
                json!({ "created": 1.5, "service_tier": "on_demand", "object": null, "choices": [null] }),
                json!("a text"),
                json!({ "choices": { "index": 0, "delta": { "role": "model", "content": "hi" } } }),
                json!({ "choices": [{ "index": 1, "delta": { "content": "another choice" } }] }),
                json!({ "choices": [{ "delta": null, "finish_reason": 3 }], "usage": null }),
            ]),
            said("hi", "3"),
        ),
        (
            "content in parts, one of them a thought",
            deltas(
                &[json!({ "content": [
                    { "type": "thinking", "thinking": [{ "type": "text", "text": "hm" }] },
                    { "type": "text", "text": "h" }, "i",
                ] })],
                "stop",
            ),
            Reply { reasoning: "hm".to_owned(), ..said("hi", "stop") },
        ),
        ("a refusal", deltas(&[json!({ "content": null, "refusal": "no" })], "stop"), said("no", "stop")),
        (
            "reasoning under four names, two of them at once",
            deltas(
                &[
                    json!({ "reasoning_content": "a", "reasoning": "a" }),
                    json!({ "reasoning": "b", "reasoning_details": [{ "text": "b" }] }),
                    json!({ "reasoning_text": "c", "reasoning_content": "" }),
                    json!({ "reasoning_details": [{ "type": "reasoning.summary", "summary": "d" }] }),
                    json!({ "content": "hi" }),
                ],
                "stop",
            ),
            Reply { reasoning: "abcd".to_owned(), ..said("hi", "stop") },
        ),
        (
            "usage after the end, then nothing",
            Answer::chunks(&[
                content("hi"),
                end.clone(),
                json!({ "choices": [], "usage": { "prompt_tokens": 20, "completion_tokens": 3,
                        "prompt_tokens_details": { "cached_tokens": 5 } } }),
            ])
            .then_stall(),
            Reply { usage: Some(usage), ..said("hi", "stop") },
        ),
        (
            "usage inside the choice, growing",
            Answer::chunks(&[
                json!({ "choices": [{ "delta": { "content": "hi" }, "usage": { "prompt_tokens": 20,
                        "completion_tokens": 1 } }] }),
                json!({ "choices": [{ "finish_reason": "stop", "usage": { "prompt_tokens": 20,
                        "total_tokens": 23, "prompt_cache_hit_tokens": 5 } }] }),
            ]),
            Reply { usage: Some(usage), ..said("hi", "stop") },
        ),
        (
            "usage that says nothing",
            Answer::chunks(&[
                content("hi"),
                json!({ "usage": {}, "choices": [{ "finish_reason": "stop" }] }),
            ]),
            said("hi", "stop"),
        ),
        (
            "one piece of JSON over several lines",
            Answer::status(
                200,
                &[("content-type", "application/json")],
                &format!(
                    "{:#}",
                    json!({ "choices": [{ "finish_reason": "stop", "index": 0,
                            "message": { "role": "assistant", "content": "hi" } }] })
                ),
            ),
            said("hi", "stop"),
        ),
        (
            "the whole message repeated at the end",
            Answer::chunks(&[
                content("hi"),
                json!({ "choices": [{ "message": { "content": "hi" }, "finish_reason": "stop" }] }),
            ]),
            said("hi", "stop"),
        ),
    ];
    for (case, answer, expected) in cases {
        let reply = ask_once(answer).await.unwrap_or_else(|error| panic!("{case}: {error}"));
        assert_eq!(reply, expected, "{case}");
    }
}

#[tokio::test]
async fn calls_of_a_reply_that_was_cut_off_are_not_executed() {
    let first = piece(json!(0), json!("a"), json!("write_file"), json!(r#"{"path":"x"}"#));
    let second = piece(json!(1), json!("b"), json!("write_file"), json!(r#"{"path":"#));
    let reply = ask_once(deltas(&[calls(&[first]), calls(&[second])], "length")).await;
    let cut = |id: &str, text: &str| ToolCall {
        id: id.to_owned(),
        name: "write_file".to_owned(),
        arguments: Arguments::Unreadable { unreadable: text.to_owned(), problem: CUT_OFF.to_owned() },
    };
    let expected = called(vec![cut("a", r#"{"path":"x"}"#), cut("b", r#"{"path":"#)], "length");
    assert_eq!(reply, Ok(expected));
}

#[tokio::test]
async fn an_incomplete_reply_is_none_and_is_asked_for_again() {
    let content = json!({ "choices": [{ "delta": calls(&[
        piece(json!(0), json!("a"), json!("write_file"), json!(r#"{"path":"x"}"#)),
    ]) }] });
    let cases: Vec<(&str, Answer)> = vec![
        ("broke off before its end", Answer::chunks(std::slice::from_ref(&content))),
        ("broke off: ", Answer::chunks(std::slice::from_ref(&content)).then_cut()),
        ("was silent for", Answer::chunks(std::slice::from_ref(&content)).then_stall()),
        ("empty reply", Answer::status(200, &[("content-type", "text/event-stream")], "")),
        ("empty reply", Answer::events(["data: [DONE]\n\n"])),
        ("not JSON", Answer::events(["data: Internal Server Error\n\n"])),
        ("not JSON", Answer::events([format!("data: {content}\n\ndata: {{\"choices\":")])),
        ("boom", Answer::chunks(&[content.clone(), json!({ "error": { "message": "boom" } })])),
        ("boom", Answer::chunks(&[content.clone(), json!({ "error": "boom", "code": 502 })]).then_stall()),
        ("ended the reply with `error`", deltas(&[json!({ "content": "x" })], "error")),
        (
            "500 internal server error: boom",
            Answer::json(200, &json!({ "error": { "message": "boom", "code": 500 } })),
        ),
        (
            "503 service unavailable: Loading",
            Answer::json(503, &json!({ "error": { "message": "Loading model" } })),
        ),
        (
            "429 too many requests: slow",
            Answer::json(429, &json!({ "error": { "message": "slow", "code": 1302 } })),
        ),
        ("529", Answer::status(529, &[], "overloaded")),
        ("408 request timeout", Answer::status(408, &[], "")),
        (
            "502 bad gateway: 502 Bad",
            Answer::status(502, &[("content-type", "text/html")], "<title>502 Bad</title>"),
        ),
    ];
    for (reason, answer) in cases {
        let server = Server::script([answer, Answer::text("whole")]);
        let mut asker = Asker::of(hasty(server.base_url()));
        let reply = asker.ask(&hello()).await.map(|reply| reply.text);
        assert_eq!(reply, Ok("whole".to_owned()), "{reason}");
        let retries = asker.retries();
        assert!(matches!(retries.as_slice(), [told] if told.contains(reason)), "{reason}: {retries:?}");
    }
}
