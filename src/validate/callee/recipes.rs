//! Finds what the recipes of a `justfile` and the tasks of a `Taskfile.yml` run.
//!
//! Each is read as far as its lines say it; a command too much is better than one too few.

use std::path::{Path, PathBuf};

use super::{is_check, moved};
use crate::shell::simple::ShellOptions;
use crate::shell::walk::Callee;
use crate::validate::ProjectFiles;

const JUSTFILES: &[&str] = &["justfile", "Justfile", ".justfile"];
const TASKFILES: &[&str] = &[
    "Taskfile.yml",
    "taskfile.yml",
    "Taskfile.yaml",
    "taskfile.yaml",
    "Taskfile.dist.yml",
    "Taskfile.dist.yaml",
];

/// A file that holds recipes, and what is asked of it.
struct RecipeFile<'a> {
    path: PathBuf,
    text: String,
    names: Vec<&'a str>,
}

fn find<'a>(
    files: &dyn ProjectFiles,
    dir: &Path,
    arguments: &[&'a str],
    known: &[&str],
) -> Option<RecipeFile<'a>> {
    let (file, rest) = moved(arguments, &["-f", "--justfile", "-t", "--taskfile"]);
    let (folder, words) = moved(&rest, &["-d", "--working-directory", "--dir"]);
    let dir = folder.map_or_else(|| dir.to_owned(), |folder| dir.join(folder));
    let path = match file {
        Some(file) => dir.join(file),
        None => known.iter().map(|name| dir.join(name)).find(|path| files.has_file(path))?,
    };
    let is_recipe = |word: &&str| !word.starts_with('-') && !word.contains('=');
    let names = words.into_iter().filter(is_recipe).collect();
    Some(RecipeFile { text: files.text(&path)?, path, names })
}

fn callee(program: &str, names: &[&str], file: &Path, parts: Vec<String>) -> Option<Callee> {
    let name = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let name = format!("the {program} {name} of {}", file.file_name()?.to_str()?);
    let checks = names.iter().any(|name| is_check(name));
    let dir = file.parent()?.to_owned();
    (!parts.is_empty()).then_some(Callee { name, checks, parts, options: ShellOptions::PLAIN, dir })
}

/// What a command of `just` stands for.
pub(super) fn just(files: &dyn ProjectFiles, dir: &Path, arguments: &[&str]) -> Option<Callee> {
    let RecipeFile { path, mut text, names } = find(files, dir, arguments, JUSTFILES)?;
    let folder = path.parent()?;
    let imported: Vec<String> = text
        .lines()
        .filter_map(|line| line.strip_prefix("import ").or_else(|| line.strip_prefix("import? ")))
        .filter_map(|name| files.text(&folder.join(name.trim().trim_matches(['\'', '"']))))
        .collect();
    for imported in &imported {
        text.extend(["\n", imported]);
    }
    if let Some(path) = names.first().and_then(|name| module(files, folder, &text, name)) {
        let inner = names[0].split_once("::").map(|(_, inner)| inner);
        let wanted: Vec<&str> = inner.into_iter().chain(names[1..].iter().copied()).collect();
        let part = format!("just -f '{}' {}", path.file_name()?.to_str()?, wanted.join(" "));
        return callee("recipe", &names, &path, vec![part]);
    }
    let recipes = recipes(&text);
    let mut wanted: Vec<&JustRecipe<'_>> = Vec::new();
    for name in &names {
        let alias = text.lines().find_map(|line| {
            let (alias, target) = line.strip_prefix("alias ")?.split_once(":=")?;
            (alias.trim() == *name).then_some(target.trim())
        });
        wanted.extend(recipes.iter().filter(|recipe| recipe.name == alias.unwrap_or(name)));
    }
    if names.is_empty() {
        wanted.extend(recipes.first());
    }
    let own = path.file_name()?.to_str()?;
    let mut parts = Vec::new();
    for recipe in wanted {
        parts.extend(recipe.needs.iter().map(|name| format!("just -f '{own}' {name}")));
        parts.extend(recipe.parts(&text));
    }
    callee("recipe", &names, &path, parts)
}

