//! What the statements do that a client of a database is given.

use super::call::Call;
use super::databases::{CHANGES_DATABASE, REMOTE_DATABASE, is_remote};
use super::names::one_of;
use super::{Deed, WAITS};

/// What a statement does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Statement {
    Looks,
    Writes,
    Destroys,
}

/// Options whose value is a statement.
const STATEMENTS: &str = "-c --command -e --execute --eval -q -Q --query --sql -cmd --cql";

/// Options whose value is a file of statements.
const FILES: &str = "-f --file -i --queries-file";

/// Options with which a client only tells.
const TELLS: &[&str] = &["-l", "--list", "-V", "--version", "--help", "-?"];

/// Clients whose positionals are a command.
const COMMANDS: &str = "redis-cli valkey-cli keydb-cli";

/// Clients of a database that is a file.
const FILE_CLIENTS: &str = "sqlite3 duckdb litecli";

/// Clients of whole programs in a language, which they are given as text.
const CODE: &str = "mongosh rails manage.py arangosh tarantool artisan";

/// Words that statements begin with.
const LOOKS: &str = "select show explain describe desc pragma values table use set reset begin start rollback commit end list help \
    checkpoint fetch declare close prepare listen \\d \\dt \\l \\du \\dn \\df \\di \\x \\conninfo \\q \\timing \\pset \\echo \\c \\connect \\copy";
const DESTROYS: &str = "drop truncate delete";

/// Commands of redis that only tell.
const REDIS_LOOKS: &str = "get mget keys ping info scan exists ttl pttl type dbsize llen lrange hget hgetall hkeys hlen hmget smembers \
    scard sismember zrange zcard zscore xlen xrange xinfo strlen memory object time role client echo cluster lastsave slowlog latency \
    config monitor subscribe psubscribe acl command getrange bitcount hexists";
const REDIS_DESTROYS: &str = "flushall flushdb del unlink shutdown debug swapdb replicaof slaveof failover";

/// Calls in the languages of other databases, in lower case.
const CODE_DESTROYS: &[&str] = &[
    ".drop(",
    "dropdatabase",
    "deletemany",
    "deleteone",
    ".remove(",
    "delete_all",
    "destroy_all",
    "drop_table",
    "flushall",
    ".delete()",
    "truncate",
    "drop table",
    "drop database",
    "delete from",
    "dropindex",
];
const CODE_WRITES: &[&str] = &[
    "insert",
    "update",
    ".save",
    "create",
    "replace",
    "upsert",
    "bulkwrite",
    ".add(",
    "set_",
    "rename",
    "migrate",
];

/// A client with its statements, at its database.
pub(super) fn client(call: &Call<'_>) -> Deed {
    if TELLS.iter().any(|option| call.words[1..].contains(option)) {
        return Deed::CHECKS;
    }
    let most = statement(call);
    if is_remote(call) {
        return Deed::reaches(if most > Some(Statement::Looks) {
            REMOTE_DATABASE
        } else {
            "open a remote database"
        });
    }
    let own_file = one_of(FILE_CLIENTS, call.program);
    let scratch = own_file && call.positionals.first().is_some_and(|file| is_scratch(file));
    match most {
        None => Deed::serves(WAITS),
        Some(Statement::Looks) => Deed::CHECKS,
        Some(_) if scratch => Deed::CHECKS,
        Some(Statement::Destroys) if !own_file => Deed::reaches("delete data"),
        Some(_) => Deed::changes(CHANGES_DATABASE),
    }
}

fn is_scratch(file: &str) -> bool {
    file == ":memory:" || file.starts_with("/tmp/") || file.starts_with("$TMP")
}

/// The worst of the statements that a client is given; `None` if it is given none.
fn statement(call: &Call<'_>) -> Option<Statement> {
    if one_of(COMMANDS, call.program) {
        let given = call.positionals.first().copied().into_iter();
        let read = call.read().into_iter().flat_map(str::lines);
        let all = given.chain(read).map(of_redis);
        return all.chain(call.reads_unknown().then_some(Statement::Writes)).max();
    }
    let mut texts: Vec<&str> = call.values(STATEMENTS).collect();
    texts.extend(call.read());
    texts.extend(call.positionals.iter().copied().filter(|word| word.contains(' ')));
    let has_subcommand = ["rails", "manage.py", "artisan"].contains(&call.program);
    if has_subcommand || one_of(FILE_CLIENTS, call.program) {
        texts.extend(call.positionals.iter().copied().skip(1));
    }
    let is_code = one_of(CODE, call.program);
    let read = texts.iter().map(|text| if is_code { of_code(text) } else { of_sql(text) });
    let from_file = call.value(FILES).is_some() || call.reads_unknown() && texts.is_empty();
    // A positional may be a file of code: `rails runner scripts/x.rb`.
    let runs_file =
        is_code && call.positionals.iter().any(|word| [".rb", ".js"].iter().any(|end| word.ends_with(end)));
    read.chain((from_file || runs_file).then_some(Statement::Writes)).max()
}

