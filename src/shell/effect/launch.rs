//! Programs that start the command they are given: launchers of packages, environments, containers, interpreters.

use super::super::simple::{ShellSource, shell};
use super::super::tree::ShellWord;
use super::call::Call;
use super::names::one_of;

/// A program that starts another command.
struct Launcher {
    /// What it is called with; an option at the end stands right before the command.
    phrases: &'static str,
    /// Its options whose value is the next word.
    valued: &'static str,
    /// Options with which it starts nothing.
    alone: &'static str,
    /// Words of its own before the command: the image, the container.
    before: usize,
}

const fn launcher(
    phrases: &'static str,
    valued: &'static str,
    alone: &'static str,
    before: usize,
) -> Launcher {
    Launcher { phrases, valued, alone, before }
}

const CONTAINER_OPTIONS: &str = "-e --env --env-file -u --user -w --workdir -v --volume --mount -p --publish --name --network \
    --net -l --label --entrypoint --platform --memory -m --cpus --add-host --hostname -h --gpus --tmpfs --ulimit --shm-size \
    --restart --pull --link --index --cap-add --security-opt --detach-keys";

const LAUNCHERS: &[Launcher] = &[
    // Programs that a project brings along
    launcher("npx|bunx|pnpx", "-p --package -w --workspace", "-c --call", 0),
    launcher(
        "npm|pnpm|yarn exec, pnpm|yarn dlx, bun|npm x, yarn bin",
        "-p --package -w --workspace",
        "-c --call",
        0,
    ),
    launcher("pnpm|npm -r exec", "", "", 0),
    launcher("uvx|pipx", "--from --with -p --python --spec", "", 0),
    launcher("uv tool run, pipx run", "--from --with -p --python --spec", "", 0),
    launcher(
        "uv|poetry|pipenv|pdm|hatch|rye|pixi|conda|devbox|pipx|dvx run",
        "--with --package --extra --group -p --python --directory --project --env-file --with-requirements -n --name -e -s",
        "--list",
        0,
    ),
    launcher("uv run -m|--module, poetry|pdm run -m", "", "", 0),
    launcher("bundle|mise|rtx|asdf|nvm|fnm|rbenv|pyenv|direnv exec", "", "", 0),
    launcher("mise x, mise exec, volta run, devenv shell, fnm exec, cargo with", "--using -C", "", 0),
    launcher("opam|stack|cabal|spago exec", "", "", 0),
    launcher("python|pypy -m", "", "", 0),
    launcher("dotnet tool run, dart|flutter pub run, dart run, dotnet dnx", "", "", 0),
    launcher("swift run, carton exec, composer exec", "", "", 0),
    launcher("nix run|shell|develop -c|--command, guix shell --", "", "", 0),
    launcher(
        "busybox|toybox|systemd-run|systemd-inhibit|unshare|chrt|taskset|faketime|coproc|parallel|rush",
        "-j --jobs -p --property -u --unit -I -N -n -a --colsep --retries --timeout --joblog",
        "--help --version",
        0,
    ),
    // Environments and secrets
    launcher(
        "dotenv|dotenvx|dotenv-cli|env-cmd|infisical|chamber|aws-vault|envchain",
        "-e -f --file -p -c -v",
        "",
        0,
    ),
    launcher(
        "dotenvx|doppler|op|infisical|teller run",
        "-f --env-file -p -c --project --config -e --env",
        "",
        0,
    ),
    launcher("chamber|aws-vault exec", "-d --duration", "", 1),
    // What only looks on
    launcher(
        "strace|ltrace|valgrind|xvfb-run|dbus-run-session|firejail|bwrap|chronic|unbuffer|script-run|catchsegv|\
         heaptrack|rr|perf|hyperfine-run|coverage-run|setpriv|taskset|chrt|numactl|flock|proxychains|torsocks|unshare|caffeinate",
        "-o -e -s --server-args -p -n -w -c",
        "--version",
        0,
    ),
    launcher("coverage run", "--source --omit --include --rcfile", "-m", 0),
    launcher("coverage run -m, kernprof -m, cargo flamegraph --", "", "", 0),
    // Containers of this machine
    launcher("docker run, docker container run", CONTAINER_OPTIONS, "-d --detach", 1),
    launcher("docker exec, docker container exec", CONTAINER_OPTIONS, "-d --detach", 1),
    launcher("docker compose run|exec", CONTAINER_OPTIONS, "-d --detach", 1),
    launcher("ddev|lando exec|ssh", "-s --service", "", 0),
    launcher("sail", "", "", 0),
    launcher("toolbox|distrobox run|enter", "-c --container -n", "", 0),
    launcher("vagrant ssh -c, lima, colima ssh", "", "", 0),
    // Interpreters of files
    launcher("python|pypy", "-W -X", "-c -m -i -V", 0),
    launcher(
        "node",
        "-r --require --import --loader --env-file -C --conditions --experimental-loader",
        "-c --check --test -e -p --eval --print --watch --run -i -v",
        0,
    ),
    launcher("ruby", "-I -r -C", "-c -e -v -i -n -p", 0),
    launcher("perl", "-I", "-c -e -E -i -n -p -v", 0),
    launcher("php", "-c -d", "-l -r -S -a -i -m -v -f", 0),
    launcher(
        "tsx|ts-node|vite-node|esno|jiti|babel-node|swc-node",
        "-r --require --import -P --project --tsconfig",
        "-e -p --watch",
        0,
    ),
    launcher("deno run", "-c --config --import-map", "--watch", 0),
    launcher("bun run", "--cwd --filter", "--watch --hot", 0),
    launcher("fish|nu|pwsh|xonsh", "", "-n -c -s -i", 0),
    launcher(
        "source|.|Rscript|julia|elixir|lua|luajit|escript|groovy|kotlin|crystal|osascript|tclsh",
        "",
        "-e",
        0,
    ),
    launcher("go run, cargo script, swift, scala-cli run", "", "", 0),
];

