//! The layers of a configuration, one table laid over the other: the user's file, the project's file
//! and the environment.

use std::io;
use std::path::Path;

use toml::{Table, Value};

use super::complaint::{self, complain};
use super::{Config, Environment};
use crate::failure::Failure;
use crate::workspace::file::read_regular;

/// The variables that are part of a configuration, and their keys.
const VARIABLES: [Variable; 5] = [
    Variable { name: "AGENTRUN_MODEL", table: "model", key: "name" },
    Variable { name: "AGENTRUN_BASE_URL", table: "model", key: "base_url" },
    Variable { name: "AGENTRUN_MAX_ATTEMPTS", table: "run", key: "max_attempts" },
    Variable { name: "AGENTRUN_MAX_TURNS", table: "agent", key: "max_turns" },
    Variable { name: "AGENTRUN_MAX_TIME", table: "agent", key: "max_time" },
];

struct Variable {
    name: &'static str,
    table: &'static str,
    key: &'static str,
}

impl Variable {
    /// The layer that holds nothing but this value.
    fn layer(&self, value: Value) -> Table {
        let table = Table::from_iter([(self.key.to_owned(), value)]);
        Table::from_iter([(self.table.to_owned(), Value::Table(table))])
    }
}

/// The text of a file; `None` if there is none.
pub(super) fn text(path: &Path) -> Result<Option<String>, Failure> {
    match read_regular(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::usage(format!("cannot read `{}`", path.display())).caused_by(error)),
    }
}

/// The tables of a file. Everything that is wrong by itself is refused here, where its line is known.
pub(super) fn parse(text: &str, path: &Path) -> Result<Table, Failure> {
    let checked = toml::from_str::<Config>(text).and_then(|_| toml::from_str(text));
    checked.map_err(|error| complain(&error, text, path))
}

/// What the environment says. A value is a text, or a number where a text is wrong.
pub(super) fn of_environment(environment: &Environment) -> Result<Table, Failure> {
    let mut layer = Table::new();
    for variable in &VARIABLES {
        let Some(text) = environment.get(variable.name) else { continue };
        let number = text.parse().ok().map(Value::Integer);
        let values = [Some(Value::String(text.to_owned())), number].into_iter().flatten();
        let mut layers = values.map(|value| variable.layer(value));
        let checked = layers.try_fold(String::new(), |_, layer| match layer.clone().try_into::<Config>() {
            Ok(_) => Err(layer),
            Err(error) => Ok(complaint::expected(error.message())),
        });
        match checked {
            Err(found) => lay(&mut layer, found),
            Ok(expected) => {
                let name = variable.name;
                return Err(Failure::usage(format!("the variable {name} must be {expected}, not `{text}`")));
            }
        }
    }
    Ok(layer)
}

/// Lays one layer over another, key by key.
pub(super) fn lay(below: &mut Table, above: Table) {
    for (name, table) in above {
        match (below.get_mut(&name), table) {
            (Some(Value::Table(below)), Value::Table(above)) => below.extend(above),
            (_, table) => drop(below.insert(name, table)),
        }
    }
}
