//! What fails, how it is told, and when it is tried again.

use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use agentrun::interrupt::{self, Signal};
use agentrun::model::ModelError;
use agentrun::model::openai::Settings;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::{Asker, hasty, hello};
use crate::support::server::{Answer, Server};

type Headers = &'static [(&'static str, &'static str)];

/// Status, headers and body of an answer, and the message and hint that it becomes.
const REFUSED: &[(u16, Headers, &str, &str, &str)] = &[
    (
        401,
        &[],
        r#"{"error":{"message":"Invalid API Key","type":"authentication_error","code":401}}"#,
        "the API key OPENAI_API_KEY is not set: 401 unauthorized: Invalid API Key",
        "set OPENAI_API_KEY to the API key of URL",
    ),
    (
        402,
        &[],
        r#"{"error":{"message":"pay"}}"#,
        "the account has no credit left: 402 payment required: pay",
        "check the plan and billing of the account at URL",
    ),
    (
        429,
        &[],
        r#"{"error":{"message":"over","code":"insufficient_quota"}}"#,
        "the account has no credit left: 429 too many requests: over",
        "check the plan and billing of the account at URL",
    ),
    (
        404,
        &[],
        r#"{"detail":"Not Found"}"#,
        "no server answers at URL/chat/completions: 404 not found: Not Found",
        "check the base URL; it usually ends in `/v1`",
    ),
    (
        200,
        &[("content-type", "text/html; charset=utf-8")],
        "<title>Welcome</title>",
        "URL/chat/completions answers with a web page: Welcome",
        "check the base URL; it usually ends in `/v1`",
    ),
    (
        200,
        &[("content-type", "text/plain")],
        "\n<!doctype html><html><head><title>Chat UI</title>",
        "URL/chat/completions answers with a web page: Chat UI",
        "check the base URL; it usually ends in `/v1`",
    ),
    (
        200,
        &[("content-type", "text/plain")],
        "Ollama is running",
        "URL/chat/completions answers with something other than a chat completion: Ollama is running",
        "check the base URL; it usually ends in `/v1`",
    ),
    (
        200,
        &[("content-type", "application/json")],
        r#"{"status":"ok","version":"2.1"}"#,
        "URL/chat/completions answers with something other than a chat completion: {\"status\":\"ok\",\"version\":\"2.1\"}",
        "check the base URL; it usually ends in `/v1`",
    ),
    (
        308,
        &[("location", "https://elsewhere/v1")],
        "",
        "URL redirects to https://elsewhere/v1",
        "set the base URL to the address it redirects to",
    ),
    (
        400,
        &[],
        r#"{"error":{"message":"tiny does not support tools"}}"#,
        "the model server refuses the request: 400 bad request: tiny does not support tools",
        "agentrun needs a model that calls tools; check that `tiny` does",
    ),
    (
        403,
        &[],
        r#"{"error":{"message":"Project p does not have access to model tiny"}}"#,
        "URL does not know the model `tiny`: 403 forbidden: Project p does not have access to model tiny",
        "check the name of the model",
    ),
    (
        404,
        &[],
        r#"{"error":"model 'tiny' not found"}"#,
        "URL does not know the model `tiny`: 404 not found: model 'tiny' not found",
        "check the name of the model",
    ),
    (
        200,
        &[],
        r#"{"error":{"message":"model 'tiny' not found","code":404}}"#,
        "URL does not know the model `tiny`: 404 not found: model 'tiny' not found",
        "check the name of the model",
    ),
    (
        200,
        &[],
        r#"{"choices":[{"message":{"content":"<tool_call>{\"name\":\"read_file\"}</tool_call>"}}]}"#,
        "URL passes tool calls of `tiny` on as text",
        "turn on the server's tool calls for this model (llama-server: `--jinja`; vLLM: \
         `--enable-auto-tool-choice --tool-call-parser`)",
    ),
];

