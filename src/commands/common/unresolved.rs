//! Lists the programs in a plan's commands that are not there; this is shown and decides nothing.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::config::Environment;
use crate::plan::{Diagnostic, Reading, Severity};
use crate::shell::simple::SimpleCommand;
use crate::shell::walk::{CommandPlace, Descend, Visitor, walk};

/// What the shell itself knows.
const BUILTINS: &str = "[ : . alias bg break builtin cd command continue declare dirs echo eval exec exit export false \
    fc fg getopts hash help history jobs kill let local logout mapfile popd printf pushd pwd read readarray readonly \
    return set shift shopt source suspend test time times trap true type typeset ulimit umask unalias unset wait";

/// A warning for each program that is not installed; a note for each script of the project that is not there,
/// since a step may be about to write it.
pub(crate) fn find(reading: &Reading, root: &Path, environment: &Environment) -> Vec<Diagnostic> {
    let own = reading.plan.steps.iter().flat_map(|step| &step.criteria);
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    for criterion in reading.plan.criteria.iter().chain(own) {
        let Some(command) = criterion.command() else { continue };
        let dir = root.join(command.dir.as_deref().unwrap_or_default());
        for program in programs(&dir, &command.script) {
            // A path depends on the directory as well; a name is looked for once.
            let there = match &program.path {
                Some(path) => path.exists(),
                None => environment.on_path(&program.name).is_some(),
            };
            if there || !seen.insert(program.name.clone()) {
                continue;
            }
            let (severity, message, help) = program.missing();
            found.push(Diagnostic {
                severity,
                code: "unresolved-command",
                span: criterion.span.clone(),
                message: message.into(),
                help: Some(help.into()),
            });
        }
    }
    found
}

/// A program that a script starts for certain.
#[derive(Debug, PartialEq, Eq)]
struct NamedProgram {
    name: String,
    /// Where it has to be, if its name is a path.
    path: Option<PathBuf>,
}

impl NamedProgram {
    fn missing(&self) -> (Severity, String, &'static str) {
        let name = &self.name;
        if name.starts_with('/') {
            let help = "correct the path: as it is, this cannot pass";
            (Severity::Warning, format!("`{name}` is not on this machine"), help)
        } else if self.path.is_some() {
            let help = "a step has to write it before this can pass";
            (Severity::Note, format!("`{name}` is not there yet"), help)
        } else {
            let help = "install it, or correct the command: as it is, this cannot pass";
            (Severity::Warning, format!("no program `{name}` is installed here"), help)
        }
    }
}

/// The programs that a script starts for certain, as far as can be said without running it.
fn programs(dir: &Path, script: &str) -> Vec<NamedProgram> {
    struct Programs(Vec<NamedProgram>);
    impl Visitor for Programs {
        fn command(&mut self, command: &SimpleCommand<'_>, place: &CommandPlace) -> Descend {
            self.0.extend(command.words.first().and_then(|word| named(&word.text, place)));
            Descend::Past
        }
    }
    let mut programs = Programs(Vec::new());
    walk(script, dir, &mut programs);
    programs.0
}

fn named(name: &str, place: &CommandPlace) -> Option<NamedProgram> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '/');
    let known = BUILTINS.split_whitespace().any(|builtin| builtin == name);
    if !place.certain || known || name.starts_with('-') || !name.chars().all(is_plain) {
        return None;
    }
    let path = if name.contains('/') { Some(place.dir.as_ref()?.join(name)) } else { None };
    Some(NamedProgram { name: name.to_owned(), path })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_the_first_words_of_commands() {
        for (script, expected) in [
            ("cargo test -p core", &["cargo"][..]),
            ("CI=1 npm test && ./check.sh | grep -q ok", &["npm", "./check.sh in /p", "grep"]),
            ("cd app && ./check.sh", &["./check.sh in /p/app"]),
            ("cd \"$APP\" && ./check.sh", &[]),
            ("timeout 5 env A=1 bash -c 'ruff check'", &["ruff"]),
            ("test -f a || exit 1", &[]),
            ("for f in *; do wc -l $f; done", &[]),
            ("if command -v x; then x; fi", &[]),
            ("f() { x; }; f || y", &["x"]),
            ("grep -q 'a|b;c' file", &["grep"]),
            ("cat <<EOF\nnothing here\nEOF", &["cat"]),
            ("(( i++ )); [[ a = b ]]", &[]),
            ("$TOOL --version", &[]),
            ("./a.sh \\\n  -p b 2>&1 &> c", &["./a.sh in /p"]),
        ] {
            let say = |program: NamedProgram| match program.path {
                Some(path) => format!("{} in {}", program.name, path.parent().unwrap().display()),
                None => program.name,
            };
            let found: Vec<String> = programs(Path::new("/p"), script).into_iter().map(say).collect();
            assert_eq!(found, expected, "{script}");
        }
    }
}
