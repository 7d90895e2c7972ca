//! What a sentence expects of its command: how it ends, what it prints and leaves, and what it says besides.

use std::ops::Range;

use super::command::{is_of, shows_only};
use super::sentence::Token;
use crate::facts::{Comparison, Expectation, ExpectedExit, ExpectedOutput};
use crate::plan::names::has_words;
use crate::plan::names::sentences::{
    ABSENCES, FAILS, JOINERS, NEUTRAL, NOTHING, RESULTS, SUCCEEDS, SUCCESSES,
};
use crate::shell::effect::effects;
use crate::shell::parser::first_words;

/// So many words behind a command are about it.
const NEAR: usize = 7;

/// What is expected of a command.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::plan) struct Expected {
    /// What agentrun compares itself.
    pub expectation: Expectation,
    /// The sentence says more than that: somebody has to look.
    pub besides: bool,
}

impl Expected {
    /// That, and nothing besides.
    pub(in crate::plan) fn of(expectation: Expectation) -> Self {
        Self { expectation, besides: false }
    }

    fn more() -> Self {
        Self { besides: true, ..Self::default() }
    }
}

/// What a command prints that its exit code does not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tells {
    /// How many: `grep -c`, `wc -l`.
    Count,
    /// What it finds: `grep`, `rg`.
    Finds,
    /// A status of HTTP: `curl`.
    Http,
    /// Anything else.
    Other,
}

/// What is said around a command.
#[derive(Debug, Clone, Copy)]
pub(in crate::plan) struct Said<'a, 'text> {
    /// From the command before it, or from the start.
    pub before: &'a [Token<'text>],
    /// Up to the next command, or to the end.
    pub behind: &'a [Token<'text>],
}

impl<'a, 'text> Said<'a, 'text> {
    /// Nothing is said before it.
    pub(in crate::plan) fn behind(behind: &'a [Token<'text>]) -> Self {
        Self { before: &[], behind }
    }
}

/// What the words, code and signs around a command expect of it.
pub(in crate::plan) fn expected(script: &str, said: &Said<'_, '_>) -> Expected {
    if let Some(saved) = saved(said.behind) {
        let rest = [&said.behind[..saved.start], &said.behind[saved.end..]].concat();
        let mut found = expected(script, &Said { behind: &rest, ..*said });
        found.expectation.files.extend(said.behind[saved].last().and_then(as_text).map(str::to_owned));
        return found;
    }
    let window = Window::of(script, said.behind);
    let found = window.found();
    let rest = window.says_more(&found);
    let absent = found.expectation.is_success().then(|| window.tells.absent()).flatten();
    match absent.filter(|_| denies(said.before)) {
        Some(absent) => Expected { expectation: absent, besides: rest },
        None => Expected { besides: found.besides || rest || wants_no_warning(script, said.behind), ..found },
    }
}

