//! Checks the arguments of a tool call; an error names the field and shows the tool's schema.

use serde_json::{Map, Value};

use super::definitions::{Timeouts, Tool};
use super::outcome::Trouble;
use crate::agent::builtin::edit::Replacement;
use crate::model::message::Arguments;

/// The arguments of a call of a known tool.
#[derive(Debug)]
pub(super) struct CallArguments<'a> {
    tool: Tool,
    timeouts: Timeouts,
    fields: &'a Map<String, Value>,
}

impl<'a> CallArguments<'a> {
    /// Arguments that could be read, and have no unknown field.
    pub(super) fn new(tool: Tool, timeouts: Timeouts, arguments: &'a Arguments) -> Result<Self, Trouble> {
        let wrong = |problem: &str| wrong(tool, timeouts, problem);
        let fields = match arguments {
            Arguments::Object(fields) => fields,
            Arguments::Unreadable { problem, .. } => {
                return Err(wrong(&format!("the arguments could not be read: {problem}")));
            }
        };
        let parameters = tool.parameters(timeouts);
        let known = |name: &str| parameters["properties"].get(name).is_some();
        // A single edit without its list means the same, and models write it often.
        let single = |name: &str| {
            tool == Tool::EditFile && ["old_string", "new_string", "replace_all"].contains(&name)
        };
        match fields.keys().find(|name| !known(name) && !single(name)) {
            Some(name) => Err(wrong(&format!("`{name}` is not an argument"))),
            None => Ok(Self { tool, timeouts, fields }),
        }
    }

    /// An error about one field.
    pub(super) fn wrong(&self, problem: &str) -> Trouble {
        wrong(self.tool, self.timeouts, problem)
    }

    fn field(&self, name: &str) -> Option<&'a Value> {
        self.fields.get(name).filter(|value| !value.is_null())
    }

    pub(super) fn text(&self, name: &str) -> Result<&'a str, Trouble> {
        self.optional_text(name)?.ok_or_else(|| self.wrong(&format!("`{name}` is missing")))
    }

    pub(super) fn optional_text(&self, name: &str) -> Result<Option<&'a str>, Trouble> {
        match self.field(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.wrong(&format!("`{name}` is not a string"))),
        }
    }

    /// A whole number, from 0. Where nothing is changed, `"5"` is one.
    pub(super) fn optional_count(&self, name: &str) -> Result<Option<u64>, Trouble> {
        let number = match self.field(name) {
            None => return Ok(None),
            Some(Value::String(text)) if self.tool.only_reads() => text.trim().parse().ok(),
            Some(value) => value.as_u64(),
        };
        number.map(Some).ok_or_else(|| self.wrong(&format!("`{name}` is not a whole number from 0")))
    }

    /// The edits of `edit_file`: a list, or a single one without its list.
    pub(super) fn edits(&self) -> Result<Vec<Replacement>, Trouble> {
        match self.field("edits") {
            Some(Value::Array(items)) if !items.is_empty() => items
                .iter()
                .enumerate()
                .map(|(at, item)| self.edit(item.as_object(), &format!("edits[{at}].")))
                .collect(),
            Some(_) => Err(self.wrong("`edits` is not a list of edits")),
            None if self.fields.contains_key("old_string") => Ok(vec![self.edit(Some(self.fields), "")?]),
            None => Err(self.wrong("`edits` is missing")),
        }
    }

    fn edit(&self, fields: Option<&Map<String, Value>>, place: &str) -> Result<Replacement, Trouble> {
        let fields = fields
            .ok_or_else(|| self.wrong(&format!("`{}` is not an object", place.trim_end_matches('.'))))?;
        let text = |name: &str| match fields.get(name) {
            Some(Value::String(text)) => Ok(text.clone()),
            Some(_) => Err(self.wrong(&format!("`{place}{name}` is not a string"))),
            None => Err(self.wrong(&format!("`{place}{name}` is missing"))),
        };
        let replace_all = match fields.get("replace_all") {
            None | Some(Value::Null) => false,
            Some(Value::Bool(replace_all)) => *replace_all,
            Some(_) => return Err(self.wrong(&format!("`{place}replace_all` is not true or false"))),
        };
        Ok(Replacement { old_string: text("old_string")?, new_string: text("new_string")?, replace_all })
    }
}

fn wrong(tool: Tool, timeouts: Timeouts, problem: &str) -> Trouble {
    Trouble::Mistake(format!(
        "{problem}; nothing was done. The arguments of {}: {}",
        tool.name(),
        tool.parameters(timeouts)
    ))
}
