//! Every known oddity of servers, and what is understood of it.

use std::time::Duration;

use agentrun::model::ModelError;
use agentrun::model::message::{Arguments, Reply, ToolCall};
use agentrun::model::openai::{CUT_OFF, Settings};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::{Asker, hasty, hello};
use crate::support::server::{Answer, Server};

/// What it is, the pieces of calls in each delta, the finish reason, and the calls understood.
const CALLS: &[(&str, &[&str], &str, &str)] = &[
    (
        "in pieces, id and name once",
        &[
            r#"[{"index":0,"id":"a","type":"function","function":{"name":"read","arguments":""}}]"#,
            r#"[{"index":0,"function":{"arguments":"{\"path\""}}]"#,
            r#"[{"index":1,"id":"b","type":"function","function":{"name":"list","arguments":""}}]"#,
            r#"[{"index":0,"id":"","type":"","function":{"name":"","arguments":":\"1\"}"}}]"#,
            r#"[{"index":1,"function":{"name":null,"arguments":"{}"}}]"#,
        ],
        "tool_calls",
        r#"[{"id":"a","name":"read","arguments":{"path":"1"}},{"id":"b","name":"list","arguments":{}}]"#,
    ),
    (
        "no index",
        &[
            r#"[{"id":"a","function":{"name":"read","arguments":"{\"path\":"}}]"#,
            r#"[{"function":{"arguments":"\"1\"}"}}]"#,
            r#"[{"id":"b","function":{"name":"read","arguments":"{\"path\":\"2\"}"}}]"#,
        ],
        "tool_calls",
        r#"[{"id":"a","name":"read","arguments":{"path":"1"}},{"id":"b","name":"read","arguments":{"path":"2"}}]"#,
    ),
    (
        "every index 0, whole calls, stop",
        &[
            r#"[{"index":0,"id":"a","function":{"name":"read","arguments":"{\"path\":\"1\"}"}}]"#,
            r#"[{"index":0,"id":"b","function":{"name":"read","arguments":"{\"path\":\"2\"}"}}]"#,
        ],
        "stop",
        r#"[{"id":"a","name":"read","arguments":{"path":"1"}},{"id":"b","name":"read","arguments":{"path":"2"}}]"#,
    ),
    (
        "every index 0, in pieces",
        &[
            r#"[{"index":0,"id":"a","function":{"name":"read","arguments":"{\"path\":"}}]"#,
            r#"[{"index":0,"function":{"arguments":"\"1\"}"}}]"#,
            r#"[{"index":0,"id":"b","function":{"name":"read","arguments":"{\"path\":"}}]"#,
            r#"[{"index":0,"function":{"arguments":"\"2\"}"}}]"#,
        ],
        "tool_calls",
        r#"[{"id":"a","name":"read","arguments":{"path":"1"}},{"id":"b","name":"read","arguments":{"path":"2"}}]"#,
    ),
    (
        "several in the delta that ends, index as text",
        &[r#"[{"index":"0","id":"a","function":{"name":"read","arguments":"{}"}},
              {"index":"1","id":"b","function":{"name":"list","arguments":"{}"}}]"#],
        "end_turn",
        r#"[{"id":"a","name":"read","arguments":{}},{"id":"b","name":"list","arguments":{}}]"#,
    ),
    (
        "id and name in every piece",
        &[
            r#"[{"index":0,"id":"a","function":{"name":"read","arguments":"{\"path\":"}}]"#,
            r#"[{"index":0,"id":"a","function":{"name":"read","arguments":"\"1\"}"}}]"#,
            r#"[{"index":0,"id":"a","function":{"name":"read","arguments":""}}]"#,
        ],
        "eos",
        r#"[{"id":"a","name":"read","arguments":{"path":"1"}}]"#,
    ),
    (
        "neither index nor id, arguments as objects",
        &[
            r#"[{"function":{"name":"read","arguments":{"path":"1"}}}]"#,
            r#"[{"function":{"name":"read","arguments":{"path":"2"}}}]"#,
        ],
        "",
        r#"[{"id":"call00001","name":"read","arguments":{"path":"1"}},
            {"id":"call00002","name":"read","arguments":{"path":"2"}}]"#,
    ),
    (
        "ids that cannot be sent back, and a number as one",
        &[r#"[{"index":0,"id":"functions.read:0","function":{"name":"read","arguments":"{}"}},
              {"index":1,"id":7,"function":{"name":"list"}}]"#],
        "tool_calls",
        r#"[{"id":"call00001","name":"read","arguments":{}},{"id":"7","name":"list","arguments":{}}]"#,
    ),
    (
        "arguments null, empty, encoded twice, with raw line breaks, and none",
        &[r#"[{"index":0,"id":"a","function":{"name":"list","arguments":null}},
              {"index":1,"id":"b","function":{"name":"list","arguments":""}},
              {"index":2,"id":"c","function":{"name":"read","arguments":"\"{\\\"path\\\":\\\"1\\\"}\""}},
              {"index":3,"id":"d","function":{"name":"write","arguments":"{\"text\":\"a\nb\"}"}},
              {"index":4,"id":"e","function":{"name":"read","arguments":"{\"path\":"}}]"#],
        "tool_calls",
        r#"[{"id":"a","name":"list","arguments":{}},{"id":"b","name":"list","arguments":{}},
            {"id":"c","name":"read","arguments":{"path":"1"}},
            {"id":"d","name":"write","arguments":{"text":"a\nb"}},
            {"id":"e","name":"read","arguments":{"unreadable":"{\"path\":",
             "problem":"EOF while parsing a value at line 1 column 8"}}]"#,
    ),
    ("neither arrays nor objects", &["\"none\"", "[null, 1, {}, []]", "{}", "null"], "stop", "[]"),
];

