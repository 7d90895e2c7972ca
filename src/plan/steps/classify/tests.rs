//! Which texts are commands, and what is expected of them.

mod sentences;

use super::*;
use pretty_assertions::assert_eq;

/// Each criterion of a text on a line: its command with what is expected of it, or its kind.
fn shown(text: &str, place: Place) -> Vec<String> {
    classify(text, place, false).iter().map(one).collect()
}

/// Each text that is read in another way than it should be, with both.
fn misread(place: Place, table: &[(&str, &[&str])]) -> Vec<String> {
    let mut wrong = Vec::new();
    for (text, expected) in table {
        let found = shown(text, place);
        if found != *expected {
            wrong.push(format!("{text}: {found:?}, not {expected:?}"));
        }
    }
    wrong
}

fn one(class: &CriterionClass) -> String {
    let more = if class.says_more { " & more" } else { "" };
    match &class.kind {
        CriterionKind::Command(command) => {
            let dir = command.dir.as_ref().map_or(String::new(), |dir| format!("{dir}$ "));
            let expectation = &command.expectation;
            let said =
                if expectation.is_success() { String::new() } else { format!(" [{}]", expectation.say()) };
            format!("{dir}{}{said}{more}", command.script)
        }
        CriterionKind::Prose => if class.why == GAP { "gap" } else { "prose" }.to_owned(),
        CriterionKind::Manual => "manual".to_owned(),
        CriterionKind::Files(_) => "files".to_owned(),
    }
}

#[test]
fn commands_of_a_criterion_are_found() {
    let table: &[(&str, &[&str])] = &[
        ("`cargo test -p core` passes", &["cargo test -p core"]),
        ("All tests pass: `npm test`", &["npm test"]),
        ("`make` passes", &["make"]),
        ("`make`", &["make"]),
        ("`pytest` is green", &["pytest"]),
        ("`tox` succeeds", &["tox"]),
        ("The plugin is valid: `foo check .`", &["foo check ."]),
        ("Run `checks` and look", &["checks & more"]),
        ("Run: ninja -C out", &["ninja -C out"]),
        ("`./check.sh --all` is green", &["./check.sh --all"]),
        ("`CI=1 npm test` passes", &["CI=1 npm test"]),
        ("`make lint` and `make test` pass", &["make lint", "make test"]),
        ("Run from `core`: `cargo test --lib`", &["core$ cargo test --lib"]),
        ("The function `parse()` passes all cases", &["prose"]),
        ("`src/main.rs` exists", &["prose"]),
        ("`Widget` has two fields", &["prose"]),
        ("Tests pass", &["prose"]),
        ("The page opens: `npm run dev`", &["prose"]),
        ("`docker compose up` works", &["prose"]),
        ("`bash -n` passes on all scripts", &["prose"]),
        ("`bash -n run.sh` passes", &["bash -n run.sh"]),
        ("`docker compose up -d` works", &["docker compose up -d"]),
        ("`read → write → diff = 0` passes", &["prose"]),
        ("The test calls `git worktree`", &["prose"]),
        ("`git diff --check` is clean", &["git diff --check"]),
        ("`go build ./...`: all must compile", &["go build ./..."]),
        ("`run`, `walk` and `jump` exist", &["prose"]),
        ("`pnpm add -D jest` works", &["prose"]),
        ("Run: `cargo add serde`", &["prose"]),
        ("`npm install --save-dev jest` passes", &["prose"]),
        ("`npm install` passes", &["npm install"]),
        ("`npm test` or `yarn test` passes", &["npm test"]),
        ("`npm test` is green and `npm run lint` is clean", &["npm test", "npm run lint"]),
        // A word in the arguments of a command says nothing of what it does.
        ("`cargo test rollback` passes", &["cargo test rollback"]),
        ("`go test -run Shutdown ./...` passes", &["go test -run Shutdown ./..."]),
        ("`pytest -k deploy`", &["pytest -k deploy"]),
        ("`grep -q truncate src/lib.rs`", &["grep -q truncate src/lib.rs"]),
        // What somebody else runs, what is a text, what has a gap.
        ("The runner runs `git fetch origin` and `git checkout -B x`", &["prose"]),
        ("Users can run `lantern list`", &["prose"]),
        ("The error `no lamp found` is shown", &["prose"]),
        ("It shows `no lamps yet`", &["prose"]),
        ("`lantern run plans/<plan>.md` runs to its end", &["gap"]),
        ("verify the modes: `--fast` runs all; `--fast --dry` prints what would be done", &["prose"]),
        ("`git status --porcelain` stays empty", &["prose"]),
        ("Never run `python3 app.py` in production", &["prose"]),
        ("", &["prose"]),
        ("``` odd ` ticks", &["prose"]),
    ];
    assert_eq!(misread(Place::Criterion, table), [""; 0]);
}

