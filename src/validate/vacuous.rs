//! Commands that cannot fail: whatever is the matter, they exit 0, so their green says nothing.
//!
//! A script is followed the way the shell would, with `-e` and `pipefail` as they are in force.
//! Every program that is not known to succeed always may fail, so a real check is never called
//! vacuous; some empty ones are not seen through.

use std::collections::HashMap;

use super::shell::{Command, Item, Joint, List, Pipeline, Word, constant, parse};

/// What a shell does when a command fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// It ends at the first failure: `-e`.
    pub errexit: bool,
    /// A pipeline fails if any of its commands does.
    pub pipefail: bool,
}

impl Options {
    /// How agentrun runs the commands of plans and configurations.
    pub const STRICT: Self = Self { errexit: true, pipefail: true };
    /// How `sh`, `make` and `npm` run theirs.
    pub const PLAIN: Self = Self { errexit: false, pipefail: false };
}

/// What a command of the script stands for: the text that a target or a script file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Callee {
    /// What it is called: ``the target `test` of Makefile``.
    pub name: String,
    /// It is there to check something. Anything else, a tool that the step builds for instance, may
    /// succeed always and still be right.
    pub checks: bool,
    /// What runs, one shell for each part, until one fails.
    pub parts: Vec<String>,
    /// How.
    pub options: Options,
}

/// Why a command proves nothing, as a text fragment; `None` if it may fail. `callee` says what a
/// command stands for.
pub fn why_vacuous(
    script: &str,
    options: Options,
    callee: &impl Fn(&[String]) -> Option<Callee>,
) -> Option<String> {
    let mut walk = Walk::new(options, callee, 0);
    if walk.may_fail(script) {
        return None;
    }
    Some(match (walk.through, walk.real) {
        (Some(name), _) => format!("it runs {name}, which cannot fail"),
        (None, true) => "it exits 0 whatever fails in it".to_owned(),
        (None, false) => "nothing in it can fail".to_owned(),
    })
}

/// Why a command proves nothing as it is written, whatever the project holds.
pub fn why_written_so(script: &str) -> Option<String> {
    why_vacuous(script, Options::STRICT, &|_: &[String]| None)
}

/// Programs that succeed whatever they are given.
const ALWAYS: &[&str] =
    &["true", ":", "echo", "printf", "pwd", "date", "sleep", "export", "declare", "local", "alias", "wait"];

/// Programs that pass on what they read; at the end of a pipeline they hide a failure.
const FILTERS: &[&str] = &["cat", "tee", "head", "tail", "sort", "uniq", "wc", "tr", "cut"];

/// Scripts that run scripts are followed this deep.
const DEPTH: u32 = 4;

/// The name of a program of the system, however it is written.
fn plain(program: &str) -> &str {
    ["/bin/", "/usr/bin/"].iter().find_map(|place| program.strip_prefix(place)).unwrap_or(program)
}

/// What can come of a command.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Effect {
    /// Its status may be other than 0.
    fails: bool,
    /// It may end the shell with a status other than 0.
    dies: bool,
    /// It ends the shell with 0 for certain.
    ends: bool,
}

const GOOD: Effect = Effect { fails: false, dies: false, ends: false };
const EITHER: Effect = Effect { fails: true, dies: false, ends: false };

#[expect(clippy::struct_excessive_bools, reason = "each is a finding or a place of its own, not a state")]
struct Walk<'a, F> {
    options: Options,
    callee: &'a F,
    depth: u32,
    /// `trap 'exit 0' EXIT`: the status is 0 in the end.
    forced: bool,
    /// Some command may fail.
    real: bool,
    /// The name of what was followed and cannot fail.
    through: Option<String>,
    /// It is part of a check: whatever it runs has to be able to fail.
    inside: bool,
    /// What was made a function so far: its name no longer means a program.
    functions: HashMap<String, Command>,
    /// It went into another directory: what names stand for there is not known.
    moved: bool,
}

