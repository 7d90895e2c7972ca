//! Says what a command does, as far as that is known by its program, its subcommand and its target.
//!
//! Only what stands in the place of a program decides, never a word that stands anywhere:
//! `cargo test rollback` checks.

use std::path::Path;

use super::simple::{ShellSource, SimpleCommand, shell};
use super::walk::{CommandPlace, Descend, Visitor, walk};

/// What a command does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CommandEffect {
    /// It looks, builds, tests or runs something: whatever is not known otherwise.
    Checks,
    /// It looks for something, and fails when it finds nothing.
    Searches,
    /// It changes what the project depends on.
    Adds,
    /// It serves, watches or waits, and ends only when it is stopped.
    Serves,
    /// It changes what cannot be changed back, or what lies outside of the project.
    Destroys,
}

/// Commands by their first words: a program, its subcommands in their order, and options that stand anywhere.
const RULES: &[(CommandEffect, &str)] = &[
    (CommandEffect::Searches, "grep, egrep, fgrep, rg, ag, ack"),
    (
        CommandEffect::Adds,
        "npm add, npm init, npm uninstall, npm install -D, npm install --save, npm install --save-dev, npm i -D, \
         npm i --save, npm i --save-dev, pnpm add, pnpm init, pnpm remove, yarn add, yarn init, yarn remove, \
         bun add, bun init, bun remove, cargo add, cargo init, cargo new, cargo remove, uv add, uv init, \
         uv remove, poetry add, poetry init, poetry new, poetry remove, pdm add, pdm init, pdm remove, \
         composer init, composer remove, composer require, dotnet add, dotnet new, dotnet remove, go get",
    ),
    (
        CommandEffect::Serves,
        "npm start, npm run dev, npm run start, npm run serve, npm run watch, npm run preview, yarn dev, \
         yarn start, yarn serve, yarn watch, pnpm dev, pnpm start, pnpm run dev, pnpm run start, bun dev, \
         bun start, bun run dev, bun run start, next dev, nuxt dev, ng serve, expo start, docker compose up, \
         docker-compose up, flask run, uvicorn, gunicorn, rails s, rails server, php artisan serve, http.server, \
         mkdocs serve, hugo server, jekyll serve, nodemon, cargo watch, dotnet watch, tail -f, \
         kubectl port-forward",
    ),
    (
        CommandEffect::Destroys,
        "git reset, git checkout, git restore, git clean, git revert, git push, git rebase, git stash, \
         git commit, git merge, rm, rmdir, shred, mkfs, dd, truncate, kubectl delete, kubectl apply, \
         kubectl rollout, helm upgrade, helm uninstall, helm rollback, helm install, terraform apply, \
         terraform destroy, docker system prune, docker push, npm publish, cargo publish, yarn publish, \
         pnpm publish, twine upload, gem push, gh release, shutdown, reboot, docker stack deploy, \
         gcloud app deploy, gcloud functions deploy, wrangler pages deploy, az webapp deploy",
    ),
];

/// Subcommands, targets and programs of any name that reach outside.
const DEEDS: &str = "deploy rollback shutdown reboot";

/// Parts of the names of scripts that do the same.
const SCRIPT_DEEDS: &str = "deploy rollback publish release uninstall destroy";

/// Programs all of whose arguments are targets.
const MAKERS: &str = "make gmake mage rake gradle gradlew mvn ninja";

/// Programs whose first argument is a file, a pattern or a text, and no subcommand.
const WITHOUT_SUBCOMMANDS: &str = ". bash sh zsh dash ksh source grep egrep fgrep rg ag ack [ ansible-lint ava awk basename bats cat \
    cmp command cp ctest cut diff dirname du echo eslint false file find head jest jq ln ls mkdir \
    mocha mv mypy node perl phpunit printf prove pytest python python3 rspec ruby ruff sed shellcheck \
    sort stat tail tee test touch tr tree true tsc type uniq vitest wc which yamllint";

