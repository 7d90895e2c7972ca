//! Splits a shell script into words, operators and redirections; nothing is expanded.

use super::tree::{Redirection, ShellWord};

/// Expansions inside of expansions are followed so far.
const DEPTH: u32 = 8;

/// Its end may be far away, so the looks are counted.
const LOOKS: u32 = 100;

/// A word or an operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A word.
    Word(ShellWord),
    /// `> file`, `<< END`
    Redirection(Redirection),
    /// `(( ... ))`
    Arithmetic(ShellWord),
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

/// The tokens of a text.
#[derive(Debug)]
pub(super) struct Tokens {
    pub(super) all: Vec<Token>,
    /// Every quote and every parenthesis of an expansion is closed.
    pub(super) whole: bool,
}

/// Reads all tokens. What is never closed goes to the end of the text.
pub(super) fn tokens(script: &str) -> Tokens {
    let mut lexer = Lexer::new(script, 0);
    loop {
        lexer.skip_blanks();
        if lexer.rest.is_empty() {
            return Tokens { all: lexer.tokens, whole: lexer.whole };
        }
        if lexer.redirection() || lexer.arithmetic() {
            continue;
        }
        if let Some((operator, token)) = OPERATORS.iter().find(|(text, _)| lexer.rest.starts_with(text)) {
            lexer.rest = &lexer.rest[operator.len()..];
            if *token == Token::Line {
                lexer.take_documents();
            }
            lexer.tokens.push(token.clone());
            continue;
        }
        let word = lexer.word();
        lexer.tokens.push(Token::Word(word));
    }
}

struct Lexer<'a> {
    rest: &'a str,
    tokens: Vec<Token>,
    whole: bool,
    depth: u32,
    /// So many times more it is looked for the end of `((`.
    looks: u32,
    /// Tokens whose here-documents begin at the next line.
    documents: Vec<usize>,
}

impl<'a> Lexer<'a> {
    fn new(script: &'a str, depth: u32) -> Self {
        Self { rest: script, tokens: Vec::new(), whole: true, depth, looks: LOOKS, documents: Vec::new() }
    }

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
    fn redirection(&mut self) -> bool {
        if self.rest.starts_with("<(") || self.rest.starts_with(">(") {
            return false;
        }
        let digits = self.rest.trim_start_matches(|c: char| c.is_ascii_digit());
        let Some(operator) = REDIRECTIONS.iter().find(|text| digits.starts_with(**text)) else {
            return false;
        };
        if digits.starts_with('&') && digits.len() < self.rest.len() {
            return false;
        }
        self.rest = digits[operator.len()..].trim_start_matches([' ', '\t']);
        let target = self.word();
        if operator.starts_with("<<") && operator.len() < 4 && *operator != "<<<" {
            self.documents.push(self.tokens.len());
        }
        self.tokens.push(Token::Redirection(Redirection { operator, target, document: None }));
        true
    }

    /// Takes `(( ... ))`, if it comes next.
    fn arithmetic(&mut self) -> bool {
        let Some(inner) = self.rest.strip_prefix('(').filter(|inner| inner.starts_with('(')) else {
            return false;
        };
        let Some(looks) = self.looks.checked_sub(1) else { return false };
        self.looks = looks;
        let length = closed(inner, '(', ')');
        let Some(length) = length.filter(|length| self.rest[1 + length..].starts_with(')')) else {
            return false;
        };
        let (text, rest) = self.rest.split_at(length + 2);
        let scripts = scripts_in(text, self.depth);
        self.tokens.push(Token::Arithmetic(ShellWord {
            text: text.to_owned(),
            expands: true,
            scripts,
            ..ShellWord::default()
        }));
        self.rest = rest;
        true
    }

    /// Takes the texts of the here-documents that begin here.
    fn take_documents(&mut self) {
        for at in std::mem::take(&mut self.documents) {
            let Some(Token::Redirection(redirection)) = self.tokens.get_mut(at) else { continue };
            let mut text = String::new();
            while !self.rest.is_empty() {
                let (line, rest) = self.rest.split_once('\n').unwrap_or((self.rest, ""));
                self.rest = rest;
                let line = if redirection.operator == "<<-" { line.trim_start_matches('\t') } else { line };
                if line == redirection.target.text {
                    break;
                }
                text.extend([line, "\n"]);
            }
            let plain = redirection.target.quoted;
            let scripts = if plain { Vec::new() } else { scripts_in(&text, self.depth) };
            let expands = !plain && text.contains(['$', '`']);
            redirection.document = Some(ShellWord { text, quoted: true, expands, scripts });
        }
    }

    fn word(&mut self) -> ShellWord {
        let mut word = ShellWord::default();
        while let Some(next) = self.rest.chars().next() {
            match next {
                '<' | '>' if self.rest[1..].starts_with('(') => self.substitution(&mut word),
                ' ' | '\t' | '\r' | '\n' | ';' | '&' | '|' | '(' | ')' | '<' | '>' => break,
                '\'' => self.quoted(&mut word),
                '"' => self.double_quoted(&mut word),
                '\\' => self.escaped(&mut word),
                '$' if self.rest[1..].starts_with('\'') => self.ansi_quoted(&mut word),
                '$' if self.rest[1..].starts_with('"') => self.rest = &self.rest[1..],
                '$' | '`' => self.expansion(&mut word),
                _ => {
                    word.expands |= matches!(next, '*' | '?' | '[' | '~');
                    self.keep(&mut word, next.len_utf8());
                }
            }
        }
        word
    }

