//! What makes a code span a command. The rules are static: they look at the plan, never at the machine.

use std::sync::LazyLock;

use super::sentence::{Sentence, Token, is_number};
use crate::plan::names::Role;
use crate::plan::names::sentences::{
    ABLE, ALTERNATIVES, ASKS, AUTHORS, CALLS, CALLS_BEHIND, ENDS, FORBIDS, INSTRUMENTS, JOINERS,
    NAMES_A_VALUE, PRODUCT_RUNS, RESULTS, SAYS, SUCCEEDS, SURELY_SUCCEEDS,
};
use crate::shell::effect::{CommandEffect, positionals, strongest};
use crate::shell::parser::first_words;
use crate::shell::plausible::{Plausible, plausible};
use crate::shell::simple::assigned;

/// Where a sentence stands, and so what it takes for code in it to be a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// A validation part: what can be a command is one, unless the words say otherwise.
    Validation,
    /// Criteria: code that is the whole criterion, or that the words call a command.
    Criterion,
    /// A task: the words have to ask for it.
    Work,
    /// A sentence of a paragraph: the words have to say how it ends, or that something is verified with it.
    Told,
}

impl Place {
    /// The place that a name of this role makes of the text under it.
    pub(in crate::plan) fn under(role: Option<Role>) -> Self {
        match role {
            Some(Role::Validation) => Self::Validation,
            Some(Role::Criteria | Role::Acceptance | Role::Deliverables | Role::Manual | Role::Testing) => {
                Self::Criterion
            }
            _ => Self::Work,
        }
    }
}

/// What a code span of a sentence is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::plan) enum SpanRole {
    /// A command, by the rule that says so.
    Command(&'static str),
    /// It would be one, but somebody has to fill in a part of it first.
    Gap,
    /// What the command before it is expected to print, or another text.
    Value,
    /// Something else, by the rule that says so.
    Other(&'static str),
}

const RUNNER: &str = "a code span that starts with a known program";
const CALLED: &str = "a code span that the sentence calls a command";
const ALL_CODE: &str = "a code span that is the whole criterion";
const IN_VALIDATION: &str = "a code span of a validation part that can be a command";
/// No command.
pub(in crate::plan) const NONE: &str = "no command in it";
/// It is told, not asked for.
pub(in crate::plan) const PRODUCT: &str = "it says what somebody else runs, and asks for nothing";
const FORBIDDEN: &str = "it is not to be run";
const ALTERNATIVE: &str = "the command before it is enough";
/// `git status`
pub(in crate::plan) const TELLS_NOTHING: &str = "it shows something and succeeds in any case";

/// Programs whose name at the start of a code span with arguments makes it a command. Structure alone cannot tell
/// `make lamp` from the words of a product.
const RUNNERS: &str = "cargo npm npx pipenv pdm pnpm yarn bun bunx deno node tsc eslint vitest jest pytest python python3 uv uvx gofmt fvm \
    tox nox ruff mypy pyright black poetry hatch pre-commit go golangci-lint make cmake ctest ninja \
    just task mage bazel gradle gradlew mvn mvnw sbt dotnet swift xcodebuild flutter dart zig mix rake bundle \
    rspec rubocop ruby php composer phpunit perl prove lua busted bash sh zsh test [ [[ grep egrep rg diff \
    cmp ls cat find jq sed awk wc head tail echo printf true false cd env time timeout shellcheck \
    bats shfmt git docker docker-compose kubectl helm terraform curl wget sqlite3 psql ansible-lint \
    nix buf protoc playwright cypress tsx ts-node turbo nx lerna hurl markdownlint vale mdbook \
    sphinx-build mkdocs hugo stat sha256sum type command which !";

/// Those that only look at something: behind the name of a task they are what it is about.
const TOOLS: &str = "curl, wget, docker, docker-compose, kubectl, helm, terraform, git, sqlite3, psql, cat, ls, echo, printf, \
    find, sed, awk, head, tail, which, type, command, env, time, true, false, cd, jq, node, python, python3, bash, sh";

static KNOWN: LazyLock<Vec<&'static str>> = LazyLock::new(|| RUNNERS.split_whitespace().collect());

/// What `git` shows of a work tree in which agentrun itself keeps what was changed.
const SHOWS_THE_TREE: &str = "status, diff, stash";

/// What `git` shows whatever there is.
const SHOWS: &str =
    "log, show, branch, remote, config, rev-parse, describe, tag, blame, shortlog, reflog, ls-files";

/// Options with which it fails when something is not there.
const DECIDES: &str =
    "--check, --exit-code, --quiet, --error-unmatch, --verify, --exact-match, --is-ancestor, -q";

/// One of the words of a list with commas between them. A word of a language without spaces may end with one.
pub(in crate::plan) fn is_of(list: &'static str, word: &str) -> bool {
    list.split(", ").any(|one| one == word || (!one.is_ascii() && word.ends_with(one)))
}

/// What each code span of a sentence is at its place.
pub(in crate::plan) fn roles<'text>(
    sentence: &Sentence<'text>,
    place: Place,
) -> Vec<(usize, &'text str, SpanRole)> {
    let mut roles: Vec<(usize, &str, SpanRole)> = Vec::new();
    for (at, span) in sentence.spans() {
        let role = Span { sentence, at, text: span, place }.role(&roles);
        roles.push((at, span, role));
    }
    roles
}

