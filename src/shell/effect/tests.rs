//! What which command does.

use super::CommandEffect::{Adds, Checks, Destroys, Searches, Serves};
use super::*;

#[test]
fn what_destroys_is_known_by_program_subcommand_and_target() {
    for script in [
        "rm -rf build",
        "/bin/rm x",
        "env A=1 rm -rf x",
        "sudo ls",
        "bash -c 'rm -rf x'",
        "find . -name x | xargs rm",
        "test -f x && (cd y; git push)",
        "if true; then git -C sub reset --hard; fi",
        "x=$(git stash)",
        "kubectl delete pod x",
        "kubectl -n prod delete pod x",
        "terraform -chdir=infra apply -auto-approve",
        "docker system prune -f",
        "npm publish --dry-run",
        "psql -c 'DROP TABLE users'",
        "make deploy",
        "make -C infra deploy",
        "make test deploy-staging",
        "npm run deploy",
        "npm run deploy:prod",
        "yarn deploy",
        "just deploy prod",
        "npx wrangler deploy",
        "uv run --with x fab deploy",
        "fly deploy",
        "./deploy.sh",
        "./scripts/deploy-all.sh --test",
        "bash scripts/release.sh",
        "source rollback.sh",
        "infra/deploy",
        "shutdown -h now",
    ] {
        assert!(effects(script).contains(&Destroys), "{script}");
    }
}

#[test]
fn a_word_that_stands_anywhere_decides_nothing() {
    for script in [
        "cargo test rollback",
        "cargo test --test deploy",
        "go test -run Shutdown ./...",
        "pytest -k deploy",
        "uv run pytest -k rollback",
        "pytest deploy",
        "python3 -m pytest deploy",
        "npx jest rollback",
        "npm test -- rollback",
        "npm run test:deploy",
        "echo 'git push'",
        "cat deploy.sh",
        "bash -n deploy.sh",
        "shellcheck ./deploy.sh",
        "test -x ./deploy.sh",
        "git log --grep revert",
        "git diff --check",
        "kubectl get deploy",
        "cmake --build deploy",
        "make test",
        "make deploy.o",
        "cargo run -- rm x",
        "psql -c 'select 1 from rollback'",
        "ls target/release",
        "$CMD deploy",
        "cat <<'E'\nrm -rf /\nE\n",
    ] {
        assert_eq!(effects(script).into_iter().find(|found| *found == Destroys), None, "{script}");
    }
    assert_eq!(effects("grep -q truncate src/lib.rs"), [Searches]);
}

#[test]
fn what_serves_does_not_end_unless_something_ends_it() {
    for (script, expected) in [
        ("npm run dev", &[Serves][..]),
        ("npm --prefix web run dev", &[Serves]),
        ("cd web && npm start", &[Serves]),
        ("timeout 5 npm start", &[Checks]),
        ("npm start & sleep 1", &[Checks, Checks]),
        ("docker compose -f x.yml up", &[Serves]),
        ("docker compose up -d", &[Checks]),
        ("python3 -m http.server 8000", &[Serves]),
        ("uv run uvicorn app:app", &[Serves]),
        ("php artisan serve", &[Serves]),
        ("tail -f log", &[Serves]),
        ("tail log", &[Checks]),
        ("npx vitest --watch", &[Serves]),
        ("grep -q -- --watch README.md", &[Searches]),
        ("npm run build", &[Checks]),
    ] {
        assert_eq!(effects(script), expected, "{script}");
    }
}

#[test]
fn what_adds_and_what_searches() {
    for (script, expected) in [
        ("npm install --save-dev jest", &[Adds][..]),
        ("npm install", &[Checks]),
        ("pnpm add -D jest", &[Adds]),
        ("cd web && cargo add serde", &[Adds]),
        ("cargo new x && cargo test", &[Adds, Checks]),
        ("rg old src", &[Searches]),
        ("cargo tree | grep openssl", &[Checks, Searches]),
        ("! egrep -r TODO", &[Searches]),
    ] {
        assert_eq!(effects(script), expected, "{script}");
    }
}