    fn keep(&mut self, word: &mut ShellWord, bytes: usize) {
        let (kept, rest) = self.rest.split_at(bytes);
        word.text += kept;
        self.rest = rest;
    }

    /// All that is left belongs together, because nothing closes it.
    fn unclosed(&mut self) -> usize {
        self.whole = false;
        self.rest.len()
    }

    fn escaped(&mut self, word: &mut ShellWord) {
        self.rest = &self.rest[1..];
        word.quoted = true;
        match self.rest.chars().next() {
            Some('\n') => self.rest = &self.rest[1..],
            Some(escaped) => self.keep(word, escaped.len_utf8()),
            None => word.text.push('\\'),
        }
    }

    fn quoted(&mut self, word: &mut ShellWord) {
        word.quoted = true;
        self.rest = &self.rest[1..];
        let length = self.rest.find('\'').unwrap_or_else(|| self.unclosed());
        self.keep(word, length);
        self.rest = self.rest.strip_prefix('\'').unwrap_or(self.rest);
    }

    /// `$'...'`: what its escapes say is not worked out.
    fn ansi_quoted(&mut self, word: &mut ShellWord) {
        word.quoted = true;
        self.rest = &self.rest[2..];
        let length = unescaped(self.rest, '\'');
        word.expands |= self.rest[..length.unwrap_or(0)].contains('\\');
        let kept = length.unwrap_or_else(|| self.unclosed());
        self.keep(word, kept);
        self.rest = self.rest.strip_prefix('\'').unwrap_or(self.rest);
    }

    fn double_quoted(&mut self, word: &mut ShellWord) {
        word.quoted = true;
        self.rest = &self.rest[1..];
        loop {
            match self.rest.chars().next() {
                None => {
                    self.whole = false;
                    return;
                }
                Some('"') => {
                    self.rest = &self.rest[1..];
                    return;
                }
                Some('\\') => match self.rest[1..].chars().next() {
                    Some('\n') => self.rest = &self.rest[2..],
                    Some(escaped @ ('"' | '\\' | '$' | '`')) => {
                        self.rest = &self.rest[1..];
                        self.keep(word, escaped.len_utf8());
                    }
                    _ => self.keep(word, 1),
                },
                Some('$' | '`') => self.expansion(word),
                Some(other) => self.keep(word, other.len_utf8()),
            }
        }
    }

    /// Takes `$name`, `${ ... }`, `$( ... )` or backticks as they are written.
    fn expansion(&mut self, word: &mut ShellWord) {
        word.expands = true;
        match self.rest.as_bytes() {
            [b'`', ..] => self.backquoted(word),
            [b'$', b'(', ..] => self.substitution(word),
            [b'$', b'{', ..] => {
                let length = closed(&self.rest[1..], '{', '}').map(|length| length + 1);
                let length = length.unwrap_or_else(|| self.unclosed());
                word.scripts.extend(scripts_in(&self.rest[2..length], self.depth));
                self.keep(word, length);
            }
            _ => self.keep(word, 1),
        }
    }

    /// `$( ... )`, `<( ... )`, `>( ... )`, and `$(( ... ))`.
    fn substitution(&mut self, word: &mut ShellWord) {
        word.expands = true;
        let closed = closed(&self.rest[1..], '(', ')').map(|length| length + 1);
        let length = closed.unwrap_or_else(|| self.unclosed());
        let inner = &self.rest[2..closed.map_or(length, |length| length - 1)];
        if self.rest.starts_with("$((") && inner.ends_with(')') {
            word.scripts.extend(scripts_in(inner, self.depth));
        } else {
            word.scripts.push(inner.to_owned());
        }
        self.keep(word, length);
    }

    fn backquoted(&mut self, word: &mut ShellWord) {
        let closed = unescaped(&self.rest[1..], '`');
        let length = closed.map_or_else(|| self.unclosed(), |length| length + 2);
        let inner = &self.rest[1..closed.map_or(length, |length| length + 1)];
        let inner = inner.replace("\\`", "`").replace("\\$", "$").replace("\\\\", "\\");
        word.scripts.push(inner);
        self.keep(word, length);
    }
}

/// The scripts in the substitutions of a text in which quotes are none.
fn scripts_in(text: &str, depth: u32) -> Vec<String> {
    let mut word = ShellWord::default();
    let mut lexer = Lexer::new(text, depth + 1);
    while let Some(at) = lexer.rest.find(['\\', '$', '`']).filter(|_| depth < DEPTH) {
        lexer.rest = &lexer.rest[at..];
        match lexer.rest.strip_prefix('\\') {
            Some(rest) => {
                lexer.rest = rest.get(rest.chars().next().map_or(0, char::len_utf8)..).unwrap_or("");
            }
            None => lexer.expansion(&mut word),
        }
    }
    word.scripts
}

/// Where a character stands that no backslash stands before.
fn unescaped(text: &str, wanted: char) -> Option<usize> {
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => drop(characters.next()),
            found if found == wanted => return Some(at),
            _ => {}
        }
    }
    None
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

#[cfg(test)]
mod tests;
