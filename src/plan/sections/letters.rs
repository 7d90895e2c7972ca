//! Headings that a letter counts: `## P1 — Base`, `## P2 — Light`, `## P3 — Shade`.

use std::collections::HashMap;

use typed_index_collections::TiSlice;

use super::Section;
use crate::plan::SectionIndex;
use crate::plan::names::{Keyword, Role};

type All<'text> = TiSlice<SectionIndex, Section<'text>>;

/// `P1 — Base`
struct Lettered<'a> {
    letter: char,
    number: u32,
    title: &'a str,
}

/// Headings that may be one list.
#[derive(PartialEq, Eq, Hash)]
struct Family {
    parent: Option<SectionIndex>,
    level: u8,
    letter: char,
}

/// Takes the letter for a word for units of work, where at least three are counted without a gap and the section around
/// says nothing else.
pub(super) fn take(all: &mut All<'_>) {
    let mut families: HashMap<Family, Vec<SectionIndex>> = HashMap::new();
    for (index, section) in all.iter_enumerated().filter(|(_, section)| section.is_heading()) {
        if let Some(Lettered { letter, .. }) = Lettered::of(section) {
            let family = Family { parent: section.parent, level: section.level, letter };
            families.entry(family).or_default().push(index);
        }
    }
    families.retain(|family, members| says_nothing(all, family.parent) && are_counted(all, members));
    for index in families.into_values().flatten() {
        let Some(Lettered { letter, number, title }) = Lettered::of(&all[index]) else { continue };
        let (label, text) = (format!("{letter}{number}"), title.to_owned());
        let section = &mut all[index];
        section.named = None;
        section.title.id = Some(label.clone());
        section.title.label = label;
        section.title.unit = Some(Keyword::Step);
        section.title.text = text;
    }
}

fn says_nothing(all: &All<'_>, parent: Option<SectionIndex>) -> bool {
    let named = parent.and_then(|parent| all[parent].named);
    matches!(named, None | Some(Role::Steps | Role::Tasks))
}

fn are_counted(all: &All<'_>, members: &[SectionIndex]) -> bool {
    let numbers: Vec<u32> =
        members.iter().filter_map(|member| Some(Lettered::of(&all[*member])?.number)).collect();
    let upwards = numbers.windows(2).all(|pair| pair[1] == pair[0] + 1);
    numbers.len() > 2 && upwards && numbers[0] <= 1
}

impl<'a> Lettered<'a> {
    /// A heading without a word or a number of its own.
    fn of(section: &'a Section<'_>) -> Option<Self> {
        let found = &section.title;
        let plain = found.keyword.is_none() && found.id.is_none() && found.unit.is_none();
        let letter = found.text.chars().next().filter(|letter| plain && letter.is_ascii_uppercase())?;
        let rest = &found.text[1..];
        let end = rest.find(|c: char| !c.is_ascii_digit()).filter(|end| (1..=2).contains(end))?;
        let marks = [" — ", " – ", " - ", ": ", ". "];
        let title = marks.iter().find_map(|mark| rest[end..].strip_prefix(mark))?;
        Some(Self { letter, number: rest[..end].parse().ok()?, title })
    }
}