#[test]
fn a_validation_part_takes_whatever_can_be_a_command() {
    let table: &[(&str, &[&str])] = &[
        ("`pytest`", &["pytest"]),
        ("`tools/check all`", &["tools/check all"]),
        ("`lantern check plans`", &["lantern check plans"]),
        ("`.venv/bin/python x.py`", &[".venv/bin/python x.py"]),
        ("`source .venv/bin/activate && pytest`", &["source .venv/bin/activate && pytest"]),
        ("`(cd web && npm test)`", &["(cd web && npm test)"]),
        ("`PORT=1 npm test`", &["PORT=1 npm test"]),
        ("`set -e; make; make check`", &["set -e; make; make check"]),
        ("`a b`, `c d` and `e f`", &["a b", "c d", "e f"]),
        ("Types: `mypy`", &["mypy"]),
        ("holds when `lamp verify` exits 0", &["lamp verify"]),
        ("done when `lamp verify` is green", &["lamp verify"]),
        ("`Widget` is exported from `src/index.ts`", &["prose"]),
        ("the operator says that the old key is gone", &["prose"]),
        ("The page shows `no lamps yet`", &["prose"]),
        ("Message: `no lamp found`", &["prose"]),
        ("全部测试通过：`npm test`", &["npm test"]),
        ("运行 `npm test`，全部通过", &["npm test"]),
        ("`make deploy` passes", &["manual"]),
        ("`git push`", &["manual"]),
    ];
    assert_eq!(misread(Place::Validation, table), [""; 0]);
}

#[test]
fn in_a_task_the_words_have_to_ask_for_a_command() {
    let table: &[(&str, &[&str])] = &[
        ("Run `npm run lint` and fix each violation", &["npm run lint"]),
        ("Run all tests: `make test`", &["make test"]),
        ("No race conditions: `go test -race ./lamp/`", &["go test -race ./lamp/"]),
        ("Run linting with `npm run lint`", &["npm run lint"]),
        ("Make sure `make check` is green", &["make check"]),
        ("Verify that `cargo test` passes", &["cargo test"]),
        ("`npm test` → PASS", &["npm test"]),
        ("The parser rejects tabs (check: `cargo test tabs`)", &["cargo test tabs"]),
        ("Test: `pytest tests/a.py`", &["pytest tests/a.py"]),
        ("7.7 `npm test`、`npm run build` が通ることを確認", &["npm test", "npm run build"]),
        ("Run `npm test` and `npm run build`", &["npm test", "npm run build"]),
        ("6.1 Run `go build ./...` and confirm zero compilation errors", &["go build ./..."]),
        ("6.6 Verify all tests pass with `cargo test`", &["cargo test"]),
        ("Run lint and fix it. Command: `cd web && npm run lint`", &["cd web && npm run lint"]),
        (
            "`gofmt -l cli` empty; `go -C cli vet ./...` clean",
            &["gofmt -l cli [it should succeed; it should print nothing]", "go -C cli vet ./..."],
        ),
        ("Add a script `npm run lint:fix`", &["prose"]),
        ("Replace `npm test` with `pnpm test`", &["prose"]),
        ("Document it: `cargo run -- --help`", &["prose"]),
        ("Write `src/a.rs`", &["prose"]),
        ("Users can run `cargo run`", &["prose"]),
        ("Implement `lantern list`", &["prose"]),
        ("Verify that `left-lamp` is installed (or add it): `npm install left-lamp`", &["prose"]),
    ];
    assert_eq!(misread(Place::Work, table), [""; 0]);
}

