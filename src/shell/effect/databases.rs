//! Which database a command changes: the one of the project, or one of others.

use super::call::Call;
use super::hosts::{HostPlace, names_production, place_of};
use super::{CommandEffect, Deed, ScriptEffect};

pub(super) const CHANGES_DATABASE: &str = "change a database";
pub(super) const REMOTE_DATABASE: &str = "change a remote database";

const REMOTE: Deed = Deed::reaches(REMOTE_DATABASE);

/// Options that name a host.
const HOSTS: &str = "-h --host -S --server -H --hostname --host-name";

/// Options that say that it is not the own one.
const ELSEWHERE: &[&str] = &["--remote", "--linked", "--prod", "--production"];

/// A command says that it means a database of others: by a host, a URL, or the name of an environment.
pub(super) fn is_remote(call: &Call<'_>) -> bool {
    let elsewhere = |place: &str| place_of(place) == HostPlace::Elsewhere;
    let in_url = |word: &&str| match word.find("://") {
        // `--url=postgres://...`
        Some(_) => elsewhere(
            word.split_once('=').filter(|(name, _)| !name.contains(':')).map_or(*word, |(_, url)| url),
        ),
        None => false,
    };
    let arguments = || call.own_words().iter().skip(1);
    call.values(HOSTS).any(elsewhere)
        || arguments().any(in_url)
        || arguments().any(|word| word.starts_with('$') && names_production(word))
        || ELSEWHERE.iter().any(|option| call.has(option))
        || arguments().any(|word| is_environment(word))
}

/// `production`, `--env=production`, `RAILS_ENV=production`
fn is_environment(word: &str) -> bool {
    let value = word.rsplit_once('=').map_or(word, |(_, value)| value);
    let names = ["production", "prod", "prd", "staging", "live"];
    names.contains(&value.to_ascii_lowercase().as_str())
}

/// A migration runs.
pub(super) fn migrated(call: &Call<'_>) -> Deed {
    if is_remote(call) { REMOTE } else { Deed::changes(CHANGES_DATABASE) }
}

/// A database is made, filled or set up.
pub(super) fn made(call: &Call<'_>) -> Deed {
    migrated(call)
}

/// A database is dropped.
pub(super) fn dropped(_: &Call<'_>) -> Deed {
    Deed::reaches("delete data")
}

/// A warehouse is built, whose name the target is.
pub(super) fn built(call: &Call<'_>) -> Deed {
    let target = call.value("--target -t --environment --env");
    let is_remote = target.is_some_and(names_production) || is_remote(call);
    if is_remote { Deed::reaches("change a warehouse") } else { Deed::changes(CHANGES_DATABASE) }
}

/// A job is given to a cluster, unless it runs in this machine.
pub(super) fn submitted(call: &Call<'_>) -> Deed {
    let here = call.value("--master").is_none_or(|master| master.starts_with("local"));
    if here { Deed::CHECKS } else { Deed::reaches("deploy") }
}

/// A script says before its commands that it means the environment of others: `RAILS_ENV=production`.
pub(super) fn means_production(script: &str) -> bool {
    let words = script.split(|c: char| c.is_whitespace() || c == ';');
    words.filter_map(|word| word.split_once('=')).any(|(name, value)| {
        let is_name = name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
        let value = value.trim_matches(['"', '\'']);
        let is_url = name.ends_with("URL") || name.ends_with("URI") || name.ends_with("HOST");
        let elsewhere = is_url && place_of(value) == HostPlace::Elsewhere;
        is_name && !name.is_empty() && (is_environment(value) || elsewhere)
    })
}

/// What a command does to a database where production is meant.
pub(super) fn in_production(effect: &mut ScriptEffect) {
    if effect.would == CHANGES_DATABASE {
        *effect = ScriptEffect { effect: CommandEffect::Reaches, would: REMOTE_DATABASE, ..effect.clone() };
    }
}

#[cfg(test)]
mod tests {
    use super::super::CommandEffect::{Changes, Reaches};
    use super::*;

    #[test]
    fn a_database_of_others_is_known_by_host_url_or_environment() {
        for (script, expected) in [
            ("alembic upgrade head", Changes),
            ("alembic -x env=production upgrade head", Reaches),
            ("knex migrate:latest --env production", Reaches),
            ("knex migrate:latest --env test", Changes),
            ("sqlx migrate run --database-url postgres://localhost/x", Changes),
            ("sqlx migrate run --database-url postgres://me@db.example.com/x", Reaches),
            ("sqlx migrate run --database-url=postgres://me@db.example.com/x", Reaches),
            ("sqlx migrate run --database-url $DATABASE_URL", Changes),
            ("sqlx migrate run --database-url $PROD_DATABASE_URL", Reaches),
            ("createdb -h db.example.com x", Reaches),
            ("x --remote", Reaches),
        ] {
            let call = Call::of_words(script.split(' ').collect()).unwrap();
            assert_eq!(migrated(&call).effect, expected, "{script}");
        }
    }

    #[test]
    fn a_script_says_that_it_means_production() {
        for (script, expected) in [
            ("RAILS_ENV=production rails db:migrate", true),
            ("export NODE_ENV=\"production\"; x", true),
            ("DATABASE_URL=postgres://u@db.example.com/x y", true),
            ("DATABASE_URL=postgres://localhost/x y", false),
            ("RAILS_ENV=test x", false),
            ("x --env=production", false),
        ] {
            assert_eq!(means_production(script), expected, "{script}");
        }
    }
}