/// Compilers and linters succeed with warnings: where none is to be left, somebody has to look at what they print, unless
/// an option makes them fail.
fn wants_no_warning(script: &str, behind: &[Token<'_>]) -> bool {
    const STRICT: [&str; 6] = ["-D ", "-D=", "--deny", "-Werror", "--max-warnings", "--strict"];
    let said = near(behind);
    let none =
        ["no warnings", "no warning", "0 warnings", "zero warnings", "without warnings", "warning free"];
    none.iter().any(|phrase| has_words(&said, phrase)) && !STRICT.iter().any(|option| script.contains(option))
}

/// What is to be kept: `and save the output to a file`.
const SAVES: &str = "save, saves, saved, store, stores, stored, redirect, redirected, capture, captured, dump, record, recorded, \
    write, written, log, keep, pipe, piped, export, exported, commit";

/// Where it is said that the output is kept in a file.
fn saved(behind: &[Token<'_>]) -> Option<Range<usize>> {
    let said = |index: usize| behind[index].said().unwrap_or_default();
    let path = |token: &Token<'_>| {
        as_text(token).is_some_and(|text| text.contains(['.', '/']) && !text.contains(' '))
    };
    let start = (0..behind.len()).find(|index| is_of(SAVES, said(*index)))?;
    let end = (start + 1..behind.len().min(start + NEAR)).find(|index| path(&behind[*index]))?;
    let leads = matches!(said(end - 1), "to" | "in" | "into" | "as" | "under" | "at");
    let start = if start > 0 && is_of(JOINERS, said(start - 1)) { start - 1 } else { start };
    leads.then_some(start..end + 1)
}

/// What stands before a command says that there is none of it: `No unwrap:`, `The old name is gone:`.
fn denies(before: &[Token<'_>]) -> bool {
    const DENIALS: &str = "no, zero, none, nothing, nowhere, gone, removed, absent, without, kein, keine, keinen, aucun, aucune, ningún, \
        ninguna, nenhum, nenhuma, нет, 没有, 無し, なし, 없음";
    before.iter().filter_map(Token::said).any(|word| is_of(DENIALS, word))
}

/// What follows a command.
struct Window<'a, 'text> {
    tokens: &'a [Token<'text>],
    tells: Tells,
    /// It succeeds in any case.
    shows_only: bool,
}

impl Tells {
    /// That it finds nothing; `None` if it is no search.
    fn absent(self) -> Option<Expectation> {
        match self {
            Self::Count => Some(number(Comparison::Equal, 0)),
            Self::Finds => Some(Expectation {
                exit: ExpectedExit::Code { code: 1 },
                ..Expectation::of_output(ExpectedOutput::Nothing)
            }),
            Self::Http | Self::Other => None,
        }
    }
}

impl<'a, 'text> Window<'a, 'text> {
    fn of(script: &str, tokens: &'a [Token<'text>]) -> Self {
        Self { tokens, tells: tells(script), shows_only: shows_only(script) }
    }

    fn found(&self) -> Expected {
        if let Some(exit) = self.exit_code() {
            return match exit {
                0 => Expected::default(),
                code => self.with_output(ExpectedExit::Code { code }),
            };
        }
        let said = near(self.tokens);
        let succeeds = SUCCESSES.split(", ").any(|phrase| has_words(&said, phrase));
        if is_to_fail(&said) && !succeeds {
            return self.with_output(ExpectedExit::Failure);
        }
        let Some(at) = self.result() else {
            let more = (self.shows_only && !succeeds) || self.counts_something();
            return if more { Expected::more() } else { Expected::default() };
        };
        self.printed(at).unwrap_or_else(|| {
            let said = near(&self.tokens[at..]);
            let succeeds = SUCCESSES.split(", ").any(|phrase| has_words(&said, phrase));
            // `is` and `are` alone say nothing of what is printed.
            // What a search finds is what it looked for.
            let searches = self.tells == Tells::Finds;
            let is_verb = matches!(self.tokens[at].said(), Some("is" | "are" | "expected" | "stays"));
            let nothing_more = is_verb && near_is_neutral(&said);
            if self.counts_something() {
                Expected::more()
            } else if searches || nothing_more || (succeeds && !self.shows_only) {
                Expected::default()
            } else {
                Expected::more()
            }
        })
    }

    /// `12 passed`, `at least 40 tests`: a count that its exit code does not tell.
    fn counts_something(&self) -> bool {
        const COUNTED: &str =
            "passed, passing, tests, test, cases, specs, assertions, examples, checks, suites, results, rows";
        let words: Vec<&str> = self.tokens.iter().filter_map(Token::said).take(NEAR).collect();
        words.windows(2).any(|pair| {
            let counts = pair[0].parse::<u32>().is_ok_and(|count| count > 0);
            counts && is_of(COUNTED, pair[1])
        })
    }

    /// That it ends so, and prints what is said beside that.
    fn with_output(&self, exit: ExpectedExit) -> Expected {
        let output = self.result().and_then(|at| self.value(at));
        Expected::of(Expectation { exit, output: output.into_iter().collect(), files: Vec::new() })
    }

    /// Where it says that something is printed, counted or left.
    fn result(&self) -> Option<usize> {
        let mut words = 0;
        self.tokens.iter().position(|token| {
            let Some(word) = token.said() else { return false };
            words += 1;
            words <= NEAR && (is_of(RESULTS, word) || matches!(word, "→" | "=" | "≥" | "≤" | ">" | "<"))
        })
    }

    /// `exits 3`, `exit code 0`, `exits with status 2`.
    fn exit_code(&self) -> Option<i32> {
        let at = self.tokens.iter().take(NEAR + 2).position(|token| {
            matches!(token.said(), Some("exit" | "exits" | "exited" | "code" | "exit-code" | "exitcode"))
        })?;
        let number = |token: &Token<'_>| match token {
            Token::Code(text) => text.parse().ok(),
            token => token.said()?.parse().ok(),
        };
        self.tokens[at + 1..].iter().take(3).find_map(number)
    }

    /// What is printed, said from this word on; `None` if it is not exact.
    fn printed(&self, at: usize) -> Option<Expected> {
        let said = near(&self.tokens[at..]);
        let nothing = NOTHING.split(", ").any(|phrase| has_words(&said, phrase));
        let absent =
            self.tells == Tells::Finds && ABSENCES.split(", ").any(|phrase| has_words(&said, phrase));
        let partly = ["outside", "except", "but", "other than", "apart from", "besides"];
        if (nothing || absent) && partly.iter().any(|word| has_words(&said, word)) {
            return Some(Expected::more());
        }
        if nothing || absent {
            let nothing = || Expectation::of_output(ExpectedOutput::Nothing);
            return Some(Expected::of(self.tells.absent().unwrap_or_else(nothing)));
        }
        if let Some(counted) = self.counted(at) {
            return Some(counted);
        }
        let mut expected = Expected::of(Expectation::of_output(self.value(at)?));
        expected.expectation.output.extend(self.further_values(at));
        Some(expected)
    }

    /// A number that is compared: `→ 0`, `is under 300`, `shows 5 rows`.
    fn counted(&self, at: usize) -> Option<Expected> {
        let rest = &self.tokens[at..self.tokens.len().min(at + NEAR)];
        let place = rest.iter().position(|token| as_number(token).is_some())?;
        let value = as_number(&rest[place])?;
        let said = near(&rest[..place]);
        let comparison = comparison(&said);
        let unit = rest.get(place + 1).and_then(Token::said).unwrap_or_default();
        let lines = matches!(
            unit,
            "line" | "lines" | "row" | "rows" | "file" | "files" | "entries" | "results" | "matches"
        );
        let is_output =
            matches!(rest[0].said(), Some(word) if !matches!(word, "takes" | "responds" | "answers"));
        match self.tells {
            Tells::Count => Some(Expected::of(number(comparison, value))),
            _ if lines && is_output => Some(Expected::of(Expectation::of_output(ExpectedOutput::Lines {
                is: comparison,
                number: value,
            }))),
            Tells::Http => Some(Expected::more()),
            _ if matches!(rest[0].said(), Some("returns" | "return")) && value == 0 => {
                Some(Expected::default())
            }
            _ if comparison == Comparison::Equal && unit.is_empty() && is_output => {
                let text = value.to_string();
                Some(Expected::of(Expectation::of_output(ExpectedOutput::Line { text })))
            }
            _ => None,
        }
    }

    /// The text in code or quotes that is said to be printed, or not to be.
    fn value(&self, at: usize) -> Option<ExpectedOutput> {
        let behind = self.tokens[at..].iter().take(NEAR);
        let text = behind.clone().find_map(|token| as_text(token).or_else(|| as_version(token)))?;
        let verb = self.tokens[at].said().unwrap_or_default();
        if matches!(verb, "takes" | "creates" | "generates" | "writes" | "produces" | "names" | "is" | "are")
        {
            return None;
        }
        let said = near(&self.tokens[..=at]);
        let denied = has_words(&said, "not") || has_words(&said, "never") || has_words(&said, "no longer");
        let no = behind.take_while(|token| as_text(token).is_none()).any(|token| token.said() == Some("no"));
        let text = text.to_owned();
        Some(if denied || no { ExpectedOutput::Lacks { text } } else { ExpectedOutput::Holds { text } })
    }

    /// ``prints `a` and `b` ``: the second.
    fn further_values(&self, at: usize) -> Vec<ExpectedOutput> {
        let Some(first) = self.tokens.iter().skip(at).position(|token| as_text(token).is_some()) else {
            return Vec::new();
        };
        let behind = self.tokens[at + first + 1..].iter();
        let listed = behind.take_while(|token| {
            as_text(token).is_some()
                || **token == Token::Break
                || token.said().is_some_and(|word| is_of(JOINERS, word))
        });
        listed.filter_map(as_text).map(|text| ExpectedOutput::Holds { text: text.to_owned() }).collect()
    }

    /// Another clause says something of its own.
    fn says_more(&self, found: &Expected) -> bool {
        let clauses = self.tokens.split(|token| {
            *token == Token::Break
                || matches!(token.said(), Some("and" | "but" | "while" | "so" | "und" | "y" | "et"))
        });
        let told = self.result().filter(|_| !found.expectation.is_success());
        let mut from = 0;
        for (index, clause) in clauses.enumerate() {
            let holds_result = told.is_some_and(|at| (from..from + clause.len() + 1).contains(&at));
            from += clause.len() + 1;
            if index > 0 && !holds_result && !is_neutral(clause) {
                return true;
            }
        }
        false
    }
}