/// A command whose program is known.
pub(in crate::plan) fn is_known_program(text: &str) -> bool {
    let name = main_program(text);
    KNOWN.contains(&name.as_str()) || name.starts_with("./") || name.starts_with("../")
}

/// The first program of a command that does more than to go to a folder.
fn main_program(text: &str) -> String {
    let rest = text.strip_prefix("cd ").and_then(|rest| rest.split_once("&&"));
    let words = first_words(rest.map_or(text, |(_, rest)| rest));
    assigned(&words).1.first().map(|word| word.text.clone()).unwrap_or_default()
}

/// A code span at its place in a sentence.
struct Span<'a, 'text> {
    sentence: &'a Sentence<'text>,
    at: usize,
    text: &'text str,
    place: Place,
}

impl Span<'_, '_> {
    fn role(&self, earlier: &[(usize, &str, SpanRole)]) -> SpanRole {
        let last = earlier.last().map(|(at, _, role)| (*at, *role));
        if let Some(role) = last.and_then(|(at, role)| self.after(at, role)) {
            return role;
        }
        if self.names_a_value() {
            return SpanRole::Value;
        }
        if self.is_run_by_the_product() {
            return SpanRole::Other(PRODUCT);
        }
        if self.forbidden() {
            return SpanRole::Other(FORBIDDEN);
        }
        let plausible = plausible(self.text);
        match (plausible, self.rule(plausible)) {
            (Plausible::No, _) | (_, None) => SpanRole::Other(NONE),
            (Plausible::Gap, Some(_)) => SpanRole::Gap,
            (_, Some(_)) if shows_the_tree(self.text) => SpanRole::Other(TELLS_NOTHING),
            (_, Some(rule)) => SpanRole::Command(rule),
        }
    }

    /// What it is because of the span before it.
    fn after(&self, earlier: usize, role: SpanRole) -> Option<SpanRole> {
        let between = &self.sentence.tokens[earlier + 1..self.at];
        let said = || between.iter().filter_map(Token::said);
        let joined = said().all(|word| is_of(JOINERS, word));
        match role {
            SpanRole::Other(PRODUCT | FORBIDDEN) if joined || role == SpanRole::Other(PRODUCT) => Some(role),
            SpanRole::Value if joined && !between.contains(&Token::Colon) && !self.is_sure_command() => {
                Some(SpanRole::Value)
            }
            SpanRole::Command(_) if said().count() == 1 && said().all(|word| is_of(ALTERNATIVES, word)) => {
                Some(SpanRole::Other(ALTERNATIVE))
            }
            SpanRole::Command(_) if self.is_result(between) => Some(SpanRole::Value),
            _ => None,
        }
    }

    /// `` `x` prints `y` ``, `` `x` → `y` ``; but `` `make` → `make install` `` are two commands.
    fn is_result(&self, between: &[Token<'_>]) -> bool {
        let ends = |token: &Token<'_>| {
            *token == Token::Break || token.said().is_some_and(|word| is_of(JOINERS, word))
        };
        let clause = between.iter().rposition(ends).map_or(between, |end| &between[end + 1..]);
        let near = || clause.iter().filter_map(Token::said);
        let points = near().any(|word| matches!(word, "→" | "=" | "≥" | "≤" | ">" | "<"));
        let command = self.is_sure_command();
        near().any(|word| is_of(RESULTS, word))
            && !(command && near().next_back().is_some_and(asks_for_a_run))
            || (points && !command)
    }

