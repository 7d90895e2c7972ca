//! Recognises commands that cannot fail, so that their exit code 0 proves nothing.
//!
//! A script is followed the way the shell would, with `-e` and `pipefail` as they are in force.
//! Every program that is not known to succeed always may fail, so a real check is never called
//! vacuous; some empty ones are not seen through.

use std::cell::Cell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::shell::inner::{self, Given, Options, assigned, plain};
use crate::shell::{Command, Item, Joint, List, Pipeline, Word, constant, parse};

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
    /// In which folder.
    pub dir: PathBuf,
}

/// Why a command that runs in `dir` proves nothing, as a text fragment; `None` if it may fail.
/// `callee` says what a command stands for in a folder.
pub fn why_vacuous(
    script: &str,
    dir: &Path,
    options: Options,
    callee: &impl Fn(&Path, &[String]) -> Option<Callee>,
) -> Option<String> {
    let calls = Calls { callee, left: Cell::new(CALLS) };
    say(script, Walk::new(options, &calls, Some(dir.to_owned()), 0))
}

/// Why a command proves nothing as it is written, whatever the project holds.
pub fn why_written_so(script: &str) -> Option<String> {
    let calls = Calls { callee: &|_: &Path, _: &[String]| None, left: Cell::new(0) };
    say(script, Walk::new(Options::STRICT, &calls, None, 0))
}

fn say<F: Fn(&Path, &[String]) -> Option<Callee>>(script: &str, mut walk: Walk<'_, F>) -> Option<String> {
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

/// Programs that succeed whatever they are given.
const ALWAYS: &[&str] = &[
    "true", ":", "echo", "printf", "pwd", "date", "sleep", "export", "declare", "typeset", "local",
    "readonly", "alias", "wait",
];

/// Programs that pass on what they read; at the end of a pipeline they hide a failure.
const FILTERS: &[&str] = &["cat", "tee", "head", "tail", "sort", "uniq", "wc", "tr", "cut"];

/// Scripts that run scripts are followed this deep.
const DEPTH: u32 = 4;

/// Of the commands of a script and of all that it runs, only so many are followed.
const CALLS: u32 = 1000;

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

/// What commands stand for, and how many more are asked about.
struct Calls<'a, F> {
    callee: &'a F,
    left: Cell<u32>,
}

impl<F: Fn(&Path, &[String]) -> Option<Callee>> Calls<'_, F> {
    fn callee(&self, dir: &Path, words: &[String]) -> Option<Callee> {
        self.left.set(self.left.get().checked_sub(1)?);
        (self.callee)(dir, words)
    }
}

#[expect(clippy::struct_excessive_bools, reason = "each is a finding or a place of its own, not a state")]
struct Walk<'a, F> {
    options: Options,
    calls: &'a Calls<'a, F>,
    depth: u32,
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
    functions: HashMap<String, Command>,
    /// The folder it is in; `None` if that is not known.
    dir: Option<PathBuf>,
    /// It went into a folder that is there.
    went: bool,
}

