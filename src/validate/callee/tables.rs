//! Finds what a name means that stands in a table of commands: `[tool.poe.tasks]`, the scripts of `composer.json`.

use std::path::Path;

use serde_json::Value;

use super::is_check;
use crate::shell::simple::ShellOptions;
use crate::shell::walk::Callee;
use crate::validate::ProjectFiles;

/// A program that runs commands by the names that a table of the project gives them.
struct CommandTable {
    /// How it is called before the name: the shorter call stands behind the longer one.
    calls: &'static [&'static str],
    files: &'static [&'static str],
    /// Where the table stands in the file.
    place: &'static [&'static str],
    /// What stands before a command in it.
    before: &'static str,
}

const TABLES: &[CommandTable] = &[
    table(&["poe"], &["pyproject.toml"], &["tool", "poe", "tasks"]),
    table(&["pdm run", "pdm"], &["pyproject.toml"], &["tool", "pdm", "scripts"]),
    table(&["rye run"], &["pyproject.toml"], &["tool", "rye", "scripts"]),
    table(&["hatch run"], &["pyproject.toml"], &["tool", "hatch", "envs"]),
    table(&["hatch run"], &["hatch.toml"], &["envs"]),
    table(&["pixi run"], &["pixi.toml"], &["tasks"]),
    table(&["pixi run"], &["pyproject.toml"], &["tool", "pixi", "tasks"]),
    table(&["task"], &["pyproject.toml"], &["tool", "taskipy", "tasks"]),
    table(&["pipenv run"], &["Pipfile"], &["scripts"]),
    table(&["composer run-script", "composer run", "composer"], &["composer.json"], &["scripts"]),
    table(&["deno task"], &["deno.json", "deno.jsonc"], &["tasks"]),
    table(&["cargo make"], &["Makefile.toml"], &["tasks"]),
    table(&["makers"], &["Makefile.toml"], &["tasks"]),
    table(&["mise run", "mise r"], &["mise.toml", ".mise.toml"], &["tasks"]),
    CommandTable {
        before: "cargo ",
        ..table(&["cargo"], &[".cargo/config.toml", ".cargo/config"], &["alias"])
    },
];

const fn table(
    calls: &'static [&'static str],
    files: &'static [&'static str],
    place: &'static [&'static str],
) -> CommandTable {
    CommandTable { calls, files, place, before: "" }
}

/// Keys that hold no commands.
const OTHER_KEYS: &[&str] = &[
    "help",
    "env",
    "envfile",
    "description",
    "cwd",
    "args",
    "condition",
    "features",
    "dependencies-only",
    "site_packages",
];

/// What a command stands for that a table of the project names.
pub(super) fn named(files: &dyn ProjectFiles, dir: &Path, words: &[&str]) -> Option<Callee> {
    TABLES.iter().find_map(|table| {
        let call = table.calls.iter().find(|call| starts_with(words, call))?;
        let behind = &words[call.split(' ').count()..];
        let name = behind.iter().find(|word| !word.starts_with('-'))?;
        let file = table.files.iter().find(|file| files.has_file(&dir.join(file)))?;
        let value = read(&files.text(&dir.join(file))?, file)?;
        let mut commands = table.place.iter().try_fold(&value, |value, key| value.get(key))?;
        let (space, own) = name.split_once(':').unwrap_or(("default", name));
        let of_environment = commands.get(space).and_then(|space| space.get("scripts"));
        let mut own = if of_environment.is_some() { own } else { name };
        commands = of_environment.unwrap_or(commands);
        if commands.get(own).is_none() && commands.get(*name).is_some() {
            own = name;
        }
        let mut parts = Vec::new();
        collect(commands.get(own)?, commands, &format!("{call} "), &mut parts);
        let parts: Vec<String> = parts.into_iter().map(|part| format!("{}{part}", table.before)).collect();
        let (name, checks) = (format!("the script `{name}` of {file}"), is_check(name));
        let dir = dir.to_owned();
        (!parts.is_empty()).then_some(Callee { name, checks, parts, options: ShellOptions::PLAIN, dir })
    })
}

