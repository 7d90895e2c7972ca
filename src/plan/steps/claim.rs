//! Finds what a sentence says about its command besides success; exit code 0 does not decide that.

use std::sync::LazyLock;

use crate::plan::code_span::{code_spans, spoken};
use crate::plan::names::phrases::Phrases;
use crate::plan::names::vocabulary::{FAILS, FORBIDS, RESULTS, SUCCEEDS};
use crate::shell::effect::positionals;
use crate::shell::parser::first_words;

/// So many words behind a command are about it.
const NEAR: usize = 6;

/// So many bytes in front of a command may forbid it: more than any such phrase has.
const FORBIDDING: usize = 24;

/// What a sentence says of its command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::plan) enum Claim {
    /// It succeeds.
    Success,
    /// Something about what it prints, makes or takes, which somebody has to look at.
    More,
    /// It fails, or is not to be run at all.
    Failure,
}

static SAYS_FAILS: LazyLock<Phrases<()>> =
    LazyLock::new(|| Phrases::of(FAILS.split(", ").map(|phrase| (phrase, ()))));

static SAYS_RESULT: LazyLock<Phrases<()>> =
    LazyLock::new(|| Phrases::of(RESULTS.split(", ").map(|phrase| (phrase, ()))));

static SAYS_SUCCEEDS: LazyLock<Phrases<()>> =
    LazyLock::new(|| Phrases::of(SUCCEEDS.split(", ").map(|phrase| (phrase, ()))));

static FORBIDDEN: LazyLock<Vec<&'static str>> = LazyLock::new(|| FORBIDS.split(", ").collect());

/// What a sentence says of the first command in it.
pub(in crate::plan) fn claim(text: &str) -> Claim {
    let Some((at, span)) = code_spans(text).next() else { return of_words(&spoken(text)) };
    let before = spoken(&text[text.floor_char_boundary(at.saturating_sub(FORBIDDING))..at]);
    if FORBIDDEN.iter().any(|phrase| ends_with_words(&before, phrase)) {
        return Claim::Failure;
    }
    let behind = text[at + 1..].split_once(span).map_or("", |(_, behind)| behind);
    let said = spoken(behind.trim_start_matches('`'));
    // Whether anything differs, these tell by what they print.
    let words = first_words(span);
    let words: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    let tells_nothing = words.first() == Some(&"git")
        && ["status", "diff"].map(Some).contains(&positionals(&words).next())
        && !["--check", "--exit-code", "--quiet"].iter().any(|option| words.contains(option));
    match of_words(&said) {
        Claim::Success if tells_nothing && !said.is_empty() => Claim::More,
        claim => claim,
    }
}

/// What the words behind a command say.
fn of_words(said: &str) -> Claim {
    let words: Vec<&str> = said.split(' ').filter(|word| !word.is_empty()).collect();
    let near = words[..NEAR.min(words.len())].join(" ");
    match exit_code(&words) {
        Some(0) => return Claim::Success,
        Some(_) => return Claim::Failure,
        None => {}
    }
    let succeeds = SAYS_SUCCEEDS.any_within(&near);
    if SAYS_FAILS.any_within(&near) && !succeeds {
        return Claim::Failure;
    }
    let results = SAYS_RESULT.within(&near).filter_map(|(phrase, ())| near.find(phrase));
    let Some(from) = results.min().map(|at| near[..at].split(' ').count() - 1) else { return Claim::Success };
    let said = words[from..words.len().min(from + NEAR)].join(" ");
    if SAYS_SUCCEEDS.any_within(&said) { Claim::Success } else { Claim::More }
}

/// `exits 3`, `exit code 0`, `exits with status 2`.
fn exit_code(words: &[&str]) -> Option<u8> {
    let near = &words[..words.len().min(NEAR)];
    let at = near.iter().position(|word| matches!(*word, "exit" | "exits" | "code" | "status"))?;
    words[at + 1..].iter().take(3).find_map(|word| word.parse().ok())
}

/// Ends with these words.
fn ends_with_words(text: &str, words: &str) -> bool {
    text.strip_suffix(words).is_some_and(|before| before.is_empty() || before.ends_with(' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_sentence_says_of_its_command() {
        use Claim::{Failure, More, Success};
        for (text, expected) in [
            ("`cargo test` passes", Success),
            ("`cargo test`", Success),
            ("All tests pass: `npm test`", Success),
            ("`x y` exits 0", Success),
            ("`x y` exits with code 0 and no errors", Success),
            ("`x y` returns 0", Success),
            ("`npm test` shows all tests passing", Success),
            ("`npm run build` completes without errors", Success),
            ("`make lint` reports no errors", Success),
            ("`cargo test error_cases` passes, failing tests are listed", Success),
            ("Run `make lint` and fix what it finds", Success),
            ("`git diff --check` is clean", Success),
            ("`python3 app.py --bad` exits non-zero", Failure),
            ("`python3 app.py` must fail", Failure),
            ("`python3 app.py` returns exit code 2", Failure),
            ("`python3 app.py`: expect exit code 3", Failure),
            ("`test -f old.txt` fails", Failure),
            ("`test -f old.txt` exits 1", Failure),
            ("`python3 app.py` exits with an error", Failure),
            ("`python3 app.py` no longer works", Failure),
            ("Never run `python3 app.py` in production", Failure),
            ("Remove `python3 app.py` from CI", Failure),
            ("`python3 app.py` prints `bye`", More),
            ("`cat v.txt` prints 2.0", More),
            ("Run: `x y` and check that it prints `bye`", More),
            ("`python3 app.py` should not print `hello`", More),
            ("Running `x y` takes less than 1 s", More),
            ("`curl localhost:1` returns 200", More),
            ("`x y` outputs no warnings", More),
            ("`git status` is clean", More),
            ("`git status --short` is empty", More),
            ("`wc -l work.txt` is under 10", More),
            ("`make build` produces `dist/app`", More),
            ("Expected: PASS", Success),
            ("Expected: exit code 3", Failure),
            ("Expected output: `bye`", Success),
        ] {
            assert_eq!(claim(text), expected, "{text}");
        }
    }
}
