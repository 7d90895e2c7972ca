//! Reads dependency fields: `Step 1.2`, `Steps 2.1-2.4`, `All previous phases complete`, `None`.

use crate::plan::Line;
use crate::plan::names;
use crate::plan::names::code::{is_id, split_id};
use crate::plan::names::vocabulary::NO_DEPENDENCIES;
use crate::plan::step::{Reference, ReferenceTo};

/// What was read in a dependency field.
#[derive(Debug, Clone, Default)]
pub(crate) struct References {
    /// The steps and groups it names.
    pub references: Vec<Reference>,
    /// It says that there are none.
    pub independent: bool,
}

/// Reads one line of a field. Text without a keyword and id is context: crates, teams, services.
pub(crate) fn read(text: &str, at: usize, line: Line) -> References {
    let outside = without_brackets(text);
    let plain = outside.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    if NO_DEPENDENCIES.split(", ").any(|word| word == plain) {
        return References { references: Vec::new(), independent: true };
    }
    let mut reader = ReferenceReader { text: &outside, line, base: at, references: Vec::new() };
    reader.read_all_previous();
    if reader.references.is_empty() {
        reader.read_keywords();
    }
    if reader.references.is_empty() {
        reader.read_bare_ids();
    }
    References { references: reader.references, independent: false }
}

/// What a line says of others, and where: `Depends on Phase 1.` at its start or that of a sentence, `They depend on
/// Task 1 only.`, `(depends on T010)`.
pub(crate) fn said(line: &str) -> Option<(usize, &str)> {
    const SUBJECTS: &str = "they, it, this, these, this step, these steps, this task, these tasks, this phase, all, all of them, each";
    let lower = line.to_ascii_lowercase();
    let (at, verb) = ["depends on ", "depend on "].iter().find_map(|verb| Some((lower.find(verb)?, verb)))?;
    let before = &lower[..at];
    let clause = before.rsplit(['.', '(', ';']).next().unwrap_or_default();
    let subject = clause.trim_matches(|c: char| !c.is_alphanumeric());
    let fits = subject.is_empty() || SUBJECTS.split(", ").any(|known| known == subject);
    let from = at + verb.len();
    let rest = line.get(from..).filter(|_| fits)?;
    let end = rest.find([')', ';']).or_else(|| rest.find(". ")).unwrap_or(rest.len());
    Some((from, rest[..end].trim_end_matches(['.', '*', '_', ' ']).trim_end_matches(" only")))
}

/// Text in round brackets says why, not what. It is blanked, so that offsets stay.
fn without_brackets(text: &str) -> String {
    let mut depth = 0_usize;
    let mut kept = String::with_capacity(text.len());
    for c in text.chars() {
        if c == '(' {
            depth += 1;
        }
        if depth > 0 {
            kept.extend(std::iter::repeat_n(' ', c.len_utf8()));
        } else {
            kept.push(c);
        }
        if c == ')' {
            depth = depth.saturating_sub(1);
        }
    }
    kept
}

struct ReferenceReader<'a> {
    text: &'a str,
    line: Line,
    base: usize,
    references: Vec<Reference>,
}

impl ReferenceReader<'_> {
    fn push(&mut self, to: ReferenceTo, from: usize, end: usize) {
        let span = self.base + from..self.base + end;
        self.references.push(Reference { to, line: self.line, span });
    }

    fn read_all_previous(&mut self) {
        let words = names::words(self.text);
        let all = ["all", "every"].iter().any(|word| names::has_words(&words, word));
        let previous = ["previous", "prior", "preceding", "earlier", "above", "other"];
        if all && previous.iter().any(|word| names::has_words(&words, word)) {
            self.push(ReferenceTo::AllPrevious, 0, self.text.trim_end().len());
        }
    }

    /// `Step 1 and Step 2`, `Steps 2.1, 2.3`, `Steps 2.1-2.4`.
    fn read_keywords(&mut self) {
        let mut from = 0;
        while let Some((start, end)) = next_word(self.text, from) {
            from = end;
            let end = self.phrase_end(start, end);
            let word = &self.text[start..end];
            if names::keyword(word).is_none() {
                continue;
            }
            let keyword = names::singular(word);
            let ids_at = end + self.text[end..].len() - self.text[end..].trim_start_matches([' ', '#']).len();
            if ids_at > end {
                from = self.read_ids(&keyword, start, ids_at).unwrap_or(from);
            }
        }
    }

    /// `Task Group 1`: two words are one keyword.
    fn phrase_end(&self, start: usize, end: usize) -> usize {
        let second = next_word(self.text, end).filter(|(from, _)| *from == end + 1);
        let is_phrase = |to: &usize| names::keyword(&self.text[start..*to]).is_some();
        second.map(|(_, to)| to).filter(is_phrase).unwrap_or(end)
    }

    /// `1.1, 1.2` or `T001 and T003`, if there is nothing else.
    fn read_bare_ids(&mut self) {
        let text = self.text;
        let parts: Vec<&str> = text
            .split(|c: char| c == ',' || c == ';' || c == '&' || c.is_whitespace())
            .map(|part| part.trim_matches(['`', '*', '[', ']', '.']))
            .filter(|part| !part.is_empty() && !part.eq_ignore_ascii_case("and"))
            .collect();
        if parts.is_empty() || !parts.iter().all(|part| is_id(part)) {
            return;
        }
        let mut from = 0;
        for part in parts {
            let at = from + text[from..].find(part).unwrap_or(0);
            from = at + part.len();
            let to = ReferenceTo::One { keyword: String::new(), id: part.to_owned() };
            self.push(to, at, at + part.len());
        }
    }

    /// Reads the ids behind a keyword and returns the place behind the last.
    fn read_ids(&mut self, keyword: &str, start: usize, ids_at: usize) -> Option<usize> {
        let mut at = ids_at;
        let mut from = start;
        let mut read = None;
        while let Some((id, end)) = id_at(self.text, at) {
            let (to, end) = match self.range_end(end) {
                Some((last, end)) => {
                    (ReferenceTo::Range { keyword: keyword.to_owned(), from: id, to: last }, end)
                }
                None => (one_or_range(keyword, id), end),
            };
            self.push(to, from, end);
            read = Some(end);
            let Some(next) = behind_any(&self.text[end..], &[", and ", ",", " and ", " & ", " + ", "/"])
            else {
                break;
            };
            at = end + next;
            from = at;
        }
        read
    }

    fn range_end(&self, at: usize) -> Option<(String, usize)> {
        let dashes = [" - ", "-", " – ", "–", " — ", "—", " to ", " through ", ".."];
        let next = at + behind_any(&self.text[at..], &dashes)?;
        id_at(self.text, next)
    }
}

