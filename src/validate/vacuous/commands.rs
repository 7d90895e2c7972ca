//! What can be said of a command of a script without following it.

use crate::shell::simple::SimpleCommand;
use crate::shell::tree::{CommandItem, CommandKind, Pipeline, ShellCommand, ShellWord};

/// It passes on what other commands print, and no file: `cat <(x)`, `cat <<< "$(x)"`.
pub(super) fn only_passes_on(command: &SimpleCommand<'_>) -> bool {
    let printed = |word: &ShellWord| word.text.starts_with("<(");
    let mut given = command.words[1..].iter().filter(|word| !word.text.starts_with('-')).peekable();
    let fed = command
        .redirections
        .iter()
        .any(|one| one.operator.starts_with("<<") || one.operator == "<" && printed(&one.target));
    if given.peek().is_none() { fed } else { command.program() == Some("cat") && given.all(printed) }
}

/// It only shows what is there, after something failed: `|| cat log`.
pub(super) fn shows(pipeline: &Pipeline) -> bool {
    let [command] = pipeline.commands.as_slice() else { return false };
    !pipeline.negated && program(command).is_some_and(|name| ["cat", "tail", "head"].contains(&name))
}

/// It leaves a loop.
pub(super) fn breaks(item: &CommandItem) -> bool {
    let commands = item.pipelines.iter().flat_map(|pipeline| &pipeline.commands);
    commands.into_iter().any(|command| match &command.kind {
        CommandKind::Simple(_) => matches!(program(command), Some("break" | "exit" | "return")),
        CommandKind::Group(list) => list.0.iter().any(breaks),
        CommandKind::If { bodies, .. } | CommandKind::Case { bodies, .. } => {
            bodies.iter().flat_map(|body| &body.0).any(breaks)
        }
        _ => false,
    })
}

/// The program that a command runs, if it runs one.
pub(super) fn program(command: &ShellCommand) -> Option<&str> {
    match &command.kind {
        CommandKind::Simple(words) => SimpleCommand::of(words, &command.redirections).program(),
        _ => None,
    }
}

/// Statements of other languages that do nothing which can go wrong.
const EMPTY: &[&str] = &[
    "",
    "pass",
    "1",
    "0",
    "import sys",
    "import os",
    "sys.exit()",
    "sys.exit(0)",
    "exit(0)",
    "exit 0",
    "exit",
    "process.exit(0)",
    "process.exit()",
    "true",
    "True",
];

/// An interpreter is given a program without anything that can fail: `python3 -c pass`.
pub(super) fn is_empty_program(words: &[ShellWord]) -> bool {
    let [interpreter, option, text] = words else { return false };
    let interprets =
        ["python", "python3", "node", "perl", "ruby", "php"].contains(&interpreter.text.as_str());
    let given = ["-c", "-e", "-r", "--eval", "-p"].contains(&option.text.as_str());
    let prints = |statement: &str| {
        let inner = ["print(", "console.log("]
            .iter()
            .find_map(|call| statement.strip_prefix(call)?.strip_suffix(')'));
        inner.is_some_and(|inner| {
            let quoted = inner.len() > 1 && inner.starts_with(['\'', '"']) && inner.ends_with(['\'', '"']);
            inner.parse::<f64>().is_ok() || quoted && !inner[1..inner.len() - 1].contains(['\'', '"', '\\'])
        })
    };
    let mut statements = text.text.split([';', '\n']).map(str::trim);
    interprets && given && !text.expands && statements.all(|one| EMPTY.contains(&one) || prints(one))
}
