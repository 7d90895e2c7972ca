//! Splits a shell script into words and operators; redirections and here-documents are left out.

use super::Word;

/// A word or an operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A word.
    Word(Word),
    /// The end of a line.
    Line,
    /// `;`
    Semicolon,
    /// `;;` and its kin.
    CaseEnd,
    /// `&`
    Background,
    /// `&&`
    And,
    /// `||`
    Or,
    /// `|` or `|&`
    Pipe,
    /// `(`
    Open,
    /// `)`
    Close,
}

/// Operators, longer ones first.
const OPERATORS: &[(&str, Token)] = &[
    ("&&", Token::And),
    ("||", Token::Or),
    (";;&", Token::CaseEnd),
    (";;", Token::CaseEnd),
    (";&", Token::CaseEnd),
    ("|&", Token::Pipe),
    ("|", Token::Pipe),
    (";", Token::Semicolon),
    ("&", Token::Background),
    ("(", Token::Open),
    (")", Token::Close),
    ("\n", Token::Line),
];

/// Redirections, longer ones first.
const REDIRECTIONS: &[&str] = &["<<<", "<<-", "<<", "<>", "<&", "<", "&>>", "&>", ">>", ">&", ">|", ">"];

/// Reads all tokens; `None` if a quote or a parenthesis is never closed.
pub(super) fn tokens(script: &str) -> Option<Vec<Token>> {
    let mut lexer = Lexer { rest: script, here: Vec::new() };
    let mut tokens = Vec::new();
    loop {
        lexer.skip_blanks();
        if lexer.rest.is_empty() {
            return Some(tokens);
        }
        if lexer.redirection()? {
            continue;
        }
        if let Some((operator, token)) = OPERATORS.iter().find(|(text, _)| lexer.rest.starts_with(text)) {
            lexer.rest = &lexer.rest[operator.len()..];
            if *token == Token::Line {
                lexer.skip_here_documents();
            }
            tokens.push(token.clone());
            continue;
        }
        tokens.push(Token::Word(lexer.word()?));
    }
}

struct Lexer<'a> {
    rest: &'a str,
    /// Ends of the here-documents that begin at the next line.
    here: Vec<String>,
}

impl Lexer<'_> {
    fn skip_blanks(&mut self) {
        loop {
            self.rest = self.rest.trim_start_matches([' ', '\t', '\r']);
            if let Some(rest) = self.rest.strip_prefix("\\\n") {
                self.rest = rest;
            } else if self.rest.starts_with('#') {
                self.rest = &self.rest[self.rest.find('\n').unwrap_or(self.rest.len())..];
            } else {
                return;
            }
        }
    }

    /// Takes a redirection with its target, if one comes next.
    fn redirection(&mut self) -> Option<bool> {
        let digits = self.rest.trim_start_matches(|c: char| c.is_ascii_digit());
        let Some(operator) = REDIRECTIONS.iter().find(|text| digits.starts_with(**text)) else {
            return Some(false);
        };
        if digits.starts_with('&') && digits.len() < self.rest.len() {
            return Some(false);
        }
        self.rest = digits[operator.len()..].trim_start_matches([' ', '\t']);
        if self.rest.starts_with(['(', ')']) {
            // Process substitution: not followed.
            return None;
        }
        let target = self.word()?;
        if matches!(*operator, "<<" | "<<-") {
            self.here.push(target.text);
        }
        Some(true)
    }

    fn skip_here_documents(&mut self) {
        for end in std::mem::take(&mut self.here) {
            while !self.rest.is_empty() {
                let (line, rest) = self.rest.split_once('\n').unwrap_or((self.rest, ""));
                self.rest = rest;
                if line.trim_start_matches('\t') == end {
                    break;
                }
            }
        }
    }

    fn word(&mut self) -> Option<Word> {
        let mut word = Word::default();
        while let Some(next) = self.rest.chars().next() {
            match next {
                ' ' | '\t' | '\r' | '\n' | ';' | '&' | '|' | '(' | ')' | '<' | '>' => break,
                '\'' => {
                    let (text, rest) = self.rest[1..].split_once('\'')?;
                    word.text += text;
                    word.quoted = true;
                    self.rest = rest;
                }
                '"' => self.double_quoted(&mut word)?,
                '\\' => {
                    self.rest = &self.rest[1..];
                    word.quoted = true;
                    match self.rest.chars().next() {
                        Some('\n') => self.rest = &self.rest[1..],
                        Some(escaped) => self.keep(&mut word, escaped.len_utf8()),
                        None => word.text.push('\\'),
                    }
                }
                '$' | '`' => self.expansion(&mut word)?,
                _ => {
                    word.expands |= matches!(next, '*' | '?' | '[' | '~');
                    self.keep(&mut word, next.len_utf8());
                }
            }
        }
        Some(word)
    }

    fn keep(&mut self, word: &mut Word, bytes: usize) {
        let (kept, rest) = self.rest.split_at(bytes);
        word.text += kept;
        self.rest = rest;
    }

    fn double_quoted(&mut self, word: &mut Word) -> Option<()> {
        word.quoted = true;
        self.rest = &self.rest[1..];
        loop {
            match self.rest.chars().next()? {
                '"' => {
                    self.rest = &self.rest[1..];
                    return Some(());
                }
                '\\' => {
                    let escaped = self.rest[1..].chars().next()?;
                    let skip = usize::from(matches!(escaped, '"' | '\\' | '$' | '`' | '\n'));
                    self.rest = &self.rest[skip..];
                    if escaped == '\n' {
                        self.rest = &self.rest[1..];
                    } else {
                        self.keep(word, if skip == 1 { escaped.len_utf8() } else { 1 });
                    }
                }
                '$' | '`' => self.expansion(word)?,
                other => self.keep(word, other.len_utf8()),
            }
        }
    }

    /// Takes `$name`, `${ ... }`, `$( ... )` or backticks as they are written.
    fn expansion(&mut self, word: &mut Word) -> Option<()> {
        word.expands = true;
        let length = match self.rest.as_bytes() {
            [b'`', ..] => {
                word.substitutes = true;
                2 + self.rest[1..].find('`')?
            }
            [b'$', b'(', ..] => {
                word.substitutes = true;
                1 + closed(&self.rest[1..], '(', ')')?
            }
            [b'$', b'{', ..] => 1 + closed(&self.rest[1..], '{', '}')?,
            _ => 1,
        };
        self.keep(word, length);
        Some(())
    }
}

/// The length up to and with the bracket that closes the first one.
pub(super) fn closed(text: &str, open: char, close: char) -> Option<usize> {
    let (mut depth, mut quote) = (0_usize, None);
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match (quote, character) {
            (Some('\''), '\'') | (Some('"'), '"') => quote = None,
            (Some('\''), _) => {}
            (_, '\\') => {
                characters.next();
            }
            (None, '\'' | '"') => quote = Some(character),
            (None, _) if character == open => depth += 1,
            (None, _) if character == close => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + close.len_utf8());
                }
            }
            _ => {}
        }
    }
    None
}
