//! Finds the commands that a program of the project starts which is written in another language than the shell's.

use std::path::Path;

use super::{program_file, started};
use crate::shell::effect::commands_of_file;
use crate::shell::simple::ShellOptions;
use crate::shell::tree::ShellWord;
use crate::shell::walk::Callee;
use crate::validate::ProjectFiles;

/// Programs that run what a file of the project defines by name, and that file.
const DEFINED: &[(&str, &[&str])] = &[
    ("rake", &["Rakefile", "rakefile", "Rakefile.rb"]),
    ("invoke", &["tasks.py"]),
    ("inv", &["tasks.py"]),
    ("fab", &["fabfile.py"]),
    ("nox", &["noxfile.py"]),
    ("mage", &["magefile.go", "magefiles/magefile.go"]),
    ("gulp", &["gulpfile.js", "gulpfile.mjs", "gulpfile.ts"]),
    ("jake", &["Jakefile", "Jakefile.js"]),
    ("doit", &["dodo.py"]),
    ("scons", &["SConstruct"]),
];

/// Words with which something is defined that has a name.
const DEFINES: &[&str] = &["task", "def", "func", "function", "exports", "const"];

/// The commands that are written out in what a command runs; `None` if there are none, or it is a script of a shell.
/// They are some of what it does, so that nothing follows from them but what they reach.
pub(in crate::validate) fn started_by(
    files: &dyn ProjectFiles,
    dir: &Path,
    words: &[ShellWord],
) -> Option<Callee> {
    let all: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    let Some(code) = code(files, dir, &all) else { return started_by(files, dir, started(words)?) };
    let parts = commands_of_file(&code);
    let (name, dir) = (format!("`{}`", all.join(" ")), dir.to_owned());
    (!parts.is_empty()).then_some(Callee { name, checks: false, parts, options: ShellOptions::PLAIN, dir })
}

fn code(files: &dyn ProjectFiles, dir: &Path, words: &[&str]) -> Option<String> {
    let (&program, arguments) = words.split_first()?;
    if let Some((_, names)) = DEFINED.iter().find(|(name, _)| *name == program) {
        let text = names.iter().find_map(|name| files.text(&dir.join(name)))?;
        let asked = arguments.iter().filter(|word| !word.starts_with('-'));
        let names =
            asked.flat_map(|word| word.split(',')).map(|word| word.rsplit(':').next().unwrap_or(word));
        let blocks: Vec<String> = names.map(|name| definition(&text, name)).collect();
        return Some(blocks.join("\n"));
    }
    if let Some(file) = program_file(files, dir, words) {
        return files.text(&dir.join(file));
    }
    let text = program.contains('/').then(|| files.text(&dir.join(program)))??;
    text.starts_with("#!").then_some(text)
}

/// The lines with which a file defines what has a name.
fn definition(text: &str, name: &str) -> String {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let words = |line: &str| -> Vec<String> {
        let words = line.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        words.map(str::to_ascii_lowercase).collect()
    };
    let name = name.replace('-', "_").to_ascii_lowercase();
    let defines = |line: &&str| {
        let words = words(line);
        words.contains(&name) && words.iter().any(|word| DEFINES.contains(&word.as_str()))
    };
    let mut lines = text.lines().skip_while(|line| !defines(line));
    let Some(head) = lines.next() else { return String::new() };
    let body = lines.take_while(|line| line.trim().is_empty() || indent(line) > indent(head));
    std::iter::once(head).chain(body).collect::<Vec<_>>().join("\n")
}
