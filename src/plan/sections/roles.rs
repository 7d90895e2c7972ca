//! What each section is for, by its name and by the sections around it.

use typed_index_collections::TiSlice;

use super::{Owned, Section, counted, series};
use crate::plan::SectionIndex;
use crate::plan::names::person::is_named_for_a_person;
use crate::plan::names::{self, Keyword, Role};

type All<'text> = TiSlice<SectionIndex, Section<'text>>;

/// Gives every section its role. Which headings are units of work is found first, as far as that can be seen
/// without roles; then each section has its role by its own name and by the section around it.
pub(super) fn give(all: &mut All<'_>, owned: Option<&Owned>) {
    let title = title_of_the_file(all, owned);
    counted::mark_units(all);
    series::mark(all);
    let counts = counted::counts(all);
    for index in SectionIndex::DOCUMENT.next().until(all.next_key()) {
        let parent = series::role_around(all, index);
        if parent == Some(Role::Steps) && counted::is_counted(&all[index], &counts) {
            // `Month 1` that holds `TASK-001` is a group.
            let (around, word) = (all[index].parent, all[index].title.keyword.clone());
            let like = |other: &SectionIndex| {
                all[*other].parent == around && all[*other].title.keyword == word && holds_units(all, *other)
            };
            let group = all.keys().any(|other| like(&other));
            all[index].title.unit = Some(if group { Keyword::Group } else { Keyword::Step });
        }
        let named = named(all, index, title, owned).filter(|named| !must_hold(parent, *named));
        all[index].named = named;
        all[index].role = inherited(parent, named);
    }
}

/// The first heading of level 1. Where it is the only one, `# Story 1.3: Title` around everything names the file, and
/// not a step of it.
fn title_of_the_file(all: &mut All<'_>, owned: Option<&Owned>) -> Option<SectionIndex> {
    let is_top = |section: &&Section<'_>| section.level == 1 && !is_owned(section, owned);
    let alone = all.iter().filter(is_top).count() == 1;
    let title = all.position(|section| is_top(&section))?;
    let section = &mut all[title];
    if alone && section.end > title.next() {
        section.title.keyword = None;
        section.title.unit = None;
        section.title.id = None;
    }
    Some(title)
}

/// What the name of a section says, where it stands.
fn named(
    all: &All<'_>,
    index: SectionIndex,
    title: Option<SectionIndex>,
    owned: Option<&Owned>,
) -> Option<Role> {
    let section = &all[index];
    let under_steps = section.parent.and_then(|parent| all[parent].role) == Some(Role::Steps);
    let lists = |section: &Section<'_>| names::titles_a_list(&section.title.name());
    let is_title = title == Some(index) && section.end > index.next();
    let is_unit = section.title.unit.is_some() || (section.title.id.is_some() && under_steps);
    // A topic or a part says what the steps under it are about, and nothing of what they are.
    let under_list = title.is_some_and(|title| section.parent == Some(title) && lists(&all[title]));
    let is_subject = (under_list && is_topic(section))
        || (under_steps && is_topic(section) && holds_units(all, index))
        || (under_steps && is_part(section));
    if is_owned(section, owned) {
        Some(Role::Progress)
    } else if is_title && lists(section) {
        Some(Role::Steps)
    } else if is_unit && section.level > 6 && is_named_for_a_person(&section.title.text) {
        Some(Role::Manual)
    } else if is_unit || is_title || is_subject {
        None
    } else {
        section.named
    }
}

/// The section that agentrun owns comes and goes, and says nothing about the others.
fn is_owned(section: &Section<'_>, owned: Option<&Owned>) -> bool {
    owned.is_some_and(|owned| owned.outer.contains(&section.start))
}

/// In a list of what is to be done, `Deployment` and `Testing` are what the items are about.
fn is_topic(section: &Section<'_>) -> bool {
    let role = section.named;
    matches!(role, Some(Role::Rollout | Role::Testing | Role::Documentation | Role::Files))
        && section.level <= 6
}

/// `API` under a name for steps.
fn is_part(section: &Section<'_>) -> bool {
    section.level <= 6 && section.named.is_some() && names::names_a_part(&section.title.name())
}

fn holds_units(all: &All<'_>, section: SectionIndex) -> bool {
    all[section.next()..all[section].end].iter().any(|inner| inner.level <= 6 && inner.title.unit.is_some())
}

/// Under a name for what must hold, a heading says which part of the product that is, and never that it is work.
fn must_hold(parent: Option<Role>, named: Role) -> bool {
    let is_work = matches!(
        named,
        Role::Steps
            | Role::SecondSteps
            | Role::Tasks
            | Role::Deliverables
            | Role::Testing
            | Role::Documentation
            | Role::Progress
            | Role::Context
    );
    matches!(parent, Some(Role::Acceptance | Role::Criteria)) && is_work
}

/// The section around decides: nothing inside a rollout is a step, whatever its name.
fn inherited(parent: Option<Role>, named: Option<Role>) -> Option<Role> {
    match (parent, named) {
        (Some(Role::Rollout | Role::Manual), Some(Role::Rollback)) => Some(Role::Rollback),
        (Some(Role::Manual), Some(Role::OpenQuestions | Role::Acceptance | Role::Criteria)) => named,
        // What must hold does so under a calendar, too.
        (Some(Role::Timeline | Role::History | Role::Progress), Some(Role::Acceptance | Role::Criteria)) => {
            named
        }
        (
            Some(
                Role::Rollout
                | Role::Rollback
                | Role::Timeline
                | Role::History
                | Role::OpenQuestions
                | Role::Progress
                | Role::Manual,
            ),
            _,
        ) => parent,
        _ => named.or(parent),
    }
}
