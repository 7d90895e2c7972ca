//! Why a try gave no reply, and what to do about it.

use std::time::Duration;

use super::Settings;
use super::body::too_large;
use super::fault::ServerFault;
use super::overflow::{Overflow, overflow};
use super::request::Adaptation;
use super::wire::ErrorResponse;
use crate::model::retry;

/// What servers say when the account has no money left. Some say it of the requests of a minute too,
/// but then they also say when to come back.
const QUOTA: [&str; 4] =
    ["exceeded your current quota", "insufficient balance", "insufficient credit", "billing"];

/// The most that is shown of an answer that is none.
const SHOWN: usize = 100;

const CHECK_URL: &str = "check the base URL; it usually ends in `/v1`";

/// Why a try gave no reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TryFailure {
    /// Trying again does not help.
    Refused {
        message: String,
        hint: String,
    },
    UnknownModel {
        message: String,
    },
    /// The conversation is longer than the model's window.
    Overflow {
        message: String,
        window: Option<u64>,
    },
    /// The reply says the same over and over.
    Chant {
        what: String,
    },
    /// A whole reply with nothing in it.
    Empty,
    /// Trying again may help; the server may have asked for a wait.
    Transient {
        reason: String,
        asked: Option<Duration>,
    },
    Unreachable {
        reason: String,
    },
    /// The server refuses an optional part of the request.
    Unsupported(Adaptation),
}

impl TryFailure {
    pub(super) fn transient(reason: impl Into<String>) -> Self {
        Self::Transient { reason: reason.into(), asked: None }
    }

    /// No model says so much: the server does not come to an end.
    pub(super) fn too_large() -> Self {
        Self::transient(too_large())
    }

    /// From a response that is no reply.
    pub(super) fn of_answer(answer: &ErrorResponse, settings: &Settings, possible: &[Adaptation]) -> Self {
        let fault = ServerFault::of_body(&answer.body);
        let header = |name: &str| answer.headers.get(name)?.to_str().ok();
        let asked = retry::asked(header, &String::from_utf8_lossy(&answer.body));
        if (300..400).contains(&answer.status) {
            let target = header("location").unwrap_or("another address");
            return Self::Refused {
                message: format!("{} redirects to {target}", settings.base_url),
                hint: "set the base URL to the address it redirects to".to_owned(),
            };
        }
        if answer.status < 300 {
            return Self::of_stranger(&answer.body, settings);
        }
        Self::of_status(Some(answer.status), &fault, asked, &Server { settings, possible })
    }

    /// From the start of a body that was sent as a success and is nothing that a model says.
    pub(super) fn of_stranger(start: &[u8], settings: &Settings) -> Self {
        let text = String::from_utf8_lossy(start);
        let text = text.trim();
        let (what, told) = if text.starts_with('<') {
            ("a web page", ServerFault::of_body(start).message)
        } else {
            ("something other than a chat completion", text.chars().take(SHOWN).collect())
        };
        Self::Refused {
            message: format!("{}/chat/completions answers with {what}: {told}", settings.base_url),
            hint: CHECK_URL.to_owned(),
        }
    }

    /// From an error object in the place of a reply.
    pub(super) fn of_fault(fault: &ServerFault, settings: &Settings, possible: &[Adaptation]) -> Self {
        let asked = retry::asked(|_| None, &fault.message);
        Self::of_status(fault.status, fault, asked, &Server { settings, possible })
    }

    fn of_status(
        status: Option<u16>,
        fault: &ServerFault,
        asked: Option<Duration>,
        server: &Server<'_>,
    ) -> Self {
        let words = fault.words();
        let says = |patterns: &[&str]| patterns.iter().any(|pattern| words.contains(pattern));
        let message = describe(status, fault);
        match status {
            None | Some(400 | 403 | 404) if names_unknown_model(&words) => Self::UnknownModel { message },
            Some(401 | 403) => server.refuses_key(&message),
            Some(402) => server.wants_money(&message),
            _ if says(&["insufficient_quota"]) => server.wants_money(&message),
            _ if asked.is_none() && says(&QUOTA) => server.wants_money(&message),
            // A rate limit speaks of tokens too, but of those per minute.
            _ if status != Some(429)
                && let Some(Overflow { window }) = overflow(&words) =>
            {
                Self::Overflow { message, window: window.or(fault.window) }
            }
            Some(413) => Self::Overflow { message, window: None },
            Some(404) => server.has_nothing_there(&message),
            // Validation errors of some servers come with status 500.
            Some(400 | 405 | 415 | 422 | 500 | 501) if let Some(unsupported) = server.adaptation(fault) => {
                Self::Unsupported(unsupported)
            }
            None | Some(408 | 409 | 425 | 429 | 500..) => Self::Transient { reason: message, asked },
            Some(_) => Self::Refused {
                message: format!("the model server refuses the request: {message}"),
                hint: server.hint_for_refusal(&words),
            },
        }
    }
}

/// Who answered, and what can still be left out of the request.
struct Server<'a> {
    settings: &'a Settings,
    possible: &'a [Adaptation],
}

