//! What makes a code span, a line or a block a command. The rules are static: they look at the plan, never at the
//! machine.

use std::sync::LazyLock;

use super::claim::{Claim, claim};
use crate::plan::code_span::{code_spans, end_of, spoken};
use crate::plan::criterion::{CommandLine, CriterionKind};
use crate::plan::document::Code;
use crate::plan::names::lower;
use crate::plan::names::phrases::Phrases;
use crate::plan::names::vocabulary::{
    ABSENCES, ALTERNATIVES, ARROWS, CHECK_SIGNS, CHECKS, FAILURES, NO_FAILURES, RUNS,
};
use crate::shell::effect::{CommandEffect, effects, positionals};
use crate::shell::parser::first_words;
use crate::shell::simple::assigned;

/// A fenced shell block is one script.
pub(crate) const BLOCK: &str = "a shell block of a validation part";
/// `Run: make lint`
pub(crate) const RUN: &str = "the text after `Run:`";
/// `<!-- validate: make lint -->`
pub(crate) const COMMENT: &str = "a `validate` comment";
const RUNNER: &str = "a code span that starts with a known program";
const CALLED: &str = "a code span that the sentence calls a command";
const ALL_CODE: &str = "a code span that is the whole criterion";
const DESTRUCTIVE: &str =
    "it looks like a rollback, cleanup or deployment; agentrun never runs these as validation";
const ENDLESS: &str = "it runs until somebody stops it, so it cannot pass";
const ADDS: &str = "it changes the project's dependencies and checks nothing";
const ABSENT: &str = "it should find nothing, so its exit code does not decide";
const FAILING: &str = "the command should fail or not be run; write `! command` for a command that must fail";
const PROSE: &str = "no command in it";
const MANUAL: &str = "the plan says that a person has to look";

/// Programs whose name at the start of a code span makes it a command.
const RUNNERS: &str = "cargo npm npx pipenv pdm pnpm yarn bun bunx deno node tsc eslint vitest jest pytest python python3 uv uvx \
    tox nox ruff mypy pyright black poetry hatch pre-commit go golangci-lint make cmake ctest ninja \
    just task mage bazel gradle mvn sbt dotnet swift xcodebuild flutter dart zig mix rake bundle \
    rspec rubocop ruby php composer phpunit perl prove lua busted bash sh zsh test [ [[ grep rg diff \
    cmp ls cat find jq sed awk wc head tail echo printf true false cd env time timeout shellcheck \
    bats shfmt git docker docker-compose kubectl helm terraform curl wget sqlite3 psql ansible-lint \
    nix buf protoc playwright cypress tsx ts-node turbo nx lerna hurl markdownlint vale mdbook \
    sphinx-build mkdocs hugo stat sha256sum type command which !";

/// What a command without marks of code does, if it is one and no sentence: `verify: go test ./...`.
const DEEDS: &str = "test check build lint vet clippy run exec fmt verify validate typecheck pytest jest vitest mypy ruff \
    eslint tsc unittest compile";

/// Words that make it a sentence all the same.
const SENTENCE_WORDS: &str = "and then or pass passes passing succeed succeeds is are should must the a all with without \
    exits returns works shows prints no on in for until → -> =>";

/// What `git` is asked for to see whether something holds.
const GIT_QUESTIONS: &str = "diff status log show grep ls-files rev-parse check-ignore cat-file fsck describe \
    merge-base";

/// Words that call a code span of one word a command.
const CALLS: &str = "pass, passes, exit, exits, run, runs, running, succeed, succeeds, execute, executes, command, \
    green, returns 0";

static KNOWN_RUNNERS: LazyLock<Phrases<()>> =
    LazyLock::new(|| Phrases::of(RUNNERS.split(' ').map(|word| (word, ()))));

static SAYS_ABSENT: LazyLock<Phrases<()>> =
    LazyLock::new(|| Phrases::of(ABSENCES.split(", ").map(|phrase| (phrase, ()))));

static SAYS_CHECK: LazyLock<Phrases<()>> =
    LazyLock::new(|| Phrases::of(CHECKS.split(", ").map(|phrase| (phrase, ()))));