impl<'a, F: Fn(&Path, &[String]) -> Option<Callee>> Walk<'a, F> {
    fn new(options: Options, calls: &'a Calls<'a, F>, dir: Option<PathBuf>, depth: u32) -> Self {
        Self {
            options,
            calls,
            depth,
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
        // The trap does not catch what `!`, `&&` and `||` ask about.
        self.exits |= status.fails && (last > 0 || item.pipelines[0].1.negated);
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
        let certain = matches!(pipeline.commands.as_slice(), [Command::Simple(words)] if is_false(words));
        match pipeline.negated {
            true if certain => GOOD,
            // Negated, whatever may succeed may fail.
            true => Effect { fails: true, ..effect },
            false => effect,
        }
    }

    /// What is done in a shell of its own, or perhaps not at all, leads nowhere else.
    fn apart(&mut self, known: bool, of: impl FnOnce(&mut Self) -> Effect) -> Effect {
        let dir = self.dir.clone();
        let effect = of(self);
        self.dir = dir.filter(|dir| known || self.dir.as_ref() == Some(dir));
        effect
    }

    fn piped(&mut self, command: &Command, last: bool) -> Effect {
        match command {
            Command::Simple(words) if last && words.first().is_some_and(is_filter) => GOOD,
            other => self.apart(true, |walk| walk.command(other, true)),
        }
    }

    fn command(&mut self, command: &Command, guarded: bool) -> Effect {
        match command {
            Command::Simple(words) => self.simple(words),
            Command::Subshell(list) => {
                let effect = self.apart(true, |walk| walk.list(list, guarded));
                Effect { fails: effect.fails || effect.dies, ..GOOD }
            }
            Command::Group(list) => self.list(list, guarded),
            Command::If { conditions, bodies } => self.apart(false, |walk| {
                let mut all = GOOD;
                for condition in conditions {
                    all.dies |= walk.list(condition, true).dies;
                }
                for body in bodies {
                    let effect = walk.apart(false, |walk| walk.list(body, guarded));
                    all.fails |= effect.fails;
                    all.dies |= effect.dies;
                }
                all
            }),
            Command::Loop { condition, body } => self.apart(false, |walk| {
                let asked = walk.list(condition, true);
                let done = walk.list(body, guarded);
                Effect { fails: done.fails, dies: asked.dies || done.dies, ends: false }
            }),
            Command::Function { name, body } => {
                self.functions.insert(name.clone(), (**body).clone());
                GOOD
            }
            Command::Opaque(_) => self.may(),
        }
    }

    /// A command that can end either way.
    fn may(&mut self) -> Effect {
        self.real = true;
        EITHER
    }

    fn simple(&mut self, words: &[Word]) -> Effect {
        let (assignments, words) = assigned(words);
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
            "cd" | "pushd" | "popd" => self.go(arguments),
            "exit" | "return" => match arguments {
                [code] if code.text.parse() == Ok(0_u8) => Effect { ends: program.text == "exit", ..GOOD },
                _ => {
                    self.exits = true;
                    Effect { fails: true, dies: true, ends: false }
                }
            },
            "set" => self.set(arguments),
            "trap" => self.trap(arguments),
            "eval" => self.eval(arguments),
            // What it appends, or what that file makes of this shell, is not known.
            "xargs" | "." | "source" => self.may(),
            "bash" | "sh" | "dash" | "zsh" => self.shell(words),
            "test" | "[" if constant::answer(words) == Some(true) => GOOD,
            _ => match inner::wrapped(words) {
                Some(inner) => self.simple(inner),
                None => self.called(words),
            },
        }
    }

    /// Into another folder: it is followed where it is there.
    fn go(&mut self, arguments: &[Word]) -> Effect {
        let [folder] = arguments else {
            self.dir = None;
            return self.may();
        };
        let dir = self.dir.take().map(|dir| dir.join(&folder.text));
        self.dir = dir.filter(|dir| !folder.expands && dir.is_dir());
        self.went |= self.dir.is_some();
        if self.dir.is_some() { GOOD } else { self.may() }
    }

    fn eval(&mut self, words: &[Word]) -> Effect {
        let script: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
        match parse(&script.join(" ")).filter(|_| !words.iter().any(|word| word.expands)) {
            Some(list) => self.list(&list, false),
            None => self.may(),
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
            let at_error = signals.iter().any(|signal| signal.text == "ERR");
            self.forced |= at_exit && action.text.contains("exit 0");
            self.forgiven |= at_error && action.text.contains("exit 0");
        }
        GOOD
    }

    /// `bash -c '...'`, or a script file.
    fn shell(&mut self, words: &[Word]) -> Effect {
        match inner::shell(words) {
            Some((Given::Script(script), options)) if !script.expands => {
                self.inner(std::slice::from_ref(&script.text), (options, self.dir.clone()), None)
            }
            Some((Given::File(_), _)) => self.called(words),
            _ => self.may(),
        }
    }

    /// A command that may stand for a text of the project.
    fn called(&mut self, words: &[Word]) -> Effect {
        let Some(dir) = self.dir.as_ref().filter(|_| self.depth < DEPTH) else { return self.may() };
        if words.iter().any(|word| word.expands) {
            return self.may();
        }
        let words: Vec<String> = words.iter().map(|word| word.text.clone()).collect();
        match self.calls.callee(dir, &words).filter(|callee| callee.checks || self.inside) {
            Some(Callee { name, parts, options, dir, .. }) => {
                self.inner(&parts, (options, Some(dir)), Some(name))
            }
            None => self.may(),
        }
    }

    /// Scripts that run in shells of their own, one after the other.
    fn inner(
        &mut self,
        parts: &[String],
        (options, dir): (Options, Option<PathBuf>),
        name: Option<String>,
    ) -> Effect {
        let mut fails = false;
        for part in parts {
            let mut walk = Walk::new(options, self.calls, dir.clone(), self.depth + 1);
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
        Effect { fails, ..GOOD }
    }
}

fn is_false(words: &[Word]) -> bool {
    inner::command(words).first().is_some_and(|program| plain(&program.text) == "false")
}

fn is_filter(program: &Word) -> bool {
    FILTERS.contains(&program.text.as_str())
}

#[cfg(test)]
mod tests;
