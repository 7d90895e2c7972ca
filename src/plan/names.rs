//! Says what the names of sections, labels and fields mean, by the `vocabulary`.

mod acts;
pub(super) mod code;
pub(super) mod column;
pub(super) mod done;
pub(super) mod label;
pub(crate) mod own_check;
pub(super) mod person;
pub(super) mod phrases;
pub(super) mod sentences;
pub(crate) mod title;
pub(super) mod vocabulary;

use std::borrow::Cow;
use std::sync::LazyLock;

use self::column::Column;
use self::phrases::Phrases;
use self::vocabulary::NameMatch::{self, Has};
use self::vocabulary::{
    ALTERNATIVE_WORDS, COLUMNS, COUNTED_GROUPS, COUNTED_STEPS, GROUP_KEYWORDS, INTRODUCTIONS, LIST_MARKS,
    LIST_TITLES, LOOKS, METADATA, NAMES, PARTS, STATES, STEP_CODES, STEP_KEYWORDS, UNSPACED_NAMES, VAGUE,
    VERIFYING_ENDS, VERIFYING_STARTS,
};

/// What a name says about the text under it. What that makes of the text depends on where it stands:
/// success criteria inside a step are the step's, outside they are the plan's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Role {
    /// The steps themselves.
    Steps,
    /// Work that is the steps only where nothing else is: components, migration.
    SecondSteps,
    /// Items of work.
    Tasks,
    /// What is left behind.
    Deliverables,
    /// What must hold.
    Criteria,
    /// How it is seen that something holds: commands.
    Validation,
    /// What must hold for the whole plan, wherever it is said.
    Acceptance,
    /// What a person has to look at.
    Manual,
    /// Files.
    Files,
    /// Which other steps come first.
    Dependencies,
    /// What must be there before anything starts.
    Prerequisites,
    /// Tests to be written or run.
    Testing,
    /// Documents to be written.
    Documentation,
    /// Questions without an answer.
    OpenQuestions,
    /// Going live: never steps.
    Rollout,
    /// Going back: never steps, never validation.
    Rollback,
    /// When: never steps.
    Timeline,
    /// What was: never steps.
    History,
    /// How far it is: perhaps a second list of the steps.
    Progress,
    /// What is only read.
    Context,
}

/// What a word before a number makes of a heading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keyword {
    /// A unit of work, whatever it holds.
    Step,
    /// A unit of work, or a group of those that it holds.
    Group,
}

/// One row of the table: its place, which decides between rows that fit, and what it says.
type Row = (usize, Role, NameMatch);

static ROLES: LazyLock<Phrases<Row>> = LazyLock::new(|| {
    let rows = NAMES.iter().enumerate();
    Phrases::of(rows.flat_map(|(order, (role, how, phrases))| {
        phrases.split(", ").map(move |phrase| (phrase, (order, *role, *how)))
    }))
});

static UNSPACED: LazyLock<Vec<(&'static str, Role)>> = LazyLock::new(|| {
    let of_role = |(role, names): &(Role, &'static str)| {
        names.split(", ").map(|name| (name, *role)).collect::<Vec<_>>()
    };
    UNSPACED_NAMES.iter().flat_map(of_role).collect()
});

static INTRODUCING: LazyLock<Phrases<()>> = LazyLock::new(|| Phrases::listed(INTRODUCTIONS));

static METADATA_NAMES: LazyLock<Phrases<()>> = LazyLock::new(|| Phrases::listed(METADATA));

static VAGUE_PHRASES: LazyLock<Phrases<()>> = LazyLock::new(|| Phrases::listed(VAGUE));

static STARTS: LazyLock<Phrases<()>> = LazyLock::new(|| Phrases::listed(VERIFYING_STARTS));

static ENDS: LazyLock<Phrases<()>> = LazyLock::new(|| Phrases::listed(VERIFYING_ENDS));

static CODES: LazyLock<Vec<&'static str>> = LazyLock::new(|| STEP_CODES.split(", ").collect());