/// Status and body of an answer, and what is told of the retry.
const PASSING: &[(u16, &str, &str)] = &[
    (
        500,
        r#"{"error":{"message":"","type":"internal_server_error","code":null}}"#,
        "500 internal server error",
    ),
    (503, r#"{"error":{"message":"Loading model","code":503}}"#, "503 service unavailable: Loading model"),
    (429, r#"{"error":{"message":"slow","code":1302}}"#, "429 too many requests: slow"),
    (502, "<html><title>502 Bad Gateway</title></html>", "502 bad gateway: 502 Bad Gateway"),
    (
        429,
        r#"[{"error":{"message":"You exceeded your current quota. Please retry in 0.01s."}}]"#,
        "429 too many requests: You exceeded your current quota. Please retry in 0.01s.",
    ),
    (529, "overloaded", "529: overloaded"),
    (408, "", "408 request timeout"),
    (409, "{}", "409 conflict"),
    (425, "null", "425 too early"),
];

fn refused(message: impl Into<String>, hint: impl Into<String>) -> ModelError {
    ModelError::Refused { message: message.into(), hint: hint.into() }
}

fn error(message: &str) -> Value {
    json!({ "error": { "message": message } })
}

/// The error for this answer; the server's address is shown as `URL`.
async fn failure(answer: Answer, change: impl FnOnce(&mut Settings)) -> (ModelError, usize) {
    let server = Server::start(move |request| match request.path.as_str() {
        "/v1/models" => Answer::status(404, &[], ""),
        _ => answer.clone(),
    });
    let mut settings = hasty(server.base_url());
    change(&mut settings);
    let failure = Asker::of(settings).ask(&hello()).await.expect_err("there is no reply");
    let hide = |text: String| text.replace(&server.base_url(), "URL");
    let failure = match failure {
        ModelError::Refused { message, hint } => refused(hide(message), hide(hint)),
        ModelError::Temporary { message } => ModelError::Temporary { message: hide(message) },
        other => other,
    };
    let posts = server.requests().iter().filter(|request| request.method == "POST").count();
    (failure, posts)
}

#[tokio::test]
async fn what_trying_again_does_not_help_is_refused_at_once() {
    for (status, headers, body, message, hint) in REFUSED {
        let expected = refused(*message, *hint);
        assert_eq!(failure(Answer::status(*status, headers, body), |_| {}).await, (expected, 1));
    }
}

#[tokio::test]
async fn what_may_pass_is_tried_again() {
    for (status, body, reason) in PASSING {
        let server = Server::script([Answer::status(*status, &[], body), Answer::text("hi")]);
        let mut asker = Asker::of(hasty(server.base_url()));
        assert!(asker.ask(&hello()).await.is_ok(), "{reason}");
        assert_eq!(asker.retries(), [*reason]);
    }
}

#[tokio::test]
async fn a_refused_key_is_named_by_its_variable_and_never_shown() {
    let set = |settings: &mut Settings| {
        settings.api_key = Some("secret-key".to_owned());
        settings.key_variable = "MY_KEY".to_owned();
    };
    let expected = refused(
        "the API key MY_KEY is refused: 401 unauthorized: wrong",
        "check that the key in MY_KEY is valid for URL",
    );
    assert_eq!(failure(Answer::json(401, &error("wrong")), set).await, (expected, 1));
    let broken = |settings: &mut Settings| settings.api_key = Some("a\nb".to_owned());
    let expected = refused(
        "the API key in OPENAI_API_KEY has characters that no key has",
        "look for a line break or a quotation mark in it",
    );
    assert_eq!(failure(Answer::text("hi"), broken).await, (expected, 0));
    let settings = Settings { api_key: Some("secret-key".to_owned()), ..hasty("http://127.0.0.1:1/v1") };
    assert!(!format!("{:?}", Asker::of(settings).model).contains("secret-key"));
}

#[tokio::test]
async fn an_unknown_model_is_answered_with_the_nearest_known_one() {
    let cases = [
        (json!(["tinny-7b", "tiny-2"]), "did you mean `tiny-2`?"),
        (json!(["qwen", "gpt"]), "the server has `qwen`, `gpt`"),
    ];
    for (known, expected) in cases {
        let models: Vec<Value> = known.as_array().unwrap().iter().map(|id| json!({ "id": id })).collect();
        let server = Server::start(move |request| match request.path.as_str() {
            "/v1/models" => Answer::json(200, &json!({ "data": models })),
            _ => Answer::json(404, &json!({ "error": { "message": "no", "code": "model_not_found" } })),
        });
        let failure = Asker::of(hasty(server.base_url())).ask(&hello()).await;
        let message = format!("{} does not know the model `tiny`: 404 not found: no", server.base_url());
        assert_eq!(failure, Err(refused(message, expected)));
    }
}

#[tokio::test]
async fn a_conversation_that_is_too_long_is_an_overflow_with_the_window_where_it_is_told() {
    let llama = json!({ "error": {
        "message": "the request exceeds the available context size", "type": "exceed_context_size_error", "n_ctx": 4096,
    } });
    let long = "This model's maximum context length is 8192 tokens. However, you requested 12015 tokens";
    let says = [
        (Answer::json(400, &error(long)), Some(8192)),
        (Answer::json(400, &llama), Some(4096)),
        (Answer::json(500, &error("the request exceeds the context window of this model")), None),
        (Answer::json(413, &error("payload too large")), None),
        (
            Answer::chunks(&[json!({ "error": { "message": "prompt is too long: 9 tokens > 8 maximum" } })]),
            Some(8),
        ),
        (
            Answer::chunks(&[json!({ "choices": [{ "finish_reason": "model_context_window_exceeded" }] })]),
            None,
        ),
    ];
    for (answer, expected) in says {
        let (failure, requests) = failure(answer, |_| {}).await;
        let ModelError::Overflow { window, .. } = failure else { panic!("{failure:?}") };
        assert_eq!((window, requests), (expected, 1));
    }
    let rate = error("Request too large: reduce the length of the messages or try again");
    assert!(matches!(failure(Answer::json(429, &rate), |_| {}).await, (ModelError::Temporary { .. }, 6)));
}

#[tokio::test]
async fn a_reply_has_an_end_whatever_the_server_sends() {
    let delta = |text: &str| format!("data: {{\"choices\":[{{\"delta\":{{\"content\":\"{text}\"}}}}]}}\n\n");
    let numbers =
        |from: usize| (from..from + 20_000).map(|number| number.to_string()).collect::<Vec<_>>().join(" ");
    let floods = [
        Answer::events((0..90).map(|part| delta(&numbers(part * 20_000)))),
        Answer::events((0..3).map(|_| format!("data: {}", "x".repeat(3_000_000)))),
        Answer::status(
            200,
            &[("content-type", "application/json")],
            &format!("[{}]", "1,".repeat(5_000_000)),
        ),
    ];
    for flood in floods {
        let (failure, requests) = failure(flood, |settings| settings.max_tries = 1).await;
        let ModelError::Temporary { message } = failure else { panic!("{failure:?}") };
        assert!(message.ends_with("the reply is larger than 8 MiB"), "{message}");
        assert_eq!(requests, 1);
    }
}

#[tokio::test]
async fn a_model_that_says_the_same_over_and_over_is_cut_off_and_asked_once_more() {
    let delta = |text: &str| json!({ "choices": [{ "delta": { "content": text } }] });
    let sentence = "I will now run the tests again and look at what they say. ";
    let chant = || Answer::chunks(&vec![delta(sentence); 2_000]).and_done();
    let server = Server::script([chant(), Answer::text("hi")]);
    let mut asker = Asker::of(hasty(server.base_url()));
    assert_eq!(asker.ask(&hello()).await.map(|reply| reply.text), Ok("hi".to_owned()));
    let reason =
        "the reply was cut: it repeats \"I will now run the tests again and look at what they say.\"";
    assert_eq!(asker.retries(), [reason]);
    let (failure, requests) = failure(chant(), |_| {}).await;
    assert!(matches!(&failure, ModelError::Chant { what } if what == sentence.trim()), "{failure:?}");
    assert_eq!(requests, 2);
}

#[tokio::test]
async fn retries_end() {
    let temporary = |message: &str| ModelError::Temporary { message: message.to_owned() };
    let busy = || Answer::json(503, &error("busy"));
    assert_eq!(
        failure(busy(), |_| {}).await,
        (temporary("503 service unavailable: busy (tried 6 times)"), 6)
    );
    let no_time = |settings: &mut Settings| settings.retry_budget = Duration::ZERO;
    assert_eq!(
        failure(busy(), no_time).await,
        (temporary("503 service unavailable: busy (tried for < 0.1 s)"), 1)
    );
    let patient = Answer::status(429, &[("retry-after", "3600")], "slow");
    assert_eq!(
        failure(patient, |_| {}).await,
        (temporary("429 too many requests: slow (the server asks to wait 60 min)"), 1)
    );
}

#[tokio::test]
async fn a_server_that_never_answered_is_refused_and_one_that_did_is_temporarily_away() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let url = format!("http://{address}/v1");
    drop(listener);
    let reason = TcpStream::connect(address).expect_err("nobody listens");
    let mut asker = Asker::of(hasty(&url));
    let message = format!("cannot reach {url}: {reason}");
    let hint = "check that the model server is running and that the base URL is right";
    assert_eq!(asker.ask(&hello()).await, Err(refused(message.clone(), hint)));
    assert_eq!(asker.retries(), [message.as_str(), message.as_str()]);

    let server = Server::script([Answer::status(503, &[("connection", "close")], "{}")]);
    let url = server.base_url();
    let mut asker = Asker::of(Settings { max_tries: 1, ..hasty(&url) });
    let _ = asker.ask(&hello()).await;
    drop(server);
    let failure = asker.ask(&hello()).await;
    assert!(matches!(failure, Err(ModelError::Temporary { .. })), "{failure:?}");
}

#[tokio::test]
async fn a_url_that_is_none_is_refused() {
    let failure = Asker::of(hasty("localhost/v1")).ask(&hello()).await;
    let message = "the base URL cannot be used: relative URL without a base";
    assert_eq!(failure, Err(refused(message, "a base URL looks like `https://api.openai.com/v1`")));
}

#[tokio::test]
async fn every_wait_ends_at_its_limit_or_at_an_interrupt() {
    let stall = || Answer::events([": thinking\n\n"]).then_stall();
    let (failure, _) = failure(stall(), |settings| {
        settings.max_tries = 1;
        settings.first_byte_timeout = Duration::from_millis(50);
    })
    .await;
    assert!(
        matches!(&failure, ModelError::Temporary { message } if message.contains("silent")),
        "{failure:?}"
    );

    let (raise, interrupt) = interrupt::pair();
    let server = Server::start(move |_| {
        raise.raise(Signal::Interrupt);
        stall()
    });
    let reply = Asker::of(Settings::new(server.base_url(), "tiny")).ask_until(&hello(), &interrupt).await;
    assert_eq!(reply, Err(ModelError::Interrupted));

    let (raise, interrupt) = interrupt::pair();
    let server = Server::start(move |_| {
        raise.raise(Signal::Terminate);
        Answer::status(429, &[("retry-after", "100")], "")
    });
    let reply = Asker::of(Settings::new(server.base_url(), "tiny")).ask_until(&hello(), &interrupt).await;
    assert_eq!(reply, Err(ModelError::Interrupted));
}

#[tokio::test]
async fn comments_are_a_sign_of_life_but_not_for_ever() {
    let end = "data: {\"choices\":[{\"delta\":{\"content\":\"hi\"},\"finish_reason\":\"stop\"}]}\n\n";
    let whole = failure(Answer::events([":\n\n", ":\n\n"]).then_stall(), |settings| {
        settings.max_tries = 1;
        settings.request_timeout = Duration::from_millis(60);
    });
    let told = "no whole reply within < 0.1 s";
    assert_eq!(whole.await, (ModelError::Temporary { message: told.to_owned() }, 1));
    let server = Server::script([Answer::events([":\n\n", end])]);
    assert!(Asker::of(hasty(server.base_url())).ask(&hello()).await.is_ok());
}