fn starts_with(words: &[&str], call: &str) -> bool {
    call.split(' ')
        .zip(words.iter().map(Some).chain(std::iter::repeat(None)))
        .all(|(one, word)| word == Some(&one))
}

fn read(text: &str, file: &str) -> Option<Value> {
    if file.contains(".json") { serde_json::from_str(text).ok() } else { toml::from_str(text).ok() }
}

/// The commands of a value; names of the same table are called by `again`.
fn collect(value: &Value, table: &Value, again: &str, parts: &mut Vec<String>) {
    match value {
        Value::String(text) => {
            let name = text.strip_prefix('@').unwrap_or(text);
            let is_name = table.get(name).is_some() && !again.starts_with("cargo ");
            if is_name {
                parts.push(format!("{again}{name}"));
            } else if !text.contains("::") {
                parts.push(name.to_owned());
            }
        }
        Value::Array(values) => {
            let whole: Option<Vec<&str>> = values.iter().map(Value::as_str).collect();
            // `["git", "push"]` is one command, and `["lint", "test"]` are two names.
            if let Some(words) = whole.filter(|words| words.iter().all(|word| table.get(word).is_none())) {
                parts.push(words.join(" "));
            }
            for value in values {
                collect(value, table, again, parts);
            }
        }
        Value::Object(keys) => {
            if let (Some(Value::String(command)), Some(Value::Array(arguments))) =
                (keys.get("command"), keys.get("args"))
            {
                let words: Vec<&str> = arguments.iter().filter_map(Value::as_str).collect();
                parts.push(format!("{command} {}", words.join(" ")));
            }
            let held = keys.iter().filter(|(key, _)| !OTHER_KEYS.contains(&key.as_str()));
            held.for_each(|(_, value)| collect(value, table, again, parts));
        }
        _ => {}
    }
}

/// What `tox` runs for the environments that it is asked for.
pub(super) fn tox(files: &dyn ProjectFiles, dir: &Path, arguments: &[&str]) -> Option<Callee> {
    let text = files.text(&dir.join("tox.ini"))?;
    let at = arguments.iter().position(|word| word.starts_with("-e"));
    let asked = at.map(|at| match arguments[at].trim_start_matches("-e") {
        "" => arguments.get(at + 1).copied().unwrap_or_default(),
        attached => attached.trim_start_matches('='),
    });
    let asked = asked.map(|names| names.split(',').collect::<Vec<_>>());
    let sections = text.split("\n[").map(|section| section.trim_start_matches('['));
    let mut parts = Vec::new();
    for (name, body) in sections.filter_map(|section| section.split_once(']')) {
        let own = name.strip_prefix("testenv:");
        let is_asked = match (&asked, own) {
            (_, None) => name == "testenv",
            (Some(names), Some(own)) => names.contains(&own),
            (None, Some(own)) => text.lines().any(|line| line.contains("envlist") && line.contains(own)),
        };
        if is_asked {
            parts.extend(tox_commands(body));
        }
    }
    let name = "an environment of tox.ini".to_owned();
    let (checks, dir) = (false, dir.to_owned());
    (!parts.is_empty()).then_some(Callee { name, checks, parts, options: ShellOptions::PLAIN, dir })
}

fn tox_commands(section: &str) -> Vec<String> {
    let mut inside = false;
    let mut found = Vec::new();
    for line in section.lines() {
        let mut command = line.trim();
        if !line.starts_with([' ', '\t']) {
            let (key, value) = line.split_once('=').unwrap_or((line, ""));
            inside = key.trim().starts_with("commands");
            command = value.trim();
        }
        if inside && !command.is_empty() && !command.starts_with('#') {
            found.push(command.trim_start_matches(['-', ' ']).to_owned());
        }
    }
    found
}
