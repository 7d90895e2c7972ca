//! Says what a command does besides telling, by its program, its subcommand and its target.
//!
//! Only what stands in the place of a program decides, never a word that stands anywhere:
//! `cargo test rollback` checks.

mod call;
mod code;
mod databases;
mod files;
mod hosts;
mod http;
mod launch;
mod names;
mod remotes;
mod scripts;
mod statements;
mod table;
mod tasks;

use std::path::Path;

use self::call::Call;
pub(crate) use self::call::positionals;
pub(crate) use self::code::commands_of_file;
use self::names::{base, one_of};
use self::table::TableEntry;
use super::simple::{CommandLead, ShellSource, SimpleCommand, shell};
use super::walk::{CommandInput, CommandPlace, Descend, Visitor, walk};

/// What a command does besides telling. The later ones weigh more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CommandEffect {
    /// It looks, builds, tests or runs something: whatever is not known otherwise.
    Checks,
    /// It installs what the project declares, and may have to run before anything else.
    Installs,
    /// It changes the project: its files, its dependencies, its repository, its local database.
    Changes,
    /// It serves, watches or waits, and ends only when it is stopped.
    Serves,
    /// It reaches outside: it deploys, publishes, pushes, or changes another system or this machine.
    Reaches,
}

/// What a command of a script does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ScriptEffect {
    /// What it does.
    pub(crate) effect: CommandEffect,
    /// Its words.
    pub(crate) command: String,
    /// What it would do, for people: "it would deploy".
    pub(crate) would: &'static str,
    /// It looks for something, and fails when it finds nothing.
    pub(crate) searches: bool,
}

/// What is done, and how that is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Deed {
    effect: CommandEffect,
    would: &'static str,
}

impl Deed {
    const CHECKS: Self = Self { effect: CommandEffect::Checks, would: "check" };

    const fn changes(would: &'static str) -> Self {
        Self { effect: CommandEffect::Changes, would }
    }

    const fn reaches(would: &'static str) -> Self {
        Self { effect: CommandEffect::Reaches, would }
    }

    const fn serves(would: &'static str) -> Self {
        Self { effect: CommandEffect::Serves, would }
    }

    /// The one that weighs more; the first of two that weigh the same.
    fn or(self, other: Self) -> Self {
        if other.effect > self.effect { other } else { self }
    }
}

const UNKNOWN: &str = "run what is known only when it runs";
const ENDLESS: &str = "not end";
const WAITS: &str = "wait for somebody who types";
const DELETES: &str = "delete files";
const REPOSITORY: &str = "change the repository";

/// What looks for something, and fails when it finds nothing.
const SEARCHES: &str = "grep egrep fgrep zgrep rg ag ack ugrep git-grep";

/// Whoever is asked through these acts as another user.
const OTHER_USERS: &[&str] = &["sudo", "doas"];

/// Commands inside of commands are followed so far.
const DEPTH: u32 = 6;

impl ScriptEffect {
    /// It takes away what agentrun does not bring back: files, or the state of the repository.
    pub(crate) fn loses(&self) -> bool {
        [DELETES, REPOSITORY].contains(&self.would)
    }
}

/// What each command of a script does, in the order of the walk.
pub(crate) fn effects(script: &str) -> Vec<ScriptEffect> {
    effects_within(script, Path::new(""), 0)
}

/// The effect of a script that weighs most, and the command that has it.
pub(crate) fn strongest(script: &str) -> ScriptEffect {
    let nothing = ScriptEffect::of(Deed::CHECKS, String::new(), false);
    effects(script).into_iter().fold(nothing, |most, one| {
        if one.effect > most.effect || most.command.is_empty() { one } else { most }
    })
}

/// What a command does at its place, whose folder is told from the project root.
///
/// For who walks with a visitor of its own, and follows what a command stands for.
pub(crate) fn effect(command: &SimpleCommand<'_>, place: &CommandPlace) -> ScriptEffect {
    effect_within(command, place, 0)
}

/// A command looks for something, and fails when it finds nothing.
pub(crate) fn searches(command: &SimpleCommand<'_>) -> bool {
    let words: Vec<&str> = command.words.iter().map(|word| word.text.as_str()).collect();
    match command.program().map(base) {
        Some("git") => positionals(&words).next() == Some("grep"),
        program => program.is_some_and(|program| one_of(SEARCHES, program)),
    }
}

impl ScriptEffect {
    fn of(deed: Deed, command: String, searches: bool) -> Self {
        Self { effect: deed.effect, command, would: deed.would, searches }
    }
}

fn effects_within(script: &str, dir: &Path, depth: u32) -> Vec<ScriptEffect> {
    struct Effects {
        all: Vec<ScriptEffect>,
        depth: u32,
    }
    impl Visitor for Effects {
        fn command(&mut self, command: &SimpleCommand<'_>, place: &CommandPlace) -> Descend {
            self.all.push(effect_within(command, place, self.depth));
            Descend::Past
        }
    }
    let mut effects = Effects { all: Vec::new(), depth };
    walk(script, dir, &mut effects);
    if databases::means_production(script) {
        effects.all.iter_mut().for_each(databases::in_production);
    }
    effects.all
}

fn effect_within(command: &SimpleCommand<'_>, place: &CommandPlace, depth: u32) -> ScriptEffect {
    let other_user = command.wrappers.iter().find(|wrapper| OTHER_USERS.contains(wrapper));
    let words = other_user.into_iter().copied().chain(command.words.iter().map(|word| word.text.as_str()));
    let words: Vec<&str> = words.collect();
    ScriptEffect::of(deed(command, place, depth), words.join(" "), searches(command))
}

