//! What the sources may not say: the invariants of ARCHITECTURE.md that can be read off them.

use std::path::Path;

/// A source file.
struct Source {
    /// From the package's root.
    path: String,
    /// All of it.
    text: String,
}

/// Parts that decide and do not act.
const PURE: &[&str] = &[
    "src/plan/",
    "src/run/audit",
    "src/run/event",
    "src/run/evidence",
    "src/run/outcome",
    "src/run/refusal",
    "src/run/state",
    "src/run/schedule",
    "src/run/reconcile",
    "src/run/renames",
    "src/brief",
    "src/validate/runners",
    "src/validate/shell",
    "src/validate/unfixable",
    "src/validate/vacuous",
    "src/validate/verdict",
    "src/validate/weakening",
];

impl Source {
    fn is_test(&self) -> bool {
        let name = self.path.rsplit('/').next().unwrap();
        name == "tests.rs" || name.ends_with("_tests.rs") || self.path.contains("/tests/")
    }

    /// Its lines of code with their numbers: no comments, no tests.
    fn code(&self) -> Vec<(usize, &str)> {
        if self.is_test() {
            return Vec::new();
        }
        let lines: Vec<&str> = self.text.lines().collect();
        let tests = lines.windows(2).position(|two| two[0] == "#[cfg(test)]" && two[1].ends_with('{'));
        let code = lines.iter().enumerate().take(tests.unwrap_or(lines.len()));
        let code = code.filter(|(_, line)| !line.trim_start().starts_with("//"));
        code.map(|(index, line)| (index + 1, *line)).collect()
    }
}

/// Every file below `src`, sorted by path.
fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut open = vec![root.join("src")];
    while let Some(dir) = open.pop() {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                let path = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                found.push(Source { path, text });
            }
        }
    }
    found.sort_by(|one, two| one.path.cmp(&two.path));
    found
}

/// Lines with one of these words, outside the places that may have them, as `path:line: text`.
fn outside(words: &[&str], places: &[&str]) -> Vec<String> {
    let sources = sources();
    let elsewhere =
        sources.iter().filter(|source| !places.iter().any(|place| source.path.starts_with(place)));
    elsewhere.flat_map(|source| lines_with(source, words)).collect()
}

fn lines_with(source: &Source, words: &[&str]) -> Vec<String> {
    let code = source.code().into_iter();
    let code = code.filter(|(_, line)| words.iter().any(|word| line.contains(word)));
    code.map(|(number, line)| format!("{}:{number}: {}", source.path, line.trim())).collect()
}

const NOTHING: [&str; 0] = [];

#[test]
fn one_file_knows_the_markdown_parser_and_one_the_client() {
    assert_eq!(outside(&["comrak"], &["src/plan/document.rs"]), NOTHING);
    assert_eq!(outside(&["async_openai"], &["src/model/openai/transport.rs"]), NOTHING);
}

#[test]
fn only_process_spawns() {
    let words = ["process::Command::new", "std::process::Command", "tokio::process", "Stdio::"];
    assert_eq!(outside(&words, &["src/process/"]), NOTHING);
}

#[test]
fn only_config_reads_the_environment() {
    assert_eq!(outside(&["std::env", "env::var", "env::args"], &["src/config/"]), NOTHING);
}

#[test]
fn only_report_prints() {
    let words = ["print!(", "println!(", "eprint!(", "eprintln!(", "stdout()", "stderr()"];
    // What a launcher is given as its standard error, it hands on to the command.
    let places = ["src/report/", "src/main.rs", "src/process/launch.rs"];
    assert_eq!(outside(&words, &places), NOTHING);
}

#[test]
fn the_plan_knows_nothing_but_itself() {
    let sources = sources();
    let plan = sources.iter().filter(|source| source.path.starts_with("src/plan/"));
    let imports = plan.flat_map(|source| lines_with(source, &["crate::"]));
    let foreign: Vec<String> = imports.filter(|line| !line.contains("crate::plan")).collect();
    assert_eq!(foreign, NOTHING);
}

#[test]
fn what_decides_does_not_act() {
    let words = [
        "async fn",
        ".await",
        "std::fs",
        "File::",
        "std::net",
        "tokio::",
        "Instant",
        "SystemTime",
        "Timestamp::now",
        "std::env",
        "std::io",
    ];
    let sources = sources();
    let pure = |source: &&Source| PURE.iter().any(|part| source.path.starts_with(part));
    let impure: Vec<String> =
        sources.iter().filter(pure).flat_map(|source| lines_with(source, &words)).collect();
    assert_eq!(impure, NOTHING);
    for part in PURE {
        assert!(sources.iter().any(|source| source.path.starts_with(part)), "{part} is there");
    }
}

#[test]
fn every_file_says_what_it_is_and_is_short_enough() {
    let sources = sources();
    let silent: Vec<&str> =
        sources.iter().filter(|source| !source.text.starts_with("//! ")).map(|s| s.path.as_str()).collect();
    assert_eq!(silent, NOTHING);
    let long = |source: &&Source| source.text.lines().count() > 500;
    let long: Vec<&str> = sources.iter().filter(long).map(|source| source.path.as_str()).collect();
    assert_eq!(long, NOTHING);
}
