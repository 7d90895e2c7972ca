//! What the name of a task says of what it does: a target of make, a script of `package.json`, a script file.
//!
//! The parts of a name are judged by their place: `test:deploy` tests, `deploy:check` checks,
//! `web:deploy` and `deploy:test` deploy.

use super::call::Call;
use super::databases::{CHANGES_DATABASE, REMOTE_DATABASE};
use super::names::one_of;
use super::{CommandEffect, Deed, ENDLESS};

/// A name that begins so only looks or builds, whatever it looks at.
const LOOKS_FIRST: &str = "test tests check checks lint verify validate build compile bundle package pack doc docs typecheck types bench \
    coverage e2e unit integration smoke ci dry plan status list show print diff preview? can is has pre assert audit analyze inspect \
    spec mock simulate describe help version view report measure profile scan count compare ls cat get tsc mypy pytest vet clippy";

/// A name that ends so only looks, even behind a word that acts.
const LOOKS_LAST: &str = "check checks dry dryrun plan status list ls logs log diff verify validate validation lint help tests notes note \
    build local localhost info show preview-only simulate simulation typecheck history size";

/// A name that ends so goes on, or starts what goes on.
const ENDLESS_LAST: &str = "watch watcher serve";

/// A name that begins so goes on.
const ENDLESS_FIRST: &str = "dev start serve server watch preview storybook develop";

/// Words that act outside, and what they do.
const DEEDS: &[(&str, &str)] = &[
    ("deploy deployment redeploy undeploy promote ship rollout golive deploys", "deploy"),
    ("publish unpublish republish", "publish"),
    ("release prerelease releases", "release"),
    ("rollback", "roll back what is deployed"),
    ("destroy teardown decommission nuke undeploy", "destroy what is deployed"),
    ("push upload", "push"),
    ("ssh", "open a shell on another machine"),
    ("apply provision bootstrap-infra", "change infrastructure"),
    ("submit testflight", "submit to a store"),
];

/// Words that act outside only where they stand alone, or begin a name.
const SYSTEM: &[(&str, &str)] = &[("shutdown reboot poweroff", "stop this machine")];

/// Words that change the project where they begin or end a name.
const CHANGES: &[(&str, &str)] = &[
    ("fmt format fix autofix prettier reformat tidy", "rewrite files"),
    ("generate gen codegen scaffold regenerate bump", "generate files"),
    ("migrate migration migrations seed seeds backfill makemigrations", CHANGES_DATABASE),
    ("uninstall", "change what the project depends on"),
    ("update-snapshots snapshots-update", "rewrite snapshots"),
];

/// Words that change data where they begin the name of a script file.
const MOVES: &str =
    "move migrate seed backfill import populate load reindex rename convert transfer fixup cleanup purge";

const INSTALLS: &str = "install deps setup bootstrap dependencies ci-install postinstall";

/// Databases, and what takes their data away.
const DATABASES: &str =
    "db database databases pg postgres mysql mongo redis sqlite prisma supabase volumes volume data";
const TAKES_AWAY: &str = "reset drop nuke wipe purge truncate flush fresh";

/// What may be applied to files.
const REWRITES: &str = "spotless patch patches license format formatting codemod rewrite";

/// Environments of others.
const PRODUCTION: &str = "prod production live prd staging";

/// The options that name tasks.
const TARGETS: &str = "-t --target --targets";