static STARTS_CHECK: LazyLock<Vec<&'static str>> = LazyLock::new(|| CHECKS.split(", ").collect());

static ONLY_RUNS: LazyLock<Phrases<()>> =
    LazyLock::new(|| Phrases::of(RUNS.split(", ").map(|words| (words, ()))));

static CALLING: LazyLock<Phrases<()>> =
    LazyLock::new(|| Phrases::of(CALLS.split(", ").map(|words| (words, ()))));

static SAYS_FAILURE: LazyLock<Phrases<()>> =
    LazyLock::new(|| Phrases::of(FAILURES.split(", ").map(|phrase| (phrase, ()))));

static SAYS_NO_FAILURE: LazyLock<Phrases<()>> =
    LazyLock::new(|| Phrases::of(NO_FAILURES.split(", ").map(|phrase| (phrase, ()))));

/// Phrases in front of a code span that is the directory of a command, the surest first.
const FROM: [&str; 5] = ["run from ", "from directory ", "working directory: ", "in directory ", "inside "];

/// A criterion's text, classified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CriterionClass {
    /// Command, prose or manual.
    pub kind: CriterionKind,
    /// Its sentence says more of the command than that it succeeds.
    pub says_more: bool,
    /// The rule that said so.
    pub why: &'static str,
}

impl CriterionClass {
    fn none(kind: CriterionKind, why: &'static str) -> Self {
        Self { kind, says_more: false, why }
    }

    /// What becomes of a command by what its sentence says of it.
    fn claimed_by(self, text: &str) -> Self {
        if !matches!(self.kind, CriterionKind::Command(_)) {
            return self;
        }
        match claim(text) {
            Claim::Success => self,
            Claim::More => Self { says_more: text.contains('`'), ..self },
            Claim::Failure => Self::none(CriterionKind::Prose, FAILING),
        }
    }
}

/// What a line of a criterion is.
pub(crate) fn classify(text: &str, manual: bool) -> CriterionClass {
    if manual {
        return CriterionClass::none(CriterionKind::Manual, MANUAL);
    }
    command_in(text).claimed_by(text)
}

/// The command that a text names, whatever it says of it.
fn command_in(text: &str) -> CriterionClass {
    if let Some(command) = after_run(text) {
        return command_or_prose(command.to_owned(), RUN, directory(text));
    }
    let mut why = PROSE;
    let mut script = String::new();
    let mut behind = 0;
    for (at, span) in code_spans(text) {
        let alternative = ALTERNATIVES.contains(&text[behind..at].trim_matches(['`', ' ']));
        behind = end_of(text, span);
        let Some(rule) = rule_for(text, at, span).filter(|_| !alternative || script.is_empty()) else {
            continue;
        };
        why = rule;
        let line_end = if script.is_empty() { "" } else { "\n" };
        script.extend([line_end, span.strip_prefix("$ ").unwrap_or(span)]);
    }
    if script.is_empty() {
        return CriterionClass::none(CriterionKind::Prose, PROSE);
    }
    if effects(&script).contains(&CommandEffect::Searches) && SAYS_ABSENT.any_within(&spoken(text)) {
        return CriterionClass::none(CriterionKind::Prose, ABSENT);
    }
    command_or_prose(script, why, directory(text))
}

/// A command that stands behind `verify:` without marks of code.
pub(crate) fn is_bare_command(text: &str) -> bool {
    let words = first_words(text);
    let [first, second, ..] = words.as_slice() else { return false };
    let (first, second) = (first.text.as_str(), second.text.as_str());
    let acts = second.starts_with('-') || second.contains('/') || DEEDS.split(' ').any(|deed| deed == second);
    let says = |word: &str| {
        word.starts_with('(')
            || word.ends_with(',')
            || SENTENCE_WORDS.split(' ').any(|said| lower(word) == said)
    };
    !text.contains(['`', '\n'])
        && KNOWN_RUNNERS.contains(first)
        && first != "test"
        && acts
        && !text.split_whitespace().skip(2).any(says)
}