/// Programs that are given scripts: in the values of options, or as all their positionals.
const TEXTS: &[(&str, &str)] = &[
    ("npx", "-c --call"),
    ("npm", "-c --call"),
    ("nix-shell", "--run --command"),
    ("fish", "-c --command"),
    ("pwsh", "-c -Command"),
    ("vagrant", "-c --command"),
    ("hyperfine", ""),
    ("concurrently", ""),
    ("start-server-and-test", ""),
    ("start-test", ""),
    ("cross-env-shell", ""),
    ("parallel", ""),
    ("script", "-c --command"),
    ("busybox", ""),
];

/// Programs that run what a project brings along by its name alone.
const BY_NAME: &str = "yarn pnpm bun";

/// What it runs comes from another machine: `bash <(curl ...)`, `sh -c "$(curl ...)"`.
pub(super) fn is_fetched(call: &Call<'_>) -> bool {
    let file = match call.from(0).and_then(shell) {
        Some((ShellSource::File(file), _)) => Some(file.text.as_str()),
        _ => call.words.first().copied(),
    };
    let fetches = |text: &str| ["curl ", "wget "].iter().any(|program| text.starts_with(program));
    file.and_then(|text| text.split_once('('))
        .is_some_and(|(sign, text)| ["$", "<"].contains(&sign) && fetches(text))
}

/// What a command of git stands for whose alias is made with it, or the alias that it makes.
pub(super) fn alias(call: &Call<'_>) -> Option<String> {
    let ("git", Some(&name)) = (call.program, call.positionals.first()) else { return None };
    let made = match call.positionals.as_slice() {
        ["config", "set", key, value] | ["config", key, value] if key.starts_with("alias.") => Some(*value),
        _ => call.values("-c --config").find_map(|setting| {
            let (key, value) = setting.strip_prefix("alias.")?.split_once('=')?;
            (key == name).then_some(value)
        }),
    };
    made.map(|value| value.strip_prefix('!').map_or_else(|| format!("git {value}"), str::to_owned))
}

