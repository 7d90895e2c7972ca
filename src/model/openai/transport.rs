//! Sends one HTTP request and passes on the events of its response.

use std::time::Duration;

use reqwest::Response;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use serde::Serialize;

use super::Settings;
use super::body::{BodyReader, StreamEvent};
use super::failure::TryFailure;
use super::wire::ErrorResponse;
use crate::clock::Stopwatch;
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
    base_url: String,
    /// The key is in them.
    headers: HeaderMap,
}

impl Transport {
    /// Opens no connection yet.
    pub(super) fn new(settings: &Settings) -> Result<Self, TryFailure> {
        let headers = headers(settings)?;
        Ok(Self { http: http_client(settings)?, base_url: settings.base_url.clone(), headers })
    }

    /// Sends a request, once; its events. What is no reply comes back whole.
    pub(super) async fn open(&self, body: &impl Serialize) -> Result<StreamEvents, NoStream> {
        let body = serde_json::to_vec(body).map_err(|error| TryFailure::transient(error.to_string()));
        let request = self.http.post(format!("{}/chat/completions", self.base_url));
        let request = request.headers(self.headers.clone()).header(CONTENT_TYPE, "application/json");
        let response =
            request.body(body.map_err(NoStream::Failed)?).send().await.map_err(|error| unsent(&error))?;
        let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let is_page = kind.is_some_and(|kind| kind.starts_with("text/html"));
        if !response.status().is_success() || is_page {
            return Err(NoStream::Answer(Box::new(answer(response).await)));
        }
        Ok(StreamEvents { response, body: BodyReader::default(), last_byte: Stopwatch::start() })
    }

    /// The models that the server lists, if it does.
    pub(super) async fn models(&self) -> Vec<String> {
        let request = self.http.get(format!("{}/models", self.base_url)).headers(self.headers.clone());
        let body = async { request.timeout(LIST_TIMEOUT).send().await?.bytes().await }.await;
        let list: serde_json::Value =
            body.ok().and_then(|body| serde_json::from_slice(&body).ok()).unwrap_or_default();
        let models = list["data"].as_array().into_iter().flatten();
        models.filter_map(|model| Some(model["id"].as_str()?.to_owned())).collect()
    }
}

/// The events of a response.
#[derive(Debug)]
pub(super) struct StreamEvents {
    response: Response,
    body: BodyReader,
    /// When the last byte came: a comment is a sign of life, too.
    pub(super) last_byte: Stopwatch,
}

impl StreamEvents {
    /// The next event. May be dropped at any time without loss.
    pub(super) async fn next(&mut self) -> StreamEvent {
        loop {
            if let Some(event) = self.body.next() {
                return event;
            }
            match self.response.chunk().await {
                Ok(Some(bytes)) => {
                    self.last_byte = Stopwatch::start();
                    if let Err(reason) = self.body.push(&bytes) {
                        return StreamEvent::Broken(reason);
                    }
                }
                Ok(None) => self.body.end(),
                Err(error) => return StreamEvent::Broken(innermost(&error)),
            }
        }
    }

    /// The start of a body that has ended and is nothing that a model says.
    pub(super) fn stranger(&self) -> Option<&[u8]> {
        self.body.stranger()
    }
}

/// The start of the body is enough for an error; a body that breaks off is as good as one that ends.
async fn answer(mut response: Response) -> ErrorResponse {
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let mut body = Vec::new();
    while let Ok(Some(piece)) = response.chunk().await {
        body.extend_from_slice(&piece);
        if body.len() > LARGEST_ANSWER {
            break;
        }
    }
    ErrorResponse { status, headers, body }
}

fn unsent(error: &reqwest::Error) -> NoStream {
    let reason = innermost(error);
    NoStream::Failed(if error.is_builder() {
        TryFailure::Refused {
            message: format!("the base URL cannot be used: {reason}"),
            hint: "a base URL looks like `https://api.openai.com/v1`".to_owned(),
        }
    } else if error.is_connect() {
        TryFailure::Unreachable { reason }
    } else {
        TryFailure::transient(reason)
    })
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

/// The headers of every request.
fn headers(settings: &Settings) -> Result<HeaderMap, TryFailure> {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("text/event-stream, application/json"));
    if let Some(key) = &settings.api_key {
        let bearer = HeaderValue::from_str(&format!("Bearer {key}"));
        let mut bearer = bearer.map_err(|_| TryFailure::Refused {
            message: format!("the API key in {} has characters that no key has", settings.key_variable),
            hint: "look for a line break or a quotation mark in it".to_owned(),
        })?;
        bearer.set_sensitive(true);
        headers.insert(AUTHORIZATION, bearer);
    }
    Ok(headers)
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
}