/// A sentence with a command that wants to see it succeed: ``confirm that `make test` passes``.
pub(crate) fn checks(text: &str) -> bool {
    let Some((at, span)) = code_spans(text).next() else { return false };
    matches!(classify(text, false).kind, CriterionKind::Command(_))
        && says_check(text, at, span)
        && !says_it_fails(text)
}

/// What is said around the first code span wants to see a command succeed.
fn says_check(text: &str, at: usize, span: &str) -> bool {
    let before = spoken(&text[..at]);
    if STARTS_CHECK.iter().any(|check| before.starts_with(check)) {
        return true;
    }
    let behind = spoken(&text[end_of(text, span)..]);
    // Far behind a command that is not only run, it is something else that passes.
    let near = behind.match_indices(' ').nth(3).map_or(behind.as_str(), |(at, _)| &behind[..at]);
    let behind = if ONLY_RUNS.contains(&before) { &behind } else { near };
    let may_stand = |sign: &&&str| sign.is_ascii() || !text.is_ascii();
    SAYS_CHECK.any_within(behind)
        || points_at_result(text)
        || CHECK_SIGNS.iter().filter(may_stand).any(|sign| text.contains(sign))
}

/// `` `make lint` → no errors ``, but not the next of several commands: `` `make` → `make install` ``.
fn points_at_result(text: &str) -> bool {
    let behind = |arrow: &&str| text.split_once(arrow).map(|(_, behind)| behind.trim_start());
    ARROWS.iter().find_map(behind).is_some_and(|behind| !behind.starts_with('`'))
}

/// What is said of a command makes its exit code no verdict: it is to fail, or to find nothing.
pub(crate) fn says_it_fails(text: &str) -> bool {
    let words = spoken(text);
    SAYS_FAILURE.any_within(&words) && !SAYS_NO_FAILURE.any_within(&words)
}

/// What a code block of a validation part is; `None` if its language is no shell.
pub(crate) fn classify_block(code: &Code, dir: Option<String>) -> Option<CriterionClass> {
    let Code { info: Some(info), literal } = code else { return None };
    if !matches!(info.as_str(), "" | "sh" | "bash" | "shell" | "console" | "zsh" | "shell-session") {
        return None;
    }
    let prompted = literal.lines().any(|line| line.starts_with("$ "));
    let script: Vec<&str> = if prompted {
        literal.lines().filter_map(|line| line.strip_prefix("$ ")).collect()
    } else {
        literal.lines().collect()
    };
    let script = script.join("\n");
    let empty = script.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#'));
    (!empty).then(|| command_or_prose(script.trim_end().to_owned(), BLOCK, dir))
}

/// `validate: make lint` of a comment.
pub(crate) fn comment_command(inner: &str) -> Option<&str> {
    let rest = inner.strip_prefix("validate:").or_else(|| inner.strip_prefix("Validate:"))?;
    Some(rest.trim()).filter(|command| !command.is_empty())
}

/// A command, unless it is one that must not be run to see whether something holds.
pub(crate) fn command_or_prose(script: String, why: &'static str, dir: Option<String>) -> CriterionClass {
    let effects = effects(&script);
    if effects.contains(&CommandEffect::Destroys) {
        return CriterionClass::none(CriterionKind::Prose, DESTRUCTIVE);
    }
    if effects.contains(&CommandEffect::Serves) {
        return CriterionClass::none(CriterionKind::Prose, ENDLESS);
    }
    if !effects.is_empty() && effects.iter().all(|effect| *effect == CommandEffect::Adds) {
        return CriterionClass::none(CriterionKind::Prose, ADDS);
    }
    let command = CommandLine { script, dir };
    CriterionClass { kind: CriterionKind::Command(command), says_more: false, why }
}

/// The directory of ``Run from `dir` ``.
pub(crate) fn directory(text: &str) -> Option<String> {
    let phrase = |at: usize| FROM.iter().position(|phrase| ends_with_any_case(&text[..at], phrase));
    let ticks = text.match_indices('`').filter_map(|(at, _)| Some((phrase(at)?, at + 1)));
    let (_, at) = ticks.min()?;
    let dir = text.get(at..)?.split('`').next()?.trim();
    // A directory is a path inside the project; a command that follows is none.
    let fits = !dir.is_empty() && !dir.contains(char::is_whitespace);
    fits.then(|| dir.trim_end_matches('/').to_owned())
}