/// Sentences of a validation part, and what is expected of their command.
const EXPECTATIONS: &[(&str, &str)] = &[
    ("`x y` exits 0", "x y"),
    ("`x y` exits with code 0 and no errors", "x y"),
    ("`x y` returns 0", "x y"),
    ("`npm test` shows all tests passing", "npm test"),
    ("`npm run build` completes without errors", "npm run build"),
    ("`make lint` reports no errors", "make lint"),
    ("`cargo test error_cases` passes, failing tests are listed", "cargo test error_cases & more"),
    ("`python3 app.py --bad` exits non-zero", "python3 app.py --bad [it should fail]"),
    ("`python3 app.py` must fail", "python3 app.py [it should fail]"),
    ("`python3 app.py` returns exit code 2", "python3 app.py [it should exit with code 2]"),
    ("`python3 app.py`: expect exit code 3", "python3 app.py [it should exit with code 3]"),
    ("`npm run build` has zero type errors", "npm run build"),
    ("`npm test` with no failing tests", "npm test"),
    ("`make lint` and fix any errors", "make lint"),
    ("`make check` until no test fails", "make check"),
    ("`test -f old.txt` fails", "test -f old.txt [it should fail]"),
    ("`test -f old.txt` exits 1", "test -f old.txt [it should exit with code 1]"),
    ("`lamp --tabs x` is rejected", "lamp --tabs x [it should fail]"),
    ("`python3 app.py` no longer works", "python3 app.py [it should fail]"),
    ("`python3 app.py` prints `bye`", "python3 app.py [it should succeed; it should print \"bye\"]"),
    ("`python3 app.py` prints \"bye\"", "python3 app.py [it should succeed; it should print \"bye\"]"),
    ("`x y` prints `a` and `b`", "x y [it should succeed; it should print \"a\"; it should print \"b\"]"),
    ("Run: `x y` and check that it prints `bye`", "x y [it should succeed; it should print \"bye\"]"),
    (
        "`python3 app.py` should not print `hello`",
        "python3 app.py [it should succeed; it should not print \"hello\"]",
    ),
    ("`x y` exits 1 and prints `no lamp`", "x y [it should exit with code 1; it should print \"no lamp\"]"),
    ("`grep -c old_switch src/lamp.rs` → `0`", "grep -c old_switch src/lamp.rs [it should print 0]"),
    ("`grep -c old f` returns 0", "grep -c old f [it should print 0]"),
    ("`grep -rn old src | wc -l` is 0", "grep -rn old src | wc -l [it should print 0]"),
    ("`wc -l work.txt` is under 10", "wc -l work.txt [it should print less than 10]"),
    ("`grep -c lamp f` → at least 3", "grep -c lamp f [it should print at least 3]"),
    (
        "`rg old src` shows no remaining names",
        "rg old src [it should exit with code 1; it should print nothing]",
    ),
    (
        "`grep -r old src` returns nothing",
        "grep -r old src [it should exit with code 1; it should print nothing]",
    ),
    ("`rg new src` finds the name", "rg new src"),
    (
        "`node -c src/lamp.js` Expected: No output (success)",
        "node -c src/lamp.js [it should succeed; it should print nothing]",
    ),
    ("`lamp list` shows 5 rows", "lamp list [it should succeed; it should print 5 lines]"),
    ("`lamp count` → 3", "lamp count [it should succeed; it should print the line \"3\"]"),
    ("`pytest tests/a.py -v` Expected: PASS", "pytest tests/a.py -v"),
    ("`pytest tests/a.py -v` Expected: FAIL", "pytest tests/a.py -v [it should fail]"),
    ("`npm test` → all tests pass", "npm test"),
    ("Running `x y` takes less than 1 s", "x y & more"),
    ("`curl localhost:1` returns 200", "curl localhost:1 & more"),
    ("`make build` produces `dist/app`", "make build & more"),
    ("`cargo test` passes and the lamp is lit", "cargo test & more"),
    ("The lamp is lit and `cargo test` passes", "cargo test & more"),
    (
        "`git log --oneline | grep -cE 'old_cord'` → `0`",
        "git log --oneline | grep -cE 'old_cord' [it should print 0]",
    ),
];

