//! What a command reads: what is written into a pipe or a substitution, as far as the script says so.

use super::super::parser::first_words;
use super::super::simple::{ShellSource, SimpleCommand, shell};
use super::super::tree::{CommandKind, Redirection, ShellCommand, ShellWord};
use super::values::printed;

/// What a command reads from, if its own redirections say nothing else.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum CommandInput {
    /// From whoever started the script.
    #[default]
    Inherited,
    /// From a pipe or a file, which end.
    Ends,
    /// From a pipe through which comes what another machine sends.
    Fetched,
    /// From a pipe, and what comes through it is known.
    Text(String),
}

/// The words of a command with those that `xargs` is known to read, and the file that a shell reads.
pub(super) fn append(words: &mut Vec<ShellWord>, redirections: &[Redirection], input: &CommandInput) {
    let command = SimpleCommand::of(words, redirections);
    if let (Some((ShellSource::Input, _)), Some(from)) = (
        shell(command.words),
        redirections.iter().find(|one| one.operator == "<" && one.target.scripts.is_empty()),
    ) {
        words.push(from.target.clone());
        return;
    }
    let CommandInput::Text(text) = input else { return };
    if !SimpleCommand::of(words, &[]).wrappers.contains(&"xargs") {
        return;
    }
    let mut options =
        words.iter().skip_while(|word| !word.text.starts_with("-I")).map(|word| word.text.as_str());
    let sign = match options.next() {
        Some("-I") => options.next(),
        option => option.map(|option| &option[2..]),
    };
    match sign.map(str::to_owned) {
        Some(sign) => {
            let at = words.iter().position(|word| word.text.ends_with(&sign)).map_or(0, |at| at + 1);
            words[at..].iter_mut().for_each(|word| word.text = word.text.replace(&sign, text.trim()));
        }
        None => words.extend(first_words(text)),
    }
}

/// What comes through the pipe behind a command.
pub(super) fn passed_on(command: &ShellCommand, input: &CommandInput) -> CommandInput {
    let CommandKind::Simple(words) = &command.kind else { return CommandInput::Ends };
    let text = match words.as_slice() {
        [word] if word.text == "cat" => {
            let document = command.redirections.iter().find_map(|one| one.document.as_ref());
            document.map(|word| word.text.clone()).or_else(|| match input {
                CommandInput::Text(text) => Some(text.clone()),
                _ => None,
            })
        }
        words => printed(words, ""),
    };
    let fetches = matches!(SimpleCommand::of(words, &[]).program(), Some("curl" | "wget" | "fetch"));
    let other = if fetches { CommandInput::Fetched } else { CommandInput::Ends };
    text.map_or(other, CommandInput::Text)
}

/// The text that a shell of its own reads from a pipe or a substitution, where it is known.
pub(super) fn read_text(command: &SimpleCommand<'_>, input: &CommandInput) -> Option<String> {
    let file = match shell(command.words) {
        Some((ShellSource::Input, _)) => match command.redirections.iter().find(|one| one.operator == "<") {
            Some(from) => &from.target,
            None => match input {
                CommandInput::Text(text) if command.redirections.is_empty() => return Some(text.clone()),
                _ => return None,
            },
        },
        Some((ShellSource::File(file), _)) => file,
        _ if command.program() == Some("parallel") && command.words.len() == 1 => match input {
            CommandInput::Text(text) => return Some(text.clone()),
            _ => return None,
        },
        _ if matches!(command.program(), Some("source" | ".")) => command.words.get(1)?,
        _ => return None,
    };
    let [script] = file.scripts.as_slice() else { return None };
    file.text.starts_with("<(").then(|| printed(&first_words(script), script))?
}
