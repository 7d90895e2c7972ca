//! Reads a shell script as a tree; what it does not understand is `None`, never a guess.

pub mod constant;
pub mod inner;
mod tokens;

use tokens::{Token, tokens};

/// Deeper nesting than this is not followed.
const DEPTH: usize = 40;

/// Commands one after the other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct List(pub Vec<Item>);

/// Pipelines joined by `&&` and `||`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The pipelines, each with what joins it to the one before; the first has [`Joint::And`].
    pub pipelines: Vec<(Joint, Pipeline)>,
    /// It ends with `&`: nobody waits for it.
    pub background: bool,
}

/// What stands between two pipelines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Joint {
    /// `&&`
    And,
    /// `||`
    Or,
}

/// Commands joined by `|`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pipeline {
    /// It begins with `!`.
    pub negated: bool,
    /// The commands; never empty.
    pub commands: Vec<Command>,
}

/// One command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// A program and its arguments, without redirections.
    Simple(Vec<Word>),
    /// `( ... )`
    Subshell(List),
    /// `{ ...; }`
    Group(List),
    /// `if`, with its `elif`s.
    If {
        /// What is asked.
        conditions: Vec<List>,
        /// What is done, the `else` last.
        bodies: Vec<List>,
    },
    /// `for`, `while` or `until`.
    Loop {
        /// What is asked before each round; empty for `for`.
        condition: List,
        /// What is done in each.
        body: List,
    },
    /// A function is made; nothing runs yet.
    Function {
        /// Its name.
        name: String,
        /// What it does when it is called.
        body: Box<Self>,
    },
    /// `case`, `[[ ... ]]`, `(( ... ))`: it can end either way. The words in it.
    Opaque(Vec<Word>),
}

/// A word without its quotes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Word {
    /// The text; expansions stand in it as they are written.
    pub text: String,
    /// Some of it was quoted, so it is no keyword.
    pub quoted: bool,
    /// It holds a variable, a substitution or a pattern, so what it says is not known.
    pub expands: bool,
    /// It holds `$( ... )` or backticks.
    pub substitutes: bool,
}

impl List {
    /// Every program with its arguments, wherever it stands.
    pub fn simple_commands(&self) -> Vec<&[Word]> {
        let pipelines = self.0.iter().flat_map(|item| &item.pipelines);
        let commands = pipelines.flat_map(|(_, pipeline)| &pipeline.commands);
        commands.flat_map(Command::simple_commands).collect()
    }
}

impl Command {
    fn simple_commands(&self) -> Vec<&[Word]> {
        match self {
            Self::Simple(words) => vec![words.as_slice()],
            Self::Subshell(list) | Self::Group(list) => list.simple_commands(),
            Self::If { conditions, bodies } => {
                conditions.iter().chain(bodies).flat_map(List::simple_commands).collect()
            }
            Self::Loop { condition, body } => {
                [condition, body].into_iter().flat_map(List::simple_commands).collect()
            }
            Self::Function { body, .. } => body.simple_commands(),
            Self::Opaque(_) => Vec::new(),
        }
    }
}

