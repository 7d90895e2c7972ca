//! Which texts can be commands.

use super::Plausible::{Command, Gap, Name, No};
use super::*;

/// Texts, by what they can be.
const TEXTS: &[(Plausible, &[&str])] = &[
    (
        Command,
        &[
            "cargo test",
            "cargo test rollback",
            "pytest -k deploy",
            "tools/check all",
            "/usr/bin/python3 -m pytest",
            ".venv/bin/python x.py",
            "source .venv/bin/activate && pytest",
            ". .venv/bin/activate && pytest",
            "(cd web && npm test)",
            "PORT=1 npm test",
            "set -e; make; make check",
            "! grep -r old src",
            "[ -f x ] && echo yes",
            "[[ -f x ]]",
            "test -f src/new.rs",
            "bash -c 'a && b'",
            "python3 -c \"print('a')\"",
            "awk '{print $1}' f",
            "find . -name x -exec rm {} +",
            "foo check .",
            "lantern run plans/x.md",
            "./run.py --all",
            "Rscript tests/run.R",
            "$HOME/bin/check all",
            "if make; then echo ok; fi",
            "for f in a b; do cat $f; done",
            "type rg",
            "echo $(date)",
            "cat a > b",
            "npm run test:unit",
            "go test ./...",
            "7z t x.7z",
            "export A=1 && make",
            "cd web",
            "diff <(a) <(b)",
            "git log --oneline | grep -cE 'old_cord'",
            "jq -e '.a == 1' x.json",
            "$ make test",
        ],
    ),
    (Name, &["pytest", "tox", "make", "./check.sh", "gradlew", "tools/check", "golangci-lint", "g++", "mix"]),
    (
        Gap,
        &[
            "lantern run plans/<plan>.md",
            "git rev-parse <branch>",
            "curl https://your-lamp.example.dev/lamps/{lampId}",
            "deploy --key YOUR_KEY",
            "cat {file}",
            "./lantern -dry-run <street>",
            "psql -h your_host",
        ],
    ),
    (
        No,
        &[
            "",
            "--fast",
            "--fast --dry",
            "Widget",
            "Lamp List",
            "LAMP_COLOUR",
            "GET /lamps",
            "/review-all .",
            "SELECT * FROM lamps",
            "src/main.rs",
            "README.md",
            ".gitignore",
            "parse()",
            "Foo::bar",
            "x = 1",
            "const x = 1",
            "fn main() {}",
            "import x from 'y'",
            "type Lamp = string",
            "class Lamp",
            "https://example.com/x",
            "key: value",
            "{ \"a\": 1 }",
            "<Lamp />",
            "a => b",
            "read → write → diff = 0",
            "npm run ...",
            "3 passed",
            "200",
            "1.2.3",
            "@types/node",
            "&str",
            "*.rs",
            "echo 'a",
            "a || ",
            "\"text\"",
            "export default Lamp",
        ],
    ),
];

#[test]
fn a_text_is_a_command_by_how_it_is_written() {
    for (expected, texts) in TEXTS {
        for text in *texts {
            assert_eq!(plausible(text), *expected, "{text}");
        }
    }
}

#[test]
fn what_the_shell_expands_is_no_gap() {
    for word in ["${name}", "{}", "{a,b}", "'{print}'", "<(a)", "<<E", "yourself", "a>b", "{1..3}", "x=${y}"]
    {
        assert!(!is_gap(word), "{word}");
    }
}

proptest::proptest! {
    #[test]
    fn any_text_is_answered(text in "\\PC{0,40}") {
        plausible(&text);
    }
}
