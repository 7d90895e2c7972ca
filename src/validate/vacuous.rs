//! Recognises commands that cannot fail, so that their exit code 0 proves nothing.
//!
//! A script is followed the way the shell would, with `-e` and `pipefail` as they are in force.
//! Every program that is not known to succeed always may fail, so a real check is never called
//! vacuous; some empty ones are not seen through.

mod commands;

use std::cell::Cell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::slice;

use self::commands::{breaks, is_empty_program, only_passes_on, program, shows};
use super::ProjectFiles;
use super::callee::callee;
use crate::shell::constant;
use crate::shell::parser::parse;
use crate::shell::simple::{CommandLead, ShellOptions, ShellText, SimpleCommand};
use crate::shell::tree::{
    CommandItem, CommandKind, CommandList, Joint, Pipeline, Redirection, ShellCommand, ShellWord,
};
use crate::shell::walk::Callee;

/// Why a command that runs in `dir` proves nothing, as a text fragment; `None` if it may fail.
pub(crate) fn why_vacuous(files: &dyn ProjectFiles, dir: &Path, script: &str) -> Option<String> {
    let calls = Calls { files: Some(files), left: Cell::new(CALLS) };
    say(script, Walk::new(ShellOptions::STRICT, &calls, Some(dir.to_owned())))
}

/// Why a command proves nothing as it is written, whatever the project holds.
pub(crate) fn why_written_so(script: &str) -> Option<String> {
    let calls = Calls { files: None, left: Cell::new(CALLS) };
    say(script, Walk::new(ShellOptions::STRICT, &calls, None))
}

fn say(script: &str, mut walk: Walk<'_>) -> Option<String> {
    if walk.may_fail(script) {
        return None;
    }
    match (walk.through, walk.real) {
        (Some(name), _) => Some(format!("it runs {name}, which cannot fail")),
        // That there is such a folder may be all that is asked.
        _ if walk.went => None,
        (None, true) => Some("it exits 0 whatever fails in it".to_owned()),
        (None, false) => Some("nothing in it can fail".to_owned()),
    }
}

/// `${NAME:?message}`
fn demands(word: &str) -> bool {
    word.split("${").skip(1).any(|rest| {
        let behind = rest.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_');
        behind.starts_with('?') || behind.starts_with(":?")
    })
}

/// Programs that succeed whatever they are given.
const ALWAYS: &[&str] = &[
    "true",
    ":",
    "echo",
    "printf",
    "pwd",
    "date",
    "sleep",
    "export",
    "declare",
    "typeset",
    "local",
    "readonly",
    "alias",
    "break",
    "continue",
    "mapfile",
    "readarray",
];

/// Programs that pass on what they read; at the end of a pipeline they hide a failure.
const FILTERS: &[&str] = &["cat", "tee", "head", "tail", "sort", "uniq", "wc", "tr", "cut"];

/// Scripts that run scripts are followed this deep.
const DEPTH: u32 = 4;

/// Functions that call functions are followed this deep.
const NESTED: u32 = 20;

/// Of the commands of a script and of all that it runs, only so many are followed.
const CALLS: u32 = 1000;

/// What can come of a command.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct CommandStatus {
    /// Its status may be other than 0.
    fails: bool,
    /// It may end the shell with a status other than 0.
    dies: bool,
    /// It ends the shell with 0 for certain.
    ends: bool,
}

const GOOD: CommandStatus = CommandStatus { fails: false, dies: false, ends: false };
const EITHER: CommandStatus = CommandStatus { fails: true, dies: false, ends: false };

/// What commands stand for, and how many more are followed.
struct Calls<'a> {
    files: Option<&'a dyn ProjectFiles>,
    left: Cell<u32>,
}

impl Calls<'_> {
    /// Takes one more.
    fn take(&self) -> Option<()> {
        self.left.set(self.left.get().checked_sub(1)?);
        Some(())
    }
}

#[expect(clippy::struct_excessive_bools, reason = "each is a finding or a place of its own, not a state")]
struct Walk<'a> {
    options: ShellOptions,
    calls: &'a Calls<'a>,
    /// In how many scripts it is.
    depth: u32,
    /// In how many functions it is.
    nested: u32,
    /// `trap 'exit 0' EXIT`: the status is 0 in the end.
    forced: bool,
    /// `trap 'exit 0' ERR`: so it is where a failure would end the shell.
    forgiven: bool,
    /// The script may itself end with another status.
    exits: bool,
    /// Some command may fail.
    real: bool,
    /// The name of what was followed and cannot fail.
    through: Option<String>,
    /// It is part of a check: whatever it runs has to be able to fail.
    inside: bool,
    /// What was made a function so far: its name no longer means a program.
    functions: HashMap<String, ShellCommand>,
    /// The folder it is in; `None` if that is not known.
    dir: Option<PathBuf>,
    /// It went into a folder that is there.
    went: bool,
}