/// It is said to fail, and not that nothing fails or that failures are to be mended: `zero type errors`, `fix the
/// failing tests`.
fn is_to_fail(said: &str) -> bool {
    const OTHERWISE: &str =
        "no, zero, 0, without, not, never, none, any, fix, repair, resolve, address, correct, until, if";
    let denied = |at: usize| {
        let before: Vec<&str> = said[..at].split_whitespace().rev().take(3).collect();
        before.into_iter().any(|word| is_of(OTHERWISE, word))
    };
    let mut words =
        said.split(' ').skip_while(|word| !is_of("does, do, should, must, will, can, cannot, may", word));
    let modal = words.next();
    let refuses = modal == Some("cannot") || words.next() == Some("not");
    let verb = words.next().unwrap_or_default();
    if modal.is_some()
        && refuses
        && is_of("compile, build, pass, succeed, run, work, start, parse, validate", verb)
    {
        return true;
    }
    FAILS.split(", ").any(|phrase| {
        let mut found = said.match_indices(phrase).filter(|(at, _)| {
            let starts = *at == 0 || said[..*at].ends_with(' ');
            starts && said[at + phrase.len()..].chars().next().is_none_or(|next| next == ' ')
        });
        found.any(|(at, _)| phrase.contains("not ") || phrase.starts_with("no longer") || !denied(at))
    })
}

