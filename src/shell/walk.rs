//! Walks through a script and tells each simple command that it may run, with its place.

mod input;
mod values;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

pub(crate) use self::input::CommandInput;
use self::input::{append, passed_on, read_text};
use self::values::ShellValues;
use super::parser::read;
use super::simple::{CommandLead, ShellOptions, SimpleCommand};
use super::tree::{CommandKind, CommandList, Joint, Pipeline, Redirection, ShellCommand, ShellWord};

/// Scripts inside of scripts, and functions that call functions, are followed so far.
const DEPTH: u32 = 8;

/// Of the commands inside of such scripts only so many are told.
const COMMANDS: u32 = 2000;

/// Who is told the commands of a script.
pub(crate) trait Visitor {
    /// Takes a command, and says what to do about it.
    fn command(&mut self, command: &SimpleCommand<'_>, place: &CommandPlace) -> Descend;

    /// The folder that `cd` leads to, as far as it says so; `None` if that is not known.
    fn folder(&self, from: &Path, to: Option<&ShellWord>) -> Option<PathBuf> {
        to.filter(|to| !to.expands).map(|to| from.join(&to.text))
    }
}

/// Where the walk goes from a command.
#[derive(Debug)]
pub(crate) enum Descend {
    /// On to the next one.
    Past,
    /// Into what the command stands for.
    Into(Callee),
    /// To its end.
    Stop,
}

/// Where a command stands.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each says something else about the place")]
pub(crate) struct CommandPlace {
    /// The folder that it runs in; `None` if that is not known.
    pub(crate) dir: Option<PathBuf>,
    /// It runs whenever nothing before it fails.
    pub(crate) certain: bool,
    /// Nobody waits for it.
    pub(crate) background: bool,
    /// It is part of what is there to check something.
    pub(crate) checks: bool,
    /// It stands in a file of the project.
    pub(crate) followed: bool,
    /// What it reads from.
    pub(crate) input: CommandInput,
    depth: u32,
}

/// What a command stands for: the text that a target or a script file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Callee {
    /// What it is called: ``the target `test` of Makefile``.
    pub(crate) name: String,
    /// It is there to check something. Anything else, a tool that the step builds for instance, may
    /// succeed always and still be right.
    pub(crate) checks: bool,
    /// What runs, one shell for each part, until one fails.
    pub(crate) parts: Vec<String>,
    /// How.
    pub(crate) options: ShellOptions,
    /// In which folder.
    pub(crate) dir: PathBuf,
}

/// Tells the commands of a script that runs in `dir`, in their order, those of substitutions first.
///
/// What is no whole script is walked through as far as it can be read.
pub(crate) fn walk(script: &str, dir: &Path, visitor: &mut impl Visitor) {
    let (functions, values) = (HashMap::new(), ShellValues::default());
    let mut walker = Walker { visitor, functions, values, left: COMMANDS, stopped: false };
    walker.text(script, CommandPlace::first(dir));
}

impl CommandPlace {
    fn first(dir: &Path) -> Self {
        Self {
            dir: Some(dir.to_owned()),
            certain: true,
            background: false,
            checks: false,
            followed: false,
            input: CommandInput::Inherited,
            depth: 0,
        }
    }
}

struct Walker<'a, V> {
    visitor: &'a mut V,
    /// What was made a function so far: its name no longer means a program.
    functions: HashMap<String, ShellCommand>,
    values: ShellValues,
    left: u32,
    stopped: bool,
}

