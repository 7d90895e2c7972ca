//! Replaces exact text in a file: finds one place without guessing, and changes nothing else.
//!
//! Pure. All edits of a call are matched against the original and applied together or not at all.
//! Every way to match compares line by line, so a match never has more lines than what was searched.

mod failure;
mod lines;
mod matching;
#[cfg(test)]
mod tests;

pub(crate) use failure::EditFailure;
pub(crate) use lines::FileShape;
use lines::Flat;
pub(crate) use matching::MatchLevel;
use matching::TextMatch;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Replacement {
    pub old_string: String,
    pub new_string: String,
    /// All places, not only one.
    pub replace_all: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EditResult {
    pub text: String,
    /// The loosest way of matching that was needed.
    pub level: MatchLevel,
}

/// A span of the original and what takes its place.
#[derive(Debug)]
struct Splice {
    start: usize,
    end: usize,
    text: String,
    /// Which edit wants it.
    edit: usize,
}

/// Applies all edits to the text of a file, or none.
pub(crate) fn apply(original: &str, edits: &[Replacement]) -> Result<EditResult, EditFailure> {
    let flat = Flat::of(original);
    let mut splices = Vec::new();
    let mut level = MatchLevel::Exact;
    for (at, edit) in edits.iter().enumerate() {
        let edit = flatten(edit);
        let found = locate(&flat, &edit).map_err(|failure| failure.of(at + 1, edits.len()))?;
        level = level.max(found.level);
        for place in found.places {
            let (start, end, text) = narrow(&flat, &edit, &place);
            let text = flat.shape.line_ends(&text);
            splices.push(Splice { start: flat.original(start), end: flat.original(end), text, edit: at });
        }
    }
    splices.sort_by_key(|splice| (splice.start, splice.end));
    for pair in splices.windows(2) {
        if pair[1].start < pair[0].end || pair[1].start == pair[0].start {
            let (first, second) = (pair[0].edit.min(pair[1].edit), pair[0].edit.max(pair[1].edit));
            let failure = EditFailure::new(format!(
                "it changes the same text as edit {}; all edits are matched against the file as it is before the \
                 call: join the two",
                first + 1
            ));
            return Err(failure.of(second + 1, edits.len()));
        }
    }
    Ok(EditResult { text: splice(original, &splices), level })
}

fn splice(original: &str, splices: &[Splice]) -> String {
    let mut text = String::with_capacity(original.len());
    let mut done = 0;
    for splice in splices {
        text.push_str(&original[done..splice.start]);
        text.push_str(&splice.text);
        done = splice.end;
    }
    text.push_str(&original[done..]);
    text
}

/// Line ends and the byte order mark are the file's business, not the model's.
fn flatten(edit: &Replacement) -> Replacement {
    let flat = |text: &str| text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    Replacement { old_string: flat(&edit.old_string), new_string: flat(&edit.new_string), ..*edit }
}

fn locate(flat: &Flat, edit: &Replacement) -> Result<matching::TextMatches, EditFailure> {
    if edit.old_string.is_empty() {
        let problem = "`old_string` is empty; give the text to replace, or use write_file";
        return Err(EditFailure::new(problem));
    }
    if edit.old_string == edit.new_string {
        return Err(EditFailure::new("`old_string` and `new_string` are the same"));
    }
    let Some(found) = matching::find(flat, &edit.old_string) else {
        return Err(EditFailure::not_found(flat, edit));
    };
    if edit.replace_all {
        return Ok(found.without_overlaps());
    }
    if found.places.len() > 1 {
        let lines: Vec<usize> = found.places.iter().map(|place| flat.line_of(place.start)).collect();
        return Err(EditFailure::ambiguous(&lines));
    }
    Ok(found)
}

/// Cuts the lines that stay as they are from both ends of a match, so that their bytes are left
/// alone: line ends of a mixed file, spaces at line ends, typographic quotes.
fn narrow(flat: &Flat, edit: &Replacement, place: &TextMatch) -> (usize, usize, String) {
    let mut old: Vec<&str> = edit.old_string.split('\n').collect();
    let mut new: Vec<&str> = edit.new_string.split('\n').collect();
    if place.without_newline {
        old.pop();
        if new.len() > 1 && new.last() == Some(&"") {
            new.pop();
        }
    }
    let least = old.len().min(new.len());
    let head = old.iter().zip(&new).take(least - 1).take_while(|(old, new)| old == new).count();
    let ends = old.iter().rev().zip(new.iter().rev());
    let tail = ends.take(least - 1 - head).take_while(|(old, new)| old == new).count();
    let found = &flat.text[place.start..place.end];
    let mut newlines = found.match_indices('\n').map(|(at, _)| at);
    let start = if head == 0 { 0 } else { newlines.nth(head - 1).map_or(0, |at| at + 1) };
    let mut newlines = found.rmatch_indices('\n').map(|(at, _)| at);
    let end = if tail == 0 { found.len() } else { newlines.nth(tail - 1).unwrap_or(found.len()) };
    let lines = &new[head..new.len() - tail];
    let text: Vec<String> = lines.iter().map(|line| place.shift.apply(line)).collect();
    (place.start + start, place.start + end, text.join("\n"))
}