/// What a command starts; `None` if it starts nothing else.
pub(super) fn launched<'a>(call: &Call<'a>) -> Option<&'a [ShellWord]> {
    if let Some((ShellSource::File(file), _)) = call.from(0).and_then(shell) {
        // With `-n` it is read and not run.
        let at = call.words.iter().position(|word| *word == file.text)?;
        return call.from(at).filter(|_| !call.words[..at].contains(&"-n"));
    }
    let found = LAUNCHERS.iter().filter_map(|launcher| {
        let at = launcher.phrases.split(", ").filter_map(|phrase| behind(call, phrase)).max()?;
        Some((at, launcher))
    });
    let (mut at, launcher) = found.max_by_key(|(at, _)| *at)?;
    let mut before = launcher.before;
    loop {
        let word = *call.words.get(at)?;
        match word {
            "--" => before = before.checked_sub(1).map_or(0, |left| left + 1),
            "-" => return None,
            option if option.starts_with(['-', '+']) => {
                let flag = option.split_once('=').map_or(option, |(name, _)| name);
                if one_of(launcher.alone, flag) || is_cluster_of(flag, launcher.alone) {
                    return None;
                }
                at += usize::from(one_of(launcher.valued, option));
            }
            _ if before > 0 => before -= 1,
            // `infisical run`, `pipx install` are no programs that these start.
            _ if is_own_subcommand(call.program, word) => return None,
            _ => return call.from(at),
        }
        at += 1;
    }
}

/// Subcommands of launchers whose first word may be a command as well.
fn is_own_subcommand(program: &str, word: &str) -> bool {
    let own = match program {
        "pipx" => "install uninstall upgrade upgrade-all list inject reinstall ensurepath environment run",
        "infisical" | "dotenvx" => "run login init secrets export get set encrypt decrypt ext scan",
        "chamber" | "aws-vault" => "exec list read write delete export history add remove login rotate",
        "perf" | "rr" => "top report annotate list replay",
        "sail" => "up down stop build",
        "dotnet" | "swift" => "build test package format",
        _ => "",
    };
    one_of(own, word)
}

/// Where a command stands behind the words of a phrase.
fn behind(call: &Call<'_>, phrase: &str) -> Option<usize> {
    let mut wanted = phrase.split(' ');
    let either = |words: &str, word: &str| words.split('|').any(|one| one == word);
    either(wanted.next()?, call.program).then_some(())?;
    let (mut at, mut positionals) = (0, call.positionals.iter());
    for words in wanted {
        let found = if words.starts_with('-') {
            let found = call.words.iter().position(|word| either(words, word))?;
            // `python3 app.py -m x` runs a file.
            let own = positionals.as_slice().first();
            own.is_none_or(|own| call.words[..found].iter().all(|word| word != own)).then_some(found)?
        } else {
            let next = positionals.next().filter(|next| either(words, next))?;
            call.words[at + 1..].iter().position(|word| word == next)? + at + 1
        };
        at = found;
    }
    Some(at + 1)
}

/// `-it` among options without values.
fn is_cluster_of(flag: &str, alone: &str) -> bool {
    let letters = flag.strip_prefix('-').filter(|rest| !rest.starts_with('-')).unwrap_or_default();
    letters.len() < 5
        && letters.len() > 1
        && letters.chars().any(|letter| {
            alone.split(' ').any(|one| one.strip_prefix('-') == Some(letter.encode_utf8(&mut [0; 4])))
        })
}

/// The scripts that a program is given as words.
pub(super) fn texts<'a>(call: &Call<'a>) -> Vec<&'a str> {
    let row = TEXTS.iter().find(|(program, _)| *program == call.program);
    match row {
        None => Vec::new(),
        Some((_, "")) => call.positionals.iter().copied().filter(|text| text.contains(' ')).collect(),
        Some((_, options)) => call.values(options).collect(),
    }
}

/// What a program runs by name that runs the scripts of a project as well: `yarn vercel`.
pub(super) fn by_name<'a>(call: &Call<'a>) -> Option<&'a [ShellWord]> {
    one_of(BY_NAME, call.program).then_some(())?;
    let first = call.positionals.first()?;
    let at = call.words.iter().skip(1).position(|word| word == first)? + 1;
    let taken =
        ["run", "install", "test", "link", "create", "start", "watch", "build", "workspace", "workspaces"];
    if taken.contains(first) { None } else { call.from(at) }
}