/// Programs that are given statements of SQL, and what such statements begin with.
const SQL_CLIENTS: &str = "psql mysql mariadb sqlite3 sqlcmd duckdb clickhouse-client";
const SQL_DEEDS: &[&str] = &["drop table", "drop database", "truncate "];

/// Programs that a project brings along run through these.
const LAUNCHERS: &str = "npx, bunx, uvx, uv run, poetry run, pipenv run, pdm run, hatch run, bundle exec, pnpm exec, \
    pnpm dlx, yarn exec, yarn dlx, npm exec, python -m, python3 -m";

/// Options whose value is the next word, by program: a value is no subcommand.
const VALUED_OPTIONS: &[(&str, &str)] = &[
    ("git", "-C -c --git-dir --work-tree --namespace"),
    ("kubectl", "-n --namespace --context --kubeconfig"),
    ("helm", "-n --namespace --kube-context --kubeconfig"),
    ("docker", "-H --host --context --config -f --file -p --project-name --profile"),
    ("docker-compose", "-f --file -p --project-name --profile"),
    ("make", "-C --directory -f --file --makefile"),
    ("gmake", "-C --directory -f --file --makefile"),
    ("npm", "--prefix -w --workspace -C -p --package"),
    ("npx", "-p --package"),
    ("pnpm", "--dir --filter -C"),
    ("yarn", "--cwd"),
    ("uv", "--with --package --extra --group -p --python --directory"),
    ("uvx", "--from --with"),
    ("cargo", "--config --color -Z"),
    ("python", "-W -X"),
    ("python3", "-W -X"),
    ("gradle", "--tests -p -b"),
    ("cmake", "--build --preset -S -B"),
    ("gh", "-R --repo"),
];

/// What lets a command end that serves.
const ENDING: &str = "-d --detach --wait --abort-on-container-exit --exit-code-from";

/// What each command of a script does.
pub(crate) fn effects(script: &str) -> Vec<CommandEffect> {
    struct Effects(Vec<CommandEffect>);
    impl Visitor for Effects {
        fn command(&mut self, command: &SimpleCommand<'_>, place: &CommandPlace) -> Descend {
            self.0.push(effect(command, place));
            Descend::Past
        }
    }
    let mut all = Effects(Vec::new());
    walk(script, Path::new(""), &mut all);
    all.0
}

/// What a command does at its place.
fn effect(command: &SimpleCommand<'_>, place: &CommandPlace) -> CommandEffect {
    if command.wrappers.iter().any(|wrapper| ["sudo", "doas"].contains(wrapper)) {
        return CommandEffect::Destroys;
    }
    if command.program().is_none() {
        return CommandEffect::Checks;
    }
    let words: Vec<&str> = command.words.iter().map(|word| word.text.as_str()).collect();
    let words = launched(&words);
    let script = script_of(command);
    let found = RULES.iter().find(|(_, phrases)| phrases.split(", ").any(|phrase| begins(words, phrase)));
    let found = found.map_or(CommandEffect::Checks, |(effect, _)| *effect);
    let watches = found == CommandEffect::Checks && words.contains(&"--watch");
    match found {
        _ if script.is_some_and(is_destructive_script) || reaches_outside(words) => CommandEffect::Destroys,
        CommandEffect::Serves if ends(command, place) => CommandEffect::Checks,
        _ if watches && !ends(command, place) => CommandEffect::Serves,
        found => found,
    }
}

fn ends(command: &SimpleCommand<'_>, place: &CommandPlace) -> bool {
    let option = command.words.iter().any(|word| one_of(ENDING, &word.text));
    option || place.background || command.wrappers.contains(&"timeout")
}

