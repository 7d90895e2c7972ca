//! Sends one HTTP request and reads the events of its response; the only file that knows `async-openai`.
//!
//! The crate builds the request and reads the events. It would hide the status and headers of errors
//! and retry as it likes, so requests go through a service of our own that does neither.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use async_openai::Client;
use async_openai::config::Config;
use async_openai::error::OpenAIError;
use async_openai::middleware::HttpRequestFactory;
use futures_util::{Stream, StreamExt, TryStreamExt};
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use secrecy::SecretString;
use serde::Serialize;

use super::Settings;
use super::body::{self, BodyEnd, BodyWatch};
use super::failure::TryFailure;
use super::wire::{Chunk, ErrorResponse, Loose};
use crate::words;

/// How long a server may take to list its models; the list only serves a hint.
const LIST_TIMEOUT: Duration = Duration::from_secs(5);

/// The most that is read of the body of an error.
const LARGEST_ANSWER: usize = 64 * 1024;

/// Why a request had no stream of events as its response.
#[derive(Debug)]
pub(super) enum NoStream {
    /// It was answered with something else.
    Answer(Box<ErrorResponse>),
    /// It never came to an answer.
    Failed(TryFailure),
}

/// The connection to one server, kept open between requests.
#[derive(Debug)]
pub(super) struct Transport {
    http: reqwest::Client,
    client: Client<Address>,
    watch: Arc<BodyWatch>,
}

impl Transport {
    /// Opens no connection yet.
    pub(super) fn new(settings: &Settings) -> Result<Self, TryFailure> {
        let address = Address::new(settings)?;
        let http = http_client(settings)?;
        let watch = Arc::new(BodyWatch::new());
        let service = tower::service_fn({
            let (http, watch) = (http.clone(), Arc::clone(&watch));
            move |request| send(http.clone(), Arc::clone(&watch), request)
        });
        let client = Client::build(http.clone(), address).with_http_service(service);
        Ok(Self { http, client, watch })
    }

    /// Sends a request, once; its events.
    pub(super) async fn open(&self, body: &impl Serialize) -> Result<StreamEvents, NoStream> {
        self.watch.reset();
        let stream = self.client.chat().create_stream_byot(body).await.map_err(unopened)?;
        Ok(StreamEvents { stream, watch: Arc::clone(&self.watch) })
    }

    /// The models that the server lists, if it does.
    pub(super) async fn models(&self) -> Vec<String> {
        let address = self.client.config();
        let request = self.http.get(address.url("/models")).headers(address.headers());
        let body = async { request.timeout(LIST_TIMEOUT).send().await?.bytes().await }.await;
        let list: serde_json::Value =
            body.ok().and_then(|body| serde_json::from_slice(&body).ok()).unwrap_or_default();
        let models = list["data"].as_array().into_iter().flatten();
        models.filter_map(|model| Some(model["id"].as_str()?.to_owned())).collect()
    }
}

/// What comes next of a response.
#[derive(Debug)]
pub(super) enum StreamEvent {
    /// A piece of the reply.
    Chunk(Chunk),
    /// Several pieces, sent without the empty lines between them.
    Chunks(Vec<Chunk>),
    /// The server closed with `[DONE]`.
    Done,
    /// The connection was closed without it.
    Closed,
    /// The connection failed, or what came is not JSON.
    Broken(String),
}

/// The events of a response.
pub(super) struct StreamEvents {
    stream: Pin<Box<dyn Stream<Item = Result<Loose<Chunk>, OpenAIError>> + Send>>,
    watch: Arc<BodyWatch>,
}

impl StreamEvents {
    pub(super) async fn next(&mut self) -> StreamEvent {
        match self.stream.next().await {
            Some(Ok(Loose(chunk))) => StreamEvent::Chunk(chunk),
            Some(Err(OpenAIError::JSONDeserialize(error, text))) => unseparated(&error, &text),
            Some(Err(error)) => match self.watch.end() {
                Some(BodyEnd::Broken(reason)) => StreamEvent::Broken(reason),
                _ => StreamEvent::Broken(error.to_string()),
            },
            None if self.watch.end().is_some() => StreamEvent::Closed,
            None => StreamEvent::Done,
        }
    }

    pub(super) fn watch(&self) -> &BodyWatch {
        &self.watch
    }
}

/// The texts of events without empty lines between them come as one, a line each.
fn unseparated(error: &serde_json::Error, text: &str) -> StreamEvent {
    let (text, done) = match text.trim_end().strip_suffix("[DONE]") {
        Some(text) => (text, true),
        None => (text, false),
    };
    if text.trim().is_empty() {
        return if done { StreamEvent::Done } else { StreamEvent::Chunks(Vec::new()) };
    }
    let chunks = serde_json::Deserializer::from_str(text).into_iter::<Loose<Chunk>>();
    if let Ok(chunks) = chunks.map(|chunk| chunk.map(|Loose(chunk)| chunk)).collect() {
        StreamEvent::Chunks(chunks)
    } else {
        let start: String = text.chars().take(80).collect();
        StreamEvent::Broken(format!("the server sent an event that is not JSON ({error}): {start}"))
    }
}

/// Sends one request. A reply goes on to the parser of events; anything else comes back whole.
async fn send(
    http: reqwest::Client,
    watch: Arc<BodyWatch>,
    request: HttpRequestFactory,
) -> Result<reqwest::Response, OpenAIError> {
    let request = request.build().await?;
    let response = http.execute(request).await?;
    watch.reset();
    let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let is_page = kind.is_some_and(|kind| kind.starts_with("text/html"));
    if !response.status().is_success() || is_page {
        return Err(OpenAIError::Boxed(Box::new(StrayResponse(answer(response).await))));
    }
    let (status, headers) = (response.status(), response.headers().clone());
    let bytes = response.bytes_stream().map_err(|error| innermost(&error));
    let body = reqwest::Body::wrap_stream(body::events(bytes, watch));
    let mut response = http::Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    Ok(response.into())
}

