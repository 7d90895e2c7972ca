//! What the values of a configuration may be: times, positive numbers, words to choose from.

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use clap::ValueEnum;
use jiff::SignedDuration;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use toml::Value;

/// A table, and no list of its values in order, which serde would take as well.
pub(super) fn table<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_map(TableVisitor(PhantomData))
}

struct TableVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for TableVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map))
    }
}

/// A positive time as people write it: `90s`, `10m`, `1h 30m`.
pub(super) fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let time = match Value::deserialize(deserializer)? {
        Value::String(text) => parse_duration(&text).ok(),
        _ => None,
    };
    time.ok_or_else(|| D::Error::custom("expected a time such as \"90s\" or \"1h 30m\""))
}

/// A whole number; a limit of 0 is never meant as "no limit".
pub(super) fn positive<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: TryFrom<i64> + PartialOrd + Default,
{
    let number = Value::deserialize(deserializer)?.as_integer().and_then(|number| T::try_from(number).ok());
    let number = number.filter(|number| *number > T::default());
    number.ok_or_else(|| D::Error::custom("expected a whole number above 0"))
}

/// The same where there need be none.
pub(super) fn any_positive<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    positive(deserializer).map(Some)
}

/// One of a few words.
pub(super) fn choice<'de, D: Deserializer<'de>, T: ValueEnum>(deserializer: D) -> Result<T, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let chosen = value.as_str().and_then(|word| T::from_str(word, false).ok());
    chosen.ok_or_else(|| {
        let words = T::value_variants().iter().filter_map(ValueEnum::to_possible_value);
        let words: Vec<String> = words.map(|word| format!("\"{}\"", word.get_name())).collect();
        D::Error::custom(format!("expected one of {}", words.join(", ")))
    })
}

/// A positive time as people write it. A number without a unit is refused: it could mean anything.
pub(crate) fn parse_duration(text: &str) -> Result<Duration, String> {
    let problem = || format!("`{text}` is not a time; write `90s`, `10m` or `1h 30m`");
    let duration: SignedDuration = text.parse().map_err(|_| problem())?;
    match Duration::try_from(duration) {
        Ok(duration) if !duration.is_zero() => Ok(duration),
        _ => Err(problem()),
    }
}

/// A time as it is written in a configuration or behind a flag: `10m`, `1h 30m`, `250ms`.
pub(crate) fn written(duration: Duration) -> String {
    SignedDuration::try_from(duration)
        .map_or_else(|_| format!("{duration:?}"), |duration| format!("{duration:#}"))
}