    /// A known program with arguments.
    fn is_sure_command(&self) -> bool {
        plausible(self.text) == Plausible::Command && is_known_program(self.text)
    }

    /// The words before it call it a text: ``the error `no lamp` ``, ``Message: `no lamp` ``.
    fn names_a_value(&self) -> bool {
        let mut before = self.sentence.before(self.at);
        let (nearest, second) = (before.next(), before.next());
        // ``All of `a` and `b` ``
        if nearest == Some("of") && matches!(second, Some("all" | "both" | "each" | "any")) {
            return false;
        }
        // ``No matches for `rg lamp src` ``
        let found = matches!(second, Some("matches" | "match" | "hits" | "results" | "output"));
        if nearest == Some("for") && found && self.is_sure_command() {
            return false;
        }
        let names = |word: &str| is_of(NAMES_A_VALUE, word);
        // ``The whole package: `go test ./lamp` `` names no text, ``Error: `go test` failed`` does.
        let sure = self.is_sure_command() && !is_tool(self.text);
        let titled = |word: &str| {
            names(word)
                && !matches!(word, "for" | "of" | "build" | "status" | "type" | "output")
                && (!sure || is_of(SAYS, word))
        };
        nearest.is_some_and(names) || self.label().is_some_and(titled)
    }

    /// The last word before the colon in front of it.
    fn label(&self) -> Option<&str> {
        let colon = self.at.checked_sub(1).filter(|before| self.sentence.tokens[*before] == Token::Colon)?;
        self.sentence.before(colon).next()
    }

    /// ``The runner runs `x` ``, ``users can run `x` ``, `` `x` calls `y` ``.
    fn is_run_by_the_product(&self) -> bool {
        if let [Token::Word(verb), Token::Code(_), ..] = &self.sentence.tokens[self.at + 1..]
            && is_of(PRODUCT_RUNS, verb)
        {
            return true;
        }
        let mut before = self.sentence.before(self.at);
        let (nearest, second) = (before.next().unwrap_or_default(), before.next());
        let mut behind = self.sentence.behind(self.at);
        let told = matches!(behind.next(), Some("is" | "are" | "gets" | "was" | "being"))
            && matches!(
                behind.next(),
                Some("called" | "invoked" | "executed" | "spawned" | "used" | "started")
            );
        let behind: Vec<&str> = self.sentence.behind(self.at).take(2).collect();
        let elsewhere = matches!(behind[..], ["in" | "on", "ci" | "every" | "each"]);
        told || elsewhere
            || is_of(PRODUCT_RUNS, nearest)
            || (is_of(CALLS, nearest) && second.is_some_and(|word| is_of(ABLE, word)))
    }

    fn forbidden(&self) -> bool {
        let mut words: Vec<&str> = self.sentence.before(self.at).take(3).collect();
        words.reverse();
        let before = words.join(" ").replace(['\'', '’'], " ");
        FORBIDS.split(", ").any(|phrase| {
            before.strip_suffix(phrase).is_some_and(|rest| rest.is_empty() || rest.ends_with(' '))
        })
    }