impl<'a, F: Fn(&[String]) -> Option<Callee>> Walk<'a, F> {
    fn new(options: Options, callee: &'a F, depth: u32) -> Self {
        Self {
            options,
            callee,
            depth,
            forced: false,
            real: false,
            through: None,
            inside: false,
            functions: HashMap::new(),
            moved: false,
        }
    }

    /// Whether a script, run by a shell of its own, may end with a status other than 0.
    fn may_fail(&mut self, script: &str) -> bool {
        let Some(list) = parse(script) else { return true };
        let effect = self.list(&list, false);
        (effect.fails || effect.dies) && !self.forced
    }

    /// `guarded`: what fails here does not end the shell, for somebody asks for the status.
    fn list(&mut self, list: &List, guarded: bool) -> Effect {
        let mut all = GOOD;
        for item in &list.0 {
            let effect = self.item(item, guarded);
            all.dies |= effect.dies;
            all.fails = effect.fails;
            if effect.ends {
                return Effect { fails: false, ends: true, ..all };
            }
        }
        all
    }

    fn item(&mut self, item: &Item, guarded: bool) -> Effect {
        let mut status = GOOD;
        let last = item.pipelines.len() - 1;
        for (index, (joint, pipeline)) in item.pipelines.iter().enumerate() {
            let reached = *joint == Joint::And || status.fails;
            let effect = self.pipeline(pipeline, guarded || index < last);
            if !reached {
                continue;
            }
            status.dies |= effect.dies;
            if index == last && effect.fails && self.options.errexit && !guarded && !pipeline.negated {
                status.dies = true;
            }
            status.fails = match joint {
                Joint::And => status.fails || effect.fails,
                Joint::Or => effect.fails,
            };
            status.ends = effect.ends && index == 0;
        }
        if item.background { GOOD } else { status }
    }

