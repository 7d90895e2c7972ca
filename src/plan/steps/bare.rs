//! Finds commands that stand in a line without marks of code: `npm run lint is clean`.

use super::command::{Place, is_known_program, is_of};
use crate::plan::names::lower;
use crate::plan::names::sentences::{ASKS, CALLS, JOINERS, RESULTS, SUCCEEDS};

/// A command, and what is said behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::plan) struct BareCommand<'text> {
    /// The command.
    pub script: &'text str,
    /// The text behind it, up to the next one.
    pub behind: &'text str,
}

/// The second word of a command that is no sentence: `go test`, `npm run`.
const DEEDS: &str = "test, check, build, lint, vet, clippy, run, exec, fmt, verify, validate, typecheck, type-check, \
    pytest, jest, vitest, mypy, ruff, eslint, tsc, unittest, compile, nextest";

/// Programs that are a whole command and no word of a language.
const ALONE: &str =
    "pytest, vitest, jest, mypy, eslint, tsc, rspec, phpunit, shellcheck, golangci-lint, rubocop, pyright";

/// A word with which a sentence goes on behind a command; those of the language for what it does come besides.
const GOES_ON: &str = "or, must, should, has, have, is, are, fails, fail, the, a, an, all, with, without, no, on, in, for, \
    until, →, ->, =>, -, –, —, to, of, that, still, not, never, zero, again, if, when, so, cleanly, locally";

/// What a command is called: `the npm test suite`.
const CALLED: &str = "suite, command, script, target, job, task";

/// The commands of a line; empty if it is a sentence. A task has to ask for them.
pub(in crate::plan) fn bare_commands(text: &str, place: Place) -> Vec<BareCommand<'_>> {
    let quotes = text.matches('"').count();
    if place == Place::Told || text.contains(['`', '\n']) || quotes % 2 == 1 {
        return Vec::new();
    }
    let words = Words::of(text);
    let Some(mut at) = words.lead(place) else { return Vec::new() };
    let mut spans = Vec::new();
    while at < words.all.len() {
        let found = words.command(at);
        if let Some(end) = found {
            spans.push(words.at[at]..words.end_of(end - 1));
        } else if spans.is_empty() {
            break;
        }
        let from = found.unwrap_or(at + 1);
        let joined = (from..words.all.len()).find(|next| words.ends_a_part(next - 1) || words.joins(*next));
        at = joined.map_or(words.all.len(), |next| next + usize::from(words.joins(next)));
    }
    let ends = spans.iter().skip(1).map(|span| span.start).chain([text.len()]);
    let command = |(span, end): (&std::ops::Range<usize>, usize)| BareCommand {
        script: &text[span.clone()],
        behind: text[span.end..end].trim(),
    };
    spans.iter().zip(ends).map(command).collect()
}

/// The words of a line, with their places.
struct Words<'text> {
    all: Vec<&'text str>,
    at: Vec<usize>,
}

/// Words of a shell: what stands in quotes is one with what is around it.
fn words_of(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut quote = None;
    let mut start = None;
    for (at, sign) in text.char_indices() {
        let in_word = quote.is_some() || !sign.is_whitespace();
        match (sign, quote) {
            ('"', None) => quote = Some(sign),
            (_, Some(open)) if open == sign => quote = None,
            _ => {}
        }
        match (in_word, start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                words.push(&text[from..at]);
                start = None;
            }
            _ => {}
        }
    }
    words.extend(start.map(|from| &text[from..]));
    words
}

impl<'text> Words<'text> {
    fn of(text: &'text str) -> Self {
        let all = words_of(text);
        let at = all.iter().map(|word| word.as_ptr() as usize - text.as_ptr() as usize).collect();
        Self { all, at }
    }