/// What a command does, with what it starts and where its output goes.
fn deed(command: &SimpleCommand<'_>, place: &CommandPlace, depth: u32) -> Deed {
    if command.wrappers.iter().any(|wrapper| OTHER_USERS.contains(wrapper)) {
        return Deed::reaches("act as another user");
    }
    let written = files::redirected(command.redirections, place.dir.as_deref());
    let done = match command.lead() {
        CommandLead::Here(script) | CommandLead::Later(script) | CommandLead::Shell(script, _) => {
            within(&script.text, place, depth)
        }
        CommandLead::Nothing | CommandLead::Folder(_) => Deed::CHECKS,
        CommandLead::Program if is_unknown(command, place) => Deed::reaches(UNKNOWN),
        CommandLead::Program => match Call::of(command, place) {
            Some(call) if !place.followed && has_unknown_subcommand(&call) => Deed::reaches(UNKNOWN),
            Some(call) => program(&call, place, depth),
            None => Deed::CHECKS,
        },
    };
    let ended = place.background || command.wrappers.contains(&"timeout");
    let done = if done.effect == CommandEffect::Serves && ended { Deed::CHECKS } else { done };
    done.or(written)
}

/// Which program a command runs, or which script a shell, is known only when it runs. A file of the project has
/// parameters, and is trusted as far as its words go.
fn is_unknown(command: &SimpleCommand<'_>, place: &CommandPlace) -> bool {
    let (Some(program), false) = (command.words.first(), place.followed) else { return false };
    match shell(command.words) {
        Some((ShellSource::Input, _)) => {
            let unknown = [CommandInput::Ends, CommandInput::Fetched].contains(&place.input);
            unknown && command.redirections.iter().all(|one| !one.operator.starts_with('<'))
        }
        Some((ShellSource::File(file), _)) => file.text.starts_with("<("),
        Some((ShellSource::Text(_), _)) => false,
        None => {
            let reads = command.words.len() == 1 || command.words.len() == 2 && command.words[1].text == "-";
            let interpreter = Call::of(command, place).is_some_and(|call| code::is_interpreter(call.program));
            names::is_computed(program) || reads && interpreter && place.input == CommandInput::Fetched
        }
    }
}

/// What a program is asked to do is known only when it runs: `git "$ACTION"`.
fn has_unknown_subcommand(call: &Call<'_>) -> bool {
    let first = call.positionals.first().filter(|_| table::may_reach(call.program));
    let at = first.and_then(|first| call.words.iter().position(|word| word == first));
    let word = at.and_then(|at| call.from(at)).and_then(<[_]>::first);
    word.is_some_and(names::is_computed)
}

/// What a script inside of a command does.
fn within(script: &str, place: &CommandPlace, depth: u32) -> Deed {
    if depth == DEPTH {
        return Deed::CHECKS;
    }
    let dir = place.dir.clone().unwrap_or_default();
    let all = effects_within(script, &dir, depth + 1).into_iter();
    all.fold(Deed::CHECKS, |most, one| most.or(Deed { effect: one.effect, would: one.would }))
}

fn program(call: &Call<'_>, place: &CommandPlace, depth: u32) -> Deed {
    if only_tells(call) || depth == DEPTH {
        return Deed::CHECKS;
    }
    if launch::is_fetched(call) {
        return Deed::reaches("run a script of another machine");
    }
    let texts = launch::texts(call);
    if !texts.is_empty() {
        return texts.into_iter().fold(Deed::CHECKS, |most, text| most.or(within(text, place, depth)));
    }
    let code = code::texts(call).into_iter().flat_map(code::commands_of_text);
    let code = code.fold(Deed::CHECKS, |most, text| most.or(within(&text, place, depth)));
    if code.effect > CommandEffect::Checks {
        return code;
    }
    if let Some(text) = launch::alias(call) {
        return within(&text, place, depth);
    }
    if let Some(words) = launch::launched(call) {
        let inner = SimpleCommand::of(words, call.redirections);
        // Which of its files that is may be known only when it runs: it is one of the project.
        let runs_file = code::is_interpreter(call.program) || call.from(0).and_then(shell).is_some();
        let mut place = place.clone();
        place.followed |= runs_file;
        return deed(&inner, &place, depth + 1).or(scripts::started(call, words));
    }
    let found = table::find(call);
    let done = found.map_or_else(|| scripts::unknown(call), |entry| entry.deed);
    let done = done.or(scripts::rewrites(call)).or(scripts::watches(call));
    let done = if done.would == WAITS && call.is_fed() { Deed::CHECKS } else { done };
    if let Some(words) = launch::by_name(call).filter(|_| found.is_none_or(TableEntry::is_general)) {
        return done.or(deed(&SimpleCommand::of(words, call.redirections), place, depth + 1));
    }
    done
}

/// It is asked for its help or its version and for nothing else.
fn only_tells(call: &Call<'_>) -> bool {
    let known = ["--help", "--version", "-h", "-V", "-help", "-version"];
    match call.words.as_slice() {
        [_, only] => known.contains(only),
        words => {
            let plain = |word: &&str| word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
            let general = table::find(call).is_some_and(|entry| !entry.asked);
            words.last() == Some(&"--help") && general && words[1..].iter().all(plain) && !call.runs_text()
        }
    }
}

#[cfg(test)]
mod tests;