/// What it is, the body of the response, and the reply understood.
const BODIES: &[(&str, &str, &str)] = &[
    (
        "no [DONE]",
        "data: {\"choices\":[{\"delta\":{\"content\":\"hi\"}}]}\n\n\
         data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n",
        r#"{"text":"hi","finish":"stop"}"#,
    ),
    (
        "[DONE] and no finish reason",
        "data: {\"choices\":[{\"delta\":{\"content\":\"hi\"},\"finish_reason\":\"\"}]}\n\ndata: [DONE]\n\n",
        r#"{"text":"hi"}"#,
    ),
    (
        "a mark at the start, comments, names and ids of events, CRLF",
        "\u{feff}: hello\r\n\r\n:\r\n\r\nevent: message\r\nid: 7\r\n\
         data:{\"choices\":[{\"delta\":{\"content\":\"hi\"}}]}\r\n\r\n: ping\r\n\r\n\
         data: {\"choices\":[{\"finish_reason\":\"stop\"}]}\r\n\r\ndata: [DONE]\r\n\r\n",
        r#"{"text":"hi","finish":"stop"}"#,
    ),
    (
        "no empty lines between events",
        "data: {\"choices\":[{\"delta\":{\"content\":\"hi\"}}]}\n\
         data: {\"choices\":[{\"finish_reason\":\"stop\"}]}\ndata: [DONE]\n",
        r#"{"text":"hi","finish":"stop"}"#,
    ),
    (
        "no line end after the last event",
        "data: {\"choices\":[{\"delta\":{\"content\":\"hi\"}}]}\n\n\
         data: {\"choices\":[{\"finish_reason\":\"stop\"}]}",
        r#"{"text":"hi","finish":"stop"}"#,
    ),
    (
        "odd fields, missing fields, fields of odd types, another choice",
        "data: {\"prompt_progress\":{\"total\":9},\"choices\":null}\n\n\
         data: {\"created\":1.5,\"service_tier\":\"on_demand\",\"object\":null,\"choices\":[null]}\n\n\
         data: \"a text\"\n\n\
         data: {\"choices\":{\"index\":0,\"delta\":{\"role\":\"model\",\"content\":\"hi\"}}}\n\n\
         data: {\"choices\":[{\"index\":1,\"delta\":{\"content\":\"another\"}}]}\n\n\
         data: {\"choices\":[{\"delta\":null,\"finish_reason\":3}],\"usage\":null}\n\n",
        r#"{"text":"hi","finish":"3"}"#,
    ),
    (
        "content in parts, one of them a thought",
        "data: {\"choices\":[{\"delta\":{\"content\":[\
         {\"type\":\"thinking\",\"thinking\":[{\"type\":\"text\",\"text\":\"hm\"}]},\
         {\"type\":\"text\",\"text\":\"h\"},\"i\"]},\"finish_reason\":\"stop\"}]}\n\n",
        r#"{"text":"hi","reasoning":"hm","finish":"stop"}"#,
    ),
    (
        "a refusal",
        "data: {\"choices\":[{\"delta\":{\"content\":null,\"refusal\":\"no\"},\"finish_reason\":\"stop\"}]}\n\n",
        r#"{"text":"no","finish":"stop"}"#,
    ),
    (
        "reasoning under four names, two of them at once",
        "data: {\"choices\":[{\"delta\":{\"reasoning_content\":\"a\",\"reasoning\":\"a\"}}]}\n\n\
         data: {\"choices\":[{\"delta\":{\"reasoning\":\"b\",\"reasoning_details\":[{\"text\":\"b\"}]}}]}\n\n\
         data: {\"choices\":[{\"delta\":{\"reasoning_content\":\"\",\"reasoning_text\":\"c\"}}]}\n\n\
         data: {\"choices\":[{\"delta\":{\"reasoning_details\":[{\"summary\":\"d\"}]}}]}\n\n\
         data: {\"choices\":[{\"delta\":{\"content\":\"hi\"},\"finish_reason\":\"stop\"}]}\n\n",
        r#"{"text":"hi","reasoning":"abcd","finish":"stop"}"#,
    ),
    (
        "usage after the end",
        "data: {\"choices\":[{\"delta\":{\"content\":\"hi\"},\"finish_reason\":\"length\"}]}\n\n\
         data: {\"choices\":[],\"usage\":{\"prompt_tokens\":20,\"completion_tokens\":3,\
         \"prompt_tokens_details\":{\"cached_tokens\":5}}}\n\ndata: [DONE]\n\n",
        r#"{"text":"hi","usage":{"input":20,"cached":5,"output":3},"finish":"length"}"#,
    ),
    (
        "usage inside the choice, growing, partial",
        "data: {\"choices\":[{\"delta\":{\"content\":\"hi\"},\"usage\":{\"prompt_tokens\":20}}]}\n\n\
         data: {\"choices\":[{\"finish_reason\":\"stop\",\"usage\":{\"prompt_tokens\":20,\
         \"total_tokens\":23,\"prompt_cache_hit_tokens\":5}}],\"usage\":{}}\n\n",
        r#"{"text":"hi","usage":{"input":20,"cached":5,"output":3},"finish":"stop"}"#,
    ),
    (
        "one JSON text over several lines",
        "{\n  \"choices\": [\r\n    {\"message\": {\"role\": \"assistant\", \"content\": \"hi\"}}\n  ]\n}\n",
        r#"{"text":"hi"}"#,
    ),
    (
        "the whole message repeated at the end",
        "data: {\"choices\":[{\"delta\":{\"content\":\"hi\"}}]}\n\n\
         data: {\"choices\":[{\"message\":{\"content\":\"hi\"},\"finish_reason\":\"stop\"}]}\n\n",
        r#"{"text":"hi","finish":"stop"}"#,
    ),
    (
        "the call of old, alone",
        "data: {\"choices\":[{\"delta\":{\"function_call\":{\"name\":\"ls\",\"arguments\":\"{\"}}}]}\n\n\
         data: {\"choices\":[{\"delta\":{\"function_call\":{\"name\":\"ls\",\"arguments\":\"}\"}},\
         \"finish_reason\":\"function_call\"}]}\n\n",
        r#"{"calls":[{"id":"call00001","name":"ls","arguments":{}}],"finish":"function_call"}"#,
    ),
    (
        "the call of old beside the new one",
        "data: {\"choices\":[{\"delta\":{\"function_call\":{\"name\":\"ls\",\"arguments\":\"{}\"},\
         \"tool_calls\":[{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"ls\",\"arguments\":\"{}\"}}]},\
         \"finish_reason\":\"tool_calls\"}]}\n\n",
        r#"{"calls":[{"id":"a","name":"ls","arguments":{}}],"finish":"tool_calls"}"#,
    ),
];

