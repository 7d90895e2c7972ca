//! Recognises a server's error that a conversation is too long, and reads how long it may be.

/// What servers say that tell how much fits, in lower case; `#` is the number of tokens.
const WITH_NUMBER: &[&str] = &[
    // OpenAI, DeepSeek, OpenRouter and whoever else says the same; Mistral; Fireworks
    "maximum context length is # tokens",
    "too large for model with # maximum context length",
    "maximum context length: #",
    // vLLM, SGLang, TGI
    "context length is only # tokens",
    "model's context length (# tokens)",
    "maximum allowed length (#",
    "must have less than # tokens",
    "`max_new_tokens` must be <= #",
    // llama.cpp, LM Studio
    "available context size (# tokens)",
    "context length of only # tokens",
    // Anthropic, Google, xAI
    "tokens > # maximum",
    "maximum number of tokens allowed (#)",
    "maximum prompt length is #",
    // Cohere and Copilot, Cerebras, Kimi, Qwen
    "exceeds the limit of #",
    "while limit is #",
    "model token limit: #",
    "input length should be [1, #]",
];

/// What servers say without a number, or with numbers that mean something else.
const WITHOUT_NUMBER: &[&str] = &[
    "context_length_exceeded",
    "context_window_exceeded",
    "exceed_context_size",
    "request_too_large",
    "maximum context length",
    "max context length",
    "model's context length",
    "greater than the context length",
    "exceeds the context length",
    "available context size",
    "context size has been exceeded",
    "context window",
    "context limit",
    "maximum prompt length",
    "maximum number of tokens",
    "model token limit",
    "prompt is too long",
    "prompt too long",
    "input is too long",
    "too many tokens",
    "more than max tokens allowed",
    "reduce the length of the messages",
    "exceeds the limit of",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Overflow {
    /// How many tokens fit, where the server says so.
    pub(super) window: Option<u64>,
}

/// Whether the words of an error, in lower case, say that the conversation is too long.
pub(super) fn overflow(words: &str) -> Option<Overflow> {
    let numbered =
        WITH_NUMBER.iter().filter_map(|saying| saying.split_once('#')).find_map(|(before, after)| {
            words.match_indices(before).find_map(|(place, _)| number(&words[place + before.len()..], after))
        });
    let plain =
        || WITHOUT_NUMBER.iter().any(|saying| words.contains(saying)).then_some(Overflow { window: None });
    numbered.or_else(plain)
}

/// The number that a text begins with, if this follows it.
fn number(text: &str, after: &str) -> Option<Overflow> {
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == ',')).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    let window = digits.replace(',', "").parse().ok()?;
    rest.starts_with(after).then_some(Overflow { window: Some(window) })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CASES: &[(&str, Option<u64>)] = &[
        (
            "This model's maximum context length is 8192 tokens. However, you requested 12015 tokens (11000 in the messages, 1015 in the completion). Please reduce the length",
            Some(8192),
        ),
        (
            "Your input exceeds the context window of this model. Please adjust your input and try again. context_length_exceeded",
            None,
        ),
        (
            "You passed 40961 input tokens and requested 0 output tokens. However, the model's context length is only 40960 tokens",
            Some(40_960),
        ),
        ("The input (20000 tokens) is longer than the model's context length (8192 tokens).", Some(8192)),
        (
            "Input length (9000 tokens) exceeds the maximum allowed length (8186 tokens). Use a shorter input",
            Some(8186),
        ),
        ("Input validation error: `inputs` must have less than 1024 tokens. Given: 2048", Some(1024)),
        ("`inputs` tokens + `max_new_tokens` must be <= 4097. Given: 5000", Some(4097)),
        (
            "request (12031 tokens) exceeds the available context size (8192 tokens), try increasing it",
            Some(8192),
        ),
        (
            "the request exceeds the available context size. try increasing the context size or enable context shift exceed_context_size_error",
            None,
        ),
        (
            "Trying to keep the first 5012 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens",
            Some(4096),
        ),
        ("prompt too long; exceeded max context length by 1012 tokens", None),
        ("prompt is too long: 210000 tokens > 200000 maximum", Some(200_000)),
        ("input is too long for requested model", None),
        (
            "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
            Some(1_048_576),
        ),
        (
            "Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length",
            Some(32_768),
        ),
        ("The prompt is too long: 200000, model maximum context length: 131072", Some(131_072)),
        (
            "Please reduce the length of the messages or completion. Current length is 9000 while limit is 8192",
            Some(8192),
        ),
        (
            "This model's maximum prompt length is 131072 but the request contains 537812 tokens.",
            Some(131_072),
        ),
        ("prompt token count of 140000 exceeds the limit of 128000", Some(128_000)),
        ("too many tokens: total number of tokens in the prompt exceeds the limit of 4,081.", Some(4081)),
        (
            "Invalid request: Your request exceeded model token limit: 262144 (requested: 291351)",
            Some(262_144),
        ),
        ("invalid params, context window exceeds limit (2013)", None),
        (
            "<400> InternalError.Algo.InvalidParameter: Range of input length should be [1, 30720]",
            Some(30_720),
        ),
    ];

    #[test]
    fn every_known_saying_is_understood_with_its_number() {
        for (words, window) in CASES {
            assert_eq!(overflow(&words.to_lowercase()), Some(Overflow { window: *window }), "{words}");
        }
    }

    #[test]
    fn other_complaints_are_none() {
        for words in [
            "invalid api key",
            "the length of tool names is limited to 64",
            "model is overloaded",
            "max_tokens is too large",
        ] {
            assert_eq!(overflow(words), None, "{words}");
        }
    }
}
