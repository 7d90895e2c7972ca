//! Which texts are commands.

use super::*;
use pretty_assertions::assert_eq;

fn shown(text: &str) -> String {
    match classify(text, false).kind {
        CriterionKind::Command(CommandLine { script, dir: None }) => script,
        CriterionKind::Command(CommandLine { script, dir: Some(dir) }) => format!("{dir}$ {script}"),
        CriterionKind::Prose | CriterionKind::Manual => "-".to_owned(),
    }
}

#[test]
fn a_command_without_marks_is_told_from_a_sentence() {
    let commands = [
        "go test ./... -run 'A|B' -count=1",
        "cargo test",
        "npm run lint",
        "pytest tests/a.py",
        "make check",
    ];
    assert!(commands.iter().all(|text| is_bare_command(text)));
    let sentences = [
        "make sure that src/a.rs is there",
        "cargo test passes",
        "go through the list",
        "make",
        "npm run it",
        "cargo test, then look",
        "test the page",
        "find all uses in src/",
        "npm test (all green)",
    ];
    let taken: Vec<_> = sentences.into_iter().filter(|text| is_bare_command(text)).collect();
    assert_eq!(taken, ["npm run it"]);
}

#[test]
fn commands_are_found_by_static_rules() {
    let cases = [
        ("`cargo test -p core` passes", "cargo test -p core"),
        ("All tests pass: `npm test`", "npm test"),
        ("`make` passes", "make"),
        ("`make`", "make"),
        ("The plugin is valid: `foo check .`", "foo check ."),
        ("Run `checks` and look", "checks"),
        ("Run: ninja -C out", "ninja -C out"),
        ("`./check.sh --all` is green", "./check.sh --all"),
        ("`CI=1 npm test` passes", "CI=1 npm test"),
        ("`make lint` and `make test` pass", "make lint\nmake test"),
        ("Run from `core`: `cargo test --lib`", "core$ cargo test --lib"),
        ("The function `parse()` passes all cases", "-"),
        ("`src/main.rs` exists", "-"),
        ("`Widget` has two fields", "-"),
        ("Tests pass", "-"),
        ("`git reset --hard` works", "-"),
        ("Roll back with `./deploy.sh` or `make deploy`", "-"),
        ("`./scripts/deploy-all.sh --test` passes", "-"),
        ("The page opens: `npm run dev`", "-"),
        ("`docker compose up` works", "-"),
        ("`bash -n` passes on all scripts", "-"),
        ("`bash -n run.sh` passes", "bash -n run.sh"),
        ("`docker compose up -d` works", "docker compose up -d"),
        ("`read → write → diff = 0` passes", "-"),
        ("The test calls `git worktree`", "-"),
        ("`git diff --check` is clean", "git diff --check"),
        ("`rg old src` shows no remaining names", "-"),
        ("`rg new src` finds the name", "rg new src"),
        ("`go build ./...`: all must compile", "go build ./..."),
        ("`run`, `walk` and `jump` exist", "-"),
        ("`pnpm add -D jest` works", "-"),
        ("Run: `cargo add serde`", "-"),
        ("`npm install --save-dev jest` passes", "-"),
        ("`npm install` passes", "npm install"),
        // A word in the arguments of a command says nothing of what it does.
        ("`cargo test rollback` passes", "cargo test rollback"),
        ("`go test -run Shutdown ./...` passes", "go test -run Shutdown ./..."),
        ("`pytest -k deploy`", "pytest -k deploy"),
        ("`grep -q truncate src/lib.rs`", "grep -q truncate src/lib.rs"),
        ("`bash -c 'rm -rf x'` passes", "-"),
        ("`env A=1 rm -rf x` passes", "-"),
        ("`kubectl delete pod x` passes", "-"),
        ("Run: `git push`", "-"),
        ("`make deploy` passes", "-"),
        ("`npm run deploy` passes", "-"),
        ("", "-"),
        ("``` odd ` ticks", "-"),
    ];
    for (text, expected) in cases {
        assert_eq!(shown(text), expected, "{text}");
    }
}

#[test]
fn a_console_block_keeps_only_what_was_typed() {
    let block = |info: &str, literal: &str| {
        classify_block(&Code { info: Some(info.to_owned()), literal: literal.to_owned() }, None)
    };
    let verdict = block("console", "$ make test\nok 1\n$ make lint\n").unwrap();
    assert_eq!(verdict, command_or_prose("make test\nmake lint".to_owned(), BLOCK, None));
    assert_eq!(block("rust", "fn main() {}"), None);
    assert_eq!(block("sh", "# nothing\n"), None);
}