/// The command that a launcher starts.
fn launched<'a>(mut words: &'a [&'a str]) -> &'a [&'a str] {
    while let Some(phrase) = LAUNCHERS.split(", ").find(|phrase| begins(words, phrase)) {
        let own = phrase.split(' ').next_back();
        let valued = valued_options(words);
        let at = words.iter().position(|word| Some(base(word)) == own);
        // `python3 app.py -m x` runs a file.
        let at = at.filter(|at| {
            phrase.contains(" -").then(|| positionals(&words[..*at]).next()).flatten().is_none()
        });
        let mut rest = at.map_or(&[][..], |at| &words[at + 1..]);
        while let Some(option) = rest.first().filter(|word| word.starts_with('-')) {
            rest = rest.get(1 + usize::from(one_of(valued, option))..).unwrap_or(&[]);
        }
        if rest.is_empty() {
            break;
        }
        words = rest;
    }
    words
}

/// Whether a command begins with these words; its other options do not matter.
fn begins(words: &[&str], phrase: &str) -> bool {
    let mut wanted = phrase.split(' ');
    let mut positionals = positionals(words);
    words.first().map(|program| base(program)) == wanted.next()
        && wanted.all(|word| {
            if word.starts_with('-') { words.contains(&word) } else { positionals.next() == Some(word) }
        })
}

/// The arguments that are no options and no values of known ones: subcommand and targets.
pub(crate) fn positionals<'a>(words: &'a [&'a str]) -> impl Iterator<Item = &'a str> {
    let valued = valued_options(words);
    let mut rest = words.iter().skip(1);
    std::iter::from_fn(move || {
        loop {
            let word = *rest.next()?;
            if one_of(valued, word) {
                rest.next();
            } else if !word.starts_with(['-', '+']) {
                return Some(word);
            }
        }
    })
}

fn valued_options(words: &[&str]) -> &'static str {
    let program = words.first().map_or("", |program| base(program));
    VALUED_OPTIONS.iter().find(|(name, _)| *name == program).map_or("", |(_, valued)| valued)
}

/// One of these words, which have a space between them.
fn one_of(words: &str, wanted: &str) -> bool {
    words.split(' ').any(|word| word == wanted)
}

/// The name of a program without its folder.
fn base(program: &str) -> &str {
    program.rsplit('/').next().unwrap_or(program)
}

/// It is asked for something that reaches outside: `make deploy`, `npm run deploy`, `fly deploy`.
fn reaches_outside(words: &[&str]) -> bool {
    let Some(program) = words.first().map(|program| base(program)) else { return false };
    if one_of(SQL_CLIENTS, program) {
        let says = |word: &&str| SQL_DEEDS.iter().any(|deed| word.to_lowercase().contains(deed));
        return words.iter().any(says);
    }
    if one_of(DEEDS, program) {
        return true;
    }
    if one_of(WITHOUT_SUBCOMMANDS, program) {
        return false;
    }
    let is_deed =
        |target: &str| target.split(['-', '_', ':']).next().is_some_and(|first| one_of(DEEDS, first));
    let mut targets = positionals(words).skip_while(|word| ["run", "run-script", "task"].contains(word));
    if one_of(MAKERS, program) { targets.any(is_deed) } else { targets.next().is_some_and(is_deed) }
}

/// The script file that a command runs.
fn script_of<'a>(command: &SimpleCommand<'a>) -> Option<&'a str> {
    let [program, arguments @ ..] = command.words else { return None };
    if ["source", "."].contains(&program.text.as_str()) {
        return arguments.first().map(|file| file.text.as_str());
    }
    match shell(command.words) {
        // With `-n` it is read and not run.
        Some(_) if arguments.iter().any(|word| word.text == "-n") => None,
        Some((ShellSource::File(file), _)) => Some(&file.text),
        Some(_) => None,
        None => Some(&program.text),
    }
}

/// `./scripts/deploy-all.sh`
fn is_destructive_script(path: &str) -> bool {
    let name = base(path).to_lowercase();
    let is_script = path.starts_with("./") || path.starts_with("../") || name.strip_suffix(".sh").is_some();
    is_script && name.split(['.', '-', '_']).any(|part| one_of(SCRIPT_DEEDS, part))
}

#[cfg(test)]
mod tests;
