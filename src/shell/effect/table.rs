//! The table of what commands do, as rows of phrases, and how a command finds its row.
//!
//! A phrase is a program, its subcommands and targets in their order, and options that may stand
//! anywhere; `+--option` stands behind `--`. `a|b` is either, `*` in a word stands for any text, and
//! `$` says that no more positionals come.
//! Of all phrases that hold the one that says most decides, so an exception is a longer phrase.

mod clouds;
mod clusters;
mod data;
mod hosting;
mod installs;
mod machine;
mod project;
mod registries;
mod repository;
mod serving;

use std::collections::HashMap;
use std::sync::LazyLock;

use super::call::Call;
use super::{CommandEffect, Deed};

/// Commands that do the same.
#[derive(Debug, Clone, Copy)]
pub(super) struct EffectRow {
    says: Says,
    phrases: &'static str,
}

/// What a row says of its commands.
#[derive(Debug, Clone, Copy)]
enum Says {
    /// All of them do the same.
    Always(Deed),
    /// It depends on the rest of the command.
    Asks(fn(&Call<'_>) -> Deed),
}

const fn row(effect: CommandEffect, would: &'static str, phrases: &'static str) -> EffectRow {
    EffectRow { says: Says::Always(Deed { effect, would }), phrases }
}

const fn checks(phrases: &'static str) -> EffectRow {
    EffectRow { says: Says::Always(Deed::CHECKS), phrases }
}

const fn installs(phrases: &'static str) -> EffectRow {
    row(CommandEffect::Installs, "install what the project declares", phrases)
}

const fn changes(would: &'static str, phrases: &'static str) -> EffectRow {
    row(CommandEffect::Changes, would, phrases)
}

const fn reaches(would: &'static str, phrases: &'static str) -> EffectRow {
    row(CommandEffect::Reaches, would, phrases)
}

const fn serves(phrases: &'static str) -> EffectRow {
    row(CommandEffect::Serves, super::ENDLESS, phrases)
}

/// It waits for somebody who types, unless it is fed by something else.
const fn waits(phrases: &'static str) -> EffectRow {
    row(CommandEffect::Serves, super::WAITS, phrases)
}

const fn asks(read: fn(&Call<'_>) -> Deed, phrases: &'static str) -> EffectRow {
    EffectRow { says: Says::Asks(read), phrases }
}

const THEMES: &[&[EffectRow]] = &[
    installs::ROWS,
    project::ROWS,
    repository::ROWS,
    registries::ROWS,
    hosting::ROWS,
    clouds::ROWS,
    clusters::ROWS,
    data::ROWS,
    machine::ROWS,
    serving::ROWS,
];

/// A phrase of the table, taken apart.
struct Phrase {
    says: Says,
    words: Vec<&'static str>,
}

/// The phrases of each program; those of programs with a `*` in their names are under `*`.
static INDEX: LazyLock<HashMap<&'static str, Vec<Phrase>>> = LazyLock::new(|| {
    let mut index: HashMap<_, Vec<Phrase>> = HashMap::new();
    for row in THEMES.iter().copied().flatten() {
        for phrase in row.phrases.split(", ") {
            let mut words = phrase.split_ascii_whitespace();
            for program in words.next().unwrap_or_default().split('|') {
                let key = if program.contains('*') { "*" } else { program };
                let words = std::iter::once(program).chain(words.clone()).collect();
                index.entry(key).or_default().push(Phrase { says: row.says, words });
            }
        }
    }
    index
});

/// What the table knows of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TableEntry {
    pub(super) deed: Deed,
    /// So much of the command is known by name: 1 for its program, 3 with a subcommand.
    pub(super) weight: usize,
    /// The rest of the command decided.
    pub(super) asked: bool,
}

impl TableEntry {
    /// No more than its program is known by name.
    pub(super) fn is_general(self) -> bool {
        self.weight == 1
    }
}