/// Scripts that run in shells of their own, one after the other, until one fails.
struct InnerScripts<'s> {
    parts: &'s [String],
    options: ShellOptions,
    dir: Option<PathBuf>,
    /// What they are called, if the project holds them.
    name: Option<String>,
}

impl<'a> Walk<'a> {
    fn new(options: ShellOptions, calls: &'a Calls<'a>, dir: Option<PathBuf>) -> Self {
        Self {
            options,
            calls,
            depth: 0,
            nested: 0,
            forced: false,
            forgiven: false,
            exits: false,
            real: false,
            through: None,
            inside: false,
            functions: HashMap::new(),
            dir,
            went: false,
        }
    }

    /// Whether a script, run by a shell of its own, may end with a status other than 0.
    fn may_fail(&mut self, script: &str) -> bool {
        let Some(list) = parse(script) else { return true };
        let effect = self.list(&list, false);
        (effect.fails || effect.dies) && !self.forced && (self.exits || !self.forgiven)
    }

    /// `guarded`: what fails here does not end the shell, for somebody asks for the status.
    fn list(&mut self, list: &CommandList, guarded: bool) -> CommandStatus {
        let mut all = GOOD;
        for item in &list.0 {
            let effect = self.item(item, guarded);
            all.dies |= effect.dies;
            all.fails = effect.fails;
            if effect.ends {
                return CommandStatus { fails: false, ends: true, ..all };
            }
        }
        all
    }

    fn item(&mut self, item: &CommandItem, guarded: bool) -> CommandStatus {
        let mut status = GOOD;
        let last = item.pipelines.len() - 1;
        for (index, pipeline) in item.pipelines.iter().enumerate() {
            let reached = pipeline.joint == Joint::And || status.fails;
            let mut effect = self.pipeline(pipeline, guarded || index < last);
            if pipeline.joint == Joint::Or && shows(pipeline) {
                effect = GOOD;
            }
            if !reached {
                continue;
            }
            status.dies |= effect.dies;
            if index == last && effect.fails && self.options.errexit && !guarded && !pipeline.negated {
                status.dies = true;
            }
            status.fails = match pipeline.joint {
                Joint::And => status.fails || effect.fails,
                Joint::Or => effect.fails,
            };
            status.ends = effect.ends && index == 0;
        }
        // The trap does not catch what `!`, `&&` and `||` ask about.
        self.exits |= status.fails && (last > 0 || item.pipelines[0].negated);
        if item.background { GOOD } else { status }
    }

    fn pipeline(&mut self, pipeline: &Pipeline, guarded: bool) -> CommandStatus {
        let effect = if let [command] = pipeline.commands.as_slice() {
            self.command(command, guarded)
        } else {
            // Each runs in a shell of its own.
            let piped = |(index, command)| {
                let effect = self.piped(command, index + 1 == pipeline.commands.len());
                effect.fails || effect.dies
            };
            let fail: Vec<bool> = pipeline.commands.iter().enumerate().map(piped).collect();
            let last = fail.last().copied().unwrap_or(true);
            let fails = if self.options.pipefail { fail.contains(&true) } else { last };
            CommandStatus { fails, ..GOOD }
        };
        let answer = match pipeline.commands.as_slice() {
            [command] => constant::answer_of_command(command),
            _ => None,
        };
        match pipeline.negated {
            true if answer == Some(false) => GOOD,
            // Negated, whatever may succeed may fail.
            true => CommandStatus { fails: true, ..effect },
            false => effect,
        }
    }

    /// What is done in a shell of its own, or perhaps not at all, leads nowhere else.
    fn apart(&mut self, known: bool, of: impl FnOnce(&mut Self) -> CommandStatus) -> CommandStatus {
        let dir = self.dir.clone();
        let effect = of(self);
        self.dir = dir.filter(|dir| known || self.dir.as_ref() == Some(dir));
        effect
    }

    fn piped(&mut self, command: &ShellCommand, last: bool) -> CommandStatus {
        if last && program(command).is_some_and(|program| FILTERS.contains(&program)) {
            return GOOD;
        }
        self.apart(true, |walk| walk.command(command, true))
    }

