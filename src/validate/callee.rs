//! Finds what a command stands for in the project: a script file, a target of a makefile, a script of
//! `package.json`.

mod makefile;
mod programs;
mod recipes;
mod tables;
mod workspaces;

use std::path::{Path, PathBuf};

pub(super) use self::programs::started_by;

use super::ProjectFiles;
use crate::shell::simple::{ShellOptions, ShellSource, shell};
use crate::shell::tree::ShellWord;
use crate::shell::walk::Callee;

/// Programs that run the scripts of `package.json`.
const SCRIPT_RUNNERS: &[&str] = &["npm", "yarn", "pnpm", "bun"];

/// Programs that run a file of their language, and their options whose value is the next word.
const INTERPRETERS: &[(&str, &[&str])] = &[
    ("python", &["-W", "-X"]),
    ("python3", &["-W", "-X"]),
    ("node", &["-r", "--require", "--import", "--loader", "--env-file", "-C", "--conditions"]),
    ("ruby", &["-I", "-r"]),
    ("perl", &["-I"]),
    ("source", &[]),
    (".", &[]),
];

/// What a command, run in `dir`, stands for; `None` if it is a program of its own, or what it runs
/// is not understood.
pub(crate) fn callee(files: &dyn ProjectFiles, dir: &Path, words: &[ShellWord]) -> Option<Callee> {
    let all: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    let (&program, arguments) = all.split_first()?;
    match program {
        "make" | "gmake" => makefile::make(files, dir, arguments),
        "just" => recipes::just(files, dir, arguments),
        "task" | "go-task" => {
            recipes::task(files, dir, arguments).or_else(|| tables::named(files, dir, &all))
        }
        "run-s" | "run-p" | "npm-run-all" | "npm-run-all2" | "concurrently" => {
            scripts_by_name(files, dir, &all)
        }
        "tox" => tables::tox(files, dir, arguments),
        "node" | "bun" if arguments.first() == Some(&"--run") => {
            package_script(files, dir, &["run", arguments.get(1)?], "npm")
        }
        "." | "source" => script(files, dir, arguments.first()?, ShellOptions::PLAIN),
        _ if SCRIPT_RUNNERS.contains(&program) => {
            package_script(files, dir, arguments, program).or_else(|| workspaces::packages(files, dir, &all))
        }
        _ if is_general(&all) => {
            let named = tables::named(files, dir, &all).or_else(|| workspaces::packages(files, dir, &all));
            named.or_else(|| callee(files, dir, started(words)?))
        }
        _ if interpreter(program).is_some() => {
            let path = program_file(files, dir, &all)?;
            empty_program(files, dir, path.to_str()?)
        }
        _ => match shell(words) {
            Some((ShellSource::File(file), options)) => script(files, dir, &file.text, options),
            Some(_) => None,
            None => program.contains('/').then(|| script(files, dir, program, ShellOptions::PLAIN))?,
        },
    }
}

/// Programs that run what a project names, or start another program.
const NAMED: &[&str] = &[
    "poe", "pdm", "rye", "hatch", "pixi", "pipenv", "composer", "deno", "cargo", "makers", "mise", "turbo",
    "nx", "lerna", "poetry", "uv", "npx", "bunx", "uvx", "bundle", "wsrun", "lage",
];

fn is_general(words: &[&str]) -> bool {
    NAMED.contains(&words[0])
}

/// What stands behind a program that only starts it: `poetry run poe check`.
fn started(words: &[ShellWord]) -> Option<&[ShellWord]> {
    let text = |at: usize| words.get(at).map(|word| word.text.as_str());
    let behind = match (text(0)?, text(1)?) {
        ("npx" | "bunx" | "uvx", _) => 1,
        ("poetry" | "uv" | "pdm" | "hatch" | "rye" | "pixi" | "pipenv", "run")
        | ("bundle" | "mise", "exec") => 2,
        _ => return None,
    };
    words.get(behind..).filter(|rest| rest.first().is_some_and(|word| !word.text.starts_with('-')))
}