/// The file of a module that the first word names.
fn module(files: &dyn ProjectFiles, folder: &Path, text: &str, word: &str) -> Option<PathBuf> {
    let name = word.split_once("::").map_or(word, |(name, _)| name);
    let line = text.lines().find_map(|line| {
        let rest = line.strip_prefix("mod ").or_else(|| line.strip_prefix("mod? "))?;
        (rest.split_whitespace().next() == Some(name)).then_some(rest)
    })?;
    let named = line.split(['\'', '"']).nth(1).map(str::to_owned);
    let places = [format!("{name}.just"), format!("{name}/mod.just"), format!("{name}/justfile")];
    named.into_iter().chain(places).map(|place| folder.join(place)).find(|path| files.has_file(path))
}

struct JustRecipe<'a> {
    name: &'a str,
    needs: Vec<&'a str>,
    lines: Vec<&'a str>,
}

impl JustRecipe<'_> {
    /// What it runs, one shell for each line.
    fn parts(&self, text: &str) -> Vec<String> {
        let lines = self.lines.iter().map(|line| line.trim());
        let whole = self.lines.first().is_some_and(|line| line.trim().starts_with("#!"));
        let shell = whole && self.lines[0].ends_with("sh");
        let joined = lines.collect::<Vec<_>>().join("\n");
        let parts: Vec<String> = match (whole, shell) {
            (true, true) => vec![joined],
            (true, false) => crate::shell::effect::commands_of_file(&joined),
            _ => joined
                .replace("\\\n", " ")
                .lines()
                .map(|line| line.trim_start_matches(['@', '-']).to_owned())
                .collect(),
        };
        parts.into_iter().map(|part| with_values(&part, text)).collect()
    }
}

/// A line with the values of the variables that are set to a text: `{{name}}`.
fn with_values(line: &str, text: &str) -> String {
    let mut line = line.to_owned();
    for (name, value) in text.lines().filter_map(|line| line.split_once(":=")) {
        let value = value.trim().trim_matches(['\'', '"']);
        for sign in [format!("{{{{{}}}}}", name.trim()), format!("{{{{ {} }}}}", name.trim())] {
            line = line.replace(&sign, value);
        }
    }
    line
}

fn recipes(text: &str) -> Vec<JustRecipe<'_>> {
    let mut all: Vec<JustRecipe<'_>> = Vec::new();
    for line in text.lines() {
        if line.starts_with([' ', '\t']) {
            all.last_mut()
                .filter(|_| !line.trim().is_empty())
                .into_iter()
                .for_each(|last| last.lines.push(line));
        } else if let Some((head, needs)) = line.split_once(':')
            && !needs.starts_with('=')
            && !line.starts_with(['#', '[', '}', ']'])
        {
            let name = head.trim_start_matches('@').split_whitespace().next().unwrap_or_default();
            let needs = needs.split_whitespace().filter(|word| !word.ends_with(')') || word.starts_with('('));
            let needs = needs.map(|word| word.trim_matches(['(', ')'])).filter(|word| *word != "&&");
            all.push(JustRecipe { name, needs: needs.collect(), lines: Vec::new() });
        }
    }
    all
}

/// What a command of `task` stands for.
pub(super) fn task(files: &dyn ProjectFiles, dir: &Path, arguments: &[&str]) -> Option<Callee> {
    let RecipeFile { path, text, names } = find(files, dir, arguments, TASKFILES)?;
    let wanted = if names.is_empty() { vec!["default"] } else { names };
    let mut parts = Vec::new();
    for name in &wanted {
        parts.extend(task_commands(&text, name));
        parts.extend(included(files, path.parent()?, &text, name));
    }
    callee("task", &wanted, &path, parts)
}