/// The start of the body is enough for an error; a body that breaks off is as good as one that ends.
async fn answer(response: reqwest::Response) -> ErrorResponse {
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let mut body = Vec::new();
    let mut bytes = response.bytes_stream();
    while let Some(Ok(piece)) = bytes.next().await {
        body.extend_from_slice(&piece);
        if body.len() > LARGEST_ANSWER {
            break;
        }
    }
    ErrorResponse { status, headers, body }
}

/// An [`ErrorResponse`] on its way through `async-openai`.
#[derive(Debug, thiserror::Error)]
#[error("status {}", .0.status)]
struct StrayResponse(ErrorResponse);

fn unopened(error: OpenAIError) -> NoStream {
    let failure = match error {
        OpenAIError::Boxed(error) => match error.downcast::<StrayResponse>() {
            Ok(stray) => return NoStream::Answer(Box::new(stray.0)),
            Err(error) => TryFailure::transient(error.to_string()),
        },
        OpenAIError::Reqwest(error) if error.is_builder() => TryFailure::Refused {
            message: format!("the base URL cannot be used: {}", innermost(&error)),
            hint: "a base URL looks like `https://api.openai.com/v1`".to_owned(),
        },
        OpenAIError::Reqwest(error) if error.is_connect() => {
            TryFailure::Unreachable { reason: innermost(&error) }
        }
        OpenAIError::Reqwest(error) => TryFailure::transient(innermost(&error)),
        other => TryFailure::transient(other.to_string()),
    };
    NoStream::Failed(failure)
}

/// The innermost reason, which is the one that says something: "connection refused (os error 111)".
fn innermost(error: &reqwest::Error) -> String {
    words::reasons(error).last().map(ToString::to_string).unwrap_or_default()
}

/// Redirects are not followed: a key is sent to nobody but the server that was named.
fn http_client(settings: &Settings) -> Result<reqwest::Client, TryFailure> {
    // Who did this before us, in this process, did the same.
    drop(rustls::crypto::ring::default_provider().install_default());
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("agentrun/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .connect_timeout(settings.connect_timeout)
        .tcp_nodelay(true);
    if settings.base_url.starts_with("http://") {
        // Reading the certificates of the system takes longer than everything else before the first
        // request, and there is no redirect to a place that would need them.
        builder = builder.tls_certs_only([]);
    }
    if is_loopback(&settings.base_url) {
        builder = builder.no_proxy();
    }
    builder.build().map_err(|error| TryFailure::Refused {
        message: format!("no HTTP client can be made: {}", innermost(&error)),
        hint: "check the TLS certificates of the system".to_owned(),
    })
}

/// Whether a URL names this machine, which no proxy stands before.
fn is_loopback(url: &str) -> bool {
    reqwest::Url::parse(url).is_ok_and(|url| {
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        host == "localhost" || host.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
    })
}

/// Where requests go, and with which key. The crate's own type reads the environment.
#[derive(Debug, Clone)]
struct Address {
    base_url: String,
    key: SecretString,
    headers: HeaderMap,
}

impl Address {
    fn new(settings: &Settings) -> Result<Self, TryFailure> {
        let key = settings.api_key.clone().unwrap_or_default();
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("text/event-stream, application/json"));
        if !key.is_empty() {
            let mut bearer =
                HeaderValue::from_str(&format!("Bearer {key}")).map_err(|_| TryFailure::Refused {
                    message: format!(
                        "the API key in {} has characters that no key has",
                        settings.key_variable
                    ),
                    hint: "look for a line break or a quotation mark in it".to_owned(),
                })?;
            bearer.set_sensitive(true);
            headers.insert(AUTHORIZATION, bearer);
        }
        Ok(Self { base_url: settings.base_url.clone(), key: key.into(), headers })
    }
}

impl Config for Address {
    fn headers(&self) -> HeaderMap {
        self.headers.clone()
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base_url)
    }

    fn query(&self) -> Vec<(&str, &str)> {
        Vec::new()
    }

    fn api_base(&self) -> &str {
        &self.base_url
    }

    fn api_key(&self) -> &SecretString {
        &self.key
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_reached_without_a_proxy() {
        for (url, expected) in [
            ("http://localhost:11434/v1", true),
            ("http://127.0.0.1/v1", true),
            ("http://127.9.9.9/v1", true),
            ("http://[::1]:8080/v1", true),
            ("http://localhost.example.org/v1", false),
            ("http://10.0.0.1/v1", false),
            ("no url", false),
        ] {
            assert_eq!(is_loopback(url), expected, "{url}");
        }
    }

    #[test]
    fn events_without_empty_lines_between_them_are_told_apart() {
        let error = || serde_json::from_str::<u8>("x").unwrap_err();
        for (text, expected) in [
            ("{}\n{}", "2 chunks"),
            ("{}\n{}\n[DONE]", "2 chunks"),
            ("[DONE]\n", "done"),
            (" ", "0 chunks"),
            ("oops", "the server sent an event that is not JSON (expected value at line 1 column 1): oops"),
        ] {
            let told = match unseparated(&error(), text) {
                StreamEvent::Chunks(chunks) => format!("{} chunks", chunks.len()),
                StreamEvent::Done => "done".to_owned(),
                StreamEvent::Broken(reason) => reason,
                other => format!("{other:?}"),
            };
            assert_eq!(told, expected, "{text}");
        }
    }
}
