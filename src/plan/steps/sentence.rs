//! A sentence with code in it, as words, code and signs in their order.

use crate::plan::code_span::{code_spans, end_of};

/// A sentence.
#[derive(Debug, Clone)]
pub(in crate::plan) struct Sentence<'text> {
    /// Its tokens.
    pub tokens: Vec<Token<'text>>,
}

/// One token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::plan) enum Token<'text> {
    /// A word in lower case, without the punctuation around it.
    Word(String),
    /// A code span.
    Code(&'text str),
    /// A text in quotes.
    Quote(&'text str),
    /// An arrow, or a sign that compares.
    Sign(&'static str),
    /// A colon, or a dash between two spaces: what follows is about what stands before.
    Colon,
    /// A bracket opens.
    Open,
    /// A comma, a semicolon, a full stop, a closing bracket.
    Break,
}

/// Signs that stand for themselves, the longest first.
const SIGNS: &[(&str, &str)] = &[
    ("-->", "→"),
    ("->", "→"),
    ("=>", "→"),
    ("→", "→"),
    ("⇒", "→"),
    ("➜", "→"),
    ("≥", "≥"),
    (">=", "≥"),
    ("≤", "≤"),
    ("<=", "≤"),
    ("==", "="),
    ("=", "="),
    (">", ">"),
    ("<", "<"),
];

impl<'text> Sentence<'text> {
    /// Takes a text apart.
    pub(in crate::plan) fn of(text: &'text str) -> Self {
        let mut tokens = Vec::new();
        let mut at = 0;
        for (start, span) in code_spans(text) {
            add_words(&text[at.min(start)..start], &mut tokens);
            tokens.push(Token::Code(span));
            let end = end_of(text, span);
            at = end + text[end..].len() - text[end..].trim_start().trim_start_matches('`').len();
        }
        add_words(&text[at..], &mut tokens);
        Self { tokens }
    }

    /// Its first word, behind the id that it may begin with.
    pub(in crate::plan) fn first(&self) -> Option<&str> {
        self.tokens.iter().filter_map(Token::said).find(|word| !is_number(word))
    }

    /// The words and signs directly before a token, the nearest first; not beyond code or the end of a clause.
    pub(in crate::plan) fn before(&self, at: usize) -> impl Iterator<Item = &str> {
        self.tokens[..at].iter().rev().map_while(Token::said)
    }

    /// The words and signs directly behind a token.
    pub(in crate::plan) fn behind(&self, at: usize) -> impl Iterator<Item = &str> {
        self.tokens[at + 1..].iter().map_while(Token::said)
    }

    /// Where the code spans are.
    pub(in crate::plan) fn spans(&self) -> impl Iterator<Item = (usize, &'text str)> + '_ {
        self.tokens.iter().enumerate().filter_map(|(at, token)| match token {
            Token::Code(span) => Some((at, *span)),
            _ => None,
        })
    }
}

impl Token<'_> {
    /// A word or a sign.
    pub(in crate::plan) fn said(&self) -> Option<&str> {
        match self {
            Self::Word(word) => Some(word),
            Self::Sign(sign) => Some(sign),
            _ => None,
        }
    }
}

fn add_words<'text>(text: &'text str, tokens: &mut Vec<Token<'text>>) {
    let mut rest = text;
    while let Some(quote) = rest.find('"') {
        let (before, behind) = (&rest[..quote], &rest[quote + 1..]);
        let Some(end) = behind.find('"') else { break };
        before.split_whitespace().for_each(|chunk| add_chunk(chunk, tokens));
        tokens.push(Token::Quote(&behind[..end]));
        rest = &behind[end + 1..];
    }
    rest.split_whitespace().for_each(|chunk| add_chunk(chunk, tokens));
}

/// What stands between two spaces: signs, brackets and punctuation around words.
fn add_chunk(chunk: &str, tokens: &mut Vec<Token<'_>>) {
    let mut rest = chunk;
    while let Some(first) = rest.chars().next() {
        if let Some((written, sign)) = SIGNS.iter().find(|(written, _)| rest.starts_with(written)) {
            tokens.push(Token::Sign(sign));
            rest = &rest[written.len()..];
            continue;
        }
        let length = word_length(rest);
        if length > 0 {
            tokens.push(Token::Word(rest[..length].to_lowercase()));
            rest = &rest[length..];
            continue;
        }
        tokens.extend(match first {
            ':' | '：' | '–' | '—' => Some(Token::Colon),
            '-' if chunk == "-" => Some(Token::Colon),
            '(' | '（' | '[' => Some(Token::Open),
            ',' | ';' | '.' | '!' | '?' | ')' | '）' | ']' | '，' | '。' | '；' | '、' => {
                Some(Token::Break)
            }
            _ => None,
        });
        rest = &rest[first.len_utf8()..];
    }
}

/// How long the word is that a text begins with: letters and digits, and what joins them.
fn word_length(text: &str) -> usize {
    let mut end = 0;
    for (at, c) in text.char_indices() {
        let joins = matches!(c, '-' | '\'' | '’' | '.' | '/' | '_' | ',' | '%' | '+')
            && at == end
            && at > 0
            && text[at + c.len_utf8()..].starts_with(char::is_alphanumeric);
        if !c.is_alphanumeric() && !joins {
            break;
        }
        end = at + c.len_utf8();
    }
    end
}

/// The id that a task begins with: `6.1`.
pub(in crate::plan) fn is_number(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit())
        || word
            .strip_prefix(['t', 's'])
            .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let shown = |token: &Token<'_>| match token {
            Token::Word(word) => word.clone(),
            Token::Code(span) => format!("`{span}`"),
            Token::Quote(text) => format!("\"{text}\""),
            Token::Sign(sign) => (*sign).to_owned(),
            Token::Colon => ":".to_owned(),
            Token::Open => "(".to_owned(),
            Token::Break => ".".to_owned(),
        };
        Sentence::of(text).tokens.iter().map(shown).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_sentence_is_taken_apart() {
        for (text, expected) in [
            ("", ""),
            ("Run `make lint` and fix it.", "run `make lint` and fix it ."),
            ("**Lint**: `make lint` → `0`", "lint : `make lint` → `0`"),
            ("All pass — `npm test` (no warnings)", "all pass : `npm test` ( no warnings ."),
            ("prints \"a b\", then exits 1", "prints \"a b\" . then exits 1"),
            ("`wc -l f` >= 3, `x`>5", "`wc -l f` ≥ 3 . `x` > 5"),
            ("e.g. non-zero, 1,000 rows in 2.5 s", "e.g . non-zero . 1,000 rows in 2.5 s"),
            ("``a ` b`` passes", "`a ` b` passes"),
            ("运行 `npm test`，全部通过。", "运行 `npm test` . 全部通过 ."),
            ("it doesn't \"end", "it doesn't end"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_near_a_span_ends_with_its_clause() {
        let sentence = Sentence::of("Now run `a b` and see, that `c` passes");
        assert_eq!(sentence.before(2).collect::<Vec<_>>(), ["run", "now"]);
        assert_eq!(sentence.behind(2).collect::<Vec<_>>(), ["and", "see"]);
        assert_eq!(sentence.spans().collect::<Vec<_>>(), [(2, "a b"), (7, "c")]);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_taken_apart(text in "(`|\"|[a-z]|→|\\PC){0,60}") {
            shown(&text);
        }
    }
}
