//! What a criterion is: commands with what is expected of them, a sentence, or something for a person.

use super::bare::{BareCommand, bare_commands};
use super::command::{self, Place, SpanRole, TELLS_NOTHING, is_of, roles, shows_only, shows_the_tree};
use super::expected::{Expected, Said, expected};
use super::sentence::{Sentence, Token, is_number};
use crate::plan::criterion::{CommandLine, CriterionKind, RefusedCommand};
use crate::plan::document::Code;
use crate::plan::names::sentences::{ASKS, REPORTS, RESULTS};
use crate::shell::effect::{CommandEffect, ScriptEffect, effects, strongest};
use crate::shell::parser::first_words;
use crate::shell::plausible::{Plausible, is_gap, plausible};

/// A fenced shell block is one script.
pub(crate) const BLOCK: &str = "a shell block of a validation part";
/// `Run: make lint`
pub(crate) const RUN: &str = "the text after `Run:`";
/// `<!-- validate: make lint -->`
pub(crate) const COMMENT: &str = "a `validate` comment";
/// `npm test is green`
pub(crate) const BARE: &str = "a command without marks of code";
/// `cat <file>`
pub(crate) const GAP: &str = "its command has a placeholder in it";
const REACHES: &str = "it reaches outside of the project: a person runs it";
const ENDLESS: &str = "it runs until somebody stops it, so it cannot pass";
const CHANGES: &str = "it changes the project and checks nothing";
const TAKES_AWAY: &str =
    "it deletes files or changes the repository; agentrun never runs these as validation";
const SHOWS: &str = "it shows something and succeeds in any case";
/// The rules by which a sentence keeps a command that nobody runs.
const UNRUN: [&str; 7] = [GAP, REACHES, ENDLESS, CHANGES, TAKES_AWAY, SHOWS, TELLS_NOTHING];
const MANUAL: &str = "the plan says that a person has to look";

/// Phrases in front of a code span that is the directory of a command, the surest first.
const FROM: [&str; 5] = ["run from ", "from directory ", "working directory: ", "in directory ", "inside "];

/// A criterion's text, classified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CriterionClass {
    /// Command, prose or manual.
    pub kind: CriterionKind,
    /// Its sentence says more of the command than agentrun can compare.
    pub says_more: bool,
    /// The rule that said so.
    pub why: &'static str,
    /// What its command does besides telling.
    pub effect: Option<CommandEffect>,
    /// It names a command that is not run.
    pub unrun: bool,
    /// That command, if it is not run for what it does.
    pub refused: Option<RefusedCommand>,
}

impl CriterionClass {
    fn none(kind: CriterionKind, why: &'static str) -> Self {
        Self { kind, says_more: false, why, effect: None, unrun: UNRUN.contains(&why), refused: None }
    }

    /// A command, unless it is one that must not be run to see whether something holds.
    fn command(script: String, why: &'static str, dir: Option<String>, expected: Expected) -> Self {
        let found = strongest(&script);
        let refused = match found.effect {
            CommandEffect::Reaches => Some((CriterionKind::Manual, REACHES)),
            CommandEffect::Serves => Some((CriterionKind::Prose, ENDLESS)),
            CommandEffect::Changes if takes_away(&script) => Some((CriterionKind::Prose, TAKES_AWAY)),
            CommandEffect::Changes if only_changes(&script) => Some((CriterionKind::Prose, CHANGES)),
            _ => None,
        };
        let changes = found.effect == CommandEffect::Changes;
        let command = CommandLine { script, dir, expectation: expected.expectation, changes };
        let effect = Some(found.effect);
        if let Some((kind, why)) = refused {
            let refused = Some(RefusedCommand { command, would: found.would });
            return Self { effect, refused, ..Self::none(kind, why) };
        }
        Self { says_more: expected.besides, effect, ..Self::none(CriterionKind::Command(command), why) }
    }