static KEYWORDS: LazyLock<Phrases<Keyword>> = LazyLock::new(|| {
    let steps = STEP_KEYWORDS.split(", ").map(|word| (word, Keyword::Step));
    Phrases::of(steps.chain(GROUP_KEYWORDS.split(", ").map(|word| (word, Keyword::Group))))
});

static NO_WORK: LazyLock<Phrases<()>> = LazyLock::new(|| Phrases::listed(ALTERNATIVE_WORDS));

static COLUMN_NAMES: LazyLock<Phrases<Column>> = LazyLock::new(|| {
    Phrases::of(COLUMNS.iter().flat_map(|(column, names)| names.split(", ").map(|name| (name, *column))))
});

/// What the column of a table is about, by its name.
pub(in crate::plan) fn column(name: &str) -> Option<Column> {
    let name = if name.trim() == "#" { "no".to_owned() } else { words(name) };
    COLUMN_NAMES.get(&name).map(|(_, column)| column)
}

/// The role that a name gives to the text under it.
pub(crate) fn role(name: &str) -> Option<Role> {
    let mut said = words(&without_code(name));
    // A group of what is begun is no list of progress.
    if said.contains("in progress") {
        said = said.replace("in progress", "");
    }
    let name = said.trim();
    let fits = |(phrase, (_, _, how)): &(&str, Row)| *how == Has || *phrase == name;
    let first = ROLES.within(name).filter(fits).min_by_key(|(_, (order, _, _))| *order);
    first.map(|(_, (_, role, _))| role).or_else(|| unspaced_role(name))
}

/// What a name says beside the code in it: ``Pass `ctx.context` `` is about no context.
fn without_code(name: &str) -> Cow<'_, str> {
    if !name.contains('`') {
        return Cow::Borrowed(name);
    }
    let said: String = name.split('`').step_by(2).collect();
    if said.contains(char::is_alphanumeric) { Cow::Owned(said) } else { Cow::Borrowed(name) }
}

/// The same for languages that put no space between words: what the name ends with says what it is.
fn unspaced_role(name: &str) -> Option<Role> {
    if name.is_ascii() {
        return None;
    }
    UNSPACED.iter().find(|(phrase, _)| name.ends_with(phrase)).map(|(_, role)| *role)
}

/// What is said under this label only introduces what follows.
pub(crate) fn introduces(name: &str) -> bool {
    INTRODUCING.any_within(&words(name))
}

/// What is said under this label is one command.
pub(crate) fn runs(name: &str) -> bool {
    matches!(words(name).as_str(), "run" | "command" | "test command")
}

/// A step of this title looks whether something holds.
pub(crate) fn verifies(name: &str) -> bool {
    let is_word = |part: &&str| part.bytes().any(|byte| !byte.is_ascii_digit());
    let mut words = before_brackets(name).split(|c: char| !c.is_alphanumeric()).filter(is_word);
    let first = words.next();
    let last = words.next_back().or(first);
    let unspaced =
        |word: &str| !word.is_ascii() && VERIFYING_STARTS.split(", ").any(|end| word.ends_with(end));
    first.is_some_and(|word| STARTS.contains(&lower(word)))
        || last.is_some_and(|word| ENDS.contains(&lower(word)) || unspaced(word))
}

/// Under this name something may be looked at: `Post-plan verification`, `Validation per batch`. A part of the product
/// may be called so as well: what stands there decides.
pub(crate) fn may_validate(name: &str) -> bool {
    let said = words(name);
    let nouns = LOOKS.split(", ");
    let spaced = |noun: &str| {
        said.strip_suffix(noun).is_some_and(|rest| rest.is_empty() || rest.ends_with(' '))
            || said.strip_prefix(noun).is_some_and(|rest| rest.starts_with(' '))
    };
    nouns.into_iter().any(|noun| spaced(noun) || (!noun.is_ascii() && said.contains(noun)))
}

/// A criterion of these words says no more than that something is good.
pub(crate) fn is_vague(words: &str) -> bool {
    VAGUE_PHRASES.any_within(words)
}

