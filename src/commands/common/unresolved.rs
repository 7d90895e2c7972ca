//! Lists the programs in a plan's commands that are not there; this is shown and decides nothing.

use std::collections::HashSet;
use std::path::Path;

use crate::config::Environment;
use crate::plan::{Diagnostic, Reading, Severity};

/// What the shell itself knows, or reads as syntax.
const SHELL: &str = "! [ [[ ]] { } : . alias break case cd command continue declare do done echo elif else esac eval exec exit export \
    false fi for function getopts hash if in jobs kill let local mapfile printf pushd popd pwd read readonly \
    return select set shift shopt source test then time times trap true type typeset ulimit umask unset \
    until wait while";

/// A warning for each program that is not installed; a note for each script of the project that is not there,
/// since a step may be about to write it.
pub(crate) fn find(reading: &Reading, root: &Path, environment: &Environment) -> Vec<Diagnostic> {
    let own = reading.plan.steps.iter().flat_map(|step| &step.criteria);
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    for criterion in reading.plan.criteria.iter().chain(own) {
        let Some(command) = criterion.command() else { continue };
        let dir = root.join(command.dir.as_deref().unwrap_or_default());
        for program in programs(&command.script) {
            let is_path = program.contains('/');
            // A path depends on the directory as well; a name is looked for once.
            if is_path && dir.join(&program).exists() || !seen.insert(program.clone()) {
                continue;
            }
            if !is_path && environment.on_path(&program).is_some() {
                continue;
            }
            let (severity, message, help) = if program.starts_with('/') {
                let help = "correct the path: as it is, this cannot pass";
                (Severity::Warning, format!("`{program}` is not on this machine"), help)
            } else if is_path {
                let help = "a step has to write it before this can pass";
                (Severity::Note, format!("`{program}` is not there yet"), help)
            } else {
                let help = "install it, or correct the command: as it is, this cannot pass";
                (Severity::Warning, format!("no program `{program}` is installed here"), help)
            };
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

/// The programs that a script starts, as far as can be said without running it.
fn programs(script: &str) -> Vec<String> {
    // The lines of a here document are no commands.
    if script.contains("<<") {
        return Vec::new();
    }
    let script = unquoted(&script.replace("\\\n", " ").replace(">&", ">").replace("&>", ">"));
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '/');
    let mut programs = Vec::new();
    for part in script.split(['\n', ';', '|', '&']) {
        let mut words = part.split_whitespace().skip_while(|word| word.contains('='));
        let Some(first) = words.next().filter(|word| word.chars().all(is_plain)) else { continue };
        if !first.starts_with('-') && !SHELL.split_whitespace().any(|known| known == first) {
            programs.push(first.to_owned());
        }
    }
    programs
}

/// A script without what stands in quotes: nothing in there ends a command.
fn unquoted(script: &str) -> String {
    let mut open: Option<char> = None;
    let outside = |c: &char| {
        let quote = matches!(c, '"' | '\'' | '`');
        match open {
            Some(quote) if *c == quote => open = None,
            None if quote => open = Some(*c),
            _ => return open.is_none(),
        }
        // What is left of a quoted word is no name of a program.
        true
    };
    script.chars().filter(outside).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_the_first_words_of_commands() {
        let cases = [
            ("cargo test -p core", vec!["cargo"]),
            ("CI=1 npm test && ./check.sh | grep -q ok", vec!["npm", "./check.sh", "grep"]),
            ("test -f a || exit 1", vec![]),
            ("for f in *; do wc -l $f; done", vec![]),
            ("grep -q 'a|b;c' file", vec!["grep"]),
            ("cat <<EOF\nnothing here\nEOF", vec![]),
            ("$TOOL --version", vec![]),
            ("./a.sh \\\n  -p b 2>&1 &> c", vec!["./a.sh"]),
        ];
        for (script, expected) in cases {
            assert_eq!(programs(script), expected, "{script}");
        }
    }
}
