//! What the name of a script file, or of a program that nobody knows, says of what it does.

use super::super::tree::ShellWord;
use super::call::Call;
use super::names::{base, one_of};
use super::{Deed, ENDLESS, tasks};

/// Endings of the names of script files.
const SCRIPTS: &str =
    "sh bash zsh fish py js mjs cjs ts mts cts rb pl php ps1 exs groovy kts lua jl r R bat cmd";

/// Folders of tests: what stands in them tries something out.
const TESTS: &str = "test tests __tests__ spec specs e2e fixtures testing";

/// Programs whose first argument is a file, a pattern or a text, and no subcommand.
const WITHOUT_SUBCOMMANDS: &str = "[ ansible-lint ava awk basename bats cmp command ctest cut diff dirname du echo eslint exit export \
    false file head hadolint help history jest jq yq ls mocha mypy perl phpunit printf prove pylint pyright pytest ruff set shellcheck \
    sort stat tail test tr tree true tsc type uniq unset vitest wc which whereis yamllint actionlint cat bat less xxd od hexdump \
    md5sum sha256sum readlink realpath stylelint prettier grep egrep fgrep zgrep rg ag ack git-grep ugrep cspell vale markdownlint \
    playwright cypress rspec tox nox go cargo dotnet rustc gcc cc clang g++ javac java kotlinc ghc ocaml zig python node ruby php \
    docker compgen declare local readonly return shift source time wait case col column comm fmt fold join nl paste pr tac locate \
    apropos whatis date cal seq expr yes sleep env id groups who w users man info strings nm objdump ldd ldconfig otool size strip";

/// Programs to whom `--watch` means something else, or that end all the same.
const UNWATCHED: &str =
    "gh glab git echo printf test [ grep egrep fgrep rg ag ack ugrep sed awk jq kubectl nomad argocd";

/// Options with which a program that nobody knows only says what it would do.
const TRIES: &[&str] = &["--dry-run", "--dryrun", "--noop", "--help", "--check", "--plan"];

/// What a program does that is in no table.
pub(super) fn unknown(call: &Call<'_>) -> Deed {
    let written = call.words.first().copied().unwrap_or_default();
    let name = base(written);
    if one_of(WITHOUT_SUBCOMMANDS, call.program) || is_product(written) {
        return Deed::CHECKS;
    }
    let own = match stem(name) {
        Some(stem) => file(written, stem),
        None if written.contains('/') => file(written, name),
        None => tasks::deed_of(name),
    };
    let target = match call.positionals.as_slice() {
        [] => Deed::CHECKS,
        [first] => tasks::deed_of(first),
        [first, second, ..] => tasks::deed_of(first).or(tasks::deed_behind(first, second)),
    };
    let tries = TRIES.iter().any(|option| call.has(option));
    if tries { own } else { own.or(target) }
}

/// What the project itself builds, and runs to try it out.
fn is_product(path: &str) -> bool {
    let folders =
        ["target/", "dist/", "build/", "out/", "bin/Debug", "zig-out/", "_build/", "dist-newstyle/"];
    let path = path.trim_start_matches("./");
    folders.iter().any(|folder| path.starts_with(folder))
}

/// What a file does that is run, by its name.
fn file(path: &str, stem: &str) -> Deed {
    let mut folders = path.split('/').rev().skip(1);
    let is_test = folders.any(|folder| one_of(TESTS, folder))
        || stem.starts_with("test_")
        || [".test", "_test", ".spec", "_spec"].iter().any(|end| stem.ends_with(end));
    if is_test { Deed::CHECKS } else { tasks::script(stem) }
}

/// The name of a script file without its ending; `None` if it is none.
fn stem(name: &str) -> Option<&str> {
    name.rsplit_once('.').filter(|(stem, end)| !stem.is_empty() && one_of(SCRIPTS, end)).map(|(stem, _)| stem)
}

/// What a launcher starts by a name that says what it does: `uv run deploy`.
pub(super) fn started(call: &Call<'_>, words: &[ShellWord]) -> Deed {
    let runs_names =
        one_of("uv poetry pdm hatch rye pixi pipenv composer npx bunx pnpm yarn devbox", call.program);
    match words.first().filter(|_| runs_names) {
        Some(name) if name.text.contains(':') => tasks::task(&name.text),
        Some(name) if !name.text.contains('/') => tasks::deed_of(&name.text),
        _ => Deed::CHECKS,
    }
}

/// It shows what is told until it is stopped: `docker compose -f x.yml logs -f`.
pub(super) fn follows(call: &Call<'_>) -> Deed {
    let behind = call.words.iter().skip_while(|word| **word != "logs");
    let follows = behind.clone().any(|word| ["-f", "--follow", "-tf", "-ft"].contains(word));
    if follows { Deed::serves(ENDLESS) } else { Deed::CHECKS }
}

/// A program of the project is run, whose name is known: `cargo run --bin server`.
pub(super) fn product(call: &Call<'_>) -> Deed {
    let named = call.value("--bin --example --project -p --package");
    named.map_or(
        Deed::CHECKS,
        |name| if base(name) == "server" { Deed::serves(ENDLESS) } else { Deed::CHECKS },
    )
}

/// The script of a project is asked to write: `npm run lint -- --fix`.
pub(super) fn rewrites(call: &Call<'_>) -> Deed {
    let asked = call.words.iter().skip(1).any(|word| ["--fix", "--write", "--updateSnapshot"].contains(word));
    let runs = one_of("npm pnpm yarn bun", call.program);
    if asked && runs { Deed::changes("rewrite files") } else { Deed::CHECKS }
}

/// It goes on until it is stopped, as it is asked to.
pub(super) fn watches(call: &Call<'_>) -> Deed {
    let asked = ["--watch", "--watchAll", "--watch=true", "--watch-all"];
    let watches = call.words.iter().skip(1).any(|word| asked.contains(word));
    if watches && !one_of(UNWATCHED, call.program) { Deed::serves(ENDLESS) } else { Deed::CHECKS }
}