/// Ends so, in whatever case.
pub(in crate::plan) fn ends_with_any_case(text: &str, ending: &str) -> bool {
    let from = text.len().checked_sub(ending.len());
    from.and_then(|from| text.get(from..)).is_some_and(|end| end.eq_ignore_ascii_case(ending))
}

/// `Run: make lint` and ``Run `make lint` `` are commands whatever the program is.
fn after_run(text: &str) -> Option<&str> {
    let rest = ["Run:", "run:", "**Run:**", "**Run**:", "Command:", "**Command:**"]
        .iter()
        .find_map(|prefix| text.strip_prefix(prefix))?
        .trim();
    match code_spans(rest).next() {
        Some((_, span)) => Some(span),
        None if rest.is_empty() || rest.starts_with('[') => None,
        None => Some(rest),
    }
}

fn rule_for(text: &str, at: usize, span: &str) -> Option<&'static str> {
    let span = span.strip_prefix("$ ").unwrap_or(span);
    let all = first_words(span);
    let words: Vec<&str> = assigned(&all).1.iter().map(|word| word.text.as_str()).collect();
    let behind = span.split_whitespace().count() > all.len();
    if words.is_empty() && !behind {
        return None;
    }
    let first = words.first().copied().unwrap_or_default();
    let several = words.len() > 1 || behind;
    // `bash -n` is a command once a file follows.
    if ["bash", "sh", "zsh"].contains(&first) && span.ends_with(" -n") {
        return None;
    }
    let question = || positionals(&words).next();
    let asks = first != "git" || GIT_QUESTIONS.split(' ').any(|word| question() == Some(word));
    let known = asks && KNOWN_RUNNERS.contains(first) || first.starts_with("./") || first.starts_with("../");
    if several && known {
        return Some(RUNNER);
    }
    let whole = in_ticks(text.trim_matches(['.', ' ', ':'])) == Some(span);
    if whole && known {
        return Some(ALL_CODE);
    }
    // `Types are right: foo check .` names its command behind a colon.
    let behind_colon = text.get(..at).is_some_and(|before| before.trim_end().ends_with(':'));
    let last = text
        .trim_end_matches(['.', ' '])
        .strip_suffix('`')
        .is_some_and(|text| text.strip_suffix(span).is_some_and(|before| before.ends_with('`')));
    if several && is_program(first) && behind_colon && last {
        return Some(CALLED);
    }
    let runnable = known || several || is_program(first);
    (runnable && called(text, at, span) && !is_signature(span)).then_some(CALLED)
}

fn in_ticks(text: &str) -> Option<&str> {
    text.strip_prefix('`')?.strip_suffix('`')
}

/// A name that can be a program: no path of a source file, no symbol.
fn is_program(word: &str) -> bool {
    let plain = word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    !word.is_empty() && plain || word.strip_suffix(".sh").is_some_and(|stem| !stem.is_empty())
}

fn is_signature(span: &str) -> bool {
    span.ends_with('(') || ["()", "=>", "::", "→", " = "].iter().any(|sign| span.contains(sign))
}

/// The words directly around a span call it a command: ``run `x` ``, `` `x` passes``, `` `x` exits 0``.
fn called(text: &str, at: usize, span: &str) -> bool {
    let word = |text: &str| text.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let before = text.get(..at).and_then(|before| before.split_whitespace().next_back());
    // ``run` of `` `run`, `walk` `` is no verb.
    let before = before.filter(|word| !word.contains('`')).map(word);
    let mut behind = text[end_of(text, span)..].trim_start_matches('`').split_whitespace().take(2).map(word);
    let verb_before = before
        .is_some_and(|word| matches!(word.as_str(), "run" | "running" | "execute" | "command" | "runs"));
    verb_before || behind.next().is_some_and(|word| CALLING.contains(&word))
}

#[cfg(test)]
mod tests;