/// The file that decides what a command does that runs in `dir`.
pub(super) fn file(files: &dyn ProjectFiles, dir: &Path, words: &[ShellWord]) -> Option<PathBuf> {
    let all: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    let (&program, arguments) = all.split_first()?;
    match program {
        "make" | "gmake" => makefile::file(files, dir, arguments),
        _ if SCRIPT_RUNNERS.contains(&program) => Some(package(dir, arguments)?.0.join("package.json")),
        _ if interpreter(program).is_some() => program_file(files, dir, &all).map(|file| dir.join(file)),
        _ => match shell(words) {
            Some((ShellSource::File(file), _)) => Some(dir.join(&file.text)),
            Some(_) => None,
            None => program.contains('/').then(|| dir.join(program)),
        },
    }
}

fn interpreter(program: &str) -> Option<&'static [&'static str]> {
    INTERPRETERS.iter().find(|(name, _)| *name == program).map(|(_, valued)| *valued)
}

/// The file that an interpreter is given, itself or as the name of a module; `None` if it is given a
/// text, or runs tests that it finds itself.
fn program_file(files: &dyn ProjectFiles, dir: &Path, words: &[&str]) -> Option<PathBuf> {
    let (program, arguments) = words.split_first()?;
    let valued = interpreter(program)?;
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        if valued.contains(argument) {
            arguments.next()?;
        } else if program.starts_with("python") && argument.starts_with('-') && argument.ends_with('m') {
            let module = arguments.next()?.replace('.', "/");
            let names = [format!("{module}.py"), format!("{module}/__main__.py")];
            return names.map(PathBuf::from).into_iter().find(|name| files.has_file(&dir.join(name)));
        } else if ["-c", "-e", "-p", "--eval", "--print", "--test"].contains(argument) {
            return None;
        } else if !argument.starts_with('-') {
            return Some(PathBuf::from(argument));
        }
    }
    None
}

/// The folder that one of these options names, and the other arguments.
fn moved<'a>(arguments: &[&'a str], options: &[&str]) -> (Option<&'a str>, Vec<&'a str>) {
    let (mut folder, mut rest) = (None, Vec::new());
    let mut arguments = arguments.iter();
    while let Some(&argument) = arguments.next() {
        let attached = options.iter().find_map(|option| {
            let value = argument.strip_prefix(option).filter(|value| !value.is_empty())?;
            if option.starts_with("--") { value.strip_prefix('=') } else { Some(value) }
        });
        if options.contains(&argument) {
            folder = arguments.next().copied();
        } else if attached.is_some() {
            folder = attached;
        } else {
            rest.push(argument);
        }
    }
    (folder, rest)
}

fn script(files: &dyn ProjectFiles, dir: &Path, name: &str, options: ShellOptions) -> Option<Callee> {
    let text = files.text(&dir.join(name))?;
    let mut options = options;
    if let Some(shebang) = text.strip_prefix("#!").and_then(|rest| rest.lines().next()) {
        let mut words = shebang.split_whitespace().filter_map(|word| word.rsplit('/').next());
        if !words.clone().any(|word| matches!(word, "sh" | "bash" | "dash" | "zsh")) {
            return None;
        }
        options.errexit |= words.any(|word| word.starts_with('-') && word.contains('e'));
    }
    let (dir, checks) = (dir.to_owned(), is_check(name));
    Some(Callee { name: format!("`{name}`"), checks, parts: vec![text], options, dir })
}

/// A program without a statement, in a language that begins comments with `#` or `//`.
fn empty_program(files: &dyn ProjectFiles, dir: &Path, name: &str) -> Option<Callee> {
    let text = files.text(&dir.join(name))?;
    let mut lines = text.lines().map(str::trim);
    let empty = lines
        .all(|line| line.is_empty() || line.starts_with('#') || line.starts_with("//") || line == "pass");
    empty.then(|| nothing(&format!("`{name}`"), is_check(name), dir.to_owned()))
}