/// What the tasks do that a runner is asked for.
pub(super) fn named(call: &Call<'_>) -> Deed {
    let dry = ["--dry-run", "--dry", "--just-print", "--recon", "--list", "--summary", "--graph"];
    let dry = dry.iter().any(|option| call.has(option))
        || one_of("make gmake just task rake", call.program) && call.has("-n")
        || one_of("gradle", call.program) && call.has("-m");
    if dry {
        return Deed::CHECKS;
    }
    let first_only = one_of(
        "npm pnpm yarn bun deno nx mix lein composer poe pdm hatch cargo console pixi rye rails",
        call.program,
    );
    let names = call.positionals.iter().copied();
    let mut names = names.skip_while(|name| {
        one_of(
            "run run-script run-many call task tasks exec workspace workspaces foreach affected --all make",
            name,
        )
    });
    // `yarn workspace web deploy` names a package first.
    let package = call.positionals.first() == Some(&"workspace");
    let names: Vec<&str> = if package { names.by_ref().skip(1).collect() } else { names.collect() };
    let taken = if first_only { 1 } else { names.len() };
    let names = names.into_iter().take(taken).chain(call.values(TARGETS)).filter(|name| !name.contains('='));
    let most = names.flat_map(|name| name.split(',')).fold(Deed::CHECKS, |most, name| most.or(task(name)));
    // Where `install` is a phase of the build.
    let builds = most.effect == CommandEffect::Installs && one_of("mvn ninja bazel sbt gradle", call.program);
    if builds { Deed::CHECKS } else { most }
}

/// The history of the repository is written anew.
pub(super) fn moves(call: &Call<'_>) -> Deed {
    let looks = call.has("--analyze") || call.has("--dry-run");
    if looks { Deed::CHECKS } else { Deed::changes(super::REPOSITORY) }
}

/// What a task does, by its name.
pub(super) fn task(name: &str) -> Deed {
    let name = name.rsplit('/').next().unwrap_or(name);
    let names_file = name
        .rsplit_once('.')
        .is_some_and(|(_, end)| one_of("o a so js py ts json go rs c sh exs ex rb java kt", end));
    let parts = parts(name);
    let (Some(first), Some(last)) = (parts.first(), parts.last()) else { return Deed::CHECKS };
    if names_file {
        return Deed::CHECKS;
    }
    let changing = |word: &str| CHANGES.iter().find(|(words, _)| one_of(words, word));
    if one_of(ENDLESS_LAST, last) {
        return Deed::serves(ENDLESS);
    }
    if *last == "fix" || *first == "update" && parts.contains(&"snapshots".to_owned()) {
        return Deed::changes("rewrite files");
    }
    if one_of(LOOKS_FIRST, first) || one_of(LOOKS_LAST, last) || is_dry(&parts) {
        return Deed::CHECKS;
    }
    let outside = outside(&parts);
    if outside.effect != CommandEffect::Checks {
        return outside;
    }
    if let Some((_, would)) = changing(first).or_else(|| changing(last)) {
        return Deed::changes(would);
    }
    if one_of(ENDLESS_FIRST, first) || one_of("dev start", last) {
        return Deed::serves(ENDLESS);
    }
    if one_of(INSTALLS, first) && !parts.contains(&"tests".to_owned()) {
        return Deed { effect: CommandEffect::Installs, would: "install what the project declares" };
    }
    Deed::CHECKS
}

/// What the parts of a name say that is done outside.
fn outside(parts: &[String]) -> Deed {
    let any = |words: &str| parts.iter().any(|part| one_of(words, part));
    let rewrites = any(REWRITES);
    for part in parts {
        if rewrites && part == "apply" {
            return Deed::changes("rewrite files");
        }
        if let Some((_, would)) = DEEDS.iter().find(|(words, _)| one_of(words, part)) {
            // `db:push` writes the schema into the database of the project.
            let local = *would == "push" && any(DATABASES) && !any(PRODUCTION);
            return if local { Deed::changes(CHANGES_DATABASE) } else { Deed::reaches(would) };
        }
    }
    if any(DATABASES) && any(TAKES_AWAY) || any("migrate") && any(TAKES_AWAY) {
        return Deed::reaches("delete data");
    }
    let changing = parts.iter().any(|part| CHANGES.iter().any(|(words, _)| one_of(words, part)));
    if any(PRODUCTION) && changing {
        return Deed::reaches(REMOTE_DATABASE);
    }
    let system = SYSTEM.iter().find(|(words, _)| parts.first().is_some_and(|first| one_of(words, first)));
    system.map_or(Deed::CHECKS, |(_, would)| Deed::reaches(would))
}