/// `2.1-2.4` is read as one id; a dash makes it a range.
fn one_or_range(keyword: &str, id: String) -> ReferenceTo {
    match id[1..].split_once('-') {
        Some((first, last)) => ReferenceTo::Range {
            keyword: keyword.to_owned(),
            from: format!("{}{first}", &id[..1]),
            to: last.to_owned(),
        },
        None => ReferenceTo::One { keyword: keyword.to_owned(), id },
    }
}

fn id_at(text: &str, at: usize) -> Option<(String, usize)> {
    let rest = text.get(at..)?;
    let (id, behind) = split_id(rest, true)?;
    let alone = !behind.starts_with(|c: char| c.is_alphanumeric() || c == '%');
    alone.then(|| (id.to_owned(), text.len() - behind.len()))
}

fn behind_any(text: &str, separators: &[&str]) -> Option<usize> {
    let found = separators.iter().find(|separator| text.starts_with(**separator))?;
    let rest = &text[found.len()..];
    Some(found.len() + rest.len() - rest.trim_start().len())
}

fn next_word(text: &str, from: usize) -> Option<(usize, usize)> {
    let start = from + text.get(from..)?.find(char::is_alphabetic)?;
    let length = text[start..].find(|c: char| !c.is_alphabetic()).unwrap_or(text.len() - start);
    Some((start, start + length))
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn shown(text: &str) -> String {
        let read = read(text, 0, 1.into());
        if read.independent {
            return "independent".to_owned();
        }
        let parts: Vec<String> = read
            .references
            .iter()
            .map(|reference| match &reference.to {
                ReferenceTo::One { keyword, id } => format!("{keyword} {id}"),
                ReferenceTo::Range { keyword, from, to } => format!("{keyword} {from}..{to}"),
                ReferenceTo::AllPrevious => "all".to_owned(),
            })
            .collect();
        parts.join(", ")
    }

    #[test]
    fn fields_name_steps_in_many_ways() {
        let cases = [
            ("None", "independent"),
            ("N/A (first step)", "independent"),
            ("无", "independent"),
            ("Phase 1 complete", "phase 1"),
            ("Step 1.2 (requires Step 9)", "step 1.2"),
            ("Steps 2.1, 2.3 and 2.4 complete", "step 2.1, step 2.3, step 2.4"),
            ("Steps 2.1-2.4", "step 2.1..2.4"),
            ("Steps 1 to 3", "step 1..3"),
            ("Task Group 1, Task Groups 2-3", "task group 1, task group 2..3"),
            ("Task INF1", "task INF1"),
            ("Step 1 and Step 2.", "step 1, step 2"),
            ("All previous phases complete", "all"),
            ("1.1, 1.2", " 1.1,  1.2"),
            ("T001 and T002", " T001,  T002"),
            ("SP9-T1 SP9-T2", " SP9-T1,  SP9-T2"),
            ("t1, t2", " t1,  t2"),
            ("What must be done first", ""),
            ("Python 3.11, tokio 1", ""),
            ("the task is 50% done", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn spans_are_those_of_the_text() {
        let text = "Steps 2.1, 2.3";
        let spans: Vec<&str> = read(text, 0, 1.into())
            .references
            .iter()
            .map(|reference| &text[reference.span.clone()])
            .collect();
        assert_eq!(spans, ["Steps 2.1", "2.3"]);
    }
}