#[test]
fn what_is_expected_is_read_from_the_sentence() {
    let table: Vec<(&str, &[&str])> =
        EXPECTATIONS.iter().map(|(text, one)| (*text, std::slice::from_ref(one))).collect();
    assert_eq!(misread(Place::Validation, &table), [""; 0]);
}

#[test]
fn a_block_is_one_script_unless_a_line_is_to_end_otherwise_or_reaches_outside() {
    let block = |info: &str, literal: &str| {
        let code = Code { info: Some(info.to_owned()), literal: literal.to_owned() };
        classify_block(&code, None).iter().map(one).collect::<Vec<_>>()
    };
    assert_eq!(block("console", "$ make test\nok 1\n$ make lint\n"), ["make test\nmake lint"]);
    assert_eq!(block("rust", "fn main() {}"), [""; 0]);
    assert_eq!(block("sh", "# nothing\n"), [""; 0]);
    assert_eq!(
        block("bash", "cd web\ntest -f old # should fail\ncargo test old  # must fail\nmake\n"),
        ["cd web\ntest -f old [it should fail]", "cd web\ncargo test old [it should fail]", "cd web\nmake"]
    );
    assert_eq!(block("bash", "make check\n\n# after\ngit push\nmake look\n"), ["make check", "manual"]);
    assert_eq!(block("bash", "npm test\nnpm run dev\n"), ["npm test", "prose"]);
    assert_eq!(block("bash", "cat <file>\n"), ["gap"]);
    assert_eq!(block("bash", "if a; then # should fail\n  b\nfi\n"), ["if a; then # should fail\n  b\nfi"]);
}

/// The commands of a text alone.
fn commands(text: &str) -> Vec<String> {
    let found = classify(text, Place::Validation, false).into_iter();
    let command = |class: CriterionClass| match class.kind {
        CriterionKind::Command(command) => Some(command.script),
        _ => None,
    };
    found.filter_map(command).collect()
}

