//! Splits a shell script into simple commands and words; it understands quotes, substitutions and
//! here-documents, and expands nothing.

/// Substitutions inside of substitutions are followed so far.
const DEPTH: usize = 8;

/// The words of every simple command, those in `$(...)` and backquotes included.
pub(super) fn commands(script: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    read(script, 0, &mut found);
    found
}

fn read(script: &str, depth: usize, found: &mut Vec<Vec<String>>) {
    if depth > DEPTH {
        return;
    }
    let mut reader = Reader { rest: script.chars().collect(), at: 0, inner: Vec::new(), ..Reader::default() };
    reader.all();
    let Reader { commands, inner, .. } = reader;
    found.extend(commands.into_iter().filter(|words| !words.is_empty()));
    for script in inner {
        read(&script, depth + 1, found);
    }
}

#[derive(Default)]
struct Reader {
    rest: Vec<char>,
    at: usize,
    commands: Vec<Vec<String>>,
    words: Vec<String>,
    word: Option<String>,
    /// The next word is where something is redirected to.
    redirected: bool,
    /// Words that end here-documents which begin at the next line.
    documents: Vec<String>,
    /// Scripts of substitutions.
    inner: Vec<String>,
}

impl Reader {
    fn next(&mut self) -> Option<char> {
        let next = self.rest.get(self.at).copied();
        self.at += 1;
        next
    }

    fn peek(&self) -> Option<char> {
        self.rest.get(self.at).copied()
    }

    fn take(&mut self, wanted: char) -> bool {
        let there = self.peek() == Some(wanted);
        self.at += usize::from(there);
        there
    }

    fn push(&mut self, character: char) {
        self.word.get_or_insert_default().push(character);
    }

    fn all(&mut self) {
        while let Some(character) = self.next() {
            match character {
                '\\' => self.escaped(),
                '\'' => self.quoted(),
                '"' => self.double_quoted(),
                '$' => self.dollar(),
                '`' => self.backquoted(),
                '#' if self.word.is_none() => self.skip_line(),
                ' ' | '\t' => self.end_word(),
                '<' | '>' => self.redirection(character),
                '&' if self.peek() == Some('>') => {}
                '\n' => {
                    self.end_command();
                    self.skip_documents();
                }
                ';' | '&' | '|' | '(' | ')' => self.end_command(),
                other => self.push(other),
            }
        }
        self.end_command();
    }

    fn end_word(&mut self) {
        if let Some(word) = self.word.take()
            && !std::mem::take(&mut self.redirected)
        {
            self.words.push(word);
        }
    }

    fn end_command(&mut self) {
        self.end_word();
        self.redirected = false;
        self.commands.push(std::mem::take(&mut self.words));
    }

    fn escaped(&mut self) {
        match self.next() {
            Some('\n') | None => {}
            Some(character) => self.push(character),
        }
    }

    fn quoted(&mut self) {
        self.word.get_or_insert_default();
        while let Some(character) = self.next().filter(|character| *character != '\'') {
            self.push(character);
        }
    }

    fn double_quoted(&mut self) {
        self.word.get_or_insert_default();
        while let Some(character) = self.next().filter(|character| *character != '"') {
            match character {
                '\\' => self.escaped(),
                '$' => self.dollar(),
                '`' => self.backquoted(),
                other => self.push(other),
            }
        }
    }

    /// A substitution becomes a script of its own; a variable stays as it is written.
    fn dollar(&mut self) {
        self.push('$');
        if self.take('(') {
            let script = self.until_closed();
            self.inner.push(script);
        } else if self.peek() == Some('\'') && self.word.as_deref() == Some("$") {
            self.word = None;
        }
    }

    /// Up to the bracket that closes, quotes and brackets inside left as they are.
    fn until_closed(&mut self) -> String {
        let (mut script, mut open, mut quote) = (String::new(), 1, None);
        while let Some(character) = self.next() {
            match (quote, character) {
                (Some(kind), _) if kind == character => quote = None,
                (None, '\'' | '"') => quote = Some(character),
                (None, '(') => open += 1,
                (None, ')') => open -= 1,
                _ => {}
            }
            if open == 0 {
                break;
            }
            script.push(character);
            if character == '\\' && quote != Some('\'') {
                script.extend(self.next());
            }
        }
        script
    }

    fn backquoted(&mut self) {
        self.push('`');
        let mut script = String::new();
        while let Some(character) = self.next().filter(|character| *character != '`') {
            let character = if character == '\\' { self.next() } else { Some(character) };
            script.extend(character);
        }
        self.inner.push(script);
    }

    fn redirection(&mut self, character: char) {
        // The number of a descriptor is no word.
        if self.word.as_ref().is_some_and(|word| word.chars().all(|c| c.is_ascii_digit())) {
            self.word = None;
        }
        self.end_word();
        if self.peek() == Some('(') {
            return;
        }
        let document = character == '<' && self.take('<') && !self.take('<');
        if document {
            self.take('-');
            self.document();
            return;
        }
        while self.peek().is_some_and(|c| matches!(c, '>' | '&' | '|' | '<')) {
            self.at += 1;
        }
        self.redirected = true;
    }

    /// The word behind `<<`.
    fn document(&mut self) {
        while self.take(' ') || self.take('\t') {}
        let mut end = String::new();
        while let Some(character) = self.peek().filter(|c| !c.is_whitespace() && !";&|()<>".contains(*c)) {
            self.at += 1;
            if !matches!(character, '\'' | '"' | '\\') {
                end.push(character);
            }
        }
        self.documents.push(end);
    }

    fn skip_documents(&mut self) {
        for end in std::mem::take(&mut self.documents) {
            while self.at < self.rest.len() {
                let line: String = self.rest[self.at..].iter().take_while(|c| **c != '\n').collect();
                self.at += line.chars().count() + 1;
                if line.trim_start_matches('\t') == end {
                    break;
                }
            }
        }
    }

    fn skip_line(&mut self) {
        while self.peek().is_some_and(|character| character != '\n') {
            self.at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(script: &str) -> String {
        let commands: Vec<String> = commands(script).iter().map(|words| words.join("|")).collect();
        commands.join(" ; ")
    }

    #[test]
    fn a_script_is_split_as_the_shell_splits_it() {
        for (script, expected) in [
            ("a b;c&&d||e|f&g\nh", "a|b ; c ; d ; e ; f ; g ; h"),
            (r#"a 'b c' "d \" e" f\ g '' "#, r#"a|b c|d " e|f g|"#),
            ("a $(b c) `d` \"$(e 'f)')\"", "a|$|`|$ ; b|c ; d ; e|f)"),
            ("a >b 2>&1 <c d &>e f", "a|d|f"),
            ("a # b\nc#d", "a ; c#d"),
            ("cat > x <<'END' && b\ngit reset\n  END\nEND\nc", "cat ; b ; c"),
            ("cat <<< a b", "cat|b"),
            ("(a; b) < <(c d)", "a ; b ; c|d"),
            ("a \\\n b $'c'", "a|b|c"),
        ] {
            assert_eq!(read(script), expected, "{script}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read(script in "(\\PC|[$`'\"()<>&|;\\\\\n\t #]){0,80}") {
            commands(&script);
        }
    }

    #[test]
    fn endless_nesting_ends() {
        commands(&"$(".repeat(100_000));
        commands(&"`\\".repeat(10_000));
    }
}