impl Server<'_> {
    fn refuses_key(&self, message: &str) -> TryFailure {
        let Settings { key_variable, base_url, .. } = self.settings;
        let (state, hint) = match self.settings.api_key {
            Some(_) => {
                ("is refused", format!("check that the key in {key_variable} is valid for {base_url}"))
            }
            None => ("is not set", format!("set {key_variable} to the API key of {base_url}")),
        };
        TryFailure::Refused { message: format!("the API key {key_variable} {state}: {message}"), hint }
    }

    fn wants_money(&self, message: &str) -> TryFailure {
        TryFailure::Refused {
            message: format!("the account has no credit left: {message}"),
            hint: format!("check the plan and billing of the account at {}", self.settings.base_url),
        }
    }

    fn has_nothing_there(&self, message: &str) -> TryFailure {
        TryFailure::Refused {
            message: format!("no server answers at {}/chat/completions: {message}", self.settings.base_url),
            hint: CHECK_URL.to_owned(),
        }
    }

    /// The optional part that the server complains about, named by its field or in its words.
    fn adaptation(&self, fault: &ServerFault) -> Option<Adaptation> {
        let named = |adaptation: &&Adaptation| adaptation.is_named_by(&fault.param);
        let mentioned = |adaptation: &&Adaptation| adaptation.is_named_by(&fault.message);
        let mut possible = self.possible.iter();
        possible.find(named).or_else(|| self.possible.iter().find(mentioned)).copied()
    }

    fn hint_for_refusal(&self, words: &str) -> String {
        if words.contains("tool") {
            format!("agentrun needs a model that calls tools; check that `{}` does", self.settings.model)
        } else {
            "check the model and the base URL in the configuration".to_owned()
        }
    }
}

fn names_unknown_model(words: &str) -> bool {
    let missing =
        ["not found", "does not exist", "not exist", "unknown model", "invalid model", "not a valid model"];
    words.contains("model_not_found")
        || words.contains("have access to model")
        || (words.contains("model") && missing.iter().any(|missing| words.contains(missing)))
}

/// "429 too many requests: slow down"
fn describe(status: Option<u16>, fault: &ServerFault) -> String {
    let status = status.map(|code| {
        let name = http::StatusCode::from_u16(code).ok().and_then(|code| code.canonical_reason());
        format!("{code} {}", name.unwrap_or_default().to_lowercase()).trim_end().to_owned()
    });
    match (status, fault.message.as_str()) {
        (Some(status), "") => status,
        (Some(status), message) => format!("{status}: {message}"),
        (None, "") => "the server sent an error without a message".to_owned(),
        (None, message) => format!("the server sent an error: {message}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What an answer with this status and this body means, in a few words.
    fn meaning(status: u16, body: &str) -> String {
        let settings =
            Settings { max_output_tokens: Some(9), ..Settings::new("http://localhost/v1", "tiny") };
        let answer =
            ErrorResponse { status, headers: http::HeaderMap::new(), body: body.as_bytes().to_vec() };
        let possible = [Adaptation::NoStreamOptions, Adaptation::OtherTokenLimit];
        match TryFailure::of_answer(&answer, &settings, &possible) {
            TryFailure::Refused { message, .. } => format!("refused: {message}"),
            TryFailure::UnknownModel { .. } => "unknown model".to_owned(),
            TryFailure::Overflow { window, .. } => format!("overflow {window:?}"),
            TryFailure::Transient { reason, asked } => format!("transient: {reason} {asked:?}"),
            TryFailure::Unsupported(adaptation) => format!("unsupported: {adaptation:?}"),
            TryFailure::Empty | TryFailure::Chant { .. } | TryFailure::Unreachable { .. } => {
                unreachable!("nothing was answered")
            }
        }
    }

    #[test]
    fn an_answer_is_judged_by_its_status_and_its_words() {
        for (status, body, expected) in [
            (302, "", "refused: http://localhost/v1 redirects to another address"),
            (
                200,
                "<html><title>Hello</title></html>",
                "refused: http://localhost/v1/chat/completions answers with a web page: Hello",
            ),
            (401, "no", "refused: the API key OPENAI_API_KEY is not set: 401 unauthorized: no"),
            (402, "pay", "refused: the account has no credit left: 402 payment required: pay"),
            (
                429,
                r#"{"error": {"message": "no", "code": "insufficient_quota"}}"#,
                "refused: the account has no credit left: 429 too many requests: no",
            ),
            (
                429,
                "Insufficient balance, billing: retry after 3 s",
                "transient: 429 too many requests: Insufficient balance, billing: retry after 3 s Some(3s)",
            ),
            (
                429,
                "maximum context length is per minute",
                "transient: 429 too many requests: maximum context length is per minute None",
            ),
            (400, "This model's maximum context length is 8192 tokens.", "overflow Some(8192)"),
            (413, "", "overflow None"),
            (404, "The model `tiny` does not exist", "unknown model"),
            (
                404,
                "page not found",
                "refused: no server answers at http://localhost/v1/chat/completions: 404 not found: page not found",
            ),
            (400, "Unknown parameter: stream_options", "unsupported: NoStreamOptions"),
            (422, r#"{"error": {"message": "no", "param": "max_tokens"}}"#, "unsupported: OtherTokenLimit"),
            (422, "no", "refused: the model server refuses the request: 422 unprocessable entity: no"),
            (500, "", "transient: 500 internal server error None"),
            (529, "overloaded", "transient: 529: overloaded None"),
        ] {
            assert_eq!(meaning(status, body), expected, "{status} {body}");
        }
    }
}