    /// The rule that makes it a command at its place.
    fn rule(&self, plausible: Plausible) -> Option<&'static str> {
        let several = self.text.split_whitespace().count() > 1;
        // `bash -n` is a command once a file follows.
        if self.text.ends_with(" -n") || (several && is_git_without_a_question(self.text)) {
            return None;
        }
        let known = is_known_program(self.text);
        let called = self.is_called(several);
        let labelled = self.is_labelled() && (several || known);
        match self.place {
            _ if self.is_whole()
                && (plausible != Plausible::Name || known || self.place == Place::Validation) =>
            {
                Some(ALL_CODE)
            }
            Place::Validation if several => Some(if known { RUNNER } else { IN_VALIDATION }),
            Place::Validation if self.at == 0 && self.text.starts_with("./") => Some(RUNNER),
            Place::Validation | Place::Criterion if several && known => Some(RUNNER),
            Place::Validation | Place::Criterion
                if called && (several || known || self.is_surely_called()) =>
            {
                Some(CALLED)
            }
            Place::Validation | Place::Criterion if labelled => Some(CALLED),
            Place::Work if several && known && self.is_alone() && !is_tool(self.text) => Some(ALL_CODE),
            Place::Work | Place::Told
                if (several || known) && (called || labelled && known) && self.is_asked_for() =>
            {
                Some(CALLED)
            }
            _ => None,
        }
    }

    /// Nothing but commands stands in the sentence: `` `foo check .` + `foo lint .` ``.
    fn is_alone(&self) -> bool {
        self.sentence.tokens.iter().all(|token| match token {
            Token::Code(text) => plausible(text) == Plausible::Command && is_known_program(text),
            token => token.said().is_none_or(|word| is_of(JOINERS, word) || is_number(word)),
        })
    }

    /// Nothing but code stands in the sentence, or code behind a label.
    fn is_whole(&self) -> bool {
        let label = self.sentence.tokens.iter().position(|token| *token == Token::Colon);
        let from = label.filter(|colon| *colon < self.at && self.place == Place::Validation);
        let rest = &self.sentence.tokens[from.map_or(0, |colon| colon + 1)..];
        matches!(self.place, Place::Validation | Place::Criterion)
            && rest.iter().all(|token| token.said().is_none_or(|word| is_of(JOINERS, word)))
    }

    /// `Types are right: foo check .` names its command behind a colon, `(check: foo .)` in brackets.
    fn is_labelled(&self) -> bool {
        let tokens = &self.sentence.tokens;
        let before = self.at.checked_sub(1).map(|before| &tokens[before]);
        let first = self.first_of_list();
        let near = &tokens[first.saturating_sub(3)..first];
        if near.contains(&Token::Open) && !near.contains(&Token::Break) {
            return true;
        }
        let last = tokens[self.at + 1..].iter().all(|token| {
            matches!(token, Token::Break | Token::Code(_))
                || token.said().is_some_and(|word| is_of(JOINERS, word))
        });
        // `Step 4: foo check .`
        let numbered = before == Some(&Token::Colon)
            && self.label().is_some_and(is_number)
            && !matches!(tokens.get(self.at + 1), Some(Token::Word(_) | Token::Sign(_)));
        let listed = before.is_some_and(joins) && self.label_of_list() == Some(&Token::Colon);
        numbered || (before == Some(&Token::Colon) || listed) && last
    }

    /// The words before the list of spans that it is in: ``run `a` and `b` ``.
    fn before(&self) -> impl Iterator<Item = &str> {
        self.sentence.before(self.first_of_list())
    }

    /// Where the list of spans begins that it is in.
    fn first_of_list(&self) -> usize {
        let tokens = &self.sentence.tokens;
        let mut first = self.at;
        while let Some(at) = tokens[..first].iter().rposition(|token| !joins(token)) {
            let Token::Code(_) = tokens[at] else { break };
            first = at;
        }
        first
    }

    /// What stands right before that list.
    fn label_of_list(&self) -> Option<&Token<'_>> {
        self.sentence.tokens.get(self.first_of_list().checked_sub(1)?)
    }

    /// The words behind the list of spans that it is in: `` `a` and `b` pass``.
    fn behind(&self) -> impl Iterator<Item = &str> {
        let tokens = &self.sentence.tokens;
        let mut last = self.at;
        while let Some(next) = tokens[last + 1..].iter().position(|token| !joins(token)) {
            let Token::Code(_) = tokens[last + 1 + next] else { break };
            last += 1 + next;
        }
        self.sentence.behind(last)
    }

    /// The words directly around it call it a command: ``run `x` ``, `` `x` passes``, ``lint with `x` ``.
    fn is_called(&self, several: bool) -> bool {
        let before: Vec<&str> = self.before().collect();
        let nearest = before.first().copied().unwrap_or_default();
        let asked = before.iter().any(|word| is_of(ASKS, word));
        let behind = self.behind().take(3);
        let calls = is_of(CALLS, nearest) && (nearest != "command" || asked || before.len() == 1);
        calls
            || (several && self.is_looked_at())
            || self.label().is_some_and(|label| is_of(CALLS, label))
            || self.behind().last().is_some_and(|word| is_of(CALLS_BEHIND, word))
            || (is_of(INSTRUMENTS, nearest) && asked)
            || (is_of(ASKS, nearest) && several)
            || behind
                .take_while(|word| !is_of(JOINERS, word))
                .any(|word| is_of(SUCCEEDS, word) || (several && word == "empty"))
            || (several && self.behind().take(3).any(|word| is_of(ENDS, word)))
            || self.points_at_a_result()
    }

    /// Its sentence begins with a wish to see something, and it is a program for that: ``Verify that `x` ``.
    fn is_looked_at(&self) -> bool {
        is_known_program(self.text) && !is_tool(self.text) && self.sentence.first().is_some_and(looks)
    }

    /// The words around a single name leave no doubt that it is a command: ``run `x` ``, `` `x` passes``.
    fn is_surely_called(&self) -> bool {
        let called = self.before().next().is_some_and(|word| is_of(CALLS, word));
        called || self.behind().take(2).any(|word| is_of(SURELY_SUCCEEDS, word))
    }

    /// `` `make lint` → no errors ``, but not the next of several commands: `` `make` → `make install` ``.
    fn points_at_a_result(&self) -> bool {
        let mut behind = self.sentence.tokens[self.at + 1..].iter();
        behind.next() == Some(&Token::Sign("→"))
            && behind.next().is_some_and(|token| match token {
                Token::Code(text) => plausible(text) != Plausible::Command,
                _ => true,
            })
    }

    /// Its clause asks for a look, or says how it is to end.
    fn is_asked_for(&self) -> bool {
        let first = self.sentence.first().unwrap_or_default();
        // `Build: foo .` names what the command does.
        let named =
            self.sentence.tokens.iter().skip_while(|token| token.said().is_some_and(is_number)).nth(1);
        let writes = is_of(AUTHORS, first) && first != "make" && named != Some(&Token::Colon);
        let mut clause: Vec<&str> = self.before().collect();
        clause.reverse();
        let mut clause = clause.into_iter().skip_while(|word| is_number(word) || is_of(JOINERS, word));
        let asks_for = if self.place == Place::Told { looks } else { asks_for_a_run };
        let asks = clause.next().is_some_and(asks_for)
            || self.label().is_some_and(asks_for)
            || self.is_looked_at()
            || self.behind().last().is_some_and(|word| is_of(CALLS_BEHIND, word));
        let succeeds = if is_known_program(self.text) { SUCCEEDS } else { SURELY_SUCCEEDS };
        let ends = self.behind().take(4).any(|word| is_of(succeeds, word) || word == "empty");
        let labelled = !writes && self.is_labelled() && !is_tool(self.text);
        asks || ends || labelled || self.points_at_a_result()
    }
}

