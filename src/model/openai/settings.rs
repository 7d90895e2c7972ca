//! Where the server is, and how patient to be with it.

use std::fmt;
use std::time::Duration;

use super::failure::TryFailure;

/// Everything that can be set about an endpoint.
#[derive(Clone)]
pub struct Settings {
    /// Up to and without `/chat/completions`.
    pub base_url: String,
    /// Servers of one's own need none.
    pub api_key: Option<String>,
    /// Where the key comes from, for messages.
    pub key_variable: String,
    /// The model, as the server calls it.
    pub model: String,
    /// Whether replies come piece by piece.
    pub stream: bool,
    /// For the connection, TLS included.
    pub connect_timeout: Duration,
    /// For one try, from the request to the end of the reply.
    pub request_timeout: Duration,
    /// Until the first sign of a reply; a long prompt takes a small machine minutes to read.
    pub first_byte_timeout: Duration,
    /// Between two signs of life in a reply.
    pub silence_timeout: Duration,
    /// For how long comments alone count as a sign of life.
    pub comment_timeout: Duration,
    /// No retry begins later than this after the first try.
    pub retry_budget: Duration,
    /// The first wait before a retry; it doubles each time.
    pub retry_delay: Duration,
    /// Tries in all, the first one included.
    pub max_tries: u32,
    /// The most that a reply may have.
    pub max_output_tokens: Option<u64>,
    /// The server's own where it is not set.
    pub temperature: Option<f64>,
}

impl Settings {
    /// The defaults for a model behind a URL.
    pub fn new(base_url: impl Into<String>, model: impl Into<String>) -> Self {
        Self {
            base_url: base_url.into(),
            api_key: None,
            key_variable: "OPENAI_API_KEY".to_owned(),
            model: model.into(),
            stream: true,
            connect_timeout: Duration::from_secs(20),
            request_timeout: Duration::from_mins(20),
            first_byte_timeout: Duration::from_mins(5),
            silence_timeout: Duration::from_mins(2),
            comment_timeout: Duration::from_mins(10),
            retry_budget: Duration::from_mins(10),
            retry_delay: Duration::from_secs(1),
            max_tries: 6,
            max_output_tokens: None,
            temperature: None,
        }
    }

    /// The base URL as it was meant: people paste the whole address.
    pub(super) fn tidied(mut self) -> Self {
        let url = self.base_url.trim().trim_end_matches('/');
        let url = url.strip_suffix("/chat/completions").unwrap_or(url).trim_end_matches('/');
        self.base_url = url.to_owned();
        self.api_key = self.api_key.map(|key| key.trim().to_owned()).filter(|key| !key.is_empty());
        self
    }

    /// The server gives the model tools, and its calls back as text.
    pub(super) fn no_tool_parser(&self) -> TryFailure {
        TryFailure::Refused {
            message: format!("{} passes tool calls of `{}` on as text", self.base_url, self.model),
            hint: "turn on the server's tool calls for this model (llama-server: `--jinja`; vLLM: \
                   `--enable-auto-tool-choice --tool-call-parser`)"
                .to_owned(),
        }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { base_url, model, .. } = self;
        formatter
            .debug_struct("Settings")
            .field("base_url", base_url)
            .field("model", model)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pasted_address_and_key_are_as_they_were_meant() {
        for (url, expected) in [
            ("http://localhost:11434/v1", "http://localhost:11434/v1"),
            (" http://localhost:11434/v1/ \n", "http://localhost:11434/v1"),
            ("https://api.openai.com/v1/chat/completions", "https://api.openai.com/v1"),
            ("https://api.openai.com/v1//chat/completions/", "https://api.openai.com/v1"),
        ] {
            assert_eq!(Settings::new(url, "tiny").tidied().base_url, expected, "{url}");
        }
        for (key, expected) in [(" key\n", Some("key")), (" ", None)] {
            let settings = Settings { api_key: Some(key.to_owned()), ..Settings::new("http://x/v1", "tiny") };
            assert!(!format!("{settings:?}").contains("key"), "a key is not printed");
            assert_eq!(settings.tidied().api_key.as_deref(), expected);
        }
    }
}