impl<V: Visitor> Walker<'_, V> {
    fn text(&mut self, script: &str, mut place: CommandPlace) {
        self.here(script, &mut place);
    }

    /// A script that may change the place for those behind it.
    fn here(&mut self, script: &str, place: &mut CommandPlace) {
        if place.depth < DEPTH {
            place.depth += 1;
            self.list(&read(script), place);
            place.depth -= 1;
        }
    }

    /// A script for a shell of its own, in which no function is known.
    fn apart(&mut self, script: &str, place: CommandPlace) {
        let functions = std::mem::take(&mut self.functions);
        let values = self.values.take_for_shell();
        self.text(script, place);
        (self.functions, self.values) = (functions, values);
    }

    fn list(&mut self, list: &CommandList, place: &mut CommandPlace) {
        for item in &list.0 {
            let before = (place.certain, place.background);
            place.background |= item.background;
            for pipeline in &item.pipelines {
                place.certain &= pipeline.joint == Joint::And;
                self.pipeline(pipeline, place);
            }
            (place.certain, place.background) = before;
        }
    }

    fn pipeline(&mut self, pipeline: &Pipeline, place: &mut CommandPlace) {
        match pipeline.commands.as_slice() {
            [command] => self.command(command, place),
            // Each runs in a shell of its own.
            several => {
                let mut there = place.clone();
                for command in several {
                    self.command(command, &mut there.clone());
                    there.input = passed_on(command, &there.input);
                }
            }
        }
    }

    /// What is perhaps done, and perhaps not.
    fn perhaps<'a>(&mut self, lists: impl IntoIterator<Item = &'a CommandList>, place: &mut CommandPlace) {
        let certain = std::mem::replace(&mut place.certain, false);
        lists.into_iter().for_each(|list| self.list(list, place));
        place.certain = certain;
    }

    fn command(&mut self, command: &ShellCommand, place: &mut CommandPlace) {
        for redirection in &command.redirections {
            self.substitutions(std::slice::from_ref(&redirection.target), place);
            self.substitutions(redirection.document.as_slice(), place);
        }
        let simple = matches!(command.kind, CommandKind::Simple(_));
        if simple || !command.redirections.iter().any(|one| one.operator.starts_with('<')) {
            return self.inside(command, place);
        }
        let input = std::mem::replace(&mut place.input, CommandInput::Ends);
        self.inside(command, place);
        place.input = input;
    }

    fn inside(&mut self, command: &ShellCommand, place: &mut CommandPlace) {
        match &command.kind {
            CommandKind::Simple(words) => {
                self.substitutions(words, place);
                self.as_written(words, &command.redirections, place);
            }
            CommandKind::Subshell(list) => self.list(list, &mut place.clone()),
            CommandKind::Group(list) => self.list(list, place),
            CommandKind::If { conditions, bodies } => {
                let (first, others) = conditions.split_at(1.min(conditions.len()));
                for condition in first {
                    self.list(condition, place);
                }
                self.perhaps(others.iter().chain(bodies), place);
            }
            CommandKind::Loop { words, condition, body, .. } => {
                self.substitutions(words, place);
                self.values.note_loop(words);
                self.list(condition, place);
                self.perhaps([body], place);
            }
            CommandKind::Case { words, bodies } => {
                self.substitutions(words, place);
                self.perhaps(bodies, place);
            }
            CommandKind::Function { name, body } => {
                // Who calls it may not be seen.
                self.command(body, &mut CommandPlace { certain: false, ..place.clone() });
                self.functions.insert(name.clone(), (**body).clone());
            }
            CommandKind::Test(words) => self.substitutions(words, place),
        }
    }

    fn substitutions(&mut self, words: &[ShellWord], place: &CommandPlace) {
        let scripts = words.iter().flat_map(|word| &word.scripts);
        scripts.for_each(|script| self.text(script, place.clone()));
    }

    /// A command with the values that its names are known to have.
    fn as_written(&mut self, words: &[ShellWord], redirections: &[Redirection], place: &mut CommandPlace) {
        let mut forms = self.values.forms(words);
        let moves = |form: &Vec<ShellWord>| {
            matches!(SimpleCommand::of(form, redirections).lead(), CommandLead::Folder(_))
        };
        // Of several folders none is the one it is in.
        if forms.is_empty() || forms.len() > 1 && forms.iter().any(moves) {
            forms = vec![words.to_vec()];
        }
        for mut form in forms {
            self.values.note(&form);
            append(&mut form, redirections, &place.input);
            self.simple(&SimpleCommand::of(&form, redirections), place);
        }
    }

    fn simple(&mut self, command: &SimpleCommand<'_>, place: &mut CommandPlace) {
        if let Some(text) = read_text(command, &place.input) {
            return self.apart(&text, place.clone());
        }
        match command.lead() {
            CommandLead::Nothing => {}
            CommandLead::Folder(to) => self.go(to, place),
            CommandLead::Here(script) => self.here(&script.text, place),
            CommandLead::Later(script) => {
                self.text(&script.text, CommandPlace { certain: false, ..place.clone() });
            }
            CommandLead::Shell(script, _) => {
                // The words behind the text are its parameters, from `$0` on.
                let behind = command.words.iter().skip_while(|word| word.text != script.text).skip(2);
                let outer = self.values.set_parameters(Some(behind.cloned().collect()));
                self.apart(&script.text, place.clone());
                self.values.set_parameters(outer);
            }
            CommandLead::Program => self.program(command, place),
        }
        for words in command.for_each_found() {
            self.found(words, command.redirections, place);
        }
    }

    /// What `find` runs.
    fn found(&mut self, words: &[ShellWord], redirections: &[Redirection], place: &CommandPlace) {
        let mut command = SimpleCommand::of(words, redirections);
        command.wrappers.insert(0, "find");
        self.simple(&command, &mut CommandPlace { certain: false, ..place.clone() });
    }

    fn program(&mut self, command: &SimpleCommand<'_>, place: &mut CommandPlace) {
        let name = command.program().filter(|_| command.wrappers.is_empty());
        if place.depth > 1 || name.is_some_and(|name| self.functions.contains_key(name)) {
            let Some(left) = self.left.checked_sub(1) else { return };
            self.left = left;
        }
        if self.stopped {
            return;
        }
        if let Some((name, body)) = name.and_then(|name| self.functions.remove_entry(name)) {
            let outer = self.values.set_parameters(command.words.get(1..).map(<[ShellWord]>::to_vec));
            self.call(&body, place);
            self.values.set_parameters(outer);
            self.functions.insert(name, body);
            return;
        }
        match self.visitor.command(command, place) {
            Descend::Past => {}
            Descend::Stop => self.stopped = true,
            Descend::Into(callee) => {
                let checks = place.checks || callee.checks;
                let there = CommandPlace { dir: Some(callee.dir), checks, followed: true, ..place.clone() };
                callee.parts.iter().for_each(|part| self.apart(part, there.clone()));
            }
        }
    }

    fn call(&mut self, body: &ShellCommand, place: &mut CommandPlace) {
        if place.depth < DEPTH {
            place.depth += 1;
            self.command(body, place);
            place.depth -= 1;
        }
    }

    fn go(&self, to: &[ShellWord], place: &mut CommandPlace) {
        let to = to.iter().find(|word| !word.text.starts_with('-'));
        place.dir = place.dir.take().and_then(|from| self.visitor.folder(&from, to));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Keeps what it is told on one line each.
    #[derive(Default)]
    struct Notes(Vec<String>);

    impl Visitor for Notes {
        fn command(&mut self, command: &SimpleCommand<'_>, place: &CommandPlace) -> Descend {
            let words: Vec<&str> = command.words.iter().map(|word| word.text.as_str()).collect();
            let dir = place.dir.as_ref().map_or("?".to_owned(), |dir| dir.display().to_string());
            let wrappers: Vec<String> = command.wrappers.iter().map(|name| format!("{name}: ")).collect();
            let wrappers = wrappers.concat();
            let certain = if place.certain { "" } else { " perhaps" };
            let waits = if place.background { " &" } else { "" };
            let checks = if place.checks { " checks" } else { "" };
            self.0.push(format!("{dir}> {wrappers}{}{waits}{checks}{certain}", words.join(" ")));
            match words.as_slice() {
                ["stop"] => Descend::Stop,
                ["make", "-C", to, ..] => Descend::Into(Callee {
                    name: String::new(),
                    checks: true,
                    parts: vec!["x; y".to_owned(), "cd in; z".to_owned(), "w".to_owned()],
                    options: ShellOptions::PLAIN,
                    dir: place.dir.clone().unwrap_or_default().join(to),
                }),
                ["again"] => Descend::Into(Callee {
                    name: String::new(),
                    checks: false,
                    parts: vec!["again\n".repeat(1000); 10],
                    options: ShellOptions::PLAIN,
                    dir: PathBuf::new(),
                }),
                _ => Descend::Past,
            }
        }
    }

    fn told(script: &str) -> Vec<String> {
        let mut notes = Notes::default();
        walk(script, Path::new("."), &mut notes);
        notes.0
    }

    #[test]
    fn every_command_is_told_with_its_place() {
        for (script, expected) in [
            ("", &[][..]),
            ("A=1", &[]),
            ("a 1 && b || c && d; e", &[".> a 1", ".> b", ".> c perhaps", ".> d perhaps", ".> e"]),
            ("! a | b & c", &[".> a &", ".> b &", ".> c"]),
            ("A=1 sudo -u me timeout 5 a b", &[".> sudo: timeout: a b"]),
            ("cd x && a; (cd y; b); cd z | c; { cd w; }; d", &["./x> a", "./x/y> b", "./x> c", "./x/w> d"]),
            ("cd \"$X\"; a; cd y; b", &["?> a", "?> b"]),
            ("cd -; a", &["?> a"]),
            ("if a; then b; elif c; then d; fi", &[".> a", ".> c perhaps", ".> b perhaps", ".> d perhaps"]),
            ("for f in $(a); do b; done", &[".> a", ".> b perhaps"]),
            ("until a; do b; done < <(c)", &[".> c", ".> a", ".> b perhaps"]),
            ("case $(a) in x) b;; esac; [[ $(c) = d ]]", &[".> a", ".> b perhaps", ".> c"]),
            ("A=$(a) b \"`c`\" > $(d)", &[".> d", ".> a", ".> c", ".> b `c`"]),
            ("cat <<E\n$(a)\nE\ncat <<'E'\n$(b)\nE\n", &[".> a", ".> cat", ".> cat"]),
            ("bash -c 'cd x; a'; b", &["./x> a", ".> b"]),
            ("eval 'cd x;' a; b", &["./x> a", "./x> b"]),
            ("sh <<'E'\na\nE\n", &[".> a"]),
            ("bash <<< 'a b'", &[".> a b"]),
            ("trap 'a b' EXIT; c", &[".> a b perhaps", ".> c"]),
            ("f() { a; }; b; f", &[".> a perhaps", ".> b", ".> a"]),
            ("f() { f; }; f; env f", &[".> f perhaps", ".> f", ".> env: f"]),
            ("f() { a; }; bash -c f", &[".> a perhaps", ".> f"]),
            ("find . -exec a {} ; b", &[".> find . -exec a {}", ".> find: a {} perhaps", ".> b"]),
            (
                "find . -exec a {} + -exec b \\;",
                &[".> find . -exec a {} + -exec b ;", ".> find: a {} perhaps", ".> find: b perhaps"],
            ),
            (
                "make -C sub t && a",
                &[
                    ".> make -C sub t",
                    "./sub> x checks",
                    "./sub> y checks",
                    "./sub/in> z checks",
                    "./sub> w checks",
                    ".> a",
                ],
            ),
            ("a; stop; b", &[".> a", ".> stop"]),
            ("if a; then b 'c", &[".> a", ".> b c"]),
        ] {
            assert_eq!(told(script), expected, "{script}");
        }
    }

    #[test]
    fn a_folder_is_followed_as_far_as_it_is_known() {
        for (script, expected) in [
            ("cd x; cd ..; a", &["./x/..> a"][..]),
            ("cd /tmp/x && a", &["/tmp/x> a"]),
            ("cd -P x; a", &["./x> a"]),
            ("pushd x; a; popd; b", &["./x> a", "?> b"]),
            ("cd; a", &["?> a"]),
            ("cd 'a b' && c", &["./a b> c"]),
            ("cd $(git rev-parse --show-toplevel) && a", &[".> git rev-parse --show-toplevel", "?> a"]),
            ("f() { cd x; }; f; a", &["./x> a"]),
            ("(cd x && a) || b", &["./x> a", ".> b perhaps"]),
            ("for d in a b; do (cd $d; make); done", &["?> make perhaps"]),
            ("env A=1 bash -c 'cd x; a'; b", &["./x> a", ".> b"]),
            ("A=$(cd x; a); b", &["./x> a", ".> b"]),
        ] {
            assert_eq!(told(script), expected, "{script}");
        }
    }

    #[test]
    fn what_only_may_run_is_told_as_such() {
        for (script, expected) in [
            ("a || b", &[".> a", ".> b perhaps"][..]),
            ("a && b", &[".> a", ".> b"]),
            ("if a; then b; else c; fi; d", &[".> a", ".> b perhaps", ".> c perhaps", ".> d"]),
            ("while a; do b; done; c", &[".> a", ".> b perhaps", ".> c"]),
            ("f() { a; }", &[".> a perhaps"]),
            ("a || { b; (c); }; d", &[".> a", ".> b perhaps", ".> c perhaps", ".> d"]),
            ("a || bash -c 'b; c'", &[".> a", ".> b perhaps", ".> c perhaps"]),
            (
                "if a; then make -C x; fi",
                &[
                    ".> a",
                    ".> make -C x perhaps",
                    "./x> x checks perhaps",
                    "./x> y checks perhaps",
                    "./x/in> z checks perhaps",
                    "./x> w checks perhaps",
                ],
            ),
            ("(a & b) &", &[".> a &", ".> b &"]),
        ] {
            assert_eq!(told(script), expected, "{script}");
        }
    }

    #[test]
    fn every_walk_comes_to_an_end() {
        assert!(told("again").len() < 2100);
        let call = |at: u32| format!("f{at}() {{ f{0}; f{0}; }}\n", at + 1);
        let calls = (0..100).map(call).collect::<Vec<_>>().concat();
        assert!(told(&format!("{calls} f0; f1; f2")).len() < 5000);
        let nested = (0..100).fold("a".to_owned(), |script, _| format!("b $({script})"));
        assert_eq!(told(&nested).len(), 8);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_walked_through(script in "(cd |bash -c |eval |f|\\PC|[$`'\"()<>&|;{}\\\\\n\t #]){0,60}") {
            told(&script);
        }
    }
}
