//! The code map of ARCHITECTURE.md is made from the first sentences of the source files.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use pretty_assertions::assert_eq;

use crate::architecture::{Purity, ROOMS};

/// The folders whose files have a line each in the map; any other folder has one line for all of it.
const OPENED: [&str; 5] = ["plan", "state", "validate", "workspace", "run"];

const BEGIN: &str = "<!-- code map -->\n\n";
const END: &str = "\n<!-- end of the code map -->\n";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The file of a module: `plan/names.rs`, or `plan/mod.rs` where its folder holds it.
fn file(module: &str) -> PathBuf {
    let beside = root().join(format!("src/{module}.rs"));
    if beside.exists() { beside } else { root().join(format!("src/{module}/mod.rs")) }
}

/// The first sentence of a module's `//!` lines.
fn sentence(module: &str) -> String {
    let path = file(module);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let lines: Vec<&str> = text.lines().map_while(|line| line.strip_prefix("//! ")).collect();
    let words = lines.join(" ").replace("[`", "`").replace("`]", "`").replace('|', "\\|");
    let first = words.split_once(". ").map_or(words.as_str(), |(first, _)| first);
    first.trim_end_matches('.').to_owned()
}

/// The modules of a folder, sorted, without tests.
fn modules(folder: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(root().join("src").join(folder)).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let names = names.map(|name| name.trim_end_matches(".rs").to_owned());
    let names = names.filter(|name| name != "mod" && name != "fixtures" && !name.ends_with("tests"));
    names.map(|name| format!("{folder}/{name}")).collect()
}

fn row(module: &str) -> String {
    let folder = if root().join("src").join(module).is_dir() { "/" } else { ".rs" };
    format!("| `{module}{folder}` | {} |\n", sentence(module))
}

/// A row for each file and folder of an opened folder.
fn rows_below(folder: &str) -> String {
    if !OPENED.contains(&folder) {
        return String::new();
    }
    modules(folder).iter().map(|module| row(module) + &rows_below(module)).collect()
}

/// The rows of a room; its own row is bold.
fn rows_of_room(room: &str, purity: Purity) -> String {
    let row = row(room);
    let (name, sentence) = row.trim_start_matches("| ").split_once(" | ").unwrap();
    let pure = if purity == Purity::Pure { " pure" } else { "" };
    format!("| **{name}**{pure} | {sentence}{}", rows_below(room))
}

fn code_map() -> String {
    let rooms: String = ROOMS.iter().map(|&(room, purity)| rows_of_room(room, purity)).collect();
    format!("| Module | What it is or does |\n|---|---|\n{rooms}")
}

#[test]
fn the_code_map_is_what_the_files_say_of_themselves() {
    let document = root().join("ARCHITECTURE.md");
    let text = fs::read_to_string(&document).unwrap();
    let (before, rest) = text.split_once(BEGIN).unwrap();
    let (map, after) = rest.split_once(END).unwrap();
    let made = code_map();
    let whole = [before, BEGIN, &made, END, after].concat();
    let lines = whole.lines().count();
    assert!(lines < 300, "ARCHITECTURE.md has {lines} lines: take a folder out of OPENED");
    if std::env::var_os("AGENTRUN_UPDATE_DOCS").is_some() {
        fs::write(&document, whole).unwrap();
    } else {
        assert_eq!(map, made, "to write it again: AGENTRUN_UPDATE_DOCS=1 cargo test --test it code_map");
    }
}