/// Reads a script.
pub fn parse(script: &str) -> Option<List> {
    let tokens = tokens(script)?;
    let mut parser = Parser { tokens: &tokens, at: 0, depth: 0 };
    let list = parser.list(&[])?;
    (parser.at == tokens.len()).then_some(list)
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
        match self.peek()? {
            Token::Word(word) if !word.quoted => Some(&word.text),
            _ => None,
        }
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

    fn expect(&mut self, keyword: &str) -> Option<()> {
        self.take_keyword(keyword).then_some(())
    }

    /// Items up to one of the keywords, a closing parenthesis or the end.
    fn list(&mut self, ends: &[&str]) -> Option<List> {
        let mut items = Vec::new();
        loop {
            while self.take(&Token::Line) || self.take(&Token::Semicolon) {}
            let ended = match self.peek() {
                None | Some(Token::Close | Token::CaseEnd) => true,
                Some(_) => self.keyword().is_some_and(|word| ends.contains(&word)),
            };
            if ended {
                return Some(List(items));
            }
            let mut item = self.item()?;
            item.background = self.take(&Token::Background);
            items.push(item);
        }
    }

    fn item(&mut self) -> Option<Item> {
        let mut pipelines = vec![(Joint::And, self.pipeline()?)];
        loop {
            let joint = match self.peek() {
                Some(Token::And) => Joint::And,
                Some(Token::Or) => Joint::Or,
                _ => return Some(Item { pipelines, background: false }),
            };
            self.at += 1;
            while self.take(&Token::Line) {}
            pipelines.push((joint, self.pipeline()?));
        }
    }

    fn pipeline(&mut self) -> Option<Pipeline> {
        let mut negated = false;
        while self.take_keyword("!") {
            negated = !negated;
        }
        let mut commands = vec![self.command()?];
        while self.take(&Token::Pipe) {
            while self.take(&Token::Line) {}
            commands.push(self.command()?);
        }
        Some(Pipeline { negated, commands })
    }

    fn command(&mut self) -> Option<Command> {
        self.depth += 1;
        if self.depth > DEPTH {
            return None;
        }
        let command = self.any_command();
        self.depth -= 1;
        command
    }

    fn any_command(&mut self) -> Option<Command> {
        if self.take(&Token::Open) {
            let list = self.list(&[])?;
            return self.take(&Token::Close).then_some(Command::Subshell(list));
        }
        let command = match self.keyword() {
            Some("{") => self.group()?,
            Some("if") => self.condition()?,
            Some("while" | "until") => self.repetition()?,
            Some("for" | "select") => self.iteration()?,
            Some("case") => self.skip_to("esac")?,
            Some("[[") => self.skip_to("]]")?,
            Some("function") => return None,
            _ => return self.simple(),
        };
        Some(command)
    }

    fn group(&mut self) -> Option<Command> {
        self.at += 1;
        let list = self.list(&["}"])?;
        self.expect("}")?;
        Some(Command::Group(list))
    }

    fn condition(&mut self) -> Option<Command> {
        self.at += 1;
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
        Some(Command::If { conditions, bodies })
    }

    fn repetition(&mut self) -> Option<Command> {
        self.at += 1;
        let condition = self.list(&["do"])?;
        self.expect("do")?;
        let body = self.list(&["done"])?;
        self.expect("done")?;
        Some(Command::Loop { condition, body })
    }

    fn iteration(&mut self) -> Option<Command> {
        while self.keyword() != Some("do") {
            match self.peek()? {
                Token::Word(_) | Token::Line | Token::Semicolon => self.at += 1,
                _ => return None,
            }
        }
        self.at += 1;
        let body = self.list(&["done"])?;
        self.expect("done")?;
        Some(Command::Loop { condition: List::default(), body })
    }

    fn skip_to(&mut self, end: &str) -> Option<Command> {
        let mut words = Vec::new();
        while !self.take_keyword(end) {
            if let Token::Word(word) = self.peek()? {
                words.push(word.clone());
            }
            self.at += 1;
        }
        Some(Command::Opaque(words))
    }

    fn simple(&mut self) -> Option<Command> {
        let mut words = Vec::new();
        while let Some(Token::Word(word)) = self.peek() {
            words.push(word.clone());
            self.at += 1;
        }
        if words.len() == 1 && self.take(&Token::Open) {
            self.take(&Token::Close).then_some(())?;
            while self.take(&Token::Line) {}
            let body = Box::new(self.command()?);
            return words.pop().map(|name| Command::Function { name: name.text, body });
        }
        (!words.is_empty()).then_some(Command::Simple(words))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tree on one line, with quotes around each word.
    fn say(list: &List) -> String {
        let items: Vec<String> = list.0.iter().map(say_item).collect();
        items.join("; ")
    }

    fn say_item(item: &Item) -> String {
        let mut text = String::new();
        for (index, (joint, pipeline)) in item.pipelines.iter().enumerate() {
            let joint = if *joint == Joint::And { " && " } else { " || " };
            text += if index == 0 { "" } else { joint };
            text += if pipeline.negated { "! " } else { "" };
            text += &pipeline.commands.iter().map(say_command).collect::<Vec<_>>().join(" | ");
        }
        text + if item.background { " &" } else { "" }
    }

    fn say_command(command: &Command) -> String {
        match command {
            Command::Simple(words) => {
                words.iter().map(|word| format!("<{}>", word.text)).collect::<Vec<_>>().join(" ")
            }
            Command::Subshell(list) => format!("({})", say(list)),
            Command::Group(list) => format!("{{{}}}", say(list)),
            Command::If { conditions, bodies } => {
                let all = |lists: &[List]| lists.iter().map(say).collect::<Vec<_>>().join(" / ");
                format!("if[{}][{}]", all(conditions), all(bodies))
            }
            Command::Loop { condition, body } => format!("loop[{}][{}]", say(condition), say(body)),
            Command::Function { name, body } => format!("{name}() {}", say_command(body)),
            Command::Opaque(_) => "?".to_owned(),
        }
    }

    #[test]
    fn scripts_become_trees() {
        for (script, tree) in [
            ("", ""),
            ("# only a comment", ""),
            ("cargo test -p 'a b' \"c\\\"d\" e\\ f#g # h", "<cargo> <test> <-p> <a b> <c\"d> <e f#g>"),
            ("a && b || c; ! d &\ne", "<a> && <b> || <c>; ! <d> &; <e>"),
            ("a |\n b |& c 2>&1 >/dev/null &>x", "<a> | <b> | <c>"),
            ("a \\\n b", "<a> <b>"),
            ("(cd x; make) && { a; b; }", "(<cd> <x>; <make>) && {<a>; <b>}"),
            ("if a; then b; elif c\nthen d; else e; fi | f", "if[<a> / <c>][<b> / <d> / <e>] | <f>"),
            ("for f in *.sh; do sh $f; done", "loop[][<sh> <$f>]"),
            ("while read x; do y; done < file", "loop[<read> <x>][<y>]"),
            ("cat <<'EOF' > x\nif then ((\nEOF\ntest -f x", "<cat>; <test> <-f> <x>"),
            ("f() { exit 1; }\nf a", "f() {<exit> <1>}; <f> <a>"),
            ("case $x in a) b;; *) c;; esac; d", "?; <d>"),
            ("[[ $a == b* && -f c ]] || e", "? || <e>"),
            ("echo \"$(cargo test; echo ')')\" `a; b`", "<echo> <$(cargo test; echo ')')> <`a; b`>"),
            ("test '${a}' = \"${b:-x y}\"", "<test> <${a}> <=> <${b:-x y}>"),
        ] {
            assert_eq!(parse(script).as_ref().map(say).as_deref(), Some(tree), "{script}");
        }
    }

    #[test]
    fn what_is_no_script_is_none() {
        for script in
            ["'", "\"a", "a &&", "| a", "if a; then b", "(a", "a)", "{ a;", "echo $(a", "fi; done )"]
        {
            assert_eq!(parse(script), None, "{script}");
        }
        assert_eq!(parse(&"(".repeat(100_000)), None);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(script in "[a-z \n;&|(){}<>'\"`$\\\\#!=\\[\\]]{0,60}") {
            parse(&script);
        }

        #[test]
        fn anything_at_all_is_read(script in "\\PC*") {
            parse(&script);
        }
    }
}