/// How the connection ends.
type Ending = fn(Answer) -> Answer;

/// What is told of the retry, the events of an incomplete reply, and how the connection ends.
const INCOMPLETE: &[(&str, &[&str], Ending)] = &[
    ("the reply broke off before its end", &[BEGINNING], |answer| answer),
    ("the reply broke off: ", &[BEGINNING], Answer::then_cut),
    ("the server was silent for ", &[BEGINNING], Answer::then_stall),
    ("the server sent an empty reply", &[""], |answer| answer),
    ("the server sent an empty reply", &["data: [DONE]\n\n"], |answer| answer),
    ("the server sent an empty reply", &["{\"object\":\"chat.completion\"}"], |answer| answer),
    ("the reply broke off: the server sent an event that is not JSON", &["data: oh no\n\n"], |answer| answer),
    (
        "the reply broke off: the server sent an event that is not JSON",
        &[BEGINNING, "data: {\"choices\":["],
        |answer| answer,
    ),
    ("the server sent an error: boom", &[BEGINNING, "data: {\"error\":\"boom\"}\n\n"], Answer::then_stall),
    (
        "502 bad gateway: boom",
        &[BEGINNING, "event: error\ndata: {\"message\":\"boom\",\"code\":502}\n\n"],
        |answer| answer,
    ),
    ("503 service unavailable: boom", &["{\"error\":{\"message\":\"boom\",\"code\":503}}"], |answer| answer),
    (
        "the server ended the reply with `error`",
        &[BEGINNING, "data: {\"choices\":[{\"finish_reason\":\"error\"}]}\n\n"],
        |answer| answer,
    ),
];