    fn command(&mut self, command: &ShellCommand, guarded: bool) -> CommandStatus {
        match &command.kind {
            CommandKind::Simple(words) => self.simple(words, &command.redirections),
            CommandKind::Subshell(list) => {
                let status = self.apart(true, |walk| walk.list(list, guarded));
                CommandStatus { fails: status.fails || status.dies, ..GOOD }
            }
            CommandKind::Group(list) => self.list(list, guarded),
            CommandKind::If { conditions, bodies } => self.one_of(conditions, bodies, guarded),
            CommandKind::Case { bodies, .. } => self.one_of(&[], bodies, guarded),
            CommandKind::Loop { condition, until, body, .. } => {
                self.repeated(condition, *until, body, guarded)
            }
            CommandKind::Function { name, body } => {
                self.functions.insert(name.clone(), (**body).clone());
                GOOD
            }
            CommandKind::Test(_) if constant::answer_of_command(command) == Some(true) => GOOD,
            CommandKind::Test(_) => self.may(),
        }
    }

    fn repeated(
        &mut self,
        condition: &CommandList,
        until: bool,
        body: &CommandList,
        guarded: bool,
    ) -> CommandStatus {
        if constant::answer_of(condition) == Some(until) {
            return GOOD;
        }
        self.apart(false, |walk| {
            let asked = walk.list(condition, true);
            let done = walk.list(body, guarded);
            // What goes on until something holds ends by its time limit where that never comes.
            let waits = until && asked.fails && !body.0.iter().any(breaks);
            CommandStatus { fails: done.fails || waits, dies: asked.dies || done.dies, ends: false }
        })
    }

    /// One of the bodies is done, or none.
    fn one_of(&mut self, conditions: &[CommandList], bodies: &[CommandList], guarded: bool) -> CommandStatus {
        let bodies = match conditions.first().and_then(constant::answer_of) {
            Some(true) => &bodies[..1.min(bodies.len())],
            Some(false) if conditions.len() == 1 => bodies.get(1..).unwrap_or_default(),
            _ => bodies,
        };
        self.apart(false, |walk| {
            let mut all = GOOD;
            for condition in conditions {
                all.dies |= walk.list(condition, true).dies;
            }
            for body in bodies {
                let status = walk.apart(false, |walk| walk.list(body, guarded));
                all.fails |= status.fails;
                all.dies |= status.dies;
            }
            all
        })
    }

    /// A command that can end either way.
    fn may(&mut self) -> CommandStatus {
        self.real = true;
        EITHER
    }

    fn simple(&mut self, words: &[ShellWord], redirections: &[Redirection]) -> CommandStatus {
        let command = SimpleCommand::of(words, redirections);
        let Some((first, arguments)) = command.words.split_first() else {
            let substitutes = words.iter().any(|word| !word.scripts.is_empty());
            return if substitutes { self.may() } else { GOOD };
        };
        // What `xargs` appends is not known.
        let appended = |program: &&str| command.wrappers.contains(&"xargs") && !ALWAYS.contains(program);
        let Some(program) = command.program().filter(|program| !appended(program)) else {
            return self.may();
        };
        if command.wrappers.is_empty() && self.functions.contains_key(&first.text) {
            return self.function(&first.text);
        }
        let status = match program {
            // It ends the shell where the variable is not set.
            name if ALWAYS.contains(&name) && arguments.iter().any(|argument| demands(&argument.text)) => {
                CommandStatus { dies: true, ..self.may() }
            }
            name if ALWAYS.contains(&name) => {
                self.real |= arguments.iter().any(|argument| !argument.scripts.is_empty());
                GOOD
            }
            // It ends as the one that it waits for, if that is named.
            "wait" if arguments.is_empty() => GOOD,
            _ if is_empty_program(command.words) => GOOD,
            name if FILTERS.contains(&name) && only_passes_on(&command) => {
                self.real = true;
                GOOD
            }
            "exit" | "return" => self.exit(program, arguments),
            "set" => self.set(arguments),
            "trap" => self.trap(arguments),
            // What that file makes of this shell is not known.
            "." | "source" => self.may(),
            "test" | "[" if constant::answer(command.words) == Some(true) => GOOD,
            _ => self.led(&command),
        };
        // Nothing behind `exec` runs.
        let replaces = command.wrappers.contains(&"exec");
        CommandStatus { dies: status.dies || replaces && status.fails, ..status }
    }

