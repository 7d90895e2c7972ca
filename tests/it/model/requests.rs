//! What is sent, and how it changes with what a server takes.

use agentrun::model::message::{Arguments, Message, Reply, ToolCall};
use agentrun::model::openai::Settings;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::{Asker, call, hasty, hello};
use crate::support::server::{Answer, Server};

fn user(text: &str) -> Message {
    Message::User { text: text.to_owned() }
}

fn result(call_id: &str, text: &str) -> Message {
    Message::Tool { call_id: call_id.to_owned(), name: "read_file".to_owned(), text: text.to_owned() }
}

/// The conversation, asked once; the messages as they were sent.
async fn sent(messages: &[Message]) -> Value {
    let server = Server::script([Answer::text("hi")]);
    Asker::of(hasty(server.base_url())).ask(messages).await.expect("the server replies");
    server.bodies()[0]["messages"].clone()
}

#[tokio::test]
async fn a_request_is_this() {
    let server = Server::script([Answer::text("hi")]);
    let settings = Settings {
        api_key: Some(" key\n".to_owned()),
        temperature: Some(0.5),
        max_output_tokens: Some(100),
        ..hasty(format!("{}/chat/completions/", server.base_url()))
    };
    let mut asker = Asker::of(settings);
    asker.ask(&[Message::System { text: "be good".to_owned() }, user("go")]).await.expect("a reply");
    let [request] = &server.requests()[..] else { panic!("one request") };
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/v1/chat/completions"));
    assert_eq!(request.header("authorization"), Some("Bearer key"));
    assert_eq!(request.header("content-type"), Some("application/json"));
    let expected = concat!(
        r#"{"model":"tiny","stream":true,"stream_options":{"include_usage":true},"max_tokens":100,"#,
        r#""temperature":0.5,"tools":[{"type":"function","function":{"name":"read_file","#,
        r#""description":"Reads a file.","parameters":{"properties":{"path":{"type":"string"}},"#,
        r#""type":"object"}}}],"messages":[{"role":"system","content":"be good"},"#,
        r#"{"role":"user","content":"go"}]}"#,
    );
    assert_eq!(request.body, expected);
}

#[tokio::test]
async fn a_server_of_ones_own_gets_no_key() {
    let server = Server::script([Answer::text("hi")]);
    Asker::of(hasty(server.base_url())).ask(&hello()).await.expect("a reply");
    assert_eq!(server.requests()[0].header("authorization"), None);
}