fn phrases() -> impl Iterator<Item = (CommandEffect, &'static str)> {
    RULES.iter().flat_map(|(effect, phrases)| phrases.split(", ").map(|phrase| (*effect, phrase)))
}

#[test]
fn every_rule_holds_wherever_a_command_can_stand() {
    let places = [
        "COMMAND",
        "A=1 COMMAND",
        "env -i A=1 COMMAND",
        "nice -n 5 COMMAND",
        "time COMMAND",
        "xargs -n 1 COMMAND",
        "command COMMAND",
        "exec COMMAND",
        "(COMMAND)",
        "{ COMMAND; }",
        "! COMMAND",
        "true && COMMAND",
        "false || COMMAND",
        "COMMAND | cat",
        "if COMMAND; then true; fi",
        "if true; then COMMAND; fi",
        "for f in *; do COMMAND; done",
        "while COMMAND; do true; done",
        "case $x in a) COMMAND ;; esac",
        "f() { COMMAND; }; f",
        "function f { COMMAND; }",
        "echo \"$(COMMAND)\"",
        "echo `COMMAND`",
        "diff <(COMMAND) x",
        "cat <<END\n$(COMMAND)\nEND",
        "bash <<'END'\nCOMMAND\nEND",
        "bash -euo pipefail -c 'COMMAND'",
        "sh -c \"sh -c 'COMMAND'\"",
        "eval 'COMMAND'",
        "trap 'COMMAND' EXIT",
        "cd sub && COMMAND",
        "find . -exec COMMAND ;",
    ];
    for (effect, phrase) in phrases() {
        for place in places {
            let script = place.replace("COMMAND", phrase);
            assert!(effects(&script).contains(&effect), "{script}");
        }
    }
}

#[test]
fn no_rule_holds_for_what_is_only_an_argument() {
    let places = [
        "cargo test WORDS",
        "cargo test -- WORDS",
        "cargo nextest run WORDS",
        "go test -run WORDS ./...",
        "pytest -k 'WORDS'",
        "python3 -m pytest tests -k 'WORDS'",
        "npx jest WORDS",
        "npm test -- WORDS",
        "echo WORDS",
        "test -n 'WORDS'",
        "make test # WORDS",
        "cat <<'END'\nWORDS\nEND",
    ];
    for (_, phrase) in phrases() {
        for place in places {
            let script = place.replace("WORDS", phrase);
            let found = effects(&script);
            assert!(found.iter().all(|effect| *effect == Checks), "{script}: {found:?}");
        }
    }
}

#[test]
fn subcommands_and_targets_are_found_behind_options() {
    for (script, expected) in [
        ("git -C a -c b=c --no-pager log -p", &["log"][..]),
        ("make -C app -j4 test lint", &["test", "lint"]),
        ("docker compose -f a.yml --profile x up -d", &["compose", "up"]),
        ("cargo +nightly --color always test", &["test"]),
        ("npm --prefix web run dev", &["run", "dev"]),
        ("pytest -k deploy", &["deploy"]),
        ("make", &[]),
    ] {
        let words: Vec<&str> = script.split(' ').collect();
        assert_eq!(positionals(&words).collect::<Vec<_>>(), expected, "{script}");
    }
}

#[test]
fn a_launcher_starts_what_stands_behind_its_options() {
    for (script, expected) in [
        ("npx -y -p pkg jest --ci", "jest --ci"),
        ("uv run --with x --frozen pytest -q", "pytest -q"),
        ("python3 -W error -m http.server 80", "http.server 80"),
        ("poetry run python -m pytest", "pytest"),
        ("bundle exec rails s", "rails s"),
        ("npm exec -- jest", "jest"),
        ("npx", "npx"),
        ("uv run", "uv run"),
        ("uv sync", "uv sync"),
        ("python3 app.py -m x", "python3 app.py -m x"),
    ] {
        let words: Vec<&str> = script.split(' ').collect();
        assert_eq!(launched(&words).join(" "), expected, "{script}");
    }
}