    fn led(&mut self, command: &SimpleCommand<'_>) -> CommandStatus {
        match command.lead() {
            CommandLead::Folder(arguments) => self.go(arguments),
            CommandLead::Here(script) => self.eval(&script),
            CommandLead::Shell(script, options) if !script.expands => {
                let parts = slice::from_ref(&script.text);
                self.inner(InnerScripts { parts, options, dir: self.dir.clone(), name: None })
            }
            CommandLead::Program => self.called(command.words),
            _ => self.may(),
        }
    }

    fn function(&mut self, name: &str) -> CommandStatus {
        if self.nested >= NESTED || self.calls.take().is_none() {
            return self.may();
        }
        // If it calls itself, that may end either way.
        let Some((name, body)) = self.functions.remove_entry(name) else { return self.may() };
        self.nested += 1;
        let status = self.command(&body, false);
        self.nested -= 1;
        self.functions.insert(name, body);
        status
    }

    fn exit(&mut self, program: &str, arguments: &[ShellWord]) -> CommandStatus {
        match arguments {
            [code] if code.text.parse() == Ok(0_u8) => CommandStatus { ends: program == "exit", ..GOOD },
            _ => {
                self.exits = true;
                CommandStatus { fails: true, dies: true, ends: false }
            }
        }
    }

    /// Into another folder: it is followed where it is there.
    fn go(&mut self, arguments: &[ShellWord]) -> CommandStatus {
        let [folder] = arguments else {
            self.dir = None;
            return self.may();
        };
        let there = |dir: &PathBuf| self.calls.files.is_some_and(|files| files.has_folder(dir));
        let dir = self.dir.as_ref().map(|dir| dir.join(&folder.text));
        self.dir = dir.filter(|dir| !folder.expands && there(dir));
        self.went |= self.dir.is_some();
        if self.dir.is_some() { GOOD } else { self.may() }
    }

    fn eval(&mut self, script: &ShellText) -> CommandStatus {
        match parse(&script.text).filter(|_| !script.expands) {
            Some(list) => self.list(&list, false),
            None => self.may(),
        }
    }

    fn set(&mut self, arguments: &[ShellWord]) -> CommandStatus {
        let mut arguments = arguments.iter().map(|word| word.text.as_str());
        while let Some(argument) = arguments.next() {
            let Some(on) = argument.chars().next().map(|sign| sign == '-') else { continue };
            self.options.errexit = if argument.contains('e') { on } else { self.options.errexit };
            if argument.ends_with('o') {
                match arguments.next() {
                    Some("pipefail") => self.options.pipefail = on,
                    Some("errexit") => self.options.errexit = on,
                    _ => {}
                }
            }
        }
        GOOD
    }

    fn trap(&mut self, arguments: &[ShellWord]) -> CommandStatus {
        if let [action, signals @ ..] = arguments {
            let at_exit = signals.iter().any(|signal| matches!(signal.text.as_str(), "EXIT" | "0"));
            let at_error = signals.iter().any(|signal| signal.text == "ERR");
            self.forced |= at_exit && action.text.contains("exit 0");
            self.forgiven |= at_error && action.text.contains("exit 0");
        }
        GOOD
    }

    /// A command that may stand for a text of the project.
    fn called(&mut self, words: &[ShellWord]) -> CommandStatus {
        let Some(callee) = self.callee(words).filter(|callee| callee.checks || self.inside) else {
            return self.may();
        };
        let Callee { name, parts, options, dir, .. } = callee;
        self.inner(InnerScripts { parts: &parts, options, dir: Some(dir), name: Some(name) })
    }

    fn callee(&self, words: &[ShellWord]) -> Option<Callee> {
        let dir = self.dir.as_ref().filter(|_| !words.iter().any(|word| word.expands))?;
        self.calls.take()?;
        callee(self.calls.files?, dir, words)
    }

    fn inner(&mut self, scripts: InnerScripts<'_>) -> CommandStatus {
        if self.depth >= DEPTH {
            return self.may();
        }
        let InnerScripts { parts, options, dir, name } = scripts;
        let mut fails = false;
        for part in parts {
            let mut walk = Walk::new(options, self.calls, dir.clone());
            walk.depth = self.depth + 1;
            walk.inside = self.inside || name.is_some();
            fails = walk.may_fail(part);
            self.real |= walk.real;
            self.went |= walk.went;
            self.through = self.through.take().or(walk.through);
            if fails {
                break;
            }
        }
        if !fails && name.is_some() {
            self.through = name;
        }
        CommandStatus { fails, ..GOOD }
    }
}

#[cfg(test)]
mod tests;