#[tokio::test]
async fn each_request_begins_with_the_bytes_of_the_one_before() {
    let server = Server::start(|request| match request.number {
        1 => Answer::reply("on it", &[("read_file", json!({ "path": "a", "b": 1 }))]),
        2 => Answer::call("read_file", &json!({ "path": "b" })),
        _ => Answer::text("done"),
    });
    let mut asker = Asker::of(hasty(server.base_url()));
    let mut messages = vec![Message::System { text: "rules".to_owned() }, user("go")];
    for _ in 0..3 {
        let reply = asker.ask(&messages).await.expect("a reply");
        let results: Vec<Message> = reply.calls.iter().map(|call| result(&call.id, "ok")).collect();
        messages.push(Message::Assistant(reply));
        messages.extend(results);
    }
    let requests = server.requests();
    for pair in requests.windows(2) {
        let before = pair[0].body.strip_suffix("]}").expect("messages come last");
        assert!(pair[1].body.starts_with(before), "{}\n{}", pair[0].body, pair[1].body);
    }
    let ids: Vec<&str> = messages
        .iter()
        .filter_map(|message| match message {
            Message::Tool { call_id, .. } => Some(call_id.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(ids, ["call_0", "call00002"], "the server gives the same id twice");
}

#[tokio::test]
async fn every_call_has_one_result_and_arguments_that_are_json() {
    let unreadable = Arguments::Unreadable { unreadable: "{\"pa".to_owned(), problem: "cut".to_owned() };
    let calls = vec![
        call("a", "read_file", json!({ "path": "x" })),
        ToolCall { id: "b".to_owned(), name: "read_file".to_owned(), arguments: unreadable },
    ];
    let messages = [
        user("go"),
        result("stray", "nobody asked"),
        Message::Assistant(Reply { calls, ..Reply::default() }),
        result("b", "no"),
        result("b", "again"),
        user("and now"),
        result("a", "too late"),
        Message::Assistant(Reply::default()),
    ];
    let expected = json!([
        { "role": "user", "content": "go" },
        { "role": "assistant", "content": null, "tool_calls": [
            { "id": "a", "type": "function",
              "function": { "name": "read_file", "arguments": "{\"path\":\"x\"}" } },
            { "id": "b", "type": "function", "function": { "name": "read_file", "arguments": "{}" } },
        ] },
        { "role": "tool", "content": "no", "tool_call_id": "b" },
        { "role": "tool", "content": "interrupted: not executed", "tool_call_id": "a" },
        { "role": "user", "content": "and now" },
        { "role": "assistant", "content": "(no text)" },
    ]);
    assert_eq!(sent(&messages).await, expected);
}

#[tokio::test]
async fn reasoning_goes_back_only_under_the_name_that_it_came_by() {
    let thought = |name: &str| {
        let delta = json!({ name: "hm", "content": "hi" });
        Answer::chunks(&[json!({ "choices": [{ "delta": delta, "finish_reason": "stop" }] })])
    };
    for (name, expected) in [("reasoning_content", json!("hm")), ("reasoning", Value::Null)] {
        let server = Server::script([thought(name), Answer::text("done")]);
        let mut asker = Asker::of(hasty(server.base_url()));
        let reply = asker.ask(&hello()).await.expect("a reply");
        let messages = [user("hello"), Message::Assistant(reply), user("go on")];
        asker.ask(&messages).await.expect("a reply");
        assert_eq!(server.bodies()[1]["messages"][1]["reasoning_content"], expected, "{name}");
    }
}

#[tokio::test]
async fn what_a_server_does_not_take_is_left_out_from_then_on() {
    let refusal = |status: u16, message: &str, param: &str| {
        Answer::json(status, &json!({ "error": { "message": message, "param": param } }))
    };
    let server = Server::script([
        refusal(400, "Unknown parameter: stream_options", ""),
        refusal(400, "Use 'max_completion_tokens' instead", "max_tokens"),
        refusal(422, "max_completion_tokens: extra inputs are not permitted", ""),
        refusal(400, "Unsupported value: 'temperature' does not support 0.5", "temperature"),
        refusal(400, "this model does not support streaming", ""),
        Answer::json(200, &json!({ "choices": [{ "message": { "content": "hi" } }] })),
        Answer::text("again"),
    ]);
    let settings =
        Settings { temperature: Some(0.5), max_output_tokens: Some(9), ..hasty(server.base_url()) };
    let mut asker = Asker::of(settings);
    assert_eq!(asker.ask(&hello()).await.map(|reply| reply.text), Ok("hi".to_owned()));
    assert_eq!(asker.ask(&hello()).await.map(|reply| reply.text), Ok("again".to_owned()));
    let expected = [
        "the server refuses `stream_options`: left out",
        "the server refuses this name of the output limit: the other is used",
        "the server refuses an output limit: left out",
        "the server refuses `temperature`: left out",
        "the server refuses `stream`: replies come in one piece",
    ];
    assert_eq!(asker.adaptations(), expected);
    assert!(asker.retries().is_empty());
    let bodies = server.bodies();
    assert_eq!(bodies[2]["max_completion_tokens"], json!(9));
    let names: Vec<&String> = bodies[6].as_object().unwrap().keys().collect();
    assert_eq!(names, ["messages", "model", "stream", "tools"]);
    assert_eq!(bodies[6]["stream"], json!(false));
}
