//! What an item of a list inside a step is: by the name above it first, then by how it is written.

use crate::plan::names::Role;

/// What an item begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::plan) enum ItemMarker {
    /// A box, behind a bullet or a number.
    Box,
    /// A number.
    Number,
    /// A bullet.
    Bullet,
}

/// How an item is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::plan) struct ItemFacts {
    /// What it begins with.
    pub marker: ItemMarker,
    /// Its words say that a person does it.
    pub by_hand: bool,
    /// It is a command.
    pub command: bool,
    /// It stands in a step of work, and wants to see its command succeed.
    pub checks: bool,
}

/// What an item of a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::plan) enum ItemPart {
    /// Something that must hold.
    Criterion,
    /// Something that a person has to look at.
    Manual,
    /// Work that is left behind, and must be there.
    Deliverable,
    /// Work, with the reason.
    Task(&'static str),
    /// Work, if there is no other.
    Bullet,
    /// Something that a person does, if there is no other work.
    ManualBullet,
    /// Names of files.
    Files,
    /// Names of other steps.
    References,
    /// A question without an answer.
    OpenQuestion,
    /// Part of a rollout, a timeline and the like.
    NeverWork,
    /// Context.
    Text,
}

impl ItemPart {
    /// What an item is under a name of this role.
    pub(in crate::plan) fn of(role: Option<Role>, facts: ItemFacts) -> Self {
        Self::by_name(role, facts.marker).or_else(|| Self::by_work(role, facts)).unwrap_or(match role {
            _ if facts.marker == ItemMarker::Box => Self::Task("a box inside the step"),
            None if facts.marker == ItemMarker::Number => Self::Task("a numbered item of the step"),
            Some(Role::Files) => Self::Files,
            Some(Role::Dependencies | Role::Prerequisites) => Self::References,
            Some(Role::Context) => Self::Text,
            _ => Self::Bullet,
        })
    }

    /// What the name decides. A box of a step is its work, whatever part of the product its name speaks of.
    fn by_name(role: Option<Role>, marker: ItemMarker) -> Option<Self> {
        match role? {
            Role::Criteria | Role::Validation | Role::Acceptance => Some(Self::Criterion),
            Role::Manual => Some(Self::Manual),
            Role::Deliverables => Some(Self::Deliverable),
            Role::OpenQuestions => Some(Self::OpenQuestion),
            Role::Rollback => Some(Self::NeverWork),
            Role::Rollout | Role::Timeline | Role::History if marker != ItemMarker::Box => {
                Some(Self::NeverWork)
            }
            _ => None,
        }
    }

    /// Under a name for work, and under none, some items say that they are to be seen to hold. A box says so under any
    /// name.
    fn by_work(role: Option<Role>, facts: ItemFacts) -> Option<Self> {
        let is_work = facts.marker == ItemMarker::Box
            || matches!(role, None | Some(Role::Tasks | Role::Steps | Role::Testing | Role::Documentation));
        // A bullet without a name above it is work only where nothing else is.
        let counts = facts.marker != ItemMarker::Bullet || matches!(role, Some(Role::Tasks | Role::Steps));
        if is_work && facts.by_hand {
            Some(if counts { Self::Manual } else { Self::ManualBullet })
        } else if (facts.checks && (is_work || role == Some(Role::Context)))
            || (facts.command && role == Some(Role::Testing))
        {
            Some(Self::Criterion)
        } else {
            matches!(role, Some(Role::Tasks | Role::Steps)).then_some(Self::Task("a task of the step"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    const PLAIN: ItemFacts =
        ItemFacts { marker: ItemMarker::Bullet, by_hand: false, command: false, checks: false };

    #[test]
    fn the_name_decides_first_and_then_how_an_item_is_written() {
        let boxed = ItemFacts { marker: ItemMarker::Box, ..PLAIN };
        let ordered = ItemFacts { marker: ItemMarker::Number, ..PLAIN };
        let by_hand = ItemFacts { by_hand: true, ..boxed };
        let command = ItemFacts { command: true, ..PLAIN };
        let checks = ItemFacts { checks: true, ..boxed };
        let inside = ItemPart::Task("a box inside the step");
        let task = ItemPart::Task("a task of the step");
        let cases = [
            (Some(Role::Criteria), by_hand, ItemPart::Criterion),
            (Some(Role::Validation), PLAIN, ItemPart::Criterion),
            (Some(Role::Acceptance), ordered, ItemPart::Criterion),
            (Some(Role::Manual), command, ItemPart::Manual),
            (Some(Role::Deliverables), checks, ItemPart::Deliverable),
            (Some(Role::OpenQuestions), boxed, ItemPart::OpenQuestion),
            (Some(Role::Rollback), checks, ItemPart::NeverWork),
            (Some(Role::Rollout), PLAIN, ItemPart::NeverWork),
            (Some(Role::Rollout), boxed, inside),
            (Some(Role::Rollout), by_hand, ItemPart::Manual),
            (Some(Role::History), PLAIN, ItemPart::NeverWork),
            (Some(Role::Tasks), PLAIN, task),
            (Some(Role::Steps), command, task),
            (Some(Role::Tasks), by_hand, ItemPart::Manual),
            (Some(Role::Tasks), ItemFacts { by_hand: true, ..PLAIN }, ItemPart::Manual),
            (None, ItemFacts { by_hand: true, ..PLAIN }, ItemPart::ManualBullet),
            (None, ItemFacts { by_hand: true, ..ordered }, ItemPart::Manual),
            (Some(Role::Documentation), by_hand, ItemPart::Manual),
            (Some(Role::Tasks), checks, ItemPart::Criterion),
            (Some(Role::Testing), command, ItemPart::Criterion),
            (Some(Role::Testing), boxed, inside),
            (Some(Role::Testing), PLAIN, ItemPart::Bullet),
            (Some(Role::Files), PLAIN, ItemPart::Files),
            (Some(Role::Files), boxed, inside),
            (Some(Role::Dependencies), ordered, ItemPart::References),
            (Some(Role::Prerequisites), boxed, inside),
            (Some(Role::Context), by_hand, ItemPart::Manual),
            (Some(Role::Context), ItemFacts { checks: true, ..PLAIN }, ItemPart::Criterion),
            (Some(Role::Context), ordered, ItemPart::Text),
            (Some(Role::Documentation), ordered, ItemPart::Bullet),
            (Some(Role::Progress), boxed, inside),
            (None, PLAIN, ItemPart::Bullet),
            (None, ordered, ItemPart::Task("a numbered item of the step")),
            (None, boxed, inside),
            (None, command, ItemPart::Bullet),
            (None, checks, ItemPart::Criterion),
            (None, by_hand, ItemPart::Manual),
        ];
        for (role, facts, expected) in cases {
            assert_eq!(ItemPart::of(role, facts), expected, "{role:?} {facts:?}");
        }
    }
}