    /// A word without the punctuation at its end.
    fn plain(&self, index: usize) -> &'text str {
        let word = self.all[index];
        if word.ends_with("..") { word } else { word.trim_end_matches([',', ';', '.', ':']) }
    }

    fn end_of(&self, index: usize) -> usize {
        self.at[index] + self.plain(index).len()
    }

    /// The first word behind a label and what asks for a command; `None` if a task does not ask for one.
    fn lead(&self, place: Place) -> Option<usize> {
        let labelled =
            self.all.iter().take(6).position(|word| word.ends_with(':')).map_or(0, |colon| colon + 1);
        let is_lead = |index: usize| {
            let asks = self.asks(index) || matches!(self.plain(index), "that" | "sure" | "the");
            asks && self.command(index).is_none()
        };
        let first = (labelled..self.all.len()).find(|index| !is_lead(*index))?;
        let asked = (0..first).any(|index| self.asks(index));
        (asked || place != Place::Work).then_some(first)
    }

    fn asks(&self, index: usize) -> bool {
        let word = lower(self.plain(index));
        is_of(ASKS, &word) || is_of(CALLS, &word)
    }

    fn joins(&self, index: usize) -> bool {
        is_of(JOINERS, self.plain(index)) || matches!(self.all[index], "&" | "+")
    }

    fn ends_a_part(&self, index: usize) -> bool {
        self.plain(index).len() < self.all[index].len()
    }

    /// The end of the command that begins with this word.
    fn command(&self, at: usize) -> Option<usize> {
        let first = self.plain(at);
        let second = (at + 1 < self.all.len() && !self.ends_a_part(at)).then(|| self.plain(at + 1));
        // `cd web && npm test`: no sentence has such a word.
        let last_part = (at + 1..self.all.len()).rfind(|index| matches!(self.all[*index], "&&" | "||"));
        if let Some(last) = last_part.filter(|last| last + 1 < self.all.len() && is_known_program(first)) {
            return Some(self.command(last + 1).unwrap_or(self.all.len()));
        }
        // The one is a verb as well, and the other asks for options of one letter.
        let is_verb = first == "test" && !second.is_some_and(|word| word.starts_with('-') && word.len() == 2);
        if !is_known_program(first) || is_verb {
            return None;
        }
        let acts = |word: &str| word.starts_with('-') || word.contains('/') || is_of(DEEDS, word);
        if !second.is_some_and(acts) {
            return (is_of(ALONE, first) || self.all.len() == 1).then_some(at + 1);
        }
        let behind = |index: usize| index > at + 2 || !matches!(second, Some("run" | "exec"));
        let goes_on = |index: usize| {
            let word = self.plain(index);
            let says =
                is_of(GOES_ON, word) || is_of(RESULTS, word) || is_of(SUCCEEDS, word) || self.joins(index);
            self.ends_a_part(index - 1)
                || word.starts_with('(')
                || (says && behind(index) && !is_of(DEEDS, word))
        };
        let end = (at + 2..self.all.len()).find(|index| goes_on(*index)).unwrap_or(self.all.len());
        let called = end > at + 2 && end < self.all.len() && is_of(CALLED, self.plain(end - 1));
        Some(if called { end - 1 } else { end })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn found(text: &str, place: Place) -> Vec<String> {
        let one = |found: &BareCommand<'_>| match found.behind {
            "" => found.script.to_owned(),
            behind => format!("{} | {behind}", found.script),
        };
        bare_commands(text, place).iter().map(one).collect()
    }

    #[test]
    fn a_command_without_marks_is_told_from_a_sentence() {
        let table: &[(&str, &[&str])] = &[
            ("go test ./... -run 'A|B' -count=1", &["go test ./... -run 'A|B' -count=1"]),
            ("cargo test", &["cargo test"]),
            ("npm run it", &["npm run it"]),
            ("npm run build", &["npm run build"]),
            ("pytest", &["pytest"]),
            ("pytest tests/a.py", &["pytest tests/a.py"]),
            ("cargo test passes", &["cargo test | passes"]),
            ("cargo test lamp passes.", &["cargo test lamp | passes."]),
            ("the npm test suite is green", &["npm test | suite is green"]),
            ("npm test (all green)", &["npm test | (all green)"]),
            ("Tests: npm test", &["npm test"]),
            (
                "Run cargo clippy -- -D warnings, no warnings",
                &["cargo clippy -- -D warnings | , no warnings"],
            ),
            ("Verify that make check and npm run lint pass", &["make check | and", "npm run lint | pass"]),
            (
                "cargo fmt --check, cargo clippy, cargo test",
                &["cargo fmt --check | ,", "cargo clippy | ,", "cargo test"],
            ),
            ("go vet ./... returns no issues", &["go vet ./... | returns no issues"]),
            ("grep -n \"a b\" src/a.css", &["grep -n \"a b\" src/a.css"]),
            ("grep -q \"a is b\" f returns a line", &["grep -q \"a is b\" f | returns a line"]),
            ("test -f src/a.rs", &["test -f src/a.rs"]),
            ("cd web && npm test passes", &["cd web && npm test | passes"]),
            ("cd web && npx tsc --noEmit", &["cd web && npx tsc --noEmit"]),
            ("grep -c \"a b", &[]),
            ("make sure that src/a.rs is there", &[]),
            ("go through the list", &[]),
            ("test the page", &[]),
            ("find all uses in src/", &[]),
            ("node is installed", &[]),
            ("All tests pass with cargo test", &[]),
            ("The docs say `cargo test`", &[]),
        ];
        let read = |(text, _): &(&str, &[&str])| found(text, Place::Validation);
        let wrong: Vec<_> =
            table.iter().filter(|row| read(row) != row.1).map(|row| (row.0, read(row))).collect();
        assert_eq!(wrong, []);
    }

    #[test]
    fn a_task_has_to_ask_for_it() {
        let read = |text| found(text, Place::Work);
        assert_eq!(read("Run cargo clippy and fix what it finds"), ["cargo clippy | and fix what it finds"]);
        assert_eq!(read("Verify npm run build works"), ["npm run build | works"]);
        assert_eq!(read("cargo test"), Vec::<String>::new());
        assert_eq!(read("Add npm run lint to the hooks"), Vec::<String>::new());
    }
}