#[test]
fn a_sentence_of_a_validation_part_says_which_of_its_code_is_to_be_run() {
    let table: [(&str, &[&str]); 31] = [
        ("`mix test` has to be green", &["mix test"]),
        (
            "All of `ruff check .`, `ruff format --check .` and `mypy src` must pass",
            &["ruff check .", "ruff format --check .", "mypy src"],
        ),
        (
            "`cargo test -p core` (fast) and then `cargo test -p cli`",
            &["cargo test -p core", "cargo test -p cli"],
        ),
        ("Done when `./scripts/verify.sh` exits 0", &["./scripts/verify.sh"]),
        ("`grep -rn 'TODO' src` returns nothing", &["grep -rn 'TODO' src"]),
        ("The `render()` function is pure", &[]),
        ("Users can run `app export` afterwards", &[]),
        ("`app --version` prints `1.2.0`", &["app --version"]),
        ("No reference to `old_name` is left: `rg old_name src` finds nothing", &["rg old_name src"]),
        ("`make check` → green", &["make check"]),
        ("CI runs `npm test` on every push", &[]),
        ("`docker build .` succeeds", &["docker build ."]),
        ("Running `go vet ./...` reports no issues", &["go vet ./..."]),
        ("The tests (`pytest -q`) pass", &["pytest -q"]),
        ("lint: `eslint .`", &["eslint ."]),
        ("`terraform validate` ok, `terraform apply` not yet", &["terraform validate"]),
        ("Set `DEBUG=1` in `.env`", &[]),
        ("`test -f dist/app.js`", &["test -f dist/app.js"]),
        ("`./gradlew check` passes on JDK 21", &["./gradlew check"]),
        ("`curl -s localhost:8080/health` returns `ok`", &["curl -s localhost:8080/health"]),
        ("`cargo run -- --bad-flag` exits with code 2", &["cargo run -- --bad-flag"]),
        ("Both `a.json` and `b.json` validate", &[]),
        ("`node --check index.js` and `node --test`", &["node --check index.js", "node --test"]),
        ("Run the linter: `golangci-lint run`", &["golangci-lint run"]),
        ("`uv run pytest -k deploy` is green", &["uv run pytest -k deploy"]),
        ("After the change `git diff --stat` lists only `src/`", &[]),
        ("`npm run build && npm run test:e2e` completes", &["npm run build && npm run test:e2e"]),
        ("The command `app sync` calls `git fetch`", &[]),
        ("`zig build test` läuft durch", &["zig build test"]),
        ("`pnpm -r test` ✅", &["pnpm -r test"]),
        ("cargo clippy is clean, and npm run lint passes", &["cargo clippy", "npm run lint"]),
    ];
    for (text, expected) in table {
        assert_eq!((text, commands(text)), (text, expected.iter().map(|one| (*one).to_owned()).collect()));
    }
}

#[test]
fn what_is_said_before_a_search_and_behind_a_command_is_expected_of_it() {
    let nothing = "it should exit with code 1; it should print nothing";
    let none = |script: &str| vec![format!("{script} [{nothing}]")];
    for (text, expected) in [
        ("No unwrap: `rg unwrap src`", none("rg unwrap src")),
        ("No matches for `git grep -n old_name`", none("git grep -n old_name")),
        ("The old name is gone: `rg old_name src`", none("rg old_name src")),
        ("Keine Reste: `grep -rn alt src`", none("grep -rn alt src")),
        ("No lamp is lost: `make check`", vec!["make check".to_owned()]),
        ("The new name is used: `rg new_name src`", vec!["rg new_name src".to_owned()]),
        (
            "Run `make bench` and save the output to `out/bench.txt`",
            vec!["make bench [it should succeed; `out/bench.txt` should be there afterwards]".to_owned()],
        ),
        (
            "`lamp --version` prints 1.2.3",
            vec!["lamp --version [it should succeed; it should print \"1.2.3\"]".to_owned()],
        ),
    ] {
        assert_eq!((text, shown(text, Place::Validation)), (text, expected));
    }
}

#[test]
fn a_paragraph_has_to_say_how_a_command_ends() {
    let table: &[(&str, &[&str])] = &[
        ("It ends with the gate: `make check`, `cargo test`.", &["make check", "cargo test"]),
        ("Gate sweep: `npm test` and `npm run lint`.", &["npm test", "npm run lint"]),
        ("`cargo test` stays green.", &["cargo test"]),
        ("Verify with `cargo test -p lamp`.", &["cargo test -p lamp"]),
        ("Run `cargo run -- 3` to see the lamp.", &["prose"]),
        ("Today `cargo test` is called by the hook.", &["prose"]),
        ("We use `npm run lint` in the hook.", &["prose"]),
    ];
    assert_eq!(misread(Place::Told, table), Vec::<String>::new());
    let table: &[(&str, &[&str])] = &[
        ("Verifizieren, dass `cargo test` durchläuft", &["cargo test"]),
        ("Vérifier que `pytest` passe", &["pytest"]),
        ("Check that `git status` is called", &["prose"]),
    ];
    assert_eq!(misread(Place::Work, table), Vec::<String>::new());
}
