//! Makes a tree of a shell script.
//!
//! What is not understood is `None`, never a guess; [`read`] is for whoever has to look at any text.

use super::tokens::{Token, tokens};
use super::tree::{
    CommandItem, CommandKind, CommandList, Joint, Pipeline, Redirection, ShellCommand, ShellWord,
};

/// Deeper nesting than this is not followed.
const DEPTH: usize = 40;

/// Words that stand before a command and are none.
const KEYWORDS: &[&str] =
    &["if", "then", "else", "elif", "do", "while", "until", "!", "{", "time", "function", "coproc"];

/// Words with which a command begins that holds others.
const COMPOUND: &[&str] = &["{", "if", "while", "until", "for", "select", "case", "[[", "function"];

/// Reads a script; `None` if it is none, or is not understood.
pub(crate) fn parse(script: &str) -> Option<CommandList> {
    let tokens = tokens(script);
    let mut parser = Parser { tokens: &tokens.all, at: 0, depth: 0 };
    let list = parser.list(&[])?;
    (tokens.whole && parser.at == tokens.all.len()).then_some(list)
}

/// Reads any text: as a script, or else as the simple commands that stand in it, one after the other.
pub(crate) fn read(text: &str) -> CommandList {
    parse(text).unwrap_or_else(|| fragments(text))
}

/// The words of the first simple command of a text, as it is written.
pub(crate) fn first_words(text: &str) -> Vec<ShellWord> {
    let words = tokens(text).all.into_iter().filter(|token| !matches!(token, Token::Redirection(_)));
    words.map_while(|token| if let Token::Word(word) = token { Some(word) } else { None }).collect()
}

fn fragments(text: &str) -> CommandList {
    let tokens = tokens(text).all;
    let parts = tokens.split(|token| !matches!(token, Token::Word(_) | Token::Redirection(_)));
    CommandList(parts.filter_map(fragment).collect())
}

fn fragment(tokens: &[Token]) -> Option<CommandItem> {
    let mut command = Parser { tokens, at: 0, depth: 0 }.simple()?;
    if let CommandKind::Simple(words) = &mut command.kind {
        let before = words.iter().take_while(|word| !word.quoted && KEYWORDS.contains(&word.text.as_str()));
        drop(words.drain(..before.count()));
    }
    let pipeline = Pipeline { joint: Joint::And, negated: false, commands: vec![command] };
    Some(CommandItem { pipelines: vec![pipeline], background: false })
}