/// The row of a command; `None` if its program is unknown, or nothing of what it is asked for.
pub(super) fn find(call: &Call<'_>) -> Option<TableEntry> {
    let plain = find_as_read(call);
    if call.runs_text() {
        return plain;
    }
    // Not every option with a value is known by name.
    let known = |entry: &TableEntry| entry.weight > WordFit::Pattern as usize;
    let may_be_value = |word: &str| !is_subcommand(call.program, word);
    let others = call.without_values(&may_be_value).filter_map(|other| find_as_read(&other)).filter(known);
    let heaviest = others.max_by_key(|entry| (entry.weight, entry.deed.effect));
    match (plain, heaviest) {
        (Some(plain), Some(other)) if other.weight <= plain.weight => Some(plain),
        (plain, other) => other.or(plain),
    }
}

/// Some subcommands of a program reach outside.
pub(super) fn may_reach(program: &str) -> bool {
    let reaches = |says: Says| match says {
        Says::Always(deed) => deed.effect == CommandEffect::Reaches,
        Says::Asks(_) => false,
    };
    let named = |word: &&str| word.starts_with(|c: char| c.is_ascii_lowercase());
    INDEX
        .get(program)
        .into_iter()
        .flatten()
        .any(|phrase| reaches(phrase.says) && phrase.words.get(1).is_some_and(named))
}

/// The word of a program that checks something, or that the table has for it.
fn is_subcommand(program: &str, word: &str) -> bool {
    const CHECKS: &str = "test check lint run build log show status diff nextest clippy vet";
    let own = INDEX.get(program).into_iter().flatten().filter_map(|phrase| phrase.words.get(1));
    CHECKS.split(' ').chain(own.flat_map(|words| words.split('|'))).any(|known| known == word)
}

fn find_as_read(call: &Call<'_>) -> Option<TableEntry> {
    let own = INDEX.get(call.program).into_iter().flatten();
    let any = INDEX.get("*").into_iter().flatten();
    let held = own.chain(any).filter_map(|phrase| Some((phrase.weight(call)?, phrase)));
    let entries = held.map(|(weight, phrase)| {
        let (deed, asked) = match phrase.says {
            Says::Always(deed) => (deed, false),
            Says::Asks(read) => (read(call), true),
        };
        TableEntry { deed, weight, asked }
    });
    entries.max_by_key(|entry| (entry.weight, entry.deed.effect))
}

impl Phrase {
    /// How much it says of a command; `None` if it does not hold.
    fn weight(&self, call: &Call<'_>) -> Option<usize> {
        let mut positionals = call.positionals.iter();
        let mut weight = 1;
        let (program, words) = self.words.split_first()?;
        fits(program, call.program).then_some(())?;
        for word in words {
            let next = positionals.as_slice().first().copied();
            let held = word.split('|').filter_map(|one| WordFit::of(one, call, next)).max()?;
            if held.takes_positional() {
                positionals.next();
            }
            weight += held as usize;
        }
        Some(weight)
    }
}

/// How closely a word of a phrase holds; the number is its weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum WordFit {
    /// `*` for any positional.
    Any = 1,
    /// Nothing more comes.
    End = 2,
    /// `list-*`
    Pattern = 3,
    /// The positional itself.
    Same = 4,
    /// An option that stands somewhere.
    Apart = 5,
}

impl WordFit {
    fn of(word: &str, call: &Call<'_>, next: Option<&str>) -> Option<Self> {
        match word {
            "$" => next.is_none().then_some(Self::End),
            _ if word.starts_with('-') => call.has(word).then_some(Self::Apart),
            _ if word.starts_with('+') => call.passes_on(&word[1..]).then_some(Self::Apart),
            "*" => next.map(|_| Self::Any),
            _ if word.contains('*') => fits(word, next?).then_some(Self::Pattern),
            _ => (word == next?).then_some(Self::Same),
        }
    }

    fn takes_positional(self) -> bool {
        ![Self::End, Self::Apart].contains(&self)
    }
}

/// A text is a word, or begins and ends as it does around its `*`.
fn fits(word: &str, text: &str) -> bool {
    word.split_once('*').map_or(word == text, |(begin, end)| {
        text.len() >= begin.len() + end.len() && text.starts_with(begin) && text.ends_with(end)
    })
}

#[cfg(test)]
pub(super) fn phrases() -> impl Iterator<Item = (CommandEffect, &'static str)> {
    THEMES.iter().copied().flatten().filter_map(|row| match row.says {
        Says::Always(deed) => Some((deed.effect, row.phrases)),
        Says::Asks(_) => None,
    })
}
