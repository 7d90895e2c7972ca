//! Finds the files that a task says to make or to change: `Write src/lamp.txt`, ``Add a line to `AGENTS.md` ``.

use super::files;
use super::sentence::{Sentence, Token};

/// What a task that makes a file begins with. Structure can't tell making from changing.
const MAKES: &[&str] = &["create", "add", "write"];

/// What else a task that changes a file begins with. Structure can't tell changing from reading.
const CHANGES: &[&str] = &[
    "update", "change", "edit", "modify", "extend", "amend", "revise", "rewrite", "append", "insert",
    "document", "record", "note", "describe", "mention", "list", "remove", "delete", "rename", "replace",
    "fix", "correct", "move", "put", "refresh", "adjust", "expand", "complete", "sync", "align", "clean",
    "bring",
];

/// Before a file that is only read for it.
const READS: &[&str] = &[
    "from", "using", "like", "with", "by", "for", "than", "of", "see", "via", "on", "against", "per", "as",
    "that", "follow", "read",
];

/// The files that have to be there when the task is done; none where that is not sure.
pub(in crate::plan) fn made(text: &str) -> Vec<String> {
    let sentence = Sentence::of(text);
    if !MAKES.contains(&verb(&sentence)) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (at, token) in sentence.tokens.iter().enumerate() {
        let path = match token {
            Token::Word(word) if !word.contains('/') => None,
            _ => path(text, token),
        };
        let read = sentence.before(at).next().is_some_and(|word| READS.contains(&word));
        found.extend(path.filter(|path| !read && is_of_the_project(path)));
        // What stands behind the first clause is about something else.
        if *token == Token::Break && !found.is_empty() {
            break;
        }
    }
    found
}

/// The files that a task asks to change, as it writes them.
pub(in crate::plan) fn changed(text: &str) -> Vec<String> {
    let sentence = Sentence::of(text);
    let verb = verb(&sentence);
    if !MAKES.contains(&verb) && !CHANGES.contains(&verb) {
        return Vec::new();
    }
    // `Update section 2 of SPEC.md`: the file is changed; what is written of a file is not.
    let reads = |word: &str| READS.contains(&word) && (word != "of" || MAKES.contains(&verb));
    let mut found = Vec::new();
    for (at, token) in sentence.tokens.iter().enumerate() {
        let written = path(text, token);
        // A list of files goes on behind its commas; another clause does not.
        let ends = *token == Token::Break
            && sentence.behind(at).next().is_some_and(|word| word != "and")
            && path(text, &sentence.tokens[at + 1]).is_none();
        if ends {
            break;
        }
        found.extend(written.filter(|_| !sentence.before(at).next().is_some_and(reads)));
    }
    found
}

/// The first word that is no label: `Step 1: Write …`, `T001 [P] Write …`
fn verb<'a>(sentence: &'a Sentence<'_>) -> &'a str {
    let is_label = |word: &str| {
        ["step", "task"].contains(&word)
            || word.chars().count() == 1
            || word.chars().any(|c| c.is_ascii_digit())
    };
    let mut words = sentence.tokens.iter().filter_map(Token::said);
    words.find(|word| !is_label(word)).unwrap_or_default()
}

/// A code span or a word that is a path, as the text writes it.
fn path(text: &str, token: &Token<'_>) -> Option<String> {
    match token {
        Token::Code(span) => files::in_field(&format!("`{span}`")).pop(),
        Token::Word(word) if word.contains('.') => {
            let bare =
                |written: &&str| written.to_lowercase().trim_matches(['.', ',', ';', '(', ')', '*']) == word;
            text.split_whitespace()
                .find(bare)
                .and_then(|written| files::in_field(written.trim_matches('*')).pop())
        }
        _ => None,
    }
}

fn is_of_the_project(path: &str) -> bool {
    let outside = path.starts_with(['/', '~', '.']) && !path.starts_with("./");
    !outside && !path.contains(['*', '?', '{', '<', '$']) && !path.contains("..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_task_makes_has_to_be_there() {
        for (text, files) in [
            ("Write src/lamp.txt with the word lit", &["src/lamp.txt"][..]),
            ("Create `src/a.rs` and `src/b.rs`", &["src/a.rs", "src/b.rs"]),
            ("T001 [P] Create `src/a.rs`", &["src/a.rs"]),
            ("**Step 1: Write the test** in `tests/test_lamp.py`", &["tests/test_lamp.py"]),
            ("Add `Button.tsx`, see `Card.tsx`", &["Button.tsx"]),
            ("Create `a.rs` from `templates/b.tpl`", &["a.rs"]),
            ("Add a line to README.md", &[]),
            ("Update `src/a.rs`", &[]),
            ("Delete `src/a.rs`", &[]),
            ("Create the folders", &[]),
            ("Create `Widget` in the parser", &[]),
            ("Write it to `/etc/lamp.conf`", &[]),
            ("Add tests for `src/a.rs`", &[]),
            ("Create `src/*.rs`", &[]),
        ] {
            assert_eq!(made(text), files, "{text}");
        }
    }

    #[test]
    fn what_a_task_asks_to_change_is_told_from_what_it_reads() {
        for (text, files) in [
            ("Update AGENTS.md", &["AGENTS.md"][..]),
            ("Update `AGENTS.md`", &["AGENTS.md"]),
            ("Add the command `make all` to `AGENTS.md`", &["AGENTS.md"]),
            ("**Step 3:** Document the flag in docs/SPEC.md.", &["docs/SPEC.md"]),
            ("Update section 2 of SPEC.md", &["SPEC.md"]),
            ("Update README.md, AGENTS.md and SPEC.md", &["README.md", "AGENTS.md", "SPEC.md"]),
            ("Update `a.rs`, follow `AGENTS.md`", &["a.rs"]),
            ("Update the parser. The rules are in AGENTS.md", &[]),
            ("Update the parser as AGENTS.md says", &[]),
            ("Add the fields of SPEC.md", &[]),
            ("Follow AGENTS.md", &[]),
            ("Implement what SPEC.md describes", &[]),
            ("Read `SPEC.md` and update the parser", &[]),
        ] {
            assert_eq!(changed(text), files, "{text}");
        }
    }
}