struct Parser<'a> {
    tokens: &'a [Token],
    at: usize,
    depth: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    /// The unquoted word that comes next: it may be a keyword.
    fn keyword(&self) -> Option<&str> {
        keyword(self.peek()?)
    }

    fn take(&mut self, token: &Token) -> bool {
        let found = self.peek() == Some(token);
        self.at += usize::from(found);
        found
    }

    fn take_keyword(&mut self, keyword: &str) -> bool {
        let found = self.keyword() == Some(keyword);
        self.at += usize::from(found);
        found
    }

    fn take_word(&mut self) -> Option<ShellWord> {
        let Some(Token::Word(word)) = self.peek() else { return None };
        let word = word.clone();
        self.at += 1;
        Some(word)
    }

    fn expect(&mut self, keyword: &str) -> Option<()> {
        self.take_keyword(keyword).then_some(())
    }

    fn skip_lines(&mut self) {
        while self.take(&Token::Line) {}
    }

    /// Items up to one of the keywords, a closing parenthesis or the end.
    fn list(&mut self, ends: &[&str]) -> Option<CommandList> {
        let mut items = Vec::new();
        loop {
            while self.take(&Token::Line) || self.take(&Token::Semicolon) {}
            let ended = match self.peek() {
                None | Some(Token::Close | Token::CaseEnd) => true,
                Some(_) => self.keyword().is_some_and(|word| ends.contains(&word)),
            };
            if ended {
                return Some(CommandList(items));
            }
            let apart = self.take_coproc();
            let pipelines = self.pipelines()?;
            let background = self.take(&Token::Background) || apart;
            items.push(CommandItem { pipelines, background });
        }
    }

    /// `coproc`, and the name that a compound command may have behind it.
    fn take_coproc(&mut self) -> bool {
        let found = self.tokens.len() > self.at + 1 && self.take_keyword("coproc");
        let named = self.keyword().is_some() && self.tokens.get(self.at + 1).is_some_and(is_compound);
        let is_name = found && named && !self.peek().is_some_and(is_compound);
        self.at += usize::from(is_name);
        found
    }

    fn pipelines(&mut self) -> Option<Vec<Pipeline>> {
        let mut pipelines = vec![self.pipeline(Joint::And)?];
        loop {
            let joint = match self.peek() {
                Some(Token::And) => Joint::And,
                Some(Token::Or) => Joint::Or,
                _ => return Some(pipelines),
            };
            self.at += 1;
            self.skip_lines();
            pipelines.push(self.pipeline(joint)?);
        }
    }

    fn pipeline(&mut self, joint: Joint) -> Option<Pipeline> {
        let mut negated = false;
        loop {
            if self.take_keyword("!") {
                negated = !negated;
            } else if self.keyword() == Some("time") && self.tokens.get(self.at + 1).is_some_and(is_compound)
            {
                self.at += 1;
            } else {
                break;
            }
        }
        let mut commands = vec![self.command()?];
        while self.take(&Token::Pipe) {
            self.skip_lines();
            commands.push(self.command()?);
        }
        Some(Pipeline { joint, negated, commands })
    }

    fn command(&mut self) -> Option<ShellCommand> {
        self.depth += 1;
        if self.depth > DEPTH {
            return None;
        }
        let command = if self.peek().is_some_and(is_compound) {
            let kind = self.compound()?;
            Some(ShellCommand { kind, redirections: self.redirections() })
        } else {
            self.simple()
        };
        self.depth -= 1;
        command
    }

    /// A command that holds others.
    fn compound(&mut self) -> Option<CommandKind> {
        let Some(keyword) = self.keyword() else {
            let arithmetic =
                if let Some(Token::Arithmetic(word)) = self.peek() { Some(word.clone()) } else { None };
            self.at += 1;
            return arithmetic.map_or_else(|| self.subshell(), |word| Some(CommandKind::Test(vec![word])));
        };
        let read = match keyword {
            "{" => Self::group,
            "if" => Self::condition,
            "while" | "until" => Self::repetition,
            "for" | "select" => Self::iteration,
            "case" => Self::case,
            "[[" => Self::test,
            _ => Self::function,
        };
        self.at += 1;
        read(self)
    }

    fn redirections(&mut self) -> Vec<Redirection> {
        let mut all = Vec::new();
        while let Some(Token::Redirection(redirection)) = self.peek() {
            all.push(redirection.clone());
            self.at += 1;
        }
        all
    }

    fn subshell(&mut self) -> Option<CommandKind> {
        let list = self.list(&[])?;
        self.take(&Token::Close).then_some(CommandKind::Subshell(list))
    }

    fn group(&mut self) -> Option<CommandKind> {
        let list = self.list(&["}"])?;
        self.expect("}")?;
        Some(CommandKind::Group(list))
    }

    fn condition(&mut self) -> Option<CommandKind> {
        let (mut conditions, mut bodies) = (vec![self.list(&["then"])?], Vec::new());
        loop {
            self.expect("then")?;
            bodies.push(self.list(&["elif", "else", "fi"])?);
            if !self.take_keyword("elif") {
                break;
            }
            conditions.push(self.list(&["then"])?);
        }
        if self.take_keyword("else") {
            bodies.push(self.list(&["fi"])?);
        }
        self.expect("fi")?;
        Some(CommandKind::If { conditions, bodies })
    }

    fn repetition(&mut self) -> Option<CommandKind> {
        let until = self.at > 0 && keyword(&self.tokens[self.at - 1]) == Some("until");
        let condition = self.list(&["do"])?;
        self.expect("do")?;
        let body = self.list(&["done"])?;
        self.expect("done")?;
        Some(CommandKind::Loop { words: Vec::new(), condition, until, body })
    }

    fn iteration(&mut self) -> Option<CommandKind> {
        let mut words = Vec::new();
        while self.keyword() != Some("do") {
            match self.peek()? {
                Token::Word(word) | Token::Arithmetic(word) => words.push(word.clone()),
                Token::Line | Token::Semicolon => {}
                _ => return None,
            }
            self.at += 1;
        }
        self.at += 1;
        let body = self.list(&["done"])?;
        self.expect("done")?;
        Some(CommandKind::Loop { words, condition: CommandList::default(), until: false, body })
    }

    fn case(&mut self) -> Option<CommandKind> {
        let (mut words, mut bodies) = (vec![self.take_word()?], Vec::new());
        self.skip_lines();
        self.expect("in")?;
        loop {
            self.skip_lines();
            if self.take_keyword("esac") {
                return Some(CommandKind::Case { words, bodies });
            }
            self.take(&Token::Open);
            words.push(self.take_word()?);
            while self.take(&Token::Pipe) {
                words.push(self.take_word()?);
            }
            self.take(&Token::Close).then_some(())?;
            bodies.push(self.list(&["esac"])?);
            self.take(&Token::CaseEnd);
        }
    }

    fn test(&mut self) -> Option<CommandKind> {
        let mut words = Vec::new();
        while !self.take_keyword("]]") {
            match self.peek()? {
                Token::Word(word) => words.push(word.clone()),
                Token::Redirection(redirection) => words.push(redirection.target.clone()),
                _ => {}
            }
            self.at += 1;
        }
        Some(CommandKind::Test(words))
    }

    fn function(&mut self) -> Option<CommandKind> {
        let name = self.take_word()?.text;
        if self.take(&Token::Open) {
            self.take(&Token::Close).then_some(())?;
        }
        self.body_of(name)
    }

    fn body_of(&mut self, name: String) -> Option<CommandKind> {
        self.skip_lines();
        let body = Box::new(self.command()?);
        Some(CommandKind::Function { name, body })
    }

    fn simple(&mut self) -> Option<ShellCommand> {
        let (mut words, mut redirections) = (Vec::new(), Vec::new());
        loop {
            match self.peek() {
                Some(Token::Word(word)) => words.push(word.clone()),
                Some(Token::Redirection(redirection)) => redirections.push(redirection.clone()),
                _ => break,
            }
            self.at += 1;
        }
        if words.len() == 1 && self.take(&Token::Open) {
            self.take(&Token::Close).then_some(())?;
            let kind = self.body_of(words.pop()?.text)?;
            return Some(ShellCommand { kind, redirections });
        }
        let empty = words.is_empty() && redirections.is_empty();
        (!empty).then_some(ShellCommand { kind: CommandKind::Simple(words), redirections })
    }
}

fn keyword(token: &Token) -> Option<&str> {
    match token {
        Token::Word(word) if !word.quoted => Some(&word.text),
        _ => None,
    }
}

/// A command that holds others begins here.
fn is_compound(token: &Token) -> bool {
    match token {
        Token::Open | Token::Arithmetic(_) => true,
        token => keyword(token).is_some_and(|word| COMPOUND.contains(&word)),
    }
}

#[cfg(test)]
mod tests;