/// A line says of what it names that it is not to be done.
pub(crate) fn leaves_out(line: &str) -> bool {
    let said = spoken(line);
    let states = STATES.iter().filter(|(mark, _)| *mark == '-').flat_map(|(_, states)| states.split(", "));
    line.contains("~~") || states.into_iter().any(|state| has_words(&said, state))
}

/// What is said under this name is about a step: who, when, how much.
pub(crate) fn is_metadata(name: &str) -> bool {
    METADATA_NAMES.contains(&words(name))
}

/// What stands under this name says how far a step is.
pub(crate) fn names_a_state(name: &str) -> bool {
    column(name) == Some(Column::State)
}

/// A file of this title is a list of steps.
pub(crate) fn titles_a_list(name: &str) -> bool {
    let name = words(name);
    let is_word = |rest: &str| rest.is_empty() || rest.starts_with(' ') || rest.ends_with(' ');
    let marks = |title: &str| {
        name.strip_prefix(title).is_some_and(is_word) || name.strip_suffix(title).is_some_and(is_word)
    };
    LIST_TITLES.split(", ").any(|title| title == name) || LIST_MARKS.split(", ").any(marks)
}

/// Among steps, a heading of this name is about a part of the product.
pub(crate) fn names_a_part(name: &str) -> bool {
    let name = words(name);
    PARTS.split(", ").any(|part| part == name)
}

/// Numbered headings with this word are not done one after the other: options, risks, findings.
pub(crate) fn counts_no_work(word: &str) -> bool {
    NO_WORK.contains(word)
}

/// What a keyword is: `step`, `Phases`.
pub(crate) fn keyword(word: &str) -> Option<Keyword> {
    known(word).map(|(_, keyword)| keyword)
}

/// The letters of a code are those of units of work.
pub(crate) fn codes_a_step(letters: &str) -> bool {
    CODES.iter().any(|code| letters.eq_ignore_ascii_case(code))
}

/// A word for units that are counted, behind or around the number.
pub(crate) fn counted(word: &str) -> Option<Keyword> {
    let is = |among: &str| among.split(", ").any(|one| one == word);
    let step = is(COUNTED_STEPS).then_some(Keyword::Step);
    step.or_else(|| is(COUNTED_GROUPS).then_some(Keyword::Group))
}

/// A keyword as it is compared: lower case, one of it.
pub(crate) fn singular(word: &str) -> Cow<'_, str> {
    known(word).map_or_else(|| lower(word), |(word, _)| Cow::Borrowed(word))
}

/// A keyword as the table has it, and what it is.
pub(crate) fn known(word: &str) -> Option<(&'static str, Keyword)> {
    let word = lower(word);
    let word = word.strip_prefix("sub-").unwrap_or(&word);
    let of_many = || KEYWORDS.get(&format!("{}y", word.strip_suffix("ies")?));
    KEYWORDS.get(word).or_else(of_many).or_else(|| KEYWORDS.get(word.strip_suffix('s')?))
}

/// A text in lower case, copied only where it is not so yet.
pub(crate) fn lower(text: &str) -> Cow<'_, str> {
    match text.is_ascii() {
        true if !text.bytes().any(|byte| byte.is_ascii_uppercase()) => Cow::Borrowed(text),
        true => Cow::Owned(text.to_ascii_lowercase()),
        false => Cow::Owned(text.to_lowercase()),
    }
}

/// A name as it is compared: words in lower case, without numbering, signs and what is in brackets.
pub(crate) fn words(name: &str) -> String {
    let mut words = spoken(before_brackets(name));
    if words.starts_with(|c: char| c.is_ascii_digit()) {
        let is_number = |word: &&str| word.bytes().all(|byte| byte.is_ascii_digit());
        let numbering: usize = words.split(' ').take_while(is_number).map(|word| word.len() + 1).sum();
        words.drain(..numbering.min(words.len()));
    }
    words
}

/// A name without what is in brackets at its end.
fn before_brackets(name: &str) -> &str {
    let open = name.find(['(', '[', '（']).filter(|at| *at > 0);
    &name[..open.unwrap_or(name.len())]
}

