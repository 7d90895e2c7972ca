//! What is wrong with a configuration file, in the file's own words: the key, what it must be, an example.

use std::path::Path;

use toml::Table;
use toml::de::{DeTable, DeValue};

use crate::failure::Failure;

/// Every key with its default, or with a value that it could have.
const EXAMPLE: &str = include_str!("../../config.example.toml");

/// The entry of a file that an error is about.
struct WrongEntry {
    /// `agent.max_turns`
    key: String,
    value: String,
    /// Whether the error is about something inside of a list.
    in_list: bool,
    unknown: bool,
}

/// Turns the parser's error into file, line, key, what it must be, and an example.
pub(super) fn complain(error: &toml::de::Error, text: &str, path: &Path) -> Failure {
    let at = error.span().map_or(0, |span| text.floor_char_boundary(span.start));
    let place = format!("{}:{}", path.display(), 1 + text[..at].matches('\n').count());
    let document = DeTable::parse(text).ok();
    let Some(entry) = document.as_ref().and_then(|table| find(table.get_ref(), at, "", text)) else {
        return Failure::usage(format!("{place}: {}", error.message()))
            .hint("config.example.toml lists every key with its default");
    };
    if entry.unknown { unknown(&entry.key, error.message(), &place) } else { wrong(&entry, error, &place) }
}

/// The innermost entry at a byte of the text.
fn find(table: &DeTable<'_>, at: usize, above: &str, text: &str) -> Option<WrongEntry> {
    table.iter().find_map(|(name, value)| {
        let key =
            if above.is_empty() { name.get_ref().to_string() } else { format!("{above}.{}", name.get_ref()) };
        if let DeValue::Table(inner) = value.get_ref()
            && let Some(found) = find(inner, at, &key, text)
        {
            return Some(found);
        }
        let unknown = name.span().contains(&at);
        (unknown || value.span().contains(&at)).then(|| WrongEntry {
            key,
            value: text.get(value.span()).unwrap_or_default().to_owned(),
            in_list: matches!(value.get_ref(), DeValue::Array(_)) && at > value.span().start,
            unknown,
        })
    })
}

fn unknown(key: &str, message: &str, place: &str) -> Failure {
    // unknown field `x`, expected one of `y`, `z`
    let known: Vec<&str> = message.split('`').skip(1).step_by(2).skip(1).collect();
    let failure = Failure::usage(format!("{place}: there is no key `{key}`, only {}", known.join(", ")));
    let name = key.rsplit('.').next().unwrap_or(key);
    match nearest(name, &known) {
        Some(known) => failure.hint(format!("did you mean `{known}`?")),
        None => failure.hint("config.example.toml lists every key with its default"),
    }
}

fn wrong(entry: &WrongEntry, error: &toml::de::Error, place: &str) -> Failure {
    let WrongEntry { key, value, in_list, .. } = entry;
    let mut expected = expected(error.message());
    // One of a list's entries is wrong.
    if *in_list && expected == "a text" {
        "a list of texts".clone_into(&mut expected);
    }
    let found = value.lines().next().unwrap_or_default();
    let more = if value.lines().nth(1).is_some() { " ..." } else { "" };
    Failure::usage(format!("{place}: `{key}` must be {expected}, not `{found}{more}`")).hint(example(key))
}

/// What a value must be, from the end of the parser's message.
pub(super) fn expected(message: &str) -> String {
    let expected = message.rsplit_once("expected ").map_or(message, |(_, expected)| expected);
    let ours = match expected {
        "a boolean" => "`true` or `false`",
        "a string" | "path string" => "a text",
        "a sequence" => "a list of texts",
        "f64" => "a number",
        other => other,
    };
    ours.to_owned()
}

/// How an entry is written.
fn example(key: &str) -> String {
    let Some((table, name)) = key.split_once('.') else {
        return format!("write `[{key}]` on a line of its own, and its keys below it");
    };
    let known: Table = toml::from_str(&switched_on()).unwrap_or_default();
    let value = known.get(table).and_then(|table| table.get(name)).map(ToString::to_string);
    let value = value.filter(|value| value != "[]").unwrap_or_else(|| "[\"...\"]".to_owned());
    format!("for example: {name} = {value}")
}

/// The example, with every key that is commented out switched on.
pub(super) fn switched_on() -> String {
    let is_key = |rest: &str| {
        let key = rest.split_once(" = ").map(|(key, _)| key);
        key.is_some_and(|key| key.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
    };
    let keys =
        EXAMPLE.lines().map(|line| line.strip_prefix("# ").filter(|rest| is_key(rest)).unwrap_or(line));
    keys.collect::<Vec<_>>().join("\n")
}

/// The known key nearest to an unknown one.
fn nearest<'a>(unknown: &str, known: &[&'a str]) -> Option<&'a str> {
    let likeness = |name: &str| strsim::jaro_winkler(unknown, name);
    let near = known.iter().copied().filter(|name| likeness(name) > 0.75);
    near.max_by(|one, other| likeness(one).total_cmp(&likeness(other)))
}