/// A task of another file: `docs:build`.
fn included(files: &dyn ProjectFiles, folder: &Path, text: &str, name: &str) -> Option<String> {
    let (space, inner) = name.split_once(':')?;
    let lines = text.lines().skip_while(|line| !line.starts_with("includes:")).skip(1);
    let mut lines = lines.take_while(|line| line.is_empty() || line.starts_with([' ', '#']));
    let rest = lines.find_map(|line| line.trim().strip_prefix(space)?.strip_prefix(':'))?;
    let place = if rest.trim().is_empty() { lines.next()?.trim().strip_prefix("taskfile:")? } else { rest };
    let place = folder.join(place.trim().trim_matches(['\'', '"']));
    let file = if files.has_folder(&place) {
        TASKFILES.iter().map(|name| place.join(name)).find(|path| files.has_file(path))?
    } else {
        place
    };
    Some(format!("task -t '{}' {inner}", file.strip_prefix(folder).ok()?.to_str()?))
}

/// Keys under which commands or the names of other tasks stand.
const TASK_KEYS: &[&str] = &["cmds", "cmd", "deps", "preconditions", "status", "sh", "task", "defer"];

fn task_commands(text: &str, wanted: &str) -> Vec<String> {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut lines = text.lines().skip_while(|line| line.trim_end() != "tasks:").skip(1).peekable();
    let mut head = None;
    for line in lines.by_ref() {
        let name = line.trim().split_once(':').map_or("", |(name, _)| name).trim_matches(['\'', '"']);
        let colons = line.trim().starts_with(&format!("{wanted}:")) || name == wanted;
        let quoted = line.trim().trim_start_matches(['\'', '"']).starts_with(wanted);
        if !line.starts_with(' ') && !line.trim().is_empty() && !line.starts_with('#') {
            return Vec::new();
        }
        if colons && quoted {
            head = Some((indent(line), line));
            break;
        }
    }
    let Some((depth, head)) = head else { return Vec::new() };
    let body: Vec<&str> = lines.take_while(|line| line.trim().is_empty() || indent(line) > depth).collect();
    let mut found = Vec::new();
    let own = head.trim().trim_start_matches(['\'', '"']).get(wanted.len()..).unwrap_or_default();
    add_value(own.trim_start_matches(['\'', '"', ':', ' ']), "cmds", &mut found);
    let mut key = "cmds".to_owned();
    let mut at = 0;
    while let Some(line) = body.get(at) {
        at += 1;
        let item = line.trim().starts_with('-');
        let rest = line.trim().trim_start_matches(['-', ' ']);
        let (name, value) = rest.split_once(':').unwrap_or(("", rest));
        let is_key =
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let value = if is_key { value.trim() } else { rest };
        if is_key && (!item || TASK_KEYS.contains(&name)) {
            name.clone_into(&mut key);
        }
        if value.starts_with(['|', '>']) {
            let block: Vec<&str> = body[at..]
                .iter()
                .take_while(|next| next.trim().is_empty() || indent(next) > indent(line))
                .copied()
                .collect();
            at += block.len();
            if TASK_KEYS.contains(&key.as_str()) {
                found.push(block.iter().map(|line| line.trim()).collect::<Vec<_>>().join("\n"));
            }
        } else {
            add_value(value, &key, &mut found);
        }
    }
    found
}

fn add_value(value: &str, key: &str, found: &mut Vec<String>) {
    if value.is_empty() || value.starts_with('#') || !TASK_KEYS.contains(&key) {
        return;
    }
    if let Some(list) = value.strip_prefix(['[', '{']) {
        for one in list.trim_end_matches([']', '}']).split(',') {
            let (name, rest) = one.trim().split_once(": ").unwrap_or((key, one.trim()));
            add_value(rest.trim(), name, found);
        }
        return;
    }
    let value = value.trim_matches(['\'', '"']);
    let is_name = ["task", "deps"].contains(&key);
    found.push(if is_name { format!("task {value}") } else { value.to_owned() });
}