/// It looks at anything, and is a part of the product as often as a check.
fn is_tool(text: &str) -> bool {
    is_of(TOOLS, &main_program(text))
}

/// It stands between the parts of a list.
fn joins(token: &Token<'_>) -> bool {
    *token == Token::Break || token.said().is_some_and(|word| is_of(JOINERS, word))
}

fn asks_for_a_run(word: &str) -> bool {
    is_of(CALLS, word) || is_of(ASKS, word)
}

/// It wants to see something, and not only that something is run.
fn looks(word: &str) -> bool {
    is_of(ASKS, word) && !is_of(CALLS, word) && !matches!(word, "make" | "see")
}

/// The first argument of `git`, if that is the program.
fn git_command(text: &str) -> Option<(String, bool)> {
    let words = first_words(text);
    let words: Vec<&str> = assigned(&words).1.iter().map(|word| word.text.as_str()).collect();
    let asked = positionals(&words).next().filter(|_| words.first() == Some(&"git"))?;
    let decides = words.iter().any(|word| is_of(DECIDES, word));
    Some((asked.to_owned(), decides))
}

/// Its answer is about changes that agentrun does not commit before it looks.
pub(in crate::plan) fn shows_the_tree(text: &str) -> bool {
    let alone = !text.contains(['|', ';']) && !text.contains("&&") && !text.contains("$(");
    alone && git_command(text).is_some_and(|(asked, decides)| is_of(SHOWS_THE_TREE, &asked) && !decides)
}

/// It succeeds whatever there is: only what it prints can decide.
pub(in crate::plan) fn shows_only(text: &str) -> bool {
    let alone = !text.contains(['|', ';']) && !text.contains("&&");
    alone && git_command(text).is_some_and(|(asked, decides)| is_of(SHOWS, &asked) && !decides)
}

/// `git worktree` alone names a part of git, and asks nothing.
fn is_git_without_a_question(text: &str) -> bool {
    let two = text.split_whitespace().count() == 2 && text.starts_with("git ");
    two && !shows_only(text)
        && !shows_the_tree(text)
        && !text.ends_with(" fsck")
        && strongest(text).effect == CommandEffect::Checks
}
