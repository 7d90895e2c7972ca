//! Reads the error that a server sends, whatever its shape.

use serde_json::Value;

use crate::words;

/// The longest message that is passed on.
const LONGEST_MESSAGE: usize = 400;

/// The words of a server about what went wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ServerFault {
    /// What it says, or a short stand-in for a web page or nothing at all.
    pub(super) message: String,
    /// Its code and type, in lower case: `insufficient_quota invalid_request_error`.
    pub(super) codes: String,
    pub(super) param: String,
    /// The HTTP status that is named in the body, which a body sent with status 200 has.
    pub(super) status: Option<u16>,
    /// How many tokens fit, where a field of its own says so.
    pub(super) window: Option<u64>,
}

impl ServerFault {
    /// From the body of a response.
    pub(super) fn of_body(body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body);
        let text = text.trim();
        if let Ok(value) = serde_json::from_str(text) {
            return Self::of_json(&value);
        }
        let page = text.starts_with('<').then(|| title(text).unwrap_or_else(|| "a web page".to_owned()));
        Self {
            message: words::shortened(page.as_deref().unwrap_or(text), LONGEST_MESSAGE),
            ..Self::default()
        }
    }

    /// From JSON: `{"error": {..}}`, `{"error": ".."}`, the same in an array, or flat.
    pub(super) fn of_json(value: &Value) -> Self {
        let value = match value {
            Value::Array(items) => items.first().unwrap_or(value),
            value => value,
        };
        let error = value.get("error").filter(|error| !error.is_null()).unwrap_or(value);
        let field = |name: &str| error.get(name).or_else(|| value.get(name)).filter(|field| !field.is_null());
        let mut message = match error {
            Value::String(text) => text.clone(),
            error => {
                let names = ["message", "detail", "msg", "error_description"];
                names.into_iter().find_map(|name| error.get(name)).map(plain).unwrap_or_default()
            }
        };
        // Routers wrap the words of the server behind them, which say more than their own.
        if let Some(raw) = error.pointer("/metadata/raw") {
            message = format!("{message}: {}", plain(raw));
        }
        let code = field("code").or_else(|| field("status"));
        let status = code.and_then(|code| code.as_u64().or_else(|| code.as_str()?.parse().ok()));
        Self {
            message: words::shortened(message.trim(), LONGEST_MESSAGE),
            codes: [code, field("type")]
                .into_iter()
                .flatten()
                .map(|code| plain(code).to_lowercase())
                .collect::<Vec<_>>()
                .join(" "),
            param: field("param").map(plain).unwrap_or_default(),
            status: status.and_then(|code| u16::try_from(code).ok()).filter(|code| (400..600).contains(code)),
            window: field("n_ctx").and_then(Value::as_u64),
        }
    }

    /// Message and codes in lower case, to look for patterns in.
    pub(super) fn words(&self) -> String {
        format!("{} {}", self.message.to_lowercase(), self.codes)
    }
}

/// A JSON value as a person reads it.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The title of a web page.
fn title(page: &str) -> Option<String> {
    let lower = page.to_ascii_lowercase();
    let start = lower.find("<title>")? + "<title>".len();
    let end = start + lower[start..].find("</title>")?;
    Some(page[start..end].trim().to_owned())
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    #[test]
    fn every_shape_of_an_error_is_read() {
        let cases = [
            (r#"{"error":{"message":"no","type":"T","param":"n","code":"C"}}"#, ("no", "c t", "n", None)),
            (r#"{"error":"model 'x' not found"}"#, ("model 'x' not found", "", "", None)),
            (r#"{"error":{"message":"busy","code":503}}"#, ("busy", "503", "", Some(503))),
            (
                r#"{"object":"error","message":"flat","type":"Bad","code":400}"#,
                ("flat", "400 bad", "", Some(400)),
            ),
            (r#"{"detail":"Not Found"}"#, ("Not Found", "", "", None)),
            (r#"{"detail":[{"loc":["body","n"]}]}"#, (r#"[{"loc":["body","n"]}]"#, "", "", None)),
            (
                r#"[{"error":{"code":429,"message":"slow","status":"EXHAUSTED"}}]"#,
                ("slow", "429", "", Some(429)),
            ),
            (
                r#"{"error":{"message":"upstream","metadata":{"raw":"too long"}}}"#,
                ("upstream: too long", "", "", None),
            ),
            ("Internal Server Error", ("Internal Server Error", "", "", None)),
            ("<html><TITLE> 502 Bad Gateway</TITLE></html>", ("502 Bad Gateway", "", "", None)),
            ("<html></html>", ("a web page", "", "", None)),
            ("", ("", "", "", None)),
        ];
        for (body, (message, codes, param, status)) in cases {
            let expected = ServerFault {
                message: message.to_owned(),
                codes: codes.to_owned(),
                param: param.to_owned(),
                status,
                window: None,
            };
            assert_eq!(ServerFault::of_body(body.as_bytes()), expected, "{body}");
        }
    }
}