/// The words of the first tokens, with one space between them.
fn near(tokens: &[Token<'_>]) -> String {
    let words = tokens.iter().filter_map(Token::said).take(NEAR);
    words.collect::<Vec<_>>().join(" ").replace(['-', '\'', '’'], " ")
}

/// What a check finds when something is wrong.
const FAULTS: &str = "error, errors, warning, warnings, failure, failures, issue, issues, problem, problems, violation, \
    violations, regression, regressions";

/// Nothing in a clause speaks of anything but the command, and that it is to be mended until it passes.
fn is_neutral(clause: &[Token<'_>]) -> bool {
    let mut words = clause.iter().filter_map(Token::said);
    let mends = words.clone().next().is_some_and(|word| {
        is_of("fix, repair, resolve, address, correct, adjust, corregir, corriger, beheben, 修复, 修正", word)
    });
    // `zero compilation errors`
    let free = words.clone().any(|word| matches!(word, "no" | "zero" | "0" | "without"))
        && words.clone().next_back().is_some_and(|word| is_of(FAULTS, word));
    mends || free || words.all(|word| is_of(NEUTRAL, word) || is_of(SUCCEEDS, word))
}

fn near_is_neutral(said: &str) -> bool {
    said.split(' ').all(|word| is_of(NEUTRAL, word))
}

fn number(is: Comparison, number: i64) -> Expectation {
    // `grep -c` ends with 1 where it counts nothing.
    Expectation { exit: ExpectedExit::Any, ..Expectation::of_output(ExpectedOutput::Number { is, number }) }
}

fn as_number(token: &Token<'_>) -> Option<i64> {
    match token {
        Token::Code(text) | Token::Quote(text) => text.trim().parse().ok(),
        Token::Word(word) if word == "zero" => Some(0),
        Token::Word(word) => word.replace(',', "").parse().ok(),
        _ => None,
    }
}

fn as_text<'text>(token: &Token<'text>) -> Option<&'text str> {
    match token {
        Token::Code(text) | Token::Quote(text) => Some(text),
        _ => None,
    }
}

/// `1.2.3`
fn as_version<'a>(token: &'a Token<'_>) -> Option<&'a str> {
    let word = token.said().filter(|word| word.split('.').count() > 2)?;
    word.chars().all(|c| c.is_ascii_digit() || c == '.').then_some(word)
}

/// How a number is compared by the words before it.
fn comparison(said: &str) -> Comparison {
    let has = |phrases: &str| phrases.split(", ").any(|phrase| has_words(said, phrase));
    match () {
        () if has("≥, at least, no less than, minimum, or more") => Comparison::AtLeast,
        () if has("≤, at most, no more than, up to, maximum, not more than, within") => Comparison::AtMost,
        () if has(">, more than, greater than, over, above") => Comparison::More,
        () if has("<, less than, fewer than, under, below") => Comparison::Less,
        () => Comparison::Equal,
    }
}

/// What the last command of a pipeline tells by what it prints.
fn tells(script: &str) -> Tells {
    let last = script.rsplit(['|', '\n']).next().unwrap_or(script).trim();
    let words = first_words(last);
    let words: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    let counts = |word: &&str| {
        let letters = word.strip_prefix('-').filter(|letters| !letters.starts_with('-'));
        *word == "--count" || letters.is_some_and(|letters| letters.contains('c'))
    };
    let searches = effects(last).last().is_some_and(|found| found.searches);
    match words.first().copied().unwrap_or_default() {
        "wc" => Tells::Count,
        "curl" | "http" | "https" | "wget" => Tells::Http,
        _ if searches && words.iter().skip(1).any(counts) => Tells::Count,
        _ if searches => Tells::Finds,
        _ => Tells::Other,
    }
}
