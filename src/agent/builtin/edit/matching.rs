//! The four ways to find a text, from an exact match to a slightly different one.

use super::lines::Flat;

/// How far what was found differs from what was searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum MatchLevel {
    Exact,
    /// In spaces at the ends of lines.
    LineEnds,
    /// In one indentation that is added to, or taken from, all lines.
    Indentation,
    /// In typographic quotes, dashes and spaces.
    Typography,
}

impl MatchLevel {
    /// What the model is told, unless it was exact.
    pub(crate) fn note(self) -> Option<&'static str> {
        match self {
            Self::Exact => None,
            Self::LineEnds => Some("matched apart from spaces at line ends"),
            Self::Indentation => Some("matched with another indentation; the new text was indented alike"),
            Self::Typography => Some("matched apart from typographic quotes, dashes or spaces"),
        }
    }
}

/// All places that one level finds.
#[derive(Debug)]
pub(super) struct TextMatches {
    pub(super) level: MatchLevel,
    pub(super) places: Vec<TextMatch>,
}

impl TextMatches {
    /// The places that can be replaced together: each begins after the one before.
    pub(super) fn without_overlaps(self) -> Self {
        let mut places: Vec<TextMatch> = Vec::new();
        for place in self.places {
            if places.last().is_none_or(|last| place.start >= last.end) {
                places.push(place);
            }
        }
        Self { level: self.level, places }
    }
}

#[derive(Debug, Clone)]
pub(super) struct TextMatch {
    pub(super) start: usize,
    pub(super) end: usize,
    /// The file ends there without the newline that was searched.
    pub(super) without_newline: bool,
    pub(super) shift: Shift,
}

/// What the indentation of the file has more, or less, than that of the search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Shift {
    None,
    More(String),
    Less(String),
}

impl Shift {
    /// A line of the replacement, indented as its place is.
    pub(super) fn apply(&self, line: &str) -> String {
        match self {
            Self::More(indent) if !line.trim().is_empty() => format!("{indent}{line}"),
            Self::Less(indent) => {
                let common =
                    line.bytes().zip(indent.bytes()).take_while(|(line, indent)| line == indent).count();
                line[common..].to_owned()
            }
            _ => line.to_owned(),
        }
    }

    /// The shift that makes one line of the search the line of the file, apart from its end.
    fn between(searched: &str, line: &str) -> Option<Self> {
        let (searched, line) = (searched.trim_end(), line.trim_end());
        let blank = |indent: &&str| indent.bytes().all(|byte| matches!(byte, b' ' | b'\t'));
        if searched == line {
            return Some(Self::None);
        }
        let more = line.strip_suffix(searched).filter(blank).map(|indent| Self::More(indent.to_owned()));
        more.or_else(|| searched.strip_suffix(line).filter(blank).map(|indent| Self::Less(indent.to_owned())))
    }
}

/// The places of the first level that finds any.
pub(super) fn find(flat: &Flat, old: &str) -> Option<TextMatches> {
    let exact = exact(flat, old);
    if !exact.is_empty() {
        return Some(TextMatches { level: MatchLevel::Exact, places: exact });
    }
    // Blank lines alone are everywhere.
    if old.trim().is_empty() {
        return None;
    }
    let levels = [
        (MatchLevel::LineEnds, line_ends as fn(&[&str], &[&str]) -> Option<Shift>),
        (MatchLevel::Indentation, indentation),
        (MatchLevel::Typography, typography),
    ];
    levels.into_iter().find_map(|(level, compare)| {
        let places = whole_lines(flat, old, compare);
        (!places.is_empty()).then_some(TextMatches { level, places })
    })
}

/// Places may overlap: `aa` is twice in `aaa`.
fn exact(flat: &Flat, old: &str) -> Vec<TextMatch> {
    let mut places: Vec<TextMatch> = Vec::new();
    let mut from = 0;
    while let Some(at) = flat.text[from..].find(old).map(|at| from + at) {
        places.push(TextMatch { start: at, end: at + old.len(), without_newline: false, shift: Shift::None });
        from = at + flat.text[at..].chars().next().map_or(1, char::len_utf8);
    }
    places
}

/// All runs of whole lines that compare as equal.
fn whole_lines(flat: &Flat, old: &str, compare: fn(&[&str], &[&str]) -> Option<Shift>) -> Vec<TextMatch> {
    let newline = old.ends_with('\n');
    let searched: Vec<&str> = old.strip_suffix('\n').unwrap_or(old).split('\n').collect();
    let lines: Vec<&str> = (0..flat.line_count()).map(|line| flat.line(line)).collect();
    let mut places = Vec::new();
    for (first, run) in lines.windows(searched.len()).enumerate() {
        let Some(shift) = compare(&searched, run) else { continue };
        let (start, _) = flat.span(first);
        let (_, end) = flat.span(first + searched.len() - 1);
        let at_end = end == flat.text.len();
        let end = end + usize::from(newline && !at_end);
        places.push(TextMatch { start, end, without_newline: newline && at_end, shift });
    }
    places
}

fn line_ends(searched: &[&str], lines: &[&str]) -> Option<Shift> {
    let equal = searched.iter().zip(lines).all(|(searched, line)| searched.trim_end() == line.trim_end());
    equal.then_some(Shift::None)
}

fn indentation(searched: &[&str], lines: &[&str]) -> Option<Shift> {
    let mut common = None;
    for (searched, line) in searched.iter().zip(lines) {
        if searched.trim().is_empty() && line.trim().is_empty() {
            continue;
        }
        let shift = Shift::between(searched, line)?;
        if *common.get_or_insert_with(|| shift.clone()) != shift {
            return None;
        }
    }
    common
}

fn typography(searched: &[&str], lines: &[&str]) -> Option<Shift> {
    let alike = |(searched, line): (&&str, &&str)| {
        searched.trim_end().chars().map(plain).eq(line.trim_end().chars().map(plain))
    };
    searched.iter().zip(lines).all(alike).then_some(Shift::None)
}

/// The ASCII character that stands for a typographic one.
fn plain(character: char) -> char {
    match character {
        '\u{2018}'..='\u{201b}' | '\u{2032}' => '\'',
        '\u{201c}'..='\u{201f}' | '\u{2033}' => '"',
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        '\u{a0}' | '\u{2002}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => ' ',
        other => other,
    }
}
