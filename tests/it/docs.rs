//! The documents are true: what the program has is in them, and what they name is there.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use agentrun::cli::Cli;
use clap::CommandFactory;
use pretty_assertions::assert_eq;
use regex::Regex;

use crate::support::bench::{Bench, Ran};
use crate::support::stable::stable;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every document, from the package's root.
fn documents() -> Vec<String> {
    let mut found: Vec<String> =
        ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"].map(str::to_owned).to_vec();
    for entry in std::fs::read_dir(root().join("docs")).unwrap() {
        found.push(format!("docs/{}", entry.unwrap().file_name().into_string().unwrap()));
    }
    found.sort();
    found
}

/// Everything that a pattern's first group catches.
fn caught(pattern: &str, text: &str) -> BTreeSet<String> {
    Regex::new(pattern).unwrap().captures_iter(text).map(|found| found[1].to_owned()).collect()
}

/// All of `src/facts/event.rs`, or of the folder that it became.
fn event_sources() -> String {
    let mut files = vec![root().join("src/facts/event.rs")];
    if let Ok(entries) = std::fs::read_dir(root().join("src/facts/event")) {
        files.extend(entries.map(|entry| entry.unwrap().path()));
    }
    files.iter().filter_map(|file| std::fs::read_to_string(file).ok()).collect()
}

/// The part of a document under a heading of the second level.
fn section(path: &str, heading: &str) -> String {
    let text = read(path);
    let (_, rest) =
        text.split_once(&format!("\n## {heading}\n")).unwrap_or_else(|| panic!("{path}: {heading}"));
    rest.split("\n## ").next().unwrap().to_owned()
}

