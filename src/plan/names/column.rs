//! What the column of a table says, by its name.

use std::sync::LazyLock;

use crate::plan::names::phrases::Phrases;
use crate::plan::names::vocabulary::COLUMNS;
use crate::plan::names::words;

/// What a column of a table says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::plan) enum Column {
    /// What is to be done, by a name that only tasks have.
    Task,
    /// What is to be done, by a name that many things have.
    Name,
    /// How a task is called.
    Id,
    /// How far it is.
    State,
    /// Which come first.
    Needs,
    /// Which files.
    Files,
    /// How it is seen to be done.
    Validation,
}

static NAMED: LazyLock<Phrases<Column>> = LazyLock::new(|| {
    Phrases::of(COLUMNS.iter().flat_map(|(column, names)| names.split(", ").map(|name| (name, *column))))
});

impl Column {
    /// The column of this name.
    pub(in crate::plan) fn named(name: &str) -> Option<Self> {
        let name = if name.trim() == "#" { "no".to_owned() } else { words(name) };
        NAMED.get(&name).map(|(_, column)| column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_known_by_their_names() {
        let cases = [
            ("Task", Some(Column::Task)),
            ("**Step**", Some(Column::Task)),
            ("Deliverable", Some(Column::Name)),
            (" # ", Some(Column::Id)),
            ("Task ID", Some(Column::Id)),
            ("Status (today)", Some(Column::State)),
            ("Depends on", Some(Column::Needs)),
            ("Files", Some(Column::Files)),
            ("How to verify", Some(Column::Validation)),
            ("Owner", None),
            ("", None),
        ];
        assert_eq!(cases.map(|(name, _)| (name, Column::named(name))), cases);
    }
}