/// The words of a text in lower case, with one space between them.
pub(crate) fn spoken(text: &str) -> String {
    joined(text.split(|c: char| !c.is_alphanumeric())).to_lowercase()
}

/// Words with one space between them.
pub(crate) fn joined<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let mut text = String::new();
    for word in words.filter(|word| !word.is_empty()) {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(word);
    }
    text
}

/// Holds the phrase as whole words.
pub(crate) fn has_words(text: &str, phrase: &str) -> bool {
    text.match_indices(phrase).any(|(at, _)| {
        let starts = at == 0 || text[..at].ends_with(' ');
        let rest = &text[at + phrase.len()..];
        starts && (rest.is_empty() || rest.starts_with(' '))
    })
}

/// The known name that was probably meant.
pub(crate) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let name = name.to_lowercase();
    known
        .filter(|other| !other.is_empty())
        .map(|other| (strsim::jaro_winkler(&name, &other.to_lowercase()), other))
        .filter(|(score, _)| *score > 0.75)
        .max_by(|(one, _), (two, _)| one.total_cmp(two))
        .map(|(_, other)| other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_the_templates_are_known() {
        let roles = [
            ("4. Implementation Steps", Some(Role::Steps)),
            ("Implementation Phases", Some(Role::Steps)),
            ("3. Components to Implement", Some(Role::SecondSteps)),
            ("Migration Steps", Some(Role::SecondSteps)),
            ("Recommended Implementation Order", Some(Role::SecondSteps)),
            ("In progress (3 left)", None),
            ("Tasks in progress", Some(Role::Steps)),
            ("Proposed Changes", Some(Role::Steps)),
            ("Verification Plan", Some(Role::Validation)),
            ("六、实施步骤（建议）", Some(Role::Steps)),
            ("検証方法", Some(Role::Validation)),
            ("任务背景", Some(Role::Context)),
            ("Testing Strategy", Some(Role::Testing)),
            ("Manual Testing Checklist", Some(Role::Manual)),
            ("Documentation Requirements", Some(Role::Documentation)),
            ("Definition of Done", Some(Role::Acceptance)),
            ("Success Metrics", Some(Role::Criteria)),
            ("Phase Rollout Strategy", Some(Role::Rollout)),
            ("Rollback Steps", Some(Role::Rollback)),
            ("Must be completed first:", Some(Role::Prerequisites)),
            ("12. Dependencies & Prerequisites", Some(Role::Prerequisites)),
            ("Files to Create/Modify", Some(Role::Files)),
            ("Timeline Estimate", Some(Role::Timeline)),
            ("Technical Considerations:", Some(Role::Context)),
            ("Widgets", None),
        ];
        assert_eq!(roles.map(|(name, _)| (name, role(name))), roles);
    }

    #[test]
    fn keywords_have_one_form() {
        assert_eq!(
            ["Steps", "phase", "Stories", "Python"].map(singular),
            ["step", "phase", "story", "python"]
        );
    }

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
            ("Owner", Some(Column::Owner)),
            ("Priority", None),
            ("", None),
        ];
        assert_eq!(cases.map(|(name, _)| (name, column(name))), cases);
    }

    #[test]
    fn what_a_name_says_beside_its_number_its_brackets_and_its_code() {
        let cases = [
            ("4. Implementation Steps (draft)", "implementation steps"),
            ("2.1 -- Who & when?", "who when"),
            ("Überblick (kurz)", "überblick"),
            ("(all of it)", "all of it"),
            ("步骤（建议）", "步骤"),
            ("12", ""),
            ("", ""),
        ];
        assert_eq!(cases.map(|(name, _)| words(name)), cases.map(|(_, expected)| expected.to_owned()));
    }

    #[test]
    fn titles_that_verify_begin_or_end_with_a_word_for_it() {
        let verifying = ["Verify the build", "2. Lint", "Final check", "Überprüfung der Daten", "最终验证"];
        let working = ["Build it", "Checkout page", "Verified builds", "Check-in desk for guests"];
        assert_eq!(verifying.map(verifies), [true; 5]);
        assert_eq!(working.map(verifies), [false, false, false, true]);
    }
}