/// A whole call in an incomplete reply.
const BEGINNING: &str = "data: {\"choices\":[{\"delta\":{\"tool_calls\":[\
                         {\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"rm\",\"arguments\":\"{}\"}}]}}]}\n\n";

async fn ask_once(answer: Answer) -> Result<Reply, ModelError> {
    let server = Server::script([answer]);
    Asker::of(Settings { max_tries: 1, ..hasty(server.base_url()) }).ask(&hello()).await
}

/// A stream with the pieces of calls in its deltas.
fn stream_of_calls(deltas: &[&str], finish: &str) -> Answer {
    let delta = |pieces: &&str| {
        let pieces: Value = serde_json::from_str(pieces).expect("the case is JSON");
        json!({ "choices": [{ "index": 0, "delta": { "content": null, "tool_calls": pieces } }] })
    };
    let mut chunks: Vec<Value> = deltas.iter().map(delta).collect();
    if let Some(last) = chunks.last_mut() {
        last["choices"][0]["finish_reason"] = json!(finish);
    }
    Answer::chunks(&chunks).and_done()
}

#[tokio::test]
async fn odd_tool_calls_are_understood() {
    for (case, deltas, finish, calls) in CALLS {
        let calls: Vec<ToolCall> = serde_json::from_str(calls).expect("the case is JSON");
        let empty = "the server sent a reply with nothing in it".to_owned();
        let expected = if calls.is_empty() {
            Err(ModelError::Temporary { message: empty })
        } else {
            Ok(Reply { calls, finish: (*finish).to_owned(), ..Reply::default() })
        };
        assert_eq!(ask_once(stream_of_calls(deltas, finish)).await, expected, "{case}");
    }
}

#[tokio::test]
async fn odd_bodies_are_understood() {
    for (case, body, reply) in BODIES {
        let expected: Reply = serde_json::from_str(reply).expect("the case is JSON");
        assert_eq!(ask_once(Answer::events([*body])).await, Ok(expected.clone()), "{case}");
        let plain = Answer::status(200, &[], body);
        assert_eq!(ask_once(plain).await, Ok(expected), "{case}, without a content type");
    }
}

#[tokio::test]
async fn an_incomplete_reply_is_none_and_is_asked_for_again() {
    for (reason, events, end) in INCOMPLETE {
        let server = Server::script([end(Answer::events(events.iter().copied())), Answer::text("whole")]);
        let mut settings = hasty(server.base_url());
        if reason.contains("silent") {
            settings.silence_timeout = Duration::from_millis(50);
        }
        let mut asker = Asker::of(settings);
        let reply = asker.ask(&hello()).await.map(|reply| (reply.text, reply.calls));
        assert_eq!(reply, Ok(("whole".to_owned(), Vec::new())), "{reason}");
        let retries = asker.retries();
        assert!(matches!(retries.as_slice(), [told] if told.starts_with(reason)), "{reason}: {retries:?}");
    }
}

#[tokio::test]
async fn a_whole_reply_is_taken_though_the_server_does_not_hang_up() {
    let (_, body, reply) = BODIES[0];
    let reply: Reply = serde_json::from_str(reply).expect("the case is JSON");
    let server = Server::script([Answer::events([body]).then_stall()]);
    let settings = Settings { silence_timeout: Duration::from_millis(50), ..hasty(server.base_url()) };
    assert_eq!(Asker::of(settings).ask(&hello()).await, Ok(reply));
}

#[tokio::test]
async fn calls_of_a_reply_that_was_cut_off_are_not_executed() {
    let pieces = [
        r#"[{"index":0,"id":"a","function":{"name":"write","arguments":"{\"path\":\"x\"}"}}]"#,
        r#"[{"index":1,"id":"b","function":{"name":"write","arguments":"{\"path\":"}}]"#,
    ];
    let cut = |id: &str, text: &str| ToolCall {
        id: id.to_owned(),
        name: "write".to_owned(),
        arguments: Arguments::Unreadable { unreadable: text.to_owned(), problem: CUT_OFF.to_owned() },
    };
    let calls = vec![cut("a", r#"{"path":"x"}"#), cut("b", r#"{"path":"#)];
    let expected = Reply { calls, finish: "length".to_owned(), ..Reply::default() };
    assert_eq!(ask_once(stream_of_calls(&pieces, "length")).await, Ok(expected));
}