/// What a name says that is no task for certain: only what reaches outside counts, and only at its beginning.
pub(super) fn deed_of(name: &str) -> Deed {
    let parts = parts(name);
    let (Some(first), Some(last)) = (parts.first(), parts.last()) else { return Deed::CHECKS };
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_:".contains(&byte));
    let acts = DEEDS.iter().chain(SYSTEM).find(|(words, _)| one_of(words, first));
    match acts {
        Some((_, would)) if plain && !one_of(LOOKS_LAST, last) && !is_dry(&parts) => Deed::reaches(would),
        _ => Deed::CHECKS,
    }
}

/// What the second word says to a program that nobody knows: `shopify theme push`.
pub(super) fn deed_behind(first: &str, second: &str) -> Deed {
    let looks = parts(first).iter().any(|part| one_of(LOOKS_FIRST, part));
    let acts = one_of("deploy destroy publish rollback apply promote teardown undeploy", second);
    if acts && !looks { deed_of(second) } else { Deed::CHECKS }
}

/// What a script file does, by its name without the ending.
pub(super) fn script(stem: &str) -> Deed {
    let parts = parts(stem);
    match parts.first() {
        Some(first) if one_of(MOVES, first) && !one_of(LOOKS_LAST, &parts[parts.len() - 1]) => {
            let outside = outside(&parts);
            if outside.effect == CommandEffect::Reaches { outside } else { Deed::changes("change data") }
        }
        Some(first) if one_of("server serve devserver", first) && parts.len() == 1 => Deed::serves(ENDLESS),
        Some(first) if one_of("start dev", first) => Deed::CHECKS,
        _ => match task(stem) {
            // Whether what it starts goes on is not known, nor where it installs something.
            Deed { effect: CommandEffect::Serves, .. } if !one_of(ENDLESS_LAST, &parts[parts.len() - 1]) => {
                Deed::CHECKS
            }
            Deed { effect: CommandEffect::Installs, .. } => Deed::changes("set something up"),
            done => done,
        },
    }
}

fn is_dry(parts: &[String]) -> bool {
    parts.iter().any(|part| one_of("dry dryrun", part))
}

/// The parts of a name in lower case: `publishToMavenLocal`, `db:reset-all`.
fn parts(name: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut lower = false;
    for c in name.chars() {
        let ends = !c.is_alphanumeric();
        if ends || lower && c.is_uppercase() {
            parts.push(String::new());
        }
        if let Some(part) = parts.last_mut().filter(|_| !ends) {
            part.extend(c.to_lowercase());
        }
        lower = c.is_lowercase();
    }
    parts.retain(|part| !part.is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use CommandEffect::{Changes, Checks, Installs, Reaches, Serves};

    #[test]
    fn the_parts_of_a_name_decide_by_their_place() {
        for (names, expected) in [
            ("deploy deploy:prod deploy-staging deploy_test web:deploy docker-push prod-deploy", Reaches),
            ("publish release release:minor rollback destroy tf-apply aws_ssh appDeploy db:reset", Reaches),
            ("migrate:prod db-migrate-production db:drop db-wipe nuke push upload-assets", Reaches),
            ("test:deploy build:release build-release check-release lint:deploy can-deploy", Checks),
            ("deploy:dry-run release:check release-notes deploy:plan publishToMavenLocal deploy.o", Checks),
            ("test build clean run migrate:status format:check fmt-check up docker-up e2e", Checks),
            ("fmt format lint:fix lint-fix generate codegen db:migrate seed db:seed db:push", Changes),
            ("dev start serve watch build:watch docs:serve web:dev dev:api", Serves),
            ("install deps setup", Installs),
        ] {
            for name in names.split(' ') {
                assert_eq!(task(name).effect, expected, "{name}");
            }
        }
    }

    #[test]
    fn names_come_in_parts() {
        for (name, expected) in [
            ("publishToMavenLocal", &["publish", "to", "maven", "local"][..]),
            ("db:reset-all_x", &["db", "reset", "all", "x"]),
            (":app:deploy", &["app", "deploy"]),
            ("::", &[]),
        ] {
            assert_eq!(parts(name), expected, "{name}");
        }
    }
}