/// The folder whose `package.json` is meant, and the other arguments; `None` if it is one of
/// several, by its name.
fn package<'a>(dir: &Path, arguments: &[&'a str]) -> Option<(PathBuf, Vec<&'a str>)> {
    let (folder, rest) = moved(arguments, &["-C", "--prefix", "--dir", "--cwd"]);
    let by_name = |word: &&str| {
        *word == "-w" || ["--workspace", "--filter", "-r"].iter().any(|option| word.starts_with(option))
    };
    let dir = folder.map_or_else(|| dir.to_owned(), |folder| dir.join(folder));
    (!rest.iter().any(by_name)).then_some((dir, rest))
}

fn package_script(files: &dyn ProjectFiles, dir: &Path, arguments: &[&str], runner: &str) -> Option<Callee> {
    let (dir, arguments) = package(dir, arguments)?;
    let if_present = arguments.contains(&"--if-present");
    let mut names = arguments.iter().filter(|word| !word.starts_with('-'));
    let name = match *names.next()? {
        "run" | "run-script" => names.next()?,
        "test" | "t" | "tst" => "test",
        "start" => "start",
        name if runner == "yarn" || runner == "pnpm" => name,
        _ => return None,
    };
    let package: serde_json::Value = serde_json::from_str(&files.text(&dir.join("package.json"))?).ok()?;
    let part = |name: &str| package["scripts"][name].as_str().map(str::to_owned);
    let Some(script) = part(name) else {
        let missing = format!("the script `{name}`, which package.json does not have");
        return if_present.then(|| nothing(&missing, true, dir));
    };
    let around = [part(&format!("pre{name}")), Some(script), part(&format!("post{name}"))];
    Some(Callee {
        name: format!("the script `{name}` of package.json"),
        checks: is_check(name),
        parts: around.into_iter().flatten().collect(),
        options: ShellOptions::PLAIN,
        dir,
    })
}

/// What runs several scripts of `package.json` by their names: `run-s lint test:*`, `concurrently "npm:test"`.
fn scripts_by_name(files: &dyn ProjectFiles, dir: &Path, words: &[&str]) -> Option<Callee> {
    let package: serde_json::Value = serde_json::from_str(&files.text(&dir.join("package.json"))?).ok()?;
    let scripts = package["scripts"].as_object()?;
    let mut parts = Vec::new();
    for word in words[1..].iter().filter(|word| !word.starts_with('-')) {
        let name = word.strip_prefix("npm:").unwrap_or(word);
        let begins = name.split('*').next().unwrap_or_default();
        let is_meant = |script: &&String| *script == name || name.contains('*') && script.starts_with(begins);
        parts.extend(scripts.keys().filter(is_meant).map(|script| format!("npm run {script}")));
    }
    let (name, checks, dir) = ("scripts of package.json".to_owned(), false, dir.to_owned());
    (!parts.is_empty()).then_some(Callee { name, checks, parts, options: ShellOptions::PLAIN, dir })
}

/// A command that runs nothing.
fn nothing(name: &str, checks: bool, dir: PathBuf) -> Callee {
    Callee { name: name.to_owned(), checks, parts: Vec::new(), options: ShellOptions::PLAIN, dir }
}

/// Words by which people name what is there to check something.
const CHECKS: &[&str] = &[
    "test",
    "tests",
    "testing",
    "unittest",
    "check",
    "checks",
    "verify",
    "validate",
    "validation",
    "lint",
    "spec",
    "specs",
    "ci",
    "smoke",
    "e2e",
    "qa",
    "acceptance",
    "typecheck",
    "assert",
    "assertions",
];

/// Whether the name of a script or target says that it checks something.
pub(super) fn is_check(name: &str) -> bool {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric());
    words.map(str::to_ascii_lowercase).any(|word| CHECKS.contains(&word.as_str()))
}

#[cfg(test)]
mod tests;