    /// It is a command that agentrun runs.
    pub(crate) fn is_command(&self) -> bool {
        matches!(self.kind, CriterionKind::Command(_))
    }
}

/// A command of a script deletes files or changes the repository.
fn takes_away(script: &str) -> bool {
    effects(script).iter().any(ScriptEffect::loses)
}

/// No command of a script checks anything.
fn only_changes(script: &str) -> bool {
    effects(script).iter().all(|found| found.effect >= CommandEffect::Installs)
}

/// What a sentence is: a criterion for each of its commands, or one for all of it.
pub(crate) fn classify(text: &str, place: Place, manual: bool) -> Vec<CriterionClass> {
    if manual {
        return vec![CriterionClass::none(CriterionKind::Manual, MANUAL)];
    }
    if let Some(line) = after_run(text) {
        return vec![of_line(line, RUN)];
    }
    let bare = bare_commands(text, place);
    if !bare.is_empty() {
        return of_bare(text, &bare);
    }
    let sentence = Sentence::of(text);
    let roles = roles(&sentence, place);
    let dir = directory(text);
    let mut found: Vec<CriterionClass> = Vec::new();
    let mut from = 0;
    for (index, (at, span, role)) in roles.iter().enumerate() {
        let SpanRole::Command(why) = role else { continue };
        let next = roles[index + 1..].iter().find(|(_, _, role)| matches!(role, SpanRole::Command(_)));
        let end = next.map_or(sentence.tokens.len(), |(at, _, _)| *at);
        let script = span.strip_prefix("$ ").unwrap_or(span);
        let said = Said { before: &sentence.tokens[from..*at], behind: &sentence.tokens[at + 1..end] };
        let mut expected = expected(script, &said);
        // What a task says before is its work.
        let claims = matches!(place, Place::Validation | Place::Criterion) && claims_before(&sentence, *at);
        expected.besides |= found.is_empty() && claims;
        found.push(of_command(script, why, dir.clone(), expected));
        from = at + 1;
    }
    let gaps = roles.iter().any(|(_, _, role)| *role == SpanRole::Gap);
    if gaps {
        found.push(CriterionClass::none(CriterionKind::Prose, GAP));
    }
    if found.is_empty() {
        let why = roles.iter().find_map(|(_, _, role)| match role {
            SpanRole::Other(why) if *why != command::NONE => Some(*why),
            _ => None,
        });
        found.push(CriterionClass::none(CriterionKind::Prose, why.unwrap_or(command::NONE)));
    }
    found
}

/// A command with what is expected of it; what only shows something is none.
fn of_command(script: &str, why: &'static str, dir: Option<String>, expected: Expected) -> CriterionClass {
    let prints = !expected.expectation.output.is_empty();
    match () {
        () if shows_the_tree(script) => CriterionClass::none(CriterionKind::Prose, TELLS_NOTHING),
        () if shows_only(script) && !prints => CriterionClass::none(CriterionKind::Prose, SHOWS),
        () => CriterionClass::command(script.to_owned(), why, dir, expected),
    }
}