#[test]
fn every_event_is_described_and_every_described_event_exists() {
    let events = caught(r#"rename = "([a-z_]+(?:\.[a-z_]+)?)""#, &event_sources());
    assert!(events.len() > 20, "{events:?}");
    let table = section("docs/events.md", "Events");
    let table = table.split("\n### ").next().unwrap();
    let described = caught(r"(?m)^\| `([a-z_.]+)` \|", table);
    assert_eq!(described, events);
}

#[test]
fn every_outcome_and_every_template_is_described() {
    let variants = Regex::new(r"(?m)^    ([A-Z][A-Za-z]+)(?: \{|\(|,)").unwrap();
    let capital = Regex::new("[A-Z]").unwrap();
    let events = read("docs/events.md");
    let paragraph = |event: &str| {
        let (_, text) = events.split_once(&format!("`outcome` of `{event}`")).unwrap();
        text.split("\n\n").next().unwrap().to_owned()
    };
    let text = paragraph("attempt.completed") + &paragraph("step.stopped");
    for (file, name) in [("reason", "Reason"), ("outcome", "AttemptOutcome"), ("outcome", "StepOutcomeJson")]
    {
        let source = read(&format!("src/facts/{file}.rs"));
        let (_, rest) = source.split_once(&format!("enum {name} {{\n")).unwrap();
        let body =
            rest.split("\n}").next().unwrap().replace("#[serde(untagged)]\n    ", "#[serde(untagged)] ");
        for found in variants.captures_iter(&body) {
            let words = capital.replace_all(&found[1], "_$0").to_lowercase();
            let words = words.trim_start_matches('_');
            assert!(text.contains(&format!("`{words}`")), "{name}: {words}");
        }
    }
    let templates = read("docs/configuration.md");
    for entry in std::fs::read_dir(root().join("prompts")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(templates.contains(&format!("\n| `{name}` |")), "{name}");
    }
}

#[test]
fn every_exit_code_is_described_and_every_described_code_exists() {
    let codes = caught(r"(?m)^    ([A-Z][A-Za-z]+ = \d+),$", &read("src/failure.rs"));
    assert!(codes.len() > 10, "{codes:?}");
    let rows = Regex::new(r"(?m)^\| (\d+) \| `([A-Za-z]+)` \|").unwrap();
    let text = read("docs/exit-codes.md");
    let described: BTreeSet<String> =
        rows.captures_iter(&text).map(|row| format!("{} = {}", &row[2], &row[1])).collect();
    assert_eq!(described, codes);
    let readme = section("README.md", "Exit codes");
    for code in codes.iter().filter_map(|code| code.split(" = ").nth(1)) {
        assert!(Regex::new(&format!(r"(?m)^\|[^|]*\b{code}\b")).unwrap().is_match(&readme), "{code}");
    }
}

#[test]
fn every_command_and_flag_is_described() {
    let all: String = documents().iter().map(|path| read(path)).collect();
    let mut missing = Vec::new();
    let command = Cli::command();
    for subcommand in command.get_subcommands().filter(|subcommand| !subcommand.is_hide_set()) {
        let name = format!("`agentrun {}", subcommand.get_name());
        missing.extend((!all.contains(&name)).then_some(name));
    }
    for command in std::iter::once(&command).chain(command.get_subcommands()) {
        for flag in command.get_arguments().filter(|argument| !argument.is_positional()) {
            let long = flag.get_long().map(|long| format!("`--{long}"));
            let name = long.or(flag.get_short().map(|short| format!("`-{short}"))).unwrap();
            missing.extend((!all.contains(&name)).then(|| format!("{} {name}", command.get_name())));
        }
    }
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn every_flag_in_the_documents_exists() {
    let mut command = Cli::command();
    command.build();
    let commands = || std::iter::once(&command).chain(command.get_subcommands());
    let known: BTreeSet<String> = commands()
        .flat_map(clap::Command::get_arguments)
        .filter_map(|flag| flag.get_long())
        .map(str::to_owned)
        .collect();
    let readme = caught(r"`--([a-z-]+)", &read("README.md"));
    assert_eq!(readme.difference(&known).collect::<Vec<_>>(), Vec::<&String>::new());
}

/// The places that a document links to inside the project.
fn links(text: &str) -> BTreeSet<String> {
    let outside_code: String = text.split("```").step_by(2).collect();
    caught(r"\]\(([^)\s]+)\)", &outside_code).into_iter().filter(|link| !link.contains("://")).collect()
}

/// The anchors of a document's headings.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = caught(r"(?m)^#{1,6} (.+)$", text);
    let anchor = |heading: String| {
        let kept = heading.to_lowercase().replace(' ', "-");
        kept.chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_')).collect()
    };
    headings.into_iter().map(anchor).collect()
}

#[test]
fn every_link_leads_somewhere() {
    let mut broken = Vec::new();
    for document in documents() {
        let text = read(&document);
        for link in links(&text) {
            let (path, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let folder = PathBuf::from(&document).parent().unwrap().to_owned();
            let target =
                if path.is_empty() { root().join(&document) } else { root().join(folder).join(path) };
            let leads = target.exists()
                && (anchor.is_empty()
                    || anchors(&std::fs::read_to_string(&target).unwrap()).contains(anchor));
            broken.extend((!leads).then(|| format!("{document}: {link}")));
        }
    }
    assert_eq!(broken, Vec::<String>::new());
}

/// Tests and fixtures that a document names, as `a_test_name` or `a/file.rs`, are there.
#[test]
fn every_test_that_the_plan_format_rests_on_exists() {
    let text = read("docs/plan-format.md");
    let mut sources = String::new();
    let mut open = vec![root().join("src"), root().join("tests")];
    while let Some(dir) = open.pop() {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            match path.extension() {
                _ if path.is_dir() => open.push(path),
                Some(extension) if extension == "rs" => sources += &std::fs::read_to_string(path).unwrap(),
                _ => {}
            }
        }
    }
    let named = caught(r"`([a-z0-9]+(?:_[a-z0-9]+){3,})`", &text);
    assert!(named.len() > 10, "{named:?}");
    let missing: Vec<&String> =
        named.iter().filter(|name| !sources.contains(&format!("fn {name}("))).collect();
    assert_eq!(missing, Vec::<&String>::new());
    for fixture in caught(r"`([a-z]+\.md)`", &section("docs/plan-format.md", "Five dialects")) {
        read(&format!("tests/fixtures/plans/{fixture}"));
    }
}

#[test]
fn the_roles_of_boxes_and_the_codes_of_diagnostics_are_described() {
    let text = read("docs/plan-format.md");
    let roles = read("src/plan/check_box.rs");
    let roles = roles.split_once("pub enum BoxRole {").unwrap().1.split_once("\n}").unwrap().0;
    let snake = |name: &String| {
        let spaced = Regex::new("([a-z])([A-Z])").unwrap().replace_all(name, "${1}_$2").to_lowercase();
        format!("`{spaced}`")
    };
    let roles: BTreeSet<String> = caught(r"(?m)^    ([A-Z][A-Za-z]+),$", roles).iter().map(snake).collect();
    let first_cells = caught(r"(?m)^\| (`[^|]+`) \|", &section("docs/plan-format.md", "Boxes"));
    let described = first_cells.iter().flat_map(|cell| cell.split(", ")).map(str::to_owned).collect();
    assert_eq!(roles, described);
    let mut sources = read("src/plan/findings.rs");
    for file in [
        "src/plan/findings/clarity.rs",
        "src/plan/graph.rs",
        "src/plan/graph/resolve.rs",
        "src/plan/findings/placeholders.rs",
        "src/commands/common/unresolved.rs",
    ] {
        sources += &read(file);
    }
    let codes = caught(r#"(?:code: |Severity::[A-Za-z]+,\s+)"([a-z]+(?:-[a-z]+)*)""#, &sources);
    assert!(codes.len() > 8, "{codes:?}");
    for code in codes {
        assert!(text.contains(&format!("| `{code}` |")), "{code}");
    }
}

/// What the model says in the run that the README shows.
const REPLIES: &str = r#"{"schema":"agentrun.replies/1"}
{"step":"1","calls":[{"name":"write_file","arguments":{"path":"greet.sh","content":"echo \"hello, world\"\n"}}]}
{"step":"1","calls":[{"name":"finish_step","arguments":{"status":"done","summary":"greet.sh is written"}}]}
{"step":"2","attempt":1,"calls":[{"name":"read_file","arguments":{"path":"greet.sh"}},{"name":"edit_file","arguments":{"path":"greet.sh","edits":[{"old_string":"world","new_string":"$1"}]}}]}
{"step":"2","attempt":1,"calls":[{"name":"finish_step","arguments":{"status":"done","summary":"it greets the first argument, all tests pass"}}]}
{"step":"2","attempt":2,"calls":[{"name":"edit_file","arguments":{"path":"greet.sh","edits":[{"old_string":"$1","new_string":"${1:-world}"}]}},{"name":"run_command","arguments":{"command":"sh greet.sh; sh greet.sh Ada"}},{"name":"finish_step","arguments":{"status":"done","summary":"without an argument it greets the world again"}}]}
{"step":"2","purpose":"judge","calls":[{"name":"judge_criterion","arguments":{"criterion":1,"verdict":"cannot_tell","reason":"how it sounds is for people to say"}},{"name":"judge_criterion","arguments":{"criterion":2,"verdict":"pass","reason":"it greets whom it is told to","path":"greet.sh","line":1,"quote":"hello, ${1:-world}"}}]}
"#;

/// The first block of code of this language.
fn block(text: &str, language: &str) -> String {
    let (_, rest) = text.split_once(&format!("```{language}\n")).unwrap();
    rest.split("```").next().unwrap().to_owned()
}

/// The README's plan, carried out.
fn readme_run() -> (Bench, Ran) {
    let bench = Bench::with_plan(block(&read("README.md"), "markdown").as_bytes());
    bench.file("replies.jsonl", REPLIES).git();
    let ran = bench.run(&["execute", "plan.md", "--model", "scripted:replies.jsonl"]).code(0);
    (bench, ran)
}

#[test]
fn the_run_in_the_readme_is_a_real_one() {
    let (bench, ran) = readme_run();
    let (_, told) = ran.stderr.split_once("> Step 2").unwrap();
    assert_eq!(
        stable(&bench, &format!("> Step 2{told}")),
        stable(&bench, &block(&read("README.md"), "text"))
    );
}

#[test]
fn every_field_of_a_record_is_described() {
    let (bench, _) = readme_run();
    bench.run(&["confirm", "plan.md", "2"]).code(0);
    let text = read("docs/events.md");
    let mut missing = BTreeSet::new();
    for record in bench.journal() {
        let kind = record["type"].as_str().unwrap();
        let row = text.lines().find(|line| line.starts_with(&format!("| `{kind}` |"))).unwrap();
        for field in record.as_object().unwrap().keys() {
            let everywhere = ["schema", "seq", "ts", "run", "type"].contains(&field.as_str());
            let place = ["step", "attempt"].contains(&field.as_str()) && row.contains("`at`");
            let told = everywhere || place || row.contains(&format!("`{field}`"));
            missing.extend((!told).then(|| format!("{kind}: {field}")));
        }
    }
    assert_eq!(missing, BTreeSet::new());
}