fn of_redis(command: &str) -> Statement {
    let command = command.to_ascii_lowercase();
    match command.split(' ').next().unwrap_or_default() {
        word if one_of(REDIS_DESTROYS, word) => Statement::Destroys,
        word if one_of(REDIS_LOOKS, word) => Statement::Looks,
        _ => Statement::Writes,
    }
}

fn of_code(text: &str) -> Statement {
    let text = text.to_lowercase();
    let holds = |words: &[&str]| words.iter().any(|word| text.contains(word));
    match () {
        () if holds(CODE_DESTROYS) => Statement::Destroys,
        () if holds(CODE_WRITES) => Statement::Writes,
        () => Statement::Looks,
    }
}

/// The worst statement of a text of SQL.
fn of_sql(text: &str) -> Statement {
    let text = without_texts(&text.to_lowercase());
    let statements = text.split(';').map(str::trim).filter(|one| !one.is_empty());
    statements.map(of_one).max().unwrap_or(Statement::Looks)
}

fn of_one(statement: &str) -> Statement {
    let words: Vec<&str> =
        statement.split(|c: char| c.is_whitespace() || c == '(').filter(|word| !word.is_empty()).collect();
    let has = |word: &str| words.contains(&word);
    let Some(&first) = words.first() else { return Statement::Looks };
    let wraps = first == "with" || first == "explain" && has("analyze");
    match first {
        _ if one_of(DESTROYS, first) => Statement::Destroys,
        _ if wraps && has("delete") => Statement::Destroys,
        _ if wraps && (has("insert") || has("update") || has("merge")) => Statement::Writes,
        "alter" if has("drop") => Statement::Destroys,
        "with" => Statement::Looks,
        ".read" | ".import" | ".restore" | ".save" | ".load" | ".shell" | ".system" => Statement::Writes,
        _ if first.starts_with('.') || one_of(LOOKS, first) => Statement::Looks,
        "copy" if !has("from") => Statement::Looks,
        _ => Statement::Writes,
    }
}

/// SQL without what stands in quotes and in comments.
fn without_texts(sql: &str) -> String {
    let mut rest = sql;
    let mut kept = String::new();
    while let Some(at) = rest.find(['\'', '-', '/']) {
        kept.push_str(&rest[..at]);
        let here = &rest[at..];
        let end = match here {
            _ if here.starts_with('\'') => here[1..].find('\'').map(|end| end + 2),
            _ if here.starts_with("--") => Some(here.find('\n').unwrap_or(here.len())),
            _ if here.starts_with("/*") => Some(here.find("*/").map_or(here.len(), |end| end + 2)),
            _ => Some(1),
        };
        kept.push(' ');
        rest = &here[end.unwrap_or(here.len())..];
    }
    kept + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_are_read_by_their_first_words() {
        for (text, expected) in [
            ("select 'drop table x'", Statement::Looks),
            ("SELECT 1; DROP TABLE x", Statement::Destroys),
            ("-- drop table x\nselect 1", Statement::Looks),
            ("/* delete */ select 1", Statement::Looks),
            ("delete from x", Statement::Destroys),
            ("TRUNCATE x", Statement::Destroys),
            ("with a as (select 1) delete from x", Statement::Destroys),
            ("with a as (select 1) select * from a", Statement::Looks),
            ("explain analyze delete from x", Statement::Destroys),
            ("explain delete from x", Statement::Looks),
            ("insert into x values (1)", Statement::Writes),
            ("alter table x add y int", Statement::Writes),
            ("alter table x drop y", Statement::Destroys),
            ("\\d users", Statement::Looks),
            (".schema", Statement::Looks),
            ("pragma user_version", Statement::Looks),
            ("copy x to stdout", Statement::Looks),
            ("copy x from stdin", Statement::Writes),
            ("$SQL", Statement::Writes),
            ("", Statement::Looks),
        ] {
            assert_eq!(of_sql(text), expected, "{text}");
        }
        assert_eq!(of_code("db.users.deleteMany({})"), Statement::Destroys);
        assert_eq!(of_code("db.users.countDocuments()"), Statement::Looks);
        assert_eq!(of_redis("FLUSHALL"), Statement::Destroys);
    }
}
