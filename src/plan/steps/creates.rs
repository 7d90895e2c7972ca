//! Finds the files that a task says to make: `Write src/lamp.txt`, ``Create `src/a.rs` ``.

use super::files;
use super::sentence::{Sentence, Token};

/// What a task that makes a file begins with. Structure can't tell making from changing.
const MAKES: &[&str] = &["create", "add", "write"];

/// Before a file that is only read for it.
const READS: &[&str] =
    &["from", "using", "like", "with", "by", "for", "than", "of", "see", "via", "on", "against", "per"];

/// The files that have to be there when the task is done; none where that is not sure.
pub(in crate::plan) fn made(text: &str) -> Vec<String> {
    let sentence = Sentence::of(text);
    let said = |token: &&Token<'_>| {
        token.said().is_some_and(|word| !word.chars().any(|c| c.is_ascii_digit()) && !is_label(word))
    };
    let first = sentence.tokens.iter().find(said).and_then(Token::said).unwrap_or_default();
    if !MAKES.contains(&first) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (at, token) in sentence.tokens.iter().enumerate() {
        let path = match token {
            Token::Code(span) => files::in_field(&format!("`{span}`")).pop(),
            Token::Word(_) => words(text, token).and_then(|word| files::in_field(word).pop()),
            _ => None,
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

/// `Step 1: Write …`, `T001 [P] Write …`
fn is_label(word: &str) -> bool {
    ["step", "task"].contains(&word) || word.chars().count() == 1
}

/// A word with a folder in it, as the text writes it.
fn words<'text>(text: &'text str, token: &Token<'_>) -> Option<&'text str> {
    let word = token.said().filter(|word| word.contains('/') && word.contains('.'))?;
    text.split_whitespace().find(|written| written.to_lowercase().trim_end_matches(['.', ',']) == word)
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
}