    fn pipeline(&mut self, pipeline: &Pipeline, guarded: bool) -> Effect {
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
            Effect { fails, ..GOOD }
        };
        // Negated, whatever may succeed may fail.
        if pipeline.negated { Effect { fails: true, ..effect } } else { effect }
    }

    fn piped(&mut self, command: &Command, last: bool) -> Effect {
        match command {
            Command::Simple(words) if last && words.first().is_some_and(is_filter) => GOOD,
            other => self.command(other, true),
        }
    }

    fn command(&mut self, command: &Command, guarded: bool) -> Effect {
        match command {
            Command::Simple(words) => self.simple(words),
            Command::Subshell(list) => {
                let effect = self.list(list, guarded);
                Effect { fails: effect.fails || effect.dies, ..GOOD }
            }
            Command::Group(list) => self.list(list, guarded),
            Command::If { conditions, bodies } => {
                let mut all = GOOD;
                for condition in conditions {
                    all.dies |= self.list(condition, true).dies;
                }
                for body in bodies {
                    let effect = self.list(body, guarded);
                    all.fails |= effect.fails;
                    all.dies |= effect.dies;
                }
                all
            }
            Command::Loop { condition, body } => {
                let asked = self.list(condition, true);
                let done = self.list(body, guarded);
                Effect { fails: done.fails, dies: asked.dies || done.dies, ends: false }
            }
            Command::Function { name, body } => {
                self.functions.insert(name.clone(), (**body).clone());
                GOOD
            }
            Command::Opaque => self.may(),
        }
    }

    /// A command that can end either way.
    fn may(&mut self) -> Effect {
        self.real = true;
        EITHER
    }

    fn simple(&mut self, words: &[Word]) -> Effect {
        let assigned = words.iter().take_while(|word| is_assignment(word)).count();
        let (assignments, words) = words.split_at(assigned);
        let Some((program, arguments)) = words.split_first() else {
            let substitutes = assignments.iter().any(|word| word.substitutes);
            return if substitutes { self.may() } else { GOOD };
        };
        if program.expands && program.text != "[" {
            return self.may();
        }
        if let Some((name, body)) = self.functions.remove_entry(&program.text) {
            // If it calls itself, that may end either way.
            let effect = self.command(&body, false);
            self.functions.insert(name, body);
            return effect;
        }
        match plain(&program.text) {
            name if ALWAYS.contains(&name) => {
                self.real |= arguments.iter().any(|argument| argument.substitutes);
                GOOD
            }
            "cd" | "pushd" | "popd" => {
                self.moved = true;
                self.may()
            }
            "exit" | "return" => match arguments {
                [code] if code.text.parse() == Ok(0_u8) => Effect { ends: program.text == "exit", ..GOOD },
                _ => Effect { fails: true, dies: true, ends: false },
            },
            "set" => self.set(arguments),
            "trap" => self.trap(arguments),
            "command" | "exec" | "builtin" | "time" | "nohup" | "nice" | "sudo" | "env" => {
                self.wrapped(arguments)
            }
            "timeout" => self.wrapped(arguments.get(1..).unwrap_or_default()),
            "bash" | "sh" | "dash" | "zsh" => self.shell(words),
            "test" | "[" if constant::answer(words) == Some(true) => GOOD,
            _ => self.called(words),
        }
    }

    fn wrapped(&mut self, words: &[Word]) -> Effect {
        let option = |word: &&Word| word.text.starts_with('-');
        if words.is_empty() || words.iter().take(1).any(|word| option(&word)) {
            self.may()
        } else {
            self.simple(words)
        }
    }

    fn set(&mut self, arguments: &[Word]) -> Effect {
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

    fn trap(&mut self, arguments: &[Word]) -> Effect {
        if let [action, signals @ ..] = arguments {
            let at_exit = signals.iter().any(|signal| matches!(signal.text.as_str(), "EXIT" | "0"));
            self.forced |= at_exit && action.text.contains("exit 0");
        }
        GOOD
    }

    /// `bash -c '...'`, or a script file.
    fn shell(&mut self, words: &[Word]) -> Effect {
        let mut options = Options::PLAIN;
        let mut arguments = words[1..].iter();
        while let Some(argument) = arguments.next() {
            let Some(letters) = argument.text.strip_prefix('-') else { return self.called(words) };
            options.errexit |= letters.contains('e');
            if letters.ends_with('o') {
                options.pipefail |= arguments.next().is_some_and(|option| option.text == "pipefail");
            } else if letters.ends_with('c') {
                return match arguments.next() {
                    Some(script) if !script.expands => {
                        self.inner(std::slice::from_ref(&script.text), options, None)
                    }
                    _ => self.may(),
                };
            }
        }
        self.may()
    }

    /// A command that may stand for a text of the project.
    fn called(&mut self, words: &[Word]) -> Effect {
        if self.moved || self.depth >= DEPTH || words.iter().any(|word| word.expands) {
            return self.may();
        }
        let words: Vec<String> = words.iter().map(|word| word.text.clone()).collect();
        match (self.callee)(&words).filter(|callee| callee.checks || self.inside) {
            Some(callee) => self.inner(&callee.parts, callee.options, Some(callee.name)),
            None => self.may(),
        }
    }

    /// Scripts that run in shells of their own, one after the other.
    fn inner(&mut self, parts: &[String], options: Options, name: Option<String>) -> Effect {
        let mut fails = false;
        for part in parts {
            let mut walk = Walk::new(options, self.callee, self.depth + 1);
            walk.inside = self.inside || name.is_some();
            fails |= walk.may_fail(part);
            self.real |= walk.real;
            self.through = self.through.take().or(walk.through);
        }
        if !fails && name.is_some() {
            self.through = name;
        }
        Effect { fails, ..GOOD }
    }
}

fn is_filter(program: &Word) -> bool {
    FILTERS.contains(&program.text.as_str())
}

fn is_assignment(word: &Word) -> bool {
    let name = word.text.split_once('=').map_or("", |(name, _)| name);
    !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !name.starts_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests;