/// The commands of a line without marks of code.
fn of_bare(text: &str, bare: &[BareCommand<'_>]) -> Vec<CriterionClass> {
    let lead = Sentence::of(&text[..text.find(bare[0].script).unwrap_or(0)]);
    let mut before = lead.tokens.as_slice();
    let mut found = Vec::new();
    for command in bare {
        let behind = Sentence::of(command.behind);
        let said = Said { before, behind: &behind.tokens };
        found.push(of_command(command.script, BARE, None, expected(command.script, &said)));
        before = &[];
    }
    found
}

/// A clause before the first command says something of its own: `The lamp is lit and`. What stands before a colon or
/// in front of a bracket is what the command shows.
fn claims_before(sentence: &Sentence<'_>, at: usize) -> bool {
    let before = &sentence.tokens[..at];
    let Some(end) = before.iter().rposition(|token| matches!(token.said(), Some("and" | "but"))) else {
        return false;
    };
    let joined = !before[end..].iter().any(|token| matches!(token, Token::Colon | Token::Open));
    let claim = &before[..end];
    let asks = claim.iter().find_map(Token::said).is_some_and(|word| is_of(ASKS, word));
    joined
        && !asks
        && !claim
            .iter()
            .all(|token| token.said().is_none_or(|word| is_of(crate::plan::names::sentences::NEUTRAL, word)))
}

/// A sentence of a paragraph tells of a run that has been: `The smoke test reported one lamp`.
pub(crate) fn tells_of_a_run(text: &str) -> bool {
    let sentence = Sentence::of(text);
    let Some((at, _)) = sentence.spans().next() else { return false };
    sentence.behind(at).next().is_some_and(|word| is_of(REPORTS, word))
}

/// A whole line is a command, with what a comment behind it expects.
fn of_line(line: &str, why: &'static str) -> CriterionClass {
    let (script, comment) = with_comment(line);
    if plausible(script) == Plausible::Gap {
        return CriterionClass::none(CriterionKind::Prose, GAP);
    }
    let said = Sentence::of(comment.unwrap_or_default());
    CriterionClass::command(script.to_owned(), why, None, expected(script, &Said::behind(&said.tokens)))
}

/// A line of a script, and the comment at its end, or the `Expected: …` behind it.
fn with_comment(line: &str) -> (&str, Option<&str>) {
    if let Some(at) = line.find(" Expected") {
        return (line[..at].trim_end(), Some(line[at..].trim_start()));
    }
    let quoted = |at: usize| line[..at].matches(['"', '\'']).count() % 2 == 1;
    let mut comments = line.match_indices(" #").filter(|(at, _)| !quoted(*at));
    match comments.next() {
        Some((at, _)) => (line[..at].trim_end(), Some(line[at..].trim_start_matches([' ', '#']))),
        None => (line.trim_end(), None),
    }
}

/// A task with a command that it wants to see succeed: ``confirm that `make test` passes``.
pub(crate) fn asks_for_a_command(text: &str) -> bool {
    classify(text, Place::Work, false).iter().any(CriterionClass::is_command)
}

/// A line asks to run what follows it: `- [ ] **Step 2: Run the tests**`, `Verify it:`.
pub(crate) fn asks_to_run(line: &str) -> bool {
    const RUNS: &str = "run, rerun, re-run, execute, verify, validate, check, confirm, test, lint";
    let sentence = Sentence::of(line.trim_start_matches(['-', '*', '+', ' ', '#']));
    let is_label =
        |word: &str| ["step", "task", "x"].contains(&word) || word.chars().count() == 1 || is_number(word);
    let first = sentence.tokens.iter().filter_map(Token::said).find(|word| !is_label(word));
    first.is_some_and(|word| is_of(RUNS, word))
}

/// What a code block of a validation part is; empty if its language is no shell.
pub(crate) fn classify_block(code: &Code, dir: Option<&str>) -> Vec<CriterionClass> {
    let Code { info: Some(info), literal } = code else { return Vec::new() };
    if !matches!(info.as_str(), "" | "sh" | "bash" | "shell" | "console" | "zsh" | "shell-session") {
        return Vec::new();
    }
    let prompted = literal.lines().any(|line| line.starts_with("$ "));
    let lines: Vec<&str> = if prompted {
        literal.lines().filter_map(|line| line.strip_prefix("$ ")).collect()
    } else {
        literal.lines().collect()
    };
    classify_script(&lines, dir)
}

/// The lines of a script: one command, or several where a line is expected to end otherwise, or reaches outside.
fn classify_script(lines: &[&str], dir: Option<&str>) -> Vec<CriterionClass> {
    let is_empty = |line: &&str| line.trim().is_empty() || line.trim_start().starts_with('#');
    if lines.iter().all(is_empty) {
        return Vec::new();
    }
    let has_gap = |line: &str| !is_empty(&line) && with_comment(line).0.split_whitespace().any(is_gap);
    let dir = dir.map(str::to_owned);
    let whole = |lines: &[&str]| {
        let end = lines.iter().rposition(|line| !is_empty(line)).map_or(lines.len(), |last| last + 1);
        let script = lines[..end].join("\n").trim_end().to_owned();
        if lines.iter().any(|line| has_gap(line)) {
            CriterionClass::none(CriterionKind::Prose, GAP)
        } else {
            CriterionClass::command(script, BLOCK, dir.clone(), Expected::default())
        }
    };
    // What reaches outside, does not end or has a gap, and all behind it, is none of agentrun's.
    let refused = lines.iter().position(|line| {
        let refused = || matches!(strongest(line).effect, CommandEffect::Reaches | CommandEffect::Serves);
        !is_empty(line) && (has_gap(line) || refused())
    });
    if let Some(at) = refused.filter(|at| lines[..*at].iter().any(|line| !is_empty(line))) {
        let mut found = classify_script(&lines[..at], dir.as_deref());
        found.push(whole(&lines[at..]));
        return found;
    }
    let expected: Vec<Expected> = lines.iter().map(|line| expected_by_comment(line)).collect();
    if expected.iter().all(|expected| *expected == Expected::default())
        || !lines.iter().all(|line| stands_alone(line))
    {
        return vec![whole(lines)];
    }
    let mut before = String::new();
    let mut found = Vec::new();
    for (line, expected) in lines.iter().zip(expected).filter(|(line, _)| !is_empty(line)) {
        let line = with_comment(line).0;
        if prepares(line) {
            before = format!("{before}{line}\n");
            continue;
        }
        found.push(CriterionClass::command(format!("{before}{line}"), BLOCK, dir.clone(), expected));
    }
    found
}

/// What the comment at the end of a line expects of it. A comment that only explains asks for nothing more.
fn expected_by_comment(line: &str) -> Expected {
    let (script, comment) = with_comment(line);
    let Some(comment) = comment else { return Expected::default() };
    let said = Sentence::of(comment);
    let expects =
        said.tokens.first().and_then(Token::said).is_some_and(|word| word == "→" || is_of(RESULTS, word));
    let found = expected(script, &Said::behind(&said.tokens));
    Expected { besides: expects && found.besides, ..found }
}

/// A line is a command of its own, and no part of a longer one.
fn stands_alone(line: &str) -> bool {
    let line = with_comment(line).0;
    line.trim().is_empty()
        || line.starts_with('#')
        || (!line.ends_with('\\') && crate::shell::parser::parse(line).is_some())
}

/// A line that says where and with what those behind it run.
fn prepares(line: &str) -> bool {
    let words = first_words(line);
    let first = words.first().map(|word| word.text.as_str()).unwrap_or_default();
    let assigns =
        words.iter().all(|word| word.text.split_once('=').is_some_and(|(name, _)| !name.is_empty()));
    matches!(first, "cd" | "export" | "set" | "source" | "." | "unset") || assigns
}

/// `validate: make lint` of a comment.
pub(crate) fn comment_command(inner: &str) -> Option<&str> {
    let rest = inner.strip_prefix("validate:").or_else(|| inner.strip_prefix("Validate:"))?;
    Some(rest.trim()).filter(|command| !command.is_empty())
}

/// The command of a `validate` comment.
pub(crate) fn of_comment(command: &str) -> CriterionClass {
    CriterionClass::command(command.to_owned(), COMMENT, None, Expected::default())
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

/// `Run: make lint` is a command whatever the program is.
fn after_run(text: &str) -> Option<&str> {
    let rest = ["Run:", "run:", "**Run:**", "**Run**:", "Command:", "**Command:**"]
        .iter()
        .find_map(|prefix| text.strip_prefix(prefix))?
        .trim();
    (!rest.is_empty() && !rest.contains('`') && !rest.starts_with('[')).then_some(rest)
}

#[cfg(test)]
mod tests;
